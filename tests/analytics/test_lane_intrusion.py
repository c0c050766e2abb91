"""Who drives in the busway: drawn lanes whose vehicles are known, and the rendered busway of the demo."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.checks.lane_intrusion import LaneIntrusion
from analytics.passes import Pass, Sighting, cosine
from analytics.runner import AnalysisRequest, analyse_file
from analytics.verdict import CheckResult, Verdict
from analytics.yolo import YoloDetector
from analytics.zones import Zone
from tests.analytics.conftest import RENDERED_WEIGHTS, REPOSITORY
from tests.analytics.street import Actor, Box, Street, standing

LANE = [Zone("busway_lane", ((0.0, 0.45), (1.0, 0.45), (1.0, 0.7), (0.0, 0.7)))]


def asked(street: Street, zones: list[Zone] = LANE, **rules: Any) -> CheckResult:
    return LaneIntrusion().run(street, zones, replace(LaneIntrusion.defaults, **rules), street)


def along(
    start_s: float, speed: float = 0.25, foot: float = 0.6, w: float = 0.14, h: float = 0.15
) -> Callable[[float], Box | None]:
    """Drives from left to right, from ``start_s`` on, once."""
    return lambda t: (speed * (t - start_s) - w, foot - h, w, h) if 0 <= speed * (t - start_s) <= 1 + w else None


def across(
    start_s: float, speed: float = 0.25, x: float = 0.4, w: float = 0.12, h: float = 0.15
) -> Callable[[float], Box | None]:
    return lambda t: (x, speed * (t - start_s) - h, w, h) if 0 <= speed * (t - start_s) <= 1 + h else None


def vehicle(place: Callable[[float], Box | None], name: str = "car", **extra: Any) -> Actor:
    return Actor(place, name, extra.pop("confidence", 0.8), extra.pop("look", 3), **extra)


def test_each_car_that_drives_along_the_lane_counts_once() -> None:
    result = asked(Street([vehicle(along(t), look=n) for n, t in enumerate((8.0, 31.0, 55.0))], seconds=80))
    assert (result.verdict, result.measurements) == (Verdict.SUPPORTED, {"intrusions": 3})
    assert "3 mobil" in result.reasons[0].id.lower()


def test_buses_may() -> None:
    result = asked(Street([vehicle(along(t), "bus") for t in (8.0, 31.0)], seconds=80))
    assert (result.verdict, result.measurements) == (Verdict.CONTRADICTED, {"intrusions": 0})
    assert "2 bus" in result.reasons[0].id


def test_who_else_may_is_the_categorys_to_say() -> None:
    street = Street([vehicle(along(8.0), "truck")], seconds=80)
    assert asked(street).verdict is Verdict.SUPPORTED
    assert asked(street, exempt=frozenset({"bus", "truck"})).verdict is Verdict.CONTRADICTED


def test_crossing_the_lane_is_no_intrusion() -> None:
    assert asked(Street([vehicle(across(10.0)), vehicle(across(40.0))], seconds=80)).verdict is not Verdict.SUPPORTED


def test_a_tall_lorry_in_the_next_lane_only_looks_as_if() -> None:
    tall = vehicle(along(10.0, foot=0.9, h=0.5), "truck")
    result = asked(Street([tall], seconds=80))
    assert (result.verdict, result.measurements["intrusions"]) == (Verdict.CONTRADICTED, 0)


def test_what_stands_in_the_lane_is_for_a_person_to_judge() -> None:
    stands = vehicle(standing(0.4, 0.45, w=0.14, h=0.15))
    assert asked(Street([stands], seconds=80)).verdict is Verdict.INCONCLUSIVE


def test_a_bus_that_is_called_a_lorry_now_and_then_is_a_bus() -> None:
    mixed = vehicle(along(10.0), "bus", names=("bus", "bus", "truck"))
    assert asked(Street([mixed], seconds=80)).verdict is Verdict.CONTRADICTED


def test_half_bus_half_lorry_is_a_doubt() -> None:
    mixed = vehicle(along(10.0), "bus", names=("bus", "truck", "truck"))
    assert asked(Street([mixed], seconds=80)).verdict is Verdict.INCONCLUSIVE


def test_a_weak_sighting_supports_and_contradicts_nothing() -> None:
    assert asked(Street([vehicle(along(10.0), confidence=0.33)], seconds=80)).verdict is Verdict.INCONCLUSIVE


def test_too_short_too_sparse_and_still_say_so() -> None:
    assert asked(Street([], seconds=30)).reasons[0].code == "clip_short"
    assert asked(Street([], seconds=80, step=5.0)).reasons[0].code == "rate_too_low"
    still = asked(Street([], is_still=True))
    assert (still.verdict, still.measurements) == (Verdict.INCONCLUSIVE, {"intrusions": None})


@pytest.mark.parametrize("fps", [4.0, 6.0, 12.0, 25.0])
def test_the_frame_rate_changes_neither_verdict_nor_count(fps: float) -> None:
    cars = [vehicle(along(8.0)), vehicle(along(40.0, speed=0.35), "motorcycle")]
    result = asked(Street(cars, seconds=70, burst_fps=fps))
    assert (result.verdict, result.measurements) == (Verdict.SUPPORTED, {"intrusions": 2})


def test_two_behind_each_other_are_two() -> None:
    result = asked(Street([vehicle(along(8.0), look=1), vehicle(along(11.0), look=2)], seconds=60, step=1.0))
    assert result.measurements == {"intrusions": 2}


def test_a_lane_with_a_hole_in_its_footage_is_not_called_clean() -> None:
    times = [t for t in np.arange(0, 60, 1.5).tolist() if not 20 < t < 32]
    result = asked(Street([], seconds=60, times=times))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "rate_too_low")


def test_a_chain_that_jumped_from_one_walker_to_another_goes_along_no_lane() -> None:
    feet = [(0.60, 0.50), (0.60, 0.64), *((0.60 + 0.02 * n, 0.64) for n in range(1, 6))]
    boxes = [np.array([x - 0.01, y - 0.1, x + 0.01, y], np.float32) for x, y in feet]
    jumped = Pass([Sighting(0.2 * n, box, "motorcycle", 0.8, True) for n, box in enumerate(boxes)], 1.0)
    down = np.array([0.0, 1.0])
    assert abs(cosine(jumped.way, down)) > 0.8
    assert abs(cosine(jumped.steady_way, down)) < 0.2


@pytest.mark.slow
@pytest.mark.parametrize(("name", "count"), [("busway_intruder", 15), ("busway_clean", 0)])
def test_the_rendered_busway_of_the_demo(name: str, count: int, detector_of: Callable[[Path], YoloDetector]) -> None:
    scenes = {scene["name"]: scene for scene in json.loads((REPOSITORY / "fixtures/footage/scenes.json").read_text())}
    zones = [Zone(z["kind"], tuple(map(tuple, z["polygon"]))) for z in scenes[name]["zones"]]
    request = AnalysisRequest("lane_intrusion", zones=zones, zones_required=True, want_stills=False)
    clips = sorted((REPOSITORY / "fixtures" / "footage" / name).glob("*.mp4"))
    results = [analyse_file(clip, request, detector_of(RENDERED_WEIGHTS)).result for clip in clips]
    assert abs(sum(result.measurements["intrusions"] for result in results) - count) <= 1
    wrong = Verdict.CONTRADICTED if count else Verdict.SUPPORTED
    assert wrong not in [result.verdict for result in results]
