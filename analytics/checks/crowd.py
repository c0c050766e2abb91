"""How many people are there, and do they stay many?

Counted by boxes, picture by picture. A detector counts too few where people hide each other or are a few
pixels tall, never too many by much: so a count supports a crowd, and only a view near enough to tell people apart
contradicts one. People on a board do not
make a crowd: their place looks the same all through the clip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from analytics.checks.base import Range
from analytics.checks.judge import gated
from analytics.checks.words import figure_id, percent_id
from analytics.detections import Detections, Detector, FloatArray, iou_matrix
from analytics.frames import ClipView, Survey, surveyed
from analytics.painted import POSTER, sameness_of
from analytics.people import people_of
from analytics.verdict import CheckResult, Mark, Moment, Reason, Verdict
from analytics.zones import Zone

SAME_BOX = 0.5
"""IoU from which a box is that of a painted person found before."""


@dataclass(frozen=True, slots=True)
class CrowdThresholds:
    """``min_people``: from how many on people are a crowd; no published figure fits a street camera's view, so it is
    ours and the category's to set. ``hold_share``: of the pictures that must show so many, so that a bus that lets its
    passengers out is no crowd. ``contradict_share``: of ``min_people``; with more than that in any picture it is
    borderline. ``seed``: confidence from which a box is a person. ``least_height``: of a person, as a share of the
    picture's height; under it (24 pixels of a 640 by 360 picture) people merge and are missed.
    """

    min_people: int = field(default=15, metadata={"range": Range(2, 1000)})
    hold_share: float = field(default=0.6, metadata={"range": Range(0.05, 1)})
    contradict_share: float = field(default=0.5, metadata={"range": Range(0.05, 1)})
    seed: float = field(default=0.3, metadata={"range": Range(0.05, 0.95)})
    least_height: float = field(default=0.065, metadata={"range": Range(0, 1)})


class Crowd:
    """The check ``crowd``. A still can support: many people are many in one picture too."""

    slug: ClassVar[str] = "crowd"
    version: ClassVar[str] = "2"
    zone_kinds: ClassVar[tuple[str, ...]] = ()
    measurement_keys: ClassVar[tuple[str, ...]] = ("people_mean", "people_max")
    defaults: ClassVar[CrowdThresholds] = CrowdThresholds()

    def run(
        self, clip: ClipView, zones: Sequence[Zone], thresholds: CrowdThresholds, detector: Detector
    ) -> CheckResult:
        survey = surveyed(clip, detector)
        if (blocked := gated(self, survey, clip)) is not None:
            return blocked
        counted = _Counted(survey, zones, thresholds)
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


class _Counted:
    def __init__(self, survey: Survey, zones: Sequence[Zone], rules: CrowdThresholds) -> None:
        self.survey, self.rules = survey, rules
        self.people = [people_of(sample, zones, rules.seed) for sample in survey.samples]
        self.counts = np.array([len(found) for found in self.people], np.int64)
        painted = _painted(survey, self.people, rules.min_people)
        self.alive = np.array([len(found) - _among(found, painted) for found in self.people], np.int64)
        self.held = self._held(self.counts)

    def _held(self, counts: npt.NDArray[np.int64]) -> float:
        """Share of the time with enough people: who is hidden in one picture is seen in the next one, and nobody is
        counted twice in one picture."""
        wide = np.pad(counts, 1)
        fullest = np.max([wide[:-2], wide[1:-1], wide[2:]], axis=0)
        return float((fullest >= self.rules.min_people).mean())

    def verdict(self) -> tuple[Verdict, float | None, Reason]:
        rules = self.rules
        if self.held >= rules.hold_share > self._held(self.alive):
            return Verdict.INCONCLUSIVE, None, _motionless(int(np.max(self.counts - self.alive)))
        if self.held >= rules.hold_share:
            return Verdict.SUPPORTED, self._sure(), self._says("crowd", "Kerumunan", "A crowd")
        if self.counts.max() >= rules.contradict_share * rules.min_people:
            return Verdict.INCONCLUSIVE, None, self._says("few", "Belum tentu kerumunan", "Not surely a crowd")
        if self._too_far():
            return Verdict.INCONCLUSIVE, None, _far()
        if self.survey.is_still:
            return Verdict.INCONCLUSIVE, None, _one_moment()
        share = self.counts.max() / (rules.contradict_share * rules.min_people)
        return Verdict.CONTRADICTED, float(np.clip(0.9 - 0.4 * share, 0, 0.95)), self._says("no_crowd", "", "")

    def _sure(self) -> float:
        """By how surely the people are people, how far over the limit they are, and for how long."""
        many = self.counts >= self.rules.min_people
        confidence = float(np.mean([found.confidence.mean() for found, m in zip(self.people, many, strict=True) if m]))
        over = float(np.clip(np.median(self.counts[many]) / self.rules.min_people - 1, 0, 1))
        still = 0.85 if self.survey.is_still else 1.0
        return float(np.clip((0.55 + 0.25 * over + 0.3 * (confidence - 0.3) + 0.15 * self.held) * still, 0, 0.98))

    def _too_far(self) -> bool:
        heights = np.concatenate([found.xyxy[:, 3] - found.xyxy[:, 1] for found in self.people])
        return bool(len(heights) >= 3 and np.median(heights) < self.rules.least_height)

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

    def measurements(self) -> dict[str, Any]:
        return {"people_mean": round(float(self.counts.mean()), 2), "people_max": int(self.counts.max())}

    def moments(self) -> tuple[Moment, ...]:
        fullest = int(np.argmax(self.counts))
        boxes = self.people[fullest]
        marks = tuple(
            Mark(tuple(float(v) for v in np.clip(box, 0, 1)), "orang", "person", float(confidence))  # type: ignore[arg-type]
            for box, confidence in zip(boxes.xyxy, boxes.confidence, strict=True)
        )
        return (Moment(self.survey.samples[fullest].t_s, "event" if marks else "overview", marks),)


def _painted(survey: Survey, people: Sequence[Detections], many: int) -> FloatArray:
    """Boxes ``(N, 4)`` of people who are part of the scene: asked only where there are many, of the fullest picture."""
    fullest = max(range(len(people)), key=lambda n: len(people[n]))
    if survey.is_still or len(people[fullest]) < many:
        return np.zeros((0, 4), np.float32)
    painted = [box for box in people[fullest].xyxy if sameness_of(survey, box) >= POSTER]
    return np.array(painted, np.float32).reshape(-1, 4)


def _among(found: Detections, painted: FloatArray) -> int:
    """How many of the found are those."""
    if not len(painted) or not len(found):
        return 0
    return int((iou_matrix(found.xyxy, painted).max(axis=1) >= SAME_BOX).sum())


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


def _one_moment() -> Reason:
    return Reason(
        "still",
        "Satu gambar diam tidak membuktikan bahwa kerumunan tidak ada",
        "One still picture does not prove that there is no crowd",
    )
