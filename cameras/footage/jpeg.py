"""Whether bytes are one whole JPEG, and how large its picture is; read from its markers, nothing is decoded.

Decoders fill what is missing with grey and call it a picture, so the cut is found here.
"""

from __future__ import annotations

from cameras.footage.source import FootageUnreadable

MAX_PIXELS = 36_000_000
"""The limit of the decoder (8K video, a large phone picture)."""

START, END = b"\xff\xd8", b"\xff\xd9"
SOS, RESTARTS = 0xDA, range(0xD0, 0xD8)
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Start-of-frame markers; the three left out mean other things."""

TAIL_BYTES = 4096
"""Cameras pad a picture behind its end marker, some with kilobytes."""


def size_of(content: bytes) -> tuple[int, int]:
    """Width and height in pixels.

    Raises:
        FootageUnreadable: ``data["reason"]``: ``empty``, ``not_a_picture``, ``truncated``, ``too_large``.
    """
    if not content:
        raise FootageUnreadable("an empty answer instead of a picture", reason="empty")
    if not content.startswith(START):
        raise FootageUnreadable("no JPEG", reason="not_a_picture")
    if END not in content[-TAIL_BYTES:]:
        raise FootageUnreadable("the picture breaks off", reason="truncated")
    width, height = _frame_size(content)
    if not width or not height:
        raise FootageUnreadable("a JPEG without a size", reason="not_a_picture")
    if width * height > MAX_PIXELS:
        raise FootageUnreadable(f"{width}x{height} is over {MAX_PIXELS} pixels", reason="too_large")
    return width, height


def _frame_size(content: bytes) -> tuple[int, int]:
    """From the first start-of-frame; (0, 0) where none stands before the pixels."""
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return 0, 0
        marker = content[at + 1]
        if marker == 0xFF:  # fill bytes may precede a marker
            at += 1
            continue
        if marker in RESTARTS or marker == 0x01:
            at += 2
            continue
        if marker == SOS:
            return 0, 0
        if marker in FRAMES and at + 9 <= len(content):
            return int.from_bytes(content[at + 7 : at + 9], "big"), int.from_bytes(content[at + 5 : at + 7], "big")
        at += 2 + max(2, int.from_bytes(content[at + 2 : at + 4], "big"))
    return 0, 0
