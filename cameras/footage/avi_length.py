"""The length that an AVI's header tells. [core]

libav counts the pictures that are there and forgets the header's own count as soon as the index at the end is missing,
which is just when the two differ. Recorders also write counts that they never meant, so the header is asked only where
the file is shorter than its own size field says. Layout: RIFF and the ``avih`` chunk of Microsoft's "AVI RIFF File
Reference".
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

HEAD_BYTES = 4096
UNTOLD = frozenset({0, 0xFFFFFFFF})
"""Sizes of a stream that nobody came back to finish."""
MOST_FRAME_US = 60_000_000
"""A minute between pictures: more is no frame rate but a field that nobody filled."""


def promised_s(path: Path) -> float | None:
    """Seconds, from the main header of a file that broke off; None where it did not, or nothing usable is told."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            size = file.seek(0, os.SEEK_END)
    except OSError:
        return None
    at = head.find(b"avih")
    if head[:4] != b"RIFF" or at < 0 or len(head) < at + 28:
        return None
    (told_bytes,) = struct.unpack_from("<I", head, 4)
    if told_bytes in UNTOLD or told_bytes + 8 <= size:
        return None
    frame_us, _rate, _padding, _flags, frames = struct.unpack_from("<5I", head, at + 8)
    return frame_us * frames / 1e6 if 0 < frame_us <= MOST_FRAME_US else None
