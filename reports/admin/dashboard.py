"""The first page after login: how much waits in the own queue, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from jsc_project.lib.errors import StorageFailed
from jsc_project.storage import storage_room
from reports.access import current_memberships, incidents_visible_to, sees_everything
from reports.admin.navigation import queue_counts
from reports.lifecycle import AnnouncementState, ReportState
from reports.models import Announcement, KelurahanBoundary, Report
from reports.selectors.pipeline import waiting_for_storage
from reports.selectors.queue import LIST_LABELS, QueueList, oldest_waiting
from reports.selectors.trust import demoted_pairs
from reports.selectors.zones_waiting import waiting_count

CARDS = (QueueList.SUPPORTED, QueueList.LOOK, QueueList.WAITING, QueueList.LATE)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds to the context of the admin index."""
    counts = queue_counts(request)
    oldest = oldest_waiting(incidents_visible_to(request.user))
    queue = reverse("admin:reports_incident_changelist")
    cards = [
        {
            "key": card.value,
            "label": LIST_LABELS[card],
            "count": counts[card],
            "oldest": oldest[card],
            "url": f"{queue}?daftar={card.value}",
        }
        for card in CARDS
    ]
    all_seen = sees_everything(request.user)
    return {
        **context,
        "jsc_cards": cards,
        "jsc_open": counts[QueueList.OPEN],
        "jsc_queue_url": queue,
        "jsc_memberships": current_memberships(request.user),
        "jsc_no_area": not all_seen and not current_memberships(request.user),
        "jsc_approximate": boundaries_approximate(),
        "jsc_troubles": _troubles() if all_seen else [],
        "jsc_storage": storage_trouble() if all_seen else None,
    }


def boundaries_approximate() -> int:
    """How many borders in force are our own approximation."""
    return KelurahanBoundary.objects.filter(valid_to__isnull=True, approximate=True).count()


@dataclass(frozen=True, slots=True)
class StorageTrouble:
    """Megabytes free and kept in reserve (None where the storage does not tell), and how many rows wait for it."""

    full: bool
    free_mb: int | None
    reserve_mb: int
    waiting: int


def storage_trouble() -> StorageTrouble | None:
    """Whether footage can be written: by the room there is, and by the rows that were turned away last."""
    waiting = waiting_for_storage()
    try:
        room = storage_room()
    except StorageFailed:
        return StorageTrouble(False, None, settings.JSC_STORAGE_RESERVE_MB, waiting)
    if room.writable and not waiting:
        return None
    free_mb = None if room.free_bytes is None else room.free_bytes >> 20
    return StorageTrouble(not room.writable, free_mb, room.reserve_bytes >> 20, waiting)


def _troubles() -> list[dict[str, Any]]:
    """What only an operator can put right, where there is any."""
    reports = reverse("admin:reports_report_changelist")
    announcements = reverse("admin:reports_announcement_changelist")
    precision = reverse("admin:reports_camerajudgement_precision")
    rows = [
        ("demoted_cameras", len(demoted_pairs()), f"{precision}?keadaan=perlu-ditinjau"),
        ("dead_reports", Report.objects.filter(state=ReportState.DEAD).count(), f"{reports}?state__exact=DEAD"),
        (
            "out_of_area",
            Report.objects.filter(state=ReportState.OUT_OF_AREA).count(),
            f"{reports}?state__exact=OUT_OF_AREA",
        ),
        (
            "dead_announcements",
            Announcement.objects.filter(state=AnnouncementState.DEAD).count(),
            f"{announcements}?state__exact=DEAD",
        ),
        ("zones_waiting", waiting_count(), reverse("zona-menunggu")),
    ]
    return [{"what": what, "count": count, "url": url} for what, count, url in rows if count]
