"""Who stands where, and for how long, without track ids.

At one picture every second or two a tracker loses what is fast and renumbers what
was hidden. So boxes are gathered by *place* (they cover the same box) and *look*
(the place looks the same): one gathering is one stay of one object, a slot. In
pictures where the detector missed it, the look decides whether it still stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from analytics.detections import Detections, inside_share_matrix, iou_matrix, one_per_object
from analytics.frames import Sample, Survey
from analytics.looks import Look
from analytics.zones import Zone

Box = npt.NDArray[np.float32]

VEHICLES = frozenset({"car", "truck", "bus", "motorcycle", "angkot", "minibus", "van"})


@dataclass(frozen=True, slots=True)
class SlotRules:
    """How boxes become stays.

    ``iou``: a box belongs to a place above this overlap (Frigate: .75 to become stationary and .6 to
    stay, on 5 fps boxes; less here, because boxes of 20 pixels jitter by a tenth of their side).
    ``same_look``: correlation from which a place holds the same object (Frigate: .90 to stay, < .85
    moved, on large crops; video noise on small ones costs up to a tenth).
    ``hidden_s``: the longest stretch an object may be hidden and still be the same stay (a lorry that
    passes slowly); a queue that leaves and a next one in its places take longer.
    ``hole_s``: a hole in the footage up to this long counts as standing when both sides look the same;
    what is longer is not counted, though the stay goes on when the looks agree.
    ``seed``: confidence that opens a slot; weaker boxes only join one.
    """

    iou: float = 0.5
    same_look: float = 0.8
    hidden_s: float = 10.0
    hole_s: float = 10.0
    seed: float = 0.25


@dataclass(slots=True, eq=False)
class Slot:
    """One stay: ``box`` (median of its hits), ``hits`` by sample number, and where it was present.

    ``start_s``, ``end_s``: from the first frame; midway between the last picture without it and the
    first with it. ``dwell_s``: seconds it stood, holes longer than the rule not counted.
    """

    box: Box
    look: Look
    hits: dict[int, float]
    names: Counter[str] = field(default_factory=Counter)
    boxes: list[Box] = field(default_factory=list)
    present: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    start_s: float = 0.0
    end_s: float = 0.0
    dwell_s: float = 0.0
    begins_inside: bool = False
    ends_inside: bool = False

    @property
    def mean_confidence(self) -> float:
        """Of the pictures in which the detector saw it."""
        return float(np.mean(list(self.hits.values())))

    @property
    def hit_ratio(self) -> float:
        """Share of the pictures it stood in, in which the detector saw it."""
        return min(1.0, len(self.hits) / max(1, int(self.present.sum())))

    @property
    def name(self) -> str:
        return self.names.most_common(1)[0][0]

    @property
    def size(self) -> float:
        """Square root of the box's area, 0-1."""
        return float(np.sqrt(max(0.0, (self.box[2] - self.box[0]) * (self.box[3] - self.box[1]))))


def vehicles_of(sample: Sample, classes: frozenset[str]) -> Detections:
    """The vehicles of a picture, each once, whatever the detector calls it."""
    return one_per_object(sample.detections.of(classes))


def slots_of(survey: Survey, classes: frozenset[str], rules: SlotRules) -> list[Slot]:
    """Every stay of at least two pictures, in no order; one vehicle may have left several (``without_doubles``)."""
    gathered = _gathered(survey.samples, classes, rules)
    stays = [slot for slot in gathered if len(slot.hits) >= 2]
    for slot in stays:
        _settle(slot, survey, rules)
    return [slot for slot in stays if slot.dwell_s > 0]


def in_zones(slots: Sequence[Slot], zones: Sequence[Zone]) -> list[Slot]:
    """Those that stand in any of the zones, by the bottom centre of their box."""
    return [slot for slot in slots if any(zone.holds(slot.box[None, :])[0] for zone in zones)]


def _weight(slot: Slot) -> tuple[float, float]:
    return slot.dwell_s * slot.mean_confidence * slot.hit_ratio, slot.mean_confidence


def _gathered(samples: Sequence[Sample], classes: frozenset[str], rules: SlotRules) -> list[Slot]:
    slots: list[Slot] = []
    for number, sample in enumerate(samples):
        found = vehicles_of(sample, classes)
        taken: set[int] = set()
        for index in np.argsort(-found.confidence, kind="stable"):
            box, confidence = found.xyxy[index], float(found.confidence[index])
            place = _place_for(box, sample, slots, taken, rules)
            if place is None and confidence >= rules.seed:
                slots.append(Slot(box.copy(), Look(sample.grey, box), {}))
                place = len(slots) - 1
            if place is not None:
                taken.add(place)
                _join(slots[place], number, box, confidence, found.names[index])
    return slots


def _place_for(box: Box, sample: Sample, slots: Sequence[Slot], taken: set[int], rules: SlotRules) -> int | None:
    """The slot this box continues: it covers the place, and the place still looks like it."""
    if not slots:
        return None
    overlap = iou_matrix(box[None, :], np.stack([slot.box for slot in slots]))[0]
    best, best_score = None, 0.0
    for index in map(int, np.flatnonzero(overlap >= rules.iou)):
        if index in taken:
            continue
        score = _continues(slots[index].look.likeness(sample.grey), float(overlap[index]), rules)
        if score > best_score:
            best, best_score = index, score
    return best


def _continues(likeness: float | None, overlap: float, rules: SlotRules) -> float:
    """How well a box on the same place continues a slot, 0 for not at all."""
    if likeness is None:
        return overlap
    return overlap + likeness if likeness >= rules.same_look else 0.0


