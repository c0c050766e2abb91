"""Who may use a lane when, besides those who always may: "lorries from 22:00 to 05:00", "contraflow on Sundays".

Data, written in the category's thresholds under ``exemptions``: a list of objects

    {"classes": ["truck"], "from": "22:00", "to": "05:00", "days": ["sat", "sun"],
     "direction": "contraflow", "zones": ["Koridor 9"], "name": "bongkar muat"}

of which ``classes`` alone is required (names as the detector calls them, or ``"*"`` for all). ``from`` and ``to`` are
local times; a window that ends before it begins goes over midnight, and belongs to the day on which it began.
``direction`` is judged by the buses in the same clip, because no zone says which way its lane runs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.checks.base import ThresholdsInvalid

DAY_MIN = 24 * 60
MOST = 50
CONTRAFLOW, WITH_FLOW = "contraflow", "with_flow"
ANY_CLASS = "*"

ROAD_USERS = frozenset({"car", "truck", "bus", "motorcycle", "angkot", "minibus", "van", "bajaj"})
SERVICES = frozenset({"ambulance", "fire truck"})

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS_ID = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
_KEYS = frozenset({"classes", "from", "to", "days", "direction", "zones", "name"})
_TIME = re.compile(r"([01]?\d|2[0-4])[:.]([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Exemption:
    """``days`` 0-6 from Monday; ``start_min`` and ``end_min`` since local midnight, both None for the whole day;
    ``direction`` empty for both; ``zones`` empty for all."""

    classes: frozenset[str]
    days: frozenset[int] = frozenset(range(7))
    start_min: int | None = None
    end_min: int | None = None
    direction: str = ""
    zones: frozenset[str] = frozenset()
    name: str = ""

    @property
    def is_always(self) -> bool:
        return self.start_min is None and len(self.days) == 7

    def holds_at(self, local: datetime) -> bool:
        """``local``: a time in Jakarta. The end of a window is not part of it."""
        today, minute = local.weekday(), local.hour * 60 + local.minute
        if self.start_min is None or self.end_min is None:
            return today in self.days
        if self.start_min < self.end_min:
            return today in self.days and self.start_min <= minute < self.end_min
        began_today = minute >= self.start_min and today in self.days
        return began_today or (minute < self.end_min and (today - 1) % 7 in self.days)

    def told_id(self) -> str:
        return self._told(_DAYS_ID, "setiap hari", {CONTRAFLOW: "lawan arah", WITH_FLOW: "searah bus"})

    def told_en(self) -> str:
        return self._told(_DAYS, "every day", {CONTRAFLOW: "against the buses", WITH_FLOW: "with the buses"})

    def _told(self, days: Sequence[str], every_day: str, directions: Mapping[str, str]) -> str:
        """``"bongkar muat", 22.00-05.00, sabtu, minggu``"""
        parts = [f"“{self.name}”"] if self.name else []
        if self.start_min is not None and self.end_min is not None:
            parts.append(f"{_clock(self.start_min)}–{_clock(self.end_min)}")
        parts.append(every_day if len(self.days) == 7 else ", ".join(days[day] for day in sorted(self.days)))
        if self.direction:
            parts.append(directions[self.direction])
        return ", ".join(parts)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}.{minute % 60:02d}"


# -- Reading ------------------------------------------------------------------------


def exemptions_parse(name: str, value: object) -> tuple[Exemption, ...]:
    """The exemptions of a category, as stored.

    Raises:
        ThresholdsInvalid: says which entry, and what is wrong with it.
    """
    if isinstance(value, tuple) and all(isinstance(one, Exemption) for one in value):
        return value
    if not isinstance(value, list):
        raise ThresholdsInvalid(f"{name} must be a list of objects, got {value!r}", name=name)
    if len(value) > MOST:
        raise ThresholdsInvalid(f"{name} holds {len(value)} entries, at most {MOST} are read", name=name)
    return tuple(_read(entry, f"{name}[{index}]", name) for index, entry in enumerate(value))


def _read(entry: object, where: str, name: str) -> Exemption:
    try:
        return _entry(entry)
    except ValueError as error:
        raise ThresholdsInvalid(f"{where}: {error}", name=name) from error


def _entry(entry: object) -> Exemption:
    if not isinstance(entry, Mapping):
        raise ValueError(
            f"an exemption is an object such as {{'classes': ['truck'], 'from': '22:00', ...}}, got {entry!r}"
        )
    unknown = sorted(str(key) for key in entry if key not in _KEYS)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}, known are {', '.join(sorted(_KEYS))}")
    start, end = _window(entry)
    return Exemption(
        classes=_classes(entry.get("classes")),
        days=_days(entry.get("days")),
        start_min=start,
        end_min=end,
        direction=_direction(entry.get("direction")),
        zones=frozenset(_words(entry.get("zones") or [], "zones")),
        name=_name(entry.get("name")),
    )


def _classes(value: object) -> frozenset[str]:
    words = _words(value, "classes")
    if not words:
        raise ValueError("classes must name at least one kind of vehicle")
    if ANY_CLASS in words:
        return ROAD_USERS | SERVICES
    for word in words:
        if word not in ROAD_USERS | SERVICES:
            raise ValueError(f"unknown class {word!r}, known are {', '.join(sorted(ROAD_USERS | SERVICES))} and '*'")
    return frozenset(words)


def _words(value: object, what: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise ValueError(f"{what} must be a list of words, got {value!r}")
    return [word.strip() for word in value]


def _days(value: object) -> frozenset[int]:
    if value is None:
        return frozenset(range(7))
    words = _words(value, "days")
    if not words:
        raise ValueError("days must name at least one day; leave it out for every day")
    return frozenset(_day(word.lower()) for word in words)


def _day(word: str) -> int:
    for names in (_DAYS, _DAYS_ID):
        if word in names:
            return names.index(word)
    raise ValueError(f"unknown day {word!r}, known are {', '.join((*_DAYS, *_DAYS_ID))}")


def _window(entry: Mapping[Any, Any]) -> tuple[int | None, int | None]:
    start, end = entry.get("from"), entry.get("to")
    if start is None and end is None:
        return None, None
    if start is None or end is None:
        raise ValueError(f"{'from' if start is None else 'to'} is missing: a window has both ends, or none for all day")
    first, last = _minute(start, "from"), _minute(end, "to")
    if first == DAY_MIN:
        raise ValueError("from cannot be 24:00; write 00:00")
    if first == last % DAY_MIN and not (first == 0 and last == DAY_MIN):
        raise ValueError(f"a window from {start} to {end} is empty; leave both out for all day")
    return first, last


def _minute(value: object, what: str) -> int:
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    minute = int(match[1]) * 60 + int(match[2]) if match else DAY_MIN + 1
    if minute > DAY_MIN:
        raise ValueError(f"{what} must be a time of day such as '22:00', got {value!r}")
    return minute


def _direction(value: object) -> str:
    if value is None or value == "":
        return ""
    if value not in (CONTRAFLOW, WITH_FLOW):
        raise ValueError(f"direction must be {CONTRAFLOW!r} or {WITH_FLOW!r}, got {value!r}")
    return str(value)


def _name(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 60:
        raise ValueError(f"name must be text of at most 60 characters, got {value!r}")
    return value.strip()
