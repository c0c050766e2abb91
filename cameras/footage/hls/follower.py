"""Following a live playlist: what was newly finished, as files on true time.

    with LiveFollower(address, context, folder) as follower:
        while wanted and not follower.ended:
            try:
                for segment in follower.poll():      # LiveSegment(path, start, info, ...); the file is the caller's now
                    ...
            except FootageError:                     # the next poll connects anew and goes on where this one stood
                ...
            sleep(follower.wait_s)

No thread and no sleeping in here: one process can poll many cameras in turn. What a segment is dated by is told in
``how``: ``playlist`` (its own dates, the camera's clock offset taken off) or ``arrival`` (a playlist without dates: the
newest segment ended when it appeared, give or take ``padding_s``, and the ones before are counted back by packets).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from zoneinfo import ZoneInfo

from cameras.footage.assemble import media_of
from cameras.footage.context import SourceContext
from cameras.footage.decode import DecodeLimits, MediaInfo
from cameras.footage.fetch import Fetcher
from cameras.footage.hls.live import Arrival, LiveSegment, Placer, Step, about
from cameras.footage.hls.playlist import Entry, MediaPlaylist
from cameras.footage.hls.reader import PlaylistReader
from cameras.footage.hls.store import SegmentStore, drop, may_pass
from cameras.footage.options import TIMEZONE
from cameras.footage.source import (
    ChannelMissing,
    FootageError,
    FootageUndated,
    FootageUnreadable,
    SourceForbidden,
    StorageFull,
)

Measure = Callable[[Sequence[Path], DecodeLimits], Mapping[Path, MediaInfo | FootageError]]

PROBE_LIMITS = DecodeLimits(wall_s=60.0)
BURST_MAX = 60
"""Segments taken in one poll; the rest waits for the next, so that no poll is endless."""

FIRST_ARRIVAL_S = 1.0
"""A playlist without dates is looked at this often until something arrives: that moment dates everything."""

PUT_OFF_MAX = 2  # times in a row that segments are read again later, when the machine could not
IDLE_SHARE = 4.0
"""A day's playlist takes seconds to read: it is waited for this many times as long."""

POLL_SHARE = 0.5
"""Of the target length: at this pace an arrival is known to half of it, and a server is not flooded."""


