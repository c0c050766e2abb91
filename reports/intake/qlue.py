"""Qlue's webhook body, to a ``ReportContent``. Nothing past this file knows Qlue's spelling.

Decisions where the contract leaves room, each with a test:
a text field that is not a string is refused (guessing what a list of texts means would
change a citizen's words), except ``image_url``, which never refuses; ``image_url`` keeps
only http(s) addresses; 0,0 means "no position" up to about ten metres around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from jsc_project.lib.geo import LatLon
from reports.intake.base import Fault, PayloadInvalid, ReportContent
from reports.intake.strict_json import HugeNumber
from reports.intake.text import clean, web_address
from reports.intake.when import TimeInvalid, moment

T = TypeVar("T")

SOURCE = "qlue"
MAX_ID = 2**63 - 1
FUTURE_TOLERANCE = timedelta(minutes=10)
TEXTS = ("title", "text", "qlue_city", "category", "disaster_type", "profile_name")
KNOWN = frozenset({"post_id", "created_at", "location", "image_url", *TEXTS})

_NUMERIC = re.compile(r"[0-9]{1,64}")
_NULL_ISLAND_DEG = 1e-4
_INDONESIA_LAT = (-11.5, 6.5)
_INDONESIA_LNG = (94.5, 141.5)


def parse(document: Mapping[str, Any], *, now: datetime) -> ReportContent:
    """The report in a decoded body. Keys it does not know are ignored.

    Args:
        document: from ``strict_json.read_object``.
        now: aware; ``created_at`` may be at most 10 minutes ahead of it.

    Raises:
        PayloadInvalid: with every fault found, not only the first.
    """
    faults: list[Fault] = []
    post_id = _collected(faults, lambda: _post_id(_required(document, "post_id")))
    created_at = _collected(faults, lambda: _created_at(_required(document, "created_at"), now))
    point = _collected(faults, lambda: _location(_required(document, "location")))
    texts = {name: _collected(faults, lambda name=name: _text(document, name)) or "" for name in TEXTS}  # type: ignore[misc]
    if faults or post_id is None or created_at is None or point is None:
        raise PayloadInvalid(faults)
    return ReportContent(
        source=SOURCE,
        external_id=post_id,
        happened_at=created_at,
        point=point,
        image_url=_image_url(document.get("image_url")),
        reporter=texts.pop("profile_name"),
        **texts,
    )


def _post_id(value: Any) -> int:
    if _is_text(value) and _NUMERIC.fullmatch(value):
        value = int(value)
    if isinstance(value, HugeNumber) or (isinstance(value, int) and not isinstance(value, bool)):
        if isinstance(value, int) and 1 <= value <= MAX_ID:
            return value
        raise _invalid("/post_id", "out_of_range", f"must be from 1 to {MAX_ID}")
    raise _invalid("/post_id", "wrong_type", "must be an integer or a string of the digits 0-9")


def _created_at(value: Any, now: datetime) -> datetime:
    if not _is_text(value):
        raise _invalid("/created_at", "wrong_type", "must be a string with an ISO 8601 date and time")
    try:
        at = moment(value)
    except TimeInvalid as exc:
        raise _invalid("/created_at", "not_a_time", str(exc)) from None
    if at > now + FUTURE_TOLERANCE:
        raise _invalid("/created_at", "in_the_future", "is more than 10 minutes in the future")
    return at


def _location(value: Any) -> LatLon:
    if not isinstance(value, dict):
        raise _invalid("/location", "wrong_type", 'must be an object {"lat": number, "lng": number}')
    faults: list[Fault] = []
    lat = _collected(faults, lambda: _degrees(_required(value, "lat", "/location"), "/location/lat"))
    lng = _collected(faults, lambda: _degrees(_required(value, "lng", "/location"), "/location/lng"))
    if lat is None or lng is None:
        raise PayloadInvalid(faults)
    if abs(lat) < _NULL_ISLAND_DEG and abs(lng) < _NULL_ISLAND_DEG:
        raise _invalid("/location", "null_island", "0,0 means that the position is not known")
    if _within(lat, *_INDONESIA_LNG) and _within(lng, *_INDONESIA_LAT):
        detail = "lat and lng are swapped: Indonesia lies at lat -11..6 and lng 95..141"
        raise _invalid("/location/lat", "swapped", detail)
    _collected(faults, lambda: _check_range(lat, 90, "/location/lat"))
    _collected(faults, lambda: _check_range(lng, 180, "/location/lng"))
    if faults:
        raise PayloadInvalid(faults)
    return LatLon(lat=float(lat), lon=float(lng))


def _degrees(value: Any, pointer: str) -> float:
    if isinstance(value, HugeNumber):
        raise _invalid(pointer, "out_of_range", "is no number of degrees")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _invalid(pointer, "wrong_type", "must be a number")
    return value


def _check_range(value: float, limit: int, pointer: str) -> None:
    if not _within(value, -limit, limit):
        raise _invalid(pointer, "out_of_range", f"must be from -{limit} to {limit}")


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if value is None:
        return ""
    if not _is_text(value):
        raise _invalid(f"/{name}", "wrong_type", "must be a string or null")
    return clean(value)


def _image_url(value: Any) -> str:
    return web_address(value) if isinstance(value, str) else ""


def _required(of: Mapping[str, Any], name: str, parent: str = "") -> Any:
    value = of.get(name)
    if value is None:
        raise _invalid(f"{parent}/{name}", "required", "must be present and not null")
    return value


def _collected(faults: list[Fault], read: Callable[[], T]) -> T | None:
    """What ``read`` gives, or nothing and its faults added to ``faults``."""
    try:
        return read()
    except PayloadInvalid as exc:
        faults.extend(exc.faults)
        return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, HugeNumber)


def _within(value: float, low: float, high: float) -> bool:
    return low <= value <= high


def _invalid(pointer: str, code: str, detail: str) -> PayloadInvalid:
    return PayloadInvalid([Fault(pointer, code, detail)])
