"""How fast ``nearest_cameras`` answers, against measuring every camera: ``python -m tests.bench.nearest [cameras]``.

Prints one JSON line. The figures are of the index alone; a query also reads one revision number.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from shapely.geometry import shape

from cameras.geofence import CoverageKind, View, coverage_of
from cameras.index import CameraEntry, CameraIndex
from jsc_project.lib.geo import LatLon, metres_between


def entries(count: int, seed: int = 1) -> list[CameraEntry]:
    """Cameras strewn over Jakarta's mainland; a third assumed, one in ten unhealthy."""
    rng = random.Random(seed)
    return [_entry(rng, number) for number in range(count)]


def _entry(rng: random.Random, number: int) -> CameraEntry:
    point = LatLon(lat=rng.uniform(-6.37, -6.10), lon=rng.uniform(106.70, 106.95))
    bearing = rng.choice([None, rng.uniform(0, 360), rng.uniform(0, 360)])
    view = View(point.lat, point.lon, bearing, rng.uniform(30, 120), rng.choice([80.0, 150.0, 400.0, 900.0]))
    coverage = coverage_of(view)
    return CameraEntry(
        camera_id=number,
        code=f"C{number:05d}",
        name=f"Kamera {number}",
        point=point,
        assumed=coverage.kind is CoverageKind.ASSUMED,
        healthy=rng.random() > 0.1,
        has_source=rng.random() > 0.5,
        bearing_deg=bearing,
        geometry=shape(coverage.geojson),
    )


def measured(cameras: list[CameraEntry], point: LatLon) -> list[tuple[bool, bool, float, str]]:
    """``(unhealthy, not covering, exact metres, code)`` of every camera."""
    return [
        (
            not camera.healthy,
            not camera.geometry.covers(point.point()),
            metres_between(point, camera.point),
            camera.code,
        )
        for camera in cameras
    ]


def brute_force(
    measures: list[tuple[bool, bool, float, str]], radius_m: float, limit: int
) -> list[tuple[str, float, bool]]:
    """``(code, metres, covers)`` in the order of the contract."""
    near = [(sick, blind, round(m, 1), code) for sick, blind, m, code in measures if not blind or m <= radius_m]
    return [(code, metres, not blind) for _, blind, metres, code in sorted(near)[:limit]]


def timed_ms(calls: list[Callable[[], object]]) -> float:
    """Median milliseconds of a call."""
    spent = []
    for call in calls:
        start = time.perf_counter()
        call()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent)


def main(count: int) -> dict[str, Any]:
    rng = random.Random(2)
    cameras = entries(count)
    start = time.perf_counter()
    index = CameraIndex(cameras)
    build_ms = (time.perf_counter() - start) * 1000
    points = [LatLon(lat=rng.uniform(-6.37, -6.10), lon=rng.uniform(106.70, 106.95)) for _ in range(200)]
    index_ms = timed_ms([lambda p=p: index.nearest(p, 500, 10) for p in points])
    brute_ms = timed_ms([lambda p=p: brute_force(measured(cameras, p), 500, 10) for p in points[:5]])
    return {
        "cameras": count,
        "build_ms": round(build_ms, 1),
        "query_ms": round(index_ms, 3),
        "brute_ms": round(brute_ms, 1),
        "ratio": round(brute_ms / index_ms),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)) + "\n")
