"""[core] Which words are everybody's: no name of a person or a street."""

from __future__ import annotations

from functools import lru_cache

from reports.reading.tables import vocabulary
from reports.reading.tokens import plain_word

SHORTEST_STEM = 4

_PREFIXES = ("meng", "meny", "mem", "men", "me", "peng", "pem", "pen", "pe", "ber", "ter", "per", "ke", "di", "se")
_SUFFIXES = ("kannya", "annya", "nya", "kan", "lah", "kah", "an", "in", "i", "ku", "mu")


@lru_cache(maxsize=16384)
def is_ordinary(small: str) -> bool:
    """Whether it is a word of the tables, or formed from one: ``drainasenya``, ``dibersihkan``."""
    known = _ordinary()
    if small in known or plain_word(small) in known:
        return True
    heads = [small, *(small[len(p) :] for p in _PREFIXES if small.startswith(p))]
    stems = [*heads, *(head[: -len(s)] for head in heads for s in _SUFFIXES if head.endswith(s))]
    return any(len(stem) >= SHORTEST_STEM and stem in known for stem in stems)


@lru_cache(maxsize=1)
def _ordinary() -> frozenset[str]:
    return frozenset(part for word in vocabulary() for part in (word, *word.split("-")))
