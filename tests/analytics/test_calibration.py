"""What people are told is how often such answers turned out to be right."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import checks
from analytics.calibration import Calibration, Curve, Spoken, calibrated, fitted, pooled
from analytics.calibration_table import TABLE

WEIGHTS = "a" * 64
SAID = Spoken("congestion", "2", WEIGHTS, "SUPPORTED")
KNOWN = {"congestion": Calibration("2", WEIGHTS, {"SUPPORTED": Curve((0.4, 0.8), (0.6, 0.95), 100)})}


def test_between_two_points_it_is_straight_and_beyond_them_level() -> None:
    told = [calibrated(SAID, raw, KNOWN) for raw in (0.1, 0.4, 0.6, 0.8, 1.0)]
    assert told == pytest.approx([0.6, 0.6, 0.775, 0.95, 0.95])


@pytest.mark.parametrize(
    "other",
    [
        Spoken("crowd", "2", WEIGHTS, "SUPPORTED"),
        Spoken("congestion", "3", WEIGHTS, "SUPPORTED"),
        Spoken("congestion", "2", "b" * 64, "SUPPORTED"),
        Spoken("congestion", "2", WEIGHTS, "INCONCLUSIVE"),
    ],
    ids=["another check", "another version", "other weights", "no answer"],
)
def test_a_map_counted_on_something_else_changes_nothing(other: Spoken) -> None:
    assert calibrated(other, 0.42, KNOWN) == 0.42


def test_where_nothing_was_measured_nothing_is_told() -> None:
    assert calibrated(SAID, None, KNOWN) is None


@settings(max_examples=60, derandomize=True, database=None)
@given(
    answers=st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=120),
    prior=st.floats(0.5, 0.99),
)
def test_it_never_falls_and_never_promises_certainty(answers: list[tuple[float, bool]], prior: float) -> None:
    curve = fitted([raw for raw, _ in answers], [right for _, right in answers], prior)
    told = [curve.told(raw) for raw in np.linspace(0, 1, 41)]
    assert all(a <= b for a, b in pairwise(told))
    assert min(told) > 0
    assert max(told) < 1


def test_it_finds_the_rate_that_the_answers_were_drawn_from() -> None:
    rng = np.random.default_rng(6)
    raw = rng.uniform(0, 1, 4000)
    right = rng.uniform(0, 1, 4000) < 0.5 + 0.4 * raw
    curve = fitted(raw.tolist(), right.tolist(), 0.7)
    for level in (0.2, 0.5, 0.8):
        assert curve.told(level) == pytest.approx(0.5 + 0.4 * level, abs=0.07)


def test_few_answers_are_drawn_to_what_all_checks_together_reach() -> None:
    assert fitted([0.9] * 3, [True] * 3, 0.9).told(0.9) == pytest.approx((3 + 6 * 0.9) / 9, abs=1e-3)


def test_values_that_fall_become_their_weighted_mean() -> None:
    assert pooled(np.array([0.9, 0.5, 0.8]), np.array([1.0, 3.0, 1.0])) == pytest.approx([0.6, 0.6, 0.8])


@pytest.mark.parametrize(
    ("raw", "right"),
    [((), ()), ((0.1,), (0.2, 0.3)), ((0.5, 0.4), (0.1, 0.2)), ((0.1, 0.2), (0.9, 0.8)), ((0.1,), (1.2,))],
)
def test_a_map_that_is_none_is_refused(raw: tuple[float, ...], right: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"needed|ascend|within"):
        Curve(raw, right, 1)


@pytest.mark.parametrize("check", list(TABLE))
def test_the_shipped_map_belongs_to_the_check_as_it_is_now(check: str) -> None:
    """Counted on another version it would be passed over in silence: `python -m tests.scoreboard.calibrate`."""
    assert TABLE[check].version == checks.check_for(check).version
    assert set(TABLE[check].curves) <= {"SUPPORTED", "CONTRADICTED"}
    assert all(curve.answers >= 5 for curve in TABLE[check].curves.values())
