"""Has water come over ground that an earlier picture shows dry? Its pattern is gone there, and nowhere else.

No motion is asked, so that a calm flood can be told: where the network sees water now and saw none before, the fine
pattern of the ground must be gone, the rest of the picture must be as it was (which rules out another view, a blurred
lens, fog and rain), and a river's new water must look like the water that was there before. Both pictures are medians
over some seconds: what drives by, streaks of rain and most waves are in neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from analytics.ground import sized
from analytics.ripples import LEAST_PX, WIDTH_PX, fine_pattern, pattern_alike
from analytics.water import Mask, Plane
from cameras.footage.frame import Picture

GONE, STAYS = 0.3, 0.45
"""Correlation of the fine pattern then and now: at most, where water came; at least, in the rest of the picture."""

SOFT_PX = 3.0
"""The grain of ground is finer."""

APART, NEARER = 6.0, 0.6
"""Ground and water differed by so much in CIE Lab, and by at most this share of it now."""


@dataclass(frozen=True, slots=True)
class Covered:
    """``pattern``: correlation (-1 to 1) of the place's fine pattern then and now, ``around``: of the rest of the
    picture; None without one. ``apart_then``, ``apart_now``: how far the place's colour is from that of the water that
    both show, in Lab; None where they share none. ``changed``: how far its own colour went, more than the rest's.
    ``was_dry``: share 0-1 of place and water together that the earlier picture shows in the place's colour rather than
    in the water's: the network took some of that ground for water even then."""

    pattern: float | None
    around: float | None
    apart_then: float | None = None
    apart_now: float | None = None
    changed: float = 0.0
    was_dry: float = 0.0

    @property
    def is_ground_gone(self) -> bool:
        """The place had a pattern and lost it, while the rest of the picture kept its own."""
        return self._is_one_view and self.pattern is not None and self.pattern <= GONE

    @property
    def has_turned_to_water(self) -> bool:
        """It was unlike the water beside it and is like it now; a pattern that it had is gone."""
        return self.has_come_nearer and (self.pattern is None or self.pattern <= STAYS)

    @property
    def has_come_nearer(self) -> bool:
        """Its colour was unlike that of the water beside it and is like it now."""
        if not self._is_one_view or self.apart_then is None or self.apart_now is None:
            return False
        return self.apart_then >= APART and self.apart_now <= NEARER * self.apart_then

    @property
    def is_other_ground(self) -> bool:
        """Its pattern is gone and its colour is another."""
        return self.is_ground_gone and self.changed >= APART

    @property
    def _is_one_view(self) -> bool:
        return self.around is not None and self.around >= STAYS


def typical(pictures: Sequence[Picture], shape: tuple[int, ...] = ()) -> Picture:
    """The median of the pictures (BGR, of one shape), ``ripples.WIDTH_PX`` wide, or of this ``shape``."""
    height, width = pictures[0].shape[:2]
    size = shape[1::-1] or (WIDTH_PX, max(8, round(WIDTH_PX * height / width)))
    small = [cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in pictures]
    return np.asarray(np.median(np.stack(small), axis=0), np.uint8)


def covered(now: Picture, before: Picture, place: Mask, water: Mask) -> Covered:
    """``now``, ``before``: BGR of one view, as ``typical`` makes them. ``place``: where water is new; ``water``: where
    it is in both; ``(h, w)`` of any size over the whole picture. What is neither is the rest."""
    shape = now.shape[:2]
    before = np.asarray(cv2.resize(before, shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    place, water = sized(place, shape), sized(water, shape)
    fine = [fine_pattern(np.asarray(cv2.cvtColor(one, cv2.COLOR_BGR2GRAY), np.uint8)) for one in (before, now)]
    # The water's edge belongs to neither side.
    near = cv2.dilate((place | water).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    pattern, around = pattern_alike(fine[0], fine[1], place), pattern_alike(fine[0], fine[1], ~near)
    if place.sum() < LEAST_PX:
        return Covered(pattern, around)
    went = _colour(now, place) - _colour(before, place)
    changed = float(np.linalg.norm(went - (_colour(now, ~near) - _colour(before, ~near) if (~near).any() else 0)))
    if water.sum() < LEAST_PX:
        return Covered(pattern, around, changed=changed)
    then, since = (float(np.linalg.norm(_colour(one, place) - _colour(one, water))) for one in (before, now))
    return Covered(pattern, around, then, since, changed, _was_dry(before, place, water))


def _was_dry(before: Picture, place: Mask, water: Mask) -> float:
    lab = cv2.cvtColor(before.astype(np.float32) / 255, cv2.COLOR_BGR2Lab)
    soft = np.asarray(cv2.GaussianBlur(lab, (0, 0), SOFT_PX), np.float32)
    dry, wet = (np.linalg.norm(soft - _colour(before, one), axis=2) for one in (place, water))
    return float((place | (dry < wet))[place | water].mean())


def _colour(picture: Picture, place: Mask) -> Plane:
    """The median in Lab."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2Lab)
    return np.asarray(np.median(lab[place], axis=0), np.float32)
