"""Who drives in the busway and who only beside it, across it, or by right: scripts for ``lane_intrusion``."""

from __future__ import annotations

import numpy as np

from tests.scenes import Actor, Track, board
from tests.scenes.plans import TRAFFIC
from tests.scenes.street import Lane
from tests.scoreboard.families.traffic.sets import Script, Shoot, cruise

BESIDE = {"car": 0.5, "motorcycle": 0.3, "angkot": 0.12, "truck": 0.08}


def lane_of(shoot: Shoot) -> Lane:
    """The busway."""
    return next(lane for lane in shoot.plan.street.near_lanes if lane.busway)


def traffic(shoot: Shoot, per_minute: float = 8.0) -> None:
    """The ordinary lanes beside it."""
    shoot.flow(shoot.lanes, BESIDE, per_minute=per_minute, speed=(6.5, 10.0))
    shoot.opposite(5.0)


def drives(shoot: Shoot, kind: str, at_s: float, speed: float | None = None, sway: float = 0.3) -> None:
    """Somebody passes 22 m from the camera at a time, in the busway."""
    lane = lane_of(shoot)
    x = lane.middle + shoot.between(-sway, sway)
    when = (22.0, at_s, speed or shoot.between(7.5, 11.5))
    shoot.plan.actors.append(cruise(shoot, kind, x, lane.direction, when))


def buses(shoot: Shoot, times: list[float]) -> None:
    """Buses pass at these times."""
    for at in times:
        drives(shoot, "bus", at, shoot.between(7.0, 10.0), 0.15)


def intruder(*kinds: str) -> Script:
    """One vehicle drives along it, perhaps a bus before or after."""

    def script(shoot: Shoot) -> None:
        traffic(shoot)
        at = shoot.between(5.0, shoot.seconds - 5.0)
        shoot.keep = (at - 2.5, at + 2.5)  # what no camera saw is no scene of it
        kind = shoot.pick(*kinds)
        drives(shoot, kind, at)
        if shoot.rng.random() < 0.5:
            buses(shoot, [at + shoot.pick_sign() * shoot.between(7, 10)])
        shoot.truth |= {"intrusions": 1}
        shoot.labels["kind"] = kind

    return script


def several(shoot: Shoot) -> None:
    """A handful, cars and motorcycles, three to five seconds apart."""
    traffic(shoot)
    times = np.cumsum(shoot.rng.uniform(3.0, 5.0, 4)) + 1.0
    for at in times:
        drives(shoot, shoot.pick("car", "motorcycle"), float(at), 9.0)
    shoot.truth |= {"intrusions": len(times)}


def behind_a_bus(shoot: Shoot) -> None:
    """It follows a bus closely."""
    traffic(shoot)
    at, speed = shoot.between(6.0, shoot.seconds - 7.0), shoot.between(7.0, 9.0)
    drives(shoot, "bus", at, speed, 0.1)
    drives(shoot, shoot.pick("car", "motorcycle"), at + 16.0 / speed, speed)
    shoot.truth |= {"intrusions": 1}


def creeping_intruder(shoot: Shoot) -> None:
    """It crawls along at 8 to 14 km/h."""
    traffic(shoot)
    drives(shoot, shoot.pick("car", "angkot"), shoot.between(8, shoot.seconds - 8), shoot.between(2.2, 4.0))
    shoot.truth |= {"intrusions": 1}


# ---------------------------------------------------------------------- clean


def clean(shoot: Shoot) -> None:
    """Buses only."""
    traffic(shoot)
    buses(shoot, [t for t in (shoot.between(4, 9), shoot.between(14, 20)) if shoot.rng.random() < 0.8])


def empty(shoot: Shoot) -> None:
    """Nobody in the busway."""
    traffic(shoot, 12.0)


def jam_beside(shoot: Shoot) -> None:
    """The ordinary lanes creep bumper to bumper, the busway is free."""
    for lane in shoot.lanes:
        shoot.flow([lane], TRAFFIC, speed=(4, 5), crawl=shoot.between(0.4, 1.0))
    shoot.opposite()
    buses(shoot, [shoot.between(5, 18)])


def trucks_beside(shoot: Shoot) -> None:
    """Tall lorries and buses in the lane beside it hide a part of it."""
    shoot.flow(shoot.lanes, {"truck": 0.7, "bus": 0.3}, per_minute=14.0, speed=(7.0, 10.0))
    shoot.opposite()


def hugging(shoot: Shoot) -> None:
    """Motorcycles along the border, outside."""
    traffic(shoot, 4.0)
    street, lane = shoot.plan.street, lane_of(shoot)
    border = street.edge + street.lanes * 3.3
    for at in (5.0, 10.0, 15.0, 20.0):
        x = street.span(border - shoot.between(0.35, 0.7), 0)[0 if street.side > 0 else 1]
        shoot.plan.actors.append(
            cruise(shoot, "motorcycle", x, lane.direction, (22.0, at + shoot.between(-1, 1), shoot.between(7, 10)))
        )


def crosses(shoot: Shoot) -> None:
    """Somebody turns across it at a gap."""
    shoot.opposite()
    shoot.flow(shoot.lanes[:1], BESIDE, per_minute=5.0, speed=(6.5, 10.0))
    t, y, speed = shoot.between(7, 15), shoot.between(16, 24), shoot.between(3.0, 5.0)
    street = shoot.plan.street
    way = street.span(-1.0, street.road_end + 2.0)
    x0, x1 = way if shoot.rng.random() < 0.5 else way[::-1]
    long = abs(x1 - x0) / speed
    times, xs = np.array([t, t + long]), np.array([x0, x1])
    heading = -np.pi / 2 if x1 > x0 else np.pi / 2
    shoot.plan.actors.append(
        Actor(shoot.pick("car", "motorcycle", "angkot"), shoot.seed(), Track(times, xs, np.array([y, y]), heading))
    )


def people_cross(shoot: Shoot) -> None:
    """People walk over it to a halte."""
    traffic(shoot, 4.0)
    street = shoot.plan.street
    x0, x1 = street.span(-1.0, street.near_end)
    for _ in range(int(shoot.rng.integers(2, 6))):
        t, y = shoot.between(-6, 16), shoot.between(13, 24)
        shoot.plan.actors.append(board(shoot.seed(), [(t, x0, y), (t + abs(x1 - x0) / 1.3, x1, y + 0.3)]))


def bus_stands(shoot: Shoot) -> None:
    """A bus waits in its own lane."""
    traffic(shoot)
    lane = lane_of(shoot)
    y = shoot.between(18, 26)
    track = Track(np.array([-9.0, 99.0]), np.full(2, lane.middle), np.full(2, y), 0.0 if lane.direction > 0 else np.pi)
    shoot.plan.actors.append(Actor("bus", shoot.seed(), track))


def oncoming(shoot: Shoot) -> None:
    """Dense traffic beyond the median."""
    traffic(shoot, 4.0)
    shoot.flow(shoot.plan.street.far_lanes, per_minute=25.0, speed=(7.0, 10.0))
