"""What a detector calls a newcomer, and whether it can be that.

A detector that never saw rubble or a sack calls it by the nearest name it knows: a motorcycle, a person, at a
confidence that a real one far off has too (rendered streets: heaps up to .70, vehicles from .84; on real footage the
ranges overlap). So a name alone decides only when it is very sure. Else it is asked what else would have to be true:
a vehicle drives in as what it is; whoever stands is as tall as those who walk past, and does not lie dead still.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from analytics.detections import Detections
from analytics.frames import Survey
from analytics.newcomers import Box, Mask, Newcomer
from analytics.sample import Sample

SEED = 0.25
"""Confidence from which a name counts at all."""


LOOKS = 120
"""At most so many pictures are asked, evenly over the footage: a share is known well enough by then."""

MOST_POINTS = 400
"""Edge pixels asked for, evenly thinned."""

T = TypeVar("T")


def thinned(items: Sequence[T], most: int) -> Sequence[T]:
    """At most ``most`` of them, evenly chosen."""
    return items[:: max(1, -(-len(items) // most))]


@dataclass(frozen=True, slots=True)
class Claim:
    """``box``: where the detector sees it, median (the newcomer's own where it does not); ``share``: of the pictures
    since it came in which the class covers most of it; ``before``: the same share before it came; ``confidence``:
    median of the covering boxes."""

    box: Box
    share: float
    before: float
    confidence: float


def claim_of(one: Newcomer, onset_s: float, survey: Survey, classes: frozenset[str], growth: float = 0.0) -> Claim:
    """What speaks for the classes. ``growth``: the detector's boxes are made larger by this share of their size on
    every side, for a shadow or a mirror beside them."""
    after = thinned([sample for sample in survey.samples if sample.t_s >= onset_s], LOOKS)
    first = thinned([sample for sample in survey.samples if sample.t_s < onset_s - 2.0], LOOKS)
    since = [_covering(one, sample, classes, growth) for sample in after]
    earlier = [_covering(one, sample, classes, growth) for sample in first]
    before = float(np.mean([found is not None for found in earlier])) if earlier else 0.0
    seen = [found for found in since if found is not None]
    if not seen:
        return Claim(one.box, 0.0, before, 0.0)
    box = np.asarray(np.median(np.stack([box for box, _ in seen]), axis=0), np.float32)
    return Claim(box, len(seen) / len(since), before, float(np.median([confidence for _, confidence in seen])))


def _covering(one: Newcomer, sample: Sample, classes: frozenset[str], growth: float) -> tuple[Box, float] | None:
    """The object that covers most of its edges in this picture, where all together cover half of them."""
    found = sample.detections.of(classes, SEED)
    if not len(found):
        return None
    inside = _edges_inside(one, found, sample.grey.shape, growth)
    if float(inside.any(axis=0).mean()) < 0.5:
        return None
    best = int(inside.mean(axis=1).argmax())
    return found.xyxy[best], float(found.confidence[best])


def _edges_inside(one: Newcomer, found: Detections, shape: tuple[int, ...], growth: float) -> npt.NDArray[np.bool_]:
    """``(boxes, edge pixels)``: which of its edges lie in which box."""
    x, y = edge_points(one, shape)
    wide, high = found.xyxy[:, 2] - found.xyxy[:, 0], found.xyxy[:, 3] - found.xyxy[:, 1]
    x1, x2 = found.xyxy[:, 0] - growth * wide, found.xyxy[:, 2] + growth * wide
    y1, y2 = found.xyxy[:, 1] - growth * high, found.xyxy[:, 3] + growth * high
    across = (x[None, :] >= x1[:, None]) & (x[None, :] <= x2[:, None])
    return np.asarray(across & (y[None, :] >= y1[:, None]) & (y[None, :] <= y2[:, None]))


def edge_points(one: Newcomer, shape: tuple[int, ...]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """x and y of its edge pixels in 0-1; of all its box's pixels where no edges are known."""
    rows, columns = shape[:2]
    mask, (left, top) = mask_of(one, shape)
    down, across = np.nonzero(mask)
    chosen = slice(None, None, max(1, -(-len(down) // MOST_POINTS)))
    down, across = down[chosen], across[chosen]
    return (across + left + 0.5) / columns, (down + top + 0.5) / rows


def mask_of(one: Newcomer, shape: tuple[int, ...]) -> tuple[Mask, tuple[int, int]]:
    """Its edges' mask and the mask's left upper pixel."""
    rows, columns = shape[:2]
    left, top = round(float(one.box[0]) * columns), round(float(one.box[1]) * rows)
    if one.mask is not None and one.mask.any():
        return one.mask, (left, top)
    wide = max(1, round(float(one.box[2]) * columns) - left)
    high = max(1, round(float(one.box[3]) * rows) - top)
    return np.ones((high, wide), bool), (left, top)


# -- As tall as those who walk past? -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """People who pass, as a ruler: box height by the foot's place in the picture. ``slope``, ``level``: of the line
    through them; ``reach``: lowest and highest foot seen, 0-1."""

    slope: float
    level: float
    reach: tuple[float, float]

    def height_at(self, foot: float) -> float | None:
        """How tall a person would look whose foot is there, share of the picture; None where nobody was near."""
        if not self.reach[0] - 0.1 <= foot <= self.reach[1] + 0.1:
            return None
        tall = self.slope * foot + self.level
        return tall if tall > 0 else None


LEAST_PEOPLE = 4
SURE_PERSON = 0.6
LEVEL = 70
"""Percentile of the people: children, half bodies and carried bags that are called people are among the lower."""


def ruler_of(survey: Survey, people: frozenset[str], besides: Sequence[Newcomer]) -> Standing | None:
    """From who is surely a person, whole in the picture and not where something came to lie; None with too few."""
    boxes = [
        box
        for sample in survey.samples
        for box in sample.detections.of(people, SURE_PERSON).xyxy
        if box[1] > 0.01 and box[3] < 0.98 and not any(mostly_inside(box, one.box) for one in besides)
    ]
    if len(boxes) < LEAST_PEOPLE:
        return None
    foot, tall = np.stack(boxes)[:, 3].astype(float), np.stack(boxes)[:, 3] - np.stack(boxes)[:, 1]
    slope = _slope(foot, tall.astype(float))
    level = float(np.percentile(tall - slope * foot, LEVEL))
    return Standing(slope, level, (float(foot.min()), float(foot.max())))


def _slope(foot: npt.NDArray[np.float64], tall: npt.NDArray[np.float64]) -> float:
    """Median slope between pairs that stand apart (Theil, Sen), so that a child or half a body moves nothing; 0 where
    all stand in one row."""
    if len(foot) > 120:
        chosen = np.linspace(0, len(foot) - 1, 120).astype(int)
        foot, tall = foot[chosen], tall[chosen]
    apart = foot[:, None] - foot[None, :]
    far = apart > 0.08
    if not far.any():
        return 0.0
    return float(max(0.0, np.median((tall[:, None] - tall[None, :])[far] / apart[far])))


def mostly_inside(inner: Box, outer: Box) -> bool:
    """Whether seven tenths of the first box lie in the second: the thing itself, and not who stands beside it."""
    across = min(float(inner[2]), float(outer[2])) - max(float(inner[0]), float(outer[0]))
    down = min(float(inner[3]), float(outer[3])) - max(float(inner[1]), float(outer[1]))
    return min(across, down) > 0 and across * down > 0.7 * float((inner[2] - inner[0]) * (inner[3] - inner[1]))
