"""Objects that are small in the picture, looked at closer: the whole picture, and overlapping squares of it.

A detector looks at a picture brought to its own input, 320 or 640 pixels wide; a person at the far end of a square is
then six pixels high and is not found. Cut into squares, the same picture shows him three times as large (sliced
inference, Akyon et al. 2022). Measured on walkers of a real clip, multiplied: of about fifty people a 320-pixel nano
model finds 9 in the whole picture and 31 to 38 with three squares in a row; with four no more. Where nobody is, none
comes by it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.detections import Detections, Detector, detections_merged
from analytics.tiles import Tile
from cameras.footage.frame import Frame, Picture

COLUMNS = 3
OVERLAP = 0.2
"""Of a square's side, so that whoever a border cuts stands whole in the next square."""

PICTURES = 8
"""Kept pictures looked at, spread evenly over the clip: each costs about ten looks."""

SAME_IOU = 0.5


def looked_closer(frames: Sequence[Frame], detector: Detector) -> list[tuple[float, Detections]]:
    """Seconds from the first frame and what was found, of up to ``PICTURES`` of the frames, ascending."""
    count = min(PICTURES, len(frames))
    chosen = [frames[round(n)] for n in np.linspace(0, len(frames) - 1, count)] if count else []
    return [(frame.t_s, seen_closer(frame.picture, detector)) for frame in chosen]


def seen_closer(picture: Picture, detector: Detector, columns: int = COLUMNS) -> Detections:
    """What is found in the picture and in its squares, each object once."""
    height, width = picture.shape[:2]
    tiles = squares_of(width, height, columns)
    looks = detector.detect([picture, *(tile.cut(picture) for tile in tiles)])
    parts = [_placed(found, tile, width, height) for found, tile in zip(looks[1:], tiles, strict=True)]
    return detections_merged([looks[0], *parts], SAME_IOU)


def squares_of(width: int, height: int, columns: int = COLUMNS) -> list[Tile]:
    """Squares in ``columns`` across the longer side that cover the picture, overlapping; pixels."""
    longer, shorter = max(width, height), min(width, height)
    side = min(shorter, int(np.ceil(longer / (columns - (columns - 1) * OVERLAP))))
    return [Tile(x, y, side, side) for y in _starts(height, side) for x in _starts(width, side)]


def _starts(length: int, side: int) -> list[int]:
    count = int(np.ceil((length - side) / ((1 - OVERLAP) * side) - 1e-9)) + 1
    return [int(start) for start in np.linspace(0, length - side, max(1, count)).round()]


def _placed(found: Detections, tile: Tile, width: int, height: int) -> Detections:
    """The square's boxes in the picture's 0-1, those left out that its border cuts."""
    pixels = found.xyxy * np.array([tile.width, tile.height] * 2, np.float32)
    corner = np.array([tile.x, tile.y] * 2, np.float32)
    boxes = ((pixels + corner) / np.array([width, height] * 2, np.float32)).astype(np.float32).reshape(-1, 4)
    return Detections(boxes, found.confidence, found.names).only(tile.whole_objects(pixels, width, height))
