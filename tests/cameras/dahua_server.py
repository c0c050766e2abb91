"""A Dahua recorder on loopback: clock, finders, films by time and by file; firmwares differ by switches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.cameras.device_server import Answer, Asked, Device
from tests.cameras.recordings import Film, as_dav, as_jpeg, as_mp4

TIME = "%Y-%m-%d %H:%M:%S"
FOLDER = "/mnt/dvr/sda0"


@dataclass
class Firmware:
    """``container``: ``dav`` or ``mp4``. ``by_time``: what startLoad answers, ``film``, ``empty`` or a status.
    ``finders``: how many there are for all who ask. ``says_nothing_by``: status of "Error" when nothing was found.
    """

    zone: str = "Asia/Jakarta"
    container: str = "dav"
    by_time: str = "film"
    by_file: str = "film"
    finders: int = 4
    finder_from: int = 1
    page: int = 100
    says_nothing_by: int = 400
    tells_time: bool = True
    dates_frames_in: str = "Asia/Jakarta"
    sends_share: Sequence[float] = ()
    """Of each download in turn: how much of it comes, as if that were all of it. Those after the last come whole."""


@dataclass
class Search:
    found: list[str] = field(default_factory=list)
    given: int = 0
    closed: bool = False


class DahuaServer(Device):
    """``films`` are on channel 1, main stream. ``searches``: finders that were not destroyed."""

    realm = "Login to 7K03F2CPAJ00217"

    def __init__(self, films: Sequence[Film], firmware: Firmware | None = None, **device: Any) -> None:
        super().__init__(**device)
        self.films = list(films)
        self.firmware = firmware or Firmware()
        self.instead: dict[str, Answer] = {}
        """By ``path`` or ``path?action``."""
        self.searches: dict[int, Search] = {}
        self._numbers = 0
        self.downloads: list[str] = []

    def answer(self, asked: Asked) -> Answer:
        action = asked.one("action")
        for key in (f"{asked.path}?{action}", asked.path):
            if key in self.instead:
                return self.instead[key]
        if asked.path == "/cgi-bin/global.cgi" and action == "getCurrentTime" and self.firmware.tells_time:
            return Answer.of(f"result={self._local(self.now()):{TIME}}\r\n")
        if asked.path == "/cgi-bin/mediaFileFind.cgi":
            with self.lock:
                return self._find(action, asked)
        if asked.path == "/cgi-bin/loadfile.cgi" and action == "startLoad":
            return self._by_time(asked)
        if asked.path.startswith("/cgi-bin/RPC_Loadfile/"):
            return self._by_file(asked)
        if asked.path == "/cgi-bin/snapshot.cgi" and asked.one("channel") == "1":
            return Answer.of(as_jpeg(5.0), "image/jpeg")
        return Answer.of("Error\r\nBad Request!\r\n", status=400)

    # -- Times --------------------------------------------------------------------------

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.firmware.zone)).replace(tzinfo=None)

    def shown(self, film: Film) -> tuple[datetime, datetime]:
        """Start and end on the device's clock, without a zone."""
        off = timedelta(seconds=self.clock_off_s)
        return self._local(film.start + off), self._local(film.end + off)

    def path(self, film: Film) -> str:
        began, ended = self.shown(film)
        name = f"{began:%H.%M.%S}-{ended:%H.%M.%S}[R][0@0][0].{self.firmware.container}"
        return f"{FOLDER}/{began:%Y/%m/%d}/001/dav/{began:%H}/{name}"

    # -- Finders ------------------------------------------------------------------------

    def _find(self, action: str, asked: Asked) -> Answer:
        if action == "factory.create":
            if len(self.searches) >= self.firmware.finders:
                return Answer.of("Error\r\nNo free finder\r\n", status=503)
            self._numbers += 1
            self.searches[8_000_000 + self._numbers] = Search()
            return Answer.of(f"result={8_000_000 + self._numbers}\r\n")
        search = self.searches.get(int(asked.one("object", "0")))
        if search is None:
            return Answer.of("Error\r\nBad Request!\r\n", status=400)
        if action == "close":
            search.closed = True
        elif action == "destroy":
            del self.searches[int(asked.one("object"))]
        elif action == "findFile":
            return self._begin(search, asked)
        elif action == "findNextFile":
            return self._next(search, int(asked.one("count")))
        return Answer.of("OK\r\n")

    def _begin(self, search: Search, asked: Asked) -> Answer:
        start, end = (datetime.strptime(asked.one(f"condition.{name}"), TIME) for name in ("StartTime", "EndTime"))
        mine = int(asked.one("condition.Channel")) == self.firmware.finder_from
        wanted = self.firmware.container in [asked.one(f"condition.Types[{number}]") for number in range(3)]
        if mine and wanted and asked.one("condition.VideoStream", "Main") == "Main":
            listed = [(*self.shown(film), film) for film in self.films]
            search.found = [self._item(film) for began, ended, film in listed if began < end and ended > start]
        if search.found:
            return Answer.of("OK\r\n")
        return Answer.of("Error\r\n", status=self.firmware.says_nothing_by)

    def _item(self, film: Film) -> str:
        began, ended = self.shown(film)
        # Devices write no leading zeros in some firmwares.
        return "\r\n".join(
            [
                "items[{0}].Channel=0",
                f"items[{{0}}].StartTime={began:%Y}-{began.month}-{began.day} {began:%H:%M:%S}",
                f"items[{{0}}].EndTime={ended:{TIME}}",
                f"items[{{0}}].Type={self.firmware.container}",
                "items[{0}].Events[0]=VideoMotion",
                f"items[{{0}}].FilePath={self.path(film)}",
                "items[{0}].Length=7900",
                "items[{0}].VideoStream=Main",
                "",
            ]
        )

    def _next(self, search: Search, count: int) -> Answer:
        part = search.found[search.given : search.given + min(count, self.firmware.page)]
        search.given += len(part)
        return Answer.of(
            f"found={len(part)}\r\n" + "".join(item.replace("{0}", str(number)) for number, item in enumerate(part))
        )

    # -- Films --------------------------------------------------------------------------

    def _by_time(self, asked: Asked) -> Answer:
        self.downloads.append(asked.target)
        if self.firmware.by_time == "empty":
            return Answer.of(b"", "application/octet-stream")
        if self.firmware.by_time != "film":
            return Answer.of("Error\r\n", status=int(self.firmware.by_time))
        start, end = (datetime.strptime(asked.one(name), TIME) for name in ("startTime", "endTime"))
        cut = []
        for film in self.films:
            began, ended = self.shown(film)
            if began < end and ended > start:
                cut.append(film.cut(*((at - began).total_seconds() for at in (start, end))))
        return self._dav(cut)

    def _by_file(self, asked: Asked) -> Answer:
        self.downloads.append(asked.target)
        if self.firmware.by_file != "film":
            return Answer.of("Error\r\n", status=int(self.firmware.by_file))
        name = asked.path.removeprefix("/cgi-bin/RPC_Loadfile")
        for film in self.films:
            if self.path(film) == name:
                return self._dav([film]) if self.firmware.container == "dav" else Answer.of(as_mp4(film), "video/mp4")
        return Answer.missing()

    def _dav(self, films: Sequence[Film]) -> Answer:
        zone = ZoneInfo(self.firmware.dates_frames_in)
        off = timedelta(seconds=self.clock_off_s)
        dated = [(film, (film.start + off).astimezone(zone).replace(tzinfo=None)) for film in films]
        content, share = as_dav(dated), self.firmware.sends_share
        if len(self.downloads) <= len(share):
            content = content[: int(len(content) * share[len(self.downloads) - 1])]
        return Answer.of(content, "application/octet-stream")
