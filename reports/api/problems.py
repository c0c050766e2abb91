"""Errors as application/problem+json (RFC 9457), made in this one place for the public API."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.views import set_rollback

from jsc_project.lib.errors import JscError
from reports.lookup import CodeUnknown
from reports.throttle import TooManyRequests

TYPE_PREFIX = "urn:jsc:problem:"


def problem(status: int, code: str, title: str, detail: str = "") -> JsonResponse:
    """``type`` is stable for machines; ``title`` and ``detail`` are in the reader's language."""
    body = {"type": f"{TYPE_PREFIX}{code}", "title": title, "status": status, "detail": detail or title, "code": code}
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    return response


def unknown_code() -> JsonResponse:
    detail = _("Tidak ada laporan dengan kode lacak ini. Periksa kembali kodenya.")
    return problem(404, "unknown_code", _("Kode lacak tidak dikenal"), detail)


def too_many(error: TooManyRequests) -> JsonResponse:
    detail = _("Coba lagi dalam %(seconds)s detik.") % {"seconds": error.retry_after_s}
    response = problem(429, error.code, _("Terlalu banyak permintaan"), detail)
    response["Retry-After"] = str(error.retry_after_s)
    return response


def exception_handler(exc: Exception, context: dict[str, Any]) -> JsonResponse | None:
    """Whatever a public view raises on purpose; anything else stays a 500 that is logged."""
    set_rollback()
    if isinstance(exc, CodeUnknown):
        return unknown_code()
    if isinstance(exc, TooManyRequests):
        return too_many(exc)
    if isinstance(exc, Http404):
        return problem(404, "not_found", _("Tidak ditemukan"))
    if isinstance(exc, APIException):
        codes = exc.get_codes()
        return problem(exc.status_code, codes if isinstance(codes, str) else "invalid", str(exc.detail))
    if isinstance(exc, JscError):
        return problem(400, exc.code, exc.detail)
    return None


def server_failed() -> JsonResponse:
    """A fault of ours; the same delivery may be sent again."""
    return problem(500, "internal_error", _("Terjadi kesalahan di sistem kami"))


def page_not_found(request: HttpRequest) -> JsonResponse:
    """For addresses under /api/ that lead nowhere."""
    return problem(404, "not_found", _("Tidak ditemukan"))
