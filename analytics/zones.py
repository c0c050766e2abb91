"""Places drawn in a camera's picture, and the file they come in.

Coordinates are normalised, x to the right and y down, both 0-1, origin top left.
An object is in a zone when the bottom centre of its *unclipped* box is: a tall
lorry in the next lane overlaps the zone long before its wheels are in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from shapely.geometry import Polygon
from shapely.validation import explain_validity

from jsc_project.lib.errors import UnreadableInput

ZONE_KINDS = frozenset({"road", "busway_lane", "no_stopping", "river", "pavement", "water_gauge", "lamp", "privacy"})

SHAPE = 'Expected [{"kind": "road", "polygon": [[x, y], ...]}, ...] with x and y from 0 to 1'

LARGEST = 1e9
"""No coordinate is larger, in pictures or in metres; JSON holds numbers that no float does."""

FloatArray = npt.NDArray[np.float32]
Point = tuple[float, float]


class ZonesInvalid(UnreadableInput):
    """A zone cannot be used: ``data["where"]`` names it, ``detail`` says what is wrong."""

    code = "zones_invalid"


@dataclass(frozen=True, slots=True)
class GroundPoint:
    """A point of the picture (0-1) and the same point on the ground, in metres of any local grid."""

    picture: Point
    metres: Point


@dataclass(frozen=True, slots=True)
class Zone:
    """``polygon``: at least 3 normalised points, not self-crossing. ``ground``: none or at least 4.

    Raises:
        ZonesInvalid: anything else.
    """

    kind: str
    polygon: tuple[Point, ...]
    name: str = ""
    ground: tuple[GroundPoint, ...] = ()

    def __post_init__(self) -> None:
        problem = _problem_with(self)
        if problem:
            raise ZonesInvalid(f"zone {self.name or self.kind!r}: {problem}", where=self.name or self.kind)

    def holds(self, xyxy: FloatArray) -> npt.NDArray[np.bool_]:
        """Which of the ``(N, 4)`` normalised boxes stand in the zone, by bottom centre; ``(N,)``."""
        polygon = np.asarray(self.polygon, np.float64)
        feet = np.stack([(xyxy[:, 0] + xyxy[:, 2]) / 2, xyxy[:, 3]], axis=1).astype(np.float64)
        return _inside(polygon, feet)

    def width_at(self, y: float) -> float:
        """How much of the zone, 0-1, lies across the picture at this height (0-1, from the top)."""
        level = min(max(y, 0.0), 1.0 - 1e-9)
        ends = zip(self.polygon, (*self.polygon[1:], self.polygon[0]), strict=True)
        cuts = [
            x1 + (x2 - x1) * (level - y1) / (y2 - y1) for (x1, y1), (x2, y2) in ends if (y1 > level) != (y2 > level)
        ]
        return sum(right - left for left, right in zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=True))

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name, "polygon": [list(point) for point in self.polygon]}


def whole_picture(kind: str) -> Zone:
    """What the command line judges when nobody drew a zone. Reaches past the border, for clipped boxes."""
    return Zone(kind, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), WHOLE_PICTURE)


WHOLE_PICTURE = "whole picture"


def zones_read(path: Path) -> list[Zone]:
    """Zones of a JSON file.

    Raises:
        ZonesInvalid: the file is missing, is no JSON list, or a zone in it is wrong (says which).
    """
    name = path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ZonesInvalid(f"zones file {name} cannot be read as text: {error}", where=name) from error
    if not text.strip():
        raise ZonesInvalid(f"zones file {name} is empty; a file without zones holds []", where=name)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ZonesInvalid(f"zones file {name} is no JSON: {error}. {SHAPE}", where=name) from error
    try:
        return zones_parse(content)
    except ZonesInvalid as error:
        error.detail = f"zones file {name}: {error.detail}"
        raise


def zones_parse(content: object) -> list[Zone]:
    """``[{"kind", "name"?, "polygon": [[x, y], ...], "ground_points"?: [[x, y, east_m, north_m], ...]}]``.

    Raises:
        ZonesInvalid: says which zone, and what is wrong with it.
    """
    if not isinstance(content, list):
        raise ZonesInvalid(f"a zones file holds a list of zones, this is {_what(content)}. {SHAPE}", where="/")
    return [_zone(entry, f"/{index}") for index, entry in enumerate(content)]


def _zone(entry: object, where: str) -> Zone:
    if not isinstance(entry, Mapping) or not {"kind", "polygon"} & entry.keys():
        detail = f"{where}: a zone is an object with kind and polygon, this is {_what(entry)}. {SHAPE}"
        raise ZonesInvalid(detail, where=where)
    try:
        return Zone(
            kind=_text(entry.get("kind"), "kind"),
            polygon=_points(entry.get("polygon"), "polygon"),
            name=_text(entry.get("name") or "", "name"),
            ground=_ground(entry.get("ground_points") or ()),
        )
    except ValueError as error:
        detail = error.detail if isinstance(error, ZonesInvalid) else str(error)
        raise ZonesInvalid(f"{where}: {detail}", where=where) from error


def _what(content: object) -> str:
    """A word for what was given in place of zones, for those who took the wrong file."""
    if isinstance(content, Mapping):
        if content.get("type") in {"Feature", "FeatureCollection", "Polygon", "MultiPolygon", "GeometryCollection"}:
            return f"GeoJSON ({content['type']}: degrees of the earth, not places in a picture)"
        if "camera" in content and "zones" in content:
            return "a file of several cameras' zones; give one camera's zones alone"
        return f"an object with {', '.join(sorted(map(str, content))[:6]) or 'nothing in it'}"
    if isinstance(content, list):
        return "a list of points" if content and isinstance(content[0], int | float | list) else "a list"
    return "nothing" if content is None else f"{type(content).__name__} {str(content)[:40]!r}"


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{what} must be text, got {value!r}")
    return value


def _points(value: object, what: str) -> tuple[Point, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError(f"{what} must be a list of [x, y], got {value!r}")
    return tuple(_point(point, f"{what}[{index}]") for index, point in enumerate(value))


def _point(value: object, what: str) -> Point:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise ValueError(f"{what} must be [x, y], got {value!r}")
    for number in value:
        if isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) <= LARGEST:
            raise ValueError(f"{what} must hold two numbers, got {value!r}")
    return float(value[0]), float(value[1])


def _ground(value: object) -> tuple[GroundPoint, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError(f"ground_points must be a list of [x, y, east_m, north_m], got {value!r}")
    points = []
    for index, entry in enumerate(value):
        what = f"ground_points[{index}]"
        if not isinstance(entry, Sequence) or isinstance(entry, str) or len(entry) != 4:
            raise ValueError(f"{what} must be [x, y, east_m, north_m], got {entry!r}")
        points.append(GroundPoint(_point(entry[:2], what), _point(entry[2:], what)))
    return tuple(points)


def _problem_with(zone: Zone) -> str | None:
    """What is wrong with a zone, in words, or None."""
    if zone.kind not in ZONE_KINDS:
        return f"unknown kind {zone.kind!r}, known are {', '.join(sorted(ZONE_KINDS))}"
    if len(set(zone.polygon)) < 3:
        return f"a polygon needs at least 3 different points, got {len(set(zone.polygon))}"
    for index, (x, y) in enumerate(zone.polygon):
        if not (0 <= x <= 1 and 0 <= y <= 1):
            return f"polygon[{index}] = ({x}, {y}) lies outside 0-1"
    shape = Polygon(zone.polygon)
    if not shape.is_valid:
        return f"the polygon crosses itself: {explain_validity(shape)}"
    if shape.area <= 0:
        return "the polygon has no area"
    if 0 < len(zone.ground) < 4:
        return f"ground calibration needs at least 4 points, got {len(zone.ground)}"
    return None


def _inside(polygon: npt.NDArray[np.float64], points: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Even-odd rule for ``(N, 2)`` points; points past the picture's border count at the border."""
    x, y = np.clip(points[:, 0], 0.0, 1.0 - 1e-9), np.clip(points[:, 1], 0.0, 1.0 - 1e-9)
    inside = np.zeros(len(points), dtype=bool)
    for (x1, y1), (x2, y2) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        crosses = (y1 > y) != (y2 > y)
        inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside
