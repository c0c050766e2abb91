"""Playing what a camera recorded, with heads and plates hidden: for everybody who may see the case.

What is shown here has nobody in it, so no reason is asked and no look is logged; the original stands behind its own
permission (``playback``). A part is made when it is first asked for, and the page shows how far that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cameras.errors import ClipGone
from cameras.footage.states import ExcerptState
from cameras.models import BlurredExcerpt, FootageClip
from cameras.services.excerpts import clip_is_playable
from cameras.words import why
from reports.access import clips_visible_to, may_see_originals, sees_everything
from reports.films import film
from reports.models import Incident
from reports.playback import incident_behind
from reports.selectors.originals import ClipPart, clip_parts
from reports.services.blurred import blurred_ask, blurred_films, blurred_is_current
from reports.words import english

NOT_ASKED = "NOT_ASKED"


@dataclass(frozen=True, slots=True)
class Seat:
    """What one person may play of one clip, coming from ``incident``."""

    clip: FootageClip
    incident: Incident | None
    parts: list[ClipPart]

    def part(self, key: str) -> ClipPart:
        """Raises Http404: not among those this person may play."""
        found = next((part for part in self.parts if part.key == key), None)
        if found is None:
            raise Http404
        return found

    def made(self, part: ClipPart) -> BlurredExcerpt | None:
        """What there is of the part; nothing if it is of other footage, or shows what is to be hidden by now."""
        window = part.window
        row = BlurredExcerpt.objects.filter(clip=self.clip, start_at=window.start, end_at=window.end).first()
        is_stale = row is not None and row.state == ExcerptState.READY and not blurred_is_current(row, self.clip)
        return None if is_stale else row

    @property
    def query(self) -> str:
        return f"?kejadian={self.incident.pk}" if self.incident is not None else ""

    def address(self, name: str, part: ClipPart) -> str:
        return reverse(name, args=[self.clip.pk, part.key]) + self.query


@admin.site.admin_view
@require_http_methods(["GET", "HEAD", "POST"])
def play(request: HttpRequest, clip_id: int) -> HttpResponseBase:
    """The part, or how far it is, or the button that asks for it."""
    seat = _seat(request, clip_id)
    if not seat.parts:
        return _page(request, seat, {"gone": not clip_is_playable(seat.clip)}, 410)
    if request.method != "POST":
        key = request.GET.get("bagian", "")
        return _page(request, seat, _shown(seat, seat.part(key) if key else seat.parts[0]))
    part = seat.part(request.POST.get("bagian", ""))
    try:
        blurred_ask(clip=seat.clip, part=part.window)
    except ClipGone:
        return _page(request, seat, {"gone": True}, 410)
    joint = "&" if seat.query else "?"
    return HttpResponseRedirect(f"{reverse('putar', args=[clip_id])}{seat.query}{joint}bagian={part.key}")


@admin.site.admin_view
@require_safe
def play_state(request: HttpRequest, clip_id: int, part: int) -> HttpResponseBase:
    """``{"state": "WANTED" | "READY" | "FAILED" | "NOT_ASKED", "words", "percent"}`` for the page that waits."""
    seat = _seat(request, clip_id)
    return JsonResponse(_standing(seat.made(seat.part(str(part)))))


@admin.site.admin_view
@require_safe
def play_video(request: HttpRequest, clip_id: int, part: int) -> HttpResponseBase:
    """The part as MP4. Asked anew at every range: it stops when the membership or the footage does."""
    seat = _seat(request, clip_id)
    made = seat.made(seat.part(str(part)))
    if made is None or made.state != ExcerptState.READY:
        raise Http404
    return film(request, made, f"rekaman-disamarkan-{made.pk}.mp4")


def _seat(request: HttpRequest, clip_id: int) -> Seat:
    """Raises Http404: to this person there is no such clip."""
    clip = clips_visible_to(request.user).select_related("camera").filter(pk=clip_id).first()
    if clip is None:
        raise Http404
    incident = incident_behind(request, clip)
    parts = clip_parts(clip, incident, all_of_it=sees_everything(request.user))
    if not clip_is_playable(clip):
        # The footage is gone; films made of it are evidence, and stay for longer.
        made = set(blurred_films(clip).values_list("start_at", "end_at"))
        parts = [part for part in parts if (part.window.start, part.window.end) in made]
    return Seat(clip, incident, parts)


def _shown(seat: Seat, part: ClipPart) -> dict[str, Any]:
    made = seat.made(part)
    return {
        "part": part,
        "others": [one for one in seat.parts if one.key != part.key],
        "video": seat.address("putar-video", part),
        "keadaan": seat.address("putar-keadaan", part),
        "partly": _partly(made),
        **_standing(made),
    }


def _standing(made: BlurredExcerpt | None) -> dict[str, Any]:
    if made is None:
        return {"state": NOT_ASKED, "words": _("Bagian ini belum disiapkan."), "percent": 0}
    return {"state": str(made.state), "words": _words(made), "percent": made.progress}


def _words(made: BlurredExcerpt) -> str:
    if made.state == ExcerptState.FAILED:
        words = why(made.reason_code)
        return _("Cuplikan tidak dapat dibuat: %(why)s.") % {"why": words.en if english() else words.id}
    if made.state == ExcerptState.WANTED and made.last_error.startswith("storage_"):
        return _("Menunggu penyimpanan; cuplikan dibuat segera setelah ada ruang.")
    if made.lease_until is None or made.lease_until < timezone.now():
        return _("Menunggu giliran; analisis laporan didahulukan.")
    return _("Wajah dan pelat nomor sedang disamarkan.")


def _partly(made: BlurredExcerpt | None) -> str:
    """Said of a film in which some frames are coarse altogether, lest they are taken for a fault of the camera."""
    whole, frames = (made.notes.get(name, 0) for name in ("whole", "frames")) if made is not None else (0, 0)
    if not whole:
        return ""
    return _("%(whole)s dari %(frames)s gambar tidak dapat diperiksa, jadi disamarkan seluruhnya.") % {
        "whole": whole,
        "frames": frames,
    }


def _page(request: HttpRequest, seat: Seat, context: dict[str, Any], status: int = 200) -> HttpResponse:
    common = {
        **admin.site.each_context(request),
        "title": _("Rekaman (disamarkan)"),
        "clip": seat.clip,
        "incident": seat.incident,
        "may_see_originals": may_see_originals(request.user) and clip_is_playable(seat.clip),
    }
    response = TemplateResponse(request, "reports/admin/play.html", {**common, **context}, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
