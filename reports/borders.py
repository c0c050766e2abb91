"""[core] Reads the borders of kelurahan from a GeoJSON file: repaired, or refused with a reason.

Accepted: RFC 7946 (longitude first, WGS84), also with the old ``crs`` member when that
names WGS84, a byte order mark, three coordinates a position (the height is dropped), and
rings that lack their closing position. Every refusal names the feature, counted from 1.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, mapping
from shapely.geometry.base import BaseGeometry

from jsc_project.lib.errors import JscError, UnreadableInput

MAX_BYTES = 100_000_000
MAX_FEATURES = 5_000
MAX_POSITIONS = 500_000
MAX_NAME = 100

WEST, EAST, SOUTH, NORTH = 106.3, 107.1, -7.0, -4.9
"""DKI Jakarta with Kepulauan Seribu, generously; degrees."""

MIN_AREA_M2 = 100.0
MAX_REPAIR_SHARE = 0.05
DECIMALS = 7
"""1 cm: what is finer is an export's rounding and must not make a new version."""
SQUARE_METRES_PER_SQUARE_DEGREE = 110_574.0 * 111_320.0 * math.cos(math.radians(6.2))

_DOTTED = re.compile(r"31\.\d{2}\.\d{2}\.\d{4}", re.ASCII)
_DIGITS = re.compile(r"31\d{8}", re.ASCII)
_WGS84 = re.compile(r"(crs:?84|epsg[:/]*[\d.]*[:/]*4326|wgs ?84)$", re.IGNORECASE)


class AreaRefused(JscError, ValueError):
    """One feature cannot be taken; ``detail`` says why in one sentence."""

    code = "area_refused"


@dataclass(frozen=True, slots=True)
class PropertyNames:
    """Which properties of a feature carry the facts."""

    code: str = "kode"
    name: str = "kelurahan"
    kecamatan: str = "kecamatan"
    kota: str = "kota"


@dataclass(frozen=True, slots=True)
class Area:
    """One kelurahan as read. ``row`` is the feature's number, from 1; ``geometry`` normalised lon/lat."""

    row: int
    code: str
    name: str
    kecamatan: str
    kota: str
    geometry: BaseGeometry
    notes: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        return geometry_sha256(self.geometry)


@dataclass(slots=True)
class Reading:
    """What a file gave: areas, ``refused`` as (row, reason), and ``notes`` on what was repaired or looks wrong."""

    areas: list[Area] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_areas(data: bytes, names: PropertyNames) -> Reading:
    """All areas of a GeoJSON file.

    Raises:
        UnreadableInput: no GeoJSON, another coordinate system than WGS84, or too large.
    """
    reading, taken = Reading(), dict[str, int]()
    for row, feature in enumerate(_features(data), start=1):
        try:
            area = read_area(row, feature, names)
            if area.code in taken:
                raise AreaRefused(
                    f"code {area.code} is already given by feature {taken[area.code]}; "
                    "a kelurahan in several parts must be one MultiPolygon"
                )
        except AreaRefused as refusal:
            reading.refused.append((row, refusal.detail))
            continue
        taken[area.code] = row
        reading.areas.append(area)
        reading.notes += [f"feature {row} ({area.code}): {note}" for note in area.notes]
    return reading


def read_area(row: int, feature: Any, names: PropertyNames) -> Area:
    """One feature.

    Raises:
        AreaRefused: with the reason.
    """
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        raise AreaRefused("not a GeoJSON Feature")
    properties = feature.get("properties")
    if not isinstance(properties, Mapping):
        raise AreaRefused("the feature has no properties")
    code = read_code(properties.get(names.code), names.code)
    name, kecamatan, kota = (_text(properties, n) for n in (names.name, names.kecamatan, names.kota))
    geometry, notes = read_geometry(feature.get("geometry"))
    return Area(row, code, name, kecamatan, kota, geometry, tuple(notes))


