"""Who stops at the kerb, and who only seems to: scripts for ``stopped_vehicle`` and ``loitering_minibus``.

The category's limit is 30 s here, clips are a minute long: what is asked is the same, at a tenth of the cost.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.scenes import Stop, board, pull_over, walk
from tests.scenes.plans import LIGHT_MIX, TRAFFIC
from tests.scoreboard.families.traffic.boards import vehicle_board
from tests.scoreboard.families.traffic.sets import Script, Shoot, cruise
from tests.scoreboard.stage.weather import headlights_sweep

DWELL_S = 30.0
LENGTH: dict[str, float] = {"car": 4.3, "motorcycle": 2.0, "bus": 11.6, "truck": 7.0, "angkot": 3.9}


def passing(shoot: Shoot, quiet: list[tuple[float, float]], per_minute: float = 7.0) -> None:
    """Free traffic on every lane; nobody in the first while somebody pulls over or out."""
    first, *others = shoot.lanes
    speed = (8.5, 13.0)
    shoot.flow([first], per_minute=per_minute, speed=speed, quiet=quiet)
    shoot.flow(others, per_minute=per_minute, speed=speed)
    shoot.opposite()
    for n in range(int(shoot.rng.integers(0, 4))):
        x0, x1 = shoot.plan.street.pavement_x
        spot = shoot.between(x0 + 0.6, x1 - 0.8)
        shoot.plan.actors.append(walk(shoot.seed(), spot, shoot.between(-20, 40), 1 if n % 2 else -1))


def kerb_stop(shoot: Shoot, kind: str, y: float, span: tuple[float, float], **more: Any) -> None:
    """Somebody of the first lane stands in the strip for a span of seconds."""
    lane = shoot.lanes[0]
    stop = Stop(kind, shoot.seed(), lane.middle, shoot.plan.kerb, y, *span, lane.direction, **more)
    shoot.plan.actors.append(pull_over(stop))


def around(start: float, end: float) -> list[tuple[float, float]]:
    """When nobody may enter the first lane: it takes 3-12 s to the place, and the one who pulls over 15 s."""
    return [(start - 24, start + 1), (end - 9, end + 8)]


def _far(kind: str, shoot: Shoot) -> float:
    """Where it stands: near enough to be seen by a model that knows vehicles of 20 pixels."""
    return shoot.between(11.5, 16.5) if kind == "motorcycle" else shoot.between(12.5, 22.0) + LENGTH[kind] / 4


def stands(*kinds: str, quick: bool = True) -> Script:
    """One vehicle stops for at least 35 s, or to the end of the clip."""

    def script(shoot: Shoot) -> None:
        kind, start = shoot.pick(*kinds), shoot.between(4, 15)
        end = start + shoot.between(36, 44) if shoot.rng.random() < 0.5 else 400.0
        passing(shoot, around(start, end))
        kerb_stop(shoot, kind, _far(kind, shoot), (start, end))
        shoot.truth |= {"onset_s": start, "dwell_s": min(end, shoot.seconds) - start}
        shoot.labels["kind"] = kind

    return script


def all_along(shoot: Shoot) -> None:
    """It stood before the clip begins and does not leave."""
    kind = shoot.pick("car", "car", "truck", "angkot")
    passing(shoot, [])
    kerb_stop(shoot, kind, _far(kind, shoot), (-40.0, 400.0))
    shoot.truth |= {"onset_s": 0.0, "dwell_s": shoot.seconds}


def two_of_them(shoot: Shoot) -> None:
    """Two stand at once, one in front of the other."""
    start = shoot.between(4, 14)
    passing(shoot, [(start - 26, start + 12)])
    y = shoot.between(12.0, 14.0)
    kerb_stop(shoot, "car", y, (start, 400.0))
    kerb_stop(shoot, shoot.pick("car", "angkot"), y + shoot.between(6.0, 8.0), (-30.0, 400.0))
    shoot.truth |= {"onset_s": 0.0, "dwell_s": shoot.seconds}


def busy_road(shoot: Shoot) -> None:
    """Dense traffic drives past and hides it now and then."""
    start = shoot.between(4, 12)
    passing(shoot, around(start, 400.0), per_minute=20.0)
    kerb_stop(shoot, "car", _far("car", shoot), (start, 400.0))
    shoot.truth |= {"onset_s": start, "dwell_s": shoot.seconds - start}


def beside_a_queue(shoot: Shoot) -> None:
    """A queue at a red light comes and goes in the lanes beside it."""
    red = shoot.between(18, 24)
    shoot.flow(shoot.lanes, per_minute=14.0, speed=(8.5, 12.0), reds=[(red, red + 20)], stop_y=shoot.stop_line())
    shoot.opposite()
    kerb_stop(shoot, "car", _far("car", shoot), (-30.0, 400.0))
    shoot.truth |= {"onset_s": 0.0, "dwell_s": shoot.seconds}


# ---------------------------------------------------------------------- nobody stands long enough


def nobody(shoot: Shoot) -> None:
    """Traffic that passes; once in two somebody stops for a few seconds."""
    if shoot.rng.random() < 0.5:
        start = shoot.between(8, 40)
        length = shoot.between(4, 12)
        passing(shoot, around(start, start + length))
        kind = shoot.pick("car", "motorcycle", "angkot")
        kerb_stop(shoot, kind, _far(kind, shoot), (start, start + length))
        shoot.truth["dwell_s"] = length
    else:
        passing(shoot, [])


def half_the_dwell(*kinds: str) -> Script:
    """Stands for half of what the category allows, and leaves."""

    def script(shoot: Shoot) -> None:
        kind, start = shoot.pick(*kinds), shoot.between(6, 30)
        end = start + shoot.between(12, 18)
        passing(shoot, around(start, end))
        kerb_stop(shoot, kind, _far(kind, shoot), (start, end))
        shoot.truth["dwell_s"] = end - start

    return script


def outside_zone(*kinds: str) -> Script:
    """Stands all along where stopping is allowed: on the pavement's forecourt, beyond the sign, across the road."""

    def script(shoot: Shoot) -> None:
        kind, place = shoot.pick(*kinds), shoot.pick("forecourt", "beyond", "across")
        passing(shoot, [])
        street = shoot.plan.street
        if place == "beyond":
            shoot.zones = (shoot.zone("no_stopping", (0.0, 2.7), (4.0, 15.0)),)
            kerb_stop(shoot, kind, shoot.between(22.0, 25.0) + LENGTH[kind] / 2, (-30.0, 400.0))
            return
        x = -1.7 if place == "forecourt" or not street.opposite else street.road_end - 1.2
        spot = street.span(x, x)[0]
        shoot.plan.actors.append(_parked(shoot, kind, (spot, shoot.between(12.0, 22.0)), street.side))

    return script


