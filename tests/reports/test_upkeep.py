"""The daily purge: everything whose time is over, each kind by itself."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from cameras.models import RingChannel, RingSegment
from cameras.services.pulls import scratch_root
from jsc_project.lib.errors import StorageUnreachable
from reports import upkeep
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_var_folder(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"


def aged(path: Path, hours: float) -> None:
    at = time.time() - 3600 * hours
    os.utime(path, (at, at))


def test_what_our_recorder_kept_too_long_goes_and_its_bytes_with_it() -> None:
    camera = factories.camera(ring_hours=1)
    RingChannel.objects.create(camera=camera)
    now = timezone.now()
    for hours in (0.2, 30.0):
        name = default_storage.save(f"ring/{hours}.mkv", ContentFile(b"film"))
        start = now - timedelta(hours=hours)
        RingSegment.objects.create(
            camera=camera, start_at=start, end_at=start + timedelta(seconds=30), file=name, size_bytes=4
        )
    done = upkeep.purge()
    assert [segment.file.name for segment in RingSegment.objects.all()] == ["ring/0.2.mkv"]
    assert not default_storage.exists("ring/30.0.mkv")
    assert sum(done["ring"].values()) == 1


def test_orphans_of_the_recorder_and_pieces_of_dead_pulls_go_when_they_are_old() -> None:
    for name in ("old", "fresh"):
        default_storage.save(f"ring/{name}.mkv", ContentFile(b"film"))
        (scratch_root() / name).mkdir(parents=True)
        (scratch_root() / name / "piece").write_bytes(b"film")
    aged(Path(default_storage.path("ring/old.mkv")), 30)
    for path in (scratch_root() / "old" / "piece", scratch_root() / "old"):
        aged(path, 30)
    done = upkeep.purge()
    assert (done["ring_files"], done["pieces"]) == (1, 1)
    assert default_storage.exists("ring/fresh.mkv")
    assert [entry.name for entry in scratch_root().iterdir()] == ["fresh"]


def test_one_kind_that_fails_keeps_no_other_from_being_purged(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**_: Any) -> None:
        raise StorageUnreachable("the bucket does not answer", retry_after_s=60)

    monkeypatch.setattr(upkeep, "ring_sweep", away)
    done = upkeep.purge()
    assert done["ring_files"] is None
    assert done["pieces"] == 0
