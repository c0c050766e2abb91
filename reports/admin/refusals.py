"""Why a change was refused, in words a lurah can act on."""

from __future__ import annotations

from django.utils.translation import gettext as _

from jsc_project.lib.errors import JscError
from reports.models import Incident
from reports.words import status_label


def refusal_words(error: JscError, incident: Incident | None) -> str:
    """By the error's stable code; its own sentence where we know no better one."""
    words = {
        "move_refused": _move_words(error),
        "reason_owed": _("Tuliskan alasannya: menolak atau membuka lagi perlu alasan."),
        "incident_changed": _stale_words(incident) if incident else "",
        "unknown_status": _("Status itu tidak dikenal. Muat ulang halaman ini."),
        "duplicate_invalid": _("Pilih kejadian lain yang diulang, bukan kejadian ini sendiri."),
        "access_reason_owed": _("Tuliskan alasannya."),
        "hold_unchanged": _("Penahanan sudah diubah orang lain. Muat ulang halaman ini."),
        "look_refused": _("Kamera sedang diperiksa; tunggu putusannya."),
        "judgement_refused": _("Belum ada jawaban kamera yang bisa dinilai. Muat ulang halaman ini."),
        "suggestion_gone": _("Saran ini sudah tidak berlaku. Muat ulang halaman ini."),
    }
    return words.get(error.code) or error.detail


def _move_words(error: JscError) -> str:
    old, new = str(error.data.get("old", "")), str(error.data.get("new", ""))
    if not old or not new:
        return error.detail
    return _("dari %(old)s tidak bisa menjadi %(new)s.") % {"old": status_label(old), "new": status_label(new)}


def _stale_words(incident: Incident) -> str:
    fresh = Incident.objects.filter(pk=incident.pk).values_list("status", flat=True).first() or incident.status
    return _("Sudah diubah orang lain menjadi %(status)s. Periksa dulu, lalu pilih lagi.") % {
        "status": status_label(fresh)
    }
