"""The cast, shared by all tests.

Bu Sari is lurah of Menteng. Pak Budi is lurah of Gondangdia and must never see her
queue. Operator Rini keeps the cameras in order. Both kelurahan are small squares
side by side, so that a test can say where a point lies by looking at the picture:

      106.82        106.83        106.84
  -6.19 +-------------+-------------+
        |   Menteng   |  Gondangdia |
  -6.20 +-------------+-------------+
"""

from __future__ import annotations

import ctypes
import gc
import os
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import factories

LONGEST = (
    "tests/test_demo.py",
    "tests/test_pipeline_plates.py",
    "tests/test_trial_same_door.py",
    "tests/analytics/test_real_clips.py",
    "tests/cameras/test_ring_recorder.py",
)
"""Files of minutes and few tests. Begun last, one of these is what a single process is still at when the others have
nothing left to do."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Several processes get files in this order (``make test``): the longest, then those of most tests."""
    if not hasattr(config, "workerinput"):
        return
    rank = {name: number for number, name in enumerate(LONGEST)}
    many = Counter(_file(item) for item in items)
    items.sort(key=lambda item: (rank.get(_file(item), len(LONGEST)), -many[_file(item)], _file(item)))


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After each file, what its films and models left behind in pieces goes back to the system: glibc keeps freed
    pictures of up to 32 MB for its next ones, and a worker that runs hundreds of such tests grew by the gigabyte."""
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """What a passed test wrote to its log is shown to nobody: it neither goes to the process that counts nor stays.
    Tests that walk every page at DEBUG leave hundreds of megabytes of template contexts each, gigabytes in all."""
    report = yield
    if report.passed:
        report.sections.clear()
    if call.when == "teardown":
        getattr(item, "_report_sections", []).clear()
    return report


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path) -> None:
    """No test writes into the var folder of the person who runs it."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "jsc_project.storage.AtomicFileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        },
    }
    settings.JSC_STORAGE_RESERVE_MB = 0
    settings.JSC_ACCESS_ANCHORS = tmp_path / "access-anchors.jsonl"
    settings.JSC_FOOTAGE_ROOT = tmp_path / "footage"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.JSC_WEBHOOK_SECRETS = [factories.WEBHOOK_SECRET]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def _many_may_knock_at_once() -> None:
    """Django's own server for tests holds ten callers in its queue and resets the next one's connection; gunicorn,
    which serves the city, holds 2048."""
    from django.core.servers.basehttp import WSGIServer

    WSGIServer.request_queue_size = 256


@pytest.fixture(autouse=True, scope="session")
def _databases_may_be_emptied() -> Iterator[None]:
    """Tests with transactions of their own are followed by a flush, which the guards of appended rows refuse; they
    are put back by the migrate signal that a flush ends with."""
    from django.db.backends.base.operations import BaseDatabaseOperations

    from reports import guards

    flush = BaseDatabaseOperations.execute_sql_flush

    def emptied(operations: Any, sql: Any) -> None:
        with operations.connection.cursor() as cursor:
            for statement in guards.dropping(operations.connection.vendor):
                cursor.execute(statement)
        flush(operations, sql)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BaseDatabaseOperations, "execute_sql_flush", emptied)
        yield


@pytest.fixture
def testdata() -> Path:
    """The folder of real data; the test is skipped, visibly, where it is not given."""
    folder = os.environ.get("JSC_TESTDATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("JSC_TESTDATA is not set to a folder of real data")
    return Path(folder).resolve()


@pytest.fixture
def menteng(db: None) -> Any:
    return factories.kelurahan(code="31.71.06.1001", name="Menteng", west=106.82)


@pytest.fixture
def gondangdia(db: None) -> Any:
    return factories.kelurahan(code="31.71.06.1005", name="Gondangdia", west=106.83)


@pytest.fixture
def bu_sari(menteng: Any) -> Any:
    return factories.lurah("sari", menteng)


@pytest.fixture
def pak_budi(gondangdia: Any) -> Any:
    return factories.lurah("budi", gondangdia)


@pytest.fixture
def rini(db: None) -> Any:
    return factories.operator("rini")


@pytest.fixture
def parkir_liar(db: None) -> Any:
    return factories.category()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The pipeline with recorder, analysis and model replaced; see ``pipeline_world``."""
    from analytics import services
    from tests import pipeline_world

    yield pipeline_world.build(monkeypatch)
    services.detector_set(None)