def read_code(value: Any, name: str = "kode") -> str:
    """The Kemendagri code as 31.xx.xx.xxxx; ten digits without dots (text or number) are accepted.

    Raises:
        AreaRefused: missing, or of another shape.
    """
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not text:
        raise AreaRefused(f"property {name!r} is missing or blank")
    if _DIGITS.fullmatch(text):
        text = f"{text[:2]}.{text[2:4]}.{text[4:6]}.{text[6:]}"
    if not _DOTTED.fullmatch(text):
        raise AreaRefused(f"code {text[:40]!r} does not have the form 31.xx.xx.xxxx (a kelurahan of DKI Jakarta)")
    return text


def read_geometry(value: Any) -> tuple[BaseGeometry, list[str]]:
    """A valid, normalised Polygon or MultiPolygon (lon/lat) and notes on what was repaired.

    Raises:
        AreaRefused: not polygonal, no numbers, swapped axes, outside DKI, no area, or beyond repair.
    """
    if not isinstance(value, Mapping):
        raise AreaRefused("the feature has no geometry")
    kind, coordinates, notes = value.get("type"), value.get("coordinates"), list[str]()
    if kind not in ("Polygon", "MultiPolygon"):
        raise AreaRefused(f"geometry {str(kind)[:40]!r}: only Polygon and MultiPolygon have an area")
    parts = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(parts, list) or not parts:
        raise AreaRefused("the geometry is empty")
    polygons = [_polygon(part, notes) for part in parts]
    if sum(int(shapely.get_num_coordinates(p)) for p in polygons) > MAX_POSITIONS:
        raise AreaRefused(f"more than {MAX_POSITIONS} positions")
    _check_place(polygons)
    return normalised(_repaired(MultiPolygon(polygons), notes)), sorted(set(notes))


def normalised(geometry: BaseGeometry) -> BaseGeometry:
    """One form for one shape: the start of a ring, its direction and the order of parts are an export's accident."""
    parts = [p for p in shapely.get_parts(geometry) if isinstance(p, Polygon)]
    single = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    return cast("BaseGeometry", shapely.orient_polygons(shapely.normalize(shapely.remove_repeated_points(single))))


def geometry_sha256(geometry: BaseGeometry) -> str:
    """Of the normalised geometry; equal for every way of writing the same shape."""
    return hashlib.sha256(shapely.to_wkb(normalised(geometry), byte_order=1)).hexdigest()


def as_geojson(geometry: BaseGeometry) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(json.dumps(mapping(geometry))))


def square_metres(geometry: BaseGeometry) -> float:
    """Area on a flat map at Jakarta's latitude; 0.2 % off at the northern islands."""
    return float(geometry.area) * SQUARE_METRES_PER_SQUARE_DEGREE


def overlaps(shapes: Mapping[str, BaseGeometry], share: float = 0.02) -> list[tuple[str, str, float]]:
    """Pairs (code, code, share) whose common area is at least ``share`` of the smaller one."""
    codes, geometries = list(shapes), np.array(list(shapes.values()), dtype=object)
    left, right = shapely.STRtree(geometries).query(geometries, predicate="intersects")
    found: list[tuple[str, str, float]] = []
    for i, j in zip(left.tolist(), right.tolist(), strict=True):
        if i < j:
            common = geometries[i].intersection(geometries[j]).area / min(geometries[i].area, geometries[j].area)
            if common >= share:
                found.append((codes[i], codes[j], common))
    return sorted(found)


