"""How many people are there, and do they stay many?

Counted by boxes, picture by picture; where that makes no crowd, some pictures are looked at closer
(``analytics.closer``) before anything is said. A detector counts too few where people hide each other or are a few
pixels tall, never too many by much: so a count supports a crowd, and only a view near enough to tell people apart
contradicts one, shown to be near by a person or a car that was seen there. People on a board do not make a crowd:
their place looks the same all through the clip. Nor do riders at a red light (``analytics.riders``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from analytics.checks.base import Range
from analytics.checks.judge import LEAST_SIDE, gated, repeats_itself
from analytics.checks.words import feed_stuck, figure_id, percent_id
from analytics.closer import looked_closer
from analytics.detections import Detections, Detector, FloatArray, iou_matrix
from analytics.frames import ClipView, Survey, surveyed
from analytics.painted import POSTER, sameness_of
from analytics.people import people_among
from analytics.riders import riding
from analytics.verdict import CheckResult, Mark, Moment, Reason, Verdict
from analytics.zones import Zone

CARS = frozenset({"car"})

SAME_BOX = 0.5
"""IoU from which a box is that of a painted person found before."""

SURE_PERSON, SURE_CAR = 0.5, 0.4
"""Confidence of one box that says how near the view is; weaker persons count where there are two."""

PERSON_TO_CAR = 0.45
"""Height of a standing person in shorter sides of a car's box at the same place. Seen from a pole (tilt 15 to 35
degrees), 1.65 m are 1.4 to 1.6 m in the picture; a car's shorter side is 1.8 m end-on and up to 3.4 m slantwise."""


@dataclass(frozen=True, slots=True)
class CrowdThresholds:
    """``min_people``: from how many on people are a crowd; no published figure fits a street camera's view, so it is
    ours and the category's to set. ``hold_share``: of the pictures that must show so many, so that a bus that lets its
    passengers out is no crowd. ``contradict_share``: of ``min_people``; with more than that in any picture it is
    borderline. ``seed``: confidence from which a box is a person. ``least_height``: of a person, as a share of the
    picture's height; under it (24 pixels of a 640 by 360 picture) people merge and are missed. ``watch_s``,
    ``least_looks``: for how long, and in how many pictures, nobody must have been seen to gather before a crowd is
    denied: a lorry that passes hides a pavement for seconds.
    """

    min_people: int = field(default=15, metadata={"range": Range(2, 1000)})
    hold_share: float = field(default=0.6, metadata={"range": Range(0.05, 1)})
    contradict_share: float = field(default=0.5, metadata={"range": Range(0.05, 1)})
    seed: float = field(default=0.3, metadata={"range": Range(0.05, 0.95)})
    least_height: float = field(default=0.065, metadata={"range": Range(0, 1)})
    watch_s: float = field(default=15.0, metadata={"range": Range(0, 3600)})
    least_looks: int = field(default=6, metadata={"range": Range(2, 1000)})


class Crowd:
    """The check ``crowd``. A still can support: many people are many in one picture too."""

    slug: ClassVar[str] = "crowd"
    version: ClassVar[str] = "5"
    zone_kinds: ClassVar[tuple[str, ...]] = ()
    measurement_keys: ClassVar[tuple[str, ...]] = ("people_mean", "people_max")
    defaults: ClassVar[CrowdThresholds] = CrowdThresholds()

    def run(
        self, clip: ClipView, zones: Sequence[Zone], thresholds: CrowdThresholds, detector: Detector
    ) -> CheckResult:
        survey = surveyed(clip, detector)
        if (blocked := gated(self, survey, clip, LEAST_SIDE)) is not None:
            return blocked
        counted = _counted(survey, zones, thresholds, detector)
        verdict, confidence, reason = counted.verdict()
        return CheckResult(
            check=self.slug,
            verdict=verdict,
            confidence=confidence,
            measurements=counted.measurements(),
            reasons=[reason],
            coverage=survey.coverage(),
            frames_decoded=clip.frames_decoded,
            frames_analysed=len(survey.samples),
            moments=counted.moments(),
        )


def _counted(survey: Survey, zones: Sequence[Zone], rules: CrowdThresholds, detector: Detector) -> _Counted:
    """By the look at every sample where that is a crowd or the closer one finds no more; else by the closer one."""
    rough = _Counted(survey, [(sample.t_s, sample.detections) for sample in survey.samples], zones, rules)
    if rough.held >= rules.hold_share:
        return rough
    closer = _Counted(survey, looked_closer(survey.keepsakes, detector), zones, rules, dense=False)
    return closer if closer.most > rough.most else rough


