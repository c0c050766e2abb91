"""What stands there now and not in the camera's own background: things that came before the footage began.

A clip compared with itself sees what comes while it runs. Most of what is reported was there before: the camera's
background of the same part of the day, the median of looks of several days, knows the place without it. Compared are
edges, after the background has been brought to the clip's light neighbourhood by neighbourhood; never grey levels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from analytics.sample import Sample
from cameras.footage.frame import Picture
from cameras.patrol.backdrop import LEAST_LOOKS, grey_plane, unrest_plane
from cameras.patrol.daypart import STEADY
from cameras.patrol.structure import Grey, Mask, Plane, edges, laid_over, lit_as, spread
from cameras.patrol.view import Change, view_check

Box = npt.NDArray[np.float32]

USES_BACKGROUND = frozenset({"new_object", "dumped_rubbish", "obstruction", "floating_rubbish", "high_water"})
"""Checks that ask it something."""


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """A camera's picture of its place without what passes. ``picture``: BGR, any size of the camera's shape.

    ``until``: the newest look in it; what it does not show came since. ``slot``: part of the day ("pagi" ...);
    ``steady``: whether the light of that part is the same from look to look. ``looks``, ``version``: how it was made
    (0: a single picture that a person gave). ``unrest``: as ``cameras.patrol.backdrop.Backdrop.unrest``.
    """

    picture: Picture
    slot: str = ""
    version: int = 0
    looks: int = 0
    since: datetime | None = None
    until: datetime | None = None
    sha256: str = ""
    steady: bool = True
    unrest: Grey | None = None

    @property
    def is_made_well(self) -> bool:
        """Of enough looks, or chosen by a person."""
        return self.version == 0 or self.looks >= LEAST_LOOKS


@dataclass(frozen=True, slots=True)
class ArrivalRules:
    """``edge``: grey levels per pixel that a new edge must have at least (background and clip of one light differ by
    1 to 3, measured), ``restless`` times the usual change of the place. ``group``: least pictures per median;
    ``medians``: at most so many over the clip, and a thing is in all of them. ``sway``: shift laid over, share of the
    width. ``fill``, ``join``, ``least_share``: as ``analytics.newcomers``, in shares of the width and of the picture.
    ``vanished``: edges of the background that are gone in the place of the new ones, as a share of these: more, and
    something left or was changed for another. ``same_surface``: likeness of the fine texture inside from which it is
    the same ground in another light; ``texture``: grey levels under which there is no texture to compare, and
    ``ring``: the share of new edges inside that plain ground must have to be a thing. ``thin``, ``lengthy``: narrower
    than this share of the width and so many times as long is the edge of a shadow.
    """

    edge: float = 5.0
    restless: float = 3.0
    group: int = 5
    medians: int = 6
    sway: float = 0.03
    fill: float = 0.12
    join: float = 0.014
    least_share: float = 0.0006
    vanished: float = 0.6
    same_surface: float = 0.5
    texture: float = 2.5
    ring: float = 0.08
    thin: float = 0.03
    lengthy: float = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """``box``: x1, y1, x2, y2 in 0-1. ``strength``: its edges over what was asked, median, 1 and up.

    ``vanished``: edges gone in its place as a share of those that came. ``doubt``: "" where it is surely a thing;
    "left" where something was rather taken away, "light" where the ground itself is still to be seen.
    """

    box: Box
    strength: float
    vanished: float
    doubt: str = ""

    @property
    def share(self) -> float:
        return float((self.box[2] - self.box[0]) * (self.box[3] - self.box[1]))


def background_of(clip: object) -> Background | None:
    """The background that came with this clip, for checks; None without one."""
    found = getattr(clip, "background", None)
    return found if isinstance(found, Background) else None


def clean_picture(clip: object) -> Picture | None:
    """The camera's own picture of its place in the light of this clip, for checks that look at water; None without a
    background that was made of enough looks in steady light (or that a person gave)."""
    known = background_of(clip)
    return known.picture if known is not None and known.steady and known.is_made_well else None


def is_of_last_days(clip: object) -> bool:
    """Whether the clean picture is the median of the camera's own last days and not one that a person vouched for.

    What has been there for longer than half of its looks, two to three days, is in it: rubbish caught at a barrier, a
    flood that stays. That nothing differs from it proves only that nothing changed.
    """
    known = background_of(clip)
    return known is not None and known.version > 0


def is_by_day(clip: object) -> bool:
    """Whether the clip is known to be of broad daylight, however dark its pictures are: the background that comes with
    it is of a part of the day in which the sun stands well over the horizon, and is chosen by the clip's own time."""
    known = background_of(clip)
    return known is not None and known.slot in STEADY


def arrivals(
    samples: Sequence[Sample], background: Background, rules: ArrivalRules = ArrivalRules()
) -> list[Arrival] | None:
    """What is there from the clip's first pictures to its last and not in the background, largest first.

    None where the two cannot be compared: another shape of picture, or another view.
    """
    if not samples or len({sample.grey.shape for sample in samples}) > 1:
        return None
    stretches = _medians(samples, rules)
    known = _fitted(background.picture, stretches[0].shape)
    if known is None or not _one_view(background.picture, stretches):
        return None
    compared = [_compared(stretch, known, background.unrest, rules) for stretch in stretches]
    fresh = np.logical_and.reduce([one.fresh for one in compared])
    return sorted((_described(box, fresh, compared, rules) for box in _boxes(fresh, rules)), key=lambda one: -one.share)


