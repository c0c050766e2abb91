"""Which cameras see a point, and which stand near it.

Every process keeps one index of all active cameras. Before each answer its revision is
compared with the one in the database (one primary-key read), so that a change made in
any process, bulk writes included, shows in the next answer.
"""

from __future__ import annotations

import threading

import shapely

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
    rows = list(
        Camera.objects.filter(active=True)
        .order_by("code")
        .values_list(
            "pk", "code", "name", "lat", "lon", "coverage_kind", "health", "source_kind", "bearing_deg", "coverage"
        )
    )
    return [
        CameraEntry(
            camera_id=pk,
            code=code,
            name=name,
            point=LatLon(lat=lat, lon=lon),
            assumed=kind == Camera.CoverageKind.ASSUMED,
            healthy=health != Camera.Health.UNHEALTHY,
            has_source=bool(source),
            bearing_deg=bearing,
            geometry=shapely.geometry.shape(coverage),
        )
        for pk, code, name, lat, lon, kind, health, source, bearing, coverage in rows
    ]
