"""One decoded picture on a time line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
"""``(height, width, 3)``, BGR."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """``t_s``: seconds of presentation time from the clip's first frame."""

    t_s: float
    picture: Picture
    is_key: bool = False
