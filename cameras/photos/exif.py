"""Where and when a photo says it was taken (CIPA DC-008, EXIF 3.0): four facts of hundreds, read without trust.

What cannot be read is None and never an error: the picture counts, and this is a hint.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

JAKARTA = timezone(timedelta(hours=7))
MAX_ENTRIES = 512
"""Of one directory; cameras write about fifty."""

ORIENTATION, EXIF_IFD, GPS_IFD = 0x0112, 0x8769, 0x8825
TAKEN_AT, TAKEN_OFFSET = 0x9003, 0x9011
LAT_REF, LAT, LON_REF, LON, GPS_TIME, GPS_DATE = 1, 2, 3, 4, 7, 29
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8}
"""Bytes of a BYTE, ASCII, SHORT, LONG and RATIONAL; nothing else is of use here."""

Value = str | list[int] | list[float]


@dataclass(frozen=True, slots=True)
class Exif:
    """``orientation`` 1-8. ``lat``, ``lon`` in degrees, WGS84. ``taken_at`` is aware; a clock without an offset is
    taken for Jakarta's, where the reports come from."""

    orientation: int = 1
    lat: float | None = None
    lon: float | None = None
    taken_at: datetime | None = None


def read_exif(block: bytes) -> Exif:
    """From a TIFF block; an empty or broken one tells nothing."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(block[:4])
    if order is None:
        return Exif()
    reader = _Reader(block, order)
    main = reader.directory(reader.number("I", 4))
    details = reader.directory(_first(main.get(EXIF_IFD)))
    gps = reader.directory(_first(main.get(GPS_IFD)))
    turned = _first(main.get(ORIENTATION)) or 1
    lat, lon = _place(gps)
    return Exif(turned if 1 <= turned <= 8 else 1, lat, lon, _clock(details) or _satellite_time(gps))


class _Reader:
    def __init__(self, block: bytes, order: str) -> None:
        self._block = block
        self._order = order

    def number(self, kind: str, at: int) -> int | None:
        try:
            found: int = struct.unpack_from(self._order + kind, self._block, at)[0]
        except struct.error:
            return None
        return found

    def directory(self, at: int | None) -> Mapping[int, Value]:
        """Tag -> value, of the kinds known here. Empty where none is. Follows no pointer but to a value."""
        count = self.number("H", at) if at else None
        found: dict[int, Value] = {}
        for entry in range(min(count or 0, MAX_ENTRIES)):
            assert at is not None
            value = self._entry(at + 2 + 12 * entry)
            if value is not None:
                found.setdefault(*value)
        return found

    def _entry(self, at: int) -> tuple[int, Value] | None:
        tag, kind, count = self.number("H", at), self.number("H", at + 2), self.number("I", at + 4)
        size = SIZES.get(kind or 0, 0) * (count or 0)
        if tag is None or not 0 < size <= 256:
            return None
        start = at + 8 if size <= 4 else self.number("I", at + 8)
        raw = b"" if start is None else self._block[start : start + size]
        return (tag, self._value(kind or 0, raw)) if len(raw) == size else None

    def _value(self, kind: int, raw: bytes) -> Value:
        if kind == 2:
            return raw.partition(b"\x00")[0].decode("ascii", "replace").strip()
        if kind == 5:
            numbers = struct.unpack(f"{self._order}{len(raw) // 4}I", raw)
            return [top / low if low else math.nan for top, low in zip(numbers[::2], numbers[1::2], strict=True)]
        return list(struct.unpack(f"{self._order}{len(raw) // SIZES[kind]}{'_BBHI'[kind]}", raw))


def _first(value: Value | None) -> int | None:
    return int(value[0]) if isinstance(value, list) and value and math.isfinite(value[0]) else None


def _place(gps: Mapping[int, Value]) -> tuple[float, float] | tuple[None, None]:
    lat = _degrees(gps.get(LAT), gps.get(LAT_REF), "S", 90)
    lon = _degrees(gps.get(LON), gps.get(LON_REF), "W", 180)
    # 0,0 is what receivers write that have found no satellite yet.
    if lat is None or lon is None or (abs(lat) < 1e-4 and abs(lon) < 1e-4):
        return None, None
    return lat, lon


def _degrees(parts: Value | None, side: Value | None, negative: str, most: int) -> float | None:
    """From degrees, minutes and seconds, and N or S, E or W."""
    if not isinstance(parts, list) or len(parts) != 3 or not isinstance(side, str) or not side:
        return None
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    if not math.isfinite(degrees) or not 0 <= degrees <= most:
        return None
    return -degrees if side.upper() == negative else degrees


def _clock(details: Mapping[int, Value]) -> datetime | None:
    """The camera's own clock. Not the file's time of change, which a later edit sets."""
    at = _moment(details.get(TAKEN_AT))
    return None if at is None else at.replace(tzinfo=_offset(details.get(TAKEN_OFFSET)))


def _moment(text: Value | None) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        found = datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    # Cameras without a set clock begin somewhere before this; nobody reports to a service of 2016 from there.
    return found if found.year >= 2010 else None


def _offset(text: Value | None) -> timezone:
    told = re.fullmatch(r"([+-])(\d\d):(\d\d)", text, re.ASCII) if isinstance(text, str) else None
    if told is None or int(told[2]) > 14 or int(told[3]) > 59:
        return JAKARTA
    minutes = 60 * int(told[2]) + int(told[3])
    return timezone(timedelta(minutes=-minutes if told[1] == "-" else minutes))


def _satellite_time(gps: Mapping[int, Value]) -> datetime | None:
    """UTC by definition."""
    date, parts = gps.get(GPS_DATE), gps.get(GPS_TIME)
    if not isinstance(date, str) or not isinstance(parts, list) or len(parts) != 3:
        return None
    if not all(math.isfinite(part) for part in parts):
        return None
    hour, minute, second = (int(part) for part in parts)
    return _moment(f"{date} {hour:02d}:{minute:02d}:{min(second, 59):02d}")
