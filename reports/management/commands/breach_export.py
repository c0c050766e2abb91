"""What a breach concerned: whose reports, which footage, and who looked (UU PDP 27/2022, art. 46)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from jsc_project.lib.command import JscCommand
from jsc_project.lib.errors import UnreadableInput
from reports.personal.breach import Period, breach_export


class Command(JscCommand):
    help = "Write into a new folder what was there to be seen in a time, whose it is, and who looked at what."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--from",
            dest="start",
            required=True,
            help="when the data lay open, not when it was filmed; ISO 8601, without an offset Jakarta's time",
        )
        parser.add_argument("--to", dest="end", required=True, help="the first moment after it")
        parser.add_argument("--camera", action="append", default=[], metavar="CODE", help="only these cameras")
        parser.add_argument("--out", type=Path, required=True, help="a new folder; only its owner may read it")
        parser.add_argument("--reason", default="Dugaan kebocoran data", help="for the access log")

    def run(self, **options: Any) -> Any:
        period = Period(_moment(options["start"]), _moment(options["end"]), options["camera"])
        return breach_export(period=period, out=options["out"], reason=options["reason"])


def _moment(typed: str) -> datetime:
    try:
        read = datetime.fromisoformat(typed)
    except ValueError as exc:
        raise UnreadableInput(f"{typed!r} is no time; write 2026-11-03T14:00 or 2026-11-03T14:00+07:00") from exc
    return read if read.tzinfo else timezone.make_aware(read)
