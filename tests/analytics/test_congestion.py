"""A jam, a queue, free flow, an empty road: told apart on drawn streets whose truth is known."""

from __future__ import annotations

import math

import pytest

from analytics.checks import thresholds_from
from analytics.checks.congestion import Congestion
from analytics.verdict import CheckResult, Verdict
from analytics.zones import GroundPoint, Zone, whole_picture
from tests.analytics.street import Actor, Hanging, Street, Tiny, driving, standing

ROAD = [Zone("road", ((0.0, 0.2), (1.0, 0.2), (1.0, 1.0), (0.0, 1.0)), "road")]
LANES = (0.2, 0.47, 0.74)


def judged(street: Street, zones: list[Zone] = ROAD) -> CheckResult:
    check = Congestion()
    return check.run(street, zones, thresholds_from(check.slug, {}), street)


def column(lane: float, offset: float, progress, look: int) -> Actor:
    """A vehicle of an endless column: ``progress(t)`` picture widths driven so far."""
    return Actor(lambda t: ((offset + progress(t)) % 1.3 - 0.15, lane, 0.14, 0.25), look=look)


def columns(progress, gap: float = 0.185) -> list[Actor]:
    count = int(1.3 / gap)
    return [column(lane, n * gap, progress, 20 + n + 10 * i) for i, lane in enumerate(LANES) for n in range(count)]


def crawl(t: float) -> float:
    """Stop and go: on average a twentieth of a length per second."""
    return 0.008 * t + 0.01 * ((t // 7) % 2)


def test_a_full_road_that_crawls_is_a_jam() -> None:
    result = judged(Street(columns(crawl), seconds=150))
    assert (result.verdict, result.reasons[0].code) == (Verdict.SUPPORTED, "jam")
    assert result.measurements["level_of_service"] == "F"
    assert result.measurements["occupancy"] > 0.5
    assert result.measurements["flow_speed_lengths_per_s"] < 0.3
    assert result.measurements["flow_speed_kmh"] is None


def test_a_jam_shorter_than_two_signal_cycles_says_so() -> None:
    result = judged(Street(columns(crawl), seconds=60))
    assert "kurang dari dua siklus lampu" in " ".join(reason.id for reason in result.reasons)


def test_under_twenty_seconds_a_jam_is_not_decided() -> None:
    assert judged(Street(columns(crawl), seconds=15)).verdict is Verdict.INCONCLUSIVE


def test_a_queue_that_gets_green_is_no_jam() -> None:
    def lights(t: float) -> float:
        return 0.0 if t < 70 else 0.25 * (t - 70)

    two_lanes = [actor for actor in columns(lights) if actor.place(0.0)[1] > 0.3]
    result = judged(Street(two_lanes, seconds=130))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "queue")


def test_a_road_full_of_vehicles_that_never_move_may_be_a_car_park() -> None:
    result = judged(Street(columns(lambda t: 0.0), seconds=60))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "standstill")


@pytest.mark.parametrize("seconds", [15, 60, 150])
def test_traffic_that_clearly_flows_is_contradicted_even_when_short(seconds: float) -> None:
    result = judged(Street(columns(lambda t: 0.25 * t, gap=0.4), seconds=seconds))
    assert (result.verdict, result.reasons[0].code) == (Verdict.CONTRADICTED, "flows")
    assert result.measurements["flow_speed_lengths_per_s"] == pytest.approx(0.25 / 0.14, rel=0.15)


def test_an_empty_road_is_free() -> None:
    result = judged(Street([], seconds=60))
    assert (result.verdict, result.reasons[0].code) == (Verdict.CONTRADICTED, "not_full")
    assert result.measurements["level_of_service"] == "A"
    assert result.measurements["vehicles_mean"] == 0
    assert result.measurements["flow_speed_lengths_per_s"] is None


@pytest.mark.parametrize(("seconds", "step"), [(40.0, 20.0), (4.0, 0.5), (8.0, 0.5)])
def test_a_few_pictures_or_seconds_deny_no_jam(seconds: float, step: float) -> None:
    for actors in ([], columns(lambda t: 0.25 * t, gap=0.4)):
        assert judged(Street(actors, seconds=seconds, step=step)).verdict is Verdict.INCONCLUSIVE


