"""Does the camera still look where it looked? One picture against the reference. [core]"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import cv2
import numpy as np

from cameras.footage.frame import Picture
from cameras.planes import Plane
from cameras.quality import WIDTH_PX, edge_plane

ALIKE = 0.45
"""Likeness of edges in place. Measured on five fixed-camera clips, dimmed, fogged and half in shadow: 0.44 and more
(a car that fills a plain view: 0.13); on 595 pairs of unrelated pictures: at most 0.42."""

UNLIKE = 0.25
"""95 of 100 unrelated pairs lie under this."""

ELSEWHERE = 0.40
"""Likeness of the middle of the picture at its best place. Turned by 3 to 10 % of the width: 0.44-0.95 measured."""

CLEARLY_BETTER = 0.2
"""So much more than that middle has in place."""

NEAR_SHARE = 0.03
"""Of the width: sway, and a lens that was touched while cleaning."""

REACH = 0.15
"""The middle is sought within this share of the picture to each side."""


class Change(StrEnum):
    NONE = "none"
    SHIFTED = "shifted"
    """The reference's own edges, elsewhere in the picture: turned, tilted, or the mount has slipped."""
    DIFFERENT = "different"
    """Another view, or this one with something large in front: time tells them apart."""
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class ViewCheck:
    """``in_place`` and ``best``: likeness, at most 1. ``dx``, ``dy``: where the best one lies, share of the width."""

    change: Change
    in_place: float
    best: float
    dx: float
    dy: float

    def as_json(self) -> dict[str, Any]:
        figures = {name: round(getattr(self, name), 2) for name in ("in_place", "best", "dx", "dy")}
        return {"change": self.change.value, **figures}


def view_check(reference: Picture, now: Picture) -> ViewCheck:
    """Compare two good pictures (BGR, any size; another shape of picture is another view)."""
    before = edge_plane(reference)
    shape = (WIDTH_PX, max(1, round(reference.shape[0] * WIDTH_PX / reference.shape[1])))
    after = edge_plane(now, shape)
    before, after = _same_size(before, after)
    height, width = before.shape
    mx, my = int(width * REACH), int(height * REACH)
    found = cv2.matchTemplate(before, after[my : height - my, mx : width - mx], cv2.TM_CCOEFF_NORMED)
    _low, best, _at_low, (x, y) = cv2.minMaxLoc(found)
    in_place = _likeness(before, after)
    dx, dy = (x - mx) / width, (y - my) / width
    if abs(_shape_of(reference) - _shape_of(now)) > 0.1:
        return ViewCheck(Change.DIFFERENT, in_place, float(best), dx, dy)
    gain = best - float(found[my, mx])
    return ViewCheck(_change(in_place, float(best), gain, max(abs(dx), abs(dy))), in_place, float(best), dx, dy)


def _shape_of(picture: Picture) -> float:
    return float(picture.shape[1] / picture.shape[0])


def _same_size(before: Plane, after: Plane) -> tuple[Plane, Plane]:
    """A small camera's picture is not made larger; then the larger one comes down to it."""
    if before.shape == after.shape:
        return before, after
    height, width = min(before.shape, after.shape)
    resized = [cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA) for plane in (before, after)]
    return np.asarray(resized[0], np.float32), np.asarray(resized[1], np.float32)


def _likeness(before: Plane, after: Plane) -> float:
    if before.std() == 0 or after.std() == 0:
        return 0.0
    return float(np.corrcoef(before.ravel(), after.ravel())[0, 1])


def _change(in_place: float, best: float, gain: float, off: float) -> Change:
    if best >= ELSEWHERE and off > NEAR_SHARE and gain >= CLEARLY_BETTER:
        return Change.SHIFTED
    if in_place >= ALIKE or (best >= ELSEWHERE and off <= NEAR_SHARE):
        return Change.NONE
    return Change.DIFFERENT if in_place < UNLIKE else Change.UNSURE
