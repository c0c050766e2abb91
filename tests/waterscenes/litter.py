"""Household rubbish, afloat or on land, and what floats and is none: leaves, bubbles, plants."""

from __future__ import annotations

import cv2
import numpy as np

from .ground import Ground, foliage
from .noise import HEIGHT, WIDTH, Mask, Plane, Rng, colour, flat, fractal, laid, resized, taken, tone, window

SIDE = 64
LARGEST = 0.12
"""Of the picture's width. A larger thing is no single piece of rubbish in a river camera's view, but a boat, or a
bottle held before the lens: it is neither water nor a piece."""

KINDS = {"bottle": 0.28, "bag": 0.24, "box": 0.14, "cup": 0.1, "scrap": 0.16, "stick": 0.06, "tyre": 0.02}
Layer = tuple[Plane, Plane]


def sprite(rng: Rng) -> Layer:
    """One thing, BGR and alpha, ``SIDE`` pixels square."""
    body, alpha = np.zeros((SIDE, SIDE, 3), np.float32), np.zeros((SIDE, SIDE), np.float32)
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    shade = _shade(rng)
    if kind == "bottle":
        _bottle(rng, body, alpha, shade)
    elif kind in ("bag", "scrap"):
        corners = int(rng.integers(6, 12))
        angle, radius = (
            np.sort(rng.uniform(0, 2 * np.pi, corners)),
            rng.uniform(14 if kind == "bag" else 6, 29, corners),
        )
        points = np.stack([32 + radius * np.cos(angle), 32 + radius * np.sin(angle) * rng.uniform(0.4, 1)], 1)
        _filled(body, alpha, points, tone(shade))
        rows, columns = (part.astype(np.float32) for part in np.mgrid[0:SIDE, 0:SIDE])
        body *= (1 + rng.uniform(0.1, 0.35) * fractal(rng, (columns / 20, rows / 20), 4, 0.7))[..., None]
    elif kind in ("box", "cup"):
        wide, high, taper = rng.uniform(14, 28), rng.uniform(10, 24), rng.uniform(0.6, 0.9) if kind == "cup" else 1.0
        points = np.array(
            [
                [32 - wide, 32 - high],
                [32 + wide, 32 - high * taper],
                [32 + wide, 32 + high * taper],
                [32 - wide, 32 + high],
            ]
        )
        _filled(body, alpha, points, tone(shade))
        body[:, :32] *= rng.uniform(0.7, 1.1)
        if rng.random() < 0.5:
            cv2.line(body, (int(32 - wide), 32), (int(32 + wide), 30), tone(_label(rng)), int(rng.integers(2, 8)))
    elif kind == "stick":
        wood, end, thick = (
            tone(colour(rng, (5, 20), (0.1, 0.6), (0.1, 0.6))),
            int(rng.uniform(24, 40)),
            int(rng.uniform(2, 6)),
        )
        for part, value in ((body, wood), (alpha, 1.0)):
            cv2.line(part, (4, end), (60, 32), value, thick)
    else:
        for part, value in ((body, (0.06, 0.06, 0.06)), (alpha, 1.0)):
            cv2.circle(part, (32, 32), 22, value, 9)
    return _turned(rng, body, alpha, kind)


def _shade(rng: Rng) -> Plane:
    if rng.random() < 0.65:
        return colour(rng, (0, 180), (0, 0.12), (0.7, 1))
    return (
        colour(rng, (0, 180), (0.3, 0.95), (0.2, 1))
        if rng.random() < 0.8
        else colour(rng, (0, 180), (0, 0.3), (0.03, 0.25))
    )


def _label(rng: Rng) -> Plane:
    return colour(rng, (0, 180), (0.2, 0.95), (0.2, 1))


def _filled(body: Plane, alpha: Plane, points: Plane, value: tuple[float, ...]) -> None:
    corners = [np.asarray(points, np.int32)]
    cv2.fillPoly(body, corners, value)
    cv2.fillPoly(alpha, corners, 1.0)


