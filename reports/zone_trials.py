"""Trying zones out: asked for by whoever draws them, answered to the same person, forgotten the next day."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from analytics.trial_models import TrialStill, ZoneTrial
from cameras.footage.states import ExcerptState
from cameras.models import Camera
from cameras.words import why
from cameras.zone_desk import may_draw
from cameras.zone_drafts import MAX_BYTES, ZonesRefused, ZonesUnreadable, content_of, drafts_read
from jsc_project.lib.errors import StorageFailed
from reports.access import clips_visible_to, may_try_zones
from reports.media import unavailable
from reports.services.trials import TrialRefused, trial_ask
from reports.trial_words import compared_said, confirm_said
from reports.words import english, reason_text, verdict_badge


@admin.site.admin_view
@require_POST
def ask(request: HttpRequest, camera_id: int) -> HttpResponseBase:
    """202 with the address to ask how far it is; 400 for zones that are none; 409 where there is nothing to try on."""
    camera = Camera.objects.filter(pk=camera_id).first() if camera_id < 2**63 and may_draw(request.user) else None
    if camera is None or not may_try_zones(request.user, camera):
        raise Http404
    try:
        told = _asked(request)
        slug = told.get("category")
        drafts = drafts_read(told.get("zones"))
        trial = trial_ask(
            camera=camera, category_slug=slug if isinstance(slug, str) else "", drafts=drafts, actor=request.user
        )
    except (ZonesUnreadable, ZonesRefused):
        return JsonResponse({"error": _("Zona belum sah; perbaiki yang bertanda merah.")}, status=400)
    except TrialRefused as exc:
        return JsonResponse({"error": _refusal(exc.data["why"])}, status=409)
    return JsonResponse({"state_url": reverse("uji-zona-keadaan", args=[trial.key])}, status=202)


@admin.site.admin_view
@require_safe
def state(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """``{"state", "words"}``; once READY also the verdict, reasons, measurements, stills, what it was
    compared with, and what to confirm first where the camera has turned."""
    trial = _own(request.user).filter(key=key).first()
    if trial is None:
        raise Http404
    told = {"state": str(trial.state), "words": _words(trial)}
    if trial.state == ExcerptState.READY:
        told |= _answer(trial)
    response = JsonResponse(told)
    response["Cache-Control"] = "private, no-store"
    return response


@admin.site.admin_view
@require_safe
def still(request: HttpRequest, picture_id: uuid.UUID) -> HttpResponseBase:
    found = TrialStill.objects.filter(pk=picture_id, trial__in=_own(request.user)).first()
    if found is None:
        raise Http404
    try:
        response = FileResponse(found.file.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as exc:
        raise Http404 from exc
    except StorageFailed as exc:
        return unavailable(exc)
    response["Cache-Control"], response["Vary"] = "private, no-store", "Cookie"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _own(user: Any) -> Any:
    """This person's trials, as long as drawing is theirs, of clips that they see."""
    if not may_draw(user):
        return ZoneTrial.objects.none()
    return ZoneTrial.objects.filter(asked_by=user.pk, expires_at__gt=timezone.now(), clip__in=clips_visible_to(user))


def _asked(request: HttpRequest) -> dict[str, Any]:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        raise ZonesUnreadable(f"larger than {MAX_BYTES} bytes")
    told = content_of(request.body)
    if not isinstance(told, dict):
        raise ZonesUnreadable("expected an object with category and zones")
    return told


def _refusal(code: str) -> str:
    return {
        "no_clip": _("Belum ada rekaman yang tersimpan dari kamera ini."),
        "no_check": _("Pemeriksaan ini tidak ada."),
        "too_many": _("Masih ada uji Anda yang menunggu; coba lagi sebentar."),
    }[code]


def _words(trial: ZoneTrial) -> str:
    if trial.state == ExcerptState.FAILED:
        words = why(trial.reason_code)
        return _("Pemeriksaan tidak dapat dijalankan: %(why)s.") % {"why": words.en if english() else words.id}
    if trial.state == ExcerptState.READY:
        return ""
    if trial.lease_until is None or trial.lease_until < timezone.now():
        return _("Pemeriksaan menunggu giliran; laporan warga didahulukan.")
    return _("Pemeriksaan sedang berjalan.")


def _answer(trial: ZoneTrial) -> dict[str, Any]:
    result = trial.result
    badge = verdict_badge(result["verdict"])
    return {
        "verdict": result["verdict"],
        "verdict_label": f"{badge.symbol} {badge.word}",
        "reasons": [reason_text(reason) for reason in result["reasons"]],
        "compared": compared_said(trial),
        "confirm": confirm_said(trial),
        "measurements": [
            [str(FIGURES.get(name, name)), _figure(value)] for name, value in result["measurements"].items()
        ],
        "stills": [
            {
                "url": reverse("uji-zona-gambar", args=[one.pk]),
                "caption": one.caption_en if english() else one.caption_id,
            }
            for one in trial.stills.all()
        ],
    }


FIGURES = {
    "longest_dwell_s": gettext_lazy("diam terlama (dtk)"),
    "vehicles_stopped": gettext_lazy("kendaraan berhenti"),
    "stops": gettext_lazy("pemberhentian"),
    "level_of_service": gettext_lazy("tingkat pelayanan (A-F)"),
    "occupancy": gettext_lazy("bagian jalan terisi"),
    "flow_speed_kmh": gettext_lazy("kecepatan arus (km/jam)"),
    "flow_speed_lengths_per_s": gettext_lazy("kecepatan arus (panjang kendaraan/dtk)"),
    "vehicles_mean": gettext_lazy("kendaraan rata-rata"),
    "intrusions": gettext_lazy("pelanggaran jalur"),
    "cover_percent": gettext_lazy("tutupan sampah (%)"),
    "water_share": gettext_lazy("bagian tergenang"),
    "people_mean": gettext_lazy("orang rata-rata"),
    "people_max": gettext_lazy("orang terbanyak"),
    "visits": gettext_lazy("kunjungan"),
    "stalls": gettext_lazy("lapak"),
    "new_objects": gettext_lazy("benda baru"),
    "dark_lamps": gettext_lazy("lampu padam"),
    "share": gettext_lazy("bagian gambar"),
}
"""What a check measures, in words; a figure without any stands under its own name."""


def _figure(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return str(len(value))
    return f"{value:.3g}" if isinstance(value, float) else str(value)
