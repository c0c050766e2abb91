"""A worker that is alive and deaf is noticed by the work it leaves lying."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reports import watchdog
from reports.lifecycle import ReportState
from reports.models import Report
from tests import factories

pytestmark = pytest.mark.django_db

AGO = timedelta(minutes=5)


def waiting(**extra: Any) -> Report:
    report = factories.report(state=ReportState.RECEIVED)
    Report.objects.filter(pk=report.pk).update(next_run=timezone.now() - AGO, **extra)
    return report


def test_work_that_nobody_takes_for_minutes_makes_its_queue_deaf() -> None:
    waiting()
    assert watchdog.deaf_queues() == ["intake"]


def test_work_that_has_just_come_is_no_sign() -> None:
    factories.report(state=ReportState.RECEIVED)
    assert watchdog.deaf_queues() == []


def test_a_long_backlog_behind_a_working_worker_is_no_sign() -> None:
    waiting()
    waiting(lease_until=timezone.now() + timedelta(seconds=30))
    assert watchdog.deaf_queues() == []


def test_a_lease_that_lapsed_a_moment_ago_is_no_sign() -> None:
    waiting(lease_until=timezone.now() - timedelta(seconds=5))
    assert watchdog.deaf_queues() == []


def test_only_a_queue_deaf_twice_in_a_row_is_restarted_and_then_given_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LOOK_EVERY_S", 0.0)
    waiting()
    restarted: list[str] = []
    dog = watchdog.Watchdog(restarted.append, _next_look=0.0)
    assert [list(dog.look()) for _ in range(4)] == [[], ["intake"], [], ["intake"]]
    assert restarted == ["intake", "intake"]


def test_it_asks_the_database_only_now_and_then(django_assert_num_queries: Any) -> None:
    dog = watchdog.Watchdog(lambda queue: None)
    with django_assert_num_queries(0):
        assert list(dog.look()) == []
