"""A stranger's photo as pixels, read where a hang or a crash costs nothing.

    photo = photo_read(content)         # PhotoRead(picture, kind, ..., place, taken_at)

The bytes go to the child through a pipe and stand in no file; what comes back is an array of known size, so that no
format, no metadata and no thumbnail of the original gets any farther.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cameras.footage.child import Child
from cameras.footage.decode import upright
from cameras.footage.frame import Picture
from cameras.footage.limits import DecodeLimits
from cameras.footage.wire import Kind
from jsc_project.lib.geo import LatLon

LONG_SIDE = 1600
MAX_PIXELS = 50_000_000
"""A telephone's largest ordinary picture."""

LIMITS = DecodeLimits(wall_s=20.0, open_s=15.0, read_s=15.0, max_pixels=MAX_PIXELS, max_frames=1, memory_mb=1024)
"""50 million pixels of PNG take 1.4 s and 640 MB of address space, libraries included; of JPEG, a tenth of that."""


@dataclass(frozen=True, slots=True, eq=False)
class PhotoRead:
    """``picture``: BGR, upright, at most ``LONG_SIDE``. ``width``, ``height``: as sent. ``place``, ``taken_at``: what
    the file itself says, and anybody can write into it; None where it says nothing."""

    picture: Picture
    kind: str
    width: int
    height: int
    place: LatLon | None
    taken_at: datetime | None


def photo_read(content: bytes, limits: DecodeLimits = LIMITS) -> PhotoRead:
    """The photo in ``content``: JPEG, PNG or WebP by content.

    Raises:
        DecodeFailed: it is none that we take; ``data["reason"]``: ``empty``, ``not_a_photo``, ``truncated``,
            ``broken``, ``animated``, ``bomb``, ``polyglot``, ``too_many_pixels``, ``out_of_memory``, ``crashed``.
        DecodeTimedOut: it took too long, and the child is dead.
        DecodeInterrupted: somebody else ended the child: nothing was learned.
    """
    child = Child("photo", {"content": base64.b64encode(content).decode("ascii"), "long_side": LONG_SIDE}, limits)
    try:
        facts = child.message()
        frame = child.message()
        child.close(reap_s=1.0)
    finally:
        child.close()
    assert (facts.kind, frame.kind) == (Kind.INFO, Kind.FRAME)
    return _photo(upright(frame), facts.body)


def _photo(picture: Picture, facts: Mapping[str, Any]) -> PhotoRead:
    place = None if facts["lat"] is None else LatLon(lat=facts["lat"], lon=facts["lon"])
    taken_at = None if facts["taken_at"] is None else datetime.fromisoformat(facts["taken_at"])
    return PhotoRead(picture, facts["kind"], facts["width"], facts["height"], place, taken_at)
