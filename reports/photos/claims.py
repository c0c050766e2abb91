"""What a photo says of its own place and time, held against what its report says. Pure.

A hint for people, in both directions: whoever wants to can write anything into a file, and phones know their place
badly between tall buildings. What the file said is dropped with it; only the differences are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jsc_project.lib.geo import LatLon, metres_between

FAR_M = 300
"""The largest reach of a category is 250 m; a pin set by hand misses by tens, a phone between towers by as many."""

LONG_MINUTES = 60
"""Reports are written on the spot or on the next bus; the shortest window of a category is an hour."""


@dataclass(frozen=True, slots=True)
class Differences:
    """``metres`` from the reported point; ``minutes`` from the reported time, negative for earlier. None: not told."""

    metres: int | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the report says."""

    point: LatLon
    happened_at: datetime


def differences(claimed: Claimed, place: LatLon | None, taken_at: datetime | None) -> Differences:
    """``place`` and ``taken_at`` (aware) as the file has them."""
    metres = None if place is None else round(metres_between(claimed.point, place))
    minutes = None if taken_at is None else round((taken_at - claimed.happened_at).total_seconds() / 60)
    return Differences(metres, minutes)


def is_far(metres: int) -> bool:
    return metres >= FAR_M


def is_another_time(minutes: int) -> bool:
    return abs(minutes) >= LONG_MINUTES
