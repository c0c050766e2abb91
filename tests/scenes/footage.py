"""Renders the demo's footage: one H.264 file a minute and scene, and `scenes.json` beside them.

$ python -m tests.scenes.footage [--out fixtures/footage] [--only jam,night]
"""

from __future__ import annotations

import argparse
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2

from .clip import ClipPlan, write_clip
from .demo import DEMO_SCENES, MINUTES, DemoScene, flow_speed_kmh

CRF = 38
STAMP = "%Y%m%dT%H%M%S%z"


def write_minute(demo: DemoScene, minute: int, folder: Path) -> Path:
    """One minute of one scene; the file is named after its first frame's wall clock."""
    path = folder / demo.name / f"{(demo.start + timedelta(minutes=minute)).strftime(STAMP)}.mp4"
    plan = ClipPlan(fps=demo.fps, start=60.0 * minute, seconds=60.0, crf=CRF, with_truth=False)
    write_clip(demo.scene, path, plan)
    return path


def entry(demo: DemoScene) -> dict[str, Any]:
    """What `scenes.json` says of a scene. Times of the truth count in seconds from its start."""
    camera = demo.scene.camera
    return {
        "name": demo.name,
        "description": demo.description,
        "start": demo.start.isoformat(),
        "end": (demo.start + timedelta(minutes=MINUTES)).isoformat(),
        "minutes": list(demo.minutes),
        "fps": demo.fps,
        "size": [camera.width, camera.rows],
        "keyframe_s": ClipPlan().keyframe_s,
        "seed": demo.scene.seed,
        "zones": demo.zones(),
        "truth": {**demo.truth, "flow_speed_kmh": flow_speed_kmh(demo)},
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("fixtures/footage"))
    parser.add_argument("--only", default="", help="comma-separated scene names; scenes.json is written all the same")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    wanted = [name for name in args.only.split(",") if name] or list(DEMO_SCENES)
    entries = []
    for name, make in DEMO_SCENES.items():
        demo = make()
        entries.append(entry(demo))
        for minute in demo.minutes if name in wanted else ():
            path = write_minute(demo, minute, args.out)
            print(f"{path} {path.stat().st_size / 1000:.0f} kB", flush=True)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "scenes.json").write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
