"""Writing a camera's zones as one list: all of it or nothing, and never over a colleague's work.

Each zone is saved and deleted as a row of its own, so that its history says who drew what, when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from cameras.errors import Problem
from cameras.models import Camera, Zone
from cameras.zone_drafts import DIGITS, Rows, ZoneDraft, ZoneProblem, ZonesRefused
from jsc_project.lib.errors import JscError


class ZonesChanged(JscError, RuntimeError):
    """Somebody else stored other zones meanwhile; nothing was written. ``data["version"]``: that of theirs."""

    code = "zones_changed"


@dataclass(frozen=True, slots=True)
class ZonesSaved:
    created: int
    changed: int
    removed: int
    version: int


@dataclass(frozen=True, slots=True)
class LastChange:
    """``who``: a user name, empty where no person did it (an import, the demo)."""

    who: str
    at: datetime


def zones_save(*, camera: Camera, drafts: Sequence[ZoneDraft], version: int | None, reason: str = "") -> ZonesSaved:
    """The camera's zones are those of ``drafts`` from here on. ``version``: what the writer saw, None for whatever.

    Raises:
        ZonesChanged: the camera's zones are not those that the writer saw.
        ZonesRefused: a draft claims to be a zone that is not this camera's, or two claim to be the same.
    """
    with transaction.atomic():
        held = Camera.objects.select_for_update().only("pk", "code", "zones_version").get(pk=camera.pk)
        if version is not None and held.zones_version != version:
            raise ZonesChanged(f"the zones of {held.code} were changed meanwhile", version=held.zones_version)
        stored = {zone.pk: zone for zone in Zone.objects.filter(camera=held)}
        _refuse_strangers(drafts, stored)
        created, changed = _written(held, drafts, stored, reason)
        kept = {draft.zone_id for draft in drafts}
        gone = [zone for pk, zone in stored.items() if pk not in kept]
        for zone in gone:
            zone._change_reason = reason  # type: ignore[attr-defined]
            zone.delete()
        held.refresh_from_db(fields=["zones_version"])
    return ZonesSaved(created, changed, len(gone), held.zones_version)


def _refuse_strangers(drafts: Sequence[ZoneDraft], stored: Mapping[int, Zone]) -> None:
    found, seen = [], set()
    for index, draft in enumerate(drafts):
        if draft.zone_id is None:
            continue
        if draft.zone_id not in stored:
            en, text_id = f"{draft.zone_id} is no zone of this camera", "bukan zona kamera ini"
            found.append(ZoneProblem(index, Problem("id", "strange_zone", en, text_id)))
        elif draft.zone_id in seen:
            en, text_id = f"zone {draft.zone_id} comes twice", "zona ini muncul dua kali"
            found.append(ZoneProblem(index, Problem("id", "zone_twice", en, text_id)))
        seen.add(draft.zone_id)
    if found:
        raise ZonesRefused(found)


def _written(camera: Camera, drafts: Sequence[ZoneDraft], stored: Mapping[int, Zone], reason: str) -> tuple[int, int]:
    """How many are new, and how many are others than before; what stays as it was leaves no line of history."""
    created = changed = 0
    for draft in drafts:
        zone = stored.get(draft.zone_id or 0) or Zone(camera=camera)
        if zone.pk and draft_of(zone) == draft:
            continue
        created, changed = (created, changed + 1) if zone.pk else (created + 1, changed)
        zone.kind, zone.name = draft.kind, draft.name
        zone.polygon = _lists(draft.polygon)
        zone.ground_points = _lists(draft.ground_points) if draft.ground_points else None
        zone._change_reason = reason  # type: ignore[attr-defined]
        zone.save()
    return created, changed


def _lists(rows: Rows) -> list[list[float]]:
    return [list(row) for row in rows]


def draft_of(zone: Zone) -> ZoneDraft:
    ground = zone.ground_points or None
    return ZoneDraft(zone.kind, _tuples(zone.polygon), zone.name, _tuples(ground) if ground else None, zone_id=zone.pk)


def _tuples(rows: Sequence[Sequence[float]]) -> Rows:
    return tuple(tuple(round(float(number), DIGITS) for number in row) for row in rows)


def zones_told(camera: Camera) -> list[dict[str, Any]]:
    """The camera's zones as the drawing page takes them: the contract's objects with their ``id``."""
    zones = Zone.objects.filter(camera=camera).order_by("pk")
    return [{"id": zone.pk, **draft_of(zone).as_json()} for zone in zones]


def zones_file(camera: Camera) -> list[dict[str, Any]]:
    """The camera's zones as the contract's file."""
    return [draft_of(zone).as_json() for zone in Zone.objects.filter(camera=camera).order_by("pk")]


@dataclass(frozen=True, slots=True)
class ZoneChange:
    """A line of history. ``what``: ``+`` drawn, ``~`` changed, ``-`` deleted. ``who`` as in ``LastChange``."""

    at: datetime
    who: str
    what: str
    zone: str


def zones_changes(camera: Camera, most: int = 15) -> list[ZoneChange]:
    """The newest changes of the camera's zones, deleted ones included."""
    labels = dict(Zone.Kind.choices)
    rows = Zone.history.filter(camera_id=camera.pk).select_related("history_user")
    lines = rows.order_by("-history_date", "-history_id")[:most]
    return [
        ZoneChange(
            line.history_date,
            str(line.history_user or line.history_change_reason or ""),
            line.history_type,
            f"{labels.get(line.kind, line.kind)} {line.name}".strip(),
        )
        for line in lines
    ]


def zones_last_change(camera: Camera) -> LastChange | None:
    """Who touched the camera's zones last, deleted ones included."""
    rows = Zone.history.filter(camera_id=camera.pk).select_related("history_user")
    line = rows.order_by("-history_date", "-history_id").first()
    return None if line is None else LastChange(str(line.history_user or ""), line.history_date)
