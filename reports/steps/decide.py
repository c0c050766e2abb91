"""Verification ANALYSED: weigh the cameras' answers and apply the outcome to the incident."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from analytics.verdict import Verdict
from reports import notify, routing
from reports.doors import Note, change_append
from reports.lifecycle import Purpose, VerificationState
from reports.models import Incident, Verification
from reports.selectors.answers import answers_of
from reports.services.plates import plates_due
from reports.services.verifications import openings, waiting_looks
from reports.steps.base import Outcome, Step, Subject
from reports.steps.match import ANALYSIS_FAILED
from reports.weighing import OUTCOMES, Weighed, weigh, without_clip


def work(verification: Verification) -> Outcome:
    return _decided(verification, weighed(verification))


def give_up(verification: Verification, code: str, detail: str) -> Outcome:
    return _decided(verification, without_clip(ANALYSIS_FAILED))


def weighed(verification: Verification) -> Weighed:
    answers, silences = answers_of(verification)
    if verification.outcome_code in OUTCOMES:
        return without_clip(verification.outcome_code)
    if not answers and not silences:
        return without_clip(ANALYSIS_FAILED)
    return weigh(answers, silences)


def _decided(verification: Verification, outcome: Weighed) -> Outcome:
    fields: dict[str, Any] = {
        "verdict": outcome.verdict,
        "confidence": outcome.confidence,
        "reasons": [reason.as_json() for reason in outcome.reasons],
        "decided_at": timezone.now(),
        # Stays for the operators: the reason told to the lurah does not say what broke.
        "last_error": verification.last_error,
    }
    record = lambda: _apply(verification.pk)  # noqa: E731 - bound, for the record
    return Outcome(VerificationState.DECIDED, record=record, fields=fields, reason_code=outcome.reasons[0].code[:60])


def _apply(verification_id: int) -> Sequence[Subject]:
    verification = Verification.objects.get(pk=verification_id)
    if verification.incident_id is None:
        return ()
    incident = (
        Incident.objects.select_for_update(of=("self",)).select_related("category").get(pk=verification.incident_id)
    )
    note = Note(
        "incident",
        incident.pk,
        f"verification:{verification.pk}:decided",
        step=STEP.name,
        reason_code=verification.reasons[0]["code"][:60],
        incident=incident,
    )
    return [*_applied(incident, verification, note), *plates_due(verification=verification)]


def _applied(incident: Incident, verification: Verification, note: Note) -> Sequence[Subject]:
    if verification.purpose == Purpose.CLOSURE:
        return _apply_closure(incident, verification, note)
    if verification.purpose == Purpose.SECOND:
        change_append(note, "second_verdict", verification.category.slug, verification.verdict)
        return ()
    return _apply_opening(incident, verification, note)


def _apply_opening(incident: Incident, verification: Verification, note: Note) -> Sequence[Subject]:
    standing, old = standing_look(incident), incident.verdict
    told: Sequence[Subject] = ()
    if standing is not None:
        _stand(incident, standing)
        told = notify.verdict_announce(incident=incident, verification=verification)
    change_append(note, "verdict", old, verification.verdict)
    return [*told, *(() if incident.is_closed else waiting_looks(incident=incident))]


def _stand(incident: Incident, standing: Verification) -> None:
    incident.verdict, incident.confidence = standing.verdict, standing.confidence
    incident.reasons, incident.priority = standing.reasons, _routed(incident, standing).priority
    incident.save(update_fields=["verdict", "confidence", "reasons", "priority", "updated_at"])


def _apply_closure(incident: Incident, verification: Verification, note: Note) -> Sequence[Subject]:
    """Beside the opening verdict, never over it. SUPPORTED means that it is still there."""
    old = incident.closure_verdict
    if Verification.objects.filter(incident=incident, purpose=Purpose.CLOSURE, pk__gt=verification.pk).exists():
        # Closed again meanwhile: the look at that closure speaks.
        return ()
    incident.closure_verdict = verification.verdict
    incident.save(update_fields=["closure_verdict", "updated_at"])
    change_append(note, "closure_verdict", old, verification.verdict)
    return notify.verdict_announce(incident=incident, verification=verification)


def standing_look(incident: Incident) -> Verification | None:
    """The decided look that speaks for the incident: one that shows it, else the one of the latest time.

    Depends on what the looks say and not on which was decided first.
    """
    decided = [v for v in openings(incident) if v.state == VerificationState.DECIDED]
    showing = [v for v in decided if v.verdict == Verdict.SUPPORTED]
    if showing:
        return max(showing, key=lambda v: (v.confidence or 0.0, -v.pk))
    return max(decided, key=lambda v: (v.window_start, v.pk), default=None)


def _routed(incident: Incident, standing: Verification) -> routing.Routing:
    urgency = incident.urgency_set or incident.category.urgency
    return routing.route(incident.responsible_body, urgency, Verdict(standing.verdict))


STEP = Step("decide", "intake", deadline_s=30, max_attempts=6, work=work, give_up=give_up, backoff_base_s=2)
