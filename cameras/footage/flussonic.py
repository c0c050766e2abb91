"""Flussonic: HLS with an archive behind it, ranges that say what is recorded, and locks that keep it from expiring.

``/<stream>/archive-<unix>-<seconds>.m3u8`` answers a window (older versions: ``index-``, ``mono-``, ``video-``), times
are UTC; ``/<stream>/recording_status.json`` lists the ranges; ``/<stream>/preview.mp4`` is the newest keyframe.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from cameras.footage.assemble import media_of
from cameras.footage.fetch import Fetcher
from cameras.footage.hls.playlist import MediaPlaylist
from cameras.footage.hls.settings import QUALITY
from cameras.footage.hls.source import HlsSource
from cameras.footage.limits import DecodeLimits
from cameras.footage.options import (
    DELAY,
    PASSWORD,
    RETENTION,
    TOKEN,
    USERNAME,
    VERIFY_TLS,
    Option,
    Words,
    url_complaint,
)
from cameras.footage.source import (
    ChannelMissing,
    FootageError,
    FootageUnreadable,
    Glance,
    PulledFootage,
    SourceForbidden,
)
from cameras.footage.window import TimeWindow, clipped, merged

ARCHIVE_FORMS = ("archive", "index", "mono", "video")
PREVIEWS = (("preview.mp4", ("video/",)), ("preview.jpg", ("image/jpeg",)))
PREVIEW_BYTES_MAX = 8 << 20
LAST_PAGES = ("index.m3u8", "mono.m3u8", "video.m3u8", "index.fmp4.m3u8", "embed.html")
"""What people copy from their browser along with the stream's address."""

RANGES_MAX = 20_000
MILLISECONDS_FROM = 1e11
"""Unix seconds stay below this for three thousand years."""


def _stream_complaint(value: Any) -> str | None:
    found = url_complaint("http", "https")(value)
    if found is not None:
        return found
    parts = urlsplit(str(value))
    if parts.query or parts.fragment:
        return "tanpa parameter; token diisi di kolomnya sendiri"
    return None if stream_of(str(value)) else "harus memuat nama stream, misalnya http://server:8080/gerbang-03"


def base_of(url: str) -> str:
    """``http://host:port/stream`` without a slash at its end or a page behind it."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if path.rpartition("/")[2] in LAST_PAGES:
        path = path.rpartition("/")[0]
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def stream_of(url: str) -> str:
    """The stream's name, which may have slashes in it."""
    return unquote(urlsplit(base_of(url)).path.strip("/"))


