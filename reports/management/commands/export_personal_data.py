"""A copy of what is kept about somebody, for them (UU PDP 27/2022, art. 7 and 13)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from jsc_project.lib.command import JscCommand
from reports.personal.export import personal_export
from reports.personal.subject import subject_arguments, subject_chosen


class Command(JscCommand):
    help = "Write everything kept about one report, or one reporter, into a new folder. Each call is a line in the log."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        subject_arguments(parser)
        parser.add_argument("--out", type=Path, required=True, help="a new folder; only its owner may read it")
        parser.add_argument("--reason", default="Permintaan pemilik data", help="for the access log")

    def run(self, **options: Any) -> Any:
        subject = subject_chosen(options)
        return personal_export(subject=subject, out=options["out"], reason=options["reason"])