def _features(data: bytes) -> list[Any]:
    if len(data) > MAX_BYTES:
        raise UnreadableInput(f"the file is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        # NaN and Infinity are no JSON, although Python reads them.
        document = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as exc:
        raise UnreadableInput(f"the file is not JSON in UTF-8: {exc}") from exc
    if not isinstance(document, dict):
        raise UnreadableInput("the file is JSON but not GeoJSON: no object")
    _check_crs(document.get("crs"))
    if document.get("type") == "Feature":
        return [document]
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise UnreadableInput("the file is JSON but not a GeoJSON FeatureCollection")
    if len(features) > MAX_FEATURES:
        raise UnreadableInput(f"{len(features)} features, more than {MAX_FEATURES}: this is no list of kelurahan")
    return features


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _check_crs(crs: Any) -> None:
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or not _WGS84.search(name.strip()):
        raise UnreadableInput(f"coordinate system {str(name or crs)[:80]!r}: convert the file to WGS84 (EPSG:4326)")


def _text(properties: Mapping[str, Any], name: str) -> str:
    value = properties.get(name)
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text or not text.isprintable():
        raise AreaRefused(f"property {name!r} is missing or blank")
    if len(text) > MAX_NAME:
        raise AreaRefused(f"property {name!r} is longer than {MAX_NAME} characters")
    return text


def _polygon(rings: Any, notes: list[str]) -> Polygon:
    if not isinstance(rings, list) or not rings:
        raise AreaRefused("a polygon has no ring")
    read = [_ring(ring, notes) for ring in rings]
    return Polygon(read[0], read[1:])


def _ring(positions: Any, notes: list[str]) -> list[tuple[float, float]]:
    if not isinstance(positions, list):
        raise AreaRefused("a ring is not a list of positions")
    ring = [_position(p) for p in positions]
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
        notes.append("an open ring was closed")
    if len(ring) < 4:
        raise AreaRefused("a ring has fewer than three corners")
    return ring


def _position(value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or not 2 <= len(value) <= 4:
        raise AreaRefused("a position is not [longitude, latitude]")
    lon, lat = value[0], value[1]
    for number in (lon, lat):
        # The bound also refuses 1e999 (allowed by JSON, infinity to Python) and integers too large to convert.
        if isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) < 1e9:
            raise AreaRefused("a position holds something that is not a finite number")
    return (round(float(lon), DECIMALS), round(float(lat), DECIMALS))


def _check_place(polygons: Iterable[Polygon]) -> None:
    west, south, east, north = MultiPolygon(list(polygons)).bounds
    if west >= WEST and east <= EAST and south >= SOUTH and north <= NORTH:
        return
    if south >= WEST and north <= EAST and west >= SOUTH and east <= NORTH:
        raise AreaRefused("latitude and longitude are swapped: GeoJSON wants the longitude (about 106.8) first")
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        raise AreaRefused("the coordinates are not degrees: convert the file to WGS84 (EPSG:4326)")
    raise AreaRefused(
        f"reaches outside DKI Jakarta (longitude {west:.4f}..{east:.4f}, latitude {south:.4f}..{north:.4f})"
    )


def _repaired(drawn: MultiPolygon, notes: list[str]) -> BaseGeometry:
    """``drawn``, or its repair when that changes the area by at most 5 %: more would be guessing."""
    if drawn.is_valid:
        fixed: BaseGeometry = drawn
    else:
        made = shapely.make_valid(drawn, method="structure", keep_collapsed=False)
        fixed = MultiPolygon([p for p in shapely.get_parts(made) if isinstance(p, Polygon) and p.area > 0])
        _check_repair(drawn, fixed)
        notes.append(f"repaired: {shapely.is_valid_reason(drawn)}")
    if square_metres(fixed) < MIN_AREA_M2:
        raise AreaRefused(f"the polygon has no area (under {MIN_AREA_M2:.0f} m2)")
    return fixed


def _check_repair(drawn: MultiPolygon, fixed: BaseGeometry) -> None:
    """Both ways of repair must agree with each other and with the drawing's own area."""
    other = shapely.make_valid(drawn, method="linework")
    areas = sorted((float(drawn.area), float(fixed.area), float(other.area)))
    if square_metres(fixed) >= MIN_AREA_M2 and areas[2] - areas[0] > MAX_REPAIR_SHARE * areas[2]:
        reason = shapely.is_valid_reason(drawn)
        raise AreaRefused(f"invalid polygon ({reason}); repairing it would change its area by more than 5 %")
