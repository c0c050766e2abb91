"""The plate of a vehicle that is the violation: looked for where that vehicle is, and told only when it is its own.

A plate beside it, of who drives by in front of it, or of a motorcycle that leans on it accuses somebody else. So a
plate counts when it lies in the vehicle's box, touches no other vehicle's, and is there much of the time.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from analytics.detections import Detections, Detector, inside_share_matrix, iou_matrix
from analytics.plates.decide import DEFAULT_RULES, Rules
from analytics.plates.files import PlateAnswer, answer_of
from analytics.plates.lines import TextRow
from analytics.plates.reader import PlateReader, Sighting
from analytics.plates.tracks import Track, tracks_of
from analytics.plates.views import Vehicle, same_row, vehicles_of
from analytics.verdict import Offender
from cameras.footage.decode import SamplePlan
from cameras.footage.frame import Frame, Picture

NO_PLATE = "no_plate"
SEEN_BRIEFLY = "seen_briefly"
SEVERAL = "several_plates"

STAY_LOOKS = 8
"""Frames of a stay, evenly over it. A plate that stands is one picture; more of them only say that it stays there."""

PASS_FPS = 6.0
"""Of a vehicle that drives by, the rate at which the check followed it."""

SHOWN_AFTER_S = 0.2
"""The last look at a passing vehicle falls into the frame after it."""

AROUND = 0.1
"""Of the box's longer side, looked at beside it: boxes are tight, and a plate cut off is not told."""

SAME_VEHICLE = 0.4
"""Overlap (IoU) from which a vehicle found in the frame is the one that is meant. The check joins boxes from 0.5; a
box of one frame strays from the median a little more."""

BEHIND = 0.8
"""Share of the vehicle's box that lies in another one's, from which that one stands behind it."""

LEAST_FRAMES = 2
LEAST_SHARE = 0.3
"""Frames of a stay in which its own plate is read. Traffic that goes by hides it in some; who goes by with a plate of
their own shows that in one or two of eight."""

EVIDENCE_RULES = replace(DEFAULT_RULES, least_confidence=0.85)
"""Stricter than for who reads a picture by hand and has it before them. On the shared photos made worse, 0.4 % instead
of 1.5 % are told wrong from 0.8 on (docs/plates.md); of a rendered clip a wrong one was told at 0.81.
"""

LOOK_S = 0.25
"""How looks at a stay are counted for following a plate, which is told lost by the time: it stands, however long."""

LEAST_SIDE_PX = 16


@dataclass(frozen=True, slots=True)
class OffenderReading:
    """``text`` without spaces, None when in doubt, and then ``reason`` says why. ``box`` x1, y1, x2, y2 in 0-1 of the
    picture at ``at_s``: the plate's, or the vehicle's where none was found. ``frames``: how many were read for it.
    """

    text: str | None
    confidence: float
    box: tuple[float, float, float, float]
    at_s: float
    frames: int
    reason: str | None


def plan_for(offender: Offender) -> SamplePlan:
    """The frames in which to look for its plate."""
    if len(offender.track) > 1:
        return SamplePlan(
            "rate", fps=PASS_FPS, spans=((offender.start_s, offender.end_s + SHOWN_AFTER_S),), long_side=None
        )
    # One tick a span: the first frame in it, wherever it is, since some footage has a picture every ten seconds only.
    length = max(offender.end_s - offender.start_s, 0.1)
    edges = np.linspace(offender.start_s + length / 20, offender.end_s - length / 20, STAY_LOOKS + 1).tolist()
    return SamplePlan("rate", fps=0.001, spans=tuple(pairwise(edges)), long_side=None)


def plate_of(
    frames: Iterable[Frame], offender: Offender, reader: PlateReader, detector: Detector, until: float = math.inf
) -> OffenderReading:
    """The plate of ``offender`` in ``frames`` (those of ``plan_for``). ``until``: a ``time.monotonic`` after which no
    further frame is looked at."""
    looks: list[_Look] = []
    for frame in frames:
        if time.monotonic() >= until:
            break
        [found] = detector.detect([frame.picture])
        sightings = own_sightings(frame.picture, box_at(offender, frame.t_s), reader, found)
        looks.append(_Look(frame.t_s, frame.picture.shape[:2], sightings))
    return _told(looks, offender, EVIDENCE_RULES)


def box_at(offender: Offender, t_s: float) -> tuple[float, float, float, float]:
    times = [t for t, _ in offender.track]
    x1, y1, x2, y2 = (float(np.interp(t_s, times, [box[side] for _, box in offender.track])) for side in range(4))
    return x1, y1, x2, y2


