"""What a citizen with a tracking code may know. An allow-list: what is not named here does not leave the house.

Never: text, photo, reporter, staff, internal notes, cameras, plates, or a point finer
than about 100 m. The JSON API and the citizen's page both show exactly this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.verdict import Verdict
from reports.lifecycle import COLOURS, ReportState, Status
from reports.models import Incident, Report, StatusChange, Verification
from reports.words import status_label

OUT_OF_AREA = "di_luar_wilayah"
PRECISION_M = 100
GRID_DEG = 0.001
"""About 111 m: the middle of a cell is at most 79 m from the true point, within ``PRECISION_M``."""

_VERDICT_SENTENCES: Mapping[str, Any] = {
    Verdict.SUPPORTED: gettext_lazy("Kamera melihat kejadian ini."),
    Verdict.CONTRADICTED: gettext_lazy("Kamera tidak melihat kejadian ini; petugas tetap meninjau laporan Anda."),
    Verdict.INCONCLUSIVE: gettext_lazy("Rekaman kamera belum cukup jelas; petugas meninjau laporan Anda."),
    Verdict.UNOBSERVABLE: gettext_lazy("Tidak dapat diperiksa lewat kamera; petugas meninjau laporan Anda."),
    "": gettext_lazy("Kamera di sekitar lokasi sedang diperiksa."),
}

_REASON_SENTENCES: Mapping[str, Any] = {
    "no_camera": gettext_lazy("Tidak ada kamera kota yang melihat titik ini; petugas meninjau laporan Anda."),
    "no_check": gettext_lazy("Jenis laporan ini tidak dapat dinilai dari gambar; petugas meninjau laporan Anda."),
    "no_footage": gettext_lazy("Rekaman untuk waktu ini tidak tersedia; petugas meninjau laporan Anda."),
    "overloaded": gettext_lazy("Kamera belum sempat diperiksa; petugas meninjau laporan Anda."),
    "analysis_failed": gettext_lazy("Pemeriksaan kamera tidak berhasil; petugas meninjau laporan Anda."),
}
"""By the code of a reason only. Its own sentence may name a camera, so it is never passed on."""

_VERDICT_LABELS: Mapping[str, Any] = {
    Verdict.SUPPORTED: gettext_lazy("Terlihat kamera"),
    Verdict.CONTRADICTED: gettext_lazy("Tidak terlihat kamera"),
    Verdict.INCONCLUSIVE: gettext_lazy("Belum jelas"),
    Verdict.UNOBSERVABLE: gettext_lazy("Tidak dapat diperiksa kamera"),
    "": gettext_lazy("Menunggu kamera"),
}


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    at: datetime
    status: str


def report_find(code: str) -> Report | None:
    """The report of a normalised code. Always one query, whatever the code looks like."""
    related = ("category", "kelurahan", "incident__category", "incident__kelurahan")
    return Report.objects.select_related(*related).filter(tracking_code=code).first()


def shown_incident(report: Report) -> Incident | None:
    """The incident whose status the citizen sees: for a Duplikat, the one it repeats, to the end of the chain."""
    incident = report.incident
    seen: set[int] = set()
    while incident is not None and incident.status == Status.DUPLIKAT and incident.duplicate_of_id:
        if incident.pk in seen:
            break
        seen.add(incident.pk)
        incident = Incident.objects.select_related("category", "kelurahan").get(pk=incident.duplicate_of_id)
    return incident


def public_status(report: Report) -> dict[str, Any]:
    """The answer of ``GET /api/v1/reports/<tracking_code>/``; labels in the active language."""
    incident = shown_incident(report)
    listed = report.category.publicly_listed and (incident is None or incident.category.publicly_listed)
    history = _history(report, incident)
    status = _status(report, incident)
    kelurahan = incident.kelurahan if incident else report.kelurahan
    return {
        "tracking_code": report.tracking_code,
        "category": {"slug": report.category.slug, "label": report.category.label},
        "status": status,
        "status_label": public_status_label(status),
        "colour": public_colour(status),
        "kelurahan": kelurahan.name if kelurahan else None,
        "verification": _verification(report, incident, listed),
        "others": _others(incident) if listed else None,
        "received_at": report.received_at,
        "updated_at": max([report.received_at, *(entry.at for entry in history), *_verdict_times(incident)]),
        "due_at": incident.due_at if incident else None,
        "location": _coarse(report) if listed else None,
        "history": [
            {"at": entry.at, "status": entry.status, "status_label": public_status_label(entry.status)}
            for entry in history
        ],
    }


def public_status_label(status: str) -> str:
    return _("Di luar wilayah DKI Jakarta") if status == OUT_OF_AREA else status_label(status)


def public_colour(status: str) -> str:
    return "grey" if status == OUT_OF_AREA else COLOURS[Status(status)]


def _status(report: Report, incident: Incident | None) -> str:
    if incident is not None:
        return incident.status
    return OUT_OF_AREA if report.state == ReportState.OUT_OF_AREA else Status.MENUNGGU.value


def _others(incident: Incident | None) -> int:
    return max(0, incident.reporters_count - 1) if incident else 0


def _coarse(report: Report) -> dict[str, Any]:
    lat, lng = (round(round(value / GRID_DEG) * GRID_DEG, 3) for value in (report.lat, report.lon))
    return {"lat": lat, "lng": lng, "precision_m": PRECISION_M}


def _decided(incident: Incident | None) -> Verification | None:
    """The verification behind the verdict the incident shows."""
    if incident is None:
        return None
    decided = incident.verifications.filter(purpose="opening", decided_at__isnull=False)
    return decided.filter(verdict=incident.verdict).order_by("-decided_at").first()


def _verdict_times(incident: Incident | None) -> list[datetime]:
    decided = _decided(incident)
    return [decided.decided_at] if decided is not None and decided.decided_at else []


def _verification(report: Report, incident: Incident | None, listed: bool) -> dict[str, Any]:
    """Verdict and one plain sentence; for what is never listed publicly, only that people look at it."""
    if not listed:
        reason = _("Laporan ini ditangani petugas yang berwenang.")
        return {"verdict": None, "label": None, "reason": reason, "checked_at": None}
    if report.state == ReportState.OUT_OF_AREA:
        reason = _("Titik laporan ini di luar wilayah DKI Jakarta, sehingga tidak diperiksa.")
        return {"verdict": None, "label": None, "reason": reason, "checked_at": None}
    verdict = incident.verdict if incident else ""
    decided = _decided(incident)
    return {
        "verdict": verdict or None,
        "label": str(_VERDICT_LABELS.get(verdict, _VERDICT_LABELS[""])),
        "reason": _sentence(verdict, decided),
        "checked_at": decided.decided_at if decided else None,
    }


def _sentence(verdict: str, decided: Verification | None) -> str:
    codes = [decided.outcome_code, *(r.get("code", "") for r in decided.reasons)] if decided else []
    if verdict in {Verdict.UNOBSERVABLE, Verdict.INCONCLUSIVE}:
        for code in codes:
            if code in _REASON_SENTENCES:
                return str(_REASON_SENTENCES[code])
    return str(_VERDICT_SENTENCES.get(verdict, _VERDICT_SENTENCES[""]))


def _history(report: Report, incident: Incident | None) -> list[HistoryEntry]:
    """Statuses since the report came in. What happened to the incident before folds into the first entry."""
    if incident is None:
        return _history_unplaced(report)
    statuses = {status.value for status in Status}
    rows = StatusChange.objects.filter(incident=incident, what="status", new__in=statuses)
    changes = [HistoryEntry(at, new) for at, new in rows.order_by("at", "id").values_list("at", "new")]
    before = [entry.status for entry in changes if entry.at <= report.received_at]
    first = HistoryEntry(report.received_at, before[-1] if before else Status.MENUNGGU.value)
    entries = [first]
    for entry in changes:
        if entry.at > report.received_at and entry.status != entries[-1].status:
            entries.append(entry)
    return entries


def _history_unplaced(report: Report) -> list[HistoryEntry]:
    entries = [HistoryEntry(report.received_at, Status.MENUNGGU.value)]
    if report.state == ReportState.OUT_OF_AREA:
        moved = StatusChange.objects.filter(
            subject_kind="report", subject_id=report.pk, new=ReportState.OUT_OF_AREA
        ).last()
        entries.append(HistoryEntry(moved.at if moved else report.updated_at, OUT_OF_AREA))
    return entries
