"""What must hold at any frame rate and in any order, for streets that hypothesis draws.

Dwell is judged from looks a second or two apart, so the rate of the footage hardly matters; motion needs pictures
close together, and where there are none a check says so instead of guessing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from analytics import checks
from analytics.detections import Detections
from analytics.frames import step_for
from analytics.verdict import CheckResult, Verdict
from analytics.zones import Zone
from cameras.footage.frame import Frame, Picture
from tests.analytics.street import Actor, Street, driving, standing

RATES = (1.0, 2.0, 5.0, 15.0)
LIMIT_S = 24.0
SECONDS = 60.0
HALF = ((0.0, 0.3), (1.0, 0.3), (1.0, 1.0), (0.0, 1.0))
ZONES = {
    "stopped_vehicle": [Zone("no_stopping", HALF)],
    "loitering_minibus": [Zone("no_stopping", HALF)],
    "loitering": [Zone("pavement", HALF)],
    "congestion": [Zone("road", HALF)],
    "lane_intrusion": [Zone("busway_lane", ((0.0, 0.45), (1.0, 0.45), (1.0, 0.7), (0.0, 0.7)))],
}
WHO = {"stopped_vehicle": "car", "loitering_minibus": "angkot", "loitering": "person"}

EXAMPLES = int(os.environ.get("JSC_EXAMPLES", "2"))
"""More than a few are for a quiet evening: every example films a minute of street four times."""

few = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow], phases=[Phase.explicit, Phase.generate],
)  # fmt: skip


@dataclass
class Filmed(Street):
    """A street filmed at ``fps``: every picture, sampled or in a burst, is one that the camera took."""

    fps: float = 15.0
    closer_name: str = "car"

    def __post_init__(self) -> None:
        self.step = step_for(self.seconds)

    def _taken(self) -> Sequence[float]:
        return [n / self.fps for n in range(int(self.seconds * self.fps) + 1)]

    def samples(self) -> Iterator[Frame]:
        """The first picture at or after each tick, as the decoder's grid has it."""
        due = 0.0
        for t_s in self._taken():
            if t_s >= due - 1e-9:
                due = (np.floor(t_s / self.step + 1e-9) + 1) * self.step
                yield self._frame(t_s)

    def _closer_look(self, picture: Picture) -> Detections:
        """Up close it is still called what it is."""
        found = super()._closer_look(picture)
        return Detections(found.xyxy, found.confidence, (self.closer_name,) * len(found))

    def bursts(self, spans: Sequence[tuple[float, float]]) -> Iterator[Frame]:
        for start, end in spans:
            for t_s in self._taken():
                if start - 1e-9 <= t_s < end - 1e-9:
                    yield self._frame(t_s)


def asked(check: str, street: Street, **rules: Any) -> CheckResult:
    judge = checks.check_for(check)
    return judge.run(street, ZONES[check], replace(judge.defaults, **rules), street)


def at_all_rates(check: str, actors: Sequence[Actor], seconds: float, **rules: Any) -> dict[float, CheckResult]:
    name = WHO.get(check, "car")
    return {
        fps: asked(check, Filmed(list(actors), seconds=seconds, fps=fps, closer_name=name), **rules) for fps in RATES
    }


def dwell_of(check: str, result: CheckResult) -> float:
    if check != "loitering":
        return float(result.measurements["longest_dwell_s"])
    return max((end - start for start, end in result.measurements["visits"]), default=0.0)


def interval_s(fps: float) -> float:
    """The longest time from one look to the next."""
    return step_for(SECONDS) + (1 / fps if fps < 1 / step_for(SECONDS) or fps == 1.0 else 0.0)


@pytest.mark.parametrize("check", list(WHO))
@few
@given(
    start=st.floats(2, 12),
    dwell=st.one_of(st.floats(6, 0.35 * LIMIT_S), st.floats(LIMIT_S + 4, 42)),
    left=st.floats(0.1, 0.7),
    look=st.integers(1, 40),
)
def test_how_long_somebody_stands_is_the_same_at_1_2_5_and_15_fps(
    check: str, start: float, dwell: float, left: float, look: int
) -> None:
    size = {"w": 0.08, "h": 0.3} if check == "loitering" else {}
    one = Actor(standing(left, 0.45, start, start + dwell, **size), WHO[check], look=look)
    found = at_all_rates(check, [one], SECONDS, min_dwell_s=LIMIT_S)
    assert len({result.verdict for result in found.values()}) == 1, found
    assert found[15.0].verdict is (Verdict.SUPPORTED if dwell > LIMIT_S else Verdict.CONTRADICTED)
    for fps, result in found.items():
        assert abs(dwell_of(check, result) - dwell) <= interval_s(fps) + 0.1, (fps, dwell)
        assert abs(dwell_of(check, result) - dwell_of(check, found[1.0])) <= interval_s(1.0) + 0.1


