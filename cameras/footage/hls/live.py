"""Dating the segments of a live playlist as they come, and what is told of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cameras.footage.decode import MediaInfo
from cameras.footage.hls.dating import Chain, estimated, timed
from cameras.footage.hls.playlist import Entry, MediaPlaylist

PLAYLIST, ARRIVAL = "playlist", "arrival"


@dataclass(frozen=True, slots=True)
class LiveSegment:
    """One finished segment. ``start``: true time of its first packet. ``info``: its packets' facts (``duration_s`` is
    its length). ``run``: segments with the same number go on from each other without a break. ``how``: ``playlist``
    or ``arrival``; ``padding_s``: how far off the start may be. ``lost_s``: by the playlist's lengths, what was missed
    or missing since the one before.
    """

    path: Path
    start: datetime
    info: MediaInfo
    run: int
    sequence: int
    how: str
    padding_s: float
    lost_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the playlist in its turn: with a file and its facts, or passed by."""

    entry: Entry
    path: Path | None = None
    info: MediaInfo | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """``at``: true time at which the last of the steps had surely ended. ``is_dated``: the playlist has dates."""

    at: datetime
    padding_s: float
    is_dated: bool


class Placer:
    """``first_run``: what the runs are counted from. ``undated``: files that nothing dates, for who deletes them."""

    def __init__(self, offset_s: float, first_run: int = 0) -> None:
        self._offset = timedelta(seconds=offset_s)
        self._first_run = first_run
        self._chain = Chain()
        self._how = ""
        self._lost_s = 0.0
        self.undated: list[Path] = []

    @property
    def run(self) -> int:
        return self._first_run + self._chain.run

    def lost(self, seconds: float) -> None:
        """Segments that were never seen."""
        self._lost_s += seconds

    def anchor(self, steps: Sequence[Step]) -> None:
        """Steps before those that are wanted, for their date alone."""
        for step in steps:
            if step.info is None:
                self._chain.passed(step.entry)
            elif self._chain.place(step.entry, timed(step.info)) is not None:
                self._how = PLAYLIST

    def placed(self, steps: Sequence[Step], arrival: Arrival) -> list[LiveSegment]:
        out: list[LiveSegment] = []
        left_s = sum(_length_s(step) for step in steps)
        for step in steps:
            if step.info is None or step.path is None:
                self._chain.passed(step.entry)
                self._lost_s += step.entry.said_s
                left_s -= step.entry.said_s
                continue
            start = self._start(step, arrival, arrival.at - timedelta(seconds=left_s))
            left_s -= _length_s(step)
            if start is None:
                self.undated.append(step.path)
                continue
            out.append(self._segment(step, step.path, step.info, start, arrival.padding_s))
        if out and self._how == ARRIVAL:
            self._not_before_its_end(out[-1], arrival.at)
        return out

    def _start(self, step: Step, arrival: Arrival, by_arrival: datetime) -> datetime | None:
        assert step.info is not None
        if step.entry.told_at is not None:
            if self._how == ARRIVAL:
                self._chain.cut()  # that was our clock, this is the stream's
            self._how = PLAYLIST
        start = self._chain.place(step.entry, timed(step.info))
        if start is None and not arrival.is_dated:
            self._how = ARRIVAL
            start = self._chain.place(replace(step.entry, told_at=by_arrival, breaks=False), timed(step.info))
        return start

    def _segment(self, step: Step, path: Path, info: MediaInfo, start: datetime, padding_s: float) -> LiveSegment:
        lost_s, self._lost_s = self._lost_s, 0.0
        if self._how == ARRIVAL:
            return LiveSegment(path, start, info, self.run, step.entry.sequence, ARRIVAL, padding_s, lost_s)
        true = start - self._offset
        return LiveSegment(path, true, info, self.run, step.entry.sequence, PLAYLIST, 0.0, lost_s)

    def _not_before_its_end(self, newest: LiveSegment, now: datetime) -> None:
        """Nothing arrives before it has ended: the stretch was dated too late, and what follows is put right."""
        early_s = (now - newest.start).total_seconds() - timed(newest.info).span_s
        if early_s < 0:
            self._chain.shift(early_s)


def _length_s(step: Step) -> float:
    return step.entry.said_s if step.info is None else timed(step.info).span_s


def about(playlist: MediaPlaylist, now: datetime) -> list[datetime | None]:
    """Where each entry begins by the stream's clock, roughly; a playlist without dates ends about ``now``."""
    if playlist.is_dated:
        return estimated(playlist.entries, {})
    at = now - timedelta(seconds=playlist.said_s)
    out: list[datetime | None] = []
    for entry in playlist.entries:
        out.append(at)
        at += timedelta(seconds=entry.said_s)
    return out
