"""Has a river come over its bank while a clip ran? For a camera that has no picture of other days.

What rests from the first picture to the second is ground; water never does. Ground that is gone at the end, and looks
there as the river does, went under.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from analytics.bank import COLUMNS, OF_SUREST, PLAIN_PATTERN, ROWS, Bank, Colour, apart, bank_of, lab
from analytics.covered import typical
from analytics.ground import GONE, WITHIN, fine_laid_over, sized, tiles
from analytics.ripples import pattern_alike
from analytics.water import Mask, Plane
from cameras.footage.frame import Picture

RESTS, OWN_RIVER, LIKE_RIVER = 0.8, 0.5, 5.0
"""Correlation of a bank's pattern in a clip's first two pictures, which water's never has; the least that the network
must take the river for water; and how near to it in Lab what went under must be. Of 15 drawn rivers that rise, 14 have
0.37 and more of their bank under; of 70 that do not, none has more than 0.08 (choosing seeds)."""


def bank_within(pictures: Sequence[Picture], place: Mask, water: Sequence[Plane]) -> Bank:
    """The same of one clip, whose camera has no picture of other days. What rests in its first two pictures is bank;
    what does not, and looks like water, is the river.

    ``pictures``: BGR of one size, in order, at least two; ``water``: what the network sees in each. ``place``: as for
    ``bank_of``.
    """
    third = max(1, len(pictures) // 3)
    now = typical(pictures[-third:])
    begins, ends = (np.asarray(np.median(np.stack(part), axis=0)) for part in (water[:third], water[-third:]))
    told = bank_of(now, typical(pictures[:third], now.shape), place, (begins, ends))
    parts = _resting([typical([picture], now.shape) for picture in pictures[:2]], now, place, water[:2])
    banks = [part for part in parts if part.rests >= RESTS and part.pattern >= PLAIN_PATTERN]
    surest = max((part.was for part in parts), default=0.0)
    river = [part.now for part in parts if part.rests < RESTS and part.was >= max(OWN_RIVER, OF_SUREST * surest)]
    if not banks or not river:
        return replace(told, apart=0, turned=0.0)
    like = [part for part in banks if part.alike <= GONE and apart(part.now, np.stack(river)) <= LIKE_RIVER]
    turned = sum(part.pixels for part in like) / sum(part.pixels for part in banks)
    return replace(told, apart=len(banks), turned=turned)


class _Resting(NamedTuple):
    """A neighbourhood of a clip: pixels, what the network saw, its colour at the end (Lab), grey levels of its pattern,
    correlation of that from the first picture to the second, and to the end."""

    pixels: int
    was: float
    now: Colour
    pattern: float
    rests: float
    alike: float


def _resting(first_two: Sequence[Picture], now: Picture, place: Mask, water: Sequence[Plane]) -> list[_Resting]:
    (fine, second), valid = fine_laid_over(first_two[0], first_two[-1])
    (laid, last), still_valid = fine_laid_over(first_two[0], now)
    free = sized(place, now.shape[:2]) & valid & still_valid
    colours, was = lab(now), cv2.resize(np.mean(np.stack(water), axis=0), free.shape[::-1])
    return [
        _Resting(
            int(part.sum()), float(was[at][part].mean()), np.median(colours[at][part], axis=0),
            float(laid[at][part].std()), pattern_alike(fine[at], second[at], part) or 0.0,
            pattern_alike(laid[at], last[at], part) or 0.0,
        )
        for at in tiles(free.shape, (ROWS, COLUMNS))
        if (part := free[at]).mean() >= WITHIN
    ]  # fmt: skip
