"""What stands, for how long, and what must not be taken for it. Truth is drawn, the detector is told."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.checks import thresholds_from
from analytics.checks.loitering_minibus import LoiteringMinibus
from analytics.checks.stopped_vehicle import StoppedVehicle
from analytics.verdict import CheckResult, Verdict
from analytics.zones import Zone, whole_picture
from tests.analytics.street import Actor, Box, Street, creeping, driving, standing

PARKED = Actor(standing(0.4, 0.3), look=5)
EVERYWHERE = [whole_picture("no_stopping")]
KERB = [Zone("no_stopping", ((0.3, 0.4), (0.7, 0.4), (0.7, 0.7), (0.3, 0.7)), "kerb")]


def judged(street: Street, zones: list[Zone] = EVERYWHERE, **thresholds: object) -> CheckResult:
    check = StoppedVehicle()
    return check.run(street, zones, thresholds_from(check.slug, thresholds), street)


def dwell(street: Street) -> float:
    return float(judged(street).measurements["longest_dwell_s"])


def test_a_car_that_stands_all_along_is_supported_with_its_seconds_and_its_box() -> None:
    result = judged(Street([PARKED]))
    assert result.verdict is Verdict.SUPPORTED
    [stop] = result.measurements["stops"]
    assert stop["start_s"] == 0 and stop["end_s"] == pytest.approx(120, abs=1.5)
    assert stop["box"] == pytest.approx([0.4, 0.3, 0.54, 0.55], abs=0.02)
    assert result.measurements["vehicles_stopped"] == 1


def test_the_reason_has_the_figures_with_a_decimal_comma() -> None:
    result = judged(Street([PARKED]), KERB)
    assert result.reasons[0].id.startswith("Mobil diam 120 dtk di area dilarang berhenti, keyakinan 0,")
    assert "confidence 0." in result.reasons[0].en


@pytest.mark.parametrize("step", [0.5, 1.0, 2.0, 3.0, 4.0])
def test_dwell_does_not_depend_on_the_sample_rate(step: float) -> None:
    street = Street([Actor(standing(0.4, 0.3, 20, 100), look=5)], step=step)
    assert dwell(street) == pytest.approx(80, abs=step)


def test_dwell_does_not_depend_on_the_order_of_the_boxes() -> None:
    actors = [Actor(standing(0.1, 0.3, 10, 110), look=1), Actor(standing(0.5, 0.3, 5, 95), look=2)]
    assert dwell(Street(actors)) == dwell(Street(actors, shuffled=True)) == pytest.approx(100, abs=1.5)


def test_class_flicker_at_one_place_is_one_vehicle() -> None:
    result = judged(Street([Actor(standing(0.4, 0.3), look=5, names=("car", "truck", "bus"))]))
    assert result.measurements["vehicles_stopped"] == 1
    assert result.measurements["longest_dwell_s"] == pytest.approx(120, abs=1.5)


def test_box_jitter_does_not_break_a_stay() -> None:
    assert dwell(Street([PARKED], jitter=0.05)) == pytest.approx(120, abs=3)


def test_jumps_of_exposure_do_not_break_a_stay() -> None:
    assert dwell(Street([PARKED], gain=lambda t: 0.6 if int(t // 9) % 2 else 1.15)) == pytest.approx(120, abs=3)


def test_missed_detections_are_filled_in_by_the_look() -> None:
    flaky = Actor(standing(0.4, 0.3), look=5, missed=lambda number: number % 3 == 1)
    assert dwell(Street([flaky])) == pytest.approx(120, abs=3)


def test_a_lorry_that_passes_in_front_does_not_end_a_stay() -> None:
    lorry = Actor(lambda t: (0.35, 0.2, 0.3, 0.4) if 50 <= t <= 56 else None, name="truck", look=9)
    hidden = Actor(standing(0.4, 0.3), look=5, missed=lambda number: 34 <= number <= 37)
    assert dwell(Street([hidden, lorry])) == pytest.approx(120, abs=3)


def test_a_van_that_leaves_and_another_that_takes_its_place_are_two_stays() -> None:
    actors = [Actor(standing(0.4, 0.3, 0, 58), look=5), Actor(standing(0.4, 0.3, 60, 120), look=6)]
    assert dwell(Street(actors)) == pytest.approx(60, abs=3)


def test_a_place_taken_over_by_a_car_of_the_same_look_is_two_stays() -> None:
    def leaving(t: float) -> Box:
        return (0.4 + max(0.0, t - 58) * 0.2, 0.3, 0.14, 0.25) if t <= 59 else None

    def coming(t: float) -> Box:
        return (0.42 - max(0.0, 61 - t) * 0.2, 0.32, 0.12, 0.22) if t >= 59.5 else None

    actors = [Actor(leaving, look=5), Actor(coming, look=5)]
    assert dwell(Street(actors, seconds=120, step=1.5)) == pytest.approx(58, abs=4)


@pytest.mark.parametrize("speed", [0.1, 0.3, 0.6])
def test_traffic_that_passes_never_stands(speed: float) -> None:
    actors = [Actor(driving(0.3, speed, phase_s=1.3 * i), look=i) for i in range(3)]
    result = judged(Street(actors, step=1.5))
    assert result.verdict is Verdict.CONTRADICTED
    assert result.measurements["longest_dwell_s"] < 20


def test_a_vehicle_that_rolls_slowly_is_not_standing() -> None:
    result = judged(Street([Actor(creeping(0.05, 0.3, 0.006), look=5)]))
    assert result.verdict is not Verdict.SUPPORTED


def test_a_minibus_that_edges_forward_now_and_then_still_stands() -> None:
    edging = Actor(lambda t: (0.3 + 0.02 * (t // 30), 0.3, 0.14, 0.25), name="angkot", look=5)
    result = judged(Street([edging], seconds=150))
    assert result.verdict is Verdict.SUPPORTED
    assert result.measurements["longest_dwell_s"] == pytest.approx(150, abs=5)


def test_a_person_who_stands_is_no_vehicle() -> None:
    result = judged(Street([Actor(standing(0.4, 0.3), name="person", look=5)]))
    assert result.verdict is Verdict.CONTRADICTED
    assert result.measurements == {"longest_dwell_s": 0.0, "vehicles_stopped": 0, "stops": []}


def test_what_the_detector_hardly_believes_is_never_supported_and_never_contradicted() -> None:
    result = judged(Street([Actor(standing(0.4, 0.3), look=5, confidence=0.3)]))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.reasons[0].code == "unsure"


def test_a_small_vehicle_that_only_a_closer_look_is_sure_of_is_supported() -> None:
    weak = [Actor(standing(0.4, 0.3), look=5, confidence=0.28)]
    assert judged(Street(weak, closer=0.8)).verdict is Verdict.SUPPORTED
    assert judged(Street(weak, closer=0.4)).verdict is Verdict.INCONCLUSIVE


def test_a_large_thing_that_cannot_be_what_it_is_called_forbids_a_contradiction() -> None:
    from_above = Actor(standing(0.3, 0.3, 20, w=0.3, h=0.5), name="cell phone", look=5)
    result = judged(Street([from_above]))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "unsure")
    assert result.measurements["vehicles_stopped"] == 0


def test_what_is_seen_once_in_a_while_at_one_place_is_never_supported() -> None:
    ghost = Actor(standing(0.4, 0.3), look=5, missed=lambda number: number % 8 != 0)
    assert judged(Street([ghost])).verdict is not Verdict.SUPPORTED


def test_half_the_limit_is_borderline() -> None:
    result = judged(Street([Actor(standing(0.4, 0.3, 20, 65), look=5)]))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "borderline")


def test_a_short_clip_says_so_and_decides_nothing() -> None:
    result = judged(Street([PARKED], seconds=30))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "short")


def test_a_still_measures_no_time() -> None:
    result = judged(Street([PARKED], is_still=True))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "still")
    assert result.measurements == {"longest_dwell_s": None, "vehicles_stopped": None, "stops": None}
    assert result.coverage == 1


def test_dwell_never_exceeds_the_footage() -> None:
    street = Street([PARKED], seconds=70, step=3.7)
    assert dwell(street) <= 70


def test_the_category_sets_the_limit() -> None:
    street = [Actor(standing(0.4, 0.3, 0, 80), look=5)]
    assert judged(Street(street), min_dwell_s=60).verdict is Verdict.SUPPORTED
    assert judged(Street(street), min_dwell_s=110).verdict is Verdict.INCONCLUSIVE


def test_a_variable_frame_rate_changes_no_second() -> None:
    rng = np.random.default_rng(2)
    times = np.cumsum(rng.choice([0.2, 0.7, 1.5, 3.0], 90))
    times = times - times[0]
    street = Street([Actor(standing(0.4, 0.3, 15, 90), look=5)], seconds=float(times[-1]), times=times)
    assert dwell(street) == pytest.approx(75, abs=3)


def test_a_short_hole_counts_and_a_long_one_does_not() -> None:
    short = [t for t in np.arange(0, 120, 1.5) if not 50 < t < 58]
    long = [t for t in np.arange(0, 120, 1.5) if not 40 < t < 80]
    assert dwell(Street([PARKED], times=short)) == pytest.approx(118.5, abs=2)
    assert dwell(Street([PARKED], times=long)) == pytest.approx(118.5 - 40, abs=3)


def test_coverage_is_the_share_that_has_pictures() -> None:
    times = [t for t in np.arange(0, 120, 1.5) if not 30 < t < 90]
    assert judged(Street([], times=times)).coverage == pytest.approx(0.5, abs=0.03)


def test_a_queue_that_leaves_together_is_no_parking() -> None:
    queue = [
        Actor(lambda t, x=x: (x, 0.4, 0.14, 0.25) if t < 90 else (x + 0.4 * (t - 90), 0.4, 0.14, 0.25), look=i)
        for i, x in enumerate((0.1, 0.3, 0.5, 0.7))
    ]
    result = judged(Street(queue))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "queue")


def test_three_that_stand_where_nothing_moves_may_be_a_queue() -> None:
    row = [Actor(standing(x, 0.4), look=i) for i, x in enumerate((0.1, 0.3, 0.5))]
    result = judged(Street(row))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "queue")


def test_three_parked_cars_that_traffic_passes_are_no_queue() -> None:
    row = [Actor(standing(x, 0.4), look=i) for i, x in enumerate((0.1, 0.3, 0.5))]
    passing = [Actor(driving(0.68, 0.23, every_s=7, phase_s=2.3 * i), look=10 + i) for i in range(2)]
    result = judged(Street(row + passing))
    assert result.verdict is Verdict.SUPPORTED
    assert result.measurements["vehicles_stopped"] == 3


def test_two_that_stand_are_no_queue() -> None:
    pair = [Actor(standing(x, 0.4), look=i) for i, x in enumerate((0.2, 0.5))]
    assert judged(Street(pair)).verdict is Verdict.SUPPORTED


def test_only_what_stands_in_the_zone_counts_and_by_its_wheels() -> None:
    wheels_outside = Actor(standing(0.4, 0.1, h=0.25), look=5)
    wheels_inside = Actor(standing(0.4, 0.3, h=0.25), look=5)
    assert judged(Street([wheels_outside]), KERB).verdict is Verdict.CONTRADICTED
    assert judged(Street([wheels_inside]), KERB).verdict is Verdict.SUPPORTED


def test_a_dark_picture_is_not_judged() -> None:
    result = judged(Street([PARKED], brightness=0.05))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "too_dark")
    assert result.measurements == {"longest_dwell_s": None, "vehicles_stopped": None, "stops": None}


def test_stills_show_before_event_and_after() -> None:
    result = judged(Street([Actor(standing(0.4, 0.3, 20, 100), look=5)]))
    kinds = {moment.kind: moment for moment in result.moments}
    assert kinds["before"].at_s < 20 and not kinds["before"].marks
    assert 20 <= kinds["event"].at_s <= 100 and len(kinds["event"].marks) == 1
    assert kinds["after"].at_s > 100 and not kinds["after"].marks


def test_weights_that_know_no_minibus_cannot_say_that_none_loiters() -> None:
    check = LoiteringMinibus()
    street = Street([], seconds=400)
    knowing = check.run(street, EVERYWHERE, check.defaults, street)
    street = Street([], seconds=400, class_names=frozenset({"car", "bus"}))
    ignorant = check.run(street, EVERYWHERE, check.defaults, street)
    assert knowing.verdict is Verdict.CONTRADICTED
    assert (ignorant.verdict, ignorant.reasons[0].code) == (Verdict.INCONCLUSIVE, "class_unknown")


def test_a_parked_car_is_no_loitering_minibus() -> None:
    check = LoiteringMinibus()
    street = Street([PARKED], seconds=400)
    assert check.run(street, EVERYWHERE, check.defaults, street).verdict is Verdict.CONTRADICTED


def test_a_bus_is_a_minibus_only_to_weights_that_have_no_other_word() -> None:
    class Seen(Street):
        def _closer_look(self, picture):  # type: ignore[no-untyped-def]
            found = super()._closer_look(picture)
            return type(found)(found.xyxy, found.confidence, ("bus",) * len(found))

    check, street = LoiteringMinibus(), {"actors": [Actor(standing(0.4, 0.5), "bus")], "seconds": 90}
    rules = thresholds_from(check.slug, {"min_dwell_s": 60})
    words = frozenset({"car", "bus", "person"})
    coco, ours = Seen(**street, class_names=words), Seen(**street, class_names=words | {"angkot"})
    assert check.run(coco, EVERYWHERE, rules, coco).verdict is Verdict.SUPPORTED
    assert check.run(ours, EVERYWHERE, rules, ours).verdict is Verdict.CONTRADICTED
