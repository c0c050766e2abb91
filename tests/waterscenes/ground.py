"""The camera over a flat ground, and what the ground is made of."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .noise import COLUMNS, HEIGHT, ROWS, WIDTH, Mask, Plane, Rng, colour, flat, fractal, from_hsv, shaded

VIEWS = {
    # horizon (share of the height), camera height (m): at eye level, on a mast, close to the ground, steep down
    "eye": ((0.05, 0.5), (1.4, 3.5)),
    "mast": ((-0.35, 0.25), (4.0, 10.0)),
    "low": ((0.3, 0.6), (0.8, 1.6)),
    "steep": ((-1.5, -0.3), (3.0, 12.0)),
}
KINDS = ("dirt", "dirt", "asphalt", "asphalt", "grass", "gravel", "pavers", "mud", "sand", "concrete")
LOOKS = {
    # hue, saturation, value, grain (m), contrast
    "dirt": ((4, 22), (0.2, 0.65), (0.3, 0.8), 0.3, 0.22),
    "mud": ((4, 20), (0.15, 0.5), (0.15, 0.45), 0.4, 0.3),
    "sand": ((10, 24), (0.1, 0.45), (0.6, 0.95), 0.3, 0.12),
    "gravel": ((5, 120), (0.0, 0.2), (0.3, 0.75), 0.12, 0.3),
    "concrete": ((5, 120), (0.0, 0.1), (0.45, 0.95), 0.3, 0.08),
}


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Where each pixel's ray meets the ground. ``x``, ``z``: metres across and away; ``u``, ``v``: the same, turned."""

    horizon: float
    horizon_row: Plane
    height_m: float
    focal_px: float
    below: Mask
    x: Plane
    z: Plane
    u: Plane
    v: Plane
    across: Plane
    """Metres per pixel across the view, and ``away`` along it."""
    away: Plane

    @property
    def footprint(self) -> Plane:
        return np.sqrt(self.across * self.away)

    @property
    def has_horizon(self) -> bool:
        return self.horizon > -0.3 * HEIGHT

    def row(self, z_m: float) -> float:
        return self.horizon + self.height_m * self.focal_px / z_m

    def noise(self, rng: Rng, size_m: float, octaves: int = 5, gain: float = 0.6) -> Plane:
        return fractal(rng, (self.u / size_m, self.v / size_m), octaves, gain, self.footprint / size_m)


def random_ground(rng: Rng) -> Ground:
    spans = VIEWS[rng.choice(["eye", "eye", "mast", "low", "steep"])]
    horizon, focal, height = rng.uniform(*spans[0]) * HEIGHT, rng.uniform(0.7, 1.6) * WIDTH, rng.uniform(*spans[1])
    horizon_row = (horizon + (COLUMNS - WIDTH / 2) * rng.normal(0, 0.02)).astype(np.float32)
    below = horizon_row + 0.5 < ROWS
    z = np.minimum(height * focal / np.maximum(ROWS - horizon_row, 0.5), 400).astype(np.float32)
    x = ((COLUMNS - WIDTH / 2) * z / focal).astype(np.float32)
    yaw = rng.uniform(0, 2 * np.pi)
    u, v = x * np.cos(yaw) + z * np.sin(yaw), z * np.cos(yaw) - x * np.sin(yaw)
    return Ground(horizon, horizon_row, height, focal, below, x, z, u, v, z / focal, z * z / (height * focal))


def foliage(rng: Rng, hue: tuple[float, float] = (30, 48)) -> Plane:
    """A picture full of leaves."""
    size = rng.uniform(6, 40)
    fine, coarse = flat(rng, size, 6, 0.75), flat(rng, size * 2, 3, 0.7)
    hues = np.clip(rng.uniform(*hue) + 4 * coarse + rng.normal(0, 2), 18, 60)
    saturation = np.clip(rng.uniform(0.25, 0.8) + 0.1 * fine, 0, 1)
    return from_hsv(hues, saturation, np.clip(rng.uniform(0.18, 0.5) * np.exp(0.5 * fine), 0.02, 1))


def surface(rng: Rng, ground: Ground) -> Plane:
    """A picture full of one kind of ground, sometimes under the shadow of trees."""
    kind = str(rng.choice(KINDS))
    relief = ground.noise(rng, rng.uniform(3, 12), 4)
    picture = {"asphalt": _asphalt, "grass": _grass, "pavers": _pavers}.get(kind, lambda *given: _soil(*given, kind))(
        rng, ground, relief
    )
    if rng.random() < 0.3:
        picture[ground.noise(rng, rng.uniform(1.5, 5)) > rng.uniform(0, 0.8)] *= rng.uniform(0.35, 0.7)
    return np.clip(picture, 0, 1).astype(np.float32)


