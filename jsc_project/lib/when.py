"""Times as people in Jakarta read them, the same everywhere: ``3 Nov 2026 14.05 WIB``. [core]

Dots in times and no zero before a day, as Indonesian writes them (EYD V). English keeps the form and changes the
months, so that a page and the still beside it never tell one time in two ways.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

WIB = timezone(timedelta(hours=7), "WIB")
"""Asia/Jakarta, without daylight saving since 1964."""

MONTHS_ID = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_text(at: datetime, *, english: bool = False) -> str:
    """``3 Nov 2026`` of an aware time, by the calendar of Jakarta."""
    local = at.astimezone(WIB)
    return f"{local.day} {(MONTHS_EN if english else MONTHS_ID)[local.month - 1]} {local.year}"


def clock_text(at: datetime, *, seconds: bool = False) -> str:
    """``14.05``, or ``14.05.09``, in Jakarta."""
    local = at.astimezone(WIB)
    return f"{local:%H.%M.%S}" if seconds else f"{local:%H.%M}"


def wib_text(at: datetime, *, english: bool = False, seconds: bool = False) -> str:
    """``3 Nov 2026 14.05 WIB`` of an aware time."""
    return f"{day_text(at, english=english)} {clock_text(at, seconds=seconds)} WIB"
