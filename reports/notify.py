"""What others are told: rows that the outbound step sends, each once, under a stable id."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from analytics.verdict import Verdict
from reports.lifecycle import LABELS, AnnouncementState, Purpose, Status
from reports.models import Announcement, Incident, Membership, Report, Verification
from reports.steps.base import ANNOUNCEMENT, Subject

LOCAL_ROLES = (Membership.Role.LURAH, Membership.Role.STAFF)


def verdict_announce(*, incident: Incident, verification: Verification) -> list[Subject]:
    """A look has ended: Qlue hears of it for each report, the lurah by e-mail."""
    what = f"verification:{verification.pk}"
    told = _tell_qlue(incident, what, {"verification": verification.verdict, "purpose": verification.purpose})
    return [*told, *_tell_lurah(incident, verification, what)]


def status_announce(*, incident: Incident, cause: str) -> list[Subject]:
    """A person has changed the status: Qlue hears of it for each report."""
    return _tell_qlue(incident, cause, {"verification": incident.verdict or None})


def _tell_qlue(incident: Incident, what: str, news: dict[str, Any]) -> list[Subject]:
    if not settings.JSC_QLUE_CALLBACK_URL:
        return []
    reports = Report.objects.filter(incident=incident, source="qlue").order_by("pk")
    return [
        _due(incident, report, f"qlue:{what}:report:{report.pk}", _qlue_body(incident, report, news))
        for report in reports
    ]


def _qlue_body(incident: Incident, report: Report, news: dict[str, Any]) -> dict[str, Any]:
    """Status and verdict, nothing about people; the sender knows the report by its own number."""
    status = Status(incident.status)
    return {
        "type": "report.updated",
        "timestamp": timezone.now().isoformat(),
        "data": {
            "post_id": report.external_id,
            "tracking_code": report.tracking_code,
            "status": status,
            "status_label": LABELS[status][0],
            **news,
        },
    }


def _tell_lurah(incident: Incident, verification: Verification, what: str) -> list[Subject]:
    now = timezone.now()
    current = Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    members = (
        Membership.objects.filter(
            current, kelurahan=incident.kelurahan_id, role__in=LOCAL_ROLES, valid_from__lte=now, user__is_active=True
        )
        .exclude(user__email="")
        .order_by("user_id")
    )
    people = sorted({m.user_id for m in members})
    return [
        _due(
            incident,
            None,
            f"lurah:{what}:user:{pk}",
            _mail_body(incident, verification, pk),
            Announcement.Audience.LURAH,
        )
        for pk in people
    ]


def _mail_body(incident: Incident, verification: Verification, user_id: int) -> dict[str, Any]:
    """The address is looked up when the mail is sent: it may change, and rows are kept."""
    reason = verification.reasons[0]["id"] if verification.reasons else ""
    words = MAIL_WORDS[Verdict(verification.verdict)]
    if verification.purpose == Purpose.CLOSURE:
        words = CLOSURE_WORDS[Verdict(verification.verdict)]
    return {
        "user_id": user_id,
        "subject": f"{incident.category.label_id}: {words} (#{incident.pk})",
        "text": f"{incident.category.label_id}, kejadian #{incident.pk}.\n{words.capitalize()}: {reason}.\n",
    }


CLOSURE_WORDS = {
    Verdict.SUPPORTED: "masih terlihat kamera setelah dinyatakan selesai",
    Verdict.CONTRADICTED: "selesai, tidak terlihat lagi oleh kamera",
    Verdict.INCONCLUSIVE: "selesai, belum dapat dipastikan kamera",
    Verdict.UNOBSERVABLE: "selesai, tidak terpantau kamera",
}

MAIL_WORDS = {
    Verdict.SUPPORTED: "terlihat kamera",
    Verdict.CONTRADICTED: "tidak terlihat kamera",
    Verdict.INCONCLUSIVE: "perlu ditinjau",
    Verdict.UNOBSERVABLE: "tidak terpantau kamera",
}


def _due(
    incident: Incident,
    report: Report | None,
    stable_id: str,
    body: dict[str, Any],
    audience: str = Announcement.Audience.QLUE,
) -> Subject:
    row, _ = Announcement.objects.get_or_create(
        stable_id=stable_id,
        defaults={
            "incident": incident,
            "report": report,
            "audience": audience,
            "body": body,
            "state": AnnouncementState.DUE,
        },
    )
    return Subject(ANNOUNCEMENT, row.pk)
