"""The three things asked of a Hikvision device: its time, what it recorded, and a piece of that."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, TypeVar
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import httpx

from cameras.footage import device_clock, isapi_xml
from cameras.footage.device_clock import DeviceClock
from cameras.footage.fetch import VIDEO_TYPES, Download, Fetcher
from cameras.footage.isapi_times import IsapiTimes
from cameras.footage.isapi_xml import MAX_BYTES, Search, child_text
from cameras.footage.source import (
    ChannelMissing,
    FootageError,
    FootageUnreadable,
    SourceBroken,
    SourceDenied,
    SourceUnreachable,
)
from cameras.footage.window import TimeWindow

TIME = "/ISAPI/System/time"
SEARCH = "/ISAPI/ContentMgmt/search"
DOWNLOAD = "/ISAPI/ContentMgmt/download"
XML = {"content-type": "application/xml"}
SEGMENTS_MAX = 1000
PAGES_MAX = 60
SEGMENT_MAX_S = 48 * 3600.0
"""Longer ones are no recordings but a clock gone wild."""

T = TypeVar("T")
TRIES = 3
"""A POST cannot be taken up half-way; a piece whose connection breaks is asked for anew this often."""


@dataclass(frozen=True, slots=True)
class Told:
    """The device's clock against ours, and the zone it shows; ``zone`` None where it tells none."""

    clock: DeviceClock
    zone: tzinfo | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch that the device says it recorded, on its clock. ``sure``: it begins there, and is not just listed from
    where the search began."""

    start: datetime
    end: datetime
    uri: str
    sure: bool = True


def told_by(http: Fetcher, now: Callable[[], datetime], otherwise: ZoneInfo) -> Told:
    """
    Raises:
        FootageError: there is no device, or it does not know us.
        FootageUnreadable: it does not tell the time.
    """
    asked_at = now()
    reply = http.get(TIME, max_bytes=MAX_BYTES)
    answered_at = now()
    found = isapi_xml.parsed(reply.content, "Time")
    local = isapi_xml.when(child_text(found, "localTime"))
    if local is None:
        raise FootageUnreadable("it tells no time", reason="no_time")
    plain, offset = local
    # A Z here is the same doubtful letter as elsewhere.
    zone = offset if offset is not None and not child_text(found, "localTime").lower().endswith("z") else None
    zone = zone or isapi_xml.zone_of(child_text(found, "timeZone"))
    return Told(device_clock.read(plain.replace(tzinfo=zone or otherwise), asked_at, answered_at), zone)


class Searcher:
    """Searches one track; ``plain`` is learned from the first refusal."""

    def __init__(self, http: Fetcher, track: int) -> None:
        self._http = http
        self._track = track
        self._plain = False
        self.notes: dict[str, Any] = {}

    def has(self, times: IsapiTimes, window: TimeWindow) -> bool:
        search = Search.of(self._track, times.write(window.start), times.write(window.end), most=1)
        return bool(self._page(search, times, window)[0])

    def segments(self, times: IsapiTimes, window: TimeWindow) -> list[Segment]:
        """Ascending, those that touch ``window``.

        Raises:
            FootageError: it cannot be asked, or does not answer in its own language.
        """
        search = Search.of(self._track, times.write(window.start), times.write(window.end))
        found: dict[str, Segment] = {}
        for _page in range(PAGES_MAX):
            listed, count, more = self._page(search, times, window)
            before = len(found)
            found.update((one.uri, one) for one in listed)
            if not more or count == 0:
                return _ascending(found)
            if (len(found) == before and listed) or len(found) > SEGMENTS_MAX:
                break
            search = replace(search, position=search.position + count)
        # The same page again and again, or more than any window holds: what is there already is of use.
        self.notes["listing"] = "endless"
        return _ascending(found)[:SEGMENTS_MAX]

    def _page(self, search: Search, times: IsapiTimes, window: TimeWindow) -> tuple[list[Segment], int, bool]:
        """Segments of one answer, how many it held in all, and whether it has more."""
        found = self._asked(search)
        status = child_text(found, "responseStatusStrg").upper()
        items = isapi_xml.all_named(found, "searchMatchItem")
        if status not in ("OK", "MORE", "NO MATCHES", "NO MATCH", "") and not items:
            raise SourceBroken(f"its search ends with {re.sub(r'[^A-Z0-9 _-]', '?', status)[:40]}")
        listed = [self._segment(item, times, window) for item in items[:SEGMENTS_MAX]]
        return [one for one in listed if one is not None], len(items), status == "MORE"

    def _asked(self, search: Search) -> Element:
        try:
            return self._posted(search)
        except SourceBroken as error:
            if self._plain or error.data.get("status", 400) not in (400, 415):
                raise
        self._plain = True
        return self._posted(search)

    def _posted(self, search: Search) -> Element:
        body = isapi_xml.search_request(search, plain=self._plain)
        reply = self._http.post(SEARCH, body, content_type="application/xml", max_bytes=MAX_BYTES)
        return isapi_xml.parsed(reply.content, "CMSearchResult")

    def _segment(self, item: Element, times: IsapiTimes, window: TimeWindow) -> Segment | None:
        """None, and counted, for what cannot be used: absurd times, another track, no address."""
        start, end = times.read(child_text(item, "startTime")), times.read(child_text(item, "endTime"))
        uri = child_text(item, "playbackURI")
        if start is None or end is None or not 0 < (end - start).total_seconds() <= SEGMENT_MAX_S:
            return self._none("undated")
        if child_text(item, "trackID") not in ("", str(self._track)):
            return self._none("other_track")
        if not uri.isprintable() or not re.match(r"rtsps?://", uri, re.IGNORECASE):
            return self._none("no_address")
        if start >= window.end or end <= window.start:
            return self._none("outside")
        return Segment(start, end, uri, sure=abs((start - window.start).total_seconds()) >= 1.0)

    def _none(self, why: str) -> Segment | None:
        """Nothing, and counted."""
        counts = self.notes.setdefault("passed_by", {})
        counts[why] = counts.get(why, 0) + 1
        return None


def _ascending(found: Mapping[str, Segment]) -> list[Segment]:
    return sorted(found.values(), key=lambda one: (one.start, one.end, one.uri))


# -- Downloads --------------------------------------------------------------------------

_BOUND = r"(?i)([?&]{name}=)(\d{{4}}-?\d\d-?\d\d[T ]\d\d:?\d\d:?\d\d)(?=Z|&|$)"


def narrowed(segment: Segment, start: datetime, end: datetime, times: IsapiTimes) -> str:
    """The segment's address with other bounds, in the spelling it came in; as it is where it names none."""
    uri = segment.uri
    for name, at in (("starttime", start), ("endtime", end)):
        found = re.search(_BOUND.format(name=name), uri)
        if found is None:
            return segment.uri
        plain = "-" not in found[2]
        text = f"{times.digits(at):{'%Y%m%dT%H%M%S' if plain else '%Y-%m-%dT%H:%M:%S'}}"
        uri = uri[: found.start(2)] + text + uri[found.end(2) :]
    return uri


