"""Is what came one thing that lies still, or only edges that gathered: passers-by far off, light, bare ground?

`analytics.newcomers` finds edges that a place did not have. What they belong to is asked of the single pictures.
Measured on rendered streets (choosing seeds): a thing left behind makes its place .88 to 1.00 alike in the median
picture after it came and at most .65 alike before; people who walk on in the distance .46 to .77 after. Where a car
has driven off, the detector saw it there before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analytics.detections import Detections
from analytics.frames import Survey
from analytics.newcomers import Newcomer, covers, explained_by, grown
from analytics.people import crop_of, likeness

MARGIN = 0.15
"""Of the thing's width and height around it: its outline is what tells it from the ground."""

SETTLING_S = 2.0
"""After the onset as the medians know it, and before: who brings it is still there."""

NEAR_ONSET_S = 8.0
"""The medians' onset is right to about a group of pictures."""


@dataclass(frozen=True, slots=True)
class ArrivalRules:
    """``since``: least likeness of the place in the median picture since it came; ``before``: likeness that a fifth of
    the pictures before may reach, or it was there already. ``uncovered``: share of the pictures before in which
    something else stood on the place: what then shows is the ground. ``dead_still``, ``lying``: a person is never so
    much alike, and is taller than so many times his width; a bag that a detector calls one is neither.
    ``near``: a vehicle that came with it, and is seen in ``together`` of the pictures since, explains what lies so
    close to its box, as a share of its size: its shadow, a mirror. ``sure``: confidence of a vehicle that stands in
    full view; rubble and bags are called one at .2 to .4.
    """

    since: float = 0.82
    before: float = 0.8
    uncovered: float = 0.5
    dead_still: float = 0.985
    lying: float = 1.5
    near: float = 0.25
    together: float = 0.6
    sure: float = 0.45


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the single pictures say of a newcomer: likenesses -1..1 and the onset, seconds from the first frame."""

    since: float
    before: float
    onset_s: float

    def is_thing(self, rules: ArrivalRules) -> bool:
        return self.since >= rules.since and self.before < rules.before


@dataclass(frozen=True, slots=True)
class Kinds:
    """What may come and stay without being anybody's question: detector's class names."""

    people: frozenset[str]
    vehicles: frozenset[str]


def things_among(
    found: Sequence[Newcomer], survey: Survey, kinds: Kinds, explained: float, rules: ArrivalRules = ArrivalRules()
) -> list[Newcomer]:
    """The newcomers that are things, with the onset that the single pictures give. ``explained``: share of the pictures
    in which people or vehicles must be seen there to account for one."""
    things = []
    for one in found:
        arrival = arrival_of(one, survey)
        if arrival.is_thing(rules) and not _accounted_for(one, arrival, survey, kinds, explained, rules):
            end_s = one.start_s + one.stays_s
            things.append(replace(one, start_s=arrival.onset_s, stays_s=max(0.0, end_s - arrival.onset_s)))
    return things


def _accounted_for(
    one: Newcomer, arrival: Arrival, survey: Survey, kinds: Kinds, explained: float, rules: ArrivalRules
) -> bool:
    both = kinds.people | kinds.vehicles
    if was_covered(one, survey, both) >= rules.uncovered:
        return True
    if explained_by(one, survey, kinds.people) >= explained and not lies_dead(one, arrival, survey, rules):
        return True
    if explained_by(one, survey, kinds.vehicles, rules.sure) >= explained:
        return True
    return came_with(one, survey, kinds.vehicles, rules) >= rules.together


def arrival_of(one: Newcomer, survey: Survey) -> Arrival:
    """Looks at the newcomer's place in every picture of the clip."""
    box = grown(one.box[None, :], MARGIN)[0]
    crops = [crop_of(sample.grey, box) for sample in survey.samples]
    times = survey.times_s
    after = np.flatnonzero(times >= one.start_s + SETTLING_S)
    if not len(after):
        return Arrival(0.0, 1.0, one.start_s)
    usual = np.median(np.stack([crops[n] for n in after]), axis=0).astype(np.uint8)
    alike = np.array([likeness(usual, crop) for crop in crops])
    earlier = alike[times < one.start_s - SETTLING_S]
    since, before, usually = float(np.median(alike[after])), 0.0, 0.0
    if len(earlier):
        before, usually = float(np.percentile(earlier, 80)), float(np.median(earlier))
    near = np.abs(times - one.start_s) <= NEAR_ONSET_S
    return Arrival(since, before, parting_s(alike[near] >= (since + usually) / 2, times[near], one.start_s))


def parting_s(shown: npt.NDArray[np.bool_], times: npt.NDArray[np.float64], known_s: float) -> float:
    """The moment that best parts pictures without it from pictures with it, passers-by allowed for; ``known_s`` where
    there is none."""
    gain = np.concatenate([[0.0], np.cumsum(np.where(shown, 1.0, -1.0))])
    first = int(np.argmin(gain))
    if not 0 < first < len(times):
        return known_s
    return float(times[first - 1] + times[first]) / 2


def was_covered(one: Newcomer, survey: Survey, classes: frozenset[str], seed: float = 0.25) -> float:
    """Share of the pictures before it came in which an object of ``classes`` stood on its place."""

    def see(found: Detections) -> bool:
        return covers(found, one.box)

    return _share(survey, lambda t_s: t_s < one.start_s - SETTLING_S, see, classes, seed)


def came_with(one: Newcomer, survey: Survey, classes: frozenset[str], rules: ArrivalRules) -> float:
    """Share of the pictures since it came in which an object of ``classes`` stands on it or close by, less the same
    share before: a car that stood there all along brought nothing."""

    def see(found: Detections) -> bool:
        return covers(found, one.box, rules.near)

    since = _share(survey, lambda t_s: t_s >= one.start_s, see, classes, rules.sure)
    return since - _share(survey, lambda t_s: t_s < one.start_s - SETTLING_S, see, classes, rules.sure)


def lies_dead(one: Newcomer, arrival: Arrival, survey: Survey, rules: ArrivalRules) -> bool:
    """Whether it can be no person, whatever a detector calls it."""
    rows, columns = survey.samples[0].grey.shape
    tall = float((one.box[3] - one.box[1]) * rows) / max(1e-6, float((one.box[2] - one.box[0]) * columns))
    return arrival.since >= rules.dead_still and tall < rules.lying


def _share(
    survey: Survey,
    when: Callable[[float], bool],
    see: Callable[[Detections], bool],
    classes: frozenset[str],
    seed: float,
) -> float:
    seen = [see(sample.detections.of(classes, seed)) for sample in survey.samples if when(sample.t_s)]
    return float(np.mean(seen)) if seen else 0.0
