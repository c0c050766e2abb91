"""Full and slow, full and fast, slow and empty: scripts for ``congestion``."""

from __future__ import annotations

from tests.scenes import Stop, pull_over
from tests.scenes.plans import TRAFFIC
from tests.scoreboard.families.traffic.sets import Script, Shoot

MOTORCYCLES = {"motorcycle": 0.7, "car": 0.25, "angkot": 0.05}
HEAVY = {"bus": 0.3, "truck": 0.35, "car": 0.35}
CARS = {"car": 0.8, "angkot": 0.1, "motorcycle": 0.1}


def jam(mix: dict[str, float] = TRAFFIC, crawl: tuple[float, float] = (0.45, 1.1)) -> Script:
    """Every lane creeps, stop and go, below 4 km/h on average."""

    def script(shoot: Shoot) -> None:
        for lane in shoot.lanes:
            shoot.flow([lane], mix, speed=(4, 5), crawl=shoot.between(*crawl))
        shoot.opposite()
        shoot.truth["onset_s"] = 0.0

    return script


def both_ways(shoot: Shoot) -> None:
    """The other carriageway is jammed too."""
    jam()(shoot)
    for lane in shoot.plan.street.far_lanes:
        shoot.flow([lane], speed=(4, 5), crawl=shoot.between(0.4, 0.8))


# ---------------------------------------------------------------------- no jam


def free(shoot: Shoot) -> None:
    """Light traffic at 35 to 55 km/h."""
    shoot.flow(shoot.lanes, per_minute=shoot.between(5, 11), speed=(10.0, 15.5))
    shoot.opposite()


def dense_moving(shoot: Shoot) -> None:
    """As full as a road gets at 20 to 40 km/h."""
    shoot.flow(shoot.lanes, CARS, per_minute=27.0, speed=(6.0, 10.0))
    shoot.opposite(12.0)


def motorcycles_stream(shoot: Shoot) -> None:
    """A swarm of motorcycles at 25 to 40 km/h."""
    shoot.flow(shoot.lanes, MOTORCYCLES, per_minute=27.0, speed=(7.0, 11.0))
    shoot.opposite()


def red_light(shoot: Shoot) -> None:
    """A queue stands at red and clears within the clip."""
    red = shoot.between(0, 5)
    reds = [(red, red + shoot.between(12, 17))]
    shoot.flow(shoot.lanes, per_minute=20.0, speed=(9.0, 12.0), reds=reds, stop_y=shoot.stop_line())
    shoot.opposite()


def red_all_along(shoot: Shoot) -> None:
    """A long red: the queue stands from the first frame to the last, and grows."""
    shoot.flow(shoot.lanes, per_minute=18.0, speed=(8.5, 12.0), reds=[(-18.0, 400.0)], stop_y=shoot.stop_line())
    shoot.opposite()


def parked_rows(shoot: Shoot) -> None:
    """Cars parked bumper to bumper along the road, free traffic beside them."""
    shoot.flow(shoot.lanes[-1:], per_minute=9.0, speed=(9.0, 13.0))
    shoot.opposite()
    lane, y = shoot.lanes[0], 7.0
    while y < 36:
        stop = Stop("car", shoot.seed(), lane.middle, lane.middle, y, -60.0, 400.0, lane.direction)
        shoot.plan.actors.append(pull_over(stop))
        y += shoot.between(5.4, 7.5)


def other_carriageway(shoot: Shoot) -> None:
    """The jam is on the other side of the median."""
    shoot.flow(shoot.lanes, per_minute=8.0, speed=(10.0, 14.0))
    for lane in shoot.plan.street.far_lanes:
        shoot.flow([lane], speed=(4, 5), crawl=shoot.between(0.4, 0.9))


def empty_road(shoot: Shoot) -> None:
    """A vehicle now and then."""
    shoot.flow(shoot.lanes[:1], per_minute=2.0, speed=(9.0, 14.0))
    shoot.opposite(3.0)


def one_stands(shoot: Shoot) -> None:
    """One vehicle has broken down, the rest flows by."""
    free(shoot) if len(shoot.lanes) < 2 else shoot.flow(shoot.lanes[1:], per_minute=10.0, speed=(9.0, 13.0))
    lane = shoot.lanes[0]
    if len(shoot.lanes) > 1:
        kind, y = shoot.pick("truck", "car", "bus"), shoot.between(14, 26)
        shoot.plan.actors.append(
            pull_over(Stop(kind, shoot.seed(), lane.middle, lane.middle, y, -60, 400, lane.direction))
        )
    shoot.opposite()
