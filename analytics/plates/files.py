"""Plates in a picture or clip file, as the command answers them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analytics.detections import Detections, Detector
from analytics.plates.decide import DEFAULT_RULES, Rules, Setting, doubt, is_plate_like
from analytics.plates.lines import TextRow
from analytics.plates.reader import PlateReader, Sighting
from analytics.plates.tracks import Seen, Track, tracks_of
from analytics.plates.vote import Verdict
from cameras.footage.decode import MediaInfo, SamplePlan, read_frames
from cameras.footage.frame import Frame, Picture

FRAMES_PER_S = 4.0
MOST_FRAMES = 48
"""Frames of a clip that are read, evenly over it: a longer clip is looked at more coarsely."""

PLATE_WIDER, PLATE_ABOVE, PLATE_BELOW = 0.8, 0.3, 0.8
"""The plate around its first row, in heights of the row: the border, and the second row below."""


@dataclass(frozen=True, slots=True)
class PlateAnswer:
    """``text`` without spaces, None when in doubt, and then ``reason`` says why. ``box`` x1, y1, x2, y2 in 0-1 of
    the picture, the whole plate. ``frames``: how many were read for it.
    """

    text: str | None
    confidence: float
    char_confidences: tuple[float, ...]
    box: tuple[float, float, float, float]
    frames: int
    reason: str | None

    def as_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "confidence": round(self.confidence, 4),
            "char_confidences": [round(value, 4) for value in self.char_confidences],
            "box": [round(value, 4) for value in self.box],
            "frames": self.frames,
            "reason": self.reason,
        }


def plates_in_file(
    path: Path, info: MediaInfo, reader: PlateReader, detector: Detector | None = None, rules: Rules = DEFAULT_RULES
) -> list[PlateAnswer]:
    """The plates of one file, the surest first. ``info``: what ``probe`` said of it.

    Raises:
        FootageError: the file cannot be decoded (see ``cameras.footage.decode``).
    """
    with read_frames(path, _plan(info)) as stream:
        return plates_in_frames(stream, reader, detector, rules)


def plates_in_frames(
    frames: Iterator[Frame], reader: PlateReader, detector: Detector | None = None, rules: Rules = DEFAULT_RULES
) -> list[PlateAnswer]:
    """The plates in frames of one view in the order of time."""
    tracks = tracks_of(_sighted(frames, reader, detector))
    answers = [answer for track in tracks if (answer := answer_of(track, rules)) is not None]
    return sorted(answers, key=lambda answer: (answer.text is None, -answer.confidence))


def _plan(info: MediaInfo) -> SamplePlan:
    fps = min(FRAMES_PER_S, MOST_FRAMES / max(info.duration_s, 0.01))
    return SamplePlan("rate", fps=fps, long_side=None)


def _sighted(
    frames: Iterator[Frame], reader: PlateReader, detector: Detector | None
) -> Iterator[tuple[float, Picture, Sequence[Sighting]]]:
    for frame in frames:
        [found] = detector.detect([frame.picture]) if detector else [Detections.none()]
        yield frame.t_s, frame.picture, reader.sightings(frame.picture, found)


def answer_of(track: Track, rules: Rules) -> PlateAnswer | None:
    """None for what is no plate."""
    found = track.verdict
    if found is None or not is_plate_like(found, rules):
        return None
    best = track.best
    reason = _doubt(track, found, rules)
    text = str(found.plate) if reason is None else None
    return PlateAnswer(text, found.confidence, found.characters, _box(best), len(track.voting), reason)


def _doubt(track: Track, found: Verdict, rules: Rules) -> str | None:
    """The clip's plate is as whole and as large as in its most legible frame."""
    best = track.best.sighting
    vehicle = best.vehicle.name if best.vehicle else None
    return doubt(found, Setting(best.row, best.is_whole, vehicle), rules)


def _box(seen: Seen) -> tuple[float, float, float, float]:
    corners = plate_around(seen.sighting.row).corners()
    (x1, y1), (x2, y2) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return (
        max(0.0, x1 / seen.width),
        max(0.0, y1 / seen.height),
        min(1.0, x2 / seen.width),
        min(1.0, y2 / seen.height),
    )


def plate_around(row: TextRow) -> TextRow:
    """The whole plate around its first row, in the same pixels."""
    down = (PLATE_BELOW - PLATE_ABOVE) / 2 * row.height
    return row.moved(0.0, down).grown(PLATE_WIDER * row.height, (PLATE_ABOVE + PLATE_BELOW) / 2 * row.height)
