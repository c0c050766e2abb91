"""How the faces and plates in a camera's still are hidden before anybody sees it."""

from __future__ import annotations

import cv2
import numpy as np

from analytics.blur import blurred
from analytics.services import detector_at_hand

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
    return bytes(cv2.imencode(".jpg", safe.picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1])
