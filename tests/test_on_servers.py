"""The round on real servers: each test process has a broker of its own, and nothing that asks a server is left out."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.on_servers import asks_servers, own_database, own_redis


@pytest.mark.parametrize(
    ("url", "worker", "own"),
    [
        ("redis://127.0.0.1:6390/0", "gw0", "redis://127.0.0.1:6390/1"),
        ("redis://:secret@127.0.0.1:6390/0", "gw2", "redis://:secret@127.0.0.1:6390/3"),
        ("redis://127.0.0.1:6390/0", "", "redis://127.0.0.1:6390/0"),
        ("filesystem://", "gw1", "filesystem://"),
    ],
)
def test_each_process_has_a_broker_of_its_own(url: str, worker: str, own: str) -> None:
    assert own_redis(url, worker) == own


def test_each_process_has_a_database_of_its_own() -> None:
    address = "postgres://jsc@127.0.0.1:5544/jsc"
    assert own_database(address, "gw1") == f"{address}_gw1"
    assert own_database(address, "") == address
    assert own_database("sqlite:///a.sqlite3", "gw1") == "sqlite:///a.sqlite3"


@pytest.mark.parametrize(
    ("nodeid", "fixtures", "marker", "runs"),
    [
        ("tests/reports/test_words.py::test_a", (), "", False),
        ("tests/cameras/test_geofence.py::test_a", ("tmp_path",), "", False),
        ("tests/reports/test_queue.py::test_a", ("menteng", "db"), "", True),
        ("tests/reports/test_queue.py::test_a", ("transactional_db",), "", True),
        ("tests/cameras/test_watch.py::test_a", (), "django_db", True),
        ("tests/reports/test_health.py::test_a", (), "redis", True),
        ("tests/reports/test_steps_killed.py::test_a", (), "slow", True),
        ("tests/test_supervisor.py::test_a", (), "", True),
    ],
)
def test_of_cameras_and_reports_only_what_asks_no_server_is_left_out(
    nodeid: str, fixtures: tuple[str, ...], marker: str, runs: bool
) -> None:
    item = SimpleNamespace(nodeid=nodeid, fixturenames=fixtures, get_closest_marker=lambda name: name == marker)
    assert asks_servers(item) is runs  # type: ignore[arg-type]
