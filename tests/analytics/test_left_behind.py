"""What a detector calls a new thing, against what it can be: drawn streets with known things, shadows and masts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from analytics.called import ruler_of
from analytics.checks.base import ThresholdsInvalid, thresholds_replaced
from analytics.checks.new_object import PEOPLE, VEHICLES, DumpedRubbish, NewObject, Obstruction
from analytics.detections import DetectorIdentity
from analytics.frames import surveyed
from analytics.just_before import carried_in, rolled_in
from analytics.steadied import steadied
from analytics.travelled import travelled
from analytics.trusted_names import MEASURED
from analytics.verdict import CheckResult, Verdict
from analytics.zones import Zone, whole_picture
from cameras.footage.frame import Picture
from tests.analytics.street import Actor, Box, Street, driving, standing

ALL = [whole_picture("road")]
THING = "thing"
"""A class no check knows: the detector says nothing of it."""


def asked(street: Street, check: Any = None, zones: list[Zone] = ALL, **rules: float) -> CheckResult:
    chosen = check or NewObject()
    return chosen.run(street, zones, replace(chosen.defaults, **rules), street)  # type: ignore[no-any-return]


def measured(street: Street) -> Street:
    """As seen by the shipped weights, whose names were measured to be believed late."""
    street.identity = DetectorIdentity("shipped", next(iter(MEASURED)))
    return street


def fallen(name: str, confidence: float, start_s: float = 40.0) -> Actor:
    return Actor(standing(0.4, 0.5, start_s, w=0.2, h=0.2), name, confidence, 5)


def arrived(name: str, confidence: float, at_s: float = 40.0) -> Actor:
    """Comes in from the left, brakes for five seconds and stands."""

    def place(t_s: float) -> Box | None:
        left = max(0.0, at_s - t_s)
        x = 0.4 - 0.02 * left**2
        return (x, 0.5, 0.2, 0.2) if x > -0.2 else None

    return Actor(place, name, confidence, 5)


def walker(phase_s: float, foot: float = 0.95, tall: float = 0.4) -> Actor:
    return Actor(driving(foot - tall, 0.08, 30.0, phase_s, w=0.06, h=tall), "person", 0.85, 30 + int(phase_s))


def test_rubble_that_a_detector_calls_a_motorcycle_did_not_drive_in() -> None:
    fell, came = (measured(Street([make("motorcycle", 0.5)], seconds=120)) for make in (fallen, arrived))
    assert asked(fell, Obstruction()).verdict is Verdict.SUPPORTED
    assert asked(came, Obstruction()).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize("confidence", [0.4, 0.6, 0.79])
@pytest.mark.parametrize("tall", [0.1, 0.2, 0.3])
def test_a_motorcycle_that_weights_nobody_measured_name_is_no_heap_however_it_came(
    confidence: float, tall: float
) -> None:
    parked = Actor(standing(0.4, 0.7 - tall, 40.0, w=0.2, h=tall), "motorcycle", confidence, 5)
    street = Street([walker(0.0), walker(11.0), parked], seconds=120)
    for check in (NewObject(), DumpedRubbish(), Obstruction()):
        assert asked(street, check, [whole_picture("pavement")]).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize("confidence", [0.5, 0.95])
def test_whoever_sits_is_no_thing_however_still(confidence: float) -> None:
    sits = Actor(standing(0.5, 0.75, 40.0, w=0.07, h=0.2), "person", confidence, 5)
    street = Street([walker(0.0), walker(11.0), sits], seconds=120)
    for check in (NewObject(), DumpedRubbish()):
        assert asked(street, check, [whole_picture("pavement")]).verdict is not Verdict.SUPPORTED


def test_a_name_that_is_very_sure_needs_no_journey() -> None:
    assert asked(Street([fallen("car", 0.9)], seconds=120), Obstruction()).verdict is not Verdict.SUPPORTED


def queue(*extra: Actor) -> list[Actor]:
    """Two cars that stand at a red light from second 25 on."""
    cars = [Actor(standing(x, 0.5, 25.0, w=0.16, h=0.2), "car", 0.9, 40 + n) for n, x in enumerate((0.2, 0.62))]
    return [*cars, *extra]


@pytest.mark.parametrize("check", [NewObject(), Obstruction()], ids=lambda check: check.slug)
def test_who_comes_to_stand_in_a_queue_is_the_next_vehicle(check: Any) -> None:
    hidden = fallen("motorcycle", 0.5)
    assert asked(measured(Street(queue(hidden), seconds=120)), check).verdict is not Verdict.SUPPORTED
    assert asked(measured(Street([hidden], seconds=120)), check).verdict is Verdict.SUPPORTED


def test_a_tree_fell_before_the_traffic_stood_behind_it() -> None:
    tree = fallen("motorcycle", 0.5, start_s=20.0)
    assert asked(measured(Street(queue(tree), seconds=120)), Obstruction()).verdict is Verdict.SUPPORTED


def test_cars_that_stood_all_along_far_from_it_make_no_queue_of_a_thing() -> None:
    cars = [Actor(standing(x, 0.05, w=0.05, h=0.06), "car", 0.9, 40 + n) for n, x in enumerate((0.05, 0.9))]
    street = Street([*cars, fallen("motorcycle", 0.5)], seconds=120)
    assert asked(measured(street), Obstruction()).verdict is Verdict.SUPPORTED


def test_half_a_car_at_the_pictures_edge_did_not_fall_there() -> None:
    half = Actor(standing(0.88, 0.5, 40.0, w=0.2, h=0.2), "car", 0.5, 5)
    assert asked(measured(Street([half], seconds=120)), Obstruction()).verdict is not Verdict.SUPPORTED
    unnamed = Actor(standing(0.62, 0.86, 40.0, w=0.16, h=0.2), THING, 0.5, 5)
    bonnet = Street([*queue()[:1], Actor(standing(0.62, 0.6, 25.0, w=0.16, h=0.2), "car", 0.9, 8), unnamed])
    assert asked(bonnet, Obstruction()).verdict is not Verdict.SUPPORTED


def test_a_part_of_a_tree_that_reaches_out_of_the_picture_is_called_a_car_and_is_none() -> None:
    crown = Actor(standing(0.3, 0.72, 40.0, w=0.22, h=0.28), THING, 0.5, 5)
    trunk = Actor(standing(0.52, 0.72, 40.0, w=0.28, h=0.28), "car", 0.5, 6)
    tree = measured(Street([crown, trunk], seconds=120))
    assert asked(tree, Obstruction()).verdict is Verdict.SUPPORTED
    covered = thresholds_replaced(Obstruction.defaults, {"left": {"all_of_it": 0.0}})
    assert Obstruction().run(tree, ALL, covered, tree).verdict is not Verdict.SUPPORTED


def test_a_shadow_within_a_parked_cars_outline_is_part_of_the_car() -> None:
    car = Actor(standing(0.3, 0.3, 40.0, w=0.3, h=0.3), "car", 0.9, 5)
    strip = Actor(standing(0.38, 0.56, 42.0, w=0.14, h=0.08), THING, 0.9, 6)
    assert asked(Street([car, strip], seconds=120)).verdict is not Verdict.SUPPORTED
    beside = replace(strip, place=standing(0.8, 0.56, 42.0, w=0.14, h=0.08))
    assert asked(Street([car, beside], seconds=120)).verdict is Verdict.SUPPORTED


def test_a_vehicle_that_was_seen_half_on_its_place_rolled_in() -> None:
    box = np.array([0.4, 0.5, 0.6, 0.7], np.float32)

    def braking(t_s: float) -> Box | None:
        return (0.4 if t_s >= 40 else 0.32, 0.5, 0.2, 0.2) if t_s >= 39 else None

    seen = Street([Actor(braking, "car", 0.6, 5)], seconds=60, step=1.0)
    fell = Street([fallen("car", 0.6)], seconds=60, step=1.0)
    assert rolled_in(box, 40.0, surveyed(seen, seen), VEHICLES)
    assert not rolled_in(box, 40.0, surveyed(fell, fell), VEHICLES)


def test_whoever_brought_it_was_there_and_went() -> None:
    box = np.array([0.5, 0.8, 0.55, 0.92], np.float32)
    bag = Actor(standing(0.5, 0.8, 40.0, w=0.05, h=0.12), "person", 0.6, 5)
    for end_s, went in ((43.0, True), (200.0, False)):
        bearer = Actor(standing(0.455, 0.55, 38.0, end_s, w=0.08, h=0.37), "person", 0.9, 6)
        street = Street([bag, bearer], seconds=80, step=1.0)
        assert carried_in(box, 40.0, surveyed(street, street), PEOPLE) is went
    alone = Street([bag], seconds=80, step=1.0)
    assert not carried_in(box, 40.0, surveyed(alone, alone), PEOPLE)


def test_a_bag_on_the_road_blocks_nothing_and_a_plank_does() -> None:
    bag = Actor(standing(0.5, 0.6, 40.0, w=0.04, h=0.08), THING, 0.9, 5)
    plank = Actor(standing(0.35, 0.6, 40.0, w=0.24, h=0.045), THING, 0.9, 5)
    road = [Zone("road", ((0.2, 0.3), (0.8, 0.3), (0.8, 1.0), (0.2, 1.0)))]
    assert asked(Street([bag], seconds=120), Obstruction(), road).verdict is not Verdict.SUPPORTED
    assert asked(Street([bag], seconds=120), DumpedRubbish(), road).verdict is Verdict.SUPPORTED
    assert asked(Street([plank], seconds=120), Obstruction(), road).verdict is Verdict.SUPPORTED


def test_an_operators_own_figures_beat_those_of_the_weights() -> None:
    given = thresholds_replaced(NewObject.defaults, {"left": {"sure": 0.4, "since": 0.9}, "travel": {"alike": 0.9}})
    street = measured(Street([fallen("motorcycle", 0.5)], seconds=120))
    assert NewObject().run(street, ALL, given, street).verdict is not Verdict.SUPPORTED
    with pytest.raises(ThresholdsInvalid, match=r"left\.colour"):
        thresholds_replaced(NewObject.defaults, {"left": {"colour": 1}})


def test_an_arrival_that_nobody_saw_leaves_the_name_as_it_is() -> None:
    times = [t for t in np.arange(0, 120, 1.0) if not 33.0 < t < 40.0]
    street = Street([fallen("truck", 0.5)], seconds=120, times=times)
    assert asked(street, Obstruction()).verdict is not Verdict.SUPPORTED


def test_what_no_detector_names_but_drives_in_is_no_obstacle() -> None:
    assert asked(Street([arrived(THING, 0.9)], seconds=120), Obstruction()).verdict is not Verdict.SUPPORTED
    assert asked(Street([fallen(THING, 0.9)], seconds=120), Obstruction()).verdict is Verdict.SUPPORTED


def test_a_tall_bag_called_a_person_has_not_the_height_of_those_who_walk_past() -> None:
    people = [walker(0.0), walker(11.0)]
    bag = Actor(standing(0.5, 0.77, 40.0, w=0.05, h=0.18), "person", 0.7, 5)
    stands = Actor(standing(0.5, 0.55, 40.0, w=0.07, h=0.4), "person", 0.85, 5)
    assert asked(measured(Street([*people, bag], seconds=120))).verdict is Verdict.SUPPORTED
    assert asked(measured(Street([*people, stands], seconds=120))).verdict is not Verdict.SUPPORTED


def test_the_ruler_is_taken_from_people_and_not_from_the_thing() -> None:
    people = [walker(0.0), walker(11.0, foot=0.6, tall=0.2)]
    street = Street(people, seconds=60)
    ruler = ruler_of(surveyed(street, street), PEOPLE, [])
    assert ruler is not None
    for foot, tall in ((0.95, 0.4), (0.6, 0.2)):
        assert ruler.height_at(foot) == pytest.approx(tall, abs=0.03)
    assert ruler.height_at(0.2) is None
    empty = Street([], seconds=20)
    assert ruler_of(surveyed(empty, empty), PEOPLE, []) is None


def test_a_bag_that_somebody_waits_beside_is_not_left() -> None:
    bag = Actor(standing(0.5, 0.8, 40.0, w=0.05, h=0.12), THING, 0.9, 5)
    waits = Actor(standing(0.455, 0.55, 40.0, w=0.08, h=0.37), "person", 0.9, 6)
    assert asked(Street([bag, waits], seconds=120)).verdict is not Verdict.SUPPORTED
    goes = replace(waits, place=standing(0.455, 0.55, 38.0, 46.0, w=0.08, h=0.37))
    assert asked(Street([bag, goes], seconds=120)).verdict is Verdict.SUPPORTED


@dataclass
class Lit(Street):
    """``shade``: x1, y1, x2, y2 of what lies in shadow from second 40 on, and by how much."""

    shade: tuple[float, float, float, float] = (0.3, 0.3, 0.6, 0.7)
    factor: float = 0.55

    def _drawn(self, t_s: float) -> Picture:
        picture = super()._drawn(t_s).astype(np.float32)
        if t_s >= 40.0:
            rows, columns = picture.shape[:2]
            x1, y1, x2, y2 = self.shade
            picture[round(y1 * rows) : round(y2 * rows), round(x1 * columns) : round(x2 * columns)] *= self.factor
        return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("check", [NewObject(), DumpedRubbish(), Obstruction()], ids=lambda check: check.slug)
@pytest.mark.parametrize("factor", [0.45, 0.7, 1.5], ids=["deep", "thin", "sun"])
def test_the_ground_in_another_light_is_no_thing(check: Any, factor: float) -> None:
    for shade in ((0.3, 0.3, 0.6, 0.7), (0.5, 0.6, 0.58, 0.75)):
        street = Lit([], seconds=120, shade=shade, factor=factor)
        assert asked(street, check, [whole_picture("pavement")]).verdict is not Verdict.SUPPORTED


def test_a_thing_is_found_in_the_shadow_too() -> None:
    street = Lit([fallen(THING, 0.9, 60.0)], seconds=120, shade=(0.3, 0.4, 0.55, 0.6))
    assert asked(street, Obstruction()).verdict is Verdict.SUPPORTED


@dataclass
class Swaying(Street):
    """``by``: pixels across and down at a time, as a mast in the wind moves the picture."""

    by: Callable[[float], tuple[int, int]] = lambda t: (0, 0)

    def _drawn(self, t_s: float) -> Picture:
        return np.roll(super()._drawn(t_s), self.by(t_s), axis=(1, 0))


def mast(t_s: float) -> tuple[int, int]:
    return round(4 * np.sin(1.7 * t_s)), round(2 * np.sin(2.9 * t_s + 1))


def test_a_mast_in_the_wind_hides_nothing_and_makes_nothing() -> None:
    assert asked(Swaying([fallen(THING, 0.9)], seconds=120, by=mast)).verdict is Verdict.SUPPORTED
    assert asked(Swaying([], seconds=120, by=mast)).verdict is not Verdict.SUPPORTED


def test_steadied_pictures_lie_over_each_other_with_their_boxes() -> None:
    street = Swaying([Actor(standing(0.4, 0.5), "car", 0.9, 5)], seconds=30, by=mast)
    survey = surveyed(street, street)
    shifted = [replace(one, detections=replace(one.detections, xyxy=_moved(one.t_s))) for one in survey.samples]
    still = steadied(replace(survey, samples=shifted))
    boxes = np.concatenate([one.detections.xyxy for one in still.samples])
    assert np.ptp(boxes, axis=0).max() <= 1.5 / 180
    assert np.mean([np.abs(one.grey.astype(float) - still.samples[0].grey).mean() for one in still.samples]) < 4


def _moved(t_s: float) -> np.ndarray:
    dx, dy = mast(t_s)
    return np.array([[0.4 + dx / 320, 0.5 + dy / 180, 0.54 + dx / 320, 0.75 + dy / 180]], np.float32)


def test_a_journey_is_told_only_where_it_could_be_seen() -> None:
    box = np.array([0.4, 0.5, 0.6, 0.7], np.float32)
    came, fell = Street([arrived("car", 0.9)], seconds=80, step=1.0), Street([fallen("car", 0.9)], seconds=80, step=1.0)
    assert travelled(box, 40.0, surveyed(came, came)) is True
    assert travelled(box, 40.0, surveyed(fell, fell)) is False
    blind = Street([arrived("car", 0.9)], times=[*range(30), *range(42, 80)], seconds=80)
    assert travelled(box, 36.0, surveyed(blind, blind)) is None
