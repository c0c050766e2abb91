"""Draws the scenes, fits the water model's heads and prints what they are worth on fresh scenes.

    $ python -m tests.waterscenes.train draw --data DIR
    $ python -m tests.waterscenes.train fit --data DIR --out fixtures/weights

The features below the heads are read from their package (``analytics.water_model``). No photograph takes part: not in
the training, and none chose when to stop. ``draw`` is exact; ``fit`` differs from machine to machine in its last
digits.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from analytics.water_model import CHANNELS, HEADS, IR_VERSION, OPSET, features_path

from .network import Head, Heads, backbone
from .scene import drawn, dry

SIZE = (320, 224)
"""Width and height of a training picture."""

CHUNK = 100
SEEDS = range(100_000, 101_600)
DRY = range(300_000, 300_600)
HELD_OUT = range(900_000, 900_200)
BATCH, RATE = 16, 3e-3
AVERAGED = 0.98
"""The weights that are kept are a running mean of those fitted: single steps swing more on other pictures."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What a head is fitted for: ``weight`` of water and of pieces, ``missed``: a missed pixel against a wrong one,
    ``rich``: share of a batch drawn from scenes with floating rubbish, ``dry``: whether the smooth dry streets teach
    too. Short fits and several heads for water: a long one learns the drawings by heart. Heads without the dry
    streets call too much water, heads with them too little; half of each is about right. Pieces are few and small,
    and take longer.
    """

    seed: int
    steps: int
    weight: tuple[float, float]
    missed: tuple[float, float]
    rich: float = 0.0
    dry: bool = False


WATER = tuple(Aim(20261125 + n, 180, (2.0, 1.2), (1.0, 3.0), dry=dry) for dry in (False, True) for n in range(3))
PIECES = (Aim(20261130, 320, (0.5, 4.0), (1.0, 6.0), rich=0.6),)
FloatArray = npt.NDArray[np.float32]


def varied(seed: int) -> tuple[FloatArray, FloatArray]:
    """A random part of the scene at another scale and in other colours: RGB ``(3, H, W)``; water and pieces at a
    quarter, ``(2, H / 4, W / 4)``."""
    scene = dry(seed) if seed in DRY else drawn(seed)
    rng = np.random.default_rng([seed, 2028])
    scale, (height, width) = rng.uniform(0.85, 1.45), scene.water.shape
    high, wide = min(height, int(SIZE[1] / scale)), min(width, int(SIZE[0] / scale))
    top, left = int(rng.integers(0, height - high + 1)), int(rng.integers(0, width - wide + 1))
    part = (slice(top, top + high), slice(left, left + wide))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    picture = cv2.resize(scene.picture[part], SIZE, interpolation=method).astype(np.float32)
    small = (SIZE[0] // 4, SIZE[1] // 4)
    masks = [
        cv2.resize(mask[part].astype(np.float32), small, interpolation=cv2.INTER_AREA)
        for mask in (scene.water, scene.pieces)
    ]
    return _recoloured(rng, picture)[:, :, ::-1].transpose(2, 0, 1), np.stack(masks)


def _recoloured(rng: np.random.Generator, picture: FloatArray) -> FloatArray:
    if rng.random() < 0.5:
        hsv = cv2.cvtColor(picture / 255, cv2.COLOR_BGR2HSV)
        hsv[..., 0] = (hsv[..., 0] + rng.normal(0, 8)) % 360
        hsv[..., 1] = np.clip(hsv[..., 1] * rng.uniform(0.5, 1.4), 0, 1)
        picture = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR) * 255
    return np.clip(picture * rng.uniform(0.75, 1.25) + rng.normal(0, 8), 0, 255).astype(np.float32)


def _drawn_chunk(job: tuple[int, str]) -> None:
    first, folder = job
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    features, parts = backbone(features_path()), []
    with torch.no_grad():
        for start in range(first, first + CHUNK, 10):
            pairs = [varied(seed) for seed in range(start, start + 10)]
            found = features(torch.from_numpy(np.stack([pair[0] for pair in pairs])))
            parts.append([*(part.half().numpy() for part in found), np.stack([pair[1] for pair in pairs])])
    arrays = [np.concatenate(column) for column in zip(*parts, strict=True)]
    names = ("quarter", "eighth", "sixteenth", "truth")
    np.savez(Path(folder) / f"{first}.npz", **dict(zip(names, arrays, strict=True)))


def draw(folder: Path, workers: int) -> None:
    """Draw all scenes and keep their features: these never change, so the head is fitted on them alone."""
    folder.mkdir(parents=True, exist_ok=True)
    firsts = [first for seeds in (HELD_OUT, DRY, SEEDS) for first in range(seeds.start, seeds.stop, CHUNK)]
    firsts = [first for first in firsts if not (folder / f"{first}.npz").exists()]
    with get_context("spawn").Pool(workers) as pool:
        for _ in pool.imap_unordered(_drawn_chunk, [(first, str(folder)) for first in firsts]):
            pass


class Learnt:
    """The stored features and truths of ranges of seeds."""

    def __init__(self, folder: Path, *ranges: range) -> None:
        files = [folder / f"{first}.npz" for seeds in ranges for first in range(seeds.start, seeds.stop, CHUNK)]
        chunks = [np.load(file) for file in files if file.exists()]
        names = ("quarter", "eighth", "sixteenth", "truth")
        self.parts = [torch.from_numpy(np.concatenate([chunk[name] for chunk in chunks])) for name in names]

    def __len__(self) -> int:
        return len(self.parts[0])

    def rows(self, rng: np.random.Generator, rich: float) -> npt.NDArray[np.int64]:
        """A batch's scenes, a share of it such with rubbish afloat."""
        chosen = rng.integers(0, len(self), BATCH)
        if rich:
            with_pieces = np.flatnonzero(self.parts[3][:, 1].mean((1, 2)).numpy() > 0.003)
            chosen[: round(rich * BATCH)] = rng.choice(with_pieces, round(rich * BATCH))
        return chosen

    def batch(self, rows: npt.NDArray[np.int64], flipped: bool) -> tuple[list[Tensor], Tensor]:
        picked = [part[torch.from_numpy(rows)].float() for part in self.parts]
        if flipped:
            picked = [part.flip(3) for part in picked]
        return picked[:3], picked[3]


