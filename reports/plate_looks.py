"""Seeing an offender's whole plate: who asks says why, it is written down, and the plate is shown once.

For people with the permission alone, and of incidents they may see. To everybody else the address is like any address
that does not exist. Nothing is granted for later: whoever looks again says why again.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jsc_project.lib.crypto import Undecryptable
from reports.access import may_see_plates
from reports.models import AccessEntry, OffenderPlate
from reports.plate_texts import plate_text, spaced
from reports.selectors.plates import plates_visible_to, seen_plate
from reports.services.access_log import LONGEST_REASON, AccessReasonOwed
from reports.services.plates import PlateAsk, plate_show
from reports.throttle import client_address

REASONS = ("check", "act", "complaint", "official", "other")


@require_http_methods(["GET", "HEAD", "POST"])
def plate_whole(request: HttpRequest, plate_id: int) -> HttpResponseBase:
    """Why; and with an answer to that, the plate."""
    if not may_see_plates(request.user):
        raise Http404
    plate = plates_visible_to(request.user).filter(pk=plate_id).first()
    if plate is None:
        raise Http404
    if request.method != "POST":
        return _page(request, plate)
    try:
        # Opened first: what no key opens is no look, and leaves no line that says there was one.
        text = plate_text(plate) or ""
        entry = plate_show(ask=_ask(request, plate), actor=request.user)
    except AccessReasonOwed:
        return _page(request, plate, status=400, error=_("Pilih keperluannya dan tuliskan alasannya."))
    except Undecryptable:
        return _page(request, plate, status=409, error=_("Pelat ini tidak dapat dibuka dengan kunci yang dipakai."))
    return _page(request, plate, entry=entry, text=spaced(text))


def _ask(request: HttpRequest, plate: OffenderPlate) -> PlateAsk:
    why = request.POST.get("keperluan", "")
    reason = request.POST.get("alasan", "")[:LONGEST_REASON]
    return PlateAsk(plate, why if why in REASONS else "", reason, client_address(request))


def _page(request: HttpRequest, plate: OffenderPlate, status: int = 200, **extra: Any) -> HttpResponse:
    choices = dict(AccessEntry.Why.choices)
    context = {
        **admin.site.each_context(request),
        "title": _("Pelat nomor lengkap"),
        "seen": seen_plate(plate),
        "incident": plate.search.incident,
        "camera": plate.search.run.clip.camera,
        "reasons": [(value, choices[value]) for value in REASONS],
        "why": request.POST.get("keperluan", ""),
        "typed": request.POST.get("alasan", "")[:LONGEST_REASON],
        **extra,
    }
    response = TemplateResponse(request, "reports/admin/plate.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


view = admin.site.admin_view(plate_whole)