def own_sightings(
    picture: Picture, box: tuple[float, float, float, float], reader: PlateReader, found: Detections
) -> list[Sighting]:
    """Plates in ``box`` (0-1) that are no other vehicle's, in pixels of the whole picture."""
    height, width = picture.shape[:2]
    own = np.array(box, np.float32) * np.array([width, height, width, height], np.float32)
    pad = AROUND * max(own[2] - own[0], own[3] - own[1])
    x1, y1 = (max(0, int(value - pad)) for value in own[:2])
    x2, y2 = min(width, int(own[2] + pad) + 1), min(height, int(own[3] + pad) + 1)
    if min(x2 - x1, y2 - y1) < LEAST_SIDE_PX:
        return []
    others = [one for one in vehicles_of(picture, found) if not _is_meant(one, own)]
    seen = reader.sightings(np.ascontiguousarray(picture[y1:y2, x1:x2]), _cut(found, (width, height), (x1, y1, x2, y2)))
    moved = (_shifted(one, x1, y1) for one in seen)
    return [one for one in moved if _holds(own, one.row) and not any(_hides(other, one.row, own) for other in others)]


def _is_meant(vehicle: Vehicle, own: np.ndarray) -> bool:
    return bool(iou_matrix(np.array([vehicle.xyxy], np.float32), own[None, :])[0, 0] >= SAME_VEHICLE)


def _hides(vehicle: Vehicle, row: TextRow, own: np.ndarray) -> bool:
    """Whether the plate may be that vehicle's, or be half covered by it, which reads as another plate: it is there
    too, and does not merely stand behind ours."""
    box = np.array([vehicle.xyxy], np.float32)
    larger = (box[0, 2] - box[0, 0]) * (box[0, 3] - box[0, 1]) > (own[2] - own[0]) * (own[3] - own[1])
    behind = larger and inside_share_matrix(box, own[None, :])[0, 0] >= BEHIND
    return _touches(box[0], row) and not behind


def _touches(box: np.ndarray, row: TextRow) -> bool:
    corners = row.corners()
    low, high = corners.min(axis=0), corners.max(axis=0)
    return bool((low <= box[2:]).all() and (high >= box[:2]).all())


def _holds(box: np.ndarray, row: TextRow) -> bool:
    return bool(box[0] <= row.x <= box[2] and box[1] <= row.y <= box[3])


def _cut(found: Detections, size: tuple[int, int], part: tuple[int, int, int, int]) -> Detections:
    """The detections as they lie in a part of the picture (pixels)."""
    width, height = size
    x1, y1, x2, y2 = part
    pixels = found.xyxy * np.array([width, height, width, height], np.float32) - np.array([x1, y1, x1, y1], np.float32)
    inside = np.clip(pixels / np.array([x2 - x1, y2 - y1, x2 - x1, y2 - y1], np.float32), 0, 1).astype(np.float32)
    there = (inside[:, 2] > inside[:, 0]) & (inside[:, 3] > inside[:, 1])
    return replace(found, xyxy=inside).only(there)


def _shifted(sighting: Sighting, dx: int, dy: int) -> Sighting:
    row = replace(sighting.row, x=sighting.row.x + dx, y=sighting.row.y + dy)
    return replace(sighting, row=row)


# -- What the looks say together ----------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    t_s: float
    size: tuple[int, ...]
    sightings: Sequence[Sighting]


def _told(looks: Sequence[_Look], offender: Offender, rules: Rules) -> OffenderReading:
    moves = len(offender.track) > 1
    clock = {number * LOOK_S if not moves else look.t_s: look for number, look in enumerate(looks)}
    tracks = tracks_of((at, np.empty((*look.size, 0), np.uint8), look.sightings) for at, look in clock.items())
    least = LEAST_FRAMES if moves else max(LEAST_FRAMES, math.ceil(LEAST_SHARE * len(looks)))
    found = sorted(_plates(tracks, rules), key=lambda pair: -len(pair[0].seen))
    if not found:
        return _none(offender, NO_PLATE)
    track, answer = found[0]
    at_s = clock[track.best.t_s].t_s
    reason = answer.reason
    if len(track.seen) < min(least, len(looks)):
        reason = SEEN_BRIEFLY
    elif any(len(other.seen) >= least and _differ(track, other) for other, _ in found[1:]):
        reason = SEVERAL
    text = answer.text if reason is None else None
    return OffenderReading(text, answer.confidence, answer.box, at_s, answer.frames, reason)


def _plates(tracks: Sequence[Track], rules: Rules) -> Iterator[tuple[Track, PlateAnswer]]:
    for track in tracks:
        answer = answer_of(track, rules)
        if answer is not None:
            yield track, answer


def _differ(one: Track, other: Track) -> bool:
    """Whether they are two plates: elsewhere, with another text."""
    if same_row(one.best.sighting.row, other.best.sighting.row):
        return False
    a, b = one.verdict, other.verdict
    return a is None or b is None or a.plate != b.plate


def _none(offender: Offender, reason: str) -> OffenderReading:
    at_s = (offender.start_s + offender.end_s) / 2
    return OffenderReading(None, 0.0, box_at(offender, at_s), at_s, 0, reason)
