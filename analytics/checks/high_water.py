"""Does water stand where it should not: on a road, high on a gauge, over a river's usual share?

SOFI, the share of a place under water (Moy de Vitry et al. 2019, HESS 23:4621), measured by a network on some
pictures of the clip. Their median decides, so that no wave, lorry or gust of rain does. In one picture wet or merely
even asphalt can look like water, to the network too; so a second sign is asked for, and a still supports nothing:
the surface moves as water does, or rocks where vehicles drove, or has swallowed the ground's own pattern, which the
camera's clean picture shows (``analytics.covered``). What looks like water and is driven over without rocking is dry,
and so is ground whose pattern still shows. A clean picture also gives a river's usual level; without it only a rise is
judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np

from analytics.against_background import is_by_day, is_of_last_days
from analytics.bank import Bank, bank_of
from analytics.bank_within import bank_within
from analytics.checks import water_sentences as say
from analytics.checks.judge import gated, unmeasured
from analytics.checks.water_gauge import gauge
from analytics.checks.water_looks import Answer, HighWaterThresholds, Judged, Looked, overview
from analytics.checks.water_series import WaterSeries
from analytics.covered import covered, typical
from analytics.detections import Detector
from analytics.dry_days import Against, DryDay, Look, against, hidden_mostly, tinge, usually_wet
from analytics.flood import IS_WATER, largest_parts, not_water_itself, risen, zone_view
from analytics.frames import ClipView, Survey, surveyed
from analytics.ground import ground_of
from analytics.ripples import unrest
from analytics.verdict import CheckResult, Mark, Moment, Reason, Verdict
from analytics.water import Mask, See, Waters, water_alone, zone_mask
from analytics.zones import WHOLE_PICTURE, Zone
from cameras.footage.frame import Picture

Reference = Callable[[ClipView], Picture | None]
"""The camera's own clean picture, of the same view in like light on ordinary days, where one is kept."""


SHAPES_APART = 0.1
"""Of width to height, as in ``analytics.against_background.arrivals``: 704 by 576 kept 640 wide is not quite itself."""


class HighWater:
    """The check ``high_water``. ``see``: the network's place; ``reference``: clean pictures, by default none."""

    slug: ClassVar[str] = "high_water"
    version: ClassVar[str] = "13"
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
        looked = Looked(survey, self._see, thresholds.day_luma, is_by_day(clip))
        if looked.is_colourless:
            return self._unseen(clip, survey, looked)
        clean = _of_its_shape(self._reference(clip), looked.frames[0].picture)
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
            reasons=[say.of_the_picture(reason) if zones[0].name == WHOLE_PICTURE else reason],
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


