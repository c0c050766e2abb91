"""What of a picture is surface and edge, and what is only light. [core]

Grey levels tell of clouds, lamps and the camera's exposure before they tell of a street. Two pictures of one place are
compared by their edges after each has been brought to the other's brightness and contrast, neighbourhood by
neighbourhood: what is left is what stands there.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]
Grey = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

NEIGHBOURHOOD = 0.06
"""Sigma, of the width: wider than a thing on the ground, narrower than a cloud's shadow."""

FINE = 0.0019
"""Sigma, of the width, that takes the noise from edges: 1.2 pixels of 640."""

GAIN_MOST = 2.5
NOISE_STD = 2.0
"""Grey levels: in a neighbourhood flatter than this there is nothing to bring to the other's contrast."""


def lit_as(plane: Plane, other: Plane) -> Plane:
    """``plane`` with the local brightness and contrast of ``other``; both ``(h, w)``, 0-255."""
    mean, spread = _local(plane)
    mean_other, spread_other = _local(other)
    gain = np.clip((spread_other + NOISE_STD) / (spread + NOISE_STD), 1 / GAIN_MOST, GAIN_MOST)
    return np.asarray((plane - mean) * gain + mean_other, np.float32)


def _local(plane: Plane) -> tuple[Plane, Plane]:
    """Mean and deviation around each pixel, taken at a quarter of the size: both are slow."""
    height, width = plane.shape
    small = cv2.resize(plane, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
    sigma = max(1.0, NEIGHBOURHOOD * width / 4)
    mean = cv2.GaussianBlur(small, (0, 0), sigma)
    spread = np.sqrt(np.maximum(cv2.GaussianBlur(small * small, (0, 0), sigma) - mean * mean, 0))
    size = (width, height)
    return cast("Plane", cv2.resize(mean, size)), cast("Plane", cv2.resize(spread, size))


def edges(plane: Plane) -> Plane:
    """Gradient magnitude, grey levels per pixel."""
    smooth = cv2.GaussianBlur(plane, (0, 0), max(0.6, FINE * plane.shape[1]))
    return cast("Plane", cv2.magnitude(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)) / 8)


def spread(plane: Plane, pixels: int = 1) -> Plane:
    """The largest value within ``pixels``: sway below that is no news."""
    return cast("Plane", cv2.dilate(plane, np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8)))


def laid_over(plane: Plane, fixed: Plane, most: float) -> tuple[Plane, Mask]:
    """``plane`` moved onto ``fixed`` by at most ``most`` of the width (sway), and where it has pixels then."""
    (dx, dy), sure = cv2.phaseCorrelate(_flat(fixed), _flat(plane), cv2.createHanningWindow(fixed.shape[::-1], 5))
    valid = np.ones(fixed.shape, bool)
    if sure < 0.1 or not 0.3 < max(abs(dx), abs(dy)) <= most * fixed.shape[1]:
        return plane, valid
    shift = np.array([[1, 0, -dx], [0, 1, -dy]], np.float32)
    moved = cv2.warpAffine(plane, shift, fixed.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    across, down = int(np.ceil(abs(dx))) + 1, int(np.ceil(abs(dy))) + 1
    valid[:down] = valid[-down:] = False
    valid[:, :across] = valid[:, -across:] = False
    return cast("Plane", moved), valid


def _flat(plane: Plane) -> Plane:
    return cast("Plane", plane - cv2.GaussianBlur(plane, (0, 0), max(2.0, 0.02 * plane.shape[1])))
