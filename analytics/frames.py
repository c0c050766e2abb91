"""A clip as a check sees it: sparse samples over all of it, dense bursts where asked.

All times are seconds from the clip's first frame; holes in the footage are jumps in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from analytics.against_background import Background
from analytics.background import background_held
from analytics.detections import Detector
from analytics.sample import GREY_WIDTH, Grey, Sample, Tint
from cameras.footage.decode import DecodeFailed, DecodeLimits, MediaInfo, SamplePlan, probe, read_frames
from cameras.footage.frame import Frame, Picture
from cameras.quality import MOVED, QualityReport, assess

__all__ = ["GREY_WIDTH", "ClipView", "FileClip", "Grey", "Sample", "Span", "Survey", "grey_of", "surveyed"]

KEEPSAKES = 16
"""Full pictures kept for second looks, spread evenly over the clip."""

GATE_FRAMES = 120
"""Narrow pictures kept for the picture gate, which compares neighbours."""

KEYFRAMES_S = 2.0
"""At most so far apart are keyframes that are sampled instead of a grid (``SamplePlan`` "auto")."""

Span = tuple[float, float]


class ClipView(Protocol):
    """Pictures of one clip."""

    @property
    def is_still(self) -> bool: ...

    @property
    def span_s(self) -> float:
        """From the first frame to the last, as the file promises."""

    @property
    def keyframe_times_s(self) -> Sequence[float]:
        """Where a burst costs nothing to reach; empty when unknown."""

    @property
    def step_s(self) -> float:
        """Planned distance of samples."""

    @property
    def frames_decoded(self) -> int:
        """How many pictures have been decoded so far."""

    def samples(self) -> Iterator[Frame]:
        """Frames at a low rate over the whole clip, ascending in time."""

    def bursts(self, spans: Sequence[Span]) -> Iterator[Frame]:
        """Every frame inside the spans, ascending in time, at most ``GREY_WIDTH`` on the long side."""


@dataclass(slots=True, eq=False)
class Survey:
    """One pass over a clip with the detector: what every check starts from."""

    samples: list[Sample]
    step_s: float
    is_still: bool
    quality: QualityReport
    keepsakes: list[Frame] = field(default_factory=list)
    last_frame_s: float = 0.0

    @property
    def times_s(self) -> npt.NDArray[np.float64]:
        return np.array([sample.t_s for sample in self.samples], np.float64)

    @property
    def end_s(self) -> float:
        """Where the footage ends: its last frame, at most a usual step after the last one looked at."""
        last = self.samples[-1].t_s
        return min(max(last, self.last_frame_s), last + self.usual_step_s)

    @property
    def span_s(self) -> float:
        """From the first looked-at frame to the end."""
        return self.end_s - self.samples[0].t_s

    @property
    def usual_step_s(self) -> float:
        """What the footage gives, where that is sparser than planned (a time-lapse has no holes)."""
        gaps = np.diff(self.times_s)
        return max(self.step_s, float(np.median(gaps))) if len(gaps) else self.step_s

    def holes(self) -> list[Span]:
        """Stretches without pictures: more than two sampling steps from one sample to the next."""
        step = self.usual_step_s
        return [(float(a), float(b)) for a, b in pairwise(self.times_s) if b - a > 2 * step + 1e-6]

    def coverage(self) -> float:
        """Share of first..last frame that has pictures; 1 for a still."""
        if self.span_s <= 0:
            return 1.0
        missing = sum(end - start - self.usual_step_s for start, end in self.holes())
        return float(np.clip(1 - missing / self.span_s, 0, 1))


def began_at(clip: ClipView) -> datetime | None:
    """When the clip's first frame was taken; None where nobody knows."""
    return getattr(clip, "first_frame_at", None)


def clock_doubt_of(clip: ClipView) -> float:
    """Seconds by which ``began_at`` may be wrong, either way; 0 where nobody said."""
    return float(getattr(clip, "clock_doubt_s", 0.0))


def surveyed(clip: ClipView, detector: Detector) -> Survey:
    """Look at every sample of the clip once.

    Raises:
        DecodeFailed: not one picture came out of it.
    """
    samples: list[Sample] = []
    keepsakes, gated = _Evenly(KEEPSAKES), _Evenly(GATE_FRAMES)
    for frame in clip.samples():
        [detections] = detector.detect([frame.picture])
        small = narrowed(frame.picture)
        samples.append(Sample(frame.t_s, detections, grey_of(small), _tint_of(small)))
        keepsakes.offer(frame)
        gated.offer(Frame(frame.t_s, small, frame.is_key))
    if not samples:
        raise DecodeFailed("no picture could be decoded", reason="no_frames")
    return Survey(samples, clip.step_s, clip.is_still, _quality(gated.frames, samples), keepsakes.frames, clip.span_s)


