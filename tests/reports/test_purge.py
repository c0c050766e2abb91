"""Footage whose time is over: deleted, proven gone, and never lost sight of, whenever the process dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from analytics.models import EvidenceStill
from cameras.models import ClipExcerpt, FootageClip, FootageHold
from jsc_project.lib.errors import StorageUnreachable
from reports import upkeep
from reports.lifecycle import VerificationState
from reports.models import StatusChange, VerificationMatch
from reports.selectors.pipeline import doubled
from reports.services import purge
from reports.services.footage import clip_ask_again
from reports.services.purge import footage_purge
from tests import factories
from tests.reports import rows
from tests.reports.test_steps_killed import test_database_url as database_url
from tests.s3_server import s3_server, use

pytestmark = pytest.mark.django_db


def kept(code: str = "CAM-1", *, age_h: float = 100, hold_h: float | None = -1, **extra: Any) -> FootageClip:
    """A clip with footage in the storage, and a hold that ends ``hold_h`` from now (None: no hold)."""
    name = default_storage.save(f"clips/2026/11/02/{code}.mp4", ContentFile(b"footage of " + code.encode()))
    clip = factories.clip(
        extra.pop("camera", None) or factories.camera(code),
        state=extra.pop("state", "HELD"),
        file=name,
        size_bytes=default_storage.size(name),
        sha256="a" * 64,
        media_start_at=factories.NOON,
        covered=[[factories.NOON.isoformat(), (factories.NOON + timedelta(minutes=5)).isoformat()]],
        settled_at=timezone.now() - timedelta(hours=age_h),
        **extra,
    )
    if hold_h is not None:
        until = timezone.now() + timedelta(hours=hold_h)
        FootageHold.objects.create(clip=clip, purpose="verification 1", until=until)
    return clip


def excerpt_of(clip: FootageClip, state: str = "READY") -> ClipExcerpt:
    name = default_storage.save(f"excerpts/{clip.pk}.mp4", ContentFile(b"part"))
    end = clip.start_at + timedelta(seconds=20)
    return ClipExcerpt.objects.create(
        clip=clip, start_at=clip.start_at, end_at=end, state=state, file=name, size_bytes=4
    )


def run(**extra: Any) -> dict[str, int]:
    return footage_purge(now=timezone.now(), **extra).as_json()


def test_footage_that_nothing_holds_is_deleted_and_proven_gone(settings: Any) -> None:
    clip = kept()
    excerpt = excerpt_of(clip)
    paths = [Path(settings.MEDIA_ROOT) / str(name) for name in (clip.file.name, excerpt.file.name)]
    assert all(path.exists() for path in paths)
    told = run()
    assert told == {"clips": 1, "excerpts": 1, "bytes": clip.size_bytes + 4, "earlier": 0, "remaining": 0, "left": 0}
    assert not any(os.path.lexists(path) for path in paths)
    clip.refresh_from_db()
    assert (clip.state, clip.file.name) == ("PURGED", "")
    assert clip.purged_at is not None
    assert clip.sha256 == "a" * 64, "what was there stays known"
    assert not ClipExcerpt.objects.exists()
    change = StatusChange.objects.get(subject_kind="clip", subject_id=clip.pk)
    assert (change.old, change.new, change.step) == ("HELD", "PURGED", "purge")


@pytest.mark.parametrize(
    ("age_h", "hold_h"),
    [(100, 1), (10, -1), (71, -1)],
    ids=["still held", "young", "an hour before its time"],
)
def test_what_is_held_or_young_stays(age_h: float, hold_h: float) -> None:
    clip = kept(age_h=age_h, hold_h=hold_h)
    assert run()["clips"] == 0
    clip.refresh_from_db()
    assert clip.state == "HELD"
    assert default_storage.exists(str(clip.file.name))


def test_one_hold_of_several_keeps_it_and_so_does_one_without_an_end() -> None:
    several, endless = kept("CAM-1"), kept("CAM-2")
    FootageHold.objects.create(clip=several, purpose="court", until=timezone.now() + timedelta(days=1))
    FootageHold.objects.create(clip=endless, purpose="police", until=None)
    assert run()["clips"] == 0


def test_footage_that_nobody_ever_held_goes_when_it_is_old(settings: Any) -> None:
    settings.JSC_FOOTAGE_KEEP_H = 24
    kept("CAM-1", hold_h=None, age_h=23)
    gone = kept("CAM-2", hold_h=None, age_h=25)
    assert run()["clips"] == 1
    gone.refresh_from_db()
    assert gone.state == "PURGED"


def test_footage_that_a_running_look_needs_or_somebody_waits_to_see_stays(menteng: Any) -> None:
    looked_at, awaited = kept("CAM-1"), kept("CAM-2")
    look = factories.verification(rows.placed(menteng).incident, state=VerificationState.MATCHED)
    VerificationMatch.objects.create(verification=look, camera=looked_at.camera, rank=0, metres=1, clip=looked_at)
    excerpt_of(awaited, state="WANTED")
    assert run()["clips"] == 0


def test_evidence_stills_outlive_their_footage(menteng: Any) -> None:
    still = rows.looked_at(rows.placed(menteng).incident)
    clip = still.run.clip
    name = default_storage.save("clips/x.mp4", ContentFile(b"x"))
    old = timezone.now() - timedelta(days=9)
    FootageClip.objects.filter(pk=clip.pk).update(file=name, settled_at=old, media_start_at=factories.NOON)
    assert run()["clips"] == 1
    assert EvidenceStill.objects.get().file.open("rb").read()
    page = rows.browser(factories.operator("rini")).get(f"/admin/cameras/footageclip/{clip.pk}/change/")
    assert page.status_code == 200


def test_a_dry_run_counts_and_changes_nothing() -> None:
    clip = kept()
    excerpt_of(clip)
    out = StringIO()
    call_command("purge_footage", "--dry-run", "--json", stdout=out)
    told = json.loads(out.getvalue().splitlines()[-1])
    counts = {"clips": 1, "excerpts": 1, "bytes": clip.size_bytes + 4, "earlier": 0, "remaining": 0, "left": 0}
    assert told == {**counts, "dry_run": True}
    clip.refresh_from_db()
    assert clip.state == "HELD"
    call_command("purge_footage", "--json", stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1]) == {**told, "dry_run": False}


def test_the_daily_purge_tells_what_it_did(caplog: Any) -> None:
    caplog.set_level("INFO", logger="reports.upkeep")
    kept()
    assert upkeep.purge()["footage"]["clips"] == 1
    assert "'clips': 1" in caplog.text


# -- Dying between --------------------------------------------------------------------


DIE = """
import os, signal, sys, django
django.setup()
from django.core.files.storage import default_storage
from django.utils import timezone
from reports.services import purge
die = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[1] == "before the bytes":
    purge.erase = die
