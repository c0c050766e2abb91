"""Does water stand where it should not: on a road, high on a gauge, over a river's usual share?

SOFI, the share of a place under water (Moy de Vitry et al. 2019, HESS 23:4621), measured by a network on some
pictures of the clip. Their median decides, so that no wave, lorry or gust of rain does. In one picture wet or merely
even asphalt can look like water, to the network too; so a road counts as flooded only when its surface also moves as
water does, and a still supports nothing. What looks like water and is driven over without rocking is dry, and so is
ground whose own pattern shows as in the camera's clean picture, where one is kept. That picture also gives a river's
usual level; without it only a rise is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np

from analytics.against_background import is_of_last_days
from analytics.checks import water_sentences as say
from analytics.checks.judge import gated, unmeasured
from analytics.checks.water_gauge import gauge
from analytics.checks.water_looks import Answer, HighWaterThresholds, Judged, Looked, overview
from analytics.detections import Detector
from analytics.dry_days import Against, DryDay, Look, against, usually_wet
from analytics.flood import IS_WATER, Rise, ZoneView, largest_parts, risen, zone_view
from analytics.frames import ClipView, Survey, surveyed
from analytics.ripples import liveliness, unrest
from analytics.sample import Sample
from analytics.verdict import CheckResult, Mark, Moment, Reason, Verdict
from analytics.wakes import Passes, passes
from analytics.water import Mask, Plane, See, water_alone, zone_mask
from analytics.zones import WHOLE_PICTURE, Zone
from cameras.footage.frame import Picture

Reference = Callable[[ClipView], Picture | None]
"""The camera's own clean picture, of the same view in like light on ordinary days, where one is kept."""


class HighWater:
    """The check ``high_water``. ``see``: the network's place; ``reference``: clean pictures, by default none."""

    slug: ClassVar[str] = "high_water"
    version: ClassVar[str] = "7"
    zone_kinds: ClassVar[tuple[str, ...]] = ("road", "river", "water_gauge")
    measurement_keys: ClassVar[tuple[str, ...]] = ("water_share",)
    defaults: ClassVar[HighWaterThresholds] = HighWaterThresholds()

    def __init__(self, see: See = water_alone, reference: Reference = lambda clip: None) -> None:
        self._see, self._reference = see, reference

    def run(
        self, clip: ClipView, zones: Sequence[Zone], thresholds: HighWaterThresholds, detector: Detector
    ) -> CheckResult:
        survey = surveyed(clip, detector)
        if (blocked := gated(self, survey, clip)) is not None:
            return blocked
        looked = Looked(survey, self._see, thresholds.day_luma)
        if looked.is_colourless:
            return self._unseen(clip, survey, looked)
        clean = self._reference(clip)
        dry = None if clean is None else DryDay(clean, self._see(clean), is_of_last_days(clip))
        judged = [_judged(zone, looked, thresholds, dry) for zone in _deciding(zones)]
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

    def _unseen(self, clip: ClipView, survey: Survey, looked: Looked) -> CheckResult:
        result = unmeasured(self.slug, self.measurement_keys, Verdict.INCONCLUSIVE, [say.colourless()])
        return replace(
            result,
            coverage=survey.coverage(),
            frames_decoded=clip.frames_decoded,
            frames_analysed=len(survey.samples),
            moments=overview(looked),
        )


def _judged(zone: Zone, looked: Looked, rules: HighWaterThresholds, dry: DryDay | None) -> Judged:
    return gauge(zone, looked, rules) if zone.kind == "water_gauge" else _surface(zone, looked, rules, dry)


def _deciding(zones: Sequence[Zone]) -> list[Zone]:
    """A gauge says more than the river around it, a road more than the river beside it."""
    for kind in ("water_gauge", "road"):
        if chosen := [zone for zone in zones if zone.kind == kind]:
            return chosen
    return list(zones)


# -- Roads, rivers, whole pictures ----------------------------------------------------


