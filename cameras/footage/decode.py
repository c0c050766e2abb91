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

The child dies with the thread that started it, so a stream is read in one thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar

import numpy as np

from cameras.footage.child import Child, Message
from cameras.footage.frame import Frame, Picture
from cameras.footage.limits import DEFAULT_LIMITS, DecodeFailed, DecodeInterrupted, DecodeLimits, DecodeTimedOut
from cameras.footage.source import FootageError
from cameras.footage.wire import FLAG_KEY, TURNS_SHIFT, Kind

__all__ = [
    "DecodeFailed",
    "DecodeInterrupted",
    "DecodeLimits",
    "DecodeTimedOut",
    "FrameStream",
    "MediaInfo",
    "SamplePlan",
    "for_each",
    "probe",
    "probe_many",
    "read_frames",
    "upright",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What the packets say; all times from presentation timestamps, never from a declared rate.

    ``keyframe_times_s``, ``stretches_s`` and ``duration_s`` count from the first frame that can be
    shown; ``first_pts_s`` and ``last_pts_s`` are on the file's own time line. ``duration_s`` includes
    the last frame's length. ``stretches_s``: continuous ranges, so a hole is what lies between two.
    ``lead_s``: seconds that the file runs before its first frame that can be shown (a recording cut
    between two keyframes); ``hidden_s``: the same, with the pictures that stand behind their keyframe and before it in
    time (they need the segment before). ``frames`` counts packets. ``width``, ``height``: as stored, before any
    rotation. ``keyframe_gap_max_s``: longest time that plays on from a keyframe before the next one; infinite
    without keyframes. ``truncated``: why the file gives less than its header promises, or None; ``missing_s``: by how
    much (0 where the container tells no length: MPEG-TS, raw streams, MP4 fragments without an index or a length).
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
    stretches_s: tuple[tuple[float, float], ...] = ()
    truncated: str | None = None
    lead_s: float = 0.0
    hidden_s: float = 0.0
    missing_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """Which frames to decode.

    ``auto``: keyframes when they stand at most 2 s apart, else ``fps`` frames a second.
    ``keyframes``: keyframes only, thinned to about ``fps``. ``rate``: the first frame at or after
    each tick of a grid of ``fps``. ``spans``: seconds from the first frame, ``[start, end)``; None
    means the whole clip. Pictures are made smaller (never larger) until the long side fits ``long_side``.
    """

    mode: Literal["auto", "keyframes", "rate"] = "auto"
    fps: float = 2.0
    spans: tuple[tuple[float, float], ...] | None = None
    long_side: int | None = 1280

    def __post_init__(self) -> None:
        if not 0 < self.fps <= 1000:
            raise ValueError(f"fps must be in (0, 1000], got {self.fps}")
        if any(end <= start for start, end in self.spans or ()):
            raise ValueError(f"each span must end after its start, got {self.spans}")


DEFAULT_PLAN = SamplePlan()


class FrameStream:
    """Frames in ascending ``t_s``. The facts are final once it is exhausted or closed.

    ``info``: the facts of the file, known before the first frame. ``mode``: ``keyframes``, ``rate``
    or ``still``, what was really done. ``truncated``: why the file gave less than it promised, or
    None. ``decoded``: frames the child decoded, also those it did not hand over. ``cpu_s``:
    processor seconds of the child, start-up included.
    """

    def __init__(self, path: Path, plan: SamplePlan, limits: DecodeLimits) -> None:
        self.info: MediaInfo | None = None
        self.mode: str | None = None
        self.truncated: str | None = None
        self.decoded = 0
        self.cpu_s = 0.0
        self._child: Child | None = Child("frames", {"path": _absolute(path), "plan": asdict(plan)}, limits)

    @property
    def pid(self) -> int | None:
        """Of the child while it lives."""
        return self._child.pid if self._child is not None else None

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        """The next frame.

        Raises:
            DecodeFailed: nothing in it can be decoded, or the decoder crashed.
            DecodeTimedOut: a limit passed; the child is dead.
            DecodeInterrupted: somebody else killed the child; try again.
        """
        while self._child is not None:
            try:
                message = self._child.message()
            except BaseException:
                self.close()
                raise
            if message.kind is Kind.FRAME:
                return _frame(message)
            self._learn(message)
        raise StopIteration

    def _learn(self, message: Message) -> None:
        body = message.body
        self.mode = body.get("mode", self.mode)
        if message.kind is Kind.INFO:
            self.info = media_info(body)
            self.truncated = self.info.truncated
        else:
            self.truncated, self.decoded = body["truncated"], body["decoded"]
            self.close(reap_s=1.0)

    def __enter__(self) -> FrameStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self, reap_s: float = 0.0) -> None:
        """Kill the child (after ``reap_s`` to end by itself) and reap it; harmless twice."""
        if self._child is not None:
            self._child.close(reap_s)
            self.cpu_s = self._child.cpu_s
            self._child = None


