"""From segments that a Hikvision device lists to pieces on true time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cameras.footage.assemble import placed
from cameras.footage.dating import Asked, Came, dated
from cameras.footage.decode import MediaInfo
from cameras.footage.device_clock import DeviceClock
from cameras.footage.device_pieces import Gathered, Piece, as_long_as, facts_of, fetched
from cameras.footage.fetch import Fetcher
from cameras.footage.isapi import Downloader, Searcher, Segment, narrowed
from cameras.footage.isapi_times import IsapiTimes
from cameras.footage.program_stream import first_pts
from cameras.footage.source import FootageError, SourceBroken
from cameras.footage.window import TimeWindow

HEAD_BYTES = 1 << 20
"""The first time stamp of a program stream stands within its first picture."""

HEAD_S = 2.0
PIECES_MAX = 300


@dataclass(slots=True)
class Session:
    """One conversation with the device. ``times``: how its texts are read; ``notes``: what was found out."""

    http: Fetcher
    clock: DeviceClock
    times: IsapiTimes
    searcher: Searcher
    notes: dict[str, Any] = field(default_factory=dict)


def needed(segments: Sequence[Segment], span: TimeWindow) -> list[Segment]:
    """Without those whose share of ``span`` lies wholly in another's: an event clip beside the continuous recording."""
    chosen: list[Segment] = []
    for segment in sorted(segments, key=lambda one: (one.start, -one.end.timestamp())):
        if chosen and min(segment.end, span.end) <= chosen[-1].end:
            continue
        chosen.append(segment)
    return chosen


class IsapiPull:
    """Downloads into ``folder``. ``device``: tells one device's pieces from another's."""

    def __init__(self, session: Session, folder: Path, device: str) -> None:
        self._session = session
        self._folder = folder
        self._device = device
        self._downloader = Downloader(session.http)

    def gather(self, wanted: Sequence[Segment], span: TimeWindow) -> Gathered:
        gathered = Gathered()
        for segment in wanted[:PIECES_MAX]:
            if gathered.trouble(self._bring(segment, span, gathered)):
                return gathered
        if len(wanted) > PIECES_MAX:
            gathered.trouble(SourceBroken("it lists more pieces than a window can hold", pieces=len(wanted)))
        return gathered

    def _bring(self, segment: Segment, span: TimeWindow, gathered: Gathered) -> FootageError | None:
        """Add one piece; what kept it away or cut it short."""
        start, end = max(segment.start, span.start), min(segment.end, span.end)
        asked = Asked(segment.start, segment.end, start, end, segment.sure)
        try:
            piece, info = self._fetched(segment, asked)
            found = dated(asked, self._came(segment, asked, piece, info))
        except FootageError as error:
            return error
        gathered.add(placed(piece.path, self._session.clock.true(found.at), info), found.how, found.uncertainty_s)
        return piece.error

    def _fetched(self, segment: Segment, asked: Asked) -> tuple[Piece, MediaInfo]:
        return as_long_as(asked.seconds, lambda attempt: self._once(segment, asked, attempt))

    def _once(self, segment: Segment, asked: Asked, attempt: str) -> tuple[Piece, MediaInfo]:
        uri = narrowed(segment, asked.start, asked.end, self._session.times)
        identity = "|".join((self._device, segment.uri, uri, attempt))
        piece = fetched(self._folder, identity, lambda path: self._downloader.download(uri, path))
        return piece, facts_of(piece)

    def _came(self, segment: Segment, asked: Asked, piece: Piece, info: MediaInfo) -> Came:
        seconds, gap_s = info.lead_s + info.duration_s, info.keyframe_gap_max_s
        if asked.sure and asked.start <= asked.segment_start:
            return Came(seconds, gap_s, piece.error is None)
        with piece.path.open("rb") as file:
            first = first_pts(file.read(HEAD_BYTES))
        of_segment = self._segment_pts(segment) if first is not None and asked.sure else None
        return Came(seconds, gap_s, piece.error is None, first, of_segment)

    def _segment_pts(self, segment: Segment) -> int | None:
        """The first time stamp of the whole recording, from its first moment: to count from."""
        uri = narrowed(segment, segment.start, segment.start + timedelta(seconds=HEAD_S), self._session.times)
        try:
            return first_pts(self._downloader.beginning(uri, HEAD_BYTES))
        except FootageError:
            return None
