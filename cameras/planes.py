"""A picture as grey levels of a common width: what the picture gate measures on."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from cameras.footage.frame import Picture

Plane = npt.NDArray[np.float32]


def grey_plane(picture: Picture, width_px: int) -> Plane:
    """``(height, width)``, made smaller only."""
    height, width = picture.shape[:2]
    if width > width_px:
        size = (width_px, max(1, round(height * width_px / width)))
        picture = cast("Picture", cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    return cast("Plane", cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32))
