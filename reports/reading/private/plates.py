"""[core] Number plates in words: ``B 1234 XYZ`` however it is spelled, and not a house's block or a bus's number.

The letters of the regions and the words around plates: ``tables/plates.toml``. One to four digits without a
leading nought, then up to three letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from reports.reading.ordinary import is_ordinary
from reports.reading.private.kinds import Kind, Span, shouts
from reports.reading.tables import words

REACH = 30
"""Characters in front of a plate that are looked at."""

_SEP = r"(?:[.\-_]|  ?| - ?|- )?"
_FULL = re.compile(
    rf"(?<![A-Za-z0-9])(?P<r>[A-Za-z]{{1,2}}){_SEP}(?P<d>[1-9]\d{{0,3}}){_SEP}(?P<s>[A-Za-z]{{1,3}})(?![A-Za-z0-9'])"
)
_HALF = re.compile(rf"(?<![A-Za-z0-9])(?P<r>[A-Za-z]{{1,2}}){_SEP}(?P<d>[1-9]\d{{2,3}})(?![A-Za-z0-9]|[.,/]\d)")
_NAMED = re.compile(
    r"\b(?:plat|pelat|plate|nopol|no\W{0,2}pol|nomor polisi)\b"
    r"(?:[ :.=]{0,3}\b(?:no|nomor|nya|motor|mobil|merah|kuning|hitam|putih)\b){0,4}"
    rf"[ :=(]{{0,3}}(?P<n>(?:(?P<r>[A-Z]{{1,2}}){_SEP})?(?P<d>[1-9]\d{{0,3}})(?:{_SEP}(?P<s>[A-Z]{{1,3}}))?)"
    r"(?![A-Za-z0-9.])",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"([^\W\d_]+)[^\w\n]{0,3}$")


def find(plain: str) -> Iterator[Span]:
    yield from _full(plain)
    for found in _NAMED.finditer(plain):
        if _is_named_plate(found):
            yield Span(*found.span("n"), Kind.PLATE)
    for found in _HALF.finditer(plain):
        if _is_half_a_plate(plain, found):
            yield Span(*found.span(), Kind.PLATE)


def _full(plain: str) -> Iterator[Span]:
    """What was refused may hold the beginning of a plate: "no 12 AB 5048 JG"."""
    place = 0
    while found := _FULL.search(plain, place):
        taken = _is_plate(plain, found)
        place = found.end() if taken else found.start("d")
        if taken:
            yield Span(*found.span(), Kind.PLATE)


def _is_plate(plain: str, found: re.Match[str]) -> bool:
    region, digits, tail = found["r"], found["d"], found["s"]
    if region.upper() not in _regions():
        return False
    capital = region.isupper() and tail.isupper()
    before = _word_before(plain, found.start())
    if (len(digits) <= 2 and before in _listed("routes")) or (before in _listed("numbered") and len(digits) <= 2):
        return False
    if len(digits) >= 3 and capital and not shouts(plain):
        return tail not in {"RT", "RW", "NO", "JL", "KVA"}
    # "d 5 an" in small letters is slang; a plate written so has more digits, or a vehicle before it.
    vehicle = bool(_vehicle_near(plain, found.start()))
    attached = found.end("d") == found.start("s") and len(digits) >= 3
    return (len(digits) >= 3 or capital or vehicle) and (not _is_word(tail) or (vehicle and attached))


def _is_named_plate(found: re.Match[str]) -> bool:
    """Behind "plat" and the like: with letters in front or behind that can be a plate's, or three digits at once."""
    region, digits, tail = found["r"] or "", found["d"], found["s"] or ""
    if region:
        return region.upper() in _regions()
    return not _is_word(tail) or tail.isupper() if tail else len(digits) >= 3


def _is_half_a_plate(plain: str, found: re.Match[str]) -> bool:
    """Region and digits alone: only of a vehicle, or as nothing but a plate of this city looks."""
    if found["r"].upper() not in _regions() or _word_before(plain, found.start()) in _listed("numbered"):
        return False
    if _vehicle_near(plain, found.start()):
        return True
    year = found["d"][:2] in {"19", "20"} and len(found["d"]) == 4
    return found["r"] == "B" and len(found["d"]) == 4 and not year


def _is_word(tail: str) -> bool:
    small = tail.casefold()
    return small in _listed("not_letters") or is_ordinary(small)


def _word_before(plain: str, start: int) -> str:
    found = _BEFORE.search(plain[max(0, start - REACH) : start])
    return found.group(1).casefold() if found else ""


def _vehicle_near(plain: str, start: int) -> re.Match[str] | None:
    return _vehicles().search(plain[max(0, start - REACH) : start])


@lru_cache(maxsize=8)
def _listed(key: str) -> frozenset[str]:
    return frozenset(words("plates", key))


@lru_cache(maxsize=1)
def _regions() -> frozenset[str]:
    return frozenset(words("plates", "regions"))


@lru_cache(maxsize=1)
def _vehicles() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words('plates', 'vehicles'))})\b", re.IGNORECASE)