def _bottle(rng: Rng, body: Plane, alpha: Plane, shade: Plane) -> None:
    half = int(rng.uniform(7, 11))
    for part, value in ((body, tone(shade)), (alpha, 1.0)):
        cv2.rectangle(part, (8, 32 - half), (46, 32 + half), value, -1)
        cv2.ellipse(part, (46, 32), (8, half), 0, 0, 360, value, -1)
        cv2.rectangle(part, (50, 29), (60, 35), value, -1)
    if rng.random() < 0.7:
        cv2.rectangle(body, (18, 32 - half), (int(rng.uniform(26, 38)), 32 + half), tone(_label(rng)), -1)
    cv2.rectangle(body, (57, 28), (61, 36), tone(_label(rng)), -1)
    alpha[28:37, 57:62] = 1
    for x in range(10, 46, int(rng.integers(3, 9))):
        body[32 - half : 32 + half, x] *= 0.8
    shine = int(32 - half * 0.6)
    body[shine : shine + 3, 10:46] += rng.uniform(0.2, 0.6)


def _turned(rng: Rng, body: Plane, alpha: Plane, kind: str) -> Layer:
    see_through = rng.uniform(0.45, 0.95) if kind in ("bottle", "bag") and rng.random() < 0.6 else 1.0
    body = np.clip(body * np.linspace(1.15, 0.75, SIDE, dtype=np.float32)[:, None, None], 0, 1)
    angle = rng.uniform(-25, 25) if kind == "bottle" and rng.random() < 0.5 else rng.uniform(-180, 180)
    turn = cv2.getRotationMatrix2D((32, 32), angle, 0.95)
    return cv2.warpAffine(body, turn, (SIDE, SIDE)), cv2.warpAffine(alpha, turn, (SIDE, SIDE)) * see_through


def _strewn(rng: Rng, ground: Ground, allowed: Mask, count: int, clump_m: tuple[float, float]) -> np.ndarray:
    """Rows and columns for ``count`` things in drifts, the far ones first."""
    places = np.argwhere(allowed & (ground.z < 60))
    if not len(places):
        return places
    drift = np.exp(rng.uniform(0, 3) * ground.noise(rng, rng.uniform(*clump_m), 4))
    weight = (drift * np.minimum(ground.footprint, 0.6) ** rng.uniform(0, 1.3))[tuple(places.T)]
    chosen = places[rng.choice(len(places), count, p=weight / weight.sum())]
    return chosen[np.argsort(chosen[:, 0])]


def strew(
    rng: Rng, picture: Plane, ground: Ground, allowed: Mask, count: int
) -> tuple[Mask, list[tuple[Plane, tuple[int, int]]]]:
    """Rubbish on the ground or, over water, afloat. Where its pieces are, and what is too large to be one."""
    shelf = [sprite(rng) for _ in range(int(min(count, rng.integers(8, 24))))]
    scale = np.exp(rng.uniform(-0.3, 1.1)) * (ground.height_m / 2.5) ** rng.uniform(0, 1)
    largest_m, light, tint = (
        rng.uniform(0.08, 0.5) * scale,
        rng.uniform(0.6, 1.1),
        picture[allowed].mean(axis=0) if allowed.any() else 0,
    )
    pieces, large = np.zeros((HEIGHT, WIDTH), bool), []
    for row, column in _strewn(rng, ground, allowed, count, (1, 6)):
        size = (
            np.exp(rng.uniform(np.log(largest_m * 0.25), np.log(largest_m))) * ground.focal_px / ground.z[row, column]
        )
        size = float(np.clip(size, 1.5, 0.35 * WIDTH))
        flat_by = np.clip(
            (row - ground.horizon_row[row, column]) / ground.focal_px * 1.3 + rng.uniform(0.2, 0.6), 0.3, 1
        )
        body, alpha = resized(shelf[rng.integers(len(shelf))], max(2, round(size)), round(size * flat_by))
        if rng.random() < 0.5:
            body, alpha = body[:, ::-1], alpha[:, ::-1]
        above = max(1, round(len(alpha) * rng.uniform(0.5, 1)))
        layer = body[:above] * light * rng.uniform(0.6, 1.1), alpha[:above]
        left = int(column) - alpha.shape[1] // 2
        if above > 3 and rng.random() < 0.8:
            _reflected(rng, picture, layer, (left, int(row)), (allowed, tint))
        corner = (left, int(row) - above)
        laid(picture, layer, corner, allowed)
        if size > LARGEST * WIDTH:
            large.append((layer[1], corner))
        elif places := window(layer[1].shape, *corner):
            pieces[places[0]] |= (layer[1][places[1]] > 0.3) & allowed[places[0]]
    return pieces, large


