"""Does a vehicle stand where it was reported, and for how long?

Stays are found without track ids (``analytics.slots``), judged by how surely and
how steadily the detector sees them, and looked at a second time up close. SUPPORTED
needs a stay of ``min_dwell_s`` that is no queue; CONTRADICTED needs a good, dense, long enough
view in which nothing stood even half as long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from analytics.checks.base import Range
from analytics.checks.judge import gated
from analytics.checks.queue import QueueRules, queue_presumed
from analytics.checks.stopped_sentences import Candidate, StoppedSentences
from analytics.checks.words import figure_id, still_picture, vehicle_id
from analytics.creep import stays_of
from analytics.detections import Detector, iou_matrix
from analytics.frames import ClipView, Survey, surveyed
from analytics.second_look import second_look
from analytics.slots import VEHICLES, Slot, SlotRules, in_zones
from analytics.verdict import CheckResult, Mark, Moment, Offender, Reason, Verdict
from analytics.zones import Zone

SAME_PLACE = 0.5


@dataclass(frozen=True, slots=True)
class StoppedVehicleThresholds:
    """Figures of the check. Categories override them by name; each has its range.

    ``min_dwell_s``: 60 s is the command line's default (design, section 6); categories set their own.
    ``classes``: what counts as a vehicle. A parked motorcycle counts; a person never does.
    ``min_confidence``: mean over the stay's pictures, a picture in which the detector missed it counting
    0. Real parked cars of 30 pixels reach .55-.65 with YOLOv8n at 320 pixels, things it mistakes for
    vehicles stay below .35. ``min_hits``: pictures in which the detector itself saw it.
    ``second_look_mean``, ``second_look_share``: see ``analytics.second_look``; the same reasoning.
    ``small_...``: a vehicle too small for the whole picture is seen weakly there and surely up close; then the
    closer views decide, and nearly all of them must see it.
    ``doubt``: below this in both figures an object is taken for none, above it it is a doubt that
    forbids CONTRADICTED. ``contradict_share``: a stay of this share of ``min_dwell_s`` is borderline.
    ``queue_vehicles``, ``longest_red_s``: see ``analytics.checks.queue``. ``hidden_s``: see ``analytics.slots``.
    """

    min_dwell_s: float = field(default=60.0, metadata={"range": Range(5, 7200)})
    classes: frozenset[str] = VEHICLES
    min_confidence: float = field(default=0.4, metadata={"range": Range(0.05, 0.95)})
    min_hits: int = field(default=4, metadata={"range": Range(2, 1000)})
    second_look_mean: float = field(default=0.35, metadata={"range": Range(0, 0.95)})
    second_look_share: float = field(default=0.5, metadata={"range": Range(0, 1)})
    small_confidence: float = field(default=0.22, metadata={"range": Range(0.05, 0.95)})
    small_look_mean: float = field(default=0.6, metadata={"range": Range(0, 0.95)})
    small_look_share: float = field(default=0.85, metadata={"range": Range(0, 1)})
    doubt: float = field(default=0.15, metadata={"range": Range(0, 0.9)})
    contradict_share: float = field(default=0.5, metadata={"range": Range(0.1, 1)})
    queue_vehicles: int = field(default=3, metadata={"range": Range(2, 100)})
    longest_red_s: float = field(default=150.0, metadata={"range": Range(30, 600)})
    hidden_s: float = field(default=10.0, metadata={"range": Range(0, 60)})


MISTAKEN = frozenset(
    {"airplane", "boat", "train", "suitcase", "laptop", "mouse", "remote", "keyboard", "cell phone"}
    | {"microwave", "oven", "toaster", "refrigerator"}
)
"""What COCO models call a car seen from straight above (measured: "cell phone", .90). No such thing stands on a road
at a vehicle's size, so a box of this kind that stays is a doubt, never a vehicle."""

MISTAKEN_SIZE = 0.1
"""Square root of the box's share of the picture: smaller ones may be what they are called."""


class StoppedVehicle:
    """The check ``stopped_vehicle``."""

    slug: ClassVar[str] = "stopped_vehicle"
    version: ClassVar[str] = "1"
    zone_kinds: ClassVar[tuple[str, ...]] = ("no_stopping",)
    measurement_keys: ClassVar[tuple[str, ...]] = ("longest_dwell_s", "vehicles_stopped", "stops")
    defaults: ClassVar[StoppedVehicleThresholds] = StoppedVehicleThresholds()

    def run(
        self, clip: ClipView, zones: Sequence[Zone], thresholds: StoppedVehicleThresholds, detector: Detector
    ) -> CheckResult:
        survey = surveyed(clip, detector)
        if (blocked := gated(self, survey, clip)) is not None:
            return blocked
        judged = Judgement(survey, zones, thresholds, detector)
        return judged.result(self.slug, clip)


