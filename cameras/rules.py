"""What can be wrong with a camera's place, its coverage, and the zones drawn in its picture.

Every function answers with all the problems it finds, in words that name the likeliest
mistake. Coordinates on the ground are WGS84 degrees (GeoJSON: lon, lat); zones are
normalised picture coordinates, x to the right, y down, 0-1, origin top left.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from cameras.errors import Problem
from jsc_project.lib.geo import LatLon, metres_between, metres_to

BEARING_DEG = (0.0, 360.0)
FOV_DEG = (1.0, 360.0)
RANGE_M = (1.0, 2000.0)
"""A street camera resolves a vehicle up to a few hundred metres; beyond 2 km haze hides it."""
DRAWN_NEAR_M = 3_000.0
"""A drawn polygon starts within this distance; farther away it belongs to another camera, or its axes are swapped."""
DRAWN_REACH_M = 5_000.0
"""No vertex of a drawn polygon is farther away than this, so that a slip of the mouse cannot cover the city."""
DRAWN_MIN_M2 = 4.0
FAR_OUTSIDE_M = 5_000.0
"""The outline below is coarse, and a border road's camera may hang on the other side; farther out is a mistake."""
JAKARTA: BaseGeometry = shapely.union_all(
    [
        # The mainland, clockwise from the north-west coast; set by hand, a little outside the border.
        Polygon(
            [
                (106.68, -6.08), (106.72, -6.07), (106.80, -6.08), (106.90, -6.08), (106.975, -6.08),
                (106.978, -6.14), (106.955, -6.19), (106.950, -6.26), (106.925, -6.30), (106.925, -6.375),
                (106.87, -6.375), (106.80, -6.375), (106.77, -6.325), (106.735, -6.26), (106.705, -6.22),
                (106.682, -6.15),
            ]
        ),
        # Kepulauan Seribu, from the bay to Pulau Sebira.
        shapely.box(106.35, -6.08, 106.90, -5.15),
    ]
)  # fmt: skip

ZONE_KINDS = frozenset({"road", "busway_lane", "no_stopping", "river", "pavement", "water_gauge", "lamp", "privacy"})
ZONE_MIN_AREA = 2e-5
"""Share of the picture: about 18 pixels of 1280x720, smaller than any lamp head worth a zone."""
ZONE_MAX_POINTS = 200
GROUND_POINTS = 4
LARGEST = 1e9
"""No coordinate is larger, in pictures or in metres."""
PICTURE_MIN_TRIANGLE = 1e-4
GROUND_MIN_TRIANGLE_M2 = 0.05
"""Below these three points count as one line, and four points with three on a line fix no ground plane."""


# -- The ground ----------------------------------------------------------------------


def number_problems(field: str, value: float | None, low: float, high: float) -> list[Problem]:
    if value is None or (math.isfinite(value) and low <= value <= high):
        return []
    en = f"{field} must be within {low:g} to {high:g}, got {value:g}"
    return [Problem(field, "out_of_range", en, f"harus antara {low:g} dan {high:g}, bukan {value:g}")]


def place_problems(lat: float, lon: float) -> list[Problem]:
    """Why a camera of Jakarta cannot stand at these coordinates (degrees)."""
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return [_place("not_finite", "lat and lon must be finite numbers", "koordinat bukan angka yang sah")]
    if lat == 0 and lon == 0:
        return [_place("zero", "the coordinates are 0,0, which is no place in Jakarta", "koordinatnya 0,0")]
    if _near_jakarta(lat, lon):
        return []
    return [_misplaced(lat, lon)]


def _misplaced(lat: float, lon: float) -> Problem:
    if _near_jakarta(lon, lat) or _near_jakarta(-lon, lat):
        return _place("swapped", f"lat and lon look swapped ({lat:g}, {lon:g})", "lintang dan bujur tampaknya tertukar")
    if _near_jakarta(-lat, lon):
        return _place("sign", f"lat {lat:g} lacks its minus sign", "lintang kurang tanda minus")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        en = f"lat {lat:g}, lon {lon:g} are no degrees of latitude and longitude"
        return _place("not_degrees", en, "koordinat bukan derajat lintang dan bujur")
    km = _outside_m(lat, lon) / 1000
    return _place("far_outside", f"the point lies {km:.0f} km outside Jakarta", f"titik {km:.0f} km di luar Jakarta")


