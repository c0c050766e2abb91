"""The outermost boxes of an MP4, read through a function that brings bytes from anywhere; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Read = Callable[[int, int], bytes]
"""Bytes from an offset on, as many as asked for unless the file ends before."""

BOXES_MAX = 200
HEADER = 16
EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
"""A recorder without a clock writes 0 or its firmware's birthday."""


@dataclass(frozen=True, slots=True)
class Box:
    kind: bytes
    start: int
    size: int
    body: int
    """Length of the header before the contents."""

    @property
    def end(self) -> int:
        return self.start + self.size


def boxes(read: Read, start: int, end: int) -> Iterator[Box]:
    """Boxes that stand one after the other from ``start``; ends where they do not fit any more."""
    for _ in range(BOXES_MAX):
        head = read(start, HEADER)
        if len(head) < 8 or start >= end:
            return
        size, kind, body = int.from_bytes(head[:4], "big"), head[4:8], 8
        if size == 1 and len(head) >= HEADER:
            size, body = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = end - start
        if size < body or start + size > end:
            return
        yield Box(kind, start, size, body)
        start += size


def created_at(moov: bytes) -> datetime | None:
    """Creation time in a ``moov`` box (header included), as UTC, as the standard has it; None without a real one."""
    read: Read = lambda start, size: moov[start : start + size]  # noqa: E731 - bytes that are here
    for outer in boxes(read, 0, len(moov)):
        for box in boxes(read, outer.body, outer.end):
            if box.kind == b"mvhd":
                return _seconds_of(moov[box.start + box.body : box.end])
    return None


def is_fragmented(moov: bytes) -> bool:
    """Whether the pictures are listed elsewhere, along the file."""
    read: Read = lambda start, size: moov[start : start + size]  # noqa: E731 - bytes that are here
    return any(box.kind == b"mvex" for outer in boxes(read, 0, len(moov)) for box in boxes(read, outer.body, outer.end))


def _seconds_of(header: bytes) -> datetime | None:
    wide = header[:1] == b"\x01"
    seconds = int.from_bytes(header[4:12] if wide else header[4:8], "big")
    try:
        found = EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
    return found if found > OLDEST else None
