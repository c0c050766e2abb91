"""From what a person typed to the report it names, or to one constant "unknown"."""

from __future__ import annotations

from django.http import HttpRequest

from jsc_project.lib.errors import JscError
from reports.models import Report
from reports.selectors.public import report_find
from reports.throttle import admit, count_miss
from reports.tracking import normalise

MAX_CODE_LENGTH = 64


class CodeUnknown(JscError, LookupError):
    """There is no report with this code. Malformed, mistyped and never issued are all the same answer."""

    code = "unknown_code"


def report_lookup(request: HttpRequest, typed: str) -> Report:
    """The report of a tracking code, however it was typed.

    Raises:
        TooManyRequests: this address asked or missed too often.
        CodeUnknown: no such report.
    """
    admit(request)
    found = report_find(_normalised(typed))
    if found is None:
        count_miss(request)
        raise CodeUnknown("no report with this tracking code")
    return found


def _normalised(typed: str) -> str:
    """The code as issued. What cannot be one is looked up as typed, so that both kinds of wrong cost alike."""
    short = typed[:MAX_CODE_LENGTH].replace("\x00", "")
    try:
        return normalise(short) or short
    except ValueError:
        return short
