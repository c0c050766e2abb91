"""``nearest_cameras LAT LON``: which cameras see a point, and which stand near it."""

from __future__ import annotations

import math
from typing import Any

from django.core.management.base import CommandParser

from cameras.index import Sighting
from cameras.selectors import nearest_cameras
from jsc_project.lib.command import JscCommand
from jsc_project.lib.errors import UnreadableInput
from jsc_project.lib.geo import LatLon


class Command(JscCommand):
    help = "Cameras near a point, those that see it first."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("lat", metavar="LAT", type=float, help="degrees, south negative")
        parser.add_argument("lon", metavar="LON", type=float, help="degrees")
        parser.add_argument("--radius-m", type=float, default=500.0)
        parser.add_argument("--limit", type=int, default=10)

    def run(self, **options: Any) -> list[dict[str, Any]]:
        radius_m, limit = options["radius_m"], options["limit"]
        if not (math.isfinite(radius_m) and radius_m >= 0):
            raise UnreadableInput(f"--radius-m must be 0 or more metres, got {radius_m:g}")
        if limit < 1:
            raise UnreadableInput(f"--limit must be at least 1, got {limit}")
        try:
            point = LatLon(lat=options["lat"], lon=options["lon"])
        except ValueError as exc:
            raise UnreadableInput(str(exc)) from exc
        return [as_json(seen) for seen in nearest_cameras(point, radius_m=radius_m, limit=limit)]

    def tell(self, answer: list[dict[str, Any]]) -> None:
        for seen in answer:
            marks = [word for word, on in _marks(seen) if on]
            self.stdout.write(f"{seen['metres']:9.1f} m  {seen['code']}  {seen['name']}  {', '.join(marks)}".rstrip())
        if not answer:
            self.stdout.write("no camera")


def as_json(seen: Sighting) -> dict[str, Any]:
    return {
        "code": seen.code,
        "name": seen.name,
        "metres": seen.metres,
        "covers": seen.covers,
        "assumed": seen.assumed,
        "healthy": seen.healthy,
    }


def _marks(seen: dict[str, Any]) -> list[tuple[str, bool]]:
    return [("covers", seen["covers"]), ("assumed", seen["assumed"]), ("unhealthy", not seen["healthy"])]
