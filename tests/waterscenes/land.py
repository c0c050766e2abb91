"""What stands around the water: sky, hills, trees, houses."""

from __future__ import annotations

import cv2
import numpy as np

from .ground import Ground, foliage
from .noise import COLUMNS, HEIGHT, ROWS, WIDTH, Mask, Plane, Rng, colour, flat, fractal, shaded, tone

_BRIGHT, _DULL = ((100, 120), (0, 0.08), (0.75, 1)), ((100, 120), (0, 0.15), (0.3, 0.8))
_HAZE = ((0, 180), (0, 0.05), (0.9, 1))
SKIES = {
    # share, colour above, colour below, clouds
    "blue": (0.3, ((100, 112), (0.4, 0.8), (0.6, 0.95)), ((95, 110), (0.05, 0.3), (0.8, 1.0)), _BRIGHT),
    "overcast": (0.25, ((95, 120), (0, 0.15), (0.6, 0.9)), ((95, 120), (0, 0.1), (0.75, 1.0)), _BRIGHT),
    "white": (0.25, _HAZE, _HAZE, None),
    "grey": (0.12, ((100, 120), (0.05, 0.25), (0.3, 0.55)), ((100, 120), (0, 0.15), (0.5, 0.8)), _DULL),
    "dusk": (0.08, ((110, 130), (0.2, 0.5), (0.2, 0.5)), ((5, 20), (0.3, 0.7), (0.7, 1.0)), _BRIGHT),
}


def sky(rng: Rng) -> Plane:
    _, above, below, cloud = SKIES[str(rng.choice(list(SKIES), p=[kind[0] for kind in SKIES.values()]))]
    fall = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None, None]
    picture = (colour(rng, *above) * (1 - fall) + colour(rng, *below) * fall) * np.ones((1, WIDTH, 1), np.float32)
    if cloud is not None and rng.random() < 0.8:
        billows = flat(rng, rng.uniform(60, 200), 6, 0.6, rng.uniform(1.5, 3))
        share = 1 / (1 + np.exp(-(billows - rng.uniform(-0.3, 1)) * rng.uniform(1.5, 5)))[..., None]
        picture = picture * (1 - share) + colour(rng, *cloud) * share
    return picture.astype(np.float32)


def ridge(rng: Rng, base: Plane | float, height: float, gain: float, size: float) -> Mask:
    """All between ``base`` rows and an uneven top about ``height`` pixels above."""
    across = np.tile(np.arange(WIDTH, dtype=np.float32) / size, (2, 1))
    top = base - height * (1 + 0.5 * fractal(rng, (across, np.full_like(across, rng.uniform(0, 99))), 6, gain)[0])
    return (top < ROWS) & (base > ROWS)


def backdrop(rng: Rng, ground: Ground) -> Plane:
    """Sky, and hills and trees along the horizon."""
    picture = sky(rng)
    if ground.horizon > 0:
        base = ground.horizon_row[0] + 2
        if rng.random() < 0.5:
            hills = ridge(rng, base, rng.uniform(0.02, 0.3) * HEIGHT, 0.5, rng.uniform(60, 300))
            haze = rng.uniform(0.2, 0.8)
            picture[hills] = (foliage(rng, (30, 60)) * (1 - haze) + picture * haze)[hills]
        if rng.random() < 0.8:
            wood = ridge(rng, base, rng.uniform(0.03, 0.35) * HEIGHT, 0.5, rng.uniform(40, 160))
            picture[wood] = foliage(rng)[wood]
    return picture


def wall(rng: Rng) -> Plane:
    kind = str(rng.choice(["plain", "brick", "block", "corrugated", "planks"]))
    warm = rng.random() < 0.75
    base = colour(rng, (3, 25), (0.05, 0.65), (0.25, 0.95)) if warm else colour(rng, (0, 180), (0.1, 0.7), (0.3, 0.95))
    picture = shaded(base, flat(rng, 60, 7, 0.75), rng.uniform(0.05, 0.3))
    if kind in ("brick", "block"):
        high = rng.uniform(5, 20)
        wide = high * rng.uniform(1.8, 2.6)
        course = np.floor(ROWS / high)
        shifted = COLUMNS + course % 2 * wide / 2
        picture[((ROWS % high) < high * 0.15) | ((shifted % wide) < wide * 0.07)] *= rng.uniform(0.6, 1.3)
        picture *= (1 + 0.1 * np.sin(course * 12.9 + np.floor(shifted / wide) * 78.2))[..., None]
    elif kind == "corrugated":
        picture *= (1 + 0.15 * np.sin(COLUMNS / rng.uniform(0.8, 3)))[..., None]
    elif kind == "planks":
        picture[(COLUMNS % rng.uniform(6, 20)) < 1.2] *= 0.6
    return np.clip(picture, 0, 1).astype(np.float32)


