"""Counting what people make of suggestions."""

from __future__ import annotations

from typing import Any

from reports.models import Incident, Report, SuggestionRuling
from reports.reading.suggesting import Kind, Suggestion
from reports.selectors.suggestions import incident_suggestions


def ruling_append(
    *, suggestion: Suggestion, chosen: str, actor: Any, incident: Incident | None = None, report: Report | None = None
) -> SuggestionRuling:
    """A person took the suggestion (``chosen`` is its value), took something else instead, or nothing ("").

    Where it told doubt alone (no value), whatever they chose instead takes it. Saying the same again, of the same
    incident or report, counts once.
    """
    values = {
        "kind": suggestion.kind,
        "rule": suggestion.rule,
        "suggested": suggestion.value,
        "taken": bool(chosen) and suggestion.value in {chosen, ""},
        "chosen": chosen[:60],
    }
    about: dict[str, Any] = {"incident": incident, "report": report}
    newest = SuggestionRuling.objects.filter(kind=suggestion.kind, rule=suggestion.rule, **about).first()
    if newest is not None and all(getattr(newest, name) == value for name, value in values.items()):
        return newest
    return SuggestionRuling.objects.create(user=actor, **about, **values)


def rulings_on(*, incident: Incident, kind: Kind, chosen: str, actor: Any) -> None:
    """A person decided this about the incident: what was suggested is taken or overruled by it. Call it before."""
    for suggestion in incident_suggestions(incident):
        if suggestion.kind is kind:
            ruling_append(suggestion=suggestion, chosen=chosen, actor=actor, incident=incident)
