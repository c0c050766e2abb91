"""Pixels made anew, so that what was there cannot be brought back.

A region keeps at most a handful of colours (its *palette*), each the mean of a block, shifted at random and rounded;
the picture gets these colours spread out smoothly, and nothing else of what was there. This is no filter: a blur keeps
every pixel's share and can be undone (deconvolution); a palette of 3 x 4 colours keeps 12 of a face's thousands of
pixels, and no calculation has more to start from. The random shift and the rounding take away what many such means of
one face, taken a little displaced, would tell together; and in a clip a region's palette is taken once and carried
along (``Mosaic``), so that a thousand frames tell no more than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from cameras.footage.frame import Picture

HEAD_BLOCKS = 3
"""Colours across the shorter side of a head, its margins included; the face itself keeps about two. People stop telling
faces apart below some 15 across (Bachmann 1991), networks trained on forty known persons still do at 6 (McPherson,
Shokri and Shmatikov 2016, arXiv:1609.00408)."""

PLATE_ROWS = 2
"""... of the lower half of a vehicle, where a plate is a small part of one block."""

ONE_COLOUR = 0
"""... of a plate whose place is known: with two rows of blocks, whoever renders every plate there is and compares would
tell many apart (the attack that undid pixelated account numbers)."""

LEAST_BLOCK_PX = 8.0
WHOLE_BLOCKS = 6
"""Across the shorter side of a picture of which all is hidden: a face that fills it keeps no more than a head does."""

SHIFT, TINT = 10.0, 4.0
"""Standard deviation of the random shift of a colour, of 255: of all three channels together as much as neighbouring
blocks of a face differ, of each by itself so much that a car does not turn purple."""

ROUND_TO = 8.0

MASK = (39, 24, 17)
"""BGR of a privacy zone: as on the cameras that mask for themselves, one dark colour and nothing of what is there."""

Palette = npt.NDArray[np.uint8]
"""``(rows, columns, 3)``, BGR."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the picture to cover, in 0-1; ``blocks``: how many blocks remain across its shorter side,
    or ``ONE_COLOUR`` for all of it."""

    x1: float
    y1: float
    x2: float
    y2: float
    blocks: int

    def pixels(self, picture: Picture) -> tuple[int, int, int, int]:
        """x1, y1, x2, y2: every pixel that the region touches, inside the picture; may be empty."""
        height, width = picture.shape[:2]
        left, top = max(0, int(self.x1 * width)), max(0, int(self.y1 * height))
        return left, top, min(width, int(np.ceil(self.x2 * width))), min(height, int(np.ceil(self.y2 * height)))


@dataclass(slots=True)
class Mosaic:
    """Covers regions, those with a name always by the same palette: the first that the name had."""

    known: dict[int, Palette] = field(default_factory=dict)
    _random: np.random.Generator = field(default_factory=np.random.default_rng)  # seeded by the operating system

    def cover(self, picture: Picture, region: Region, name: int | None = None) -> None:
        """Replace the region's pixels in place."""
        x1, y1, x2, y2 = region.pixels(picture)
        if x2 <= x1 or y2 <= y1:
            return
        palette = self.known.get(name) if name is not None else None
        if palette is None:
            palette = self._palette(picture[y1:y2, x1:x2], region.blocks)
            if name is not None:
                self.known[name] = palette
        picture[y1:y2, x1:x2] = cv2.resize(palette, (x2 - x1, y2 - y1), interpolation=cv2.INTER_LINEAR)

    def whole(self, picture: Picture) -> Picture:
        """A picture in which nothing can be made out but where it is light and dark."""
        height, width = picture.shape[:2]
        palette = self._palette(picture, WHOLE_BLOCKS)
        return np.asarray(cv2.resize(palette, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)

    def _palette(self, part: Picture, blocks: int) -> Palette:
        height, width = part.shape[:2]
        size = (1, 1)
        if blocks != ONE_COLOUR:
            block = max(LEAST_BLOCK_PX, min(width, height) / blocks)
            size = (max(1, round(width / block)), max(1, round(height / block)))
        means = cv2.resize(part, size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], 3).astype(np.float32)
        shift = self._random.normal(0.0, SHIFT, (*means.shape[:2], 1))
        shifted = means + shift + self._random.normal(0.0, TINT, means.shape)
        return np.asarray(np.clip(np.round(shifted / ROUND_TO) * ROUND_TO, 0, 255), np.uint8)


def mask(picture: Picture, polygon: Sequence[tuple[float, float]]) -> None:
    """Fill ``polygon`` (0-1) in place."""
    height, width = picture.shape[:2]
    corners = np.round([(x * width, y * height) for x, y in polygon]).astype(np.int32)
    cv2.fillPoly(picture, [corners], MASK)
