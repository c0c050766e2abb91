"""Did the camera turn, or did something large drive into a plain view?

The picture gate compares whole pictures. Over bare asphalt a lorry that comes to stand is most of
the edges there are, and looks like another view. The detector knows where the objects are, so
what lies between them can be asked alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from analytics.sample import Grey, Sample

PAIRS = 16
HELD = 0.45
"""Least correlation of softened edges between neighbours in time. Measured: .49 and more with parked cars put into
a plain view under a changing exposure; at most .44 after a turn by 5 % of the width, .22 by 15 %."""

LEAST_SEEN = 0.2
"""Share of the picture that must be free of objects for an answer."""

MARGIN = 0.1


def background_held(samples: Sequence[Sample]) -> bool:
    """Whether what lies between the detected objects stayed the same all through the clip."""
    chosen = [samples[n] for n in sorted({round(n) for n in np.linspace(0, len(samples) - 1, PAIRS + 1)})]
    return len(chosen) > 1 and all(_alike(a, b) >= HELD for a, b in pairwise(chosen))


def _alike(a: Sample, b: Sample) -> float:
    free = _free(a) & _free(b)
    if a.grey.shape != b.grey.shape or free.mean() < LEAST_SEEN:
        return 0.0
    left, right = _edges(a.grey)[free], _edges(b.grey)[free]
    if min(left.std(), right.std()) < 1e-3:
        return 0.0
    return float(np.corrcoef(left, right)[0, 1])


def _free(sample: Sample) -> npt.NDArray[np.bool_]:
    height, width = sample.grey.shape
    free = np.ones((height, width), dtype=bool)
    for x1, y1, x2, y2 in sample.detections.xyxy:
        wide, high = MARGIN * (x2 - x1), MARGIN * (y2 - y1)
        rows = slice(max(0, int((y1 - high) * height)), max(0, int(np.ceil((y2 + high) * height))))
        columns = slice(max(0, int((x1 - wide) * width)), max(0, int(np.ceil((x2 + wide) * width))))
        free[rows, columns] = False
    return free


def _edges(grey: Grey) -> npt.NDArray[np.float32]:
    """Softened against sway, capped so that one bright edge does not outweigh the street."""
    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.5)
    edges = np.hypot(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1))
    capped = np.minimum(edges, np.percentile(edges, 97)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(capped, (0, 0), 2.0), np.float32)