class _Counted:
    """``looks``: when, and what was found. ``dense``: near enough in time that one picture speaks for the next."""

    def __init__(
        self,
        survey: Survey,
        looks: Sequence[tuple[float, Detections]],
        zones: Sequence[Zone],
        rules: CrowdThresholds,
        dense: bool = True,
    ) -> None:
        self.survey, self.rules, self.dense = survey, rules, dense
        self.times_s = [t_s for t_s, _ in looks]
        self.found = [found for _, found in looks]
        self.everyone = [people_among(found, zones, rules.seed) for found in self.found]
        rides = [riding(people, found) for people, found in zip(self.everyone, self.found, strict=True)]
        self.people = [people.only(~sits) for people, sits in zip(self.everyone, rides, strict=True)]
        self.riders = np.array([int(sits.sum()) for sits in rides], np.int64)
        self.counts = np.array([len(found) for found in self.people], np.int64)
        painted = _painted(survey, self.people, rules.min_people)
        self.alive = np.array([len(found) - _among(found, painted) for found in self.people], np.int64)
        self.held = self._held(self.counts)

    def _held(self, counts: npt.NDArray[np.int64]) -> float:
        """Share of the time with enough people: who is hidden in one picture is seen in the next one, and nobody is
        counted twice in one picture."""
        wide = np.pad(counts, 1)
        fullest = np.max([wide[:-2], wide[1:-1], wide[2:]], axis=0) if self.dense else counts
        return float((fullest >= self.rules.min_people).mean()) if len(counts) else 0.0

    @property
    def most(self) -> int:
        return int(self.counts.max(initial=0))

    def verdict(self) -> tuple[Verdict, float | None, Reason]:
        rules = self.rules
        if self.held >= rules.hold_share > self._held(self.alive):
            return Verdict.INCONCLUSIVE, None, _motionless(int(np.max(self.counts - self.alive)))
        if self.held >= rules.hold_share and self._mostly_ride():
            return Verdict.INCONCLUSIVE, None, self._ride()
        if self.held >= rules.hold_share:
            return Verdict.SUPPORTED, self._sure(), self._says("crowd", "Kerumunan", "A crowd")
        return self._none()

    def _none(self) -> tuple[Verdict, float | None, Reason]:
        """What can be said where no crowd was counted. Riders forbid a denial: some may be people on foot."""
        rules = self.rules
        if self.counts.max() >= rules.contradict_share * rules.min_people:
            return Verdict.INCONCLUSIVE, None, self._says("few", "Belum tentu kerumunan", "Not surely a crowd")
        if (self.counts + self.riders).max() >= rules.contradict_share * rules.min_people:
            return Verdict.INCONCLUSIVE, None, self._ride()
        if self._too_far():
            return Verdict.INCONCLUSIVE, None, _far()
        if self.survey.is_still:
            return Verdict.INCONCLUSIVE, None, _one_moment()
        if repeats_itself(self.survey):
            return Verdict.INCONCLUSIVE, None, feed_stuck(self.survey.quality.frozen_s)
        if not self._near_enough():
            return Verdict.INCONCLUSIVE, None, _nobody()
        if round(self.survey.span_s) < rules.watch_s or len(self.survey.samples) < rules.least_looks:
            return Verdict.INCONCLUSIVE, None, _too_little(self.survey)
        share = self.counts.max() / (rules.contradict_share * rules.min_people)
        return Verdict.CONTRADICTED, float(np.clip(0.9 - 0.4 * share, 0, 0.95)), self._says("no_crowd", "", "")

    def _sure(self) -> float:
        """By how surely the people are people, how far over the limit they are, and for how long."""
        many = self.counts >= self.rules.min_people
        confidence = float(np.mean([found.confidence.mean() for found, m in zip(self.people, many, strict=True) if m]))
        over = float(np.clip(np.median(self.counts[many]) / self.rules.min_people - 1, 0, 1))
        still = 0.85 if self.survey.is_still else 1.0
        return float(np.clip((0.55 + 0.25 * over + 0.3 * (confidence - 0.3) + 0.15 * self.held) * still, 0, 0.98))

    def _mostly_ride(self) -> bool:
        """Where half of those in sight are known to ride, most of the others do too: machines hide each other."""
        many = self.counts >= self.rules.min_people
        return bool(np.median(self.riders[many] - self.counts[many]) >= 0)

    def _too_far(self) -> bool:
        heights = np.concatenate([_heights(found) for found in self.everyone])
        return bool(len(heights) >= 3 and np.median(heights) < self.rules.least_height)

    def _near_enough(self) -> bool:
        """Whether a person, had there been one, would have been large enough: by those who were seen, and by cars."""
        sure = np.concatenate([found.confidence for found in self.everyone])
        tall = np.concatenate([_heights(found) for found in self.everyone]) >= self.rules.least_height
        if tall.sum() >= 2 or (sure[tall] >= SURE_PERSON).any():
            return True
        cars = np.concatenate([found.of(CARS, SURE_CAR).xyxy for found in self.found])
        height, width = self.survey.samples[0].grey.shape
        whole = cars[((cars > 0.005) & (cars < 0.995)).all(axis=1)]
        short = np.minimum((whole[:, 2] - whole[:, 0]) * width / height, _spans(whole))
        return int((PERSON_TO_CAR * short >= self.rules.least_height).sum()) >= 2

    def _says(self, code: str, lead_id: str, lead_en: str) -> Reason:
        mean, most = float(self.counts.mean()), int(self.counts.max())
        rules = self.rules
        if not lead_id:
            lead_id, lead_en = "Tidak ada kerumunan", "No crowd"
        return Reason(
            code,
            f"{lead_id}: rata-rata {figure_id(mean, 1)} orang, paling banyak {most}; "
            f"{percent_id(self.held)} gambar memuat {rules.min_people} orang atau lebih",
            f"{lead_en}: {mean:.1f} people on average, at most {most}; "
            f"{self.held:.0%} of the pictures show {rules.min_people} or more",
        )

    def _ride(self) -> Reason:
        most, on_foot = int(self.riders.max()), int(self.counts.max())
        return Reason(
            "riders",
            f"Paling banyak {most} orang di atas sepeda motor atau sepeda, seperti di lampu merah, dan {on_foot} orang "
            "berjalan kaki: belum tentu kerumunan",
            f"At most {most} people on motorcycles or bicycles, as at a red light, and {on_foot} on foot: "
            "not surely a crowd",
        )

    def measurements(self) -> dict[str, Any]:
        return {"people_mean": round(float(self.counts.mean()), 2), "people_max": int(self.counts.max())}

    def moments(self) -> tuple[Moment, ...]:
        fullest = int(np.argmax(self.counts))
        boxes = self.people[fullest]
        marks = tuple(
            Mark(tuple(float(v) for v in np.clip(box, 0, 1)), "orang", "person", float(confidence))  # type: ignore[arg-type]
            for box, confidence in zip(boxes.xyxy, boxes.confidence, strict=True)
        )
        return (Moment(self.times_s[fullest], "event" if marks else "overview", marks),)


