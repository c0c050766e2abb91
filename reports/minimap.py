"""A small map drawn on the server: kelurahan outline, the point, cameras with what they see. No tiles, no script.

Plain metres east and north of the point: over a few hundred metres at Jakarta the
error against geodesic distance is far below one drawn pixel.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jsc_project.lib.geo import METRES_PER_DEGREE_LAT, LatLon

WIDTH, HEIGHT = 640, 400
LEAST_SPAN_M = 160.0
MOST_SPAN_M = 1200.0
INSET = 96
SCALE_STEPS_M = (20, 50, 100, 200, 500, 1000, 2000)


@dataclass(frozen=True, slots=True)
class MapCamera:
    """A camera to draw. ``coverage`` is GeoJSON, lon/lat; ``number`` is what the list beside the map calls it."""

    number: int
    name: str
    point: LatLon
    coverage: Mapping[str, Any]
    metres: float
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class _View:
    """From lon/lat to drawing pixels: x to the right, y down, ``centre`` in the middle."""

    centre: LatLon
    px_per_m: float
    width: float
    height: float

    def xy(self, lon: float, lat: float) -> tuple[float, float]:
        east, north = _metres(self.centre, lon, lat)
        return (self.width / 2 + east * self.px_per_m, self.height / 2 - north * self.px_per_m)

    def path(self, geometry: Mapping[str, Any]) -> str:
        """An SVG path of all rings; holes come out right with the even-odd rule."""
        return " ".join(_ring_path([self.xy(lon, lat) for lon, lat, *_z in ring]) for ring in _rings(geometry))


def minimap(point: LatLon, outline: Mapping[str, Any] | None, cameras: Sequence[MapCamera]) -> SafeString:
    """The map as an inline SVG with a description for those who cannot see it."""
    span_m = _span_m(point, cameras)
    view = _View(point, min(WIDTH, HEIGHT) / span_m, WIDTH, HEIGHT)
    return format_html(
        '<svg class="jsc-map" viewBox="0 0 {w} {h}" role="img" aria-label="{label}">'
        '<rect class="m-ground" width="{w}" height="{h}"/>{outline}{sectors}{lines}{cameras}{pin}{scale}{inset}</svg>',
        w=WIDTH,
        h=HEIGHT,
        label=_describe(cameras),
        outline=_shape(view, outline, "m-outline"),
        sectors=_join(_shape(view, c.coverage, "m-sector m-assumed" if c.assumed else "m-sector") for c in cameras),
        lines=_join(_line(view, c) for c in cameras),
        cameras=_join(_camera(view, c) for c in cameras),
        pin=_pin(),
        scale=_scale(view),
        inset=_inset(point, outline),
    )


def outline_map(geometry: Mapping[str, Any] | None) -> SafeString:
    """One outline, filling the picture."""
    box = _box(geometry)
    if box is None:
        return SafeString("-")
    view = _fitted(box, WIDTH, HEIGHT, margin=24)
    return format_html(
        '<svg class="jsc-map" viewBox="0 0 {w} {h}" role="img" aria-label="{label}">'
        '<rect class="m-ground" width="{w}" height="{h}"/>{outline}{scale}</svg>',
        w=WIDTH,
        h=HEIGHT,
        label=_("Peta: batas kelurahan"),
        outline=_shape(view, geometry, "m-outline"),
        scale=_scale(view),
    )


def _metres(centre: LatLon, lon: float, lat: float) -> tuple[float, float]:
    per_lon = METRES_PER_DEGREE_LAT * math.cos(math.radians(centre.lat))
    return ((lon - centre.lon) * per_lon, (lat - centre.lat) * METRES_PER_DEGREE_LAT)


def _span_m(point: LatLon, cameras: Sequence[MapCamera]) -> float:
    """The shorter side of the picture in metres: wide enough for every camera, never so wide that the point drowns."""
    furthest = max((camera.metres for camera in cameras), default=0.0)
    return min(MOST_SPAN_M, max(LEAST_SPAN_M, furthest * 2.6))


def _rings(geometry: Mapping[str, Any] | None) -> list[list[Any]]:
    if not geometry:
        return []
    if geometry.get("type") == "Polygon":
        return list(geometry["coordinates"])
    if geometry.get("type") == "MultiPolygon":
        return [ring for polygon in geometry["coordinates"] for ring in polygon]
    return []


def _ring_path(points: list[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in points) + " Z" if points else ""


def _shape(view: _View, geometry: Mapping[str, Any] | None, css: str) -> SafeString:
    path = view.path(geometry or {})
    return format_html('<path class="{}" fill-rule="evenodd" d="{}"/>', css, path) if path else SafeString("")


def _line(view: _View, camera: MapCamera) -> SafeString:
    x, y = view.xy(*camera.point.lonlat())
    return format_html('<line class="m-sight" x1="{}" y1="{}" x2="{}" y2="{}"/>', _n(x), _n(y), WIDTH / 2, HEIGHT / 2)


def _camera(view: _View, camera: MapCamera) -> SafeString:
    x, y = view.xy(*camera.point.lonlat())
    return format_html(
        '<g class="m-camera"><title>{name}, {metres} m</title><circle cx="{x}" cy="{y}" r="13"/>'
        '<text x="{x}" y="{ty}">{number}</text></g>',
        name=camera.name,
        metres=round(camera.metres),
        x=_n(x),
        y=_n(y),
        ty=_n(y + 5),
        number=camera.number,
    )


def _pin() -> SafeString:
    return format_html(
        '<g class="m-pin" transform="translate({} {})">'
        '<path d="M0 0C-9-13-14-18-14-27a14 14 0 1 1 28 0c0 9-5 14-14 27z"/><circle cy="-27" r="5"/></g>',
        WIDTH / 2,
        HEIGHT / 2,
    )


def _scale(view: _View) -> SafeString:
    metres = max((step for step in SCALE_STEPS_M if step * view.px_per_m <= 150), default=SCALE_STEPS_M[0])
    return format_html(
        '<g class="m-scale" transform="translate(16 {y})"><path d="M0 -6V0H{length}V-6"/>'
        '<text x="{mid}" y="-9">{m} m</text></g>'
        '<g class="m-north" transform="translate({x} 22)"><path d="M0 -14L6 4L0 0L-6 4Z"/><text y="20">{n}</text></g>',
        y=HEIGHT - 14,
        length=_n(metres * view.px_per_m),
        mid=_n(metres * view.px_per_m / 2),
        m=metres,
        x=WIDTH - 22,
        n=_("U"),
    )


def _inset(point: LatLon, outline: Mapping[str, Any] | None) -> SafeString:
    """The whole kelurahan in a corner, with a dot where the point lies."""
    box = _box(outline)
    if box is None:
        return SafeString("")
    view = _fitted(box, INSET, INSET, margin=8)
    x, y = view.xy(*point.lonlat())
    return format_html(
        '<g class="m-inset" transform="translate(10 10)"><rect width="{s}" height="{s}" rx="8"/>{shape}'
        '<circle cx="{x}" cy="{y}" r="5"/></g>',
        s=INSET,
        shape=_shape(view, outline, "m-whole"),
        x=_n(x),
        y=_n(y),
    )


def _box(geometry: Mapping[str, Any] | None) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees."""
    corners = [(lon, lat) for ring in _rings(geometry) for lon, lat, *_z in ring]
    if not corners:
        return None
    lons, lats = [lon for lon, _lat in corners], [lat for _lon, lat in corners]
    return (min(lons), min(lats), max(lons), max(lats))


def _fitted(box: tuple[float, float, float, float], width: float, height: float, margin: float) -> _View:
    west, south, east, north = box
    centre = LatLon(lat=(south + north) / 2, lon=(west + east) / 2)
    wide, high = (max(1.0, 2 * metres) for metres in _metres(centre, east, north))
    return _View(centre, min((width - 2 * margin) / wide, (height - 2 * margin) / high), width, height)


def _describe(cameras: Sequence[MapCamera]) -> str:
    if not cameras:
        return _("Peta: titik laporan, tanpa kamera yang melihatnya")
    listed = ", ".join(f"{c.number}. {c.name} ({round(c.metres)} m)" for c in cameras)
    return _("Peta: titik laporan dan kamera %(cameras)s") % {"cameras": listed}


def _join(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _n(value: float) -> str:
    return f"{value:.1f}"
