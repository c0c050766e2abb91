"""How rows are claimed, recorded and given back, whatever dies in between."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from cameras.footage.source import FootageTimedOut, SourceMisconfigured
from cameras.footage.states import ClipState
from cameras.models import FootageClip, SourceBreaker
from reports import claiming, pipeline, tasks, upkeep
from reports.lifecycle import ReportState, VerificationState
from reports.models import Incident, Report, StatusChange, Verification
from reports.selectors import pipeline as books
from reports.steps.base import REPORT, VERIFICATION, Outcome, Step, Subject, Wait
from tests import factories
from tests.pipeline_world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _places(menteng: object, parkir_liar: object) -> None:
    """A kelurahan and a category."""


@pytest.fixture
def place_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Put another ``work`` in the place of placing."""

    def put(work: Any, **changes: Any) -> None:
        old = pipeline.STEPS[(REPORT, ReportState.RECEIVED)]
        values = {
            "name": old.name,
            "queue": old.queue,
            "deadline_s": old.deadline_s,
            "max_attempts": 2,
            "work": work,
            "give_up": old.give_up,
            **changes,
        }
        monkeypatch.setattr(pipeline, "STEPS", {**pipeline.STEPS, (REPORT, ReportState.RECEIVED): Step(**values)})

    return put


def advance(report: Report) -> list[Subject]:
    return pipeline.advance(Subject(REPORT, report.pk), ReportState.RECEIVED)


def again(report: Report, **fields: Any) -> Report:
    """As if the time of its back-off had passed."""
    Report.objects.filter(pk=report.pk).update(next_run=timezone.now(), **fields)
    report.refresh_from_db()
    return report


def test_a_claimed_row_is_nobody_elses(world: World) -> None:
    report = factories.report(token=uuid.uuid4(), lease_until=timezone.now() + timedelta(seconds=30))
    assert advance(report) == []
    report.refresh_from_db()
    assert report.state == ReportState.RECEIVED


def test_a_row_that_is_not_due_waits() -> None:
    report = factories.report(next_run=timezone.now() + timedelta(minutes=1))
    assert advance(report) == []
    assert Incident.objects.count() == 0


def test_a_row_in_another_state_is_left_alone() -> None:
    report = factories.report(state=ReportState.DEAD)
    assert advance(report) == []


def test_a_doubled_ring_has_one_effect(world: World) -> None:
    world.camera()
    report = factories.report()
    advance(report)
    assert advance(report) == []
    assert Incident.objects.count() == 1
    assert StatusChange.objects.filter(subject_kind=REPORT).count() == 1


def test_a_crash_after_the_claim_heals_when_the_lease_has_lapsed(world: World) -> None:
    report = factories.report(
        token=uuid.uuid4(), lease_until=timezone.now() - timedelta(seconds=1), attempts=1, crash_attempts=0
    )
    seen = []

    def peek(row: Report) -> Outcome:
        seen.append((row.attempts, row.crash_attempts))
        return pipeline.place.work(row)

    with pytest.MonkeyPatch.context() as patch:
        step = pipeline.STEPS[(REPORT, ReportState.RECEIVED)]
        other = Step(step.name, step.queue, 30, 6, peek, step.give_up)
        patch.setattr(pipeline, "STEPS", {**pipeline.STEPS, (REPORT, ReportState.RECEIVED): other})
        advance(report)
    report.refresh_from_db()
    assert seen == [(1, 1)], "the crashed claim counts as a crash and not as a try"
    assert report.state == ReportState.PLACED
    assert (report.attempts, report.crash_attempts, report.token, report.lease_until) == (0, 0, None, None)


