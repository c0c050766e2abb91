"""The pipeline while its storage is full, down or closed: rows wait, lose no try, and go on by themselves."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from analytics import services
from analytics.models import EvidenceStill
from analytics.runner import AnalysisRequest
from analytics.verdict import Verdict
from cameras.models import FootageClip
from jsc_project import storage
from jsc_project.lib.claims import new_token
from jsc_project.lib.errors import StorageFull
from jsc_project.media_url import storage_of
from reports.models import Verification
from reports.selectors.pipeline import accounting
from reports.services.purge import footage_purge
from tests import factories, fakes
from tests.pipeline_world import World
from tests.reports import rows
from tests.s3_server import Wire, s3_server, use

pytestmark = pytest.mark.django_db


@pytest.fixture
def tiny_disk(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A real file system of 1 MB that holds the media."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs root")
    settings.STORAGES = {**settings.STORAGES, "default": storage_of(str(folder))}
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def bucket(settings: Any) -> Iterator[Wire]:
    with s3_server() as wire:
        use(settings, wire)
        yield wire


def fill(folder: Path) -> Path:
    """Down to the last byte."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as out, pytest.raises(OSError):
        while True:
            out.write(b"x" * 4096)
    return ballast


def waited() -> None:
    """The time that the rows were told to wait is over."""
    FootageClip.objects.update(next_run=timezone.now())
    Verification.objects.update(next_run=timezone.now())


def test_a_full_disk_costs_no_try_and_the_work_goes_on_by_itself(
    tiny_disk: Path, world: World, menteng: Any, parkir_liar: Any
) -> None:
    world.camera()
    ballast = fill(tiny_disk)
    report = world.reported()
    for _ in range(8):  # more often than a clip has tries
        clip = FootageClip.objects.get()
        assert (clip.state, clip.attempts) == ("WANTED", 0)
        assert clip.next_run > timezone.now()
        waited()
        world.run()
    assert [path.name for path in tiny_disk.rglob("*") if path.is_file()] == ["ballast"]
    ballast.unlink()
    waited()
    world.run()
    assert FootageClip.objects.get().state == "HELD"
    assert world.last_look(report.incident).verdict == "SUPPORTED"
    assert EvidenceStill.objects.get().file.open("rb").read()
    assert (accounting().lost, accounting().doubled) == (0, 0)


def test_pictures_of_an_analysis_are_kept_all_or_none(tiny_disk: Path) -> None:
    small = fakes.report_of(Verdict.SUPPORTED, AnalysisRequest(check="stopped_vehicle")).stills[0]
    big = replace(small, jpeg=b"x" * 1_500_000)
    clip = factories.clip(factories.camera())
    with pytest.raises(StorageFull):
        services._stored([small, big], new_token(), clip)
    assert [path for path in tiny_disk.rglob("*") if path.is_file()] == []
    assert len(services._stored([small, small], new_token(), clip)) == 2


def test_ready_metrics_and_the_operators_page_tell_that_there_is_no_room(
    tiny_disk: Path, client: Client, rini: Any, bu_sari: Any, settings: Any
) -> None:
    assert client.get("/readyz").json()["storage"]["ok"]
    assert 'role="alert"' not in rows.browser(rini).get("/admin/").content.decode()
    settings.JSC_STORAGE_RESERVE_MB = 512
    answer = client.get("/readyz")
    assert answer.status_code == 503
    told = answer.json()["storage"]
    assert (told["ok"], told["error"]) == (False, "StorageFull")
    assert str(tiny_disk) not in answer.content.decode()
    gauges = dict(
        line.split() for line in client.get("/metrics").content.decode().splitlines() if "storage" in line[:14]
    )
    assert 0 < float(gauges["jsc_storage_free_bytes"]) <= 1 << 20
    assert float(gauges["jsc_storage_reserve_bytes"]) == 512 << 20
    page = rows.browser(rini).get("/admin/").content.decode()
    assert "Penyimpanan penuh." in page
    assert "cadangan 512 MB" in page
    assert "Penyimpanan penuh." not in rows.browser(bu_sari).get("/admin/").content.decode(), "she cannot help it"


def test_a_disk_without_a_byte_left_is_not_ready(tiny_disk: Path, client: Client) -> None:
    fill(tiny_disk)
    assert client.get("/readyz").json()["storage"]["error"] == "StorageFull"


def test_a_purge_makes_the_room_that_the_next_footage_needs(tiny_disk: Path) -> None:
    from tests.reports.test_purge import kept

    clip = kept()
    default_storage.delete(str(clip.file.name))
    clip.file.name = default_storage.save("clips/big.mp4", ContentFile(b"x" * 900_000))
    clip.save()
    with pytest.raises(StorageFull):
        default_storage.save("clips/new.mp4", ContentFile(b"x" * 500_000))
    assert footage_purge(now=timezone.now()).clips == 1
    assert default_storage.save("clips/new.mp4", ContentFile(b"x" * 500_000))
    assert storage.storage_room().free_bytes is not None


def test_a_whole_round_of_the_pipeline_on_a_bucket(
    bucket: Wire, world: World, menteng: Any, parkir_liar: Any, bu_sari: Any, rini: Any
) -> None:
    world.camera()
    look = world.looked()
    clip = FootageClip.objects.get()
    assert (look.verdict, clip.state) == ("SUPPORTED", "HELD")
    assert default_storage.open(str(clip.file.name)).read().startswith(b"footage of CAM-1")
    keys = [one["Key"] for one in default_storage.client.list_objects_v2(Bucket=bucket.bucket)["Contents"]]  # type: ignore[attr-defined]
    still = EvidenceStill.objects.get()
    assert sorted(keys) == sorted(f"media/{name}" for name in (clip.file.name, still.file.name))
    picture = rows.browser(bu_sari).get(f"/bukti/{still.pk}/")
    assert b"".join(picture) == still.file.open("rb").read()  # type: ignore[call-overload]
    assert rows.browser(bu_sari).get(f"/bukti/{still.pk}/kecil/").content[:4] == b"RIFF"


def test_a_bucket_that_is_down_or_closed_loses_nothing(
    bucket: Wire, world: World, menteng: Any, parkir_liar: Any, rini: Any, monkeypatch: Any
) -> None:
    world.camera()
    for status, code in ((503, "SlowDown"), (403, "AccessDenied"), (507, "XMinioStorageFull")):
        bucket.refusal = (status, code)
        if not FootageClip.objects.exists():
            world.reported()
        waited()
        world.run()
        clip = FootageClip.objects.get()
        assert (clip.state, clip.attempts) == ("WANTED", 0)
        assert clip.last_error.startswith("storage_")
        assert "Penyimpanan bermasalah." in rows.browser(rini).get("/admin/").content.decode()
    bucket.refusal = None
    waited()
    world.run()
    assert Verification.objects.get().verdict == "SUPPORTED"
    assert "Penyimpanan" not in rows.browser(rini).get("/admin/").content.decode()
    assert accounting().lost == 0


def test_a_picture_that_cannot_be_fetched_now_is_not_a_missing_one(
    bucket: Wire, world: World, menteng: Any, parkir_liar: Any, bu_sari: Any
) -> None:
    world.camera()
    world.looked()
    still = EvidenceStill.objects.get()
    bucket.refusal = (503, "SlowDown")
    cache.clear()
    for address in (f"/bukti/{still.pk}/", f"/bukti/{still.pk}/kecil/"):
        answer = rows.browser(bu_sari).get(address)
        assert answer.status_code == 503
        assert int(answer["Retry-After"]) > 0
