"""A plain file on a web server: one recording, files by the hour, or a server that cuts what is asked for.

Settings::

    {"url": "http://10.20.0.9/cam3/{start:%Y-%m-%d}/{start:%H}.mp4",   # files by the hour
     "slot_s": 3600,
     "timezone": "Asia/Jakarta"}

    {"url": "http://10.20.0.9/clip?cam=3&from={start_unix}&len={duration_s}"}      # cut by the server
    {"url": "http://10.20.0.9/20261102T070000.mp4"}                                # one file, dated by its name
    {"url": "http://10.20.0.9/event.mp4", "start_at": "2026-11-02T07:00:00"}

Of a large MP4 only the index and the pictures of the window are fetched, where the server sends parts of files;
everything else is fetched whole, up to the limits of the pull.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cameras.footage import http_settings, mp4_boxes, options
from cameras.footage.assemble import placed
from cameras.footage.context import SourceContext
from cameras.footage.decode import MediaInfo
from cameras.footage.fetch import Fetcher
from cameras.footage.gather import Haul, workplace
from cameras.footage.http_dating import Dating, Seen, Wanted, last_modified
from cameras.footage.http_settings import OPTIONS
from cameras.footage.http_template import filled, floored, is_template, step_s
from cameras.footage.options import Option, Words
from cameras.footage.remote_mp4 import Head, Index, NotInParts, RemoteMp4, head_of
from cameras.footage.source import (
    FootageError,
    FootageMissing,
    Glance,
    PulledFootage,
    SourceMisconfigured,
)
from cameras.footage.timeline import Placed, covered_by, parts_for
from cameras.footage.window import TimeWindow, clipped, merged

PARTS_FROM_BYTES = 4 << 20
"""Smaller files are fetched whole: one request instead of a handful."""

PADDING_S = 5.0
"""Before the window: a file may end a little late."""

CUT_PADDING_S = 2.0
"""On both sides, for a server that cuts: not more, because what reaches past a recording's edge cannot be dated."""

AFTER_S = 1.5
"""Past the window's end, for pictures that are stored after later ones."""

FILES_MAX = 2000
GLANCE_S = 10.0
FRESH_S = 24 * 3600.0