def _reflected(rng: Rng, picture: Plane, layer: Layer, corner: tuple[int, int], onto: tuple[Mask, Plane]) -> None:
    """The mirror image below a thing, and the dark line where it touches the water."""
    body, alpha = layer
    laid(picture, (body[::-1] * 0.7, alpha[::-1] * rng.uniform(0.1, 0.5)), corner, onto[0])
    rim = np.repeat(alpha[-1:], max(1, len(alpha) // 6), 0) * 0.7
    laid(picture, (np.zeros((*rim.shape, 3), np.float32) + onto[1] * 0.4, rim), corner, onto[0])


def leaves(rng: Rng, picture: Plane, ground: Ground, allowed: Mask) -> None:
    """Fallen leaves and bubbles: they float and are no rubbish."""
    bubbles, hue = rng.random() < 0.3, (8, 26) if rng.random() < 0.6 else (26, 45)
    size_m, count = rng.uniform(0.06, 0.3) * rng.uniform(1, 2.5), int(np.exp(rng.uniform(np.log(10), np.log(900))))
    for row, column in _strewn(rng, ground, allowed & (ground.z < 50), count, (0.5, 4)):
        radius = size_m * rng.uniform(0.4, 1) * ground.focal_px / ground.z[row, column] / 2
        radius = float(np.clip(radius, 1, 0.1 * WIDTH))
        shade = colour(rng, (0, 180), (0, 0.08), (0.7, 1)) if bubbles else colour(rng, hue, (0.3, 0.95), (0.15, 0.95))
        half = int(2 * radius) + 2
        alpha = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
        axes = (max(1, round(radius)), max(1, round(radius * rng.uniform(0.3, 0.8))))
        cv2.ellipse(alpha, (half, half), axes, rng.uniform(0, 180), 0, 360, 1.0, 1 if bubbles and radius > 2 else -1)
        if not bubbles and radius > 4:
            for _ in range(3):
                middle = (int(half + rng.normal(0, radius * 0.5)), int(half + rng.normal(0, radius * 0.4)))
                cv2.ellipse(
                    alpha, middle, (max(1, axes[0] // 2), max(1, axes[1] // 2)), rng.uniform(0, 180), 0, 360, 1.0, -1
                )
        body = np.zeros((*alpha.shape, 3), np.float32) + shade
        laid(picture, (body, alpha), (int(column) - half, int(row) - half), allowed)


def plants(rng: Rng, picture: Plane, ground: Ground, allowed: Mask) -> Mask:
    """Carpets of water hyacinth; where they are."""
    carpet = (ground.noise(rng, rng.uniform(0.6, 4)) > rng.uniform(0.4, 1.8)) & allowed & (ground.z < 80)
    picture[carpet] = (foliage(rng, (28, 46)) * rng.uniform(0.7, 1.4))[carpet]
    return carpet


def underwater(rng: Rng) -> Plane:
    """A camera below the surface: rubbish there is not afloat on anything."""
    upper, lower = colour(rng, (60, 110), (0.3, 0.9), (0.5, 0.95)), colour(rng, (60, 115), (0.4, 0.95), (0.1, 0.6))
    depth = np.clip(np.linspace(0, 1, HEIGHT)[:, None] + 0.2 * flat(rng, 200, 4, 0.5), 0, 1)[..., None]
    picture = (upper * (1 - depth) + lower * depth).astype(np.float32)
    if rng.random() < 0.6:
        rays = (np.abs(flat(rng, 60, 4, 0.6, 3.3)) < 0.15) & (
            np.arange(HEIGHT)[:, None] < HEIGHT * rng.uniform(0.1, 0.5)
        )
        picture[rays] = picture[rays] * 0.4 + 0.6
    for _ in range(int(rng.choice([0, 1, 3, 20, 80]))):
        side = int(np.exp(rng.uniform(np.log(3), np.log(150))))
        body, alpha = resized(sprite(rng), side, side)
        murk = rng.uniform(0.2, 0.8)
        corner = (int(rng.uniform(0, WIDTH)) - side // 2, int(rng.uniform(0, HEIGHT)) - side // 2)
        laid(picture, (body * (1 - murk) + lower * murk, alpha * rng.uniform(0.5, 1)), corner)
    return picture


__all__ = ["leaves", "plants", "sprite", "strew", "taken", "underwater"]
