"""What people do to incidents, and to rows the machine gave up on. The second door for states."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from cameras.footage.window import TimeWindow
from jsc_project.lib.errors import JscError
from reports import lifecycle, notify, routing, sla, tasks
from reports.doors import Note, change_append, state_swap, status_swap
from reports.lifecycle import AnnouncementState, Purpose, ReportState, Status
from reports.models import Announcement, Category, Incident, Kelurahan, Report, Verification, VerificationMatch
from reports.reading.suggesting import Kind
from reports.services.footage import clip_ask_again
from reports.services.holds import holds_follow
from reports.services.rulings import rulings_on
from reports.services.verifications import Glance, glance_at, is_looked_at, openings, verification_open, waiting_looks
from reports.steps.base import ANNOUNCEMENT, REPORT, VERIFICATION, Subject

CLOSURE_WINDOW = timedelta(minutes=3)
"""How long the camera looks again after somebody says that it is done."""


class IncidentChanged(JscError, RuntimeError):
    """Somebody else was faster; ``data["status"]`` is what they made of it."""

    code = "incident_changed"


class ReasonOwed(JscError, ValueError):
    """Declining and re-opening need a reason in words."""

    code = "reason_owed"


class DuplicateInvalid(JscError, ValueError):
    """An incident repeats another, not itself, and not one that in the end repeats it."""

    code = "duplicate_invalid"


class LookRefused(JscError, RuntimeError):
    """A look is running already; its answer comes first."""

    code = "look_refused"


@dataclass(frozen=True, slots=True)
class Transition:
    """What a person wants: ``expected`` is the status they saw when they decided."""

    new: Status
    expected: Status
    reason: str = ""
    duplicate_of: Incident | None = None


def incident_transition(*, incident: Incident, wanted: Transition, actor: Any) -> Incident:
    """Move an incident by a person's decision; the incident as it is now.

    Raises:
        MoveRefused: the table does not allow it.
        ReasonOwed: a reason is owed and missing.
        DuplicateInvalid: Duplikat without an incident that it repeats.
        IncidentChanged: the status is no longer the expected one.
    """
    old, new = wanted.expected, wanted.new
    lifecycle.change(lifecycle.INCIDENT_MOVES, old, new)
    if lifecycle.reason_owed(old, new) and not wanted.reason.strip():
        raise ReasonOwed(f"moving from {old} to {new} needs a reason", old=str(old), new=str(new))
    with transaction.atomic():
        current = Incident.objects.select_for_update(of=("self",)).select_related("category").get(pk=incident.pk)
        _refuse_stale(current, old)
        fields = _fields(current, wanted, timezone.now())
        note = personal_note(current, actor, wanted.reason)
        if not status_swap(current, old, new, note, **fields):
            raise _changed(Incident.objects.get(pk=current.pk))
        current.refresh_from_db()
        if (old in lifecycle.CLOSED) != (new in lifecycle.CLOSED):
            holds_follow(incident=current, now=timezone.now())
        tasks.ring_after_commit([*_after(current, new), *notify.status_announce(incident=current, cause=note.cause)])
    return current


def _refuse_stale(current: Incident, expected: Status) -> None:
    if current.status != expected:
        raise _changed(current)


def _changed(current: Incident) -> IncidentChanged:
    return IncidentChanged("somebody else has changed this incident meanwhile", status=current.status)


def _fields(incident: Incident, wanted: Transition, now: datetime) -> dict[str, Any]:
    new = wanted.new
    clock = sla.moved(_clock(incident), new, now)
    return {
        "respond_by": clock.respond_by,
        "due_at": clock.due_at,
        "clock_paused_at": clock.paused_at,
        "responded_at": clock.responded_at,
        "closed_at": now if new in lifecycle.CLOSED else None,
        # Done again: what an earlier closure was found to be says nothing about this one.
        "closure_verdict": "" if new is Status.SELESAI else incident.closure_verdict,
        "duplicate_of": _original(incident, wanted.duplicate_of) if new is Status.DUPLIKAT else None,
        "updated_at": now,
    }


def _clock(incident: Incident) -> sla.Clock:
    return sla.Clock(
        incident.respond_by,
        incident.due_at,
        incident.clock_paused_at,
        incident.responded_at,
        working_days=incident.category.sla_working_days,
    )


def _original(incident: Incident, of: Incident | None) -> Incident:
    """The incident that ``incident`` repeats, if that makes sense."""
    if of is None:
        raise DuplicateInvalid("a duplicate needs the incident that it repeats")
    seen = {incident.pk}
    at: int | None = of.pk
    while at is not None:
        if at in seen:
            raise DuplicateInvalid("an incident cannot repeat itself", incident=incident.pk, of=of.pk)
        seen.add(at)
        # From the rows: the page that was clicked on may be older than the chain.
        at = Incident.objects.values_list("duplicate_of", flat=True).get(pk=at)
    return of


def _after(incident: Incident, new: Status) -> list[Subject]:
    """Done is looked at: a closure is proven, not claimed."""
    if new is not Status.SELESAI:
        return []
    now = timezone.now()
    glance = Glance(incident.point, TimeWindow(now, now + CLOSURE_WINDOW), now)
    opened = verification_open(incident=incident, purpose=Purpose.CLOSURE, glance=glance)
    return [Subject(VERIFICATION, opened.pk)]


# -- Looking again ------------------------------------------------------------------


def incident_look_again(*, incident: Incident, actor: Any) -> Verification:
    """ "Periksa lagi": a new look at the time of the last one; clips that failed are asked for again.

    Raises:
        LookRefused: a look is running already.
    """
    with transaction.atomic():
        current = incident_locked(incident)
        if is_looked_at(current):
            raise LookRefused("the cameras are looking already")
        last = max(openings(current), key=lambda v: v.pk, default=None)
        glance = (
            Glance(last.point, last.window, last.asked_for)
            if last is not None
            else glance_at(category=current.category, point=current.point, happened_at=current.anchor_happened_at)
        )
        opened = verification_open(incident=current, purpose=Purpose.OPENING, glance=glance)
        note = personal_note(current, actor, "")
        change_append(note, "look", "", str(opened.pk))
        tasks.ring_after_commit([*_clips_again(last, note), Subject(VERIFICATION, opened.pk)])
    return opened


def incident_locked(incident: Incident) -> Incident:
    """The row as it is now, held until the transaction ends."""
    return Incident.objects.select_for_update(of=("self",)).select_related("category").get(pk=incident.pk)


def _clips_again(last: Verification | None, note: Note) -> list[Subject]:
    if last is None:
        return []
    matches = VerificationMatch.objects.filter(verification=last, clip__isnull=False).select_related("clip")
    return [
        subject
        for m in matches
        if m.clip is not None
        for subject in clip_ask_again(clip=m.clip, cause=f"{note.cause}:clip:{m.clip.pk}", actor=note.actor)
    ]


# -- Corrections ----------------------------------------------------------------------


def incident_change_category(*, incident: Incident, category: Category, actor: Any, reason: str = "") -> Incident:
    """A person says what it really is: routed anew, and looked at with that category's check.

    A look that runs for the old category ends by itself and no longer counts; the new one starts then.
    """
    with transaction.atomic():
        current = incident_locked(incident)
        if current.category_id == category.pk:
            return current
        rulings_on(incident=current, kind=Kind.CATEGORY, chosen=category.slug, actor=actor)
        old, routed = current.category, routing.route(category.responsible_body, category.urgency, None)
        current.category = category
        current.responsible_body, current.priority = routed.responsible_body, routed.priority
        current.verdict, current.confidence, current.reasons, current.urgency_set = "", None, [], None
        current.save()
        change_append(personal_note(current, actor, reason), "category", old.slug, category.slug)
        Report.objects.filter(incident=current).update(verification=None)
        tasks.ring_after_commit(waiting_looks(incident=current))
    return current


def incident_move(*, incident: Incident, kelurahan: Kelurahan, actor: Any, reason: str = "") -> Incident:
    """A person confirms that another kelurahan answers for it (a new border, an uncertain place)."""
    with transaction.atomic():
        current = incident_locked(incident)
        if current.kelurahan_id == kelurahan.pk:
            return current
        rulings_on(incident=current, kind=Kind.PLACE, chosen=kelurahan.code, actor=actor)
        old, current.kelurahan = current.kelurahan, kelurahan
        current.boundary = kelurahan.boundaries.filter(valid_to__isnull=True).first()
        current.place_uncertain = False
        current.save(update_fields=["kelurahan", "boundary", "place_uncertain", "updated_at"])
        change_append(personal_note(current, actor, reason), "kelurahan", old.code, kelurahan.code)
    return current


def personal_note(incident: Incident, actor: Any, reason: str) -> Note:
    """What the history says of a person's decision."""
    return Note(
        "incident",
        incident.pk,
        f"person:{uuid.uuid4()}",
        reason_code="person",
        reason_text=reason.strip(),
        actor=actor,
        incident=incident,
    )


