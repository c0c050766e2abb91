"""Pictures of a stream, written as they come into Matroska files that a killed process leaves readable."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.container
import av.video.stream

from cameras.footage.demux import Packet
from cameras.footage.sampling import HOLE_S

TICKS = 90_000
MUXER_OPTIONS = {"cluster_time_limit": "500", "flush_packets": "1", "avoid_negative_ts": "disabled"}
"""A cluster stands in the file half a second after it began: no more than that dies with the process."""

DECODE_LEAD = 20 * TICKS
"""Matroska keeps presentation times only; libav wants decode times that ascend and come before them. These count from
so far back that no order of pictures reaches them."""

SETTLED_S = 2.0
"""A camera may send a kept group of pictures at once; from then on pictures come as they are taken."""

DRIFT_S = 0.5
"""So far the stream's own clock may move against ours before the piece is cut and dated anew."""


@dataclass(slots=True)
class Shot:
    """One coded picture. ``t_s``: presentation, seconds on the stream's own clock from its first picture. ``rtp``: the
    same as RTP time. ``arrived_s``: monotonic, of its first packet. ``whole``: no packet of it is missing."""

    packet: Packet
    t_s: float
    rtp: int
    arrived_s: float
    is_key: bool
    whole: bool = True


@dataclass(slots=True)
class Piece:
    """One written file. It begins with a keyframe, at presentation time 0.

    ``first_s``, ``last_s``: of its first and its latest picture on the stream's clock. ``began_at``: Unix time of the
    first picture by arrival: the earliest that any picture of the piece allows, because the way only ever adds; it
    carries the camera's and the network's delay, usually well under a second. ``began_mono_s``: the same, monotonic.
    ``device_began_at``: Unix time of the first picture by the device's own clock, None where it does not tell.
    ``by_arrival``: the stream's clock is worth nothing, and the pictures stand where they arrived.
    ``length_s``: to its latest picture as the file has it. ``holes``: [from, to] in seconds from the piece's start,
    where no picture came for over a second. ``keys``: [seconds from the piece's start, digest of the keyframe's bytes].
    ``reason``: why it was closed.
    """

    path: str
    number: int
    first_s: float
    began_at: float
    began_mono_s: float
    last_s: float = 0.0
    frames: int = 0
    bytes: int = 0
    device_began_at: float | None = None
    by_arrival: bool = False
    length_s: float = 0.0
    holes: list[list[float]] = field(default_factory=list)
    keys: list[list[Any]] = field(default_factory=list)
    reason: str = ""


class ArrivalClock:
    """When a piece's time 0 was, by what its pictures' arrivals allow; and whether the stream's clock keeps pace."""

    def __init__(self) -> None:
        self.zero_s: float | None = None
        self._early_s: float | None = None
        self._began_s = 0.0
        self._recent: deque[tuple[float, float]] = deque()

    def came(self, arrived_s: float, t_s: float) -> None:
        zero_s = arrived_s - t_s
        if self.zero_s is None:
            self._began_s, self.zero_s = arrived_s, zero_s
        self.zero_s = min(self.zero_s, zero_s)
        self._recent.append((arrived_s, zero_s))
        while self._recent[0][0] < arrived_s - SETTLED_S:
            self._recent.popleft()
        if self._early_s is None and arrived_s - self._began_s >= SETTLED_S:
            self._early_s = min(zero for _, zero in self._recent)

    def drifted(self) -> bool:
        if self._early_s is None:
            return False
        return abs(min(zero for _, zero in self._recent) - self._early_s) > DRIFT_S


class PieceWriter:
    """Writes shots of one stream into one file. ``close`` always; errors of the disk come as OSError."""

    def __init__(self, path: str, template: av.video.stream.VideoStream, first: Shot, piece: Piece) -> None:
        self.piece = piece
        self._first = first
        self._started_at = 0.0
        self._arrivals = ArrivalClock()
        self._written = 0
        self._last_tick = -1
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._container = av.open(path, "w", format="matroska", options=MUXER_OPTIONS)
        self._track = self._container.add_stream_from_template(template)
        self._track.time_base = Fraction(1, TICKS)

    @property
    def drifted(self) -> bool:
        return self._arrivals.drifted()

    def t_of(self, shot: Shot) -> float:
        """Seconds from the piece's start."""
        if self.piece.by_arrival:
            return max(shot.arrived_s - self._first.arrived_s, (self._last_tick + TICKS // 1000) / TICKS)
        return shot.t_s - self._first.t_s

    def write(self, shot: Shot) -> None:
        piece, t_s = self.piece, self.t_of(shot)
        tick = round(t_s * TICKS)
        self._arrivals.came(shot.arrived_s, t_s)
        packet, size = shot.packet, shot.packet.size
        if shot.is_key:
            piece.keys.append([t_s, hashlib.blake2b(bytes(packet), digest_size=10).hexdigest()])
        packet.stream, packet.time_base = self._track, Fraction(1, TICKS)
        packet.pts, packet.dts = tick, self._written - DECODE_LEAD
        self._container.mux_one(packet)
        self._written += 1
        self._last_tick = max(self._last_tick, tick)
        piece.frames, piece.bytes = piece.frames + 1, piece.bytes + size
        piece.last_s = max(piece.last_s, shot.t_s)
        if t_s > piece.length_s:
            if t_s - piece.length_s > HOLE_S:
                piece.holes.append([piece.length_s, t_s])
            piece.length_s = t_s
        piece.began_mono_s = self._arrivals.zero_s or 0.0
        piece.began_at = piece.began_mono_s + time.time() - time.monotonic()

    def close(self, reason: str) -> None:
        self.piece.reason = reason
        self._container.close()
