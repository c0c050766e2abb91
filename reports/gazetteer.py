"""[core] Which border a point belongs to, decided the same way every time.

In this order, the first that answers wins:

1. an official border that holds the point (its edge included);
2. an approximate border that holds it;
3. the nearest official, then the nearest approximate border within 60 m: polygons
   are simplified, and slivers, river banks and piers lie a few metres outside;
4. the same up to 200 m, marked uncertain.

Approximate "inside" comes before official "nearest": a point outside the official
border of A but in the cell of B is surely not in A and probably in B.

Ties (a point on a common edge, or where simplified polygons overlap) go to the
smaller polygon, because a small one drawn over a large one is the deliberate one (an
enclave, an island); equal areas to the lower code, then to the older row. Distances
are compared to the millimetre, so that rounding noise never decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from jsc_project.lib.geo import LatLon, PolygonIndex

SURE_REACH_M = 60.0
UNSURE_REACH_M = 200.0


class How(StrEnum):
    INSIDE = "inside"
    NEAREST = "nearest"
    PERSON = "person"
    """A person said so; no border was asked."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Border:
    """One border in force, lon/lat. ``boundary_id`` and ``kelurahan_id`` are the database's keys."""

    boundary_id: int
    kelurahan_id: int
    code: str
    approximate: bool
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class Found:
    """``border`` and ``metres`` (0 inside) are None when nothing is near."""

    border: Border | None
    how: How
    metres: float | None

    @property
    def uncertain(self) -> bool:
        return self.metres is not None and self.metres > SURE_REACH_M


NOWHERE = Found(None, How.NONE, None)


class Gazetteer:
    """Immutable; build a new one when a border changes. ``borders``: those it was built from."""

    def __init__(self, borders: Iterable[Border]) -> None:
        ordered = sorted(borders, key=lambda b: (round(b.geometry.area, 12), b.code, b.boundary_id))
        self.borders = tuple(ordered)
        official = PolygonIndex((b, b.geometry) for b in ordered if not b.approximate)
        approximate = PolygonIndex((b, b.geometry) for b in ordered if b.approximate)
        self._indexes: Sequence[PolygonIndex[Border]] = (official, approximate)

    def __len__(self) -> int:
        return sum(len(index) for index in self._indexes)

    def find(self, point: LatLon) -> Found:
        for index in self._indexes:
            holding = index.covering(point)
            if holding:
                return Found(holding[0], How.INSIDE, 0.0)
        near = [index.within(point, UNSURE_REACH_M) for index in self._indexes]
        for reach in (SURE_REACH_M, UNSURE_REACH_M):
            for candidates in near:
                found = _closest([(border, metres) for border, metres in candidates if metres <= reach])
                if found is not None:
                    return found
        return NOWHERE


def _closest(candidates: list[tuple[Border, float]]) -> Found | None:
    if not candidates:
        return None
    # ``within`` sorts by distance and keeps the order of ties; rounding may add ties, so the tie-break is said again.
    border, metres = min(candidates, key=lambda c: (round(c[1], 3), round(c[0].geometry.area, 12), c[0].code))
    return Found(border, How.NEAREST, metres)
