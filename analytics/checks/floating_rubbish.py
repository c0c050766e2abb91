"""Is a river's water covered by rubbish? Cover in per cent of the river's zone, the median over the clip.

Cover and not a count of pieces: in a camera's view they hide each other and few can be told apart (five bridges in
Jakarta: van Lieshout et al. 2020, 10.1029/2019EA000960). Where a clean reference picture of the camera is given, the
surface is compared with it; without one each picture is judged by itself. Glare, foam, water plants and boats cover
water too: what is plainly one of them does not count, and a surface that cannot be read is a person's to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar

import numpy as np

from analytics.adrift import Drift, drift
from analytics.against_background import is_of_last_days
from analytics.checks import rubbish_sentences as close
from analytics.checks import water_sentences as say
from analytics.checks.base import Range
from analytics.checks.judge import gated
from analytics.detections import Detections, Detector
from analytics.floating import Afloat, FloatingRules, Scene, afloat
from analytics.flood import is_colourless, zone_view
from analytics.frames import ClipView, Survey, surveyed
from analytics.verdict import CheckResult, Mark, Moment, Reason, Verdict
from analytics.water import Plane, See, waters, zone_mask
from analytics.zones import WHOLE_PICTURE, Zone
from cameras.footage.frame import Frame, Picture
from cameras.quality import FLAT, FROZEN, TOO_DARK

LOOKS = 10
COLOURFUL = 0.15
"""Of small pieces' cover, what is darker than the water or of another colour, at least."""

UNREADABLE = frozenset({TOO_DARK, FLAT, FROZEN})
Answer = tuple[Verdict, float | None, Reason]
Reference = Callable[[ClipView], Picture | None]
"""The camera's own clean picture in like light, where one is kept."""


@dataclass(frozen=True, slots=True)
class FloatingRubbishThresholds:
    """Per cent of the river zone, as measured (see-through and half-sunk pieces are missed, close ones seen too wide).
    ``dirty_percent``: to support; ``places_percent``: the same of places where the network is sure of pieces,
    ``varied_percent``: of rubbish that is not merely brighter than the water. All three are asked for: of 33 clean
    drawn rivers with foam or rings of rain 17 have a cover over 0.5, one has places over 2.5 (7.2) and that one is
    0.3 varied; other ground of our real clips has a cover up to 1.3, places up to 0.7. ``still_percent``: cover in
    a single picture. ``clean_percent``: cover at most, to contradict, and ``quiet_percent``: places at most.
    ``least_patches``: one thing afloat is no rubbish problem. ``held``: share of the pictures that must agree.
    ``watch_s``: shorter footage contradicts nothing. ``least_water``: share of the zone that must be a water
    surface to judge it, and ``open_water`` to call it clean. ``night_luma``, ``day_luma``, ``glare``: see
    ``HighWaterThresholds``; dark water in a picture as bright as day is none of the night's. ``afloat``: where no
    zone is drawn, how much denser pieces must lie on the water than beside it. ``plants``: water plants over this
    share of the zone are a person's to judge. ``crowded_percent``: of rubbish that lies too close together to stand out
    from water, to support as well. ``small_places_percent``, ``small_varied_percent``, ``small_patches``: the same for
    many small pieces, where they drift with the stream: where ``drifts`` of the likeness of their places is lost
    between one look and some looks on (drawn rivers: .08-.35 with rubbish, up to .1 with foam, rings and glare, which
    show few places). ``drifting``: so much contradicts nothing. Drawn rivers behind these figures: see
    ``tests.bench.water``.
    """

    dirty_percent: float = field(default=0.5, metadata={"range": Range(0.05, 100)})
    places_percent: float = field(default=2.5, metadata={"range": Range(0, 100)})
    varied_percent: float = field(default=0.5, metadata={"range": Range(0, 100)})
    quiet_percent: float = field(default=0.15, metadata={"range": Range(0, 100)})
    crowded_percent: float = field(default=10.0, metadata={"range": Range(0.5, 100)})
    small_places_percent: float = field(default=1.0, metadata={"range": Range(0, 100)})
    small_varied_percent: float = field(default=0.2, metadata={"range": Range(0, 100)})
    small_patches: int = field(default=15, metadata={"range": Range(1, 1000)})
    drifts: float = field(default=0.08, metadata={"range": Range(0, 2)})
    drifting: float = field(default=0.15, metadata={"range": Range(0, 2)})
    still_percent: float = field(default=2.5, metadata={"range": Range(0.05, 100)})
    clean_percent: float = field(default=0.15, metadata={"range": Range(0, 100)})
    least_patches: int = field(default=8, metadata={"range": Range(1, 1000)})
    held: float = field(default=0.7, metadata={"range": Range(0.5, 1)})
    watch_s: float = field(default=15.0, metadata={"range": Range(0, 3600)})
    least_water: float = field(default=0.12, metadata={"range": Range(0.01, 1)})
    open_water: float = field(default=0.6, metadata={"range": Range(0.01, 1)})
    night_luma: float = field(default=40.0, metadata={"range": Range(0, 255)})
    day_luma: float = field(default=68.0, metadata={"range": Range(0, 255)})
    glare: float = field(default=0.25, metadata={"range": Range(0, 1)})
    afloat: float = field(default=1.4, metadata={"range": Range(0, 100)})
    plants: float = field(default=0.1, metadata={"range": Range(0, 1)})


