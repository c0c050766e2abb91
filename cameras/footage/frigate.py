"""Frigate, the open recorder: its list of recordings, its clips, its latest picture.

Settings::

    {"url": "http://10.20.0.4:5000",        # or .../frigate behind a proxy; port 8971 asks for a login
     "camera": "gerbang_3",
     "login": true,                          # user name and password go to Frigate's own login (0.14 and later)
     "retention_h": 72}

Times are UTC by the server's clock, which the Date of its answers tells. Coverage comes from the list of recordings;
``/api/recordings/unavailable`` is not used, because it rounds holes to a raster and knows nothing more.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from cameras.footage import jpeg, options
from cameras.footage.assemble import limited
from cameras.footage.context import SourceContext
from cameras.footage.decode import MediaInfo
from cameras.footage.fetch import Fetcher, Reply
from cameras.footage.frigate_runs import Came, Row, asked, beginnings, near, rows_of, true_at
from cameras.footage.gather import Brought, Haul, workplace
from cameras.footage.options import (
    DELAY,
    PASSWORD,
    RETENTION,
    USERNAME,
    VERIFY_TLS,
    Option,
    Words,
    name_complaint,
    url_complaint,
)
from cameras.footage.server_clock import PADDING_S, by_date
from cameras.footage.source import (
    FootageError,
    FootageMissing,
    FootageUndated,
    Glance,
    PulledFootage,
    SourceBroken,
    SourceMisconfigured,
)
from cameras.footage.timeline import Placed
from cameras.footage.window import TimeWindow, clipped, merged

LIST_BYTES = 8 << 20
STILL_BYTES = 16 << 20
NOT_THERE = frozenset({400})
"""Frigate's answer for a range without recordings: listed a moment ago, and expired since."""

STRAY_S = 1.5
LOST_S = 2.0
"""A clip shorter than its segments by more than this broke off on the server; Frigate does not say so."""

OPTIONS = (
    Option(
        "url",
        Words("Alamat Frigate", "Frigate's address"),
        required=True,
        check=url_complaint("http", "https"),
        help=Words("Misalnya http://10.20.0.4:5000", "E.g. http://10.20.0.4:5000"),
    ),
    Option(
        "camera",
        Words("Nama kamera di Frigate", "The camera's name in Frigate"),
        required=True,
        check=name_complaint,
    ),
    Option(
        "login",
        Words("Masuk lewat Frigate", "Log in at Frigate"),
        "flag",
        default=False,
        help=Words(
            "Untuk port 8971 (Frigate 0.14 ke atas); kosong: tanpa login, atau Basic/Digest dari proxy",
            "For port 8971 (Frigate 0.14 and later); empty: no login, or a proxy's Basic or Digest",
        ),
    ),
    DELAY,
    RETENTION,
    VERIFY_TLS,
    USERNAME,
    PASSWORD,
)


@dataclass(frozen=True, slots=True)
class _Listed:
    """What Frigate says it has around a window, and by which clock."""

    rows: list[Row]
    offset_s: float
    clock: dict[str, Any]


