"""The lurah's clock: when an answer and the end are due, and when the clock stands still.

Calendar time, unless the category counts working days: then Saturdays, Sundays and
Indonesian public holidays (the holidays library) do not exist for the clock, and a day
that counts counts 24 hours. Jakarta has no daylight saving, so hours added to an
absolute time are hours on the wall.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from reports.lifecycle import Status

JAKARTA = ZoneInfo("Asia/Jakarta")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """``paused_at``: since when the clock stands still; None while it runs. ``working_days``: what it counts."""

    respond_by: datetime | None
    due_at: datetime | None
    paused_at: datetime | None = None
    responded_at: datetime | None = None
    working_days: bool = False


def started(at: datetime, first_response_h: float, completion_h: float, *, working_days: bool = False) -> Clock:
    """The clock of an incident opened ``at``."""
    answer, end = timedelta(hours=first_response_h), timedelta(hours=completion_h)
    if working_days:
        return Clock(working_later(at, answer), working_later(at, end), working_days=True)
    return Clock(at + answer, at + end)


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
    waited = working_time(clock.paused_at, at) if clock.working_days else at - clock.paused_at
    answered = clock.responded_at is not None and clock.responded_at <= clock.paused_at
    return replace(
        clock,
        paused_at=None,
        respond_by=clock.respond_by if answered else _later(clock, clock.respond_by, waited),
        due_at=_later(clock, clock.due_at, waited),
    )


def _later(clock: Clock, at: datetime | None, by: timedelta) -> datetime | None:
    if at is None:
        return None
    return working_later(at, by) if clock.working_days else at + by


# -- Working days -----------------------------------------------------------------


@lru_cache(maxsize=32)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("ID", years=year))


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _holidays(day.year)


def working_later(at: datetime, by: timedelta) -> datetime:
    """The time at which ``by`` of working time has passed since ``at`` (with a time zone), in Jakarta's."""
    now, left = at.astimezone(JAKARTA), by
    while True:
        midnight = _next_midnight(now)
        if is_working_day(now.date()):
            if left <= midnight - now:
                return now + left
            left -= midnight - now
        now = midnight


def working_time(start: datetime, end: datetime) -> timedelta:
    """Working time between two times (with a time zone); nothing when ``end`` is not later."""
    now, last, counted = start.astimezone(JAKARTA), end.astimezone(JAKARTA), timedelta()
    while now < last:
        until = min(_next_midnight(now), last)
        if is_working_day(now.date()):
            counted += until - now
        now = until
    return counted


def _next_midnight(now: datetime) -> datetime:
    return datetime.combine(now.date() + DAY, time(), JAKARTA)
