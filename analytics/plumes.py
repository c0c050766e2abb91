"""Is there a place in the view where smoke drifts? Figures of one clip's small grey pictures.

Smoke is a veil of one grey before the background: the thicker it is at a moment, the nearer the place is to that grey
and the fainter its edges, v = aS + (1 - a)B and g = (1 - a)G. So in smoke brightness and *relative* contrast go up and
down together. A shadow, or a camera that changes its exposure, changes light and edges alike and leaves the relative
contrast as it is; whoever walks or drives by adds edges instead of taking them; fog and mist lie over everything
(edges fading in a region that changes: Toreyin et al. 2006, "Contour based smoke detection in video using wavelets").
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from analytics.sample import Grey, Sample

Plane = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Stack = npt.NDArray[np.float32]

CELLS_WIDE = 160
MOST, LEAST = 64, 8
"""Pictures that are compared."""

NEAR = 3
"""Cells around one that are asked with it."""

NOISE = 1.2
"""Grey levels of edges that a sensor's noise draws, at most."""

MARGIN = 0.12
"""Of a box's size, left out around detected objects."""


@dataclass(frozen=True, slots=True)
class PlumeRules:
    """``veil``: how much of a place's clearest contrast must be lost at its thickest, 0-1. ``together``: least
    correlation of brightness and relative contrast. ``boils``: share of neighbours in time between which it must
    change, by ``step`` grey levels. ``texture``: relative contrast that a place must have to be judged. ``busy``: a
    place where objects stand in more of the pictures is traffic. ``grey``: largest difference of its colours, 0-255.
    ``smallest``: share of the view. ``agree``: share of a patch's cells that could be judged and look so.
    ``settled``: share of the pictures in which a place may look as it mostly does (by ``usual`` grey levels): what
    drives by is soon gone, smoke comes and goes in all degrees.
    """

    veil: float = 0.24
    together: float = 0.55
    boils: float = 0.3
    step: float = 2.0
    texture: float = 0.03
    busy: float = 0.15
    grey: float = 40.0
    smallest: float = 0.004
    agree: float = 0.4
    settled: float = 0.5
    usual: float = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Plumes:
    """``mask``: ``(h, CELLS_WIDE)``, where smoke may be; ``judged``: share 0-1 of the view with enough contrast to
    tell; ``veiled``: share of those that fade and come back, wherever they are; ``stirred``: share of the view in its
    largest grey patch that changes much at all, and is no sign of smoke but none of a quiet view either."""

    mask: Mask
    judged: float
    veiled: float
    stirred: float

    @property
    def share(self) -> float:
        return float(self.mask.mean())


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """``(t, h, w)`` brightness and relative contrast, NaN behind objects."""

    light: Stack
    contrast: Stack
    busy: Plane = field(repr=False)


def plumes(samples: Sequence[Sample], tint: Plane, rules: PlumeRules = PlumeRules()) -> Plumes | None:
    """``tint``: typical difference of a place's colours, 0-255, ``(h, w)`` of any size. None with too few pictures."""
    chosen = [samples[n] for n in sorted({round(n) for n in np.linspace(0, len(samples) - 1, MOST)})]
    if len(chosen) < LEAST or len({sample.grey.shape for sample in chosen}) > 1:
        return None
    cells = _cells(chosen)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a place that is always hidden has no figures
        clear, thick = (np.nanpercentile(cells.contrast, q, axis=0) for q in (90, 12))
        together = np.abs(_correlation(cells.light, cells.contrast))
        settled = _settled(cells.light, rules.usual)
    boils = _boils(cells.light, rules.step)
    judged = (clear >= rules.texture) & (cells.busy < rules.busy)
    fades = judged & (thick <= (1 - rules.veil) * clear) & (together >= rules.together) & (boils >= rules.boils)
    fades &= settled <= rules.settled
    small = cv2.resize(tint, fades.shape[::-1], interpolation=cv2.INTER_AREA)
    soft = (boils >= rules.boils) & (small <= rules.grey) & (cells.busy < rules.busy)
    veiled = float(fades.sum() / max(1, judged.sum()))
    stirs = (boils >= rules.boils / 2) & (settled <= 1.4 * rules.settled) & (small <= rules.grey)
    stirred = _largest(stirs & (cells.busy < rules.busy))
    return Plumes(_patches(fades & soft, soft, judged, rules), float(judged.mean()), veiled, stirred)