def _base_row(rng: Rng, ground: Ground, near_m: float, far_m: float) -> float:
    if ground.has_horizon:
        return float(np.clip(ground.row(rng.uniform(near_m, far_m)), ground.horizon + 2, HEIGHT * 0.97))
    return float(rng.uniform(0.05, 0.6) * HEIGHT)


def house(rng: Rng, picture: Plane, ground: Ground, stands: Mask) -> None:
    x1, wide, high = (
        int(rng.uniform(-0.2, 0.95) * WIDTH),
        int(rng.uniform(0.12, 0.6) * WIDTH),
        int(rng.uniform(0.12, 0.6) * HEIGHT),
    )
    base = int(_base_row(rng, ground, 6, 60))
    x2, top = x1 + wide, base - high
    front = (slice(max(0, top), max(0, base)), slice(max(0, x1), min(WIDTH, x2)))
    if not picture[front].size:
        return
    picture[front] = wall(rng)[front] * rng.uniform(0.6, 1.05)
    stands[front] = True
    if rng.random() < 0.8:
        rise = int(high * rng.uniform(0.1, 0.45))
        left, right = x1 + wide * rng.uniform(0.1, 0.4), x2 - wide * rng.uniform(0, 0.4)
        corners = np.array([[x1 - 6, top], [left, top - rise], [right, top - rise], [x2 + 6, top]], np.int32)
        roof = cv2.fillPoly(np.zeros((HEIGHT, WIDTH), np.uint8), [corners], 1) > 0
        picture[roof] = wall(rng)[roof] * rng.uniform(0.5, 1)
        stands |= roof
    for _ in range(rng.integers(0, 5)):
        w, h = int(wide * rng.uniform(0.08, 0.2)) + 2, int(high * rng.uniform(0.15, 0.5)) + 2
        x, y = int(rng.uniform(x1, x2 - w)), int(rng.uniform(top, max(top + 1, base - h)))
        pane = tone(colour(rng, (0, 180), (0, 0.5), (0.05, 0.9)))
        cv2.rectangle(picture, (x, y), (x + w, y + h), pane, -1)


def tree(rng: Rng, picture: Plane, ground: Ground, stands: Mask) -> None:
    base, x, high = _base_row(rng, ground, 8, 120), rng.uniform(-0.1, 1.1) * WIDTH, rng.uniform(0.1, 0.75) * HEIGHT
    radius = high * rng.uniform(0.25, 0.6)
    ragged = 0.5 * flat(rng, max(8, radius * 0.6), 6, 0.8)
    centre = base - high + radius * 0.6
    crown = ((COLUMNS - x) / radius) ** 2 + ((ROWS - centre) / (radius * 0.9)) ** 2 + ragged < 1
    bark = tone(colour(rng, (5, 20), (0.1, 0.5), (0.1, 0.4)))
    cv2.line(
        picture,
        (int(x), int(base)),
        (int(x + rng.normal(0, 5)), int(base - high * 0.6)),
        bark,
        max(1, int(radius * 0.12)),
    )
    picture[crown] = foliage(rng)[crown]
    stands |= crown


def built(rng: Rng, picture: Plane, ground: Ground) -> Mask:
    """Houses and trees drawn into the picture; where they stand."""
    stands = np.zeros((HEIGHT, WIDTH), bool)
    for draw, chance, most in ((house, 0.65, 5), (tree, 0.65, 6), (house, 0.3, 3)):
        if rng.random() < chance:
            for _ in range(rng.integers(1, most)):
                draw(rng, picture, ground, stands)
    return stands
