"""The demo's twelve scenes: five minutes each on 2 November 2026, WIB, with the truth a check should find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np

from .camera import Camera
from .plans import CLOUDY, LIGHT_MIX, MORNING, TRAFFIC, Plan, bridge_view, kerb_view
from .scene import Actor, Scene
from .street import LANE_M, Light, Street, lamp_row
from .traffic import Flow, board, drive

WIB = timezone(timedelta(hours=7), "WIB")
MINUTES = 5
DURATION_S = 60.0 * MINUTES


@dataclass(frozen=True)
class DemoScene:
    """A scene with what is true of it and which minutes of it were recorded."""

    name: str
    description: str
    scene: Scene
    truth: dict[str, Any]
    start: datetime
    minutes: tuple[int, ...] = tuple(range(MINUTES))
    fps: float = 6.0
    reach: tuple[float, float] = (4.0, 42.0)
    zone_kinds: tuple[str, ...] = ("road", "no_stopping", "pavement")

    def zones(self) -> list[dict[str, object]]:
        """Picture polygons of the kinds an operator would have drawn here."""
        found = self.scene.street.zones(self.scene.camera, self.reach)
        return [zone for zone in found if zone["kind"] in self.zone_kinds]


def _at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 2, hour, minute, tzinfo=WIB)


def _nothing(**more: Any) -> dict[str, Any]:
    truth: dict[str, Any] = {
        "stopped_vehicle": False, "loitering_minibus": False, "longest_dwell_s": 0.0,
        "congestion": False, "level": None, "lane_intrusion": False, "intrusions": 0,
        "loitering": False, "picture_usable": True, "coverage": 1.0,
    }  # fmt: skip
    return truth | more


def jam() -> DemoScene:
    """Two lanes that crawl."""
    plan = bridge_view(710, side=-1)
    for n, lane in enumerate(plan.street.near_lanes):
        plan.actors += drive(Flow(lane, {**TRAFFIC, "bus": 0.12}, speed=(4, 5), crawl=0.5 + 0.12 * n), plan.seed + n)
    plan.opposite()
    truth = _nothing(congestion=True, level="F")
    return DemoScene(
        "jam", "Two lanes crawl, stop and go, below 1 m/s", plan.scene(_at(7), "JSC-0710 JL DEMO RAYA"), truth, _at(7)
    )


def _free(seed: int, name: str, text: str, minutes: tuple[int, ...], coverage: float) -> DemoScene:
    plan = bridge_view(seed, side=1, light=MORNING if seed % 2 else CLOUDY)
    plan.lanes(per_minute=9, speed=(11.5, 16.0))
    plan.opposite()
    start = _at(7)
    truth = _nothing(level="B", coverage=coverage)
    return DemoScene(name, text, plan.scene(start, f"JSC-0{seed} JL DEMO BARAT"), truth, start, minutes)


def free_flow() -> DemoScene:
    """Traffic at 40-60 km/h."""
    return _free(721, "free_flow", "Free traffic at 40-60 km/h, 6-12 vehicles a minute and lane", tuple(range(5)), 1.0)


def gap() -> DemoScene:
    """Free flow of which only two minutes were recorded."""
    return _free(726, "gap", "Free traffic; only minutes 0 and 4 were recorded", (0, 4), 0.4)


def parked_car() -> DemoScene:
    """A car stands in the no-stopping strip from 40 s on."""
    plan = kerb_view(731)
    plan.lanes(per_minute=8, speed=(9.5, 13.0), quiet=[(25.0, 44.0)])
    plan.opposite()
    plan.walkers([0, 55, 150, 240])
    plan.stop("car", 21.0, (40.0, 400.0), leaves=False)
    truth = _nothing(stopped_vehicle=True, longest_dwell_s=260.0, stop_class="car", stop_start_s=40.0)
    return DemoScene(
        "parked_car",
        "A car stops in the no-stopping zone at 40 s and stays",
        plan.scene(_at(7), "JSC-0731 JL DEMO TIMUR"),
        truth,
        _at(7),
    )


def clear_kerb() -> DemoScene:
    """Nobody stops longer than 15 s."""
    plan = kerb_view(741, side=-1)
    plan.lanes(per_minute=8, speed=(9.5, 13.0), quiet=[(84.0, 124.0), (196.0, 230.0)])
    plan.opposite()
    plan.walkers([10, 90, 170])
    plan.stop("car", 22.0, (100.0, 113.0))
    plan.stop("motorcycle", 18.0, (210.0, 219.0))
    truth = _nothing(longest_dwell_s=13.0)
    return DemoScene(
        "clear_kerb",
        "Moving traffic; two short stops of at most 13 s",
        plan.scene(_at(7), "JSC-0741 JL DEMO TIMUR"),
        truth,
        _at(7),
    )


def angkot_ngetem() -> DemoScene:
    """An angkot waits for passengers and creeps forward."""
    plan = kerb_view(751, light=CLOUDY)
    plan.lanes(per_minute=8, speed=(9.0, 12.5), quiet=[(4.0, 26.0), (255.0, 285.0)])
    plan.opposite()
    plan.walkers([30, 120, 200])
    plan.stop("angkot", 18.0, (20.0, 268.0), creep=0.35)
    door = plan.kerb - 1.3 * plan.street.side
    for n, t in enumerate((48.0, 101.0, 163.0, 214.0)):
        plan.actors.append(board(7510 + n, [(t, -2.6, 8.0), (t + 7, -1.2, 16.0), (t + 10, door, 19.0 + n * 0.5)]))
    truth = _nothing(
        stopped_vehicle=True,
        loitering_minibus=True,
        longest_dwell_s=248.0,
        stop_class="angkot",
        stop_start_s=20.0,
    )
    return DemoScene(
        "angkot_ngetem",
        "An angkot loiters for 248 s, creeping 0.35 m every 25 s",
        plan.scene(_at(7), "JSC-0751 HALTE DEMO"),
        truth,
        _at(7),
    )


def _busway(seed: int, side: int, light: Light) -> Plan:
    plan = Plan(seed, Street(seed=seed, side=side, strip=False, busway=True, lanes=2, opposite=1),
                 Camera(x=8.2 * side, height=8.2, yaw_deg=-5.0 * side, tilt_deg=22, focal_px=590), light)  # fmt: skip
    plan.lanes(per_minute=10, speed=(6.5, 10.0), mix={"car": 0.5, "motorcycle": 0.3, "angkot": 0.12, "truck": 0.08})
    plan.opposite()
    return plan


def busway_clean() -> DemoScene:
    """Only buses use the busway."""
    plan = _busway(761, 1, MORNING)
    lane = plan.street.near_lanes[-1]
    plan.actors += drive(Flow(lane, {"bus": 1.0}, 3.0, (8.5, 11.0)), 7612)
    view = plan.scene(_at(7), "JSC-0761 KORIDOR DEMO")
    text, kinds = "Only buses in the busway lane, other traffic beside it", ("road", "busway_lane")
    return DemoScene("busway_clean", text, view, _nothing(), _at(7), zone_kinds=kinds)


def busway_intruder() -> DemoScene:
    """Cars and motorcycles use the busway again and again."""
    plan = _busway(771, -1, CLOUDY)
    lane = plan.street.near_lanes[-1]
    found = drive(Flow(lane, {"bus": 0.3, "car": 0.4, "motorcycle": 0.3}, 4.0, (8.5, 10.5)), 7713)
    plan.actors += found
    count = sum(_crosses(actor, DURATION_S) for actor in found if actor.kind != "bus")
    truth = _nothing(lane_intrusion=True, intrusions=count)
    view = plan.scene(_at(7), "JSC-0771 KORIDOR DEMO")
    return DemoScene("busway_intruder", f"{count} cars and motorcycles drive in the busway lane", view, truth, _at(7),
                     zone_kinds=("road", "busway_lane"))  # fmt: skip


def flow_speed_kmh(demo: DemoScene) -> float | None:
    """Mean speed in km/h of what is on the near lanes within the zones' reach, one look every 2 s."""
    street = demo.scene.street
    speeds: list[float] = []
    x0, x1 = street.span(street.edge, street.edge + street.lanes * LANE_M)
    for t in np.arange(0.0, DURATION_S, 2.0):
        places = (actor.track.at(float(t)) for actor in demo.scene.actors if actor.kind != "person")
        speeds += [p[2] for p in places if p and x0 < p[0] < x1 and 10 < p[1] < demo.reach[1]]
    return round(float(np.mean(speeds)) * 3.6, 1) if speeds else None


