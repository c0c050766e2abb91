"""The first picture of an MJPEG stream (``multipart/x-mixed-replace``), which never ends by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cameras.footage.jpeg import END, START
from cameras.footage.source import FootageUnreadable

HEAD_BYTES = 8192
_LENGTH = re.compile(rb"^content-length:\s*(\d{1,9})\s*$", re.IGNORECASE | re.MULTILINE)


def first_part(blocks: Iterable[bytes], boundary: str, max_bytes: int) -> bytes:
    """The contents of the first part, without its headers; what came of it when the stream ends.

    Parts that tell no length end at the next boundary. Cameras disagree on whether the dashes are part of the name.

    Raises:
        FootageUnreadable: ``data["reason"]``: ``too_large``, or ``not_a_picture`` when no part begins.
    """
    came = bytearray()
    mark = b"--" + boundary.strip('" ').lstrip("-").encode("latin-1", "replace")
    for block in blocks:
        came += block
        found = _part(came, mark)
        if found is not None:
            return found
        if len(came) > max_bytes:
            raise FootageUnreadable(f"a part of over {max_bytes} bytes", reason="too_large")
    begins = came.find(START)
    if begins < 0:
        raise FootageUnreadable("a stream without a picture", reason="not_a_picture")
    return bytes(came[begins:])


def _part(came: bytearray, mark: bytes) -> bytes | None:
    """The first part, when all of it is here."""
    head_ends = came.find(b"\r\n\r\n")
    if head_ends < 0:
        if len(came) > HEAD_BYTES:
            raise FootageUnreadable("a stream without parts", reason="not_a_picture")
        return None
    told = _LENGTH.search(bytes(came[:head_ends]).replace(b"\r\n", b"\n"))
    body = head_ends + 4
    if told is not None:
        ends = body + int(told[1])
        return bytes(came[body:ends]) if len(came) >= ends else None
    ends = came.find(mark, body)
    if ends >= 0 and END in came[body:ends]:
        return bytes(came[body:ends]).rstrip(b"\r\n")
    return None


def boundary_of(content_type: str) -> str:
    found = re.search(r'boundary=("[^"]+"|[^\s;]+)', content_type, re.IGNORECASE)
    return found[1] if found is not None else ""
