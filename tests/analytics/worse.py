"""A photo made worse in the ways that streets, lenses and recorders do; seeded, so that figures can be repeated."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from cameras.footage.frame import Picture

Worsening = Callable[[Picture, np.random.Generator], Picture]


def _as_it_is(picture: Picture, rng: np.random.Generator) -> Picture:
    return picture


def _blurred(picture: Picture, rng: np.random.Generator) -> Picture:
    return cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.6, 1.4))


def _farther(picture: Picture, rng: np.random.Generator) -> Picture:
    scale = rng.uniform(0.55, 0.85)
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _enlarged(picture: Picture, rng: np.random.Generator) -> Picture:
    """A small picture stretched to the size of a large one."""
    scale = rng.uniform(0.5, 0.8)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def _noisy(picture: Picture, rng: np.random.Generator) -> Picture:
    return np.clip(picture + rng.normal(0, rng.uniform(6, 18), picture.shape), 0, 255).astype(np.uint8)


def _lit(picture: Picture, rng: np.random.Generator) -> Picture:
    gamma, gain = rng.uniform(0.5, 1.8), rng.uniform(0.6, 1.2)
    return np.clip(255 * (picture / 255.0) ** gamma * gain, 0, 255).astype(np.uint8)


def _compressed(picture: Picture, rng: np.random.Generator) -> Picture:
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 45))])
    return cv2.imdecode(jpeg, cv2.IMREAD_COLOR)


def _turned(picture: Picture, rng: np.random.Generator) -> Picture:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-9, 9), rng.uniform(0.9, 1.1))
    matrix[0, 1] += rng.uniform(-0.12, 0.12)
    return cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)


def _smeared(picture: Picture, rng: np.random.Generator) -> Picture:
    """As by motion across the picture."""
    length = int(rng.integers(3, 6))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    return cv2.filter2D(picture, -1, kernel)


WORSENINGS: dict[str, Worsening] = {
    "as it is": _as_it_is,
    "blurred": _blurred,
    "farther": _farther,
    "enlarged": _enlarged,
    "noisy": _noisy,
    "lit": _lit,
    "compressed": _compressed,
    "turned": _turned,
    "smeared": _smeared,
}
