"""Addresses with the time in them: ``http://nas/cam3/{start:%Y-%m-%d}/{start:%H%M%S}.mp4``.

``{start:...}`` and ``{end:...}`` are written in the device's time zone by the usual signs of strftime;
``{start_unix}``, ``{end_unix}`` are whole seconds, ``{duration_s}`` the length. Replaced by hand and not by
``str.format``, which would follow attributes of what it is given.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from cameras.footage.options import url_complaint

_PLACE = re.compile(r"\{(?:(start|end):([^{}]+)|(start_unix|end_unix|duration_s))\}")
_SIGNS = frozenset("YymdHMSj%")
_UNITS = (("S", 1), ("M", 60), ("H", 3600), ("d", 86_400), ("j", 86_400))
"""The finest sign in an address tells to what step its times are cut."""


def is_template(url: str) -> bool:
    return "{" in url


def template_complaint(value: Any) -> str | None:
    """What is wrong with an address that may hold places, in Indonesian."""
    url = str(value)
    found = url_complaint("http", "https")(_PLACE.sub(lambda place: place[0].replace(" ", "_"), url))
    if found is not None:
        return found
    bare = _PLACE.sub("", url)
    if "{" in bare or "}" in bare:
        return "isian tidak dikenal; yang ada: {start:%Y%m%d%H%M%S}, {end:...}, {start_unix}, {end_unix}, {duration_s}"
    if "{" in urlsplit(url).netloc:
        return "nama host tidak boleh memuat isian"
    if any(set(re.findall(r"%(.?)", place[1] or "")) - _SIGNS for place in _PLACE.findall(url)):
        return "tanda waktu tidak dikenal; yang ada: %Y %y %m %d %H %M %S %j"
    return None if not is_template(url) or step_s(url) else "tidak memuat waktu mulai"


def step_s(template: str) -> int:
    """Seconds to which an address tells its start; 0 when it does not tell one."""
    if "{start_unix}" in template:
        return 1
    signs = {
        sign for which, form, _ in _PLACE.findall(template) if which == "start" for sign in re.findall("%(.)", form)
    }
    return next((seconds for sign, seconds in _UNITS if sign in signs), 0)


def floored(at: datetime, seconds: float) -> datetime:
    """Cut down to whole ``seconds`` since midnight of ``at``'s own zone."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    since_s = (at - midnight).total_seconds()
    return midnight + timedelta(seconds=since_s // seconds * seconds)


def filled(template: str, start: datetime, end: datetime) -> str:
    """``start``, ``end``: in the device's time zone, by its clock."""

    def value(place: re.Match[str]) -> str:
        which, form, name = place.groups()
        if which:
            return quote((start if which == "start" else end).strftime(form), safe="/-_.~:,")
        if name == "duration_s":
            return str(max(1, math.ceil((end - start).total_seconds())))
        return str(int((start if name == "start_unix" else end).timestamp()))

    return _PLACE.sub(value, template)
