"""Heads and plates made unreadable, before anything is drawn or shown to anybody.

Hidden are: faces, found wherever they are (``faces``), also without a body; the head part of each person's box and the
riders of motorcycles, because a head seen from behind or five pixels wide is no face to any network; the lower part of
every vehicle, where plates are, and what reads like a plate anywhere (``plates.hide``); and what lies in a privacy
zone. What cannot be looked for is not shown: the whole picture is then made coarse. How pixels are replaced stands in
``mosaic``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from analytics.detections import Detections
from analytics.faces import Boxes, FaceFinder, face_finder, faces_merged
from analytics.mosaic import HEAD_BLOCKS, ONE_COLOUR, PLATE_ROWS, Mosaic, Region, mask
from analytics.plates.hide import PlateFinder, plate_finder
from analytics.zones import Zone
from cameras.footage.frame import Picture
from jsc_project.lib.errors import JscError

__all__ = [
    "Blurred",
    "Finders",
    "Region",
    "blurred",
    "face_regions",
    "finders_at_hand",
    "plate_regions",
    "privacy_of",
    "regions",
    "whole_blurred",
]

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

MARGIN = 0.06
FACE_MARGIN = 0.5
"""A face's box ends at brow and chin; people are known by hair, ears and outline too. (YuNet found 1 in 1,028 faces
again with this margin on either side, 10 with 0.3.)"""

FACE_SLACK_PX = 3
"""... and the box of a face of a dozen pixels is a guess."""

PRIVACY = "privacy"


@dataclass(frozen=True, slots=True, eq=False)
class Blurred:
    """A picture safe to show; ``whole`` when all of it had to be blurred because the parts could not be."""

    picture: Picture
    whole: bool


@dataclass(frozen=True, slots=True)
class Finders:
    """Who looks for what has to be hidden, beside the detector of objects."""

    faces: FaceFinder
    plates: PlateFinder


def finders_at_hand() -> Finders:
    """The process's own.

    Raises:
        JscError: a model is missing or does not run.
    """
    return Finders(face_finder(), plate_finder())


def blurred(
    picture: Picture, detections: Detections, hidden: Sequence[Zone] = (), finders: Finders | None = None
) -> Blurred:
    """A copy of a BGR picture with heads, plates and ``hidden`` zones made coarse; all of it when that fails.

    ``finders``: None takes the process's own.
    """
    mosaic = Mosaic()
    try:
        out = picture.copy()
        finders = finders or finders_at_hand()
        faces, plates = _faces(picture, finders.faces), finders.plates.plates(picture, detections)
        for zone in hidden:
            mask(out, zone.polygon)
        for region in (*regions(detections), *plate_regions(plates), *face_regions(faces, picture)):
            mosaic.cover(out, region)
    except FAILURES as error:
        logger.warning("blurring parts failed, the whole picture is blurred: %s", error)
        return Blurred(mosaic.whole(picture), True)
    return Blurred(out, False)


FAILURES = (JscError, cv2.error, RuntimeError, ValueError, IndexError, TypeError, MemoryError)
"""What models, OpenCV and odd pictures raise; RuntimeError is OpenVINO's."""


def whole_blurred(picture: Picture) -> Picture:
    """A picture in which nothing can be made out but where it is light and dark."""
    return Mosaic().whole(picture)


def privacy_of(zones: Sequence[Zone]) -> list[Zone]:
    """Those in which nothing is ever shown."""
    return [zone for zone in zones if zone.kind == PRIVACY]


def _faces(picture: Picture, finder: FaceFinder) -> Boxes:
    return faces_merged([finder.near(picture), finder.fine(picture)])


def face_regions(faces: Boxes, picture: Picture) -> Iterator[Region]:
    """What to cover for these faces of ``picture``."""
    height, width = picture.shape[:2]
    for x1, y1, x2, y2, _ in faces.tolist():
        wide, high = (x2 - x1) * FACE_MARGIN + FACE_SLACK_PX / width, (y2 - y1) * FACE_MARGIN + FACE_SLACK_PX / height
        yield Region(x1 - wide, y1 - high, x2 + wide, y2 + high, HEAD_BLOCKS)


def plate_regions(plates: npt.NDArray[np.float32]) -> Iterator[Region]:
    """What to cover for plates at ``(N, 4)``, x1, y1, x2, y2 in 0-1."""
    for x1, y1, x2, y2 in plates.tolist():
        yield Region(x1, y1, x2, y2, ONE_COLOUR)


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
