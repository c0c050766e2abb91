"""Files that others brought (segments of a live playlist, stills) as segments of the ring; in the recording child.

Packets are copied as they are, on true time, video only: sound is people's talk, and is not kept.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error

from cameras.footage import demux, sampling
from cameras.footage.capture_pieces import Piece, PieceWriter, Shot
from cameras.footage.demux import Packet
from cameras.ring import spool
from cameras.ring.spool import Segment

LIMITS = {"open_s": 5.0, "read_s": 5.0, "max_pixels": 36_000_000}
STILL_FORMAT = "jpeg_pipe"
SHOWN_S = 1.0
"""As the snapshot source counts: stills may support a report, and must never seem to have watched."""


@dataclass(frozen=True, slots=True)
class Brought:
    """``start_s``: epoch seconds, true time, of the moment that the file's own time line calls ``zero_s``."""

    path: str
    start_s: float
    zero_s: float = 0.0


def facts_of(paths: Sequence[str], alive: Callable[[], None]) -> list[dict[str, Any]]:
    """What the packets say of each file: facts as ``demux.facts`` tells them, or ``reason`` and ``detail``."""
    return [_facts(path, alive) for path in paths]


def _facts(path: str, alive: Callable[[], None]) -> dict[str, Any]:
    try:
        opened = demux.open_video(path, LIMITS)
        try:
            return demux.facts(opened, demux.survey(opened, alive))
        finally:
            opened.container.close()
    except demux.Refused as refused:
        return {"reason": refused.reason, "detail": refused.detail}
    except (OSError, av.error.FFmpegError, ValueError) as error:
        return {"reason": "damaged", "detail": type(error).__name__}


def joined(folder: Path, camera_id: int, brought: Sequence[Mapping[str, Any]]) -> list[Segment]:
    """Film, in order of time, as few segments as its coding allows; unreadable files are passed by.

    Raises:
        OSError: no room.
    """
    writing = _Writing(folder, camera_id)
    for one in brought:
        piece = Brought(**one)
        try:
            opened = demux.open_video(piece.path, LIMITS)
        except demux.Refused:
            continue
        try:
            writing.begin_part(_coding(opened), opened.stream)
            for packet in demux.timed_packets(opened, lambda _what: None):
                assert packet.pts is not None
                writing.take(packet, piece.start_s + packet.pts * opened.seconds - piece.zero_s)
        finally:
            opened.container.close()
    return writing.end()


def stills(folder: Path, camera_id: int, brought: Sequence[Mapping[str, Any]]) -> list[Segment]:
    """JPEG pictures as film; each speaks for its own second and no more. Raises OSError: no room."""
    writing = _Writing(folder, camera_id, shown_s=SHOWN_S)
    for one in brought:
        piece = Brought(**one)
        try:
            address, options = f"file:{piece.path}", {"protocol_whitelist": "file"}
            with av.open(address, format=STILL_FORMAT, options=options) as container:
                stream = container.streams.video[0]
                context = stream.codec_context
                if context.name != "mjpeg" or not 0 < context.width * context.height <= LIMITS["max_pixels"]:
                    continue
                packet = next(packet for packet in container.demux(stream) if packet.size)
                writing.begin_part((context.width, context.height, context.pix_fmt), stream)
                packet.is_keyframe = True
                writing.take(packet, piece.start_s)
        except (av.error.FFmpegError, ValueError, IndexError, StopIteration) as error:
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
    return writing.end()


def _coding(opened: demux.Opened) -> tuple[Any, ...]:
    context = opened.stream.codec_context
    return context.name, context.width, context.height, bytes(context.extradata or b"")


class _Writing:
    """Segments of one camera, one after the other; a new one where the coding changes."""

    def __init__(self, folder: Path, camera_id: int, shown_s: float | None = None) -> None:
        """``shown_s``: how long a picture lasts, where they are not film."""
        self._folder, self._camera_id, self._shown_s = folder, camera_id, shown_s
        self._writer: PieceWriter | None = None
        self._coding: tuple[Any, ...] = ()
        self._stream: Any = None
        self._first_s = 0.0
        self._times: list[float] = []
        self._done: list[Segment] = []

    def begin_part(self, coding: tuple[Any, ...], stream: Any) -> None:
        if coding != self._coding:
            self._finish()
        self._coding, self._stream = coding, stream

    def take(self, packet: Packet, at_s: float) -> None:
        if self._writer is None:
            if not packet.is_keyframe:
                return
            self._begin(packet, at_s)
        assert self._writer is not None
        self._times.append(at_s - self._first_s)
        self._writer.write(Shot(packet, at_s - self._first_s, 0, 0.0, packet.is_keyframe))

    def _begin(self, packet: Packet, at_s: float) -> None:
        path = str(spool.part_path(self._folder, self._camera_id, at_s))
        self._first_s, self._times = at_s, []
        piece = Piece(path, 0, 0.0, at_s, 0.0)
        self._writer = PieceWriter(path, self._stream, Shot(packet, 0.0, 0, 0.0, is_key=True), piece)

    def _finish(self) -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        writer.close("joined")
        times_s = sorted({t_s for t_s in self._times if t_s >= 0})
        stretches = sampling.stretches(times_s, sampling.typical_frame_s(times_s, 0.04))
        if self._shown_s is not None:
            stretches = [(t_s, t_s + self._shown_s) for t_s in times_s]
        part, end_s = Path(writer.piece.path), self._first_s + stretches[-1][1]
        several = tuple(stretches) if len(stretches) > 1 else ()
        self._done.append(spool.finish(part, Segment(part, self._camera_id, self._first_s, end_s, several)))

    def end(self) -> list[Segment]:
        self._finish()
        return self._done
