"""What one analysis costs: core-seconds and wall seconds for each check, model load apart.

    python -m tests.bench.analyse [--weights W] [CLIP ...]

Without clips it makes its own: 60 s of 1280 x 720 at 30 fps with a keyframe every 2 s, real
traffic where ``JSC_TESTDATA`` is set (the motorway clip, forth and back), else the demo's rendered street
enlarged. The budget of the issue is 6 core-seconds for such a clip.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from analytics import checks
from analytics.runner import AnalysisRequest, analyse_file
from analytics.yolo import YoloDetector, YoloOptions
from cameras.footage.decode import probe

REPOSITORY = Path(__file__).resolve().parents[2]
RENDERED = REPOSITORY / "fixtures" / "weights" / "jsc-demo-rendered-scenes-only.onnx"
SECONDS, FPS, SIZE = 60, 30, (1280, 720)
BUDGET_CPU_S = 6.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--var", type=Path, default=Path(os.environ.get("JSC_VAR_DIR", "var")))
    options = parser.parse_args()
    testdata = Path(os.environ["JSC_TESTDATA"]) if os.environ.get("JSC_TESTDATA") else None
    weights = options.weights or (testdata / "weights" / "yolov8n_int8.onnx" if testdata else RENDERED)
    detector = YoloDetector(weights, YoloOptions(var_dir=options.var))
    print(f"{detector.identity.name}: loaded in {detector.load_s:.1f} s")
    with tempfile.TemporaryDirectory() as folder:
        for clip in options.clips or [made(Path(folder) / "bench_720p.mp4", testdata)]:
            measure(clip, detector)


def measure(clip: Path, detector: YoloDetector) -> None:
    """Print one line per check, with the share of the budget where the clip is the budget's."""
    info = probe(clip)
    print(
        f"{clip.name}: {info.width}x{info.height}, {info.duration_s:.0f} s, "
        f"keyframes {info.keyframe_gap_max_s:.1f} s apart"
    )
    for slug in checks.CHECKS:
        report = analyse_file(clip, AnalysisRequest(slug, want_stills=False), detector)
        seconds = report.seconds
        per_minute = seconds.cpu * 60 / max(info.duration_s, 1)
        print(
            f"  {slug:18} {report.result.verdict:13} cpu {seconds.cpu:5.2f} s ({per_minute:5.2f} a minute, "
            f"budget {BUDGET_CPU_S:.0f}), wall {seconds.wall:5.2f} s, "
            f"{info.duration_s / max(seconds.wall, 1e-6):5.1f} x "
            f"real time, {report.result.frames_analysed} pictures looked at of {report.result.frames_decoded} decoded"
        )


def made(path: Path, testdata: Path | None) -> Path:
    """Encode the benchmark's own clip."""
    if testdata is not None:
        source = testdata / "video" / "canersu_highway.mp4"
    else:
        source = next((REPOSITORY / "fixtures" / "footage" / "free_flow").glob("*.mp4"))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.options = {"crf": "25", "preset": "veryfast", "g": str(2 * FPS), "sc_threshold": "0"}
        for number, picture in enumerate(_forth_and_back(source)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _forth_and_back(source: Path) -> Iterator[np.ndarray]:
    """``SECONDS`` of pictures without a cut: the source, then backwards, and again."""
    with av.open(str(source)) as container:
        small = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)][:450]
    order = [*range(len(small)), *range(len(small) - 2, 0, -1)]
    for number in range(SECONDS * FPS):
        yield cv2.resize(small[order[number % len(order)]], SIZE)


if __name__ == "__main__":
    main()
