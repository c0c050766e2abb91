"""Is this really a vehicle? Ask the detector again, closer, and in the mirror.

A parked van is found at every scale and from either side; a shed or a sign that the
detector mistook for one usually only in the one crop that fooled it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.detections import Detections, Detector, iou_matrix
from analytics.slots import Slot
from cameras.footage.frame import Frame, Picture

SIDES = (2.0, 3.5)
"""The square looked at, in lengths of the box's longer side: filling the view, and with its surroundings."""

MAX_PICTURES = 3
SAME_BOX = 0.45
"""Overlap from which a box in the closer look is the slot's object (closer looks draw tighter boxes)."""


@dataclass(frozen=True, slots=True)
class SecondLook:
    """``mean``: confidence averaged over all views, a view without it counting 0; ``share``: views that saw it."""

    mean: float
    share: float
    views: int


def second_look(
    slot: Slot, keepsakes: Sequence[Frame], classes: frozenset[str], detector: Detector
) -> SecondLook | None:
    """Look again at a slot in the kept pictures of its stay; None when none was kept."""
    during = [frame for frame in keepsakes if slot.start_s - 0.01 <= frame.t_s <= slot.end_s + 0.01]
    if not during:
        return None
    chosen = [during[round(i)] for i in np.linspace(0, len(during) - 1, min(MAX_PICTURES, len(during)))]
    scores = [score for frame in chosen for score in _scores(slot, frame.picture, classes, detector)]
    return SecondLook(float(np.mean(scores)), float(np.mean([score > 0 for score in scores])), len(scores))


def _scores(slot: Slot, picture: Picture, classes: frozenset[str], detector: Detector) -> Iterator[float]:
    """Confidence of the best fitting vehicle in each view, 0 where there is none."""
    for number, side in enumerate(SIDES):
        view, box = _view(picture, slot.box, side)
        yield _score(detector.detect([view])[0], box, classes)
        if number == 0:
            mirrored = np.array([1 - box[2], box[1], 1 - box[0], box[3]], np.float32)
            yield _score(detector.detect([np.ascontiguousarray(view[:, ::-1])])[0], mirrored, classes)


def _view(picture: Picture, box: np.ndarray, side: float) -> tuple[Picture, np.ndarray]:
    """A square around the box, pushed inside the picture, and the box in the square's own 0-1 coordinates."""
    height, width = picture.shape[:2]
    pixels = box * np.array([width, height, width, height], np.float32)
    edge = int(min(max(32.0, side * max(pixels[2] - pixels[0], pixels[3] - pixels[1])), width, height))
    x = int(np.clip((pixels[0] + pixels[2]) / 2 - edge / 2, 0, width - edge))
    y = int(np.clip((pixels[1] + pixels[3]) / 2 - edge / 2, 0, height - edge))
    inside = (pixels - np.array([x, y, x, y], np.float32)) / edge
    return np.ascontiguousarray(picture[y : y + edge, x : x + edge]), np.clip(inside, 0, 1)


def _score(found: Detections, box: np.ndarray, classes: frozenset[str]) -> float:
    vehicles = found.of(classes)
    if not len(vehicles):
        return 0.0
    fits = iou_matrix(np.asarray(box, np.float32)[None, :], vehicles.xyxy)[0] >= SAME_BOX
    return float(vehicles.confidence[fits].max()) if fits.any() else 0.0
