"""When a recorder or a camera that keeps failing is left alone, and when it is tried again. Pure.

The usual circuit breaker (M. Nygard, "Release It!"): closed, open after some failures in a row, half-open for one try
after a wait. Each try that fails doubles the wait, so that a dead recorder costs a city of cameras one connection
every ten minutes instead of a worker for each report.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Phase(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """``open_after`` failures in a row; one is enough for a refused password, because devices lock accounts after a
    few wrong ones. ``first_wait_s`` doubles up to ``longest_wait_s``. ``try_s``: a half-open try that has not told
    its end by then died with its worker.
    """

    open_after: int = 3
    first_wait_s: float = 30.0
    longest_wait_s: float = 600.0
    denied_wait_s: float = 600.0
    try_s: float = 330.0


RULES = BreakerRules()


@dataclass(frozen=True, slots=True)
class Breaker:
    """``failures`` in a row; ``opened`` times in a row; ``since`` when this phase began; ``retry_at`` when open: not
    before; when half-open: the try is given up for dead then."""

    phase: Phase
    since: datetime
    failures: int = 0
    opened: int = 0
    retry_at: datetime | None = None


def blocked_until(breaker: Breaker, now: datetime) -> datetime | None:
    """None: somebody may try now."""
    if breaker.phase is Phase.CLOSED or breaker.retry_at is None or breaker.retry_at <= now:
        return None
    return breaker.retry_at


def trying(breaker: Breaker, now: datetime, rules: BreakerRules = RULES) -> Breaker:
    """One try begins on a breaker that is not closed and not blocked."""
    return replace(breaker, phase=Phase.HALF_OPEN, retry_at=now + timedelta(seconds=rules.try_s))


def failed(breaker: Breaker, now: datetime, *, denied: bool = False, rules: BreakerRules = RULES) -> Breaker:
    """After one more failure."""
    failures = breaker.failures + 1
    if breaker.phase is Phase.CLOSED and failures < rules.open_after and not denied:
        return replace(breaker, failures=failures)
    opened = breaker.opened + 1
    wait_s = min(rules.longest_wait_s, rules.first_wait_s * 2.0 ** min(opened - 1, 16))
    wait_s = max(wait_s, rules.denied_wait_s) if denied else wait_s
    # Still open: it is out of order since it first was, not since the last vain try.
    since = now if breaker.phase is Phase.CLOSED else breaker.since
    return Breaker(Phase.OPEN, since, failures, opened, now + timedelta(seconds=wait_s))


def succeeded(breaker: Breaker, now: datetime) -> Breaker:
    """It works again."""
    if breaker.phase is Phase.CLOSED and breaker.failures == 0:
        return breaker
    return Breaker(Phase.CLOSED, breaker.since if breaker.phase is Phase.CLOSED else now)
