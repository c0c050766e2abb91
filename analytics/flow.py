"""How fast vehicles move, in their own lengths per second, from short full-rate bursts.

Corners inside each vehicle's box are followed from picture to picture (Lucas-Kanade);
their median shift is the vehicle's. A length per second is the same near and far, so it
needs no calibration; metres need one (``Zone.ground``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from analytics.detections import Detections, Detector, one_per_object
from analytics.frames import ClipView, Grey, Span, grey_of
from analytics.looks import Look
from analytics.zones import Zone
from cameras.footage.frame import Frame

BURST_S = 1.0
"""Long enough to see a walking pace (0.1 length in a second), short enough for many places in time."""

EVERY_S = 6.0
MOST_BURSTS = 12
LEAST_BURSTS = 3

FRAME_STEP_S = 1 / 16
"""Pictures closer than this gain nothing: a vehicle at 5 lengths/s moves a third of its length in it."""

CORNERS = 12
LEAST_CORNERS = 4
LEAST_TIME_S = 0.2
ASTRAY_PX = 1.5
"""A corner that does not come back to where it started when followed backwards is lost."""

SPARSE_S = 0.15
LOST_SHARE = 0.5
STILL_THERE = 0.7
"""At 5 pictures a second a car at 30 km/h is 1.7 m further on in the next: its corners are not found again."""

Points = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """One vehicle in one burst. ``box`` and ``shift`` (x, y) are normalised, ``seconds`` is the time it took."""

    t_s: float
    box: npt.NDArray[np.float32]
    name: str
    shift: tuple[float, float]
    seconds: float
    lengths_per_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Burst:
    """What one burst showed: every vehicle in it, and those whose motion could be followed. ``step_s``: usual time
    from one of its pictures to the next. ``gone``: boxes ``(N, 4)`` of vehicles that could not be followed and whose
    place looks different in the next picture."""

    t_s: float
    vehicles: Detections
    motions: tuple[Motion, ...]
    step_s: float = 0.0
    gone: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 4), np.float32))

    @property
    def is_lost(self) -> bool:
        """Whether many vehicles got away between two pictures: then those that were followed are the slow ones."""
        return self.step_s >= SPARSE_S and len(self.gone) >= max(2, LOST_SHARE * len(self.vehicles))


def bursts_of(clip: ClipView, detector: Detector, classes: frozenset[str]) -> list[Burst]:
    """Bursts spread over the clip; empty for a still or where frames are too sparse to follow anything."""
    spans = burst_spans(clip.span_s, clip.keyframe_times_s)
    return [
        _burst(frames, detector, classes)
        for frames in _grouped(clip.bursts(spans), spans)
        if len(frames) >= 3 and frames[-1].t_s - frames[0].t_s >= LEAST_TIME_S
    ]


def burst_spans(span_s: float, keyframes_s: Sequence[float]) -> list[Span]:
    """Where to look: evenly spread, begun at a keyframe where one is near (reaching it costs nothing)."""
    if span_s < 2 * BURST_S:
        return [(0.0, span_s)] if span_s >= LEAST_TIME_S else []
    count = int(np.clip(round(span_s / EVERY_S), LEAST_BURSTS, MOST_BURSTS))
    wanted = np.linspace(0, span_s - BURST_S, count)
    starts: list[float] = []
    for tick in map(float, wanted):
        near = min(keyframes_s, key=lambda key: abs(key - tick), default=tick)
        start = near if abs(near - tick) <= 1.0 and near + BURST_S <= span_s else tick
        if not starts or start >= starts[-1] + BURST_S:
            starts.append(start)
    return [(start, start + BURST_S) for start in starts]


def _grouped(frames: Iterable[Frame], spans: Sequence[Span]) -> Iterator[list[Frame]]:
    """Frames by span, thinned to ``FRAME_STEP_S``."""
    waiting = iter(spans)
    span = next(waiting, None)
    group: list[Frame] = []
    for frame in frames:
        while span is not None and frame.t_s >= span[1] - 1e-9:
            yield group
            group, span = [], next(waiting, None)
        if span is None:
            continue  # to the end, where the decoder says how much it decoded
        if not group or frame.t_s - group[-1].t_s >= FRAME_STEP_S - 1e-3:
            group.append(frame)
    if group:
        yield group


def _burst(frames: Sequence[Frame], detector: Detector, classes: frozenset[str]) -> Burst:
    [found] = detector.detect([frames[0].picture])
    vehicles = one_per_object(found.of(classes))
    greys = [grey_of(frame.picture) for frame in frames]
    owners, corners = _corners(greys[0], vehicles)
    times = np.array([frame.t_s for frame in frames]) - frames[0].t_s
    step_s = float(np.median(np.diff(times)))
    if not len(corners):
        return Burst(frames[0].t_s, vehicles, (), step_s, _gone(vehicles, (), greys))
    paths, alive = _followed(greys, corners)
    moved = (
        _motion(
            frames[0].t_s, vehicles, index, paths[:, owners == index], alive[:, owners == index], times, greys[0].shape
        )
        for index in range(len(vehicles))
    )
    motions = tuple(motion for motion in moved if motion is not None)
    return Burst(frames[0].t_s, vehicles, motions, step_s, _gone(vehicles, motions, greys))


def _gone(vehicles: Detections, motions: Sequence[Motion], greys: Sequence[Grey]) -> npt.NDArray[np.float32]:
    """Boxes of those that nobody followed and that are no longer where they were; a plain bus that stands is."""
    followed = {motion.box.tobytes() for motion in motions}
    left = [box for box in vehicles.xyxy if box.tobytes() not in followed]
    away = [box for box in left if (Look(greys[0], box).likeness(greys[1]) or 0.0) < STILL_THERE]
    return np.array(away, np.float32).reshape(-1, 4)


def _corners(grey: Grey, vehicles: Detections) -> tuple[npt.NDArray[np.int64], Points]:
    """Corners to follow, ``(N, 2)`` pixels, and the vehicle each belongs to ``(N,)``.

    From the inner three quarters of a box: its rim is road, which stands still.
    """
    height, width = grey.shape
    owners: list[int] = []
    points: list[Points] = []
    for index, (x1, y1, x2, y2) in enumerate(vehicles.xyxy):
        rim_x, rim_y = (x2 - x1) / 8, (y2 - y1) / 8
        left, top = int(max(0, (x1 + rim_x) * width)), int(max(0, (y1 + rim_y) * height))
        patch = grey[top : int((y2 - rim_y) * height), left : int((x2 - rim_x) * width)]
        if min(patch.shape, default=0) < 5:
            continue
        found = cv2.goodFeaturesToTrack(patch, CORNERS, 0.05, 2)
        if found is None:
            continue
        points.append(np.asarray(found.reshape(-1, 2) + np.array([left, top]), np.float32))
        owners += [index] * len(points[-1])
    return np.array(owners, np.int64), np.concatenate(points) if points else np.zeros((0, 2), np.float32)


def _followed(greys: Sequence[Grey], corners: Points) -> tuple[Points, npt.NDArray[np.bool_]]:
    """Where each corner went: ``(T, N, 2)`` pixels, and whether it was still followed: ``(T, N)``."""
    paths, alive = [corners], [np.ones(len(corners), dtype=bool)]
    for before, after in pairwise(greys):
        start = paths[-1].reshape(-1, 1, 2)
        there, ok = _next(before, after, start)
        back, ok_back = _next(after, before, there)
        astray = np.linalg.norm((back - start).reshape(-1, 2), axis=1) > ASTRAY_PX
        alive.append(alive[-1] & ok & ok_back & ~astray)
        paths.append(there.reshape(-1, 2))
    return np.stack(paths), np.stack(alive)


def _next(before: Grey, after: Grey, points: Points) -> tuple[Points, npt.NDArray[np.bool_]]:
    """Where ``(N, 1, 2)`` points of one picture are in the next, and which were found ``(N,)``."""
    unknown = np.empty_like(points)
    there, found, _ = cv2.calcOpticalFlowPyrLK(before, after, points, unknown, winSize=(17, 17), maxLevel=3)
    return np.asarray(there, np.float32), np.asarray(found).ravel() == 1


def _motion(
    t_s: float,
    vehicles: Detections,
    index: int,
    paths: Points,
    alive: npt.NDArray[np.bool_],
    times: npt.NDArray[np.float64],
    shape: tuple[int, ...],
) -> Motion | None:
    """The vehicle's shift over the longest time that enough of its corners were followed."""
    followed = alive.sum(axis=1)
    enough = np.flatnonzero((followed >= max(LEAST_CORNERS, 0.4 * alive.shape[1])) & (times >= LEAST_TIME_S))
    if not len(enough):
        return None
    last = int(enough[-1])
    shifts = (paths[last] - paths[0])[alive[last]]
    dx, dy = (float(value) for value in np.median(shifts, axis=0))
    height, width = shape[:2]
    box = vehicles.xyxy[index]
    speed = np.hypot(dx, dy) / length_along((box[2] - box[0]) * width, (box[3] - box[1]) * height, dx, dy)
    seconds = float(times[last])
    return Motion(t_s, box, vehicles.names[index], (dx / width, dy / height), seconds, float(speed / seconds))


def length_along(width: float, height: float, dx: float, dy: float) -> float:
    """How far a box of this size reaches in the direction (dx, dy), through its middle."""
    along = np.hypot(dx, dy)
    if along < 1e-9:
        return float(max(width, height, 1e-9))
    reach_x = width * along / abs(dx) if abs(dx) > 1e-9 else np.inf
    reach_y = height * along / abs(dy) if abs(dy) > 1e-9 else np.inf
    return float(max(min(reach_x, reach_y), 1e-9))


def metres_per_s(motion: Motion, zone: Zone) -> float | None:
    """Speed on the ground by the zone's calibration; None without one."""
    if len(zone.ground) < 4:
        return None
    picture = np.array([point.picture for point in zone.ground], np.float64)
    metres = np.array([point.metres for point in zone.ground], np.float64)
    ground, _ = cv2.findHomography(picture, metres)
    if ground is None:
        return None
    foot = np.array([(motion.box[0] + motion.box[2]) / 2, motion.box[3]], np.float64)
    ends = np.stack([foot, foot + np.array(motion.shift)]).reshape(-1, 1, 2)
    start, end = cv2.perspectiveTransform(ends, ground).reshape(-1, 2)
    return float(np.linalg.norm(end - start) / motion.seconds)
