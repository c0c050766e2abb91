"""HLS playlists: recorded (VOD, EVENT, an archive that answers windows) and live.

Pictures are dated by the playlist's dates, by a start that the settings tell, or, at the live edge of a playlist
without any, by their arrival; ``notes["clock"]["how"]`` says by which. The server's own clock (its Date header) is
another one, told as ``server_offset_s`` and used for nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from cameras.footage import options
from cameras.footage.assemble import assembled, media_of, placed
from cameras.footage.context import SourceContext
from cameras.footage.fetch import Fetcher
from cameras.footage.hls.around import Around, Found, said
from cameras.footage.hls.follower import LiveFollower
from cameras.footage.hls.live import ARRIVAL
from cameras.footage.hls.opened import Opened, archived, live_or_vod
from cameras.footage.hls.playlist import Entry, MediaPlaylist
from cameras.footage.hls.pursuit import Pursuit, followed_before
from cameras.footage.hls.reader import PlaylistReader
from cameras.footage.hls.settings import OPTIONS, archive_address, start_of
from cameras.footage.hls.store import SegmentStore
from cameras.footage.limits import DecodeLimits
from cameras.footage.options import TIMEZONE, Option, Words
from cameras.footage.source import (
    ChannelMissing,
    FootageError,
    FootageMissing,
    FootageUndated,
    FootageUnreadable,
    Glance,
    PulledFootage,
    SourceMisconfigured,
)
from cameras.footage.window import TimeWindow, clipped, share_covered

JOIN_LOW_S = 60.0
"""However long the fetching took, joining gets this much."""

ARCHIVE_PAD_S = 10
"""Archives differ in whether they answer with the segment that holds the start, or the first one after it."""

GLANCE_TRIES = 3
WHOLE_SHARE = 0.999


class HlsSource:
    """One camera's playlist.

    Raises:
        SourceMisconfigured: the settings cannot be used.
    """

    kind: ClassVar[str] = "hls"
    title: ClassVar[Words] = Words("HLS (playlist .m3u8)", "HLS (.m3u8 playlist)")
    options: ClassVar[tuple[Option, ...]] = OPTIONS
    has_past = True
    real_time = False
    stills_only = False

    @classmethod
    def bind(cls, context: SourceContext) -> HlsSource:
        return cls(context)

    def __init__(self, context: SourceContext) -> None:
        problems = self.validate(context.settings)
        if problems:
            raise SourceMisconfigured("; ".join(f"{name}: {what}" for name, what in problems.items()))
        self.context = context
        self._settings = context.settings
        self._offset = timedelta(seconds=context.clock_offset_s)

    @classmethod
    def validate(cls, settings: Mapping[str, Any]) -> dict[str, str]:
        """Setting name -> what is wrong with it, in Indonesian; unknown names are wrong too."""
        return options.problems(cls.options, settings)

    # -- What another kind of server says differently -----------------------------------

    @property
    def live_address(self) -> str:
        return str(self._settings["url"])

    @property
    def _trusts_asked(self) -> bool:
        return self._settings.get("undated") == "asked"

    def _archive_addresses(self, by_device: TimeWindow) -> list[str]:
        """Where a window that is over is asked for, the first to try in front; empty: only the live playlist knows."""
        template = self._settings.get("archive")
        return [urljoin(self.live_address, archive_address(template, by_device))] if template else []

    def _prepared(self, http: Fetcher, by_device: TimeWindow) -> dict[str, Any]:
        """Something to do before the fetching; what it came to, for the notes."""
        return {}

    # -- The protocol ---------------------------------------------------------------------

    def coverage(self, window: TimeWindow) -> list[TimeWindow]:
        """What the playlist says it has, by its own lengths."""
        by_device = self._by_device(window)
        with self._fetcher() as http:
            try:
                playlist = self._recorded(http, by_device).playlist
            except FootageMissing:
                return []
        if playlist.is_dated or not playlist.entries:
            shown = said(playlist, by_device)
            return [TimeWindow(one.start - self._offset, one.end - self._offset) for one in shown]
        now = self.context.now()
        return clipped([TimeWindow(now - timedelta(seconds=playlist.said_s + 0.001), now)], window)

    def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
        """The window's segments, joined; see the protocol. A window that is not over is followed to its end.

        Raises:
            FootageUndated: nothing in the playlist, and nothing in the settings, tells when it was recorded.
            FootageError: by what went wrong.
        """
        began = time.monotonic()
        by_device = self._by_device(window)
        with self._folder() as folder:
            with self._fetcher() as http:
                notes = self._prepared(http, by_device)
                opened = self._recorded(http, by_device)
                notes["clock"] = opened.clock(self.context.clock_offset_s)
                if opened.holds_all_of(by_device, self.context.now() + self._offset):
                    store = SegmentStore(http, folder)
                    around = Around(opened.playlist, store, by_device, self._decode_limits(began))
                    found, spent_s = around.collect(self.context.clock_offset_s), around.spent_s
                    found.pieces += followed_before(folder)
                    return self._joined(window, found, destination, began, {**notes, "spent_s": spent_s})
            pursuit = Pursuit(self.live_address, self.context, folder)
            found = pursuit.collect(window)
            notes["clock"] |= pursuit.clock
            return self._joined(window, found, destination, began, {**notes, "spent_s": pursuit.spent_s})

    def glance(self, folder: Path) -> Glance:
        """The newest segment."""
        with self._fetcher() as http:
            opened = self._live(http)
            path, entry = _newest(opened.playlist, SegmentStore(http, folder))
        info = media_of([path], DecodeLimits(wall_s=JOIN_LOW_S))[path]
        if isinstance(info, FootageError):
            raise info
        start = opened.begins(entry)
        taken_at = None if start is None else placed(path, start - self._offset, info).end
        return Glance(path, taken_at, notes={"clock": opened.clock(self.context.clock_offset_s)})

    def follower(self, folder: Path, since: datetime | None = None) -> LiveFollower:
        """For who keeps what is live: the finished segments as they come."""
        return LiveFollower(self.live_address, self.context, folder, since=since)

    # -- Which playlist -------------------------------------------------------------------

    def _by_device(self, window: TimeWindow) -> TimeWindow:
        return TimeWindow(window.start + self._offset, window.end + self._offset)

    def _fetcher(self) -> Fetcher:
        return Fetcher(self.live_address, self.context)

    def _read(self, http: Fetcher, address: str) -> tuple[MediaPlaylist, float | None]:
        zone = ZoneInfo(self._settings.get("timezone") or TIMEZONE.default)
        reader = PlaylistReader(http, address, quality=self._settings.get("quality") or "auto", zone=zone)
        return reader.read(), reader.offset_s

    def _live(self, http: Fetcher) -> Opened:
        playlist, server_offset_s = self._read(http, self.live_address)
        return live_or_vod(playlist, start_of(self._settings), server_offset_s)

    def _recorded(self, http: Fetcher, by_device: TimeWindow) -> Opened:
        """The playlist that should hold the window."""
        is_past = by_device.end <= self.context.now() + self._offset
        pad = timedelta(seconds=ARCHIVE_PAD_S)
        asked = TimeWindow(by_device.start - pad, by_device.end + pad)
        asked_from = datetime.fromtimestamp(int(asked.start.timestamp()), UTC)
        missing: ChannelMissing | None = None
        for address in self._archive_addresses(asked) if is_past else []:
            try:
                playlist, server_offset_s = self._read(http, address)
            except ChannelMissing as error:
                missing = missing or error
                continue
            return archived(playlist, asked_from, server_offset_s, trusts_asked=self._trusts_asked)
        if missing is not None:
            raise missing
        return self._live(http)

    # -- The rest ---------------------------------------------------------------------------

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        if self.context.scratch is not None:
            yield self.context.scratch / "hls"
            return
        with tempfile.TemporaryDirectory(prefix="jsc-hls-") as folder:
            yield Path(folder)

    def _decode_limits(self, began: float) -> DecodeLimits:
        return DecodeLimits(wall_s=max(JOIN_LOW_S, self.context.limits.wall_s - (time.monotonic() - began)))

    def _joined(
        self, window: TimeWindow, found: Found, destination: Path, began: float, notes: Mapping[str, Any]
    ) -> PulledFootage:
        joining = time.monotonic()
        all_notes = {**notes, **found.notes}
        try:
            pulled = assembled(window, found.pieces, destination, self._decode_limits(began), **all_notes)
        except FootageMissing as error:
            raise _nothing(found, error) from error
        spent_s = {**notes["spent_s"], "join": time.monotonic() - joining}
        pulled.notes["spent_s"] = {what: round(seconds, 3) for what, seconds in spent_s.items()}
        is_short = share_covered(pulled.covered, window) < WHOLE_SHARE
        shortfall = found.trouble.code if found.trouble is not None and is_short else ""
        offset_s = 0.0 if notes["clock"]["how"] == ARRIVAL else self.context.clock_offset_s
        return replace(pulled, clock_offset_s=offset_s, shortfall=shortfall)


def _newest(playlist: MediaPlaylist, store: SegmentStore) -> tuple[Path, Entry]:
    """Raises FootageMissing when none of the last segments is there."""
    newest = [entry for entry in playlist.entries if not entry.gap][-GLANCE_TRIES:]
    for entry in reversed(newest):
        try:
            return store.fetch(entry), entry
        except ChannelMissing:
            continue
    raise FootageMissing("the playlist lists no segment that is there")


def _nothing(found: Found, missing: FootageError) -> FootageError:
    """Why there is no film at all."""
    if found.trouble is not None:
        return found.trouble
    if found.notes.get("unreadable") and not found.pieces:
        return FootageUnreadable("its segments are no film", **{"reason": "not_media", **found.notes})
    if found.notes.get("undated") and not found.pieces:
        return FootageUndated("nothing dates the segments of this window", **found.notes)
    return missing
