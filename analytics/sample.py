"""What is kept of one looked-at picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.detections import Detections

GREY_WIDTH = 640
"""Looks are compared at this width: enough for a car of 20 pixels, a tenth of the memory of colour."""

Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What is kept of one looked-at frame. ``grey``: ``(h, w)``, ``GREY_WIDTH`` wide or the picture's own width."""

    t_s: float
    detections: Detections
    grey: Grey
