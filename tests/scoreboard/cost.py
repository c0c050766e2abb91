"""What one check costs on a minute of a real camera's format: 1080p, 15 frames a second, a keyframe every 2 s.

The minute is a scene of the check's own family, enlarged and grained; so the pictures are cheap to make and as dear to
decode and look at as others.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

from analytics import checks
from analytics.runner import AnalysisRequest, analyse_file
from tests.scoreboard.case import Family
from tests.scoreboard.seeds import CHOOSING

WIDTH, HEIGHT, FPS, SECONDS, KEY_S = 1920, 1080, 15, 60.0, 2.0
Picture = npt.NDArray[np.uint8]


def measured(families: Sequence[Family], known: dict[str, Any], detector: Any) -> dict[str, Any]:
    """``{check: {"core_s_per_minute", "version", "weights", "condition"}}``; what is known of the present version and
    these weights is not measured again."""
    for family in families:
        version = checks.check_for(family.check).version
        before = known.get(family.check, {})
        if (before.get("version"), before.get("weights")) != (version, detector.identity.sha256):
            known[family.check] = {**_cost(family, detector), "version": version, "weights": detector.identity.sha256}
    return known


def _cost(family: Family, detector: Any) -> dict[str, Any]:
    condition = next(iter(family.positives))
    case = family.make(condition, True, CHOOSING.start)
    with tempfile.TemporaryDirectory(prefix="scoreboard-") as folder:
        source = case.write(Path(folder))
        clip = as_1080p15(source, Path(folder) / "minute.mp4")
        request = AnalysisRequest(case.check, case.zones, case.thresholds, want_stills=False, **case.asked)
        report = analyse_file(clip, request, detector)
    return {
        "condition": condition,
        "core_s_per_minute": round(report.seconds.cpu * 60 / SECONDS, 2),
        "frames_analysed": report.result.frames_analysed,
        "verdict": str(report.result.verdict),
    }


def as_1080p15(source: Path, target: Path, seconds: float = SECONDS) -> Path:
    """The clip, again and again until the minute is full, in the camera's format. A still stands for the minute."""
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"crf": "27", "preset": "superfast", "g": str(int(KEY_S * FPS)), "sc_threshold": "0"}
        stream.codec_context.thread_count = 1
        for number, picture in enumerate(_grained(_enlarged(source, round(seconds * FPS)))):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target


def _enlarged(source: Path, count: int) -> Iterator[Picture]:
    """``count`` pictures, one a fifteenth of a second."""
    done, start = 0, 0.0
    while done < count:
        last = 0.0
        for t_s, picture in _frames(source):
            last, big = t_s, None
            while done < count and done / FPS <= start + t_s + 1e-6:
                big = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC) if big is None else big
                yield np.asarray(big, np.uint8)
                done += 1
        start += last + 1 / FPS


def _frames(source: Path) -> Iterator[tuple[float, Picture]]:
    with av.open(str(source)) as container:
        for frame in container.decode(video=0):
            yield float(frame.time or 0.0), frame.to_ndarray(format="bgr24")


def _grained(pictures: Iterator[Picture]) -> Iterator[Picture]:
    """Every picture differs, as a sensor's do."""
    rng = np.random.default_rng(15)
    grain = rng.integers(0, 5, (HEIGHT + 64, WIDTH + 64, 1), dtype=np.uint8)
    for number, picture in enumerate(pictures):
        y, x = (number * 37) % 64, (number * 23) % 64
        layer = grain[y : y + HEIGHT, x : x + WIDTH]
        yield np.asarray(cv2.add(picture, cv2.merge([layer, layer, layer])), np.uint8)
