"""[core] A text as a row of words: case, slang, doubled letters and hashtags undone, each word with its place.

Mentions and web addresses are no words of the report: an account named after a kelurahan
says nothing about where the trouble is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from reports.reading.shadow import Shadow, shadow_of
from reports.reading.tables import table, vocabulary

MOST_TOKENS = 4000
"""A webhook's body holds at most 100 kB; what a reader would not reach is not read either."""

LONGEST_HASHTAG = 60
SHORTEST_PART = 3
"""Of a hashtag: shorter words would be found by chance inside longer ones."""

LEAST_APART = 4
"""Of two words that were written as one without being a hashtag."""

_PIECE = re.compile(
    r"(?P<link>(?:https?://|www\.)\S+)"
    r"|(?P<mention>(?<![\w.])@\w[\w.]*)"
    r"|#(?P<tag>\w+)"
    r"|(?P<word>[^\W_]+(?:['-][^\W\d_]+)*)"
    r"|(?P<end>[!?;\n]+|\.+(?=\s|$))"
)
_HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_]+")
_RUNS = re.compile(r"\d+|[^\W\d_]+")
_DOUBLING = re.compile(r"([^\W\d_]{3,})2(?:nya|an|lah|kah)?")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLED_END = re.compile(r"([^\W\d_])\1$")


@dataclass(frozen=True, slots=True)
class Token:
    """``word`` as it is compared; ``start``, ``end`` where it stands in the text as sent.

    ``sentence`` counts up at every end of a sentence; ``raw`` is the word as written; ``tag`` marks hashtags.
    """

    word: str
    start: int
    end: int
    sentence: int
    raw: str
    tag: bool = False


def tokens_of(text: str) -> list[Token]:
    """The words of ``text``, at most ``MOST_TOKENS`` of them."""
    shadow = shadow_of(text)
    found: list[Token] = []
    sentence = 0
    for piece in _PIECE.finditer(shadow.plain):
        if piece["end"]:
            sentence += _ends(piece["end"], found)
        elif piece["tag"]:
            found += _hashtag(piece, shadow, sentence)
        elif piece["word"]:
            found += _word(piece["word"], piece.start(), shadow, sentence)
        if len(found) >= MOST_TOKENS:
            break
    return found[:MOST_TOKENS]


def _ends(mark: str, before: Sequence[Token]) -> bool:
    """A dot behind a short word belongs to it: ``jl. Mawar``, ``no. 5``."""
    return mark[0] != "." or len(mark) > 1 or not before or len(before[-1].raw) > 3


def _word(raw: str, start: int, shadow: Shadow, sentence: int) -> Iterator[Token]:
    """``RT05RW06`` and ``30cm`` are several words, ``hati2`` is ``hati``."""
    doubled = _DOUBLING.fullmatch(raw)
    if doubled and doubled.group(1).casefold() not in NUMBERED:
        yield Token(plain_word(doubled.group(1)), *shadow.original(start, start + len(raw)), sentence, raw)
    elif any(map(str.isdigit, raw)):
        yield from (_token(run.group(), start + run.start(), shadow, sentence) for run in _RUNS.finditer(raw))
    else:
        yield from (_token(part, start + at, shadow, sentence) for part, at in written_apart(raw))


NUMBERED = frozenset({"jln", "blok", "gang", "jalan", "lantai", "tahap", "koridor"})
"""Words that a 2 behind numbers; behind any other it doubles (``mobil2``)."""


def _token(raw: str, start: int, shadow: Shadow, sentence: int) -> Token:
    return Token(plain_word(raw), *shadow.original(start, start + len(raw)), sentence, raw)


def _hashtag(piece: re.Match[str], shadow: Shadow, sentence: int) -> Iterator[Token]:
    """Its words, each with the place of the whole tag: that is what people see."""
    place = shadow.original(piece.start(), piece.end())
    for part in hashtag_words(piece["tag"][:LONGEST_HASHTAG]):
        yield Token(plain_word(part), *place, sentence, part, tag=True)


@lru_cache(maxsize=8192)
def plain_word(raw: str) -> str:
    """As it is compared: small letters, ``macettt`` as ``macet``, slang and short forms in full."""
    small = raw.casefold()
    slang = slang_words()
    if small in slang:
        return slang[small]
    squeezed = _STRETCHED.sub(r"\1", small)
    if len(squeezed) > 4:
        squeezed = _DOUBLED_END.sub(r"\1", squeezed)
    return slang.get(squeezed, squeezed)


@lru_cache(maxsize=1)
def slang_words() -> dict[str, str]:
    """Short form to full form."""
    return {
        short.casefold(): full.casefold()
        for full, shorts in table("slang")["slang"].items()
        for short in shorts.split()
    }


# -- Hashtags ------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def written_apart(raw: str) -> tuple[tuple[str, int], ...]:
    """``drainaseburuk`` without its sign as two words, with where each begins; nearly every word as it is."""
    small = raw.casefold()
    if not 2 * LEAST_APART <= len(small) <= LONGEST_HASHTAG or small in hashtag_vocabulary():
        return ((raw, 0),)
    parts = _cut(small)
    if len(parts) == 1 or not all(len(part) >= LEAST_APART and part in hashtag_vocabulary() for part in parts):
        return ((raw, 0),)
    ends = list(accumulate(map(len, parts)))
    return tuple((raw[end - len(part) : end], end - len(part)) for part, end in zip(parts, ends, strict=True))


@lru_cache(maxsize=4096)
def hashtag_words(tag: str) -> tuple[str, ...]:
    """``JalanRusak`` and ``drainaseburuk`` as words; what nothing is known of stays in one piece."""
    humps = _HUMP.findall(tag.replace("_", " "))
    mixed = any(part[:1].isupper() and part[1:].islower() for part in humps[1:])
    return tuple(word for part in (humps if mixed else [tag.casefold()]) for word in _cut(part.casefold()))


def _cut(joined: str) -> list[str]:
    """The cheapest way to cut ``joined`` into known words: a known word costs 1, a letter that no word takes 1 as well
    and 1 more where such letters begin."""
    known = hashtag_vocabulary()
    best: list[tuple[float, list[str], bool]] = [(0.0, [], False)]
    for end in range(1, len(joined) + 1):
        cost, parts, loose = best[end - 1]
        options = [(cost + (1 if loose else 2), _longer(parts, joined[end - 1], loose), True)]
        for start in range(max(0, end - 20), end - SHORTEST_PART + 1):
            if joined[start:end] in known:
                before, head, _ = best[start]
                options.append((before + 1, [*head, joined[start:end]], False))
        best.append(min(options, key=lambda option: option[0]))
    return best[-1][1]


def _longer(parts: list[str], letter: str, loose: bool) -> list[str]:
    return [*parts[:-1], parts[-1] + letter] if loose else [*parts, letter]


@lru_cache(maxsize=1)
def hashtag_vocabulary() -> frozenset[str]:
    """Every word that some table names, and the slang for it."""
    return frozenset(word for word in (*vocabulary(), *slang_words()) if len(word) >= SHORTEST_PART)