class Judgement(StoppedSentences):
    """One clip, judged: the candidates, the verdict they give, and what to show for it."""

    def __init__(
        self, survey: Survey, zones: Sequence[Zone], thresholds: StoppedVehicleThresholds, detector: Detector
    ) -> None:
        self.survey, self.zones, self.rules = survey, zones, thresholds
        self.standing = self.stays_in_zone(thresholds.classes)
        everybody = thresholds.classes | VEHICLES
        self.neighbours = self.standing if everybody == thresholds.classes else self.stays_in_zone(everybody)
        self.candidates = [self.candidate(slot, detector) for slot in self.worth_a_look()]

    def stays_in_zone(self, classes: frozenset[str]) -> list[Slot]:
        return in_zones(stays_of(self.survey, classes, SlotRules(hidden_s=self.rules.hidden_s)), self.zones)

    def _beside(self, slot: Slot) -> list[Slot]:
        """Who stands there with it, itself included: a queue is made of vehicles of every kind."""
        if self.neighbours is self.standing:
            return self.standing
        others = [one for one in self.neighbours if iou_matrix(one.box[None, :], slot.box[None, :])[0, 0] < SAME_PLACE]
        return [*others, slot]

    def worth_a_look(self) -> list[Slot]:
        shortest = min(self.rules.contradict_share * self.rules.min_dwell_s, self.survey.span_s / 2)
        long_enough = [slot for slot in self.standing if slot.dwell_s >= shortest]
        return sorted(long_enough, key=lambda slot: -slot.dwell_s * slot.mean_confidence)[:12]

    def candidate(self, slot: Slot, detector: Detector) -> Candidate:
        queue = QueueRules(vehicles=self.rules.queue_vehicles, longest_red_s=self.rules.longest_red_s)
        return Candidate(
            slot,
            slot.mean_confidence * slot.hit_ratio,
            second_look(slot, self.survey.keepsakes, self.rules.classes, detector),
            queue_presumed(slot, self._beside(slot), self.survey, self.rules.classes | VEHICLES, queue),
        )

    def is_vehicle(self, candidate: Candidate) -> bool:
        look, rules = candidate.look, self.rules
        if look is None or len(candidate.slot.hits) < rules.min_hits:
            return False
        seen = (candidate.evidence, look.mean, look.share)
        plain = (rules.min_confidence, rules.second_look_mean, rules.second_look_share)
        small = (rules.small_confidence, rules.small_look_mean, rules.small_look_share)
        return any(all(got >= least for got, least in zip(seen, limits, strict=True)) for limits in (plain, small))

    def _may_be_vehicle(self, candidate: Candidate) -> bool:
        again = candidate.look.mean if candidate.look else 0.0
        return bool(max(candidate.evidence, again) >= self.rules.doubt)

    @property
    def vehicles(self) -> list[Candidate]:
        return [candidate for candidate in self.candidates if self.is_vehicle(candidate)]

    @property
    def stopped(self) -> list[Candidate]:
        """Vehicles that stood long enough to the second (a clip of 60 s ends at 59.97), queue or not."""
        return [candidate for candidate in self.vehicles if round(candidate.slot.dwell_s) >= self.rules.min_dwell_s]

    @property
    def parked(self) -> list[Candidate]:
        """Those whose standing is the violation."""
        return [candidate for candidate in self.stopped if not candidate.queued]

    def verdict(self) -> tuple[Verdict, float | None, list[Reason], Candidate | None]:
        """The verdict, its confidence, the reasons (the first is the headline), and whom it speaks of."""
        stopped, parked = self.stopped, self.parked
        if parked:
            best = max(parked, key=lambda c: (c.confidence, c.slot.dwell_s))
            return Verdict.SUPPORTED, best.confidence, [self._stands(best)], best
        if stopped:
            best = max(stopped, key=lambda c: c.slot.dwell_s)
            return Verdict.INCONCLUSIVE, best.confidence, [self._queue(best)], best
        return self.not_stopped()

    def not_stopped(self) -> tuple[Verdict, float | None, list[Reason], Candidate | None]:
        if self.survey.is_still or len(self.survey.samples) < 2:
            return Verdict.INCONCLUSIVE, None, [still_picture()], None
        doubtful = [c for c in self.candidates if self._may_be_vehicle(c)]
        longest = max(doubtful, key=lambda c: c.slot.dwell_s, default=None)
        if round(self.survey.span_s) < self.rules.min_dwell_s:
            return Verdict.INCONCLUSIVE, None, [self._short()], longest
        borderline = longest and longest.slot.dwell_s >= self.rules.contradict_share * self.rules.min_dwell_s
        if longest and borderline:
            reason = self._borderline(longest) if self.is_vehicle(longest) else self._unsure(longest)
            return Verdict.INCONCLUSIVE, longest.confidence, [reason], longest
        if (strange := self._strange_thing()) is not None:
            return Verdict.INCONCLUSIVE, None, [self._unsure(strange)], strange
        if self.survey.usual_step_s > self.rules.min_dwell_s / 6:
            return Verdict.INCONCLUSIVE, None, [self._sparse()], None
        return Verdict.CONTRADICTED, self._contradiction(), [self._nothing()], None

    def _strange_thing(self) -> Candidate | None:
        """The longest stay of something large that cannot be what the detector calls it."""
        shortest = self.rules.contradict_share * self.rules.min_dwell_s
        found = in_zones(stays_of(self.survey, MISTAKEN, SlotRules()), self.zones)
        large = [slot for slot in found if slot.dwell_s >= shortest and slot.size >= MISTAKEN_SIZE]
        sure = [slot for slot in large if slot.mean_confidence * slot.hit_ratio >= self.rules.min_confidence]
        longest = max(sure, key=lambda slot: slot.dwell_s, default=None)
        return None if longest is None else Candidate(longest, longest.mean_confidence * longest.hit_ratio, None)

    def _contradiction(self) -> float:
        """Surer the less anything stood, and the longer we watched; never certain."""
        share = self._longest_s() / self.rules.min_dwell_s
        watched = min(1.0, self.survey.span_s / (2 * self.rules.min_dwell_s))
        return float(np.clip((1 - share) * (0.6 + 0.35 * watched), 0, 0.95))

    def _longest_s(self) -> float:
        sure = [c.slot.dwell_s for c in self.vehicles]
        looked = {id(c.slot) for c in self.candidates}
        brief = [s.dwell_s for s in self.standing if id(s) not in looked and len(s.hits) >= self.rules.min_hits]
        return max(sure + brief, default=0.0)

    def measurements(self) -> dict[str, Any]:
        if self.survey.is_still or len(self.survey.samples) < 2:
            return {"longest_dwell_s": None, "vehicles_stopped": None, "stops": None}
        stops = sorted(self.stopped, key=lambda c: (c.slot.start_s, -c.slot.dwell_s))
        return {
            "longest_dwell_s": round(self._longest_s(), 1),
            "vehicles_stopped": len(stops),
            "stops": [stop_of(candidate.slot) for candidate in stops],
        }

    def result(self, slug: str, clip: ClipView) -> CheckResult:
        verdict, confidence, reasons, best = self.verdict()
        return CheckResult(
            check=slug,
            verdict=verdict,
            confidence=confidence,
            measurements=self.measurements(),
            reasons=reasons,
            coverage=self.survey.coverage(),
            frames_decoded=clip.frames_decoded,
            frames_analysed=len(self.survey.samples),
            moments=moments_of(self.survey, best),
            offenders=[offender_of(one.slot) for one in self.parked] if verdict is Verdict.SUPPORTED else (),
        )


