"""Vehicles that drive through a zone, each once: seen in a sparse picture, followed in a short burst around it.

At a picture every second or two a vehicle at 45 km/h has gone five of its own lengths, so no tracker joins two
sightings. A burst of a second and a half tells what one sighting was (what it is called in each picture, which way it
went and how far, in its own lengths), and that speed tells whether the next sighting is the same vehicle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from analytics.detections import Detections, Detector, one_per_object
from analytics.flow import length_along
from analytics.frames import ClipView, Survey
from analytics.zones import Zone
from cameras.footage.frame import Frame

Vector = npt.NDArray[np.float64]
Box = npt.NDArray[np.float32]

HALF_BURST_S = 0.75
LEAST_VIEWS = 3
LEAST_PICTURES = 4
"""Pictures around a sighting from which it could be followed: two a second are three, in which cars are lost."""
VIEWS_PER_S = 6.0
"""Pictures of a burst the detector is shown: at 6 a second a vehicle at 60 km/h keeps touching its last box."""
SIZE_KEPT = (0.55, 1.8)
"""Height of a box over that of the picture before: more is another vehicle."""
REACH = 1.6
"""How far the foot may be from where it was expected, in box lengths."""
SAME_WAY = 0.7
"""Cosine from which two directions are one."""
AHEAD = (0.25, 3.0)
"""Way to the next sighting over the way expected at the measured speed: perspective slows what drives away."""
LONGEST_GAP_S = 6.0
AT_RIM = 0.01
"""A box this near the picture's border is cut off: what is left of a bus may look like anything."""


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """One box in one picture. ``foot`` in heights of the picture, so that directions are true."""

    t_s: float
    box: Box
    name: str
    confidence: float
    inside: bool

    def foot(self, aspect: float) -> Vector:
        return np.array([(self.box[0] + self.box[2]) / 2 * aspect, self.box[3]], np.float64)

    @property
    def is_cut(self) -> bool:
        return bool((self.box[:2] < AT_RIM).any() or (self.box[2:] > 1 - AT_RIM).any())


@dataclass(slots=True, eq=False)
class Pass:
    """One vehicle going through. ``sightings`` ascending in time, from its bursts."""

    sightings: list[Sighting]
    aspect: float
    names: Counter[str] = field(default_factory=Counter)

    @property
    def start_s(self) -> float:
        return self.sightings[0].t_s

    @property
    def end_s(self) -> float:
        return self.sightings[-1].t_s

    @property
    def way(self) -> Vector:
        """From the first foot to the last."""
        return self.sightings[-1].foot(self.aspect) - self.sightings[0].foot(self.aspect)

    @property
    def steady_way(self) -> Vector:
        """The way without its largest step: what is left of a chain that once jumped from one road user to another."""
        steps = np.diff([one.foot(self.aspect) for one in self.sightings], axis=0)
        return np.asarray(self.way - steps[int(np.argmax(np.linalg.norm(steps, axis=1)))], np.float64)

    @property
    def lengths(self) -> float:
        """How far it went, in its own lengths along its way."""
        way = self.way
        boxes = np.stack([one.box for one in self.sightings])
        width, height = np.median(boxes[:, 2] - boxes[:, 0]) * self.aspect, np.median(boxes[:, 3] - boxes[:, 1])
        return float(np.linalg.norm(way) / length_along(float(width), float(height), float(way[0]), float(way[1])))

    @property
    def inside(self) -> int:
        """Pictures in which its foot was in the zone."""
        return sum(one.inside for one in self.sightings)

    def share_called(self, names: frozenset[str]) -> float:
        """Share of its confidence that went to one of ``names``; whole boxes in the zone count, if there are any."""
        inside = [one for one in self.sightings if one.inside] or self.sightings
        whole = [one for one in inside if not one.is_cut] or inside
        total = sum(one.confidence for one in whole)
        return float(sum(one.confidence for one in whole if one.name in names) / max(total, 1e-9))

    def best(self) -> Sighting:
        """The surest whole box inside the zone."""
        inside = [one for one in self.sightings if one.inside] or self.sightings
        whole = [one for one in inside if not one.is_cut] or inside
        return max(whole, key=lambda one: one.confidence)


@dataclass(frozen=True, slots=True, eq=False)
class Passing:
    """``passes``: every vehicle that was followed, each once, by time. ``glimpses``: sightings around which the footage
    has too few pictures to follow anything."""

    passes: list[Pass]
    glimpses: list[Sighting]


@dataclass(frozen=True, slots=True)
class PassRules:
    """``seed``: confidence that makes a sighting worth a burst. ``most``: bursts at most, spread over the clip."""

    seed: float = 0.3
    weak: float = 0.15
    most: int = 40


def passes_of(
    clip: ClipView, survey: Survey, zone: Zone, classes: frozenset[str], detector: Detector, rules: PassRules
) -> Passing:
    """Every vehicle of ``classes`` that was seen in ``zone``."""
    sighted = list(_sighted(survey, zone, classes, rules))
    if len(sighted) > rules.most:
        sighted = [sighted[round(i)] for i in np.linspace(0, len(sighted) - 1, rules.most)]
    bursts = _bursts(clip, sighted, detector, classes)
    aspect = _aspect(survey)
    found = [_followed(one, bursts, zone, aspect) for one in sighted]
    glimpses = [one for one in sighted if _pictures_around(one, bursts) < LEAST_PICTURES]
    return Passing(_each_once([one for one in found if len(one.sightings) >= LEAST_VIEWS]), glimpses)


def _pictures_around(one: Sighting, bursts: Sequence[tuple[float, Detections]]) -> int:
    """Pictures in which it could have been followed, its own included."""
    reach = HALF_BURST_S + 0.02
    return 1 + sum(1 for t_s, _ in bursts if 0.02 < abs(t_s - one.t_s) <= reach)


