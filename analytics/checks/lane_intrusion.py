"""Does anybody drive in the busway who may not?

A vehicle counts when its foot is in the lane in several pictures of a burst, when it travels along the lane and not
across it, and when it is called something other than a bus in nearly all of them: a tall lorry in the next lane, a car
that crosses, and the front of a bus cut off by the picture's border are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from analytics.checks.base import Range
from analytics.checks.exemptions import ROAD_USERS, Exemption, exemptions_parse
from analytics.checks.judge import gated
from analytics.checks.leave import Drive, Leave
from analytics.checks.words import capitalised, figure_id, still_picture, vehicle_id
from analytics.detections import Detector
from analytics.frames import ClipView, Survey, began_at, clock_doubt_of, surveyed
from analytics.passes import Pass, Passing, PassRules, axis_of, cosine, passes_of
from analytics.verdict import CheckResult, Mark, Moment, Offender, Reason, Verdict
from analytics.zones import Zone

MOSTLY = 0.5
"""Share of its confidence from which a vehicle is what it is mostly called."""


@dataclass(frozen=True, slots=True)
class LaneIntrusionThresholds:
    """``exempt``: who may always drive there. ``exemptions``: who else may at times, as ``analytics.checks.exemptions``
    reads it. ``min_lengths``: way along the lane in the vehicle's own lengths, ours, from the
    notes' 10-15 m. ``min_inside``: pictures with its foot in the lane (notes: 3). ``along``: cosine between its way
    and the lane. ``not_bus``: share of its confidence that must go to other names. ``min_confidence``: mean over its
    pictures. ``watch_s``: how long an empty lane must have been watched, at a picture every ``densest_s`` or so: a
    vehicle at 50 km/h needs about 4 s for the 60 m that a camera sees. ``watched_share``: of the clip that must have
    pictures before it clears a lane, because somebody may pass in a hole.
    """

    exempt: frozenset[str] = frozenset({"bus", "ambulance", "fire truck"})
    exemptions: tuple[Exemption, ...] = field(default=(), metadata={"parse": exemptions_parse})
    min_lengths: float = field(default=1.2, metadata={"range": Range(0.2, 20)})
    min_inside: int = field(default=3, metadata={"range": Range(2, 50)})
    along: float = field(default=0.8, metadata={"range": Range(0, 1)})
    not_bus: float = field(default=0.75, metadata={"range": Range(0.5, 1)})
    min_confidence: float = field(default=0.4, metadata={"range": Range(0.05, 0.95)})
    watch_s: float = field(default=45.0, metadata={"range": Range(5, 3600)})
    watched_share: float = field(default=0.9, metadata={"range": Range(0.6, 1)})
    densest_s: float = field(default=2.6, metadata={"range": Range(0.5, 10)})


class LaneIntrusion:
    """The check ``lane_intrusion``."""

    slug: ClassVar[str] = "lane_intrusion"
    version: ClassVar[str] = "2"
    zone_kinds: ClassVar[tuple[str, ...]] = ("busway_lane",)
    measurement_keys: ClassVar[tuple[str, ...]] = ("intrusions",)
    defaults: ClassVar[LaneIntrusionThresholds] = LaneIntrusionThresholds()

    def run(
        self, clip: ClipView, zones: Sequence[Zone], thresholds: LaneIntrusionThresholds, detector: Detector
    ) -> CheckResult:
        survey = surveyed(clip, detector)
        if (blocked := gated(self, survey, clip)) is not None:
            return blocked
        judged = _Judged(survey, thresholds, Leave(thresholds.exemptions, began_at(clip), clock_doubt_of(clip)))
        if not judged.is_one_moment:
            for zone in zones:
                judged.take(zone, passes_of(clip, survey, zone, ROAD_USERS, detector, PassRules()))
        verdict, confidence, reason = judged.verdict()
        return CheckResult(
            check=self.slug,
            verdict=verdict,
            confidence=confidence,
            measurements={"intrusions": None if judged.is_one_moment else len(judged.intruders)},
            reasons=[reason, *judged.leave.told()],
            coverage=survey.coverage(),
            frames_decoded=clip.frames_decoded,
            frames_analysed=len(survey.samples),
            moments=judged.moments(),
            offenders=[_offender(one) for one in judged.intruders] if verdict is Verdict.SUPPORTED else (),
        )


@dataclass(slots=True)
class _Judged:
    survey: Survey
    rules: LaneIntrusionThresholds
    leave: Leave
    intruders: list[Pass] = field(default_factory=list)
    doubtful: list[Pass] = field(default_factory=list)
    buses: int = 0
    glimpsed: int = 0

    @property
    def is_one_moment(self) -> bool:
        return self.survey.is_still or len(self.survey.samples) < 2

    def take(self, zone: Zone, passing: Passing) -> None:
        """Sort what went through one lane."""
        self.glimpsed += sum(one.name not in self.rules.exempt for one in passing.glimpses)
        flow = self._flow(zone, passing.passes)
        for one in passing.passes:
            if one.inside < 1:
                continue
            axis = axis_of(zone, one.aspect)
            if one.share_called(self.rules.exempt) >= MOSTLY:
                self.buses += 1
            else:
                self._judge(one, axis, Drive((one.start_s + one.end_s) / 2, zone.name, self._with(one, axis, flow)))

    def _flow(self, zone: Zone, passes: Sequence[Pass]) -> float:
        """Which way the buses go: over 0 along the zone's axis, under 0 against it, 0 where no bus tells."""
        buses = [one for one in passes if one.inside and one.share_called(self.rules.exempt) >= MOSTLY]
        ways = [cosine(one.way, axis_of(zone, one.aspect)) for one in buses]
        return float(sum(np.sign(way) for way in ways if abs(way) >= self.rules.along))

    def _with(self, one: Pass, axis: Any, flow: float) -> bool | None:
        way = cosine(one.way, axis)
        return None if flow == 0 or abs(way) < self.rules.along else way * flow > 0

    def _judge(self, one: Pass, axis: Any, drive: Drive) -> None:
        """Of a vehicle that may not always be there: let pass, sure, or doubtful."""
        certain, possible = self.leave.applying(drive)
        may = self.rules.exempt.union(*(leave.classes for leave in certain))
        if one.share_called(may) >= MOSTLY:
            self.leave.count(certain, one.best().name)
        elif one.share_called(may.union(*(leave.classes for leave in possible))) >= MOSTLY:
            self.leave.doubt(possible, drive)
            self.doubtful.append(one)
        elif self._intrudes(one, axis, may):
            self.intruders.append(one)
        else:
            self.doubtful.append(one)

    def _intrudes(self, one: Pass, axis: Any, may: frozenset[str]) -> bool:
        rules = self.rules
        sure = float(np.mean([sighting.confidence for sighting in one.sightings]))
        return (
            one.inside >= rules.min_inside
            and one.lengths >= rules.min_lengths
            and abs(cosine(one.way, axis)) >= rules.along
            and abs(cosine(one.steady_way, axis)) >= rules.along
            and 1 - one.share_called(may) >= rules.not_bus
            and sure >= rules.min_confidence
        )

    def verdict(self) -> tuple[Verdict, float | None, Reason]:
        if self.is_one_moment:
            return Verdict.INCONCLUSIVE, None, still_picture()
        if self.intruders:
            return Verdict.SUPPORTED, self._sure(), self._drove()
        if self.glimpsed:
            return Verdict.INCONCLUSIVE, None, _sparse()
        if self.doubtful:
            return Verdict.INCONCLUSIVE, None, self._unsure()
        if self.survey.span_s < self.rules.watch_s:
            return Verdict.INCONCLUSIVE, None, self._short()
        if self.survey.usual_step_s > self.rules.densest_s or self.survey.coverage() < self.rules.watched_share:
            return Verdict.INCONCLUSIVE, None, _sparse()
        watched = float(np.clip(self.survey.span_s / (4 * self.rules.watch_s), 0, 1))
        return Verdict.CONTRADICTED, 0.6 + 0.3 * watched, self._clean()

    def _sure(self) -> float:
        """Several intruders are surer than one: their doubts multiply."""
        doubts = [1 - float(np.mean([s.confidence for s in one.sightings])) for one in self.intruders[:6]]
        return float(np.clip(1 - np.prod(doubts), 0, 0.98))

    def _drove(self) -> Reason:
        names: dict[str, int] = {}
        for one in self.intruders:
            name = one.best().name
            names[name] = names.get(name, 0) + 1
        told_id = ", ".join(f"{count} {vehicle_id(name)}" for name, count in sorted(names.items()))
        told_en = ", ".join(f"{count} {name}" for name, count in sorted(names.items()))
        span = self.survey.span_s
        return Reason(
            "lane_intrusion",
            f"{capitalised(told_id)} melaju di jalur busway dalam {figure_id(span)} dtk",
            f"{told_en} drove in the busway within {span:.0f} s",
        )

    def _unsure(self) -> Reason:
        return Reason(
            "unsure",
            f"{len(self.doubtful)} kendaraan di jalur busway yang belum pasti pelanggaran; perlu dilihat petugas",
            f"{len(self.doubtful)} vehicles in the busway that are no sure intrusion; a person must look",
        )

    def _short(self) -> Reason:
        span, limit = self.survey.span_s, self.rules.watch_s
        return Reason(
            "clip_short",
            f"Rekaman {figure_id(span)} dtk terlalu pendek (perlu {figure_id(limit)} dtk)",
            f"The footage of {span:.0f} s is too short ({limit:.0f} s needed)",
        )

    def _clean(self) -> Reason:
        span = self.survey.span_s
        return Reason(
            "lane_clean",
            f"Jalur busway steril selama {figure_id(span)} dtk ({self.buses} bus lewat)",
            f"The busway was clean for {span:.0f} s ({self.buses} buses passed)",
        )

    def moments(self) -> tuple[Moment, ...]:
        times = self.survey.times_s
        told = self.intruders or self.doubtful
        if not told:
            return (Moment(float(times[len(times) // 2]), "overview"),)
        best = sorted(told, key=lambda one: -one.best().confidence)[:3]
        return tuple(_moment(one) for one in sorted(best, key=lambda one: one.start_s))


def _offender(one: Pass) -> Offender:
    boxes = [np.clip(sighting.box, 0, 1).tolist() for sighting in one.sightings]
    track = tuple((s.t_s, (x1, y1, x2, y2)) for s, (x1, y1, x2, y2) in zip(one.sightings, boxes, strict=True))
    return Offender(one.start_s, one.end_s, track)


def _moment(one: Pass) -> Moment:
    shown = one.best()
    box = tuple(float(v) for v in np.clip(shown.box, 0, 1))
    mark = Mark((box[0], box[1], box[2], box[3]), vehicle_id(shown.name), shown.name, shown.confidence)
    return Moment(shown.t_s, "event", (mark,))


def _sparse() -> Reason:
    return Reason(
        "rate_too_low",
        "Gambar terlalu jarang: kendaraan dapat lewat tanpa terlihat",
        "The pictures are too far apart: a vehicle could pass unseen",
    )
