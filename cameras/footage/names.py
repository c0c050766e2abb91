"""When a recording began, read from the name its recorder gave it.

Understood, in this order (the first that fits wins):

1. a full date and time anywhere in the file name: ``20261102T070000+0700``, ``20261102T000000Z``,
   ``cam@20261102000000+0000``, ``2026-11-02_07-00-00``, ``2026-11-02_07-00-00-123456`` (microseconds),
   ``192.168.1.64_01_20261102070000123``; a second one, or a bare time of day after a dash, is the
   end: ``NVR_ch1_20261102070000_20261102071000``, ``20261102_070000-071000``;
2. a day in the folders and a time of day in the name: ``2026-11-02/07.00.00-07.10.00[M][0@0][0]``,
   ``20261102/070000``, ``2026/11/02/07-00-00``;
3. day and hour in the folders, minutes and seconds in the name: ``2026-11-02/07/gate/00.10``;
4. Unix time in seconds (10 digits, perhaps a fraction) or milliseconds (13 digits).

A time without an offset is in the recorder's time zone. Frigate's folders are in UTC: set
the source's time zone to UTC for them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import PurePosixPath

_DATE = r"(?P<y>20\d\d)(?P<d1>[-_.]?)(?P<mo>0[1-9]|1[0-2])(?P=d1)(?P<d>0[1-9]|[12]\d|3[01])"
_ZONE = r"(?P<zone>Z|[+-](?:0\d|1[0-4]):?(?:00|15|30|45))?(?!\d)"
_COMPACT = re.compile(
    rf"(?<!\d){_DATE}(?:[T_\- .]|at)?(?P<h>[01]\d|2[0-3])(?P<mi>[0-5]\d)(?P<s>[0-5]\d)(?P<f>[.,]?\d{{3}}(?!\d))?{_ZONE}"
)
_SPACED = re.compile(
    rf"(?<!\d){_DATE}(?:[T_\- .]+|at)(?P<h>[01]\d|2[0-3])(?P<t1>[-_.:hH])(?P<mi>[0-5]\d)[-_.:mM](?P<s>[0-5]\d)"
    rf"(?P<f>[-.,]\d{{6}}(?!\d)|[.,]\d{{1,6}}(?!\d))?{_ZONE}"
)
_CLOCK = re.compile(r"(?<!\d)([01]\d|2[0-3])(?P<sep>[-_.:]?)([0-5]\d)(?P=sep)([0-5]\d)(?!\d)")
_END_CLOCK = re.compile(r"\s*-\s*([01]\d|2[0-3])([-_.:]?)([0-5]\d)\2([0-5]\d)(?!\d)")
_MINUTES = re.compile(r"(?<!\d)([0-5]\d)[-_.:]?([0-5]\d)(?!\d)")
_DAY_FOLDER = re.compile(r"(?<!\d)(20\d\d)([-_./]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_HOUR_FOLDER = re.compile(r"([01]\d|2[0-3])")
_UNIX = re.compile(r"(?<!\d)(1\d{9})(\d{3})?(?:\.(\d{1,6}))?(?!\d)")

SEGMENT_MAX = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class NamedTime:
    """``start`` and ``end`` by the recorder's clock; ``end`` only where the name tells one."""

    start: datetime
    end: datetime | None = None


def named_time(path: PurePosixPath, zone: tzinfo) -> NamedTime | None:
    """``path``: relative to the camera's folder. None when no form fits or the date does not exist."""
    try:
        return _stamped(path.stem, zone) or _in_folders(path, zone) or _unix(path.stem)
    except (ValueError, OverflowError):
        return None


def day_of_folder(path: PurePosixPath) -> datetime | None:
    """The day a folder is named after (midnight UTC), to pass by folders of other days unread."""
    found = list(_DAY_FOLDER.finditer(path.as_posix()))
    if not found:
        return None
    year, _, month, day = found[-1].groups()
    try:
        return datetime(int(year), int(month), int(day), tzinfo=UTC)
    except ValueError:
        return None


def _stamped(stem: str, zone: tzinfo) -> NamedTime | None:
    found = _SPACED.search(stem) or _COMPACT.search(stem)
    if found is None:
        return None
    start = _from_match(found, zone)
    rest = stem[found.end() :]
    second = _SPACED.search(rest) or _COMPACT.search(rest)
    if second is not None:
        return NamedTime(start, _sane_end(start, _from_match(second, zone)))
    return NamedTime(start, _end_clock(rest, start))


def _from_match(found: re.Match[str], zone: tzinfo) -> datetime:
    part = found.groupdict()
    fraction = re.sub(r"\D", "", part["f"] or "")
    year, month, day, hour, minute, second = (int(part[name]) for name in ("y", "mo", "d", "h", "mi", "s"))
    micros = int(fraction.ljust(6, "0")) if fraction else 0
    at = datetime(year, month, day, hour, minute, second, micros, tzinfo=zone)
    return at if part["zone"] is None else at.replace(tzinfo=_offset(part["zone"]))


def _offset(text: str) -> tzinfo:
    found = datetime.fromisoformat(f"2000-01-01T00:00:00{text}").tzinfo
    assert found is not None
    return found


def _end_clock(rest: str, start: datetime) -> datetime | None:
    found = _END_CLOCK.match(rest)
    if found is None:
        return None
    hour, _, minute, second = found.groups()
    end = start.replace(hour=int(hour), minute=int(minute), second=int(second), microsecond=0)
    return _sane_end(start, end if end > start else end + timedelta(days=1))


def _sane_end(start: datetime, end: datetime) -> datetime | None:
    return end if timedelta() < end - start <= SEGMENT_MAX else None


def _in_folders(path: PurePosixPath, zone: tzinfo) -> NamedTime | None:
    days = list(_DAY_FOLDER.finditer(path.parent.as_posix()))
    if not days:
        return None
    year, _, month, day = days[-1].groups()
    midnight = datetime(int(year), int(month), int(day), tzinfo=zone)
    clock = _CLOCK.search(path.stem)
    if clock is not None:
        start = midnight.replace(hour=int(clock[1]), minute=int(clock[3]), second=int(clock[4]))
        return NamedTime(start, _end_clock(path.stem[clock.end() :], start))
    below = path.parent.as_posix()[days[-1].end() :].strip("/").split("/")
    hours = [name for name in below if _HOUR_FOLDER.fullmatch(name)]
    minutes = _MINUTES.search(path.stem)
    if not hours or minutes is None:
        return None
    return NamedTime(midnight.replace(hour=int(hours[0]), minute=int(minutes[1]), second=int(minutes[2])))


def _unix(stem: str) -> NamedTime | None:
    found = _UNIX.search(stem)
    if found is None:
        return None
    seconds, millis, fraction = found.groups()
    micros = int((millis or "").ljust(6, "0") or 0) if millis else int((fraction or "0").ljust(6, "0"))
    return NamedTime(datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=micros))
