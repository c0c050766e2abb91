"""Ground under water by what is gone of it, and a gauge by its board: painted pictures with known truth."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from analytics.board_line import board_line
from analytics.covered import covered, typical
from analytics.water import Mask
from analytics.zones import Zone
from cameras.footage.frame import Picture

SHAPE = (180, 320)
WATER = np.array([120, 100, 80], np.uint8)


def bank(seed: int = 1) -> Picture:
    """Ground with a pattern of its own, in another colour than the water's."""
    grain = np.random.default_rng(seed).normal(0, 25, SHAPE).astype(np.float32)
    soft = cv2.GaussianBlur(grain, (0, 0), 1.2)[..., None] * 2
    return np.clip(np.array([90, 150, 170], np.float32) + soft, 0, 255).astype(np.uint8)


def rows(first: int, last: int) -> Mask:
    mask = np.zeros(SHAPE, bool)
    mask[first:last] = True
    return mask


def under(picture: Picture, first: int) -> Picture:
    wet = picture.copy()
    wet[first:] = WATER
    return wet


def test_ground_that_went_under_is_gone_while_the_rest_stays() -> None:
    before, now = under(bank(), 140), under(bank(), 80)
    found = covered(now, before, rows(80, 140), rows(140, 180))
    assert found.is_ground_gone
    assert found.has_turned_to_water


def test_nothing_is_told_where_the_rest_of_the_view_is_another_too() -> None:
    before = under(bank(), 140)
    for now in (under(bank(seed=2), 80), cv2.GaussianBlur(under(bank(), 80), (0, 0), 6)):
        found = covered(np.asarray(now, np.uint8), before, rows(80, 140), rows(140, 180))
        assert not found.is_ground_gone
        assert not found.has_turned_to_water


def test_ground_in_the_shade_keeps_its_pattern() -> None:
    before, now = under(bank(), 140), under(bank(), 140)
    now[80:140] = (now[80:140] * 0.6).astype(np.uint8)
    found = covered(now, before, rows(80, 140), rows(140, 180))
    assert not found.is_ground_gone
    assert not found.has_turned_to_water


def test_bank_that_was_taken_for_water_even_then_is_counted_by_its_colour() -> None:
    """The network saw water from row 110 on in the earlier picture; it began at 140."""
    before, now = under(bank(), 140), under(bank(), 80)
    found = covered(now, before, rows(80, 110), rows(110, 180))
    assert found.was_dry == pytest.approx(60 / 100, abs=0.06)


def test_streaks_and_what_drives_by_are_in_no_median() -> None:
    looks = [bank() for _ in range(5)]
    looks[1][60:90, 40:120] = 255
    looks[3][:, ::17] = 255
    assert np.abs(typical(looks).astype(int) - bank()).max() <= 1


BOARD = Zone("water_gauge", ((0.47, 0.1), (0.53, 0.1), (0.53, 0.9), (0.47, 0.9)))


def gauge(line: int, marks: bool = True) -> Picture:
    picture = under(bank(), 30)
    board = np.full((line - 18, 20, 3), 225, np.uint8)
    if marks:
        board[::8] = board[1::8] = board[2::8] = 20
    picture[18:line, 150:170] = board
    return picture


@pytest.mark.parametrize("line", [30, 60, 90, 150])
@pytest.mark.parametrize("marks", [True, False])
def test_the_line_on_a_board_is_where_it_stops_to_differ_from_its_neighbours(line: int, marks: bool) -> None:
    found = board_line(gauge(line, marks), BOARD)
    assert found is not None
    assert found.under == pytest.approx((162 - line) / 144, abs=0.04)
    assert found.row == pytest.approx(line / 180, abs=0.03)


def test_without_a_board_there_is_no_line() -> None:
    assert board_line(under(bank(), 0), BOARD) is None
    assert board_line(bank(), BOARD) is None
    tiny = Zone("water_gauge", ((0.47, 0.5), (0.53, 0.5), (0.53, 0.53), (0.47, 0.53)))
    assert board_line(gauge(90), tiny) is None


def mirrored(contrast: float, under: float, noise: float = 2.0) -> tuple[Picture, Zone]:
    """A board of bars in calm water that shows it a second time, fainter and upside down."""
    rng = np.random.default_rng(4)
    picture = np.full((200, 200, 3), 90, np.float32)
    top, bottom, left, right = 30, 170, 92, 108
    line = round(bottom - under * (bottom - top))
    marks = np.where((np.arange(line - top) // rng.integers(7, 10)) % 2 == 0, 40.0, 225.0)
    marks[: len(marks) // 3] = 225.0  # its upper end bears no marks
    picture[top:line, left:right] = marks[:, None, None]
    image = (90 + contrast * (marks[::-1] - 90))[: 200 - line]
    picture[line : line + len(image), left:right] = image[:, None, None]
    shown = np.clip(picture + rng.normal(0, noise, picture.shape), 0, 255).astype(np.uint8)
    corners = (
        (left / 200, top / 200),
        (right / 200, top / 200),
        (right / 200, bottom / 200),
        (left / 200, bottom / 200),
    )
    return shown, Zone("water_gauge", corners)


@pytest.mark.parametrize("contrast", [0.0, 0.3, 0.5, 0.65, 0.75])
@pytest.mark.parametrize("under", [0.6, 0.7, 0.8])
def test_a_mirror_image_is_never_taken_for_board_without_a_word(contrast: float, under: float) -> None:
    """Either the line is right, or the reading says how high the water may stand, or there is none."""
    found = board_line(*mirrored(contrast, under))
    assert found is None or found.most >= under - 0.06
    assert found is None or found.under <= under + 0.06


@pytest.mark.parametrize("under", [0.2, 0.35])
def test_a_plain_dry_board_is_read_without_doubt(under: float) -> None:
    found = board_line(*mirrored(0.0, under))
    assert found is not None
    assert found.under == pytest.approx(under, abs=0.05)
    assert found.most == pytest.approx(found.under, abs=0.05)
