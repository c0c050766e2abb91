"""Where does a point lie? ``manage.py locate -6.1754 106.8272 --json``"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from jsc_project.lib.command import JscCommand
from jsc_project.lib.errors import UnreadableInput
from jsc_project.lib.geo import LatLon
from reports.selectors.places import locate


class Command(JscCommand):
    help = "Names the kelurahan of a point: inside, or the nearest within 200 m (beyond 60 m uncertain), or none."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        # Text, so that a strange number is answered like every other unreadable input.
        parser.add_argument("lat", metavar="LAT", help="latitude in degrees, about -6.2")
        parser.add_argument("lon", metavar="LON", help="longitude in degrees, about 106.8")

    def run(self, **options: Any) -> dict[str, Any]:
        placing = locate(_point(options["lat"], options["lon"]))
        where, boundary = placing.kelurahan, placing.boundary
        return {
            "code": where and where.code,
            "kelurahan": where and where.name,
            "kecamatan": where and where.kecamatan,
            "kota": where and where.kota,
            "how": placing.how.value,
            "metres": None if placing.metres is None else round(placing.metres, 2),
            "boundary": boundary and ("approximate" if boundary.approximate else "official"),
        }

    def tell(self, answer: Any) -> None:
        if answer["how"] == "none":
            self.stdout.write("No kelurahan within 200 m.")
            return
        where = f"{answer['kelurahan']} ({answer['code']}), {answer['kecamatan']}, {answer['kota']}"
        self.stdout.write(f"{where}: {answer['how']}, {answer['metres']:.0f} m, {answer['boundary']} border")


def _point(lat: str, lon: str) -> LatLon:
    try:
        return LatLon(lat=float(lat), lon=float(lon))
    except ValueError as exc:
        raise UnreadableInput(f"LAT LON must be two numbers in degrees, latitude first: {exc}") from exc
