"""Ring for what is due, or do it here: for cron, and for a machine without a broker."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from jsc_project.lib.command import JscCommand
from reports import pipeline, tasks


class Command(JscCommand):
    help = "Ring for every row that is due; with --once, work on them in this process until nothing is due."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--once", action="store_true", help="work here instead of ringing")

    def run(self, **options: Any) -> Any:
        if options["once"]:
            return {"steps": pipeline.run_until_quiet()}
        counts = pipeline.due_counts()
        tasks.sweep()
        return {"rung": counts}
