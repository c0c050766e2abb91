"""What the parts of the check of high water share: its thresholds, and the pictures it looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from analytics.checks.base import Range
from analytics.detections import Detections
from analytics.flood import is_colourless
from analytics.frames import Survey
from analytics.verdict import Moment, Reason, Verdict
from analytics.water import See, Waters
from cameras.footage.frame import Frame

LEAST_LOOKS, APART_S = 6, 12.0
"""Fewer pictures, or pictures further apart, deny nothing: between two of them a road is flooded and driven dry again,
and a camera that sends one a minute shows neither motion nor what passes."""

LOOKS = 10
"""Pictures asked of the network: an eighth of a core-second each."""

Answer = tuple[Verdict, float | None, Reason]


@dataclass(frozen=True, slots=True)
class HighWaterThresholds:
    """Shares are of the zone, 0-1.

    ``flooded_share``: water on a road to support. ``ripples``: how much more its
    surface must change than the rest of the picture (dry roads of our real clips: at most 1.2, and 2.5 under
    traffic that is not cut out); ``rocks``, ``rocks_plainly``: the same where a vehicle has just driven, of nearly
    all such places and of most (dry: a drawn road in rain 0.5 and 0.8, plain 0.9 and 1.3; a real motorway 0.8 and
    2.3). ``dry_share``: at most, to contradict. ``held``: share of the pictures that must agree. ``view_share``,
    ``view_waders``: where no zone is drawn, water of the whole picture, and people or vehicles standing in it.
    ``risen``: over a river zone's usual share, or during the clip; the method's own error is 0.08; ``usual_water``:
    least share that must be water in a river's clean picture, for the network to know this river's water at all, and
    now, to say that it covers a bank.
    ``as_usual``: most of a zone that looks like water and did not on dry days, to contradict where ``ground``
    holds: correlation of the ground's fine pattern with theirs. ``still``: most that places just driven over may
    rock, ``driven``: share of what looks like water that must have been, ``passes``: at least so many times.
    ``day_luma``: median grey of the whole picture under which it is no day, and the network knows no night; a day's
    street has 80 and more, a lit night street 20-60. ``gauge_high``, ``gauge_low``: share of the gauge under water
    to support and to contradict; the zone is drawn over the marked length, and each gate has its own alarm level
    (Siaga), so categories should set these. ``line_fits``: share of the gauge's pixels that agree with the line.
    ``watch_s``: shorter footage contradicts nothing. ``seen``: least share of the zone that is not hidden.
    ``doubt``: most of the zone that may be undecided. ``night_luma``: median grey under which wet ground and water
    look alike. ``glare``: most of the zone that may be burnt out.
    """

    flooded_share: float = field(default=0.35, metadata={"range": Range(0.05, 1)})
    ripples: float = field(default=2.0, metadata={"range": Range(1, 50)})
    rocks: float = field(default=1.2, metadata={"range": Range(1, 50)})
    rocks_plainly: float = field(default=1.9, metadata={"range": Range(1, 50)})
    dry_share: float = field(default=0.04, metadata={"range": Range(0, 0.5)})
    held: float = field(default=0.8, metadata={"range": Range(0.5, 1)})
    view_share: float = field(default=0.2, metadata={"range": Range(0.05, 1)})
    view_waders: int = field(default=2, metadata={"range": Range(0, 100)})
    risen: float = field(default=0.15, metadata={"range": Range(0.02, 1)})
    usual_water: float = field(default=0.15, metadata={"range": Range(0, 1)})
    as_usual: float = field(default=0.05, metadata={"range": Range(0, 1)})
    ground: float = field(default=0.6, metadata={"range": Range(0.1, 1)})
    still: float = field(default=1.5, metadata={"range": Range(1, 50)})
    driven: float = field(default=0.6, metadata={"range": Range(0.1, 1)})
    passes: int = field(default=6, metadata={"range": Range(1, 1000)})
    gauge_high: float = field(default=0.75, metadata={"range": Range(0.05, 1)})
    gauge_low: float = field(default=0.45, metadata={"range": Range(0, 1)})
    line_fits: float = field(default=0.85, metadata={"range": Range(0.5, 1)})
    watch_s: float = field(default=15.0, metadata={"range": Range(0, 3600)})
    seen: float = field(default=0.25, metadata={"range": Range(0, 1)})
    doubt: float = field(default=0.4, metadata={"range": Range(0, 1)})
    day_luma: float = field(default=68.0, metadata={"range": Range(0, 255)})
    night_luma: float = field(default=45.0, metadata={"range": Range(0, 255)})
    glare: float = field(default=0.35, metadata={"range": Range(0, 1)})


class Looked:
    """Some pictures of the clip, evenly spread, and what the network saw in each. ``kept``: all full pictures of one
    size, the usual one: a camera that changes its resolution in between gives two that cannot be laid over each other.
    ``is_by_day``: known by the sun.
    """

    def __init__(self, survey: Survey, see: See, day_luma: float, is_by_day: bool = False) -> None:
        kept, self.day_luma, self._is_by_day = _of_one_size(survey.keepsakes), day_luma, is_by_day
        self.kept = kept
        chosen = sorted({round(n) for n in np.linspace(0, len(kept) - 1, LOOKS)})
        self.survey, self.see = survey, see
        self.frames: list[Frame] = [kept[n] for n in chosen]
        self.times_s = [frame.t_s for frame in self.frames]
        self._found: list[Waters] = []
        at = {sample.t_s: sample.detections for sample in survey.samples}
        self.detections = [at.get(frame.t_s, Detections.none()) for frame in self.frames]

    @property
    def is_day(self) -> bool:
        """Whether it is known to be, or the whole picture is as bright; one the size of a zone may be dark asphalt."""
        return self._is_by_day or self.luma >= self.day_luma

    @property
    def luma(self) -> float:
        """Median grey of the pictures."""
        return float(np.median([np.median(sample.grey) for sample in self.survey.samples]))

    def is_watched(self, watch_s: float) -> bool:
        """Whether there are pictures enough, close enough, over at least so long, to say that there is none."""
        times = [sample.t_s for sample in self.survey.samples]
        if self.survey.is_still or self.survey.span_s < watch_s or len(times) < LEAST_LOOKS:
            return False
        return float(np.median(np.diff(times))) <= APART_S

    @property
    def is_colourless(self) -> bool:
        return is_colourless([frame.picture for frame in self.frames])

    @property
    def found(self) -> list[Waters]:
        """Of the whole pictures; a gauge needs closer looks and not these."""
        if not self._found:
            self._found = [self.see(frame.picture) for frame in self.frames]
        return self._found


def _of_one_size(frames: Sequence[Frame]) -> list[Frame]:
    """Those of the usual size, the first of equally usual ones."""
    usual = Counter(frame.picture.shape for frame in frames).most_common(1)
    return [frame for frame in frames if frame.picture.shape == usual[0][0]]


@dataclass(frozen=True, slots=True)
class Judged:
    share: float | None
    answer: Answer
    moments: tuple[Moment, ...]


def overview(looked: Looked) -> tuple[Moment, ...]:
    return (Moment(looked.times_s[len(looked.times_s) // 2], "overview"),)
