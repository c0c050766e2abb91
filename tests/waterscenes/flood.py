"""Where water stands and what it looks like: a mirror by angle, ripples, mud, glints, foam."""

from __future__ import annotations

import cv2
import numpy as np

from .ground import Ground
from .land import sky
from .noise import COLUMNS, HEIGHT, ROWS, WIDTH, Mask, Plane, Rng, colour, fractal, shaded

SHAPES = {
    "all": 0.18,
    "beyond": 0.12,
    "near": 0.14,
    "river": 0.1,
    "lake": 0.16,
    "pools": 0.07,
    "side": 0.05,
    "none": 0.18,
}
WATERS = {
    # share, hue, saturation, value
    "mud": (0.27, (6, 18), (0.25, 0.6), (0.3, 0.65)),
    "tan": (0.2, (8, 20), (0.12, 0.4), (0.55, 0.9)),
    "grey": (0.17, (10, 120), (0.0, 0.15), (0.3, 0.75)),
    "green": (0.1, (25, 60), (0.15, 0.5), (0.2, 0.6)),
    "dark": (0.12, (10, 120), (0.1, 0.5), (0.05, 0.25)),
    "blue": (0.08, (90, 112), (0.2, 0.7), (0.25, 0.75)),
    "red": (0.06, (2, 9), (0.4, 0.75), (0.4, 0.75)),
}


def region(rng: Rng, ground: Ground) -> Mask:
    """Where water lies on the open ground."""
    kind = str(rng.choice(list(SHAPES), p=list(SHAPES.values())))
    edge = ground.noise(rng, rng.uniform(2, 15), 5, 0.55)
    near, far = np.quantile(ground.z[ground.below], [0.1, 0.9]) if ground.below.any() else (1.0, 10.0)
    if kind == "none":
        inside = np.zeros((HEIGHT, WIDTH), bool)
    elif kind == "all":
        inside = ground.below.copy()
    elif kind == "beyond":
        inside = ground.z + edge * 0.4 * near > rng.uniform(near, (near * 3 + far) / 4)
    elif kind == "near":
        inside = ground.z * (1 + 0.15 * edge) < np.exp(rng.uniform(np.log(near * 1.2), np.log(max(far, near * 1.3))))
    elif kind == "river":
        turn, half = rng.uniform(-1.2, 1.2), rng.uniform(0.15, 0.5) * (far + near) * 0.6
        along = ground.x * np.cos(turn) + (ground.z - rng.uniform(near, (near + far) / 2)) * np.sin(turn)
        inside = np.abs(along + edge * half * 0.12) < half
    elif kind == "lake":
        inside = edge * 0.6 + ground.noise(rng, rng.uniform(8, 40), 2, 0.5) < rng.uniform(-0.5, 1.2)
    elif kind == "pools":
        inside = ground.noise(rng, rng.uniform(1, 4), 4, 0.5) < rng.uniform(-1.8, -0.6)
    else:
        inside = rng.choice([-1, 1]) * (ground.x - rng.uniform(-0.3, 0.3) * ground.z) + edge * 0.5 > 0
    return inside & ground.below


def _shores(mask: Mask, ground: Ground) -> Plane:
    """For each water pixel the row about which the world mirrors: the far shore in its column, smoothed."""
    top = np.maximum.accumulate(np.where(mask, -1, ROWS), axis=0).astype(np.float32)
    top = np.where(mask, np.maximum(top, ground.horizon_row), 0).astype(np.float32)
    weight = np.maximum(cv2.blur(mask.astype(np.float32), (9, 1)), 1e-3)
    return np.where(mask, cv2.blur(top, (9, 1)) / weight, 0).astype(np.float32)


