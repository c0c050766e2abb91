"""The pictures that the patrol keeps of each camera: what it shall look at, and what it showed last."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta
from typing import Any

import cv2
import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from cameras.footage.frame import Picture
from cameras.models import Camera, CameraWatch
from cameras.patrol.words import CONFIRMED, VIEW_MOVED, reason_code, words_of
from cameras.services.health import HealthNews, camera_health_record
from jsc_project.lib.errors import JscError, StorageFailed
from jsc_project.storage import erase

log = logging.getLogger(__name__)

LOOKS, REFERENCES = "looks", "references"
JPEG_QUALITY = 82
STILL_EVERY = timedelta(hours=6)
"""A good camera's last still is renewed this often: a dead one's is not older than that at its death."""

SAFE_AGE = timedelta(hours=24)


class NoPicture(JscError, LookupError):
    code = "no_picture"


def picture_save(folder: str, camera_id: int, picture: Picture) -> str:
    """The name of a new file, which nobody refers to yet."""
    done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise ValueError(f"a picture of shape {picture.shape} cannot be written as JPEG")
    return default_storage.save(f"{folder}/{camera_id}/{uuid.uuid4().hex}.jpg", ContentFile(bytes(encoded)))


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


def reference_confirm(camera: Camera, actor: Any) -> None:
    """From now on the camera shall look where its last still looks; a moved view is well again.

    Raises:
        NoPicture: the patrol has no usable picture of it yet.
    """
    watch = CameraWatch.objects.filter(camera=camera).first()
    picture = picture_load(str(watch.still)) if watch is not None else None
    if watch is None or picture is None:
        raise NoPicture(f"camera {camera.code} has given no usable picture yet", camera=camera.code)
    name = picture_save(REFERENCES, camera.pk, picture)
    now, old = timezone.now(), str(watch.reference)
    with transaction.atomic():
        CameraWatch.objects.filter(pk=watch.pk).update(
            reference=name, reference_at=now, moved_since=None, bad_looks=0, next_look=now
        )
        _well_again(Camera.objects.get(pk=camera.pk), str(actor), now)
    if old:
        erase(old)


def _well_again(camera: Camera, actor: str, now: datetime) -> None:
    """Only what the new reference mends; a line of history says who confirmed it."""
    moved = reason_code(camera.health_reason) == VIEW_MOVED
    health, reason = (Camera.Health.HEALTHY, "") if moved else (camera.health, camera.health_reason)
    sentence = f"{words_of(CONFIRMED).id}: {actor}"
    news = HealthNews(health, reason, look_code=CONFIRMED, look_sentence=sentence)
    camera_health_record(camera=camera, last=None, news=news, now=now)


def watch_files_purge(now: datetime) -> int:
    """Delete pictures that no row refers to (a killed patrol's, a deleted camera's); how many."""
    gone = 0
    for folder, column in ((LOOKS, "still"), (REFERENCES, "reference")):
        for name in _files(folder):
            adopted = CameraWatch.objects.filter(**{column: name}).exists()
            if not adopted and default_storage.get_modified_time(name) < now - SAFE_AGE:
                erase(name)
                gone += 1
    return gone


def _files(folder: str) -> list[str]:
    try:
        cameras, _loose = default_storage.listdir(folder)
        return [f"{folder}/{one}/{name}" for one in cameras for name in default_storage.listdir(f"{folder}/{one}")[1]]
    except FileNotFoundError:
        return []
