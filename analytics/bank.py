"""Has a river come over its bank? Asked small neighbourhood by small neighbourhood, of an earlier picture and of now.

The network's share of a whole zone hides it twice: it takes some of a bank for water before it is, and some water for
ground, above all after the river has changed its colour. So what an earlier picture shows as bank, with a pattern and
unlike its water, is followed by itself. A bank that went under has lost its pattern and looks like the water that was
there before, whatever that looks like today; or the network leans towards water more than it did. Shade, rain, foam and
glare on the river leave a bank its pattern, another day leaves it unlike the water.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, cast

import cv2
import numpy as np
import numpy.typing as npt

from analytics.covered import typical
from analytics.flood import IS_WATER
from analytics.ground import GONE, LEAST_PARTS, ONE_VIEW, WITHIN, fine_laid_over, sized, tiles
from analytics.ripples import pattern_alike
from analytics.water import Mask, Plane
from cameras.footage.frame import Picture

ROWS, COLUMNS = 12, 18
"""Neighbourhoods of a picture: a bank is narrower than a road."""

PLAIN_PATTERN = 4.0
"""Grey levels that the pattern of a bank has: drawn ones 4 to 20, water's median over days 1.6 to 7."""

MAYBE_WATER, LEANS = 0.6, 0.1
"""The most that the network may have taken a bank for water, and the least by which it must lean that way since."""

SURELY, OF_SUREST, HARDLY = 0.6, 0.88, 0.75
"""The river itself is what the network took for water before as surely as this, and nearly as surely as anything in the
place; what it took for water less surely than ``HARDLY`` may yet be a bank by its colour."""

APART, NEARER, LIKE, SOFT_PX, LEAST_PX = 6.0, 0.5, 8.0, 1.0, 60
"""In CIE Lab: a bank was unlike all of the river by so much, pixel by pixel, and is by at most this share of it now and
at most so much. What belongs to the river is left out: where a dark river has turned bright, its old edge is no bank
that lost its pattern. Pixels that must be left of a neighbourhood."""

RESTS, OWN_RIVER, LIKE_RIVER = 0.8, 0.5, 5.0
"""Within one clip: correlation of a bank's pattern in its first two pictures, which water's never has; the least that
the network must take the river for water; and how near to it in Lab what went under must be."""

AS_LIVELY = 0.5
"""Of how much the river's pattern changes from picture to picture in the quarter of it that changes least, that of what
looks like it now must: mud, a boat at its moorings and a tarpaulin rest. Of 16 drawn rivers over their banks 0.63 to
2.4."""

TURNED, LEANT, LEANT_AT_ALL, STANDS, RESTS_DRY = 0.2, 0.35, 0.22, 0.2, 0.1
"""Shares of a bank that is under water. By colour: of 124 drawn rivers that stand six tenths up their banks and higher,
or rise to that, 122 have 0.2 and more; of 102 at their usual level none has more than 0.11. By what the network leans
to: 0.27 to 0.87, and 0.29 at most. Within a clip: of 15 rivers that rise 14 have 0.37 and more, of 70 that do not none
has more than 0.08. (Choosing seeds.)"""

