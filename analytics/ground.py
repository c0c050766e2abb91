"""Does a place's own ground still show, neighbourhood by neighbourhood, or has something come over all of it?

One figure over a whole zone hides that half of it is as ever: markings outweigh asphalt, a parked lorry outweighs both.
So the zone is cut into neighbourhoods, each of which that has a pattern (joints, patches, paint) is asked by itself.
Compared are medians over a clip and over days, in which what passes, rain's streaks and the sensor's noise are no more,
laid over each other first: a pole does not rest where it rested last week. A wet road, a mirror of a road, a shadow
over all of it and a layer of dirt keep their neighbourhoods' pattern; water that hides the ground keeps none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from analytics.ripples import LEAST_PATTERN, fine_pattern, pattern_alike
from analytics.sample import Grey
from analytics.water import Mask, Plane
from cameras.footage.frame import Picture
from cameras.patrol.structure import laid_over

ROWS, COLUMNS = 8, 12
"""Neighbourhoods of a picture: some 27 pixels at 320, the size of a car in the middle of a street's view."""

WITHIN = 0.5
"""Share of a neighbourhood that must lie in the place, be free and be in both pictures."""

GONE, SHOWS = 0.3, 0.5
"""Correlation of the fine pattern then and now. Of drawn roads 0.9 in the median when dry, wet, in shade and in rain,
0.64 under a film that mirrors, 0.0 under water."""

LEAST_PARTS = 6
"""Fewer neighbourhoods with a pattern say nothing of a road."""

SWAYS = 0.03
"""Share of the width."""

ONE_VIEW, PERHAPS_ONE_VIEW = 0.45, 0.3
"""Least correlation of the rest of the picture, as in ``analytics.covered``; and where another sign must confirm it:
water that spills over a zone's border takes the pattern there, too."""


@dataclass(frozen=True, slots=True)
class Ground:
    """``alike``: correlation (-1 to 1) over the place as a whole, ``around``: over the rest; None without a pattern.
    ``parts``: neighbourhoods with a pattern; ``gone``, ``shows``: share 0-1 of them that lost theirs, that kept it."""

    alike: float | None
    around: float | None
    parts: int
    gone: float
    shows: float

    @property
    def is_gone(self) -> bool:
        """From nearly all of the place, while the rest of the picture is as it was."""
        return self._is_known and self.is_hidden

    @property
    def is_hidden(self) -> bool:
        """As ``is_gone``, while the rest of the picture is still like what it was."""
        if self.parts < LEAST_PARTS or self.around is None or self.around < PERHAPS_ONE_VIEW:
            return False
        return self.alike is not None and self.alike <= GONE and self.gone >= 0.6 and self.shows <= 0.2

    @property
    def is_mostly_gone(self) -> bool:
        """From half of the place and more, whatever became of the rest of the picture."""
        return self.parts >= LEAST_PARTS and self.gone >= 0.5

    @property
    def is_seen(self) -> bool:
        """The ground shows in most of the place: it is not hidden, whatever shines on it."""
        return self._is_known and self.shows >= 0.7 and self.gone <= 0.15

    @property
    def _is_known(self) -> bool:
        return self.parts >= LEAST_PARTS and self.around is not None and self.around >= ONE_VIEW


def ground_of(now: Picture, before: Picture, place: Mask, hidden: Mask) -> Ground:
    """``now``, ``before``: BGR of one size, as ``covered.typical`` makes them. ``place``: the ground; ``hidden``: what
    stood before it for much of the time; ``(h, w)`` of any size over the whole picture."""
    fine, valid = fine_laid_over(before, now)
    inside, covered = (sized(mask, now.shape[:2]) for mask in (place, hidden))
    free = inside & valid & ~covered
    found = np.array(list(_each(fine, free)))
    return Ground(
        alike=pattern_alike(*fine, free),
        around=pattern_alike(*fine, rest_of(inside, valid)),
        parts=len(found),
        gone=float((found <= GONE).mean()) if len(found) else 0.0,
        shows=float((found >= SHOWS).mean()) if len(found) else 0.0,
    )


def fine_laid_over(before: Picture, now: Picture) -> tuple[tuple[Plane, Plane], Mask]:
    then, present = _grey(before), _grey(now)
    moved, valid = laid_over(then.astype(np.float32), present.astype(np.float32), SWAYS)
    return (fine_pattern(np.clip(moved, 0, 255).astype(np.uint8)), fine_pattern(present)), valid


def rest_of(inside: Mask, valid: Mask) -> Mask:
    """What lies well outside of a place; its border belongs to neither side."""
    near = cv2.dilate(inside.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    return np.asarray(~near & valid)


def _each(fine: tuple[Plane, Plane], free: Mask) -> Iterator[float]:
    """Of each neighbourhood with a pattern, how much of it is left."""
    then, now = fine
    for at in tiles(then.shape, (ROWS, COLUMNS)):
        part = free[at]
        if part.mean() < WITHIN or then[at][part].std() < LEAST_PATTERN:
            continue
        if (alike := pattern_alike(then[at], now[at], part)) is not None:
            yield alike


def tiles(shape: tuple[int, ...], counts: tuple[int, int]) -> Iterator[tuple[slice, slice]]:
    height, width = max(1, shape[0] // counts[0]), max(1, shape[1] // counts[1])
    for y in range(0, shape[0] - height + 1, height):
        for x in range(0, shape[1] - width + 1, width):
            yield slice(y, y + height), slice(x, x + width)


def sized(mask: Mask, shape: tuple[int, ...]) -> Mask:
    return np.asarray(cv2.resize(mask.astype(np.uint8), shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0)


def _grey(picture: Picture) -> Grey:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
