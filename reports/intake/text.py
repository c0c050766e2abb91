"""Citizens' words made safe to keep: what a database refuses or a screen misreads is taken out, the rest stays."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

MAX_URL = 2000

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ESCAPED_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


def clean(text: str) -> str:
    """``text`` without control characters (line breaks and tabs stay), with its emoji whole.

    Emoji arrive from Qlue as broken escapes: pairs whose backslashes were escaped once
    more are put together again; half a pair becomes U+FFFD, because no database stores it.
    """
    whole = _ESCAPED_PAIR.sub(_unescaped, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _CONTROLS.sub("", whole.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _unescaped(pair: re.Match[str]) -> str:
    high, low = pair.group()[2:6], pair.group()[8:12]
    return chr(int(high, 16)) + chr(int(low, 16))


def web_address(text: str) -> str:
    """``text`` if it is an http(s) address that a link may point to, else nothing.

    A citizen's photo address is hostile input: it must never become ``javascript:`` on
    a page, and never carry a user and password.
    """
    address = clean(text)
    if not address or len(address) > MAX_URL or re.search(r"[\s<>\"'`\\]", address):
        return ""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        _ = parts.port
    except ValueError:
        return ""
    return address if usable else ""
