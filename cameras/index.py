"""All active cameras in memory: which of them see a point, and which stand near it.

Immutable; the selectors build a new one when the data changes. Distances are geodesic
metres rounded to 0.1 m, and the order is that of the rounded figures, so that what a
reader sorts by eye is what was sorted by.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from jsc_project.lib.geo import LatLon, metres_between

EARTH_RADIUS_M = 6_371_008.8
HAVERSINE_SLACK = 0.01
"""The sphere differs from WGS84 by at most 0.6 %; 1 % decides who is measured exactly."""
SAME_DIRECTION_DEG = 20.0
POLE_DIGITS = 5
"""About a metre: channels of one pole are often placed by hand, each for itself."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One camera, looked at from one point. ``metres`` is the geodesic distance, rounded to 0.1."""

    camera_id: int
    code: str
    name: str
    metres: float
    covers: bool
    assumed: bool
    healthy: bool
    has_source: bool
    pole: tuple[float, float]
    bearing_deg: float | None

    def same_view(self, other: Sighting) -> bool:
        """On one pole, looking the same way. Unknown directions are not taken to be the same."""
        if self.pole != other.pole or self.bearing_deg is None or other.bearing_deg is None:
            return False
        apart = abs(self.bearing_deg - other.bearing_deg) % 360
        return min(apart, 360 - apart) < SAME_DIRECTION_DEG


@dataclass(frozen=True, slots=True)
class CameraEntry:
    """What the index keeps of a camera; ``geometry`` is its coverage in lon/lat."""

    camera_id: int
    code: str
    name: str
    point: LatLon
    assumed: bool
    healthy: bool
    has_source: bool
    bearing_deg: float | None
    geometry: BaseGeometry

    @property
    def pole(self) -> tuple[float, float]:
        return (round(self.point.lat, POLE_DIGITS), round(self.point.lon, POLE_DIGITS))


class CameraIndex:
    """Answers in about a millisecond for 4,000 cameras; safe to share between threads."""

    def __init__(self, entries: Sequence[CameraEntry]) -> None:
        self._entries = tuple(entries)
        self._tree = shapely.STRtree([entry.geometry for entry in self._entries])
        self._healthy = np.array([entry.healthy for entry in self._entries], np.bool_)
        self._lats = np.radians(np.array([entry.point.lat for entry in self._entries], np.float64))
        self._lons = np.radians(np.array([entry.point.lon for entry in self._entries], np.float64))

    def __len__(self) -> int:
        return len(self._entries)

    def seeing(self, point: LatLon) -> list[Sighting]:
        """Cameras whose coverage holds ``point`` (border included), best view first."""
        seen = [_sighting(self._entries[i], self._metres(i, point), covers=True) for i in self._covering(point)]
        return sorted(seen, key=lambda s: (not s.healthy, s.assumed, not s.has_source, s.metres, s.code))

    def nearest(self, point: LatLon, radius_m: float, limit: int) -> list[Sighting]:
        """At most ``limit`` cameras within ``radius_m``, or covering ``point`` from farther away.

        Order: unhealthy last, not covering last, metres, code.
        """
        covering = np.zeros(len(self), np.bool_)
        covering[self._covering(point)] = True
        rough_m = self._rough_metres(point)
        found: list[Sighting] = []
        for healthy, covers in itertools.product((True, False), (True, False)):
            group = np.flatnonzero((self._healthy == healthy) & (covering == covers))
            reach_m = math.inf if covers else radius_m
            short = group[shortlist(rough_m[group], reach_m, limit - len(found))]
            exact = [(self._entries[i], self._metres(i, point)) for i in short]
            near = [_sighting(entry, metres, covers=covers) for entry, metres in exact if metres <= reach_m]
            found += sorted(near, key=lambda s: (s.metres, s.code))[: limit - len(found)]
        return found

    def covering_many(self, points: npt.NDArray[np.object_]) -> list[tuple[int, int]]:
        """``(place of the point, camera_id)`` for every camera that sees it; for counting, thousands at a time."""
        at, which = self._tree.query(points, predicate="intersects")
        return [(int(i), self._entries[j].camera_id) for i, j in zip(at, which, strict=True)]

    def _covering(self, point: LatLon) -> npt.NDArray[np.intp]:
        return self._tree.query(Point(point.lonlat()), predicate="intersects")

    def _metres(self, i: int, point: LatLon) -> float:
        return metres_between(point, self._entries[i].point)

    def _rough_metres(self, point: LatLon) -> npt.NDArray[np.float64]:
        """Haversine metres to every camera, ``(N,)``."""
        lat, lon = math.radians(point.lat), math.radians(point.lon)
        d_lat, d_lon = self._lats - lat, self._lons - lon
        chord = np.sin(d_lat / 2) ** 2 + math.cos(lat) * np.cos(self._lats) * np.sin(d_lon / 2) ** 2
        return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0))), np.float64)


def shortlist(rough_m: npt.NDArray[np.float64], reach_m: float, count: int) -> npt.NDArray[np.intp]:
    """Indices of all that may be among the ``count`` nearest within ``reach_m``, in no order.

    Geodesics are slow, so only these are measured; the slack makes sure that none is missed.
    """
    possible = np.flatnonzero(rough_m <= reach_m * (1 + HAVERSINE_SLACK) + 1)
    sure = rough_m[rough_m <= reach_m * (1 - HAVERSINE_SLACK) - 1]
    if count <= 0:
        return possible[:0]
    if count < len(sure):
        cut = float(np.partition(sure, count - 1)[count - 1])
        possible = possible[rough_m[possible] <= cut * (1 + HAVERSINE_SLACK) / (1 - HAVERSINE_SLACK) + 1]
    return possible


def _sighting(entry: CameraEntry, metres: float, *, covers: bool) -> Sighting:
    return Sighting(
        camera_id=entry.camera_id,
        code=entry.code,
        name=entry.name,
        metres=round(metres, 1),
        covers=covers,
        assumed=entry.assumed,
        healthy=entry.healthy,
        has_source=entry.has_source,
        pole=entry.pole,
        bearing_deg=entry.bearing_deg,
    )
