"""A turned camera is told from a lorry that came to stand before it."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.background import background_held
from analytics.detections import Detections
from analytics.sample import Grey, Sample


def view(shift: int = 0) -> Grey:
    rng = np.random.default_rng(2)
    blocks = np.kron(rng.integers(60, 180, (24, 60)), np.ones((15, 15))).astype(np.uint8)
    return blocks[:, shift : shift + 640].copy()


def sample(t_s: float, grey: Grey, box: tuple[float, float, float, float] | None = None) -> Sample:
    if box is None:
        return Sample(t_s, Detections.none(), grey)
    height, width = grey.shape
    x1, y1, x2, y2 = (round(value * side) for value, side in zip(box, (width, height, width, height), strict=True))
    grey[y1:y2, x1:x2] = np.random.default_rng(9).integers(0, 255, (y2 - y1, x2 - x1), np.uint8)
    return Sample(t_s, Detections(np.array([box], np.float32), np.array([0.8], np.float32), ("truck",)), grey)


def test_a_lorry_that_fills_half_the_view_is_no_turned_camera() -> None:
    box = (0.1, 0.1, 0.7, 0.9)
    samples = [sample(t, view(), box if t >= 20 else None) for t in range(40)]
    assert background_held(samples)


@pytest.mark.parametrize("shift", [60, 120, 240])
def test_a_turned_camera_is_noticed(shift: int) -> None:
    assert not background_held([sample(t, view(0 if t < 20 else shift)) for t in range(40)])


def test_where_objects_hide_everything_nothing_is_said() -> None:
    assert not background_held([sample(t, view(), (0.0, 0.0, 1.0, 1.0)) for t in range(10)])