def _join(slot: Slot, number: int, box: Box, confidence: float, name: str) -> None:
    slot.hits[number] = confidence
    slot.names[name] += 1
    if len(slot.boxes) < 5:
        # The first boxes fix the place: a median over all of them would follow a creeping vehicle.
        slot.boxes.append(box)
        slot.box = np.median(np.stack(slot.boxes), axis=0).astype(np.float32)


def _settle(slot: Slot, survey: Survey, rules: SlotRules) -> None:
    """Find out in which pictures the slot's object was present, and count the seconds."""
    times = survey.times_s
    surest = max(slot.hits, key=lambda number: slot.hits[number])
    slot.look = Look(survey.samples[surest].grey, slot.box)
    seen = _seen(slot, survey, rules)
    first, last = _stretch_around(seen, times, slot.hits, rules)
    slot.present = seen & (np.arange(len(times)) >= first) & (np.arange(len(times)) <= last)
    slot.hits = {number: confidence for number, confidence in slot.hits.items() if first <= number <= last}
    slot.begins_inside, slot.ends_inside = first > 0, last < len(times) - 1
    slot.start_s = _edge(times, first, first - 1, survey)
    slot.end_s = _edge(times, last, last + 1, survey)
    uncounted = uncounted_s(survey, first, last, rules.hole_s)
    slot.dwell_s = max(0.0, min(slot.end_s - slot.start_s, survey.span_s) - uncounted)


def uncounted_s(survey: Survey, first: int, last: int, hole_s: float) -> float:
    """Seconds between two pictures (by number) that lie in holes too long to count as standing."""
    times = survey.times_s
    inside = [(a, b) for a, b in survey.holes() if b - a > hole_s and a >= times[first] and b <= times[last]]
    return float(sum(b - a for a, b in inside))


def _seen(slot: Slot, survey: Survey, rules: SlotRules) -> npt.NDArray[np.bool_]:
    """Pictures that show the slot's object: its hits, and those around them in which the place looks the same.

    From each hit outwards, until it has been out of sight for longer than an object may be hidden.
    """
    times = survey.times_s
    seen = np.zeros(len(times), dtype=bool)
    asked = np.zeros(len(times), dtype=bool)
    seen[list(slot.hits)] = asked[list(slot.hits)] = True
    for way in (1, -1):
        for hit in sorted(slot.hits, reverse=way < 0):
            last, number = hit, hit + way
            while 0 <= number < len(times) and _within(times, last, number, rules):
                if not asked[number]:
                    likeness = slot.look.likeness(survey.samples[number].grey)
                    asked[number], seen[number] = True, likeness is not None and likeness >= rules.same_look
                elif number in slot.hits:
                    break
                last = number if seen[number] else last
                number += way
    return seen


def _within(times: npt.NDArray[np.float64], last: int, number: int, rules: SlotRules) -> bool:
    """Neighbouring pictures always are, however far apart: what lies between them nobody saw."""
    return abs(number - last) == 1 or bool(abs(times[number] - times[last]) <= rules.hidden_s)


def _stretch_around(
    seen: npt.NDArray[np.bool_], times: npt.NDArray[np.float64], hits: Iterable[int], rules: SlotRules
) -> tuple[int, int]:
    """The longest run of pictures that show the object, interruptions of ``hidden_s`` forgiven.

    Time in which the camera itself saw nothing (a hole) does not count as hidden.
    """
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    numbers = np.flatnonzero(seen)
    runs = [(int(run[0]), int(run[-1])) for run in np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)]
    merged = [runs[0]]
    for following in runs[1:]:
        run = following
        while merged:
            before = merged[-1]
            stood = min(times[before[1]] - times[before[0]], times[run[1]] - times[run[0]]) + step
            # An interruption is forgiven to what stands on both sides of it: two vehicles of one
            # look that pass the same place ten seconds apart have not earned it.
            if times[run[0]] - times[before[1]] > max(2.1 * step, min(rules.hidden_s, 2 * stood)):
                break
            run = (before[0], run[1])
            merged.pop()
        merged.append(run)
    with_hits = [run for run in merged if any(run[0] <= hit <= run[1] for hit in hits)]
    return max(with_hits, key=lambda run: (times[run[1]] - times[run[0]], -run[0]))


def _edge(times: npt.NDArray[np.float64], inner: int, outer: int, survey: Survey) -> float:
    """Midway from the picture with the object (``inner``) to its neighbour without, half a usual step at most.

    At the clip's ends there is no neighbour: its first picture, or the footage's end, is the edge.
    """
    if outer < 0:
        return float(times[inner])
    if outer >= len(times):
        return survey.end_s
    way = (times[outer] - times[inner]) / 2
    limit = survey.usual_step_s / 2
    return float(times[inner] + np.clip(way, -limit, limit))


def without_doubles(slots: Sequence[Slot]) -> list[Slot]:
    """One vehicle may leave two slots (the cab, the whole lorry): the weightier stays. Weightiest first."""
    kept: list[Slot] = []
    for slot in sorted(slots, key=_weight, reverse=True):
        if not any(_same_object(slot, other) for other in kept):
            kept.append(slot)
    return kept


def _same_object(a: Slot, b: Slot) -> bool:
    if not (a.present & b.present).any():
        return False
    inside = inside_share_matrix(a.box[None, :], b.box[None, :])[0, 0]
    overlap = iou_matrix(a.box[None, :], b.box[None, :])[0, 0]
    return bool(inside > 0.7 or overlap > 0.4)
