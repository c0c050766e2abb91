"""Everything that is kept about one person's reports, as plain values: theirs, and nothing of anybody else.

Left out on purpose: other reporters of the same incident (even how many), staff (who looked is told by what for and
when), the street's pictures, in which others are, plates of offenders, and words that staff wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from jsc_project.lib.crypto import Undecryptable
from reports.models import AccessEntry, Announcement, Incident, Report, ReportPhoto, ReportUpdate, WebhookDelivery
from reports.services.deliveries import delivery_body


def report_gather(report: Report) -> dict[str, Any]:
    return {
        **_facts(report),
        "incident": _incident(report.incident) if report.incident else None,
        "updates": [_update(row) for row in report.updates.order_by("sent_at", "pk")],
        "deliveries": [_delivery(row) for row in report.deliveries.order_by("received_at", "pk")],
        "photos": [_photo(row) for row in report.photos.order_by("pk")],
        "announcements": [_announcement(row) for row in report.announcements.order_by("pk")],
        "looks": [_look(row) for row in looks_at(report)],
    }


def looks_at(report: Report) -> Sequence[AccessEntry]:
    """Lines of the access log about this report's words, copies and erasure."""
    named = [f"report {report.tracking_code}", f"reporter {report.tracking_code}"]
    return list(AccessEntry.objects.filter(subject__in=named).order_by("number"))


def _facts(report: Report) -> dict[str, Any]:
    return {
        "tracking_code": report.tracking_code,
        "source": report.source,
        "external_id": report.external_id,
        "reporter_known": bool(report.reporter_hash) and report.erased_at is None,
        "category": report.category.slug,
        "sent_category": report.sent_category,
        "title": report.title,
        "text": report.text,
        "image_url": report.image_url,
        "lat": report.lat,
        "lng": report.lon,
        "qlue_city": report.qlue_city,
        "disaster_type": report.disaster_type,
        "happened_at": _at(report.happened_at),
        "received_at": _at(report.received_at),
        "state": report.state,
        "kelurahan": report.kelurahan.name if report.kelurahan else None,
        "erased_at": _at(report.erased_at),
    }


def _incident(incident: Incident) -> dict[str, Any]:
    changes = incident.changes.filter(what="status").order_by("at", "pk")
    return {
        "number": incident.pk,
        "category": incident.category.slug,
        "kelurahan": incident.kelurahan.name,
        "status": incident.status,
        "verdict": incident.verdict or None,
        "opened_at": _at(incident.opened_at),
        "closed_at": _at(incident.closed_at),
        "history": [{"at": _at(change.at), "status": change.new} for change in changes],
    }


def _update(update: ReportUpdate) -> dict[str, Any]:
    return {
        "sent_at": _at(update.sent_at),
        "arrived_at": _at(update.arrived_at),
        "applied": update.applied,
        "content": update.content,
        "proposal": update.proposal,
    }


def _delivery(delivery: WebhookDelivery) -> dict[str, Any]:
    """The body as it came; the reporter's name in it is a keyed hash, as everywhere."""
    try:
        body, unreadable = delivery_body(delivery), False
    except Undecryptable:
        body, unreadable = None, True
    return {
        "received_at": _at(delivery.received_at),
        "outcome": delivery.outcome,
        "headers": delivery.headers,
        "body": body,
        "unreadable": unreadable,
    }


def _photo(photo: ReportPhoto) -> dict[str, Any]:
    return {
        "address": photo.url,
        "created_at": _at(photo.created_at),
        "state": photo.state,
        "metres_off": photo.metres_off,
        "minutes_off": photo.minutes_off,
        "seen": photo.seen,
        "used_before": photo.same_as_id is not None,
        "file": f"photos/{photo.pk}.jpg" if photo.file else None,
    }


def _announcement(announcement: Announcement) -> dict[str, Any]:
    """What was told to the sender's service about this report."""
    return {
        "made_at": _at(announcement.created_at),
        "audience": announcement.audience,
        "state": announcement.state,
        "body": announcement.body,
    }


def _look(entry: AccessEntry) -> dict[str, Any]:
    return {"at": _at(entry.at), "kind": entry.kind, "why": entry.why}


def _at(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
