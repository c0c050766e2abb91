"""bfloat16 forward passes for training on a CPU.

The trainer's own mixed precision serves GPUs only; on a CPU with bfloat16 units this halves the time of an epoch.
Weights, losses and validation stay in 32 bits.
"""

from __future__ import annotations

from typing import Any

import torch
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.nn.tasks import DetectionModel

THREADS = 1


def _wide(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.float() if value.is_floating_point() else value
    if isinstance(value, dict):
        return {k: _wide(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_wide(v) for v in value)
    return value


class HalfPrecisionModel(DetectionModel):  # type: ignore[misc]
    """A detection model whose training passes run in bfloat16."""

    def predict(self, x: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        """Forward pass; see the base class."""
        if not self.training or not torch.is_grad_enabled():
            return super().predict(x, *args, **kwargs)
        with torch.autocast("cpu", torch.bfloat16):
            out = super().predict(x.contiguous(memory_format=torch.channels_last), *args, **kwargs)
        return _wide(out)


class HalfPrecisionTrainer(DetectionTrainer):  # type: ignore[misc]
    """Trains a `HalfPrecisionModel` from scratch."""

    def get_model(self, cfg: Any = None, weights: Any = None, verbose: bool = True) -> HalfPrecisionModel:
        """A fresh network; earlier weights are refused, because the licence note says there are none."""
        if weights is not None:
            raise ValueError("this detector is trained from scratch")
        # On two shared cores one thread took 470 ms a step and two took 1050: they wait for each other.
        torch.set_num_threads(THREADS)
        model = HalfPrecisionModel(cfg, nc=self.data["nc"], ch=self.data["channels"], verbose=verbose)
        return model.to(memory_format=torch.channels_last)