def _asphalt(rng: Rng, ground: Ground, relief: Plane) -> Plane:
    grain = ground.noise(rng, 0.05, 3, 0.8)
    picture = shaded(colour(rng, (90, 125), (0, 0.12), (0.22, 0.6)), relief * 0.5 + grain, rng.uniform(0.06, 0.2))
    if rng.random() < 0.6:
        lane = ground.x / rng.uniform(2.5, 4) + rng.uniform(0, 1)
        dashed = (np.mod(ground.z / rng.uniform(3, 8), 1) < 0.5) | (rng.random() < 0.3)
        marked = (np.abs(lane - np.round(lane)) < 0.025) & dashed & (ground.z < 60)
        picture[marked] = colour(rng, (15, 28), (0, 0.6), (0.65, 0.95))
    if rng.random() < 0.5:
        picture[np.abs(ground.noise(rng, 3.0)) < 0.03] *= 0.6
    return picture


def _grass(rng: Rng, ground: Ground, relief: Plane) -> Plane:
    blades = fractal(rng, (COLUMNS / 3, ROWS / 9), 3, 0.8)
    value = np.clip(rng.uniform(0.3, 0.6) * np.exp(0.22 * blades + 0.22 * relief), 0, 1)
    return from_hsv(rng.uniform(24, 44) + 3 * relief, np.full_like(value, rng.uniform(0.3, 0.8)), value)


def _pavers(rng: Rng, ground: Ground, relief: Plane) -> Plane:
    hue, saturation = ((5, 25), (0, 0.5)) if rng.random() < 0.5 else ((90, 120), (0, 0.1))
    side = rng.uniform(0.2, 0.8)
    grain = ground.noise(rng, 0.1, 3, 0.8)
    picture = shaded(colour(rng, hue, saturation, (0.3, 0.8)), relief * 0.5 + grain * 0.6, 0.15)
    joints = (np.mod(ground.u / side, 1) < 0.08) | (np.mod(ground.v / side, 1) < 0.08)
    picture[joints & (ground.footprint < side * 0.4)] *= 0.65
    each = np.sin(np.floor(ground.u / side) * 12.9 + np.floor(ground.v / side) * 78.2)
    return picture * (1 + 0.12 * each * (ground.footprint < side))[..., None]


def _soil(rng: Rng, ground: Ground, relief: Plane, kind: str) -> Plane:
    hue, saturation, value, grain_m, contrast = LOOKS[kind]
    grain = ground.noise(rng, grain_m, 5, 0.85)
    picture = shaded(colour(rng, hue, saturation, value), relief * 0.6 + grain, contrast * rng.uniform(0.6, 1.4))
    if kind in ("dirt", "mud", "gravel") and rng.random() < 0.7:
        picture[ground.noise(rng, 0.35, 2, 0.7) > rng.uniform(1.3, 2.2)] *= rng.uniform(0.4, 1.6)
    if kind in ("dirt", "mud", "sand") and rng.random() < 0.5:  # wheel tracks
        tracks = fractal(rng, (ground.x / rng.uniform(0.3, 0.8), ground.z / 25), 2, 0.6, ground.across / 0.5)
        picture *= (1 + 0.15 * tracks)[..., None]
    if kind == "dirt" and rng.random() < 0.4:
        tufts = ground.noise(rng, 2.0, 5, 0.7) > rng.uniform(0.6, 1.4)
        picture[tufts] = foliage(rng)[tufts]
    return picture


def wet(rng: Rng, picture: Plane, ground: Ground, where: Mask) -> None:
    """Rain has wetted the ground, no water stands on it: darker, with long soft reflections, its grain still seen."""
    mirror = np.abs(2 * np.maximum(ground.horizon_row, 0) - ROWS).astype(np.float32)
    soft = cv2.GaussianBlur(picture, (0, 0), rng.uniform(4, 9))
    seen = cv2.blur(cv2.remap(soft, COLUMNS, mirror, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), (3, 31))
    drop = ROWS - ground.horizon_row
    grazing = np.clip(drop / np.hypot(drop, ground.focal_px), 0.02, 1)
    share = np.clip((1 - grazing) ** 3 * rng.uniform(0.2, 0.6), 0, 0.6)[..., None]
    picture[where] = (picture * rng.uniform(0.5, 0.8) * (1 - share) + seen * share)[where]
