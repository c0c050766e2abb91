"""The length that an AVI's header tells. [core]

libav counts the pictures that are there and forgets the header's own count as soon as the index at the end is missing,
which is just when the two differ. Layout: RIFF and the ``avih`` chunk of Microsoft's "AVI RIFF File Reference".
"""

from __future__ import annotations

import struct
from pathlib import Path

HEAD_BYTES = 4096
MOST_FRAME_US = 60_000_000
"""A minute between pictures: more is no frame rate but a field that nobody filled."""


def promised_s(path: Path) -> float | None:
    """Seconds, from the main header; None where it tells nothing that can be used."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return None
    at = head.find(b"avih")
    if head[:4] != b"RIFF" or at < 0 or len(head) < at + 28:
        return None
    frame_us, _rate, _padding, _flags, frames = struct.unpack_from("<5I", head, at + 8)
    return frame_us * frames / 1e6 if 0 < frame_us <= MOST_FRAME_US else None
