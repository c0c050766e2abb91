"""The footage source that a row of a list names: ``source``, ``url``, and a column for each further option. [core]

Any registered kind may be named; without a name the address tells it. What the kind's options say of a value holds
here as in the console. Addresses are never quoted in a reason, and columns for credentials are never read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from cameras.camera_list import ListRow
from cameras.complaints import in_english
from cameras.footage import registry
from cameras.footage.options import MAX_URL, Option, holds_credentials

SCHEMES: Mapping[str, str] = {"rtsp": "rtsp", "rtsps": "rtsp", "http": "http", "https": "http"}
"""Scheme of an address -> kind of source, where its name's ending says nothing better."""
ENDINGS: Mapping[str, str] = {".m3u8": "hls", ".jpg": "snapshot", ".jpeg": "snapshot"}
"""Of http(s) addresses."""
YES, NO = frozenset({"ya", "yes", "true", "1"}), frozenset({"tidak", "no", "false", "0"})


class SourceRefused(ValueError):
    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def source_of(row: ListRow, kind: str, url: str) -> tuple[str, dict[str, Any]]:
    """Kind and settings; what the row does not say is not in them.

    Raises:
        SourceRefused: with all reasons.
    """
    if kind == "folder":
        return kind, {**_folder(url), **_further(row, kind)}
    if kind and kind not in known_kinds():
        raise SourceRefused(f"unknown source {kind[:30]!r}, known are {', '.join(known_kinds())}")
    if not url:
        raise SourceRefused(f"source {kind} needs an address in url")
    found = _kind_of(url)
    if kind and not _fits(kind, url, found):
        raise SourceRefused(f"the url does not fit source {kind}")
    return kind or found, {"url": url, **_further(row, kind or found)}


def known_kinds() -> list[str]:
    return sorted({*registry.SOURCES, *SCHEMES.values()})


def source_problems(kind: str, settings: Mapping[str, Any]) -> dict[str, str]:
    """Option -> what is wrong with it, in English: one that is missing, or that does not go with another. Settings of
    times past that the kind does not know are left to the console."""
    source = registry.SOURCES.get(kind)
    if source is None:
        return {}
    known = {option.name for option in source.options}
    return {name: in_english(what) for name, what in source.validate(settings).items() if name in known}


# -- The address ------------------------------------------------------------------------


def _folder(folder: str) -> dict[str, Any]:
    (option,) = (one for one in registry.SOURCES["folder"].options if one.name == "folder")
    if option.complaint(folder) or "://" in folder:
        raise SourceRefused("source folder needs the name of a folder below the footage root in url")
    return {"folder": folder}


def _kind_of(url: str) -> str:
    """By scheme and ending.

    Raises:
        SourceRefused: it is no address, or carries credentials.
    """
    if len(url) > MAX_URL or not url.isprintable() or " " in url:
        raise SourceRefused(f"the url must be at most {MAX_URL} printable characters without blanks")
    if holds_credentials(url):
        raise SourceRefused("the url holds a user name or password; enter credentials in the console, not in a list")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise SourceRefused("the url cannot be read") from None
    if parts.scheme not in SCHEMES or not host:
        schemes = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        raise SourceRefused(f"the url must begin with {schemes} and name a host")
    ending = PurePosixPath(parts.path).suffix.casefold() if parts.scheme.startswith("http") else ""
    better = ENDINGS.get(ending, "")
    return better if better in registry.SOURCES else SCHEMES[parts.scheme]


def _fits(kind: str, url: str, found: str) -> bool:
    source = registry.SOURCES.get(kind)
    if source is None:
        return kind == found
    option = next((one for one in source.options if one.name == "url"), None)
    return option is not None and option.complaint(url) is None


# -- Further options ---------------------------------------------------------------------


def _further(row: ListRow, kind: str) -> dict[str, Any]:
    source = registry.SOURCES.get(kind)
    found: dict[str, Any] = {}
    reasons: list[str] = []
    for option in _columns(source.options if source else ()):
        text = row.values.get(option.name, "")
        value = _value(option, text, decimal_comma=row.decimal_comma) if text else None
        complaint = _complaint(option, value) if text else None
        if complaint and option.name == "channel" and not row.values.get("code"):
            # The column is part of the camera's code here, as site lists have it, and need be no number of a recorder.
            continue
        if complaint:
            reasons.append(f"{option.name} {in_english(complaint)}")
        elif text:
            found[option.name] = value
    if reasons:
        raise SourceRefused(*reasons)
    return found


def _columns(options: Sequence[Option]) -> list[Option]:
    return [option for option in options if option.kind != "secret" and option.name not in ("url", "folder")]


def _value(option: Option, text: str, *, decimal_comma: bool) -> Any:
    """The text as the option wants it; as it is where it cannot be read so, for the option to complain about."""
    if option.kind == "number":
        return _number(text.replace(",", ".") if decimal_comma else text)
    if option.kind == "flag":
        word = text.casefold()
        return True if word in YES else False if word in NO else text
    if option.kind == "choice":
        return next((one.value for one in option.choices if one.value.casefold() == text.casefold()), text)
    return text


def _complaint(option: Option, value: Any) -> str | None:
    if isinstance(value, str) and holds_credentials(value):
        return "memuat kata sandi; isi nama pengguna, kata sandi atau token di kolomnya sendiri"
    return option.complaint(value)


def _number(text: str) -> Any:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if math.isfinite(number) and number.is_integer() else number
