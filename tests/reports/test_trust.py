"""When a camera is believed: bounds, the rule, and what it costs."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.trust import LEAST_JUDGED, WINDOW, Z_ONE_SIDED_90, Judged, demotion_of, falls_short, reliability, wilson

NOON = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)


def row(words: str) -> list[Judged]:
    """``+`` was right, ``-`` was wrong, a minute apart."""
    return [Judged(NOON + timedelta(minutes=n), word == "+") for n, word in enumerate(words)]


@pytest.mark.parametrize(("right", "judged"), [(0, 7), (3, 5), (14, 14), (45, 50)])
def test_the_bounds_are_the_shares_that_the_answers_are_just_compatible_with(right: int, judged: int) -> None:
    for bound in wilson(right, judged):
        apart, spread = right / judged - bound, bound * (1 - bound) / judged
        assert apart**2 == pytest.approx(Z_ONE_SIDED_90**2 * spread, abs=1e-9)
    assert wilson(0, 0) == (0.0, 1.0)


def test_more_right_than_judged_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="6 of 5"):
        wilson(6, 5)


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_share_lies_between_the_bounds(a: int, b: int) -> None:
    right, judged = min(a, b), max(a, b)
    low, high = wilson(right, judged)
    assert 0 <= low <= high <= 1
    if judged:
        assert low - 1e-9 <= right / judged <= high + 1e-9


@pytest.mark.parametrize(
    ("words", "demoted"),
    [
        ("", False),
        ("----", False),
        ("-----", True),
        ("++++-", False),
        ("+++--", True),
        ("++++++++--", False),
        ("+++++++---", True),
        ("+" * 16 + "----", True),
        ("+" * 40, False),
    ],
)
def test_a_camera_is_demoted_when_its_answers_show_it_is_under_its_target(words: str, demoted: bool) -> None:
    assert (demotion_of(row(words), 0.9) is not None) is demoted


def test_since_when_and_on_what_is_told() -> None:
    demotion = demotion_of(row("+++--+++++"), 0.9)
    assert demotion is not None
    assert (demotion.right, demotion.judged, demotion.since) == (3, 5, NOON + timedelta(minutes=4))


def test_later_right_answers_do_not_lift_it() -> None:
    assert demotion_of(row("+++--" + "+" * 60), 0.9) is not None


def test_a_long_good_record_hides_no_turn() -> None:
    words = "+" * 500 + "+-" * (WINDOW // 2)
    assert demotion_of(row(words), 0.9) is not None


def test_a_lower_target_forgives_more() -> None:
    assert demotion_of(row("+++--"), 0.8) is None
    assert demotion_of(row("++---"), 0.8) is not None


def test_few_answers_never_fall_short() -> None:
    assert not any(falls_short(0, judged, 0.99) for judged in range(LEAST_JUDGED))


def test_reliability_starts_at_one_and_falls_with_what_was_wrong() -> None:
    assert reliability(0, 0) == 1.0
    assert reliability(5, 5) == 1.0
    assert reliability(0, 5) == pytest.approx(9 / 15 / 0.9)
    assert reliability(3, 5) < reliability(4, 5) < 1.0


def test_the_page_tells_the_rule_as_it_is() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "trust.md").read_text(encoding="utf-8")
    rows = [tuple(map(int, found)) for found in re.findall(r"^\| (\d+) \| (\d+) \|$", page, re.MULTILINE)]
    assert len(rows) == 6
    for judged, wrong in rows:
        assert falls_short(judged - wrong, judged, 0.9) and not falls_short(judged - wrong + 1, judged, 0.9)
