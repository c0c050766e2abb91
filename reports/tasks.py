"""The only place that enqueues. A message is a doorbell: "there is work in this queue"; the rows say which.

A lost ring is made good by the sweep, a doubled ring finds nothing due. Whoever
answers a ring takes the most urgent due row of the queue, not the one rung for, so
that under backlog the most urgent incidents go first on a broker that knows no order.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Iterable

from django.conf import settings
from django.db import DatabaseError, transaction
from kombu.exceptions import KombuError

from cameras.services.patrol import patrol_round
from jsc_project.celery import app
from reports import pipeline, upkeep
from reports.steps.base import Subject

log = logging.getLogger(__name__)

PATROL_ROUND_S = 100.0
"""A round claims no more looks after this; those under way, and their pictures, may take another minute."""

HARD_LIMIT_MARGIN_S = 30.0
"""A child is killed this long after the longest deadline of its queue; its lease has lapsed by then."""


def ring(kind: str, pk: int) -> None:
    """Ring for one row. Never raises: the row is stored, and the sweep rings again."""
    try:
        queue = pipeline.queue_of(Subject(kind, pk))
    except DatabaseError as exc:
        log.warning("no ring for %s %s, the sweep will: %s", kind, pk, exc)
        return
    if queue is not None:
        _publish(queue)


def ring_after_commit(subjects: Iterable[Subject]) -> None:
    """Ring for ``subjects`` once the surrounding transaction is committed (at once outside of one)."""
    for kind, pk in subjects:
        transaction.on_commit(functools.partial(ring, kind, pk))


_down_until = 0.0


def _publish(queue: str, expires_s: float | None = None) -> None:
    """After a failure nobody tries for a while: a dead broker costs seconds a try, and a webhook waits meanwhile."""
    global _down_until  # noqa: PLW0603 - one broker a process
    if time.monotonic() < _down_until:
        return
    try:
        ANSWERS[queue].apply_async(queue=queue, retry=False, expires=expires_s)
    except (KombuError, OSError) as exc:
        _down_until = time.monotonic() + settings.JSC_SWEEP_S
        log.warning("the broker took no ring for %s, the sweep will ring again: %s", queue, exc)


def _answer(queue: str) -> None:
    for subject in pipeline.advance_most_urgent(queue):
        ring(subject.kind, subject.pk)


def _limits(queue: str) -> dict[str, float]:
    longest = pipeline.longest_deadline_s(queue)
    return {"soft_time_limit": longest, "time_limit": longest + HARD_LIMIT_MARGIN_S}


@app.task(name="reports.intake", **_limits("intake"))
def intake() -> None:
    """Place a report, match or decide a verification."""
    _answer("intake")


@app.task(name="reports.footage", **_limits("footage"))
def footage() -> None:
    """Pull a clip."""
    _answer("footage")


@app.task(name="reports.vision", **_limits("vision"))
def vision() -> None:
    """Analyse a verification's clips."""
    _answer("vision")


@app.task(name="reports.outbound", **_limits("outbound"))
def outbound() -> None:
    """Send an announcement."""
    _answer("outbound")


@app.task(name="reports.photos", **_limits("photos"))
def photos() -> None:
    """Fetch a citizen's photo. Rung by the sweep alone: nobody waits for it, and a webhook has better to do."""
    _answer("photos")


@app.task(name="reports.sweep", time_limit=60)
def sweep() -> None:
    """Ring for rows that are due and whose lease is free."""
    # An expiring ring cannot pile up behind a slow queue; the next sweep rings again.
    for queue, count in pipeline.due_counts().items():
        for _ in range(count):
            _publish(queue, expires_s=3 * settings.JSC_SWEEP_S)


@app.task(name="reports.patrol", soft_time_limit=PATROL_ROUND_S + 90, time_limit=PATROL_ROUND_S + 120)
def patrol() -> None:
    """Look at the cameras that are due."""
    patrol_round(PATROL_ROUND_S)


@app.task(name="reports.purge", time_limit=1800)
def purge() -> None:
    """Delete what its time is over for."""
    upkeep.purge()


ANSWERS = {"intake": intake, "footage": footage, "vision": vision, "outbound": outbound, "photos": photos}
