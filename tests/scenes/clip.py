"""Writes rendered scenes as H.264 clips with known timestamps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from .scene import Scene, Shot

CLOCK = 90_000  # ticks per second of the stream's time base


@dataclass(frozen=True)
class ClipPlan:
    """How a clip is sampled and coded. Times in seconds from the scene's t = 0."""

    fps: float = 6.0
    start: float = 0.0
    seconds: float = 10.0
    keyframe_s: float = 2.0
    jitter: float = 0.0  # share of a frame interval by which timestamps wander: variable frame rate
    dropped: Sequence[tuple[float, float]] = ()  # frames in these spans never reach the file
    crf: int = 34
    with_truth: bool = True
    preset: str = "slow"
    seed: int = 0

    def times(self) -> list[float]:
        """Scene times of the frames that are written."""
        count = round(self.seconds * self.fps)
        wander = np.random.default_rng([self.seed, 3]).uniform(-self.jitter / 2, self.jitter / 2, count)
        wander[:1] = 0.0
        times = [self.start + (n + float(w)) / self.fps for n, w in enumerate(wander)]
        return [t for t in times if not any(a <= t < b for a, b in self.dropped)]


def write_shots(path: Path, shots: Iterable[Shot], plan: ClipPlan) -> list[Shot]:
    """Encode shots; a frame's timestamp is its scene time less the plan's start. Returns the shots without pixels."""
    kept: list[Shot] = []
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", options={"movflags": "+faststart", "fflags": "+bitexact"}) as container:
        stream = None
        next_key = -1.0
        for shot in shots:
            if stream is None:
                stream = _stream(container, shot, plan)
            moment = shot.t - plan.start
            frame = av.VideoFrame.from_ndarray(shot.image, format="bgr24")
            frame.pts, frame.time_base = round(moment * CLOCK), Fraction(1, CLOCK)
            if moment >= next_key - 1e-6:
                frame.pict_type = av.video.frame.PictureType.I
                next_key = (np.floor(moment / plan.keyframe_s + 1e-6) + 1) * plan.keyframe_s
            container.mux(stream.encode(frame))
            kept.append(Shot(shot.t, np.zeros((0, 0, 3), np.uint8), shot.truth))
        if stream is not None:
            container.mux(stream.encode(None))
    return kept


def _stream(container: av.container.OutputContainer, shot: Shot, plan: ClipPlan) -> av.VideoStream:
    stream = container.add_stream("libx264", rate=Fraction(plan.fps).limit_denominator(1000))
    stream.height, stream.width = shot.image.shape[:2]
    stream.pix_fmt = "yuv420p"
    stream.time_base = stream.codec_context.time_base = Fraction(1, CLOCK)
    stream.codec_context.thread_count = 1
    stream.options = {
        "crf": str(plan.crf), "preset": plan.preset, "sc_threshold": "0",
        "g": str(round(plan.keyframe_s * plan.fps)), "forced-idr": "1", "bf": "2", "flags": "+bitexact",
        # Keyframes every two seconds of a still street are most of the bytes: no finer than the frames between.
        "i_qfactor": "1.0", "psy": "0",
    }  # fmt: skip
    return stream


def write_clip(scene: Scene, path: Path, plan: ClipPlan | None = None) -> list[Shot]:
    """Render a scene into a clip; returns every written frame's time and truth (their images are empty)."""
    plan = plan or ClipPlan()
    return write_shots(path, (scene.render(t, plan.with_truth) for t in plan.times()), plan)
