"""How far one picture lies off another, as a mast in the wind moves it, and the way back."""

from __future__ import annotations

from typing import Final, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]
Shown = TypeVar("Shown", npt.NDArray[np.float32], npt.NDArray[np.uint8])

LEAST_PX = 0.3
"""Smaller shifts are within the measurement's own error."""

SURE = 0.1
"""Height of the correlation's peak from which a shift is believed."""

BROAD_PX = 12.0
"""What is broader is light."""


class Anchor:
    """A picture that others are laid over. ``first``: ``(h, w)``, grey levels."""

    def __init__(self, first: Plane) -> None:
        self.width: Final = first.shape[1]
        self._flat = _flat(first)
        self._window = np.asarray(cv2.createHanningWindow(first.shape[::-1], cv2.CV_32F), np.float32)

    def shift_of(self, plane: Plane, most: float) -> tuple[float, float]:
        """Pixels across and down by which ``plane`` lies off; ``(0, 0)`` where that is nothing, not sure, or more than
        ``most`` of the width (then the camera turned). Right to a third of a pixel."""
        # OpenCV multiplies planes of a size that suits its transform by the window in place: the anchor would fade with
        # every picture that is laid over it.
        (dx, dy), sure = cv2.phaseCorrelate(self._flat.copy(), _flat(plane), self._window)
        far = max(abs(dx), abs(dy))
        return (dx, dy) if sure > SURE and LEAST_PX < far <= most * self.width else (0.0, 0.0)


def put_back(plane: Shown, dx: float, dy: float) -> Shown:
    """The picture moved by ``-dx, -dy``; its border is repeated where it has no pixels."""
    shift = np.array([[1, 0, -dx], [0, 1, -dy]], np.float32)
    return np.asarray(cv2.warpAffine(plane, shift, plane.shape[::-1], borderMode=cv2.BORDER_REPLICATE), plane.dtype)


def _flat(plane: Plane) -> Plane:
    """Without slow light: what is left lies over itself whatever the exposure. Always a new array."""
    return np.asarray(plane - cv2.GaussianBlur(plane, (0, 0), BROAD_PX), np.float32)