def _crosses(actor: Actor, duration: float, y: float = 25.0) -> bool:
    """Whether an actor passes this place while the scene is recorded."""
    ys, ts = actor.track.y, actor.track.times
    if not min(ys) < y < max(ys):
        return False
    order = np.argsort(ys)
    return bool(0 <= np.interp(y, ys[order], ts[order]) <= duration)


def pavement_empty() -> DemoScene:
    """A pavement that people only pass."""
    plan = kerb_view(781, side=-1, light=CLOUDY, strip=False, pavement=4.2, lanes=1, opposite=1)
    plan.lanes(per_minute=5, speed=(9.0, 12.5), mix=LIGHT_MIX)
    plan.opposite(4)
    plan.walkers([2, 33, 75, 96, 148, 181, 236, 262])
    view, kinds = plan.scene(_at(7), "JSC-0781 TROTOAR DEMO"), ("road", "pavement")
    text = "A few pedestrians pass; nobody and nothing stays"
    return DemoScene("pavement_empty", text, view, _nothing(), _at(7), zone_kinds=kinds)


def _evening(seed: int, **light: Any) -> Plan:
    plan = kerb_view(seed)
    base = {
        "night": True,
        "ambient": 0.24,
        "lamps": lamp_row(plan.street, 7.0),
        "lamp_gain": 0.7,
        "haze": 0.12,
        "noise": 1.0,
    }
    plan.light = Light(**{**base, **light})
    plan.lanes(per_minute=7, speed=(9.5, 13.0), quiet=[(4.0, 24.0)])
    plan.opposite(5)
    plan.stop("car", 19.0, (20.0, 400.0), leaves=False)
    return plan


