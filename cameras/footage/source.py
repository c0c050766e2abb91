"""What a source of footage is: give it a window, get a file and the truth about it.

A source never says "done" when it means "the server went quiet": it answers with
the ranges that the pulled file really covers, read from the file's timestamps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from cameras.footage.window import TimeWindow
from jsc_project.lib.errors import JscError


class FootageError(JscError):
    """The window could not be had. ``retryable`` says whether the same pull may succeed later."""

    code = "footage_failed"
    retryable = True


class FootageTimedOut(FootageError, TimeoutError):
    code = "footage_timed_out"


class FootageMissing(FootageError, LookupError):
    """The source answers, and has nothing in this window (expired, or never recorded)."""

    code = "footage_missing"
    retryable = False


class FootageUnreadable(FootageError, ValueError):
    code = "footage_unreadable"
    retryable = False


class SourceMisconfigured(FootageError, ValueError):
    code = "source_misconfigured"
    retryable = False


@dataclass(frozen=True, slots=True)
class PulledFootage:
    """One playable file and what it really covers.

    ``media_start_at`` is the absolute time (clock offset already taken off) of the
    file's presentation time 0, so that ``media_start_at + pts`` dates any frame;
    holes in the recording are jumps in pts. ``covered`` is ascending, disjoint,
    inside the window asked.
    """

    path: Path
    media_start_at: datetime
    covered: list[TimeWindow]
    notes: dict[str, Any] = field(default_factory=dict)


@runtime_checkable
class FootageSource(Protocol):
    """One kind of recorder or store, bound to one camera's settings."""

    kind: ClassVar[str]

    @classmethod
    def validate(cls, settings: Mapping[str, Any]) -> dict[str, str]:
        """Setting name -> what is wrong with it; empty when the settings can be used."""

    def coverage(self, window: TimeWindow) -> list[TimeWindow]:
        """What the source says it has of ``window`` (cheap; may be optimistic)."""

    def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
        """Write the window to ``destination`` (a path that does not exist yet, .mp4).

        Raises:
            FootageError: nothing usable came; no file is left behind.
        """
