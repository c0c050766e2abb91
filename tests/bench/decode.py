"""What decoding costs: keyframes alone against every frame, and a minute of 720p, in core-seconds.

$ python -m tests.bench.decode [--json]

The clip is drawn and encoded here: a street-like still with sensor noise and moving boxes, H.264,
15 pictures a second, a keyframe every 2 s. Start-up of the child is included in every figure.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import av
import cv2
import numpy as np

from cameras.footage.decode import SamplePlan, read_frames

FPS = 15


def drawn(width: int, height: int, seconds: float, path: Path) -> Path:
    """Encode the clip."""
    rng = np.random.default_rng(2)
    ground = cv2.resize(rng.integers(40, 200, (height // 12, width // 12, 3), dtype=np.uint8), (width, height))
    noise = [rng.normal(0, 3, (height, width, 1)).astype(np.int16) for _ in range(5)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "26"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.gop_size = 2 * FPS
        for number in range(round(seconds * FPS)):
            picture = ground.copy()
            for box in range(12):
                x, y = (number * (5 + box) + box * 150) % width, height // 3 + box * height // 22
                cv2.rectangle(picture, (x, y), (x + width // 12, y + height // 16), (20 * box, 90, 240 - 15 * box), -1)
            noisy = np.clip(picture + noise[number % 5], 0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noisy, format="bgr24")))
        container.mux(stream.encode(None))
    return path


def measured(path: Path, plan: SamplePlan) -> dict[str, float]:
    """Core-seconds of child and parent, and the wall's, for reading ``path`` once."""
    wall, own = time.perf_counter(), time.process_time()
    with read_frames(path, plan) as stream:
        frames = sum(1 for _ in stream)
    parent_s = time.process_time() - own
    return {
        "frames": frames,
        "decoded": stream.decoded,
        "core_s": round(stream.cpu_s + parent_s, 3),
        "wall_s": round(time.perf_counter() - wall, 3),
    }


def best(path: Path, plan: SamplePlan, tries: int = 3) -> dict[str, float]:
    """The cheapest of a few runs: other work on the machine only ever adds."""
    return min((measured(path, plan) for _ in range(tries)), key=lambda run: run["core_s"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object only")
    as_json = parser.parse_args().json
    with tempfile.TemporaryDirectory() as folder:
        large = drawn(1920, 1080, 30.0, Path(folder, "1080p.mp4"))
        usual = drawn(1280, 720, 60.0, Path(folder, "720p.mp4"))
        results = {
            "1080p_30s_keyframes": best(large, SamplePlan("keyframes")),
            "1080p_30s_every_frame": best(large, SamplePlan("rate", fps=1000.0)),
            "720p_60s_keyframes": best(usual, SamplePlan("auto")),
            "720p_60s_two_a_second": best(usual, SamplePlan("rate", fps=2.0)),
            "720p_3s_burst_12fps": best(usual, SamplePlan("rate", fps=12.0, spans=((30.0, 33.0),))),
        }
    ratio = results["1080p_30s_every_frame"]["core_s"] / results["1080p_30s_keyframes"]["core_s"]
    if as_json:
        print(json.dumps({**results, "keyframe_ratio": round(ratio, 1)}))
        return
    for name, run in results.items():
        print(f"{name:24} {run['core_s']:7.3f} core-s {run['wall_s']:7.3f} s {run['frames']:5} frames")
    print(f"keyframes alone cost {ratio:.1f} times less than every frame (wanted: at least 4)")


if __name__ == "__main__":
    main()
