"""People, vehicles and boats: only as much of them as a network needs to keep them apart from water."""

from __future__ import annotations

import cv2
import numpy as np

from .ground import Ground
from .noise import HEIGHT, WIDTH, Colour, Mask, Plane, Rng, colour, fractal, laid, resized, taken, tone

Layer = tuple[Plane, Plane]
Corners = list[list[float]]


def _filled(layer: Layer, corners: Corners, shade: Colour) -> None:
    points = [np.array(corners, np.int32)]
    cv2.fillPoly(layer[0], points, tone(shade))
    cv2.fillPoly(layer[1], points, 1.0)


def _blank(height: int, width: int) -> Layer:
    return np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)


def person(rng: Rng, high: int) -> Layer:
    wide = max(4, int(high * 0.5))
    h, w = high * 2, wide
    layer = _blank(h, w * 2)
    skin, shirt, trousers = (
        colour(rng, (4, 14), (0.25, 0.6), (0.1, 0.7)),
        colour(rng, (0, 180), (0, 0.9), (0.05, 0.95)),
        colour(rng, (0, 180), (0, 0.6), (0.03, 0.6)),
    )
    chest, leg, arm = w * rng.uniform(0.35, 0.5), rng.uniform(-0.2, 0.2) * w, rng.uniform(-0.3, 0.5) * w
    _filled(
        layer,
        [
            [w - chest * 0.8, h * 0.5],
            [w - 0.05 * w + leg, h * 0.5],
            [w * 0.85 + leg, h],
            [w - chest * 0.7 - leg * 0.3, h],
        ],
        trousers,
    )
    _filled(
        layer,
        [[w * 0.95, h * 0.5], [w + chest * 0.8, h * 0.5], [w + chest * 0.7 + leg, h], [w * 1.1 + leg, h]],
        trousers,
    )
    _filled(
        layer,
        [[w - chest, h * 0.18], [w + chest, h * 0.18], [w + chest * 0.85, h * 0.56], [w - chest * 0.85, h * 0.56]],
        shirt,
    )
    sleeve = shirt if rng.random() < 0.5 else skin
    _filled(
        layer,
        [
            [w - chest, h * 0.18],
            [w - chest * 0.6, h * 0.2],
            [w - chest - arm * 0.3, h * 0.5],
            [w - chest * 1.3 - arm, h * 0.48],
        ],
        sleeve,
    )
    _filled(
        layer,
        [
            [w + chest * 0.6, h * 0.2],
            [w + chest, h * 0.18],
            [w + chest * 1.3 + arm, h * 0.48],
            [w + chest + arm * 0.3, h * 0.5],
        ],
        skin,
    )
    for part, shade in ((layer[0], tone(skin)), (layer[1], 1.0)):
        cv2.circle(part, (w, int(h * 0.1)), int(h * 0.065), shade, -1)
    if rng.random() < 0.25:  # a load on the head
        _filled(layer, [[w * 0.6, 0], [w * 1.4, 0], [w * 1.4, h * 0.09], [w * 0.6, h * 0.09]], colour(rng))
    rows, columns = (part.astype(np.float32) for part in np.mgrid[0:h, 0 : 2 * w])
    folds = 1 + 0.25 * fractal(rng, (columns / (w * 0.7), rows / (w * 0.7)), 5, 0.8)
    light = 1 - 0.35 * (columns / (2 * w) if rng.random() < 0.5 else 1 - columns / (2 * w))
    return resized((np.clip(layer[0] * (folds * light)[..., None], 0, 1), layer[1]), wide, high)


def vehicle(rng: Rng, high: int) -> Layer:
    wide = int(high * rng.uniform(1.1, 2.4))
    layer = _blank(high, wide)
    paint = (
        colour(rng, (0, 180), (0, 0.9), (0.05, 0.95))
        if rng.random() < 0.5
        else colour(rng, (0, 180), (0, 0.1), (0.05, 1))
    )
    _filled(layer, [[wide * 0.15, high * 0.4], [wide * 0.28, 2], [wide * 0.78, 2], [wide * 0.9, high * 0.4]], paint)
    _filled(layer, [[2, high * 0.35], [wide - 3, high * 0.35], [wide - 3, high * 0.88], [2, high * 0.88]], paint)
    for part, shade in ((layer[0], (0.05, 0.05, 0.05)), (layer[1], 1.0)):
        for x in (0.2, 0.8):
            cv2.circle(part, (int(wide * x), int(high * 0.85)), int(high * 0.14), shade, -1)
    glass = colour(rng, (90, 120), (0, 0.3), (0.05, 0.5))
    _filled(
        layer,
        [
            [wide * 0.22, high * 0.36],
            [wide * 0.31, high * 0.08],
            [wide * 0.75, high * 0.08],
            [wide * 0.85, high * 0.36],
        ],
        glass,
    )
    return np.clip(layer[0] * np.linspace(1.1, 0.7, high, dtype=np.float32)[:, None, None], 0, 1), layer[1]


