"""Keeping what was read of offenders' plates: sealed, comparable within one purpose, and nowhere in plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from analytics.plates.offender import OffenderReading
from analytics.verdict import Verdict
from jsc_project.lib.crypto import encrypt
from reports.lifecycle import PlateState
from reports.models import AccessEntry, Category, OffenderPlate, PlateSearch, Verification, VerificationMatch
from reports.plate_texts import plate_hash
from reports.selectors.trust import standings
from reports.services.access_log import Access, access_append
from reports.steps.base import PLATES, Subject


def plates_due(*, verification: Verification) -> list[Subject]:
    """Searches for the runs that speak for a decided look, where its category reads plates.

    Call in the transaction that decides. The category is asked now and not when the look was opened: reading that was
    switched off meanwhile does not happen, and what happened before it was switched on was not told to anybody.
    """
    supported = verification.verdict == Verdict.SUPPORTED and verification.incident_id is not None
    if not supported or not Category.objects.filter(pk=verification.category_id, reads_plates=True).exists():
        return []
    seeing = VerificationMatch.objects.filter(verification=verification, run__verdict=Verdict.SUPPORTED)
    matches = list(seeing.order_by("rank").values_list("run", "camera"))
    known = standings(verification.check_slug, {camera for _run, camera in matches})
    # A camera that is not believed by itself accuses nobody, though another one's answer made the verdict.
    return [_due(verification, run) for run, camera in matches if camera not in known or known[camera].demotion is None]


def _due(verification: Verification, run_id: int | None) -> Subject:
    fields = {
        "incident_id": verification.incident_id,
        "category_id": verification.category_id,
        "state": PlateState.DUE,
    }
    search, _ = PlateSearch.objects.get_or_create(verification=verification, run_id=run_id, defaults=fields)
    return Subject(PLATES, search.pk)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Readings:
    """What was read for a search. Without a ``repr``: texts must not get into a log by way of an error."""

    search: PlateSearch
    found: Sequence[OffenderReading]


def plates_record(*, readings: Readings) -> bool:
    """Keep them; False, and nothing is kept, when the category does not read plates any more.

    Call in the transaction that records the search.
    """
    search = readings.search
    category = Category.objects.select_for_update().get(pk=search.category_id)
    if not category.reads_plates:
        return False
    origin = search.run.clip.media_start_at or search.run.clip.start_at
    rows = [_row(search, number, one, origin) for number, one in enumerate(readings.found, start=1)]
    OffenderPlate.objects.bulk_create(rows)
    return True


def _row(search: PlateSearch, number: int, reading: OffenderReading, origin: datetime) -> OffenderPlate:
    return OffenderPlate(
        search=search,
        number=number,
        sealed=None if reading.text is None else encrypt(reading.text.encode()),
        plate_hash="" if reading.text is None else plate_hash(reading.text, search.category),
        confidence=reading.confidence,
        box=[round(value, 4) for value in reading.box],
        at=origin + timedelta(seconds=reading.at_s),
        frames=reading.frames,
        reason_code=reading.reason or "",
    )


# -- The whole text, for one look -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlateAsk:
    """Whose plate, and why: ``why`` is a word of ``AccessEntry.Why``, ``reason`` the person's own."""

    plate: OffenderPlate
    why: str
    reason: str
    address: str = ""


def plate_show(*, ask: PlateAsk, actor: Any) -> AccessEntry:
    """The line in the access log; once it is written, the plate may be shown. Who may ask is the caller's to know.

    Raises:
        AccessReasonOwed: no purpose, or no words.
    """
    search = ask.plate.search
    access = Access(
        kind=AccessEntry.Kind.PLATE,
        why=ask.why,
        reason=ask.reason,
        subject=f"plate {ask.plate.pk}",
        camera_code=search.run.clip.camera.code,
        incident=search.incident,
        detail={"plate": ask.plate.pk, "search": search.pk, "category": search.category.slug},
        address=ask.address,
    )
    with transaction.atomic():
        return access_append(access=access, actor=actor)
