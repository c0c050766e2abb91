"""[core] The small language of the tables, and how it is matched.

A pattern is a row of words. ``banjir`` is that word, ``banjir*`` a word that begins so,
``*banjir*`` one that contains it, ``tumbang|roboh`` one of several, ``..3`` up to three words of
whatever kind (``..`` alone: up to two). A pattern never reaches over the end of a
sentence. Case, slang and doubled letters are gone before words are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.reading.tables import TableInvalid
from reports.reading.tokens import Token

GAP = 2
LONGEST_GAP = 9

_WORD = re.compile(r"\*?[^\W_][\w'-]*\*?", re.UNICODE)
_GAP = re.compile(r"\.\.([1-9])?")


@dataclass(frozen=True, slots=True)
class Choice:
    """One word of a pattern: any of these words, beginnings or parts."""

    exact: frozenset[str]
    begins: tuple[str, ...]
    holds: tuple[str, ...]

    def takes(self, word: str) -> bool:
        if word in self.exact or word.startswith(self.begins):
            return True
        return any(part in word for part in self.holds)


@dataclass(frozen=True, slots=True)
class Hit:
    """Tokens ``first`` to ``last``, both included."""

    first: int
    last: int

    def meets(self, other: Hit) -> bool:
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words with the number of words that may stand before each: ``gaps[0]`` is 0."""

    source: str
    choices: tuple[Choice, ...]
    gaps: tuple[int, ...]

    def hits(self, tokens: Sequence[Token]) -> Iterator[Hit]:
        """Where it fits, from the left, each as short as can be; hits do not overlap."""
        start = 0
        first = self.choices[0]
        while start < len(tokens):
            last = self._end(tokens, start) if first.takes(tokens[start].word) else None
            if last is None:
                start += 1
            else:
                yield Hit(start, last)
                start = last + 1

    def _end(self, tokens: Sequence[Token], start: int) -> int | None:
        """The last token of the shortest fit that begins at ``start``."""
        ends = [start]
        for choice, gap in zip(self.choices[1:], self.gaps[1:], strict=True):
            reached = {
                place
                for end in ends
                for place in range(end + 1, min(end + gap + 2, len(tokens)))
                if tokens[place].sentence == tokens[start].sentence and choice.takes(tokens[place].word)
            }
            if not reached:
                return None
            ends = sorted(reached)
        return ends[0]


def pattern(source: str) -> Pattern:
    """Read a pattern.

    Raises:
        TableInvalid: it is not written in the language above.
    """
    choices: list[Choice] = []
    gaps: list[int] = []
    waiting = 0
    for part in source.split():
        gap = _GAP.fullmatch(part)
        if gap:
            waiting = int(gap.group(1) or GAP)
            continue
        choices.append(_choice(part, source))
        gaps.append(waiting if len(choices) > 1 else 0)
        waiting = 0
    if not choices or waiting or source.split()[0].startswith(".."):
        raise TableInvalid(f"a pattern begins and ends with a word: {source!r}")
    return Pattern(source, tuple(choices), tuple(gaps))


def _choice(part: str, source: str) -> Choice:
    alternatives = part.split("|")
    if not all(_WORD.fullmatch(word) for word in alternatives):
        raise TableInvalid(f"cannot read {part!r} in the pattern {source!r}")
    exact = frozenset(word for word in alternatives if "*" not in word)
    begins = tuple(word[:-1] for word in alternatives if word.endswith("*") and not word.startswith("*"))
    holds = tuple(word.strip("*") for word in alternatives if word.startswith("*"))
    return Choice(exact, begins, holds)
