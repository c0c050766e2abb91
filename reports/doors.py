"""The one place that writes a state. ``pipeline.advance`` (the machine) and the services (people) both end here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from django.db.models import QuerySet

from reports import lifecycle
from reports.models import Incident, StatusChange

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Note:
    """What the appended change says. ``cause`` is unique: one cause makes one change."""

    kind: str
    pk: int
    cause: str
    step: str = ""
    reason_code: str = ""
    reason_text: str = ""
    actor: Any = None
    incident: Incident | None = None


def state_swap(held: QuerySet[Any], moves: Mapping[S, frozenset[S]], old: S, new: S, note: Note, **fields: Any) -> bool:
    """Compare-and-swap of a claimable row's state, with the change appended; False when somebody was faster.

    Call inside a transaction: both are written or none.

    Raises:
        MoveRefused: the table does not allow the move.
    """
    lifecycle.change(moves, old, new)
    if held.filter(state=old).update(state=new, **fields) != 1:
        return False
    change_append(note, "state", old, new)
    return True


def status_swap(incident: Incident, old: lifecycle.Status, new: lifecycle.Status, note: Note, **fields: Any) -> bool:
    """As ``state_swap``, for the status of an incident."""
    lifecycle.change(lifecycle.INCIDENT_MOVES, old, new)
    if Incident.objects.filter(pk=incident.pk, status=old).update(status=new, **fields) != 1:
        return False
    change_append(note, "status", old, new)
    return True


def change_append(note: Note, what: str, old: str, new: str) -> StatusChange:
    """A line of history, for a change that is not a state as well (verdict, category, kelurahan)."""
    return StatusChange.objects.create(
        subject_kind=note.kind,
        subject_id=note.pk,
        incident=note.incident,
        what=what,
        old=old,
        new=new,
        reason_code=note.reason_code,
        reason_text=note.reason_text,
        actor=note.actor,
        step=note.step,
        cause=note.cause,
    )
