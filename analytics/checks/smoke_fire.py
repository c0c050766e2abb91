"""Does something burn? A check that calls for eyes and never answers yes.

Smoke and fire are looked for by rules (``analytics.plumes``, ``analytics.flames``) that were chosen on rendered plumes
and flames alone: no footage of a real fire was at hand, so **nothing here is ever SUPPORTED**. What looks like smoke
or fire is INCONCLUSIVE, with stills and the urgency in its reason, and a person decides. Nothing seen is CONTRADICTED
only by a long clear view by day. Steam, dust and exhaust in one place look like smoke to it, and are passed on, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np
import numpy.typing as npt

from analytics.checks import smoke_sentences as say
from analytics.checks.base import Range, figures_parsed
from analytics.checks.judge import gated
from analytics.detections import Detector
from analytics.fire_places import Burning, burning
from analytics.flames import FlameRules, flame_coloured
from analytics.flood import largest_parts
from analytics.frames import ClipView, Survey, surveyed
from analytics.plumes import CELLS_WIDE, Plumes, plumes
from analytics.verdict import CheckResult, Mark, Moment, Reason, Verdict
from analytics.zones import Zone
from cameras.footage.frame import Frame
from cameras.quality import TOO_DARK

Mask = npt.NDArray[np.bool_]
Answer = tuple[Verdict, float | None, Reason]


@dataclass(frozen=True, slots=True)
class SmokeFireThresholds:
    """``watch_s``: shorter footage contradicts nothing. ``judged``: share of the view that must have contrast enough
    to tell smoke, to contradict. ``quiet``: share of it that may fade and come back, to contradict; ``stirred``:
    largest grey patch of the view that may stir, to contradict: a plume far away is not told from other things there;
    ``fog``: share that fades from which the whole view is veiled. ``day_luma``: median grey 0-255 under which it is no
    day (a day's street has 80 and more, a lit night street 20-60). ``bursts``: in so many of the three looks at full
    rate a flame must be seen at one place. ``flames``: figures of ``analytics.flames.FlameRules`` by name, where a
    category wants others.
    """

    watch_s: float = field(default=120.0, metadata={"range": Range(10, 3600)})
    judged: float = field(default=0.15, metadata={"range": Range(0, 1)})
    quiet: float = field(default=0.003, metadata={"range": Range(0, 1)})
    stirred: float = field(default=0.0008, metadata={"range": Range(0, 1)})
    fog: float = field(default=0.6, metadata={"range": Range(0, 1)})
    day_luma: float = field(default=68.0, metadata={"range": Range(0, 255)})
    bursts: int = field(default=2, metadata={"range": Range(1, 3)})
    flames: FlameRules = field(default=FlameRules(), metadata={"parse": figures_parsed(FlameRules())})


class SmokeFire:
    """The check ``smoke_fire``: INCONCLUSIVE or CONTRADICTED, see above. It needs no zone."""

    slug: ClassVar[str] = "smoke_fire"
    version: ClassVar[str] = "3"
    zone_kinds: ClassVar[tuple[str, ...]] = ()
    measurement_keys: ClassVar[tuple[str, ...]] = ("share",)
    defaults: ClassVar[SmokeFireThresholds] = SmokeFireThresholds()

    def run(
        self, clip: ClipView, zones: Sequence[Zone], thresholds: SmokeFireThresholds, detector: Detector
    ) -> CheckResult:
        survey = surveyed(clip, detector)
        # A fire is seen best in the dark, which is no fault here.
        faults = [code for code in survey.quality.reasons if code != TOO_DARK]
        if faults and (blocked := gated(self, survey, clip)) is not None:
            return blocked
        seen = _Seen(clip, survey, thresholds)
        verdict, confidence, reason = seen.answer()
        return CheckResult(
            check=self.slug,
            verdict=verdict,
            confidence=confidence,
            measurements={"share": seen.share()},
            reasons=[reason],
            coverage=survey.coverage(),
            frames_decoded=clip.frames_decoded,
            frames_analysed=len(survey.samples),
            moments=seen.moments(),
        )


class _Seen:
    def __init__(self, clip: ClipView, survey: Survey, rules: SmokeFireThresholds) -> None:
        self.survey, self.rules = survey, rules
        self.luma = float(np.median([np.median(sample.grey) for sample in survey.samples]))
        self.smoke: Plumes | None = None
        self.burning: Burning | None = None
        if survey.is_still:
            self.fire = flame_coloured(survey.keepsakes[0].picture, rules.flames)
            return
        self.smoke = plumes(survey.samples, _tint(survey.keepsakes)) if self.is_day else None
        self.burning = burning(clip, survey, rules.bursts, rules.flames)
        self.fire = np.zeros((8, 8), bool) if self.burning is None else self.burning.mask

    @property
    def is_day(self) -> bool:
        return self.luma >= self.rules.day_luma

    @property
    def is_fog(self) -> bool:
        return self.smoke is not None and self.smoke.veiled >= self.rules.fog

    def shares(self) -> tuple[float, float]:
        """Of smoke and of fire."""
        return 0.0 if self.smoke is None or self.is_fog else self.smoke.share, float(self.fire.mean())

    def share(self) -> float | None:
        unknown = self.smoke is None or (self.burning is not None and not self.burning.judged)
        if unknown and not self.survey.is_still and not self.mask().any():
            return None
        return round(float(self.mask().mean()), 5)

    def mask(self) -> Mask:
        """Both, at the finer resolution."""
        if self.smoke is None or self.is_fog:
            return self.fire
        size = self.fire.shape[::-1]
        return self.fire | (cv2.resize(self.smoke.mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0)

    def answer(self) -> Answer:
        smoke, fire = self.shares()
        if self.survey.is_still:
            return Verdict.INCONCLUSIVE, None, say.one_picture(fire)
        if smoke > 0 or fire > 0:
            return Verdict.INCONCLUSIVE, None, say.seen(smoke, fire)
        if (doubt := self._doubt()) is not None:
            return Verdict.INCONCLUSIVE, None, doubt
        return Verdict.CONTRADICTED, 0.6, say.nothing(self.survey.span_s / 60)

    def _doubt(self) -> Reason | None:
        if self.burning is not None and not self.burning.judged:
            return say.too_few_to_flicker()
        if self.burning is not None and self.burning.maybe.any():
            return say.flickers()
        if not self.is_day:
            return say.by_night()
        if self.smoke is None or self.survey.span_s < self.rules.watch_s:
            return say.too_short()
        if self.is_fog:
            return say.fog()
        if self.smoke.judged < self.rules.judged:
            return say.no_contrast()
        quiet = self.smoke.veiled <= self.rules.quiet and self.smoke.stirred <= self.rules.stirred
        return None if quiet else say.unclear()

    def moments(self) -> tuple[Moment, ...]:
        middle = self.survey.keepsakes[len(self.survey.keepsakes) // 2].t_s
        shown = self.mask()
        if not shown.any() and self.burning is not None:
            shown = self.burning.maybe
        wide = cv2.dilate(shown.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        marks = tuple(Mark(box, "asap atau api?", "smoke or fire?") for box in largest_parts(wide, least=0.0))
        if not marks or self.survey.is_still:
            return (Moment(middle, "event" if marks else "overview", marks),)
        first, last = self.survey.keepsakes[0].t_s, self.survey.keepsakes[-1].t_s
        return Moment(first, "before", marks), Moment(middle, "event", marks), Moment(last, "after", marks)


def _tint(frames: Sequence[Frame]) -> npt.NDArray[np.float32]:
    """How far a place's colours lie apart, typically, ``(h, CELLS_WIDE)`` in 0-255."""
    height, width = frames[0].picture.shape[:2]
    size = (CELLS_WIDE, max(4, round(CELLS_WIDE * height / width)))
    small = [cv2.resize(frame.picture, size, interpolation=cv2.INTER_AREA).astype(np.float32) for frame in frames]
    return np.asarray(np.median([picture.max(axis=2) - picture.min(axis=2) for picture in small], axis=0), np.float32)
