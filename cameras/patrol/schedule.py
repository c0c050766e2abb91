"""When to look at a camera next. [core]

Every camera has a slot of its own in the interval, and keeps it: an hour of standstill ends in a burst of overdue
looks, but those after it are spread as evenly as before. The slots follow from the camera's number by the golden ratio,
which spreads any run of numbers, and so also the channels of one recorder, nearly evenly.
"""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta

GOLDEN = (math.sqrt(5) - 1) / 2
JITTER = 0.02
"""Of the interval, each way: nobody else's clockwork is met at the same moment for ever."""

SOONER_S = (60.0, 120.0, 300.0, 900.0)
"""After the first bad look, the second, ...: a first one wants to be confirmed, and who restarts a camera wants to see
it come back. Then the usual interval, and twice that for those that stay dead."""

DENIED_S = 600.0
"""Recorders lock an account, or our address, after five to seven refused logins."""

STAYS_DEAD = 12
"""Bad looks in a row after which a camera is looked at half as often."""

TRICKLE_S = 1.8
"""Between the first looks at new cameras, so that a new one is known soon and four thousand are no burst."""


def slot_s(camera_id: int, every_s: float) -> float:
    """The camera's place in each interval, ``[0, every_s)``."""
    return (camera_id * GOLDEN % 1.0) * every_s


def next_regular(camera_id: int, now: datetime, every_s: float) -> datetime:
    """The camera's next slot that is at least half an interval away, give or take the jitter."""
    earliest = now.timestamp() + every_s / 2
    slot = slot_s(camera_id, every_s)
    turns = math.ceil((earliest - slot) / every_s)
    at = slot + turns * every_s + random.uniform(-JITTER, JITTER) * every_s  # noqa: S311 - no secret
    return datetime.fromtimestamp(at, UTC)


def next_after_bad(camera_id: int, now: datetime, every_s: float, bad_looks: int, *, denied: bool) -> datetime:
    """``bad_looks``: in a row, this one included. Spread by the camera's number, since a recorder's fall takes all
    its channels at once.
    """
    if bad_looks > len(SOONER_S) or (denied and bad_looks > 1):
        later_s = every_s if bad_looks > STAYS_DEAD or denied else 0.0
        return next_regular(camera_id, now + timedelta(seconds=later_s), every_s)
    wait_s = DENIED_S if denied else SOONER_S[bad_looks - 1]
    return now + timedelta(seconds=min(wait_s, every_s) * (1 + 0.5 * (camera_id * GOLDEN % 1.0)))


def first_look(camera_id: int, number: int, of: int, now: datetime, every_s: float) -> datetime:
    """``number`` 0.. of ``of`` cameras that are new to the patrol."""
    if of * TRICKLE_S < every_s:
        return now + timedelta(seconds=number * TRICKLE_S)
    return now + timedelta(seconds=slot_s(camera_id, every_s))
