"""Which cameras see a point, and which stand near it.

Every process keeps one index of all active cameras. Before each answer its revision is
compared with the one in the database (one primary-key read), so that a change made in
any process, bulk writes included, shows in the next answer.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

import shapely
from django.db.models import TextField
from django.db.models.functions import Cast
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from cameras.index import CameraEntry, CameraIndex, Sighting
from cameras.models import Camera, CameraRevision
from jsc_project.lib.geo import LatLon

_lock = threading.Lock()
_built: tuple[int, CameraIndex] | None = None


def cameras_seeing(point: LatLon) -> list[Sighting]:
    """Active cameras whose coverage holds ``point``, best view first.

    Healthy or never probed first, drawn or derived coverage before assumed, with a footage
    source before without, then metres, then code.
    """
    return camera_index().seeing(point)


def nearest_cameras(point: LatLon, *, radius_m: float = 500, limit: int = 10) -> list[Sighting]:
    """Active cameras within ``radius_m``, and those that cover ``point`` from farther away.

    Order: unhealthy last, not covering last, metres, code. Only covering ones serve verification.
    """
    return camera_index().nearest(point, radius_m, limit)


def camera_index() -> CameraIndex:
    """The index of the data as committed, or as this transaction sees it."""
    global _built  # noqa: PLW0603 - one index a process is the point
    built = _built
    if built is not None and built[0] == CameraRevision.current("cameras"):
        return built[1]
    with _lock:
        # The number before the rows: rows that change in between make the number old, never the index.
        number = CameraRevision.current("cameras")
        if _built is None or _built[0] != number:
            _built = (number, CameraIndex(_entries()))
        return _built[1]


def _entries() -> list[CameraEntry]:
    """All active cameras. The coverage goes from the database's text straight to shapely: a quarter of the time."""
    rows = list(
        Camera.objects.filter(active=True)
        .order_by("code")
        .annotate(coverage_text=Cast("coverage", TextField()))
        .defer("coverage", "drawn_coverage", "source_settings")
    )
    texts = [camera.coverage_text for camera in rows]
    # A row loaded past ``save`` (a restored dump) may lack a coverage; it stands near, and covers nothing.
    shapes: Iterable[BaseGeometry | None] = shapely.from_geojson(texts, on_invalid="ignore") if texts else []
    return [_entry(camera, geometry or Point()) for camera, geometry in zip(rows, shapes, strict=True)]


def _entry(camera: Camera, geometry: BaseGeometry) -> CameraEntry:
    return CameraEntry(
        camera_id=camera.pk,
        code=camera.code,
        name=camera.name,
        point=camera.point,
        assumed=camera.coverage_kind == Camera.CoverageKind.ASSUMED,
        healthy=camera.health != Camera.Health.UNHEALTHY,
        has_source=bool(camera.source_kind),
        bearing_deg=camera.bearing_deg,
        geometry=geometry,
    )
