"""Crowds, visits and stays: drawn streets whose people are known, and the real clip of six visits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import stays
from analytics.checks import thresholds_from
from analytics.checks.base import ThresholdsInvalid
from analytics.checks.crowd import Crowd, CrowdThresholds
from analytics.checks.loitering import Loitering, LoiteringThresholds
from analytics.people import crop_of
from analytics.runner import AnalysisRequest, analyse_file
from analytics.verdict import CheckResult, Verdict
from analytics.yolo import YoloDetector
from analytics.zones import Zone, whole_picture
from tests.analytics.street import Actor, Box, Hanging, Street, Tiny, driving, standing

ALL = [whole_picture("pavement")]
LEFT_HALF = [Zone("pavement", ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))]


def loitered(street: Street, zones: list[Zone] = ALL, **rules: Any) -> CheckResult:
    return Loitering().run(street, zones, replace(LoiteringThresholds(), **rules), street)  # type: ignore[arg-type]


def crowded(street: Street, zones: list[Zone] = ALL, **rules: float) -> CheckResult:
    return Crowd().run(street, zones, replace(CrowdThresholds(), **rules), street)  # type: ignore[arg-type]


def person(x: float, look: int = 1, start_s: float = 0.0, end_s: float = 1e9, confidence: float = 0.8) -> Actor:
    return Actor(standing(x, 0.4, start_s, end_s, w=0.06, h=0.3), "person", confidence, look)


def walker(speed: float, phase_s: float = 0.0, look: int = 9) -> Actor:
    """Crosses the picture at ``speed`` widths a second, and comes again after a pause."""
    return Actor(driving(0.4, speed, every_s=1.4 / speed, phase_s=phase_s, w=0.06, h=0.3), "person", 0.8, look)


# -- Loitering -----------------------------------------------------------------------------


def test_one_who_stays_is_found_with_how_long() -> None:
    result = loitered(Street([person(0.4, start_s=20, end_s=105)], seconds=120))
    assert result.verdict is Verdict.SUPPORTED
    assert "85 dtk" in result.reasons[0].id or "84 dtk" in result.reasons[0].id or "86 dtk" in result.reasons[0].id
    assert [moment.kind for moment in result.moments] == ["before", "event", "after"]


def test_people_who_pass_contradict_it() -> None:
    result = loitered(Street([walker(0.1), walker(0.07, 5.0, look=4)], seconds=150))
    assert result.verdict is Verdict.CONTRADICTED
    assert result.reasons[0].code == "nobody_stays"


def test_one_after_another_in_one_place_is_nobody_who_stays() -> None:
    queue = [person(0.4, look=n, start_s=20.0 * n, end_s=20.0 * n + 19) for n in range(6)]
    assert loitered(Street(queue, seconds=120)).verdict is not Verdict.SUPPORTED


def test_who_stays_outside_the_zone_is_nobodys_business() -> None:
    result = loitered(Street([person(0.7, start_s=10, end_s=110)], seconds=120), LEFT_HALF)
    assert result.verdict is Verdict.CONTRADICTED


def test_a_figure_that_never_moves_and_never_comes_may_be_a_poster() -> None:
    result = loitered(Street([person(0.4)], seconds=120, noise=1.0))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "motionless")


def test_a_weak_figure_is_no_proof() -> None:
    result = loitered(Street([person(0.4, start_s=20, end_s=105, confidence=0.36)], seconds=120))
    assert result.verdict is Verdict.INCONCLUSIVE


def test_half_the_time_is_borderline_and_a_short_clip_proves_nothing() -> None:
    assert loitered(Street([person(0.4, start_s=20, end_s=60)], seconds=120)).reasons[0].code == "borderline"
    assert loitered(Street([], seconds=40)).reasons[0].code == "clip_short"
    still = loitered(Street([person(0.4)], is_still=True))
    assert (still.verdict, still.measurements) == (Verdict.INCONCLUSIVE, {"visits": None})


def test_in_a_dense_crowd_nothing_is_contradicted() -> None:
    crowd = [walker(0.05 + 0.004 * n, 1.3 * n, look=n) for n in range(26)]
    assert loitered(Street(crowd, seconds=90)).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize("step", [1.0, 0.5, 0.2, 1 / 15])
def test_the_rate_of_the_pictures_changes_no_verdict(step: float) -> None:
    stays = loitered(Street([person(0.4, start_s=12, end_s=85)], seconds=95, step=step))
    passes = loitered(Street([walker(0.08)], seconds=95, step=step))
    assert (stays.verdict, passes.verdict) == (Verdict.SUPPORTED, Verdict.CONTRADICTED)
    [(start, end)] = stays.measurements["visits"]
    assert abs(start - 12) <= 1.0
    assert abs(end - 85) <= 1.0


@settings(max_examples=12, deadline=None)
@given(st.permutations(range(4)))
def test_the_order_of_the_people_changes_nothing(order: list[int]) -> None:
    people = [person(0.1, 1, 10, 80), person(0.5, 2, 30, 50), walker(0.09), person(0.8, 3, 0, 30)]
    plain = loitered(Street(people, seconds=100, step=2.0))
    mixed = loitered(Street([people[n] for n in order], seconds=100, step=2.0, shuffled=True))
    assert mixed.verdict is plain.verdict
    assert mixed.measurements == plain.measurements


def test_in_a_crowd_only_those_beside_a_place_are_asked_whether_they_are_he(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty people, well apart, cost sixty times one, not its square."""
    asked: list[int] = []
    keeps = stays._Known.keeps
    monkeypatch.setattr(stays._Known, "keeps", lambda self, one, rules: asked.append(1) or keeps(self, one, rules))
    apart = [Actor(standing(0.05 + 0.18 * (n % 5), 0.05 + 0.19 * (n // 5), w=0.03, h=0.12), "person", 0.8, n)
             for n in range(25)]  # fmt: skip
    loitered(Street(apart, seconds=15))
    assert len(asked) <= 2 * 25 * 11


def test_the_engines_figures_are_the_categorys_to_set() -> None:
    rules = thresholds_from("loitering", {"stays": {"settled_heights": 0.3, "hidden_s": 8}})
    assert (rules.stays.settled_heights, rules.stays.hidden_s) == (0.3, 8.0)
    assert rules.stays.same_look == LoiteringThresholds().stays.same_look
    assert thresholds_from("street_vendors", {"stays": {"turned_s": 3}}).stays.turned_s == 3.0
    with pytest.raises(ThresholdsInvalid, match=r"stays\.tall"):
        thresholds_from("loitering", {"stays": {"tall": 1}})
    restless = Street([Actor(lambda t: (0.4 + 0.08 * (t // 9 % 2), 0.4, 0.06, 0.3), "person", 0.8, 3)], seconds=90)
    assert loitered(restless, stays=replace(rules.stays, hull_heights=0.05)).verdict is not Verdict.SUPPORTED


def test_visits_are_told_apart_and_their_edges_are_looked_up() -> None:
    visits = [(8.3, 20.1), (33.7, 52.2), (70.4, 88.9)]
    people = [person(0.3 + 0.1 * n, n, a, b) for n, (a, b) in enumerate(visits)]
    found = loitered(Street(people, seconds=100, step=2.0)).measurements["visits"]
    assert len(found) == 3
    assert np.abs(np.array(found) - np.array(visits)).max() <= 0.4


@pytest.mark.parametrize(
    "box", [(1.0, 1.0, 1.0, 1.0), (0.3, 1.0, 0.5, 1.0), (1.2, 0.2, 1.4, 0.6), (0.0, 0.0, 0.0, 0.0)]
)
def test_a_box_on_the_border_or_past_it_has_a_pixel_to_be_looked_at(box: Box) -> None:
    grey = np.arange(48, dtype=np.uint8).reshape(6, 8)
    assert crop_of(grey, np.array(box, np.float32)).shape == (48, 24)


# -- Crowd ---------------------------------------------------------------------------------


def many(count: int) -> list[Actor]:
    """People who shift their weight: a crowd of statues is no crowd."""

    def stands(n: int) -> Callable[[float], Box]:
        return lambda t: (0.02 + 0.045 * n + 0.015 * float(np.sin(0.9 * t + n)), 0.4, 0.06, 0.3)

    return [Actor(stands(n), "person", 0.8, n) for n in range(count)]


def board(count: int) -> list[Actor]:
    """As many, painted: they never move."""
    return [person(0.02 + 0.045 * n, look=n) for n in range(count)]


def test_many_people_for_long_are_a_crowd() -> None:
    result = crowded(Street(many(18), seconds=60))
    assert result.verdict is Verdict.SUPPORTED
    assert result.measurements == {"people_mean": 18.0, "people_max": 18}
    assert len(result.moments[0].marks) == 18


def test_people_on_a_board_are_for_a_person_to_judge() -> None:
    painted = crowded(Street(board(18), seconds=60))
    assert (painted.verdict, painted.reasons[0].code) == (Verdict.INCONCLUSIVE, "motionless")
    assert crowded(Street([*many(18), *board(3)], seconds=60)).verdict is Verdict.SUPPORTED


def test_a_bus_that_lets_its_passengers_out_is_no_crowd() -> None:
    brief = [Actor(standing(0.02 + 0.045 * n, 0.4, 20, 30, w=0.04, h=0.3), "person", 0.8, n) for n in range(18)]
    assert crowded(Street(brief, seconds=90)).verdict is Verdict.INCONCLUSIVE


def test_an_empty_pavement_contradicts_and_one_still_of_it_does_not() -> None:
    assert crowded(Street([person(0.4)], seconds=60)).verdict is Verdict.CONTRADICTED
    assert crowded(Street([person(0.4)], is_still=True)).reasons[0].code == "still"
    assert crowded(Street(many(18), is_still=True)).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(("seconds", "step"), [(3.0, 0.5), (8.0, 0.5), (60.0, 20.0)])
def test_a_few_seconds_or_pictures_deny_no_crowd_and_may_show_one(seconds: float, step: float) -> None:
    empty = crowded(Street([person(0.4)], seconds=seconds, step=step))
    assert (empty.verdict, empty.reasons[0].code) == (Verdict.INCONCLUSIVE, "clip_short")
    assert crowded(Street(many(18), seconds=seconds, step=step)).verdict is Verdict.SUPPORTED


def test_a_quarter_of_a_minute_at_a_picture_a_second_is_enough_to_deny_a_crowd() -> None:
    assert crowded(Street([person(0.4)], seconds=15.0, step=1.0)).verdict is Verdict.CONTRADICTED


def test_people_too_small_to_count_contradict_nothing() -> None:
    def far(n: int) -> Box:
        return (0.1 + 0.2 * n, 0.5, 0.01, 0.04)

    people = [Actor(lambda t, n=n: far(n), "person", 0.6, n) for n in range(4)]  # type: ignore[misc]
    assert crowded(Street(people, seconds=60)).reasons[0].code == "too_far"


def test_a_view_in_which_nobody_was_seen_denies_no_crowd_unless_a_car_shows_how_near_it_is() -> None:
    def cars(size: float) -> list[Actor]:
        return [Actor(driving(0.5, 0.2, every_s=7, w=size, h=1.2 * size), "car", 0.8, 3)]

    for actors in ([], cars(0.06)):
        result = crowded(Street(actors, seconds=60))
        assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "nobody_seen")
    assert crowded(Street(cars(0.2), seconds=60)).verdict is Verdict.CONTRADICTED


def test_one_weak_glimpse_of_somebody_does_not_show_how_near_a_view_is() -> None:
    glimpse = Actor(standing(0.4, 0.4, 20, 21, w=0.06, h=0.3), "person", 0.35, 1)
    assert crowded(Street([glimpse], seconds=60)).reasons[0].code == "nobody_seen"
    assert crowded(Street([replace(glimpse, confidence=0.7)], seconds=60)).verdict is Verdict.CONTRADICTED


def test_one_or_two_who_are_too_small_do_not_show_it_either() -> None:
    far = Actor(standing(0.4, 0.5, w=0.01, h=0.04), "person", 0.8, 1)
    assert crowded(Street([far], seconds=60)).reasons[0].code == "too_far"


def test_a_camera_that_hangs_denies_no_crowd() -> None:
    result = crowded(Hanging([person(0.4)], seconds=15.0, step=1.0))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "feed_stuck")


def test_a_picture_too_small_for_people_says_so() -> None:
    for actors in ([], many(18)):
        assert crowded(Tiny(actors, seconds=60)).reasons[0].code == "picture_small"


# -- Riders ------------------------------------------------------------------------------


def ridden(n: int, pillion: bool = False, sway: float = 0.0) -> list[Actor]:
    """A motorcycle with whoever sits on it, head-on: the machine's box holds the riders' legs."""
    x, y = 0.02 + 0.075 * (n % 12), 0.25 + 0.3 * (n // 12)

    def at(dx: float, top: float, w: float, h: float) -> Callable[[float], Box]:
        return lambda t: (x + dx + sway * float(np.sin(0.9 * t + n)), y + top, w, h)

    machine = Actor(at(0.0, 0.1, 0.055, 0.15), "motorcycle", 0.8, 100 + n)
    rider = Actor(at(0.005, 0.0, 0.045, 0.235), "person", 0.8, n)
    behind = Actor(at(0.01, 0.02, 0.045, 0.2), "person", 0.7, 50 + n)
    return [machine, rider, behind] if pillion else [machine, rider]


def test_riders_at_a_red_light_are_no_crowd() -> None:
    queue = [actor for n in range(18) for actor in ridden(n, sway=0.004)]
    result = crowded(Street(queue, seconds=60))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "riders")
    assert result.measurements == {"people_mean": 0.0, "people_max": 0}
    assert "18 orang di atas sepeda motor" in result.reasons[0].id


def test_a_pillion_rides_too() -> None:
    queue = [actor for n in range(12) for actor in ridden(n, pillion=True, sway=0.004)]
    assert crowded(Street(queue, seconds=60)).measurements["people_max"] == 0


def test_riders_of_whom_half_the_machines_are_hidden_are_no_crowd() -> None:
    queue = [actor for n in range(24) for actor in ridden(n, sway=0.004)[n % 2 :]]
    result = crowded(Street(queue, seconds=60), min_people=10)
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "riders")


def test_a_crowd_before_and_beside_parked_motorcycles_is_one() -> None:
    parked = [Actor(standing(0.05 + 0.11 * n, 0.5, w=0.1, h=0.15), "motorcycle", 0.8, 200 + n) for n in range(8)]
    result = crowded(Street([*parked, *many(20)], seconds=60))
    assert result.verdict is Verdict.SUPPORTED
    assert result.measurements["people_max"] == 20


def test_one_motorcycle_that_passes_a_crowd_takes_nobody_from_it() -> None:
    passing = ridden(3)
    result = crowded(Street([*passing, *many(15)], seconds=60))
    assert (result.verdict, result.measurements["people_max"]) == (Verdict.SUPPORTED, 16)


def test_a_crowd_behind_parked_motorcycles_loses_one_a_machine_at_most() -> None:
    parked = [Actor(standing(0.05 + 0.22 * n, 0.6, w=0.1, h=0.12), "motorcycle", 0.8, 200 + n) for n in range(4)]
    result = crowded(Street([*parked, *many(20)], seconds=60))
    assert result.verdict is Verdict.SUPPORTED
    assert result.measurements["people_max"] >= 16


def test_the_limit_is_the_categorys_to_set() -> None:
    street = Street(many(6), seconds=60)
    assert crowded(street, min_people=5).verdict is Verdict.SUPPORTED
    assert crowded(street, min_people=40).verdict is Verdict.CONTRADICTED


# -- Real footage ------------------------------------------------------------------------------

VISITS = [(7, 20), (23, 45), (51, 70), (75, 87), (94, 119), (124, 136)]


@pytest.mark.slow
def test_the_six_visits_of_the_real_clip_are_found(testdata: Path, coco: YoloDetector) -> None:
    clip = testdata / "video" / "intel_one-by-one-person-detection.mp4"
    result = analyse_file(clip, AnalysisRequest("loitering", want_stills=False), coco).result
    found = np.array(result.measurements["visits"])
    assert found.shape == (6, 2)
    assert np.abs(found - np.array(VISITS)).max() <= 2.0
    assert result.verdict is not Verdict.SUPPORTED


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tiodh_vtest", "canersu_highway", "intel_car-detection"])
@pytest.mark.parametrize("check", ["crowd", "loitering"])
def test_real_passers_by_support_nothing(name: str, check: str, testdata: Path, coco: YoloDetector) -> None:
    result = analyse_file(testdata / "video" / f"{name}.mp4", AnalysisRequest(check, want_stills=False), coco).result
    assert result.verdict is not Verdict.SUPPORTED
