"""How far a camera's answers are believed, from what people said of them. Pure.

A pair is one check on one camera. Its precision is the share of its SUPPORTED that people found right; an interval
says how little a few answers prove. A pair that is shown to be under its target is demoted: its SUPPORTED goes to
"perlu ditinjau" until a person confirms zones and thresholds anew.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics.verdict import Reason
from jsc_project.lib.when import day_text

Z_ONE_SIDED_90 = 1.2816
"""Of the normal distribution: a tenth lies above. Both bounds of an interval so hold together for 80 %."""

LEAST_JUDGED = 5
"""With fewer, one mistaken tap would decide: of three answers one wrong already leaves 0.89 as the upper bound."""

WINDOW = 50
"""The answers that count are the last so many, so that a long good record hides no camera that has been turned."""

DEFAULT_TARGET = 0.9
"""What a lurah can live with: nine of ten in the verified list are there. A category may ask for another."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer of a camera, of which a person said at ``at`` whether it was right."""

    at: datetime
    right: bool


@dataclass(frozen=True, slots=True)
class Demotion:
    """Since when, on how many answers (``right`` of ``judged``), under which target (0-1)."""

    since: datetime
    right: int
    judged: int
    target: float


def wilson(right: int, judged: int, z: float = Z_ONE_SIDED_90) -> tuple[float, float]:
    """Lower and upper bound (0-1) of a share; (0, 1) where nothing was judged.

    Wilson's score interval (J. Am. Stat. Assoc. 22, 1927), which stays sensible for few answers and for shares near 1.

    Raises:
        ValueError: more right than judged, or less than none.
    """
    if not 0 <= right <= judged:
        raise ValueError(f"right must be within 0..judged, got {right} of {judged}")
    if judged == 0:
        return 0.0, 1.0
    share, scale = right / judged, 1 + z * z / judged
    middle = share + z * z / (2 * judged)
    reach = z * math.sqrt(share * (1 - share) / judged + z * z / (4 * judged * judged))
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def falls_short(right: int, judged: int, target: float) -> bool:
    """Whether so many answers show that the precision is under ``target``.

    The upper bound decides. The lower one would demote every new camera: 14 right of 14 still leave it under 0.9.
    """
    return judged >= LEAST_JUDGED and wilson(right, judged)[1] < target


def demotion_of(judged: Sequence[Judged], target: float) -> Demotion | None:
    """The first time that the last ``WINDOW`` answers fell short; ``judged`` by time, since the last confirmation.

    Later right answers lift nothing: what was wrong with the camera is put right by somebody who looks at it, and a
    lucky row is no such look. An answer taken back is not in ``judged``, and so undoes what it did.
    """
    last: deque[bool] = deque(maxlen=WINDOW)
    right = 0
    for one in judged:
        right += one.right - (last[0] if len(last) == WINDOW else 0)
        last.append(one.right)
        if falls_short(right, len(last), target):
            return Demotion(one.at, right, len(last), target)
    return None


PRIOR_JUDGED = 10
"""A pair that nobody has judged is taken for one that was right as often as its target asks, in so many answers."""


def reliability(right: int, judged: int, target: float = DEFAULT_TARGET) -> float:
    """0-1, for weighing: the expected precision as a share of the target; 1 where nothing speaks against the pair."""
    expected = (right + PRIOR_JUDGED * target) / (judged + PRIOR_JUDGED)
    return min(1.0, expected / target)


def demoted_words(demotion: Demotion) -> Reason:
    """Why a camera's "terlihat" is not believed by itself, and since when (a day in Jakarta)."""
    days = day_text(demotion.since), day_text(demotion.since, english=True)
    counts, target = (demotion.right, demotion.judged), round(100 * demotion.target)
    return Reason(
        "camera_demoted",
        f"menunjukkan kejadian, tetapi sejak {days[0]} jawaban kamera ini perlu "
        f"ditinjau petugas: hanya {counts[0]} dari {counts[1]} yang dinilai benar (target {target} %)",
        f"shows it, but since {days[1]} a person has to look at this camera's "
        f"answers: only {counts[0]} of {counts[1]} were judged right (target {target} %)",
    )
