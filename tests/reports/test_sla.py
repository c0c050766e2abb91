"""The lurah's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analytics.verdict import Verdict
from reports import sla
from reports.lifecycle import Status
from reports.routing import route

MORNING = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_six_hours_to_answer_and_seven_days_to_finish() -> None:
    clock = sla.started(MORNING, 6, 168)
    assert clock.respond_by == MORNING + 6 * HOUR
    assert clock.due_at == MORNING + timedelta(days=7)


def test_the_first_change_by_a_person_is_the_answer() -> None:
    clock = sla.moved(sla.started(MORNING, 6, 168), Status.DISPOSISI, MORNING + HOUR)
    assert clock.responded_at == MORNING + HOUR
    later = sla.moved(clock, Status.PROSES, MORNING + 2 * HOUR)
    assert later.responded_at == MORNING + HOUR


def test_the_clock_stands_still_in_coordination() -> None:
    clock = sla.moved(sla.started(MORNING, 6, 168), Status.KOORDINASI, MORNING + HOUR)
    assert clock.paused_at == MORNING + HOUR
    back = sla.moved(clock, Status.PROSES, MORNING + 25 * HOUR)
    assert back.paused_at is None
    assert back.due_at == MORNING + timedelta(days=8)


def test_an_answer_given_is_not_owed_later() -> None:
    clock = sla.moved(sla.started(MORNING, 6, 168), Status.KOORDINASI, MORNING + HOUR)
    back = sla.moved(clock, Status.MENUNGGU, MORNING + 25 * HOUR)
    assert back.respond_by == MORNING + 6 * HOUR
    assert back.responded_at == MORNING + HOUR


def test_two_rests_add_up() -> None:
    clock = sla.started(MORNING, 6, 168)
    for start in (1, 10):
        clock = sla.moved(clock, Status.KOORDINASI, MORNING + start * HOUR)
        clock = sla.moved(clock, Status.PROSES, MORNING + (start + 2) * HOUR)
    assert clock.due_at == MORNING + timedelta(days=7) + 4 * HOUR


@pytest.mark.parametrize(
    ("urgency", "verdict", "priority"),
    [(3, None, 3), (3, Verdict.SUPPORTED, 2), (1, Verdict.SUPPORTED, 1), (3, Verdict.CONTRADICTED, 3), (9, None, 5)],
)
def test_what_a_camera_has_seen_comes_earlier_and_nothing_comes_later(
    urgency: int, verdict: Verdict | None, priority: int
) -> None:
    assert route("Dishub", urgency, verdict).priority == priority


def test_without_a_body_the_lurah_answers() -> None:
    assert route("  ", 3, None).responsible_body == "lurah"


FRIDAY = datetime(2026, 11, 6, 15, 0, tzinfo=sla.JAKARTA)


def test_working_days_pass_over_the_weekend() -> None:
    clock = sla.started(FRIDAY, 6, 48, working_days=True)
    assert clock.respond_by == FRIDAY + 6 * HOUR
    assert clock.due_at == datetime(2026, 11, 10, 15, 0, tzinfo=sla.JAKARTA)


def test_working_days_pass_over_an_indonesian_holiday() -> None:
    eve = datetime(2026, 12, 24, 12, 0, tzinfo=sla.JAKARTA)
    assert not sla.is_working_day(eve.date() + timedelta(days=1))
    assert sla.working_later(eve, timedelta(hours=13)) == datetime(2026, 12, 28, 1, 0, tzinfo=sla.JAKARTA)


def test_what_comes_in_on_a_saturday_starts_on_monday() -> None:
    saturday = datetime(2026, 11, 7, 9, 0, tzinfo=UTC)
    assert sla.started(saturday, 6, 48, working_days=True).respond_by == datetime(2026, 11, 9, 6, 0, tzinfo=sla.JAKARTA)


def test_a_weekend_in_coordination_gives_back_no_working_time() -> None:
    clock = sla.moved(sla.started(FRIDAY, 6, 48, working_days=True), Status.KOORDINASI, FRIDAY)
    back = sla.moved(clock, Status.PROSES, datetime(2026, 11, 9, 0, 0, tzinfo=sla.JAKARTA))
    assert back.due_at == datetime(2026, 11, 11, 0, 0, tzinfo=sla.JAKARTA)


@pytest.mark.parametrize("hours", [0, 1, 23, 24, 25, 168, 999])
def test_working_time_and_working_later_undo_each_other(hours: int) -> None:
    assert sla.working_time(FRIDAY, sla.working_later(FRIDAY, hours * HOUR)) == hours * HOUR