class FlussonicSource(HlsSource):
    """One stream of a Flussonic server."""

    kind: ClassVar[str] = "flussonic"
    title: ClassVar[Words] = Words("Flussonic", "Flussonic")
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "url",
            Words("Alamat stream", "Address of the stream"),
            required=True,
            check=_stream_complaint,
            help=Words("Misalnya http://server:8080/gerbang-03", "E.g. http://server:8080/gate-03"),
        ),
        Option(
            "lock",
            Words("Kunci rekaman selama diambil", "Lock the recording while it is pulled"),
            "flag",
            default=False,
            help=Words(
                "Agar tidak terhapus sebelum terambil; perlu akun pengelola Flussonic",
                "So that it does not expire before it is had; needs an administrator's account of Flussonic",
            ),
        ),
        QUALITY,
        VERIFY_TLS,
        DELAY,
        RETENTION,
        USERNAME,
        PASSWORD,
        TOKEN,
    )

    @classmethod
    def bind(cls, context: Any) -> FlussonicSource:
        return cls(context)

    @property
    def live_address(self) -> str:
        return f"{self._base}/index.m3u8"

    @property
    def _base(self) -> str:
        return base_of(str(self._settings["url"]))

    @property
    def _trusts_asked(self) -> bool:
        return True  # an archive begins at the second asked for, give or take a segment

    def _archive_addresses(self, by_device: TimeWindow) -> list[str]:
        first, length = _seconds(by_device)
        return [f"{self._base}/{form}-{first}-{length}.m3u8" for form in ARCHIVE_FORMS]

    # -- What is recorded -----------------------------------------------------------------

    def coverage(self, window: TimeWindow) -> list[TimeWindow]:
        """The ranges that the server lists; where it cannot, what its playlist says."""
        by_device = self._by_device(window)
        first, length = _seconds(by_device)
        address = f"{self._base}/recording_status.json?from={first}&to={first + length}&request=ranges"
        with self._fetcher() as http:
            try:
                told = json.loads(http.get(address).text)
            except ChannelMissing:
                return super().coverage(window)
            except ValueError as error:
                if isinstance(error, FootageError):
                    raise
                raise FootageUnreadable("the list of ranges is no JSON", reason="bad_ranges") from error
        listed = clipped(merged(_ranges(told)), by_device)
        return [TimeWindow(one.start - self._offset, one.end - self._offset) for one in listed]

    # -- Locks ------------------------------------------------------------------------------

    def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
        """As HLS. The range stays locked until all of it was had, or is known not to come."""
        try:
            pulled = super().pull(window, destination)
        except FootageError as error:
            if not error.retryable:
                self._unlock(window)
            raise
        if not pulled.shortfall:
            self._unlock(window)
        return pulled

    @property
    def _locks(self) -> bool:
        return self._settings.get("lock") is True

    def _prepared(self, http: Fetcher, by_device: TimeWindow) -> dict[str, Any]:
        if not self._locks:
            return {}
        first, length = _seconds(by_device)
        return {"lock": self._lock_call(http, "lock", {"from": first, "duration": length})}

    def _lock_call(self, http: Fetcher, verb: str, asked: Mapping[str, int]) -> str:
        """``lock`` or ``unlock``; answers what it came to. Fails no pull: the recording may well be there still."""
        name = stream_of(str(self._settings["url"]))
        old = {"stream": name, **asked}
        try:
            http.post(f"/flussonic/api/dvr/{verb}", json.dumps(old).encode(), content_type="application/json")
        except ChannelMissing:
            return self._lock_call_v3(http, verb, f"/streamer/api/v3/streams/{quote(name, safe='')}/dvr/locks", asked)
        except SourceForbidden:
            raise
        except FootageError as error:
            return error.code
        return "held" if verb == "lock" else "released"

    def _lock_call_v3(self, http: Fetcher, verb: str, address: str, asked: Mapping[str, int]) -> str:
        try:
            if verb == "lock":
                http.post(address, json.dumps(dict(asked)).encode(), content_type="application/json")
            else:
                http.ask("DELETE", f"{address}?from={asked['from']}&duration={asked['duration']}")
        except SourceForbidden:
            raise
        except FootageError as error:
            return error.code
        return "held" if verb == "lock" else "released"

    def _unlock(self, window: TimeWindow) -> None:
        if not self._locks:
            return
        first, length = _seconds(self._by_device(window))
        try:
            with Fetcher(self.live_address, self.context, wall_s=self.context.limits.silence_s) as http:
                self._lock_call(http, "unlock", {"from": first, "duration": length})
        except SourceForbidden:
            return  # then nothing was locked either

    # -- A look -----------------------------------------------------------------------------

    def glance(self, folder: Path) -> Glance:
        """The server's own preview, dated by the playlist's end; where it makes none, the newest segment."""
        with self._fetcher() as http:
            opened = self._live(http)
            path = self._preview(http, folder)
        if path is None:
            return super().glance(folder)
        notes = {"clock": opened.clock(self.context.clock_offset_s), "by": path.name}
        return Glance(path, self._edge(opened.playlist), notes=notes)

    def _edge(self, playlist: MediaPlaylist) -> datetime | None:
        ends = [
            entry.told_at + timedelta(seconds=entry.said_s) for entry in playlist.entries if entry.told_at is not None
        ]
        return max(ends) - self._offset if ends and playlist.entries[-1].told_at is not None else None

    def _preview(self, http: Fetcher, folder: Path) -> Path | None:
        for name, accepted in PREVIEWS:
            try:
                content = http.get(f"{self._base}/{name}", max_bytes=PREVIEW_BYTES_MAX, accept=accepted).content
            except (ChannelMissing, FootageUnreadable):
                continue
            path = folder / name
            path.write_bytes(content)
            if not isinstance(media_of([path], DecodeLimits(wall_s=30.0))[path], FootageError):
                return path
            path.unlink()
        return None


def _seconds(window: TimeWindow) -> tuple[int, int]:
    """Start and length, cut outwards to whole seconds."""
    first, last = math.floor(window.start.timestamp()), math.ceil(window.end.timestamp())
    return first, last - first


def _ranges(told: Any) -> Iterator[TimeWindow]:
    """Ranges wherever they stand: a list of streams, one stream, or the ranges alone; ``from`` with ``duration`` or
    ``to``, in seconds or milliseconds."""
    rows = _rows(told)
    for row in rows[:RANGES_MAX]:
        start = _number(row.get("from", row.get("start")))
        length, end = _number(row.get("duration")), _number(row.get("to", row.get("end")))
        if start is None:
            continue
        scale = 1000.0 if start > MILLISECONDS_FROM else 1.0
        until = end if end is not None else start + length if length is not None else start
        try:
            yield TimeWindow(datetime.fromtimestamp(start / scale, UTC), datetime.fromtimestamp(until / scale, UTC))
        except (ValueError, OverflowError, OSError):
            continue  # a range of nothing, or of no time on any calendar


def _rows(told: Any) -> list[Mapping[str, Any]]:
    """Raises FootageUnreadable where no ranges are to be seen."""
    if isinstance(told, Mapping) and isinstance(told.get("ranges"), list):
        return [row for row in told["ranges"] if isinstance(row, Mapping)]
    if isinstance(told, list) and all(isinstance(one, Mapping) for one in told):
        if any("ranges" in one for one in told):
            return [row for one in told if isinstance(one.get("ranges"), list) for row in _rows(one)]
        return list(told)
    raise FootageUnreadable("the list of ranges has none in it", reason="bad_ranges")


def _number(value: Any) -> float | None:
    try:
        found = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except ValueError:
        return None
    return found if math.isfinite(found) else None
