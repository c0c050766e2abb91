"""Reading a report's words as they were sent: who asks says why, it is written down, and the words are shown once.

For people with the permission alone, and of reports they may see. To everybody else the address is like any address
that does not exist. Nothing is granted for later: whoever reads again says why again.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reports.access import may_see_personal_data, reports_visible_to
from reports.models import AccessEntry, Report
from reports.selectors.texts import masked_texts
from reports.services.access_log import LONGEST_REASON, AccessReasonOwed
from reports.services.text_looks import WordsAsk, words_show
from reports.throttle import client_address

REASONS = ("check", "act", "complaint", "official", "other")


@require_http_methods(["GET", "HEAD", "POST"])
def words_as_sent(request: HttpRequest, report_id: int) -> HttpResponseBase:
    """Why; and with an answer to that, the words."""
    if not may_see_personal_data(request.user):
        raise Http404
    visible = reports_visible_to(request.user).select_related("incident__category", "kelurahan")
    report = visible.filter(pk=report_id).first()
    if report is None:
        raise Http404
    if request.method != "POST":
        return _page(request, report)
    try:
        entry = words_show(ask=_ask(request, report), actor=request.user)
    except AccessReasonOwed:
        return _page(request, report, status=400, error=_("Pilih keperluannya dan tuliskan alasannya."))
    return _page(request, report, entry=entry)


def _ask(request: HttpRequest, report: Report) -> WordsAsk:
    why = request.POST.get("keperluan", "")
    reason = request.POST.get("alasan", "")[:LONGEST_REASON]
    return WordsAsk(report, why if why in REASONS else "", reason, client_address(request))


def _page(request: HttpRequest, report: Report, status: int = 200, **extra: Any) -> HttpResponse:
    choices = dict(AccessEntry.Why.choices)
    context = {
        **admin.site.each_context(request),
        "title": _("Isi laporan tanpa penyamaran"),
        "report": report,
        "masked": masked_texts(report),
        "reasons": [(value, choices[value]) for value in REASONS],
        "why": request.POST.get("keperluan", ""),
        "typed": request.POST.get("alasan", "")[:LONGEST_REASON],
        **extra,
    }
    response = TemplateResponse(request, "reports/admin/personal_data.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


view = admin.site.admin_view(words_as_sent)