def _place(code: str, en: str, text_id: str) -> Problem:
    return Problem("lat", code, en, text_id)


def _near_jakarta(lat: float, lon: float) -> bool:
    return _outside_m(lat, lon) <= FAR_OUTSIDE_M


def _outside_m(lat: float, lon: float) -> float:
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return math.inf
    return metres_to(LatLon(lat=lat, lon=lon), JAKARTA)


def drawn_problems(drawn: Mapping[str, Any] | None, camera: LatLon) -> list[Problem]:
    """What is wrong with a drawn coverage (GeoJSON, lon/lat) of a camera standing at ``camera``."""
    if not drawn:
        return []
    try:
        polygon = _polygon(drawn)
    except ValueError as error:
        return [_drawn("unreadable", f"the drawn coverage cannot be read: {error}", f"tidak terbaca: {error}")]
    if not polygon.is_valid:
        why = explain_validity(polygon)
        return [_drawn("invalid", f"the drawn coverage crosses itself: {why}", f"poligon tidak sah: {why}")]
    if not _in_degrees(polygon):
        return [_swapped()] if _flipped_is_near(polygon, camera) else [_drawn("not_degrees", *_NOT_DEGREES)]
    return _drawn_place_problems(polygon, camera)


_NOT_DEGREES = ("the drawn coverage is not in degrees of lon, lat", "koordinat bukan derajat bujur, lintang")


def _drawn_place_problems(polygon: BaseGeometry, camera: LatLon) -> list[Problem]:
    near_km = metres_to(camera, polygon) / 1000
    if near_km > DRAWN_NEAR_M / 1000:
        if _flipped_is_near(polygon, camera):
            return [_swapped()]
        en = f"the drawn coverage lies {near_km:.1f} km from the camera"
        return [_drawn("far", en, f"cakupan berjarak {near_km:.1f} km dari kamera")]
    reach_km = max(metres_between(camera, LatLon(lat=y, lon=x)) for x, y in _hull_lonlat(polygon)) / 1000
    if reach_km > DRAWN_REACH_M / 1000:
        en = f"the drawn coverage reaches {reach_km:.1f} km, a camera sees at most {DRAWN_REACH_M / 1000:g} km"
        return [_drawn("reach", en, f"cakupan menjangkau {reach_km:.1f} km, paling jauh {DRAWN_REACH_M / 1000:g} km")]
    if _area_m2(polygon) < DRAWN_MIN_M2:
        return [_drawn("tiny", "the drawn coverage has next to no area", "cakupan hampir tanpa luas")]
    return []


def _drawn(code: str, en: str, text_id: str) -> Problem:
    return Problem("drawn_coverage", code, en, text_id)


def _swapped() -> Problem:
    en = "lon and lat of the drawn coverage look swapped (GeoJSON is lon, lat)"
    return _drawn("swapped", en, "bujur dan lintang tampaknya tertukar (GeoJSON: bujur, lintang)")


def _polygon(drawn: Mapping[str, Any]) -> BaseGeometry:
    """Raises ValueError for anything but a finite, non-empty Polygon or MultiPolygon."""
    if not isinstance(drawn, Mapping) or drawn.get("type") not in ("Polygon", "MultiPolygon"):
        raise ValueError("expected a GeoJSON Polygon or MultiPolygon")
    try:
        geometry = shape(dict(drawn))
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise ValueError(f"bad coordinates ({error})") from error
    if geometry.is_empty or not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise ValueError("it is empty, or a coordinate is not finite")
    return geometry


def _in_degrees(polygon: BaseGeometry) -> bool:
    west, south, east, north = polygon.bounds
    return bool(west >= -180 and east <= 180 and south >= -90 and north <= 90)


def _flipped_is_near(polygon: BaseGeometry, camera: LatLon) -> bool:
    flipped = shapely.transform(polygon, lambda xy: xy[:, ::-1])
    return _in_degrees(flipped) and metres_to(camera, flipped) <= DRAWN_NEAR_M


def _hull_lonlat(polygon: BaseGeometry) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(polygon.convex_hull)]


def _area_m2(polygon: BaseGeometry) -> float:
    """Flat-earth square metres of a lon/lat polygon; good to 1 % at the size of a coverage."""
    return float(polygon.area) * 111_195.0**2 * math.cos(math.radians(polygon.centroid.y))


# -- The picture ---------------------------------------------------------------------


