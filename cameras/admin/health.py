"""A camera's health as words, pictures and a table: what the pages about it share."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import cv2
import numpy as np
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cameras.admin.base import WordsFilter
from cameras.models import CameraWatch
from cameras.patrol.words import FOUND, reason_code, reason_words, words_of
from cameras.pictures import still_blurred
from cameras.services.references import picture_bytes
from cameras.services.zone_pictures import covered, hidden_polygons
from cameras.words import WHY

BLURRED_KEPT_S = 24 * 3600
THUMB_PX = 240
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def english() -> bool:
    return (get_language() or "id").startswith("en")


def reason_said(stored: str) -> str:
    """The reason stored at a camera, in the reader's language; empty when there is none."""
    return reason_words(stored, english=english()) if stored else ""


def code_said(code: str, sentence: str = "") -> str:
    words = words_of(code)
    return words.en if english() else sentence or words.id


def _known_said(code: str) -> str:
    return code_said(code) if code in FOUND or code in WHY else code


class ReasonFilter(WordsFilter):
    said = staticmethod(_known_said)


def seconds_said(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:+.1f} s"


# -- The list as a file --------------------------------------------------------------

COLUMNS = (
    "code",
    "name",
    "site_type",
    "health",
    "reason_code",
    "reason",
    "since",
    "last_look",
    "bad_looks",
    "clock_offset_s",
    "last_picture",
    "view_moved_since",
    "zones_stale_since",
    "source_kind",
)


class _Echo:
    """csv wants a file; the line it writes is what we want."""

    def write(self, line: str) -> str:
        return line


def health_csv(watches: Any) -> StreamingHttpResponse:
    """One line a camera; a spreadsheet takes no cell of it for a formula. ``watches``: a queryset with cameras."""
    writer = csv.writer(_Echo())
    rows = watches.select_related("camera").iterator(chunk_size=500)
    # With its mark, because a spreadsheet takes UTF-8 without one for something else.
    lines: Iterator[str] = (
        writer.writerow(line)
        for line in _with_heading(_line(watch) for watch in rows)  # type: ignore[func-returns-value]
    )
    response = StreamingHttpResponse(_marked(lines), content_type="text/csv; charset=utf-8")
    name = f"kondisi-kamera-{timezone.localtime():%Y%m%d-%H%M}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _with_heading(lines: Iterator[list[str]]) -> Iterator[list[str]]:
    yield list(COLUMNS)
    yield from lines


def _marked(lines: Iterator[str]) -> Iterator[str]:
    yield "\ufeff"
    yield from lines


def _line(watch: CameraWatch) -> list[str]:
    camera = watch.camera
    words = [camera.code, camera.name, camera.site_type, camera.health, reason_code(camera.health_reason)]
    told = [*words, reason_said(camera.health_reason), _at(camera.health_at), _at(watch.looked_at)]
    offset = "" if watch.clock_offset_s is None else f"{watch.clock_offset_s:.1f}"
    rest = [_at(watch.still_at), _at(watch.moved_since), _at(watch.zones_stale_since), camera.source_kind]
    return [*(harmless(text) for text in told), str(watch.bad_looks), offset, *(harmless(text) for text in rest)]


def _at(at: datetime | None) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""


def harmless(text: str) -> str:
    """A name that begins like a formula is told as text."""
    return f"'{text}" if text.startswith(FORMULA) else text


# -- Pictures ------------------------------------------------------------------------


def picture_answer(request: HttpRequest, watch: CameraWatch, which: str, *, small: bool) -> HttpResponseBase:
    """The camera's last still or its reference, blurred; 404 where there is none or it cannot be blurred.

    The caller has made sure that the person may see it.
    """
    name = str(watch.reference if which == "acuan" else watch.still)
    return stored_picture_answer(request, watch.pk, name, small=small)


def stored_picture_answer(request: HttpRequest, camera_id: int, name: str, *, small: bool) -> HttpResponseBase:
    """As ``picture_answer``, of any stored picture of the camera; of its privacy zones nothing is shown."""
    hidden = hidden_polygons(camera_id)
    told = f"{name} {json.dumps(hidden)}"
    etag = f'"{hashlib.sha256(f"{told} {small}".encode()).hexdigest()[:32]}"'
    unchanged = get_conditional_response(request, etag=etag) if name else None
    if unchanged is not None:
        return _guarded(unchanged, etag)
    shown = _blurred(name, told, hidden)
    if shown is None:
        raise Http404(_("Belum ada gambar yang dapat ditampilkan."))
    return _guarded(HttpResponse(_small(shown) if small else shown, content_type="image/jpeg"), etag)


def _blurred(name: str, told: str, hidden: list[list[list[float]]]) -> bytes | None:
    """Blurred once per file and privacy zones: its name is never used again for another picture."""
    key = f"camera-still-3:{hashlib.sha256(told.encode()).hexdigest()}"
    shown: bytes | None = cache.get(key) if name else None
    if shown is None and (stored := picture_bytes(name)) is not None:
        shown = still_blurred(covered(stored, hidden))
        if shown is not None:
            cache.set(key, shown, BLURRED_KEPT_S)
    return shown


def _small(jpeg: bytes) -> bytes:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None or picture.shape[1] <= THUMB_PX:
        return jpeg
    size = (THUMB_PX, max(1, round(picture.shape[0] * THUMB_PX / picture.shape[1])))
    return bytes(cv2.imencode(".jpg", cv2.resize(picture, size, interpolation=cv2.INTER_AREA))[1])


def _guarded(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["ETag"] = etag
    # Asked again each time: the answer must stop when the membership does.
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Cookie"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