def _of_its_shape(clean: Picture | None, shown: Picture) -> Picture | None:
    """A picture of another shape is of another view, or of the camera before it was set to another resolution."""
    if clean is None or abs(clean.shape[1] / clean.shape[0] - shown.shape[1] / shown.shape[0]) > SHAPES_APART:
        return None
    return clean


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
        Look(frame.picture, found, not_water_itself(detections, found))
        for frame, found, detections in zip(looked.frames, looked.found, looked.detections, strict=True)
    ]
    views = [zone_view(look.picture, look.found, look.detections, zone) for look in looks]
    shown = [n for n, view in enumerate(views) if view.seen >= rules.seen or zone.name == WHOLE_PICTURE]
    if not shown:
        return Judged(None, (Verdict.INCONCLUSIVE, None, say.hidden()), overview(looked))
    series = WaterSeries([looked.times_s[n] for n in shown], [views[n] for n in shown], looked, rules)
    at = shown[int(np.argsort(series.shares)[len(shown) // 2])]
    if dry is not None:
        series.against = against([looks[n] for n in shown], dry, zone)
        series.is_vouched_for = not dry.is_of_last_days
    series.light(~zone_mask(zone, looked.found[0].water.shape))
    _watch(zone, series, looked, dry)
    if dry is not None and zone.kind != "river":
        _see_ground(zone, series, looks, dry)
    answer = _answer(zone, series)
    answer = series.unfit(answer[0] is Verdict.SUPPORTED) or answer
    share = series.under if answer[0] is Verdict.SUPPORTED else series.share
    return Judged(share, answer, _surface_moments(zone, looked, at, series.share))


def _watch(zone: Zone, series: WaterSeries, looked: Looked, dry: DryDay | None) -> None:
    """See whether it moves as water does, and whether ground that was dry is gone under it."""
    pictures, samples = [frame.picture for frame in looked.frames], looked.survey.samples
    third = max(1, len(pictures) // 3)
    watery = _watery(zone, looked.found)
    if dry is not None:
        wet = usually_wet(dry, watery.shape)
        series.covered = covered(typical(pictures), typical([dry.picture]), watery & ~wet, watery & wet)
        if zone.kind == "river":
            series.watch(watery & ~wet, samples)
    elif zone.kind == "river" and risen(series.times_s, series.shares, series.rules.risen / 2) is not None:
        first, last = _watery(zone, looked.found[:third]), _watery(zone, looked.found[-third:])
        series.covered = covered(typical(pictures[-third:]), typical(pictures[:third]), last & ~first, last & first)
        series.watch(last & ~first, samples[-(len(samples) // 3) :])
    if zone.kind == "river":
        series.bank = _bank(zone, looked, dry)
    else:
        series.watch_ground(zone_mask(zone, watery.shape), samples)
        if series.share >= min(series.rules.flooded_share, series.rules.view_share):
            series.watch(watery, samples)


def _bank(zone: Zone, looked: Looked, dry: DryDay | None) -> Bank:
    """What of a river's bank has come under water, since the clean picture or while the clip ran."""
    pictures, water = [frame.picture for frame in looked.frames], [found.water for found in looked.found]
    place = zone_mask(zone, water[0].shape)
    if dry is None:
        return bank_within(pictures, place, water)
    late = max(1, len(pictures) // 2)  # a boat that passes is gone from a median over half of the clip
    now, since = typical(pictures[-late:]), np.median(np.stack(water[-late:]), axis=0)
    water_seen = dry.found.water, np.asarray(since)
    return bank_of(now, typical([dry.picture], now.shape), place, water_seen, unrest(looked.survey.samples))


def _see_ground(zone: Zone, series: WaterSeries, looks: Sequence[Look], dry: DryDay) -> None:
    """See what is left of the ground that the clean picture shows, and whether the network leans towards water where it
    did not."""
    place = zone_mask(zone, dry.found.water.shape)
    hidden = hidden_mostly(looks, place.shape)
    now = typical([look.picture for look in looks])
    series.ground = ground_of(now, typical([dry.picture], now.shape), place, hidden)
    series.tinge = tinge(looks, dry, place & ~hidden)


def _watery(zone: Zone, found: Sequence[Waters]) -> Mask:
    plane = np.median(np.stack([one.water for one in found]), axis=0)
    return np.asarray((plane > IS_WATER) & zone_mask(zone, plane.shape))


def _answer(zone: Zone, series: WaterSeries) -> Answer:
    if zone.name == WHOLE_PICTURE:
        return _view(series)
    return _river(series) if zone.kind == "river" else _road(series)


def _road(series: WaterSeries) -> Answer:
    rules, share = series.rules, series.share
    if series.is_as_usual and series.against is not None:
        return Verdict.CONTRADICTED, 0.88, say.as_on_dry_days(share, series.against.usual)
    if series.is_flooded:
        return Verdict.SUPPORTED, _sure(series, share - rules.flooded_share), _flooded(series)
    if series.held_at_least(rules.flooded_share):
        if series.lies_still:
            return Verdict.CONTRADICTED, 0.8, say.driven_over(share)
        return Verdict.INCONCLUSIVE, None, _looks_like_water(series)
    rise, may_be_one = series.rise(), series.moves_as_water and series.is_new
    if rise is not None and rise.last >= rules.flooded_share and may_be_one:
        return Verdict.SUPPORTED, 0.75, say.rising(rise.last, rise.first, rise.per_minute)
    return _hardly_wet(series)


def _flooded(series: WaterSeries) -> Reason:
    return say.ground_under(series.under) if series.is_under_unseen else say.flooded_road(series.share, series.waders)


def _hardly_wet(series: WaterSeries) -> Answer:
    if series.held_at_most(series.rules.dry_share) and series.may_contradict:
        if series.is_restless:
            return Verdict.INCONCLUSIVE, None, say.moves_like_water(series.share)
        if series.has_lost_its_ground or series.is_missing_its_ground:
            return Verdict.INCONCLUSIVE, None, say.ground_changed(series.share)
        return Verdict.CONTRADICTED, 0.85, say.dry(series.share)
    unsteady = max(series.shares) - min(series.shares) > 0.4
    return Verdict.INCONCLUSIVE, None, (say.unsteady if unsteady else say.borderline)(series.share)


def _looks_like_water(series: WaterSeries) -> Reason:
    if series.is_still:
        return say.one_picture(series.share)
    return say.calm_surface(series.share) if not series.moves_as_water else say.as_wet_on_dry_days(series.share)


def _sure(series: WaterSeries, margin: float) -> float:
    return float(np.clip(0.75 + 0.3 * margin + (0.05 if series.waders else 0.0), 0.5, 0.93))


def _view(series: WaterSeries) -> Answer:
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


def _river(series: WaterSeries) -> Answer:
    rules, share = series.rules, series.share
    is_water = series.moves_as_water or series.has_covered_its_bank
    if (rise := series.rise()) is not None and is_water:
        return Verdict.SUPPORTED, 0.75, say.rising(rise.last, rise.first, rise.per_minute)
    risen = series.has_risen_by(rules.risen) and is_water and not series.bank_stands
    if series.against is not None and risen and share > series.against.usual:
        sure = _sure(series, share - series.against.usual - rules.risen)
        return Verdict.SUPPORTED, sure, say.river_risen(share, series.against.usual)
    if series.has_drowned_its_bank and series.bank is not None:
        return Verdict.SUPPORTED, 0.75, say.bank_under(series.bank.share_under)
    return _river_as_it_was(series, series.against)


def _river_as_it_was(series: WaterSeries, known: Against | None) -> Answer:
    rules, share = series.rules, series.share
    if known is None:
        return Verdict.INCONCLUSIVE, None, say.river_unknown(share)
    usual, is_changed = known.usual, series.bank is not None and series.bank.is_changed
    if is_changed:
        return Verdict.INCONCLUSIVE, None, say.borderline(share)
    if usual >= rules.usual_water and series.held_at_most(usual + rules.risen / 3) and series.may_contradict:
        if not series.is_vouched_for:
            return Verdict.INCONCLUSIVE, None, say.river_as_lately(share, usual)
        return Verdict.CONTRADICTED, 0.8, say.river_usual(share, usual)
    return Verdict.INCONCLUSIVE, None, say.borderline(share)


def _surface_moments(zone: Zone, looked: Looked, at: int, share: float) -> tuple[Moment, ...]:
    parts = largest_parts(_watery(zone, looked.found[at : at + 1]))
    marks = tuple(Mark(box, f"air {share * 100:.0f} %", f"water {share * 100:.0f} %") for box in parts)
    return (Moment(looked.times_s[at], "event" if marks else "overview", marks),)
