"""A Hikvision recorder on loopback: ISAPI time, search and download, with the firmwares' differences as switches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from defusedxml import ElementTree

from tests.cameras.device_server import Answer, Asked, Device
from tests.cameras.recordings import Film, as_jpeg, as_mp4, as_program_stream

HIKVISION = "http://www.hikvision.com/ver20/XMLSchema"
ISAPI = "http://www.isapi.org/ver20/XMLSchema"
LIVE = "ch01_live"


@dataclass
class Firmware:
    """``narrows``: a download keeps to the asked times, else it sends the whole file. ``restamps``: time stamps begin
    anew in each download. ``methods``: what downloads take. ``dialect``: of search requests, ``full``, ``plain``
    or both. ``cuts_list``: matches are cut to the search. ``records_now``: its newest recording reaches to now.
    ``container``: ``ps`` or ``mp4``. ``page``: the most matches it gives at once.
    """

    z_is_local: bool = False
    zone: str = "Asia/Jakarta"
    zone_text: str = "CST-7:00:00"
    tells_offset: bool = True
    narrows: bool = True
    restamps: bool = False
    methods: tuple[str, ...] = ("POST",)
    refuses_method_with: int = 403
    dialect: tuple[str, ...] = ("full", "plain")
    cuts_list: bool = False
    records_now: bool = True
    container: str = "ps"
    page: int = 40
    namespace: str = HIKVISION
    sends_share: Sequence[float] = field(default_factory=list)
    """Of each download in turn: how much of it comes, as if that were all of it. Those after the last come whole."""


class HikvisionServer(Device):
    """``films`` are on track 101, with true times; the device writes down what its own clock showed.
    ``instead``: answers for a path that are given in place of its own."""

    def __init__(self, films: Sequence[Film], firmware: Firmware | None = None, **device: Any) -> None:
        super().__init__(**device)
        self.films = list(films)
        self.firmware = firmware or Firmware()
        self.instead: dict[str, Answer] = {}
        self.downloads: list[str] = []
        self.searches: list[str] = []

    def answer(self, asked: Asked) -> Answer:
        if asked.path in self.instead:
            return self.instead[asked.path]
        known = {
            "/ISAPI/System/time": self._time,
            "/ISAPI/ContentMgmt/search": self._search,
            "/ISAPI/ContentMgmt/download": self._download,
            "/ISAPI/Streaming/channels/101/picture": lambda _asked: Answer.of(as_jpeg(5.0), "image/jpeg"),
        }
        return known[asked.path](asked) if asked.path in known else _status("notSupport", 404)

    # -- Times --------------------------------------------------------------------------

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.firmware.zone)

    def _time(self, asked: Asked) -> Answer:
        local = self.now().astimezone(self._zone).replace(microsecond=0)
        told = local.isoformat() if self.firmware.tells_offset else local.replace(tzinfo=None).isoformat()
        return self._xml(
            "Time",
            f"<timeMode>NTP</timeMode><localTime>{told}</localTime><timeZone>{self.firmware.zone_text}</timeZone>",
        )

    def _written(self, at: datetime) -> str:
        """A moment of the device's clock as it writes it."""
        zone = self._zone if self.firmware.z_is_local else UTC
        return f"{at.astimezone(zone):%Y-%m-%dT%H:%M:%SZ}"

    def _read(self, text: str) -> datetime:
        plain = datetime.strptime(text.replace("-", "").replace(":", ""), "%Y%m%dT%H%M%SZ")
        return plain.replace(tzinfo=self._zone if self.firmware.z_is_local else UTC)

    def shown(self, film: Film) -> tuple[datetime, datetime]:
        """Start and end on the device's clock."""
        off = timedelta(seconds=self.clock_off_s)
        return film.start + off, film.end + off

    # -- Search -------------------------------------------------------------------------

    def _search(self, asked: Asked) -> Answer:
        if asked.method != "POST":
            return _status("methodNotAllowed", 403)
        dialect = "full" if b"xmlns" in asked.body else "plain"
        root = ElementTree.fromstring(asked.body)
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        ident = root.findtext("searchID", "")
        spans = root.findall("timeSpanList/timeSpan")
        if dialect not in self.firmware.dialect or len(spans) != 1 or (dialect == "plain") != ident.startswith("{"):
            return _status("badXmlContent", 400)
        start, end = (self._read(spans[0].findtext(name, "")) for name in ("startTime", "endTime"))
        self.searches.append(f"{start.isoformat()}/{end.isoformat()}")
        found = self._matches(root.findtext("trackList/trackID", ""), start, end)
        first, most = int(root.findtext("searchResultPostion", "0")), int(root.findtext("maxResults", "40"))
        return self._page(ident, found, first, min(most, self.firmware.page))

    def _matches(self, track: str, start: datetime, end: datetime) -> list[str]:
        if track != "101":
            return []
        listed = [(*self.shown(film), f"ch01_{number:017d}") for number, film in enumerate(self.films)]
        if self.firmware.records_now:
            listed.append((self.now() - timedelta(minutes=20), self.now(), LIVE))
        return [self._match(*one, start, end) for one in sorted(listed) if one[0] < end and one[1] > start]

    def _match(self, began: datetime, ended: datetime, name: str, start: datetime, end: datetime) -> str:
        if self.firmware.cuts_list:
            began, ended = max(began, start), min(ended, end)
        written = [self._written(at) for at in (began, ended)]
        short = [text.replace("-", "").replace(":", "") for text in written]
        uri = f"rtsp://192.0.2.9/Streaming/tracks/101/?starttime={short[0]}&endtime={short[1]}&name={name}&size=1048"
        return (
            "<searchMatchItem><sourceID>{0}</sourceID><trackID>101</trackID>"
            f"<timeSpan><startTime>{written[0]}</startTime><endTime>{written[1]}</endTime></timeSpan>"
            "<mediaSegmentDescriptor><contentType>video</contentType><codecType>H.264-BP</codecType>"
            f"<playbackURI>{escape(uri)}</playbackURI></mediaSegmentDescriptor></searchMatchItem>"
        )

    def _page(self, ident: str, found: Sequence[str], first: int, most: int) -> Answer:
        part = found[first : first + most]
        status = "NO MATCHES" if not found else "MORE" if first + most < len(found) else "OK"
        return self._xml(
            "CMSearchResult",
            f"<searchID>{ident}</searchID><responseStatus>true</responseStatus>"
            f"<responseStatusStrg>{status}</responseStatusStrg><numOfMatches>{len(part)}</numOfMatches>"
            f"<matchList>{''.join(part)}</matchList>",
        )

    # -- Download -----------------------------------------------------------------------

    def _download(self, asked: Asked) -> Answer:
        if asked.method not in self.firmware.methods:
            return _status("methodNotAllowed", self.firmware.refuses_method_with)
        root = ElementTree.fromstring(asked.body)
        uri = next(element.text or "" for element in root.iter() if element.tag.endswith("playbackURI"))
        self.downloads.append(uri)
        query = {name: values[0] for name, values in parse_qs(urlsplit(uri).query).items()}
        if query["name"] == LIVE:
            return _status("notSupport", 404)
        content = self._film(query)
        share = self.firmware.sends_share
        if len(self.downloads) <= len(share):
            content = content[: int(len(content) * share[len(self.downloads) - 1])]
        return Answer.of(content, "application/octet-stream")

    def _film(self, query: Mapping[str, str]) -> bytes:
        film = self.films[int(query["name"].rpartition("_")[2])]
        began = self.shown(film)[0]
        if self.firmware.narrows:
            bounds = [(self._read(query[name]) - began).total_seconds() for name in ("starttime", "endtime")]
            film = film.cut(*bounds)
        if self.firmware.container == "mp4":
            return as_mp4(film)
        base_s = -film.shots[0].t_s if self.firmware.restamps else 40_000.0
        return as_program_stream(film, base_s)

    def _xml(self, root: str, inner: str) -> Answer:
        namespace = f' xmlns="{self.firmware.namespace}"' if self.firmware.namespace else ""
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} version="2.0"{namespace}>{inner}</{root}>'
        return Answer.of(text, "application/xml")


def _status(sub: str, code: int) -> Answer:
    inner = f"<statusCode>4</statusCode><subStatusCode>{sub}</subStatusCode>"
    return Answer.of(f'<ResponseStatus xmlns="{ISAPI}">{inner}</ResponseStatus>', "application/xml", code)
