"""Renders the data set, trains the small demo detector from scratch, exports it and writes down what it is worth.

    $ python -m tests.scenes.train render --data DIR
    $ python -m tests.scenes.train train --data DIR --runs DIR --epochs 36
    $ python -m tests.scenes.train export --data DIR --checkpoint FILE --out fixtures/weights

The network sees rendered streets only, so it is fit for this project's tests and demo and for nothing else.
"""

from __future__ import annotations

import argparse
import os
from multiprocessing import get_context
from pathlib import Path

import cv2

from .dataset import Sample, clipped, samples
from .vehicles import CLASSES

TRAIN_SEEDS = range(800)
HELD_OUT_SEEDS = range(900_000, 900_080)
PER_SEED = 2
IMAGE_SIZE = 384
SEED = 20261102
ARCHITECTURE = "yolo11n.yaml"


def label_lines(sample: Sample) -> list[str]:
    """YOLO text labels: class, centre x, centre y, width, height, all in 0-1 and cut at the border."""
    rows, width = sample.image.shape[:2]
    lines = []
    for truth in sample.truth:
        x1, y1, x2, y2 = clipped(truth, width, rows)
        numbers = ((x1 + x2) / 2 / width, (y1 + y2) / 2 / rows, (x2 - x1) / width, (y2 - y1) / rows)
        lines.append(f"{CLASSES.index(truth.kind)} " + " ".join(f"{n:.5f}" for n in numbers))
    return lines


def _write(job: tuple[int, str, str]) -> None:
    cv2.setNumThreads(1)
    seed, folder, split = job
    for turn, sample in enumerate(samples(seed, PER_SEED)):
        stem = f"{seed:06d}_{turn}"
        cv2.imwrite(f"{folder}/images/{split}/{stem}.jpg", sample.image, [cv2.IMWRITE_JPEG_QUALITY, 95])
        Path(f"{folder}/labels/{split}/{stem}.txt").write_text("\n".join(label_lines(sample)) + "\n")


def render(folder: Path) -> Path:
    """Write pictures and labels of both sets; returns the data set's YAML file."""
    jobs = [(s, str(folder), "train") for s in TRAIN_SEEDS] + [(s, str(folder), "val") for s in HELD_OUT_SEEDS]
    for split in ("train", "val"):
        for kind in ("images", "labels"):
            (folder / kind / split).mkdir(parents=True, exist_ok=True)
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        for _ in pool.imap_unordered(_write, jobs, chunksize=8):
            pass
    names = "\n".join(f"  {n}: {name}" for n, name in enumerate(CLASSES))
    sheet = folder / "data.yaml"
    sheet.write_text(f"path: {folder.resolve()}\ntrain: images/train\nval: images/val\nnames:\n{names}\n")
    return sheet


def train(folder: Path, runs: Path, epochs: int, hours: float | None) -> None:
    """Train from scratch on one CPU thread; `hours` fits epochs and learning rate to the time there is."""
    from .halfprecision import HalfPrecisionTrainer

    cv2.setNumThreads(1)
    settings = {
        "model": ARCHITECTURE, "data": str(folder / "data.yaml"), "project": str(runs.resolve()), "name": "scenes",
        "epochs": epochs, "time": hours, "imgsz": IMAGE_SIZE, "batch": 8, "nbs": 8, "rect": True, "device": "cpu",
        "workers": 0,
        "cache": "ram", "seed": SEED, "deterministic": False, "pretrained": False, "amp": False, "plots": False,
        "save_period": 1, "exist_ok": True, "optimizer": "AdamW", "lr0": 0.0015, "lrf": 0.02, "weight_decay": 0.01,
        "warmup_epochs": 0.5, "warmup_bias_lr": 0.0, "mosaic": 0.0, "scale": 0.2, "translate": 0.08, "fliplr": 0.5,
        "hsv_h": 0.012, "hsv_s": 0.3, "hsv_v": 0.3, "erasing": 0.0, "patience": 0, "max_det": 200, "val": True,
    }  # fmt: skip
    HalfPrecisionTrainer(overrides=settings).train()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["render", "train", "export"])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--epochs", type=int, default=36)
    parser.add_argument("--hours", type=float)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--out", type=Path, default=Path("fixtures/weights"))
    args = parser.parse_args()
    if args.step == "render":
        render(args.data)
    elif args.step == "train":
        train(args.data, args.runs, args.epochs, args.hours)
    else:
        from .export import export

        export(args.checkpoint, args.data / "data.yaml", args.out)


if __name__ == "__main__":
    main()
