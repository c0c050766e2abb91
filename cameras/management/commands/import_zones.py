"""``import_zones FILE``: zones of many cameras, with a reason for every one that is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from cameras.services.zone_files import zones_import
from jsc_project.lib.command import JscCommand


class Command(JscCommand):
    help = (
        "FILE is what export_zones writes, or, with --camera, a zones file of that camera. A zone of the file replaces "
        "the camera's zone of the same kind and name; others stay, unless --replace."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--camera", metavar="CODE", default="", help="whose zones the file holds")
        parser.add_argument("--replace", action="store_true", help="delete zones of these cameras that the file lacks")
        parser.add_argument("--dry-run", action="store_true", help="answer the same, store nothing")

    def run(self, **options: Any) -> dict[str, Any]:
        return zones_import(
            path=options["file"], camera=options["camera"], replace=options["replace"], dry_run=options["dry_run"]
        ).as_json()

    def tell(self, answer: dict[str, Any]) -> None:
        for refusal in answer["refused"]:
            self.stdout.write(f"{refusal['row']}: {refusal['camera']}: {refusal['reason']}")
        counts = {name: value for name, value in answer.items() if name != "refused"}
        counts["refused"] = len(answer["refused"])
        self.stdout.write(", ".join(f"{name} {count}" for name, count in counts.items()))
