"""Pictures and facts out of a video or still file, decoded where a hang or a crash costs nothing.

Every file here is hostile until proven otherwise: it comes from recorders, from
citizens, from whoever reached a share. libav runs therefore in a child process
(``decode_child``) with limits on memory, processor time, formats and protocols,
and this side holds the clock that kills it.

    info = probe(path)                                   # packets only, nothing decoded
    with read_frames(path, SamplePlan("auto")) as stream:
        for frame in stream:                             # Frame(t_s, picture, is_key)
            ...
    stream.truncated, stream.decoded, stream.cpu_s
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal

from cameras.footage.frame import Frame
from cameras.footage.source import FootageTimedOut, FootageUnreadable


class DecodeFailed(FootageUnreadable):
    """The file gives no pictures. ``data["reason"]`` is a stable word, see ``REASONS``."""

    code = "decode_failed"


class DecodeTimedOut(FootageTimedOut):
    """The child was killed because it took longer than a limit; ``data["limit"]`` names it."""

    code = "decode_timed_out"


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """``wall_s`` is time spent waiting for the child; a slow consumer does not use it up.

    ``open_s`` runs until the container is open, ``read_s`` is the longest silence after that.
    """

    wall_s: float = 120.0
    open_s: float = 5.0
    read_s: float = 5.0
    max_pixels: int = 36_000_000
    max_frames: int = 20_000
    memory_mb: int = 2048


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What the packets say; all times from presentation timestamps.

    ``keyframe_times_s`` and ``duration_s`` count from the first frame, ``first_pts_s`` and
    ``last_pts_s`` are on the file's own time line. ``duration_s`` includes the last frame's length.
    """

    duration_s: float
    width: int
    height: int
    codec: str
    keyframe_gap_max_s: float
    keyframe_times_s: tuple[float, ...]
    first_pts_s: float
    last_pts_s: float
    declared_fps: float | None
    frames: int
    is_still: bool = False


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """Which frames to decode.

    ``auto``: keyframes when they stand at most 2 s apart, else ``fps`` frames a second.
    ``keyframes``: keyframes only, thinned to ``fps``. ``rate``: ``fps`` frames a second.
    ``spans``: seconds from the first frame, ``[start, end)``; None means the whole clip.
    Pictures are made smaller (never larger) until the long side fits ``long_side``.
    """

    mode: Literal["auto", "keyframes", "rate"] = "auto"
    fps: float = 2.0
    spans: tuple[tuple[float, float], ...] | None = None
    long_side: int | None = 1280


class FrameStream:
    """Frames in ascending ``t_s``; the facts below are final once it is exhausted or closed.

    ``truncated``: why the file gave less than it promised, or None. ``decoded``: frames the
    child decoded, also those it did not hand over. ``cpu_s``: processor seconds of the child.
    """

    truncated: str | None
    decoded: int
    cpu_s: float
    mode: str | None

    def __iter__(self) -> Iterator[Frame]: ...
    def __next__(self) -> Frame: ...
    def __enter__(self) -> FrameStream: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def close(self) -> None:
        """Kill the child; harmless twice."""


def probe(path: Path, limits: DecodeLimits = DecodeLimits()) -> MediaInfo:
    """Read the packets of ``path``.

    Raises:
        DecodeFailed: no video in it, or not a file of an allowed format.
        DecodeTimedOut: a limit was reached.
    """
    raise NotImplementedError


def read_frames(
    path: Path, plan: SamplePlan = SamplePlan(), limits: DecodeLimits = DecodeLimits()
) -> FrameStream:
    """Start decoding ``path``; iterating raises DecodeFailed or DecodeTimedOut."""
    raise NotImplementedError
