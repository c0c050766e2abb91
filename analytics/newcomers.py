"""What stands in the picture now that did not at first: things that came and stayed.

Pictures are laid over each other (a camera sways), brought to one exposure, and boiled down to medians of a few
neighbours: whatever passes is gone from a median, whatever stays is in it. A thing that came shows as edges that the
first median does not have; light and shadow change brightness and hardly add edges, and where the first pictures
were restless already (leaves, water) nothing is taken for new.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from analytics.detections import Detections
from analytics.frames import Survey
from analytics.sample import Grey
from analytics.sway import Anchor, put_back

Plane = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Box = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class NewcomerRules:
    """``group``: pictures per median; five, so that two of them may be hidden; of dense pictures as many as ``group_s``
    seconds hold, or a passer-by fills them all. ``sway``: shift laid over, share of the
    width. ``edge``: grey levels per pixel that a new edge must have at least, ``restless`` times the usual change of
    the place. ``smooth_px``: of 640 pixels of width. ``fill``: share of a block that must be new edge.
    ``join_px``: parts nearer than this are one thing. ``least_share``: of the picture; smaller is noise.
    ``at_end``: only what two of the last so many medians show, so that whoever stood beside it for a while is no part
    of it; 0: whatever stayed at any time.
    """

    group: int = 5
    group_s: float = 2.5
    sway: float = 0.03
    edge: float = 5.0
    restless: float = 3.0
    smooth_px: float = 1.2
    fill: float = 0.12
    join_px: int = 9
    least_share: float = 0.0006
    at_end: int = 0


@dataclass(slots=True, eq=False)
class Newcomer:
    """``box``: x1, y1, x2, y2 in 0-1. ``start_s``: midway between the last median without it and the first with it.
    ``stays_s``: until the last median that shows it. ``strength``: how far its edges are over what was asked, 1 and up.
    ``is_there_at_end``: nothing that left again in between. ``mask``: its new edges, ``(h, w)``, the box's pixels in a
    sample's grey picture; None where only the box is known."""

    box: Box
    start_s: float
    stays_s: float
    strength: float
    is_there_at_end: bool
    mask: Mask | None = None

    @property
    def share(self) -> float:
        return float((self.box[2] - self.box[0]) * (self.box[3] - self.box[1]))


@dataclass(slots=True, eq=False)
class Medians:
    """One plane per group of pictures: ``planes`` ``(n, h, w)``, laid over the first one and on its exposure;
    ``times_s`` ``(n, 2)``: first and last picture of each group. ``valid``: where all of them have pixels."""

    planes: npt.NDArray[np.float32]
    times_s: npt.NDArray[np.float64]
    valid: Mask


def medians_of(survey: Survey, rules: NewcomerRules) -> Medians | None:
    """None with fewer than three groups: before, coming, after."""
    samples = survey.samples
    size = max(rules.group, round(rules.group_s / max(survey.usual_step_s, 1e-3)))
    count = len(samples) // size
    if count < 3 or len({sample.grey.shape for sample in samples}) > 1:
        return None
    first = np.median(np.stack([sample.grey for sample in samples[:size]]), axis=0).astype(np.float32)
    valid, ground = np.ones(first.shape, bool), _Ground(first, Anchor(first))
    planes, times = [], []
    for at in range(count):
        group = samples[at * size : (at + 1) * size if at < count - 1 else None]
        laid = [_laid_over(sample.grey, ground, rules, valid) for sample in group]
        planes.append(np.median(np.stack(laid), axis=0).astype(np.float32))
        times.append((group[0].t_s, group[-1].t_s))
    return Medians(np.stack(planes), np.array(times), valid)


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """The first median, and what others are laid over it by."""

    first: Plane
    anchor: Anchor


def _laid_over(grey: Grey, ground: _Ground, rules: NewcomerRules, valid: Mask) -> Plane:
    """The picture moved onto the ground and brought to its exposure; ``valid`` loses what moved out of sight."""
    plane = grey.astype(np.float32)
    dx, dy = ground.anchor.shift_of(plane, rules.sway)
    if dx or dy:
        plane = put_back(plane, dx, dy)
        edge_x, edge_y = int(np.ceil(abs(dx))) + 1, int(np.ceil(abs(dy))) + 1
        valid[:edge_y] = valid[-edge_y:] = False
        valid[:, :edge_x] = valid[:, -edge_x:] = False
    return _exposed_as(plane, ground.first)


def _exposed_as(plane: Plane, first: Plane) -> Plane:
    """Gain and offset by the middle half of the grey levels: what came is a small part of the picture."""
    low, middle, high = np.percentile(plane, (25, 50, 75))
    low_1, middle_1, high_1 = np.percentile(first, (25, 50, 75))
    gain = float(np.clip((high_1 - low_1) / max(high - low, 1.0), 0.4, 2.5))
    return np.asarray((plane - middle) * gain + middle_1, np.float32)