LANES = (0.3, 0.55, 0.75)


def column(lane: float, offset: float, way: Callable[[float], float], look: int) -> Actor:
    return Actor(lambda t: ((offset + way(t)) % 1.3 - 0.15, lane, 0.14, 0.22), look=look)


def full_road(way: Callable[[float], float]) -> list[Actor]:
    return [column(lane, n * 0.185, way, 20 + n + 10 * i) for i, lane in enumerate(LANES) for n in range(7)]


def told_or_too_sparse(found: dict[float, CheckResult]) -> None:
    """The verdict of the best footage everywhere, or INCONCLUSIVE because the pictures are too far apart."""
    best = found[15.0].verdict
    for fps, result in found.items():
        if result.verdict is not best:
            assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "rate_too_low"), (fps, result)


@few
@given(mean=st.floats(0.006, 0.02), stand=st.floats(5, 9))
def test_a_jam_is_one_at_every_rate_or_the_rate_is_too_low(mean: float, stand: float) -> None:
    found = at_all_rates("congestion", full_road(lambda t: mean * t + mean * stand / 4 * (t // stand % 2)), 30.0)
    assert found[15.0].verdict is Verdict.SUPPORTED
    told_or_too_sparse(found)
    assert found[1.0].reasons[0].code == "rate_too_low"


@few
@given(speed=st.floats(0.25, 0.5), every=st.floats(3.5, 6.0))
def test_flowing_traffic_is_no_jam_at_any_rate(speed: float, every: float) -> None:
    cars = [Actor(driving(lane, speed, every, n * 1.3), look=n + 1) for n, lane in enumerate(LANES)]
    found = at_all_rates("congestion", cars, 40.0)
    assert found[15.0].verdict is Verdict.CONTRADICTED
    told_or_too_sparse(found)


@few
@given(at=st.floats(6, 34), speed=st.floats(0.18, 0.32), name=st.sampled_from(["car", "motorcycle", "bus"]))
def test_who_drives_in_the_busway_is_told_at_every_rate_or_the_rate_is_too_low(
    at: float, speed: float, name: str
) -> None:
    def along(t: float) -> tuple[float, float, float, float] | None:
        gone = speed * (t - at)
        return (gone - 0.14, 0.45, 0.14, 0.15) if 0 <= gone <= 1.14 else None

    found = at_all_rates("lane_intrusion", [Actor(along, name, look=5)], 50.0)
    assert found[15.0].verdict is (Verdict.CONTRADICTED if name == "bus" else Verdict.SUPPORTED)
    told_or_too_sparse(found)


STREETS: dict[str, list[Actor]] = {
    "stopped_vehicle": [Actor(standing(0.2, 0.5, 4), look=1), Actor(standing(0.6, 0.5, 9, 30), "truck", look=2)],
    "loitering_minibus": [Actor(standing(0.2, 0.5, 4), "angkot", look=1), Actor(driving(0.6, 0.3), look=3)],
    "congestion": full_road(lambda t: 0.01 * t),
    "lane_intrusion": [
        Actor(lambda t: (0.25 * (t - 9) - 0.14, 0.45, 0.14, 0.15) if 9 <= t <= 13.5 else None, look=4),
        Actor(standing(0.5, 0.8), "bus", look=5),
    ],
}


BRIEF = {"stopped_vehicle": {"min_dwell_s": 15.0}, "loitering_minibus": {"min_dwell_s": 15.0}}


@pytest.mark.parametrize("check", list(STREETS))
@few
@given(order=st.randoms(use_true_random=False))
def test_the_order_and_the_numbers_of_the_objects_change_nothing(check: str, order: Any) -> None:
    actors = list(STREETS[check])
    name = WHO.get(check, "car")
    plain = asked(check, Filmed(actors, seconds=30.0, closer_name=name), **BRIEF.get(check, {}))
    order.shuffle(actors)
    mixed = asked(check, Filmed(actors, seconds=30.0, closer_name=name, shuffled=True), **BRIEF.get(check, {}))
    assert (mixed.verdict, mixed.measurements) == (plain.verdict, plain.measurements)