def _painted(survey: Survey, people: Sequence[Detections], many: int) -> FloatArray:
    """Boxes ``(N, 4)`` of people who are part of the scene: asked only where there are many, of the fullest picture."""
    fullest = max(range(len(people)), key=lambda n: len(people[n]), default=0)
    if survey.is_still or not people or len(people[fullest]) < many:
        return np.zeros((0, 4), np.float32)
    painted = [box for box in people[fullest].xyxy if sameness_of(survey, box) >= POSTER]
    return np.array(painted, np.float32).reshape(-1, 4)


def _among(found: Detections, painted: FloatArray) -> int:
    """How many of the found are those."""
    if not len(painted) or not len(found):
        return 0
    return int((iou_matrix(found.xyxy, painted).max(axis=1) >= SAME_BOX).sum())


def _heights(found: Detections) -> FloatArray:
    return _spans(found.xyxy)


def _spans(boxes: FloatArray) -> FloatArray:
    return np.asarray(boxes[:, 3] - boxes[:, 1], np.float32)


def _motionless(count: int) -> Reason:
    return Reason(
        "motionless",
        f"{count} sosok tidak bergerak sama sekali: bisa gambar orang pada papan; perlu dilihat petugas",
        f"{count} figures never move: they may be pictures of people on a board; a person must look",
    )


def _far() -> Reason:
    return Reason(
        "too_far",
        "Orang terlalu kecil dalam gambar untuk dihitung",
        "People are too small in the picture to be counted",
    )


def _nobody() -> Reason:
    return Reason(
        "nobody_seen",
        "Tidak ada orang yang terlihat, dan tidak terbukti bahwa orang sejauh itu cukup besar untuk dikenali",
        "Nobody was seen, and nothing shows that people so far away would be large enough to be told",
    )


def _too_little(survey: Survey) -> Reason:
    looks, span = len(survey.samples), survey.span_s
    return Reason(
        "clip_short",
        f"Rekaman {figure_id(span)} dtk dengan {looks} gambar terlalu sedikit untuk menyangkal adanya kerumunan",
        f"Footage of {span:.0f} s with {looks} pictures is too little to deny a crowd",
    )


def _one_moment() -> Reason:
    return Reason(
        "still",
        "Satu gambar diam tidak membuktikan bahwa kerumunan tidak ada",
        "One still picture does not prove that there is no crowd",
    )