def test_a_picture_too_small_to_see_a_vehicle_in_says_so() -> None:
    for actors in ([], columns(crawl), columns(lambda t: 0.25 * t, gap=0.4)):
        result = judged(Tiny(actors, seconds=60))
        assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "picture_small")
        assert "16 x 12 piksel" in result.reasons[0].id
        assert set(result.measurements.values()) == {None}


def test_a_camera_that_hangs_on_an_empty_road_denies_no_jam() -> None:
    result = judged(Hanging([], seconds=27, step=0.5, hangs_s=12.0))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "feed_stuck")
    assert judged(Hanging([], seconds=27, step=0.5, hangs_s=20.0)).verdict is Verdict.CONTRADICTED


def test_an_empty_road_of_a_quiet_camera_is_no_camera_that_hangs() -> None:
    """What changes in the first seconds may be its noise, or an encoder that settles."""
    rules = {"least_s": 15.0}
    street = Street([], seconds=16, step=0.5, noise=1.5)
    assert Congestion().run(street, ROAD, thresholds_from("congestion", rules), street).verdict is Verdict.CONTRADICTED


def test_a_few_parked_cars_beside_an_empty_road_are_no_jam() -> None:
    parked = [Actor(standing(x, 0.2), look=i) for i, x in enumerate((0.1, 0.5))]
    result = judged(Street(parked, seconds=90))
    assert result.verdict is Verdict.CONTRADICTED
    assert result.measurements["level_of_service"] == "A"


def test_pedestrians_are_no_traffic() -> None:
    crowd = [Actor(standing(0.05 + 0.09 * n, 0.4, w=0.05), name="person", look=n) for n in range(10)]
    result = judged(Street(crowd, seconds=90))
    assert result.measurements["vehicles_mean"] == 0
    assert result.verdict is Verdict.CONTRADICTED


def test_a_still_has_density_and_no_speed() -> None:
    result = judged(Street(columns(crawl), is_still=True))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "still")
    assert result.measurements["occupancy"] > 0.5
    assert result.measurements["flow_speed_lengths_per_s"] is None
    assert result.measurements["level_of_service"] is None


def test_kilometres_per_hour_come_from_the_zones_calibration() -> None:
    ground = tuple(GroundPoint((x, y), (x * 40, y * 20)) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1)))
    calibrated = [Zone("road", ROAD[0].polygon, "road", ground)]
    result = judged(Street([Actor(driving(0.4, 0.25, every_s=6), look=3)], seconds=60), calibrated)
    assert result.measurements["flow_speed_kmh"] == pytest.approx(0.25 * 40 * 3.6, rel=0.1)


def test_the_whole_picture_serves_when_no_road_is_drawn() -> None:
    assert judged(Street(columns(crawl), seconds=150), [whole_picture("road")]).verdict is Verdict.SUPPORTED


def test_a_dark_picture_is_not_judged() -> None:
    result = judged(Street(columns(crawl), seconds=60, brightness=0.05))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert set(result.measurements.values()) == {None}


def test_a_swaying_camera_over_a_car_park_sees_no_jam() -> None:
    def sway(t: float) -> float:
        return 0.006 * math.sin(4 * t)

    result = judged(Street(columns(sway), seconds=90))
    assert result.verdict is not Verdict.SUPPORTED


def test_two_buses_that_leave_no_room_for_a_third_vehicle_fill_a_lane() -> None:
    lane = [Zone("road", ((0.0, 0.4), (1.0, 0.4), (1.0, 0.8), (0.0, 0.8)), "road")]
    buses = [
        Actor(lambda t, n=n: ((0.5 * n + 0.03 * t) % 1.5 - 0.45, 0.42, 0.44, 0.36), "bus", look=n + 1) for n in range(3)
    ]
    result = judged(Street(buses, seconds=60), lane)
    assert result.verdict is Verdict.SUPPORTED
    assert result.measurements["vehicles_mean"] < 3


def test_a_queue_that_drives_off_at_the_end_was_no_jam() -> None:
    def leaves(t: float) -> float:
        return crawl(t) + 0.11 * max(0.0, t - 50)

    assert judged(Street(columns(crawl), seconds=60)).verdict is Verdict.SUPPORTED
    result = judged(Street(columns(leaves), seconds=60))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "queue")
