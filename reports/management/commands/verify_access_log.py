"""Prove that the access log is whole: nothing changed, nothing missing, nothing added."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from jsc_project.lib.command import JscCommand
from jsc_project.lib.errors import UnreadableInput
from reports.selectors.access_proof import access_log_verify
from reports.services.access_log import anchors_file


class Command(JscCommand):
    help = "Prove the access log, line by line; names the first broken one and exits 1 when there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--anchors", type=Path, action="append", default=[], help="more files of anchors (logs of other machines)"
        )
        parser.add_argument(
            "--from", type=int, default=1, dest="start", help="take the lines before this number as they are"
        )

    def handle(self, *args: Any, **options: Any) -> str | None:
        super().handle(*args, **options)
        if not self.whole:
            sys.exit(1)
        return None

    def run(self, **options: Any) -> Any:
        own = [file for file in [anchors_file()] if file.exists()]
        try:
            told = access_log_verify(anchors=[*own, *options["anchors"]], start=options["start"])
        except OSError as exc:
            raise UnreadableInput(f"{exc.filename}: {exc.strerror}") from exc
        self.whole = told.ok
        return told.as_json()

    def tell(self, answer: Any) -> None:
        told = f"{answer['entries']} lines, {answer['looks']} looks at originals, {answer['anchors']} anchors"
        if answer["ok"]:
            self.stdout.write(f"{told}: the log is whole, up to {answer['head']}")
        if broken := answer["first_broken"]:
            self.stdout.write(f"{told}: BROKEN at line {broken['number']} ({broken['code']}): {broken['detail']}")
        if answer["without_triggers"]:
            self.stdout.write(f"not guarded: {', '.join(answer['without_triggers'])}; manage.py migrate puts them back")
