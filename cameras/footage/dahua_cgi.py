"""The CGI of Dahua devices: ``key=value`` text, local times without a zone, finders that must be given back."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import quote

from cameras.footage import device_clock
from cameras.footage.context import SourceContext
from cameras.footage.device_clock import DeviceClock
from cameras.footage.fetch import Fetcher
from cameras.footage.source import FootageError, FootageUnreadable, SourceBroken
from cameras.footage.window import TimeWindow

logger = logging.getLogger(__name__)

TIME = "/cgi-bin/global.cgi?action=getCurrentTime"
FINDER = "/cgi-bin/mediaFileFind.cgi?action="
MAX_BYTES = 2 << 20
PAGE = 100
"""The most that a device gives at once."""

PAGES_MAX = 30
FILE_MAX_S = 48 * 3600.0
PATH_MAX = 500
CLOSING_S = 8.0

FILM_ENDINGS = (".dav", ".mp4")
_TIME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\s+(\d{1,2}):(\d{1,2}):(\d{1,2})", re.ASCII)
_ITEM = re.compile(r"^items\[(\d{1,4})\]\.\s*(\w+)\s*=\s*(.*?)\s*$", re.ASCII)


@dataclass(frozen=True, slots=True)
class DahuaFile:
    """A recorded file as listed, on the device's clock. ``path`` is checked: it can only lead below one address."""

    start: datetime
    end: datetime
    path: str

    @property
    def is_dav(self) -> bool:
        return self.path.lower().endswith(".dav")


@dataclass(frozen=True, slots=True)
class Wanted:
    """``channel`` as the finder counts, ``stream`` by its name there. ``zone``: what the device's clock shows."""

    channel: int
    stream: str
    zone: tzinfo


def moment(text: str, zone: tzinfo) -> datetime | None:
    """``2026-11-2 7:00:00`` as well as with leading zeros; None where it is no time."""
    found = _TIME.search(text[:200])
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def digits(at: datetime, zone: tzinfo) -> str:
    return quote(f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}", safe=":")


def clock_of(http: Fetcher, now: Callable[[], datetime], zone: tzinfo) -> DeviceClock:
    """
    Raises:
        FootageUnreadable: it does not tell the time.
    """
    asked_at = now()
    text = http.get(TIME, max_bytes=MAX_BYTES).text
    answered_at = now()
    told = moment(text, zone)
    if told is None:
        raise FootageUnreadable("it tells no time", reason="no_time")
    return device_clock.read(told, asked_at, answered_at)


