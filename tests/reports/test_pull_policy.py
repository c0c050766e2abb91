"""Pulling under trouble: breakers, slots, patience, the next camera, and what a cut-short pull leaves behind."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from analytics.verdict import Verdict
from cameras.footage.context import SourceContext
from cameras.footage.source import (
    FootageError,
    FootageMissing,
    FootageTimedOut,
    PulledFootage,
    SourceDenied,
    SourceUnreachable,
    StorageFull,
)
from cameras.footage.states import ClipState
from cameras.footage.window import TimeWindow
from cameras.models import Camera, FootageClip, PullSlot, RecorderBeat, RingDemand, SourceBreaker
from cameras.services import breakers, pulls
from cameras.services.breakers import (
    SourceBusy,
    SourceUnavailable,
    breaker_close,
    camera_key,
    pull_failed,
    pull_permit,
    pull_slot,
    pull_succeeded,
    recorder_key,
)
from cameras.services.pulls import LONGEST_PULL_S, clip_pull, scratch_root
from reports import pipeline
from reports.lifecycle import VerificationState
from reports.models import Verification, VerificationMatch
from reports.selectors import pipeline as books
from tests import factories
from tests.pipeline_world import World

pytestmark = pytest.mark.django_db

NVR = "http://10.1.2.3/stream"


@pytest.fixture(autouse=True)
def _places(menteng: object, parkir_liar: object, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"


@dataclass
class Device:
    """Answers pulls with what ``say`` returns or raises."""

    say: Callable[[TimeWindow, Path, SourceContext], PulledFootage]
    asked: list[str] = field(default_factory=list)

    def source_for(self, kind: str, context: SourceContext) -> Any:
        device = self

        class Source:
            has_past = real_time = stills_only = False

            def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
                device.asked.append(str(context.settings.get("code", "")))
                return device.say(window, destination, context)

        return Source()


def film(window: TimeWindow, path: Path, share: float = 1.0, shortfall: str = "") -> PulledFootage:
    path.write_bytes(f"footage of CAM-1 {uuid.uuid4()}".encode())
    covered = TimeWindow(window.start, window.start + (window.end - window.start) * share)
    return PulledFootage(path, window.start, [covered], shortfall=shortfall)


def on_recorder(world: World, code: str, url: str = NVR, **extra: Any) -> Camera:
    made = factories.camera(code, source_kind="fake", source_settings={"code": code, "url": url}, **extra)
    factories.zone(made)
    return made


def tries_on(world: World, times: int) -> None:
    """Time goes by: whatever waits is due, and breakers' waits are over."""
    for _ in range(times):
        world.run()
        now = timezone.now()
        FootageClip.objects.filter(state=ClipState.WANTED).update(next_run=now)
        Verification.objects.update(next_run=now)
        SourceBreaker.objects.update(retry_at=now)


DEAD = SourceUnreachable("no connection: refused or no route")


def test_a_dead_recorder_is_asked_three_times_and_then_left_alone(world: World) -> None:
    on_recorder(world, "CAM-1")
    world.recorder.answers["CAM-1"] = DEAD
    factories.report()
    for _ in range(6):
        FootageClip.objects.update(next_run=timezone.now())
        world.run()
    breaker = SourceBreaker.objects.get(key="recorder 10.1.2.3:80")
    assert (breaker.phase, breaker.reason_code) == ("open", "source_unreachable")
    assert len(world.recorder.pulls) == 3, "after that the open breaker answers for it"
    clip = FootageClip.objects.get()
    assert clip.state == ClipState.WANTED, "nobody else can answer, so it waits"
    assert clip.next_run > timezone.now()
    assert clip.attempts == 3, "waiting costs no try"


