"""What happens where a vehicle has just driven: standing water still rocks, a wet or merely smooth road lies still.

The one test of "that is only asphalt" that needs no look: even, grey, distant ground passes for water with any network
that goes by looks, but no wheel leaves water at rest a second or two later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from analytics.detections import Detections, iou_matrix
from analytics.ripples import STILLEST, fine_steadied
from analytics.sample import Sample
from analytics.water import Mask, Plane, boxes_mask

VEHICLES = frozenset({"car", "truck", "bus", "motorcycle", "angkot", "minibus", "van", "bajaj"})
SURE = 0.3
STAYS_IOU = 0.4
"""Boxes that overlap so from one picture to the next did not drive on."""

WHEELS = 0.35
"""Lower part of a box that has its wheels and the water they would throw."""

AROUND = 0.15
"""Of a box's size, left out around it: shadows, reflections, boxes that fit badly."""

SOON_S = 4.0
"""Waves of a wake have not gone by then."""

LEAST_PX = 12
UPPER, LOWER, LOWEST = 70, 30, 10
"""Percentiles of the passes' rocking that speak for all: compression may hide some, most must lie still, or rock."""


@dataclass(frozen=True, slots=True)
class Passes:
    """``count``: of places just driven over and seen free right after, and once more. ``driven``: share 0-1 of the
    surface that these cover. ``rocking``: how much more they changed then than the rest of the picture, 1 = alike: most
    of them at most; ``wakes``: nearly all of them at least, ``most_wakes``: most of them at least."""

    count: int
    driven: float
    rocking: float
    wakes: float = 0.0
    most_wakes: float = 0.0


def passes(samples: Sequence[Sample], surface: Mask) -> Passes | None:
    """What vehicles did to ``surface`` (``(h, w)`` of any size over the whole picture); None where none drove on it."""
    if len(samples) < 3 or len({sample.grey.shape for sample in samples}) > 1:
        return None
    fine = fine_steadied(samples)
    shape = fine[0].shape
    seen = cv2.resize(surface.astype(np.uint8), shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    free = [_free(sample.detections, shape) for sample in samples]
    driven, rocking = np.zeros(shape, bool), []
    for n, (left, after) in enumerate(pairwise(samples[:-1])):
        if samples[n + 2].t_s - left.t_s > 2 * SOON_S:
            continue
        clear, change = free[n + 1] & free[n + 2], np.abs(fine[n + 2] - fine[n + 1])
        usual = _usual(change, clear & ~seen)
        for wheels in _tracks(left.detections, after.detections, shape):
            track = wheels & clear & seen
            if track.sum() >= LEAST_PX:
                rocking.append(float(np.median(change[track])) / usual)
                driven |= track
    if not rocking:
        return None
    lowest, lower, upper = (float(one) for one in np.percentile(rocking, (LOWEST, LOWER, UPPER)))
    return Passes(len(rocking), float(driven.sum() / seen.sum()), upper, lowest, lower)


def _usual(change: Plane, rest: Mask) -> float:
    """Typical change of what is no part of the surface."""
    return max(STILLEST, float(np.median(change[rest]))) if rest.any() else STILLEST


def _tracks(before: Detections, after: Detections, shape: tuple[int, ...]) -> list[Mask]:
    """Where the wheels of vehicles stood that have driven on."""
    vehicles = before.of(VEHICLES, SURE)
    if not len(vehicles):
        return []
    stays = iou_matrix(vehicles.xyxy, after.xyxy).max(axis=1, initial=0.0) > STAYS_IOU
    boxes = vehicles.only(~stays).xyxy.copy()
    boxes[:, 1] = boxes[:, 3] - WHEELS * (boxes[:, 3] - boxes[:, 1])
    return [boxes_mask(box[None], shape) for box in boxes]


def _free(detections: Detections, shape: tuple[int, ...]) -> Mask:
    boxes: npt.NDArray[np.float32] = detections.xyxy.copy()
    margin = AROUND * (boxes[:, 2:] - boxes[:, :2])
    boxes[:, :2] -= margin
    boxes[:, 2:] += margin
    return ~boxes_mask(boxes, shape)
