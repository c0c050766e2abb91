"""Is a street lamp dark at night?

A lamp zone is drawn tightly around a lamp's head. Lit, there is a spot in it at the sensor's limit
(``analytics.lamps``); dark, there is none. Where other lamps burn, they say in every single picture how bright a lit
one is in it, so that an iris that closes darkens no lamp, and a lit window in a corner of the zone is none. Nothing is
said by day, nothing of a picture in which nothing at all is bright (a dead camera, a covered lens), nothing at dusk
before any lamp is on, and nothing of a lamp that is on in some pictures and off in others (it flickers, it was just
switched on, buses or twigs pass before it) or burns by half, which a person has to look at. Where no lamp burns at its
place and the lamps are seen beside their zones, the camera was turned. What hides a lamp through the whole clip cannot
be told from a dark one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from analytics.checks import lamp_sentences as say
from analytics.checks import words
from analytics.checks.base import Range
from analytics.checks.judge import unmeasured
from analytics.detections import Detector
from analytics.frames import ClipView, Survey, began_at, surveyed
from analytics.glints import glints_of
from analytics.lamps import Level, aside, level_of
from analytics.sample import Sample
from analytics.verdict import CheckResult, Mark, Moment, Reason, Verdict
from analytics.zones import WHOLE_PICTURE, Zone
from cameras.patrol.daypart import STEADY, DayPart, day_part
from cameras.quality import TOO_DARK

Figures = npt.NDArray[np.float64]
HIDES = frozenset({"bus", "truck", "minibus", "angkot", "train"})
"""Tall enough to stand before a lamp of a low camera."""


@dataclass(frozen=True, slots=True)
class StreetLightOutThresholds:
    """Grey levels 0-255. ``night_luma``: median of the picture under which it is night; a day's street has 80 and more,
    a lit night street 20-60. ``bright_night``: the same where a lamp burns or the hour is known to be one of the night;
    sensitive cameras lift it to 75-85 (rendered). ``lit``: brightest twentieth of the zone of a lamp that burns (it
    saturates the sensor). ``over``: how far it stands over its surroundings. ``half``: a lamp burns whose spot rises
    by more than this share of the lit lamps' rise; between it and ``dark_share`` it may burn by half (0.45-0.75
    rendered; dark ones: 0.1-0.3). ``peak``: share of the lit lamps' brightest pixels that a dark lamp's zone stays
    under (a lit window behind it: 0.70-0.87 rendered). ``dark``: spot of a dark lamp where no other burns. ``steady``:
    share of the pictures that must agree; ``never``: share that is enough for a lamp which no picture shows lit (rain
    draws bright streaks through a dark one); ``seldom``: most of them that may show a dark lamp lit (a headlight behind
    it). ``glint_share``: as ``half``, of a spot of a few pixels (``analytics.glints``), of ``lit`` where no lamp burns.
    ``alive``: brightest thousandth of any picture (a headlight will do) under which the camera itself may be dead;
    ``alone``: the same where no lamp burns to show how bright one is. ``sky``: there, how much lighter than the picture
    its upper edge may be; more is dusk. ``watch_s``: how long it must have been watched.
    """

    night_luma: float = field(default=70.0, metadata={"range": Range(1, 255)})
    bright_night: float = field(default=110.0, metadata={"range": Range(1, 255)})
    lit: float = field(default=190.0, metadata={"range": Range(1, 255)})
    over: float = field(default=50.0, metadata={"range": Range(0, 255)})
    half: float = field(default=0.75, metadata={"range": Range(0.1, 1)})
    dark_share: float = field(default=0.38, metadata={"range": Range(0.05, 1)})
    peak: float = field(default=0.9, metadata={"range": Range(0.1, 1)})
    dark: float = field(default=110.0, metadata={"range": Range(0, 255)})
    steady: float = field(default=0.85, metadata={"range": Range(0.5, 1)})
    never: float = field(default=0.7, metadata={"range": Range(0.5, 1)})
    glint_share: float = field(default=0.5, metadata={"range": Range(0.1, 1)})
    seldom: float = field(default=0.05, metadata={"range": Range(0, 1)})
    alone: float = field(default=150.0, metadata={"range": Range(0, 255)})
    alive: float = field(default=45.0, metadata={"range": Range(0, 255)})
    sky: float = field(default=1.15, metadata={"range": Range(0.5, 5)})
    watch_s: float = field(default=20.0, metadata={"range": Range(0, 3600)})


class StreetLightOut:
    """The check ``street_light_out``. A still can support, at lower confidence: a lamp may be restarting."""

    slug: ClassVar[str] = "street_light_out"
    version: ClassVar[str] = "4"
    zone_kinds: ClassVar[tuple[str, ...]] = ("lamp",)
    measurement_keys: ClassVar[tuple[str, ...]] = ("dark_lamps",)
    defaults: ClassVar[StreetLightOutThresholds] = StreetLightOutThresholds()

    def run(
        self, clip: ClipView, zones: Sequence[Zone], thresholds: StreetLightOutThresholds, detector: Detector
    ) -> CheckResult:
        survey = surveyed(clip, detector)
        faults = [code for code in survey.quality.reasons if code != TOO_DARK]
        judged = _Judged(survey, [zone for zone in zones if zone.name != WHOLE_PICTURE], thresholds, began_at(clip))
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
    """Shares of the pictures that show its place in which it surely burns, and surely does not."""

    zone: Zone
    lit: float
    dark: float


class _Judged:
    def __init__(
        self, survey: Survey, zones: Sequence[Zone], rules: StreetLightOutThresholds, at: datetime | None
    ) -> None:
        self.survey, self.rules = survey, rules
        self.part = day_part(at) if at is not None else None
        greys = [sample.grey for sample in survey.samples]
        self.luma = float(np.median([np.median(grey) for grey in greys]))
        self.sky = float(np.median([np.median(grey[: max(1, len(grey) // 6)]) for grey in greys]))
        self.brightest = max(float(np.percentile(grey, 99.9)) for grey in greys)
        told = [[level_of(grey, zone) for grey in greys] for zone in zones]
        burning = [one for one in told if np.mean([self._burns(level) for level in one]) >= 0.5]
        self.witness = _Witness.of(burning) if burning else None
        self.lamps = [self._lamp(zone, one) for zone, one in zip(zones, told, strict=True)]

    def _burns(self, level: Level) -> bool:
        rules = self.rules
        return level.high >= rules.lit and level.high - level.around >= rules.over and level.enclosed

    def _lamp(self, zone: Zone, told: Sequence[Level]) -> _Lamp:
        shown = [not _hidden(sample, zone) for sample in self.survey.samples]
        shares = self._shares(told)
        peaks = np.array([level.peak for level in told]) / (self.witness.peak if self.witness is not None else 255.0)
        lit = (shares >= self.rules.half) & np.array([level.enclosed for level in told])
        # A spot smaller than expected, as bright as the lamps, may be one in a zone drawn too wide.
        dark = ((shares <= self.rules.dark_share) | self._behind(told)) & (peaks < self.rules.peak)
        if not any(shown):
            return _Lamp(zone, 0.0, 0.0)
        return _Lamp(zone, float(lit[shown].mean()), float(dark[shown].mean()))

    def _behind(self, told: Sequence[Level]) -> npt.NDArray[np.bool_]:
        """Where the light in the zone is a window's behind a dark lamp: duller than the lamps that burn, it goes on
        outside, and the middle of the zone is dark."""
        if self.witness is None:
            return np.zeros(len(told), bool)
        rises = np.array([level.middle - level.around for level in told])
        around = np.array([level.around for level in told])
        dull = rises <= self.rules.dark_share * np.maximum(self.witness.spots - around, 1.0)
        return np.asarray(dull & np.array([level.goes_on for level in told]))

    def _shares(self, told: Sequence[Level]) -> Figures:
        """How far each spot rises, as a share of what lit lamps rise by in the same picture; alone, so that ``dark``
        is the highest share that is dark."""
        spots = np.array([level.spot for level in told])
        around = np.array([level.around for level in told])
        if self.witness is not None:
            return np.asarray((spots - around) / np.maximum(self.witness.spots - around, 1.0))
        rules = self.rules
        lit = np.array([self._burns(level) for level in told])
        plain = (spots < rules.dark) & (spots - around < rules.over)
        return np.where(lit, 1.0, np.where(plain, 0.0, 0.5 * (rules.half + rules.dark_share)))

    @property
    def is_night(self) -> bool:
        if self.part in STEADY:
            return False
        known = self.part is DayPart.NIGHT or self.witness is not None
        return self.luma < (self.rules.bright_night if known else self.rules.night_luma)

    @property
    def is_alive(self) -> bool:
        return self.brightest >= self.rules.alive

    @property
    def is_dusk(self) -> bool:
        """Whether the lamps may not have been switched on yet, or were switched off already."""
        if self.witness is not None or self.part is DayPart.NIGHT:
            return False
        return self.part is not None or self.sky > self.rules.sky * self.luma

    @property
    def measurable(self) -> bool:
        return bool(self.lamps) and self.is_night and self.is_alive and not self.is_dusk

    @cached_property
    def dark(self) -> list[_Lamp]:
        """Out through the whole clip, without a light of a few pixels in the full pictures either."""
        dark = [lamp for lamp in self.lamps if self._is_dark(lamp)]
        glints = glints_of(self.survey.keepsakes, [lamp.zone for lamp in dark])
        rules = self.rules
        lit = self.witness.peak if self.witness is not None else rules.lit
        return [
            lamp for lamp, one in zip(dark, glints, strict=True) if not one.burns(rules.over, lit, rules.glint_share)
        ]

    def _is_dark(self, lamp: _Lamp) -> bool:
        rules = self.rules
        return (lamp.dark >= rules.steady and lamp.lit <= rules.seldom) or (lamp.dark >= rules.never and lamp.lit == 0)

    @property
    def is_aside(self) -> bool:
        burning = sum(lamp.lit >= 0.5 for lamp in self.lamps)
        if 2 * len(self.dark) < len(self.lamps):
            return False
        return aside([sample.grey for sample in self.survey.samples], [lamp.zone for lamp in self.lamps], burning)

    def verdict(self, faults: Sequence[str]) -> tuple[Verdict, float | None, Reason]:
        if (doubt := self._doubt(faults)) is not None:
            return Verdict.INCONCLUSIVE, None, doubt
        if self.dark:
            return self._out()
        if all(lamp.lit >= self.rules.steady for lamp in self.lamps) and not self.survey.is_still:
            return Verdict.CONTRADICTED, 0.9, say.all_lit(len(self.lamps))
        return Verdict.INCONCLUSIVE, None, say.unsure()

    def _doubt(self, faults: Sequence[str]) -> Reason | None:
        if faults:
            return words.bad_picture(faults[0])
        if not self.lamps:
            return words.no_zone(StreetLightOut.zone_kinds)
        if not self.is_night:
            return say.by_day()
        if not self.is_alive:
            return words.bad_picture(TOO_DARK)
        if self.is_dusk:
            return say.not_on_yet()
        return None

    def _out(self) -> tuple[Verdict, float | None, Reason]:
        if self.witness is None and self.brightest < self.rules.alone:
            return Verdict.INCONCLUSIVE, None, say.unsure()
        brief = self.survey.is_still or self.survey.span_s < self.rules.watch_s
        if brief and not self.survey.is_still:
            return Verdict.INCONCLUSIVE, None, say.unsure()
        if self.is_aside:
            return Verdict.INCONCLUSIVE, None, say.beside()
        # Another lamp that burns shows that the camera would see it.
        confidence = (0.93 if self.witness is not None else 0.8) * (0.8 if brief else 1.0)
        return Verdict.SUPPORTED, confidence, say.dark(len(self.dark), len(self.lamps))

    def overview(self) -> tuple[Moment, ...]:
        times = self.survey.times_s
        return (Moment(float(times[len(times) // 2]), "overview"),)

    def moments(self) -> tuple[Moment, ...]:
        marks = tuple(Mark(_box(lamp.zone), "lampu mati", "lamp out") for lamp in self.dark)
        times = self.survey.times_s
        return (Moment(float(times[len(times) // 2]), "event" if marks else "overview", marks),)


@dataclass(frozen=True, slots=True, eq=False)
class _Witness:
    """What lit lamps look like: their spots in each picture, and how bright their brightest pixels mostly are."""

    spots: Figures
    peak: float

    @classmethod
    def of(cls, burning: Sequence[Sequence[Level]]) -> _Witness:
        """The brightest of them in each picture: another may be hidden just then."""
        spots = np.array([[level.spot for level in one] for one in burning]).max(axis=0)
        return cls(spots, float(np.median([level.peak for one in burning for level in one])))


def _hidden(sample: Sample, zone: Zone) -> bool:
    """Whether something tall that was recognised stands before the middle of the zone."""
    x, y = (float(v) for v in np.asarray(zone.polygon, np.float64).mean(axis=0))
    found = sample.detections
    return any(
        name in HIDES and x1 <= x <= x2 and y1 <= y <= y2
        for (x1, y1, x2, y2), name in zip(found.xyxy, found.names, strict=True)
    )


def _box(zone: Zone) -> tuple[float, float, float, float]:
    points = np.clip(np.asarray(zone.polygon, np.float64), 0, 1)
    (x1, y1), (x2, y2) = points.min(axis=0), points.max(axis=0)
    return float(x1), float(y1), float(x2), float(y2)
