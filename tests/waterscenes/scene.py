"""One drawn picture from one seed, with its water and its pieces of floating rubbish."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from tests.scenes.dataset import random_scene

from . import figures, litter
from .flood import look, region
from .ground import Ground, foliage, random_ground, surface, wet
from .land import backdrop, built, ridge
from .noise import COLUMNS, HEIGHT, WIDTH, Mask, Plane, Rng, colour, taken, tone


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """``picture``: BGR uint8. ``water``: the surface, small pieces on it included. ``pieces``: those alone."""

    picture: npt.NDArray[np.uint8]
    water: Mask
    pieces: Mask


def drawn(seed: int) -> Drawn:
    """The picture of this seed; every fourth is a river or flood with rubbish on it."""
    rng, rich = np.random.default_rng([seed, 2027]), seed % 4 == 0
    if rng.random() < 0.04:
        picture = finished(rng, litter.underwater(rng))
        return Drawn(picture, np.ones((HEIGHT, WIDTH), bool), np.zeros((HEIGHT, WIDTH), bool))
    ground = random_ground(rng)
    picture = backdrop(rng, ground)
    floor = surface(rng, ground)
    if rng.random() < 0.6:
        other = _second(rng, ground)
        floor[other] = surface(rng, ground)[other]
    picture[ground.below] = floor[ground.below]
    flooded = _flooded(rng, ground, rich)
    land = built(rng, picture, ground)
    flooded &= ~land
    if rng.random() < 0.25:
        wet(rng, picture, ground, ground.below & ~land & ~flooded)
    picture = _poured(rng, picture, ground, flooded, ground.below & ~land)
    water, surface_mask = flooded.copy(), flooded.copy()
    if rng.random() < 0.3:
        _foreground(rng, picture, (water, surface_mask), ground)
    pieces = _afloat(rng, picture, ground, (water, surface_mask), rich)
    dry = ground.below & ~land & ~water
    if rng.random() < 0.3 and dry.sum() > 2000:
        litter.strew(rng, picture, ground, dry, int(rng.choice([rng.integers(1, 10), rng.integers(20, 400)])))
    figures.crowd(rng, picture, ground, surface_mask, water)
    if rng.random() < 0.2:
        _post(rng, picture, ground, water)
    shown = finished(rng, picture)
    pieces &= water
    if rng.random() < 0.5:
        shown, water, pieces = shown[:, ::-1], water[:, ::-1], pieces[:, ::-1]
    return Drawn(np.ascontiguousarray(shown), np.ascontiguousarray(water), np.ascontiguousarray(pieces))


def dry(seed: int) -> Drawn:
    """A street without water, its ground as smooth as a distant camera shows it: even asphalt looks like calm water.

    Every third is a street of ``tests.scenes``, which another hand drew.
    """
    rng, nothing = np.random.default_rng([seed, 2029]), np.zeros((HEIGHT, WIDTH), bool)
    if seed % 3 == 0:
        shot = random_scene(seed).render(float(rng.uniform(0, 60))).image
        return Drawn(cv2.resize(shot, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), nothing, nothing)
    ground = random_ground(rng)
    picture, floor = backdrop(rng, ground), surface(rng, ground)
    if rng.random() < 0.6:
        other = _second(rng, ground)
        floor[other] = surface(rng, ground)[other]
    soft = cv2.GaussianBlur(floor, (0, 0), rng.uniform(0.6, 5))
    keep = rng.uniform(0, 0.5)
    picture[ground.below] = (soft * (1 - keep) + floor * keep)[ground.below]
    land = built(rng, picture, ground)
    if rng.random() < 0.3:
        wet(rng, picture, ground, ground.below & ~land)
    for _ in range(int(rng.integers(1, 3))):
        figures.crowd(rng, picture, ground, nothing.copy(), nothing.copy())
    return Drawn(finished(rng, picture), nothing, nothing)


def _second(rng: Rng, ground: Ground) -> Mask:
    """Where another kind of ground lies: beside a road, or in patches."""
    edge = ground.noise(rng, rng.uniform(3, 15), 5, 0.5)
    if rng.random() < 0.5:
        return np.abs(ground.x + rng.uniform(-3, 3)) > rng.uniform(1.5, 6) + 0.3 * edge
    return edge > rng.uniform(-0.5, 1)


def _flooded(rng: Rng, ground: Ground, rich: bool) -> Mask:
    found = region(rng, ground)
    for _ in range(6):
        if rich and found.mean() < 0.25:
            found = region(rng, ground)
    return found


def _poured(rng: Rng, picture: Plane, ground: Ground, flooded: Mask, open_ground: Mask) -> Plane:
    if not flooded.any():
        return picture
    edge = cv2.GaussianBlur(flooded.astype(np.float32), (0, 0), rng.uniform(0.5, 1.5))[..., None]
    water = look(rng, ground, picture, flooded)
    shore = (cv2.dilate(flooded.astype(np.uint8), np.ones((5, 9), np.uint8)) > 0) & ~flooded & open_ground
    picture[shore] *= rng.uniform(0.6, 1)
    return (picture * (1 - edge) + water * edge).astype(np.float32)


def _foreground(rng: Rng, picture: Plane, masks: tuple[Mask, Mask], ground: Ground) -> None:
    """A bush or a heap before the lens."""
    rise = ridge(rng, float(HEIGHT + 5), rng.uniform(0.05, 0.35) * HEIGHT, 0.55, rng.uniform(40, 160))
    rise &= np.abs(COLUMNS - rng.uniform(0, WIDTH)) < rng.uniform(0.1, 0.7) * WIDTH
    picture[rise] = (foliage(rng) if rng.random() < 0.6 else surface(rng, ground))[rise]
    for mask in masks:
        mask &= ~rise


def _afloat(rng: Rng, picture: Plane, ground: Ground, masks: tuple[Mask, Mask], rich: bool) -> Mask:
    """Plants, leaves, boats, rubbish; where the rubbish is."""
    water, open_water = masks
    pieces = np.zeros((HEIGHT, WIDTH), bool)
    if not open_water.any():
        return pieces
    if rng.random() < 0.12:
        carpet = litter.plants(rng, picture, ground, open_water)
        water &= ~carpet
        open_water &= ~carpet
    if rng.random() < 0.25:
        litter.leaves(rng, picture, ground, open_water)
    if rng.random() < 0.12:
        figures.boats(rng, picture, ground, open_water, water)
    if rng.random() < 0.4 or rich:
        counts = [rng.integers(1, 6), rng.integers(6, 40), rng.integers(40, 250), rng.integers(250, 1200)]
        shares = [0.05, 0.25, 0.4, 0.3] if rich else [0.25, 0.3, 0.3, 0.15]
        pieces, large = litter.strew(rng, picture, ground, open_water, int(rng.choice(counts, p=shares)))
        for alpha, corner in large:
            taken(water, alpha, corner)
    return pieces


def _post(rng: Rng, picture: Plane, ground: Ground, water: Mask) -> None:
    x, foot, thick = (
        int(rng.uniform(0, WIDTH)),
        int(rng.uniform(max(ground.horizon, 0.3 * HEIGHT), HEIGHT)),
        int(rng.integers(1, 7)),
    )
    cv2.line(picture, (x, 0), (x, foot), tone(colour(rng, (0, 180), (0, 0.3), (0.1, 0.8))), thick)
    water &= cv2.line(np.zeros((HEIGHT, WIDTH), np.uint8), (x, 0), (x, foot), 1, thick) == 0


def finished(rng: Rng, picture: Plane) -> npt.NDArray[np.uint8]:
    """What air, lens, sensor and encoder add."""
    if rng.random() < 0.25:
        fog = rng.uniform(0.05, 0.4) * np.linspace(1, rng.uniform(0.1, 1), HEIGHT)[:, None, None]
        picture = picture * (1 - fog) + fog * rng.uniform(0.6, 0.95)
    picture = np.clip(picture, 0, 1) ** rng.uniform(0.7, 1.45)
    picture = picture * rng.uniform(0.75, 1.35) * (1 + rng.normal(0, 0.05, 3)) + rng.uniform(-0.03, 0.05)
    if rng.random() < 0.15:
        picture = picture * rng.uniform(0.3, 0.6)
    if rng.random() < 0.3:
        picture = (picture - 0.5) * rng.uniform(1, 1.5) + 0.5
    if rng.random() < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.3))
    if rng.random() < 0.1:
        _rain(rng, picture)
    if rng.random() < 0.2:
        _written(rng, picture)
    noisy = np.clip(picture + rng.normal(0, rng.uniform(0.002, 0.04), picture.shape), 0, 1)
    shown = (noisy * 255).astype(np.uint8)
    if rng.random() < 0.7:
        shown = cv2.imdecode(cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 95))])[1], 1)
    return shown


def _rain(rng: Rng, picture: Plane) -> None:
    for _ in range(rng.integers(30, 300)):
        x, y = int(rng.integers(0, WIDTH)), int(rng.integers(0, HEIGHT))
        cv2.line(picture, (x, y), (int(x + rng.normal(0, 1.5)), int(y + rng.uniform(4, 14))), (0.85, 0.85, 0.85), 1)


def _written(rng: Rng, picture: Plane) -> None:
    """A camera's name or an agency's mark across the picture."""
    plane = np.zeros((HEIGHT, WIDTH), np.uint8)
    place = (int(rng.uniform(0, WIDTH * 0.6)), int(rng.uniform(30, HEIGHT)))
    cv2.putText(plane, f"CAM {rng.integers(9999)}", place, 0, rng.uniform(0.5, 2), 255, int(rng.integers(1, 4)))
    picture[plane > 100] = picture[plane > 100] * 0.5 + 0.5
