"""Which incident a report belongs to, and whether the cameras have already answered it.

Pure: the caller holds the (kelurahan, category) lock and passes what it read under it.
Nothing here depends on the clock or on how far any worker has come, so that the same
reports, placed in the order in which they arrived, always make the same groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cameras.footage.window import TimeWindow
from jsc_project.lib.geo import LatLon, metres_between

LOOK_EVERY = timedelta(minutes=30)
"""At most one opening look per incident in this time: a crowd of reports is one trouble, not one look each."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A report to be placed: where (WGS84), and when it happened (with a time zone)."""

    point: LatLon
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Anchor:
    """An incident of the same category and kelurahan, by its first report. ``closed_at`` None: it is open."""

    incident_id: int
    point: LatLon
    happened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a report may lie from an anchor: metres on the ground, seconds earlier or later, both included."""

    radius_m: float
    time_s: float


@dataclass(frozen=True, slots=True)
class Choice:
    """``joins``: the incident the report belongs to; None opens one, which ``recurs_after`` a closed one or not."""

    joins: int | None = None
    recurs_after: int | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """An opening verification: its window, the time of the report that asked for it, the cameras it uses."""

    verification_id: int
    window: TimeWindow
    asked_for: datetime
    camera_ids: frozenset[int]


def choose(newcomer: Newcomer, anchors: Sequence[Anchor], reach: Reach) -> Choice:
    """The nearest open incident in reach; else the nearest closed one, joined by what happened before it closed.

    Distance is to the anchor, never to a later member: chains of reports would drag an
    incident along a street. Ties by age (``happened_at``), then id.
    """
    near = sorted(
        (pair for pair in ((_metres(newcomer, a), a) for a in anchors) if _in_reach(newcomer, *pair, reach)),
        key=lambda pair: (pair[0], pair[1].happened_at, pair[1].incident_id),
    )
    opened = [anchor for _, anchor in near if anchor.closed_at is None]
    if opened:
        return Choice(joins=opened[0].incident_id)
    closed = [anchor for _, anchor in near if anchor.closed_at is not None]
    told_late = [a for a in closed if a.closed_at is not None and newcomer.happened_at <= a.closed_at]
    if told_late:
        return Choice(joins=told_late[0].incident_id)
    return Choice(recurs_after=closed[0].incident_id if closed else None)


def look_that_answers(newcomer: Newcomer, camera_ids: frozenset[int], looks: Sequence[Look]) -> int | None:
    """The look whose verdict the newcomer shares; None asks for one more.

    ``camera_ids`` are the cameras that see the newcomer. A look answers when its window
    holds the newcomer's time and one of its cameras sees the place; or when no camera does,
    since looking again would see as little; or when it was asked for less than
    ``LOOK_EVERY`` away. ``looks`` are in the order they were opened; the first fits.
    """
    for look in looks:
        seen = bool(look.camera_ids & camera_ids) or not camera_ids
        if look.window.holds(newcomer.happened_at) and seen:
            return look.verification_id
    for look in looks:
        if abs(look.asked_for - newcomer.happened_at) < LOOK_EVERY:
            return look.verification_id
    return None


def _metres(newcomer: Newcomer, anchor: Anchor) -> float:
    # Tenths: two anchors at one place differ by rounding alone, and then age must decide.
    return round(metres_between(newcomer.point, anchor.point), 1)


def _in_reach(newcomer: Newcomer, metres: float, anchor: Anchor, reach: Reach) -> bool:
    apart_s = abs((newcomer.happened_at - anchor.happened_at).total_seconds())
    return metres <= reach.radius_m and apart_s <= reach.time_s
