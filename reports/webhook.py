"""``POST /webhooks/qlue/``: HTTP on one side, ``webhook_receive`` on the other.

What each answer tells the sender:

====  =================================================================================
202   new: stored with everything that follows from it; never send it again
200   a repeat, or an update of a report we have: stored; never send it again
405   post, to this address
413   no report is this long
401   your signature, your clock or your secret; nothing was read, nothing was kept
415   declare the body as application/json
400   yours to fix: ``errors`` says where; the same bytes get the same answer
409   this webhook-id already stands for other bytes; mint a new id
429   nothing was stored: the same delivery again, after ``Retry-After`` seconds
503   nothing was stored: the same delivery again, after ``Retry-After`` seconds
====  =================================================================================
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from jsc_project.lib.errors import JscError
from reports import tasks
from reports.intake.base import Fault, PayloadInvalid
from reports.intake.errors import (
    BodyTooLarge,
    IdReused,
    MediaTypeRefused,
    MethodRefused,
    StoreUnavailable,
    TooManyDeliveries,
)
from reports.services.intake import Incoming, Receipt, webhook_receive
from reports.signature import SignatureRefused

log = logging.getLogger(__name__)

STATUS: Mapping[type[JscError], tuple[int, str]] = {
    MethodRefused: (405, "Method not allowed"),
    BodyTooLarge: (413, "Body too large"),
    SignatureRefused: (401, "Signature not verified"),
    MediaTypeRefused: (415, "Unsupported media type"),
    PayloadInvalid: (400, "Invalid payload"),
    IdReused: (409, "Webhook id already used"),
    TooManyDeliveries: (429, "Too many deliveries"),
    StoreUnavailable: (503, "Storage not available"),
}
HEADERS: Mapping[type[JscError], Mapping[str, str]] = {
    MethodRefused: {"Allow": "POST"},
    SignatureRefused: {"WWW-Authenticate": "Standard-Webhooks"},
}
RETRY_AFTER_S = 5
DRAIN_BYTES = 4_000_000
READ_BYTES = 65_536


@csrf_exempt
@transaction.non_atomic_requests
def qlue_webhook(request: HttpRequest) -> HttpResponse:
    """Exempt from ATOMIC_REQUESTS: a 2xx must not be sent before the commit, and the bell not rung."""
    try:
        base = settings.JSC_PUBLIC_BASE_URL or request.build_absolute_uri("/")
        receipt = webhook_receive(incoming=_incoming(request), now=timezone.now())
    except tuple(STATUS) as refusal:
        return _refused(request, refusal)
    except (OperationalError, InterfaceError) as exc:
        log.error("a delivery could not be stored: %s", exc)
        return _refused(request, StoreUnavailable(RETRY_AFTER_S))
    if receipt.to_place:
        transaction.on_commit(lambda: tasks.ring("report", receipt.report_id), robust=True)
    return _accepted(receipt, base)


def _accepted(receipt: Receipt, base: str) -> JsonResponse:
    code = receipt.tracking_code
    body = {
        "id": code,
        "tracking_code": code,
        "status_url": f"{base.rstrip('/')}/api/v1/reports/{code}/",
        "created": receipt.created,
    }
    return JsonResponse(body, status=202 if receipt.created else 200)


def _incoming(request: HttpRequest) -> Incoming:
    """The body, at most one byte more than allowed, however long the sender says it is."""
    if request.method != "POST":
        raise MethodRefused("deliveries are posted")
    limit = settings.JSC_WEBHOOK_MAX_BYTES
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if declared.isdecimal() and (len(declared) > 12 or int(declared) > limit):
        raise BodyTooLarge(f"the body must be at most {limit} bytes")
    body = _read(request, limit + 1)
    if len(body) > limit:
        raise BodyTooLarge(f"the body must be at most {limit} bytes")
    return Incoming(body, {name.lower(): value for name, value in request.headers.items()})


def _read(request: HttpRequest, most: int) -> bytes:
    try:
        parts, missing = [], most
        while missing and (part := _stream(request).read(min(missing, READ_BYTES))):
            parts.append(part)
            missing -= len(part)
    except (UnreadablePostError, OSError):
        return b""  # the sender hung up; what is left of it has no valid signature
    return b"".join(parts)


def _stream(request: HttpRequest) -> Any:
    """Django takes a body without a length for empty; a server that ends chunked bodies itself says so."""
    chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    if chunked and request.META.get("wsgi.input_terminated"):
        return request.META["wsgi.input"]
    return request


def _refused(request: HttpRequest, refusal: JscError) -> HttpResponse:
    status, title = STATUS[type(refusal)]
    reason = refusal.data.get("reason") or [f"{f.pointer} {f.code}" for f in getattr(refusal, "faults", ())]
    log.info("delivery refused: %s %s %s", status, refusal.code, reason or "")
    faults = getattr(refusal, "faults", None) or (Fault("", refusal.code, refusal.detail),)
    body = {
        "type": f"urn:jsc:problem:{refusal.code}",
        "title": title,
        "status": status,
        "detail": refusal.detail,
        "code": refusal.code,
        "errors": [fault.as_json() for fault in faults],
    }
    response = _DrainingResponse(body, status=status, content_type="application/problem+json")
    response.rest = request if isinstance(refusal, MethodRefused | BodyTooLarge) else None
    for name, value in HEADERS.get(type(refusal), {}).items():
        response[name] = value
    if refusal.retryable:
        response["Retry-After"] = str(refusal.data["retry_after_s"])
    response["Cache-Control"] = "no-store"
    return response


class _DrainingResponse(JsonResponse):
    """Reads what is left of the request once the answer is out.

    A connection closed over unread bytes is reset, and a sender still sending would see
    that reset instead of the 413.
    """

    rest: HttpRequest | None = None

    def close(self) -> None:
        if self.rest is not None:
            _drain(self.rest)
            self.rest = None
        super().close()


def _drain(request: HttpRequest) -> None:
    left = DRAIN_BYTES
    try:
        while left > 0 and (part := _stream(request).read(READ_BYTES)):
            left -= len(part)
    except (UnreadablePostError, OSError):
        return
