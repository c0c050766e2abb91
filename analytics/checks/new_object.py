"""Did something come into the picture and stay? Rubbish on the pavement, a tree across the road, a bag left behind.

One engine (``analytics.newcomers``), three questions that differ in zone, size and in what explains a thing away. What
stood there before the clip began cannot be seen by comparing the clip with itself, so nothing new is no contradiction:
it only says that nothing came while the camera was watched. Where the camera has a background of its own, that is asked
next (``stood_before``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from analytics.against_background import background_of
from analytics.arrived import Kinds
from analytics.checks.base import Range, figures_parsed
from analytics.checks.judge import gated
from analytics.checks.stood_before import Asked, told_against
from analytics.checks.words import figure_id
from analytics.detections import Detector
from analytics.frames import ClipView, Survey, surveyed
from analytics.left_behind import LeftRules, left_among
from analytics.newcomers import Newcomer, NewcomerRules, newcomers_of
from analytics.steadied import steadied
from analytics.travelled import TravelRules
from analytics.trusted_names import trust_in
from analytics.verdict import CheckResult, Mark, Moment, Reason, Verdict
from analytics.zones import Zone

PEOPLE = frozenset({"person", "dog", "cat", "bird", "horse", "cow", "sheep"})
VEHICLES = frozenset(
    {"car", "truck", "bus", "motorcycle", "bicycle", "train", "boat", "angkot", "minibus", "van", "bajaj"}
)
KINDS = Kinds(PEOPLE, VEHICLES)

BRIGHT, DIMMEST = 100.0, 0.6
"""Median grey level from which on edges are as strong as they get, and the least share of them asked in the dark."""


AT_END = 3
"""Medians at the clip's end of which two must show it: what was left behind is still there."""


@dataclass(frozen=True, slots=True)
class NewObjectThresholds:
    """``min_still_s``: how long it must have lain there; AVSS and PETS count a bag as left after 30 to 60 s.
    ``min_share``, ``max_share``: of the picture; larger than that the camera or the light has changed.
    ``min_strength``: its edges over what is asked of a new edge, median. ``explained``: share of the pictures in which
    something that may stand there covers it. ``edge``, ``restless``: see ``NewcomerRules``. ``least_width``: of the
    zone's width at its foot, asked of what is smaller than ``large_share`` of the picture; 0: not asked. ``left``,
    ``travel``: figures of ``LeftRules`` and ``TravelRules`` by name; ``left.sure``, ``left.person`` and
    ``left.carried`` go by the weights unless given.
    """

    min_still_s: float = field(default=30.0, metadata={"range": Range(5, 7200)})
    min_share: float = field(default=0.0008, metadata={"range": Range(0.0002, 0.5)})
    max_share: float = field(default=0.25, metadata={"range": Range(0.01, 1)})
    min_strength: float = field(default=1.15, metadata={"range": Range(1, 20)})
    explained: float = field(default=0.3, metadata={"range": Range(0.01, 1)})
    most: int = field(default=6, metadata={"range": Range(1, 100)})
    edge: float = field(default=5.0, metadata={"range": Range(1, 60)})
    restless: float = field(default=3.0, metadata={"range": Range(1, 20)})
    least_width: float = field(default=0.0, metadata={"range": Range(0, 1)})
    large_share: float = field(default=0.0, metadata={"range": Range(0, 1)})
    left: LeftRules = field(default=LeftRules(), metadata={"parse": figures_parsed(LeftRules())})
    travel: TravelRules = field(default=TravelRules(), metadata={"parse": figures_parsed(TravelRules())})


@dataclass(frozen=True, slots=True)
class ObstructionThresholds(NewObjectThresholds):
    """``min_share``: what blocks a lane is larger than a bag: a fifth of a lane's width at the far end of the view.
    ``least_width``, ``large_share``: rendered streets (choosing seeds), bags that the traffic drives around are at most
    .0067 of the picture and .19 of the road's width, the largest part of a tree, rubble or a load .0103 and more.
    ``left.all_of_it``: a tree reaches out of the picture, and a part of it is called a vehicle.
    """

    min_share: float = field(default=0.006, metadata={"range": Range(0.0002, 0.5)})
    max_share: float = field(default=0.5, metadata={"range": Range(0.01, 1)})
    least_width: float = field(default=0.25, metadata={"range": Range(0, 1)})
    large_share: float = field(default=0.009, metadata={"range": Range(0, 1)})
    left: LeftRules = field(
        default=LeftRules(all_of_it=0.6), metadata={"parse": figures_parsed(LeftRules(all_of_it=0.6))}
    )