def _aspect(survey: Survey) -> float:
    height, width = survey.samples[0].grey.shape
    return width / height


def _sighted(survey: Survey, zone: Zone, classes: frozenset[str], rules: PassRules) -> Iterator[Sighting]:
    for sample in survey.samples:
        found = one_per_object(sample.detections.of(classes, rules.seed))
        inside = zone.holds(found.xyxy)
        for n in np.flatnonzero(inside):
            yield Sighting(sample.t_s, found.xyxy[n], found.names[n], float(found.confidence[n]), True)


def _bursts(
    clip: ClipView, sighted: Sequence[Sighting], detector: Detector, classes: frozenset[str]
) -> list[tuple[float, Detections]]:
    """Time and vehicles of every picture around the sightings that the detector was shown, ascending."""
    spans: list[tuple[float, float]] = []
    for t_s in sorted({one.t_s for one in sighted}):
        start, end = max(0.0, t_s - HALF_BURST_S), t_s + HALF_BURST_S
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return [(frame.t_s, _vehicles(frame, detector, classes)) for frame in _thinned(clip.bursts(spans))]


def _thinned(frames: Iterator[Frame]) -> Iterator[Frame]:
    latest = -np.inf
    for frame in frames:
        if frame.t_s - latest >= 1 / VIEWS_PER_S - 0.02 or frame.t_s < latest:
            latest = frame.t_s
            yield frame


def _vehicles(frame: Frame, detector: Detector, classes: frozenset[str]) -> Detections:
    [found] = detector.detect([frame.picture])
    return one_per_object(found.of(classes))


def _followed(start: Sighting, bursts: Sequence[tuple[float, Detections]], zone: Zone, aspect: float) -> Pass:
    """The sighting and its vehicle in the pictures after and before it."""
    after = [one for one in bursts if start.t_s + 0.02 < one[0] <= start.t_s + HALF_BURST_S + 0.02]
    before = [one for one in reversed(bursts) if start.t_s - HALF_BURST_S - 0.02 <= one[0] < start.t_s - 0.02]
    chain = [*reversed(_chain(start, before, zone, aspect)), start, *_chain(start, after, zone, aspect)]
    return Pass(chain, aspect, Counter(one.name for one in chain))


def _chain(start: Sighting, pictures: Sequence[tuple[float, Detections]], zone: Zone, aspect: float) -> list[Sighting]:
    chain: list[Sighting] = []
    last, speed = start, np.zeros(2)
    for t_s, found in pictures:
        expected = last.foot(aspect) + speed * (t_s - last.t_s)
        following = _nearest(expected, last, t_s, found, zone, aspect)
        if following is None:
            continue
        speed = (following.foot(aspect) - last.foot(aspect)) / (t_s - last.t_s)
        chain.append(following)
        last = following
    return chain


def _nearest(
    expected: Vector, last: Sighting, t_s: float, found: Detections, zone: Zone, aspect: float
) -> Sighting | None:
    best, best_way = None, np.inf
    inside = zone.holds(found.xyxy)
    height = float(last.box[3] - last.box[1])
    for n, box in enumerate(found.xyxy):
        one = Sighting(t_s, box, found.names[n], float(found.confidence[n]), bool(inside[n]))
        way = float(np.linalg.norm(one.foot(aspect) - expected))
        size = float(box[3] - box[1]) / max(height, 1e-6)
        if SIZE_KEPT[0] <= size <= SIZE_KEPT[1] and way <= REACH * height and way < best_way:
            best, best_way = one, way
    return best


def _each_once(found: Sequence[Pass]) -> list[Pass]:
    out: list[Pass] = []
    for one in sorted(found, key=lambda p: p.start_s):
        same = next((other for other in reversed(out) if _same_vehicle(other, one)), None)
        if same is None:
            out.append(one)
        else:
            known = {sighting.t_s for sighting in same.sightings}
            same.sightings = sorted(
                [*same.sightings, *(s for s in one.sightings if s.t_s not in known)], key=lambda s: s.t_s
            )
            same.names += one.names
    return out


def _same_vehicle(before: Pass, after: Pass) -> bool:
    if after.start_s - before.end_s > LONGEST_GAP_S:
        return False
    shared = {s.t_s: s for s in before.sightings}
    meeting = [(shared[s.t_s], s) for s in after.sightings if s.t_s in shared]
    if meeting:
        return any(float(np.abs(a.box - b.box).max()) < 0.02 for a, b in meeting)
    way, onward = before.way, after.sightings[0].foot(after.aspect) - before.sightings[-1].foot(before.aspect)
    if cosine(way, onward) < SAME_WAY or cosine(after.way, way) < SAME_WAY:
        return False
    speed = float(np.linalg.norm(way)) / max(before.end_s - before.start_s, 1e-3)
    expected = speed * (after.start_s - before.end_s)
    return AHEAD[0] * expected <= float(np.linalg.norm(onward)) <= AHEAD[1] * expected


def cosine(a: Vector, b: Vector) -> float:
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-9))


def axis_of(zone: Zone, aspect: float) -> Vector:
    """The direction in which the zone is longest, unit length; picture heights both ways."""
    polygon = np.asarray(zone.polygon, np.float64) * np.array([aspect, 1.0])
    mask = np.zeros((256, int(256 * aspect) + 1), np.uint8)
    cv2.fillPoly(mask, [np.round(polygon * 256).astype(np.int32)], 1)
    points = np.argwhere(mask)[:, ::-1].astype(np.float64)
    if len(points) < 2:
        points = polygon
    _values, vectors = np.linalg.eigh(np.cov((points - points.mean(axis=0)).T))
    return np.asarray(vectors[:, -1], np.float64)