class FrigateSource:
    """One camera of one Frigate."""

    kind: ClassVar[str] = "frigate"
    title: ClassVar[Words] = Words("Frigate", "Frigate")
    options: ClassVar[tuple[Option, ...]] = OPTIONS
    has_past = True
    real_time = False
    stills_only = False

    @classmethod
    def bind(cls, context: SourceContext) -> FrigateSource:
        return cls(context)

    def __init__(self, context: SourceContext) -> None:
        """Raises SourceMisconfigured."""
        problems = self.validate(context.settings)
        if problems:
            raise SourceMisconfigured("; ".join(f"{name}: {what}" for name, what in problems.items()))
        self.context = context
        self._camera = quote(str(context.settings["camera"]), safe="")

    @classmethod
    def validate(cls, settings: Mapping[str, Any]) -> dict[str, str]:
        return options.problems(cls.options, settings)

    def coverage(self, window: TimeWindow) -> list[TimeWindow]:
        """From the list of recordings, exact to about a second; see the protocol."""
        with self._connected() as http:
            return _promised(self._listed(http, window), window)

    def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
        """Segment by segment, joined on true time; see the protocol."""
        with self._connected() as http, workplace(self.context, destination) as folder:
            listed = self._listed(http, window)
            haul = Haul(http, self.context, folder, gone=NOT_THERE)
            brought = self._brought(haul, listed.rows)
            begins_s = beginnings([Came(row, min(_seconds(got.info), row.seconds), got.whole) for row, got in brought])
            for (row, got), at_s in zip(brought, begins_s, strict=True):
                haul.pieces.append(_placed(row, got, true_at(at_s, listed.offset_s)))
            pulled = haul.clip(window, destination, listed.offset_s, clock=listed.clock)
        return _checked(pulled, _promised(listed, window))

    def _brought(self, haul: Haul, rows: Sequence[Row]) -> list[tuple[Row, Brought]]:
        fetched = self._fetched(haul, rows)
        read = haul.read([path for _, path in fetched])
        out = []
        for row, got in ((row, read[path]) for row, path in fetched if path in read):
            seconds = _seconds(got.info)
            if got.whole and seconds < min(STRAY_S, row.seconds / 2):
                # All that came may be the first pictures of the next segment, because this one is gone: Frigate
                # answers with whatever touches the range.
                _expired(haul)
            elif seconds > row.seconds + LOST_S:
                # Something stands before or behind what was asked for, so nothing tells where its pictures belong.
                error = FootageUndated("longer than its segment", reason="unexpected_length")
                haul.troubled(got.path.name, error)
            else:
                out.append((row, got))
        return out

    def _fetched(self, haul: Haul, rows: Sequence[Row]) -> list[tuple[Row, Path]]:
        out = []
        for before, row, following in zip([None, *rows], rows, [*rows[1:], None], strict=False):
            if haul.over:
                break
            start_s, end_s = asked(before, row, following)
            address = f"api/{self._camera}/start/{start_s}/end/{end_s}/clip.mp4"
            try:
                path = haul.fetch(address, f"frigate-{start_s}-{end_s}.mp4")
            except FootageMissing:
                _expired(haul)
                continue
            if path is not None:
                out.append((row, path))
        return out

    def glance(self, folder: Path) -> Glance:
        """The latest picture that Frigate has decoded.

        Raises:
            FootageError: Frigate itself gets no pictures (it would answer with an old one, or with one that says so).
        """
        with self._connected() as http:
            self._check_alive(http)
            address = f"api/{self._camera}/latest.jpg?quality=90"
            reply = http.get(address, max_bytes=STILL_BYTES, accept=("image/",))
        if reply.headers.get("x-frigate-offline") == "true":
            raise _offline()
        jpeg.size_of(reply.content)
        path = folder / "latest.jpg"
        path.write_bytes(reply.content)
        return Glance(path, self.context.now(), reply.offset_s)

    def _check_alive(self, http: Fetcher) -> None:
        """Raises FootageError when Frigate counts no pictures a second from this camera; other answers prove
        nothing."""
        try:
            told = json.loads(http.get("api/stats", max_bytes=LIST_BYTES).text)
            rate = told["cameras"][self.context.settings["camera"]]["camera_fps"]
        except (FootageMissing, KeyError, TypeError, ValueError):
            return
        if rate == 0:
            raise _offline()

    # -- Talking to Frigate ---------------------------------------------------------------

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Fetcher]:
        base = str(self.context.settings["url"]).rstrip("/") + "/"
        with Fetcher(base, self.context) as http:
            if self.context.settings.get("login"):
                self._log_in(http)
            yield http

    def _log_in(self, http: Fetcher) -> None:
        """The session comes as a cookie, which the client keeps."""
        secrets = self.context.secrets
        body = json.dumps({"user": secrets.get("username", ""), "password": secrets.get("password", "")})
        http.post("api/login", body.encode(), content_type="application/json")

    def _listed(self, http: Fetcher, window: TimeWindow) -> _Listed:
        """Asked twice where the first answer shows that the clock is not where we thought it was."""
        offset_s = self.context.clock_offset_s
        reply, rows = self._recordings(http, window, offset_s)
        measured_s, clock = by_date(reply.offset_s, offset_s)
        if measured_s != offset_s:
            _, rows = self._recordings(http, window, measured_s)
        start_s, end_s = window.start.timestamp() + measured_s, window.end.timestamp() + measured_s
        return _Listed(near(rows, start_s - PADDING_S, end_s + PADDING_S), measured_s, clock)

    def _recordings(self, http: Fetcher, window: TimeWindow, offset_s: float) -> tuple[Reply, list[Row]]:
        """All segments that may show a moment of the window, and some more."""
        after_s, before_s = window.start.timestamp() + offset_s - 60, window.end.timestamp() + offset_s + 60
        reply = http.get(
            f"api/{self._camera}/recordings?after={after_s:.3f}&before={before_s:.3f}", max_bytes=LIST_BYTES
        )
        try:
            return reply, rows_of(json.loads(reply.text))
        except (ValueError, RecursionError) as error:
            raise SourceBroken("its list of recordings is no JSON") from error


def _seconds(info: MediaInfo) -> float:
    """From the earliest picture in time, shown or not: where the segment before ended."""
    return info.hidden_s + info.duration_s


def _placed(row: Row, got: Brought, at: datetime) -> Placed:
    """``at``: true time of its earliest picture. Of streams with reordered pictures the next segment's first ones come
    along; they are not its own."""
    hidden_s, frame_s = got.info.hidden_s, got.info.duration_s / max(1, got.info.frames)
    piece = Placed(got.path, at + timedelta(seconds=hidden_s), got.info)
    return limited(piece, row.seconds - hidden_s - frame_s / 2) if _has_more(row, got.info) else piece


def _has_more(row: Row, info: MediaInfo) -> bool:
    return _seconds(info) > row.seconds + info.duration_s / max(1, info.frames) / 2


def _expired(haul: Haul) -> None:
    haul.notes["expired"] = haul.notes.get("expired", 0) + 1


def _promised(listed: _Listed, window: TimeWindow) -> list[TimeWindow]:
    begins_s = beginnings([Came(row, row.seconds) for row in listed.rows])
    shown = [
        TimeWindow(true_at(at_s, listed.offset_s), true_at(at_s + row.seconds, listed.offset_s))
        for row, at_s in zip(listed.rows, begins_s, strict=True)
    ]
    return clipped(merged(shown), window)


def _checked(pulled: PulledFootage, promised: Sequence[TimeWindow]) -> PulledFootage:
    lost_s = sum(part.seconds for part in promised) - sum(part.seconds for part in pulled.covered)
    if pulled.shortfall or lost_s <= LOST_S:
        return pulled
    return replace(pulled, shortfall=SourceBroken.code, notes={**pulled.notes, "lost_s": round(lost_s, 1)})


def _offline() -> FootageError:
    return FootageError("Frigate gets no pictures from this camera", reason="offline")