def zone_problems(kind: str, polygon: object, ground_points: object = None) -> list[Problem]:
    """What is wrong with a zone: ``polygon`` [[x, y], ...], ``ground_points`` four [x, y, east_m, north_m] or none."""
    problems = []
    if kind not in ZONE_KINDS:
        known = ", ".join(sorted(ZONE_KINDS))
        problems.append(Problem("kind", "unknown_kind", f"unknown kind {kind!r}, known are {known}", "tidak dikenal"))
    return [*problems, *_polygon_problems(polygon), *_ground_problems(ground_points)]


def _polygon_problems(value: object) -> list[Problem]:
    points = _rows(value, 2)
    if points is None:
        return [_zone("not_points", "a polygon is a list of [x, y] numbers", "poligon adalah daftar [x, y]")]
    different = len(set(points))
    if different < 3:
        en = f"a polygon needs at least 3 different points, got {different}"
        return [_zone("too_few", en, f"poligon perlu sedikitnya 3 titik berbeda, baru {different}")]
    if len(points) > ZONE_MAX_POINTS:
        en = f"a polygon has at most {ZONE_MAX_POINTS} points, got {len(points)}"
        return [_zone("too_many", en, f"paling banyak {ZONE_MAX_POINTS} titik")]
    outside = next((point for point in points if not all(0 <= value <= 1 for value in point)), None)
    if outside is not None:
        en = f"point {list(outside)} lies outside 0 to 1 (a share of the picture, not pixels)"
        return [_zone("outside", en, f"titik {list(outside)} di luar 0 sampai 1 (bagian gambar, bukan piksel)")]
    return _shape_problems(Polygon(points))


def _shape_problems(polygon: Polygon) -> list[Problem]:
    # The hull, because the lobes of a polygon that crosses itself cancel out in its own area.
    if polygon.convex_hull.area < ZONE_MIN_AREA:
        return [_zone("tiny", "the polygon has next to no area", "poligon hampir tanpa luas")]
    if not polygon.is_valid:
        why = explain_validity(polygon)
        return [_zone("crosses_itself", f"the polygon crosses itself: {why}", f"poligon memotong diri: {why}")]
    if polygon.area < ZONE_MIN_AREA:
        return [_zone("tiny", "the polygon has next to no area", "poligon hampir tanpa luas")]
    return []


def _zone(code: str, en: str, text_id: str) -> Problem:
    return Problem("polygon", code, en, text_id)


def _ground_problems(value: object) -> list[Problem]:
    if value is None or value == []:
        return []
    points = _rows(value, 4)
    if points is None or len(points) != GROUND_POINTS:
        en = "ground_points are four [x, y, east_m, north_m]"
        return [_ground("not_points", en, "kalibrasi tanah adalah empat [x, y, timur_m, utara_m]")]
    if not all(0 <= x <= 1 and 0 <= y <= 1 for x, y, _, _ in points):
        return [_ground("outside", "x and y of ground_points must be within 0 to 1", "x dan y harus antara 0 dan 1")]
    picture, metres = [(x, y) for x, y, _, _ in points], [(e, n) for _, _, e, n in points]
    if _flat(picture, PICTURE_MIN_TRIANGLE) or _flat(metres, GROUND_MIN_TRIANGLE_M2):
        en = "three of the four ground_points lie on one line (or two are the same point)"
        return [_ground("degenerate", en, "tiga dari empat titik kalibrasi terletak segaris")]
    return []


def _ground(code: str, en: str, text_id: str) -> Problem:
    return Problem("ground_points", code, en, text_id)


def _flat(points: Sequence[tuple[float, float]], min_area: float) -> bool:
    return any(
        abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2 < min_area
        for (ax, ay), (bx, by), (cx, cy) in itertools.combinations(points, 3)
    )


def _rows(value: object, width: int) -> list[tuple[float, ...]] | None:
    """Rows of ``width`` finite numbers, or None when ``value`` is anything else."""
    if not isinstance(value, list | tuple):
        return None
    rows = []
    for row in value:
        if not isinstance(row, list | tuple) or len(row) != width or not all(_is_number(number) for number in row):
            return None
        rows.append(tuple(float(number) for number in row))
    return rows


def _is_number(value: object) -> bool:
    # Compared, not asked whether it is finite: JSON holds whole numbers that are larger than any float.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST
