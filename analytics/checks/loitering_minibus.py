"""Does a minibus wait for passengers, in one place or in steps?

The stays of ``stopped_vehicle`` (creeping ones whole), of minibuses only; and stops of one minibus that rolls on in
between (``analytics.checks.steps``), which together reach the limit. Whoever rolls as its neighbours do is in a jam.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from analytics.checks.base import Range
from analytics.checks.judge import LEAST_SIDE, gated
from analytics.checks.steps import StepRules, Steps, moves_with_others, steps_of
from analytics.checks.stopped_sentences import Candidate
from analytics.checks.stopped_vehicle import Judgement, StoppedVehicle, StoppedVehicleThresholds, stop_of
from analytics.checks.words import class_unknown, figure_id, vehicle_id
from analytics.creep import stays_of
from analytics.detections import Detector
from analytics.frames import ClipView, Survey, surveyed
from analytics.slots import VEHICLES, Slot, SlotRules
from analytics.verdict import CheckResult, Mark, Moment, Offender, Reason, Verdict
from analytics.zones import Zone

MINIBUSES = frozenset({"angkot", "minibus", "van"})

MOST_CHAINS, MOST_STOPS = 3, 6
"""Vehicles, and stops of each, that are looked at closer."""


@dataclass(frozen=True, slots=True)
class LoiteringMinibusThresholds(StoppedVehicleThresholds):
    """``min_dwell_s``: nobody has published a benchmark; 60 s to warn and 180 s to verify are the design notes'.
    ``classes``: COCO has no minibus, so only weights that know one of ``MINIBUSES`` can clear a place of them.
    ``hidden_s``: minibuses of one route look alike and take turns at one place; the next is there 8 s after the last
    has gone. ``least_stand_s``, ``longest_roll_s``, ``most_lengths``: of a stop, of a roll to the next one, and how far
    it leads (see ``analytics.checks.steps``)."""

    min_dwell_s: float = field(default=180.0, metadata={"range": Range(5, 7200)})
    classes: frozenset[str] = frozenset({"angkot", "minibus", "van", "bus"})
    hidden_s: float = field(default=6.0, metadata={"range": Range(0, 60)})
    least_stand_s: float = field(default=StepRules().least_stand_s, metadata={"range": Range(5, 600)})
    longest_roll_s: float = field(default=StepRules().longest_roll_s, metadata={"range": Range(0, 60)})
    most_lengths: float = field(default=StepRules().most_lengths, metadata={"range": Range(0.5, 20)})


class LoiteringMinibus(StoppedVehicle):
    """The check ``loitering_minibus``."""

    slug: ClassVar[str] = "loitering_minibus"
    version: ClassVar[str] = "4"
    defaults: ClassVar[LoiteringMinibusThresholds] = LoiteringMinibusThresholds()

    def run(
        self, clip: ClipView, zones: Sequence[Zone], thresholds: StoppedVehicleThresholds, detector: Detector
    ) -> CheckResult:
        known: frozenset[str] | None = getattr(detector, "class_names", None)
        if known is not None and known & MINIBUSES:
            # Models that have no word for a minibus call it a bus; to the others a bus is a bus.
            thresholds = replace(thresholds, classes=thresholds.classes - {"bus"})
        survey = surveyed(clip, detector)
        if (blocked := gated(self, survey, clip, LEAST_SIDE)) is not None:
            return blocked
        result = _InSteps(survey, zones, thresholds, detector).result(self.slug, clip)
        if result.verdict is Verdict.CONTRADICTED and known is not None and not known & MINIBUSES:
            return replace(result, verdict=Verdict.INCONCLUSIVE, confidence=None, reasons=[class_unknown()])
        return result


@dataclass(frozen=True, slots=True, eq=False)
class _Stepping:
    """One vehicle's stops, looked at. ``seen``: every stop shows a vehicle. ``queued``: others roll with it."""

    steps: Steps
    candidates: Sequence[Candidate]
    seen: bool
    queued: bool

    @property
    def longest(self) -> Candidate:
        return max(self.candidates, key=lambda one: one.slot.dwell_s)

    @property
    def confidence(self) -> float:
        """As of its stops; each link could be wrong."""
        return float(np.mean([one.confidence for one in self.candidates])) * 0.97 ** len(self.steps.links)


