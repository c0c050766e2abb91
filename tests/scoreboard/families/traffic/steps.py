"""Minibuses that stop, roll on and stop again: in search of passengers, or because everybody does.

The category's limit is 30 s, as in the other scenes of ``loitering_minibus``.
"""

from __future__ import annotations

from tests.scenes.plans import LIGHT_MIX, TRAFFIC
from tests.scoreboard.families.traffic.sets import Shoot
from tests.scoreboard.families.traffic.stopping import around, kerb_stop, lanes_zone, passing

NEAR_M, FAR_M = 12.5, 21.0
"""The stretch of kerb on which minibuses are near enough to be seen."""

MINIBUSES = {**TRAFFIC, "angkot": 0.5}


def _from(shoot: Shoot, metres: float) -> float:
    """A first place from which so many metres, in the lane's direction, end within sight."""
    y = shoot.between(NEAR_M, max(NEAR_M + 0.3, FAR_M - metres))
    return y if shoot.lanes[0].direction > 0 else y + metres


def in_steps(shoot: Shoot) -> None:
    """Stands for 18 to 25 s, rolls on by one to two lengths, stands again; one stop is allowed, all are not."""
    _in_steps(shoot, 7.0)


def in_steps_on_a_busy_road(shoot: Shoot) -> None:
    """The same, while dense traffic drives past."""
    _in_steps(shoot, 18.0)


def _in_steps(shoot: Shoot, per_minute: float) -> None:
    before = shoot.rng.random() < 0.4
    start = shoot.between(-26.0, -18.0) if before else shoot.between(1.0, 5.0)
    stands = [shoot.between(18.5, 25.0) for _ in range(3 if before else 2)]
    rolls, at = [], start
    for stood in stands[:-1]:
        rolls.append((at + stood, shoot.between(3.0, 5.0), shoot.between(4.0, 7.8 / (len(stands) - 1) + 0.4)))
        at += stood + rolls[-1][1]
    # Who is still there when the clip ends has not stood longer than that by then.
    stays = shoot.rng.random() < 0.5 and shoot.seconds - at <= 27.0
    end = 400.0 if stays else at + stands[-1]
    passing(shoot, around(start, min(end, shoot.seconds + 10)), per_minute)
    kerb_stop(shoot, "angkot", _from(shoot, sum(roll[2] for roll in rolls)), (start, end), rolls=rolls)
    begins = [start, *(a + seconds for a, seconds, _ in rolls)]
    ends = [*(a for a, _, _ in rolls), min(end, shoot.seconds)]
    seen = [b - max(a, 0.0) for a, b in zip(begins, ends, strict=True)]
    shoot.truth |= {"onset_s": max(0.0, start), "dwell_s": sum(s for s in seen if s > 0), "longest_s": max(seen)}
    shoot.labels["stops"] = len(stands)


# ---------------------------------------------------------------------- nobody loiters


def short_stops(shoot: Shoot) -> None:
    """Lets passengers on and off three times within sight, for a few seconds each, and goes."""
    start = shoot.between(6.0, 22.0)
    stands = [shoot.between(3.5, 7.0) for _ in range(3)]
    rolls, at = [], start
    for stood in stands[:-1]:
        rolls.append((at + stood, shoot.between(3.0, 4.5), shoot.between(3.6, 4.2)))
        at += stood + rolls[-1][1]
    end = at + stands[-1]
    passing(shoot, around(start, end))
    kerb_stop(shoot, "angkot", _from(shoot, sum(roll[2] for roll in rolls)), (start, end), rolls=rolls)
    shoot.truth["dwell_s"] = sum(stands)


def in_turn_ahead(shoot: Shoot) -> None:
    """One leaves; another comes and stands a length before or behind its place: neither stands long."""
    start = shoot.between(2.0, 5.0)
    first = start + shoot.between(18.0, 25.0)
    second = first + shoot.between(8.0, 12.0)
    passing(shoot, [(-30, 60)])
    y = shoot.between(14.0, 17.5)
    kerb_stop(shoot, "angkot", y, (start, first))
    kerb_stop(shoot, "angkot", y + shoot.pick_sign() * shoot.between(2.5, 4.0), (second, second + 28.0))
    shoot.truth["dwell_s"] = max(first - start, min(28.0, shoot.seconds - second))


def short_greens(shoot: Shoot) -> None:
    """A queue at lights that let a few pass: everybody, many minibuses among them, stands for 16 to 22 s, rolls on by a
    few places and stands again."""
    at, reds = -18.0, []
    for _ in range(6):
        red = shoot.between(16.0, 22.0)
        reds.append((at, at + red))
        at += red + shoot.between(3.5, 5.5)
    shoot.flow(shoot.lanes, MINIBUSES, per_minute=24.0, speed=(7.0, 10.0), reds=reds, stop_y=shoot.stop_line())
    shoot.opposite()
    shoot.zones = (lanes_zone(shoot),)


def crawling_minibuses(shoot: Shoot) -> None:
    """A jam full of minibuses creeps through the zone, stop and go."""
    for lane in shoot.lanes:
        shoot.flow([lane], MINIBUSES, speed=(4, 5), crawl=shoot.between(0.3, 0.7))
    shoot.opposite()
    shoot.zones = (lanes_zone(shoot),)


def one_at_a_bay(shoot: Shoot) -> None:
    """Minibuses stop one after another for a few seconds each, at different places along the kerb."""
    shoot.flow(shoot.lanes[1:], {**LIGHT_MIX, "angkot": 0.3}, per_minute=7.0, speed=(8.5, 13.0))
    shoot.opposite()
    at = shoot.between(4.0, 9.0)
    stood = []
    for _ in range(2):
        stood.append(shoot.between(8.0, 13.0))
        kerb_stop(shoot, "angkot", shoot.between(13.0, 19.0), (at, at + stood[-1]))
        at += stood[-1] + shoot.between(12.0, 16.0)
    shoot.truth["dwell_s"] = max(stood)
