"""``import_cameras FILE``: cameras from a CSV or GeoJSON list, with a reason for every row that is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from cameras.camera_list import ignored_columns
from cameras.services.cameras import cameras_import
from jsc_project.lib.command import JscCommand


class Command(JscCommand):
    help = (
        "Columns: code (or site_id and channel), name (or site_name), lat, lon; optional site_type, bearing_deg, "
        "fov_deg, range_m, source, url, and a column for each further option of the source (docs/cameras.md). "
        "Rows are numbered by the line of the file, features from 1. Columns that "
        "nothing is read from are named on stderr."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="answer the same, store nothing")

    def run(self, **options: Any) -> dict[str, Any]:
        answer = cameras_import(path=options["file"], dry_run=options["dry_run"]).as_json()
        ignored = ignored_columns(options["file"])
        if ignored:
            # Beside the answer, whose shape others rely on: a misspelt column must not pass in silence.
            self.stderr.write(f"ignored columns: {', '.join(name[:60] for name in ignored[:50])}")
        return answer

    def tell(self, answer: dict[str, Any]) -> None:
        for refusal in answer["refused"]:
            self.stdout.write(f"row {refusal['row']}: {refusal['reason']}")
        counts = {name: value for name, value in answer.items() if name != "refused"} | {
            "refused": len(answer["refused"])
        }
        self.stdout.write(", ".join(f"{name} {count}" for name, count in counts.items()))