def _quality(frames: Sequence[Frame], samples: Sequence[Sample]) -> QualityReport:
    """The picture gate's report; a turned camera only where the ground between the objects changed too."""
    report = assess(frames)
    if report.reasons == (MOVED,) and background_held(samples):
        return replace(report, ok=True, reasons=())
    return report


def narrowed(picture: Picture) -> Picture:
    """The picture, at most ``GREY_WIDTH`` wide."""
    height, width = picture.shape[:2]
    if width <= GREY_WIDTH:
        return picture
    size = (GREY_WIDTH, max(1, round(height * GREY_WIDTH / width)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def grey_of(picture: Picture) -> Grey:
    """``(h, w)`` uint8 of a BGR picture, at most ``GREY_WIDTH`` wide."""
    return np.asarray(cv2.cvtColor(narrowed(picture), cv2.COLOR_BGR2GRAY), np.uint8)


def _tint_of(picture: Picture) -> Tint:
    height, width = picture.shape[:2]
    half = cv2.resize(picture, (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(cv2.cvtColor(half, cv2.COLOR_BGR2LAB)[:, :, 1:], np.uint8)


class _Evenly:
    """Every n-th frame, n doubling when there are too many: evenly spread without knowing the end."""

    def __init__(self, most: int) -> None:
        self.frames: list[Frame] = []
        self._most = most
        self._stride = 1
        self._seen = 0

    def offer(self, frame: Frame) -> None:
        if self._seen % self._stride == 0:
            self.frames.append(frame)
            if len(self.frames) > self._most:
                self.frames = self.frames[::2]
                self._stride *= 2
        self._seen += 1


def step_for(span_s: float) -> float:
    """Seconds between samples: half a second on a short clip, 1.5 s from a minute on, at most 400 in all."""
    return max(min(1.5, max(0.5, span_s / 40)), span_s / 400)


class FileClip:
    """A video or a still on disk.

    Raises:
        DecodeFailed, DecodeTimedOut: the file is not one (see ``cameras.footage.decode``).
    """

    def __init__(self, path: Path, limits: DecodeLimits) -> None:
        self._path = path
        self._limits = limits
        self.info: MediaInfo = probe(path, limits)
        self.truncated: str | None = self.info.truncated
        self.background: Background | None = None
        """The camera's own, where somebody has one; checks ask ``against_background.background_of``."""
        self.first_frame_at: datetime | None = None
        """When the first frame was taken, where that is known; checks ask ``began_at``."""
        self.clock_doubt_s = 0.0
        """By how much that may be wrong, either way; checks ask ``clock_doubt_of``."""
        self._decoded = 0
        self._reached_s: float | None = None

    @property
    def is_still(self) -> bool:
        return self.info.is_still or self.info.frames <= 1

    @property
    def span_s(self) -> float:
        return self.info.last_pts_s - self.info.first_pts_s

    @property
    def keyframe_times_s(self) -> Sequence[float]:
        return self.info.keyframe_times_s

    @property
    def step_s(self) -> float:
        return step_for(self.info.duration_s)

    @property
    def frames_decoded(self) -> int:
        return self._decoded

    @property
    def told_s(self) -> float:
        """Seconds from the first frame that the container promises, whether or not its pictures are there."""
        return self.info.duration_s + self.info.missing_s

    @property
    def given_s(self) -> float:
        """Seconds of them that its pictures reach: what its packets say, and less where decoding ended before them.

        Samples stand a step and a keyframe apart, so the last of them may lie so far before the end of a whole file.
        """
        held, reached = self.info.duration_s, self._reached_s
        apart = 2 * self.step_s + KEYFRAMES_S + (held - self.span_s)
        return held if reached is None or held - reached <= apart else reached + self.step_s

    def samples(self) -> Iterator[Frame]:
        latest = -np.inf
        for frame in self._read(SamplePlan("auto", fps=1 / self.step_s)):
            # Keyframes may stand closer than a step; each look costs ten times its decoding.
            if frame.t_s - latest >= 0.9 * self.step_s:
                latest = self._reached_s = frame.t_s
                yield frame

    def bursts(self, spans: Sequence[Span]) -> Iterator[Frame]:
        if spans:
            yield from self._read(SamplePlan("rate", fps=1000, spans=tuple(spans), long_side=GREY_WIDTH))

    def pictures_at(self, times_s: Sequence[float]) -> Iterator[Frame]:
        """The frames that are shown at these times, for stills; ascending."""
        spans = tuple((max(0.0, t - 0.01), t + 1.0) for t in sorted(set(times_s)))
        if spans:
            # One tick per span: the first frame at or after the time asked for.
            yield from self._read(SamplePlan("rate", fps=0.5, spans=spans))

    def _read(self, plan: SamplePlan) -> Iterator[Frame]:
        stream = read_frames(self._path, plan, self._limits)
        try:
            yield from stream
        finally:
            stream.close()
            self._decoded += stream.decoded
            self.truncated = self.truncated or stream.truncated
