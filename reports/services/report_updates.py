"""The same external id with other content: kept always, applied as far as it still may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from reports.intake.base import ReportContent
from reports.lifecycle import ReportState
from reports.models import Category, Report, ReportUpdate, WebhookDelivery
from reports.reading.private import searchable
from reports.services.photos import photo_due

BEFORE_PLACED = frozenset({ReportState.RECEIVED, ReportState.DEAD})
"""Once a report is placed, or found to be out of the area, cameras and staff act on its place and category."""

QUESTION = frozenset({"category", "lat", "lon", "happened_at"})
"""What placing depends on."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What arrived. ``newest``: no later content of this report is known."""

    content: ReportContent
    category: Category
    sent_category: str
    sent_at: datetime
    arrived_at: datetime
    newest: bool


def report_update(*, report: Report, arrival: Arrival, delivery: WebhookDelivery) -> bool:
    """Keep what arrived beside ``report``, and apply it if it is the newest. Call with the report's row locked.

    Text and photo always apply. Category, place and time apply before the report is placed;
    later they wait as a proposal for staff.

    Returns:
        Whether the pipeline has to place the report anew.
    """
    early = report.state in BEFORE_PLACED
    changed = _changed(report, _placing(arrival)) if arrival.newest else {}
    ReportUpdate.objects.create(
        report=report,
        delivery=delivery,
        sent_at=arrival.sent_at,
        arrived_at=arrival.arrived_at,
        content=arrival.content.comparable(),
        content_sha256=arrival.content.sha256(),
        applied=arrival.newest,
        proposal={} if early else _plain(changed),
    )
    if not arrival.newest:
        return False
    moves = early and not QUESTION.isdisjoint(changed)
    _apply(report, arrival, {**(changed if early else {}), **(_claim_taken_back() if moves else {})})
    photo_due(report=Report.objects.get(pk=report.pk))
    return moves


def _apply(report: Report, arrival: Arrival, values: dict[str, Any]) -> None:
    Report.objects.filter(pk=report.pk).update(
        title=arrival.content.title,
        text=arrival.content.text,
        searchable=searchable(arrival.content.title, arrival.content.text),
        image_url=arrival.content.image_url,
        content_sha256=arrival.content.sha256(),
        applied_at=arrival.sent_at,
        updated_at=timezone.now(),
        **values,
    )


def _claim_taken_back() -> dict[str, Any]:
    """A worker may be placing what the report said until now: without its token it cannot record that."""
    return {"token": None, "lease_until": None, "next_run": timezone.now()}


def _placing(arrival: Arrival) -> dict[str, Any]:
    content = arrival.content
    return {
        "category": arrival.category,
        "sent_category": arrival.sent_category[:200],
        "disaster_type": content.disaster_type[:100],
        "qlue_city": content.qlue_city[:100],
        "lat": content.point.lat,
        "lon": content.point.lon,
        "happened_at": content.happened_at,
    }


def _changed(report: Report, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if getattr(report, name) != value}


def _plain(changed: dict[str, Any]) -> dict[str, Any]:
    """As JSON: the category by its slug, times in ISO 8601."""
    return {name: _plain_value(value) for name, value in changed.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Category):
        return value.slug
    return value.isoformat() if isinstance(value, datetime) else value
