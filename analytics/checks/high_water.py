"""Does water stand where it should not: on a road, high on a gauge, over a river's usual share?

SOFI, the share of a place under water (Moy de Vitry et al. 2019, HESS 23:4621), measured by a network on some
pictures of the clip. Their median decides, so that no wave, lorry or gust of rain does. In one picture wet or merely
even asphalt can look like water, to the network too; so a road counts as flooded only when its surface also moves as
water does, and a still supports nothing. Where a river's zone has no reference of the usual level, only a rise is
judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np

from analytics.checks import water_sentences as say
from analytics.checks.judge import gated
from analytics.checks.water_gauge import gauge
from analytics.checks.water_looks import Answer, HighWaterThresholds, Judged, Looked, overview
from analytics.detections import Detector
from analytics.flood import IS_WATER, ZoneView, largest_parts, trend_per_minute, zone_view
from analytics.frames import ClipView, Survey, surveyed
from analytics.ripples import liveliness, unrest
from analytics.verdict import CheckResult, Mark, Moment, Reason, Verdict
from analytics.water import See, water_alone, zone_mask
from analytics.zones import WHOLE_PICTURE, Zone

Usual = Callable[[ClipView, Zone], float | None]
"""Share of a river zone under water on ordinary days, where a reference of this camera is kept."""


class HighWater:
    """The check ``high_water``. ``see``: the network's place; ``usual``: references, none kept yet."""

    slug: ClassVar[str] = "high_water"
    version: ClassVar[str] = "2"
    zone_kinds: ClassVar[tuple[str, ...]] = ("road", "river", "water_gauge")
    measurement_keys: ClassVar[tuple[str, ...]] = ("water_share",)
    defaults: ClassVar[HighWaterThresholds] = HighWaterThresholds()

    def __init__(self, see: See = water_alone, usual: Usual = lambda clip, zone: None) -> None:
        self._see, self._usual = see, usual

    def run(
        self, clip: ClipView, zones: Sequence[Zone], thresholds: HighWaterThresholds, detector: Detector
    ) -> CheckResult:
        survey = surveyed(clip, detector)
        if (blocked := gated(self, survey, clip)) is not None:
            return blocked
        looked = Looked(survey, self._see)
        judged = [self._judged(clip, zone, looked, thresholds) for zone in _deciding(zones)]
        best = max(judged, key=lambda one: (one.answer[0] is Verdict.SUPPORTED, one.share or 0.0))
        verdict, confidence, reason = best.answer
        if verdict is Verdict.CONTRADICTED and any(one.answer[0] is not Verdict.CONTRADICTED for one in judged):
            verdict, confidence, reason = next(one.answer for one in judged if one.answer[0] is not verdict)
        return CheckResult(
            check=self.slug,
            verdict=verdict,
            confidence=confidence,
            measurements={"water_share": None if best.share is None else round(best.share, 4)},
            reasons=[reason],
            coverage=survey.coverage(),
            frames_decoded=clip.frames_decoded,
            frames_analysed=len(survey.samples),
            moments=best.moments,
        )

    def _judged(self, clip: ClipView, zone: Zone, looked: Looked, rules: HighWaterThresholds) -> Judged:
        if zone.kind == "water_gauge":
            return gauge(zone, looked, rules)
        return _surface(zone, looked, rules, self._usual(clip, zone) if zone.kind == "river" else None)


def _deciding(zones: Sequence[Zone]) -> list[Zone]:
    """A gauge says more than the river around it, a road more than the river beside it."""
    for kind in ("water_gauge", "road"):
        if chosen := [zone for zone in zones if zone.kind == kind]:
            return chosen
    return list(zones)


# -- Roads, rivers, whole pictures ----------------------------------------------------


