"""Citizens' photos in the database: whose host may be asked, which were used before, which belong to an incident."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from reports.models import Incident, ReportPhoto
from reports.models.photo import photo_claim
from reports.photos.prints import Print, bands_near, near_coarse

REMEMBERED = timedelta(days=730)
"""Photos older than this are no longer compared."""

OPEN_AFTER = 3
FIRST_WAIT_S, LONGEST_WAIT_S = 30.0, 600.0
LOOKED_BACK = 10


# -- Hosts ----------------------------------------------------------------------------


def host_free_at(host: str, now: datetime) -> datetime | None:
    """When ``host`` may be asked again; None: now.

    Two reasons to wait: it was asked as often in this minute as it may be, or it failed for the last photos and is
    left alone for a while, as recorders are (``cameras.pulling.breaker``). What was learned is in the rows themselves.
    """
    tries = ReportPhoto.objects.filter(host=host, tried_at__isnull=False).order_by("-tried_at")
    waits = (_within_rate(tries, now), _left_alone(tries))
    return max((until for until in waits if until is not None and until > now), default=None)


def _within_rate(tries: QuerySet[ReportPhoto], now: datetime) -> datetime | None:
    minute, most = timedelta(minutes=1), settings.JSC_PHOTO_RATE_PER_MIN
    times: list[Any] = list(tries.filter(tried_at__gt=now - minute).values_list("tried_at", flat=True)[:most])
    return times[-1] + minute if len(times) == most else None


def _left_alone(tries: QuerySet[ReportPhoto]) -> datetime | None:
    last: list[Any] = list(tries.values_list("tried_at", "trouble")[:LOOKED_BACK])
    failed = list(takewhile(lambda one: one[1], last))
    if len(failed) < OPEN_AFTER:
        return None
    wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (len(failed) - OPEN_AFTER))
    at: datetime = failed[0][0]
    return at + timedelta(seconds=wait_s)


# -- Photos that were used before -----------------------------------------------------------


def photos_like(asked: Sequence[Print], *, but: ReportPhoto, now: datetime) -> list[ReportPhoto]:
    """Photos of other reports, of the last two years, that show what ``asked`` was made from; the oldest first.

    Each band is one look-up in an index that holds the prints: of a million photos some ten thousand prints are read
    and compared here, and a handful of rows.
    """
    found: dict[int, Any] = {}
    for number, values in enumerate(bands_near(asked)):
        rows = ReportPhoto.objects.filter(**{f"band_{number}__in": sorted(values)}, coarse__isnull=False)
        found.update(rows.order_by().values_list("pk", "coarse"))
    keys = list(found)
    near = [keys[at] for at in near_coarse(asked, list(found.values()))]
    rows = ReportPhoto.objects.filter(pk__in=near, created_at__gt=now - REMEMBERED).exclude(report=but.report_id)
    return [row for row in rows.order_by("created_at", "pk") if _is_like(row, asked)]


def _is_like(row: ReportPhoto, asked: Sequence[Print]) -> bool:
    known = Print((row.coarse or 0) & (1 << 64) - 1, int(row.fine or "0", 16))
    return any(one.is_near(known) for one in asked)


# -- Photos of an incident ------------------------------------------------------------------


def photos_of(incident: Incident) -> dict[int, ReportPhoto]:
    """Report -> its photo, under what the report says now; one that was replaced is not shown."""
    rows = ReportPhoto.objects.filter(report__incident=incident).select_related(
        "report", "same_as__report__incident__category"
    )
    return {row.report_id: row for row in rows.order_by("pk") if row.claim_sha256 == photo_claim(row.report)}
