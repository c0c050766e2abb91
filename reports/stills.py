"""How the faces and plates in a camera's still, and in a citizen's photo, are hidden before anybody sees it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import cv2
import numpy as np

from analytics.blur import Blurred, blurred, whole_blurred
from analytics.detections import Detections
from analytics.services import detector_at_hand, detector_get
from cameras.footage.frame import Picture

log = logging.getLogger(__name__)

JPEG_QUALITY = 85


def still_hidden(picture: bytes) -> bytes:
    """A JPEG of the picture with heads and plates pixelated.

    Raises:
        WeightsError: no model on this disk could tell where people are.
        ValueError: it is no picture.
    """
    shown = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    if shown is None:
        raise ValueError("these bytes are no picture")
    plain = np.asarray(shown, np.uint8)
    safe = blurred(plain, detector_at_hand().detect([plain])[0])
    return _jpeg(safe.picture)


@dataclass(frozen=True, slots=True, eq=False)
class PhotoShown:
    """``jpeg``: what people may see of it, re-rendered from pixels alone. ``whole``: no part of it was found safe.
    ``detections``: what the detector saw, nothing where it failed."""

    jpeg: bytes
    width: int
    height: int
    whole: bool
    detections: Detections


def photo_hidden(picture: Picture) -> PhotoShown:
    """A citizen's photo (BGR) with heads and plates pixelated; all of it blurred when they could not be looked for."""
    try:
        detections = detector_get().detect([picture])[0]
        safe = blurred(picture, detections)
    except Exception:
        # Whatever a model raises, an unblurred picture is not the answer.
        log.exception("a photo is blurred whole, because nobody can tell where people are in it")
        detections, safe = Detections.none(), Blurred(whole_blurred(picture), True)
    height, width = safe.picture.shape[:2]
    return PhotoShown(_jpeg(safe.picture), width, height, safe.whole, detections)


def _jpeg(picture: Picture) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1])