def _loss(coarse: Tensor, fine: Tensor, truth: Tensor, aim: Aim) -> Tensor:
    missed, weight = (torch.tensor(pair)[None, :, None, None] for pair in (aim.missed, aim.weight))

    def wrong(logits: Tensor, wanted: Tensor) -> Tensor:
        each = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none", pos_weight=missed)
        return (each * weight).mean()

    share, water = torch.sigmoid(fine[:, 0]), truth[:, 0]
    overlap = (2 * (share * water).sum((1, 2)) + 50) / (share.sum((1, 2)) + water.sum((1, 2)) + 50)
    return wrong(fine, truth) + 0.4 * wrong(coarse, functional.avg_pool2d(truth, 2)) + 0.3 * (1 - overlap).mean()


def fit(learnt: Learnt, aim: Aim) -> Head:
    torch.manual_seed(aim.seed)
    rng, head = np.random.default_rng(aim.seed), Head()
    mean = torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGED)
    kept = torch.optim.swa_utils.AveragedModel(head, multi_avg_fn=mean, use_buffers=True)
    optimiser = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=2e-3)
    head.train()
    for step in range(aim.steps):
        features, truth = learnt.batch(learnt.rows(rng, aim.rich), bool(rng.random() < 0.5))
        fall = 0.5 * (1 + np.cos(np.pi * step / aim.steps)) * min(1, (step + 1) / 50)
        optimiser.param_groups[0]["lr"] = RATE * (fall + 0.005)
        loss = _loss(*head(*features), truth, aim)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        kept.update_parameters(head)
        if step % 50 == 0:
            print(step, f"{loss.item():.3f}", flush=True)
    result: Head = kept.module
    return result.eval()


def worth(heads: Heads, held_out: Learnt) -> dict[str, float]:
    """Overlap (IoU) of water and of pieces and mean error of the water share, on scenes that taught nothing."""
    features, truth = held_out.batch(np.arange(len(held_out)), flipped=False)
    with torch.no_grad():
        found = heads(*features)
    hits, wanted = found > 0.5, truth > 0.5
    overlap = [float((hits[:, n] & wanted[:, n]).sum() / (hits[:, n] | wanted[:, n]).sum()) for n in (0, 1)]
    off = (hits[:, 0].float().mean((1, 2)) - truth[:, 0].mean((1, 2))).abs().mean()
    return {"water_iou": overlap[0], "pieces_iou": overlap[1], "share_error": float(off)}


def export(heads: Heads, path: Path) -> None:
    """The heads as one ONNX file, weights in 16 bits (half the size) and computed in 32."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    sides = {"quarter": 4, "eighth": 8, "sixteenth": 16}
    given = tuple(torch.zeros(1, CHANNELS[name], SIZE[1] // side, SIZE[0] // side) for name, side in sides.items())
    axes = {name: {0: "n", 2: f"h{side}", 3: f"w{side}"} for name, side in sides.items()}
    torch.onnx.export(
        heads.eval(), given, str(path), input_names=list(sides), output_names=["found"],
        dynamic_axes={**axes, "found": {0: "n", 2: "h4", 3: "w4"}}, dynamo=False, opset_version=OPSET,
    )  # fmt: skip
    loaded = onnx.load(str(path))
    casts = []
    for tensor in list(loaded.graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size > 256:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
            casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    for node in reversed(casts):
        loaded.graph.node.insert(0, node)
    loaded.ir_version = IR_VERSION
    onnx.checker.check_model(loaded)
    onnx.save(loaded, str(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["draw", "fit"])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("fixtures/weights"))
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    if given.task == "draw":
        draw(given.data, given.workers)
        return
    torch.set_num_threads(1)
    learnt = {False: Learnt(given.data, SEEDS), True: Learnt(given.data, SEEDS, DRY)}
    water, pieces = ([fit(learnt[aim.dry], aim) for aim in aims] for aims in (WATER, PIECES))
    heads = Heads(water, pieces).eval()
    print({name: round(value, 4) for name, value in worth(heads, Learnt(given.data, HELD_OUT)).items()})
    export(heads, given.out / HEADS.name)


if __name__ == "__main__":
    main()
