"""Has a river come over its bank? Asked small neighbourhood by small neighbourhood, of an earlier picture and of now.

The network's share of a whole zone hides it twice: it takes some of a bank for water before it is, and some water for
ground, above all after the river has changed its colour. So what an earlier picture shows as bank, with a pattern and
unlike its water, is followed by itself. A bank that went under has lost its pattern and looks like the water that was
there before, whatever that looks like today; or the network leans towards water more than it did. Shade, rain, foam and
glare on the river leave a bank its pattern, another day leaves it unlike the water.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

import cv2
import numpy as np
import numpy.typing as npt

from analytics.flood import IS_WATER
from analytics.ground import GONE, LEAST_PARTS, ONE_VIEW, WITHIN, fine_laid_over, rest_of, sized, tiles
from analytics.ripples import LEAST_PX, pattern_alike
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

APART, NEARER, LIKE, SOFT_PX = 6.0, 0.5, 8.0, 1.0
"""In CIE Lab: a bank was unlike all of the river by so much, pixel by pixel, and is by at most this share of it now and
at most so much. What belongs to the river is left out: where a dark river has turned bright, its old edge is no bank
that lost its pattern."""

AS_LIVELY = 0.5
"""Of how much the river's pattern changes from picture to picture in the quarter of it that changes least, that of what
looks like it now must: mud, a boat at its moorings and a tarpaulin rest. Of 16 drawn rivers over their banks 0.63 to
2.4."""

TURNED, LEANT, LEANT_AT_ALL, STANDS, STILL_SHOWS = 0.2, 0.35, 0.22, 0.2, 0.1
"""Shares of a bank that is under water. By colour: of 124 drawn rivers that stand six tenths up their banks and higher,
or rise to that, 122 have 0.2 and more; of 102 at their usual level none has more than 0.11. By what the network leans
to: 0.27 to 0.87, and 0.29 at most. (Choosing seeds.)"""

Colour = npt.NDArray[np.float32]
"""L, a, b in its last axis."""


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
        return self._may_lean and (self.under >= LEANT or (self.under >= LEANT_AT_ALL and self.area >= least_area))

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
        return self._may_lean and self.under >= 0.15

    @property
    def _may_lean(self) -> bool:
        """Not where the bank is known by its colour, and shows it."""
        return self._counts and not (self.apart >= LEAST_PARTS and self.turned < STILL_SHOWS)

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
    stirred = np.zeros(inside.shape, np.float32) if changes is None else changes
    was, looks, stirred = (fitted(plane, inside.shape) for plane in (*water, stirred))
    seen = _Seen((lab(before), lab(now)), fine, was, looks, stirred, inside & valid)
    parts = _parts(seen)
    banks = [part for part in parts if part.is_bank]
    dry = sum((1 - part.was) * part.pixels for part in banks)
    leant = sum((part.looks - part.was) * part.pixels for part in banks if part.leans)
    count, turned, moves = _turned(seen, parts)
    return Bank(
        len(banks),
        float(leant / dry) if dry else 0.0,
        float(leant / max(1, seen.free.sum())),
        count,
        turned,
        pattern_alike(*fine, rest_of(inside, valid)),
        moves,
    )


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


class _River(NamedTuple):
    """Colours of the river's neighbourhoods then and now, ``(n, 3)`` in Lab, and by how many grey levels its calmer
    quarter changes from picture to picture: glitter in some of it is no measure of the rest."""

    then: Colour
    now: Colour
    stirred: float


def _river(seen: _Seen, parts: Sequence[_Part]) -> _River | None:
    """What the network was surest of."""
    surest = max((part.was for part in parts), default=0.0)
    places = [part.at for part in parts if part.was >= max(SURELY, OF_SUREST * surest)]
    if not places:
        return None
    then, now = (np.stack([colour_of(plane, at, seen.free[at]) for at in places]) for plane in seen.colours)
    stirred = [np.median(seen.stirred[at][seen.free[at]]) for at in places]
    return _River(then, now, float(np.percentile(stirred, 25)))


def _turned(seen: _Seen, parts: Sequence[_Part]) -> tuple[int, float, bool]:
    """How many neighbourhoods had a bank unlike the river, what share of it looks like the river now, and whether that
    moves as the river does."""
    river = _river(seen, parts)
    if river is None:
        return 0, 0.0, True
    bank = _unlike(seen.colours[0], river.then) & seen.free & (seen.was < HARDLY)
    banks = [
        (at, bank[at])
        for at in tiles(bank.shape, (ROWS, COLUMNS))
        if bank[at].sum() >= LEAST_PX and seen.fine[0][at][bank[at]].std() >= PLAIN_PATTERN
    ]
    under = [(at, part) for at, part in banks if _is_river_now(seen, river, at, part)]
    whole, turned = (int(sum(part.sum() for _, part in places)) for places in (banks, under))
    stirred = [float(np.median(seen.stirred[at][part])) for at, part in under]
    moves = not stirred or float(np.median(stirred)) >= AS_LIVELY * river.stirred
    return len(banks), turned / max(1, whole), moves


def _is_river_now(seen: _Seen, river: _River, at: tuple[slice, slice], part: Mask) -> bool:
    if (pattern_alike(seen.fine[0][at], seen.fine[1][at], part) or 0.0) > GONE:
        return False
    then, now = (colour_of(plane, at, part) for plane in seen.colours)
    return apart(now, river.now) <= min(LIKE, NEARER * apart(then, river.then))


def _unlike(colours: Plane, river: Colour) -> Mask:
    """``(h, w)``: pixels unlike all of the river."""
    soft = cv2.GaussianBlur(colours, (0, 0), SOFT_PX)
    apart = np.full(colours.shape[:2], np.inf, np.float32)
    for colour in river:
        np.minimum(apart, np.linalg.norm(soft - colour, axis=2), out=apart)
    return np.asarray(apart >= APART)


def colour_of(colours: Plane, at: tuple[slice, slice], part: Mask) -> Colour:
    """The median in Lab."""
    return np.asarray(np.median(colours[at][part], axis=0), np.float32)


def fitted(plane: Plane, shape: tuple[int, ...]) -> Plane:
    return np.asarray(cv2.resize(plane, shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def apart(colour: Colour, river: Colour) -> float:
    """From what of the river is most like it: it has lights and shades of its own."""
    return float(np.linalg.norm(river - colour, axis=1).min())


def lab(picture: Picture) -> Plane:
    return cast("Plane", cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2Lab))
