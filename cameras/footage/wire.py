"""What the decoding child and its parent say to each other; standard library only.

Request: one JSON object on the child's standard input. Answers: a header, then a payload
of ``size`` bytes. A picture's payload is packed BGR, row by row, top left first.
"""

from __future__ import annotations

import struct
from enum import IntEnum

HEADER = struct.Struct("<BBHIIId")
"""kind, flags, reserved, width px, height px, payload size in bytes, t_s."""

FLAG_KEY = 0b001
TURNS_SHIFT = 1
"""Flag bits 1 and 2: quarter turns counter-clockwise that bring the picture upright."""


class Kind(IntEnum):
    STARTED = 1
    PROGRESS = 2
    INFO = 3
    FRAME = 4
    RESULT = 5
    FAILED = 6