class _InSteps(Judgement):
    """Stays as they are judged of any vehicle, and stops that add up."""

    rules: LoiteringMinibusThresholds

    def __init__(
        self, survey: Survey, zones: Sequence[Zone], thresholds: StoppedVehicleThresholds, detector: Detector
    ) -> None:
        super().__init__(survey, zones, thresholds, detector)
        chains = [] if survey.is_still else steps_of(self.standing, survey, thresholds.classes, self._step_rules())
        # What may be one vehicle counts against a denial, and only its sure stretches for the claim.
        self.doubtful = [steps for steps in chains if not steps.sure and self._reaches(steps, self._borderline_s)]
        sure = [part for steps in chains for part in steps.surely() if len(part.stops) > 1]
        worth = [steps for steps in sure if self._reaches(steps, self._borderline_s)][:MOST_CHAINS]
        self.stepping = [self._stepping(steps, detector) for steps in worth]

    def _step_rules(self) -> StepRules:
        rules = self.rules
        return StepRules(
            least_stand_s=rules.least_stand_s, longest_roll_s=rules.longest_roll_s, most_lengths=rules.most_lengths
        )

    @property
    def _borderline_s(self) -> float:
        return self.rules.contradict_share * self.rules.min_dwell_s

    def _reaches(self, steps: Steps, seconds: float) -> bool:
        return round(steps.stood_s) >= seconds

    def _stepping(self, steps: Steps, detector: Detector) -> _Stepping:
        longest = sorted(steps.stops, key=lambda stop: -stop.dwell_s)[:MOST_STOPS]
        looked = {id(one.slot): one for one in self.candidates}
        candidates = [looked.get(id(stop)) or self.candidate(stop, detector) for stop in longest]
        seen = all(self._shows_vehicle(one) for one in candidates) and any(map(self.is_vehicle, candidates))
        queued = any(one.queued for one in candidates) or moves_with_others(steps, self._everybody(), self.survey)
        return _Stepping(steps, candidates, seen, queued)

    def _shows_vehicle(self, candidate: Candidate) -> bool:
        """A short stop may lie between the kept pictures: then the looks at the samples alone must be sure."""
        if candidate.look is not None:
            return self.is_vehicle(candidate)
        sure = candidate.evidence >= self.rules.min_confidence
        return sure and len(candidate.slot.hits) >= self.rules.min_hits

    def _everybody(self) -> list[Slot]:
        """Stays of all kinds, inside the zones and beside them."""
        rules = SlotRules(hidden_s=self.rules.hidden_s)
        return stays_of(self.survey, self.rules.classes | VEHICLES, rules)

    @property
    def loitering(self) -> list[_Stepping]:
        """Those whose stops reach the limit, surely of one vehicle and in no queue."""
        return [one for one in self.stepping if one.seen and not one.queued and self._surely_reaches(one.steps)]

    @property
    def best(self) -> _Stepping:
        """The surest of those, the longest of equally sure ones."""
        return max(self.loitering, key=lambda one: (one.confidence, one.steps.stood_s))

    def _surely_reaches(self, steps: Steps) -> bool:
        """Every stop may be told too long by a look in which it rolled already; over many stops that adds up."""
        return self._reaches(steps, self.rules.min_dwell_s + len(steps.links) * self.survey.usual_step_s)

    def verdict(self) -> tuple[Verdict, float | None, list[Reason], Candidate | None]:
        found = super().verdict()
        if found[0] is not Verdict.SUPPORTED and self.loitering:
            best = self.best
            return Verdict.SUPPORTED, best.confidence, [self._in_steps(best.steps)], best.longest
        if found[0] is Verdict.CONTRADICTED and self.stepping:
            most = max(self.stepping, key=lambda one: one.steps.stood_s)
            reason = self._rolls_along(most.steps) if most.queued else self._adds_up(most.steps)
            return Verdict.INCONCLUSIVE, most.confidence, [reason], most.longest
        if found[0] is Verdict.CONTRADICTED and self.doubtful:
            return Verdict.INCONCLUSIVE, None, [self._may_add_up(self.doubtful[0])], None
        return found

    def _longest_s(self) -> float:
        return max([super()._longest_s(), *(one.steps.stood_s for one in self.loitering)])

    def measurements(self) -> dict[str, Any]:
        measured = super().measurements()
        if measured["stops"] is None:
            return measured
        alone = {id(one.slot) for one in self.stopped}
        others = [one for one in self.loitering if not any(id(stop) in alone for stop in one.steps.stops)]
        stops = [*measured["stops"], *(stop_of(stop) for one in others for stop in one.steps.stops)]
        measured["vehicles_stopped"] += len(others)
        return {**measured, "stops": sorted(stops, key=lambda stop: stop["start_s"])}

    def result(self, slug: str, clip: ClipView) -> CheckResult:
        result = super().result(slug, clip)
        if result.verdict is not Verdict.SUPPORTED or not self.loitering:
            return result
        offenders = [*result.offenders, *(_offender(one.steps) for one in self.loitering)]
        if self.parked:
            return replace(result, offenders=offenders)
        return replace(result, offenders=offenders, moments=self._moments(self.best))

    def _moments(self, one: _Stepping) -> tuple[Moment, ...]:
        """The middle of each of its longest stops, in the order of time."""
        stops = sorted(one.candidates[:4], key=lambda candidate: candidate.slot.start_s)
        return tuple(self._moment(candidate) for candidate in stops)

    def _moment(self, candidate: Candidate) -> Moment:
        slot, times = candidate.slot, self.survey.times_s
        shown = np.flatnonzero(slot.present)
        label_id = f"{vehicle_id(slot.name)} {figure_id(slot.dwell_s)} dtk"
        mark = Mark(_box(slot), label_id, f"{slot.name} {slot.dwell_s:.0f} s", candidate.confidence)
        return Moment(float(times[shown[len(shown) // 2]]), "event", (mark,))

    def _in_steps(self, steps: Steps) -> Reason:
        (where_id, where_en), count, stood = self._place(), len(steps.stops), steps.stood_s
        limit = self.rules.min_dwell_s
        return Reason(
            "stopped_in_steps",
            f"Angkot berhenti {count} kali {where_id}, maju sedikit di antaranya, jumlahnya {figure_id(stood)} dtk "
            f"dalam {figure_id(steps.end_s - steps.start_s)} dtk (batas {figure_id(limit)} dtk)",
            f"A minibus stopped {count} times {where_en}, rolling on a little in between, {stood:.0f} s in all "
            f"within {steps.end_s - steps.start_s:.0f} s (limit {limit:.0f} s)",
        )

    def _rolls_along(self, steps: Steps) -> Reason:
        count, stood = len(steps.stops), steps.stood_s
        return Reason(
            "queue",
            f"Angkot berhenti {count} kali, jumlahnya {figure_id(stood)} dtk, tetapi kendaraan di sekitarnya berhenti "
            "dan maju bersamanya: mungkin antre atau macet",
            f"A minibus stopped {count} times, {stood:.0f} s in all, but vehicles around it stopped and rolled "
            "with it: it may be queueing or in a jam",
        )

    def _adds_up(self, steps: Steps) -> Reason:
        count, stood, limit = len(steps.stops), steps.stood_s, self.rules.min_dwell_s
        return Reason(
            "steps_borderline",
            f"Angkot berhenti {count} kali, jumlahnya {figure_id(stood)} dtk (batas {figure_id(limit)} dtk); "
            "perlu dilihat petugas",
            f"A minibus stopped {count} times, {stood:.0f} s in all (limit {limit:.0f} s); a person must look",
        )

    def _may_add_up(self, steps: Steps) -> Reason:
        count, stood = len(steps.stops), steps.stood_s
        return Reason(
            "steps_unsure",
            f"{count} kali angkot berhenti, jumlahnya {figure_id(stood)} dtk; belum pasti angkot yang sama, "
            "perlu dilihat petugas",
            f"Minibuses stopped {count} times, {stood:.0f} s in all; not surely the same one, a person must look",
        )


def _box(slot: Slot) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(value) for value in np.clip(slot.box, 0, 1))
    return (x1, y1, x2, y2)


def _offender(steps: Steps) -> Offender:
    return Offender(steps.start_s, steps.end_s, tuple((stop.start_s, _box(stop)) for stop in steps.stops))