def newcomers_of(survey: Survey, rules: NewcomerRules = NewcomerRules()) -> list[Newcomer] | None:
    """Things that came and stayed, largest first; None where there are too few pictures to tell before from after."""
    medians = medians_of(survey, rules)
    if medians is None:
        return None
    scale = medians.planes.shape[2] / 640
    edges = np.stack([_edges(plane, rules.smooth_px * scale) for plane in medians.planes])
    settled = _settled(edges)
    limit = np.maximum(rules.edge, rules.restless * settled.unrest)
    fresh = (edges - settled.before > limit) & medians.valid
    known = fresh[-rules.at_end :].sum(axis=0) >= 2 if rules.at_end else fresh[-1] | (fresh.sum(axis=0) >= 2)
    boxes = _boxes(known, rules, scale)
    if rules.at_end:
        fresh = fresh & known
    found = [_described(box, fresh, edges - settled.before, limit, medians) for box in boxes]
    return sorted((one for one in found if one is not None), key=lambda one: -one.share)


def _edges(plane: Plane, sigma_px: float) -> Plane:
    """Gradient magnitude, grey levels per pixel."""
    smooth = cv2.GaussianBlur(plane, (0, 0), max(0.6, sigma_px))
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    return cast("Plane", cv2.magnitude(across, down) / 8)


@dataclass(frozen=True, slots=True)
class _Settled:
    """``before``: edges of the first pictures, spread a little so that sway below a pixel is no news. ``unrest``: by
    how much edges usually change."""

    before: Plane
    unrest: Plane


def _settled(edges: npt.NDArray[np.float32]) -> _Settled:
    """The first medians say what was there. How restless a place is, is told by the usual step from one median to
    the next: a thing that comes makes one such step and no more."""
    first = edges[: 2 if len(edges) >= 6 else 1]
    spread = np.ones((3, 3), np.uint8)
    before = cast("Plane", cv2.dilate(first.max(axis=0), spread))
    unrest = np.median(np.abs(np.diff(edges, axis=0)), axis=0).astype(np.float32)
    return _Settled(before, cast("Plane", cv2.dilate(unrest, spread)))


def _boxes(known: Mask, rules: NewcomerRules, scale: float) -> list[tuple[int, int, int, int]]:
    """x, y, width, height in pixels of what hangs together and is large enough."""
    side = max(3, int(rules.join_px * scale) | 1)
    dense = cv2.boxFilter(known.astype(np.float32), -1, (side, side)) >= rules.fill
    joined = cv2.morphologyEx(dense.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    count, _labels, stats, _centres = cv2.connectedComponentsWithStats(joined, connectivity=8)
    least = rules.least_share * known.size
    return [tuple(int(v) for v in stats[n, :4]) for n in range(1, count) if stats[n, cv2.CC_STAT_AREA] >= least]  # type: ignore[misc]


def _described(
    box: tuple[int, int, int, int],
    fresh: npt.NDArray[np.bool_],
    gain: npt.NDArray[np.float32],
    limit: Plane,
    medians: Medians,
) -> Newcomer | None:
    x, y, w, h = box
    inside = fresh[:, y : y + h, x : x + w].reshape(len(fresh), -1).mean(axis=1)
    there = inside >= 0.5 * np.percentile(inside, 90)
    if there[0] or not there.any():
        return None
    last = int(np.flatnonzero(there)[-1])
    runs = np.flatnonzero(~there[: last + 1])
    first = int(runs[-1]) + 1 if len(runs) else 0
    marked = fresh[first : last + 1, y : y + h, x : x + w]
    over = (gain[first : last + 1, y : y + h, x : x + w] / limit[y : y + h, x : x + w])[marked]
    height, width = limit.shape
    start_s = float((medians.times_s[first - 1, 1] + medians.times_s[first, 0]) / 2)
    return Newcomer(
        np.array([x / width, y / height, (x + w) / width, (y + h) / height], np.float32),
        start_s,
        float(medians.times_s[last, 1]) - start_s,
        float(np.median(over)) if len(over) else 0.0,
        last == len(fresh) - 1,
        marked.mean(axis=0) >= 0.5,
    )


def explained_by(newcomer: Newcomer, survey: Survey, classes: frozenset[str], seed: float = 0.25) -> float:
    """Share of the pictures since it came in which an object of ``classes`` covers it: a parked car is no rubbish."""
    since = [sample for sample in survey.samples if sample.t_s >= newcomer.start_s]
    covered = [covers(sample.detections.of(classes, seed), newcomer.box) for sample in since]
    return float(np.mean(covered)) if covered else 0.0


def covers(found: Detections, box: Box, growth: float = 0.0) -> bool:
    """Whether one of the objects, made larger by ``growth`` of its size, covers half of the box."""
    if not len(found):
        return False
    boxes = grown(found.xyxy, growth)
    across = np.clip(np.minimum(boxes[:, 2], box[2]) - np.maximum(boxes[:, 0], box[0]), 0, None)
    down = np.clip(np.minimum(boxes[:, 3], box[3]) - np.maximum(boxes[:, 1], box[1]), 0, None)
    area = max(float((box[2] - box[0]) * (box[3] - box[1])), 1e-9)
    return bool((across * down).max() >= 0.5 * area)


def grown(boxes: npt.NDArray[np.float32], growth: float) -> npt.NDArray[np.float32]:
    """Boxes ``(N, 4)`` in 0-1, made larger by this share of their size on every side, within the picture."""
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    larger = boxes + np.stack([-wide, -high, wide, high], axis=1) * growth
    return np.asarray(np.clip(larger, 0, 1), np.float32)