def stop_of(slot: Slot) -> Mapping[str, Any]:
    return {
        "start_s": round(slot.start_s, 1),
        "end_s": round(slot.end_s, 1),
        "box": [round(float(np.clip(value, 0, 1)), 4) for value in slot.box],
    }


def offender_of(slot: Slot) -> Offender:
    x1, y1, x2, y2 = (float(value) for value in np.clip(slot.box, 0, 1))
    return Offender(slot.start_s, slot.end_s, ((slot.start_s, (x1, y1, x2, y2)),))


def moments_of(survey: Survey, best: Candidate | None) -> tuple[Moment, ...]:
    """Before it stopped, while it stood, after it left; an overview where nothing stood."""
    times = survey.times_s
    if best is None:
        return (Moment(float(times[len(times) // 2]), "overview"),)
    slot = best.slot
    box = tuple(float(np.clip(value, 0, 1)) for value in slot.box)
    label_id = f"{vehicle_id(slot.name)} {figure_id(slot.dwell_s)} dtk"
    mark = Mark((box[0], box[1], box[2], box[3]), label_id, f"{slot.name} {slot.dwell_s:.0f} s", best.confidence)
    standing = np.flatnonzero(slot.present)
    moments = [Moment(float(times[standing[len(standing) // 2]]), "event", (mark,))]
    before, after = standing[0] - 1, standing[-1] + 1
    moments.insert(0, Moment(float(times[max(0, before)]), "before", () if before >= 0 else (mark,)))
    moments.append(Moment(float(times[min(len(times) - 1, after)]), "after", () if after < len(times) else (mark,)))
    return tuple(moments)
