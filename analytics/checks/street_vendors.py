"""Does somebody sell on the pavement? Always a person's decision, never the machine's.

No public weights know carts and stalls, and a licensed stall looks like any other. So this check gathers what speaks
for one (things of a stall that stay, or something that came and stayed, with people who stay beside it), measures it,
and answers INCONCLUSIVE with the pictures: the incident stays in "perlu ditinjau". Nor is anything denied: a stall that
stood there before the footage began is scenery to it, and on rendered pavements (choosing seeds) three of four that it
called empty had one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from analytics.arrived import Kinds, things_among
from analytics.checks.base import Range, figures_parsed
from analytics.checks.judge import gated
from analytics.checks.new_object import PEOPLE, VEHICLES
from analytics.checks.words import figure_id, still_picture
from analytics.detections import Detector
from analytics.frames import ClipView, Survey, surveyed
from analytics.newcomers import newcomers_of
from analytics.one_person import RULES, StayRules
from analytics.people import PeopleRules, seen_people
from analytics.slots import SlotRules, in_zones, slots_of, without_doubles
from analytics.stays import Stay, stays_of_people
from analytics.verdict import CheckResult, Mark, Moment, Reason, Verdict
from analytics.zones import Zone

Box = npt.NDArray[np.float32]

STALL_THINGS = frozenset(
    {"umbrella", "dining table", "bench", "chair", "bowl", "bottle", "cup", "cart", "stall", "tent", "gerobak", "tenda"}
)
"""What COCO calls parts of a stall, and the names of weights that know carts and tents."""


@dataclass(frozen=True, slots=True)
class StreetVendorsThresholds:
    """``min_dwell_s``: how long thing and seller stay (notes: 300 s; a category sets it, 60 s is the command line's).
    ``beside``: distance of a seller from the thing, in body heights. ``together``: share of the thing's time that
    somebody is beside it. ``watch_s``: how long a pavement must have been watched to be told empty. ``stays``: the
    engine's own figures, an object (``analytics.one_person``).
    """

    min_dwell_s: float = field(default=60.0, metadata={"range": Range(5, 7200)})
    beside: float = field(default=1.5, metadata={"range": Range(0.2, 10)})
    together: float = field(default=0.5, metadata={"range": Range(0.05, 1)})
    watch_s: float = field(default=90.0, metadata={"range": Range(10, 7200)})
    stays: StayRules = field(default=RULES, metadata={"parse": figures_parsed(RULES)})


@dataclass(frozen=True, slots=True, eq=False)
class Stall:
    """A thing that stays and the people beside it. ``box`` 0-1; ``start_s``, ``end_s`` from the first frame."""

    box: Box
    start_s: float
    end_s: float

    @property
    def dwell_s(self) -> float:
        return self.end_s - self.start_s


class StreetVendors:
    """The check ``street_vendors``; never SUPPORTED nor CONTRADICTED."""

    slug: ClassVar[str] = "street_vendors"
    version: ClassVar[str] = "3"
    zone_kinds: ClassVar[tuple[str, ...]] = ("pavement",)
    measurement_keys: ClassVar[tuple[str, ...]] = ("stalls", "longest_dwell_s")
    defaults: ClassVar[StreetVendorsThresholds] = StreetVendorsThresholds()

    def run(
        self, clip: ClipView, zones: Sequence[Zone], thresholds: StreetVendorsThresholds, detector: Detector
    ) -> CheckResult:
        survey = surveyed(clip, detector)
        if (blocked := gated(self, survey, clip)) is not None:
            return blocked
        one_moment = survey.is_still or len(survey.samples) < 2
        seen = [] if one_moment else seen_people(survey, zones, PeopleRules())
        people = stays_of_people(seen, survey, thresholds.stays)
        stalls = [] if one_moment else stalls_of(survey, zones, people, thresholds)
        verdict, confidence, reason = _verdict(survey, stalls, people, thresholds)
        longest = max([stall.dwell_s for stall in stalls], default=0.0)
        return CheckResult(
            check=self.slug,
            verdict=verdict,
            confidence=confidence,
            measurements={
                "stalls": None if one_moment else len(stalls),
                "longest_dwell_s": None if one_moment else round(longest, 1),
            },
            reasons=[reason],
            coverage=survey.coverage(),
            frames_decoded=clip.frames_decoded,
            frames_analysed=len(survey.samples),
            moments=_moments(survey, stalls),
        )


def stalls_of(
    survey: Survey, zones: Sequence[Zone], people: Sequence[Stay], rules: StreetVendorsThresholds
) -> list[Stall]:
    """Things that stay on the pavement with one of the people beside them, longest first; each place once."""
    staying = [stay for stay in people if stay.dwell_s >= rules.min_dwell_s / 2]
    kept: list[Stall] = []
    # What the detector knows by name first: its time is told by every picture, a newcomer's end by medians alone.
    for things in (_named(survey, zones), _newcomers(survey, zones)):
        found = [_stall(box, start, end, staying, survey, rules) for box, start, end in things]
        for stall in sorted((one for one in found if one is not None), key=lambda one: -one.dwell_s):
            if not any(_near(stall.box, other.box) for other in kept):
                kept.append(stall)
    return sorted(kept, key=lambda one: -one.dwell_s)


def _named(survey: Survey, zones: Sequence[Zone]) -> list[tuple[Box, float, float]]:
    slots = in_zones(without_doubles(slots_of(survey, STALL_THINGS, SlotRules())), zones)
    return [(slot.box, slot.start_s, slot.end_s) for slot in slots]


def _newcomers(survey: Survey, zones: Sequence[Zone]) -> list[tuple[Box, float, float]]:
    came = [one for one in newcomers_of(survey) or [] if any(zone.holds(one.box[None, :])[0] for zone in zones)]
    things = things_among([one for one in came if one.share < 0.25], survey, Kinds(PEOPLE, VEHICLES), 0.5)
    return [(one.box, one.start_s, one.start_s + one.stays_s) for one in things]


def _stall(
    box: Box, start_s: float, end_s: float, people: Sequence[Stay], survey: Survey, rules: StreetVendorsThresholds
) -> Stall | None:
    if round(end_s - start_s) < rules.min_dwell_s:
        return None
    height, width = survey.samples[0].grey.shape
    beside = [stay for stay in people if _beside(stay, box, width / height, rules.beside)]
    shared = [max(0.0, min(end_s, stay.end_s) - max(start_s, stay.start_s)) for stay in beside]
    if not shared or max(shared) < rules.together * (end_s - start_s):
        return None
    return Stall(box, start_s, end_s)


def _beside(stay: Stay, box: Box, aspect: float, reach: float) -> bool:
    """Whether the person is within ``reach`` body heights of the thing, sideways, at about its foot's level."""
    person = stay.box
    body = float(person[3] - person[1])
    gap = max(float(box[0] - person[2]), float(person[0] - box[2]), 0.0) * aspect
    return gap <= reach * body and abs(float(person[3] - box[3])) <= body


def _near(a: Box, b: Box) -> bool:
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    return bool(across > -0.02 and down > -0.02)


def _verdict(
    survey: Survey, stalls: Sequence[Stall], people: Sequence[Stay], rules: StreetVendorsThresholds
) -> tuple[Verdict, float | None, Reason]:
    if survey.is_still or len(survey.samples) < 2:
        return Verdict.INCONCLUSIVE, None, still_picture()
    if stalls:
        return Verdict.INCONCLUSIVE, None, _looks_like(stalls)
    longest = people[0].dwell_s if people else 0.0
    if longest >= rules.min_dwell_s / 2 or survey.span_s < rules.watch_s:
        return Verdict.INCONCLUSIVE, None, _unsure(longest)
    if any(one.stays_s >= rules.min_dwell_s / 2 for one in newcomers_of(survey) or []):
        return Verdict.INCONCLUSIVE, None, _unsure(longest)
    return Verdict.INCONCLUSIVE, None, _empty(survey.span_s)


def _looks_like(stalls: Sequence[Stall]) -> Reason:
    longest = stalls[0].dwell_s
    return Reason(
        "needs_person",
        f"Ada {len(stalls)} tempat yang menyerupai lapak dengan orang menetap, paling lama {figure_id(longest)} dtk; "
        "petugas yang memutuskan",
        f"{len(stalls)} places look like stalls with people who stay, {longest:.0f} s at most; a person decides",
    )


def _unsure(longest_s: float) -> Reason:
    return Reason(
        "unsure",
        f"Belum jelas ada yang berjualan (orang menetap paling lama {figure_id(longest_s)} dtk); perlu dilihat petugas",
        f"Not clear whether anybody sells (somebody stayed {longest_s:.0f} s at most); a person must look",
    )


def _empty(span_s: float) -> Reason:
    return Reason(
        "pavement_empty",
        f"Trotoar tampak kosong: tidak ada orang atau benda baru yang menetap selama {figure_id(span_s)} dtk; "
        "lapak yang sudah lama berdiri bisa terlewat, petugas yang memutuskan",
        f"The pavement looks empty: nobody and nothing new stayed for {span_s:.0f} s; "
        "a stall that has long stood there may be missed, a person decides",
    )


def _moments(survey: Survey, stalls: Sequence[Stall]) -> tuple[Moment, ...]:
    times = survey.times_s
    if not stalls:
        return (Moment(float(times[len(times) // 2]), "overview"),)
    at = (stalls[0].start_s + stalls[0].end_s) / 2
    boxes = [tuple(float(np.clip(v, 0, 1)) for v in stall.box) for stall in stalls]
    marks = tuple(Mark((b[0], b[1], b[2], b[3]), "mirip lapak", "looks like a stall") for b in boxes)
    return (Moment(float(times[int(np.argmin(np.abs(times - at)))]), "event", marks),)
