"""What still shows of a road against a picture of another day: painted pictures with known truth."""

from __future__ import annotations

import cv2
import numpy as np

from analytics.ground import ground_of
from analytics.water import Mask
from cameras.footage.frame import Picture

SHAPE = (180, 320)
NOTHING: Mask = np.zeros(SHAPE, bool)


def street(seed: int = 1) -> Picture:
    """Houses above, a patched road below."""
    rng = np.random.default_rng(seed)
    coarse = cv2.resize(rng.uniform(60, 190, (45, 80)).astype(np.float32), SHAPE[::-1], interpolation=cv2.INTER_NEAREST)
    return np.repeat(np.clip(coarse + rng.normal(0, 4, SHAPE), 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def below(row: int) -> Mask:
    place = NOTHING.copy()
    place[row:] = True
    return place


ROAD = below(80)


def flooded(picture: Picture, row: int = 80) -> Picture:
    wet = picture.copy()
    waves = 110 + 8 * np.sin(np.arange(row, SHAPE[0])[:, None] / 3 + np.arange(SHAPE[1])[None] / 40)
    wet[row:] = waves[..., None].astype(np.uint8)
    return wet


def moved(picture: Picture, dx: int, dy: int) -> Picture:
    return np.asarray(np.roll(picture, (dy, dx), axis=(0, 1)), np.uint8)


def test_water_over_a_road_hides_its_pattern_and_nothing_else() -> None:
    found = ground_of(flooded(street()), street(), ROAD, NOTHING)
    assert found.is_gone
    assert not found.is_seen
    assert found.around is not None and found.around > 0.9


def test_a_road_in_shade_on_another_day_or_with_its_pole_bent_is_seen() -> None:
    for other in (street() * 0.55, street() * 0.7 + 40, moved(street(), 4, -2)):
        found = ground_of(np.clip(other, 0, 255).astype(np.uint8), street(), ROAD, NOTHING)
        assert found.is_seen
        assert not found.is_gone


def test_a_mirror_in_which_the_road_still_shows_is_no_flood() -> None:
    mixed = 0.45 * flooded(street()).astype(np.float32) + 0.55 * 0.8 * street()
    assert not ground_of(mixed.astype(np.uint8), street(), ROAD, NOTHING).is_gone


def test_another_view_or_a_road_that_is_hidden_says_nothing() -> None:
    for found in (
        ground_of(flooded(street(2)), street(1), ROAD, NOTHING),
        ground_of(flooded(street()), street(), ROAD, ROAD),
    ):
        assert not found.is_gone
        assert not found.is_seen