def test_cameras_behind_a_dead_recorder_are_shown_as_such_and_not_preferred(world: World) -> None:
    near = on_recorder(world, "CAM-1")
    behind = on_recorder(world, "CAM-2")
    other = on_recorder(world, "CAM-3", url="http://10.9.9.9/stream")
    world.recorder.answers["CAM-1"] = DEAD
    factories.report()
    tries_on(world, 1)
    for _ in range(4):
        world.run()
        FootageClip.objects.filter(state=ClipState.WANTED).update(next_run=timezone.now())
    for camera in (near, behind):
        camera.refresh_from_db()
        assert camera.health == Camera.Health.UNHEALTHY
        assert camera.health_reason.startswith("recorder 10.1.2.3:80: source_unreachable")
    other.refresh_from_db()
    assert other.health != Camera.Health.UNHEALTHY
    breaker_close(SourceBreaker.objects.get(key="recorder 10.1.2.3:80"))
    behind.refresh_from_db()
    assert (behind.health, behind.health_reason) == (Camera.Health.UNKNOWN, "")


def test_with_an_open_breaker_the_next_camera_is_asked_at_once(world: World) -> None:
    on_recorder(world, "CAM-1", bearing_deg=0)
    on_recorder(world, "CAM-2", url="http://10.9.9.9/stream", bearing_deg=180, lat=-6.1951)
    now = timezone.now()
    SourceBreaker.objects.create(
        key="recorder 10.1.2.3:80", phase="open", failures=3, opened=1, retry_at=now + timedelta(minutes=5)
    )
    look = world.looked()
    assert world.recorder.pulls == ["CAM-2"]
    assert look.verdict == Verdict.SUPPORTED
    first = FootageClip.objects.get(camera__code="CAM-1")
    assert (first.state, first.reason_code) == (ClipState.FAILED, "source_unavailable")
    first.camera.refresh_from_db()
    assert first.camera.health != Camera.Health.UNHEALTHY, "nobody asked it: nothing was learned"


def test_one_try_speaks_for_all_when_the_wait_is_over_and_success_closes(world: World) -> None:
    camera = on_recorder(world, "CAM-1")
    row = SourceBreaker.objects.create(
        key="recorder 10.1.2.3:80", phase="open", failures=3, opened=1, retry_at=timezone.now() - timedelta(seconds=1)
    )
    pull_permit(camera)
    row.refresh_from_db()
    assert row.phase == "half_open"
    with pytest.raises(FootageError) as second:
        pull_permit(camera)
    assert second.value.code == "source_unavailable"
    SourceBreaker.objects.update(retry_at=timezone.now())
    assert world.looked().verdict == Verdict.SUPPORTED
    row.refresh_from_db()
    assert (row.phase, row.failures, row.reason_code) == ("closed", 0, "")


def test_a_recorder_that_has_nothing_is_alive(world: World) -> None:
    on_recorder(world, "CAM-1")
    SourceBreaker.objects.create(key="recorder 10.1.2.3:80", phase="open", failures=3, retry_at=timezone.now())
    world.recorder.answers["CAM-1"] = FootageMissing("nothing was recorded in this window")
    world.looked()
    assert SourceBreaker.objects.get(key="recorder 10.1.2.3:80").phase == "closed"


def test_our_own_full_disk_is_nobodys_fault_and_costs_no_try(world: World) -> None:
    camera = on_recorder(world, "CAM-1")
    world.recorder.answers["CAM-1"] = StorageFull("no room left for the pull")
    factories.report()
    for _ in range(9):
        world.run()
        FootageClip.objects.update(next_run=timezone.now())
    clip = FootageClip.objects.get()
    assert (clip.state, clip.attempts) == (ClipState.WANTED, 0)
    assert not SourceBreaker.objects.exclude(phase="closed", failures=0).exists()
    camera.refresh_from_db()
    assert camera.health != Camera.Health.UNHEALTHY
    world.recorder.answers.clear()
    FootageClip.objects.update(next_run=timezone.now())
    world.run()
    assert FootageClip.objects.get().state == ClipState.HELD, "room again, and it goes on by itself"


def test_a_wrong_password_costs_one_try_and_only_its_own_camera(world: World) -> None:
    on_recorder(world, "CAM-1", bearing_deg=0)
    on_recorder(world, "CAM-2", bearing_deg=180)
    world.recorder.answers["CAM-1"] = SourceDenied("it does not take the user name and password", status=401)
    assert world.looked().verdict == Verdict.SUPPORTED
    assert world.recorder.pulls == ["CAM-1", "CAM-2"], "another channel may carry other credentials"
    failed = FootageClip.objects.get(camera__code="CAM-1")
    assert (failed.state, failed.reason_code) == (ClipState.FAILED, "source_denied")
    assert SourceBreaker.objects.get(camera__code="CAM-1").phase == "open"
    assert not SourceBreaker.objects.filter(key__startswith="recorder").exclude(phase="closed").exists()