def test_a_zombie_that_comes_back_late_changes_nothing(place_with: Any) -> None:
    """SIGSTOP past the lease, another worker finishes, SIGCONT."""
    report = factories.report()
    slow, fast = threading.Event(), []

    def work(row: Report) -> Outcome:
        if not slow.is_set():
            slow.set()
            Report.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
            fast.append(advance(report))
            name = default_storage.save(f"clips/{row.token}.mp4", ContentFile(b"late"))
            return Outcome(ReportState.DEAD, record=_must_not_happen, files=[name])
        return Outcome(ReportState.OUT_OF_AREA)

    place_with(work)
    advance(report)
    report.refresh_from_db()
    assert report.state == ReportState.OUT_OF_AREA
    assert StatusChange.objects.count() == 1
    assert default_storage.listdir("clips")[1] == [], "what the zombie wrote is gone"


def _must_not_happen() -> list[Subject]:
    Incident.objects.create(category=None)
    return []


def test_a_record_that_fails_rolls_everything_back(place_with: Any) -> None:
    report = factories.report()

    def work(row: Report) -> Outcome:
        def record() -> list[Subject]:
            factories.incident()
            Report.objects.create(source=row.source, external_id=row.external_id, tracking_code="other")
            return []

        return Outcome(ReportState.PLACED, record=record)

    place_with(work)
    advance(report)
    report.refresh_from_db()
    assert report.state == ReportState.RECEIVED
    assert "record_failed" in report.last_error
    assert Incident.objects.count() == 0
    assert StatusChange.objects.count() == 0


def test_failing_backs_off_and_ends_dead_in_the_list(place_with: Any) -> None:
    def work(row: Report) -> Outcome:
        raise FootageTimedOut("nobody there")

    place_with(work)
    report = factories.report()
    advance(report)
    report.refresh_from_db()
    assert (report.state, report.attempts) == (ReportState.RECEIVED, 1)
    assert report.next_run > timezone.now()
    advance(again(report))
    report.refresh_from_db()
    assert report.state == ReportState.DEAD
    assert report.last_error
    assert StatusChange.objects.get().reason_code == "footage_timed_out"
    assert books.accounting().dead == 1


def test_what_cannot_get_better_is_not_tried_again(place_with: Any) -> None:
    def work(row: Report) -> Outcome:
        raise SourceMisconfigured("no such folder")

    place_with(work, max_attempts=9)
    report = factories.report()
    advance(report)
    report.refresh_from_db()
    assert report.state == ReportState.DEAD


def test_a_fault_in_the_code_is_a_failure_of_that_row_only(place_with: Any) -> None:
    def work(row: Report) -> Outcome:
        raise ZeroDivisionError("a bug")

    place_with(work)
    report = factories.report()
    advance(report)
    report.refresh_from_db()
    assert (report.state, report.attempts) == (ReportState.RECEIVED, 1)
    assert "ZeroDivisionError" in report.last_error


def test_waiting_costs_no_attempt(place_with: Any) -> None:
    until = timezone.now() + timedelta(minutes=5)
    place_with(lambda row: Wait(until))
    report = factories.report()
    advance(report)
    report.refresh_from_db()
    assert (report.attempts, report.lease_until, report.token) == (0, None, None)
    assert report.next_run == until


@pytest.mark.parametrize("stop", [SystemExit, KeyboardInterrupt])
def test_a_clean_stop_hands_the_lease_back(place_with: Any, stop: type[BaseException]) -> None:
    def work(row: Report) -> Outcome:
        raise stop

    place_with(work)
    report = factories.report()
    with pytest.raises(stop):
        advance(report)
    report.refresh_from_db()
    assert (report.attempts, report.crash_attempts, report.lease_until) == (0, 0, None)
    assert report.next_run <= timezone.now()


