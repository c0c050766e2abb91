"""Is there a place that burns? Figures of a few seconds of pictures at full rate.

A flame is saturated warm light around a core at the sensor's limit whose outline never rests: within a third of a
second it changes a good part of itself, irregularly, and stays where it is. A lamp rests; a
headlight, a low sun or an orange bus moves as a whole; a beacon goes on and off as a whole (colours and flicker:
Toreyin et al. 2006, "Computer vision based method for real-time fire and flame detection").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from cameras.footage.frame import Frame, Picture

Mask = npt.NDArray[np.bool_]
WIDE = 480
LEAST = 6
"""Pictures of one burst."""

LAG_S = 0.3
"""Pools of burning things puff about once or twice a second (1.5 / sqrt(diameter in m) Hz: Cetegen and Ahmed 1993)."""


@dataclass(frozen=True, slots=True)
class FlameRules:
    """``red``: least red of warm light, 0-255; ``warm``: least red over blue. ``core``: share of a place that is at the
    sensor's limit. ``flickers``: least change of the outline within ``LAG_S``, as a share of its area, the middle of
    all; ``most``: where it is more, the place goes on and off as a whole. ``stays``: share of its area that must burn
    most of the time; less is something that drives by. ``there``: share of the pictures in
    which a place must burn. ``smallest``: share of the picture. ``largest``: a larger one is the sun or its glare.
    """

    red: float = 170.0
    warm: float = 70.0
    core: float = 0.04
    flickers: float = 0.13
    most: float = 0.9
    stays: float = 0.4
    there: float = 0.7
    smallest: float = 0.0004
    largest: float = 0.25


def flames(frames: Sequence[Frame], rules: FlameRules = FlameRules()) -> Mask | None:
    """Where it burns, ``(h, WIDE)``, from one burst of neighbouring pictures; None with too few."""
    if len(frames) < LEAST:
        return None
    seen = [_warm(frame.picture, rules) for frame in frames]
    warm = np.stack([mask for mask, _ in seen])
    core = np.stack([limit for _, limit in seen])
    lag = max(1, round(LAG_S / max(1e-3, float(np.median(np.diff([frame.t_s for frame in frames]))))))
    ever = cv2.dilate((warm.mean(axis=0) > 0.15).astype(np.uint8), np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ever)
    found = np.zeros(ever.shape, bool)
    for n in range(1, count):
        part = labels == n
        size = stats[n, cv2.CC_STAT_AREA] / part.size
        if rules.smallest <= size <= rules.largest and _burns(warm[:, part], core[:, part], lag, rules):
            found |= part & (warm.mean(axis=0) > 0.5)
    return found


def flame_coloured(picture: Picture, rules: FlameRules = FlameRules()) -> Mask:
    """What one picture can tell: warm places with a core at the sensor's limit, ``(h, WIDE)``. A lamp is one, too."""
    warm, core = _warm(picture, rules)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(warm.astype(np.uint8))
    found = np.zeros_like(warm)
    for n in range(1, count):
        part = labels == n
        if (
            rules.smallest <= stats[n, cv2.CC_STAT_AREA] / part.size <= rules.largest
            and core[part].mean() >= rules.core
        ):
            found |= part
    return found


def _warm(picture: Picture, rules: FlameRules) -> tuple[Mask, Mask]:
    """Warm light with its burnt-out core, and the core alone."""
    height, width = picture.shape[:2]
    size = (WIDE, max(8, round(WIDE * height / width)))
    blue, green, red = (part.astype(np.float32) for part in cv2.split(cv2.resize(picture, size)))
    warm = (red >= rules.red) & (red - blue >= rules.warm) & (green <= red) & (green >= 0.3 * red)
    limit = (red >= 245) & (green >= 190)
    near = cv2.dilate(warm.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    core = limit & near
    return warm | core, core


def _burns(warm: Mask, core: Mask, lag: int, rules: FlameRules) -> bool:
    """One place over a burst, ``(t, n)``."""
    areas = warm.sum(axis=1)
    if (areas > 0.2 * areas.max()).mean() < rules.there or core.sum() < rules.core * warm.sum():
        return False
    if (warm.mean(axis=0) > 0.5).sum() < rules.stays * np.median(areas):
        return False
    pairs = zip(warm, warm[lag:], strict=False)
    changes = [float((a ^ b).sum() / max(1, (a | b).sum())) for a, b in pairs]
    typical = float(np.median(changes))
    return rules.flickers <= typical <= rules.most and _irregular(areas.astype(np.float64))


def _irregular(areas: npt.NDArray[np.float64]) -> bool:
    """Whether the area goes up and down again and again: what drives by only grows, or only shrinks."""
    steps = np.sign(np.diff(areas))
    steps = steps[steps != 0]
    return len(steps) > 2 and float((steps[1:] != steps[:-1]).mean()) >= 0.25