def test_patience_ends_and_the_verification_ends_in_words(world: World, settings: Any) -> None:
    on_recorder(world, "CAM-1")
    world.recorder.answers["CAM-1"] = DEAD
    factories.report()
    tries_on(world, 3)
    SourceBreaker.objects.update(retry_at=timezone.now() + timedelta(minutes=9), phase="open")
    long_ago = timezone.now() - timedelta(seconds=settings.JSC_PULL_PATIENCE_S + 1)
    FootageClip.objects.update(wanted_at=long_ago, next_run=timezone.now())
    world.run()
    clip = FootageClip.objects.get()
    assert (clip.state, clip.reason_code) == (ClipState.FAILED, "source_unavailable")
    look = Verification.objects.get()
    assert (look.state, look.verdict) == (VerificationState.DECIDED, Verdict.INCONCLUSIVE)
    assert books.accounting().lost == 0


def test_all_of_a_verifications_pulls_together_have_a_limit(world: World, settings: Any) -> None:
    on_recorder(world, "CAM-1")
    world.recorder.answers["CAM-1"] = DEAD
    factories.report()
    world.run()
    Verification.objects.update(
        created_at=timezone.now() - timedelta(seconds=settings.JSC_FOOTAGE_WALL_S + 1), next_run=timezone.now()
    )
    world.run()
    look = Verification.objects.get()
    assert (look.verdict, look.outcome_code) == (Verdict.INCONCLUSIVE, "no_footage")
    assert FootageClip.objects.get().state == ClipState.WANTED, "the evidence may still come for the next look"


def test_a_pull_that_was_cut_short_goes_on_from_its_pieces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def say(window: TimeWindow, path: Path, context: SourceContext) -> PulledFootage:
        assert context.scratch is not None
        piece = context.scratch / "piece-1"
        if piece.exists():
            return film(window, path)
        piece.write_bytes(b"half")
        return film(window, path, share=0.5, shortfall="footage_timed_out")

    device = Device(say)
    monkeypatch.setattr("cameras.footage.registry.source_for", device.source_for)
    on_recorder(world, "CAM-1")
    factories.report()
    world.run()
    clip = FootageClip.objects.get()
    assert (clip.state, clip.attempts) == (ClipState.WANTED, 1)
    assert "pull_cut_short" in clip.last_error
    tries_on(world, 2)
    clip.refresh_from_db()
    assert clip.state == ClipState.HELD
    assert len(device.asked) == 2


def test_the_last_try_takes_what_it_can_get_and_says_why_it_is_less(
    world: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    device = Device(lambda window, path, _: film(window, path, share=0.5, shortfall="footage_timed_out"))
    monkeypatch.setattr("cameras.footage.registry.source_for", device.source_for)
    on_recorder(world, "CAM-1")
    world.analyst.verdicts["CAM-1"] = Verdict.CONTRADICTED
    factories.report()
    with django_capture_on_commit_callbacks(execute=True):
        tries_on(world, 7)
    clip = FootageClip.objects.get()
    assert (clip.state, clip.reason_code) == (ClipState.PARTIAL, "footage_timed_out")
    assert len(device.asked) == pipeline.pull.STEP.max_attempts
    assert not (scratch_root() / str(clip.pk)).exists(), "settled: its pieces are gone"
    look = Verification.objects.get()
    assert look.verdict == Verdict.INCONCLUSIVE
    assert look.reasons[0]["code"] == "coverage_low"


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.59])
def test_nothing_is_contradicted_by_less_than_sixty_percent_of_the_window(world: World, share: float) -> None:
    world.camera()
    world.recorder.answers["CAM-1"] = share
    world.analyst.verdicts["CAM-1"] = Verdict.CONTRADICTED
    look = world.looked()
    assert look.verdict == Verdict.INCONCLUSIVE
    assert {reason["code"] for reason in look.reasons} >= {"coverage_low"}


