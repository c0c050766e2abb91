"""Smoke and flames drawn into a street's pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

WIDE, HIGH = 640, 360

Rng = np.random.Generator
Plane = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]
Change = Callable[[Picture, float], Picture]
Layer = Callable[[Rng], Change]


class Noise:
    """A field of bumps (0-1) of several sizes that repeats far away; ``at`` reads it moved and squeezed."""

    def __init__(self, rng: Rng, side: int = 512) -> None:
        field = np.zeros((side, side), np.float32)
        for cell, weight in ((128, 1.0), (64, 0.6), (32, 0.4), (16, 0.22), (8, 0.12)):
            small = rng.standard_normal((side // cell, side // cell)).astype(np.float32)
            field += weight * cv2.resize(
                np.pad(small, ((0, 1), (0, 1)), "wrap"), (side, side), interpolation=cv2.INTER_CUBIC
            )
        low, high = np.percentile(field, [2, 98])
        self.field = np.clip((field - low) / (high - low), 0, 1)

    def at(self, x: Plane, y: Plane) -> Plane:
        side = float(len(self.field))
        return cv2.remap(self.field, np.mod(x, side), np.mod(y, side), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def grid() -> tuple[Plane, Plane]:
    """x and y of a quarter of the resolution, in pixels of the picture: smoke has no fine edges."""
    rows, columns = np.mgrid[0:HIGH:4, 0:WIDE:4].astype(np.float32)
    return columns, rows


def laid(picture: Picture, alpha: Plane, colour: tuple[float, float, float]) -> Picture:
    full = cv2.resize(alpha, (WIDE, HIGH), interpolation=cv2.INTER_LINEAR)[:, :, None]
    return np.clip(picture * (1 - full) + np.array(colour, np.float32) * full, 0, 255).astype(np.uint8)


APART = 35.0
"""Grey levels by which smoke differs from what lies behind it; before a road of its own grey nobody sees it."""


class _Seen:
    """The grey of smoke, moved away from that of its place in the first picture where the two are too alike."""

    def __init__(self, grey: float, place: npt.NDArray[np.bool_]) -> None:
        self._wanted, self._place = grey, place
        self._grey: float | None = None

    def grey(self, picture: Picture) -> float:
        if self._grey is None:
            behind = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[::4, ::4][self._place]
            middle = float(np.median(behind)) if behind.size else 0.0
            lighter = self._wanted >= middle if APART <= middle <= 255 - APART else middle < 128
            least = middle + APART if lighter else middle - APART
            self._grey = max(self._wanted, least) if lighter else min(self._wanted, least)
        return self._grey


@dataclass(frozen=True)
class Plume:
    """Smoke from ``x, y`` (pixels), ``reach`` high. ``lean``: pixels of drift per pixel of height; ``rise``: pixels a
    second; ``thick``: alpha 0-1 of its densest."""

    x: float
    y: float
    reach: float
    width: float
    lean: float
    rise: float
    thick: float
    grey: float
    begins_s: float = 0.0

    def change(self, rng: Rng) -> Change:
        columns, rows = grid()
        coarse, fine = Noise(rng), Noise(rng)
        height = (self.y - rows) / self.reach
        middle = self.x + self.lean * np.maximum(self.y - rows, 0) + 12 * np.sin(height * 5)
        wide = self.width * (0.35 + 1.5 * np.clip(height, 0, 1.5))
        shape = np.exp(-(((columns - middle) / wide) ** 2)) * (height > 0) * np.clip(1.25 - height, 0, 1)
        tint, seen = rng.uniform(-5, 5, 3), _Seen(self.grey, shape > 0.5)

        def over(picture: Picture, t: float) -> Picture:
            grown = np.clip((t - self.begins_s) / 15, 0, 1) if self.begins_s else 1.0
            up = self.rise * t
            density = 0.6 * coarse.at(columns, rows + up) + 0.5 * fine.at(2 * columns + 9 * t, 2 * rows + 2.6 * up)
            alpha = shape * np.clip((density - 0.15) * 1.5, 0, 1) * self.thick * float(grown)
            blue, green, red = (float(seen.grey(picture) + d) for d in tint)
            return laid(picture, alpha.astype(np.float32), (blue, green, red))

        return over


def smoke(rng: Rng, grey: tuple[float, float], reach: tuple[float, float] = (120, 260)) -> Change:
    """A plume whose foot is somewhere in the middle of the view."""
    high = float(rng.uniform(*reach))
    x, y = float(rng.uniform(0.15, 0.85) * WIDE), float(rng.uniform(0.35, 0.85) * HIGH)
    plume = Plume(
        x, y, high, high * float(rng.uniform(0.2, 0.4)), float(rng.uniform(-0.7, 0.7)),
        high * float(rng.uniform(0.15, 0.4)), float(rng.uniform(0.65, 0.95)), float(rng.uniform(*grey)),
        float(rng.choice([0.0, 12.0])),
    )  # fmt: skip
    return plume.change(rng)


def fire(rng: Rng, size: tuple[float, float] = (16, 60)) -> Change:
    """Flames, ``size`` pixels high, that lick upwards from one place."""
    columns, rows = np.mgrid[0:HIGH, 0:WIDE].astype(np.float32)[::-1]
    high, noise = float(rng.uniform(*size)), Noise(rng)
    x, y = float(rng.uniform(0.15, 0.85) * WIDE), float(rng.uniform(0.4, 0.85) * HIGH)
    wide = high * float(rng.uniform(0.35, 0.8))
    box = (slice(max(0, int(y - 2 * high)), int(y) + 3), slice(max(0, int(x - 2 * wide)), int(x + 2 * wide)))
    columns, rows = columns[box], rows[box]
    height = (y - rows) / high
    sides = ((columns - x) / wide) ** 2
    scale, puffs, late = 60 / high, float(rng.uniform(1.2, 3.0)), float(rng.uniform(0, 6))
    steps = np.array([-0.05, 0.12, 0.35, 0.65])
    colours = np.array([[20, 50, 170], [20, 95, 235], [60, 175, 255], [170, 240, 255]], np.float32)

    def over(picture: Picture, t: float) -> Picture:
        wind = noise.at(columns * scale + 30 * t, rows * scale + 240 * t) - 0.5
        reach = 1 + 0.25 * np.sin(2 * np.pi * puffs * t + late)
        heat = 0.75 - 0.75 * height / reach - sides + 0.9 * wind * np.clip(0.4 + height, 0, 1) - 2.0 * (height < 0)
        alpha = np.clip((heat + 0.05) * 8, 0, 1)[:, :, None]
        colour = np.stack([np.interp(heat, steps, colours[:, n]) for n in range(3)], axis=2)
        lit = picture.copy()
        lit[box] = np.clip(lit[box] * (1 - alpha) + colour * alpha, 0, 255).astype(np.uint8)
        return lit

    return over


def both(rng: Rng) -> Change:
    flames_, cloud = fire(rng), smoke(rng, (50, 170))
    return lambda picture, t: flames_(cloud(picture, t), t)
