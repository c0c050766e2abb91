"""Still pictures in the decoding child. OpenCV is imported only when one is really read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cameras.footage import wire
from cameras.footage.demux import Refused

if TYPE_CHECKING:
    from cameras.footage.decode_child import Reporter
    from cameras.footage.frame import Picture

STILL_BYTES_MAX = 64 << 20


def kind_of(path: str) -> str | None:
    """``jpeg``, ``png``, ``webp``, ``gif`` (its first picture) or ``bmp``, by the first bytes: names prove nothing."""
    if not Path(path).is_file():  # opening a named pipe would wait for ever
        return None
    with Path(path).open("rb") as file:
        head = file.read(16)
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"GIF8"):
        return "gif"
    return "bmp" if head.startswith(b"BM") else None


def is_still(path: str) -> bool:
    """A JPEG with more behind it may be a raw MJPEG stream; its name says so."""
    kind = kind_of(path)
    return kind is not None and not (kind == "jpeg" and path.lower().endswith((".mjpeg", ".mjpg")))


def load(path: str, max_pixels: int) -> Picture:
    """BGR, upright after its EXIF orientation.

    Raises:
        Refused: broken, or larger than ``max_pixels`` (known from the header, before any decoding).
    """
    # Read once at import of cv2: a picture over the limit is refused from its header.
    os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(max_pixels)
    import cv2
    import numpy as np

    if Path(path).stat().st_size > STILL_BYTES_MAX:
        raise Refused("too_large", f"a still of over {STILL_BYTES_MAX >> 20} MiB")
    try:
        picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        if "OutOfMemory" in str(error) or "insufficient memory" in str(error).lower():
            raise MemoryError from error
        raise Refused("too_large", f"over {max_pixels} pixels, or unreadable") from error
    if picture is None:
        raise Refused("not_media", "a broken picture")
    return np.ascontiguousarray(picture, dtype=np.uint8)


def facts(path: str, width: int, height: int) -> dict[str, Any]:
    """MediaInfo as JSON: one frame without length."""
    return {
        "duration_s": 0.0,
        "width": width,
        "height": height,
        "codec": kind_of(path) or "",
        "keyframe_gap_max_s": 0.0,
        "keyframe_times_s": [0.0],
        "first_pts_s": 0.0,
        "last_pts_s": 0.0,
        "lead_s": 0.0,
        "hidden_s": 0.0,
        "missing_s": 0.0,
        "declared_fps": None,
        "frames": 1,
        "is_still": True,
        "stretches_s": [],
        "truncated": None,
    }


def send(request: Mapping[str, Any], reporter: Reporter) -> dict[str, Any]:
    """The whole picture as one frame at 0 s; spans do not apply to a still."""
    picture = load(request["path"], request["limits"]["max_pixels"])
    height, width = picture.shape[:2]
    reporter.message(wire.Kind.INFO, {**facts(request["path"], width, height), "mode": "still"})
    _send_picture(picture, request["plan"]["long_side"], reporter)
    return {"truncated": None, "decoded": 1, "mode": "still", "failed": 0}


def send_fitted(path: str, max_pixels: int, long_side: int | None, reporter: Reporter) -> None:
    """The picture alone, without its facts.

    Raises:
        Refused: see ``load``.
    """
    _send_picture(load(path, max_pixels), long_side, reporter)


def _send_picture(picture: Picture, long_side: int | None, reporter: Reporter) -> None:
    from cameras.footage.jobs import fitted

    height, width = picture.shape[:2]
    size = fitted(width, height, long_side)
    if size != (width, height):
        import cv2

        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    reporter.picture(0.0, wire.FLAG_KEY, size, picture.tobytes())
