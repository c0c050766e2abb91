"""A minibus that waits in steps: stops, rolls on, stops again; and what only looks like it. Truth is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.checks import thresholds_from
from analytics.checks.base import ThresholdsInvalid
from analytics.checks.loitering_minibus import LoiteringMinibus
from analytics.verdict import CheckResult, Verdict
from analytics.zones import Zone
from tests.analytics.street import Actor, Box, Street, Tiny, driving, standing
from tests.analytics.test_properties import Filmed, asked, at_all_rates, few, interval_s

KERB = [Zone("no_stopping", ((0.0, 0.3), (1.0, 0.3), (1.0, 1.0), (0.0, 1.0)))]
W, H = 0.14, 0.25


def in_steps(
    stops: Sequence[tuple[float, float, float]], y: float = 0.5, leaves: bool = True
) -> Callable[[float], Box | None]:
    """``stops``: (from, to, x) in seconds and picture widths; straight in between, comes and leaves at speed."""
    first, last = stops[0], stops[-1]

    def place(t: float) -> Box | None:
        if t < first[0]:
            x = first[2] - 0.2 * (first[0] - t)
        elif t > last[1]:
            x = last[2] + (0.2 * (t - last[1]) if leaves else 0.0)
        else:
            x = next((at for start, end, at in stops if start <= t <= end), -1.0)
            if x < 0:
                a, b = next((a, b) for a, b in pairwise(stops) if a[1] < t < b[0])
                x = a[2] + (b[2] - a[2]) * (t - a[1]) / (b[0] - a[1])
        return (x, y, W, H) if -W < x < 1 else None

    return place


def minibus(stops: Sequence[tuple[float, float, float]], look: int = 1, **more: Any) -> Actor:
    return Actor(in_steps(stops, **more), "angkot", look=look)


def loitered(actors: Sequence[Actor], seconds: float = 240, kind: type[Street] = Street, **rules: Any) -> CheckResult:
    check = LoiteringMinibus()
    street = Named(list(actors), seconds=seconds) if kind is Street else kind(list(actors), seconds=seconds)
    return check.run(street, KERB, replace(check.defaults, **rules), street)


class Named(Street):
    """Up close a minibus is called one too."""

    def _closer_look(self, picture: Any) -> Any:
        found = super()._closer_look(picture)
        return replace(found, names=("angkot",) * len(found))


THREE = [(10.0, 75.0, 0.1), (79.0, 150.0, 0.28), (154.0, 220.0, 0.46)]
"""Sixty-five, seventy-one and sixty-six seconds, a length and more between them."""


def test_a_minibus_whose_stops_add_up_to_the_limit_loiters() -> None:
    result = loitered([minibus(THREE)])
    assert (result.verdict, result.reasons[0].code) == (Verdict.SUPPORTED, "stopped_in_steps")
    assert result.measurements["longest_dwell_s"] == pytest.approx(202, abs=6)
    assert result.measurements["vehicles_stopped"] == 1
    assert len(result.measurements["stops"]) == 3
    assert "berhenti 3 kali" in result.reasons[0].id
    assert [moment.kind for moment in result.moments] == ["event"] * 3


def test_the_offender_is_shown_where_it_stood_each_time() -> None:
    [offender] = loitered([minibus(THREE)]).offenders
    assert [round(box[0], 1) for _, box in offender.track] == [0.1, 0.3, 0.5]
    assert offender.end_s == pytest.approx(220, abs=3)


def test_stops_that_add_up_to_half_the_limit_are_for_a_person_to_judge() -> None:
    result = loitered([minibus([(10.0, 70.0, 0.1), (74.0, 120.0, 0.3)])])
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "steps_borderline")


def test_a_minibus_that_lets_passengers_on_a_few_times_and_goes_does_not_loiter() -> None:
    stops = [(20.0, 27.0, 0.1), (31.0, 37.0, 0.3), (41.0, 49.0, 0.5)]
    assert loitered([minibus(stops)]).verdict is Verdict.CONTRADICTED


def test_in_a_jam_everybody_stops_and_rolls() -> None:
    waves = [[(start + lag, end + lag, x) for start, end, x in THREE] for lag in (0.0, 1.5, 3.0)]
    jam = [
        Actor(in_steps([(a, b, x + 0.2 * n) for a, b, x in wave], y), name, look=10 + 3 * n + row)
        for n, wave in enumerate(waves)
        for row, (y, name) in enumerate([(0.35, "car"), (0.62, "angkot")])
    ]
    assert loitered(jam).verdict is Verdict.INCONCLUSIVE


def test_two_minibuses_that_take_turns_are_not_one_that_loiters_in_steps() -> None:
    first = minibus([(10.0, 100.0, 0.3)], look=3)
    second = minibus([(112.0, 205.0, 0.48)], look=3)
    assert loitered([first, second]).verdict is not Verdict.SUPPORTED


def test_another_that_follows_closely_is_not_the_same() -> None:
    """It comes while the first one is still leaving: somebody is on the way in every picture."""
    first = minibus([(10.0, 100.0, 0.3)], look=3)
    second = minibus([(104.0, 205.0, 0.48)], look=4)
    assert loitered([first, second]).verdict is not Verdict.SUPPORTED


def test_one_that_nobody_saw_on_its_way_is_not_surely_the_same() -> None:
    hidden = Actor(in_steps(THREE), "angkot", missed=lambda n: n in {51, 52, 53, 101, 102, 103})
    assert loitered([hidden]).verdict is not Verdict.SUPPORTED


def test_a_car_that_parks_in_steps_is_no_minibus() -> None:
    assert loitered([Actor(in_steps(THREE), "car")]).verdict is Verdict.CONTRADICTED


def test_a_minibus_that_stands_beside_traffic_and_in_steps_still_loiters() -> None:
    def passing(t: float) -> Box | None:
        x = (t % 7) * 0.25 - 0.15
        return (x, 0.1, W, 0.15) if x < 1 else None

    assert loitered([minibus(THREE), Actor(passing, "car", look=30)]).verdict is Verdict.SUPPORTED


def test_how_far_and_how_long_it_may_roll_is_the_categorys_to_set() -> None:
    assert loitered([minibus(THREE)], most_lengths=0.5).verdict is not Verdict.SUPPORTED
    assert thresholds_from("loitering_minibus", {"least_stand_s": 30.0}).least_stand_s == 30.0
    with pytest.raises(ThresholdsInvalid, match="longest_roll_s"):
        thresholds_from("loitering_minibus", {"longest_roll_s": 500.0})


def test_a_picture_too_small_for_a_minibus_denies_none() -> None:
    result = loitered([Actor(standing(0.3, 0.5), "angkot")], kind=Tiny)
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "picture_small")


@few
@given(
    start=st.floats(2, 6),
    stands=st.lists(st.floats(17, 23), min_size=2, max_size=2),
    roll=st.floats(2.5, 4.0),
    length=st.floats(0.9, 1.6),
    look=st.integers(1, 40),
)
def test_stops_add_up_alike_at_1_2_5_and_15_fps(
    start: float, stands: list[float], roll: float, length: float, look: int
) -> None:
    """``roll`` in seconds, ``length`` in lengths of the vehicle."""
    first = start + stands[0]
    second = first + roll + stands[1]
    stops = [(start, first, 0.15), (first + roll, second, 0.15 + length * W)]
    found = at_all_rates("loitering_minibus", [minibus(stops, look)], 60.0, min_dwell_s=30.0)
    assert {result.verdict for result in found.values()} == {Verdict.SUPPORTED}, found
    for fps, result in found.items():
        stood = result.measurements["longest_dwell_s"]
        assert abs(stood - sum(stands)) <= 2 * (interval_s(fps) + 0.1), (fps, stood, stands)


@few
@given(order=st.randoms(use_true_random=False))
def test_the_order_and_the_numbers_of_the_objects_change_nothing_for_stops_in_steps(order: Any) -> None:
    stops = [(4.0, 24.0, 0.15), (27.0, 48.0, 0.33)]
    actors = [minibus(stops), Actor(standing(0.7, 0.35, 9, 44), "car", look=5), Actor(driving(0.75, 0.25), look=6)]
    plain = asked("loitering_minibus", Filmed(actors, seconds=60.0, closer_name="angkot"), min_dwell_s=30.0)
    assert plain.verdict is Verdict.SUPPORTED
    order.shuffle(actors)
    street = Filmed(actors, seconds=60.0, closer_name="angkot", shuffled=True)
    mixed = asked("loitering_minibus", street, min_dwell_s=30.0)
    assert (mixed.verdict, mixed.measurements) == (plain.verdict, plain.measurements)