def test_a_row_that_kills_its_process_every_time_ends(world: World) -> None:
    report = factories.report()
    for _ in range(pipeline.MAX_CRASHES):
        # The claim, and then nothing: the process is gone.
        claiming.claim_take(Subject(REPORT, report.pk), ReportState.RECEIVED, pipeline.place.STEP)
        Report.objects.filter(pk=report.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    advance(report)
    report.refresh_from_db()
    assert report.state == ReportState.DEAD
    assert StatusChange.objects.get().reason_code == "crashed"


def test_a_verification_that_kills_its_process_is_decided_inconclusive(world: World) -> None:
    look = factories.verification(
        factories.incident(), lease_until=timezone.now() - timedelta(seconds=1), crash_attempts=pipeline.MAX_CRASHES
    )
    world.run()
    look.refresh_from_db()
    assert (look.state, look.verdict, look.outcome_code) == ("DECIDED", "INCONCLUSIVE", "analysis_failed")


def test_an_analysis_out_of_tries_is_decided_inconclusive(world: World) -> None:
    world.camera()
    world.analyst.verdicts["CAM-1"] = RuntimeError("out of memory")
    report = factories.report()
    for _ in range(4):
        world.run()
        Verification.objects.update(next_run=timezone.now())
    report.refresh_from_db()
    assert report.incident.verdict == "INCONCLUSIVE"
    assert report.incident.reasons[0]["code"] == "analysis_failed"
    assert "out of memory" in Verification.objects.get().last_error, "operators see what broke"


def test_a_clip_out_of_tries_fails_with_the_reason(world: World) -> None:
    world.camera()
    world.recorder.answers["CAM-1"] = FootageTimedOut("the recorder did not answer")
    factories.report()
    for _ in range(8):
        world.run()
        FootageClip.objects.update(next_run=timezone.now())
        Verification.objects.update(next_run=timezone.now())
        SourceBreaker.objects.update(retry_at=timezone.now())
    clip = FootageClip.objects.get()
    assert (clip.state, clip.reason_code) == (ClipState.FAILED, "footage_timed_out")
    assert len(world.recorder.pulls) == pipeline.pull.STEP.max_attempts
    assert Incident.objects.get().reasons[0]["code"] == "no_footage"


def test_what_waited_too_long_ends_overloaded(world: World, settings: Any) -> None:
    world.camera()
    old = timezone.now() - timedelta(seconds=settings.JSC_OVERLOADED_AFTER_S + 60)
    waiting = factories.verification(factories.incident(), created_at=old)
    matched = factories.verification(factories.incident(), created_at=old, state=VerificationState.MATCHED)
    assert len(pipeline._candidates("intake", 9)) == 2, "the fast queue ends what the slow one never reached"
    world.run()
    for look in (waiting, matched):
        look.refresh_from_db()
        assert (look.verdict, look.outcome_code) == ("INCONCLUSIVE", "overloaded")
    assert world.analyst.asked == []


def test_the_most_urgent_goes_first(world: World) -> None:
    calm, urgent = (factories.incident(priority=p) for p in (4, 1))
    for incident in (calm, urgent):
        factories.verification(incident, priority=incident.priority)
    pipeline.advance_most_urgent("intake")
    assert Verification.objects.get(incident=urgent).state == VerificationState.ANALYSED
    assert Verification.objects.get(incident=calm).state == VerificationState.PENDING


def test_clips_of_urgent_verifications_are_pulled_first(world: World) -> None:
    from reports.models import VerificationMatch

    for number, priority in enumerate((4, 1)):
        camera = world.camera(f"CAM-{number}")
        look = factories.verification(
            factories.incident(), priority=priority, state=VerificationState.MATCHED, next_run=timezone.now()
        )
        clip = factories.clip(camera, minutes=5 + number)
        VerificationMatch.objects.create(verification=look, camera=camera, rank=0, metres=1, clip=clip)
    pipeline.advance_most_urgent("footage")
    assert world.recorder.pulls == ["CAM-1"]


# -- Doorbell -------------------------------------------------------------------------


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Queues that were rung, instead of a broker."""
    heard: list[str] = []
    monkeypatch.setattr(tasks, "_publish", lambda queue, expires_s=None: heard.append(queue))
    return heard


def test_ringing_names_the_queue_of_the_rows_state(rung: list[str]) -> None:
    report = factories.report()
    look = factories.verification(factories.incident(), state=VerificationState.MATCHED)
    tasks.ring(REPORT, report.pk)
    tasks.ring(VERIFICATION, look.pk)
    tasks.ring(REPORT, 10**9)
    assert rung == ["intake", "vision"]


def test_a_lost_ring_is_made_good_by_the_sweep(rung: list[str], world: World) -> None:
    factories.report()
    tasks.sweep()
    assert rung == ["intake"]
    tasks.intake()
    assert Report.objects.get().state == ReportState.PLACED


def test_the_sweep_rings_for_lapsed_leases_and_not_for_work_in_progress(rung: list[str]) -> None:
    now = timezone.now()
    factories.report(lease_until=now - timedelta(seconds=1))
    factories.report(lease_until=now + timedelta(seconds=30))
    factories.report(next_run=now + timedelta(seconds=30))
    tasks.sweep()
    assert rung == ["intake"]


def test_a_broker_that_is_down_raises_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    from kombu.exceptions import OperationalError

    tries = []

    def refuse(*args: Any, **kwargs: Any) -> None:
        tries.append(kwargs["queue"])
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.intake, "apply_async", refuse)
    monkeypatch.setattr(tasks, "_down_until", 0.0)
    for _ in range(20):
        tasks.ring(REPORT, factories.report().pk)
    assert tries == ["intake"], "and one try in a while is enough to know"


def test_the_oldest_waiting_work_shows_how_long_nobody_answered() -> None:
    assert books.oldest_waiting_s() == 0
    factories.report(next_run=timezone.now() - timedelta(seconds=90))
    assert 89 < books.oldest_waiting_s() < 100


# -- Files ----------------------------------------------------------------------------


def test_files_that_no_row_refers_to_are_purged_when_they_are_old(world: World) -> None:
    world.camera()
    world.reported()
    orphan = default_storage.save("clips/2026/11/02/orphan.mp4", ContentFile(b"x"))
    assert upkeep.files_purge(older_than=timezone.now() - timedelta(hours=1)) == 0
    assert upkeep.files_purge(older_than=timezone.now() + timedelta(hours=1)) == 1
    assert not default_storage.exists(orphan)
    clip = FootageClip.objects.get()
    assert default_storage.exists(clip.file.name)


# -- With real threads ------------------------------------------------------------------


def in_threads(count: int, work: Callable[[], Any]) -> None:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_reports_of_one_place_open_one_incident(world: World) -> None:
    world.camera()
    for _ in range(50):
        factories.report()

    def worker() -> None:
        deadline = time.monotonic() + 60
        while Report.objects.filter(state=ReportState.RECEIVED).exists() and time.monotonic() < deadline:
            pipeline.advance_most_urgent("intake")

    in_threads(4, worker)
    assert Report.objects.filter(state=ReportState.PLACED).count() == 50
    incident = Incident.objects.get()
    assert (incident.reports_count, incident.reporters_count) == (50, 50)
    world.run()
    assert Verification.objects.count() == 1
    assert books.accounting().doubled == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_race_for_one_row_move_it_once(world: World) -> None:
    world.camera()
    report = factories.report()
    barrier, answers = threading.Barrier(4), []

    def worker() -> None:
        barrier.wait()
        answers.append(advance(report))

    in_threads(4, worker)
    assert sum(bool(answer) for answer in answers) == 1
    assert StatusChange.objects.filter(subject_kind=REPORT).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_renewed_while_the_step_works_and_lapses_at_its_deadline(place_with: Any, settings: Any) -> None:
    settings.JSC_LEASE_S, settings.JSC_HEARTBEAT_S = 1, 0.2
    leases: list[bool] = []

    def work(row: Report) -> Outcome:
        for _ in range(2):
            time.sleep(1.3)
            row.refresh_from_db()
            leases.append(row.lease_until is not None and row.lease_until > timezone.now())
        return Outcome(ReportState.OUT_OF_AREA)

    place_with(work, deadline_s=1.5)
    advance(factories.report())
    assert leases == [True, False]
