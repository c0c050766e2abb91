"""A camera's own background, by part of the day: which looks are kept, and what their median shows. [core]

The median over looks of several days (Gloyer et al. 1995; Cucchiara et al. 2003): who passes, and what stands for a
day, is in a few of them and in no median. A running mean would take in a little of everything that ever passed, and a
mixture of Gaussians wants pictures by the second, which a patrol does not have. With thirteen looks, two or three a
day, a thing has to stand in more than half of them, two to three days, before it belongs to the background; that it
came in is told by the share of the picture in which a version differs from the one before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from cameras.footage.frame import Picture
from cameras.patrol.daypart import BETWEEN_LOOKS, DayPart
from cameras.patrol.structure import Grey, Plane, edges, lit_as, spread
from cameras.patrol.view import Change, view_check

WIDTH_PX = 640
"""What checks compare at."""

KEPT_LOOKS = 13
"""Odd, so that there is always a majority."""

LEAST_LOOKS = 5
"""Two of five may hold the same bus."""

BUILD_EVERY = timedelta(hours=20)
"""A version a day at most: an answer names the version it used, and a name must mean something for a while."""

UNREST_WIDTH_PX = 160
UNREST_SCALE = 8.0
"""Stored unrest is ``UNREST_SCALE`` times grey levels per pixel, in a byte."""

CHANGED_EDGE = 5.0
BLOCK_PX = 16
CHANGED_FILL = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """``picture``: BGR, at most 640 wide. ``unrest``: ``(h, 160)``, how much edges usually differ from look to look.
    ``used``: the numbers of the looks it is the median of; those that show another view are left out.
    """

    picture: Picture
    unrest: Grey
    used: tuple[int, ...]


def small_look(picture: Picture) -> Picture:
    """At most 640 wide."""
    height, width = picture.shape[:2]
    if width <= WIDTH_PX:
        return picture
    size = (WIDTH_PX, max(1, round(height * WIDTH_PX / width)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def look_is_wanted(part: DayPart, last_at: datetime | None, at: datetime) -> bool:
    """``last_at``: of the newest look kept for this part of the day."""
    return last_at is None or at - last_at >= BETWEEN_LOOKS[part]


def build_is_due(looks_since: int, looks: int, built_at: datetime | None, now: datetime) -> bool:
    """``looks_since``: kept since the last version was built, ``looks``: kept in all."""
    if looks < LEAST_LOOKS:
        return False
    return built_at is None or (looks_since >= 2 and now - built_at >= BUILD_EVERY)


def backdrop_of(looks: Sequence[Picture]) -> Backdrop | None:
    """None when fewer than five of the looks show one view. Light is evened out first, so that of a cloudy day and a
    clear one the median is not half of each.
    """
    shape = max({look.shape for look in looks}, key=[look.shape for look in looks].count, default=None)
    alike = [number for number, look in enumerate(looks) if look.shape == shape]
    if len(alike) < LEAST_LOOKS:
        return None
    first = _median([looks[number] for number in alike])
    used = [n for n in alike if view_check(first, looks[n]).change not in {Change.SHIFTED, Change.DIFFERENT}]
    if len(used) < LEAST_LOOKS:
        return None
    picture = first if len(used) == len(alike) else _median([looks[number] for number in used])
    return Backdrop(picture, _unrest(picture, [looks[number] for number in used]), tuple(used))


def _median(looks: Sequence[Picture]) -> Picture:
    levels = np.array([np.median(look) for look in looks], np.float32)
    gains = np.clip(np.median(levels) / np.maximum(levels, 1), 0.6, 1.6)
    lit = [cv2.convertScaleAbs(look, alpha=float(gain)) for look, gain in zip(looks, gains, strict=True)]
    # Of an even number the lower middle one: a half of two pictures is neither.
    middle = (len(lit) - 1) // 2
    return np.asarray(np.partition(np.stack(lit), middle, axis=0)[middle], np.uint8)


def _unrest(picture: Picture, looks: Sequence[Picture]) -> Grey:
    """The upper quartile over the looks: leaves and water differ always, a parked car in a few of them."""
    base = grey_plane(picture)
    still = edges(base)
    apart = [np.abs(edges(lit_as(grey_plane(look), base)) - still) for look in looks]
    usual = np.partition(np.stack(apart), 3 * (len(apart) - 1) // 4, axis=0)[3 * (len(apart) - 1) // 4]
    height, width = usual.shape
    size = (min(width, UNREST_WIDTH_PX), max(1, round(height * min(width, UNREST_WIDTH_PX) / width)))
    small = cv2.resize(spread(np.asarray(usual, np.float32), 2), size, interpolation=cv2.INTER_AREA)
    return np.asarray(np.clip(small * UNREST_SCALE, 0, 255), np.uint8)


def unrest_plane(unrest: Grey | None, shape: tuple[int, int]) -> Plane:
    """As grey levels per pixel, at ``shape`` (h, w); zero where it is not known."""
    if unrest is None:
        return np.zeros(shape, np.float32)
    large = cv2.resize(unrest.astype(np.float32) / UNREST_SCALE, shape[::-1], interpolation=cv2.INTER_LINEAR)
    return cast("Plane", large)


def grey_plane(picture: Picture) -> Plane:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.float32)


def changed_share(before: Picture, now: Picture) -> float:
    """Share 0-1 of the picture's blocks in which edges came or went: what entered the background, or left it."""
    if before.shape != now.shape:
        return 1.0
    base = grey_plane(before)
    one, two = edges(base), edges(lit_as(grey_plane(now), base))
    apart = np.maximum(two - spread(one), one - spread(two)) > CHANGED_EDGE
    blocks = cv2.resize(apart.astype(np.float32), _blocks(apart), interpolation=cv2.INTER_AREA)
    return float((blocks >= CHANGED_FILL).mean())


def _blocks(plane: npt.NDArray[np.bool_]) -> tuple[int, int]:
    return max(1, plane.shape[1] // BLOCK_PX), max(1, plane.shape[0] // BLOCK_PX)