def test_what_is_about_to_be_deleted_is_pulled_first(world: World) -> None:
    urgent, calm = (factories.incident(priority=p) for p in (1, 5))
    for number, (incident, hours) in enumerate([(urgent, None), (calm, 0.2)], start=1):
        camera = on_recorder(world, f"CAM-{number}")
        clip = factories.clip(camera, expires_at=timezone.now() + timedelta(hours=hours) if hours else None)
        look = factories.verification(incident, priority=incident.priority, state=VerificationState.MATCHED)
        VerificationMatch.objects.create(verification=look, camera=camera, rank=0, metres=5, assumed=False, clip=clip)
    first = pipeline._candidates("footage", 9)[0][0]
    assert FootageClip.objects.get(pk=first.pk).camera.code == "CAM-2"


def test_a_retention_in_the_settings_tells_when_footage_expires(world: World) -> None:
    camera = on_recorder(world, "CAM-1")
    Camera.objects.filter(pk=camera.pk).update(source_settings={"code": "CAM-1", "url": NVR, "retention_h": 24})
    world.reported()
    clip = FootageClip.objects.get()
    assert clip.expires_at == clip.start_at + timedelta(hours=24)


# -- Slots ----------------------------------------------------------------------------


def test_a_killed_workers_slot_lapses(world: World, settings: Any) -> None:
    camera = on_recorder(world, "CAM-1")
    PullSlot.objects.create(camera=camera, until=timezone.now() + timedelta(seconds=LONGEST_PULL_S))
    with pytest.raises(SourceBusy), pull_slot(camera, uuid.uuid4(), 60):
        pass
    PullSlot.objects.update(until=timezone.now() - timedelta(seconds=1))
    with pull_slot(camera, uuid.uuid4(), 60):
        assert PullSlot.objects.count() == 1
    assert PullSlot.objects.count() == 0


