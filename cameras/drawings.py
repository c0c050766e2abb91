"""Small SVG drawings for the console, made on the server: no map service, no script, no picture of the camera.

Metres are plain metres east and north of the camera; at the size of a coverage that is
far below one drawn pixel from the geodesic truth.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jsc_project.lib.geo import METRES_PER_DEGREE_LAT, LatLon

GROUND_PX, GROUND_MARGIN_PX = 300, 24
FRAME_W, FRAME_H = 384, 216
LABEL_PX, SIGN_PX = 14, 6.4
"""Of the zones' names at 11 px: a line's height, and a letter's width (as wide as they come on average, and a bit)."""
MOST_SIGNS = int(FRAME_W / SIGN_PX)
SCALE_STEPS_M = (10, 20, 50, 100, 200, 500, 1000, 2000)
ZONE_COLOURS: Mapping[str, str] = {
    "road": "#7c3aed",
    "busway_lane": "#d97706",
    "no_stopping": "#dc2626",
    "river": "#2563eb",
    "pavement": "#16a34a",
    "water_gauge": "#0891b2",
    "lamp": "#ca8a04",
    "privacy": "#111827",
}


def coverage_svg(camera: LatLon, coverage: Mapping[str, Any], *, assumed: bool) -> SafeString:
    """What the camera sees from above, north up; an assumed coverage is dashed. ``coverage`` is GeoJSON, lon/lat."""
    rings = [[_metres(camera, lon, lat) for lon, lat, *_z in ring] for ring in _rings(coverage)]
    if not rings:
        return SafeString("")
    reach_m = max(max(abs(east), abs(north)) for ring in rings for east, north in ring)
    px_per_m = (GROUND_PX / 2 - GROUND_MARGIN_PX) / max(reach_m, 1.0)
    path = " ".join(_path([_to_px(east, north, px_per_m) for east, north in ring]) for ring in rings)
    return format_html(
        '<svg viewBox="0 0 {s} {s}" width="{s}" height="{s}" role="img" aria-label="{label}">'
        '<rect width="{s}" height="{s}" fill="#f1f5f9"/>'
        '<path d="{path}" fill="{fill}" fill-opacity="0.3" fill-rule="evenodd" stroke="{fill}" stroke-width="2"'
        ' stroke-dasharray="{dash}"/><circle cx="{c}" cy="{c}" r="5" fill="#0f172a"/>'
        '<text x="{c}" y="16" font-size="12" fill="#0f172a" text-anchor="middle">{north}</text>{scale}</svg>',
        s=GROUND_PX,
        c=GROUND_PX / 2,
        path=path,
        fill="#d97706" if assumed else "#2563eb",
        dash="6 5" if assumed else "none",
        label=_("Cakupan kamera dari atas"),
        north=_("U"),
        scale=_scale(px_per_m),
    )


def zones_svg(zones: Iterable[tuple[str, str, Sequence[Sequence[float]]]]) -> SafeString:
    """Zones over an empty frame; each is ``(kind, label, [[x, y], ...])`` with x and y 0-1, origin top left."""
    listed = list(zones)
    places = labels_placed([(label, *_middle_px(polygon)) for _kind, label, polygon in listed])
    shapes = [
        (
            " ".join(f"{x * FRAME_W:.1f},{y * FRAME_H:.1f}" for x, y in polygon),
            ZONE_COLOURS.get(kind, "#334155"),
            f"{x:.0f}",
            f"{y + LABEL_PX / 3:.0f}",
            label,
        )
        for (kind, _label, polygon), (label, x, y) in zip(listed, places, strict=True)
    ]
    drawn = format_html_join(
        "",
        '<polygon points="{0}" fill="{1}" fill-opacity="0.3" stroke="{1}" stroke-width="2"/>',
        shapes,
    ) + format_html_join(
        "", '<text x="{2}" y="{3}" font-size="11" fill="#0f172a" text-anchor="middle">{4}</text>', shapes
    )
    return format_html(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{label}">'
        '<rect width="{w}" height="{h}" fill="#e2e8f0" stroke="#94a3b8"/>{drawn}</svg>',
        w=FRAME_W,
        h=FRAME_H,
        label=_("Zona di dalam gambar kamera"),
        drawn=drawn,
    )


def labels_placed(names: Sequence[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """Each ``(words, x, y)`` where no name covers another: at its own place, or as near as there is room.

    ``x``, ``y``: middle of the name, in drawn pixels of the frame. A name that is wider than the frame is cut, one
    without any room left stays empty.
    """
    boxes: list[tuple[float, float, float]] = []
    placed = []
    for words, x, y in names:
        shown = words if len(words) <= MOST_SIGNS else f"{words[: MOST_SIGNS - 1]}…"
        wide = len(shown) * SIGN_PX
        free = next((at for at in _around(x, y, wide) if not any(_covers(at, wide, box) for box in boxes)), None)
        if free is not None:
            boxes.append((*free, wide))
        placed.append((shown, *free) if free is not None else ("", x, y))
    return placed


def _around(x: float, y: float, wide: float) -> list[tuple[float, float]]:
    """Middles within the frame, the nearest first: other lines, and half a name to either side."""
    rows = range(-FRAME_H // LABEL_PX - 1, FRAME_H // LABEL_PX + 2)
    moves = [(side * wide, row * LABEL_PX) for row in rows for side in (0, -0.5, 0.5, -1, 1)]
    moves.sort(key=lambda move: math.hypot(move[0] / 2, move[1]))
    return [
        (
            min(max(x + dx, wide / 2), FRAME_W - wide / 2),
            min(max(y + dy, LABEL_PX / 2), FRAME_H - LABEL_PX / 2),
        )
        for dx, dy in moves
    ]


def _covers(at: tuple[float, float], wide: float, box: tuple[float, float, float]) -> bool:
    return abs(at[0] - box[0]) < (wide + box[2]) / 2 and abs(at[1] - box[1]) < LABEL_PX


def _middle_px(polygon: Sequence[Sequence[float]]) -> tuple[float, float]:
    return (
        sum(x for x, _y in polygon) / len(polygon) * FRAME_W,
        sum(y for _x, y in polygon) / len(polygon) * FRAME_H,
    )


def _scale(px_per_m: float) -> SafeString:
    fitting = [step for step in SCALE_STEPS_M if step * px_per_m <= GROUND_PX / 2]
    step = fitting[-1] if fitting else SCALE_STEPS_M[0]
    return format_html(
        '<line x1="10" x2="{x}" y1="{y}" y2="{y}" stroke="#0f172a" stroke-width="2"/>'
        '<text x="10" y="{t}" font-size="11" fill="#0f172a">{step} m</text>',
        x=f"{10 + step * px_per_m:.1f}",
        y=GROUND_PX - 10,
        t=GROUND_PX - 14,
        step=step,
    )


def _rings(geometry: Mapping[str, Any]) -> list[Any]:
    if geometry.get("type") == "Polygon":
        return list(geometry["coordinates"])
    if geometry.get("type") == "MultiPolygon":
        return [ring for polygon in geometry["coordinates"] for ring in polygon]
    return []


def _metres(origin: LatLon, lon: float, lat: float) -> tuple[float, float]:
    east = (lon - origin.lon) * METRES_PER_DEGREE_LAT * math.cos(math.radians(origin.lat))
    return east, (lat - origin.lat) * METRES_PER_DEGREE_LAT


def _to_px(east: float, north: float, px_per_m: float) -> tuple[float, float]:
    return GROUND_PX / 2 + east * px_per_m, GROUND_PX / 2 - north * px_per_m


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points) + " Z"