def _waves(rng: Rng, ground: Ground, t_s: float = 0.0) -> tuple[Plane, Plane]:
    """Slopes along and across the view; calm, rippled or rough, in patches, sometimes with rings.

    They run with ``t_s`` at the speed of deep water's waves of their length, 1.25 m/s times its root in metres, half
    of them against the others.
    """
    length, stretch, turn = np.exp(rng.uniform(np.log(0.15), np.log(2.5))), rng.uniform(1, 5), rng.normal(0, 0.5)
    along, across = ground.x * np.cos(turn) + ground.z * np.sin(turn), ground.z * np.cos(turn) - ground.x * np.sin(turn)
    octaves, gain = int(rng.integers(2, 6)), rng.uniform(0.45, 0.8)
    run_m, footprint = 1.25 * float(np.sqrt(length)) * t_s, ground.footprint / length * 0.7
    places = [(along / (length * stretch), (across + way * run_m) / length) for way in (1.0, -0.7)]
    towards, aside = (fractal(rng, place, octaves, gain, footprint) for place in places)
    if rng.random() < 0.35:
        for _ in range(rng.integers(1, 4)):
            row, column, ring = rng.integers(HEIGHT // 4, HEIGHT), rng.integers(0, WIDTH), rng.uniform(0.2, 0.8)
            away = np.hypot(ground.x - ground.x[row, column], ground.z - ground.z[row, column])
            fading = np.exp(-away / rng.uniform(1, 4)) * np.exp(-((ground.away / ring) ** 2))
            gone = 1.25 * float(np.sqrt(ring)) * t_s
            towards = towards + rng.uniform(0.5, 2) * np.sin((away - gone) / ring * 2 * np.pi) * fading
    strength: Plane | float = float(rng.choice([0.05, 0.3, 1.0, 1.8], p=[0.2, 0.3, 0.35, 0.15]))
    if rng.random() < 0.5:
        strength = strength * np.clip(0.6 + 0.6 * ground.noise(rng, rng.uniform(5, 20), 3, 0.5), 0.05, 2)
    return towards * strength, aside * strength


def _mirror(rng: Rng, scene: Plane, ground: Ground, shore: Plane, waves: tuple[Plane, Plane]) -> Plane:
    towards, aside = waves
    drop, reach = ROWS - ground.horizon_row, rng.uniform(2, 14)
    rows = np.minimum(2 * shore - ROWS - reach * towards * (1 + drop / 60), shore)
    rows = np.where(rows < 0, np.mod(-rows, HEIGHT * 0.3), rows).astype(np.float32)  # above the picture: more sky
    columns = (COLUMNS + reach * 0.6 * aside).astype(np.float32)
    seen = cv2.remap(scene, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    seen = cv2.GaussianBlur(seen, (1, 2 * int(rng.integers(0, 5)) + 1), 0)
    if rng.random() < 0.5:
        above = scene[: int(max(ground.horizon, 6))] if ground.horizon > 4 else sky(rng)[:20]
        share = rng.uniform(0.2, 0.9)
        seen = seen * (1 - share) + above.reshape(-1, 3).mean(axis=0) * share
    return seen


def look(rng: Rng, ground: Ground, scene: Plane, mask: Mask, t_s: float = 0.0, kind: str = "") -> Plane:
    """The picture as it would be with water everywhere in the mask; ``scene``: the same without water.

    With random numbers of one seed, ``t_s`` in seconds moves one water. ``kind``: of `WATERS`, empty for a random one.
    """
    waves = _waves(rng, ground, t_s)
    towards = waves[0]
    seen = _mirror(rng, scene, ground, _shores(mask, ground), waves)
    shares = np.array([water[0] for water in WATERS.values()])
    chosen = str(rng.choice(list(WATERS), p=shares / shares.sum()))
    kind = kind or chosen
    body = shaded(colour(rng, *WATERS[kind][1:]), ground.noise(rng, 6, 4), rng.uniform(0.01, 0.1))
    drop = ROWS - ground.horizon_row
    grazing = np.clip(drop / np.hypot(drop, ground.focal_px), 0.02, 1)
    angle = rng.uniform(0.02, 0.15) + (1 - grazing) ** rng.uniform(2, 5) * rng.uniform(0.3, 1)
    share = np.clip(np.clip(np.clip(angle, 0, 0.97) * (1 - 0.35 * towards), 0, 1) * rng.uniform(0.3, 1.3), 0, 0.97)[
        ..., None
    ]
    picture = body * (1 + rng.uniform(0, 0.18) * towards[..., None]) * (1 - share) + seen * share
    return np.clip(_lights(rng, ground, picture, towards, mask), 0, 1).astype(np.float32)


def _lights(rng: Rng, ground: Ground, picture: Plane, towards: Plane, mask: Mask) -> Plane:
    """Glints, foam and a broad glare: what is bright on water and no rubbish."""
    if rng.random() < 0.25 and mask.any():
        glints = towards > np.quantile(towards[mask], rng.uniform(0.93, 0.995))
        picture[glints] = picture[glints] * 0.3 + 0.7 * rng.uniform(0.8, 1)
    if rng.random() < 0.12:
        length = rng.uniform(0.2, 2)
        places = (ground.x / (length * 3), ground.z / length)
        foam = fractal(rng, places, 5, 0.7, ground.footprint / length) > rng.uniform(0.4, 1.5)
        picture[foam] = picture[foam] * 0.4 + 0.6 * rng.uniform(0.7, 1)
    if rng.random() < 0.25:
        glare = np.exp(-(((COLUMNS - rng.uniform(0, WIDTH)) / rng.uniform(30, 120)) ** 2))[..., None]
        picture = picture * (1 - glare * 0.7) + glare * 0.7 * rng.uniform(0.8, 1.05)
    return picture
