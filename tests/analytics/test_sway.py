"""How far a swaying mast moved the picture: drawn planes with known shifts."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from analytics.detections import Detections
from analytics.frames import Survey, surveyed
from analytics.newcomers import NewcomerRules, medians_of
from analytics.sample import Sample
from analytics.steadied import steadied
from analytics.sway import Anchor, put_back
from tests.analytics.street import Street

MOST = 0.03
SUITS_ITS_TRANSFORM, DOES_NOT = (320, 180), (333, 187)


def swayed(size: tuple[int, int], dx: float, dy: float) -> npt.NDArray[np.float32]:
    """One street, moved by so many pixels."""
    rng = np.random.default_rng(3)
    wide, high = size[0] + 40, size[1] + 40
    street = cv2.GaussianBlur(rng.normal(0, 120, (high, wide)).astype(np.float32), (0, 0), 1.5) + 100
    moved = cv2.warpAffine(street, np.array([[1, 0, dx], [0, 1, dy]], np.float32), (wide, high))
    return np.asarray(moved[20:-20, 20:-20], np.float32)


def known(number: int) -> tuple[float, float]:
    return float(round(5 * np.sin(1.7 * number))), float(round(3 * np.sin(2.9 * number + 1)))


@pytest.mark.parametrize("size", [SUITS_ITS_TRANSFORM, (320, 240), DOES_NOT], ids=str)
def test_the_sixtieth_picture_is_laid_as_surely_as_the_first(size: tuple[int, int]) -> None:
    anchor = Anchor(swayed(size, 0, 0))
    rng = np.random.default_rng(5)
    for number in range(60):
        noisy = swayed(size, *known(number)) + rng.normal(0, 6, size[::-1]).astype(np.float32)
        assert anchor.shift_of(noisy.astype(np.float32), MOST) == pytest.approx(known(number), abs=0.35)


def test_asking_changes_neither_picture() -> None:
    first, other = swayed(SUITS_ITS_TRANSFORM, 0, 0), swayed(SUITS_ITS_TRANSFORM, 4, 2)
    kept = first.copy(), other.copy()
    Anchor(first).shift_of(other, MOST)
    assert np.array_equal(first, kept[0])
    assert np.array_equal(other, kept[1])


def test_a_turned_camera_is_not_laid_back() -> None:
    anchor = Anchor(swayed(SUITS_ITS_TRANSFORM, 0, 0))
    assert anchor.shift_of(swayed(SUITS_ITS_TRANSFORM, 14, 0), MOST) == (0.0, 0.0)


def test_what_was_put_back_lies_over_the_first_picture() -> None:
    first = swayed(SUITS_ITS_TRANSFORM, 0, 0)
    back = put_back(swayed(SUITS_ITS_TRANSFORM, 5, -3), 5, -3)
    assert np.abs(back - first)[10:-10, 10:-10].max() < 1


def _survey(size: tuple[int, int]) -> Survey:
    street = Street([], seconds=60)
    grey = [np.clip(swayed(size, *known(number)), 0, 255).astype(np.uint8) for number in range(60)]
    none = Detections.none()
    return replace(surveyed(street, street), samples=[Sample(float(n), none, one) for n, one in enumerate(grey)])


@pytest.mark.parametrize("size", [SUITS_ITS_TRANSFORM, DOES_NOT], ids=str)
def test_all_of_a_long_clip_is_steadied(size: tuple[int, int]) -> None:
    samples = steadied(_survey(size)).samples
    off = [np.abs(one.grey.astype(float) - samples[0].grey)[12:-12, 12:-12].mean() for one in samples]
    assert max(off) < 0.5


@pytest.mark.parametrize("size", [SUITS_ITS_TRANSFORM, DOES_NOT], ids=str)
def test_the_medians_of_a_long_clip_lie_over_the_first(size: tuple[int, int]) -> None:
    medians = medians_of(steadied(_survey(size)), NewcomerRules())
    assert medians is not None
    assert np.abs(medians.planes - medians.planes[0])[:, 12:-12, 12:-12].mean(axis=(1, 2)).max() < 0.5
