"""Take over official borders: ``manage.py import_kelurahan FILE.geojson --json``"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from jsc_project.lib.command import JscCommand
from jsc_project.lib.errors import UnreadableInput
from reports.borders import MAX_BYTES, PropertyNames, read_areas
from reports.services.places import kelurahan_import


class Command(JscCommand):
    help = (
        "Imports kelurahan from GeoJSON (Polygon, MultiPolygon; WGS84). A changed polygon becomes a new version. "
        "In 'refused', row is the number of the feature, from 1. Repairs and overlaps are told on stderr."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE.geojson")
        parser.add_argument("--code-property", default="kode")
        parser.add_argument("--name-property", default="kelurahan")
        parser.add_argument("--kecamatan-property", default="kecamatan")
        parser.add_argument("--kota-property", default="kota")
        parser.add_argument("--dry-run", action="store_true", help="try everything, keep nothing")

    def run(self, **options: Any) -> dict[str, Any]:
        path = Path(options["file"])
        names = PropertyNames(
            code=options["code_property"],
            name=options["name_property"],
            kecamatan=options["kecamatan_property"],
            kota=options["kota_property"],
        )
        reading = read_areas(_bytes(path), names)
        report = kelurahan_import(reading=reading, source=path.name, dry_run=options["dry_run"])
        for note in report.notes:
            self.stderr.write(note)
        return report.as_json()

    def tell(self, answer: Any) -> None:
        for refusal in answer["refused"]:
            self.stdout.write(f"feature {refusal['row']}: {refusal['reason']}")
        counts = ", ".join(f"{answer[key]} {key}" for key in ("created", "updated", "unchanged"))
        self.stdout.write(f"{counts}, {len(answer['refused'])} refused")


def _bytes(path: Path) -> bytes:
    try:
        # The size first: a file that would fill the memory is refused before it is read.
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableInput(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB")
        return path.read_bytes()
    except (OSError, ValueError) as exc:
        if isinstance(exc, UnreadableInput):
            raise
        raise UnreadableInput(f"cannot read {path.name}: {exc}") from exc
