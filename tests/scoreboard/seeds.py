"""Which seeds may choose thresholds and calibration, and which may be published: they never meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.scoreboard.case import Family

CHOOSING = range(10_000_000)
"""For choosing thresholds, for mending checks, for fitting the calibration."""

PUBLISHED = range(10_000_000, 1_000_000_000)
"""For figures that anybody is told."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Names one case, so that a worker can make it."""

    check: str
    condition: str
    positive: bool
    seed: int


def seed_of(number: int, choosing: bool, first: int | None = None) -> int:
    """The ``number``-th seed (from 0) of a side; ``first``: begin elsewhere in it.

    Raises:
        ValueError: outside the side it was asked for.
    """
    side = CHOOSING if choosing else PUBLISHED
    seed = (side.start if first is None else first) + number
    if seed not in side:
        raise ValueError(f"seed {seed} lies outside {side.start}..{side.stop - 1}")
    return seed


def asks_of(family: Family, cases: int, choosing: bool, first: int | None = None) -> list[Ask]:
    """``cases`` in all, half of them positive, spread evenly over the conditions, positives and negatives in turn."""
    half = (cases + 1) // 2
    sides = [_spread(family.check, list(family.positives), True, half, choosing, first)]
    sides.append(_spread(family.check, list(family.negatives), False, cases - half, choosing, first))
    turns = [ask for pair in zip(*sides, strict=False) for ask in pair]
    return turns + [ask for side in sides for ask in side[len(turns) // 2 :]]


def _spread(
    check: str, conditions: Sequence[str], positive: bool, count: int, choosing: bool, first: int | None
) -> list[Ask]:
    return [
        Ask(check, conditions[n % len(conditions)], positive, seed_of(n // len(conditions), choosing, first))
        for n in range(count if conditions else 0)
    ]
