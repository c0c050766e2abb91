"""The citizen's page: how a report stands, in plain words, without a script and without personal data."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.api.problems import page_not_found as api_not_found
from reports.api.problems import server_failed as api_failed
from reports.lookup import MAX_CODE_LENGTH, CodeUnknown, report_lookup
from reports.models import Report
from reports.selectors.public import OUT_OF_AREA, public_status
from reports.throttle import TooManyRequests

SYMBOLS = {"red": "●", "blue": "⇄", "yellow": "▶", "green": "✓", "grey": "○"}
VERDICT_TONES = {"SUPPORTED": "green", "CONTRADICTED": "yellow", "INCONCLUSIVE": "yellow", "UNOBSERVABLE": "grey"}


@require_safe
def lacak_form(request: HttpRequest) -> HttpResponse:
    """The form; a code in the query leads to its page, so that the form works as a plain GET."""
    code = request.GET.get("kode", "").strip()[:MAX_CODE_LENGTH]
    if code:
        # A slash or a lone dot would make another address; such a code is unknown, and is told so here.
        if "/" in code or not code.strip("."):
            return _unknown(request, code)
        return HttpResponseRedirect(reverse("lacak-laporan", args=[code]))
    return _page(request, "reports/lacak_form.html", {"code": ""})


@require_safe
def lacak_report(request: HttpRequest, tracking_code: str) -> HttpResponse:
    try:
        report = report_lookup(request, tracking_code)
    except CodeUnknown:
        return _unknown(request, tracking_code)
    except TooManyRequests as exc:
        error = _("Terlalu banyak permintaan. Coba lagi dalam %(seconds)s detik.") % {"seconds": exc.retry_after_s}
        response = _page(request, "reports/lacak_form.html", {"code": "", "error": error}, status=429)
        response["Retry-After"] = str(exc.retry_after_s)
        return response
    return _page(request, "reports/lacak.html", _context(report))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The 404 of every other address: JSON below /api/, a small page elsewhere."""
    if request.path_info.startswith("/api/"):
        return api_not_found(request)
    return _page(request, "reports/not_found.html", {}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The 500 of every address. Touches no database and no template context: either may be what broke."""
    if request.path_info.startswith(("/api/", "/webhooks/")):
        return api_failed()
    return HttpResponse(loader.render_to_string("reports/server_error.html"), status=500)


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("lacak"))


def _unknown(request: HttpRequest, code: str) -> HttpResponse:
    error = _("Tidak ada laporan dengan kode lacak ini. Periksa kembali kodenya.")
    return _page(request, "reports/lacak_form.html", {"code": code[:MAX_CODE_LENGTH], "error": error}, status=404)


def _context(report: Report) -> dict[str, Any]:
    shown = public_status(report)
    return {
        "report": shown,
        "symbol": SYMBOLS[shown["colour"]],
        "verdict_tone": VERDICT_TONES.get(shown["verification"]["verdict"], "blue"),
        "steps": _steps(shown["status"]),
        "out_of_area": shown["status"] == OUT_OF_AREA,
        "history": list(reversed(shown["history"])),
    }


def _steps(status: str) -> list[dict[str, Any]]:
    """Received, worked on, done: where the report stands on the way, for statuses that are on it."""
    reached = {"menunggu": 0, "koordinasi": 1, "disposisi": 1, "proses": 1, "selesai": 2}.get(status)
    if reached is None:
        return []
    words = (_("Diterima"), _("Ditangani"), _("Selesai"))
    return [
        {"word": word, "done": index < reached or status == "selesai", "now": index == reached and status != "selesai"}
        for index, word in enumerate(words)
    ]


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, template, {**context, "here": request.path}, status=status)
    # The address holds the code: it belongs in no index, no shared cache and no referrer.
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"
    return response
