"""Delete footage whose time is over, now: for an operator who needs room, and for cron."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from jsc_project.lib.command import JscCommand
from reports.services.holds import holds_reconcile
from reports.services.purge import footage_purge


class Command(JscCommand):
    help = "Delete footage that nothing holds and that is older than JSC_FOOTAGE_KEEP_H, and make sure that it is gone."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="count what would be deleted, and change nothing")

    def run(self, **options: Any) -> Any:
        now = timezone.now()
        if not options["dry_run"]:
            holds_reconcile(now=now)
        purged = footage_purge(now=now, dry_run=options["dry_run"])
        return {**purged.as_json(), "dry_run": options["dry_run"]}
