"""The states of a clip that was asked for."""

from __future__ import annotations

from enum import StrEnum


class ClipState(StrEnum):
    WANTED = "WANTED"
    HELD = "HELD"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"
    PURGED = "PURGED"


SETTLED = frozenset({ClipState.HELD, ClipState.PARTIAL, ClipState.FAILED, ClipState.PURGED})
"""Nobody works on it. PURGED: it was there, its time was over, and its bytes are gone."""


class ExcerptState(StrEnum):
    WANTED = "WANTED"
    READY = "READY"
    FAILED = "FAILED"
