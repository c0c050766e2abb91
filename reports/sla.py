"""The lurah's clock: when an answer and the end are due, and when the clock stands still.

Calendar time. Deadlines are lengths of time, and Jakarta has no daylight saving, so
hours added to an absolute time are hours on the wall. Working days are not counted yet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reports.lifecycle import Status


@dataclass(frozen=True, slots=True)
class Clock:
    """``paused_at``: since when the clock stands still; None while it runs."""

    respond_by: datetime | None
    due_at: datetime | None
    paused_at: datetime | None = None
    responded_at: datetime | None = None


def started(at: datetime, first_response_h: float, completion_h: float) -> Clock:
    """The clock of an incident opened ``at``."""
    return Clock(at + timedelta(hours=first_response_h), at + timedelta(hours=completion_h))


def moved(clock: Clock, new: Status, at: datetime) -> Clock:
    """The clock after a change of status ``at``.

    The first change by a person is the first response, whatever it says. In Koordinasi the
    clock stands still; leaving it gives back the time waited. A return to Menunggu is no response.
    """
    running = _resumed(clock, at)
    if new is not Status.MENUNGGU and running.responded_at is None:
        running = replace(running, responded_at=at)
    return replace(running, paused_at=at) if new is Status.KOORDINASI else running


def _resumed(clock: Clock, at: datetime) -> Clock:
    if clock.paused_at is None:
        return clock
    waited = at - clock.paused_at
    answered = clock.responded_at is not None and clock.responded_at <= clock.paused_at
    return Clock(
        respond_by=clock.respond_by if answered else _later(clock.respond_by, waited),
        due_at=_later(clock.due_at, waited),
        responded_at=clock.responded_at,
    )


def _later(at: datetime | None, by: timedelta) -> datetime | None:
    return None if at is None else at + by