def _parked(shoot: Shoot, kind: str, spot: tuple[float, float], direction: int):  # type: ignore[no-untyped-def]
    return pull_over(Stop(kind, shoot.seed(), spot[0], spot[0], spot[1], -30.0, 400.0, direction))


def red_light(shoot: Shoot) -> None:
    """Stopping is forbidden before the crossing, and a queue stands there until it gets green."""
    red = shoot.between(4, 10)
    green = red + shoot.between(33, 41)
    shoot.flow(shoot.lanes, per_minute=18.0, speed=(8.5, 12.0), reds=[(red, green)], stop_y=shoot.stop_line())
    shoot.opposite()
    shoot.zones = (lanes_zone(shoot),)
    shoot.truth["dwell_s"] = green - red


def stop_and_go(shoot: Shoot) -> None:
    """A jam creeps through the zone: everybody stands for 6 to 12 s again and again."""
    for lane in shoot.lanes:
        shoot.flow([lane], TRAFFIC, speed=(4, 5), crawl=shoot.between(0.45, 0.9))
    shoot.opposite()
    shoot.zones = (lanes_zone(shoot),)


def lanes_zone(shoot: Shoot):  # type: ignore[no-untyped-def]
    street = shoot.plan.street
    return shoot.zone("no_stopping", (street.edge, street.edge + 3.3 * street.lanes), (4.0, 32.0))


def bus_stop(shoot: Shoot) -> None:
    """A bus takes on passengers who waited for it, and goes."""
    start = shoot.between(14, 28)
    end = start + shoot.between(12, 17)
    passing(shoot, around(start, end), per_minute=5.0)
    y, kerb = shoot.between(15.0, 19.0), shoot.plan.kerb
    kerb_stop(shoot, "bus", y, (start, end))
    side = shoot.plan.street.side
    for n in range(int(shoot.rng.integers(3, 8))):
        x, at = -1.0 * side - shoot.between(0, 1.0) * side, shoot.between(start + 3, end - 2)
        spot = y + shoot.between(-4, 3)
        shoot.plan.actors.append(board(shoot.seed(), [(-5.0 - n, x, spot), (at - 2, x, spot), (at, kerb, spot)]))


def people_wait(shoot: Shoot) -> None:
    """People stand in the strip and wait to cross or to be picked up: no vehicles."""
    passing(shoot, [])
    for _ in range(int(shoot.rng.integers(2, 6))):
        x, y = shoot.plan.kerb + shoot.between(-0.7, 0.7), shoot.between(11, 20)
        shoot.plan.actors.append(board(shoot.seed(), [(-20.0, x, y), (200.0, x + 0.05, y + 0.05)]))


