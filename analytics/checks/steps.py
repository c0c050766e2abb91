"""One vehicle that stops, rolls on, and stops again.

A minibus that looks for passengers does not wait at one place: it stands for half a minute, rolls on by a length or
two, and stands again. Each stop by itself is under the limit. Stops are linked where the vehicle was seen on its way
from one place to the next, looks the same in both, and rolled for a short time against the time it stood. What was not
seen all the way, or could have been another of its kind, is a doubtful link. Rolls of less than half a length are
creeping and joined before (``analytics.creep``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from analytics.checks.queue import near
from analytics.creep import crops_alike
from analytics.frames import Survey
from analytics.sample import Sample
from analytics.slots import VEHICLES, Box, Slot, vehicles_of

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StepRules:
    """``least_stand_s``: shorter stops are stop-and-go traffic (a jam moves every 5-15 s) or let one passenger on.
    ``longest_roll_s``, ``roll_share``: how long it may be under way from one stop to the next, in seconds and of the
    shorter of the two stops: a vehicle that drives off and one that comes take longer than one that rolls on.
    ``least_lengths``, ``most_lengths``: how far a roll leads, in sizes of its box; what stands on the same place again
    is another stay there. ``beside``: how far from the straight way between the stops it may be seen, in sizes.
    ``missed``: pictures of a roll that may not show it (as a share too). ``back``: how far it may seem to go back on
    its way, of the way. ``same_look``: correlation of the two crops; the view of it changes more than in creeping.
    ``sparse_s``: with pictures farther apart nobody can say what happened on the way. ``together_s``, ``reach``: a
    neighbour that stood for ``others_s`` and starts or stops so near in time and place (in vehicle sizes) moves with
    it, as in a jam.
    """

    least_stand_s: float = 14.0
    longest_roll_s: float = 12.0
    roll_share: float = 0.5
    least_lengths: float = 0.25
    most_lengths: float = 3.0
    beside: float = 0.5
    missed: float = 0.34
    back: float = 0.2
    same_look: float = 0.45
    sparse_s: float = 3.0
    together_s: float = 6.0
    reach: float = 5.0
    others_s: float = 6.0


@dataclass(slots=True, eq=False)
class Steps:
    """The stops of one vehicle, ascending; ``sure``: whether every link between them is."""

    stops: list[Slot]
    sure: bool = True
    links: list[bool] = field(default_factory=list)

    @property
    def stood_s(self) -> float:
        """Seconds it stood in all."""
        return float(sum(stop.dwell_s for stop in self.stops))

    @property
    def start_s(self) -> float:
        return self.stops[0].start_s

    @property
    def end_s(self) -> float:
        return self.stops[-1].end_s

    def surely(self) -> list[Steps]:
        """Its stretches of sure links."""
        found = [Steps(self.stops[:1])]
        for stop, sure in zip(self.stops[1:], self.links, strict=True):
            if sure:
                found[-1].stops.append(stop)
                found[-1].links.append(True)
            else:
                found.append(Steps([stop]))
        return found


def steps_of(
    stays: Sequence[Slot], survey: Survey, classes: frozenset[str], rules: StepRules = StepRules()
) -> list[Steps]:
    """Vehicles that stopped more than once, whoever stood longest first. ``stays``: every stay once."""
    long = sorted((stay for stay in stays if stay.dwell_s >= rules.least_stand_s), key=lambda stay: stay.start_s)
    links = [
        (a, b, sure)
        for a, b in ((a, b) for n, a in enumerate(long) for b in long[n + 1 :])
        if (sure := _link(a, b, survey, classes, rules)) is not None
    ]
    return sorted(_chained(long, links), key=lambda steps: -steps.stood_s)


def _chained(stays: Sequence[Slot], links: Sequence[tuple[Slot, Slot, bool]]) -> list[Steps]:
    """Each stop is followed by one other at most, the soonest; where there was a choice, that link is doubtful."""
    follows: dict[int, tuple[Slot, bool]] = {}
    taken: set[int] = set()
    for a, b, sure in sorted(links, key=lambda link: link[1].start_s - link[0].end_s):
        if id(a) in follows or id(b) in taken:
            continue
        rivals = [one for one in links if (one[0] is a) != (one[1] is b)]
        follows[id(a)] = (b, sure and not rivals)
        taken.add(id(b))
    return [_from(stay, follows) for stay in stays if id(stay) in follows and id(stay) not in taken]


def _from(first: Slot, follows: dict[int, tuple[Slot, bool]]) -> Steps:
    steps = Steps([first])
    while (step := follows.get(id(steps.stops[-1]))) is not None:
        steps.stops.append(step[0])
        steps.links.append(step[1])
    steps.sure = all(steps.links)
    return steps


def _link(a: Slot, b: Slot, survey: Survey, classes: frozenset[str], rules: StepRules) -> bool | None:
    """Whether the vehicle of one stop is surely that of the next one (True), or may be (False); None for neither."""
    roll_s = b.start_s - a.end_s
    step = survey.usual_step_s
    if (a.present & b.present).any() or roll_s < -step:
        return None
    if roll_s > min(rules.longest_roll_s, rules.roll_share * min(a.dwell_s, b.dwell_s)) + step:
        return None
    if not rules.least_lengths <= _lengths(a.box, b.box) <= rules.most_lengths:
        return None
    seen = _on_the_way(a, b, survey, classes, rules)
    if seen is None:
        return None
    alike = crops_alike(a, b, survey) >= rules.same_look
    return seen and alike and step <= rules.sparse_s


def _on_the_way(a: Slot, b: Slot, survey: Survey, classes: frozenset[str], rules: StepRules) -> bool | None:
    """Whether each picture between the stops shows one vehicle on its way, and it goes on. None: nobody was seen."""
    first, last = int(np.flatnonzero(a.present)[-1]), int(np.flatnonzero(b.present)[0])
    inner = [_seen_between(a.box, b.box, survey.samples[n], classes, rules) for n in range(first + 1, last)]
    if inner and not any(len(one) for one in inner):
        return None
    missed = sum(not len(one) for one in inner)
    several = any(len(one) > 1 for one in inner)
    way = [float(one[0]) for one in inner if len(one)]
    goes_on = all(after >= before - rules.back for before, after in pairwise(way))
    return not several and goes_on and missed <= rules.missed * len(inner)


def _seen_between(a: Box, b: Box, sample: Sample, classes: frozenset[str], rules: StepRules) -> Points:
    """By the boxes of its kind; a moving vehicle may be called another kind in some pictures."""
    found = _between(a, b, vehicles_of(sample, classes).xyxy, rules)
    return found if len(found) else _between(a, b, vehicles_of(sample, VEHICLES).xyxy, rules)


def _between(a: Box, b: Box, boxes: Box, rules: StepRules) -> Points:
    """``(N,)``: how far on the way from one place (0) to the other (1) the boxes are that are on it."""
    if not len(boxes):
        return np.zeros(0)
    size = np.maximum((_size(a) + _size(b)) / 2, 1e-6)
    start, way = _foot(a) / size, (_foot(b) - _foot(a)) / size
    feet = np.stack([_foot(box) for box in boxes]) / size - start
    share = feet @ way / float(way @ way)
    off = np.linalg.norm(feet - share[:, None] * way, axis=1)
    ends = rules.beside / float(np.linalg.norm(way))
    scale = np.array([float(np.median(_size(box) / size)) for box in boxes])
    on = (off <= rules.beside) & (share >= -ends) & (share <= 1 + ends) & (scale > 0.55) & (scale < 1.8)
    return np.asarray(share[on])


def _foot(box: Box) -> Points:
    return np.array([(box[0] + box[2]) / 2, box[3]], np.float64)


def _size(box: Box) -> Points:
    return np.array([box[2] - box[0], box[3] - box[1]], np.float64)


def _lengths(a: Box, b: Box) -> float:
    """How far the foot of the box went, in the mean of its sizes before and after."""
    size = np.maximum((_size(a) + _size(b)) / 2, 1e-6)
    return float(np.linalg.norm((_foot(b) - _foot(a)) / size))


def moves_with_others(steps: Steps, stays: Sequence[Slot], survey: Survey, rules: StepRules = StepRules()) -> bool:
    """Whether a neighbour started or stopped with it in half of its rolls: then all of them are in a jam or a queue.

    ``stays``: of vehicles of every kind, inside zones and out.
    """
    stood = [stay for stay in stays if stay.dwell_s >= rules.others_s]
    others = [stay for stay in stood if not any(_is_it(stay, stop) for stop in steps.stops)]
    rolls = list(pairwise(steps.stops))
    together = [any(_rolls_along(other, a, b, survey, rules) for other in others) for a, b in rolls]
    return 2 * sum(together) >= len(rolls)


def _is_it(stay: Slot, stop: Slot) -> bool:
    """Whether a stay found among all kinds is this stop (called something else, or cut differently)."""
    return bool((stay.present & stop.present).any()) and _lengths(stay.box, stop.box) < 0.3


def _rolls_along(other: Slot, a: Slot, b: Slot, survey: Survey, rules: StepRules) -> bool:
    if not any(near(place.box, other.box, survey, rules.reach) for place in (a, b)):
        return False
    early, late = a.end_s - rules.together_s, b.start_s + rules.together_s
    starts = other.ends_inside and early <= other.end_s <= late
    stops = other.begins_inside and early <= other.start_s <= late
    return bool(starts or stops)
