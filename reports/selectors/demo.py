"""What the demo tells about its reports, read from the database alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from analytics.models import AnalysisRun
from analytics.verdict import Verdict
from reports.lifecycle import ACTIVE_VERIFICATION, AnnouncementState, Purpose, ReportState, VerificationState
from reports.models import Announcement, Report, Verification, VerificationMatch

SOURCE = "qlue"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reports of the demo have come; ``settled`` of ``total`` are at an end state."""

    total: int
    settled: int
    unsettled: list[int]


def demo_reports(external_ids: Collection[int]) -> QuerySet[Report]:
    matches = VerificationMatch.objects.select_related("camera", "run").order_by("rank")
    verifications = Verification.objects.filter(purpose=Purpose.OPENING).order_by("id")
    return (
        Report.objects.filter(source=SOURCE, external_id__in=external_ids)
        .select_related("category", "kelurahan", "incident")
        .prefetch_related(
            Prefetch("incident__verifications", queryset=verifications.prefetch_related(Prefetch("matches", matches)))
        )
        .order_by("external_id")
    )


def settled(report: Report) -> bool:
    """At an end state: outside the area, dead, or placed with every look at its incident decided."""
    if report.state in {ReportState.OUT_OF_AREA, ReportState.DEAD}:
        return True
    if report.state != ReportState.PLACED or report.incident is None:
        return False
    states = {v.state for v in report.incident.verifications.all()}
    return VerificationState.DECIDED in states and not states & ACTIVE_VERIFICATION


def demo_progress(external_ids: Collection[int]) -> Progress:
    reports = list(demo_reports(external_ids))
    done = {r.external_id for r in reports if settled(r)}
    return Progress(len(external_ids), len(done), sorted(set(external_ids) - done))


def demo_summary(external_ids: Collection[int], acknowledged: Collection[int]) -> dict[str, Any]:
    """The summary of DESIGN section 6 without ``seconds`` and ``doubled``.

    ``acknowledged``: ids that the webhook answered 2xx; those without a row or
    without an end state are lost.
    """
    reports = list(demo_reports(external_ids))
    incidents = {r.incident_id: r.incident for r in reports if r.incident is not None}
    decided = [v for i in incidents.values() for v in i.verifications.all() if v.state == VerificationState.DECIDED]
    counts = Counter(v.verdict for v in decided)
    done = {r.external_id for r in reports if settled(r)}
    return {
        "reports": len(reports),
        "placed": sum(r.state == ReportState.PLACED for r in reports),
        "out_of_area": sum(r.state == ReportState.OUT_OF_AREA for r in reports),
        "incidents": len(incidents),
        "verifications": {verdict.value: counts.get(verdict.value, 0) for verdict in Verdict},
        "dead": _dead(reports),
        "lost": len(set(acknowledged) - done),
        "detector": _detector(decided),
        "rows": [_row(r) for r in reports],
    }


def _dead(reports: Iterable[Report]) -> int:
    own = [r.pk for r in reports]
    announcements = Announcement.objects.filter(report_id__in=own, state=AnnouncementState.DEAD).count()
    return sum(r.state == ReportState.DEAD for r in reports) + announcements


def _detector(decided: Iterable[Verification]) -> dict[str, str] | None:
    """Which weights spoke, from the runs themselves, so that a changed model cannot hide."""
    runs: list[AnalysisRun] = [m.run for v in decided for m in v.matches.all() if m.run is not None]
    if not runs:
        return None
    newest = max(runs, key=lambda run: run.pk)
    return {"name": newest.model_name, "sha256": newest.weights_sha256}


def _row(report: Report) -> dict[str, Any]:
    incident = report.incident
    looks = list(incident.verifications.all()) if incident is not None else []
    cameras = sorted({m.camera.code for v in looks for m in v.matches.all() if m.clip_id is not None})
    reasons = incident.reasons if incident is not None else []
    return {
        "tracking_code": report.tracking_code,
        "category": report.category.slug,
        "kelurahan": report.kelurahan.name if report.kelurahan is not None else None,
        "cameras": cameras,
        "verdict": (incident.verdict or None) if incident is not None else None,
        "reason": reasons[0]["id"] if reasons else ("di luar wilayah DKI Jakarta" if incident is None else ""),
        "others": max(0, incident.reporters_count - 1) if incident is not None else 0,
    }