def probe(path: Path, limits: DecodeLimits = DEFAULT_LIMITS) -> MediaInfo:
    """Read the packets of ``path``; nothing of a video is decoded.

    Raises:
        DecodeFailed: no video in it, or not a file of an allowed format.
        DecodeTimedOut: a limit was reached.
    """
    found = probe_many([path], limits)[path]
    if isinstance(found, FootageError):
        raise found
    return found


def probe_many(paths: Sequence[Path], limits: DecodeLimits = DEFAULT_LIMITS) -> dict[Path, MediaInfo | FootageError]:
    """``probe`` for many files at the cost of one start-up; a file that kills the child costs only itself.

    ``limits.wall_s`` holds for each child, that is for each run of files without such a death.
    """
    return for_each(paths, lambda waiting: _probe_answers(waiting, limits))


def for_each(
    paths: Sequence[Path], answers: Callable[[Sequence[Path]], Iterator[T | FootageError]]
) -> dict[Path, T | FootageError]:
    """One answer a path. ``answers`` starts one child for the paths given and yields theirs in order; where the
    child dies, the path it was at gets the error and another child goes on with the rest.
    """
    found: dict[Path, T | FootageError] = {}
    waiting = list(dict.fromkeys(paths))
    interrupted: set[Path] = set()
    while waiting:
        try:
            for path, answer in zip(list(waiting), answers(waiting), strict=False):
                found[path] = answer
                waiting.remove(path)
        except DecodeInterrupted as error:
            # Once may be anybody's doing; a file over which the child is killed twice is not tried a third time.
            if waiting[0] in interrupted:
                found[waiting.pop(0)] = error
            else:
                interrupted.add(waiting[0])
        except FootageError as error:
            found[waiting.pop(0)] = error
    return found


def _probe_answers(paths: Sequence[Path], limits: DecodeLimits) -> Iterator[MediaInfo | FootageError]:
    child = Child("probe", {"paths": [_absolute(path) for path in paths]}, limits)
    try:
        while (message := child.message()).kind is Kind.INFO:
            body = message.body
            yield (DecodeFailed(body["detail"], reason=body["reason"]) if "reason" in body else media_info(body))
        child.close(reap_s=1.0)
    finally:
        child.close()


def read_frames(path: Path, plan: SamplePlan = DEFAULT_PLAN, limits: DecodeLimits = DEFAULT_LIMITS) -> FrameStream:
    """Start decoding ``path``; errors come when the stream is read.

    A video or a still (JPEG, PNG, WebP, GIF, BMP: one frame at 0 s, whatever the plan).
    """
    return FrameStream(path, plan, limits)


def _absolute(path: Path) -> str:
    return str(path.absolute())


def media_info(body: Mapping[str, Any]) -> MediaInfo:
    """From the child's JSON."""
    values = {field.name: body[field.name] for field in fields(MediaInfo)}
    values["keyframe_times_s"] = tuple(values["keyframe_times_s"])
    values["stretches_s"] = tuple((start, end) for start, end in values["stretches_s"])
    return MediaInfo(**values)


def _frame(message: Message) -> Frame:
    return Frame(message.t_s, upright(message), bool(message.flags & FLAG_KEY))


def upright(message: Message) -> Picture:
    """The picture of a FRAME message, turned as its flags say."""
    assert message.picture is not None
    turns = message.flags >> TURNS_SHIFT & 0b11
    return np.ascontiguousarray(np.rot90(message.picture, turns)) if turns else message.picture
