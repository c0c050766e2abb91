"""What is kept of one looked-at picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.detections import Detections

GREY_WIDTH = 640
"""Looks are compared at this width: enough for a car of 20 pixels, a tenth of the memory of colour."""

Grey = npt.NDArray[np.uint8]
Tint = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What is kept of one looked-at frame. ``grey``: ``(h, w)``, ``GREY_WIDTH`` wide or the picture's own width.
    ``tint``: ``(h / 2, w / 2, 2)``, a and b of CIE Lab with 128 for none: half as wide, as video stores its colours;
    None where nobody kept them.
    """

    t_s: float
    detections: Detections
    grey: Grey
    tint: Tint | None = None