def in_turn(*kinds: str) -> Script:
    """One leaves, another of its kind takes the place: neither stands long."""

    def script(shoot: Shoot) -> None:
        kind, start = shoot.pick(*kinds), shoot.between(3, 6)
        first = start + shoot.between(11, 15)
        second = first + shoot.between(10.5, 14.0)
        last = second + shoot.between(11, 15)
        passing(shoot, [(-30, 60)])
        y = _far(kind, shoot)
        kerb_stop(shoot, kind, y, (start, first))
        kerb_stop(shoot, kind, y + shoot.between(-0.8, 0.8), (second, last))
        shoot.truth["dwell_s"] = max(first - start, last - second)

    return script


def ad_board(kind: str) -> Script:
    """A board on the pavement shows a vehicle as large as life."""

    def script(shoot: Shoot) -> None:
        passing(shoot, [])
        street = shoot.plan.street
        x = street.span(*[-shoot.between(1.1, 2.2)] * 2)[0]
        shoot.plan.actors.append(vehicle_board(shoot.rng, kind, (x, shoot.between(13, 22))))

    return script


def headlights(shoot: Shoot) -> None:
    """Lights of cars that turn somewhere out of sight wander over the empty kerb."""
    passing(shoot, [], per_minute=4.0)
    shoot.changes.append(headlights_sweep(shoot.rng, shoot.plan.camera, shoot.seconds))


# ---------------------------------------------------------------------- minibuses


def loiters(shoot: Shoot) -> None:
    """A minibus waits for passengers at the kerb; some come."""
    _loiter(shoot, creep=0.0)


def creeps(shoot: Shoot) -> None:
    """It rolls on by a step every 25 s, so as not to be called parked."""
    _loiter(shoot, creep=shoot.between(0.25, 0.5))


def _loiter(shoot: Shoot, creep: float) -> None:
    start = shoot.between(3, 12)
    end = start + shoot.between(38, 44) if shoot.rng.random() < 0.4 else 400.0
    passing(shoot, around(start, end))
    y = shoot.between(12.5, 20.0)
    kerb_stop(shoot, "angkot", y, (start, end), creep=creep)
    for _ in range(int(shoot.rng.integers(0, 4))):
        _boards(shoot, y, shoot.between(start + 4, min(end, shoot.seconds) - 3))
    shoot.truth |= {"onset_s": start, "dwell_s": min(end, shoot.seconds) - start}


def _boards(shoot: Shoot, y: float, at: float) -> None:
    side, kerb = shoot.plan.street.side, shoot.plan.kerb
    door = kerb - 1.2 * side
    shoot.plan.actors.append(
        board(shoot.seed(), [(at - 10, -2.2 * side, y - 8), (at - 3, -1.0 * side, y - 1.5), (at, door, y)])
    )


def two_minibuses(shoot: Shoot) -> None:
    """Two of them wait one behind the other."""
    start = shoot.between(4, 12)
    passing(shoot, [(start - 26, start + 12)])
    y = shoot.between(12.0, 14.0)
    kerb_stop(shoot, "angkot", y, (start, 400.0))
    kerb_stop(shoot, "angkot", y + shoot.between(5.5, 7.5), (-30.0, 400.0))
    shoot.truth |= {"onset_s": 0.0, "dwell_s": shoot.seconds}


def picks_up_and_goes(shoot: Shoot) -> None:
    """A minibus stops for one passenger and goes on, as it may."""
    start = shoot.between(6, 34)
    end = start + shoot.between(5, 13)
    passing(shoot, around(start, end))
    y = shoot.between(12.5, 20.0)
    kerb_stop(shoot, "angkot", y, (start, end))
    _boards(shoot, y, start + 3)
    shoot.truth["dwell_s"] = end - start


def minibuses_pass(shoot: Shoot) -> None:
    """A road full of minibuses, none of which stops."""
    shoot.flow(shoot.lanes, {**LIGHT_MIX, "angkot": 0.7}, per_minute=12.0, speed=(8.0, 12.0))
    shoot.opposite()


def other_vehicle(*kinds: str) -> Script:
    """What stands there all along is no minibus."""

    def script(shoot: Shoot) -> None:
        kind, start = shoot.pick(*kinds), shoot.between(-20, 10)
        passing(shoot, around(start, 400.0))
        kerb_stop(shoot, kind, _far(kind, shoot), (start, 400.0))

    return script


def slow_pass(shoot: Shoot) -> None:
    """A minibus crawls along the kerb and calls out for passengers without stopping."""
    passing(shoot, [(-30, 60)], per_minute=4.0)
    speed = shoot.between(1.2, 2.0)
    lane = shoot.lanes[0]
    y, t = 16.0, shoot.between(15, 35)
    shoot.plan.actors.append(cruise(shoot, "angkot", shoot.plan.kerb, lane.direction, (y, t, speed)))
    shoot.truth["speed_m_s"] = float(np.round(speed, 2))
