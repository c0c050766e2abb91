"""Who is there, from when to when: people in sparse pictures, without track ids.

A visit is a stretch of time in which somebody is there: detections that one walker could have left are joined
into one group, so that relabelled or swapped ids change nothing. A stay is stricter: see ``analytics.stays``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from analytics.clothes import Worn, worn_by
from analytics.detections import Detections, Detector, one_per_object
from analytics.frames import ClipView, Survey
from analytics.sample import Grey, Sample
from analytics.zones import Zone

PERSON = frozenset({"person"})
CROP = (24, 48)
"""Width and height to which a person's crop is brought for comparison."""

Box = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PeopleRules:
    """``seed``: confidence from which a box is a person. ``walk_heights_per_s``: how far one gets, in body heights:
    1.4 m/s (the usual walking speed) of 1.65 m; ``slack_heights`` for boxes that jitter. ``gap_s``: out of sight so
    long, one is gone.
    """

    seed: float = 0.35
    walk_heights_per_s: float = 0.85
    slack_heights: float = 0.6
    gap_s: float = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One person in one picture. ``foot``: x, y in heights of the picture: distances mean the same both ways."""

    number: int
    t_s: float
    box: Box
    confidence: float
    foot: npt.NDArray[np.float64]
    height: float
    crop: Grey
    worn: Worn


def people_of(sample: Sample, zones: Sequence[Zone], seed: float) -> Detections:
    """The people of a picture whose feet are in a zone, each once."""
    return people_among(sample.detections, zones, seed)


def people_among(detections: Detections, zones: Sequence[Zone], seed: float) -> Detections:
    """The people among what was found whose feet are in a zone, each once."""
    found = one_per_object(detections.of(PERSON, seed))
    inside = np.zeros(len(found), bool)
    for zone in zones:
        inside |= zone.holds(found.xyxy)
    return found.only(inside)


def seen_people(survey: Survey, zones: Sequence[Zone], rules: PeopleRules) -> list[list[Seen]]:
    """For each looked-at picture, the people in it."""
    return [_seen_in(number, sample, zones, rules) for number, sample in enumerate(survey.samples)]


def _seen_in(number: int, sample: Sample, zones: Sequence[Zone], rules: PeopleRules) -> list[Seen]:
    found = people_of(sample, zones, rules.seed)
    aspect = sample.grey.shape[1] / sample.grey.shape[0]
    out = []
    for box, confidence in zip(found.xyxy, found.confidence, strict=True):
        foot = np.array([(box[0] + box[2]) / 2 * aspect, box[3]], np.float64)
        height = float(max(box[3] - box[1], 1e-3))
        crop, worn = crop_of(sample.grey, box), worn_by(sample, box)
        out.append(Seen(number, sample.t_s, box, float(confidence), foot, height, crop, worn))
    return out


def crop_of(grey: Grey, box: Box) -> Grey:
    """The box's pixels at ``CROP``'s size."""
    rows, columns = grey.shape
    x1, x2 = np.clip([box[0], box[2]], 0, 1) * columns
    y1, y2 = np.clip([box[1], box[3]], 0, 1) * rows
    # A box may lie on the border or past it: there is a pixel of it all the same.
    left, top = min(int(x1), columns - 1), min(int(y1), rows - 1)
    patch = grey[top : max(top + 1, int(np.ceil(y2))), left : max(left + 1, int(np.ceil(x2)))]
    return np.asarray(cv2.resize(patch, CROP, interpolation=cv2.INTER_AREA), np.uint8)


def likeness(a: Grey, b: Grey) -> float:
    """Correlation of two crops with two pixels of play, -1..1; 0 where one is plain."""
    if a.std() < 2 or b.std() < 2:
        return 0.0
    field_ = cv2.copyMakeBorder(b, 2, 2, 2, 2, cv2.BORDER_REPLICATE)
    return float(np.nan_to_num(cv2.matchTemplate(field_, a, cv2.TM_CCOEFF_NORMED).max()))


# -- Visits ------------------------------------------------------------------------------


def visits_of(people: Sequence[Sequence[Seen]], survey: Survey, rules: PeopleRules) -> list[list[Seen]]:
    """Groups of detections that hang together as walkers could have left them, of two pictures and more, by start."""
    everyone = [one for picture in people for one in picture]
    groups = list(range(len(everyone)))
    longest_s = max(rules.gap_s, 2.1 * survey.usual_step_s)
    for i, one in enumerate(everyone):
        for j in range(i + 1, len(everyone)):
            other = everyone[j]
            if other.t_s - one.t_s > longest_s:
                break
            if other.number != one.number and _reachable(one, other, rules):
                groups[_root(groups, j)] = _root(groups, i)
    gathered: dict[int, list[Seen]] = {}
    for i, one in enumerate(everyone):
        gathered.setdefault(_root(groups, i), []).append(one)
    together = [group for group in gathered.values() if len({one.number for one in group}) >= 2]
    return sorted(together, key=lambda group: group[0].t_s)


def _root(groups: list[int], at: int) -> int:
    while groups[at] != at:
        groups[at] = groups[groups[at]]
        at = groups[at]
    return at


def _reachable(one: Seen, other: Seen, rules: PeopleRules) -> bool:
    height = max(one.height, other.height)
    reach = rules.slack_heights + rules.walk_heights_per_s * (other.t_s - one.t_s)
    return float(np.linalg.norm(one.foot - other.foot)) <= reach * height


@dataclass(slots=True)
class Edges:
    """When a visit really began and ended, looked up in every picture around its first and last sample.

    ``most``: visits looked at so closely, the longest ones; ``views``: pictures the detector is shown per edge.
    """

    clip: ClipView
    detector: Detector
    zones: Sequence[Zone]
    rules: PeopleRules
    most: int = 12
    views: int = 8
    looked: int = field(default=0)

    def of(self, visits: Sequence[Sequence[Seen]], survey: Survey) -> list[tuple[float, float]]:
        """Start and end of each visit, seconds from the first frame; overlapping ones are one."""
        rough = [_bounds(visit, survey) for visit in visits]
        closely = set(sorted(range(len(rough)), key=lambda n: -rough[n].inner_s)[: self.most])
        spans = sorted({span for n in closely for span in rough[n].spans()})
        seen = self._presence(spans)
        found = [bounds.refined(seen) if n in closely else bounds.middle() for n, bounds in enumerate(rough)]
        return _merged(sorted(found))

    def _presence(self, spans: Sequence[tuple[float, float]]) -> dict[tuple[float, float], list[tuple[float, bool]]]:
        frames: dict[tuple[float, float], list[Sample]] = {span: [] for span in spans}
        for frame in self.clip.bursts(_joined(spans)):
            for span in spans:
                if span[0] < frame.t_s < span[1]:
                    frames[span].append(Sample(frame.t_s, Detections.none(), np.zeros((1, 1), np.uint8)))
        wanted = {t for span in spans for t in self._chosen([one.t_s for one in frames[span]])}
        told = dict(self._told(spans, wanted))
        return {span: sorted((t, told[t]) for t in wanted if span[0] < t < span[1] and t in told) for span in spans}

    def _chosen(self, times_s: Sequence[float]) -> list[float]:
        if not times_s:
            return []
        picks = np.linspace(0, len(times_s) - 1, min(self.views, len(times_s)))
        return [times_s[round(i)] for i in picks]

    def _told(self, spans: Sequence[tuple[float, float]], wanted: set[float]) -> Iterator[tuple[float, bool]]:
        for frame in self.clip.bursts(_joined(spans)):
            if frame.t_s in wanted:
                [detections] = self.detector.detect([frame.picture])
                sample = Sample(frame.t_s, detections, np.zeros((1, 1), np.uint8))
                self.looked += 1
                yield frame.t_s, len(people_of(sample, self.zones, self.rules.seed)) > 0


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The samples around a visit: last without, first with, last with, first without. None at the clip's ends."""

    before_s: float | None
    first_s: float
    last_s: float
    after_s: float | None
    clip_end_s: float

    @property
    def inner_s(self) -> float:
        return self.last_s - self.first_s

    def spans(self) -> list[tuple[float, float]]:
        out = [] if self.before_s is None else [(self.before_s, self.first_s)]
        return out if self.after_s is None else [*out, (self.last_s, self.after_s)]

    def middle(self) -> tuple[float, float]:
        start = self.first_s if self.before_s is None else (self.before_s + self.first_s) / 2
        end = self.clip_end_s if self.after_s is None else (self.last_s + self.after_s) / 2
        return start, end

    def refined(self, seen: dict[tuple[float, float], list[tuple[float, bool]]]) -> tuple[float, float]:
        """Back from the first sample while somebody is there, and on from the last one."""
        start, end = self.middle()
        if self.before_s is not None and (told := seen.get((self.before_s, self.first_s))):
            start = _run_s(list(reversed(told)), self.first_s, self.before_s)
        if self.after_s is not None and (told := seen.get((self.last_s, self.after_s))):
            end = _run_s(told, self.last_s, self.after_s)
        return start, end


def _run_s(told: Sequence[tuple[float, bool]], inner_s: float, outer_s: float) -> float:
    """Midway between the last picture with somebody and the first without, coming from ``inner_s``."""
    edge = inner_s
    for t_s, there in told:
        if not there:
            return (edge + t_s) / 2
        edge = t_s
    return (edge + outer_s) / 2


def _bounds(visit: Sequence[Seen], survey: Survey) -> _Bounds:
    times = survey.times_s
    first, last = min(one.number for one in visit), max(one.number for one in visit)
    before = float(times[first - 1]) if first > 0 else None
    after = float(times[last + 1]) if last + 1 < len(times) else None
    # Across a hole in the footage nothing can be looked up; a usual step is as far as one may guess.
    step = 2 * survey.usual_step_s
    before = None if before is None else max(before, float(times[first]) - step)
    after = None if after is None else min(after, float(times[last]) + step)
    return _Bounds(before, float(times[first]), float(times[last]), after, survey.end_s)


def _joined(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return _merged([(a, b) for a, b in spans if b > a])


def _merged(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out
