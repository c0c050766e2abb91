"""New object, dumped rubbish, obstruction: what stood there before the clip began, told by the camera's background.

A clip compared with itself cannot tell an old heap from the ground. The camera's background can, within limits that
keep a change of light or a parked car that left from becoming rubbish: only in daylight, only what no detector
explains, only where new edges came without old ones going, and only while little of the picture differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analytics.against_background import Arrival, ArrivalRules, Background, arrivals
from analytics.arrived import Kinds
from analytics.called import claim_of
from analytics.checks.words import figure_id
from analytics.frames import Survey
from analytics.left_behind import LeftRules
from analytics.newcomers import Newcomer
from analytics.verdict import CheckResult, Mark, Moment, Reason, Verdict
from analytics.zones import Zone
from jsc_project.lib.when import wib_text

LEAST_PICTURES = ArrivalRules().group
"""A median of fewer keeps a thing that was there in one of two pictures, or walked on after half of four."""

LEAST_STRENGTH = 1.15
"""Rendered streets with another sun than the background's: up to 1.22 in shadows' edges, which are doubtful by their
form; heaps of 4 to 9 % of the width 1.1 to 3.2. See docs/cameras.md for the counts."""

SAYS_NOTHING = frozenset({"nothing_new", "too_few_pictures"})
"""Reasons of the comparison of the clip with itself that leave it open what was there before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """``rules``: the check's thresholds (``NewObjectThresholds``); ``thing``: Indonesian and English; ``kinds``: what
    may stand there without being new; ``left``: from which confidence its name says that it is one."""

    survey: Survey
    zones: Sequence[Zone]
    rules: Any
    thing: tuple[str, str]
    kinds: Kinds
    left: LeftRules


def told_against(background: Background | None, result: CheckResult, asked: Asked) -> CheckResult:
    """``result``, or what the background adds where the clip alone says nothing of what was there before.

    Never CONTRADICTED: what has stood for days belongs to the background.
    """
    silent = result.verdict is Verdict.INCONCLUSIVE and result.reasons[0].code in SAYS_NOTHING
    if background is None or not silent:
        return result
    found = arrivals(asked.survey.samples, background)
    if found is None:
        return replace(result, reasons=[*result.reasons, _another_view()])
    named = [(one, _names_of(one, asked)) for one in found if _is_asked(one, asked)]
    mine = [one for one, names in named if not any(names)]
    sure = [one for one, names in named if not (names or one.doubt) and one.strength >= LEAST_STRENGTH]
    if not mine:
        return replace(result, reasons=[*result.reasons, _nothing(background)])
    if len(mine) > asked.rules.most or sum(one.share for one in mine) > asked.rules.max_share:
        return replace(result, reasons=[_much(), *result.reasons])
    if not sure:
        return replace(result, reasons=[_unsure(background), *result.reasons])
    return _found(result, sorted(sure, key=lambda one: -one.strength), background, asked)


def _is_asked(one: Arrival, asked: Asked) -> bool:
    rules = asked.rules
    return rules.min_share <= one.share and any(zone.holds(one.box[None, :])[0] for zone in asked.zones)


def _names_of(one: Arrival, asked: Asked) -> list[bool]:
    """Of each kind that the detector calls it in enough pictures, whether surely. How it came nobody saw, so an unsure
    name leaves it open: a heap that is called a motorcycle and a motorcycle look alike then, and neither is told as a
    heap."""
    stands = Newcomer(one.box, 0.0, asked.survey.span_s, one.strength, True)
    limits = ((asked.kinds.vehicles, asked.left.sure), (asked.kinds.people, asked.left.person))
    claims = [(claim_of(stands, 0.0, asked.survey, classes), sure) for classes, sure in limits]
    return [claim.confidence >= sure for claim, sure in claims if claim.share >= float(asked.rules.explained)]


def _found(result: CheckResult, sure: Sequence[Arrival], background: Background, asked: Asked) -> CheckResult:
    boxes = [[round(float(v), 4) for v in one.box] for one in sure]
    moments = _moments(sure, asked)
    reason = _stands(background, asked)
    # A still proves no dwelling, and in twilight the light itself comes and goes.
    enough = not asked.survey.is_still and len(asked.survey.samples) >= LEAST_PICTURES
    proven = enough and round(asked.survey.span_s) >= asked.rules.min_still_s
    if not (proven and background.is_made_well and background.steady):
        return replace(result, reasons=[_unsure(background), *result.reasons], moments=moments)
    return replace(
        result,
        verdict=Verdict.SUPPORTED,
        confidence=float(np.clip(0.55 + 0.25 * (sure[0].strength - 1), 0, 0.9)),
        measurements={"new_objects": [{"start_s": 0.0, "box": box} for box in boxes]},
        reasons=[reason],
        moments=moments,
    )


def _moments(sure: Sequence[Arrival], asked: Asked) -> tuple[Moment, ...]:
    x1, y1, x2, y2 = (float(v) for v in sure[0].box)
    mark = Mark((x1, y1, x2, y2), *asked.thing)
    return (Moment(float(asked.survey.times_s[-1]), "event", (mark,)),)


def _stands(background: Background, asked: Asked) -> Reason:
    what_id, what_en = asked.thing
    span = asked.survey.span_s
    return Reason(
        "new_since_background",
        f"Ada {what_id} yang tidak ada pada latar kamera ini {_known_id(background)}, "
        f"dan tetap di tempat {figure_id(span)} dtk rekaman",
        f"A {what_en} that is not in this camera's background {_known_en(background)} stayed for all {span:.0f} s",
    )


def _unsure(background: Background) -> Reason:
    return Reason(
        "differs_from_background",
        f"Ada yang berbeda dari latar kamera ini {_known_id(background)}, belum pasti benda; perlu dilihat petugas",
        f"Something differs from this camera's background {_known_en(background)}, not surely a thing; "
        "a person must look",
    )


def _nothing(background: Background) -> Reason:
    return Reason(
        "as_background",
        f"Tempat ini tampak seperti latar kamera ini {_known_id(background)}; yang sudah lama ada termasuk di dalamnya",
        f"The place looks as in this camera's background {_known_en(background)}; what has stood long is part of that",
    )


def _much() -> Reason:
    return Reason(
        "view_changed",
        "Terlalu banyak yang berbeda dari latar kamera ini: cahaya atau arah kamera, bukan satu benda",
        "Too much differs from this camera's background: the light or the camera, not one thing",
    )


def _another_view() -> Reason:
    return Reason(
        "background_of_another_view",
        "Latar kamera ini tidak dapat dibandingkan: pandangannya berbeda",
        "This camera's background cannot be compared: it shows another view",
    )


def _known_id(background: Background) -> str:
    if background.until is None:
        return "(gambar acuan yang diberikan)"
    return f"({background.slot}, {background.looks} gambar sampai {wib_text(background.until)})"


def _known_en(background: Background) -> str:
    if background.until is None:
        return "(the reference picture that was given)"
    return f"({background.slot}, {background.looks} looks until {wib_text(background.until, english=True)})"
