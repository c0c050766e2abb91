"""A light of a few pixels, in pictures of their full size.

A lamp far away is three to six pixels of a full-HD picture. Brought to the width at which pictures are measured, one
pixel or two are left of it, and grey ones: in a zone drawn wider than the lamp it then passes for a dark one. So before
a lamp is called dark, the kept pictures are asked in their full size for a spot of two by two pixels that stands out of
its surroundings and lies inside the zone. A lit wall or window behind a lamp goes on outside the zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from analytics.lamps import REACH, Box, Plane, around
from analytics.sample import Grey
from analytics.zones import Zone
from cameras.footage.frame import Frame

SIDE = 2
"""Pixels of the spot: of a lamp of three by three, whatever its place in the raster, so many are its own."""

STEADY = 0.7
"""Share of the pictures that must show it, where their median does not (a camera that sways)."""


@dataclass(frozen=True, slots=True)
class Glint:
    """Grey levels 0-255. ``peak``: of the brightest spot inside the zone; ``rim``: of the brightest on its border;
    ``around``: median of what lies around it."""

    peak: float
    rim: float
    around: float

    @property
    def enclosed(self) -> bool:
        """Whether the spot lies inside rather than reaching in."""
        return self.rim - self.around < 0.5 * (self.peak - self.around)


@dataclass(frozen=True, slots=True)
class Glints:
    """Of one zone: in the median of the pictures, and in each of them."""

    steady: Glint
    each: tuple[Glint, ...]

    def burns(self, over: float, lit: float, share: float) -> bool:
        """Whether a light stands in the zone: ``over`` grey levels over its surroundings, and by this ``share`` of what
        a lit lamp of brightness ``lit`` does."""

        def bright(glint: Glint) -> bool:
            rise = glint.peak - glint.around
            return glint.enclosed and rise >= over and rise >= share * (lit - glint.around)

        return bright(self.steady) or float(np.mean([bright(one) for one in self.each])) >= STEADY


def glints_of(frames: Sequence[Frame], zones: Sequence[Zone]) -> list[Glints]:
    """For each zone. ``frames``: pictures of the full size, at least one; those of the last one's size are asked."""
    alike = [frame.picture for frame in frames if frame.picture.shape == frames[-1].picture.shape]
    greys = [np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8) for picture in alike]
    return [_glints(greys, zone) for zone in zones]


def _glints(greys: Sequence[Grey], zone: Zone) -> Glints:
    """Of the surroundings only: a median of whole pictures would cost more than the rest of the check."""
    box = Box.of(zone, greys[0].shape)
    rows, columns = box.wider(REACH).cut(greys[0].shape)
    cuts = [grey[rows, columns] for grey in greys]
    inner = Box(box.x0 - columns.start, box.y0 - rows.start, box.x1 - columns.start, box.y1 - rows.start)
    steady = np.asarray(np.median(np.stack(cuts), axis=0), np.uint8)
    return Glints(_glint(steady, inner), tuple(_glint(cut, inner) for cut in cuts))


def _glint(cut: Grey, box: Box) -> Glint:
    inside = cut[box.cut(cut.shape)].astype(np.float32)
    spots = _spots(inside)
    rim = np.concatenate([spots[0], spots[-1], spots[:, 0], spots[:, -1]])
    return Glint(float(spots.max()), float(np.percentile(rim, 97)), around(cut, box))


def _spots(inside: Plane) -> Plane:
    """Means of all squares of ``SIDE`` pixels."""
    high, wide = (min(SIDE, side) for side in inside.shape)
    means = cv2.boxFilter(inside, -1, (wide, high), anchor=(0, 0), borderType=cv2.BORDER_REFLECT)
    return np.asarray(means[: inside.shape[0] - high + 1, : inside.shape[1] - wide + 1], np.float32)
