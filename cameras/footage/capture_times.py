"""RTP times of a stream, unwrapped into seconds; single pictures dated hours away are put back in their row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cameras.footage.capture_pieces import Shot
from cameras.footage.rtsp_track import Track

RTP_WRAP = 1 << 32
JUMP_S = 5.0
"""A step larger than this is a stray picture, a hole of the recording, or a clock that was set."""

PERSISTS = 3
"""So many pictures in a row on the new time, and it is the stream's time now. Some recorders date a single picture
every few seconds hours away."""

HOLE_MAX_S = 24 * 3600.0
BETWEEN_S = 0.001


class Jumped(Exception):
    """The stream's times ran backwards or leapt beyond a day: nothing after this can be dated from before."""


def signed(ticks: int) -> int:
    """The shortest way round the 32-bit circle."""
    return (ticks + (1 << 31)) % RTP_WRAP - (1 << 31)


class Aligner:
    """Which RTP time a packet of libav's has: libav counts from a zero of its own, and leaves some packets undated.

    Pictures come out in the order they came in, so the zero is the earliest one that gives every packet seen so far
    the time of a picture that really came.
    """

    def __init__(self, track: Track) -> None:
        self._track = track
        self._zero: int | None = None
        self._latest = 0

    def begin(self, pts: Sequence[int | None]) -> None:
        """``pts``: of the stream's first packets."""
        came = self._track.waiting()
        dated = [(place, at) for place, at in enumerate(pts) if at is not None]
        if not dated:
            return
        place, first = dated[0]
        known = set(came)
        zeros = [(rtp - first) % RTP_WRAP for rtp in came[place:]]
        fitting = (zero for zero in zeros if all((zero + at) % RTP_WRAP in known for _, at in dated))
        self._zero = next(fitting, zeros[0] if zeros else None)

    def rtp_of(self, pts: int | None) -> int:
        """Of the next packet. Where nothing new came, that of the one before: a stream whose times stand still."""
        waiting = self._track.waiting() if pts is None or self._zero is None else []
        if pts is not None and self._zero is not None:
            self._latest = (self._zero + pts) % RTP_WRAP
        elif waiting:
            self._latest = waiting[0]
        return self._latest


class Timeline:
    """Gives each shot its ``t_s``, counted from the first one.

    Holds back up to two shots after a jump; a stream that ends then loses them, too few to tell a new time from strays.
    """

    def __init__(self, tick_s: float) -> None:
        self._tick_s = tick_s
        self._last: Shot | None = None
        self._held: list[Shot] = []

    def placed(self, shot: Shot) -> Iterator[Shot]:
        """Shots whose time is settled by this one, in order. Raises Jumped."""
        if self._last is None:
            self._last = shot
            yield shot
            return
        if abs(self._step_s(self._last, shot)) <= JUMP_S:
            yield from self._strays()
            yield self._settle(shot, self._last.t_s + self._step_s(self._last, shot))
            return
        if self._held and abs(self._step_s(self._held[-1], shot)) > JUMP_S:
            yield from self._strays()
        self._held.append(shot)
        if len(self._held) >= PERSISTS:
            yield from self._new_time()

    def _new_time(self) -> Iterator[Shot]:
        assert self._last is not None
        held, self._held = self._held, []
        step_s = self._step_s(self._last, held[0])
        if not 0 < step_s <= HOLE_MAX_S:
            raise Jumped(f"the stream's times leap by {step_s:.0f} s")
        for shot in held:
            yield self._settle(shot, self._last.t_s + self._step_s(self._last, shot))

    def _strays(self) -> Iterator[Shot]:
        """Each stands right after the one before it: where it came in."""
        strays, self._held = self._held, []
        for shot in strays:
            assert self._last is not None
            last = self._last
            shot.t_s = last.t_s + BETWEEN_S
            shot.rtp = last.rtp
            yield shot

    def _settle(self, shot: Shot, t_s: float) -> Shot:
        shot.t_s = t_s
        self._last = shot
        return shot

    def _step_s(self, before: Shot, after: Shot) -> float:
        return signed(after.rtp - before.rtp) * self._tick_s
