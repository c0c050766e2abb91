"""``export_zones``: the zones of many cameras as one file that ``import_zones`` takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from cameras.services.zone_files import zones_export
from jsc_project.lib.command import JscCommand
from jsc_project.lib.errors import UnreadableInput


class Command(JscCommand):
    help = "Write [{camera, zones}, ...] for all cameras with zones, or for those named."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="where to; without it, to stdout")
        parser.add_argument("--camera", metavar="CODE", action="append", default=[], help="only this one; repeatable")

    def run(self, **options: Any) -> Any:
        content = zones_export(codes=options["camera"])
        path: Path | None = options["file"]
        if path is None:
            return content
        try:
            path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        except OSError as exc:
            raise UnreadableInput(f"{path.name} cannot be written: {exc.strerror}") from exc
        return {"cameras": len(content), "zones": sum(len(entry["zones"]) for entry in content)}