class HttpFileSource:
    """One address, or one rule for addresses."""

    kind: ClassVar[str] = "http"
    title: ClassVar[Words] = Words("Berkas HTTP", "HTTP file")
    options: ClassVar[tuple[Option, ...]] = OPTIONS
    has_past = True
    real_time = False
    stills_only = False

    @classmethod
    def bind(cls, context: SourceContext) -> HttpFileSource:
        return cls(context)

    def __init__(self, context: SourceContext) -> None:
        """Raises SourceMisconfigured."""
        problems = self.validate(context.settings)
        if problems:
            raise SourceMisconfigured("; ".join(f"{name}: {what}" for name, what in problems.items()))
        self.context = context
        self._url = str(context.settings["url"])
        self._zone = ZoneInfo(options.value_of(OPTIONS, context.settings, "timezone"))
        self._slot_s = float(context.settings.get("slot_s") or 0)
        self._dating = Dating.of(context.settings, self._zone)
        self._offset = timedelta(seconds=context.clock_offset_s)

    @classmethod
    def validate(cls, settings: Mapping[str, Any]) -> dict[str, str]:
        return http_settings.problems(settings)

    # -- The protocol ----------------------------------------------------------------------

    def coverage(self, window: TimeWindow) -> list[TimeWindow]:
        """By the index of each file, where the server sends parts; else whatever may lie in a file that is there."""
        told: list[TimeWindow] = []
        with self._connected() as http, tempfile.TemporaryDirectory(prefix="jsc-http-") as folder:
            haul = Haul(http, self.context, Path(folder))
            for wanted in self._wanted(window):
                try:
                    told += self._told(haul, wanted, window)
                except FootageMissing:
                    continue
        return clipped(merged(told), window)

    def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
        """The files of the window, or their parts of it, joined; see the protocol."""
        with self._connected() as http, workplace(self.context, destination) as folder:
            haul = Haul(http, self.context, folder)
            wanted = self._wanted(window)
            missing = 0
            for one in wanted:
                if haul.over:
                    break
                try:
                    self._bring(haul, one, window)
                except FootageMissing:
                    missing += 1
                    if len(wanted) == 1 and not is_template(self._url):
                        raise
                except FootageError as error:
                    haul.troubled(one.name, error)
            haul.notes |= {"dated_by": self._dating.how} | ({"not_there": missing} if missing else {})
            clock = {"how": "set", "offset_s": self.context.clock_offset_s, "padding_s": PADDING_S}
            return haul.clip(window, destination, self.context.clock_offset_s, clock=clock)

    def glance(self, folder: Path) -> Glance:
        """The newest moments that the server has.

        Raises:
            FootageMissing: it has nothing of the last day.
        """
        now = self.context.now()
        delay_s = float(options.value_of(OPTIONS, self.context.settings, "delay_s"))
        newest = now - timedelta(seconds=delay_s + self._slot_s)
        reach_s = max(GLANCE_S, self._slot_s) if is_template(self._url) else FRESH_S
        covered = self.coverage(TimeWindow(newest - timedelta(seconds=reach_s), now))
        if not covered:
            raise FootageMissing("nothing was recorded within the last day")
        end = covered[-1].end
        window = TimeWindow(max(covered[-1].start, end - timedelta(seconds=GLANCE_S)), end)
        pulled = self.pull(window, folder / "newest.mp4")
        return Glance(pulled.path, pulled.covered[-1].end, notes=pulled.notes)

    # -- Which files, and when they begin -----------------------------------------------------

    def _connected(self) -> Fetcher:
        parts = urlsplit(self._url)
        return Fetcher(f"{parts.scheme}://{parts.netloc}/", self.context)

    def _wanted(self, window: TimeWindow) -> list[Wanted]:
        start, end = ((at + self._offset).astimezone(self._zone) for at in (window.start, window.end))
        if not is_template(self._url):
            return [Wanted(self._url, start, end)]
        if self._slot_s:
            return list(self._slots(start, end))
        start = floored(start - timedelta(seconds=CUT_PADDING_S), step_s(self._url))
        end += timedelta(seconds=CUT_PADDING_S)
        return [Wanted(filled(self._url, start, end), start, end)]

    def _slots(self, start: datetime, end: datetime) -> Iterator[Wanted]:
        """Also the file before: it may run a little into the next one's time."""
        at = floored(start - timedelta(seconds=PADDING_S), self._slot_s)
        for _ in range(FILES_MAX):
            if at >= end:
                return
            following = floored(at + timedelta(seconds=self._slot_s * 1.001), self._slot_s)
            yield Wanted(filled(self._url, at, following), at, following)
            at = following
        raise SourceMisconfigured(f"over {FILES_MAX} files for one window", slot_s=self._slot_s)

    def _begins(self, seen: Seen, info: MediaInfo) -> datetime:
        """True time of the file's first packet.

        Raises:
            FootageUndated: what is to tell it does not, or not for sure.
        """
        return self._dating.first_packet_at(seen, info) - self._offset

    # -- Bringing one file ---------------------------------------------------------------------

    def _bring(self, haul: Haul, wanted: Wanted, window: TimeWindow) -> None:
        head = head_of(haul.http, wanted.address)
        if head.total is not None and head.total >= PARTS_FROM_BYTES:
            try:
                self._bring_part(haul, wanted, head, window)
                return
            except NotInParts:
                pass
        is_here = head.total is not None and len(head.content) == head.total
        if is_here:
            haul.keep(head.content, wanted.name)
        got = haul.bring(wanted.address, wanted.name, keep=is_here or self._is_over(wanted))
        if got is not None:
            seen = Seen(wanted, last_modified(head.headers), _created_at(got.path), got.whole)
            haul.put(got, self._begins(seen, got.info))

    def _bring_part(self, haul: Haul, wanted: Wanted, head: Head, window: TimeWindow) -> None:
        """Raises NotInParts when the file must be fetched whole."""
        remote, index, piece = self._indexed(haul, wanted, head)
        try:
            parts = parts_for(window, [piece])
            if not parts:
                return
            spans = (parts[0].from_s, parts[0].to_s + AFTER_S)
            cut = remote.cut(piece, index, spans, remote.path.with_name(f"{wanted.name}.part.mp4"), haul.limits)
            haul.pieces.append(cut.piece)
            haul.notes["in_parts"] = True
            if cut.error is not None:
                haul.troubled(wanted.name, cut.error)
        finally:
            remote.path.unlink(missing_ok=True)

    def _indexed(self, haul: Haul, wanted: Wanted, head: Head) -> tuple[RemoteMp4, Index, Placed]:
        path = haul.folder / f"{wanted.name}.holes"
        try:
            remote = RemoteMp4(haul.http, wanted.address, head, path, self.context.limits.max_bytes)
            index = remote.index(haul.limits)
            seen = Seen(wanted, last_modified(head.headers), remote.created_at)
            return remote, index, placed(path, self._begins(seen, index.info), index.info)
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def _told(self, haul: Haul, wanted: Wanted, window: TimeWindow) -> list[TimeWindow]:
        head = head_of(haul.http, wanted.address)
        if head.total is not None:
            try:
                return covered_by([self._indexed(haul, wanted, head)[2]], window)
            except NotInParts:
                pass
        if is_template(self._url):
            start, end = wanted.start, wanted.end
        else:
            start, end = self._fixed_bounds(wanted, head, window)
        return [TimeWindow(start - self._offset, end - self._offset)] if start < end else []

    def _fixed_bounds(self, wanted: Wanted, head: Head, window: TimeWindow) -> tuple[datetime, datetime]:
        """As far as can be told without reading the file: from its start, where that is known, to its last change."""
        changed = last_modified(head.headers)
        start = self._dating.without_the_file(wanted)
        return start or window.start + self._offset, changed or window.end + self._offset

    def _is_over(self, wanted: Wanted) -> bool:
        """Whether the file will not grow any more, so that a copy of it is good for the next try."""
        return wanted.end - self._offset + timedelta(seconds=60) < self.context.now()


def _created_at(path: Path) -> datetime | None:
    """Of a file that is here whole; None where it is no MP4."""
    with path.open("rb") as file:

        def read(start: int, size: int) -> bytes:
            file.seek(start)
            return file.read(size)

        for box in mp4_boxes.boxes(read, 0, path.stat().st_size):
            if box.kind == b"moov" and box.size <= 64 << 20:
                return mp4_boxes.created_at(read(box.start, box.size))
    return None
