"""What was seen now and then, followed through all the time between: no frame may slip.

A *trail* links sightings of one thing. Between two sightings it covers everything from the one place to the other
(whatever moved, moved through there), before the first and after the last it goes on a little the way it was moving.
Wrong links only cover too much.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from analytics.mosaic import Region

LINK_S = 1.0
"""A face turned away, or missed, for so long is still the same; longer than that it is another trail."""

BEYOND_S = 0.5
"""How long before its first and after its last sighting something is taken to be there unseen."""

NUMBER = "number"
SELDOM = 2.0
"""Text is looked for less often than the rest: it is followed, and taken to be there, so many times as long."""

REACH, REACH_PER_S = 1.0, 12.0
"""How far, in its own sizes, a thing may be from where it was expected: a motorcycle that passes close to a camera
moves six times its length a second, and detectors' boxes jump by half of it."""

SIZES = 2.5
"""Ratio of sizes beyond which two sightings are of two things."""

MARGIN = 0.15
LONE_MARGIN = 0.5
"""Of what was seen once, so that nobody knows where it went."""

SPEED_OVER_S = 0.4
"""Speed is taken over this long, because boxes jitter."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """``kind``: only like follows like (a face, a head, a plate)."""

    t_s: float
    region: Region
    kind: str


@dataclass(slots=True)
class Trail:
    """Sightings of one thing, ascending in time; at least one."""

    number: int
    seen: list[Sighting] = field(default_factory=list)

    @property
    def patience(self) -> float:
        return SELDOM if self.seen[0].kind == NUMBER else 1.0

    def at(self, t_s: float) -> Region | None:
        """What to cover at ``t_s``; None when it is not about then."""
        first, last = self.seen[0], self.seen[-1]
        beyond_s = BEYOND_S * self.patience
        if not first.t_s - beyond_s <= t_s <= last.t_s + beyond_s:
            return None
        if t_s < first.t_s:
            return self._beyond(first, t_s, _speed(iter(self.seen)))
        if t_s > last.t_s:
            return self._beyond(last, t_s, _speed(reversed(self.seen)))
        before = self.seen[bisect_right(self.seen, t_s, key=_time) - 1]
        after = self.seen[bisect_left(self.seen, t_s, key=_time)]
        return _grown(_hull(before.region, after.region), self._margin)

    def expected(self, t_s: float) -> Region:
        """Where it would be at ``t_s``, after its last sighting, if it went on as before."""
        last = self.seen[-1]
        return _moved(last.region, _speed(reversed(self.seen)), t_s - last.t_s)

    def _beyond(self, end: Sighting, t_s: float, speed: tuple[float, float]) -> Region:
        gone = _moved(end.region, speed, t_s - end.t_s)
        return _grown(_hull(end.region, gone), self._margin)

    @property
    def _margin(self) -> float:
        return LONE_MARGIN if len(self.seen) == 1 else MARGIN


def _time(one: Sighting) -> float:
    return one.t_s


def _speed(seen: Iterator[Sighting]) -> tuple[float, float]:
    """Picture widths and heights a second, at the first of ``seen``."""
    first = last = next(seen)
    for one in seen:
        if abs(one.t_s - first.t_s) > SPEED_OVER_S:
            break
        last = one
    dt = last.t_s - first.t_s
    if dt == 0:
        return 0.0, 0.0
    (x1, y1), (x2, y2) = _middle(first.region), _middle(last.region)
    return (x2 - x1) / dt, (y2 - y1) / dt


def linked(sightings: Sequence[Sighting]) -> list[Trail]:
    """Trails of all sightings (ascending in time), nearest first, each sighting in one of them."""
    trails: list[Trail] = []
    open_trails: list[Trail] = []
    for t_s, group in groupby(sightings, key=lambda one: one.t_s):
        open_trails = [trail for trail in open_trails if t_s - trail.seen[-1].t_s <= LINK_S * trail.patience]
        fresh = list(group)
        for trail, one in _pairs(open_trails, fresh, t_s):
            trail.seen.append(one)
            fresh.remove(one)
        for one in fresh:
            begun = Trail(len(trails), [one])
            trails.append(begun)
            open_trails.append(begun)
    return trails


def _pairs(trails: Sequence[Trail], fresh: Sequence[Sighting], t_s: float) -> Iterator[tuple[Trail, Sighting]]:
    """Nearest first, each trail and each sighting at most once."""
    found = [
        (away, trail, one)
        for trail in trails
        for one in fresh
        if (away := _away(trail, one, t_s)) <= REACH + REACH_PER_S * (t_s - trail.seen[-1].t_s)
    ]
    taken: set[int] = set()
    for _, trail, one in sorted(found, key=lambda row: row[0]):
        if not {id(trail), id(one)} & taken:
            taken |= {id(trail), id(one)}
            yield trail, one


def _away(trail: Trail, one: Sighting, t_s: float) -> float:
    """Distance from where the trail is expected, in sizes; infinite where it cannot be the same thing."""
    last = trail.seen[-1]
    size, was = _size(one.region), _size(last.region)
    if one.kind != last.kind or not 1 / SIZES <= (size / was if was else 0.0) <= SIZES:
        return float("inf")
    (x, y), (sought_x, sought_y) = _middle(one.region), _middle(trail.expected(t_s))
    wide, high = max(_sides(one.region)[0], 1e-6), max(_sides(one.region)[1], 1e-6)
    return float((((x - sought_x) / wide) ** 2 + ((y - sought_y) / high) ** 2) ** 0.5)


def _middle(region: Region) -> tuple[float, float]:
    return (region.x1 + region.x2) / 2, (region.y1 + region.y2) / 2


def _sides(region: Region) -> tuple[float, float]:
    return region.x2 - region.x1, region.y2 - region.y1


def _size(region: Region) -> float:
    wide, high = _sides(region)
    return float(max(0.0, wide * high) ** 0.5)


def _hull(a: Region, b: Region) -> Region:
    return replace(a, x1=min(a.x1, b.x1), y1=min(a.y1, b.y1), x2=max(a.x2, b.x2), y2=max(a.y2, b.y2))


def _moved(region: Region, speed: tuple[float, float], dt_s: float) -> Region:
    dx, dy = speed[0] * dt_s, speed[1] * dt_s
    return replace(region, x1=region.x1 + dx, y1=region.y1 + dy, x2=region.x2 + dx, y2=region.y2 + dy)


def _grown(region: Region, share: float) -> Region:
    wide, high = _sides(region)
    dx, dy = wide * share / 2, high * share / 2
    return replace(region, x1=region.x1 - dx, y1=region.y1 - dy, x2=region.x2 + dx, y2=region.y2 + dy)
