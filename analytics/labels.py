"""Words for checks and verdicts, one table for all pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from analytics.verdict import Verdict

_CHECKS: Mapping[str, Any] = {
    "stopped_vehicle": gettext_lazy("Kendaraan berhenti"),
    "loitering_minibus": gettext_lazy("Angkot ngetem"),
    "congestion": gettext_lazy("Kemacetan"),
    "lane_intrusion": gettext_lazy("Penerobosan jalur busway"),
    "floating_rubbish": gettext_lazy("Sampah mengapung"),
    "dumped_rubbish": gettext_lazy("Sampah dibuang"),
    "obstruction": gettext_lazy("Jalan terhalang"),
    "new_object": gettext_lazy("Benda baru"),
    "high_water": gettext_lazy("Genangan dan muka air"),
    "street_vendors": gettext_lazy("Pedagang di trotoar"),
    "loitering": gettext_lazy("Orang berlama-lama"),
    "crowd": gettext_lazy("Kerumunan"),
    "street_light_out": gettext_lazy("Lampu jalan padam"),
    "smoke_fire": gettext_lazy("Asap dan api"),
}

VERDICTS: Mapping[str, Any] = {
    Verdict.SUPPORTED: gettext_lazy("Terlihat kamera"),
    Verdict.CONTRADICTED: gettext_lazy("Tidak terlihat"),
    Verdict.INCONCLUSIVE: gettext_lazy("Belum jelas"),
    Verdict.UNOBSERVABLE: gettext_lazy("Tak bisa diperiksa"),
}


def check_label(slug: str) -> str:
    """What a check looks for, in words; its slug where there are none yet."""
    return str(_CHECKS.get(slug, slug))


def verdict_label(verdict: str) -> str:
    return str(VERDICTS.get(verdict, verdict))
