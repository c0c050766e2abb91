"""Evidence pictures and citizens' photos, served only to people who may see the incident they belong to.

Everybody else, logged in or not, gets the same 404: a picture's address proves nothing.
"""

from __future__ import annotations

import uuid
from typing import Any

import cv2
import numpy as np
from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from analytics.models import EvidenceStill
from jsc_project.lib.errors import StorageFailed
from reports import thumbs
from reports.access import photos_visible_to, stills_visible_to
from reports.models import ReportPhoto

THUMB_QUALITY = 60


@require_safe
def still(request: HttpRequest, still_id: uuid.UUID) -> HttpResponseBase:
    return _picture(request, _visible(request, still_id), f"bukti-{still_id}.jpg")


@require_safe
def photo(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """A citizen's photo, faces and plates hidden; to those who see its report."""
    found = photos_visible_to(_staff(request)).filter(key=key).first()
    if found is None:
        raise Http404
    return _picture(request, found, f"foto-{key}.jpg")


def _picture(request: HttpRequest, found: EvidenceStill | ReportPhoto, name: str) -> HttpResponseBase:
    etag = f'"{found.sha256}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return _guarded(unchanged, etag)
    try:
        response = FileResponse(found.file.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as exc:
        raise Http404 from exc
    except StorageFailed as exc:
        return unavailable(exc)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return _guarded(response, etag)


@require_safe
def thumb(request: HttpRequest, still_id: uuid.UUID) -> HttpResponseBase:
    """A small WebP of the same picture: a queue of fifty rows must load on a phone."""
    found = _visible(request, still_id)
    etag = f'"{found.sha256}-{thumbs.WIDTH}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return _guarded(unchanged, etag)
    key = thumbs.thumb_key(found.sha256)
    small = cache.get(key)
    if small is None:
        try:
            small = _small(found)
        except StorageFailed as exc:
            return unavailable(exc)
        cache.set(key, small, thumbs.KEPT_S)
    return _guarded(HttpResponse(small, content_type="image/webp"), etag)


def unavailable(trouble: StorageFailed) -> HttpResponse:
    """The file is there, and cannot be had now."""
    response = HttpResponse(status=503)
    response["Retry-After"] = str(round(trouble.data["retry_after_s"]))
    response["Cache-Control"] = "no-store"
    return response


def _visible(request: HttpRequest, still_id: uuid.UUID) -> EvidenceStill:
    found = stills_visible_to(_staff(request)).filter(pk=still_id).first()
    if found is None:
        raise Http404
    return found


def _staff(request: HttpRequest) -> Any:
    user = request.user
    if not (user.is_authenticated and user.is_active and user.is_staff):
        raise Http404
    return user


def _small(still: EvidenceStill) -> bytes:
    try:
        with still.file.open("rb") as stored:
            picture = cv2.imdecode(np.frombuffer(stored.read(), np.uint8), cv2.IMREAD_COLOR)
    except FileNotFoundError as exc:
        raise Http404 from exc
    if picture is None:
        raise Http404
    height, width = picture.shape[:2]
    size = (thumbs.WIDTH, max(1, round(height * thumbs.WIDTH / width)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA) if width > thumbs.WIDTH else picture
    done, encoded = cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, THUMB_QUALITY])
    if not done:
        raise Http404
    return bytes(encoded)


def _guarded(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["ETag"] = etag
    # Revalidated each time: the answer must stop when the membership does.
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Cookie"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
