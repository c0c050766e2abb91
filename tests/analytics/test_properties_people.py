"""Properties of the checks that count how long somebody or something stays: pictures from 1 to 15 a second give one
verdict and one duration, and whose name or turn comes first changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from analytics.checks.loitering import Loitering
from analytics.checks.new_object import DumpedRubbish
from analytics.checks.street_vendors import StreetVendors
from analytics.verdict import CheckResult, Verdict
from analytics.zones import whole_picture
from tests.analytics.street import Actor, Street, driving, standing

RATES = (1.0, 2.0, 5.0, 15.0)
SECONDS = 30.0
LIMIT_S = 12.0
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
FEW = settings(max_examples=2, deadline=None, phases=PHASES)
"""Every example is watched at every rate, so few of them, and none made smaller."""

starts = st.floats(5.0, 8.0)
spans = st.one_of(st.floats(2.0, 4.5), st.floats(16.0, 20.0))
"""Clearly under or clearly over the limit: between them two rates may rightly differ."""


def asked(check: Any, street: Street, **rules: float) -> CheckResult:
    return check.run(street, [whole_picture("pavement")], replace(check.defaults, **rules), street)  # type: ignore[no-any-return]


def watched(actors: Sequence[Actor], fps: float, turn: int | None) -> Street:
    """``turn``: a seed for the order in which each picture's detections come; None as the actors are named."""
    rng = np.random.default_rng(turn or 0)
    return Street(actors, seconds=SECONDS, step=1 / fps, shuffled=turn is not None, _rng=rng)


def passer(look: int = 9) -> Actor:
    return Actor(driving(0.05, 0.09, every_s=13.0, phase_s=2.0, w=0.06, h=0.25), "person", 0.8, look)


def person(start_s: float, end_s: float, look: int = 1) -> Actor:
    return Actor(standing(0.4, 0.45, start_s, end_s, w=0.06, h=0.3), "person", 0.8, look)


def heap(start_s: float, end_s: float) -> Actor:
    return Actor(standing(0.4, 0.6, start_s, end_s, w=0.09, h=0.13), "thing", 0.9, 5)


def stall(start_s: float, end_s: float) -> list[Actor]:
    cart = Actor(standing(0.4, 0.45, start_s, end_s, w=0.12, h=0.25), "cart", 0.7, 6)
    seller = Actor(standing(0.54, 0.4, start_s, end_s, w=0.06, h=0.3), "person", 0.8, 2)
    return [cart, seller, passer()]


def loitered(actors: Sequence[Actor], fps: float, turn: int | None = None) -> CheckResult:
    return asked(Loitering(), watched(actors, fps, turn), min_dwell_s=LIMIT_S)


def sold(actors: Sequence[Actor], fps: float, turn: int | None = None) -> CheckResult:
    return asked(StreetVendors(), watched(actors, fps, turn), min_dwell_s=LIMIT_S, watch_s=25.0)


def dumped(actors: Sequence[Actor], fps: float, turn: int | None = None) -> CheckResult:
    return asked(DumpedRubbish(), watched(actors, fps, turn), min_still_s=LIMIT_S)


def visit_s(result: CheckResult) -> float:
    return max((end - start for start, end in result.measurements["visits"]), default=0.0)


def stall_s(result: CheckResult) -> float:
    return float(result.measurements["longest_dwell_s"])


def lying_s(result: CheckResult) -> float:
    return max((SECONDS - one["start_s"] for one in result.measurements["new_objects"]), default=0.0)


def is_one_answer(results: Sequence[CheckResult], dwell: Callable[[CheckResult], float]) -> None:
    """One verdict, and durations that differ by no more than an interval of the coarser rate."""
    assert len({(result.verdict, result.reasons[0].code) for result in results}) == 1
    for n, coarse in enumerate(results):
        for fine in results[n + 1 :]:
            assert abs(dwell(coarse) - dwell(fine)) <= 1 / RATES[n] + 0.11


@FEW
@given(starts, spans)
def test_whoever_stays_stays_as_long_at_any_rate(start_s: float, span_s: float) -> None:
    results = [loitered([person(start_s, start_s + span_s)], fps) for fps in RATES]
    is_one_answer(results, visit_s)
    assert (results[0].verdict is Verdict.SUPPORTED) == (span_s > LIMIT_S)


@FEW
@given(starts, spans)
def test_a_stall_stands_as_long_at_any_rate(start_s: float, span_s: float) -> None:
    results = [sold(stall(start_s, start_s + span_s), fps) for fps in RATES]
    is_one_answer(results, stall_s)
    assert (results[0].measurements["stalls"] == 1) == (span_s > LIMIT_S)


@FEW
@given(starts, st.booleans())
def test_what_was_dumped_lies_as_long_at_any_rate(start_s: float, is_left: bool) -> None:
    end_s = SECONDS if is_left else start_s + 4.0
    results = [dumped([heap(start_s + 3.0, end_s + 3.0), passer()], fps) for fps in RATES]
    is_one_answer(results, lying_s)
    assert (results[0].verdict is Verdict.SUPPORTED) == is_left


@settings(max_examples=3, deadline=None, phases=PHASES)
@given(st.integers(0, 1000), spans)
def test_the_turn_in_which_detections_come_changes_nothing(turn: int, span_s: float) -> None:
    actors = [person(6.0, 6.0 + span_s), heap(9.0, SECONDS), passer(3), passer(4)]
    for ask in (loitered, sold, dumped):
        plain, mixed = ask(actors, 2.0), ask(actors, 2.0, turn)
        assert mixed.verdict is plain.verdict
        assert mixed.measurements == plain.measurements
