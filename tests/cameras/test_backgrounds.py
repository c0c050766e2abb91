"""A camera's own background: what gets into it, how slowly, what is kept, and what is given to checks."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from django.core.files.storage import default_storage

from cameras.footage.frame import Picture
from cameras.models import BackgroundLook, Camera, CameraBackground, CameraView, CameraWatch
from cameras.patrol.backdrop import KEPT_LOOKS, backdrop_of, changed_share
from cameras.patrol.daypart import DayPart
from cameras.patrol.judge import Finding, Memory, Outcome
from cameras.patrol.view import Change, ViewCheck
from cameras.services import backgrounds
from cameras.services.backgrounds import background_for, background_look
from cameras.services.pictures import REFERENCES, picture_load, picture_save
from cameras.services.references import watch_files_purge
from cameras.services.views import zones_view_confirm
from jsc_project.lib.errors import StorageFull
from tests import factories
from tests.cameras.test_patrol_round import Clock, clock, eyes, looked  # noqa: F401
from tests.cameras.test_patrol_round import camera as patrolled
from tests.cameras.test_quality import noisy, street

DAY = datetime(2026, 11, 2, 9, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
IN_PLACE = ViewCheck(Change.NONE, 0.9, 0.9, 0.0, 0.0)
HOURS = (0, 2, 4)
"""After nine: three looks of one part of the day."""


def with_heap(picture: Picture) -> Picture:
    out = picture.copy()
    for n in range(6):
        cv2.circle(out, (300 + 14 * n, 300 - 7 * (n % 2)), 12, (225, 225, 230) if n % 2 else (20, 20, 25), -1)
    return out


@pytest.fixture
def watch(db: Any) -> CameraWatch:
    camera = factories.camera()
    reference = picture_save(REFERENCES, camera.pk, street())
    return CameraWatch.objects.create(camera=camera, reference=reference, reference_at=DAY, still=reference)


def seen(watch: CameraWatch, picture: Picture, at: datetime, **finding: Any) -> None:
    told = {"view": IN_PLACE, "fit": True, "memory": Memory(plane_at=at), **finding}
    outcome = told.pop("outcome", Outcome.GOOD)
    background_look(watch, Finding(outcome, **told), noisy(picture), at)


def days(watch: CameraWatch, count: int, picture: Picture, first: int = 0) -> None:
    for day in range(first, first + count):
        for hour in HOURS:
            seen(watch, picture, DAY + timedelta(days=day, hours=hour))


def heap_in(row: CameraBackground) -> bool:
    shown = picture_load(str(row.file))
    assert shown is not None
    apart = cv2.absdiff(shown, street())[280:316, 285:390]
    return bool((apart > 40).mean() > 0.2)


# --- what gets in -----------------------------------------------------------------------------------------------------


def test_after_two_days_there_is_a_background_without_those_who_passed(watch: CameraWatch) -> None:
    for day in range(2):
        for number, hour in enumerate(HOURS):
            passing = street()
            x = 60 + 180 * number
            passing[200:330, x : x + 90] = (30, 30, 200)
            seen(watch, passing, DAY + timedelta(days=day, hours=hour))
    [row] = CameraBackground.objects.all()
    assert (row.part, row.version, row.looks, row.changed_share) == ("siang", 1, 5, None)
    assert (row.first_look_at, row.last_look_at) == (DAY, DAY + timedelta(days=1, hours=2))
    shown = picture_load(str(row.file))
    assert shown is not None
    assert np.abs(shown.astype(int) - street()).mean() < 6
    stored = default_storage.open(str(row.file)).read()
    assert hashlib.sha256(stored).hexdigest() == row.sha256


def test_a_thing_that_stands_enters_after_days_and_visibly(watch: CameraWatch) -> None:
    days(watch, 4, street())
    assert not heap_in(CameraBackground.objects.latest("built_at"))
    days(watch, 2, with_heap(street()), first=4)
    assert not heap_in(CameraBackground.objects.latest("built_at"))
    days(watch, 2, with_heap(street()), first=6)
    newest = CameraBackground.objects.latest("built_at")
    assert heap_in(newest)
    changes = [row.changed_share or 0.0 for row in CameraBackground.objects.order_by("version")]
    assert max(changes) > 0.003
    assert changes[0] < 0.001


def test_a_version_is_built_once_a_day_and_looks_are_spaced(watch: CameraWatch) -> None:
    for minutes in range(0, 300, 30):
        seen(watch, street(), DAY + timedelta(minutes=minutes))
    assert BackgroundLook.objects.count() == 3
    days(watch, 5, street(), first=1)
    assert CameraBackground.objects.latest("version").version <= 6
    assert BackgroundLook.objects.count() == KEPT_LOOKS


def test_morning_and_night_have_backgrounds_of_their_own(watch: CameraWatch) -> None:
    for day in range(6):
        seen(watch, street(), DAY + timedelta(days=day), view=IN_PLACE)
        seen(watch, (street() * 0.4).astype(np.uint8), DAY + timedelta(days=day, hours=13), view=None)
    assert {row.part for row in CameraBackground.objects.all()} == {"siang", "malam"}
    assert day_of(background_for(watch.camera, DAY + timedelta(days=6))) == "siang"
    assert day_of(background_for(watch.camera, DAY + timedelta(days=6, hours=14))) == "malam"
    assert background_for(watch.camera, DAY + timedelta(days=6, hours=-2)) is None


def day_of(row: CameraBackground | None) -> str:
    assert row is not None
    return str(row.part)


@pytest.mark.parametrize(
    "finding",
    [
        pytest.param({"outcome": Outcome.BAD, "code": "blurred", "fit": False}, id="a bad picture"),
        pytest.param({"outcome": Outcome.NIGHT, "fit": False}, id="too dark"),
        pytest.param({"view": ViewCheck(Change.UNSURE, 0.3, 0.3, 0, 0)}, id="perhaps another view"),
        pytest.param({"outcome": Outcome.BAD, "code": "view_moved"}, id="another view"),
    ],
)
def test_only_good_pictures_of_the_cameras_own_view_come_in(watch: CameraWatch, finding: dict[str, Any]) -> None:
    seen(watch, street(), DAY, **finding)
    assert not BackgroundLook.objects.exists()


def test_nothing_comes_in_while_the_view_is_moved_or_suspected(watch: CameraWatch) -> None:
    CameraWatch.objects.update(bad_looks=1)
    seen(watch, street(), DAY)
    CameraWatch.objects.update(bad_looks=0, moved_since=DAY)
    seen(watch, street(), DAY)
    assert not BackgroundLook.objects.exists()


def test_a_look_of_another_view_among_the_kept_ones_is_left_out() -> None:
    looks = [noisy(street()) for _ in range(6)] + [noisy(np.roll(street(), 70, axis=1))]
    made = backdrop_of(looks)
    assert made is not None
    assert made.used == (0, 1, 2, 3, 4, 5)
    assert backdrop_of(looks[:4]) is None
    assert backdrop_of([*looks[:4], np.ascontiguousarray(street()[:, :400])]) is None


def test_light_is_no_change_of_the_background() -> None:
    assert changed_share(street(), (street() * 0.6).astype(np.uint8)) < 0.01
    assert changed_share(street(), with_heap(street())) > 0.005
    assert changed_share(street(), np.ascontiguousarray(street()[:, :400])) == 1.0


# --- views, versions, files -------------------------------------------------------------------------------------------


def test_a_new_view_begins_a_background_of_its_own(watch: CameraWatch, rini: Any) -> None:
    days(watch, 2, street())
    assert background_for(watch.camera, DAY + timedelta(days=2)) is not None
    factories.zone(watch.camera)
    watch.refresh_from_db()
    CameraWatch.objects.update(still=picture_save("looks", watch.pk, np.roll(street(), 70, axis=1)), moved_since=DAY)
    view = zones_view_confirm(watch.camera, rini)
    assert background_for(watch.camera, DAY + timedelta(days=2)) is None
    days(watch, 2, np.roll(street(), 70, axis=1), first=2)
    row = background_for(watch.camera, DAY + timedelta(days=4))
    assert row is not None
    assert (row.view_id, row.version) == (view.pk, 2)
    assert set(BackgroundLook.objects.values_list("view", flat=True)) == {view.pk}


def test_a_check_gets_the_newest_version_that_is_older_than_its_clip(watch: CameraWatch) -> None:
    days(watch, 4, street())
    rows = list(CameraBackground.objects.order_by("version"))
    assert len(rows) >= 2
    between = rows[-1].last_look_at - timedelta(minutes=10)
    found = background_for(watch.camera, between)
    assert found is not None
    assert found.version < rows[-1].version
    assert background_for(watch.camera, DAY + timedelta(days=20)) is None


def test_old_versions_go_and_those_that_an_answer_stands_on_stay(watch: CameraWatch) -> None:
    days(watch, 3, street())
    first = CameraBackground.objects.order_by("version")[0]
    CameraBackground.objects.filter(pk=first.pk).update(used_at=DAY + timedelta(days=3))
    days(watch, 8, street(), first=3)
    kept = list(CameraBackground.objects.order_by("version").values_list("version", flat=True))
    assert kept[0] == first.version
    assert len(kept) == 1 + backgrounds.VERSIONS_KEPT
    names = set(default_storage.listdir(f"backgrounds/{watch.pk}")[1])
    assert len(names) == len(kept)
    assert len(default_storage.listdir(f"background-looks/{watch.pk}")[1]) == KEPT_LOOKS


def test_with_its_camera_all_of_it_goes(watch: CameraWatch) -> None:
    days(watch, 2, street())
    Camera.objects.all().delete()
    assert not CameraBackground.objects.exists()
    assert not CameraView.objects.exists()
    watch_files_purge(datetime.now(tz=DAY.tzinfo) + timedelta(hours=30))
    for folder in ("backgrounds", "background-looks", "references"):
        assert default_storage.listdir(f"{folder}/{watch.pk}")[1] == []


def test_looks_of_a_dead_camera_are_not_kept_for_ever(watch: CameraWatch) -> None:
    days(watch, 1, street())
    watch_files_purge(DAY + timedelta(days=10))
    assert BackgroundLook.objects.count() == 3
    watch_files_purge(DAY + timedelta(days=20))
    assert not BackgroundLook.objects.exists()


def test_a_full_storage_costs_a_look_and_no_round(watch: CameraWatch, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise StorageFull("no room")

    monkeypatch.setattr(backgrounds, "picture_save", full)
    seen(watch, street(), DAY)
    assert not BackgroundLook.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_round_of_the_patrol_feeds_it(eyes: Any, clock: Clock) -> None:  # noqa: F811
    one = patrolled()
    looked(one)
    clock.forward(minutes=30)
    eyes.default = noisy(street())
    looked(one)
    [look] = BackgroundLook.objects.all()
    assert (look.part, look.view.number, look.view.how) == (DayPart.NOON, 1, "patrol")
    assert CameraWatch.objects.get().view == look.view
