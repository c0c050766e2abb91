"""Whose data it is: one report, or all reports of whoever sent it.

Nobody's name is kept, so a reporter is known by nothing but the keyed hash on their reports: one report leads to the
others. A report without a name leads to none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.management.base import CommandParser

from jsc_project.lib.errors import JscError
from reports.erased import ERASED
from reports.models import Report
from reports.tracking import normalise


class SubjectUnknown(JscError, LookupError):
    """No report has this tracking code."""

    code = "subject_unknown"


@dataclass(frozen=True, slots=True)
class Subject:
    """``by``: "report" (this one alone) or "reporter" (all of theirs). ``code``: the tracking code that was given."""

    by: str
    code: str
    reports: Sequence[Report]

    @property
    def codes(self) -> list[str]:
        return [report.tracking_code for report in self.reports]

    @property
    def label(self) -> str:
        """In the access log."""
        return f"{self.by} {self.code}"

    def as_json(self) -> dict[str, Any]:
        return {"by": self.by, "tracking_code": self.code, "reports": self.codes}


def subject_arguments(parser: CommandParser) -> None:
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--report", metavar="TRACKING_CODE", help="this report alone")
    chosen.add_argument("--reporter-of", metavar="TRACKING_CODE", help="every report of whoever sent this one")


def subject_chosen(options: dict[str, Any]) -> Subject:
    """Raises SubjectUnknown."""
    by_report = options["report"] is not None
    return subject_find(options["report"] or options["reporter_of"] or "", whole_reporter=not by_report)


def subject_find(code: str, *, whole_reporter: bool) -> Subject:
    """Raises SubjectUnknown."""
    code = normalise(code)
    rows = Report.objects.select_related("category", "kelurahan", "incident__category", "incident__kelurahan")
    report = rows.filter(tracking_code=code).first()
    if report is None:
        raise SubjectUnknown(f"no report has the tracking code {code}", tracking_code=code)
    if not whole_reporter:
        return Subject("report", code, [report])
    if not report.reporter_hash or report.reporter_hash.startswith(ERASED):
        return Subject("reporter", code, [report])
    same = rows.filter(source=report.source, reporter_hash=report.reporter_hash)
    return Subject("reporter", code, list(same.order_by("received_at", "pk")))
