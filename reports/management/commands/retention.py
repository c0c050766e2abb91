"""Delete what its time is over for, now: what the daily job does."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from jsc_project.lib.command import JscCommand
from reports import upkeep


class Command(JscCommand):
    help = "Delete what its time is over for, make sure that the bytes are gone, and count (docs/privacy/retention.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="count what would be deleted, and change nothing")

    def run(self, **options: Any) -> Any:
        counts = upkeep.purge_counts(timezone.now()) if options["dry_run"] else upkeep.purge()
        return {"dry_run": options["dry_run"], **counts}
