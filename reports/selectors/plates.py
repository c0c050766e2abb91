"""What may be shown of offenders' plates: a mask, and how often the same one was seen for the same purpose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from jsc_project.lib.crypto import Undecryptable
from reports import claiming
from reports.access import incidents_visible_to
from reports.lifecycle import PlateState, Purpose, Status, VerificationState
from reports.models import Incident, OffenderPlate, PlateSearch
from reports.plate_texts import masked, plate_text
from reports.steps.base import VERIFICATION

AGAIN_WITHIN = timedelta(days=90)
"""How far back the same plate counts. As long as evidence is kept after a case, so that hardly more is known."""


@dataclass(frozen=True, slots=True)
class SeenPlate:
    """``masked`` is empty where nothing is told or no key opens it (``unreadable``). ``times``: incidents of the same
    category in which it was seen, this one included."""

    plate: OffenderPlate
    masked: str
    unreadable: bool
    times: int

    @property
    def is_told(self) -> bool:
        return self.plate.sealed is not None


def searches_of(incident: Incident) -> list[PlateSearch]:
    """The searches whose purpose the incident still serves, with their plates."""
    rows = in_purpose(PlateSearch.objects.filter(incident=incident))
    return list(rows.select_related("run__clip__camera", "category").prefetch_related("plates").order_by("pk"))


def in_purpose(searches: QuerySet[PlateSearch]) -> QuerySet[PlateSearch]:
    """Without those whose incident a person has since declined or called something else: the reason to have read them
    is gone."""
    same = Q(category=F("incident__category")) | Q(verification__purpose=Purpose.SECOND)
    return searches.filter(same).exclude(incident__status=Status.DITOLAK)


def seen_plates(search: PlateSearch, now: datetime | None = None) -> list[SeenPlate]:
    plates = list(search.plates.all())
    times = times_seen(plates, search, now or timezone.now())
    return [_seen(plate, times.get(plate.plate_hash, 0)) for plate in plates]


def seen_plate(plate: OffenderPlate) -> SeenPlate:
    times = times_seen([plate], plate.search, timezone.now())
    return _seen(plate, times.get(plate.plate_hash, 0))


def _seen(plate: OffenderPlate, times: int) -> SeenPlate:
    try:
        text = plate_text(plate)
    except Undecryptable:
        return SeenPlate(plate, "", True, times)
    return SeenPlate(plate, masked(text) if text else "", False, times)


def times_seen(plates: Iterable[OffenderPlate], search: PlateSearch, now: datetime) -> dict[str, int]:
    """Hash -> incidents of the search's category of the last 90 days in which it was seen, this one included.

    One that repeats another, or that somebody has declined, is no further violation.
    """
    hashes = {plate.plate_hash for plate in plates if plate.plate_hash}
    if not hashes:
        return {}
    searches = in_purpose(PlateSearch.objects.filter(category=search.category_id))
    counted = ~Q(search__incident__status__in=[Status.DUPLIKAT, Status.DITOLAK]) | Q(
        search__incident=search.incident_id
    )
    rows = OffenderPlate.objects.filter(counted, plate_hash__in=hashes, at__gte=now - AGAIN_WITHIN, search__in=searches)
    seen: dict[str, set[int]] = {}
    for plate_hash, incident in rows.values_list("plate_hash", "search__incident"):
        seen.setdefault(plate_hash, {search.incident_id}).add(incident)
    return {plate_hash: len(incidents) for plate_hash, incidents in seen.items()}


def plates_visible_to(user: Any) -> QuerySet[OffenderPlate]:
    """The told plates of the incidents that this person may see; whether they may see a plate is another question."""
    rows = OffenderPlate.objects.filter(sealed__isnull=False, search__in=in_purpose(PlateSearch.objects.all()))
    rows = rows.filter(search__incident__in=incidents_visible_to(user))
    return rows.select_related("search__incident__category", "search__category", "search__run__clip__camera")


def looks_are_waiting() -> bool:
    """Whether a look at an incident is ready to be analysed, which goes before any plate."""
    return claiming.due(VERIFICATION, VerificationState.MATCHED).exists()


def searching(searches: Sequence[PlateSearch]) -> bool:
    return any(search.state == PlateState.DUE for search in searches)
