"""From the word a source sends to one of our categories."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

OTHER = "lainnya"
"""Where every word ends that nobody knows; the word is kept beside it."""

_IGNORED = re.compile(r"[\s_-]+")


def fold(word: str) -> str:
    """``word`` as it is compared: no case, no blanks, no ``-`` and ``_``; full-width letters as plain ones."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", word).casefold())


@dataclass(frozen=True, slots=True)
class CategoryWords:
    """What one category answers to."""

    slug: str
    labels: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class CategoryIndex:
    """Words to slugs. A slug beats a label, a label beats an alias; among equals the first given wins."""

    def __init__(self, categories: Iterable[CategoryWords]) -> None:
        known = tuple(categories)
        self._slugs: dict[str, str] = {}
        for kind in ("slug", "labels", "aliases"):
            for category in known:
                self._add(category, kind)

    def _add(self, category: CategoryWords, kind: str) -> None:
        words = (category.slug,) if kind == "slug" else getattr(category, kind)
        for folded in filter(None, map(fold, words)):
            self._slugs.setdefault(folded, category.slug)

    def match(self, word: str) -> str | None:
        """The slug that ``word`` stands for, if any."""
        return self._slugs.get(fold(word))

    def choose(self, *, category: str, disaster_type: str) -> tuple[str, str]:
        """``(slug, sent word)`` for what a source sent.

        ``category`` wins whenever it is not blank, also when nobody knows it: senders that
        fill ``disaster_type`` with a constant would otherwise turn every new topic into a flood.
        """
        sent = category or disaster_type
        return self.match(sent) or OTHER, sent


def clashes(categories: Iterable[CategoryWords]) -> Mapping[str, tuple[str, ...]]:
    """Words that more than one category answers to, with the slugs that claim them."""
    claims: dict[str, list[str]] = {}
    for category in categories:
        for folded in {fold(word) for word in (category.slug, *category.labels, *category.aliases)} - {""}:
            claims.setdefault(folded, []).append(category.slug)
    return {word: tuple(sorted(slugs)) for word, slugs in claims.items() if len(slugs) > 1}