def boat(rng: Rng, long: int) -> Layer:
    half = max(3, int(long * rng.uniform(0.1, 0.3)))
    layer = _blank(half * 2, long)
    _filled(
        layer,
        [[0, half], [long - 1, half], [long * 0.88, 2 * half - 1], [long * 0.1, 2 * half - 1]],
        colour(rng, (0, 180), (0, 0.8), (0.1, 1)),
    )
    if rng.random() < 0.6:
        roof = half * rng.uniform(0, 0.6)
        _filled(
            layer,
            [[long * 0.3, roof], [long * 0.75, roof], [long * 0.75, half], [long * 0.3, half]],
            colour(rng, (0, 180), (0, 0.5), (0.2, 1)),
        )
    return layer[0] * np.linspace(1.1, 0.7, half * 2, dtype=np.float32)[:, None, None], layer[1]


def _mirrored(rng: Rng, layer: Layer, most: float) -> Layer:
    body, alpha = layer[0][::-1], layer[1][::-1] * rng.uniform(0, most)
    if reach := int(rng.integers(0, 4)):
        body, alpha = (cv2.blur(part, (2 * reach + 1, 2 * reach + 1)) for part in (body, alpha))
    return body, alpha


def boats(rng: Rng, picture: Plane, ground: Ground, water: Mask, label: Mask) -> None:
    afloat = np.argwhere(water & (ground.z > 4) & (ground.z < 60))
    if not len(afloat):
        return
    row, column = afloat[rng.integers(len(afloat))]
    long = min(2 * WIDTH, max(8, int(rng.uniform(2.5, 9) * ground.focal_px / ground.z[row, column])))
    layer = boat(rng, long)
    corner = (int(column) - long // 2, int(row) - len(layer[1]))
    laid(picture, _mirrored(rng, layer, 0.5), (corner[0], int(row)), water)
    laid(picture, layer, corner)
    for mask in (water, label):
        taken(mask, layer[1], corner)


def crowd(rng: Rng, picture: Plane, ground: Ground, water: Mask, label: Mask) -> None:
    """People and vehicles at all distances, the far ones first; those in the water stand in it, with a reflection."""
    count = int(rng.choice([0, 1, 2, 4, 8, 15], p=[0.2, 0.2, 0.2, 0.2, 0.12, 0.08]))
    for z in np.sort(np.exp(rng.uniform(np.log(2.2), np.log(50), count)))[::-1]:
        horizon = ground.horizon > -0.6 * HEIGHT
        foot = int(ground.row(z) if horizon else rng.uniform(0.1, 1.2) * HEIGHT)
        is_vehicle = rng.random() < 0.2
        metre = ground.focal_px / z if horizon else HEIGHT * rng.uniform(0.05, 0.25) / 1.7
        high = int((1.5 if is_vehicle else rng.uniform(1.1, 1.85)) * metre)
        if 5 <= high <= 2.2 * HEIGHT and foot >= 3:
            layer = vehicle(rng, high) if is_vehicle else person(rng, high)
            _stood(rng, (picture, water, label), (layer[0] * rng.uniform(0.3, 1.0), layer[1]), foot)


def _stood(rng: Rng, planes: tuple[Plane, Mask, Mask], layer: Layer, foot: int) -> None:
    picture, water, label = planes
    x = int(rng.uniform(-0.05, 1.0) * WIDTH - layer[1].shape[1] / 2)
    middle = int(np.clip(x + layer[1].shape[1] / 2, 0, WIDTH - 1))
    if foot < HEIGHT and water[foot, middle]:
        dry = max(3, int(len(layer[1]) * (1 - rng.uniform(0, 0.5))))
        layer = layer[0][:dry], layer[1][:dry]
        laid(picture, _mirrored(rng, layer, 0.5), (x, foot), water)
    corner = (x, foot - len(layer[1]))
    laid(picture, layer, corner)
    for mask in (water, label):
        taken(mask, layer[1], corner)
