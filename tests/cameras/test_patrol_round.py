"""A round of the patrol: claims, caps, what is written and what is not, and that nothing can hold it up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.db import connections
from django.utils import timezone

from cameras.footage import registry
from cameras.footage.source import FootageMissing, FootageTimedOut, Glance, SourceDenied, SourceUnreachable
from cameras.models import Camera, CameraCheckup, CameraRevision, CameraWatch, SourceBreaker
from cameras.selectors import cameras_seeing
from cameras.services import findings, looking, patrol, watches
from cameras.services.health import camera_health_note
from cameras.services.patrol import patrol_round
from cameras.services.references import NoPicture, reference_confirm, watch_files_purge
from jsc_project.lib.errors import StorageFull
from jsc_project.lib.when import wib_text
from tests import factories
from tests.cameras.eyes import Eyes
from tests.cameras.test_quality import lettered, noisy, street

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=ZoneInfo("Asia/Jakarta"))


class Clock:
    """The patrol's time of day: rounds by night and by day, days apart, whenever the tests run."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(timezone, "now", made)
    return made


@pytest.fixture
def eyes(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Eyes:
    settings.JSC_PATROL_EVERY_MIN, settings.JSC_PATROL_PARALLEL = 30, 6
    made = Eyes(default=street())
    made.default = lettered(noisy(street()), "12:00:00")
    monkeypatch.setattr(registry, "source_for", made.source_for)
    monkeypatch.setattr(patrol, "_denied", looking.DeniedMemory())
    return made


def camera(code: str = "CAM-1", recorder: str = "", **extra: Any) -> Camera:
    url = {"url": f"http://{recorder}/still.jpg"} if recorder else {}
    return factories.camera(code, source_kind="eye", source_settings={"code": code, **url}, **extra)


def looked(*cameras: Camera) -> None:
    """One look at each, due or not."""
    patrol_round(30, only={one.pk for one in cameras})
    for one in cameras:
        one.refresh_from_db()


def turned() -> Any:
    return lettered(noisy(np.roll(street(), 70, axis=1)), "12:00:00")


# --- what is written ------------------------------------------------------------------------------------------------


def test_a_good_camera_becomes_healthy_and_its_first_daylight_picture_is_the_reference(
    eyes: Eyes, clock: Clock
) -> None:
    one = camera()
    looked(one)
    watch = CameraWatch.objects.get()
    assert (one.health, one.health_reason) == ("healthy", "")
    assert one.health_at is not None
    assert watch.looked_at is not None
    assert watch.token is None
    assert default_storage.exists(str(watch.reference))
    assert default_storage.exists(str(watch.still))
    assert CameraCheckup.objects.get().health == "healthy"


def test_no_reference_is_taken_at_night(eyes: Eyes, clock: Clock) -> None:
    clock.forward(hours=10)
    looked(camera())
    assert not CameraWatch.objects.get().reference
    clock.forward(hours=12)
    eyes.default = lettered(noisy(street()), "10:00:00")
    looked(Camera.objects.get())
    assert CameraWatch.objects.get().reference


def test_a_bad_look_is_confirmed_by_a_second_before_matching_hears_of_it(eyes: Eyes, clock: Clock) -> None:
    one = camera()
    looked(one)
    eyes.default = SourceUnreachable("no answer")
    clock.forward(minutes=30)
    looked(one)
    assert (one.health, CameraWatch.objects.get().bad_looks) == ("healthy", 1)
    assert CameraWatch.objects.get().next_look - clock.now < timedelta(minutes=2)
    assert cameras_seeing(one.point)[0].healthy
    clock.forward(minutes=2)
    looked(one)
    assert one.health == "unhealthy"
    assert one.health_reason.startswith("source_unreachable: perangkat tidak dapat dihubungi")
    assert not cameras_seeing(one.point)[0].healthy
    eyes.default = street()
    clock.forward(minutes=2)
    looked(one)
    assert (one.health, one.health_reason) == ("healthy", "")


def test_only_news_is_written(eyes: Eyes, clock: Clock) -> None:
    """Every write of a camera makes each process build its index anew; a line of history a day is enough."""
    one = camera()
    looked(one)
    before, since = CameraRevision.current("cameras"), one.health_at
    for _ in range(40):
        clock.forward(minutes=30)
        eyes.default = lettered(noisy(street()), f"{clock.now:%H:%M:%S}")
        looked(one)
    assert CameraRevision.current("cameras") == before
    assert one.health_at == since
    assert CameraCheckup.objects.count() == 1
    clock.forward(hours=24)
    looked(one)
    assert CameraCheckup.objects.count() == 2


def test_another_reason_is_written_and_tells_no_index(eyes: Eyes, clock: Clock) -> None:
    one = camera()
    eyes.default = FootageMissing("nothing")
    looked(one)
    looked(one)
    before = CameraRevision.current("cameras")
    eyes.default = np.full((360, 640, 3), 120, np.uint8)
    looked(one)
    assert one.health_reason.startswith("flat: ")
    assert CameraRevision.current("cameras") == before
    assert list(CameraCheckup.objects.values_list("reason_code", flat=True)) == [
        "flat",
        "footage_missing",
        "footage_missing",
    ]


def test_a_clock_that_jumped_is_a_line_of_history_and_no_fault(eyes: Eyes, clock: Clock) -> None:
    one = camera()
    for offset_s in (0.4, 1.1, 0.2, 420.0, 421.0):
        eyes.clock_offset_s = offset_s
        looked(one)
    assert one.health == "healthy"
    assert CameraWatch.objects.get().clock_offset_s == 421.0
    assert list(CameraCheckup.objects.values_list("clock_offset_s", flat=True)) == [420.0, 0.4]


def test_the_dark_of_the_night_makes_no_camera_dead_and_says_so(eyes: Eyes, clock: Clock) -> None:
    one = camera()
    looked(one)
    clock.forward(hours=11)
    eyes.default = np.full((360, 640, 3), 5, np.uint8)
    for _ in range(4):
        looked(one)
        clock.forward(minutes=30)
    assert (one.health, one.health_reason.split(":")[0]) == ("healthy", "night_dark")
    clock.forward(hours=10)
    looked(one)
    looked(one)
    assert (one.health, one.health_reason.split(":")[0]) == ("unhealthy", "too_dark")


def test_cameras_without_a_source_or_out_of_use_are_not_watched(eyes: Eyes, clock: Clock) -> None:
    factories.camera("NO-SOURCE")
    camera("RETIRED", active=False)
    camera("ONE")
    clock.forward(minutes=1)
    assert patrol_round(30).outcomes["good"] == 1
    assert set(CameraWatch.objects.values_list("camera__code", flat=True)) == {"ONE"}


def test_our_own_trouble_leaves_no_trace_but_another_turn(
    eyes: Eyes, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    one = camera()
    eyes.default = ZeroDivisionError("a mistake of ours")
    looked(one)
    watch = CameraWatch.objects.get()
    assert (one.health, watch.looked_at, watch.token) == ("unknown", None, None)
    assert watch.next_look > clock.now
    assert "CAM-1" in caplog.text


def test_a_full_disk_costs_the_still_and_not_the_health(
    eyes: Eyes, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> str:
        raise StorageFull("no room")

    monkeypatch.setattr(findings, "picture_save", full)
    one = camera()
    looked(one)
    assert one.health == "healthy"
    assert not CameraWatch.objects.get().still


# --- the view -------------------------------------------------------------------------------------------------------


def test_a_turned_camera_stays_unhealthy_until_a_person_confirms_the_new_view(
    eyes: Eyes, clock: Clock, rini: Any
) -> None:
    one = camera()
    looked(one)
    eyes.default = turned()
    clock.forward(minutes=30)
    first_seen = clock.now
    for _ in range(3):
        looked(one)
        clock.forward(minutes=3)
    watch = CameraWatch.objects.get()
    assert one.health_reason.startswith("view_moved: ")
    assert watch.moved_since is not None
    assert abs(watch.moved_since - first_seen) < timedelta(seconds=5)
    assert f"sejak {wib_text(first_seen)}" in one.health_reason
    old = (str(watch.reference), str(watch.still))
    reference_confirm(one, rini)
    one.refresh_from_db()
    assert (one.health, one.health_reason) == ("healthy", "")
    assert "rini" in CameraCheckup.objects.first().reason_detail  # type: ignore[union-attr]
    clock.forward(minutes=2)
    looked(one)
    assert one.health == "healthy"
    assert not default_storage.exists(old[0])


def test_a_moved_camera_that_turns_back_by_itself_is_well_again_when_it_is_seen_there_twice(
    eyes: Eyes, clock: Clock
) -> None:
    one = camera()
    good = eyes.default
    looked(one)
    eyes.default = turned()
    for _ in range(3):
        looked(one)
        clock.forward(minutes=5)
    eyes.default = good
    looked(one)
    assert one.health_reason.startswith("view_moved: ")
    assert CameraWatch.objects.get().next_look - clock.now > timedelta(minutes=10)
    assert CameraCheckup.objects.first().reason_code == "view_back"  # type: ignore[union-attr]
    clock.forward(minutes=5)
    looked(one)
    assert one.health_reason.startswith("view_moved: ")
    clock.forward(minutes=25)
    eyes.default = lettered(noisy(street()), "12:40:00")
    looked(one)
    assert (one.health, CameraWatch.objects.get().moved_since) == ("healthy", None)


def test_there_is_no_reference_to_confirm_before_a_picture_came(eyes: Eyes, clock: Clock, rini: Any) -> None:
    one = camera()
    with pytest.raises(NoPicture):
        reference_confirm(one, rini)
    eyes.default = SourceUnreachable("x")
    looked(one)
    with pytest.raises(NoPicture):
        reference_confirm(one, rini)


def test_pictures_that_nobody_refers_to_are_purged_and_the_others_kept(eyes: Eyes, clock: Clock) -> None:
    one, two = camera(), camera("CAM-2")
    looked(one, two)
    kept = str(CameraWatch.objects.get(camera=two).still)
    gone = str(CameraWatch.objects.get(camera=one).still)
    one.delete()
    assert watch_files_purge(clock.now) == 0
    # Still, reference and kept look of the deleted camera; of the other its look, which is weeks old by the real clock.
    assert watch_files_purge(datetime.now(tz=clock.now.tzinfo) + timedelta(hours=30)) == 4
    assert default_storage.exists(kept)
    assert not default_storage.exists(gone)


# --- pulls and breakers ---------------------------------------------------------------------------------------------


def test_a_pull_that_works_heals_a_silent_camera_and_not_a_moved_one(eyes: Eyes, clock: Clock) -> None:
    silent, moved = camera("A"), camera("B")
    Camera.objects.filter(pk=silent.pk).update(health="unhealthy", health_reason="footage_timed_out: x")
    Camera.objects.filter(pk=moved.pk).update(health="unhealthy", health_reason="view_moved: x")
    assert camera_health_note(camera_id=silent.pk, healthy=True)
    assert not camera_health_note(camera_id=moved.pk, healthy=True)
    assert dict(Camera.objects.values_list("code", "health")) == {"A": "healthy", "B": "unhealthy"}


def test_a_pull_that_fails_is_told_in_words_and_looked_after_soon(eyes: Eyes, clock: Clock) -> None:
    one = camera()
    looked(one)
    assert camera_health_note(camera_id=one.pk, healthy=False, reason="footage_timed_out: read 0 bytes")
    one.refresh_from_db()
    assert one.health_reason == "footage_timed_out: perekam tidak menjawab tepat waktu"
    assert CameraWatch.objects.get().next_look - clock.now <= timedelta(minutes=1)


def test_a_recorder_that_pulls_know_to_be_down_is_not_asked_for_each_channel(eyes: Eyes, clock: Clock) -> None:
    cameras = [camera(f"CH-{n}", recorder="10.0.0.7:80") for n in range(5)]
    SourceBreaker.objects.create(
        key="recorder 10.0.0.7:80",
        phase="open",
        retry_at=clock.now + timedelta(minutes=9),
        reason_code="source_unreachable",
    )
    looked(*cameras)
    assert eyes.asked == []
    assert set(CameraCheckup.objects.values_list("reason_code", flat=True)) == {"source_unreachable"}
    clock.forward(minutes=10)
    looked(*cameras)
    assert len(eyes.asked) >= 2


def test_wrong_credentials_are_tried_once_and_not_by_every_channel(eyes: Eyes, clock: Clock) -> None:
    same = [camera(f"CH-{n}", recorder="10.0.0.7:80") for n in range(8)]
    other = camera("OTHER", recorder="10.0.0.7:80")
    other.secrets_set({"username": "op", "password": "right"})
    other.save()
    for one in same:
        one.secrets_set({"username": "op", "password": "wrong"})
        one.save()
        eyes.shown[one.code] = SourceDenied("refused", status=401)
    for one in [*same, other]:  # one at a time, so that the first answer is known before the second question
        looked(one)
    assert [code for code in eyes.asked if code.startswith("CH-")] == ["CH-0"]
    assert other.health == "healthy"
    assert CameraCheckup.objects.filter(reason_code="source_denied").count() == 8


def test_a_channel_that_is_forbidden_says_nothing_of_the_others(eyes: Eyes, clock: Clock) -> None:
    one, two = camera("A", recorder="10.0.0.7:80"), camera("B", recorder="10.0.0.7:80")
    eyes.shown["A"] = SourceDenied("may not see it", status=403)
    looked(one)
    looked(two)
    assert eyes.asked == ["A", "B"]


# --- beside each other ----------------------------------------------------------------------------------------------


def run_together(*rounds: Callable[[], Any]) -> None:
    def run(one: Callable[[], Any]) -> None:
        try:
            one()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(one,)) for one in rounds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)


def test_two_patrols_at_once_look_at_each_camera_once(eyes: Eyes) -> None:
    for n in range(24):
        camera(f"CAM-{n}")
    watches.watches_ensure(timezone.now() - timedelta(hours=1))
    eyes.slow_s = 0.05
    run_together(lambda: patrol_round(60), lambda: patrol_round(60))
    assert sorted(eyes.asked) == sorted(f"CAM-{n}" for n in range(24))
    assert CameraCheckup.objects.count() == 24
    assert not CameraWatch.objects.exclude(token=None).exists()


def test_one_recorder_never_serves_more_than_two_looks_at_once_and_the_rest_go_on(eyes: Eyes) -> None:
    for n in range(10):
        camera(f"CH-{n}", recorder="10.0.0.7:80")
    for n in range(10):
        camera(f"CAM-{n}", recorder=f"10.0.1.{n}:80")
    watches.watches_ensure(timezone.now() - timedelta(hours=1))
    eyes.slow_s = 0.1
    run_together(lambda: patrol_round(60), lambda: patrol_round(60))
    assert len(eyes.asked) == len(set(eyes.asked)) == 20
    assert eyes.most_at_once["10.0.0.7:80"] <= 2
    assert eyes.most_at_once["all"] > 2


def test_no_more_looks_at_once_than_the_setting_says(eyes: Eyes, settings: Any) -> None:
    settings.JSC_PATROL_PARALLEL = 3
    for n in range(9):
        camera(f"CAM-{n}")
    watches.watches_ensure(timezone.now() - timedelta(hours=1))
    eyes.slow_s = 0.05
    patrol_round(60)
    assert len(eyes.asked) == 9
    assert eyes.most_at_once["all"] <= 3


def test_a_killed_patrols_camera_is_free_when_its_lease_has_run_out(eyes: Eyes, clock: Clock) -> None:
    one = camera()
    watches.watches_ensure(clock.now)
    (claimed,) = watches.looks_claim(5, clock.now)
    assert watches.looks_claim(5, clock.now) == []
    clock.forward(seconds=watches.LEASE.total_seconds() + 1)
    assert patrol_round(30).outcomes["good"] == 1
    late = findings.finding_record(
        looking.Landed(claimed, 1.0), patrol.failed(SourceUnreachable("late")), None, clock.now
    )
    one.refresh_from_db()
    assert late is None
    assert one.health == "healthy"
    assert CameraWatch.objects.get().bad_looks == 0


def test_a_camera_that_is_deleted_during_its_look_ends_the_look_alone(eyes: Eyes, clock: Clock) -> None:
    one, two = camera(), camera("CAM-2")
    eyes.shown["CAM-1"] = lambda: (Camera.objects.filter(pk=one.pk).delete(), street())[1]
    patrol_round(30, only={one.pk, two.pk})
    two.refresh_from_db()
    assert two.health == "healthy"
    assert not CameraCheckup.objects.filter(camera_id=one.pk).exists()


def test_a_source_that_never_answers_costs_its_own_look_and_not_the_round(
    eyes: Eyes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking.Lookers.__init__, "__defaults__", (1.0,))
    hangs = threading.Event()
    stuck, well = camera("STUCK"), camera("WELL")
    eyes.shown["STUCK"] = lambda: (hangs.wait(60), street())[1]
    began = time.monotonic()
    try:
        looked(stuck, well)
        assert time.monotonic() - began < 30
    finally:
        hangs.set()
    assert well.health == "healthy"
    assert CameraCheckup.objects.get(camera=stuck).reason_code == "footage_timed_out"


def test_a_stopped_patrol_hands_its_cameras_back_at_once(eyes: Eyes, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: Any, **_named: Any) -> Any:
        raise SystemExit

    one = camera()
    eyes.slow_s = 0.3
    monkeypatch.setattr(looking.Lookers, "landed", stopped)
    with pytest.raises(SystemExit):
        patrol_round(30, only={one.pk})
    assert CameraWatch.objects.get().token is None


def test_a_round_ends_when_its_time_is_over(eyes: Eyes) -> None:
    for n in range(30):
        camera(f"CAM-{n}")
    watches.watches_ensure(timezone.now() - timedelta(hours=1))
    eyes.slow_s = 0.2
    patrol_round(0.1)
    assert 0 < len(eyes.asked) < 30
    assert not CameraWatch.objects.exclude(token=None).exists()


def test_a_patrol_that_is_turned_off_looks_at_nothing_but_what_is_asked(eyes: Eyes, settings: Any) -> None:
    settings.JSC_PATROL_EVERY_MIN = 0
    one = camera()
    assert patrol_round(30).recorded == []
    assert not CameraWatch.objects.exists()
    looked(one)
    assert one.health == "healthy"


def test_a_file_that_kills_the_decoder_costs_one_camera_of_the_batch(eyes: Eyes, clock: Clock, tmp_path: Path) -> None:
    bad, good = camera("BAD"), camera("GOOD")
    text = tmp_path / "login.html"
    text.write_text("<html>")
    eyes.shown["BAD"] = Glance(text, None)
    looked(bad, good)
    assert good.health == "healthy"
    assert CameraCheckup.objects.get(camera=bad).reason_code == "decode_failed"
    assert text.exists()  # a source may point to what is not ours to delete


def test_the_looks_leave_no_folder_behind(eyes: Eyes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    eyes.shown["CAM-2"] = FootageTimedOut("x", what="silence")
    looked(camera(), camera("CAM-2"))
    assert list(tmp_path.glob("jsc-look-*")) == []
