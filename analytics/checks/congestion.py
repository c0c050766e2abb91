"""Is the road jammed: many vehicles *and* slow, all through the clip?

Sparse samples say how full it is, short bursts how fast it moves. A red-light queue
is full and slow too, until it gets green: one burst of flowing traffic in the clip,
and it was no jam. Vehicles that stand all along without one of them ever creeping may as
well be parked, so they alone never support a jam on a short clip.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from analytics.checks.density import vehicles_in
from analytics.checks.judge import LEAST_SIDE, gated, repeats_itself
from analytics.checks.traffic import CongestionThresholds, Traffic
from analytics.checks.words import feed_stuck, vehicle_id
from analytics.detections import Detector
from analytics.flow import bursts_of
from analytics.frames import ClipView, surveyed
from analytics.slots import vehicles_of
from analytics.verdict import CheckResult, Mark, Moment, Reason, Verdict
from analytics.zones import Zone


class Congestion:
    """The check ``congestion``."""

    slug: ClassVar[str] = "congestion"
    version: ClassVar[str] = "6"
    zone_kinds: ClassVar[tuple[str, ...]] = ("road",)
    measurement_keys: ClassVar[tuple[str, ...]] = (
        "level_of_service",
        "occupancy",
        "flow_speed_kmh",
        "flow_speed_lengths_per_s",
        "vehicles_mean",
    )
    defaults: ClassVar[CongestionThresholds] = CongestionThresholds()

    def run(
        self, clip: ClipView, zones: Sequence[Zone], thresholds: CongestionThresholds, detector: Detector
    ) -> CheckResult:
        survey = surveyed(clip, detector)
        if (blocked := gated(self, survey, clip, LEAST_SIDE)) is not None:
            return blocked
        bursts = [] if survey.is_still else bursts_of(clip, detector, thresholds.classes)
        judged = _Judged(survey, bursts, zones, thresholds)
        verdict, confidence, reasons = judged.verdict()
        return CheckResult(
            check=self.slug,
            verdict=verdict,
            confidence=confidence,
            measurements=judged.measurements(),
            reasons=reasons,
            coverage=survey.coverage(),
            frames_decoded=clip.frames_decoded,
            frames_analysed=len(survey.samples) + len(bursts),
            moments=judged.moments(),
        )


class _Judged(Traffic):
    """The verdict that the figures give, and what to show for it."""

    def verdict(self) -> tuple[Verdict, float | None, list[Reason]]:
        """The verdict, its confidence, and the reasons, headline first."""
        if self.survey.is_still:
            return Verdict.INCONCLUSIVE, None, [self._one_picture()]
        span, rules = self.survey.span_s, self.rules
        notes = [self._under_two_cycles()] if span < rules.two_cycles_s else []
        if self._clearly_flows():
            return Verdict.CONTRADICTED, self._flow_confidence(), [self._flows(), *notes]
        if span < rules.least_s:
            return Verdict.INCONCLUSIVE, None, [self._too_short(), *notes]
        if self.dense.mean() <= 0.05:
            return self._not_full(notes)
        if self.too_sparse:
            return Verdict.INCONCLUSIVE, None, [self._rate_too_low(), *notes]
        if self.dense.mean() >= rules.dense_share and self.state_share("slow") >= rules.slow_share:
            return self._full_and_slow(notes)
        reason = self._came_and_went() if {"flow", "slow"} <= set(self.states) else self._borderline()
        return Verdict.INCONCLUSIVE, None, [reason, *notes]

    def _clearly_flows(self) -> bool:
        """Most bursts flow, none is slow, and vehicles enough were followed to say so."""
        enough = len(self.speeds) >= (5 if self.survey.span_s >= self.rules.least_s else 8)
        watched = round(self.survey.span_s) >= self.rules.flow_s and self._looked_enough()
        return enough and watched and self.state_share("flow") >= 0.7 and "slow" not in self.states

    def _looked_enough(self) -> bool:
        return len(self.survey.samples) >= self.rules.least_looks

    def _not_full(self, notes: list[Reason]) -> tuple[Verdict, float | None, list[Reason]]:
        standing = len([slot for slot in self.slots if slot.dwell_s >= self.rules.least_s])
        if standing >= self.enough:
            return Verdict.INCONCLUSIVE, None, [self._standing(standing), *notes]
        if not self._looked_enough():
            return Verdict.INCONCLUSIVE, None, [self._rate_too_low(), *notes]
        if repeats_itself(self.survey):
            return Verdict.INCONCLUSIVE, None, [feed_stuck(self.survey.quality.frozen_s), *notes]
        share = float(self.moving.mean()) / self.enough
        if share >= 0.7:
            reason = self._rate_too_low() if self.too_sparse else self._borderline()
            return Verdict.INCONCLUSIVE, None, [reason, *notes]
        return Verdict.CONTRADICTED, float(np.clip(0.9 * (1 - share), 0.3, 0.9)), [self._room(), *notes]

    def _full_and_slow(self, notes: list[Reason]) -> tuple[Verdict, float | None, list[Reason]]:
        if "flow" in self.states or {self.states[0], self.states[-1]} != {"slow"}:
            # A queue that gets green ends in motion, and one that has just come began in it.
            return Verdict.INCONCLUSIVE, None, [self._came_and_went(), *notes]
        if self.crept < self.rules.creep_share or self.stood > self.rules.stood_share:
            return Verdict.INCONCLUSIVE, None, [self._standing(int(self.moving.mean())), *notes]
        lps = self.flow_lps or 0.0
        sure = 0.55 + 0.25 * float(self.dense.mean()) + 0.2 * (1 - lps / self.rules.flow_lps)
        if notes:
            sure *= 0.85
        return Verdict.SUPPORTED, float(np.clip(sure, 0, 0.97)), [self._jam(), *notes]

    def _flow_confidence(self) -> float:
        lps = self.flow_lps or 0.0
        watched = min(1.0, self.survey.span_s / self.rules.two_cycles_s)
        return float(np.clip(0.6 + 0.2 * watched + 0.1 * min(2.0, lps / self.rules.flow_lps - 1), 0, 0.95))

    def moments(self) -> tuple[Moment, ...]:
        """Beginning, the fullest picture, end; every vehicle of each is marked."""
        times = self.survey.times_s
        fullest = int(np.argmax(self.density.vehicles))
        picks = {0: "before", fullest: "event", len(times) - 1: "after"}
        return tuple(Moment(float(times[n]), kind, self._marks(n)) for n, kind in sorted(picks.items()))

    def _marks(self, number: int) -> tuple[Mark, ...]:
        classes = self.rules.classes
        vehicles = vehicles_of(self.survey.samples[number], classes).of(classes, self.rules.min_confidence)
        found = vehicles_in(vehicles, self.zones)
        return tuple(
            Mark((box[0], box[1], box[2], box[3]), vehicle_id(name), name, confidence)
            for box, name, confidence in zip(
                np.clip(found.xyxy, 0, 1).tolist(), found.names, found.confidence.tolist(), strict=True
            )
        )