def _cells(chosen: Sequence[Sample]) -> _Cells:
    light = np.stack([_shrunk(sample.grey.astype(np.float32)) for sample in chosen])
    edges = np.stack([_shrunk(_edges(sample.grey)) for sample in chosen])
    # In a view full of edges even the flattest place has some that are no noise.
    noise = np.minimum(np.percentile(edges, 5, axis=(1, 2), keepdims=True), NOISE)
    hidden = np.stack([_hidden(sample, light.shape[1:]) for sample in chosen])
    # In quadrature, as independent noise adds: taken off plainly, a shadow would seem to lose contrast.
    contrast = np.sqrt(np.maximum(edges**2 - noise**2, 0)) / (light + 5)
    light[hidden], contrast[hidden] = np.nan, np.nan
    return _Cells(light, contrast.astype(np.float32), hidden.mean(axis=0))


def _edges(grey: Grey) -> Plane:
    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0)
    return np.asarray(np.hypot(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)) / 4, np.float32)


def _shrunk(plane: Plane) -> Plane:
    """In cells, each a little like its neighbours: a leaf in the wind is no smoke."""
    height, width = plane.shape
    size = (CELLS_WIDE, max(4, round(CELLS_WIDE * height / width)))
    return np.asarray(cv2.blur(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), (3, 3)), np.float32)


def _hidden(sample: Sample, shape: tuple[int, ...]) -> Mask:
    height, width = shape
    mask = np.zeros(shape, bool)
    for x1, y1, x2, y2 in sample.detections.xyxy:
        wide, high = MARGIN * (x2 - x1), MARGIN * (y2 - y1)
        rows = slice(max(0, int((y1 - high) * height)), max(0, int(np.ceil((y2 + high) * height))))
        mask[rows, max(0, int((x1 - wide) * width)) : max(0, int(np.ceil((x2 + wide) * width)))] = True
    return mask


def _correlation(a: Stack, b: Stack) -> Plane:
    """Over time, NaN left out; 0 where nothing changes."""
    da, db = a - np.nanmean(a, axis=0), b - np.nanmean(b, axis=0)
    spread = np.sqrt(np.nanmean(da**2, axis=0) * np.nanmean(db**2, axis=0))
    return np.asarray(np.nan_to_num(np.nanmean(da * db, axis=0) / np.maximum(spread, 1e-9)), np.float32)


def _boils(light: Stack, step: float) -> Plane:
    """Share of neighbours in time between which a place changed otherwise than the whole picture did."""
    change = np.diff(light, axis=0)
    change -= np.nanmedian(change, axis=(1, 2), keepdims=True)
    return np.asarray((np.abs(change) > step).mean(axis=0), np.float32)


def _settled(light: Stack, usual: float) -> Plane:
    """Share of the pictures in which a place is as bright as it mostly is, the whole picture's changes left out."""
    even = light - np.nanmedian(light, axis=(1, 2), keepdims=True)
    return np.asarray((np.abs(even - np.nanmedian(even, axis=0)) <= usual).mean(axis=0), np.float32)


def _largest(mask: Mask) -> float:
    """Share of all cells in the largest connected patch."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8))
    sizes = np.bincount(labels[mask])
    return float(sizes.max() / mask.size) if sizes.size else 0.0


def _patches(fades: Mask, soft: Mask, judged: Mask, rules: PlumeRules) -> Mask:
    """Connected soft, boiling, grey patches in which most of what can be judged fades."""
    side = (2 * NEAR + 1,) * 2
    told, fading = (cv2.blur(mask.astype(np.float32), side) for mask in (judged, fades))
    dense = (fading >= rules.agree * told) & (fading > 0.1) & (soft | judged)
    count, labels = cv2.connectedComponents(dense.astype(np.uint8))
    kept = np.zeros_like(fades)
    for n in range(1, count):
        part = labels == n
        if (part & fades).sum() >= rules.smallest * part.size:
            kept |= part
    return kept
