"""Stalls on the pavement: measured and shown, never decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.checks.street_vendors import StreetVendors
from analytics.verdict import CheckResult, Verdict
from analytics.zones import Zone, whole_picture
from tests.analytics.street import Actor, Street, driving, standing

ALL = [whole_picture("pavement")]


def asked(street: Street, zones: list[Zone] = ALL, **rules: float) -> CheckResult:
    return StreetVendors().run(street, zones, replace(StreetVendors.defaults, **rules), street)  # type: ignore[arg-type]


def thing(name: str, x: float, start_s: float = 0.0, end_s: float = 1e9) -> Actor:
    return Actor(standing(x, 0.45, start_s, end_s, w=0.12, h=0.25), name, 0.7, 6)


def seller(x: float, start_s: float = 10.0, end_s: float = 1e9) -> Actor:
    return Actor(standing(x, 0.4, start_s, end_s, w=0.06, h=0.3), "person", 0.8, 2)


def passer(phase_s: float = 0.0) -> Actor:
    return Actor(driving(0.4, 0.09, every_s=16.0, phase_s=phase_s, w=0.06, h=0.3), "person", 0.8, 9)


@pytest.mark.parametrize("name", ["umbrella", "cart"])
def test_a_stall_with_its_seller_is_measured_and_left_to_a_person(name: str) -> None:
    result = asked(Street([thing(name, 0.4), seller(0.54), passer()], seconds=150))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "needs_person")
    assert result.measurements["stalls"] == 1
    assert result.measurements["longest_dwell_s"] >= 140
    assert result.moments[0].marks


def test_a_cart_that_no_model_knows_is_seen_by_its_coming() -> None:
    result = asked(Street([thing("unknown", 0.4, 20.0), seller(0.54, 20.0), passer()], seconds=150))
    assert result.measurements["stalls"] == 1
    assert 110 <= result.measurements["longest_dwell_s"] <= 140


def test_an_umbrella_without_anybody_is_no_stall() -> None:
    assert asked(Street([thing("umbrella", 0.4), passer()], seconds=150)).measurements["stalls"] == 0


def test_a_seller_far_from_the_thing_has_nothing_to_do_with_it() -> None:
    assert asked(Street([thing("umbrella", 0.05), seller(0.85)], seconds=150)).measurements["stalls"] == 0


def test_an_empty_pavement_is_told_empty_and_passers_by_do_not_change_that() -> None:
    result = asked(Street([passer(), passer(5.0)], seconds=150))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "pavement_empty")
    assert result.measurements == {"stalls": 0, "longest_dwell_s": 0.0}


def test_somebody_who_stays_is_a_doubt_and_a_short_clip_is_one_too() -> None:
    assert asked(Street([seller(0.5, 20.0, 70.0)], seconds=150)).reasons[0].code == "unsure"
    assert asked(Street([], seconds=60)).reasons[0].code == "unsure"


def test_a_still_measures_nothing_here() -> None:
    result = asked(Street([thing("umbrella", 0.4), seller(0.54)], is_still=True))
    assert result.measurements == {"stalls": None, "longest_dwell_s": None}


@pytest.mark.parametrize("step", [2.0, 1.0, 0.5])
def test_the_rate_of_the_pictures_changes_no_measure(step: float) -> None:
    result = asked(Street([thing("umbrella", 0.4), seller(0.54)], seconds=100, step=step))
    assert result.measurements["stalls"] == 1
    assert result.measurements["longest_dwell_s"] == pytest.approx(100.0, abs=2 * step)
