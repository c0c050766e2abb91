"""Did it come here as what it is? A vehicle drives in, through the places next to its own; rubble and bags appear.

The place's look after the onset is searched for in the pictures just before, near by and at other sizes. Measured on
rendered streets (choosing seeds): vehicles that park, queue or break down are found again at .81 to .97, .1 and more
over the best that the empty street offers; heaps, rubble and trees at most .05 over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from analytics.called import thinned
from analytics.frames import Survey
from analytics.newcomers import Box

Plane = npt.NDArray[np.float32]

LOOKS = 60
"""Pictures in a median: more make it no better."""


@dataclass(frozen=True, slots=True)
class TravelRules:
    """``alike``, ``over_ground``: correlation from which it is found again, and by how much more than in the pictures
    long before. ``look_s``: seconds before the onset searched; ``reach``: of its own size around its place.
    ``seen_s``: the longest gap around the onset in which an arrival is not missed: who brakes from 40 km/h needs
    longer than that for his last 20 m. ``away``: of its size, from which it is elsewhere. ``side_px``: it is made this
    small; ``sizes``: searched at.
    """

    alike: float = 0.78
    over_ground: float = 0.08
    look_s: float = 6.0
    reach: float = 3.5
    seen_s: float = 2.6
    away: float = 0.125
    side_px: int = 32
    sizes: tuple[float, ...] = (0.45, 0.55, 0.65, 0.75, 0.85, 0.93, 1.0, 1.1, 1.25)


def travelled(box: Box, onset_s: float, survey: Survey, rules: TravelRules = TravelRules()) -> bool | None:
    """Whether what stands in ``box`` since ``onset_s`` came in by moving; None where the footage does not show it."""
    if not _is_watched(onset_s, survey, rules):
        return None
    scaled = _Scaled(box, survey, rules)
    shown = scaled.median(lambda t_s: t_s >= onset_s + 2.0)
    ground = scaled.median(lambda t_s: t_s < onset_s - 2.0)
    if shown is None or ground is None or (look := scaled.look(shown)) is None:
        return None
    least = max(rules.alike, scaled.found_in(ground, look)[0] + rules.over_ground)
    found = [scaled.found_in(plane, look) for plane in scaled.arriving(onset_s)]
    return any(alike >= least and moved for alike, moved in found)


def _is_watched(onset_s: float, survey: Survey, rules: TravelRules) -> bool:
    """Enough pictures before, and none missing around the onset."""
    times = survey.times_s
    near = times[(times >= onset_s - rules.look_s) & (times <= onset_s + 2.0)]
    before = int((near < onset_s).sum())
    return before >= 2 and len(near) > before and float(np.diff(near).max()) <= rules.seen_s


class _Scaled:
    """Pictures small enough that the thing's longer side has ``side_px``."""

    def __init__(self, box: Box, survey: Survey, rules: TravelRules) -> None:
        rows, columns = survey.samples[0].grey.shape
        wide, high = float(box[2] - box[0]) * columns, float(box[3] - box[1]) * rows
        self.rules, self.survey = rules, survey
        self.factor = min(1.0, rules.side_px / max(wide, high, 1.0))
        corners = [float(v) * self.factor for v in box * np.array([columns, rows, columns, rows])]
        self.x1, self.y1, self.x2, self.y2 = (round(v) for v in corners)

    def _plane(self, number: int) -> Plane:
        grey = self.survey.samples[number].grey
        small = cv2.resize(grey, None, fx=self.factor, fy=self.factor, interpolation=cv2.INTER_AREA)
        return small.astype(np.float32)

    def median(self, when: Callable[[float], bool]) -> Plane | None:
        chosen = thinned([n for n, t_s in enumerate(self.survey.times_s) if when(float(t_s))], LOOKS)
        if len(chosen) < 3:
            return None
        return np.median(np.stack([self._plane(n) for n in chosen]), axis=0).astype(np.float32)

    def look(self, plane: Plane) -> Plane | None:
        """The thing's own pixels; None where there are too few or nothing is on them."""
        look = plane[max(0, self.y1) : self.y2, max(0, self.x1) : self.x2]
        return look if min(look.shape) >= 4 and look.std() >= 1 else None

    def arriving(self, onset_s: float) -> Iterator[Plane]:
        for number, t_s in enumerate(self.survey.times_s):
            if onset_s - self.rules.look_s <= t_s <= onset_s + 0.6:
                yield self._plane(number)

    def found_in(self, plane: Plane, look: Plane) -> tuple[float, bool]:
        """The best correlation near by, and whether it is elsewhere or of another size: where it stands already, the
        picture says nothing of how it came."""
        best, moved = -1.0, False
        for size in self.rules.sizes:
            shape = tuple(max(4, round(side * size)) for side in look.shape[::-1])
            alike, away = self._best(plane, cast("Plane", cv2.resize(look, shape, interpolation=cv2.INTER_AREA)))
            if alike > best:
                best, moved = alike, away >= self.rules.away or abs(size - 1) > 0.05
        return best, moved

    def _best(self, plane: Plane, sized: Plane) -> tuple[float, float]:
        """Correlation and distance from its place, in its own sizes."""
        high, wide = self.y2 - self.y1, self.x2 - self.x1
        x, y = (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2
        left, top = max(0, int(x - self.rules.reach * wide)), max(0, int(y - self.rules.reach * high))
        right, bottom = int(x + self.rules.reach * wide) + 1, int(y + self.rules.reach * high) + 1
        field = plane[top:bottom, left:right]
        if field.shape[0] < sized.shape[0] or field.shape[1] < sized.shape[1]:
            return -1.0, 0.0
        match = np.nan_to_num(cv2.matchTemplate(field, sized, cv2.TM_CCOEFF_NORMED), posinf=-1, neginf=-1)
        row, column = np.unravel_index(int(match.argmax()), match.shape)
        off_x, off_y = column + left + sized.shape[1] / 2 - x, row + top + sized.shape[0] / 2 - y
        return float(match[row, column]), float(np.hypot(off_x / wide, off_y / high))