class LiveFollower:
    """``ended``: the playlist says that nothing follows. ``wait_s``: seconds until another poll makes sense.

    ``counts``: segments ``missed`` (slid out before they were had), ``gone`` (404), ``gap`` (missing by the playlist),
    ``unreadable``, ``undated``; ``restarts`` of the server. ``since``, ``until``: true times; what surely lies outside
    is not fetched. ``trouble``: what kept the last poll from having all that is listed, if anything did.
    ``edge_at``: true time at which the playlist ended at the last poll, by its dates, else None. ``measure`` reads the
    packets' facts; the one given starts a process for each poll that brought something.
    """

    def __init__(
        self,
        address: str,
        context: SourceContext,
        folder: Path,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        measure: Measure = media_of,
    ) -> None:
        self._address = address
        self._context = context
        self._folder = folder
        self._since, self._until = since, until
        self._measure = measure
        self._offset = timedelta(seconds=context.clock_offset_s)
        self._placer = Placer(context.clock_offset_s)
        self._last: Entry | None = None
        self._awaited: int | None = None
        self._open: tuple[Fetcher, PlaylistReader, SegmentStore] | None = None
        self._polled_at: datetime | None = None
        self._put_off = 0
        self.ended = False
        self.wait_s = 0.0
        self.target_s = 6.0
        self.server_offset_s: float | None = None
        self.edge_at: datetime | None = None
        self.trouble: FootageError | None = None
        self.counts: dict[str, int] = {}

    def __enter__(self) -> LiveFollower:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; a later poll connects anew."""
        if self._open is not None:
            self._open[0].close()
            self._open = None

    def poll(self, wall_s: float | None = None) -> list[LiveSegment]:
        """What was finished since the last poll, in order; often nothing. It may spend ``wall_s``.

        Raises:
            FootageUndated: the playlist has ended, and nothing in it tells any time.
            FootageError: the server is in trouble, and nothing new was had. Polling again goes on from where it stood.
        """
        self.trouble = None
        try:
            _, reader, store = self._opened(wall_s or self._context.limits.wall_s)
            began = time.monotonic()
            playlist = reader.read()
            idle_s = IDLE_SHARE * (time.monotonic() - began)
            self.server_offset_s = reader.offset_s
            news = self._news(playlist, store)
            self.wait_s = max(self.wait_s, idle_s)
            return news
        except FootageError:
            self.close()
            self.wait_s = self.target_s
            raise

    def _opened(self, wall_s: float) -> tuple[Fetcher, PlaylistReader, SegmentStore]:
        if self._open is None:
            settings = self._context.settings
            http = Fetcher(self._address, self._context, wall_s=wall_s)
            zone = ZoneInfo(settings.get("timezone") or TIMEZONE.default)
            reader = PlaylistReader(http, self._address, quality=settings.get("quality") or "auto", zone=zone)
            self._open = http, reader, SegmentStore(http, self._folder)
        self._open[0].renew(wall_s)
        return self._open

    def _news(self, playlist: MediaPlaylist, store: SegmentStore) -> list[LiveSegment]:
        now = self._context.now()
        before, self._polled_at = self._polled_at, now
        self.target_s, self.wait_s = playlist.target_s, playlist.target_s * POLL_SHARE
        self._notice_restart(playlist)
        if not playlist.is_dated and self._awaits_arrival(playlist):
            return []
        new = self._new(playlist, now)
        steps = self._had(new[:BURST_MAX], playlist, store)
        left = new[len(steps) :]
        self.ended = playlist.ended and not left
        since_s = (now - before).total_seconds() if before is not None else 0.0
        arrival = Arrival(
            now - timedelta(seconds=sum(entry.said_s for entry in left)),
            max(playlist.target_s, since_s),
            playlist.is_dated,
        )
        return self._placed(steps, arrival)

    def _notice_restart(self, playlist: MediaPlaylist) -> None:
        """Numbers that run back, or a number that names something else: the server began anew."""
        last = self._last
        if last is None or not playlist.entries:
            return
        same = next((entry for entry in playlist.entries if entry.sequence == last.sequence), None)
        renamed = same is not None and same.address.partition("?")[0] != last.address.partition("?")[0]
        if renamed or playlist.entries[-1].sequence < last.sequence:
            self._count("restarts")
            self._placer = Placer(self._context.clock_offset_s, self._placer.run + 1)
            self._last = self._awaited = None

    def _awaits_arrival(self, playlist: MediaPlaylist) -> bool:
        """Whether nothing has arrived yet since the first look, so that nothing can be dated."""
        if self._last is not None:
            return False
        if playlist.ended and self._awaited is None:
            raise FootageUndated("the playlist has ended and tells no date")
        newest = playlist.entries[-1].sequence if playlist.entries else -1
        if self._awaited is None:
            self._awaited = newest
        self.ended = playlist.ended
        self.wait_s = min(FIRST_ARRIVAL_S, playlist.target_s / 4)
        return newest == self._awaited

    # -- What is new ------------------------------------------------------------------

    def _new(self, playlist: MediaPlaylist, now: datetime) -> list[Entry]:
        """Entries that were not worked off yet, without those that surely lie outside what is wanted."""
        entries, starts = playlist.entries, about(playlist, now + self._offset)
        self.edge_at = None
        if playlist.is_dated and starts[-1] is not None:
            self.edge_at = starts[-1] + timedelta(seconds=entries[-1].said_s) - self._offset
        last = self._last.sequence if self._last is not None else None
        if last is not None and entries and entries[0].sequence > last + 1:
            self._count("missed", entries[0].sequence - last - 1)
            self._placer.lost((entries[0].sequence - last - 1) * playlist.target_s)
        return [
            entry
            for entry, at in zip(entries, starts, strict=True)
            if (last is None or entry.sequence > last) and self._wanted(entry, at, playlist.target_s)
        ]

    def _wanted(self, entry: Entry, at: datetime | None, slack_s: float) -> bool:
        if at is None:
            return True
        slack = timedelta(seconds=slack_s)
        ends = at + timedelta(seconds=entry.said_s)
        if self._since is not None and ends < self._since + self._offset - slack:
            return False
        return self._until is None or at <= self._until + self._offset + slack

    def _had(self, new: Sequence[Entry], playlist: MediaPlaylist, store: SegmentStore) -> list[Step]:
        """The steps as far as the server went along; at least one, or its trouble is raised."""
        self._find_anchor(new, playlist, store)
        before, steps = self._last, []
        for entry in new:
            try:
                steps.append(Step(entry, self._fetched(entry, store)))
            except (SourceForbidden, StorageFull):
                raise
            except FootageError as error:
                if not steps:
                    raise
                self.trouble = error
                break
            self._last = entry
        try:
            return self._measured(steps)
        except FootageError as error:
            if may_pass(error):
                self._last = before  # the files stay, so only the reading is done again
            raise

    def _fetched(self, entry: Entry, store: SegmentStore) -> Path | None:
        if entry.gap:
            self._count("gap")
            return None
        try:
            return store.fetch(entry)
        except ChannelMissing:
            self._count("gone")
            return None

    def _find_anchor(self, new: Sequence[Entry], playlist: MediaPlaylist, store: SegmentStore) -> None:
        """Where the first wanted segment has no date of its own, the last one before it that has."""
        if not new or self._last is not None or new[0].told_at is not None or new[0].breaks:
            return
        before = [entry for entry in playlist.entries if entry.sequence < new[0].sequence]
        begins = max((entry.sequence for entry in before if entry.breaks), default=-1)
        anchor = next((one for one in reversed(before) if one.told_at is not None and one.sequence >= begins), None)
        if anchor is None:
            return
        [step] = self._measured([Step(anchor, self._fetched(anchor, store))], may_fail=True)
        self._placer.anchor([step, *(Step(entry) for entry in before if entry.sequence > anchor.sequence)])
        if step.path is not None:
            drop(step.path)

    def _measured(self, steps: Sequence[Step], may_fail: bool = False) -> list[Step]:
        paths = [step.path for step in steps if step.path is not None]
        facts = self._measure(paths, PROBE_LIMITS) if paths else {}
        self._check(facts)
        out = []
        for step in steps:
            info = facts[step.path] if step.path is not None else None
            if step.path is not None and (isinstance(info, FootageError) or info is None or info.is_still):
                self._count("unreadable")
                drop(step.path)
                out.append(Step(step.entry))
            else:
                out.append(Step(step.entry, step.path, info if isinstance(info, MediaInfo) else None))
        if paths and not may_fail and not any(step.path for step in out):
            raise FootageUnreadable("no new segment can be read", reason="not_media")
        return out

    def _check(self, facts: Mapping[Path, MediaInfo | FootageError]) -> None:
        """Raises what may pass; a segment over which it never does is given up as unreadable."""
        passing = [one for one in facts.values() if isinstance(one, FootageError) and may_pass(one)]
        self._put_off = self._put_off + 1 if passing else 0
        if passing and self._put_off <= PUT_OFF_MAX:
            raise passing[0]
        self._put_off = 0

    def _placed(self, steps: Sequence[Step], arrival: Arrival) -> list[LiveSegment]:
        placed = self._placer.placed(steps, arrival)
        undated, self._placer.undated = self._placer.undated, []
        self._count("undated", len(undated))
        for path in undated:
            drop(path)
        return placed

    def _count(self, what: str, by: int = 1) -> None:
        if by:
            self.counts[what] = self.counts.get(what, 0) + by
