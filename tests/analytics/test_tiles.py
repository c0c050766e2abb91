"""Which squares of a picture the model is shown besides the whole."""

from __future__ import annotations

import pytest

from analytics.tiles import tiles_for


@pytest.mark.parametrize(
    ("width", "height", "squares"), [(1280, 720, 2), (1920, 1080, 2), (640, 360, 0), (720, 1280, 2)]
)
def test_a_wide_picture_is_also_shown_in_squares(width: int, height: int, squares: int) -> None:
    whole, *rest = tiles_for(width, height, 320)
    assert (whole.width, whole.height) == (width, height)
    assert len(rest) >= squares and (not rest) == (squares == 0)
    assert all(tile.x + tile.width <= width and tile.y + tile.height <= height for tile in rest)


@pytest.mark.parametrize(("width", "height"), [(3, 900), (60_000, 40)])
def test_a_thin_strip_costs_one_look(width: int, height: int) -> None:
    assert len(tiles_for(width, height, 320)) == 1
