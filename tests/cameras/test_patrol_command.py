"""``manage.py patrol`` and the beat's job, on a folder of real recordings."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.management import call_command
from django.utils import timezone

from cameras.models import Camera, CameraCheckup, CameraWatch
from jsc_project.celery import QUEUES, app
from reports import tasks
from tests import factories
from tests.cameras.clips import WIB, Clip, steady, write
from tests.cameras.eyes import Eyes
from tests.cameras.test_quality import lettered, noisy, street

pytestmark = pytest.mark.django_db


def recorded(folder: Path, ago: timedelta, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten seconds of the street, named by when they begin, as recorders name them."""
    from tests.cameras import clips

    monkeypatch.setattr(clips, "picture_at", lambda _t, _size: lettered(noisy(street(640))))
    began = datetime.now(WIB) - ago
    clip = Clip(steady(10, fps=5.0), size=(640, 360), fps=5.0)
    return write(folder / f"{began:%Y%m%d_%H%M%S}.mp4", clip)


def folder_camera(settings: Any, code: str = "GATE-1") -> tuple[Camera, Path]:
    folder = Path(settings.JSC_FOOTAGE_ROOT) / code.lower()
    folder.mkdir(parents=True)
    return factories.camera(code, source_kind="folder", source_settings={"folder": code.lower()}), folder


def asked(capsys: Any, *arguments: str) -> Any:
    call_command("patrol", *arguments, "--json")
    return json.loads(capsys.readouterr().out.strip().splitlines()[-1])


def test_one_look_at_a_folder_that_records_finds_it_well(
    settings: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera, folder = folder_camera(settings)
    recorded(folder, timedelta(minutes=4), monkeypatch)
    told = asked(capsys, "--camera", "GATE-1")
    assert (told["good"], told["bad"]) == (1, 0)
    (look,) = told["looks"]
    assert (look["camera"], look["health"], look["saw"], look["changed"]) == ("GATE-1", "healthy", "", True)
    camera.refresh_from_db()
    assert camera.health == "healthy"
    # Nothing newer was recorded: the same file proves only that the recorder's folder can be read.
    assert asked(capsys, "--camera", "GATE-1")["repeat"] == 1
    assert CameraCheckup.objects.count() == 1


def test_a_folder_in_which_nothing_new_appeared_is_told_by_its_age(
    settings: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, folder = folder_camera(settings)
    recorded(folder, timedelta(hours=5), monkeypatch)
    assert asked(capsys, "--camera", "GATE-1")["looks"][0]["saw"] == "footage_stale"
    empty, _ = folder_camera(settings, "GATE-2")
    for _ in range(2):
        (look,) = asked(capsys, "--camera", "GATE-2")["looks"]
    assert (look["saw"], look["health"]) == ("footage_missing", "unhealthy")
    empty.refresh_from_db()
    assert empty.health_reason == "footage_missing: tidak ada rekaman dalam 24 jam terakhir"


def test_a_camera_that_cannot_be_looked_at_is_refused_by_name(settings: Any, capsys: Any) -> None:
    factories.camera("BARE")
    for code in ("BARE", "NOBODY"):
        with pytest.raises(SystemExit) as ended:
            call_command("patrol", "--camera", code, "--json")
        assert ended.value.code == 2
        error = json.loads(capsys.readouterr().out)["error"]
        assert (error["code"], code in error["detail"]) == ("unreadable_input", True)


def test_once_looks_at_what_is_due_and_tells_people(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    eyes = Eyes(default=np.full((360, 640, 3), 120, np.uint8), clock_offset_s=421.2)
    monkeypatch.setattr("cameras.footage.registry.source_for", eyes.source_for)
    factories.camera("EYE-1", source_kind="eye", source_settings={"code": "EYE-1"})
    CameraWatch.objects.create(camera=Camera.objects.get(), next_look=timezone.now() - timedelta(hours=1))
    call_command("patrol", "--once")
    told = capsys.readouterr().out
    assert "EYE-1" in told
    assert "lensa tertutup" in told
    assert "jam +421.2 s" in told
    assert "bad 1" in told


def test_the_beats_job_looks_at_what_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    eyes = Eyes(default=street())
    monkeypatch.setattr("cameras.footage.registry.source_for", eyes.source_for)
    factories.camera("EYE-1", source_kind="eye", source_settings={"code": "EYE-1"})
    CameraWatch.objects.create(camera=Camera.objects.get(), next_look=timezone.now())
    tasks.patrol()
    assert Camera.objects.get().health == "healthy"


def test_the_job_has_a_queue_a_ring_that_lapses_and_a_hard_limit_longer_than_a_round() -> None:
    app.finalize()
    beat = app.conf.beat_schedule["patrol"]
    assert beat["task"] == tasks.patrol.name
    assert beat["options"]["expires"] <= beat["schedule"]
    assert app.conf.task_routes[tasks.patrol.name]["queue"] in QUEUES
    assert tasks.PATROL_ROUND_S < tasks.patrol.soft_time_limit < tasks.patrol.time_limit


def test_a_still_of_a_look_is_a_picture_file(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    eyes = Eyes(default=street(1920))
    monkeypatch.setattr("cameras.footage.registry.source_for", eyes.source_for)
    factories.camera("EYE-1", source_kind="eye", source_settings={"code": "EYE-1"})
    CameraWatch.objects.create(camera=Camera.objects.get(), next_look=timezone.now())
    tasks.patrol()
    with CameraWatch.objects.get().still.open("rb") as file:
        kept = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_COLOR)
    assert kept is not None
    assert kept.shape == (540, 960, 3)
