"""Legal hold: while it is in force nothing of an incident is deleted, by whatever clock or command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from jsc_project.lib.errors import JscError
from reports.models import AccessEntry, Incident, LegalHold
from reports.selectors.cases import hold_in_force
from reports.services.access_log import Access, access_append
from reports.services.holds import holds_follow


class LegallyHeld(JscError, RuntimeError):
    """Nothing of this incident may be deleted; ``data["incident"]`` is the one that is held."""

    code = "legally_held"


class HoldUnchanged(JscError, RuntimeError):
    """It is held already, or not held at all: somebody else was faster."""

    code = "hold_unchanged"


@dataclass(frozen=True, slots=True)
class HoldAsk:
    """Who wants it, why (in words), and from where. Who may is the caller's to know."""

    actor: Any
    reason: str
    address: str = ""

    @property
    def words(self) -> str:
        return self.reason.replace("\x00", "").strip()[:300]


def legal_hold_set(*, incident: Incident, asked: HoldAsk) -> LegalHold:
    """Keep everything of ``incident`` from now on.

    Raises:
        HoldUnchanged: it is held already.
        AccessReasonOwed: no reason in words.
    """
    now = timezone.now()
    with transaction.atomic():
        # The lock that deleting takes as well: of the two, the second sees what the first has done.
        held = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
        if LegalHold.objects.filter(incident=held, lifted_at__isnull=True).exists():
            raise HoldUnchanged("this incident is under legal hold already", incident=held.pk)
        hold = LegalHold.objects.create(incident=held, reason=asked.words, set_by=asked.actor, set_at=now)
        _told(hold, AccessEntry.Kind.HOLD_SET, asked, now)
    return hold


def legal_hold_lift(*, incident: Incident, asked: HoldAsk) -> LegalHold:
    """Let the clocks of ``incident`` run again, from when it was closed.

    Raises:
        HoldUnchanged: it is not held, or only because of the incident that it repeats.
        AccessReasonOwed: no reason in words.
    """
    now = timezone.now()
    with transaction.atomic():
        held = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
        hold = LegalHold.objects.filter(incident=held, lifted_at__isnull=True).first()
        if hold is None:
            raise HoldUnchanged("this incident is under no legal hold of its own", incident=held.pk)
        hold.lifted_by, hold.lifted_at, hold.lift_reason = asked.actor, now, asked.words
        hold.save(update_fields=["lifted_by", "lifted_at", "lift_reason"])
        _told(hold, AccessEntry.Kind.HOLD_LIFTED, asked, now)
    return hold


def refuse_while_held(incident_id: int | None) -> None:
    """Raises LegallyHeld when the incident, or one that it repeats, is under legal hold."""
    hold = None if incident_id is None else hold_in_force(incident_id)
    if hold is not None:
        raise LegallyHeld(f"incident {hold.incident_id} is under legal hold", incident=hold.incident_id)


def _told(hold: LegalHold, kind: AccessEntry.Kind, asked: HoldAsk, now: datetime) -> None:
    """In the access log alone: the incident's timeline is read by everybody who works on it, and an investigation
    may be about one of them."""
    holds_follow(incident=hold.incident, now=now)
    why, subject = AccessEntry.Why.OFFICIAL, f"kejadian {hold.incident_id}"
    access = Access(kind, why, asked.reason, subject=subject, incident=hold.incident, address=asked.address)
    access_append(access=access, actor=asked.actor, at=now)
