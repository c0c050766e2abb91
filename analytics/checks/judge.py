"""What holds for every check: when it may run at all, and when it must not contradict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analytics.checks import words
from analytics.checks.base import Check
from analytics.frames import ClipView, Survey
from analytics.verdict import CheckResult, Moment, Reason, Verdict
from analytics.zones import Zone, whole_picture
from cameras.frozen import FrozenLimits

LEAST_COVERAGE = 0.6
"""Below this share of the window nothing is ever contradicted (design, section 2)."""

LEAST_SIDE = 160
"""Pixels of a picture's longer side under which neither vehicles nor people can be told: the smallest pictures that
cameras send are 160 by 120 (QQVGA), and a vehicle a tenth as wide has 16 pixels there, under the 20 that detectors
need."""

REPEATED = 1 - LEAST_COVERAGE
"""Share of a clip in which one picture is repeated, over which it denies nothing: while a feed hangs, nobody watches.
The picture gate calls it frozen from 20 or 30 s on, since recorders bridge gaps so."""

REPEATED_S = FrozenLimits().settling_s + 3.0
"""Shorter repeats prove nothing: a feed that has just begun may look so until its encoder has settled."""


@dataclass(frozen=True, slots=True)
class Caution:
    """What is known about the footage besides its pictures.

    ``coverage``: share 0-1 of the window asked for, None to use the clip's own. ``assumed``: the
    camera's view is only assumed. ``truncated``: why the file gave less than it promised, or None; ``lengths``: the
    seconds that it promised and gave, where they are known to differ.
    """

    coverage: float | None = None
    assumed: bool = False
    truncated: str | None = None
    lengths: tuple[float, float] | None = None


def zones_for(check: Check, zones: Sequence[Zone], required: bool) -> list[Zone] | None:
    """The zones of the check's kinds; the whole picture where none is drawn and none required; else None."""
    fitting = [zone for zone in zones if zone.kind in check.zone_kinds]
    if fitting:
        return fitting
    if check.zone_kinds and required:
        return None
    return [whole_picture(check.zone_kinds[0] if check.zone_kinds else "road")]


def gated(check: Check, survey: Survey, clip: ClipView, least_side: int = 0) -> CheckResult | None:
    """INCONCLUSIVE where the pictures are not good enough to be asked anything; None where they are.

    ``least_side``: pixels that their longer side must have.
    """
    height, width = survey.samples[-1].grey.shape
    small = max(height, width) < least_side
    if survey.quality.ok and not small:
        return None
    reasons = [words.bad_picture(code) for code in survey.quality.reasons]
    reasons = [words.picture_small(width, height, least_side)] if small else reasons
    result = unmeasured(check.slug, check.measurement_keys, Verdict.INCONCLUSIVE, reasons)
    middle = float(survey.times_s[len(survey.samples) // 2])
    return replace(
        result,
        coverage=survey.coverage(),
        frames_decoded=clip.frames_decoded,
        frames_analysed=len(survey.samples),
        moments=(Moment(middle, "overview"),),
    )


def repeats_itself(survey: Survey) -> bool:
    """Whether too much of the clip is one picture: a live camera's differ at least by the sensor's noise."""
    return survey.quality.frozen_s > max(REPEATED * survey.span_s, REPEATED_S)


def careful(result: CheckResult, caution: Caution) -> CheckResult:
    """The result with the window's coverage, and no contradiction that the footage does not carry."""
    coverage = result.coverage if caution.coverage is None else caution.coverage
    doubts = _doubts(coverage, caution)
    notes = [words.truncated(caution.truncated, caution.lengths)] if caution.truncated else []
    if result.verdict is Verdict.CONTRADICTED and doubts:
        return replace(
            result, verdict=Verdict.INCONCLUSIVE, coverage=coverage, reasons=[*doubts, *notes, *result.reasons]
        )
    return replace(result, coverage=coverage, reasons=[*result.reasons, *notes])


def _doubts(coverage: float, caution: Caution) -> list[Reason]:
    doubts = []
    if coverage < LEAST_COVERAGE:
        doubts.append(words.low_coverage(coverage))
    if caution.assumed:
        doubts.append(words.assumed_coverage())
    return doubts


def unmeasured(slug: str, keys: Sequence[str], verdict: Verdict, reasons: Sequence[Reason]) -> CheckResult:
    """An answer without a measurement: every key null, and an overview of what the camera shows."""
    return CheckResult(
        check=slug,
        verdict=verdict,
        confidence=None,
        measurements=dict.fromkeys(keys),
        reasons=reasons,
        coverage=1.0,
        frames_decoded=0,
        frames_analysed=0,
        moments=(Moment(0.0, "overview"),),
    )
