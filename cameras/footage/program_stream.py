"""The little of MPEG program streams that libav does not tell: the first time stamp, and a picture that broke off.

A picture begins with a packet that carries its time. libav's demuxer hands on a picture that broke off at the file's
end as if it were whole; it would be copied, counted as covered, and never shown.
"""

from __future__ import annotations

from pathlib import Path

PACK = b"\x00\x00\x01\xba"
PREFIX = b"\x00\x00\x01"
END = b"\x00\x00\x01\xb9"
HEADER_MAX = 256
"""Recorders put a header of their own before the first pack."""

TAIL_BYTES = 8 << 20
"""The last picture lies within this."""


def is_program_stream(beginning: bytes) -> bool:
    return PACK in beginning[:HEADER_MAX]


def first_pts(content: bytes) -> int | None:
    """The first presentation time of a video packet in the beginning of a stream, 90 kHz.

    None for everything else: other containers hold the same bytes by chance.
    """
    if not is_program_stream(content):
        return None
    at = content.find(PREFIX)
    while 0 <= at < len(content) - 14:
        if _begins_picture(content, at):
            return _stamp(content[at + 9 : at + 14])
        at = content.find(PREFIX, at + 3)
    return None


def cut_torn_end(path: Path) -> None:
    """End the file before its last picture, unless it says itself that it ends there. Other files stay as they are."""
    with path.open("r+b") as file:
        if not is_program_stream(file.read(HEADER_MAX)):
            return
        size = file.seek(0, 2)
        tail_at = max(0, size - TAIL_BYTES)
        file.seek(tail_at)
        tail = file.read()
        if tail.endswith(END):
            return
        last = _last_picture(tail)
        # A stream of one picture stays as it is: there is nothing before it to keep.
        if last is not None and tail_at + last > HEADER_MAX:
            file.truncate(tail_at + last)


def _last_picture(tail: bytes) -> int | None:
    """Where the last picture's pack begins."""
    at = tail.rfind(PREFIX)
    while at >= 0:
        if at + 14 <= len(tail) and _begins_picture(tail, at):
            pack = tail.rfind(PACK, 0, at)
            return pack if pack >= 0 else at
        at = tail.rfind(PREFIX, 0, at + 2)
    return None


def _begins_picture(content: bytes, at: int) -> bool:
    return 0xE0 <= content[at + 3] <= 0xEF and content[at + 6] & 0xC0 == 0x80 and bool(content[at + 7] & 0x80)


def _stamp(field: bytes) -> int:
    return (field[0] >> 1 & 0x07) << 30 | field[1] << 22 | (field[2] >> 1) << 15 | field[3] << 7 | field[4] >> 1
