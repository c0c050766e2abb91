"""[core] Which places a text names: kelurahan, kecamatan, landmarks, and the street, RT and RW it gives.

Names come from the city's own list and are read as people write them (``rawabuaya``, ``Kp. Melayu``). A name that is
a word of its own, a street that bears it, and where somebody is going to are not the place; ``tables/places.toml``
says which is which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from reports.reading.ordinary import is_ordinary
from reports.reading.patterns import Hit, Pattern, pattern
from reports.reading.tables import entries, table, texts
from reports.reading.tokens import Token, plain_word, tokens_of

LONGEST_NAME = 4
ADDRESS_REACH = 5
"""How many words may stand between RT/RW and the name they belong to: ``Rt 03 / 06 batu ampar``."""

_DIGITS = re.compile(r"\d{1,4}")


class Strength(IntEnum):
    """BARE: the name alone. HERE: "di ...", or a landmark. SURE: "kelurahan ...", RT/RW in front."""

    BARE = 1
    HERE = 2
    SURE = 3


@dataclass(frozen=True, slots=True)
class Area:
    """A kelurahan, or a kecamatan with all of its kelurahan. ``codes`` are Kemendagri codes."""

    name: str
    codes: frozenset[str]
    is_district: bool


@dataclass(frozen=True, slots=True)
class Mention:
    area: Area
    strength: Strength
    words: str
    landmark: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """What texts say about where. ``outside``: towns around Jakarta; ``address``: street, RT, RW as written."""

    mentions: tuple[Mention, ...] = ()
    outside: tuple[str, ...] = ()
    address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedKelurahan:
    code: str
    name: str
    kecamatan: str


class PlaceNames:
    """Every name of a list of kelurahan, with its short forms and aliases. Immutable."""

    def __init__(self, kelurahan: Iterable[NamedKelurahan]) -> None:
        rows = list(kelurahan)
        self._by_code = {row.code: row for row in rows}
        self._kelurahan: dict[str, Area] = {}
        self._districts: dict[str, Area] = {}
        for row in rows:
            self._kelurahan[squeezed(row.name)] = Area(row.name, frozenset({row.code}), is_district=False)
        for district in dict.fromkeys(row.kecamatan for row in rows):
            codes = frozenset(row.code for row in rows if row.kecamatan == district)
            self._districts[squeezed(district)] = Area(district, codes, is_district=True)
        self._alias = {alias: squeezed(str(name)) for alias, name in table("places")["alias"].items()}
        self._ordinary = {squeezed(name) for name in table("places")["ordinary"]}

    def areas(self, key: str) -> list[Area]:
        """The district of this squeezed name, then the kelurahan of it."""
        key = self._alias.get(key, key)
        return [found[key] for found in (self._districts, self._kelurahan) if key in found]

    def is_ordinary(self, key: str) -> bool:
        return self._alias.get(key, key) in self._ordinary

    def by_code(self, code: str) -> Area | None:
        row = self._by_code.get(code)
        return None if row is None else Area(row.name, frozenset({code}), is_district=False)


def squeezed(name: str) -> str:
    """As names are compared: small, without blanks, short forms in full."""
    return "".join(_part(word) for word in re.findall(r"[^\W_]+", name))


@lru_cache(maxsize=4096)
def _part(word: str) -> str:
    plain = plain_word(word)
    return _short().get(plain, plain)


@lru_cache(maxsize=1)
def _short() -> dict[str, str]:
    return {short: full for full, shorts in table("places")["short"].items() for short in str(shorts).split()}


def places_in(parts: Iterable[str], names: PlaceNames) -> Places:
    mentions: list[Mention] = []
    outside: list[str] = []
    address: list[str] = []
    for part in parts:
        tokens = tokens_of(part)
        mentions += _mentions(tokens, names)
        outside += _outside(tokens)
        address += _addresses(part, tokens, names)
    return Places(tuple(dict.fromkeys(mentions)), tuple(dict.fromkeys(outside)), tuple(dict.fromkeys(address)))


# -- Names ---------------------------------------------------------------------------


def _mentions(tokens: Sequence[Token], names: PlaceNames) -> Iterator[Mention]:
    landmarks = list(_landmarks(tokens, names))
    yield from (mention for _, mention in landmarks)
    place = 0
    while place < len(tokens):
        if any(hit.first <= place <= hit.last for hit, _ in landmarks):
            place += 1
            continue
        length, areas = _longest(tokens, place, names)
        mention = _mention(tokens, Hit(place, place + length - 1), areas, names) if areas else None
        if mention:
            yield mention
        place += max(1, length)


def _longest(tokens: Sequence[Token], place: int, names: PlaceNames) -> tuple[int, list[Area]]:
    for length in range(min(LONGEST_NAME, len(tokens) - place), 0, -1):
        row = tokens[place : place + length]
        if row[-1].sentence != row[0].sentence:
            continue
        areas = names.areas("".join(_part(token.word) for token in row))
        if areas:
            return length, areas
    return 0, []


def _mention(tokens: Sequence[Token], hit: Hit, areas: Sequence[Area], names: PlaceNames) -> Mention | None:
    """None where the words in front say that this is not the place, or the name is an ordinary word."""
    before = _before(tokens, hit.first)
    words = " ".join(dict.fromkeys(token.raw for token in tokens[hit.first : hit.last + 1]))
    key = "".join(_part(token.word) for token in tokens[hit.first : hit.last + 1])
    strength, wanted = _strength(before)
    if strength is None or (strength is not Strength.SURE and names.is_ordinary(key)):
        return None
    kind = [area for area in areas if wanted is None or area.is_district is wanted]
    return Mention((kind or list(areas))[0], strength, _quoted(before, words, strength))


def _quoted(before: Sequence[str], words: str, strength: Strength) -> str:
    return f"{before[-1]} {words}" if strength is not Strength.BARE and before and not before[-1].isdigit() else words


def _before(tokens: Sequence[Token], first: int) -> list[str]:
    """The words in front of a name, in the same sentence; a hashtag stands for itself."""
    row = tokens[max(0, first - ADDRESS_REACH) : first]
    return [] if tokens[first].tag else [t.word for t in row if t.sentence == tokens[first].sentence and not t.tag]


def _strength(before: Sequence[str]) -> tuple[Strength | None, bool | None]:
    """How sure, and whether a district (True) or a kelurahan (False) is meant."""
    cues = _cues()
    last = before[-1] if before else ""
    if last in cues["office"]:
        return Strength.SURE, False
    if last in cues["district"]:
        return Strength.SURE, True
    if last in cues["bears_the_name"] or last in cues["leads_away"]:
        return None, None
    if last in cues["address"] or _address_in_front(before):
        return Strength.SURE, False
    return (Strength.HERE if last in cues["here"] else Strength.BARE), None


def _address_in_front(before: Sequence[str]) -> bool:
    """``rt 05 rw 06`` right in front, or with a few words of street between."""
    digits = [place for place, word in enumerate(before) if _DIGITS.fullmatch(word)]
    return any(word in _cues()["address"] for word in before) and bool(digits) and digits[-1] == len(before) - 1


@lru_cache(maxsize=1)
def _cues() -> dict[str, frozenset[str]]:
    rows = table("places")["before"]
    return {key: frozenset(texts(rows[key], f"places.toml: before.{key}")) for key in rows if key != "because"}


# -- Landmarks and towns ---------------------------------------------------------------


def _landmarks(tokens: Sequence[Token], names: PlaceNames) -> Iterator[tuple[Hit, Mention]]:
    for code, title, patterns in _landmark_patterns():
        area = names.by_code(code)
        for each in patterns if area else ():
            for hit in each.hits(tokens):
                before = _before(tokens, hit.first)
                if area and not (before and before[-1] in _cues()["leads_away"]):
                    words = " ".join(token.raw for token in tokens[hit.first : hit.last + 1])
                    yield hit, Mention(area, Strength.HERE, words, title)


@lru_cache(maxsize=1)
def _landmark_patterns() -> tuple[tuple[str, str, tuple[Pattern, ...]], ...]:
    rows = entries("places", "landmark", ("code",))
    return tuple((r["code"], r["name"], tuple(map(pattern, texts(r["words"], r["name"])))) for r in rows)


def _outside(tokens: Sequence[Token]) -> Iterator[str]:
    for town in _towns():
        for hit in town.hits(tokens):
            before = _before(tokens, hit.first)
            away = _cues()["leads_away"] | _cues()["bears_the_name"]
            if not (before and before[-1] in away):
                yield " ".join(token.raw for token in tokens[hit.first : hit.last + 1])


@lru_cache(maxsize=1)
def _towns() -> tuple[Pattern, ...]:
    return tuple(map(pattern, texts(table("places")["outside"]["towns"], "places.toml: outside.towns")))


# -- Street, RT, RW ----------------------------------------------------------------------

_RT_RW = re.compile(r"\brt\W{0,3}\d{1,3}(?:\W{0,3}(?:/|rw)\W{0,3}\d{1,3})?|\brw\W{0,3}\d{1,3}", re.IGNORECASE)
LONGEST_STREET = 5
"""Words behind "Jl."; what follows is a sentence."""


def _addresses(text: str, tokens: Sequence[Token], names: PlaceNames) -> Iterator[str]:
    """Streets with their number, and RT/RW, as written."""
    for place, token in enumerate(tokens):
        if token.word in {"jalan", "gang"} and not token.tag:
            last = _street_end(tokens, place, names)
            if last > place:
                yield " ".join(text[token.start : tokens[last].end].split())
    for found in _RT_RW.finditer(text):
        yield " ".join(found.group().split())


def _street_end(tokens: Sequence[Token], place: int, names: PlaceNames) -> int:
    """The last word of the street's name and number; ``place`` itself where no name follows ("jalan rusak")."""
    last = place
    for at in range(place + 1, min(place + 1 + LONGEST_STREET, len(tokens))):
        same = tokens[at].sentence == tokens[place].sentence and not tokens[at].tag
        if not same or not _is_of_street(tokens, at, names, first=last == place):
            break
        last = at
    return last


def _is_of_street(tokens: Sequence[Token], at: int, names: PlaceNames, *, first: bool) -> bool:
    """A street may bear an area's name ("Jalan Kebon Sirih"); behind its own, an area is where it lies."""
    word = tokens[at].word
    if word == "no":
        return not first and at + 1 < len(tokens) and tokens[at + 1].raw.isdigit()
    if word.isdigit() or word in _cues()["part_of_street"]:
        return not first
    area = bool(_longest(tokens, at, names)[1])
    return first if area else not is_ordinary(word)
