"""What floats on the water, shines on it or falls into it, moving."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tests.waterscenes import figures, litter
from tests.waterscenes.noise import COLUMNS, HEIGHT, ROWS, WIDTH, Mask, Plane, Rng, colour, fractal, laid, resized

from .river import Bed, Upon

FLAT = 0.55
"""How much lower than wide a thing afloat is seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A thing afloat: where it is (metres across and away) at ``at_s``, how wide it is, and what it looks like."""

    place: tuple[float, float]
    at_s: float
    width_m: float
    body: Plane
    alpha: Plane


def strewn(rng: Rng, bed: Bed, cover: float, seconds: float, sizes_m: tuple[float, float]) -> list[Piece]:
    """Rubbish that covers about this share of the water at any time, the far pieces first."""
    allowed = _water_within(bed, 50)
    shelf, wanted, found = [litter.sprite(rng) for _ in range(14)], cover * len(allowed), []
    drift = np.exp(rng.uniform(0, 1.5) * bed.ground.noise(rng, rng.uniform(1, 5), 3))[tuple(allowed.T)]
    for row, column in allowed[rng.choice(len(allowed), 1500, p=drift / drift.sum())]:
        if wanted <= 0:
            break
        z, (body, alpha) = float(bed.ground.z[row, column]), shelf[rng.integers(len(shelf))]
        width_m = float(np.exp(rng.uniform(*np.log(sizes_m))))
        side = max(2.0, width_m * bed.ground.focal_px / z)
        wanted -= side * max(1.0, side * FLAT) * float((alpha > 0.3).mean())
        place = (float(bed.ground.x[row, column]), z)
        found.append(Piece(place, float(rng.uniform(0, seconds)), width_m, body, alpha))
    return found


def _water_within(bed: Bed, metres: float) -> npt.NDArray[np.intp]:
    """Rows and columns of water so near, ``(n, 2)``; of a river farther away, its nearer fifth."""
    water, away = bed.water(0), bed.ground.z
    near = water & (away < metres)
    return np.argwhere(near if near.any() else water & (away <= np.quantile(away[water], 0.2)))


def pieces(bed: Bed, afloat: list[Piece]) -> Upon:
    """They drift with the current, each with its reflection below it."""
    ground = bed.ground

    def draw(picture: Plane, water: Mask, t: float) -> None:
        placed = [(*_drifted(bed, piece, t), piece) for piece in afloat]
        for x, z, piece in sorted(placed, key=lambda one: -one[1]):
            if z < 0.5:
                continue
            side = max(2, min(round(piece.width_m * ground.focal_px / z), WIDTH // 8))
            layer = resized((piece.body, piece.alpha), side, max(1, round(side * FLAT)))
            corner = (round(WIDTH / 2 + x * ground.focal_px / z - side / 2), round(ground.row(z)))
            laid(picture, (layer[0][::-1] * 0.6, layer[1][::-1] * 0.25), corner, water)
            laid(picture, layer, (corner[0], corner[1] - len(layer[1])), water)

    return draw


def _drifted(bed: Bed, piece: Piece, t: float) -> tuple[float, float]:
    return tuple(p + v * (t - piece.at_s) for p, v in zip(piece.place, bed.flow, strict=True))  # type: ignore[return-value]


def leaf_pieces(rng: Rng, bed: Bed, count: int, seconds: float) -> list[Piece]:
    """A few fallen leaves."""
    allowed = _water_within(bed, 25)
    found = []
    for row, column in allowed[rng.choice(len(allowed), count)]:
        alpha = cv2.ellipse(np.zeros((32, 32), np.float32), (16, 16), (15, 8), rng.uniform(0, 180), 0, 360, 1.0, -1)
        body = np.zeros((32, 32, 3), np.float32) + colour(rng, (15, 45), (0.4, 0.9), (0.2, 0.6))
        place = (float(bed.ground.x[row, column]), float(bed.ground.z[row, column]))
        found.append(Piece(place, float(rng.uniform(0, seconds)), float(rng.uniform(0.06, 0.2)), body, alpha))
    return found


def boat(rng: Rng, bed: Bed, seconds: float) -> Upon:
    """One goes slowly along the river."""
    allowed = np.argwhere(bed.water(-0.3) & (bed.ground.z > 5) & (bed.ground.z < 30))
    row, column = allowed[rng.integers(len(allowed))]
    z0 = float(bed.ground.z[row, column])
    body, alpha = figures.boat(rng, 160)
    piece = Piece((float(bed.ground.x[row, column]), z0), seconds / 2, float(rng.uniform(3, 6)), body, alpha)

    def draw(picture: Plane, water: Mask, t: float) -> None:
        x, z = _drifted(bed, piece, t)
        if z < 3:
            return
        wide = min(WIDTH // 2, round(piece.width_m * bed.ground.focal_px / z))
        layer = resized((body, alpha), wide, max(3, round(wide * 0.3)))
        corner = (round(WIDTH / 2 + x * bed.ground.focal_px / z - wide / 2), round(bed.ground.row(z)))
        laid(picture, (layer[0][::-1] * 0.7, layer[1][::-1] * 0.3), corner, water)
        laid(picture, layer, (corner[0], corner[1] - len(layer[1])), water)

    return draw


def foam(rng: Rng, bed: Bed) -> Upon:
    """Flecks and streaks that drift with the current."""
    seed, size, least = int(rng.integers(1 << 30)), rng.uniform(0.4, 1.5), rng.uniform(0.9, 1.6)
    ground = bed.ground

    def draw(picture: Plane, water: Mask, t: float) -> None:
        places = ((ground.x - bed.flow[0] * t) / (2 * size), (ground.z - bed.flow[1] * t) / size)
        flecks = (fractal(np.random.default_rng(seed), places, 5, 0.7, ground.footprint / size) > least) & water
        picture[flecks] = picture[flecks] * 0.4 + 0.55

    return draw


def glare(rng: Rng) -> Upon:
    """The sun on the water: a broad bright path that glitters."""
    at, wide, seed = rng.uniform(0.1, 0.9) * WIDTH, rng.uniform(25, 70), int(rng.integers(1 << 30))
    strong = rng.uniform(0.5, 0.95)

    def draw(picture: Plane, water: Mask, t: float) -> None:
        glitter = np.random.default_rng([seed, round(1000 * t)]).random((HEIGHT, WIDTH), np.float32)
        path = strong * np.exp(-(((COLUMNS - at) / wide) ** 2)) * (0.55 + 0.45 * glitter) * water
        picture[:] = picture * (1 - path[..., None]) + path[..., None]

    return draw


def rings(rng: Rng, bed: Bed) -> Upon:
    """Rain falls into the water: rings, elsewhere in every picture."""
    seed, count = int(rng.integers(1 << 30)), int(rng.integers(60, 250))
    flat = float(np.clip((HEIGHT * 0.6 - bed.ground.horizon) / bed.ground.focal_px, 0.2, 0.9))

    def draw(picture: Plane, water: Mask, t: float) -> None:
        drops = np.random.default_rng([seed, round(1000 * t)])
        bright = np.zeros((HEIGHT, WIDTH), np.float32)
        for x, y, size in zip(
            drops.uniform(0, WIDTH, count), drops.uniform(0, HEIGHT, count), drops.random(count), strict=True
        ):
            radius = 1 + 7 * size * y / HEIGHT
            cv2.ellipse(bright, (int(x), int(y)), (int(radius) + 1, int(radius * flat) + 1), 0, 0, 360, 1.0, 1)
        picture += (bright * water * 0.18)[..., None]

    return draw


SHORTEST = 40
"""Rows of the drawing that a board's marked length takes at least."""


