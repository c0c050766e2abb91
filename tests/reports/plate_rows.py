"""Rows of offenders' plates for tests, as the pipeline writes them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.utils import timezone

from analytics.plates.offender import OffenderReading
from reports.lifecycle import PlateState
from reports.models import Category, Incident, OffenderPlate, PlateSearch, Verification
from reports.services.plates import Readings, plates_record

PLATE = "B4821XQZ"
SPACED, MASKED = "B 4821 XQZ", "B 48** XQZ"
BOX = (0.4, 0.6, 0.5, 0.65)
REASON = {"keperluan": "act", "alasan": "Surat tilang untuk Dishub"}


def reading(text: str | None = PLATE, reason: str | None = None, at_s: float = 12.0) -> OffenderReading:
    return OffenderReading(text, 0.93 if text else 0.1, BOX, at_s, 6, reason if text is None else None)


def search_of(incident: Incident, *found: OffenderReading) -> PlateSearch:
    """The incident's last look, already read; its category reads plates from here on."""
    look = Verification.objects.filter(incident=incident).latest("pk")
    Category.objects.filter(pk=look.category_id).update(reads_plates=True)
    match = look.matches.get()
    assert match.run is not None
    search = PlateSearch.objects.create(
        verification=look,
        incident=incident,
        category=look.category,
        run=match.run,
        state=PlateState.READ,
        settled_at=timezone.now(),
    )
    assert plates_record(readings=Readings(search, found or [reading()]))
    # Seen just now, whatever the clip's day is.
    OffenderPlate.objects.filter(search=search).update(at=timezone.now())
    return search


def permit(person: Any, codename: str = "view_plate") -> Any:
    person.user_permissions.add(Permission.objects.get(codename=codename))
    return type(person).objects.get(pk=person.pk)