class Finder:
    """Looks for files. A device has a handful of finders for all who ask; ours is given back whatever happens."""

    def __init__(self, http: Fetcher, url: str, context: SourceContext) -> None:
        self._http = http
        self._url = url
        self._context = context
        self.notes: dict[str, Any] = {}

    def files(self, wanted: Wanted, window: TimeWindow) -> list[DahuaFile]:
        """Ascending, those that touch ``window``.

        Raises:
            FootageError: it cannot be asked, or answers in another language.
        """
        with self._finder() as number:
            if not self._begins(number, wanted, window):
                return []
            found: dict[str, DahuaFile] = {}
            for _page in range(PAGES_MAX):
                text = self._http.get(f"{FINDER}findNextFile&object={number}&count={PAGE}", max_bytes=MAX_BYTES).text
                listed, count = self._listed(text, wanted, window)
                before = len(found)
                found.update((one.path, one) for one in listed)
                if count < PAGE:
                    break
                if len(found) == before and listed:
                    self.notes["listing"] = "endless"
                    break
            else:
                self.notes["listing"] = "endless"
            return sorted(found.values(), key=lambda one: (one.start, one.end, one.path))

    @contextlib.contextmanager
    def _finder(self) -> Iterator[str]:
        text = self._http.get(f"{FINDER}factory.create", max_bytes=MAX_BYTES).text
        found = re.search(r"(?:result|object)\s*=\s*(\d{1,20})\b", text)
        if found is None:
            raise _not_its_language(text, "it gives no finder")
        try:
            yield found[1]
        finally:
            self._give_back(found[1])

    def _give_back(self, number: str) -> None:
        """With time of its own: the pull's may be used up, and that is when it matters."""
        with Fetcher(self._url, self._context, wall_s=CLOSING_S) as http:
            for action in ("close", "destroy"):
                try:
                    http.get(f"{FINDER}{action}&object={number}", max_bytes=MAX_BYTES)
                except FootageError as error:
                    logger.warning("a finder could not be given back (%s: %s)", action, error.code)

    def _begins(self, number: str, wanted: Wanted, window: TimeWindow) -> bool:
        """Whether there is anything. Devices say that there is nothing by an error, with status 200 or 400."""
        address = (
            f"{FINDER}findFile&object={number}&condition.Channel={wanted.channel}"
            f"&condition.StartTime={digits(window.start, wanted.zone)}"
            f"&condition.EndTime={digits(window.end, wanted.zone)}"
            f"&condition.Types[0]=dav&condition.Types[1]=mp4&condition.VideoStream={wanted.stream}"
        )
        try:
            text = self._http.get(address, max_bytes=MAX_BYTES).text.strip()
        except SourceBroken as error:
            if error.data.get("status") != 400:
                raise
            return False
        if text.upper().startswith("OK"):
            return True
        if text.lower().startswith(("error", "false")):
            return False
        raise _not_its_language(text, "it does not say whether it found anything")

    def _listed(self, text: str, wanted: Wanted, window: TimeWindow) -> tuple[list[DahuaFile], int]:
        """Usable files of one answer, and how many it held in all."""
        told = re.search(r"^\s*found\s*=\s*(\d{1,6})\s*$", text, re.MULTILINE)
        if told is None:
            raise _not_its_language(text, "its list cannot be read")
        items: dict[int, dict[str, str]] = {}
        for line in text.splitlines():
            if found := _ITEM.match(line.strip()):
                items.setdefault(int(found[1]), {}).setdefault(found[2], found[3])
        files = [self._file(items[number], wanted, window) for number in sorted(items)[:PAGE]]
        return [one for one in files if one is not None], min(int(told[1]), len(items))

    def _file(self, item: dict[str, str], wanted: Wanted, window: TimeWindow) -> DahuaFile | None:
        """None, and counted, for what cannot be used."""
        start, end = moment(item.get("StartTime", ""), wanted.zone), moment(item.get("EndTime", ""), wanted.zone)
        if start is None or end is None or not 0 < (end - start).total_seconds() <= FILE_MAX_S:
            return self._none("undated")
        if item.get("VideoStream", wanted.stream) != wanted.stream:
            return self._none("other_stream")
        path = checked_path(item.get("FilePath", ""))
        if path is None:
            return self._none("no_path")
        if start >= window.end or end <= window.start:
            return self._none("outside")
        return DahuaFile(start, end, path)

    def _none(self, why: str) -> DahuaFile | None:
        """Nothing, and counted."""
        counts = self.notes.setdefault("passed_by", {})
        counts[why] = counts.get(why, 0) + 1
        return None


def checked_path(path: str) -> str | None:
    """The path as part of an address, quoted; None where it could lead anywhere but to a film below one folder."""
    parts = path.removeprefix("/").split("/")
    if not path.startswith("/") or len(path) > PATH_MAX or not path.isprintable() or "\\" in path:
        return None
    if any(part.strip() in ("", ".", "..") for part in parts) or not path.lower().endswith(FILM_ENDINGS):
        return None
    # Brackets and @ stand in every name; devices look for them as they are.
    return "/".join(quote(part, safe="[]@,=+:") for part in parts)


def _not_its_language(text: str, what: str) -> FootageError:
    if text.lstrip()[:9].lower().startswith(("<!doctype", "<html")):
        return FootageUnreadable("it sends a web page instead of an answer", reason="wrong_content_type")
    return SourceBroken(what)