class NewObject:
    """The check ``new_object``: something left behind, anywhere."""

    slug: ClassVar[str] = "new_object"
    version: ClassVar[str] = "5"
    zone_kinds: ClassVar[tuple[str, ...]] = ()
    measurement_keys: ClassVar[tuple[str, ...]] = ("new_objects",)
    defaults: ClassVar[NewObjectThresholds] = NewObjectThresholds()
    thing: ClassVar[tuple[str, str]] = ("benda baru", "new object")
    unnamed: ClassVar[tuple[float, float] | None] = None
    """``TravelRules.alike`` and ``over_ground`` from which what no detector names came in as a vehicle does; None where
    that is not asked, because who brings a bag moves too."""

    def run(
        self, clip: ClipView, zones: Sequence[Zone], thresholds: NewObjectThresholds, detector: Detector
    ) -> CheckResult:
        survey = surveyed(clip, detector)
        if (blocked := gated(self, survey, clip)) is not None:
            return blocked
        judged = _Judged(survey, zones, thresholds, self._left(thresholds, detector), self.thing)
        verdict, confidence, reason = judged.verdict()
        result = CheckResult(
            check=self.slug,
            verdict=verdict,
            confidence=confidence,
            measurements={"new_objects": judged.measured()},
            reasons=[reason],
            coverage=survey.coverage(),
            frames_decoded=clip.frames_decoded,
            frames_analysed=len(survey.samples),
            moments=judged.moments(),
        )
        asked = Asked(survey, zones, thresholds, self.thing, KINDS, self._left(thresholds, detector))
        return told_against(background_of(clip), result, asked)

    def _left(self, thresholds: NewObjectThresholds, detector: Detector) -> LeftRules:
        """What a thing left behind must be, as far as these weights' names are believed."""
        travel = thresholds.travel
        surely = self.unnamed and replace(travel, alike=self.unnamed[0], over_ground=self.unnamed[1])
        return replace(thresholds.left.by(trust_in(detector.identity.sha256)), travel=travel, unnamed=surely)


class DumpedRubbish(NewObject):
    """The check ``dumped_rubbish``: bags and heaps on pavement or road."""

    slug: ClassVar[str] = "dumped_rubbish"
    zone_kinds: ClassVar[tuple[str, ...]] = ("pavement", "road")
    thing: ClassVar[tuple[str, str]] = ("tumpukan baru", "new heap")


class Obstruction(NewObject):
    """The check ``obstruction``: a tree, rubble, a load across the road."""

    slug: ClassVar[str] = "obstruction"
    version: ClassVar[str] = "6"
    zone_kinds: ClassVar[tuple[str, ...]] = ("road",)
    defaults: ClassVar[ObstructionThresholds] = ObstructionThresholds()
    thing: ClassVar[tuple[str, str]] = ("penghalang baru", "new obstacle")
    unnamed: ClassVar[tuple[float, float] | None] = (0.85, 0.12)


