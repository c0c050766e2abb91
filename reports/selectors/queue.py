"""The lurah's queue: its lists, their counts, and what one row of it shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.models import EvidenceStill
from analytics.verdict import Verdict
from jsc_project.lib.geo import metres_between
from reports.lifecycle import CLOSED, OPEN
from reports.models import Incident


class QueueList(StrEnum):
    """The lists of the queue; the values stand in addresses."""

    OPEN = "antrean"
    SUPPORTED = "terverifikasi"
    WAITING = "menunggu-kamera"
    LOOK = "perlu-ditinjau"
    LATE = "terlambat"
    CLOSED = "selesai"
    ALL = "semua"


LIST_LABELS: dict[QueueList, Any] = {
    QueueList.OPEN: _("Antrean"),
    QueueList.SUPPORTED: _("Terverifikasi"),
    QueueList.WAITING: _("Menunggu kamera"),
    QueueList.LOOK: _("Perlu ditinjau"),
    QueueList.LATE: _("Terlambat"),
    QueueList.CLOSED: _("Selesai/tutup"),
    QueueList.ALL: _("Semua"),
}

NEEDS_LOOK = (Verdict.CONTRADICTED, Verdict.INCONCLUSIVE, Verdict.UNOBSERVABLE)


def list_condition(chosen: QueueList, now: datetime | None = None) -> Q:
    """Which incidents stand in a list. A stopped clock (Koordinasi) is never late."""
    now = now or timezone.now()
    is_open = Q(status__in=sorted(OPEN))
    unanswered = Q(responded_at__isnull=True, respond_by__lt=now)
    conditions = {
        QueueList.OPEN: is_open,
        QueueList.SUPPORTED: is_open & Q(verdict=Verdict.SUPPORTED),
        QueueList.WAITING: is_open & Q(verdict=""),
        QueueList.LOOK: is_open & Q(verdict__in=NEEDS_LOOK),
        QueueList.LATE: is_open & Q(clock_paused_at__isnull=True) & (Q(due_at__lt=now) | unanswered),
        QueueList.CLOSED: Q(status__in=sorted(CLOSED)),
        QueueList.ALL: Q(),
    }
    return conditions[chosen]


def list_ordering(chosen: QueueList) -> list[Any]:
    """Most urgent first; what is closed, newest first. The id makes the order the same every time."""
    if chosen is QueueList.CLOSED:
        return [F("closed_at").desc(nulls_last=True), "-id"]
    return [F("closed_at").asc(nulls_first=True), "priority", F("due_at").asc(nulls_last=True), "id"]


def list_counts(visible: QuerySet[Incident]) -> dict[QueueList, int]:
    """How many stand in each list, in one query, of what this person may see."""
    now = timezone.now()
    wanted = {_key(q): Count("pk", filter=list_condition(q, now)) for q in QueueList if q is not QueueList.ALL}
    counted = visible.aggregate(alle=Count("pk"), **wanted)
    return {q: counted["alle" if q is QueueList.ALL else _key(q)] for q in QueueList}


def oldest_waiting(visible: QuerySet[Incident]) -> dict[QueueList, datetime | None]:
    """Since when the oldest of each open list has been waiting."""
    now = timezone.now()
    lists = [QueueList.SUPPORTED, QueueList.WAITING, QueueList.LOOK, QueueList.LATE]
    found = visible.aggregate(**{_key(q): Min("opened_at", filter=list_condition(q, now)) for q in lists})
    return {q: found[_key(q)] for q in lists}


def _key(chosen: QueueList) -> str:
    return f"n_{chosen.name.lower()}"


@dataclass(frozen=True, slots=True)
class Thumb:
    still_id: str
    caption_id: str
    caption_en: str


_KIND_RANK = {"event": 0, "overview": 1, "after": 2, "before": 3}


def thumbs_for(incidents: Iterable[Incident]) -> dict[int, Thumb]:
    """The most telling still of each incident, in one query for the whole page."""
    ids = [incident.pk for incident in incidents]
    rows = EvidenceStill.objects.filter(run__matches__verification__incident_id__in=ids).values_list(
        "run__matches__verification__incident_id",
        "run__verdict",
        "kind",
        "run__matches__rank",
        "pk",
        "caption_id",
        "caption_en",
    )
    best: dict[int, tuple[tuple[Any, ...], Thumb]] = {}
    for incident_id, verdict, kind, rank, pk, caption_id, caption_en in rows:
        order = (verdict != Verdict.SUPPORTED, _KIND_RANK.get(kind, 9), rank, str(pk))
        if incident_id not in best or order < best[incident_id][0]:
            best[incident_id] = (order, Thumb(str(pk), caption_id, caption_en))
    return {incident_id: thumb for incident_id, (_order, thumb) in best.items()}


def others_reported(incident: Incident) -> int:
    """Distinct reporters besides the first."""
    return max(0, incident.reporters_count - 1)


def near_incidents(incident: Incident, visible: QuerySet[Incident], limit: int = 12) -> Sequence[Incident]:
    """What this one may repeat: visible, of the same kelurahan, no repeats themselves; nearest first."""
    candidates = (
        visible.filter(kelurahan_id=incident.kelurahan_id, duplicate_of__isnull=True)
        .exclude(pk=incident.pk)
        .select_related("category")
        .order_by("-last_seen")[:100]
    )
    ranked = sorted(
        candidates,
        key=lambda c: (c.category_id != incident.category_id, metres_between(incident.point, c.point)),
    )
    return ranked[:limit]
