"""Joining parts of segments into one MP4 on true time; runs in the decoding child.

Packets are copied as they are: evidence is not re-encoded. Only where the parts differ in
codec, size or parameter sets, or the codec does not fit an MP4, are all of them encoded
anew to H.264 in the first one's size, because one MP4 track cannot hold both; the answer
says so. Sound is left out: it is not needed, and it is people's talk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import av.container
import av.error
import av.video.frame
import av.video.stream
from av.video.frame import PictureType

from cameras.footage import demux
from cameras.footage.decoding import Decoding
from cameras.footage.demux import Packet

if TYPE_CHECKING:
    from cameras.footage.decode_child import Reporter

TICKS = 90_000
"""Of the joined file, a second; MPEG's own clock, exact for every usual frame rate."""

COPIED_CODECS = frozenset({"h264", "hevc", "mpeg4", "mjpeg", "av1", "libdav1d", "vp9"})
TAIL_S = 1.0
"""Past the end, packets may still bring pictures from before it (reordering)."""

EDGE_S = 0.001
"""Times come from different time bases; a part begins at a keyframe within this."""

KEYFRAME_EVERY_S = 1.0
ENCODER_OPTIONS = {"preset": "veryfast", "crf": "21", "threads": "2"}
"""Two threads: by default x264 takes one and a half a core, each with memory of its own."""

