"""Things that came and stayed: drawn streets whose things are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.checks.new_object import DumpedRubbish, NewObject, NewObjectThresholds, Obstruction
from analytics.detections import DetectorIdentity
from analytics.runner import AnalysisRequest, analyse_file
from analytics.trusted_names import MEASURED
from analytics.verdict import CheckResult, Verdict
from analytics.yolo import YoloDetector
from analytics.zones import Zone, whole_picture
from tests.analytics.street import Actor, Box, Street, driving, standing

ALL = [whole_picture("pavement")]
THING = "thing"
"""A class no check knows: the detector says nothing of it."""


def asked(street: Street, zones: list[Zone] = ALL, check: Any = None, **rules: float) -> CheckResult:
    chosen = check or NewObject()
    return chosen.run(street, zones, replace(chosen.defaults, **rules), street)  # type: ignore[no-any-return]


def thing(x: float, start_s: float, end_s: float = 1e9, w: float = 0.08, h: float = 0.12, look: int = 5) -> Actor:
    return Actor(standing(x, 0.6, start_s, end_s, w=w, h=h), THING, 0.9, look)


def car(every_s: float = 7.0, phase_s: float = 0.0) -> Actor:
    return Actor(driving(0.3, 0.4, every_s=every_s, phase_s=phase_s), "car", 0.8, 3)


def test_a_thing_that_is_left_is_found_with_its_place_and_time() -> None:
    result = asked(Street([thing(0.4, 40.0), car()], seconds=150))
    assert result.verdict is Verdict.SUPPORTED
    [found] = result.measurements["new_objects"]
    assert abs(found["start_s"] - 40.0) <= 5.0
    assert np.abs(np.array(found["box"]) - np.array([0.4, 0.6, 0.48, 0.72])).max() <= 0.03
    assert [moment.kind for moment in result.moments] == ["before", "event"]
    assert result.moments[0].at_s < 40.0


def test_what_was_there_from_the_start_is_not_new_and_contradicts_nothing() -> None:
    result = asked(Street([thing(0.4, 0.0), car()], seconds=150))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "nothing_new")
    assert result.measurements == {"new_objects": []}


def test_what_is_taken_away_again_was_not_left() -> None:
    assert asked(Street([thing(0.4, 40.0, 80.0)], seconds=150)).verdict is not Verdict.SUPPORTED


def test_what_came_a_moment_ago_has_to_wait() -> None:
    assert asked(Street([thing(0.4, 135.0)], seconds=150)).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize("name", ["car", "motorcycle", "person"])
def test_a_parked_car_and_a_waiting_person_are_no_rubbish(name: str) -> None:
    wide, high = (0.07, 0.3) if name == "person" else (0.14, 0.2)
    stands = Actor(standing(0.4, 0.5, 40.0, w=wide, h=high), name, 0.8, 5)
    result = asked(Street([stands], seconds=150), check=DumpedRubbish())
    assert result.verdict is not Verdict.SUPPORTED
    assert result.measurements == {"new_objects": []}


def test_a_bag_that_a_detector_takes_for_somebody_lies_too_still_and_too_flat() -> None:
    bag = Actor(standing(0.4, 0.6, 40.0, w=0.1, h=0.12), "person", 0.5, 5)
    knows_no_bags = DetectorIdentity("shipped", next(iter(MEASURED)))
    assert asked(Street([bag], seconds=150, identity=knows_no_bags)).verdict is Verdict.SUPPORTED
    assert asked(Street([bag], seconds=150)).verdict is Verdict.INCONCLUSIVE


def test_bare_ground_under_a_car_that_left_is_nothing_new() -> None:
    parked = Actor(standing(0.4, 0.5, 0.0, 50.0, w=0.2, h=0.3), "car", 0.8, 5)
    assert asked(Street([parked], seconds=150)).measurements == {"new_objects": []}


def test_people_who_gather_far_off_are_no_thing() -> None:
    """So small that no detector finds them, always somebody there, never twice the same picture."""

    def walks(n: int) -> Callable[[float], Box | None]:
        return lambda t: None if t < 40 else (0.5 + 0.04 * np.sin(0.21 * t + 2.1 * n), 0.2, 0.03, 0.08)

    crowd = Street([Actor(walks(n), THING, 0.9, 20 + n) for n in range(4)], seconds=150)
    assert asked(crowd).verdict is not Verdict.SUPPORTED


def test_a_heap_before_a_parked_car_is_new_all_the_same() -> None:
    parked = Actor(standing(0.45, 0.4, 0.0, w=0.2, h=0.25), "car", 0.8, 7)
    assert asked(Street([parked, thing(0.4, 40.0)], seconds=150)).verdict is Verdict.SUPPORTED


def test_traffic_and_passers_by_leave_nothing() -> None:
    assert asked(Street([car(), car(5.0, 2.0)], seconds=150)).verdict is not Verdict.SUPPORTED


def jumps(t_s: float) -> float:
    return 1.35 if t_s > 70 else 1.0


def fades(t_s: float) -> float:
    return 1.0 - 0.3 * t_s / 150


@pytest.mark.parametrize("gain", [jumps, fades], ids=["exposure jumps", "dusk"])
def test_a_change_of_light_is_no_thing(gain: Callable[[float], float]) -> None:
    assert asked(Street([car()], seconds=150, gain=gain)).verdict is not Verdict.SUPPORTED
    assert asked(Street([thing(0.4, 40.0)], seconds=150, gain=gain)).verdict is Verdict.SUPPORTED


def test_outside_the_zone_it_is_somebody_elses() -> None:
    left = [Zone("pavement", ((0.0, 0.0), (0.3, 0.0), (0.3, 1.0), (0.0, 1.0)))]
    assert asked(Street([thing(0.6, 40.0)], seconds=150), left, DumpedRubbish()).verdict is not Verdict.SUPPORTED


def test_what_blocks_a_road_is_larger_than_a_bag() -> None:
    bag = Street([thing(0.4, 40.0, w=0.035, h=0.05)], seconds=150)
    tree = Street([thing(0.2, 40.0, w=0.4, h=0.15)], seconds=150)
    assert asked(bag, check=Obstruction()).verdict is not Verdict.SUPPORTED
    assert asked(tree, check=Obstruction()).verdict is Verdict.SUPPORTED


def test_when_everything_changes_nothing_is_said_of_one_thing() -> None:
    def everywhere(n: int) -> Callable[[float], Box | None]:
        return standing(0.02 + 0.12 * (n % 8), 0.1 + 0.3 * (n // 8), 60.0, w=0.1, h=0.2)

    result = asked(Street([Actor(everywhere(n), THING, 0.9, n) for n in range(24)], seconds=150))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "view_changed")


@pytest.mark.parametrize("step", [2.0, 1.0, 0.5])
def test_the_rate_of_the_pictures_changes_no_verdict(step: float) -> None:
    assert asked(Street([thing(0.4, 30.0), car()], seconds=100, step=step)).verdict is Verdict.SUPPORTED
    assert asked(Street([car()], seconds=100, step=step)).verdict is not Verdict.SUPPORTED


def test_a_still_or_a_glimpse_cannot_tell_before_from_after() -> None:
    for street in (Street([thing(0.4, 0.0)], is_still=True), Street([], seconds=8)):
        result = asked(street)
        assert (result.verdict, result.measurements) == (Verdict.INCONCLUSIVE, {"new_objects": None})


def test_thresholds_are_the_categorys() -> None:
    street = Street([thing(0.4, 40.0)], seconds=150)
    assert asked(street, min_still_s=105.0).verdict is Verdict.SUPPORTED
    assert asked(street, min_still_s=300.0).verdict is not Verdict.SUPPORTED
    assert NewObjectThresholds().min_still_s == 30.0
    assert [whole_picture("road").kind] == ["road"]


@pytest.mark.slow
@pytest.mark.parametrize("check", ["new_object", "dumped_rubbish", "obstruction"])
@pytest.mark.parametrize(
    "name", ["tiodh_vtest", "canersu_highway", "intel_car-detection", "intel_one-by-one-person-detection"]
)
def test_real_clips_without_a_thing_support_nothing(name: str, check: str, testdata: Path, coco: YoloDetector) -> None:
    result = analyse_file(testdata / "video" / f"{name}.mp4", AnalysisRequest(check, want_stills=False), coco).result
    assert result.verdict is not Verdict.SUPPORTED