_Colour = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Bank:
    """``parts``: neighbourhoods that an earlier picture shows as ground with a pattern; ``under``: share 0-1 of that
    ground that has lost it and to which the network leans as water now, ``area``: share of the whole place.
    ``apart``: neighbourhoods unlike the river, too; ``turned``: share 0-1 of these that have lost their pattern and
    look like the river now. ``around``: correlation (-1 to 1) of the rest of the picture, None where there is none.
    ``moves``: whether these change as the river does, as far as that is known."""

    parts: int
    under: float
    area: float
    apart: int = 0
    turned: float = 0.0
    around: float | None = None
    moves: bool = True

    def is_under(self, least_area: float) -> bool:
        """Much of the bank is, or enough of the place."""
        if self.has_turned:
            return True
        if self.apart >= LEAST_PARTS and self.turned < RESTS_DRY:
            return False
        return self._counts and (self.under >= LEANT or (self.under >= LEANT_AT_ALL and self.area >= least_area))

    @property
    def has_turned(self) -> bool:
        """Much of the bank looks like the river, and does not rest where that does not."""
        return self.moves and self._is_one_view and self.apart >= LEAST_PARTS and self.turned >= TURNED

    @property
    def share_under(self) -> float:
        """By the sign that says more."""
        return max(self.under if self._counts else 0.0, self.turned if self.apart >= LEAST_PARTS else 0.0)

    @property
    def is_seen(self) -> bool:
        """It is known, and hardly any of it is under water."""
        return self._counts and self.share_under < STANDS

    @property
    def is_changed(self) -> bool:
        """Not as it was, by either sign, whatever that is: nobody who does not see a bank says that it stands dry."""
        return self.share_under >= STANDS

    @property
    def is_partly_under(self) -> bool:
        """What another sign must confirm."""
        return self._counts and self.under >= 0.15

    @property
    def _counts(self) -> bool:
        return self.parts >= LEAST_PARTS

    @property
    def _is_one_view(self) -> bool:
        return self.around is None or self.around >= ONE_VIEW


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Planes of one shape: colours (Lab) and fine patterns then and now, what the network saw and sees, what changes
    from picture to picture, and what of the zone is in both pictures."""

    colours: tuple[Plane, Plane]
    fine: tuple[Plane, Plane]
    was: Plane
    looks: Plane
    stirred: Plane
    free: Mask


class _Part(NamedTuple):
    """A neighbourhood: pixels, what the network saw and sees, grey levels of its pattern, what is left of that."""

    at: tuple[slice, slice]
    pixels: int
    was: float
    looks: float
    pattern: float
    alike: float

    @property
    def is_bank(self) -> bool:
        return self.pattern >= PLAIN_PATTERN and self.was <= MAYBE_WATER

    @property
    def leans(self) -> bool:
        return self.looks >= IS_WATER and self.looks - self.was >= LEANS and self.alike <= GONE


def bank_of(
    now: Picture, before: Picture, place: Mask, water: tuple[Plane, Plane], changes: Plane | None = None
) -> Bank:
    """``now``, ``before``: BGR of one size, as ``covered.typical`` makes them. ``place``: the zone, ``(h, w)`` of any
    size over the whole picture. ``water``: what the network sees then and now, 0-1, medians where there are several
    pictures; by how much it leans towards water is counted, not whether it says so. ``changes``: as
    ``ripples.unrest`` gives them, None where that is not known."""
    fine, valid = fine_laid_over(before, now)
    inside = sized(place, now.shape[:2])
    near = cv2.dilate(inside.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    stirred = np.zeros(inside.shape, np.float32) if changes is None else changes
    was, looks, stirred = (_fitted(plane, inside.shape) for plane in (*water, stirred))
    seen = _Seen((_lab(before), _lab(now)), fine, was, looks, stirred, inside & valid)
    parts = _parts(seen)
    banks = [part for part in parts if part.is_bank]
    dry = sum((1 - part.was) * part.pixels for part in banks)
    leant = sum((part.looks - part.was) * part.pixels for part in banks if part.leans)
    apart, turned, moves = _turned(seen, parts)
    return Bank(
        len(banks),
        float(leant / dry) if dry else 0.0,
        float(leant / max(1, seen.free.sum())),
        apart,
        turned,
        pattern_alike(*fine, np.asarray(~near & valid)),
        moves,
    )


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
    like = [part for part in banks if part.alike <= GONE and _apart(part.now, np.stack(river)) <= LIKE_RIVER]
    turned = sum(part.pixels for part in like) / sum(part.pixels for part in banks)
    return replace(told, apart=len(banks), turned=turned)


class _Resting(NamedTuple):
    """A neighbourhood of a clip: pixels, what the network saw, its colour at the end (Lab), grey levels of its pattern,
    correlation of that from the first picture to the second, and to the end."""

    pixels: int
    was: float
    now: _Colour
    pattern: float
    rests: float
    alike: float


def _resting(first_two: Sequence[Picture], now: Picture, place: Mask, water: Sequence[Plane]) -> list[_Resting]:
    (fine, second), valid = fine_laid_over(first_two[0], first_two[-1])
    (laid, last), still_valid = fine_laid_over(first_two[0], now)
    free = sized(place, now.shape[:2]) & valid & still_valid
    colours, was = _lab(now), cv2.resize(np.mean(np.stack(water), axis=0), free.shape[::-1])
    return [
        _Resting(
            int(part.sum()), float(was[at][part].mean()), np.median(colours[at][part], axis=0),
            float(laid[at][part].std()), pattern_alike(fine[at], second[at], part) or 0.0,
            pattern_alike(laid[at], last[at], part) or 0.0,
        )
        for at in tiles(free.shape, (ROWS, COLUMNS))
        if (part := free[at]).mean() >= WITHIN
    ]  # fmt: skip


def _parts(seen: _Seen) -> list[_Part]:
    found = []
    for at in tiles(seen.free.shape, (ROWS, COLUMNS)):
        part = seen.free[at]
        if part.mean() < WITHIN:
            continue
        then, now = (plane[at] for plane in seen.fine)
        was, looks = (float(plane[at][part].mean()) for plane in (seen.was, seen.looks))
        alike = pattern_alike(then, now, part) or 0.0
        found.append(_Part(at, int(part.sum()), was, looks, float(then[part].std()), alike))
    return found


def _turned(seen: _Seen, parts: Sequence[_Part]) -> tuple[int, float, bool]:
    """How many neighbourhoods had a bank unlike the river, what share of it looks like the river now, and whether that
    moves as the river does."""
    surest = max((part.was for part in parts), default=0.0)
    river = [part.at for part in parts if part.was >= max(SURELY, OF_SUREST * surest)]
    if not river:
        return 0, 0.0, True
    then, now = (np.stack([_colour(plane, at, seen.free[at]) for at in river]) for plane in seen.colours)
    bank = _unlike(seen.colours[0], then) & seen.free & (seen.was < HARDLY)
    count, whole, turned, stirred = 0, 0, 0, []
    for at in tiles(bank.shape, (ROWS, COLUMNS)):
        part = bank[at]
        if part.sum() < LEAST_PX or seen.fine[0][at][part].std() < PLAIN_PATTERN:
            continue
        was_apart, is_apart = (
            _apart(_colour(seen.colours[0], at, part), then),
            _apart(_colour(seen.colours[1], at, part), now),
        )
        count, whole = count + 1, whole + int(part.sum())
        alike = pattern_alike(seen.fine[0][at], seen.fine[1][at], part) or 0.0
        if alike <= GONE and is_apart <= min(LIKE, NEARER * was_apart):
            turned += int(part.sum())
            stirred.append(float(np.median(seen.stirred[at][part])))
    # Glitter in some of a river is no measure of the rest.
    usual = float(np.percentile([np.median(seen.stirred[at][seen.free[at]]) for at in river], 25))
    return count, turned / max(1, whole), not stirred or float(np.median(stirred)) >= AS_LIVELY * usual


def _unlike(colours: Plane, river: _Colour) -> Mask:
    """``(h, w)``: pixels unlike all of the river."""
    soft = cv2.GaussianBlur(colours, (0, 0), SOFT_PX)
    apart = np.full(colours.shape[:2], np.inf, np.float32)
    for colour in river:
        np.minimum(apart, np.linalg.norm(soft - colour, axis=2), out=apart)
    return np.asarray(apart >= APART)


def _colour(colours: Plane, at: tuple[slice, slice], part: Mask) -> _Colour:
    """The median in Lab."""
    return np.asarray(np.median(colours[at][part], axis=0), np.float32)


def _fitted(plane: Plane, shape: tuple[int, ...]) -> Plane:
    return np.asarray(cv2.resize(plane, shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _apart(colour: _Colour, river: _Colour) -> float:
    """From what of the river is most like it: it has lights and shades of its own."""
    return float(np.linalg.norm(river - colour, axis=1).min())


def _lab(picture: Picture) -> Plane:
    return cast("Plane", cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2Lab))
