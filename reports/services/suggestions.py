"""What people do with suggestions: take one, or overrule it. None does anything by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from analytics.checks import is_available
from analytics.verdict import Verdict
from jsc_project.lib.errors import JscError
from reports import lifecycle, routing, tasks
from reports.doors import change_append
from reports.lifecycle import Purpose, ReportState
from reports.models import Category, Incident, Kelurahan, Report, Verification
from reports.reading.suggesting import Kind, Suggestion
from reports.selectors.suggestions import incident_suggestions, report_suggestions
from reports.services.incidents import (
    LookRefused,
    incident_change_category,
    incident_locked,
    incident_move,
    personal_note,
    report_place_again,
)
from reports.services.rulings import ruling_append, rulings_on
from reports.services.verifications import glance_at, verification_open
from reports.steps.base import VERIFICATION, Subject


class SuggestionGone(JscError, LookupError):
    """It is not suggested (any more): somebody acted meanwhile, or the texts changed."""

    code = "suggestion_gone"


def suggestion_take(*, incident: Incident, kind: str, value: str, actor: Any) -> Suggestion:
    """Do what is suggested, through the same doors as a person's own decision.

    Raises:
        SuggestionGone: nothing of the kind is suggested, or it says only that something is doubtful.
        LookRefused: such a look is running already.
    """
    suggestion = _found(incident_suggestions(incident), kind, value)
    if not suggestion.value:
        raise SuggestionGone("there is nothing to be taken in this suggestion")
    # The rule and not the words: history stays when the words are erased.
    reason = _("Saran dari isi laporan, aturan %(rule)s") % {"rule": suggestion.rule}
    common: dict[str, Any] = {"incident": incident, "actor": actor, "reason": reason}
    if suggestion.kind is Kind.CATEGORY:
        incident_change_category(category=_category(value), **common)
    elif suggestion.kind is Kind.PLACE:
        incident_move(kelurahan=Kelurahan.objects.get(code=value), **common)
    elif suggestion.kind is Kind.SEVERITY:
        incident_set_urgency(urgency=int(value), **common)
    else:
        incident_second_look(category=_category(value), **common)
    return suggestion


def suggestion_overrule(*, incident: Incident, kind: str, value: str, actor: Any) -> Suggestion:
    """Say that it is wrong. Nothing changes but the count of its rule.

    Raises:
        SuggestionGone: nothing of the kind is suggested.
    """
    suggestion = _found(incident_suggestions(incident), kind, value)
    ruling_append(suggestion=suggestion, chosen="", actor=actor, incident=incident)
    return suggestion


def report_suggestion_take(*, report: Report, value: str, actor: Any) -> bool:
    """Place a report from outside the city where its words say that it belongs; False when it stands elsewhere by now.

    Raises:
        SuggestionGone: its words do not say so.
    """
    suggestion = _found(report_suggestions(report), Kind.PLACE, value)
    if not suggestion.value:
        raise SuggestionGone("there is nothing to be taken in this suggestion")
    ruling_append(suggestion=suggestion, chosen=value, actor=actor, report=report)
    return report_place_in(report=report, kelurahan=Kelurahan.objects.get(code=value), actor=actor)


def report_suggestion_overrule(*, report: Report, kind: str, value: str, actor: Any) -> Suggestion:
    """As ``suggestion_overrule``, of a report without an incident."""
    suggestion = _found(report_suggestions(report), kind, value)
    ruling_append(suggestion=suggestion, chosen="", actor=actor, report=report)
    return suggestion


def _found(suggested: Sequence[Suggestion], kind: str, value: str) -> Suggestion:
    for suggestion in suggested:
        if (str(suggestion.kind), suggestion.value) == (kind, value):
            return suggestion
    raise SuggestionGone("this is not suggested any more", kind=kind[:20])


def _category(slug: str) -> Category:
    found = Category.objects.filter(slug=slug, active=True).first()
    if found is None:
        raise SuggestionGone("this category is not in use any more")
    return found


def incident_set_urgency(*, incident: Incident, urgency: int, actor: Any, reason: str = "") -> Incident:
    """A person says how urgent it is, 1 (first) to 5, in place of the category; what a camera has seen still counts.

    Raises:
        ValueError: not from 1 to 5.
    """
    if not routing.MOST_URGENT <= urgency <= routing.LEAST_URGENT:
        raise ValueError(f"urgency must be from 1 to 5, got {urgency}")
    with transaction.atomic():
        current = incident_locked(incident)
        rulings_on(incident=current, kind=Kind.SEVERITY, chosen=str(urgency), actor=actor)
        old, current.urgency_set = current.urgency_set or current.category.urgency, urgency
        verdict = Verdict(current.verdict) if current.verdict else None
        current.priority = routing.route(current.responsible_body, urgency, verdict).priority
        current.save(update_fields=["urgency_set", "priority", "updated_at"])
        change_append(personal_note(current, actor, reason), "urgency", str(old), str(urgency))
    return current


def incident_second_look(*, incident: Incident, category: Category, actor: Any, reason: str = "") -> Verification:
    """Look for what else the words speak of, with that category's check. Its answer stands beside the incident's own.

    Raises:
        LookRefused: such a look is running already, or nothing can look for it.
    """
    if not is_available(category.check_slug):
        raise LookRefused("there is no check for this category")
    with transaction.atomic():
        current = incident_locked(incident)
        active = sorted(lifecycle.ACTIVE_VERIFICATION)
        same = Verification.objects.filter(incident=current, purpose=Purpose.SECOND, category=category)
        if same.filter(state__in=active).exists():
            raise LookRefused("the cameras are looking already")
        rulings_on(incident=current, kind=Kind.SECOND, chosen=category.slug, actor=actor)
        glance = glance_at(category=category, point=current.point, happened_at=current.anchor_happened_at)
        opened = verification_open(incident=current, purpose=Purpose.SECOND, glance=glance, category=category)
        change_append(personal_note(current, actor, reason), "second", "", category.slug)
        tasks.ring_after_commit([Subject(VERIFICATION, opened.pk)])
    return opened


def report_place_in(*, report: Report, kelurahan: Kelurahan, actor: Any) -> bool:
    """A person places a report whose point lies outside the city; False when it stands elsewhere by now.

    The point stays as it was sent: no camera is asked about a place that nobody has pointed at.
    """
    with transaction.atomic():
        Report.objects.filter(pk=report.pk, state=ReportState.OUT_OF_AREA).update(placed_in=kelurahan)
        return report_place_again(report=report, actor=actor)
