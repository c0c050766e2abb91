"""Exports a checkpoint as a half-precision ONNX file and writes the measured figures beside it."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from .train import ARCHITECTURE, HELD_OUT_SEEDS, IMAGE_SIZE, PER_SEED, SEED, TRAIN_SEEDS
from .vehicles import CLASSES

NAME = "jsc-demo-rendered-scenes-only.onnx"
ROWS = 224  # 384 x 216 padded to the network's stride
ABOUT = "Demo detector, trained on rendered street scenes only; not for production"
LARGEST_BYTES = 6_000_000


def half_floats(source: Path, target: Path) -> None:
    """Store the weights in 16 bits and widen them at load: half the bytes, and full speed on any CPU."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(str(source))
    graph = model.graph
    casts = []
    for tensor in list(graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < 64:
            continue
        values = numpy_helper.to_array(tensor)
        if np.abs(values).max() > 60_000:
            continue
        name = tensor.name
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    facts = {p.key: p.value for p in model.metadata_props} | {"description": ABOUT}
    facts.pop("date", None)  # the same checkpoint exports to the same bytes
    del model.metadata_props[:]
    helper.set_model_props(model, facts)
    onnx.save(model, str(target))


def export(checkpoint: Path, sheet: Path, folder: Path) -> dict[str, Any]:
    """Write the weights, `model.json` and `README.md` into the folder; returns what `model.json` says."""
    from ultralytics import YOLO

    folder.mkdir(parents=True, exist_ok=True)
    target = folder / NAME
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "scenes.pt"
        shutil.copy(checkpoint, copy)
        made = YOLO(str(copy)).export(format="onnx", imgsz=(ROWS, IMAGE_SIZE), simplify=True, device="cpu")
        half_floats(Path(made), target)
    if target.stat().st_size > LARGEST_BYTES:
        raise ValueError(f"{target.stat().st_size} bytes are too many")
    facts = {**_identity(target, checkpoint), "held_out": _held_out(target, sheet), "speed_ms": _speed(target)}
    (folder / "model.json").write_text(json.dumps(facts, indent=1) + "\n")
    (folder / "README.md").write_text(readme(facts))
    return facts


def _identity(target: Path, checkpoint: Path) -> dict[str, Any]:
    import torch

    saved = torch.load(checkpoint, map_location="cpu", weights_only=False)
    rows = saved.get("train_results") or {}
    return {
        "name": NAME,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
        "bytes": target.stat().st_size,
        "classes": list(CLASSES),
        "imgsz": [ROWS, IMAGE_SIZE],
        "architecture": ARCHITECTURE,
        "seed": SEED,
        "epochs": len(rows.get("epoch", [])),
        "training_minutes": round(rows.get("time", [0])[-1] / 60, 1),
        "pictures": {"train": len(TRAIN_SEEDS) * PER_SEED, "held_out": len(HELD_OUT_SEEDS) * PER_SEED},
        "licence": "AGPL-3.0",
    }


def _held_out(target: Path, sheet: Path) -> dict[str, Any]:
    from ultralytics import YOLO

    found = YOLO(str(target), task="detect").val(
        data=str(sheet),
        imgsz=(ROWS, IMAGE_SIZE),
        batch=1,
        rect=True,
        plots=False,
        verbose=False,
        device="cpu",
        workers=0,
    )
    per_class = {
        CLASSES[index]: {
            "precision": round(float(found.box.p[n]), 3),
            "recall": round(float(found.box.r[n]), 3),
            "map50": round(float(found.box.ap50[n]), 3),
        }
        for n, index in enumerate(found.box.ap_class_index)
    }
    return {
        "map50": round(float(found.box.map50), 3),
        "map50_95": round(float(found.box.map), 3),
        "per_class": per_class,
    }


def _speed(target: Path) -> float:
    """Median milliseconds for one 640 x 360 picture, letterbox and suppression included."""
    from ultralytics import YOLO

    model, picture = YOLO(str(target), task="detect"), np.full((360, 640, 3), 114, np.uint8)
    times = []
    for _ in range(25):
        begin = time.perf_counter()
        model.predict(picture, imgsz=(ROWS, IMAGE_SIZE), verbose=False, device="cpu")
        times.append((time.perf_counter() - begin) * 1000)
    return round(float(np.median(times[5:])), 1)


def demo_table(facts: dict[str, Any]) -> str:
    """What `python -m tests.scenes.measure --write` found, or nothing before it ran."""
    if "demo_footage" not in facts:
        return ""
    lines = []
    for name, row in facts["demo_footage"].items():
        alarms = "-" if row["false_share"] is None else f"{row['false_share']:.3f}"
        lines.append(
            f"| {name} | {row['vehicles']} | {row['recall']:.3f} | {row['recall_right_class']:.3f} | {alarms} |"
        )
    return (
        "## On the demo's footage\n\n"
        "Vehicles at least 20 px wide and high at 640 x 360 and at least half visible, on every fifth keyframe,\n"
        "confidence 0.25, overlap 0.5. `too_dark` is meant to show nothing. Measured by\n"
        "`python -m tests.scenes.measure --write`.\n\n"
        "| scene | vehicles | found | found with the right class | false alarms, share |\n|---|---|---|---|---|\n"
        + "\n".join(lines)
        + "\n\n"
    )


def readme(facts: dict[str, Any]) -> str:
    """The page beside the weights."""
    held = facts["held_out"]
    table = "\n".join(
        f"| {name} | {row['precision']:.3f} | {row['recall']:.3f} | {row['map50']:.3f} |"
        for name, row in held["per_class"].items()
    )
    seeds = f"Seeds {TRAIN_SEEDS.start}-{TRAIN_SEEDS.stop - 1} and {HELD_OUT_SEEDS.start}-{HELD_OUT_SEEDS.stop - 1}"
    return f"""# {facts["name"]}

A small detector that has seen **rendered streets only**. It exists so that the tests and the demo run offline, end to
end, on footage this project renders itself. **It is not for production**: on a real camera it is worth nothing. Set
`JSC_WEIGHTS` to weights trained on real pictures there.

- sha256: `{facts["sha256"]}`
- {facts["bytes"]} bytes, ONNX, weights kept in 16 bits, computed in 32, input {facts["imgsz"][1]} x {facts["imgsz"][0]}
- classes, in order: {", ".join(facts["classes"])}
- `{facts["architecture"]}` from ultralytics, trained from scratch: no pretrained file, no third party's picture
- seed {facts["seed"]}; {facts["epochs"]} epochs, {facts["training_minutes"]} minutes on one thread of a busy CPU
- {facts["speed_ms"]} ms a picture on a busy machine of two cores, letterbox and suppression included

## Made by

    python -m tests.scenes.train render --data DATA
    python -m tests.scenes.train train --data DATA --runs RUNS --epochs 40 --hours 0.58
    python -m tests.scenes.train export --data DATA --checkpoint RUNS/scenes/weights/last.pt --out fixtures/weights

`render` is exact: the same seeds give the same pictures. `train` fixes every seed too, but sums in bfloat16 differ from
machine to machine, so a second training gives like figures and another sha256. `--hours` fits the number of epochs and
the fall of the learning rate to the time there is: here {facts["epochs"]} epochs came of it, for which `--epochs` alone
stands in on any machine. The last epoch is shipped, so the held-out pictures chose nothing.

## Pictures

{facts["pictures"]["train"]} to learn from, {facts["pictures"]["held_out"]} held out.
{seeds}, {PER_SEED} crowds a street.
Random streets (1-3 lanes, kerb strip, busway, median, either side), poles of 4.5-11 m, tilt 14-36 degrees, focal
length 420-900 px at 640 x 360, sun, haze, noise, blur, JPEG, one in four at night, one in four with a post, cable or
leaves before the lens. Not labelled: under 30 % visible, or under 8 px at 640 wide.
The demo's own scenes use other seeds. The recipe is `tests/scenes/dataset.py`.

## Held-out figures

mAP50 {held["map50"]:.3f}, mAP50-95 {held["map50_95"]:.3f}, measured on the exported file.

| class | precision | recall | mAP50 |
|---|---|---|---|
{table}

{demo_table(facts)}## Licence

AGPL-3.0, as the ultralytics architecture and trainer it was made with. The pictures are this project's own.
"""