def _surface(zone: Zone, looked: Looked, rules: HighWaterThresholds, usual: float | None) -> Judged:
    views = [
        zone_view(frame.picture, found, detections, zone)
        for frame, found, detections in zip(looked.frames, looked.found, looked.detections, strict=True)
    ]
    shown = [n for n, view in enumerate(views) if view.seen >= rules.seen or zone.name == WHOLE_PICTURE]
    if not shown:
        return Judged(None, (Verdict.INCONCLUSIVE, None, say.hidden()), overview(looked))
    series = _Series([looked.times_s[n] for n in shown], [views[n] for n in shown], looked.survey, rules)
    typical = shown[int(np.argsort(series.shares)[len(shown) // 2])]
    if series.share >= min(rules.flooded_share, rules.view_share):
        series.lively = _lively(zone, looked, typical)
    answer = series.unfit() or _answer(zone, series, usual)
    return Judged(series.share, answer, _surface_moments(zone, looked, typical, series.share))


def _lively(zone: Zone, looked: Looked, at: int) -> float | None:
    changes, plane = unrest(looked.survey.samples), looked.found[at].water
    return None if changes is None else liveliness(changes, (plane > IS_WATER) & zone_mask(zone, plane.shape))


class _Series:
    """One zone's views over the clip."""

    def __init__(
        self, times_s: Sequence[float], views: Sequence[ZoneView], survey: Survey, rules: HighWaterThresholds
    ) -> None:
        self.times_s, self.views, self.rules = times_s, views, rules
        self.is_still, self.span_s = survey.is_still, survey.span_s
        self.shares = [view.share for view in views]
        self.share = float(np.median(self.shares))
        self.lively: float | None = None
        self.waders = round(float(np.median([view.waders for view in views])))

    def median(self, name: str) -> float:
        return float(np.median([getattr(view, name) for view in self.views]))

    def held_at_least(self, share: float) -> bool:
        return float(np.mean([view.sure >= share for view in self.views])) >= self.rules.held

    def held_at_most(self, share: float) -> bool:
        return float(np.mean([one <= share for one in self.shares])) >= self.rules.held

    @property
    def moves_as_water(self) -> bool:
        return not self.is_still and self.lively is not None and self.lively >= self.rules.ripples

    @property
    def may_contradict(self) -> bool:
        return not self.is_still and self.span_s >= self.rules.watch_s and len(self.shares) >= 3

    def unfit(self) -> Answer | None:
        rules = self.rules
        if self.median("luma") < rules.night_luma:
            return Verdict.INCONCLUSIVE, None, say.night()
        if self.median("burnt") > rules.glare and self.median("luma") > 2 * rules.night_luma:
            return Verdict.INCONCLUSIVE, None, say.glare()
        if self.median("doubt") > rules.doubt:
            return Verdict.INCONCLUSIVE, None, say.borderline(self.share)
        return None

    def rise(self) -> tuple[float, float, float] | None:
        """First and last level and the slope, where the water rose for good: not up and down."""
        slope = trend_per_minute(self.times_s, self.shares)
        third = max(1, len(self.shares) // 3)
        first, last = (float(np.median(part)) for part in (self.shares[:third], self.shares[-third:]))
        if slope is None or slope <= 0 or last - first < self.rules.risen:
            return None
        climbs = float(np.corrcoef(self.times_s, self.shares)[0, 1])
        return (first, last, slope) if climbs > 0.8 else None


def _answer(zone: Zone, series: _Series, usual: float | None) -> Answer:
    if zone.name == WHOLE_PICTURE:
        return _view(series)
    return _river(series, usual) if zone.kind == "river" else _road(series)


def _road(series: _Series) -> Answer:
    rules, share = series.rules, series.share
    if series.held_at_least(rules.flooded_share):
        if series.moves_as_water:
            return Verdict.SUPPORTED, _sure(series, share - rules.flooded_share), say.flooded_road(share, series.waders)
        return Verdict.INCONCLUSIVE, None, _looks_like_water(series)
    if (rise := series.rise()) is not None and rise[1] >= rules.flooded_share and series.moves_as_water:
        return Verdict.SUPPORTED, 0.75, say.rising(rise[1], rise[0], rise[2])
    if series.held_at_most(rules.dry_share) and series.may_contradict:
        return Verdict.CONTRADICTED, 0.85, say.dry(share)
    unsteady = max(series.shares) - min(series.shares) > 0.4
    return Verdict.INCONCLUSIVE, None, say.unsteady(share) if unsteady else say.borderline(share)


def _looks_like_water(series: _Series) -> Reason:
    return say.one_picture(series.share) if series.is_still else say.calm_surface(series.share)


def _sure(series: _Series, margin: float) -> float:
    return float(np.clip(0.75 + 0.3 * margin + (0.05 if series.waders else 0.0), 0.5, 0.93))


def _view(series: _Series) -> Answer:
    """No zone is drawn: a river looks like a flood, unless people and vehicles stand in it."""
    rules, share = series.rules, series.share
    if series.held_at_least(rules.view_share) and series.waders >= rules.view_waders and series.moves_as_water:
        return Verdict.SUPPORTED, _sure(series, 0.0), say.flooded_view(share, series.waders)
    if series.held_at_most(rules.dry_share) and series.may_contradict:
        return Verdict.CONTRADICTED, 0.8, say.dry(share)
    return Verdict.INCONCLUSIVE, None, say.view_undecided(share)


def _river(series: _Series, usual: float | None) -> Answer:
    rules, share = series.rules, series.share
    if usual is not None and series.held_at_least(usual + rules.risen):
        return Verdict.SUPPORTED, _sure(series, share - usual - rules.risen), say.river_risen(share, usual)
    if (rise := series.rise()) is not None:
        return Verdict.SUPPORTED, 0.75, say.rising(rise[1], rise[0], rise[2])
    if usual is not None and series.held_at_most(usual + rules.risen / 3) and series.may_contradict:
        return Verdict.CONTRADICTED, 0.8, say.river_usual(share, usual)
    return Verdict.INCONCLUSIVE, None, say.river_unknown(share) if usual is None else say.borderline(share)


def _surface_moments(zone: Zone, looked: Looked, at: int, share: float) -> tuple[Moment, ...]:
    plane = looked.found[at].water
    parts = largest_parts((plane > 0.5) & zone_mask(zone, plane.shape))
    marks = tuple(Mark(box, f"air {share * 100:.0f} %", f"water {share * 100:.0f} %") for box in parts)
    return (Moment(looked.times_s[at], "event" if marks else "overview", marks),)