class Downloader:
    """POST first; firmwares that know only GET say so, and are believed for the rest of the pull."""

    def __init__(self, http: Fetcher) -> None:
        self._http = http
        self._methods = ["POST", "GET"]

    def download(self, uri: str, path: Path) -> Download:
        """As ``Fetcher.download``; where a connection breaks it is asked for anew, because a POST has no ranges."""
        for left in reversed(range(TRIES)):
            path.unlink(missing_ok=True)
            try:
                got = self._by_either(lambda method: self._http.download(DOWNLOAD, path, method=method, **_body(uri)))
            except SourceUnreachable:
                if left == 0:
                    raise
                continue
            if left == 0 or not isinstance(got.error, SourceUnreachable):
                return got
        raise AssertionError("the last try returns or raises")

    def beginning(self, uri: str, size: int) -> bytes:
        return self._by_either(lambda method: self._http.beginning(DOWNLOAD, size, method=method, **_body(uri)))

    def _by_either(self, send: Callable[[str], T]) -> T:
        first = self._methods[0]
        try:
            return send(first)
        except FootageError as error:
            if len(self._methods) == 1 or not _may_be_the_method(error):
                raise
            refusal = error
        try:
            answer = send(self._methods[1])
        except FootageError as error:
            if _may_be_the_method(error):
                raise refusal from error
            raise
        self._methods = [self._methods[1]]
        return answer


def _body(uri: str) -> dict[str, Any]:
    return {"content": isapi_xml.download_request(uri), "headers": XML, "accept": VIDEO_TYPES}


def _may_be_the_method(error: FootageError) -> bool:
    if not isinstance(error, SourceDenied | SourceBroken | ChannelMissing):
        return False
    return error.data.get("status") in (
        httpx.codes.BAD_REQUEST,
        httpx.codes.FORBIDDEN,
        httpx.codes.NOT_FOUND,
        httpx.codes.METHOD_NOT_ALLOWED,
        httpx.codes.NOT_IMPLEMENTED,
    )


def padded_to(window: TimeWindow, step_s: int = 10) -> TimeWindow:
    """Widened to a coarse grid, so that a clock read a little differently at the next try names the same pieces."""
    epoch = datetime(2000, 1, 1, tzinfo=window.start.tzinfo)
    floor = int((window.start - epoch).total_seconds() // step_s) * step_s
    ceiling = -int(-(window.end - epoch).total_seconds() // step_s) * step_s
    return TimeWindow(epoch + timedelta(seconds=floor), epoch + timedelta(seconds=ceiling))