class _Judged:
    def __init__(
        self,
        survey: Survey,
        zones: Sequence[Zone],
        rules: NewObjectThresholds,
        left: LeftRules,
        thing: tuple[str, str],
    ) -> None:
        self.survey, self.rules, self.thing = survey, rules, thing
        still = survey if survey.is_still else steadied(survey)
        asked = NewcomerRules(edge=rules.edge * _dimness(still), restless=rules.restless, at_end=AT_END)
        found = None if survey.is_still else newcomers_of(still, asked)
        self.measurable = found is not None
        inside = [one for one in found or [] if any(zone.holds(one.box[None, :])[0] for zone in zones)]
        sized = [one for one in inside if rules.min_share <= one.share <= rules.max_share and self._is_wide(one, zones)]
        self.things = left_among(sized, still, KINDS, rules.explained, left)
        self.too_large = [one for one in inside if one.share > rules.max_share]

    def _is_wide(self, one: Newcomer, zones: Sequence[Zone]) -> bool:
        """Whether it takes enough of the road it lies on, or is too large for a trifle."""
        foot, wide = float(one.box[3]), float(one.box[2] - one.box[0])
        across = [zone.width_at(foot) for zone in zones if zone.holds(one.box[None, :])[0]]
        return one.share >= self.rules.large_share or wide >= self.rules.least_width * max(across, default=1.0)

    @property
    def left(self) -> list[Newcomer]:
        """Those that have lain long enough, are still there, and stand out surely; the surest first."""
        rules = self.rules
        long = [one for one in self.things if one.is_there_at_end and round(one.stays_s) >= rules.min_still_s]
        return sorted((one for one in long if one.strength >= rules.min_strength), key=lambda one: -one.strength)

    def verdict(self) -> tuple[Verdict, float | None, Reason]:
        if not self.measurable:
            return Verdict.INCONCLUSIVE, None, _too_few(self.survey)
        changed = sum(one.share for one in self.things)
        if self.too_large or changed > self.rules.max_share or len(self.things) > self.rules.most:
            return Verdict.INCONCLUSIVE, None, _all_changed()
        if self.left:
            best = self.left[0]
            sure = float(np.clip(0.5 + 0.2 * (best.strength - 1) + 0.1 * self._longer(best), 0, 0.97))
            return Verdict.SUPPORTED, sure, self._lies(best)
        if self.things:
            return Verdict.INCONCLUSIVE, None, self._borderline(self.things[0])
        return Verdict.INCONCLUSIVE, None, self._nothing()

    def _longer(self, one: Newcomer) -> float:
        return float(np.clip(one.stays_s / self.rules.min_still_s - 1, 0, 1))

    def measured(self) -> list[dict[str, Any]] | None:
        if not self.measurable:
            return None
        return [
            {"start_s": round(one.start_s, 1), "box": [round(float(v), 4) for v in one.box]}
            for one in sorted(self.left, key=lambda one: one.start_s)
        ]

    def moments(self) -> tuple[Moment, ...]:
        times = self.survey.times_s
        if not self.left:
            return (Moment(float(times[len(times) // 2]), "overview"),)
        best = self.left[0]
        x1, y1, x2, y2 = (float(v) for v in best.box)
        mark = Mark((x1, y1, x2, y2), self.thing[0], self.thing[1])
        before = float(times[max(0, int(np.searchsorted(times, best.start_s)) - self._margin())])
        return (Moment(before, "before"), Moment(float(times[-1]), "event", (mark,)))

    def _margin(self) -> int:
        """Pictures before the onset whose thing is surely not there yet: the onset is known to a group of pictures."""
        return NewcomerRules().group

    def _lies(self, one: Newcomer) -> Reason:
        what_id, what_en = self.thing
        return Reason(
            "new_object",
            f"Ada {what_id} sejak detik {figure_id(one.start_s)} dan tetap di tempat {figure_id(one.stays_s)} dtk",
            f"A {what_en} came at {one.start_s:.0f} s and stayed for {one.stays_s:.0f} s",
        )

    def _borderline(self, one: Newcomer) -> Reason:
        return Reason(
            "borderline",
            f"Ada perubahan {figure_id(one.stays_s)} dtk yang belum pasti benda; perlu dilihat petugas",
            f"Something changed for {one.stays_s:.0f} s, not surely a thing; a person must look",
        )

    def _nothing(self) -> Reason:
        span = self.survey.span_s
        return Reason(
            "nothing_new",
            f"Tidak ada yang baru muncul selama {figure_id(span)} dtk rekaman; "
            "yang sudah ada sebelumnya tidak terlihat dari sini",
            f"Nothing came during {span:.0f} s of footage; what was there before cannot be told from this",
        )


def _dimness(survey: Survey) -> float:
    """A dark picture's edges are as much weaker as it is darker: share of the edge that is asked of a bright one."""
    level = float(np.median([np.median(sample.grey) for sample in survey.samples]))
    return float(np.clip(level / BRIGHT, DIMMEST, 1.0))


def _too_few(survey: Survey) -> Reason:
    return Reason(
        "too_few_pictures",
        "Gambar terlalu sedikit untuk membandingkan sebelum dan sesudah",
        f"Too few pictures ({len(survey.samples)}) to compare before with after",
    )


def _all_changed() -> Reason:
    return Reason(
        "view_changed",
        "Terlalu banyak yang berubah dalam gambar: cahaya atau arah kamera, bukan satu benda",
        "Too much of the picture changed: the light or the camera, not one thing",
    )
