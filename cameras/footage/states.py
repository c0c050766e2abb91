"""The states of a clip that was asked for."""

from __future__ import annotations

from enum import StrEnum


class ClipState(StrEnum):
    WANTED = "WANTED"
    HELD = "HELD"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"


SETTLED = frozenset({ClipState.HELD, ClipState.PARTIAL, ClipState.FAILED})
