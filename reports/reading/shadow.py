"""[core] A text as an eye reads it, with the way back to the text as it was sent.

Whoever hides a number from a program writes it in full-width or bold digits, or puts a
character without width in its middle. The shadow holds plain characters only; every
place in it knows which characters of the original it stands for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

INVISIBLE = frozenset({"Cf", "Me"})
"""Unicode categories without a width of their own: joiners, direction marks, soft hyphens, enclosing marks."""

_SAME = str.maketrans(
    {
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        "’": "'",
        "‘": "'",
        "`": "'",
        "“": '"',
        "”": '"',
        "\u00a0": " ",
    }
)


@dataclass(frozen=True, slots=True)
class Shadow:
    """``plain[i]`` stands for ``text[at[i]]``; ``at`` is one longer than ``plain``, and ends at the text's end."""

    text: str
    plain: str
    at: tuple[int, ...] | range

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the text that ``plain[start:end]`` stands for, with what is invisible in their midst."""
        return self.at[start], (self.at[end - 1] + 1 if end > start else self.at[start])


def shadow_of(text: str) -> Shadow:
    if text.isascii():
        return Shadow(text, text, range(len(text) + 1))
    pairs = [(plain, place) for place, sent in enumerate(text) for plain in _plain(sent)]
    return Shadow(text, "".join(p for p, _ in pairs), (*(place for _, place in pairs), len(text)))


@lru_cache(maxsize=4096)
def _plain(sent: str) -> str:
    return "".join(_characters(sent))


def _characters(sent: str) -> Iterator[str]:
    if sent.isascii():
        yield sent
        return
    for character in unicodedata.normalize("NFKC", sent).translate(_SAME):
        if unicodedata.category(character) in INVISIBLE or "\ufe00" <= character <= "\ufe0f":
            continue
        yield str(unicodedata.decimal(character, character))
