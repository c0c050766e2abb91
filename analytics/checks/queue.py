"""Is a standing vehicle parked, or waiting in a queue?

A queue at lights stands like parked cars do. What tells them apart is what the
neighbours do: a queue leaves together and grows one by one, and nobody drives past
a parked car's place in the queue while all of its lane stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.detections import iou_matrix
from analytics.frames import Survey
from analytics.looks import SURE, Look
from analytics.slots import Slot, vehicles_of


@dataclass(frozen=True, slots=True)
class QueueRules:
    """``vehicles``: fewer standing at once are no queue (issue: 3). ``longest_red_s``: what stands longer does
    not wait for a light (ours; research counts 120-180 s for two cycles). ``together_s``: a queue that
    gets green has left within this time. ``reach``: how near a neighbour is, in vehicle sizes."""

    vehicles: int = 3
    longest_red_s: float = 150.0
    together_s: float = 12.0
    reach: float = 4.0
    standing_s: float = 6.0


def queue_presumed(
    slot: Slot, standing: Sequence[Slot], survey: Survey, classes: frozenset[str], rules: QueueRules
) -> bool:
    """Whether ``slot`` may be waiting in a queue. ``standing``: all stays in the same zone."""
    mates = [other for other in standing if other.dwell_s >= rules.standing_s and (other.present & slot.present).any()]
    if _most_at_once(mates) < rules.vehicles:
        return False
    others = [mate for mate in mates if mate is not slot and near(slot.box, mate.box, survey, rules.reach)]
    if _leave_together(slot, others, rules) or _grows_behind(slot, others):
        return True
    if _moved_past(slot, standing, survey, classes, rules):
        return False
    return slot.dwell_s < rules.longest_red_s


def _most_at_once(mates: Sequence[Slot]) -> int:
    return int(np.stack([mate.present for mate in mates]).sum(axis=0).max()) if mates else 0


def _leave_together(slot: Slot, others: Sequence[Slot], rules: QueueRules) -> bool:
    leaving = [other for other in others if other.ends_inside and abs(other.end_s - slot.end_s) <= rules.together_s]
    return slot.ends_inside and len(leaving) + 1 >= rules.vehicles


def _grows_behind(slot: Slot, others: Sequence[Slot]) -> bool:
    """Two or more came later and stopped near it, and none of them has gone while it stood."""
    came = [other for other in others if other.begins_inside and other.start_s > slot.start_s]
    return len(came) >= 2 and not any(other.ends_inside and other.end_s < slot.end_s for other in others)


def _moved_past(
    slot: Slot, standing: Sequence[Slot], survey: Survey, classes: frozenset[str], rules: QueueRules
) -> bool:
    """Vehicles that do not stand were near it in at least 3 pictures, and a twelfth of those of its stay."""
    stay = np.flatnonzero(slot.present)
    seen = 0
    for number in map(int, stay):
        movers = movers_at(number, standing, survey, classes, rules.standing_s)
        seen += any(near(slot.box, box, survey, rules.reach) for box in movers)
    return seen >= max(3, len(stay) / 12)


def movers_at(
    number: int, standing: Sequence[Slot], survey: Survey, classes: frozenset[str], standing_s: float
) -> npt.NDArray[np.float32]:
    """``(N, 4)`` boxes of the vehicles of one picture that no stay explains and that were not there just before
    or after: a standing vehicle that the detector sees now and then is no traffic."""
    boxes = vehicles_of(survey.samples[number], classes).xyxy
    still = [slot.box for slot in standing if slot.dwell_s >= standing_s and slot.present[number]]
    if len(boxes) and still:
        boxes = np.asarray(boxes[iou_matrix(boxes, np.stack(still)).max(axis=1) < 0.3])
    return np.asarray(boxes[np.array([_just_passing(box, number, survey) for box in boxes], dtype=bool)])


def _just_passing(box: npt.NDArray[np.float32], number: int, survey: Survey) -> bool:
    """Whether the place looks different in the pictures before and after this one."""
    look = Look(survey.samples[number].grey, box)
    neighbours = [n for n in (number - 1, number + 1) if 0 <= n < len(survey.samples)]
    alike = [look.likeness(survey.samples[n].grey) for n in neighbours]
    return all(value is None or value < SURE for value in alike) and not look.is_flat


def near(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32], survey: Survey, reach: float) -> bool:
    """Whether their centres are at most ``reach`` vehicle sizes apart, in the picture's own proportions."""
    height, width = survey.samples[0].grey.shape
    scale = np.array([width, height, width, height], np.float64)
    a_px, b_px = a * scale, b * scale
    apart = np.hypot(*((a_px[:2] + a_px[2:]) - (b_px[:2] + b_px[2:]))) / 2
    size = (np.sqrt(np.prod(a_px[2:] - a_px[:2])) + np.sqrt(np.prod(b_px[2:] - b_px[:2]))) / 2
    return bool(apart <= reach * size)