def _surface(zone: Zone, looked: Looked, rules: HighWaterThresholds, dry: DryDay | None) -> Judged:
    looks = [
        Look(frame.picture, found, detections)
        for frame, found, detections in zip(looked.frames, looked.found, looked.detections, strict=True)
    ]
    views = [zone_view(look.picture, look.found, look.detections, zone) for look in looks]
    shown = [n for n, view in enumerate(views) if view.seen >= rules.seen or zone.name == WHOLE_PICTURE]
    if not shown:
        return Judged(None, (Verdict.INCONCLUSIVE, None, say.hidden()), overview(looked))
    series = _Series([looked.times_s[n] for n in shown], [views[n] for n in shown], looked, rules)
    typical = shown[int(np.argsort(series.shares)[len(shown) // 2])]
    if dry is not None:
        series.against = against([looks[n] for n in shown], dry, zone)
        series.is_vouched_for = not dry.is_of_last_days
    _watch(zone, series, looked, (typical, dry))
    answer = series.unfit() or _answer(zone, series)
    return Judged(series.share, answer, _surface_moments(zone, looked, typical, series.share))


def _watch(zone: Zone, series: _Series, looked: Looked, against_dry: tuple[int, DryDay | None]) -> None:
    """See whether it moves as water does; of a river only what its usual water, or its first, leaves dry."""
    at, dry = against_dry
    samples, watery = looked.survey.samples, _watery(zone, looked, at)
    if zone.kind != "river":
        changes = unrest(samples)
        series.watch_ground(zone_mask(zone, watery.shape), changes)
        if series.share >= min(series.rules.flooded_share, series.rules.view_share):
            series.watch(watery, samples, changes)
    elif dry is not None:
        series.watch(watery & ~usually_wet(dry, watery.shape), samples, unrest(samples))
    elif series.rise() is not None:
        late = samples[-(len(samples) // 3) :]
        series.watch(_watery(zone, looked, -1) & ~_watery(zone, looked, 0), late, unrest(late))


def _watery(zone: Zone, looked: Looked, at: int) -> Mask:
    plane = looked.found[at].water
    return (plane > IS_WATER) & zone_mask(zone, plane.shape)


class _Series:
    """One zone's views over the clip."""

    def __init__(
        self, times_s: Sequence[float], views: Sequence[ZoneView], looked: Looked, rules: HighWaterThresholds
    ) -> None:
        self.times_s, self.views, self.rules = times_s, views, rules
        self.survey, self.is_day, self.is_still = looked.survey, looked.is_day, looked.survey.is_still
        self.shares = [view.share for view in views]
        self.share = float(np.median(self.shares))
        self.lively: float | None = None
        self.ground_lively: float | None = None
        self.passes: Passes | None = None
        self.against: Against | None = None
        self.is_vouched_for = True
        self.waders = round(float(np.median([view.waders for view in views])))

    def watch(self, watery: Mask, samples: Sequence[Sample], changes: Plane | None) -> None:
        """See how what looks like water moves, by itself (``changes``: the samples' ``unrest``) and driven over."""
        self.lively = None if changes is None else liveliness(changes, watery)
        self.passes = passes(samples, watery)

    def watch_ground(self, ground: Mask, changes: Plane | None) -> None:
        """See how all of the zone moves, whatever it looks like: the network takes some muddy water for earth."""
        self.ground_lively = None if changes is None else liveliness(changes, ground)

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
    def is_restless(self) -> bool:
        return self.ground_lively is not None and self.ground_lively >= self.rules.ripples

    @property
    def may_contradict(self) -> bool:
        return not self.is_still and self.survey.span_s >= self.rules.watch_s and len(self.shares) >= 3

    @property
    def is_new(self) -> bool:
        return self.is_new_by(self.rules.flooded_share)

    def is_new_by(self, share: float) -> bool:
        """Whether so much of the zone is wet now and was not on ordinary days, as far as these are known."""
        if self.against is None:
            return True
        held = float(np.mean([fresh >= share for fresh in self.against.fresh]))
        return held >= self.rules.held and (self.against.ground or 0.0) < self.rules.ground

    @property
    def is_as_usual(self) -> bool:
        known, rules = self.against, self.rules
        if known is not None and known.usual > rules.dry_share and not self.is_vouched_for:
            return False  # it may be the same water
        if known is None or known.ground is None or known.ground < rules.ground or not self.may_contradict:
            return False
        return float(np.mean([share <= rules.as_usual for share in known.fresh])) >= rules.held

    @property
    def lies_still(self) -> bool:
        """Whether most of what looks like water was driven over, and did not rock."""
        rules, seen = self.rules, self.passes
        if seen is None or self.lively is None or not self.may_contradict or self.lively > rules.still:
            return False
        return seen.count >= rules.passes and seen.driven >= rules.driven and seen.rocking <= rules.still

    def unfit(self) -> Answer | None:
        rules = self.rules
        if not self.is_day or self.median("luma") < rules.night_luma:
            return Verdict.INCONCLUSIVE, None, say.night()
        if self.median("burnt") > rules.glare and self.median("luma") > 2 * rules.night_luma:
            return Verdict.INCONCLUSIVE, None, say.glare()
        if self.median("doubt") > rules.doubt:
            return Verdict.INCONCLUSIVE, None, say.borderline(self.share)
        return None

    def rise(self) -> Rise | None:
        return risen(self.times_s, self.shares, self.rules.risen)


def _answer(zone: Zone, series: _Series) -> Answer:
    if zone.name == WHOLE_PICTURE:
        return _view(series)
    return _river(series) if zone.kind == "river" else _road(series)


def _road(series: _Series) -> Answer:
    rules, share = series.rules, series.share
    if series.is_as_usual and series.against is not None:
        return Verdict.CONTRADICTED, 0.88, say.as_on_dry_days(share, series.against.usual)
    if series.held_at_least(rules.flooded_share):
        if series.lies_still:
            return Verdict.CONTRADICTED, 0.8, say.driven_over(share)
        if series.moves_as_water and series.is_new:
            return Verdict.SUPPORTED, _sure(series, share - rules.flooded_share), say.flooded_road(share, series.waders)
        return Verdict.INCONCLUSIVE, None, _looks_like_water(series)
    if (
        (rise := series.rise()) is not None
        and rise.last >= rules.flooded_share
        and series.moves_as_water
        and series.is_new
    ):
        return Verdict.SUPPORTED, 0.75, say.rising(rise.last, rise.first, rise.per_minute)
    if series.held_at_most(rules.dry_share) and series.may_contradict:
        if series.is_restless:
            return Verdict.INCONCLUSIVE, None, say.moves_like_water(share)
        return Verdict.CONTRADICTED, 0.85, say.dry(share)
    unsteady = max(series.shares) - min(series.shares) > 0.4
    return Verdict.INCONCLUSIVE, None, say.unsteady(share) if unsteady else say.borderline(share)


def _looks_like_water(series: _Series) -> Reason:
    if series.is_still:
        return say.one_picture(series.share)
    return say.calm_surface(series.share) if not series.moves_as_water else say.as_wet_on_dry_days(series.share)


def _sure(series: _Series, margin: float) -> float:
    return float(np.clip(0.75 + 0.3 * margin + (0.05 if series.waders else 0.0), 0.5, 0.93))


def _view(series: _Series) -> Answer:
    """No zone is drawn: a river looks like a flood, unless people and vehicles stand in it."""
    rules, share = series.rules, series.share
    if (
        series.held_at_least(rules.view_share)
        and series.waders >= rules.view_waders
        and series.moves_as_water
        and series.is_new
    ):
        return Verdict.SUPPORTED, _sure(series, 0.0), say.flooded_view(share, series.waders)
    if series.held_at_most(rules.dry_share) and series.may_contradict:
        return Verdict.CONTRADICTED, 0.8, say.dry(share)
    return Verdict.INCONCLUSIVE, None, say.view_undecided(share)


def _river(series: _Series) -> Answer:
    rules, share = series.rules, series.share
    if (rise := series.rise()) is not None and series.moves_as_water:
        return Verdict.SUPPORTED, 0.75, say.rising(rise.last, rise.first, rise.per_minute)
    if series.against is None:
        return Verdict.INCONCLUSIVE, None, say.river_unknown(share)
    usual = series.against.usual
    if series.held_at_least(usual + rules.risen) and series.is_new_by(rules.risen) and series.moves_as_water:
        return Verdict.SUPPORTED, _sure(series, share - usual - rules.risen), say.river_risen(share, usual)
    if series.held_at_most(usual + rules.risen / 3) and series.may_contradict:
        if not series.is_vouched_for:
            return Verdict.INCONCLUSIVE, None, say.river_as_lately(share, usual)
        return Verdict.CONTRADICTED, 0.8, say.river_usual(share, usual)
    return Verdict.INCONCLUSIVE, None, say.borderline(share)


def _surface_moments(zone: Zone, looked: Looked, at: int, share: float) -> tuple[Moment, ...]:
    parts = largest_parts(_watery(zone, looked, at))
    marks = tuple(Mark(box, f"air {share * 100:.0f} %", f"water {share * 100:.0f} %") for box in parts)
    return (Moment(looked.times_s[at], "event" if marks else "overview", marks),)
