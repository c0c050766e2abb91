"""The decoding child's job for a stranger's photo: its pixels, and what it says of place and time.

Request: ``content`` (the file in base64: it is written to no disk), ``long_side``, ``limits``. Answers INFO (kind,
size, place, time) and then the picture, upright.
"""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cameras.footage import wire
from cameras.footage.demux import Refused
from cameras.photos.container import Container
from cameras.photos.examine import examine
from cameras.photos.exif import Exif, read_exif

if TYPE_CHECKING:
    from cameras.footage.decode_child import Reporter
    from cameras.footage.frame import Picture

CUT_SHORT = b"premature end of data"
"""What libjpeg says, and goes on in grey."""


def photo_job(request: Mapping[str, Any], reporter: Reporter) -> dict[str, Any]:
    """
    Raises:
        Refused: see ``examine``; ``broken``, ``truncated`` also when the decoder finds it out.
    """
    content = base64.b64decode(request["content"])
    found = examine(content, request["limits"]["max_pixels"])
    exif = read_exif(found.exif)
    picture = _upright(_decoded(content, found, request), exif.orientation)
    reporter.message(wire.Kind.INFO, _facts(found, exif))
    height, width = picture.shape[:2]
    reporter.picture(0.0, wire.FLAG_KEY, (width, height), picture.tobytes())
    return {}


def _facts(found: Container, exif: Exif) -> dict[str, Any]:
    taken_at = None if exif.taken_at is None else exif.taken_at.isoformat()
    size = {"kind": found.kind, "width": found.width, "height": found.height}
    return {**size, "lat": exif.lat, "lon": exif.lon, "taken_at": taken_at}


def _decoded(content: bytes, found: Container, request: Mapping[str, Any]) -> Picture:
    """BGR, as stored, at most ``long_side``. JPEG and WebP decode to a half, a quarter or an eighth at once."""
    # Read once at import of cv2; the second lock behind the size that ``examine`` read.
    os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(request["limits"]["max_pixels"])
    import cv2
    import numpy as np

    from cameras.footage.jobs import fitted

    long_side = request["long_side"]
    mode = _mode(max(found.width, found.height), long_side)
    with _complaints() as said:
        try:
            picture = cv2.imdecode(np.frombuffer(content, np.uint8), mode)
        except cv2.error as error:
            raise _explained(str(error)) from error
    if CUT_SHORT in said:
        raise Refused("truncated", "its picture data ends before the picture does")
    if picture is None:
        raise Refused("broken", f"no {found.kind} that can be decoded")
    height, width = picture.shape[:2]
    size = fitted(width, height, long_side)
    small = picture if size == (width, height) else cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small, dtype=np.uint8)


def _mode(stored: int, long_side: int) -> int:
    import cv2

    reduced = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4, 2: cv2.IMREAD_REDUCED_COLOR_2}
    wanted = next((flag for by, flag in reduced.items() if stored >= by * long_side), cv2.IMREAD_COLOR)
    return wanted | cv2.IMREAD_IGNORE_ORIENTATION


def _explained(said: str) -> Exception:
    if "OutOfMemory" in said or "insufficient memory" in said.lower():
        return MemoryError(said)
    return Refused("broken", "the decoder refuses it")


def _upright(picture: Picture, orientation: int) -> Picture:
    """Turned and mirrored as EXIF's eight orientations say."""
    import numpy as np

    turned = np.rot90(picture, {3: 2, 4: 2, 5: 3, 6: 3, 7: 1, 8: 1}.get(orientation, 0))
    return np.ascontiguousarray(turned[:, ::-1] if orientation in (2, 4, 5, 7) else turned)


@contextmanager
def _complaints() -> Iterator[bytearray]:
    """What the codecs write to standard error in a block, for they warn nowhere else; filled at its end."""
    said = bytearray()
    with tempfile.TemporaryFile() as file:
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            file.seek(0)
            said += file.read(1 << 16)
