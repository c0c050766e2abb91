"""Did it join traffic that stood already? Of a queue at a red light the cars behind are half hidden and poorly named.

What comes to stand beside vehicles that stood there before it, and stand on, is most likely the next of them; a tree or
a heap is there before the traffic that it stops.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.called import thinned
from analytics.detections import iou_matrix
from analytics.frames import Survey
from analytics.newcomers import Box

BORDER = 0.01
"""Of the picture: nearer to its edge than this, a box is cut off by it."""


@dataclass(frozen=True, slots=True)
class QueueRules:
    """``named``: confidence from which a neighbour is a vehicle. ``least``: so many neighbours make a queue. ``stays``:
    share of the looks since, in which a neighbour stands where it stood (``same``: overlap of its boxes). ``reach``:
    of a neighbour's longer side, between it and the next. ``just_before_s``: seconds before the onset in which it stood
    there already. ``itself``: overlap from which a box is the thing itself. ``looks``: at most so many are asked."""

    named: float = 0.5
    least: int = 2
    stays: float = 0.6
    same: float = 0.6
    reach: float = 1.0
    just_before_s: float = 4.0
    itself: float = 0.4
    looks: int = 40


def joined_a_queue(
    box: Box, onset_s: float, survey: Survey, vehicles: frozenset[str], rules: QueueRules = QueueRules()
) -> bool:
    """Whether vehicles stood next to ``box`` when something came there at ``onset_s``, and stand there since."""
    times = survey.times_s
    before = np.flatnonzero((times < onset_s - 0.25) & (times >= onset_s - rules.just_before_s))[-2:]
    since = thinned([int(n) for n in np.flatnonzero(times >= onset_s + 2.0)], rules.looks)
    if not len(before) or not len(since):
        return False
    looks = [survey.samples[n].detections.of(vehicles, rules.named).xyxy for n in since]
    return any(_standing(_near(box, survey, n, vehicles, rules), looks, rules) >= rules.least for n in before)


def is_cut_off(box: Box) -> bool:
    """Whether the picture's edge runs through it: then nobody saw all of it, nor how it came."""
    return bool(min(box[0], box[1]) < BORDER or max(box[2], box[3]) > 1 - BORDER)


def _near(
    box: Box, survey: Survey, number: int, vehicles: frozenset[str], rules: QueueRules
) -> npt.NDArray[np.float32]:
    """Boxes of the vehicles next to it in that picture, itself left out."""
    found = survey.samples[number].detections.of(vehicles, rules.named).xyxy
    apart_x = np.maximum(found[:, 0] - box[2], box[0] - found[:, 2])
    apart_y = np.maximum(found[:, 1] - box[3], box[1] - found[:, 3])
    wide, high = found[:, 2] - found[:, 0], found[:, 3] - found[:, 1]
    near = (apart_x <= rules.reach * wide) & (apart_y <= rules.reach * high)
    itself = iou_matrix(box[None, :], found)[0] >= rules.itself if len(found) else near
    return np.asarray(found[near & ~itself], np.float32)


def _standing(neighbours: npt.NDArray[np.float32], looks: list[npt.NDArray[np.float32]], rules: QueueRules) -> int:
    """How many of them are seen on their places since."""
    if not len(neighbours):
        return 0
    seen = [iou_matrix(neighbours, look).max(axis=1) >= rules.same for look in looks if len(look)]
    shares = np.sum(seen, axis=0) / len(looks) if seen else np.zeros(len(neighbours))
    return int((shares >= rules.stays).sum())
