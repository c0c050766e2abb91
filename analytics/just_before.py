"""Whose box was on the way to the place just before something stood there: a vehicle's that rolled in, a bearer's?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.called import SEED
from analytics.detections import iou_matrix
from analytics.frames import Survey
from analytics.newcomers import Box


@dataclass(frozen=True, slots=True)
class BeforeRules:
    """``looks_s``: seconds before the onset that are looked at. ``rolling``: overlap with the place of a vehicle that
    brakes onto it, of ``named`` confidence and at most ``sized`` times its sides: less is another lane, more stands
    already. ``after_s``: and so many after it, for the onset is known to a second or two. ``bearer``: confidence of a
    person; ``within``: of his height, between him and the place; gone in half of the looks from ``gone_s`` on;
    ``itself``: overlap from which a person's box is the thing's. ``stands``, ``lingers``: overlap of the
    rolling vehicle's box with one of a later look, and the share of those looks in which it has left that place.
    """

    looks_s: float = 2.6
    rolling: tuple[float, float] = (0.15, 0.75)
    named: float = 0.5
    sized: float = 1.7
    bearer: float = 0.3
    within: float = 0.3
    itself: float = 0.5
    stands: float = 0.75
    lingers: float = 0.15
    after_s: float = 1.5
    gone_s: float = 6.0


def rolled_in(
    box: Box, onset_s: float, survey: Survey, vehicles: frozenset[str], rules: BeforeRules = BeforeRules()
) -> bool:
    """Whether a vehicle of this size was seen braking onto the place: half on it in a look around ``onset_s``, and not
    standing so afterwards. Rubble that is called three motorcycles has their boxes half on its place for good."""
    seen = _half_on(box, onset_s, survey, vehicles, rules)
    later = [s.detections.of(vehicles, SEED).xyxy for s in survey.samples if s.t_s > onset_s + rules.gone_s]
    if not len(seen) or not later:
        return False
    stands = [iou_matrix(seen, one).max(axis=1) >= rules.stands for one in later if len(one)]
    return bool((np.sum(stands, axis=0) / len(later) < rules.lingers).any()) if stands else True


def _half_on(
    box: Box, onset_s: float, survey: Survey, vehicles: frozenset[str], rules: BeforeRules
) -> npt.NDArray[np.float32]:
    """Boxes ``(N, 4)`` of vehicles of its size that overlap the place in part."""
    low, high = rules.rolling
    near = [s for s in survey.samples if onset_s - rules.looks_s <= s.t_s <= onset_s + rules.after_s]
    found = np.concatenate([np.zeros((0, 4), np.float32), *(s.detections.of(vehicles, rules.named).xyxy for s in near)])
    over = iou_matrix(box[None, :], found)[0]
    return np.asarray(found[(over >= low) & (over <= high) & _sized(found, box, rules)], np.float32)


def carried_in(
    box: Box, onset_s: float, survey: Survey, people: frozenset[str], rules: BeforeRules = BeforeRules()
) -> bool:
    """Whether somebody was at the place when it came, and went: what was carried was seen to move, too."""
    came = [
        _at(box, sample.detections.of(people, rules.bearer).xyxy, rules)
        for sample in survey.samples
        if onset_s - rules.looks_s <= sample.t_s <= onset_s + rules.after_s
    ]
    later = [
        _at(box, sample.detections.of(people, rules.bearer).xyxy, rules)
        for sample in survey.samples
        if sample.t_s > onset_s + rules.gone_s
    ]
    return any(came) and bool(later) and float(np.mean(later)) < 0.5


def _sized(found: npt.NDArray[np.float32], box: Box, rules: BeforeRules) -> npt.NDArray[np.bool_]:
    ratio = (found[:, 2:] - found[:, :2]) / np.maximum(box[2:] - box[:2], 1e-6)
    return np.asarray(((ratio >= 1 / rules.sized) & (ratio <= rules.sized)).all(axis=1))


def _at(box: Box, people: npt.NDArray[np.float32], rules: BeforeRules) -> bool:
    """Whether one of them stands next to the place: within a part of his height across, his feet as near it."""
    reach = rules.within * (people[:, 3] - people[:, 1])
    across = np.maximum(people[:, 0] - box[2], box[0] - people[:, 2])
    down = np.maximum(people[:, 1] - box[3], box[1] - people[:, 3])
    # The thing itself may be called a person; it is nobody who brought it.
    other = iou_matrix(box[None, :], people)[0] < rules.itself if len(people) else across < 0
    return bool(((across <= reach) & (down <= reach) & other).any())
