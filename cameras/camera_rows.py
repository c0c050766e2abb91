"""From a row of a list to a camera's facts, or to all the reasons why not.

An empty cell says nothing: it never clears what the camera already has. An unknown site
type or source is refused, because a camera filed silently under "lain" is found by nobody.
Addresses with a user name or password are refused: a list is mailed around, and reasons,
history and logs quote from it. Credentials are entered in the console. ``row_sources`` reads the footage source.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cameras.camera_list import ListRow
from cameras.row_sources import SourceRefused, source_of
from cameras.rules import place_problems

MAX_CODE, MAX_NAME = 64, 200
SITE_TYPES: Mapping[str, frozenset[str]] = {
    "jalan_utama": frozenset({"jalan utama", "jalan", "main road", "road"}),
    "rptra": frozenset({"taman", "park"}),
    "sungai": frozenset({"kali", "river"}),
    "pompa_air": frozenset({"pompa air", "pompa", "rumah pompa", "pump", "water pump"}),
    "rawan": frozenset({"daerah rawan", "crime prone"}),
    "halte_busway": frozenset({"halte busway", "halte", "busway", "busway stop"}),
    "jpo": frozenset({"jembatan penyeberangan (jpo)", "jembatan penyeberangan", "footbridge", "pedestrian bridge"}),
    "monas": frozenset(),
    "lain": frozenset({"lainnya", "other"}),
}
"""Slug -> other words for it; case, blanks, dashes and underscores do not count."""
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """What a row says of a camera. None: the row says nothing of it."""

    code: str
    name: str
    lat: float
    lon: float
    site_type: str | None = None
    bearing_deg: float | None = None
    fov_deg: float | None = None
    range_m: float | None = None
    source_kind: str | None = None
    source_settings: Mapping[str, Any] | None = None


class RowRefused(ValueError):
    """``str()`` of it holds every reason, joined by "; "."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))


def facts_of(row: ListRow) -> CameraFacts:
    """The camera a row describes. Ranges of bearing, field of view and range are judged with the camera itself.

    Raises:
        RowRefused: with all reasons.
    """
    if row.broken:
        raise RowRefused([row.broken])
    reader = _Reader(row)
    code, name = reader.code(), reader.name()
    lat, lon = reader.place()
    site_type = reader.site_type()
    bearing_deg, fov_deg, range_m = (reader.number(column) for column in ("bearing_deg", "fov_deg", "range_m"))
    source_kind, source_settings = reader.source()
    if reader.reasons:
        raise RowRefused(reader.reasons)
    return CameraFacts(code, name, lat, lon, site_type, bearing_deg, fov_deg, range_m, source_kind, source_settings)


@dataclass(slots=True)
class _Reader:
    """Reads one row and gathers what is wrong with it."""

    row: ListRow
    reasons: list[str] = field(default_factory=list)

    def text(self, column: str) -> str:
        return self.row.values.get(column, "")

    def refuse(self, reason: str) -> None:
        self.reasons.append(reason)

    def code(self) -> str:
        code = self.text("code")
        if not code and self.text("site_id") and self.text("channel"):
            code = f"{self.text('site_id')}-{self.text('channel')}"
        if not code:
            self.refuse("no code (column code, or site_id and channel)")
        elif len(code) > MAX_CODE or not code.isprintable():
            self.refuse(f"the code must be at most {MAX_CODE} printable characters")
        return code

    def name(self) -> str:
        name = self.text("name") or self.text("site_name")
        if not name:
            self.refuse("no name (column name or site_name)")
        elif len(name) > MAX_NAME or not name.isprintable():
            self.refuse(f"the name must be at most {MAX_NAME} printable characters")
        return name

    def place(self) -> tuple[float, float]:
        missing = [column for column in ("lat", "lon") if not self.text(column)]
        if missing:
            self.refuse("no coordinates (columns lat and lon)" if len(missing) == 2 else f"no {missing[0]}")
        before = len(self.reasons)
        lat, lon = self.number("lat"), self.number("lon")
        if missing or len(self.reasons) > before or lat is None or lon is None:
            return math.nan, math.nan
        for problem in place_problems(lat, lon):
            self.refuse(problem.en)
        return lat, lon

    def number(self, column: str) -> float | None:
        """None when the cell is empty, or refused."""
        text = self.text(column).replace("\N{MINUS SIGN}", "-")
        if not text:
            return None
        if self.row.decimal_comma and text.count(",") == 1 and "." not in text:
            text = text.replace(",", ".")
        if NUMBER.fullmatch(text) and math.isfinite(float(text)):
            return float(text)
        self.refuse(_why_no_number(column, text))
        return None

    def site_type(self) -> str | None:
        word = _word(self.text("site_type"))
        if not word:
            return None
        for slug, others in SITE_TYPES.items():
            if word == _word(slug) or word in others:
                return slug
        self.refuse(f"unknown site_type {self.text('site_type')[:40]!r}, known are {', '.join(SITE_TYPES)}")
        return None

    def source(self) -> tuple[str | None, dict[str, Any] | None]:
        kind, url = self.text("source").casefold(), self.text("url")
        if not kind and not url:
            return None, None
        try:
            return source_of(self.row, kind, url)
        except SourceRefused as refusal:
            self.reasons.extend(refusal.reasons)
            return None, None


def _why_no_number(column: str, text: str) -> str:
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        return f"{column} {text!r} has a decimal comma; write a point"
    if re.fullmatch(r"[+-]?(nan|inf|infinity)", text, re.IGNORECASE) or NUMBER.fullmatch(text):
        return f"{column} {text[:40]!r} is not a finite number"
    return f"{column} {text[:40]!r} is not a number"


def _word(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text.strip().casefold())
