"""Pictures of cameras in the storage: writing, reading, sweeping."""

from __future__ import annotations

import hashlib
import logging
import uuid
from datetime import timedelta

import cv2
import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cameras.footage.frame import Picture
from jsc_project.lib.errors import StorageFailed

log = logging.getLogger(__name__)

LOOKS, REFERENCES = "looks", "references"
JPEG_QUALITY = 82
STILL_EVERY = timedelta(hours=6)
"""A good camera's last still is renewed this often: a dead one's is not older than that at its death."""


def picture_save(folder: str, camera_id: int, picture: Picture) -> str:
    """The name of a new file, which nobody refers to yet."""
    return picture_saved(folder, camera_id, picture)[0]


def picture_saved(folder: str, camera_id: int, picture: Picture) -> tuple[str, str]:
    """Name and SHA-256 of a new file, which nobody refers to yet."""
    done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise ValueError(f"a picture of shape {picture.shape} cannot be written as JPEG")
    jpeg = bytes(encoded)
    name = default_storage.save(f"{folder}/{camera_id}/{uuid.uuid4().hex}.jpg", ContentFile(jpeg))
    return name, hashlib.sha256(jpeg).hexdigest()


def picture_load(name: str) -> Picture | None:
    """None when there is none, or it cannot be read any more."""
    stored = picture_bytes(name)
    if stored is None:
        return None
    picture = cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_COLOR)
    return None if picture is None else np.asarray(picture, np.uint8)


def picture_bytes(name: str) -> bytes | None:
    if not name:
        return None
    try:
        with default_storage.open(name, "rb") as file:
            return bytes(file.read())
    except (FileNotFoundError, StorageFailed) as error:
        log.warning("a stored picture cannot be read: %s", error)
        return None
