"""Does this footage show the view that the camera's zones were drawn on?

The patrol notices a camera that was turned, half an hour later. A clip may have been taken in between, so each clip is
asked itself, before any zone counts. Pictures from all over it are made one by their median, in which traffic is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np

from analytics.against_background import Background
from analytics.beside import alike_beside
from analytics.frames import FileClip, narrowed
from analytics.zones import Zone
from cameras.footage.frame import Frame, Picture
from cameras.patrol.daypart import STEADY, day_part
from cameras.patrol.view import Change, ViewCheck, view_check
from cameras.quality import assess

LOOKS, FIRST_LOOKS = 7, 3
"""Of seven pictures, three may be filled by traffic; of the first three, one."""

MOST_UNLIKE = 1
"""Of the steps from look to look: water comes over a view once."""


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
    banks changes most of a picture, and turns no camera. Or whether the clip begins with the known view, before the
    water came, and does not turn after that. False where nothing is known."""
    known, looks = _known(drawn, at, background), _looks(clip)
    if not zones or not known or not looks:
        return False
    seen, first = median(looks), median(looks[:FIRST_LOOKS])
    if any(alike_beside(picture, seen, zones) for picture in known):
        return True
    return not judged([view_check(picture, first) for picture in known]).moved and not _turns(looks)


def _turns(looks: Sequence[Picture]) -> bool:
    """Whether the view wanders off, slowly enough that the picture gate finds no moment at which it turned: a look is
    the one before, elsewhere; or time and again another view altogether."""
    changes = [view_check(before, after).change for before, after in pairwise(looks)]
    return Change.SHIFTED in changes or changes.count(Change.DIFFERENT) > MOST_UNLIKE


def judged(checks: Sequence[ViewCheck]) -> ViewAnswer:
    """One known picture of the view that the clip is like settles it; moved only where every comparison says so."""
    alike = [check for check in checks if check.change not in MOVED]
    if alike:
        return ViewAnswer(False, max(alike, key=lambda check: check.in_place))
    return ViewAnswer(True, max(checks, key=lambda check: check.in_place))


MOVED = frozenset({Change.SHIFTED, Change.DIFFERENT})


def picture_of(clip: FileClip) -> Picture | None:
    """The median of pictures from all over the clip; None where none of them can be decoded."""
    looks = _looks(clip)
    return median(looks) if looks else None


def _looks(clip: FileClip) -> list[Picture]:
    """Pictures of one shape from all over the clip, in order."""
    times = [0.0] if clip.is_still else [clip.span_s * share for share in np.linspace(0.02, 0.96, LOOKS)]
    looks = [narrowed(frame.picture) for frame in clip.pictures_at(times)]
    if len(looks) < LOOKS // 2 and not clip.is_still:  # a time-lapse: hardly a picture where one is looked for
        looks = [narrowed(frame.picture) for frame in clip.samples()]
        looks = looks[:: max(1, len(looks) // LOOKS)]
    return [look for look in looks if look.shape == looks[0].shape]


def median(looks: Sequence[Picture]) -> Picture:
    return np.asarray(np.median(np.stack(looks), axis=0), np.uint8)
