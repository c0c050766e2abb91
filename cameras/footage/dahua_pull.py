"""From files that a Dahua device lists to pieces on true time.

``.dav`` frames carry the device's clock to the second, and libav counts presentation times from it: such a piece dates
itself, however it was cut. Its first part of a second may stand up to a second early; pictures after that are right to
within a frame. Other containers are dated by what was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from cameras.footage.assemble import placed
from cameras.footage.dahua_cgi import DahuaFile, digits
from cameras.footage.dating import LONGEST_GAP_S, SECOND_S, SLACK_S, Asked, Came, Dated, dated
from cameras.footage.decode import MediaInfo
from cameras.footage.device_clock import DeviceClock
from cameras.footage.device_pieces import Gathered, Piece, as_long_as, facts_of, fetched
from cameras.footage.fetch import Fetcher
from cameras.footage.source import (
    ChannelMissing,
    FootageError,
    FootageUnreadable,
    SourceBroken,
    SourceDenied,
)
from cameras.footage.window import TimeWindow

BY_TIME, BY_FILE = "time", "file"
PIECES_MAX = 300
DAV_MARKS = (b"DHAV", b"DAHUA")


@dataclass(frozen=True, slots=True)
class Camera:
    """``channel`` counts from 1. ``how``: by what to ask for film, in this order."""

    device: str
    channel: int
    subtype: int
    zone: tzinfo
    how: tuple[str, ...]


def needed(files: Sequence[DahuaFile], span: TimeWindow) -> list[DahuaFile]:
    """Without those whose share of ``span`` lies wholly in another's."""
    chosen: list[DahuaFile] = []
    for file in sorted(files, key=lambda one: (one.start, -one.end.timestamp())):
        if not chosen or min(file.end, span.end) > chosen[-1].end:
            chosen.append(file)
    return chosen


class DahuaPull:
    """Downloads into ``folder``; what a device cannot do is not asked of it twice in one pull."""

    def __init__(self, http: Fetcher, camera: Camera, clock: DeviceClock, folder: Path) -> None:
        self._http = http
        self._camera = camera
        self._clock = clock
        self._folder = folder
        self._how = list(camera.how)
        self._used: set[str] = set()

    @property
    def notes(self) -> dict[str, Any]:
        return {"downloaded_by": sorted(self._used)}

    def gather(self, wanted: Sequence[DahuaFile], span: TimeWindow) -> Gathered:
        gathered = Gathered()
        for file in wanted[:PIECES_MAX]:
            if gathered.trouble(self._bring(file, span, gathered)):
                return gathered
        if len(wanted) > PIECES_MAX:
            gathered.trouble(SourceBroken("it lists more pieces than a window can hold", pieces=len(wanted)))
        return gathered

    def _bring(self, file: DahuaFile, span: TimeWindow, gathered: Gathered) -> FootageError | None:
        try:
            piece, info, asked = self._either_way(file, span)
            found = _dated(asked, piece, info, self._camera.zone)
        except FootageError as error:
            return error
        gathered.add(placed(piece.path, self._clock.true(found.at), info), found.how, found.uncertainty_s)
        return piece.error

    def _either_way(self, file: DahuaFile, span: TimeWindow) -> tuple[Piece, MediaInfo, Asked]:
        # Only .dav comes by time; a film in another container is a file of its own.
        ways = [how for how in self._how if how == BY_FILE or file.is_dav] or [BY_FILE]
        for way in ways[:-1]:
            try:
                return self._by(way, file, span)
            except FootageError as error:
                if not _cannot(error):
                    raise
        got = self._by(ways[-1], file, span)
        if len(ways) > 1:
            self._how = [ways[-1]]
        return got

    def _by(self, way: str, file: DahuaFile, span: TimeWindow) -> tuple[Piece, MediaInfo, Asked]:
        start, end = max(file.start, span.start), min(file.end, span.end)
        if way == BY_FILE:
            address, asked = f"/cgi-bin/RPC_Loadfile/{file.path}", Asked(file.start, file.end, file.start, file.end)
        else:
            address, asked = self._by_time(start, end), Asked(file.start, file.end, start, end)
        piece, info = as_long_as(asked.seconds, lambda attempt: self._once(file, address, attempt))
        self._used.add(way)
        return piece, info, asked

    def _once(self, file: DahuaFile, address: str, attempt: str) -> tuple[Piece, MediaInfo]:
        # By time the address does not name the file, and files overlap.
        identity = "|".join((self._camera.device, file.path, f"{file.start.timestamp()}", address, attempt))
        piece = fetched(self._folder, identity, lambda path: self._http.download(address, path))
        return piece, facts_of(piece)

    def _by_time(self, start: datetime, end: datetime) -> str:
        zone = self._camera.zone
        return (
            f"/cgi-bin/loadfile.cgi?action=startLoad&channel={self._camera.channel}"
            f"&startTime={digits(start, zone)}&endTime={digits(end, zone)}&subtype={self._camera.subtype}"
        )


def _cannot(error: FootageError) -> bool:
    """Whether it may be this way of asking that the device does not know, and not the device that is in trouble."""
    if isinstance(error, ChannelMissing | FootageUnreadable):
        return True
    return isinstance(error, SourceDenied | SourceBroken) and error.data.get("status") in (400, 403, 405, 501)


def _dated(asked: Asked, piece: Piece, info: MediaInfo, zone: tzinfo) -> Dated:
    """
    Raises:
        FootageUndated: it is no .dav, and fits nothing that was asked for.
    """
    at = _told_by_frames(piece, info, zone)
    near = timedelta(seconds=LONGEST_GAP_S + SLACK_S)
    if at is not None and asked.segment_start - near <= at <= asked.end + near:
        return Dated(at, "frames", SECOND_S)
    seconds = info.lead_s + info.duration_s
    return dated(asked, Came(seconds, info.keyframe_gap_max_s, piece.error is None))


def _told_by_frames(piece: Piece, info: MediaInfo, zone: tzinfo) -> datetime | None:
    """The time in the first frame, device-local; libav hands it on as seconds since 1970 of a clock without a zone."""
    with piece.path.open("rb") as file:
        if not file.read(5).startswith(DAV_MARKS):
            return None
    try:
        return datetime.fromtimestamp(info.first_pts_s - info.lead_s, UTC).replace(tzinfo=zone)
    except (ValueError, OverflowError, OSError):
        return None
