"""Addresses by which recorders play back a stretch of time over RTSP; pure.

Hikvision writes a Z behind its times and means by it, depending on model and settings, UTC or its own local time;
Dahua writes local time without saying so. What a device means is a setting here, because nothing on the wire tells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

TEMPLATES = {
    "hikvision": "/Streaming/tracks/{channel}{stream2}?starttime={start:%Y%m%dT%H%M%SZ}&endtime={end:%Y%m%dT%H%M%SZ}",
    "dahua": "/cam/playback?channel={channel}&subtype={stream0}&starttime={start:%Y_%m_%d_%H_%M_%S}"
    "&endtime={end:%Y_%m_%d_%H_%M_%S}",
}
LIVE = {
    "hikvision": "/Streaming/Channels/{channel}{stream2}",
    "dahua": "/cam/realmonitor?channel={channel}&subtype={stream0}",
}
"""What the same devices show now: tells a channel that is not there from a time that was not recorded."""

_FIELD = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_DIRECTIVES = frozenset("YmdHMSjysfzZ%")
_PLAIN = frozenset({"channel", "stream", "stream0", "stream2"})
_TIMES = frozenset({"start", "end"})
_EPOCHS = frozenset({"start_unix", "end_unix"})


@dataclass(frozen=True, slots=True)
class Place:
    """Which camera: ``channel`` from 1, ``stream`` ``main`` or ``sub``. ``zone``: in which times are written."""

    channel: int
    stream: str
    zone: tzinfo


def address(template: str, place: Place, start: datetime | None = None, end: datetime | None = None) -> str:
    """The path and query that ``template`` gives. ``start``, ``end``: as the device's clock shows them, as moments.

    Fields: ``{start:...}``, ``{end:...}`` with the directives of strftime, ``{start_unix}``, ``{end_unix}``,
    ``{channel}``, ``{stream}`` (main, sub), ``{stream0}`` (0, 1), ``{stream2}`` (01, 02).
    """
    is_sub = place.stream == "sub"
    plain = {
        "channel": str(place.channel),
        "stream": place.stream,
        "stream0": "1" if is_sub else "0",
        "stream2": "02" if is_sub else "01",
    }
    times = {"start": start, "end": end}

    def filled(match: re.Match[str]) -> str:
        name, form = match[1], match[2]
        if name in plain:
            return plain[name]
        at = times[name.removesuffix("_unix")]
        assert at is not None
        return str(int(at.timestamp())) if form is None else at.astimezone(place.zone).strftime(form)

    return _FIELD.sub(filled, template)


def zone_of(setting: str, z_means: str, zone: tzinfo) -> tzinfo:
    """In which times are written to a device of this make. ``z_means``: ``utc``, ``local`` or, for what the make
    usually does, ``auto``."""
    if z_means == "auto":
        z_means = "local" if setting == "dahua" else "utc"
    return UTC if z_means == "utc" else zone


def template_complaint(value: Any) -> str | None:
    """What is wrong with a template, in Indonesian."""
    text = str(value)
    if not text.startswith("/") or text.startswith("//") or not text.isascii() or " " in text:
        return "harus berupa alamat relatif yang dimulai dengan / tanpa spasi"
    found = [(match[1], match[2]) for match in _FIELD.finditer(text)]
    if "{" in _FIELD.sub("", text) or "}" in _FIELD.sub("", text):
        return "kurung kurawal tidak berpasangan"
    unknown = sorted({name for name, _ in found} - _PLAIN - _TIMES - _EPOCHS)
    if unknown:
        return f"tidak dikenal: {', '.join(unknown)}; yang ada: start, end, start_unix, end_unix, channel, stream"
    if not {name for name, _ in found} & {"start", "start_unix"}:
        return "harus memuat {start:...} atau {start_unix}"
    return next((complaint for name, form in found if (complaint := _field_complaint(name, form))), None)


def _field_complaint(name: str, form: str | None) -> str | None:
    if name not in _TIMES:
        return f"{{{name}}} tidak memakai format" if form is not None else None
    if not form:
        return f"{{{name}:...}} memerlukan format waktu, misalnya %Y%m%dT%H%M%SZ"
    used = re.findall(r"%(.?)", form)
    wrong = [letter for letter in used if letter not in _DIRECTIVES]
    return f"format waktu tidak dikenal: %{wrong[0]}" if wrong else None
