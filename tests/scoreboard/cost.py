"""What one check costs on a minute of a real camera's format: 1080p, 15 frames a second, a keyframe every 2 s.

The minute is a scene of the check's own family, enlarged and grained; so the pictures are cheap to make and as dear to
decode and look at as others. It is written in the encoder's fastest preset with the two tools switched on again that
a decoder pays for (CABAC, deblocking) and at a quality of 10 MB a minute: measured, it costs a decoder as much as the
preset ``superfast`` at 7 MB (2.0 and 2.1 core-s the whole minute) and a third less to make.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

from analytics import checks
from analytics.runner import AnalysisReport, AnalysisRequest, analyse_file
from tests.scoreboard.case import Case, Family
from tests.scoreboard.seeds import CHOOSING

WIDTH, HEIGHT, FPS, SECONDS, KEY_S = 1920, 1080, 15, 60.0, 2.0
TRIES = 5
"""Scenes tried until the check looks at one."""

ENCODER = {
    "preset": "ultrafast", "crf": "24", "g": str(int(KEY_S * FPS)), "sc_threshold": "0",
    "x264-params": "cabac=1:no-deblock=0:deblock=0,0",
}  # fmt: skip
Picture = npt.NDArray[np.uint8]


def measured(
    families: Sequence[Family], known: dict[str, Any], detector: Any, told: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """``{check: {"core_s_per_minute", "version", "weights", "condition"}}``; what is known of the present version and
    these weights is not measured again. ``told`` hears all that is known after each check."""
    for number, family in enumerate(families, 1):
        version = checks.check_for(family.check).version
        before = known.get(family.check, {})
        if (before.get("version"), before.get("weights")) == (version, detector.identity.sha256):
            continue
        began = time.perf_counter()
        known[family.check] = {**_cost(family, detector), "version": version, "weights": detector.identity.sha256}
        told(known)
        _say(f"cost {number}/{len(families)} {family.check}", known[family.check], time.perf_counter() - began)
    return known


def _say(what: str, cost: dict[str, Any], took_s: float) -> None:
    print(
        f"{what}: {cost['core_s_per_minute']:.1f} core-s per camera-minute ({took_s:.0f} s with making the minute)",
        file=sys.stderr, flush=True,
    )  # fmt: skip


def _cost(family: Family, detector: Any) -> dict[str, Any]:
    """Of the first scene that the check looks at: one that it turns away (another view, a hidden zone) costs little."""
    condition = family.dearest or next(iter(family.positives))
    for seed in CHOOSING[:TRIES]:
        report = _asked(family.make(condition, True, seed), detector)
        if report.result.frames_analysed:
            break
    return {
        "condition": condition,
        "core_s_per_minute": round(report.seconds.cpu * 60 / SECONDS, 2),
        "frames_analysed": report.result.frames_analysed,
        "verdict": str(report.result.verdict),
    }


def _asked(case: Case, detector: Any) -> AnalysisReport:
    with tempfile.TemporaryDirectory(prefix="scoreboard-") as folder:
        source = case.write(Path(folder))
        clip = as_1080p15(source, Path(folder) / "minute.mp4")
        request = AnalysisRequest(case.check, case.zones, case.thresholds, want_stills=False, **case.asked)
        return analyse_file(clip, request, detector)


def as_1080p15(source: Path, target: Path, seconds: float = SECONDS) -> Path:
    """The clip, again and again until the minute is full, in the camera's format. A still stands for the minute."""
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = ENCODER
        stream.codec_context.thread_count = 1
        for number, picture in enumerate(_grained(_enlarged(source, round(seconds * FPS)))):
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target


def _enlarged(source: Path, count: int) -> Iterator[Picture]:
    """``count`` pictures, one a fifteenth of a second: brightness over colours, ``(HEIGHT * 3 / 2, WIDTH)``."""
    done, start = 0, 0.0
    while done < count:
        last = 0.0
        for t_s, picture in _frames(source):
            last, big = t_s, None
            while done < count and done / FPS <= start + t_s + 1e-6:
                big = _planes(picture) if big is None else big
                yield big
                done += 1
        start += last + 1 / FPS


def _planes(picture: Picture) -> Picture:
    big = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.cvtColor(big, cv2.COLOR_BGR2YUV_I420), np.uint8)


def _frames(source: Path) -> Iterator[tuple[float, Picture]]:
    with av.open(str(source)) as container:
        for frame in container.decode(video=0):
            yield float(frame.time or 0.0), frame.to_ndarray(format="bgr24")


def _grained(pictures: Iterator[Picture]) -> Iterator[Picture]:
    """Every picture differs in its brightness, as a sensor's do."""
    rng = np.random.default_rng(15)
    grain = rng.integers(0, 5, (HEIGHT + 64, WIDTH + 64), dtype=np.uint8)
    for number, picture in enumerate(pictures):
        y, x = (number * 37) % 64, (number * 23) % 64
        lit = cv2.add(picture[:HEIGHT], grain[y : y + HEIGHT, x : x + WIDTH])
        yield np.concatenate([lit, picture[HEIGHT:]])
