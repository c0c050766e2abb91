"""HTTP ranges of a stored file: what a video player asks for when somebody drags the slider."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

BLOCK = 256 << 10
ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes ``first`` to ``last``, both of them included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class Unsatisfiable(Exception):
    """A range that begins after the file's end."""


def asked_span(header: str, size: int) -> Span | None:
    """The one range that was asked for; None where all of the file is to be sent.

    Several ranges, other units and what cannot be read get the whole file, as RFC 9110 allows.

    Raises:
        Unsatisfiable: nothing of the file lies in the range.
    """
    found = ONE_RANGE.fullmatch(header.strip().replace(" ", ""))
    if found is None or found.groups() == ("", "") or any(len(n) > LONGEST_NUMBER for n in found.groups()):
        return None
    first, last = found.groups()
    if not first:
        if int(last) == 0 or size == 0:
            raise Unsatisfiable
        return Span(max(0, size - int(last)), size - 1)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable
    return Span(int(first), min(int(last), size - 1) if last else size - 1)


def ranged(request: HttpRequest, file: Any, *, size: int, etag: str, content_type: str) -> HttpResponseBase:
    """GET and HEAD of ``file`` (seekable; closed by the response). ``etag`` is a strong one, quotes included.

    A range is honoured only for the very file that the player has begun (If-Range), else it gets all of the new one.
    """
    header = request.headers.get("Range", "") if request.headers.get("If-Range", etag) == etag else ""
    try:
        span = asked_span(header, size)
    except Unsatisfiable:
        file.close()
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{size}"
        return _told(refused, etag)
    whole = span or Span(0, size - 1)
    if request.method == "HEAD":
        file.close()
        response: HttpResponseBase = HttpResponse(content_type=content_type)
    else:
        response = StreamingHttpResponse(_blocks(file, whole), content_type=content_type)
        # A player that hangs up before the first block never starts the generator, which would close the file.
        response._resource_closers.append(file.close)  # type: ignore[attr-defined]
    response.status_code = 200 if span is None else 206
    response["Content-Length"] = str(whole.length)
    if span is not None:
        response["Content-Range"] = f"bytes {span.first}-{span.last}/{size}"
    return _told(response, etag)


def _told(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    return response


def _blocks(file: Any, span: Span) -> Iterator[bytes]:
    with file:
        file.seek(span.first)
        left = span.length
        while left and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block
