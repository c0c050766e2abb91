"""Drawings of the camera's page: names of zones beside one another."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.drawings import FRAME_H, FRAME_W, LABEL_PX, SIGN_PX, labels_placed, zones_svg

NAMES = st.tuples(st.text("abc ", max_size=40), st.floats(0, FRAME_W), st.floats(0, FRAME_H))


@given(st.lists(NAMES, max_size=14))
def test_no_name_covers_another_and_none_leaves_the_frame(names: list[tuple[str, float, float]]) -> None:
    placed = [(len(words) * SIGN_PX, x, y) for words, x, y in labels_placed(names) if words]
    for (a, ax, ay), (b, bx, by) in itertools.combinations(placed, 2):
        assert abs(ax - bx) >= (a + b) / 2 - 1e-6 or abs(ay - by) >= LABEL_PX - 1e-6
    for wide, x, y in placed:
        assert wide / 2 - 1e-6 <= x <= FRAME_W - wide / 2 + 1e-6
        assert LABEL_PX / 2 - 1e-6 <= y <= FRAME_H - LABEL_PX / 2 + 1e-6


def test_a_name_with_room_stands_in_the_middle_of_its_zone() -> None:
    assert labels_placed([("jalan", 190.0, 100.0), ("sungai", 60.0, 30.0)]) == [
        ("jalan", 190.0, 100.0),
        ("sungai", 60.0, 30.0),
    ]


def test_names_stand_over_all_zones_and_are_escaped() -> None:
    square = [[0.4, 0.4], [0.6, 0.4], [0.6, 0.6], [0.4, 0.6]]
    drawn = zones_svg([("road", "<b>", square), ("river", "kali", square)])
    assert drawn.index("<text") > drawn.rindex("<polygon")
    assert "&lt;b&gt;" in drawn
    (ax, ay), (bx, by) = [(float(x), float(y)) for x, y in re.findall(r'<text x="(.+?)" y="(.+?)"', drawn)]
    assert abs(ax - bx) >= (3 + 4) / 2 * SIGN_PX - 1 or abs(ay - by) >= LABEL_PX


@pytest.mark.parametrize("count", [1, 12])
def test_a_very_long_name_is_cut(count: int) -> None:
    [(shown, x, _y), *_rest] = labels_placed([("x" * 500, 0.0, 0.0)] * count)
    assert shown.endswith("…")
    assert len(shown) * SIGN_PX <= FRAME_W + 1e-6
    assert x == pytest.approx(FRAME_W / 2, abs=SIGN_PX)
