"""Does this footage show the view that the camera's zones were drawn on?

The patrol notices a camera that was turned, half an hour later. A clip may have been taken in between, so each clip is
asked itself, before any zone counts. Pictures from all over it are made one by their median, in which traffic is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np

from analytics.against_background import Background
from analytics.frames import FileClip, narrowed
from analytics.water import Mask, Plane, zone_mask
from analytics.zones import Zone
from cameras.footage.frame import Frame, Picture
from cameras.patrol.daypart import STEADY, day_part
from cameras.patrol.view import Change, ViewCheck, view_check
from cameras.quality import WIDTH_PX, assess, edge_plane

LEAST_BESIDE, HELD_BESIDE, BETTER_BESIDE = 0.04, 0.4, 0.2
"""Share of the picture that must lie outside the zones, the least likeness of its edges, and by how much it must lie
over that at any other place near by, where a turned camera would show them. Drawn roads and rivers under water: 0.51
and more, 0.2 over any other place in all but one; turned by 1 to 2 % of the width 0.35 at most; 60 pairs of other views
0.23 at most."""

SHIFTS = (-0.04, -0.02, 0.0, 0.02, 0.04)
"""Of the width, across and down."""

LOOKS = 7
"""Of seven pictures, three may be filled by traffic."""


@dataclass(frozen=True, slots=True, eq=False)
class DrawnView:
    """``picture``: BGR, what the zones were drawn on; None where that is not known any more. ``sha256``: its file's.
    ``stale_since``: the patrol has seen another view since then, and no person has confirmed the zones.
    """

    picture: Picture | None = None
    sha256: str = ""
    stale_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ViewAnswer:
    """``moved``: the zones do not lie where they were drawn. ``checked``: what was compared, None where nothing could
    be. ``since``: known from the patrol."""

    moved: bool
    checked: ViewCheck | None = None
    since: datetime | None = None


def view_answer(
    clip: FileClip, drawn: DrawnView, at: datetime | None, background: Background | None = None
) -> ViewAnswer:
    """Whether the zones count for this clip. ``at``: when it was taken; None counts as daylight.

    By day the clip is compared with the picture the zones were drawn on; otherwise, and where that does not settle it,
    with the camera's background of the same light, which belongs to the same view. What cannot be compared is not
    called moved: at night a camera without a background of the night is taken at its word.
    """
    if drawn.stale_since is not None:
        return ViewAnswer(True, None, drawn.stale_since)
    known = _known(drawn, at, background)
    if not known:
        return ViewAnswer(False)
    seen = picture_of(clip)
    if seen is None or not assess([Frame(0.0, seen)]).ok:  # the picture gate has the better words for it
        return ViewAnswer(False)
    return judged([view_check(picture, seen) for picture in known])


def _known(drawn: DrawnView, at: datetime | None, background: Background | None) -> list[Picture]:
    known = [background.picture] if background is not None else []
    if drawn.picture is not None and (at is None or day_part(at) in STEADY):
        known.append(drawn.picture)
    return known


def is_held_beside(
    zones: Sequence[Zone], clip: FileClip, drawn: DrawnView, at: datetime | None, background: Background | None
) -> bool:
    """Whether what lies outside the zones is as one of the known pictures shows it, edge for edge: a river over its
    banks changes most of a picture, and turns no camera. False where too little lies outside, or nothing is known."""
    seen = picture_of(clip)
    known = _known(drawn, at, background)
    return bool(zones) and seen is not None and any(_alike_beside(picture, seen, zones) for picture in known)


def _alike_beside(picture: Picture, seen: Picture, zones: Sequence[Zone]) -> bool:
    size = (WIDTH_PX, max(1, round(seen.shape[0] * WIDTH_PX / seen.shape[1])))
    before, after = edge_plane(picture, size), edge_plane(seen, size)
    cut = (size[1] - after.shape[0]) // 2  # where recorders write
    masks = [zone_mask(zone, size[::-1])[cut : cut + after.shape[0]] for zone in zones]
    beside = np.logical_and.reduce([~mask for mask in masks])
    # The border of a zone is where what happens in it begins to show.
    beside = cv2.erode(beside.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=1) > 0
    if beside.mean() < LEAST_BESIDE or min(before[beside].std(), after[beside].std()) < 1e-3:
        return False
    here = float(np.corrcoef(before[beside], after[beside])[0, 1])
    return here >= HELD_BESIDE and here - _likest_elsewhere(before, after, beside) >= BETTER_BESIDE


def _likest_elsewhere(before: Plane, after: Plane, beside: Mask) -> float:
    """The best likeness of a place with the same picture moved a little."""
    steps = [round(share * WIDTH_PX) for share in SHIFTS]
    moved = [np.roll(after, (down, across), (0, 1)) for down in steps for across in steps if down or across]
    return max(float(np.corrcoef(before[beside], one[beside])[0, 1]) for one in moved)


def judged(checks: Sequence[ViewCheck]) -> ViewAnswer:
    """One known picture of the view that the clip is like settles it; moved only where every comparison says so."""
    alike = [check for check in checks if check.change not in MOVED]
    if alike:
        return ViewAnswer(False, max(alike, key=lambda check: check.in_place))
    return ViewAnswer(True, max(checks, key=lambda check: check.in_place))


MOVED = frozenset({Change.SHIFTED, Change.DIFFERENT})


def picture_of(clip: FileClip) -> Picture | None:
    """The median of pictures from all over the clip; None where none of them can be decoded."""
    times = [0.0] if clip.is_still else [clip.span_s * share for share in np.linspace(0.02, 0.96, LOOKS)]
    looks = [narrowed(frame.picture) for frame in clip.pictures_at(times)]
    if len(looks) < LOOKS // 2 and not clip.is_still:  # a time-lapse: hardly a picture where one is looked for
        looks = [narrowed(frame.picture) for frame in clip.samples()]
        looks = looks[:: max(1, len(looks) // LOOKS)]
    alike = [look for look in looks if look.shape == looks[0].shape]
    return median(alike) if alike else None


def median(looks: Sequence[Picture]) -> Picture:
    return np.asarray(np.median(np.stack(looks), axis=0), np.uint8)
