"""Where is water in a picture, and what floats on it? One small network, asked by the checks of rivers and floods.

Its parts: ``analytics.water_model``. The heads learnt on drawn scenes only (``tests.waterscenes``): no photograph of a
flood or a river taught them anything. What it is worth on photographs prints ``python -m tests.bench.water``. It knows
daylight and no night.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from analytics import water_model
from analytics.zones import Zone
from cameras.footage.frame import Picture

MULTIPLE = 32
"""Both sides of what the network sees are multiples of this."""

WATER_PX, PIECES_PX = (256, 384), (512, 640)
"""Long sides of what the network sees. Each size is looked at twice, once mirrored, and the answers are averaged: a
mean of four looks is steadier than any one. Water is a matter of the whole view, pieces of rubbish are small."""

OUT_PX = 256
"""Width of the planes that come back."""

Plane = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Waters:
    """Probabilities 0-1, both ``(h, w)`` over the whole picture, ``OUT_PX`` wide.

    ``water``: the surface of water, small things on it included. ``pieces``: a piece of floating rubbish.
    """

    water: Plane
    pieces: Plane


See = Callable[[Picture], Waters]
"""Tests and other models take the network's place."""


def waters(picture: Picture) -> Waters:
    """What the network sees in a BGR picture.

    Raises:
        WaterModelBroken: a part of it is missing or another.
    """
    return Waters(_plane(picture, WATER_PX, 0), _plane(picture, PIECES_PX, 1))


def water_alone(picture: Picture) -> Waters:
    """As ``waters``, at half the cost: no pieces are looked for."""
    water = _plane(picture, WATER_PX, 0)
    return Waters(water, np.zeros_like(water))


def _plane(picture: Picture, sizes_px: tuple[int, ...], channel: int) -> Plane:
    height, width = picture.shape[:2]
    out = (OUT_PX, max(8, round(OUT_PX * height / width)))
    found = np.zeros((out[1], out[0]), np.float32)
    for long_px in sizes_px:
        seen = _input(picture, long_px)
        for mirrored in (False, True):
            plane = _asked(seen[:, ::-1] if mirrored else seen)[channel]
            plane = np.ascontiguousarray(plane[:, ::-1] if mirrored else plane)
            found += cv2.resize(plane, out, interpolation=cv2.INTER_LINEAR)
    return np.asarray(found / (2 * len(sizes_px)), np.float32)


def _input(picture: Picture, long_px: int) -> Picture:
    """RGB, ``long_px`` on its long side, both sides multiples of 32."""
    height, width = picture.shape[:2]
    scale = long_px / max(height, width)
    size = tuple(max(MULTIPLE, round(side * scale / MULTIPLE) * MULTIPLE) for side in (width, height))
    shrunk = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return np.asarray(shrunk[:, :, ::-1], np.uint8)


def _asked(rgb: Picture) -> Plane:
    batch = np.ascontiguousarray(rgb.transpose(2, 0, 1)[None], np.float32)
    with _lock:
        return np.asarray(_session(os.getpid()).run(None, {"rgb": batch})[0][0], np.float32)


_lock = threading.Lock()


@lru_cache(maxsize=1)
def _session(process: int) -> Any:
    """The loaded network of this process: what was loaded before a fork must not be used after it."""
    return water_model.session_made()


def zone_mask(zone: Zone, shape: tuple[int, ...]) -> Mask:
    """``(h, w)``: which pixels of a plane of this shape lie in the zone; at least one."""
    height, width = shape[:2]
    points = np.asarray(zone.polygon, np.float64) * np.array([width, height])
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.round(points).astype(np.int32)], 1)
    return mask > 0


def boxes_mask(xyxy: npt.NDArray[np.float32], shape: tuple[int, ...]) -> Mask:
    """``(h, w)``: which pixels lie in any of the ``(N, 4)`` normalised boxes."""
    height, width = shape[:2]
    mask = np.zeros((height, width), bool)
    for x1, y1, x2, y2 in xyxy:
        rows = slice(max(0, int(y1 * height)), max(0, int(np.ceil(y2 * height))))
        mask[rows, max(0, int(x1 * width)) : max(0, int(np.ceil(x2 * width)))] = True
    return mask
