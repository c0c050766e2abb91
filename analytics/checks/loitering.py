"""Is somebody there, from when to when, and does anybody stay?

SUPPORTED needs one person who keeps to one place for ``min_dwell_s``, seen surely and not as still as a picture on
a wall. Visits, with their edges looked up frame by frame, are measured whatever the verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from analytics.checks.base import Range, figures_parsed
from analytics.checks.judge import gated
from analytics.checks.words import figure_id, still_picture
from analytics.detections import Detector
from analytics.frames import ClipView, Survey, surveyed
from analytics.one_person import RULES, StayRules
from analytics.people import Edges, PeopleRules, seen_people, visits_of
from analytics.stays import Stay, stays_of_people
from analytics.verdict import CheckResult, Mark, Moment, Reason, Verdict
from analytics.zones import Zone


@dataclass(frozen=True, slots=True)
class LoiteringThresholds:
    """``min_dwell_s``: how long one person stays; 60 s is the command line's default, categories set their own.
    ``min_confidence``: mean over the stay's pictures, a picture without the person counting 0. ``min_hits``: pictures
    that show the person. ``contradict_share``: a stay of this share of ``min_dwell_s`` is borderline.
    ``crowded``: with more people in the usual picture one stay cannot be told from the next: no contradiction.
    ``stays``: the engine's own figures, an object (``analytics.one_person``).
    """

    min_dwell_s: float = field(default=60.0, metadata={"range": Range(5, 7200)})
    min_confidence: float = field(default=0.45, metadata={"range": Range(0.05, 0.95)})
    min_hits: int = field(default=4, metadata={"range": Range(2, 1000)})
    contradict_share: float = field(default=0.5, metadata={"range": Range(0.1, 1)})
    crowded: int = field(default=12, metadata={"range": Range(2, 1000)})
    stays: StayRules = field(default=RULES, metadata={"parse": figures_parsed(RULES)})


class Loitering:
    """The check ``loitering``."""

    slug: ClassVar[str] = "loitering"
    version: ClassVar[str] = "3"
    zone_kinds: ClassVar[tuple[str, ...]] = ("pavement",)
    measurement_keys: ClassVar[tuple[str, ...]] = ("visits",)
    defaults: ClassVar[LoiteringThresholds] = LoiteringThresholds()

    def run(
        self, clip: ClipView, zones: Sequence[Zone], thresholds: LoiteringThresholds, detector: Detector
    ) -> CheckResult:
        survey = surveyed(clip, detector)
        if (blocked := gated(self, survey, clip)) is not None:
            return blocked
        rules = PeopleRules()
        people = seen_people(survey, zones, rules)
        judged = _Judged(survey, thresholds, [len(picture) for picture in people])
        judged.stays = stays_of_people(people, survey, thresholds.stays)
        verdict, confidence, reason, who = judged.verdict()
        visits = None
        if not judged.is_one_moment:
            edges = Edges(clip, detector, zones, rules)
            visits = [[round(a, 1), round(b, 1)] for a, b in edges.of(visits_of(people, survey, rules), survey)]
        return CheckResult(
            check=self.slug,
            verdict=verdict,
            confidence=confidence,
            measurements={"visits": visits},
            reasons=[reason],
            coverage=survey.coverage(),
            frames_decoded=clip.frames_decoded,
            frames_analysed=len(survey.samples),
            moments=_moments(survey, who),
        )


@dataclass(slots=True)
class _Judged:
    survey: Survey
    rules: LoiteringThresholds
    counts: list[int]
    stays: list[Stay] = field(default_factory=list)

    @property
    def is_one_moment(self) -> bool:
        return self.survey.is_still or len(self.survey.samples) < 2

    def _is_person(self, stay: Stay) -> bool:
        sure = len(stay.seen) >= self.rules.min_hits and stay.evidence >= self.rules.min_confidence
        return sure and stay.is_settled(self.rules.stays)

    def verdict(self) -> tuple[Verdict, float | None, Reason, Stay | None]:
        if self.is_one_moment:
            return Verdict.INCONCLUSIVE, None, still_picture(), None
        long = [s for s in self.stays if round(s.dwell_s) >= self.rules.min_dwell_s and self._is_person(s)]
        alive = [stay for stay in long if not stay.is_poster(self.survey)]
        if alive:
            best = max(alive, key=lambda stay: stay.evidence)
            return Verdict.SUPPORTED, self._sure(best), self._stayed(best), best
        if long:
            return Verdict.INCONCLUSIVE, None, _motionless(long[0]), long[0]
        return self._nobody()

    def _nobody(self) -> tuple[Verdict, float | None, Reason, Stay | None]:
        # What moved about more than anybody who stands was put together from people who passed: no doubt left.
        longest = next((stay for stay in self.stays if stay.spread <= 2 * self.rules.stays.settled_heights), None)
        if round(self.survey.span_s) < self.rules.min_dwell_s:
            return Verdict.INCONCLUSIVE, None, self._short(), longest
        if longest and longest.dwell_s >= self.rules.contradict_share * self.rules.min_dwell_s:
            return Verdict.INCONCLUSIVE, None, self._borderline(longest), longest
        if np.median(self.counts) > self.rules.crowded:
            return Verdict.INCONCLUSIVE, None, self._crowded(), None
        if self.survey.usual_step_s > self.rules.min_dwell_s / 6:
            return Verdict.INCONCLUSIVE, None, _sparse(), None
        share = (longest.dwell_s if longest else 0.0) / self.rules.min_dwell_s
        watched = min(1.0, self.survey.span_s / (2 * self.rules.min_dwell_s))
        return Verdict.CONTRADICTED, float(np.clip((1 - share) * (0.6 + 0.3 * watched), 0, 0.9)), self._none(), None

    def _sure(self, stay: Stay) -> float:
        longer = float(np.clip(stay.dwell_s / self.rules.min_dwell_s - 1, 0, 1))
        return float(np.clip(stay.evidence + 0.1 * longer, 0, 0.98))

    def _stayed(self, stay: Stay) -> Reason:
        limit = self.rules.min_dwell_s
        return Reason(
            "loitering",
            f"Satu orang tetap di satu tempat {figure_id(stay.dwell_s)} dtk (batas {figure_id(limit)} dtk)",
            f"One person kept to one place for {stay.dwell_s:.0f} s (limit {limit:.0f} s)",
        )

    def _borderline(self, stay: Stay) -> Reason:
        return Reason(
            "borderline",
            f"Ada yang tampak tinggal {figure_id(stay.dwell_s)} dtk, belum pasti; perlu dilihat petugas",
            f"Somebody seems to have stayed for {stay.dwell_s:.0f} s, not surely; a person must look",
        )

    def _short(self) -> Reason:
        span, limit = self.survey.span_s, self.rules.min_dwell_s
        return Reason(
            "clip_short",
            f"Rekaman {figure_id(span)} dtk lebih pendek dari batas {figure_id(limit)} dtk",
            f"The footage of {span:.0f} s is shorter than the limit of {limit:.0f} s",
        )

    def _crowded(self) -> Reason:
        return Reason(
            "too_crowded",
            "Terlalu ramai untuk membedakan siapa yang tinggal dan siapa yang lewat",
            "Too crowded to tell who stays from who passes",
        )

    def _none(self) -> Reason:
        span = self.survey.span_s
        return Reason(
            "nobody_stays",
            f"Tidak ada orang yang tinggal lama selama {figure_id(span)} dtk rekaman",
            f"Nobody stayed during {span:.0f} s of footage",
        )


def _motionless(stay: Stay) -> Reason:
    return Reason(
        "motionless",
        f"Sosok yang tidak bergerak sama sekali {figure_id(stay.dwell_s)} dtk: bisa gambar, patung atau orang tidur",
        f"A figure that did not move at all for {stay.dwell_s:.0f} s: a picture, a statue or somebody asleep",
    )


def _sparse() -> Reason:
    return Reason(
        "rate_too_low",
        "Gambar terlalu jarang untuk mengukur lamanya seseorang tinggal",
        "The pictures are too far apart to measure how long somebody stays",
    )


def _moments(survey: Survey, who: Stay | None) -> tuple[Moment, ...]:
    times = survey.times_s
    if who is None:
        return (Moment(float(times[len(times) // 2]), "overview"),)
    box = tuple(float(np.clip(value, 0, 1)) for value in who.box)
    mark = Mark((box[0], box[1], box[2], box[3]), f"orang {figure_id(who.dwell_s)} dtk", f"person {who.dwell_s:.0f} s")
    middle = who.seen[len(who.seen) // 2]
    return tuple(Moment(at, kind, (mark,)) for at, kind in _around(who, middle.t_s))


def _around(who: Stay, middle_s: float) -> list[tuple[float, str]]:
    return [(who.seen[0].t_s, "before"), (middle_s, "event"), (who.seen[-1].t_s, "after")]
