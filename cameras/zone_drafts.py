"""Zones as they are drawn, sent and filed, before anybody has stored them.

The file of the contract is a list of ``{"kind", "name"?, "polygon", "ground_points"?}``; what the drawing page sends
is the same with the ``id`` of zones that exist. Everything here comes from outside and is taken for hostile.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from cameras.errors import CameraDataInvalid, Problem
from cameras.rules import zone_problems
from jsc_project.lib.errors import UnreadableInput

MAX_BYTES = 1_000_000
"""Sixty zones of two hundred points take a third of it."""
MAX_ZONES = 60
MAX_NAME = 100
DIGITS = 5
"""A hundred-thousandth of the picture: a fiftieth of a pixel of 1920."""

Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class ZoneDraft:
    """``polygon`` [[x, y], ...]; ``ground_points`` four [x, y, east_m, north_m] or none; no ``zone_id``: a new one."""

    kind: str
    polygon: Rows
    name: str = ""
    ground_points: Rows | None = None
    zone_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As in the contract's file."""
        told: dict[str, Any] = {"kind": self.kind, "name": self.name, "polygon": [list(row) for row in self.polygon]}
        if self.ground_points:
            told["ground_points"] = [list(row) for row in self.ground_points]
        return told


@dataclass(frozen=True, slots=True)
class ZoneProblem:
    """What is wrong with the zone that stands at ``index`` of the list; None: with the list itself."""

    index: int | None
    problem: Problem


class ZonesRefused(CameraDataInvalid):
    """Nothing of the list was taken over; ``found`` holds all that is wrong, by zone."""

    code = "zones_refused"

    def __init__(self, found: Sequence[ZoneProblem]) -> None:
        super().__init__([one.problem for one in found])
        self.found = tuple(found)


class ZonesUnreadable(UnreadableInput):
    """It is no JSON at all, or holds numbers that are none (NaN, Infinity)."""

    code = "zones_unreadable"


def content_of(raw: bytes) -> Any:
    """The JSON value that the bytes hold.

    Raises:
        ZonesUnreadable: they hold none.
    """
    if len(raw) > MAX_BYTES:
        raise ZonesUnreadable(f"larger than {MAX_BYTES} bytes")
    return json_of(raw)


def json_of(raw: bytes) -> Any:
    """As ``content_of``, of any size."""
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as exc:
        raise ZonesUnreadable(f"no JSON: {str(exc)[:200]}") from exc


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def drafts_read(content: object) -> list[ZoneDraft]:
    """All zones of a list, each held to the rules.

    Raises:
        ZonesRefused: with everything that is wrong in it.
    """
    if not isinstance(content, list):
        raise ZonesRefused([_of_list("not_a_list", "zones are a list of objects", "zona adalah daftar objek")])
    if len(content) > MAX_ZONES:
        en, text_id = f"at most {MAX_ZONES} zones, got {len(content)}", f"paling banyak {MAX_ZONES} zona"
        raise ZonesRefused([_of_list("too_many_zones", en, text_id)])
    found = [ZoneProblem(index, problem) for index, entry in enumerate(content) for problem in _problems(entry)]
    if found:
        raise ZonesRefused(found)
    return [_draft(entry) for entry in content]


def _of_list(code: str, en: str, text_id: str) -> ZoneProblem:
    return ZoneProblem(None, Problem("zones", code, en, text_id))


def _problems(entry: object) -> list[Problem]:
    if not isinstance(entry, Mapping):
        return [Problem("zone", "not_an_object", "a zone is an object with kind and polygon", "zona adalah objek")]
    kind = entry.get("kind")
    told = kind[:40] if isinstance(kind, str) else repr(kind)[:40]
    found = zone_problems(told, entry.get("polygon"), entry.get("ground_points"))
    return [*found, *_name_problems(entry.get("name")), *_id_problems(entry.get("id"))]


def _name_problems(name: object) -> list[Problem]:
    if name is None or (isinstance(name, str) and len(name) <= MAX_NAME and name.isprintable()):
        return []
    en = f"a name is one line of at most {MAX_NAME} characters"
    return [Problem("name", "bad_name", en, f"nama adalah satu baris, paling panjang {MAX_NAME} huruf")]


def _id_problems(zone_id: object) -> list[Problem]:
    is_whole = isinstance(zone_id, int) and not isinstance(zone_id, bool)
    if zone_id is None or (is_whole and 0 < zone_id < 2**63):  # type: ignore[operator]
        return []
    return [Problem("id", "bad_id", "id is the number of a stored zone", "id adalah nomor zona yang tersimpan")]


def _draft(entry: Mapping[str, Any]) -> ZoneDraft:
    ground = entry.get("ground_points")
    return ZoneDraft(
        kind=entry["kind"],
        polygon=_rows(entry["polygon"]),
        name=(entry.get("name") or "").strip(),
        ground_points=_rows(ground) if ground else None,
        zone_id=entry.get("id"),
    )


def _rows(value: Sequence[Sequence[float]]) -> Rows:
    return tuple(tuple(round(float(number), DIGITS) for number in row) for row in value)
