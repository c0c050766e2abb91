"""What the shipped detector finds in the demo's footage, against the scenes' truth.

$ python -m tests.scenes.measure [--weights FILE] [--every 5] [--write]
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import av
import numpy as np

from .camera import Array
from .dataset import clipped
from .demo import DEMO_SCENES, DemoScene
from .export import NAME, ROWS, readme
from .scene import Picture, Truth
from .train import IMAGE_SIZE

LEAST_PX = 20.0  # shorter side at 640 wide
LEAST_VISIBLE = 0.5
CONFIDENCE = 0.25
OVERLAP = 0.5


def key_frames(folder: Path, demo: DemoScene, every: int) -> Iterator[tuple[float, Picture]]:
    """Every n-th keyframe with its time in seconds from the scene's start."""
    for path in sorted(folder.glob("*.mp4")):
        begin = (datetime.strptime(path.stem, "%Y%m%dT%H%M%S%z") - demo.start).total_seconds()
        with av.open(str(path)) as container:
            container.streams.video[0].codec_context.skip_frame = "NONKEY"
            for n, frame in enumerate(container.decode(video=0)):
                if n % every == 0 and frame.time is not None:
                    yield begin + frame.time, frame.to_ndarray(format="bgr24")


def overlaps(boxes: Array, box: Array) -> Array:
    """Intersection over union of boxes (n, 4) with one box."""
    low, high = np.maximum(boxes[:, :2], box[:2]), np.minimum(boxes[:, 2:], box[2:])
    inner = np.prod(np.clip(high - low, 0, None), axis=1)
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) + np.prod(box[2:] - box[:2])
    return np.asarray(inner / (area - inner + 1e-9))


def _matters(truth: Truth, width: int, rows: int) -> bool:
    x1, y1, x2, y2 = clipped(truth, width, rows)
    return truth.kind != "person" and truth.visible >= LEAST_VISIBLE and min(x2 - x1, y2 - y1) >= LEAST_PX


def measure_scene(model: Any, demo: DemoScene, folder: Path, every: int) -> dict[str, Any]:
    """Recall of vehicles, with any vehicle class and with the right one, and the share of false alarms."""
    counts: dict[str, int] = defaultdict(int)
    per_class: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    size = (demo.scene.camera.width, demo.scene.camera.rows)
    for t, picture in key_frames(folder, demo, every):
        found = model.predict(picture, imgsz=(ROWS, IMAGE_SIZE), conf=CONFIDENCE, verbose=False, device="cpu")[0].boxes
        boxes = found.xyxy.numpy().astype(float)
        names = np.array([model.names[int(c)] for c in found.cls])
        truth = demo.scene.render(t).truth
        everything = np.array([clipped(one, *size) for one in truth]).reshape(-1, 4)
        counts["found"] += len(boxes)
        counts["false"] += sum(not (overlaps(everything, box) >= OVERLAP).any() for box in boxes)
        for one in truth:
            if not _matters(one, *size):
                continue
            hit = overlaps(boxes, np.array(clipped(one, *size))) >= OVERLAP
            counts["vehicles"] += 1
            counts["seen"] += bool((hit & (names != "person")).any())
            counts["named"] += bool((hit & (names == one.kind)).any())
            per_class[one.kind][0] += 1
            per_class[one.kind][1] += bool((hit & (names == one.kind)).any())
    return {**counts, "per_class": dict(per_class)}


def summary(rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Figures per scene as `model.json` keeps them."""
    return {
        name: {
            "vehicles": row.get("vehicles", 0),
            "recall": _share(row.get("seen", 0), row.get("vehicles", 0)),
            "recall_right_class": _share(row.get("named", 0), row.get("vehicles", 0)),
            "false_share": _share(row.get("false", 0), row.get("found", 0)),
            "per_class": {kind: _share(hit, all_) for kind, (all_, hit) in sorted(row["per_class"].items())},
        }
        for name, row in rows.items()
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def main() -> None:
    """Command line."""
    from ultralytics import YOLO

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=Path("fixtures/weights") / NAME)
    parser.add_argument("--footage", type=Path, default=Path("fixtures/footage"))
    parser.add_argument("--every", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="keep the figures in model.json beside the weights")
    args = parser.parse_args()
    model = YOLO(str(args.weights), task="detect")
    rows = {}
    for name, make in DEMO_SCENES.items():
        rows[name] = measure_scene(model, make(), args.footage / name, args.every)
        print(name, json.dumps(summary({name: rows[name]})[name]), flush=True)
    if args.write:
        sheet = args.weights.parent / "model.json"
        facts = json.loads(sheet.read_text()) | {"demo_footage": summary(rows)}
        sheet.write_text(json.dumps(facts, indent=1) + "\n")
        (sheet.parent / "README.md").write_text(readme(facts))


if __name__ == "__main__":
    main()
