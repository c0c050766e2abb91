"""Does this place in the picture still look the same?

Normalised correlation is blind to exposure (gain and offset), so a cloud or an
automatic iris does not make a parked car a new one. A person who walks past hides a part of
the place: then the cells that are not hidden decide.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
Box = npt.NDArray[np.float32]

SWAY_PX = 2
"""A camera on a pole sways: the best match within so many pixels counts."""

FLAT_STD = 3.0
"""Grey levels. A flatter patch is noise; its correlation says nothing."""

CELLS = 4
"""The place is compared as a whole, and as 4 x 4 cells where the whole does not agree."""

CELL_SAME = 0.7
CELLS_SAME = 0.6
"""A place partly hidden still holds the same object when this share of its textured cells correlates
by ``CELL_SAME`` and the whole by ``HIDDEN_WHOLE``."""

HIDDEN_WHOLE = 0.4
SURE = 0.8
MIN_SIDE_PX = 6
CELL_PX = 6


class Look:
    """What a box (normalised x1, y1, x2, y2) looked like in one picture."""

    def __init__(self, grey: Grey, box: Box) -> None:
        self._box = box
        self._patch = _cut(grey, box, 0)
        self.is_flat = self._patch is None or float(self._patch.std()) < FLAT_STD
        """Too small or too plain to recognise anything by."""

    def likeness(self, grey: Grey) -> float | None:
        """How much the same place in another picture (same size) resembles this: -1..1.

        ``SURE`` where only a part of it is hidden; None when nothing can be said.
        """
        if self._patch is None or self.is_flat:
            return None
        field = _cut(grey, self._box, SWAY_PX)
        height, width = self._patch.shape
        if field is None or field.shape[0] < height or field.shape[1] < width:
            return None
        _, whole, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(field, self._patch, cv2.TM_CCOEFF_NORMED))
        if not np.isfinite(whole):
            return None
        there = field[y : y + height, x : x + width]
        if HIDDEN_WHOLE <= whole < SURE and _share_alike(self._patch, there) >= CELLS_SAME:
            return SURE
        return float(whole)


def _cut(grey: Grey, box: Box, margin: int) -> Grey | None:
    """The box's pixels with ``margin`` around, inside the picture; None when hardly anything is left."""
    height, width = grey.shape
    x1, y1 = int(np.floor(box[0] * width)) - margin, int(np.floor(box[1] * height)) - margin
    x2, y2 = int(np.ceil(box[2] * width)) + margin, int(np.ceil(box[3] * height)) + margin
    patch = grey[max(0, y1) : min(height, y2), max(0, x1) : min(width, x2)]
    return None if min(patch.shape) < MIN_SIDE_PX else patch


def _share_alike(a: Grey, b: Grey) -> float:
    """Share of the 4 x 4 cells that correlate, of those with any texture."""
    left, right = _cells(a), _cells(b)
    left_std, right_std = left.std(axis=1), right.std(axis=1)
    textured = np.maximum(left_std, right_std) >= FLAT_STD
    if textured.sum() < CELLS:
        return 0.0
    covariance = ((left - left.mean(axis=1, keepdims=True)) * (right - right.mean(axis=1, keepdims=True))).mean(axis=1)
    spread = np.maximum(left_std * right_std, 1e-6)
    return float(((covariance / spread >= CELL_SAME) & textured).sum() / textured.sum())


def _cells(patch: Grey) -> npt.NDArray[np.float32]:
    """``(CELLS * CELLS, CELL_PX * CELL_PX)``: the patch resized and cut into cells."""
    side = CELLS * CELL_PX
    small = np.asarray(cv2.resize(patch, (side, side), interpolation=cv2.INTER_AREA), np.float32)
    blocks = small.reshape(CELLS, CELL_PX, CELLS, CELL_PX).swapaxes(1, 2)
    return np.ascontiguousarray(blocks).reshape(CELLS * CELLS, CELL_PX * CELL_PX)