else:
    real = purge.erase
    def erase(name):
        real(name)
        die()
    purge.erase = erase
purge.footage_purge(now=timezone.now())
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["before the bytes", "after the bytes"])
def test_a_purge_that_is_killed_is_finished_by_the_next(when: str, settings: Any, tmp_path: Path) -> None:
    clip = kept()
    name = str(clip.file.name)
    env = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "jsc_project.settings",
        "JSC_VAR_DIR": str(tmp_path / "var"),
        "JSC_MEDIA_URL": settings.MEDIA_ROOT,
    }
    root = Path(__file__).resolve().parents[2]
    died = subprocess.run([sys.executable, "-c", DIE, when], cwd=root, env=env, check=False, capture_output=True)
    assert died.returncode == -9, died.stderr.decode()
    clip.refresh_from_db()
    assert (clip.state, clip.file.name, clip.purged_at) == ("PURGED", name, None), "it still knows its bytes"
    assert default_storage.exists(name) == (when == "before the bytes")
    assert upkeep.files_purge(older_than=timezone.now() + timedelta(hours=1)) == 0, "named bytes are nobody else's"
    assert run() == {"clips": 1, "excerpts": 0, "bytes": clip.size_bytes, "earlier": 1, "remaining": 0, "left": 0}
    clip.refresh_from_db()
    assert (clip.file.name, default_storage.exists(name)) == ("", False)
    assert clip.purged_at is not None
    assert run()["clips"] == 0


def test_bytes_that_do_not_go_keep_their_name_and_are_tried_again(monkeypatch: Any) -> None:
    clip = kept()
    with monkeypatch.context() as patched:
        patched.setattr(os, "remove", lambda path: None)
        assert run()["remaining"] == 1
    clip.refresh_from_db()
    assert clip.file.name
    assert clip.purged_at is None
    assert run()["earlier"] == 1