def _places(bed: Bed, size: tuple[int, int], under: float) -> npt.NDArray[np.intp]:
    """Rows and columns where water meets a board of this height and width: there is water below as far as the board
    reaches, or its foot would stand on the bank before it."""
    high, wide = size
    foot = round(high * under) + 3
    reach = cv2.erode(bed.water(0).astype(np.uint8), np.ones((1, 2 * wide + 1), np.uint8))
    down = cv2.erode(reach, np.ones((foot, 1), np.uint8), anchor=(0, 0), borderValue=0)
    return np.argwhere((down > 0) & (high * 0.4 < ROWS))


def gauge_board(rng: Rng, bed: Bed, under: float) -> tuple[Upon, tuple[float, float, float, float]]:
    """A marked board in the water; what it covers of the picture with what is under water (x1, y1, x2, y2 in 0-1)."""
    high, wide = int(rng.uniform(75, 115)), int(rng.uniform(11, 17))
    places = _places(bed, (high, wide), under)
    while not len(places) and high > SHORTEST:
        high = max(SHORTEST, round(0.85 * high))
        places = _places(bed, (high, wide), under)
    if not len(places):
        places = np.argwhere(bed.water(0) & (HEIGHT - round(high * under) - 3 > ROWS))
    line, column = (int(v) for v in places[rng.integers(len(places))])
    top, left = round(line - (1 - under) * high), int(np.clip(column, 2, WIDTH - wide - 2))
    board = np.full((high, wide, 3), rng.uniform(0.75, 0.95), np.float32)
    for n in range(0, high, 8):
        board[n : n + 4, : wide // 2 if n % 16 else wide] = (0.08, 0.08, 0.1) if rng.random() < 0.9 else (0.1, 0.1, 0.8)
    dry = max(3, line - max(0, top))

    def draw(picture: Plane, water: Mask, t: float) -> None:
        part = board[max(0, -top) : max(0, -top) + dry]
        laid(picture, (part[::-1] * 0.8, np.full(part.shape[:2], 0.25, np.float32)), (left, line), water)
        laid(picture, (part, np.ones(part.shape[:2], np.float32)), (left, max(0, top)))

    box = (left / WIDTH, max(0, top) / HEIGHT, (left + wide) / WIDTH, (top + high) / HEIGHT)
    return draw, box