class FloatingRubbish:
    """The check ``floating_rubbish``. ``see``: the network's place; ``reference``: clean pictures, by default none."""

    slug: ClassVar[str] = "floating_rubbish"
    version: ClassVar[str] = "7"
    zone_kinds: ClassVar[tuple[str, ...]] = ("river",)
    measurement_keys: ClassVar[tuple[str, ...]] = ("cover_percent",)
    defaults: ClassVar[FloatingRubbishThresholds] = FloatingRubbishThresholds()

    def __init__(self, see: See = waters, reference: Reference = lambda clip: None) -> None:
        self._see, self._reference = see, reference

    def run(
        self, clip: ClipView, zones: Sequence[Zone], thresholds: FloatingRubbishThresholds, detector: Detector
    ) -> CheckResult:
        survey = surveyed(clip, detector)
        judged = _Judged(survey, zones, thresholds, is_of_last_days(clip))
        if (blocked := gated(self, survey, clip)) is not None:
            # A photo that is too blurred or too bright for a verdict still shows how much covers the water.
            return replace(blocked, measurements=self._of_a_photo(judged)) if survey.is_still else blocked
        judged.look(self._see, self._reference(clip))
        verdict, confidence, reason = judged.answer()
        return CheckResult(
            check=self.slug,
            verdict=verdict,
            confidence=confidence,
            measurements={"cover_percent": judged.measured()},
            reasons=[say.of_the_picture(reason) if zones[0].name == WHOLE_PICTURE else reason],
            coverage=survey.coverage(),
            frames_decoded=clip.frames_decoded,
            frames_analysed=len(survey.samples),
            moments=judged.moments(),
        )

    def _of_a_photo(self, judged: _Judged) -> dict[str, float | None]:
        if judged.survey.quality.reasons[0] in UNREADABLE:
            return {"cover_percent": None}
        judged.look(self._see, None)
        return {"cover_percent": judged.measured()}


@dataclass(frozen=True, slots=True)
class _Look:
    """What one picture shows; shares of the zone with most rubbish. ``most``: cover by the picture alone where the
    reference may hold the same rubbish, if that is more. ``pieces``: where the network sees them."""

    frame: Frame
    zone: Zone
    pieces: Plane
    seen: Afloat
    most: float
    luma: float
    burnt: float

    @property
    def cover(self) -> float:
        return self.seen.cover

    def is_dirty(self, cover: float, rules: FloatingRubbishThresholds) -> bool:
        """So much cover at least, at places where pieces are seen, and not all of it merely bright."""
        seen = self.seen
        is_rubbish = seen.places >= rules.places_percent / 100 and seen.varied >= rules.varied_percent / 100
        covered = seen.apart >= cover or seen.crowded >= rules.crowded_percent / 100
        return covered and is_rubbish and (self.zone.name != WHOLE_PICTURE or self._is_afloat(rules))

    def is_strewn(self, rules: FloatingRubbishThresholds) -> bool:
        """Many small pieces, each too small for the network to be sure of all of it or to show its colours."""
        seen = self.seen
        coloured = seen.varied >= max(rules.small_varied_percent / 100, COLOURFUL * seen.cover)
        enough = seen.cover >= rules.dirty_percent / 100 and seen.places >= rules.small_places_percent / 100
        return coloured and enough and seen.patches >= rules.small_patches and self.zone.name != WHOLE_PICTURE

    def _is_afloat(self, rules: FloatingRubbishThresholds) -> bool:
        """Where no zone is drawn, pieces must lie on the water rather than everywhere: roofs and trees of a drowned
        town seen from the air look like pieces, too."""
        return self.seen.places >= rules.afloat * self.seen.surface * self.seen.ashore


