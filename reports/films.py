"""Part of a clip as the answer to a player's question; who may have it is the caller's to know."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from cameras.models import BlurredExcerpt, ClipExcerpt
from jsc_project.lib.errors import StorageFailed
from reports.media import unavailable
from reports.ranges import ranged


def film(request: HttpRequest, excerpt: ClipExcerpt | BlurredExcerpt, name: str) -> HttpResponseBase:
    """The MP4, whole or in ranges; not kept by anybody on the way, for the right to see it may end any time."""
    try:
        file = excerpt.file.storage.open(str(excerpt.file.name), "rb")
    except FileNotFoundError as exc:
        raise Http404 from exc
    except StorageFailed as exc:
        return unavailable(exc)
    etag = f'"{excerpt.sha256}"'
    response = ranged(request, file, size=excerpt.size_bytes, etag=etag, content_type="video/mp4")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Vary"] = "Cookie"
    return response
