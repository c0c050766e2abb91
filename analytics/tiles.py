"""Overlapping squares of a picture, for a model whose input is much smaller than the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cameras.footage.frame import Picture

WORTH_IT = 2.2
"""A picture is cut only when its long side is at least this many times the model's input:
below that the whole picture already shows the model nearly what a square would."""

LONGER = 1.25
"""... and only when it is at least this much longer than high (or wide): else a square gains nothing."""

MOST_SQUARES = 8
"""A strip so thin that it takes more is looked at whole: no camera makes one, and each square costs a look."""

BORDER = 0.01
"""A box that ends within this share of the square's inner border is taken for a cut object."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of a picture, in pixels."""

    x: int
    y: int
    width: int
    height: int

    def cut(self, picture: Picture) -> Picture:
        return np.ascontiguousarray(picture[self.y : self.y + self.height, self.x : self.x + self.width])

    def whole_objects(self, xyxy: npt.NDArray[np.float32], width: int, height: int) -> npt.NDArray[np.bool_]:
        """Which ``(N, 4)`` pixel boxes *of the tile* end inside it, or at the picture's own border."""
        keep = np.ones(len(xyxy), dtype=bool)
        slack_x, slack_y = BORDER * self.width, BORDER * self.height
        if self.x > 0:
            keep &= xyxy[:, 0] > slack_x
        if self.x + self.width < width:
            keep &= xyxy[:, 2] < self.width - slack_x
        if self.y > 0:
            keep &= xyxy[:, 1] > slack_y
        if self.y + self.height < height:
            keep &= xyxy[:, 3] < self.height - slack_y
        return keep


def tiles_for(width: int, height: int, input_px: int) -> list[Tile]:
    """The whole picture first, then the squares along its long side (none where they gain nothing)."""
    whole = Tile(0, 0, width, height)
    long_side, side = max(width, height), min(width, height)
    if long_side < WORTH_IT * input_px or long_side < LONGER * side:
        return [whole]
    count = max(2, int(np.ceil((long_side - side) / (0.8 * side))) + 1)
    if count > MOST_SQUARES:
        return [whole]
    starts = np.linspace(0, long_side - side, count).round().astype(int)
    if width >= height:
        return [whole, *(Tile(int(start), 0, side, side) for start in starts)]
    return [whole, *(Tile(0, int(start), side, side) for start in starts)]