MUXER_OPTIONS = {"movflags": "+faststart"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of one file. ``base_s``: time of its first frame after the first piece's first frame."""

    path: str
    base_s: float
    from_s: float
    to_s: float
    cut: bool


@dataclass(slots=True)
class Chosen:
    """Packets of one piece, by their number in the file, and their times in ticks from the piece 0 base."""

    numbers: list[int]
    ticks: list[int]
    parameters: tuple[Any, ...]
    codec: str
    survey: demux.Survey


Kept = tuple[Piece, Chosen]


def join_job(request: Mapping[str, Any], reporter: Reporter) -> dict[str, Any]:
    """Write ``destination``; answers the facts of the written file, read back from it.

    ``first_s``: time of the first written frame on the first piece's own time line. ``transcoded``:
    why the pictures were encoded anew, or None. ``written``: packets or frames put in.

    Raises:
        demux.Refused: a piece cannot be opened, or no packet of any lies in its range.
    """
    limits, destination = request["limits"], request["destination"]
    pieces = [Piece(**piece) for piece in request["pieces"]]
    chosen = [chosen_packets(piece, limits, reporter) for piece in pieces]
    kept = [(piece, some) for piece, some in zip(pieces, chosen, strict=True) if some.ticks]
    if not kept:
        raise demux.Refused("no_frames", "no picture of the segments lies in the window")
    why = why_not_copied([some for _, some in kept])
    written = 0
    if why is None:
        try:
            written = copied(kept, destination, limits, reporter)
        except av.error.FFmpegError as error:
            if isinstance(error, OSError):  # a full disk is no reason to encode
                raise
            why = f"copy_refused: {error.strerror}"
    first = min(kept[0][1].ticks)
    if why is not None:
        written, first = encoded(kept, destination, limits, reporter)
    return {
        **read_back(destination, limits, reporter),
        "first_s": first / TICKS,
        "transcoded": why,
        "written": written,
    }


def why_not_copied(chosen: Sequence[Chosen]) -> str | None:
    refused = sorted({some.codec for some in chosen} - COPIED_CODECS)
    if refused:
        return f"codec_not_for_mp4: {refused[0]}"
    return "segments_differ" if len({some.parameters for some in chosen}) > 1 else None


def chosen_packets(piece: Piece, limits: Mapping[str, Any], reporter: Reporter) -> Chosen:
    """Whole groups of pictures from ``from_s`` on; nothing twice, nothing before it, no torn last packet."""
    found = surveyed(piece, limits, reporter)
    opened = demux.open_video(piece.path, limits)
    some = Chosen([], [], parameters_of(opened), opened.stream.codec_context.name, found)
    begun, torn = not found.keys_s, False
    for number, packet in enumerate(demux.timed_packets(opened, _ignored)):
        reporter.progress()
        t_s = ((packet.pts or 0) - found.first_pts) * opened.seconds
        begun = begun or (packet.is_keyframe and t_s >= piece.from_s - EDGE_S)
        if t_s >= piece.to_s + (-EDGE_S if piece.cut else TAIL_S):
            break
        if begun and not packet.is_discard and t_s >= piece.from_s - EDGE_S:
            some.numbers.append(number)
            some.ticks.append(round((piece.base_s + t_s) * TICKS))
            torn = packet.is_corrupt
    if torn:
        some.numbers.pop()
        some.ticks.pop()
    opened.container.close()
    return some


def surveyed(piece: Piece, limits: Mapping[str, Any], reporter: Reporter) -> demux.Survey:
    opened = demux.open_video(piece.path, limits)
    try:
        return demux.survey(opened, reporter.progress)
    finally:
        opened.container.close()


def parameters_of(opened: demux.Opened) -> tuple[Any, ...]:
    """Equal for files whose packets can stand in one track: same parameter sets, same packaging."""
    context = opened.stream.codec_context
    lengths_before_units = opened.container.format.name.split(",")[0] in ("mov", "matroska", "flv")
    return context.name, context.width, context.height, bytes(context.extradata or b""), lengths_before_units


def _ignored(_what: str) -> None:
    """The survey has told of the same trouble already."""


def copied(kept: Sequence[Kept], destination: str, limits: Mapping[str, Any], reporter: Reporter) -> int:
    times = _decode_times([tick for _, some in kept for tick in some.ticks])
    first = min(kept[0][1].ticks)
    seen: set[int] = set()
    with _output(destination) as container:
        track: av.video.stream.VideoStream | None = None
        for piece, some in kept:
            opened = demux.open_video(piece.path, limits)
            if track is None:
                track = container.add_stream_from_template(opened.stream)
                track.time_base = Fraction(1, TICKS)
            for packet, tick in numbered(opened, some):
                reporter.progress()
                if tick in seen:
                    continue
                seen.add(tick)
                packet.stream = track
                packet.time_base = Fraction(1, TICKS)
                packet.pts, packet.dts = tick - first, next(times) - first
                packet.duration = round(some.survey.frame_s * TICKS)
                container.mux_one(packet)
            opened.container.close()
    return len(seen)


def numbered(opened: demux.Opened, some: Chosen) -> Iterator[tuple[Packet, int]]:
    """The chosen packets with their ticks."""
    wanted = iter(zip(some.numbers, some.ticks, strict=True))
    number, tick = next(wanted)
    for at, packet in enumerate(demux.timed_packets(opened, _ignored)):
        if at == number:
            yield packet, tick
            following = next(wanted, None)
            if following is None:
                return
            number, tick = following


def _decode_times(ticks: Sequence[int]) -> Iterator[int]:
    """Decode times for presentation times in decode order: ascending, none after its presentation.

    The files' own are of no use here: Matroska has none, and at a seam they run into each other.
    """
    unique = list(dict.fromkeys(ticks))
    ordered = sorted(unique)
    delay = max((due - shown for due, shown in zip(ordered, unique, strict=True)), default=0)
    return iter([due - delay for due in ordered])


def _output(destination: str) -> av.container.OutputContainer:
    return av.open(destination, "w", format="mp4", options=MUXER_OPTIONS)


def encoded(kept: Sequence[Kept], destination: str, limits: Mapping[str, Any], reporter: Reporter) -> tuple[int, int]:
    """Frames written and the first one's tick."""
    width, height = kept[0][1].parameters[1:3]
    with _output(destination) as container:
        track = container.add_stream("libx264", rate=25, options=ENCODER_OPTIONS)
        track.width, track.height, track.pix_fmt = width - width % 2 or 2, height - height % 2 or 2, "yuv420p"
        track.codec_context.time_base = Fraction(1, TICKS)
        track.codec_context.gop_size = 1000  # keyframes are set by time below, not by count
        writer = _Writer(container, track)
        for piece, some in kept:
            writer.open_piece(piece)
            plan = {"spans": [[piece.from_s - EDGE_S, piece.to_s - EDGE_S]], "fps": 1000.0}
            request = {
                "path": piece.path,
                "limits": {**limits, "max_frames": demux.PACKETS_MAX},
                "plan": plan,
            }
            Decoding(request, some.survey, writer.deliver, reporter.progress).rate()
        writer.finish()
    if writer.first is None:
        raise demux.Refused("nothing_decodable", "no picture of the segments could be decoded")
    return writer.written, writer.first


class _Writer:
    """Scales frames to the track, dates them, and sets a keyframe every second of footage."""

    def __init__(self, container: av.container.OutputContainer, track: av.video.stream.VideoStream) -> None:
        self._container = container
        self._track = track
        self._base_s = 0.0
        self._last = self._last_key = -(1 << 62)
        self.first: int | None = None
        self.written = 0

    def open_piece(self, piece: Piece) -> None:
        self._base_s = piece.base_s

    def deliver(self, frame: av.video.frame.VideoFrame, t_s: float) -> None:
        tick = round((self._base_s + t_s) * TICKS)
        if tick <= self._last:
            return
        self.first = tick if self.first is None else self.first
        scaled = frame.reformat(self._track.width, self._track.height, "yuv420p", threads=1)
        scaled.pts, scaled.time_base = tick - self.first, Fraction(1, TICKS)
        is_key = tick - self._last_key >= KEYFRAME_EVERY_S * TICKS
        scaled.pict_type = PictureType.I if is_key else PictureType.NONE
        self._last, self._last_key = tick, tick if is_key else self._last_key
        for packet in self._track.encode(scaled):
            self._container.mux_one(packet)
        self.written += 1

    def finish(self) -> None:
        for packet in self._track.encode(None):
            self._container.mux_one(packet)


def read_back(destination: str, limits: Mapping[str, Any], reporter: Reporter) -> dict[str, Any]:
    with Path(destination).open("rb+") as file:
        os.fsync(file.fileno())
    opened = demux.open_video(destination, limits)
    try:
        return demux.facts(opened, demux.survey(opened, reporter.progress))
    finally:
        opened.container.close()
