"""The segments of a recorded playlist that show a window: found by the playlist, dated by their packets."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cameras.footage.assemble import media_of, placed
from cameras.footage.decode import MediaInfo
from cameras.footage.hls.dating import dated, estimated, timed
from cameras.footage.hls.playlist import Entry, MediaPlaylist
from cameras.footage.hls.store import SegmentStore, drop, may_pass
from cameras.footage.limits import DecodeLimits
from cameras.footage.source import (
    ChannelMissing,
    FootageError,
    FootageUnreadable,
    SourceForbidden,
    StorageFull,
)
from cameras.footage.timeline import Placed
from cameras.footage.window import TimeWindow, clipped, merged

SEGMENTS_MAX = 3_000
ROUNDS_MAX = 12
"""Each round comes nearer by the share that the playlist's lengths are wrong, so a few are enough."""

PAD_LOW_S, PAD_HIGH_S = 1.0, 10.0
FAILURES_IN_A_ROW = 2
"""One broken transfer may be a bad spot on the server's disk; two are a server in trouble."""

FAR_S = 60.0
"""Segments this far from a date are looked for by their two ends first: what lies between may be elsewhere."""


@dataclass(slots=True)
class Found:
    """``pieces``: segments on true time. ``trouble``: what kept the rest from us, if anything did."""

    pieces: list[Placed] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    trouble: FootageError | None = None


class Around:
    """One window by the stream's clock, one playlist. ``spent_s``: seconds by kind of work."""

    def __init__(self, playlist: MediaPlaylist, store: SegmentStore, window: TimeWindow, limits: DecodeLimits) -> None:
        self._entries = playlist.entries
        self._pad = timedelta(seconds=min(max(playlist.target_s / 2, PAD_LOW_S), PAD_HIGH_S))
        self._store = store
        self._window = window
        self._limits = limits
        self._infos: dict[int, tuple[Path, MediaInfo]] = {}
        self._tried: set[int] = set()
        self._failures = 0
        self._found = Found()
        self.spent_s = {"fetch": 0.0, "probe": 0.0}

    def collect(self, offset_s: float) -> Found:
        """Fetch and date what shows the window; ``offset_s`` is taken off.

        Raises:
            SourceForbidden: a segment leads to another host.
            FootageUnreadable: a segment is locked, or no film at all, and nothing else came.
        """
        for _ in range(ROUNDS_MAX):
            todo = self._todo()
            if not todo or self._found.trouble is not None:
                break
            self._measure(self._fetched(todo))
        starts = self._starts()
        for sequence, (path, info) in sorted(self._infos.items()):
            if sequence in starts:
                self._found.pieces.append(placed(path, starts[sequence] - timedelta(seconds=offset_s), info))
            else:
                self._note("undated")
        return self._found

    def _starts(self) -> dict[int, datetime]:
        return dated(self._entries, {number: timed(info) for number, (_, info) in self._infos.items()})

    # -- Where to look ------------------------------------------------------------------

    def _todo(self) -> list[Entry]:
        """What is to be fetched next: of what is far from any date, the date and the two ends; else all of it."""
        begins = estimated(self._entries, self._starts())
        near = [at for at, entry in enumerate(self._entries) if self._touches(at, entry, begins)]
        if len(near) > SEGMENTS_MAX:
            raise FootageUnreadable(f"over {SEGMENTS_MAX} segments in one window", reason="too_large")
        if not near:
            return []
        nearest = self._nearest_dates()
        anchors = {anchor for at in near if (anchor := nearest[at]) is not None}
        if any(self._is_far(at, nearest[at]) for at in (near[0], near[-1])):
            first_look = self._untried([*sorted(anchors), near[0], near[-1]])
            if first_look:
                return first_look
        return self._untried(sorted(anchors | set(near)))

    def _untried(self, numbers: Iterable[int]) -> list[Entry]:
        entries = [self._entries[at] for at in dict.fromkeys(numbers)]
        return [entry for entry in entries if entry.sequence not in self._tried]

    def _touches(self, at: int, entry: Entry, begins: Sequence[datetime | None]) -> bool:
        start = begins[at]
        if start is None or start > self._window.end + self._pad:
            return False
        ends = start + timedelta(seconds=entry.said_s)
        following = begins[at + 1] if at + 1 < len(begins) else None
        if following is not None and not self._entries[at + 1].breaks:
            ends = max(ends, following)
        return ends > self._window.start - self._pad

    def _nearest_dates(self) -> list[int | None]:
        """For each segment without a date, where the nearest one stands that can be carried on to it."""
        out: list[int | None] = [None] * len(self._entries)
        last: int | None = None
        for at, entry in enumerate(self._entries):
            last = None if entry.breaks else last
            out[at] = None if entry.told_at is not None else last
            last = at if self._can_date(entry) else last
        following: int | None = None
        for at in range(len(self._entries) - 1, -1, -1):
            entry = self._entries[at]
            if out[at] is None and entry.told_at is None:
                out[at] = following
            following = at if self._can_date(entry) else following
            following = None if entry.breaks else following
        return out

    def _can_date(self, entry: Entry) -> bool:
        is_lost = entry.gap or (entry.sequence in self._tried and entry.sequence not in self._infos)
        return entry.told_at is not None and not is_lost

    def _is_far(self, at: int, anchor: int | None) -> bool:
        if anchor is None:
            return False
        first, last = sorted((anchor, at))
        return sum(entry.said_s for entry in self._entries[first:last]) > FAR_S

    # -- Having it ------------------------------------------------------------------------

    def _fetched(self, todo: Sequence[Entry]) -> list[tuple[Entry, Path]]:
        began = time.monotonic()
        out = []
        for entry in todo:
            self._tried.add(entry.sequence)
            path = self._one(entry)
            if path is not None:
                out.append((entry, path))
            if self._found.trouble is not None and self._failures >= FAILURES_IN_A_ROW:
                break
        self.spent_s["fetch"] += time.monotonic() - began
        return out

    def _one(self, entry: Entry) -> Path | None:
        if entry.gap:
            self._note("gaps")
            return None
        try:
            path = self._store.fetch(entry)
        except ChannelMissing:
            self._note("gone")
            return None
        except (SourceForbidden, StorageFull):
            raise
        except FootageError as error:
            self._found.trouble = error
            self._failures += 1 if error.retryable else FAILURES_IN_A_ROW
            return None
        self._failures = 0
        return path

    def _measure(self, fetched: Sequence[tuple[Entry, Path]]) -> None:
        began = time.monotonic()
        facts = media_of([path for _, path in fetched], self._limits)
        for entry, path in fetched:
            info = facts[path]
            if isinstance(info, FootageError) and may_pass(info):
                self._found.trouble = info
            elif isinstance(info, FootageError):
                reasons = self._found.notes.setdefault("unreadable", {})
                reason = str(info.data.get("reason", info.code))
                reasons[reason] = reasons.get(reason, 0) + 1
                drop(path)
            elif not info.is_still:
                self._infos[entry.sequence] = path, info
        self.spent_s["probe"] += time.monotonic() - began

    def _note(self, what: str) -> None:
        self._found.notes[what] = self._found.notes.get(what, 0) + 1


def said(playlist: MediaPlaylist, window: TimeWindow) -> list[TimeWindow]:
    """What the playlist says it has of ``window``, both by the stream's clock; by its own lengths."""
    begins = estimated(playlist.entries, {})
    shown = [
        TimeWindow(at, at + timedelta(seconds=entry.said_s))
        for at, entry in zip(begins, playlist.entries, strict=True)
        if at is not None and entry.said_s > 0 and not entry.gap
    ]
    return clipped(merged(shown), window)
