"""Does a surface move as water does? Waves, rain and wading never leave it still; asphalt, however shiny, rests.

The one sign of water that needs no look: between two pictures a few seconds apart the fine pattern of water has changed
everywhere, that of ground nowhere but under what passes. Rain and sensor noise shake both alike, so it is the surface
against the rest of the picture that counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from analytics.sample import Grey, Sample
from analytics.water import Mask, Plane, boxes_mask

WIDTH_PX = 320
PAIRS, LEAST_PAIRS = 24, 5
BROAD_PX = 6.0
"""Wider changes are light and shadow."""

SWAYS_PX, SWAYS_LEAST_PX = 0.03 * WIDTH_PX, 0.25
"""A pole in the wind moves the picture by so much at most; less than the least is none."""

TILES, TILES_STEADIER = (4, 6), 0.7
"""Rows and columns; a shift is the camera's if so many of them lie stiller after it. Waves that run shift some only."""

LEAST_PATTERN = 1.5
"""Grey levels (standard deviation) under which ground has no pattern that could be recognised, or missed."""

LEAST_PX = 60
"""Pixels at ``WIDTH_PX`` that must be free to compare a pattern."""

STILLEST = 0.4
"""Grey levels by which a compressed picture of nothing still differs from the next."""


def unrest(samples: Sequence[Sample]) -> Plane | None:
    """Typical change of each pixel's fine pattern from one picture to the next, ``(h, w)`` in grey levels, what passes
    left out; None with fewer than six pictures."""
    pairs = list(pairwise(samples))
    if len(pairs) < LEAST_PAIRS or len({sample.grey.shape for sample in samples}) > 1:
        return None
    chosen = [pairs[n] for n in sorted({round(n) for n in np.linspace(0, len(pairs) - 1, PAIRS)})]
    fine = dict(zip(map(id, samples), fine_steadied(samples), strict=True))
    changes = np.stack([_changed(before, after, (fine[id(before)], fine[id(after)])) for before, after in chosen])
    hidden = np.isnan(changes).sum(axis=0) > len(chosen) - LEAST_PAIRS
    changes[:, hidden] = 0
    return np.asarray(np.nanmedian(changes, axis=0), np.float32)


def fine_steadied(samples: Sequence[Sample]) -> list[Plane]:
    """The samples' fine patterns, all of one shape, each shifted back to the first where the camera sways."""
    fine = [fine_pattern(sample.grey) for sample in samples]
    window = np.asarray(cv2.createHanningWindow(fine[0].shape[::-1], cv2.CV_32F), np.float32)
    return [_shifted_back(fine[0], plane, window) for plane in fine]


def _shifted_back(first: Plane, plane: Plane, window: Plane) -> Plane:
    # Compression makes a picture of nothing out of noise; capped, no bright edge outweighs the rest.
    (dx, dy), _ = cv2.phaseCorrelate(np.clip(first, -20, 20), np.clip(plane, -20, 20), window)
    if not SWAYS_LEAST_PX < float(np.hypot(dx, dy)) < SWAYS_PX:
        return plane
    move = np.array([[1, 0, -dx], [0, 1, -dy]], np.float32)
    back = cv2.warpAffine(plane, move, plane.shape[::-1], borderMode=cv2.BORDER_REFLECT)
    steadier = _tiled(np.abs(first - back)) < _tiled(np.abs(first - plane))
    return np.asarray(back if steadier.mean() >= TILES_STEADIER else plane, np.float32)


def _tiled(change: Plane) -> Plane:
    return np.asarray(cv2.resize(change, TILES[::-1], interpolation=cv2.INTER_AREA), np.float32)


def _changed(before: Sample, after: Sample, fine: tuple[Plane, Plane]) -> Plane:
    change = np.abs(fine[0] - fine[1])
    for sample in (before, after):
        change[boxes_mask(sample.detections.xyxy, change.shape)] = np.nan
    return np.asarray(change, np.float32)


def fine_pattern(grey: Grey) -> Plane:
    """What of a picture is finer than light and shadow, ``(h, WIDTH_PX)`` in grey levels around 0."""
    height, width = grey.shape
    small = cv2.resize(grey, (WIDTH_PX, max(8, round(WIDTH_PX * height / width))), interpolation=cv2.INTER_AREA)
    plane = small.astype(np.float32)
    return np.asarray(plane - cv2.GaussianBlur(plane, (0, 0), BROAD_PX), np.float32)


def pattern_alike(then: Plane, now: Plane, place: Mask) -> float | None:
    """Correlation (-1 to 1) of two fine patterns in a place; None where it is small or had no pattern."""
    if place.sum() < LEAST_PX or then[place].std() < LEAST_PATTERN:
        return None
    return float(np.corrcoef(then[place], now[place])[0, 1]) if now[place].std() > 1e-3 else 0.0


def liveliness(changes: Plane, surface: Mask) -> float | None:
    """How much more the surface changes than the rest of the picture, 1 = alike; None where there is no rest or no
    surface to compare."""
    inside = cv2.resize(surface.astype(np.uint8), changes.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    if inside.mean() < 0.01 or (~inside).mean() < 0.05:
        return None
    return float(np.median(changes[inside]) / max(STILLEST, float(np.median(changes[~inside]))))
