"""Watching footage that is not blurred: who asks says why, it is written down, and a short part is played.

For people with the permission alone, and of incidents they may see. To everybody else these addresses are like any
address that does not exist.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cameras.errors import ClipGone
from cameras.footage.states import ExcerptState
from cameras.models import ClipExcerpt, FootageClip
from cameras.services.excerpts import clip_is_playable
from cameras.words import why
from reports.access import clips_visible_to, incidents_visible_to, may_see_originals, sees_everything
from reports.films import film
from reports.models import FootageLook, Incident
from reports.selectors.originals import ClipPart, clip_parts
from reports.services.looks import LookAsk, LookReasonOwed, look_grant
from reports.throttle import client_address
from reports.words import english

View = Callable[..., HttpResponseBase]

TYPED_MAX = 300


def for_the_permitted(view: View) -> View:
    """Strangers are sent to log in, as at any address of the console; those without the permission find nothing."""

    @functools.wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_see_originals(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return admin.site.admin_view(checked)


# -- Asking ---------------------------------------------------------------------------


@for_the_permitted
@require_http_methods(["GET", "HEAD", "POST"])
def original(request: HttpRequest, clip_id: int) -> HttpResponseBase:
    """Why, and which part; with an answer to both, on to the look."""
    clip = clips_visible_to(request.user).select_related("camera").filter(pk=clip_id).first()
    if clip is None:
        raise Http404
    incident = incident_behind(request, clip)
    if not clip_is_playable(clip):
        return _page(request, {"clip": clip, "incident": incident, "gone": True}, status=410)
    parts = clip_parts(clip, incident, all_of_it=sees_everything(request.user))
    if request.method != "POST":
        return _asking(request, clip, incident, parts)
    try:
        look = look_grant(ask=_ask(request, clip, incident, parts), actor=request.user)
    except LookReasonOwed:
        error = _("Pilih keperluannya dan tuliskan alasannya.")
        return _asking(request, clip, incident, parts, error=error, status=400)
    except ClipGone:
        return _page(request, {"clip": clip, "incident": incident, "gone": True}, status=410)
    return HttpResponseRedirect(reverse("rekaman-lihat", args=[look.key]))


def incident_behind(request: HttpRequest, clip: FootageClip) -> Incident | None:
    """The incident the person comes from; only one that they see and that this clip was taken for."""
    number = request.GET.get("kejadian", "")
    if not number:
        return None
    if not number.isdecimal() or len(number) > 18:
        raise Http404
    seen = incidents_visible_to(request.user).filter(pk=int(number), verifications__matches__clip=clip)
    incident = seen.select_related("category", "kelurahan").first()
    if incident is None:
        raise Http404
    return incident


def _ask(request: HttpRequest, clip: FootageClip, incident: Incident | None, parts: list[ClipPart]) -> LookAsk:
    chosen = next((part for part in parts if part.key == request.POST.get("bagian")), None)
    if chosen is None:
        raise LookReasonOwed("no such part")
    reason = request.POST.get("alasan", "").replace("\x00", "").strip()[:TYPED_MAX]
    why = request.POST.get("keperluan", "")
    return LookAsk(clip, chosen.window, why, reason, incident, client_address(request))


def _asking(
    request: HttpRequest, clip: FootageClip, incident: Incident | None, parts: list[ClipPart], **extra: Any
) -> HttpResponseBase:
    context = {
        "clip": clip,
        "incident": incident,
        "parts": parts,
        "chosen": request.POST.get("bagian", ""),
        "reasons": FootageLook.Why.choices,
        "why": request.POST.get("keperluan", ""),
        "typed": request.POST.get("alasan", "")[:TYPED_MAX],
        "error": extra.get("error", ""),
    }
    return _page(request, context, status=extra.get("status", 200))


# -- Looking --------------------------------------------------------------------------


@for_the_permitted
@require_safe
def look(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """Progress, then the player."""
    granted = _granted(request, key)
    context = {"clip": granted.clip, "incident": granted.incident, "look": granted, **_standing(granted)}
    return _page(request, context)


@for_the_permitted
@require_safe
def look_state(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """``{"state": "WANTED" | "READY" | "FAILED" | "GONE" | "OVER", "words"}`` for the page that waits."""
    return JsonResponse(_standing(_granted(request, key)))


@for_the_permitted
@require_safe
def look_video(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """The part as MP4, whole or in ranges. Asked anew at every range: it stops when the grant, the permission, the
    membership or the footage does."""
    granted = _granted(request, key)
    excerpt = granted.excerpt
    if excerpt is None or _standing(granted)["state"] != ExcerptState.READY:
        raise Http404
    return film(request, excerpt, f"rekaman-{excerpt.pk}.mp4")


def _granted(request: HttpRequest, key: uuid.UUID) -> FootageLook:
    """This person's own grant, of a clip that they still may see."""
    found = FootageLook.objects.filter(key=key, user=request.user.pk).select_related("clip__camera").first()
    if found is None or not clips_visible_to(request.user).filter(pk=found.clip_id).exists():
        raise Http404
    return found


def _standing(granted: FootageLook) -> dict[str, str]:
    excerpt = granted.excerpt
    if not granted.is_current:
        return {"state": "OVER", "words": _("Waktu penayangan habis. Minta lagi bila masih perlu.")}
    if excerpt is None or not clip_is_playable(granted.clip):
        return {"state": "GONE", "words": _("Rekaman ini sudah dihapus, masa simpannya habis.")}
    return {"state": str(excerpt.state), "words": _words(excerpt)}


def _words(excerpt: ClipExcerpt) -> str:
    if excerpt.state == ExcerptState.FAILED:
        words = why(excerpt.reason_code)
        return _("Cuplikan tidak dapat dibuat: %(why)s.") % {"why": words.en if english() else words.id}
    if excerpt.state == ExcerptState.WANTED and excerpt.last_error.startswith("storage_"):
        return _("Menunggu penyimpanan; cuplikan dibuat segera setelah ada ruang.")
    return _("Cuplikan sedang disiapkan.")


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    common = {**admin.site.each_context(request), "title": _("Rekaman asli")}
    response = TemplateResponse(request, "reports/admin/playback.html", {**common, **context}, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
