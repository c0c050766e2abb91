"""One stay of a vehicle that edges forward now and then.

A minibus that waits for passengers rolls on by half a metre when the one before it leaves.
Each such roll ends a slot and begins the next; here they are joined again, when the vehicle
stood much longer than it rolled, hardly got anywhere, and looks the same in both places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from analytics.detections import iou_matrix
from analytics.frames import Survey
from analytics.slots import Box, Slot, SlotRules, slots_of, uncounted_s, vehicles_of, without_doubles

IN_PLACE = 0.4
"""Overlap with its old or new place that a vehicle keeps which rolls on by at most half its length."""


@dataclass(frozen=True, slots=True)
class CreepRules:
    """``least_stand_s``: shorter stays are stop-and-go traffic, not creeping (a jam moves every 5-15 s).
    ``least_iou``: how much of its place it keeps. ``same_look``: correlation of the two crops, which are
    not aligned to the pixel. ``lengths``: how far it may get in ``per_s`` seconds, in its own lengths
    (design notes: 1 per 30 s)."""

    least_stand_s: float = 18.0
    least_iou: float = 0.3
    same_look: float = 0.5
    lengths: float = 1.0
    per_s: float = 30.0


def stays_of(survey: Survey, classes: frozenset[str], rules: SlotRules) -> list[Slot]:
    """Every vehicle's stay once, creeping ones whole, weightiest first."""
    return without_doubles(creep_joined(slots_of(survey, classes, rules), survey, classes))


def creep_joined(
    slots: Sequence[Slot], survey: Survey, classes: frozenset[str], rules: CreepRules = CreepRules()
) -> list[Slot]:
    """The slots, those of one creeping vehicle joined into one; order by start."""
    waiting = sorted(slots, key=lambda slot: slot.start_s)
    out: list[Slot] = []
    for slot in waiting:
        before = next((other for other in reversed(out) if _continues(other, slot, survey, classes, rules)), None)
        if before is None:
            out.append(slot)
        else:
            out[out.index(before)] = _joined(before, slot, survey)
    return out


def _continues(before: Slot, after: Slot, survey: Survey, classes: frozenset[str], rules: CreepRules) -> bool:
    if min(before.end_s - before.start_s, after.end_s - after.start_s) < rules.least_stand_s:
        return False
    if after.start_s - before.end_s > 3 * survey.usual_step_s or after.end_s <= before.end_s:
        return False
    if iou_matrix(before.box[None, :], after.box[None, :])[0, 0] < rules.least_iou:
        return False
    if not _in_sight_between(before, after, survey, classes):
        return False
    stood = max(after.end_s - before.start_s, 1e-6)
    return _moved_lengths(before.box, after.box) / stood * rules.per_s <= rules.lengths and (
        crops_alike(before, after, survey) >= rules.same_look
    )


def _in_sight_between(before: Slot, after: Slot, survey: Survey, classes: frozenset[str]) -> bool:
    """Whether every picture between the two stays shows it in its old or its new place: what drives off and
    leaves the place to another of its like does not."""
    places = np.stack([before.box, after.box])
    first, last = int(np.flatnonzero(before.present)[-1]), int(np.flatnonzero(after.present)[0])
    between = (vehicles_of(survey.samples[number], classes).xyxy for number in range(first + 1, last))
    return all(len(boxes) and iou_matrix(boxes, places).max() >= IN_PLACE for boxes in between)


def _moved_lengths(a: Box, b: Box) -> float:
    """How far the foot of the box went, in box sizes."""
    foot = np.array([(a[0] + a[2] - b[0] - b[2]) / 2, a[3] - b[3]])
    size = np.array([a[2] - a[0], a[3] - a[1]])
    return float(np.linalg.norm(foot / np.maximum(size, 1e-6)))


def crops_alike(before: Slot, after: Slot, survey: Survey) -> float:
    """Correlation of the vehicle in its last picture there and its first one here, resized to one size."""
    last = int(np.flatnonzero(before.present)[-1])
    first = int(np.flatnonzero(after.present)[0])
    a, b = _crop(survey, last, before.box), _crop(survey, first, after.box)
    if a is None or b is None or a.std() < 1 or b.std() < 1:
        return 0.0
    field = cv2.copyMakeBorder(b, 4, 4, 4, 4, cv2.BORDER_REPLICATE)
    return float(np.nan_to_num(cv2.matchTemplate(field, a, cv2.TM_CCOEFF_NORMED).max()))


def _crop(survey: Survey, number: int, box: Box) -> np.ndarray | None:
    grey = survey.samples[number].grey
    height, width = grey.shape
    x1, y1, x2, y2 = np.clip(box, 0, 1) * np.array([width, height, width, height])
    patch = grey[int(y1) : int(np.ceil(y2)), int(x1) : int(np.ceil(x2))]
    return cv2.resize(patch, (32, 32), interpolation=cv2.INTER_AREA) if min(patch.shape) >= 4 else None


def _joined(before: Slot, after: Slot, survey: Survey) -> Slot:
    hits = {**before.hits, **after.hits}
    # The later place: the next roll starts from there.
    joined = Slot(after.box, after.look, hits, Counter(before.names) + Counter(after.names), after.boxes)
    joined.present = before.present | after.present
    joined.start_s, joined.end_s = before.start_s, after.end_s
    joined.begins_inside, joined.ends_inside = before.begins_inside, after.ends_inside
    first, last = np.flatnonzero(joined.present)[[0, -1]]
    uncounted = uncounted_s(survey, int(first), int(last), SlotRules().hole_s)
    joined.dwell_s = max(0.0, joined.end_s - joined.start_s - uncounted)
    return joined
