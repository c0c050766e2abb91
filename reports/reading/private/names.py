"""[core] People's names: behind a salutation or a word that introduces one, and wherever they come again.

A capitalised word that is no ordinary word is enough behind "Pak" or "Bu". Where capitals say
nothing (all small, all capitals) or the cue is weak, a word counts that is a given name of
the table. "Pak Lurah" is an office, "Jl. H. Naim" a street.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reports.reading.ordinary import is_ordinary
from reports.reading.private.kinds import Kind, Span, shouts
from reports.reading.tables import words

LONGEST_NAME = 4
SHORTEST_REPEATED = 3
SHORTEST_SHOUTED = 4
"""Three capitals are an abbreviation, as PLN and JAK."""

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_JOINS_OFFICE = re.compile(r"/|[ .]{1,2}(?:\d{1,3}(?:\s?/\s?\d{1,3})?[ .]{1,2})?")
_JOINS_NAME = re.compile(r"[ .]{1,2}|\. ?")
_PARTICLES = frozenset({"ni", "nyi", "de", "ida"})
_TITLES = frozenset({"h", "hj", "haji", "kh", "hajah"})
_INTRODUCES = re.compile(r"[ .:=,\"'(\n-]{1,4}")


@dataclass(frozen=True, slots=True)
class _Word:
    raw: str
    small: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        return self.raw[0].isupper()


def find(plain: str, known: frozenset[str] = frozenset()) -> Iterator[Span]:
    """The names in ``plain``, and every place where a word of them, or of ``known`` names, comes again."""
    row = _words(plain)
    own = _found(plain, row)
    for first, last in own:
        yield Span(row[first].start, row[last].end, Kind.NAME)
    repeated = known | _parts(row, own)
    for place, word in enumerate(row):
        again = word.small in repeated and (word.capital or word.small in given())
        if again and not _names_a_street(plain, row, place) and not _in_area(row, place):
            yield Span(word.start, word.end, Kind.NAME)


def name_words(plain: str) -> frozenset[str]:
    """The words of the names in ``plain``, in small letters: no other part of the report may show them either."""
    row = _words(plain)
    return _parts(row, _found(plain, row))


def _words(plain: str) -> list[_Word]:
    return [_Word(w.group(), w.group().casefold(), w.start(), w.end()) for w in _WORD.finditer(plain)]


def _parts(row: Sequence[_Word], found: Sequence[tuple[int, int]]) -> frozenset[str]:
    parts = {row[i].small for first, last in found for i in range(first, last + 1)}
    return frozenset(
        part for part in parts if len(part) >= SHORTEST_REPEATED and (part in given() or not is_ordinary(part))
    )


def _found(plain: str, row: Sequence[_Word]) -> list[tuple[int, int]]:
    """First and last word of each name."""
    shouting = shouts(plain)
    found: list[tuple[int, int]] = []
    starts = {word.start: place for place, word in enumerate(row)}
    for place in range(len(row)):
        if found and place <= found[-1][1]:
            continue
        named = _behind_salutation(plain, row, place, shouting)
        if named:
            found.append(named)
    for cue, strong in _cues():
        for match in cue.finditer(plain):
            begin = starts.get(match.end())
            named = _name_at(plain, row, begin, _Look(strong, shouting)) if begin is not None else None
            if named:
                found.append(named)
    return found


def _behind_salutation(plain: str, row: Sequence[_Word], place: int, shouting: bool) -> tuple[int, int] | None:
    word = row[place]
    if word.small not in _salutations() and not _is_haji(plain, word):
        return None
    if _names_a_street(plain, row, place):
        return None
    begin = place + 1
    while begin < len(row) and _leads_on(plain, row, begin) and _is_office(plain, row[begin]):
        begin += 1
    if begin >= len(row) or not _leads_on(plain, row, begin):
        return None
    return _name_at(plain, row, begin, _Look(True, shouting))


def _leads_on(plain: str, row: Sequence[_Word], place: int) -> bool:
    """Whether the salutation or office in front goes on here: "Bpk. Budi", "Pak RT 05 Budi"; not "pak. Hari ini"."""
    between = _between(plain, row, place)
    if between.startswith(".") and row[place - 1].small not in _listed("short_forms"):
        return between == "."
    return bool(_JOINS_OFFICE.fullmatch(between))


def _is_haji(plain: str, word: _Word) -> bool:
    """``H. Naim``: the letter alone says nothing."""
    return word.raw in {"H", "Hj"} and plain[word.end : word.end + 1] == "."


def _is_office(plain: str, word: _Word) -> bool:
    either_sex = word.small == "i" and plain[word.start - 1] == "/"
    return either_sex or word.small in _offices() or word.small in _salutations() or _is_haji(plain, word)


def _names_a_street(plain: str, row: Sequence[_Word], place: int) -> bool:
    """Whether what stands in front makes a street or a building of it: ``Jl. KH. Mas Mansyur``, ``Masjid H. Naim``."""
    back = place
    titled = row[place].small in _TITLES
    while back > 0 and _JOINS_OFFICE.fullmatch(_between(plain, row, back)) and place - back < 2:
        back -= 1
        if row[back].small in _listed("streets") or (titled and row[back].small in _listed("buildings")):
            return True
        if row[back].small not in _TITLES and row[back].small not in _salutations():
            return False
        titled = titled or row[back].small in _TITLES
    return False


@dataclass(frozen=True, slots=True)
class _Look:
    """``strong``: any word with a capital may be a name, not a known one only. ``shouting``: capitals say nothing."""

    strong: bool
    shouting: bool


def _name_at(plain: str, row: Sequence[_Word], begin: int, look: _Look) -> tuple[int, int] | None:
    """First and last word of the name that begins here; initials and ``Ni``, ``I`` in front of it belong to it."""
    first = begin
    while look.strong and first + 1 < len(row) and first - begin < LONGEST_NAME and _is_initial(row[first]):
        if not _JOINS_NAME.fullmatch(_between(plain, row, first + 1)):
            return None
        first += 1
    if not _starts_name(row, first, look) or _names_a_street(plain, row, begin):
        return None
    last = first
    while last + 1 < len(row) and last - first + 1 < LONGEST_NAME and _goes_on(plain, row, last + 1, look):
        last += 1
    return (begin, last)


def _is_initial(word: _Word) -> bool:
    return word.capital and (len(word.raw) == 1 or word.small in _PARTICLES)


def _starts_name(row: Sequence[_Word], place: int, look: _Look) -> bool:
    word = row[place]
    ordinary = is_ordinary(word.small)
    if word.small in given():
        return (word.capital and not look.shouting) or (look.strong and not ordinary)
    if word.raw.isupper() and len(word.raw) < SHORTEST_SHOUTED:
        return False
    return look.strong and word.capital and not ordinary and len(word.small) >= 3 and not _is_area(row, place)


def _is_area(row: Sequence[_Word], place: int) -> bool:
    """Whether the name of a kelurahan or kecamatan begins here: "Pak Budi Menteng" names a man and a place."""
    return any(
        len(row) >= place + len(parts) and all(row[place + i].small == part for i, part in enumerate(parts))
        for parts in _areas().get(row[place].small, ())
    )


def _in_area(row: Sequence[_Word], place: int) -> bool:
    """Whether the word is part of such a name of several words: the Jaya of Sunter Jaya is nobody."""
    return any(
        place < begin + len(parts)
        and len(parts) > 1
        and tuple(w.small for w in row[begin : begin + len(parts)]) == parts
        for begin in range(max(0, place - 2), place + 1)
        for parts in _areas().get(row[begin].small, ())
    )


def _goes_on(plain: str, row: Sequence[_Word], place: int, look: _Look) -> bool:
    word, between = row[place], _between(plain, row, place)
    initial_before = len(row[place - 1].raw) == 1
    if between != " " and not (initial_before and _JOINS_NAME.fullmatch(between)):
        return False
    if len(word.raw) == 1:
        return word.capital and plain[word.end : word.end + 1] in {".", "", ",", " ", "\n"} and not look.shouting
    if word.small in {"bin", "binti"}:
        return place + 1 < len(row) and row[place + 1].capital
    if word.small in given():
        return not is_ordinary(word.small) if look.shouting or not word.capital else True
    return word.capital and not is_ordinary(word.small) and not _is_area(row, place)


def _between(plain: str, row: Sequence[_Word], place: int) -> str:
    return plain[row[place - 1].end : row[place].start]


# -- Tables --------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _areas() -> dict[str, list[tuple[str, ...]]]:
    """The names of kelurahan and kecamatan, word by word, by their first word."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for name in words("places", "areas"):
        parts = tuple(name.casefold().split())
        found.setdefault(parts[0], []).append(parts)
    return found


def given() -> frozenset[str]:
    return _listed("given")


def _salutations() -> frozenset[str]:
    return _listed("salutations")


@lru_cache(maxsize=1)
def _offices() -> frozenset[str]:
    return frozenset(words("ordinary", "offices"))


@lru_cache(maxsize=8)
def _listed(key: str) -> frozenset[str]:
    return frozenset(words("names", key))


@lru_cache(maxsize=1)
def _cues() -> tuple[tuple[re.Pattern[str], bool], ...]:
    """Each cue up to where a name may begin, and whether it is a strong one."""
    return tuple(
        (
            re.compile(
                rf"(?<![\w.])(?:{'|'.join(map(_cue, words('names', key)))}){_INTRODUCES.pattern}", re.IGNORECASE
            ),
            strong,
        )
        for key, strong in (("cues", True), ("weak_cues", False))
    )


def _cue(text: str) -> str:
    return re.escape(text).replace(r"\ ", r"\s")