class _Judged:
    """``may_hold_it``: what has floated there for days is in the reference too, and does not differ from it."""

    def __init__(
        self, survey: Survey, zones: Sequence[Zone], rules: FloatingRubbishThresholds, may_hold_it: bool
    ) -> None:
        self.survey, self.zones, self.rules, self.may_hold_it = survey, zones, rules, may_hold_it
        self.looks: list[_Look] = []

    def look(self, see: See, reference: Picture | None) -> None:
        kept = self.survey.keepsakes
        at = {sample.t_s: sample.detections for sample in self.survey.samples}
        for n in sorted({round(n) for n in np.linspace(0, len(kept) - 1, LOOKS)}):
            frame = kept[n]
            scene = Scene(frame.picture, see(frame.picture), at.get(frame.t_s, Detections.none()), reference)
            self.looks.append(self._looked(frame, scene))

    def _looked(self, frame: Frame, scene: Scene) -> _Look:
        """The zone with most rubbish speaks for the picture."""
        rules = FloatingRules()
        each = [(afloat(scene, zone, rules), zone) for zone in self.zones]
        worst, zone = max(each, key=lambda pair: (pair[0].cover, pair[0].surface))
        view = zone_view(frame.picture, scene.found, scene.detections, zone)
        most = worst.cover
        if scene.reference is not None and self.may_hold_it:
            alone = replace(scene, reference=None)
            most = max(most, *(afloat(alone, one, rules).cover for one in self.zones))
        return _Look(frame, zone, scene.found.pieces, worst, most, view.luma, view.burnt)

    def median(self, name: str) -> float:
        """Of a figure of the looks, or of what was seen in them."""
        return float(np.median([getattr(look if hasattr(look, name) else look.seen, name) for look in self.looks]))

    def measured(self) -> float:
        return round(100 * self.median("cover"), 3)

    def answer(self) -> Answer:
        rules, cover = self.rules, self.median("cover")
        if (unfit := self._unfit()) is not None:
            return Verdict.INCONCLUSIVE, None, unfit
        wanted = (rules.still_percent if self.survey.is_still else rules.dirty_percent) / 100
        holds = float(np.mean([look.is_dirty(wanted, rules) for look in self.looks])) >= rules.held
        if holds and self.median("crowded") >= rules.crowded_percent / 100:
            return Verdict.SUPPORTED, self._sure(cover / wanted), close.carpet(cover)
        if (holds and self.median("patches") >= rules.least_patches) or self._is_strewn():
            return Verdict.SUPPORTED, self._sure(cover / wanted), say.rubbish(cover, round(self.median("patches")))
        if self._is_clean():
            return Verdict.CONTRADICTED, 0.8, say.clean(cover)
        return Verdict.INCONCLUSIVE, None, say.rubbish_borderline(cover)

    def _unfit(self) -> Reason | None:
        rules = self.rules
        if is_colourless([look.frame.picture for look in self.looks]):
            return say.colourless()
        if self.median("luma") < rules.night_luma and not self._is_day():
            return say.night()
        if self.median("wet") < rules.least_water and not (self.median("hidden") > 0 and self._drifts(rules.drifts)):
            return close.hidden_by_it(self.median("hidden")) if self.median("hidden") > 0 else say.no_water_seen()
        if self.median("burnt") > rules.glare:
            return say.glare()
        if self.median("plants") > rules.plants:
            return say.plants(self.median("plants"))
        return None

    def _is_strewn(self) -> bool:
        often = float(np.mean([look.is_strewn(self.rules) for look in self.looks])) >= self.rules.held
        return often and self._drifts(self.rules.drifts)

    def _drifts(self, least: float) -> bool:
        return self.drift is not None and self.drift.moved >= least

    @cached_property
    def drift(self) -> Drift | None:
        """Of pieces in the zone that speaks for most pictures; None where no zone is drawn."""
        names = [look.zone for look in self.looks]
        zone = max(names, key=names.count)
        pieces = [look.pieces for look in self.looks]
        return None if zone.name == WHOLE_PICTURE else drift(pieces, zone_mask(zone, pieces[0].shape))

    def _is_day(self) -> bool:
        return float(np.median([np.median(sample.grey) for sample in self.survey.samples])) >= self.rules.day_luma

    def _is_clean(self) -> bool:
        rules = self.rules
        if self.survey.is_still or self.survey.span_s < rules.watch_s or len(self.looks) < 3:
            return False
        most, places = rules.clean_percent / 100, rules.quiet_percent / 100
        clean = float(np.mean([look.most <= most and look.seen.places <= places for look in self.looks])) >= rules.held
        return clean and self.median("wet") >= rules.open_water and not self._drifts(rules.drifting)

    def _sure(self, times: float) -> float:
        sure = 0.7 + 0.1 * np.log2(max(1.0, times))
        return float(np.clip(sure * (0.85 if self.survey.is_still else 1.0), 0.5, 0.93))

    def moments(self) -> tuple[Moment, ...]:
        typical = sorted(self.looks, key=lambda look: look.cover)[len(self.looks) // 2]
        marks = tuple(Mark(box, "sampah", "rubbish") for box in typical.seen.boxes)
        return (Moment(typical.frame.t_s, "event" if marks else "overview", marks),)
