"""Places on the ground. Axis order is decided here and nowhere else.

Everything outside speaks ``LatLon``; shapely and GeoJSON speak lon/lat, and only
``LatLon.lonlat`` turns one into the other. Distances that count are geodesic
metres on WGS84; degrees serve only as a coarse box filter.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from geopy.distance import geodesic
from shapely import STRtree
from shapely.geometry import Point, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

K = TypeVar("K", bound=Hashable)

METRES_PER_DEGREE_LAT = 110_574.0
"""Near the equator (WGS84); 111.32 km per degree of longitude times cos(lat)."""


@dataclass(frozen=True, slots=True)
class LatLon:
    """A WGS84 point in degrees.

    Raises:
        ValueError: not finite, or outside -90..90 / -180..180.
    """

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lat) and math.isfinite(self.lon)):
            raise ValueError(f"coordinates must be finite, got lat={self.lat!r} lon={self.lon!r}")
        if not -90 <= self.lat <= 90:
            raise ValueError(f"lat must be within -90..90, got {self.lat!r}")
        if not -180 <= self.lon <= 180:
            raise ValueError(f"lon must be within -180..180, got {self.lon!r}")

    def lonlat(self) -> tuple[float, float]:
        """``(lon, lat)``, the order shapely and GeoJSON want."""
        return (self.lon, self.lat)

    def point(self) -> Point:
        return Point(self.lonlat())


def metres_between(a: LatLon, b: LatLon) -> float:
    """Geodesic distance in metres (WGS84, geopy)."""
    return float(geodesic((a.lat, a.lon), (b.lat, b.lon)).meters)


def metres_to(point: LatLon, geometry: BaseGeometry) -> float:
    """Geodesic metres from ``point`` to the nearest place of ``geometry`` (lon/lat); 0 inside.

    The nearest place is looked for in plain degrees: at Jakarta (6 degrees south)
    a degree of longitude is 0.6 % shorter than one of latitude, which moves the
    answer by less than that.
    """
    own = point.point()
    if geometry.covers(own):
        return 0.0
    _, there = nearest_points(own, geometry)
    return metres_between(point, LatLon(lat=there.y, lon=there.x))


def degrees_box(point: LatLon, radius_m: float) -> BaseGeometry:
    """A lon/lat box that surely holds the circle of ``radius_m`` around ``point``."""
    d_lat = radius_m / METRES_PER_DEGREE_LAT * 1.01
    d_lon = d_lat / max(math.cos(math.radians(point.lat)), 1e-6)
    return box(point.lon - d_lon, point.lat - d_lat, point.lon + d_lon, point.lat + d_lat)


def offset(point: LatLon, bearing_deg: float, metres: float) -> LatLon:
    """The point ``metres`` away along ``bearing_deg`` (clockwise from north), geodesic."""
    there = geodesic(meters=metres).destination((point.lat, point.lon), bearing_deg)
    return LatLon(lat=float(there.latitude), lon=float(there.longitude))


class PolygonIndex(Generic[K]):
    """Polygons (lon/lat) by key, for "what holds this point" and "what is near it".

    Immutable: build a new one when the data changes. Keys come back in the order
    given, so that a caller's sort order is the tie-break.
    """

    def __init__(self, items: Iterable[tuple[K, BaseGeometry]]) -> None:
        pairs = list(items)
        self._keys = [key for key, _ in pairs]
        self._geometries = [geometry for _, geometry in pairs]
        self._tree = STRtree(self._geometries)

    def __len__(self) -> int:
        return len(self._keys)

    def covering(self, point: LatLon) -> list[K]:
        """Keys of all polygons that hold ``point``, border included."""
        found = self._tree.query(point.point(), predicate="intersects")
        return [self._keys[i] for i in sorted(int(i) for i in found)]

    def within(self, point: LatLon, radius_m: float) -> list[tuple[K, float]]:
        """``(key, metres)`` of all polygons at most ``radius_m`` away, nearest first (0 inside)."""
        found = self._tree.query(degrees_box(point, radius_m))
        near = ((self._keys[i], metres_to(point, self._geometries[i])) for i in sorted(int(i) for i in found))
        return sorted(((key, m) for key, m in near if m <= radius_m), key=lambda pair: pair[1])
