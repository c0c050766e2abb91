"""Heads and plates made unreadable, before anything is drawn or shown to anybody.

Pixelated *coarsely by the region's own size*: a head becomes at most 4 x 4 blocks and a
plate band at most 2 rows, whatever the resolution, so nothing can be read back.
Where no face can be found (they are 5 pixels wide here) the head part of each person box and
the riders of motorcycles are covered, and the lower part of every vehicle, where plates are.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from analytics.detections import Detections
from cameras.footage.frame import Picture

logger = logging.getLogger(__name__)

HEAD_SHARE = 0.3
"""The upper part of a person's box. A standing person's head is an eighth; one who sits, leans or is cut off more."""

RIDER_SHARE = 0.6
"""The upper part of a two-wheeler's box, where a rider sits whom the detector did not box."""

RIDER_ABOVE = 0.6
"""... and this much of the box's height above it."""

PLATE_SHARE = 0.5
"""The lower part of a vehicle's box: plates hang below the middle on every kind, front and rear."""

TWO_WHEELERS = frozenset({"motorcycle", "bicycle"})
VEHICLES = frozenset({"car", "truck", "bus", "van", "minibus", "angkot", "train"})
LEAST_CONFIDENCE = 0.1
"""Blurring is cheap and a shown face is not: weak boxes are blurred too."""

HEAD_BLOCKS = 4
PLATE_ROWS = 2
MARGIN = 0.06


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the picture to cover, in 0-1; ``blocks``: how many blocks remain across its shorter side."""

    x1: float
    y1: float
    x2: float
    y2: float
    blocks: int


@dataclass(frozen=True, slots=True, eq=False)
class Blurred:
    """A picture safe to show; ``whole`` when all of it had to be blurred because the parts could not be."""

    picture: Picture
    whole: bool


def blurred(picture: Picture, detections: Detections) -> Blurred:
    """A copy of a BGR picture with heads and plates pixelated; all of it when that fails."""
    try:
        out = picture.copy()
        for region in regions(detections):
            _pixelate(out, region)
    except (cv2.error, ValueError, IndexError, TypeError) as error:
        logger.warning("blurring parts failed, the whole picture is blurred: %s", error)
        return Blurred(whole_blurred(picture), True)
    return Blurred(out, False)


def whole_blurred(picture: Picture) -> Picture:
    """A picture in which nothing small can be made out: a 32nd of its resolution."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(1, width // 32), max(1, height // 32)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def regions(detections: Detections) -> Iterator[Region]:
    """What to cover for these objects."""
    for (x1, y1, x2, y2), confidence, name in zip(
        detections.xyxy.tolist(), detections.confidence.tolist(), detections.names, strict=True
    ):
        if confidence < LEAST_CONFIDENCE:
            continue
        wide, high = (x2 - x1) * MARGIN, (y2 - y1) * MARGIN
        if name == "person":
            yield Region(x1 - wide, y1 - high, x2 + wide, y1 + HEAD_SHARE * (y2 - y1), HEAD_BLOCKS)
        elif name in TWO_WHEELERS:
            top = y1 - RIDER_ABOVE * (y2 - y1)
            yield Region(x1 - wide, top, x2 + wide, y1 + RIDER_SHARE * (y2 - y1), HEAD_BLOCKS)
            yield Region(x1 - wide, y1 + PLATE_SHARE * (y2 - y1), x2 + wide, y2 + high, PLATE_ROWS)
        elif name in VEHICLES:
            yield Region(x1 - wide, y1 + PLATE_SHARE * (y2 - y1), x2 + wide, y2 + high, PLATE_ROWS)


def _pixelate(picture: Picture, region: Region) -> None:
    """Replace the region in place by ``blocks`` blocks across its shorter side, at least 8 pixels each."""
    height, width = picture.shape[:2]
    x1, y1 = max(0, int(region.x1 * width)), max(0, int(region.y1 * height))
    x2, y2 = min(width, int(np.ceil(region.x2 * width))), min(height, int(np.ceil(region.y2 * height)))
    if x2 <= x1 or y2 <= y1:
        return
    block = max(8.0, min(x2 - x1, y2 - y1) / region.blocks)
    part = picture[y1:y2, x1:x2]
    size = (max(1, round((x2 - x1) / block)), max(1, round((y2 - y1) / block)))
    coarse = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    picture[y1:y2, x1:x2] = cv2.resize(coarse, (x2 - x1, y2 - y1), interpolation=cv2.INTER_NEAREST)