def test_a_storage_that_is_down_is_not_asked_for_every_clip(monkeypatch: Any) -> None:
    clips = [kept(f"CAM-{n}") for n in range(6)]
    asked: list[str] = []

    def down(name: str) -> None:
        asked.append(name)
        raise StorageUnreachable("down")

    monkeypatch.setattr(purge, "erase", down)
    assert run() == {"clips": 0, "excerpts": 0, "bytes": 0, "earlier": 0, "remaining": 3, "left": 3}
    assert len(asked) == 3
    assert all(default_storage.exists(str(clip.file.name)) for clip in clips)


def test_a_run_that_takes_too_long_says_what_is_left() -> None:
    kept("CAM-1")
    kept("CAM-2")
    assert run(wall_s=0)["left"] == 2


# -- Wanted again -----------------------------------------------------------------------


def test_purged_footage_that_is_needed_again_is_pulled_again(world: Any, menteng: Any, parkir_liar: Any) -> None:
    world.camera()
    first = world.looked(happened_at=factories.NOON)
    clip = first.matches.get().clip
    FootageHold.objects.all().delete()
    FootageClip.objects.filter(pk=clip.pk).update(settled_at=timezone.now() - timedelta(days=9))
    old = str(clip.file.name)
    assert run()["clips"] == 1

    category = factories.category("sampah", aliases=["sampah"], zone_kinds=["no_stopping"])
    world.looked(of=category, happened_at=factories.NOON)
    clip.refresh_from_db()
    assert (clip.state, clip.purged_at) == ("HELD", None)
    assert clip.file.name != old
    assert default_storage.exists(str(clip.file.name))
    assert world.recorder.pulls == ["CAM-1", "CAM-1"]
    states = list(StatusChange.objects.filter(subject_kind="clip").order_by("id").values_list("new", flat=True))
    assert states == ["HELD", "PURGED", "WANTED", "HELD"]
    assert doubled()["endings"] == 0


def test_a_person_may_ask_for_purged_footage_again_and_nothing_of_the_old_row_is_believed(world: Any) -> None:
    clip = kept(camera=world.camera(), hold_h=None)
    run()
    clip.refresh_from_db()
    assert clip_ask_again(clip=clip, cause="person:1") != []
    clip.refresh_from_db()
    assert (clip.state, clip.covered, clip.sha256, clip.size_bytes) == ("WANTED", [], "", 0)
    assert clip_ask_again(clip=clip, cause="person:2") == []


def test_footage_asked_for_again_in_the_middle_of_a_purge_is_not_taken_for_the_purged(
    world: Any, monkeypatch: Any
) -> None:
    clip = kept(camera=world.camera(), hold_h=None)
    real = purge.erase

    def meanwhile(name: str) -> None:
        again = FootageClip.objects.get(pk=clip.pk)
        if again.state == "PURGED":
            clip_ask_again(clip=again, cause="person:1")
            world.run()
        real(name)

    monkeypatch.setattr(purge, "erase", meanwhile)
    run()
    clip.refresh_from_db()
    assert (clip.state, clip.purged_at) == ("HELD", None)
    assert default_storage.exists(str(clip.file.name))


# -- Files that no row refers to -----------------------------------------------------------


@pytest.fixture(params=["folder", "bucket"])
def anywhere(request: Any, settings: Any) -> Iterator[str]:
    if request.param == "folder":
        yield request.param
        return
    with s3_server() as wire:
        use(settings, wire)
        yield request.param


def test_what_nobody_adopted_is_swept_wherever_it_lies(anywhere: str) -> None:
    mine = kept()
    excerpt = excerpt_of(mine)
    for name in ("clips/2026/11/02/lost.mp4", "excerpts/lost.mp4", ".ready/lost", "stills/2026/11/02/lost.jpg"):
        default_storage.save(name, ContentFile(b"x"))
    assert upkeep.files_purge(older_than=timezone.now() - timedelta(hours=1)) == 0, "young ones may be in the making"
    assert upkeep.files_purge(older_than=timezone.now() + timedelta(hours=1)) == 4
    assert default_storage.exists(str(mine.file.name))
    assert default_storage.exists(str(excerpt.file.name))
    told = run()
    assert (told["clips"], told["excerpts"], told["remaining"]) == (1, 1, 0)
    assert not default_storage.exists(str(mine.file.name))
