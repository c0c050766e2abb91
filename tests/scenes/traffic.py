"""Scripted traffic: car following along a lane, pulling over, walking.

Car following is the intelligent driver model (Treiber, Hennecke, Helbing 2000), because it gives believable
stop-and-go waves, queues at a red light and discharge with four numbers. Positions run along the lane's direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .camera import Array
from .scene import Actor, Track
from .street import Lane

STEP_S = 0.2
LENGTHS: dict[str, float] = {"car": 4.3, "motorcycle": 2.0, "bus": 11.6, "truck": 7.0, "angkot": 3.9}
NEAR_Y, FAR_Y = -14.0, 92.0
ACCELERATION, BRAKING, STANDSTILL_GAP, HEADWAY_S = 1.5, 2.2, 1.9, 1.1


@dataclass(frozen=True)
class Flow:
    """What drives on one lane: rates per minute, speeds in m/s, times in seconds."""

    lane: Lane
    mix: dict[str, float]
    per_minute: float = 9.0
    speed: tuple[float, float] = (11.5, 15.5)
    reds: Sequence[tuple[float, float]] = ()
    stop_y: float | None = None  # stop line of the reds
    crawl: float | None = None  # mean speed of a jam that fills the lane from the start
    quiet: Sequence[tuple[float, float]] = field(default_factory=tuple)  # nobody enters in these spans
    first: float = -12.0  # when the first one enters


@dataclass
class _Run:
    """One vehicle while it is simulated."""

    kind: str
    seed: int
    desired: float
    enters: float
    place: float  # centre, metres along the lane
    speed: float
    times: list[float] = field(default_factory=list)
    places: list[float] = field(default_factory=list)


def _crawler(mean: float, rng: np.random.Generator, duration: float) -> Array:
    """Distance covered by the head of a jam, one value a step: stands 6-12 s, moves 3-5 s, and again."""
    speeds: list[float] = []
    while len(speeds) * STEP_S < duration + 60:
        stand, move = rng.uniform(6, 12), rng.uniform(3, 5)
        speeds += [0.0] * int(stand / STEP_S) + [mean * (stand + move) / move] * int(move / STEP_S)
    kernel = np.hanning(9) / np.hanning(9).sum()
    return np.cumsum(np.convolve(speeds, kernel, "same")) * STEP_S


def _arrivals(flow: Flow, rng: np.random.Generator, length: float, duration: float) -> list[_Run]:
    kinds, weights = list(flow.mix), np.array(list(flow.mix.values()), float)
    runs: list[_Run] = []
    t, place = flow.first, length - 4.0
    while True:
        kind = str(rng.choice(kinds, p=weights / weights.sum()))
        run = _Run(kind, int(rng.integers(1 << 30)), float(rng.uniform(*flow.speed)), t, -8.0, 0.0)
        if flow.crawl is not None:
            run.enters, run.place = -20.0, place - LENGTHS[kind] / 2
            place -= LENGTHS[kind] + STANDSTILL_GAP + float(rng.uniform(0.1, 1.6))
            if place < -flow.crawl * (duration + 60) - 30:
                return runs
        else:
            run.speed = run.desired
            if t > duration:
                return runs
            t += 2.2 + float(rng.exponential(max(0.3, 60 / flow.per_minute - 2.2)))
            if any(a <= run.enters <= b for a, b in flow.quiet):
                continue
        runs.append(run)


def drive(flow: Flow, seed: int, duration: float = 300.0) -> list[Actor]:
    """The actors of one lane, from 20 s before t = 0 until the end."""
    rng = np.random.default_rng([seed, 31])
    length = FAR_Y - NEAR_Y
    runs = _arrivals(flow, rng, length, duration)
    head = _crawler(flow.crawl, rng, duration) if flow.crawl is not None else None
    stop = None
    if flow.stop_y is not None:
        stop = flow.stop_y - NEAR_Y if flow.lane.direction > 0 else FAR_Y - flow.stop_y
    for n in range(int((duration + 20) / STEP_S) + 2):
        t = -20 + n * STEP_S
        ahead: tuple[float, float] | None = None
        if head is not None:
            ahead = (length + float(head[n]), float(head[n + 1] - head[n]) / STEP_S)
        red = stop if any(a <= t < b for a, b in flow.reds) else None
        for run in runs:
            if run.enters > t or (head is None and run.place > length + 40):
                continue
            if not run.times and ahead is not None:
                room = ahead[0] - run.place - LENGTHS[run.kind] / 2 - STANDSTILL_GAP
                if room < 0:
                    break  # the lane is full up to its beginning: everybody else waits outside
                run.speed = min(run.speed, float(np.sqrt(ahead[1] ** 2 + 12 * room)))
            ahead = _follow(run, ahead, red, t)
    return [_actor(run, flow, rng) for run in runs if len(run.times) > 2]


def _follow(run: _Run, ahead: tuple[float, float] | None, red: float | None, t: float) -> tuple[float, float]:
    """One step of one vehicle; returns its rear end and speed for the one behind it."""
    half = LENGTHS[run.kind] / 2
    limits = [] if ahead is None else [ahead]
    if red is not None and run.place + half < red + 0.5 and red - run.place - half > run.speed**2 / 9 - 1:
        limits.append((red, 0.0))
    push = 1 - (run.speed / run.desired) ** 4
    for rear, speed in limits:
        gap = max(rear - run.place - half, 0.25)
        wish = STANDSTILL_GAP + max(
            0.0, run.speed * HEADWAY_S + run.speed * (run.speed - speed) / (2 * np.sqrt(ACCELERATION * BRAKING))
        )
        push = min(push, 1 - (run.speed / run.desired) ** 4 - (wish / gap) ** 2)
    previous = run.speed
    run.speed = max(0.0, run.speed + max(push * ACCELERATION, -8.0) * STEP_S)
    run.place += (previous + run.speed) / 2 * STEP_S
    run.times.append(t)
    run.places.append(run.place)
    return run.place - half, run.speed


def _actor(run: _Run, flow: Flow, rng: np.random.Generator) -> Actor:
    sway = 0.75 if run.kind == "motorcycle" else 0.22
    x = flow.lane.middle + float(rng.uniform(-sway, sway))
    along = np.array(run.places)
    y = NEAR_Y + along if flow.lane.direction > 0 else FAR_Y - along
    inside = np.flatnonzero((along > -8) & (along < FAR_Y - NEAR_Y + 8))
    span = slice(int(inside[0]), int(inside[-1]) + 1) if len(inside) else slice(0, 2)
    times = np.array(run.times)[span]
    heading = 0.0 if flow.lane.direction > 0 else np.pi
    return Actor(run.kind, run.seed, Track(times, np.full(len(times), x), y[span], heading))


@dataclass(frozen=True)
class Stop:
    """Somebody pulls over: from x to kerb_x at y, stands from `start` to `end`, then leaves or stays."""

    kind: str
    seed: int
    x: float
    kerb_x: float
    y: float
    start: float
    end: float
    direction: int = 1
    leaves: bool = True
    creep: float = 0.0  # metres moved forward every 25 s while standing
    rolls: Sequence[tuple[float, float, float]] = ()  # moves on in between: from, for so many seconds, metres


def pull_over(stop: Stop, speed: float = 8.0) -> Actor:
    """A vehicle that brakes into the kerb strip, dwells, and pulls out again."""
    braking = np.linspace(0, 1, 24)
    run_in = speed * 7 / 2  # metres of the braking part, which takes 7 s
    times, x, along = [stop.start - 7 - 60 / speed], [stop.x], [-run_in - 60.0]
    times += list(stop.start - 7 + braking * 7)
    along += list(-run_in * (1 - braking) ** 2)
    ease = np.clip((braking - 0.25) / 0.55, 0, 1)
    x += list(stop.x + (stop.kerb_x - stop.x) * ease * ease * (3 - 2 * ease))
    moved, t = 0.0, stop.start + 12.0
    while stop.creep and t < stop.end - 4:
        times += [t, t + 1.5]
        along += [moved, moved + stop.creep]
        x += [stop.kerb_x] * 2
        moved, t = moved + stop.creep, t + 25.0
    for start, seconds, metres in stop.rolls:
        share = np.linspace(0, 1, 9)
        times += list(start + seconds * share)
        along += list(moved + metres * share * share * (3 - 2 * share))
        x += [stop.kerb_x] * len(share)
        moved += metres
    times.append(stop.end)
    along.append(moved)
    x.append(stop.kerb_x)
    if stop.leaves:
        times += list(stop.end + braking[1:] * 7)
        along += list(moved + run_in * braking[1:] ** 2)
        x += list(stop.kerb_x + (stop.x - stop.kerb_x) * ease[1:] ** 2 * (3 - 2 * ease[1:]))
        times.append(stop.end + 7 + 90 / speed)
        along.append(moved + run_in + 90)
        x.append(stop.x)
    y = stop.y + stop.direction * np.array(along)
    heading = 0.0 if stop.direction > 0 else np.pi
    return Actor(stop.kind, stop.seed, Track(np.array(times), np.array(x), y, heading))


def walk(seed: int, x: float, start: float, direction: int, speed: float = 1.3) -> Actor:
    """A pedestrian along the pavement, from one end to the other."""
    y0, y1 = (-2.0, 60.0) if direction > 0 else (60.0, -2.0)
    times = np.array([start, start + 62.0 / speed])
    return Actor("person", seed, Track(times, np.array([x, x]), np.array([y0, y1]), 0.0 if direction > 0 else np.pi))


def board(seed: int, path: Sequence[tuple[float, float, float]]) -> Actor:
    """A pedestrian along (t, x, y) points, who is gone after the last one."""
    t, x, y = (np.array(column, float) for column in zip(*path, strict=True))
    heading = float(np.arctan2(-(x[-1] - x[0]), y[-1] - y[0]))
    return Actor("person", seed, Track(t, x, y, heading))