def night() -> DemoScene:
    """A lit street at night with a parked car."""
    view = _evening(791).scene(_at(19, 30), "JSC-0791 JL DEMO MALAM")
    truth = _nothing(stopped_vehicle=True, longest_dwell_s=280.0, stop_class="car", stop_start_s=20.0)
    return DemoScene("night", "Lit street; a car stands in the no-stopping zone from 20 s on", view, truth, _at(19, 30))


def too_dark() -> DemoScene:
    """A camera that sees next to nothing."""
    view = _evening(801, ambient=0.05, lamp_gain=0.05, exposure=0.14, noise=1.0).scene(
        _at(20), "JSC-0801 JL DEMO GELAP"
    )
    truth = _nothing(picture_usable=False, stopped_vehicle=None, longest_dwell_s=None, congestion=None, level=None)
    return DemoScene("too_dark", "Mean luma below 12: nothing can be told", view, truth, _at(20))


def red_light_queue() -> DemoScene:
    """A queue that stands at a red light twice and drives off freely."""
    plan = bridge_view(811, zebra_y=36.0)
    plan.lanes(per_minute=11, speed=(9.5, 12.5), stop_y=33.5, reds=[(45.0, 100.0), (180.0, 232.0)])
    plan.opposite()
    truth = _nothing(longest_dwell_s=50.0, reds_s=[[45.0, 100.0], [180.0, 232.0]])
    view = plan.scene(_at(7), "JSC-0811 SIMPANG DEMO")
    return DemoScene(
        "red_light_queue", "Queues of up to 55 s at a red light, free discharge between", view, truth, _at(7)
    )


DEMO_SCENES: dict[str, Callable[[], DemoScene]] = {
    make.__name__: make
    for make in (jam, free_flow, parked_car, clear_kerb, angkot_ngetem, busway_clean, busway_intruder, pavement_empty,
                 night, too_dark, gap, red_light_queue)
}  # fmt: skip
