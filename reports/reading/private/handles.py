"""[core] Addresses of people on the network: e-mail and accounts. Those of institutions stay readable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from reports.reading.private.kinds import Kind, Span
from reports.reading.tables import entries, words

_AT = r"(?:\s?@\s?|\s?[(\[{]\s?at\s?[)\]}]\s?|\s?\(a\)\s?)"
_DOT = r"(?:\.|\s?[(\[{]\s?(?:dot|titik)\s?[)\]}]\s?|\s(?:dot|titik)\s)"
_PROVIDERS = r"(?:gmail|gmai|googlemail|yahoo|ymail|rocketmail|hotmail|outlook|live|icloud|proton(?:mail)?|mail)"
_LOCAL = r"(?<![\w.+\-])[A-Za-z0-9][\w.+\-]{0,63}"

_EMAILS = (
    re.compile(
        rf"{_LOCAL}@[A-Za-z0-9][\w\-]{{0,62}}(?:\.[A-Za-z0-9\-]{{1,62}}){{0,4}}\.[A-Za-z]{{2,24}}(?![A-Za-z0-9])"
    ),
    re.compile(
        rf"{_LOCAL}(?:{_AT}|\sat\s){_PROVIDERS}(?:\s?{_DOT}\s?[A-Za-z]{{2,4}}){{0,3}}(?![A-Za-z0-9])", re.IGNORECASE
    ),
    re.compile(rf"{_LOCAL}{_AT}[A-Za-z0-9\-]{{2,40}}(?:{_DOT}[A-Za-z]{{2,10}}){{1,3}}(?![A-Za-z0-9])", re.IGNORECASE),
    re.compile(
        rf"{_LOCAL}\sat\s[A-Za-z0-9\-]{{2,40}}(?:\s(?:dot|titik)\s[A-Za-z]{{2,10}}){{1,3}}(?![A-Za-z0-9])",
        re.IGNORECASE,
    ),
)
_LINK = re.compile(
    r"(?:https?://)?(?:www\.|m\.)?(?:instagram|facebook|fb|twitter|x|tiktok|linkedin|threads|t|wa|line|youtube)\.(?:com|me|net)/[\w@./?=&%+\-]{2,200}",
    re.IGNORECASE,
)
_OFFICE = re.compile(r"0\d{4}[a-z]{3,}")
"""Qlue's accounts of the kelurahan: their number there, and their name."""

_MENTION = re.compile(r"(?<![\w.])@(?P<a>\w[\w.]{1,60})")


@lru_cache(maxsize=1)
def _named() -> re.Pattern[str]:
    """``IG: budi_92``: behind the name of a service, what looks like an account; behind a colon, whatever it is."""
    services = "|".join(sorted(words("accounts", "services"), key=len, reverse=True))
    looks = r"(?:[A-Za-z]\w*(?:[._]\w+)+|[A-Za-z_]+\d\w*)"
    return re.compile(
        rf"\b(?:{services})\b(?:\W{{0,2}}\b(?:saya|nya|id|akun)\b)?"
        rf"(?:\s?[:=]\s?@?(?P<a>[\w.]{{2,40}})|\W{{1,2}}@?(?P<b>{looks}))",
        re.IGNORECASE,
    )


def find(plain: str) -> Iterator[Span]:
    for pattern in _EMAILS:
        for found in pattern.finditer(plain):
            yield Span(*found.span(), Kind.EMAIL)
    for found in _LINK.finditer(plain):
        yield Span(found.start(), found.start() + len(found.group().rstrip(".,)?")), Kind.HANDLE)
    for found in _MENTION.finditer(plain):
        name = found["a"].rstrip(".")
        if not is_public(name):
            yield Span(found.start(), found.start() + 1 + len(name), Kind.HANDLE)
    for found in _named().finditer(plain):
        group = "a" if found["a"] else "b"
        if not found[group].isdigit() and not is_public(found[group]):
            yield Span(found.start(group), found.start(group) + len(found[group].rstrip(".")), Kind.HANDLE)


def is_public(name: str) -> bool:
    """Whether ``@name`` is an institution's account, a place ("@Monas"), or no account at all ("@5000")."""
    folded = name.casefold().replace("_", "").replace(".", "")
    return folded.isdigit() or folded in _institutions() or folded in _places() or bool(_OFFICE.fullmatch(folded))


@lru_cache(maxsize=1)
def _institutions() -> frozenset[str]:
    return frozenset(words("accounts", "institutions"))


@lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    landmarks = [row["name"] for row in entries("places", "landmark", ("code",))]
    return frozenset(name.casefold().replace(" ", "") for name in (*words("places", "areas"), *landmarks))
