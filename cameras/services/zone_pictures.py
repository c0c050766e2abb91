"""The picture a camera's zones are drawn on: nobody can be made out in it, and of privacy zones nothing is shown."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np
from django.core.cache import cache

from cameras.footage.frame import Picture
from cameras.footage.pictures import newest_pictures
from cameras.models import Camera, CameraWatch, FootageClip, Zone
from cameras.pictures import still_blur_known, still_blurred
from cameras.services.clips import clip_opened
from cameras.services.excerpts import PLAYABLE
from cameras.services.references import picture_bytes
from jsc_project.lib.errors import StorageFailed

log = logging.getLogger(__name__)

REFERENCE, LAST, CLIP = "acuan", "terakhir", "rekaman"
WHICH = (REFERENCE, LAST, CLIP)
"""In the order in which they are offered: what the camera shall look at, what it showed last, what was recorded."""
KEPT_S = 24 * 3600
LONG_SIDE = 1280
COVER = (64, 56, 48)
JPEG_QUALITY = 85


@dataclass(frozen=True, slots=True)
class ZonePicture:
    """``name``: of the stored file, which is never used again for another picture or clip."""

    which: str
    name: str
    at: datetime | None


def zone_pictures(camera: Camera) -> list[ZonePicture]:
    """Those there are and that can be shown, the best to draw on first."""
    if not still_blur_known():
        return []
    watch = CameraWatch.objects.filter(camera=camera).defer("last_plane").first()
    found = []
    if watch is not None and watch.reference:
        found.append(ZonePicture(REFERENCE, str(watch.reference), watch.reference_at))
    if watch is not None and watch.still:
        found.append(ZonePicture(LAST, str(watch.still), watch.still_at))
    clip = clip_newest(camera)
    if clip is not None:
        found.append(ZonePicture(CLIP, str(clip.file), clip.end_at))
    return found


def clip_newest(camera: Camera) -> FootageClip | None:
    """The last footage of the camera that is still held."""
    held = FootageClip.objects.filter(camera=camera, state__in=sorted(PLAYABLE), media_start_at__isnull=False)
    return held.exclude(file="").select_related("camera").order_by("-start_at", "-pk").first()


def zone_picture_jpeg(camera: Camera, picture: ZonePicture) -> bytes | None:
    """The picture as people may see it; None where it cannot be had or cannot be blurred."""
    hidden = hidden_polygons(camera.pk)
    told = f"{picture.which} {picture.name} {json.dumps(hidden)}"
    key = f"zone-picture-1:{hashlib.sha256(told.encode()).hexdigest()}"
    shown: bytes | None = cache.get(key)
    if shown is None and (stored := _stored(camera, picture)) is not None:
        shown = still_blurred(covered(stored, hidden))
        if shown is not None:
            cache.set(key, shown, KEPT_S)
    return shown


def _stored(camera: Camera, picture: ZonePicture) -> bytes | None:
    if picture.which != CLIP:
        return picture_bytes(picture.name)
    clip = clip_newest(camera)
    if clip is None or str(clip.file) != picture.name:
        return None
    try:
        with clip_opened(clip) as path:
            came = newest_pictures([path], LONG_SIDE)[path]
    except (FileNotFoundError, StorageFailed) as error:
        log.warning("no picture of clip %s: %s", clip.pk, error)
        return None
    return _jpeg(came) if isinstance(came, np.ndarray) else None


def hidden_polygons(camera_id: int) -> list[list[list[float]]]:
    """The camera's privacy zones; in 0-1 of the picture."""
    zones = Zone.objects.filter(camera=camera_id, kind=Zone.Kind.PRIVACY).order_by("pk")
    return list(zones.values_list("polygon", flat=True))


def covered(jpeg: bytes, hidden: list[list[list[float]]]) -> bytes:
    """With privacy zones filled before anything else sees it."""
    if not hidden:
        return jpeg
    shown = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if shown is None:
        return jpeg  # the blur will say that these bytes are no picture
    height, width = shown.shape[:2]
    for polygon in hidden:
        corners = np.asarray(polygon, np.float64) * (width, height)
        cv2.fillPoly(shown, [np.round(corners).astype(np.int32)], COVER)
    return _jpeg(np.asarray(shown, np.uint8))


def _jpeg(picture: Picture) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1])