def test_a_slot_outlives_its_holders_claim_by_seconds_only(world: World, settings: Any) -> None:
    """A worker killed in a pull of twenty minutes at most must not keep its camera from everybody for as long."""
    camera = on_recorder(world, "CAM-1")
    token = uuid.uuid4()
    clip = factories.clip(camera)
    taken = timezone.now() - timedelta(seconds=2 * settings.JSC_LEASE_S)
    PullSlot.objects.create(camera=camera, token=token, until=taken + timedelta(seconds=LONGEST_PULL_S))
    FootageClip.objects.filter(pk=clip.pk).update(token=token, lease_until=timezone.now() + timedelta(seconds=30))
    with pytest.raises(SourceBusy), pull_slot(camera, uuid.uuid4(), LONGEST_PULL_S):
        pass
    FootageClip.objects.filter(pk=clip.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    with pull_slot(camera, uuid.uuid4(), LONGEST_PULL_S):
        assert PullSlot.objects.count() == 1


def test_a_busy_recorder_makes_the_clip_wait_at_no_cost(world: World, settings: Any) -> None:
    settings.JSC_PULLS_PER_RECORDER = 1
    camera = on_recorder(world, "CAM-1")
    other = on_recorder(world, "CAM-2", lat=-6.3)
    slot = PullSlot.objects.create(
        camera=other, recorder_key="recorder 10.1.2.3:80", until=timezone.now() + timedelta(seconds=LONGEST_PULL_S)
    )
    factories.report()
    world.run()
    clip = FootageClip.objects.get(camera=camera)
    assert (clip.state, clip.attempts) == (ClipState.WANTED, 0)
    assert 1 < (clip.next_run - timezone.now()).total_seconds() < 6
    slot.delete()
    FootageClip.objects.update(next_run=timezone.now())
    world.run()
    clip.refresh_from_db()
    assert clip.state == ClipState.HELD


@pytest.mark.django_db(transaction=True)
def test_fifty_cameras_on_one_pole_share_four_sessions(
    world: World, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    under_way, most, lock = [0], [0], threading.Lock()

    def say(window: TimeWindow, path: Path, _: SourceContext) -> PulledFootage:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        time.sleep(0.03)
        with lock:
            under_way[0] -= 1
        return film(window, path)

    monkeypatch.setattr("cameras.footage.registry.source_for", Device(say).source_for)
    clips = [factories.clip(on_recorder(world, f"CAM-{n}")) for n in range(50)]

    def pulled(clip: FootageClip) -> int:
        try:
            for tries in range(1, 400):
                try:
                    clip_pull(clip=clip, token=uuid.uuid4())
                except SourceBusy:
                    time.sleep(0.02)
                else:
                    return tries
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        tries = list(pool.map(pulled, clips))
    assert all(tries)
    assert most[0] <= settings.JSC_PULLS_PER_RECORDER
    assert most[0] > 1
    assert PullSlot.objects.count() == 0


# -- Cameras that nobody records ----------------------------------------------------------


@pytest.fixture
def live_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cameras.footage.registry.needs_recording", lambda kind, settings: True)


@pytest.mark.usefixtures("live_only")
def test_a_camera_without_a_past_is_recorded_from_the_match_on(world: World) -> None:
    camera = on_recorder(world, "CAM-1")
    RecorderBeat.objects.create(name="recorder@host", at=timezone.now())
    factories.report(happened_at=timezone.now())
    world.run()
    clip = FootageClip.objects.get()
    demand = RingDemand.objects.get(camera=camera)
    assert demand.until > clip.end_at
    assert clip.next_run > clip.end_at, "the recorder has it when its window is over"
    assert world.recorder.pulls == []


@pytest.mark.usefixtures("live_only")
def test_without_a_recorder_process_the_pull_itself_is_there_in_time(world: World) -> None:
    on_recorder(world, "CAM-1")
    factories.report(happened_at=timezone.now())
    world.run()
    assert world.recorder.pulls == ["CAM-1"]


def test_a_window_that_is_not_over_waits_for_its_end(world: World) -> None:
    on_recorder(world, "CAM-1")
    factories.report(happened_at=timezone.now())
    world.run()
    clip = FootageClip.objects.get()
    assert clip.state == ClipState.WANTED
    assert clip.next_run > clip.end_at
    assert world.recorder.pulls == []
    assert not RingDemand.objects.exists()


def test_a_recorder_that_times_out_is_called_by_its_name(world: World) -> None:
    on_recorder(world, "CAM-1")
    world.recorder.answers["CAM-1"] = FootageTimedOut("not a byte within 10 s", what="silence")
    factories.report()
    tries_on(world, 8)
    clip = FootageClip.objects.get()
    assert (clip.state, clip.reason_code) == (ClipState.FAILED, "footage_timed_out")
    assert "perekam tidak menjawab" in Verification.objects.get().reasons[0]["id"]


@pytest.mark.usefixtures("live_only")
def test_a_hole_in_what_was_captured_live_is_no_reason_to_try_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Device(lambda window, path, _: film(window, path, share=0.7, shortfall="source_unreachable"))
    monkeypatch.setattr("cameras.footage.registry.source_for", device.source_for)
    on_recorder(world, "CAM-1")
    factories.report(happened_at=timezone.now())
    world.run()
    clip = FootageClip.objects.get()
    assert (clip.state, clip.reason_code) == (ClipState.PARTIAL, "source_unreachable")
    assert len(device.asked) == 1


# -- A try that ends oddly is not held against the next ------------------------------


def opened(key: str, camera: Camera | None = None) -> SourceBreaker:
    """Open, and its wait is over."""
    now = timezone.now()
    columns = {"phase": SourceBreaker.Phase.OPEN, "since": now, "failures": 3, "opened": 1, "retry_at": now}
    return SourceBreaker.objects.create(key=key, camera=camera, reason_code="source_unreachable", **columns)


def waits_s(key: str) -> float:
    row = SourceBreaker.objects.get(key=key)
    return 0.0 if row.retry_at is None else (row.retry_at - timezone.now()).total_seconds()


def test_a_dead_recorder_does_not_hold_up_its_camera_for_longer_than_itself(world: World) -> None:
    camera = on_recorder(world, "CAM-1")
    opened(recorder_key(camera)), opened(camera_key(camera), camera)
    pull_permit(camera)
    pull_failed(camera, DEAD)
    assert waits_s(recorder_key(camera)) > 10
    assert waits_s(camera_key(camera)) <= 0


def test_who_comes_second_for_the_recorder_gives_its_cameras_try_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = on_recorder(world, "CAM-1"), on_recorder(world, "CAM-2", lat=-6.3)
    opened(camera_key(second), second), opened(recorder_key(first))
    trying, came = breakers.rules.trying, []

    def meanwhile(*args: Any) -> Any:
        if not came:
            came.append(True)
            pull_permit(first)
        return trying(*args)

    monkeypatch.setattr(breakers.rules, "trying", meanwhile)
    with pytest.raises(SourceUnavailable):
        pull_permit(second)
    pull_succeeded(first)
    assert SourceBreaker.objects.get(key=camera_key(second)).phase == SourceBreaker.Phase.OPEN
    assert waits_s(camera_key(second)) <= 0


def test_a_fault_of_ours_leaves_the_breaker_to_the_next_try(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = on_recorder(world, "CAM-1")
    opened(recorder_key(camera))

    def fault(window: TimeWindow, path: Path, context: SourceContext) -> PulledFootage:
        raise KeyError("ours")

    monkeypatch.setattr(pulls.registry, "source_for", Device(fault).source_for)
    factories.report()
    world.run()
    assert SourceBreaker.objects.get(key=recorder_key(camera)).phase == SourceBreaker.Phase.OPEN
    assert waits_s(recorder_key(camera)) <= 0


# -- Our own ring beside a recorder ---------------------------------------------------


def in_the_ring(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    monkeypatch.setattr(pulls, "_from_ring", lambda clip, path: film(clip.window, path.with_suffix(".ring"), share))


@pytest.mark.parametrize("trouble", ["busy", "dead"])
def test_a_moments_trouble_does_not_settle_for_the_little_in_our_ring(
    world: World, monkeypatch: pytest.MonkeyPatch, settings: Any, trouble: str
) -> None:
    settings.JSC_PULLS_PER_RECORDER = 1
    camera = on_recorder(world, "CAM-1")
    in_the_ring(monkeypatch, 0.1)
    if trouble == "busy":
        other = on_recorder(world, "CAM-2", lat=-6.3)
        until = timezone.now() + timedelta(seconds=LONGEST_PULL_S)
        PullSlot.objects.create(camera=other, recorder_key=recorder_key(camera), until=until)
    else:
        world.recorder.answers["CAM-1"] = DEAD
    factories.report()
    world.run()
    clip = FootageClip.objects.get(camera=camera)
    assert clip.state == ClipState.WANTED
    PullSlot.objects.all().delete()
    world.recorder.answers["CAM-1"] = 1.0
    tries_on(world, 2)
    clip.refresh_from_db()
    assert clip.state == ClipState.HELD


def test_the_ring_is_taken_for_a_recorder_that_stays_dead(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = on_recorder(world, "CAM-1")
    in_the_ring(monkeypatch, 0.5)
    world.recorder.answers["CAM-1"] = DEAD
    factories.report()
    tries_on(world, 8)
    clip = FootageClip.objects.get(camera=camera)
    assert clip.state == ClipState.PARTIAL
    assert abs(sum(part.seconds for part in clip.covered_windows) / clip.window.seconds - 0.5) < 0.01


def test_footage_that_may_be_misdated_covers_less_for_certain(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def say(window: TimeWindow, path: Path, _: SourceContext) -> PulledFootage:
        pulled = film(window, path)
        return replace(pulled, notes={"clock": {"how": "asked", "uncertainty_s": 100.0}})

    monkeypatch.setattr("cameras.footage.registry.source_for", Device(say).source_for)
    on_recorder(world, "CAM-1")
    world.analyst.verdicts["CAM-1"] = Verdict.CONTRADICTED
    look = world.looked()
    assert look.verdict == Verdict.INCONCLUSIVE
    assert look.reasons[0]["code"] == "coverage_low"


@pytest.mark.usefixtures("live_only")
def test_what_our_recorder_has_of_a_past_window_is_held_until_it_is_pulled(world: World) -> None:
    camera = on_recorder(world, "CAM-1", ring_hours=24)
    factories.report(happened_at=timezone.now() - timedelta(hours=23))
    world.run()
    demand = RingDemand.objects.get(camera=camera)
    clip = FootageClip.objects.get()
    assert demand.since == clip.start_at
    assert clip.expires_at == clip.start_at + timedelta(hours=24)
