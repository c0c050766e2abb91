"""What a source of footage is: give it a window, get a file and the truth about it.

A source never says "done" when it means "the server went quiet": it answers with
the ranges that the pulled file really covers, read from the file's timestamps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from cameras.footage.window import TimeWindow
from jsc_project.lib import errors
from jsc_project.lib.errors import JscError

if TYPE_CHECKING:
    from cameras.footage.context import SourceContext
    from cameras.footage.options import Option, Words


class Blame(StrEnum):
    """Whose failure it is, and so which circuit breaker counts it."""

    RECORDER = "recorder"
    """The device or server as a whole: every camera behind it is in the same trouble."""
    CAMERA = "camera"
    """This channel only."""
    NOBODY = "nobody"
    """An empty stretch of time, our own disk, our own settings: nothing was learned about the camera's health."""


class FootageError(JscError):
    """The window could not be had. ``retryable`` says whether the same pull may succeed later."""

    code = "footage_failed"
    retryable = True
    blame: ClassVar[Blame] = Blame.CAMERA


class FootageTimedOut(FootageError, TimeoutError):
    """``data["what"]``: ``connect``, ``silence``, ``trickle`` or ``wall``."""

    code = "footage_timed_out"
    blame = Blame.RECORDER


class SourceUnreachable(FootageError, ConnectionError):
    """No connection, or it broke: refused, reset, no such name."""

    code = "source_unreachable"
    blame = Blame.RECORDER


class SourceDenied(FootageError, PermissionError):
    """It does not take our credentials (401) or does not let them do this (403). ``data["status"]``.

    The camera's failure and not the recorder's: another channel may carry other credentials.
    """

    code = "source_denied"
    retryable = False
    blame = Blame.CAMERA


class SourceBroken(FootageError):
    """It answers, and says that it is in trouble (5xx, 429) or speaks nonsense. ``data["status"]`` where it has one."""

    code = "source_error"
    blame = Blame.RECORDER


class SourceForbidden(FootageError, PermissionError):
    """We do not go there: an address outside JSC_CAMERA_NETWORKS, another host, a protocol that is not allowed."""

    code = "source_forbidden"
    retryable = False
    blame = Blame.NOBODY


class FootageMissing(FootageError, LookupError):
    """The source answers, and has nothing in this window (expired, or never recorded)."""

    code = "footage_missing"
    retryable = False
    blame = Blame.NOBODY


class ChannelMissing(FootageMissing):
    """The source answers, and knows no such stream, channel or file at all (404)."""

    code = "channel_missing"
    blame = Blame.CAMERA


class FootageUnreadable(FootageError, ValueError):
    """Something came that is no footage. ``data["reason"]``: e.g. ``wrong_content_type``, ``encrypted``."""

    code = "footage_unreadable"
    retryable = False


class FootageUndated(FootageUnreadable):
    """Pictures came, and nothing tells when they were taken: no evidence of any time."""

    code = "footage_undated"


class SourceMisconfigured(FootageError, ValueError):
    code = "source_misconfigured"
    retryable = False
    blame = Blame.NOBODY


class StorageFull(FootageError, errors.StorageFull):
    """No room on our side; says nothing about the camera. The same family as what the storage itself raises."""

    code = "storage_full"
    blame = Blame.NOBODY


@dataclass(frozen=True, slots=True)
class PulledFootage:
    """One playable file and what it really covers.

    ``media_start_at`` is the absolute time (clock offset already taken off) of the
    file's presentation time 0, so that ``media_start_at + pts`` dates any frame;
    holes in the recording are jumps in pts. ``covered`` is ascending, disjoint,
    inside the window asked. ``clock_offset_s``: device clock minus true time as measured
    or set, the figure that was taken off. ``shortfall``: the error code that kept the pull from getting what
    the source said it had (a stall, a broken connection); empty when what is not covered is simply not there.
    """

    path: Path
    media_start_at: datetime
    covered: list[TimeWindow]
    notes: dict[str, Any] = field(default_factory=dict)
    clock_offset_s: float = 0.0
    shortfall: str = ""


@dataclass(frozen=True, slots=True)
class Glance:
    """One look at a camera as it is now: ``path`` is a still or a few seconds of video.

    ``taken_at``: true time of the newest picture in it, None where nothing tells it.
    ``clock_offset_s``: device clock minus ours, None where the device does not tell its time.
    """

    path: Path
    taken_at: datetime | None
    clock_offset_s: float | None = None
    notes: dict[str, Any] = field(default_factory=dict)


@runtime_checkable
class FootageSource(Protocol):
    """One kind of recorder or store, bound to one camera's settings.

    ``has_past``: it can answer for windows that are over. ``real_time``: it delivers a second a second,
    so that a pull lasts as long as its window. ``stills_only``: single pictures, never film.
    """

    kind: ClassVar[str]
    title: ClassVar[Words]
    options: ClassVar[tuple[Option, ...]]
    has_past: bool
    real_time: bool
    stills_only: bool

    @classmethod
    def bind(cls, context: SourceContext) -> FootageSource:
        """Raises SourceMisconfigured when the settings cannot be used."""

    @classmethod
    def validate(cls, settings: Mapping[str, Any]) -> dict[str, str]:
        """Setting name -> what is wrong with it, in Indonesian; empty when the settings can be used."""

    def coverage(self, window: TimeWindow) -> list[TimeWindow]:
        """What the source says it has of ``window`` (cheap; may be optimistic).

        Raises:
            FootageError: it cannot be asked.
        """

    def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
        """Write the window to ``destination`` (a path that does not exist yet, .mp4).

        Pieces that are whole may be left in the context's ``scratch`` folder, so that the next try goes on from them.

        Raises:
            FootageError: nothing usable came; no file is left behind at ``destination``.
        """

    def glance(self, folder: Path) -> Glance:
        """One picture of now, written into ``folder``; as cheap as the source allows.

        Raises:
            FootageError: none could be had.
        """
