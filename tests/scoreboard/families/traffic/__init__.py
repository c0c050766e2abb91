"""Vehicles: ``congestion``, ``stopped_vehicle``, ``loitering_minibus``, ``lane_intrusion``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.scoreboard.case import Family
from tests.scoreboard.families.traffic import busway, jams, steps
from tests.scoreboard.families.traffic import stopping as stop
from tests.scoreboard.families.traffic.circumstances import CIRCUMSTANCES, WEATHER, Circumstance
from tests.scoreboard.families.traffic.sets import Script, Setting, Take, bridge, corridor, kerb, makers

KERB = Setting("stopped_vehicle", kerb, 60.0, 2.0, {"min_dwell_s": stop.DWELL_S}, content_hz=4.0)
MINIBUS = replace(KERB, check="loitering_minibus")
ROAD = Setting(
    "congestion", bridge, 32.0, 5.0, {"two_cycles_s": 30.0, "least_s": 15.0}, (4.0, 38.0), least_fps=4.0,
    quick={10.0: 24.0, 15.0: 18.0, 25.0: 16.0},
)  # fmt: skip
LANE = Setting(
    "lane_intrusion", corridor, 22.0, 8.0, {"watch_s": 12.0}, (4.0, 40.0), least_fps=4.0,
    quick={15.0: 16.0, 25.0: 14.0},
)  # fmt: skip
NIGHT = CIRCUMSTANCES["night"]


def under(script: Script, circumstances: Mapping[str, Circumstance] = CIRCUMSTANCES) -> dict[str, Take]:
    """The script under each circumstance."""
    return {word: Take(script, circumstance) for word, circumstance in circumstances.items()}


STOPPED = Family(
    "stopped_vehicle",
    makers(KERB, True, {
        **under(stop.stands("car", "car", "angkot", "truck")),
        "motorcycle": Take(stop.stands("motorcycle")),
        "bus": Take(stop.stands("bus")),
        "all_along": Take(stop.all_along),
        "two_of_them": Take(stop.two_of_them),
        "busy_road": Take(stop.busy_road),
        "beside_a_queue": Take(stop.beside_a_queue),
    }),
    makers(KERB, False, {
        **under(stop.nobody),
        "half_the_dwell": Take(stop.half_the_dwell("car", "motorcycle", "truck", "angkot")),
        "outside_zone": Take(stop.outside_zone("car", "truck")),
        "red_light_queue": Take(stop.red_light, street={"strip": False}, view=bridge),
        "stop_and_go": Take(stop.stop_and_go, street={"strip": False}, view=bridge),
        "bus_stop": Take(stop.bus_stop),
        "people_wait": Take(stop.people_wait),
        "in_turn": Take(stop.in_turn("car", "motorcycle", "angkot")),
        "ad_board": Take(stop.ad_board("car")),
        "night_headlights": Take(stop.headlights, NIGHT),
    }),
)  # fmt: skip

LOITERING_MINIBUS = Family(
    "loitering_minibus",
    makers(MINIBUS, True, {
        **under(stop.loiters),
        "creeps": Take(stop.creeps),
        "creeps_at_night": Take(stop.creeps, NIGHT),
        "two_minibuses": Take(stop.two_minibuses),
        "in_steps": Take(steps.in_steps),
        "in_steps_at_night": Take(steps.in_steps, NIGHT),
        "in_steps_in_rain": Take(steps.in_steps, WEATHER["rain"]),
        "in_steps_busy_road": Take(steps.in_steps_on_a_busy_road),
        "all_along": Take(stop.stands("angkot")),
    }),
    makers(MINIBUS, False, {
        **under(stop.picks_up_and_goes),
        "half_the_dwell": Take(stop.half_the_dwell("angkot")),
        "in_turn": Take(stop.in_turn("angkot")),
        "in_turn_ahead": Take(steps.in_turn_ahead),
        "short_stops": Take(steps.short_stops),
        "short_greens": Take(steps.short_greens, street={"strip": False}, view=bridge),
        "crawling_minibuses": Take(steps.crawling_minibuses, street={"strip": False}, view=bridge),
        "one_at_a_bay": Take(steps.one_at_a_bay),
        "car_parked": Take(stop.other_vehicle("car")),
        "truck_parked": Take(stop.other_vehicle("truck", "motorcycle")),
        "bus_waits": Take(stop.other_vehicle("bus")),
        "bus_stop": Take(stop.bus_stop),
        "outside_zone": Take(stop.outside_zone("angkot")),
        "minibuses_pass": Take(stop.minibuses_pass),
        "slow_pass": Take(stop.slow_pass),
        "red_light_queue": Take(stop.red_light, street={"strip": False}, view=bridge),
        "ad_board": Take(stop.ad_board("angkot")),
        "night_headlights": Take(stop.headlights, NIGHT),
    }),
)  # fmt: skip

CONGESTION = Family(
    "congestion",
    makers(ROAD, True, {
        **under(jams.jam()),
        "motorcycles": Take(jams.jam(jams.MOTORCYCLES)),
        "heavy_vehicles": Take(jams.jam(jams.HEAVY)),
        "crawling": Take(jams.jam(jams.CARS, (0.25, 0.45))),
        "both_ways": Take(jams.both_ways, street={"opposite": 2}),
        "one_lane": Take(jams.jam(), street={"lanes": 1}),
    }),
    makers(ROAD, False, {
        **under(jams.free),
        "dense_moving": Take(jams.dense_moving),
        "dense_at_night": Take(jams.dense_moving, NIGHT),
        "motorcycles_stream": Take(jams.motorcycles_stream),
        "red_light_queue": Take(jams.red_light),
        "red_light_night": Take(jams.red_light, NIGHT),
        "red_all_along": Take(jams.red_all_along),
        "parked_rows": Take(jams.parked_rows, street={"lanes": 2}),
        "other_carriageway": Take(jams.other_carriageway, street={"opposite": 2}),
        "empty_road": Take(jams.empty_road),
        "one_stands": Take(jams.one_stands, street={"lanes": 2}),
    }),
)  # fmt: skip

LANE_INTRUSION = Family(
    "lane_intrusion",
    makers(LANE, True, {
        **under(busway.intruder("car", "motorcycle", "angkot")),
        "car": Take(busway.intruder("car")),
        "motorcycle": Take(busway.intruder("motorcycle")),
        "truck": Take(busway.intruder("truck")),
        "several": Take(busway.several),
        "behind_a_bus": Take(busway.behind_a_bus),
        "creeping": Take(busway.creeping_intruder),
    }),
    makers(LANE, False, {
        **under(busway.clean),
        "empty": Take(busway.empty),
        "jam_beside": Take(busway.jam_beside),
        "trucks_beside": Take(busway.trucks_beside),
        "hugging": Take(busway.hugging),
        "crosses": Take(busway.crosses),
        "people_cross": Take(busway.people_cross),
        "bus_stands": Take(busway.bus_stands),
        "oncoming": Take(busway.oncoming),
        "empty_at_night": Take(busway.empty, NIGHT),
        "empty_in_rain": Take(busway.empty, WEATHER["rain"]),
    }),
)  # fmt: skip

FAMILIES: tuple[Family, ...] = (STOPPED, LOITERING_MINIBUS, CONGESTION, LANE_INTRUSION)
