"""Erase what somebody sent (UU PDP 27/2022, art. 8, 43 and 44). A dry run first: it names the plan to confirm."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandParser

from jsc_project.lib.command import JscCommand
from reports.personal.erase import erase, erase_plan, erase_plan_told
from reports.personal.subject import subject_arguments, subject_chosen


class Command(JscCommand):
    help = (
        "Erase words, photos and the reporter's hash of one report, or one reporter; the incident's facts stay. "
        "Without --confirm it only tells what would be erased, and the plan to confirm. Exits 1 if it is not proven."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        subject_arguments(parser)
        parser.add_argument("--reason", required=True, help="for the access log; no personal data in it")
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument("--confirm", metavar="PLAN", help="erase, if the plan is still the one of the dry run")
        chosen.add_argument("--dry-run", action="store_true", help="only tell (what happens without --confirm)")

    def handle(self, *args: Any, **options: Any) -> str | None:
        super().handle(*args, **options)
        if not self.proven:
            sys.exit(1)
        return None

    def run(self, **options: Any) -> Any:
        self.proven = True
        subject = subject_chosen(options)
        plan = erase_plan(subject)
        if not options["confirm"]:
            erase_plan_told(plan=plan, reason=options["reason"])
            return {"dry_run": True, **plan.as_json()}
        told = erase(plan=plan, confirmed=options["confirm"], reason=options["reason"])
        self.proven = told.proven
        return {"dry_run": False, **told.as_json()}
