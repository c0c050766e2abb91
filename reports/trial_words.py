"""What a trial of zones says beside the check's own reasons: what it was compared with, and what that leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.trial_models import ZoneTrial
from analytics.verdict import Verdict
from cameras.models.views import PARTS
from cameras.patrol.daypart import DayPart
from reports.selectors.trust import UNJUDGED, standings
from reports.words import wib

THINGS = gettext_lazy("yang sudah tergeletak sebelum rekaman mulai tidak terlihat, hanya yang datang selama rekaman")
WITHOUT: Mapping[str, Any] = {
    "new_object": THINGS,
    "dumped_rubbish": THINGS,
    "obstruction": THINGS,
    "floating_rubbish": gettext_lazy(
        "permukaan tidak dapat dibandingkan dengan hari lain, jadi pantulan dan benda tetap lebih mudah keliru dinilai"
    ),
    "high_water": gettext_lazy(
        "jalan basah dan genangan lebih sulit dibedakan, dan muka air sungai tidak dapat dibandingkan dengan hari lain"
    ),
}
"""By check that uses a background: what it cannot tell without one."""


def compared_said(trial: ZoneTrial) -> list[str]:
    """Which background and which view the answer was measured against, or that there was none and what that costs."""
    told = trial.result.get("compared") or {}
    said = [_background(trial.check_slug, told), _view(told), _standing(trial)] if told else []
    return [line for line in said if line]


def _background(check: str, told: Mapping[str, Any]) -> str:
    part = str(PARTS[DayPart(told["part"])])
    if not told["uses_background"]:
        return _("Pemeriksaan ini tidak memakai latar kamera.")
    known = told["background"]
    if known is None:
        words = _("Tanpa latar: kamera ini belum punya latar untuk bagian hari rekaman (%(part)s), jadi %(cost)s.")
        return words % {"part": part, "cost": WITHOUT[check]}
    words = _("Latar kamera: %(part)s, versi %(version)s, %(looks)s gambar sampai %(until)s.")
    until = wib(datetime.fromisoformat(known["until"])) if known["until"] else "-"
    line = words % {"part": part, "version": known["version"], "looks": known["looks"], "until": until}
    if known["enough"]:
        return line
    lacking = _("Latar ini tidak cukup untuk memastikan (cahayanya berubah-ubah atau gambarnya kurang): %(cost)s.")
    return f"{line} {lacking % {'cost': WITHOUT[check]}}"


def _view(told: Mapping[str, Any]) -> str:
    words = {
        "held": _("Pandangan kamera sama dengan gambar tempat zonanya digambar."),
        "unchecked": _(
            "Pandangan kamera tidak dibandingkan: tidak ada gambar secahaya rekaman ini, jadi kamera dianggap tetap."
        ),
        "unknown": _("Pandangan kamera tidak dibandingkan: patroli belum punya gambar acuannya."),
    }
    return words.get(told["view"], "")


def _standing(trial: ZoneTrial) -> str:
    """A camera that was wrong too often says the same to a report, and is not believed by itself."""
    if trial.result["verdict"] != Verdict.SUPPORTED:
        return ""
    standing = standings(trial.check_slug, {trial.camera_id}).get(trial.camera_id, UNJUDGED)
    if standing.demotion is None:
        return ""
    return _("Untuk laporan, jawaban kamera ini masih harus ditinjau petugas: ketepatannya di bawah target.")


def confirm_said(trial: ZoneTrial) -> dict[str, str] | None:
    """What to do about a view that is another than the zones'; None where it is not."""
    told = trial.result.get("compared") or {}
    if told.get("view") != "moved":
        return None
    if told["confirmed_after"]:
        words = _(
            "Rekaman ini lebih lama daripada gambar tempat zona digambar atau dikonfirmasi, dan menunjukkan pandangan "
            "lain. Uji lagi bila ada rekaman yang lebih baru."
        )
    else:
        words = _(
            "Kamera bergeser: zona di layar ini tidak berlaku untuk laporan sampai dikonfirmasi. Cocokkan dengan "
            "gambar layak terakhir dan simpan, atau konfirmasi di halaman kondisi kamera; lalu uji lagi."
        )
    url = reverse("admin:cameras_camerawatch_change", args=[trial.camera_id])
    return {"words": words, "url": url, "label": _("Kondisi kamera")}