def _medians(samples: Sequence[Sample], rules: ArrivalRules) -> list[Plane]:
    """One after the other over the clip: what passes is in none of them, what stays for a while not in all."""
    count = min(rules.medians, max(1, len(samples) // rules.group))
    borders = np.linspace(0, len(samples), count + 1).astype(int)
    stretches = [samples[a:b] for a, b in pairwise(borders)]
    return [np.median(np.stack([s.grey for s in part]), axis=0).astype(np.float32) for part in stretches]


def _fitted(picture: Picture, shape: tuple[int, int]) -> Plane | None:
    """The background's grey plane at the clip's size; None where it is another shape of picture."""
    height, width = picture.shape[:2]
    if abs(width / height - shape[1] / shape[0]) > 0.1:
        return None
    grey = cv2.resize(grey_plane(picture), shape[::-1], interpolation=cv2.INTER_AREA)
    return cast("Plane", grey)


def _one_view(picture: Picture, stretches: Sequence[Plane]) -> bool:
    shown = [cv2.cvtColor(np.clip(plane, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR) for plane in stretches]
    changes = {view_check(picture, np.asarray(one, np.uint8)).change for one in shown}
    return changes <= {Change.NONE, Change.UNSURE}


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """``now``, ``known``: in one light and place. ``gain``, ``loss``: edges that came and went; ``limit``: asked."""

    now: Plane
    known: Plane
    gain: Plane
    loss: Plane
    limit: Plane
    fresh: Mask = field(repr=False)


def _compared(now: Plane, known: Plane, unrest: Grey | None, rules: ArrivalRules) -> _Compared:
    laid, valid = laid_over(known, now, rules.sway)
    lit = lit_as(laid, now)
    there, before = edges(now), edges(lit)
    gain, loss = there - spread(before), before - spread(there)
    limit = np.maximum(rules.edge, rules.restless * unrest_plane(unrest, now.shape)).astype(np.float32)
    return _Compared(now, lit, gain, loss, limit, (gain > limit) & valid)


def _boxes(fresh: Mask, rules: ArrivalRules) -> list[tuple[int, int, int, int]]:
    """x, y, width, height in pixels of what hangs together and is large enough."""
    side = max(3, int(rules.join * fresh.shape[1]) | 1)
    dense = cv2.boxFilter(fresh.astype(np.float32), -1, (side, side)) >= rules.fill
    joined = cv2.morphologyEx(dense.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    count, _labels, stats, _centres = cv2.connectedComponentsWithStats(joined, connectivity=8)
    least = rules.least_share * fresh.size
    return [tuple(int(v) for v in stats[n, :4]) for n in range(1, count) if stats[n, cv2.CC_STAT_AREA] >= least]  # type: ignore[misc]


def _described(
    box: tuple[int, int, int, int], fresh: Mask, compared: Sequence[_Compared], rules: ArrivalRules
) -> Arrival:
    x, y, w, h = box
    place = np.s_[y : y + h, x : x + w]
    marked = fresh[place]
    first = compared[0]
    over = [float(np.median((one.gain[place] / one.limit[place])[marked])) if marked.any() else 0.0 for one in compared]
    came, went = float(np.maximum(first.gain[place], 0).sum()), float(np.maximum(first.loss[place], 0).sum())
    vanished = went / max(came, 1e-6)
    height, width = fresh.shape
    where = np.array([x / width, y / height, (x + w) / width, (y + h) / height], np.float32)
    return Arrival(where, min(over), vanished, _doubt(place, marked, first, vanished, rules))


def _doubt(place: tuple[slice, slice], marked: Mask, one: _Compared, vanished: float, rules: ArrivalRules) -> str:
    """Taken away shows as edges that went; a shadow or a patch of sun as ground that is still the same inside."""
    if vanished > rules.vanished:
        return "left"
    height, width = marked.shape
    if min(height, width) < rules.thin * one.now.shape[1] and max(height, width) > rules.lengthy * min(height, width):
        return "light"
    inner = np.s_[height // 4 : max(height // 4 + 1, 3 * height // 4), width // 4 : max(width // 4 + 1, 3 * width // 4)]
    now, known = _fine(one.now[place])[inner], _fine(one.known[place])[inner]
    if min(now.std(), known.std()) >= rules.texture:
        alike = float(np.corrcoef(now.ravel(), known.ravel())[0, 1])
        return "light" if alike >= rules.same_surface else ""
    # Plain ground inside a ring of new edges: a shadow has no inside of its own.
    return "light" if float(marked[inner].mean()) < rules.ring else ""


def _fine(plane: Plane) -> Plane:
    return cast("Plane", cv2.GaussianBlur(plane, (0, 0), 0.8) - cv2.GaussianBlur(plane, (0, 0), 5.0))
