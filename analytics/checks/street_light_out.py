"""Is a street lamp dark at night?

A lamp zone is drawn tightly around a lamp's head. Lit, its brightest pixels burn out and stand far over what lies
around them; dark, they do not. Where other lamps burn, their peak says how bright a lit one is in this picture, so that
a lit window in a corner of the zone is no lamp. Nothing is said by day, nothing of a picture in which nothing at all
is bright (a dead camera, a covered lens, dusk before the lamps are switched on), and nothing of a lamp that is on in
some pictures and off in others (it flickers, or buses pass before it), which a person has to look at. What stands
before a lamp through the whole clip cannot be told from a dark one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np
import numpy.typing as npt

from analytics.checks import words
from analytics.checks.base import Range
from analytics.checks.judge import unmeasured
from analytics.checks.words import figure_id
from analytics.detections import Detector
from analytics.frames import ClipView, Survey, surveyed
from analytics.sample import Grey
from analytics.verdict import CheckResult, Mark, Moment, Reason, Verdict
from analytics.zones import WHOLE_PICTURE, Zone
from cameras.quality import TOO_DARK


@dataclass(frozen=True, slots=True)
class StreetLightOutThresholds:
    """Grey levels 0-255. ``night_luma``: median of the picture under which it is night; a day's street has 80 and more,
    a lit night street 20-60. ``lit``: brightest twentieth of the zone of a lamp that burns (it saturates the sensor).
    ``dark``: of one that does not; reflections of headlights stay between. ``over``: how far a lit lamp stands over its
    surroundings. ``peak``: share of the lit lamps' brightest pixels that a dark lamp's zone stays under (a lit window
    behind a dark lamp: .70-.80 rendered). ``steady``: share of the pictures that must agree; ``never``: share that is
    enough for a lamp which no picture shows lit (rain draws bright streaks through a dark one). ``alive``: brightest
    thousandth of any picture (a headlight will do) under which the camera itself may be dead; ``alone``: the same where
    no lamp burns to show how bright one is. ``watch_s``: how long it must have been watched.
    """

    night_luma: float = field(default=70.0, metadata={"range": Range(1, 255)})
    lit: float = field(default=190.0, metadata={"range": Range(1, 255)})
    dark: float = field(default=110.0, metadata={"range": Range(1, 255)})
    over: float = field(default=50.0, metadata={"range": Range(0, 255)})
    steady: float = field(default=0.85, metadata={"range": Range(0.5, 1)})
    peak: float = field(default=0.85, metadata={"range": Range(0.1, 1)})
    never: float = field(default=0.7, metadata={"range": Range(0.5, 1)})
    alone: float = field(default=150.0, metadata={"range": Range(0, 255)})
    alive: float = field(default=45.0, metadata={"range": Range(0, 255)})
    watch_s: float = field(default=20.0, metadata={"range": Range(0, 3600)})


class StreetLightOut:
    """The check ``street_light_out``. A still can support, at lower confidence: a lamp may be restarting."""

    slug: ClassVar[str] = "street_light_out"
    version: ClassVar[str] = "2"
    zone_kinds: ClassVar[tuple[str, ...]] = ("lamp",)
    measurement_keys: ClassVar[tuple[str, ...]] = ("dark_lamps",)
    defaults: ClassVar[StreetLightOutThresholds] = StreetLightOutThresholds()

    def run(
        self, clip: ClipView, zones: Sequence[Zone], thresholds: StreetLightOutThresholds, detector: Detector
    ) -> CheckResult:
        survey = surveyed(clip, detector)
        faults = [code for code in survey.quality.reasons if code != TOO_DARK]
        judged = _Judged(survey, [zone for zone in zones if zone.name != WHOLE_PICTURE], thresholds)
        verdict, confidence, reason = judged.verdict(faults)
        if not judged.measurable or faults:
            result = unmeasured(self.slug, self.measurement_keys, Verdict.INCONCLUSIVE, [reason])
            measured, moments = result.measurements, judged.overview()
        else:
            measured, moments = {"dark_lamps": len(judged.dark)}, judged.moments()
        return CheckResult(
            check=self.slug,
            verdict=verdict,
            confidence=confidence,
            measurements=measured,
            reasons=[reason],
            coverage=survey.coverage(),
            frames_decoded=clip.frames_decoded,
            frames_analysed=len(survey.samples),
            moments=moments,
        )


@dataclass(frozen=True, slots=True)
class _Lamp:
    """Shares of the pictures in which it surely burns, and surely does not."""

    zone: Zone
    lit: float
    dark: float


class _Judged:
    def __init__(self, survey: Survey, zones: Sequence[Zone], rules: StreetLightOutThresholds) -> None:
        self.survey, self.rules = survey, rules
        greys = [sample.grey for sample in survey.samples]
        self.is_night = float(np.median([np.median(grey) for grey in greys])) < rules.night_luma
        self.brightest = max(float(np.percentile(grey, 99.9)) for grey in greys)
        told = [[_levels(grey, zone) for grey in greys] for zone in zones]
        burning = [one for one in told if self._lit(one) >= rules.steady]
        peaks = [level.peak for one in burning for level in one]
        self.witness = float(np.median(peaks)) if peaks else None
        self.lamps = [_Lamp(zone, self._lit(one), self._dark(one)) for zone, one in zip(zones, told, strict=True)]

    @property
    def is_alive(self) -> bool:
        return self.brightest >= self.rules.alive

    @property
    def measurable(self) -> bool:
        return bool(self.lamps) and self.is_night and self.is_alive

    @property
    def dark(self) -> list[_Lamp]:
        """Out through the whole clip."""
        rules = self.rules
        return [
            lamp for lamp in self.lamps if lamp.dark >= rules.steady or (lamp.dark >= rules.never and lamp.lit == 0)
        ]

    def _lit(self, told: Sequence[_Level]) -> float:
        rules = self.rules
        return float(np.mean([one.inside >= rules.lit and one.inside - one.around >= rules.over for one in told]))

    def _dark(self, told: Sequence[_Level]) -> float:
        rules = self.rules
        plain = [one.inside < rules.dark and one.inside - one.around < rules.over for one in told]
        if self.witness is None:
            return float(np.mean(plain))
        limit = rules.peak * self.witness
        beside = [one.body < rules.dark and one.body - one.around < rules.over and one.peak < limit for one in told]
        return float(np.mean(np.logical_or(plain, beside)))

    def verdict(self, faults: Sequence[str]) -> tuple[Verdict, float | None, Reason]:
        if faults:
            return Verdict.INCONCLUSIVE, None, words.bad_picture(faults[0])
        if not self.lamps:
            return Verdict.INCONCLUSIVE, None, words.no_zone(StreetLightOut.zone_kinds)
        if not self.is_night:
            return Verdict.INCONCLUSIVE, None, _by_day()
        if not self.is_alive:
            return Verdict.INCONCLUSIVE, None, words.bad_picture(TOO_DARK)
        if self.dark and self.witness is None and self.brightest < self.rules.alone:
            return Verdict.INCONCLUSIVE, None, _unsure()
        if self.dark:
            return self._out()
        if all(lamp.lit >= self.rules.steady for lamp in self.lamps) and not self.survey.is_still:
            return Verdict.CONTRADICTED, 0.9, _all_lit(len(self.lamps))
        return Verdict.INCONCLUSIVE, None, _unsure()

    def _out(self) -> tuple[Verdict, float | None, Reason]:
        brief = self.survey.is_still or self.survey.span_s < self.rules.watch_s
        if brief and not self.survey.is_still:
            return Verdict.INCONCLUSIVE, None, _unsure()
        # Another lamp that burns shows that the camera would see it.
        confidence = (0.93 if self.witness is not None else 0.8) * (0.8 if brief else 1.0)
        return Verdict.SUPPORTED, confidence, _dark(len(self.dark), len(self.lamps))

    def overview(self) -> tuple[Moment, ...]:
        times = self.survey.times_s
        return (Moment(float(times[len(times) // 2]), "overview"),)

    def moments(self) -> tuple[Moment, ...]:
        marks = tuple(Mark(_box(lamp.zone), "lampu mati", "lamp out") for lamp in self.dark)
        times = self.survey.times_s
        return (Moment(float(times[len(times) // 2]), "event" if marks else "overview", marks),)


@dataclass(frozen=True, slots=True)
class _Level:
    """Grey levels of a zone in one picture: its brightest hundredth, twentieth and seventh part, and the median of a
    ring around it twice as wide."""

    peak: float
    inside: float
    body: float
    around: float


def _levels(grey: Grey, zone: Zone) -> _Level:
    inside, around = _masks(grey.shape, zone)
    peak, high, body = (float(v) for v in np.percentile(grey[inside], (99, 95, 85)))
    return _Level(peak, high, body, float(np.median(grey[around])) if around.any() else 0.0)


def _masks(shape: tuple[int, ...], zone: Zone) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    height, width = shape[:2]
    points = np.asarray(zone.polygon, np.float64) * np.array([width, height])
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.round(points).astype(np.int32)], 1)
    reach = max(3, int(max(np.ptp(points[:, 0]), np.ptp(points[:, 1])))) | 1
    wide = cv2.dilate(mask, np.ones((reach, reach), np.uint8))
    # A lit lamp's halo reaches out of the zone: the ring begins a little outside.
    near = cv2.dilate(mask, np.ones((max(3, reach // 2) | 1,) * 2, np.uint8))
    return mask > 0, (wide > 0) & (near == 0)


def _box(zone: Zone) -> tuple[float, float, float, float]:
    points = np.clip(np.asarray(zone.polygon, np.float64), 0, 1)
    (x1, y1), (x2, y2) = points.min(axis=0), points.max(axis=0)
    return float(x1), float(y1), float(x2), float(y2)


def _by_day() -> Reason:
    return Reason(
        "daylight",
        "Rekaman siang hari: lampu jalan tidak dapat dinilai",
        "Footage of the day: street lamps cannot be judged",
    )


def _dark(dark: int, of: int) -> Reason:
    return Reason(
        "lamp_out",
        f"{figure_id(dark)} dari {figure_id(of)} lampu jalan padam sepanjang rekaman malam",
        f"{dark} of {of} street lamps dark through footage of the night",
    )


def _all_lit(count: int) -> Reason:
    return Reason(
        "lamps_lit",
        f"Semua {figure_id(count)} lampu jalan menyala",
        f"All {count} street lamps are lit",
    )


def _unsure() -> Reason:
    return Reason(
        "unsure",
        "Nyala lampu tidak tetap atau tidak jelas; perlu dilihat petugas",
        "The lamps' light is unsteady or unclear; a person must look",
    )