# -- Rows the machine gave up on --------------------------------------------------------


def report_revive(*, report: Report, actor: Any) -> bool:
    """Send a DEAD report through placing again; False when it is not dead any more."""
    return _again(REPORT, report, (lifecycle.REPORT_MOVES, ReportState.DEAD, ReportState.RECEIVED), actor)


def report_place_again(*, report: Report, actor: Any) -> bool:
    """Place an OUT_OF_AREA report again, as a new border may take it in; False when it has been."""
    return _again(REPORT, report, (lifecycle.REPORT_MOVES, ReportState.OUT_OF_AREA, ReportState.RECEIVED), actor)


def announcement_revive(*, announcement: Announcement, actor: Any) -> bool:
    """Try a DEAD announcement again, under the same stable id; False when it is not dead any more."""
    moves = (lifecycle.ANNOUNCEMENT_MOVES, AnnouncementState.DEAD, AnnouncementState.DUE)
    return _again(ANNOUNCEMENT, announcement, moves, actor)


def _again(kind: str, row: Report | Announcement, move: tuple[Any, Any, Any], actor: Any) -> bool:
    moves, old, new = move
    note = Note(kind, row.pk, f"person:{uuid.uuid4()}", reason_code="run_again", actor=actor)
    fresh = {"next_run": timezone.now(), "attempts": 0, "crash_attempts": 0, "last_error": ""}
    with transaction.atomic():
        done = state_swap(type(row)._default_manager.filter(pk=row.pk), moves, old, new, note, **fresh)
    if done:
        tasks.ring_after_commit([Subject(kind, row.pk)])
    return done
