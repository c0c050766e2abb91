"""What the machine's codes mean to those who keep it in order: kinds of rows, stages, subjects of the access log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.lifecycle import AnnouncementState, Purpose, VerificationState
from reports.weighing import OUTCOMES
from reports.words import english

KINDS: Mapping[str, Any] = {
    "report": gettext_lazy("laporan"),
    "incident": gettext_lazy("kejadian"),
    "verification": gettext_lazy("pemeriksaan kamera"),
    "clip": gettext_lazy("rekaman"),
    "announcement": gettext_lazy("pemberitahuan"),
    "excerpt": gettext_lazy("cuplikan"),
    "blurred": gettext_lazy("cuplikan disamarkan"),
    "photo": gettext_lazy("foto warga"),
    "plates": gettext_lazy("pembacaan pelat"),
    "plate": gettext_lazy("pelat"),
    "trial": gettext_lazy("uji zona"),
    "reporter": gettext_lazy("pelapor"),
}
STAGES: Mapping[str, Any] = {
    VerificationState.PENDING: gettext_lazy("menunggu"),
    VerificationState.MATCHED: gettext_lazy("kamera ditemukan"),
    VerificationState.ANALYSED: gettext_lazy("dianalisis"),
    VerificationState.DECIDED: gettext_lazy("diputuskan"),
}
PURPOSES: Mapping[str, Any] = {
    Purpose.OPENING: gettext_lazy("Saat dilaporkan"),
    Purpose.CLOSURE: gettext_lazy("Saat ditutup"),
    Purpose.PATROL: gettext_lazy("Patroli"),
    Purpose.SECOND: gettext_lazy("Diperiksa juga"),
}
SENDINGS: Mapping[str, Any] = {
    AnnouncementState.DUE: gettext_lazy("menunggu dikirim"),
    AnnouncementState.SENT: gettext_lazy("terkirim"),
    AnnouncementState.DEAD: gettext_lazy("tidak terkirim"),
}
DETAILS: Mapping[str, Any] = {
    "rows": gettext_lazy("baris"),
    "filters": gettext_lazy("saringan"),
    "files": gettext_lazy("berkas"),
    "hidden": gettext_lazy("yang disamarkan"),
    "plate": gettext_lazy("pelat"),
    "search": gettext_lazy("pembacaan"),
    "category": gettext_lazy("kategori"),
    "by": gettext_lazy("menurut"),
    "reports": gettext_lazy("laporan"),
    "plan": gettext_lazy("rencana"),
    "dry_run": gettext_lazy("hanya rencana"),
    "updates": gettext_lazy("perubahan laporan"),
    "deliveries": gettext_lazy("kiriman"),
    "photos": gettext_lazy("foto"),
    "clip": gettext_lazy("rekaman"),
    "start": gettext_lazy("mulai"),
    "end": gettext_lazy("selesai"),
}


def subject_said(stored: str) -> str:
    """``clip 12`` as ``rekaman 12``; what is no kind of row stands as it was written."""
    kind, _blank, rest = stored.partition(" ")
    return f"{KINDS[kind]} {rest}" if kind in KINDS and rest else stored


def detail_said(name: str, value: Any) -> tuple[str, str]:
    """Of the access log: what it is, and how much or which."""
    if isinstance(value, bool):
        told = _("ya") if value else _("tidak")
    elif isinstance(value, list):
        told = ", ".join(str(KINDS.get(str(one), one)) for one in value) or "-"
    elif isinstance(value, dict):
        told = ", ".join(f"{key}={one}" for key, one in value.items()) or "-"
    else:
        told = str(KINDS.get(str(value), value))
    return str(DETAILS.get(name, name)), told


def kind_said(code: str) -> str:
    return str(KINDS.get(code, code))


def stage_said(state: str) -> str:
    return str(STAGES.get(state, state))


def purpose_said(purpose: str) -> str:
    return str(PURPOSES.get(purpose, purpose))


def sending_said(state: str) -> str:
    return str(SENDINGS.get(state, state))


def outcome_said(code: str) -> str:
    """Why a verification ended without any camera's answer; ``-`` where it did not."""
    if not code:
        return "-"
    words = OUTCOMES.get(code)
    return words[2 if english() else 1] if words else code
