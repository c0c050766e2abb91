"""A street, a camera and a light drawn from a seed, to be filled with traffic; and the case that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from analytics.zones import Zone, zones_parse
from tests.scenes import Actor, Camera, Flow, Street, Track, drive
from tests.scenes.plans import TRAFFIC, Plan
from tests.scenes.street import Lane
from tests.scoreboard.case import Case, Label, Maker, rng_of
from tests.scoreboard.families.traffic.circumstances import PLAIN, Circumstance, Filming, light_of, plan_of, write_scene

Span = tuple[float, float]
WIDTH, ROWS = 480, 270


@dataclass
class Shoot:
    """What a script fills. ``zones``: every zone an operator could have drawn; a script may replace them. ``seconds``
    and ``fps`` of the clip. ``truth``, ``labels``, ``thresholds``: as in ``Case``."""

    rng: np.random.Generator
    plan: Plan
    circumstance: Circumstance
    seconds: float
    fps: float
    zones: tuple[Zone, ...]
    thresholds: dict[str, Any] = field(default_factory=dict)
    truth: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    changes: list[Any] = field(default_factory=list)
    keep: Span | None = None  # seconds in which no frames may be missing

    def seed(self) -> int:
        """A fresh sub-seed."""
        return int(self.rng.integers(1 << 30))

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def pick(self, *words: str) -> str:
        return str(self.rng.choice(words))

    def pick_sign(self) -> int:
        """Before or after."""
        return 1 if self.rng.random() < 0.5 else -1

    def stop_line(self) -> float:
        """y in metres of a stop line such that the queue before it is in sight; paints its crossing."""
        away = self.plan.street.side > 0
        self.plan.street = replace(self.plan.street, zebra_y=35.0 if away else 5.0)
        return 33.0 if away else 8.8

    def flow(self, lanes: Sequence[Lane], mix: Mapping[str, float] = TRAFFIC, **flow: Any) -> None:
        """Traffic on these lanes for as long as the clip lasts."""
        for lane in lanes:
            self.plan.actors += drive(Flow(lane, dict(mix), **flow), self.seed(), self.seconds + 5)

    @property
    def lanes(self) -> list[Lane]:
        """Ordinary lanes of the near carriageway."""
        return [lane for lane in self.plan.street.near_lanes if not lane.busway]

    def opposite(self, per_minute: float = 6.0) -> None:
        """Free traffic beyond the median, where there is one."""
        self.flow(self.plan.street.far_lanes, per_minute=per_minute, speed=(9.5, 13.0))

    def zone(self, kind: str, x: Span, y: Span, name: str = "") -> Zone:
        """The ground between two x and two y, in metres of the street's plan."""
        x0, x1 = self.plan.street.span(*x)
        points = self.plan.camera.ground_polygon([(x0, y[0]), (x1, y[0]), (x1, y[1]), (x0, y[1])])
        return Zone(kind, tuple((float(u), float(v)) for u, v in points), name)


Script = Callable[[Shoot], None]
View = Callable[[np.random.Generator, Mapping[str, Any]], tuple[Street, Camera]]


def kerb(rng: np.random.Generator, street: Mapping[str, Any]) -> tuple[Street, Camera]:
    """A pole on the near pavement; the kerb strip runs up the middle of the picture."""
    side = 1 if rng.random() < 0.5 else -1
    plan = Street(**{**_street(rng, side, strip=True), **street})
    camera = Camera(
        x=float(rng.uniform(-2.0, -1.2)) * side, height=float(rng.uniform(6.4, 7.8)),
        yaw_deg=float(rng.uniform(7.5, 10.5)) * side, tilt_deg=float(rng.uniform(20.0, 23.0)),
        focal_px=float(rng.uniform(420, 487)), width=WIDTH, rows=ROWS,
    )  # fmt: skip
    return plan, camera


def bridge(rng: np.random.Generator, street: Mapping[str, Any]) -> tuple[Street, Camera]:
    """A footbridge above the near carriageway."""
    side = 1 if rng.random() < 0.5 else -1
    plan = Street(**{**_street(rng, side, strip=False), **street})
    camera = Camera(
        x=float(rng.uniform(2.6, 4.4)) * side, height=float(rng.uniform(7.0, 8.4)),
        yaw_deg=float(rng.uniform(-2.0, 3.0)) * side, tilt_deg=float(rng.uniform(20.5, 23.5)),
        focal_px=float(rng.uniform(420, 480)), width=WIDTH, rows=ROWS,
    )  # fmt: skip
    return plan, camera


def corridor(rng: np.random.Generator, street: Mapping[str, Any]) -> tuple[Street, Camera]:
    """A pole or a halte's roof beside the busway."""
    side = 1 if rng.random() < 0.5 else -1
    plan = Street(**{**_street(rng, side, strip=False), "busway": True, "lanes": 2, "opposite": 1, **street})
    camera = Camera(
        x=float(rng.uniform(7.2, 9.2)) * side, height=float(rng.uniform(7.6, 8.8)),
        yaw_deg=float(rng.uniform(-6.5, -3.0)) * side, tilt_deg=float(rng.uniform(21.0, 23.5)),
        focal_px=float(rng.uniform(420, 472)), width=WIDTH, rows=ROWS,
    )  # fmt: skip
    return plan, camera


def _street(rng: np.random.Generator, side: int, strip: bool) -> dict[str, Any]:
    return {
        "lanes": int(rng.choice([1, 2, 2, 3])), "opposite": int(rng.choice([0, 1, 2])), "strip": strip, "side": side,
        "pavement": float(rng.uniform(2.6, 4.0)), "stopping_signs": bool(rng.random() < 0.7),
        "red_busway": bool(rng.random() < 0.7), "seed": int(rng.integers(1 << 30)),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """What the scenes of one check have in common."""

    check: str
    view: View
    seconds: float
    fps: float
    thresholds: Mapping[str, Any]
    reach: Span = (4.0, 36.0)
    least_fps: float = 0.0  # below it the footage cannot carry an answer
    content_hz: float = 1000.0  # things move so often a second; where no speed is measured, a few times will do
    quick: Mapping[float, float] = field(default_factory=dict)  # seconds of a clip at this rate, if others


@dataclass(frozen=True, slots=True)
class Take:
    """One condition of a check: a script under a circumstance, on a street with these properties."""

    script: Script
    circumstance: Circumstance = PLAIN
    street: Mapping[str, Any] = field(default_factory=dict)
    view: View | None = None


def makers(setting: Setting, positive: bool, takes: Mapping[str, Take]) -> dict[str, Maker]:
    """A maker of cases for each condition."""
    return {word: partial(_made, setting, word, positive, take) for word, take in takes.items()}


def _made(setting: Setting, condition: str, positive: bool, take: Take, seed: int) -> Case:
    rng = rng_of(seed, setting.check, condition, "positive" if positive else "negative")
    street, camera = (take.view or setting.view)(rng, take.street)
    light = light_of(rng, street, take.circumstance.night)
    shoot = Shoot(
        rng, Plan(int(rng.integers(1 << 30)), street, camera, light), take.circumstance,
        setting.quick.get(take.circumstance.fps or setting.fps, setting.seconds), setting.fps,
        tuple(zones_parse(street.zones(camera, setting.reach))), dict(setting.thresholds),
    )  # fmt: skip
    take.script(shoot)
    clip = plan_of(rng, take.circumstance, shoot.fps, shoot.seconds, shoot.keep)
    return Case(
        setting.check, condition, positive, seed, shoot.zones, partial(_write, shoot, clip, setting.content_hz),
        labels={"fps": clip.fps, **take.circumstance.labels(), **shoot.labels}, thresholds=shoot.thresholds,
        truth=shoot.truth, may_abstain=clip.fps < setting.least_fps,
    )  # fmt: skip


def _write(shoot: Shoot, clip: Any, content_hz: float, folder: Path) -> Path:
    scene = shoot.plan.scene(None, "")  # type: ignore[arg-type]
    changes = [make(shoot.rng, scene.camera, shoot.seconds) for make in shoot.circumstance.changes]
    return write_scene(scene, folder / "clip.mp4", clip, Filming([*changes, *shoot.changes], content_hz))


def cruise(shoot: Shoot, kind: str, lane_x: float, direction: int, when: tuple[float, float, float]) -> Actor:
    """Somebody who drives straight along x at a constant speed; ``when``: passes y metres at t seconds, at m/s."""
    y, t, speed = when
    times = np.array([t - 100 / speed, t + 100 / speed])
    ends = np.array([y - 100.0, y + 100.0]) * direction + (0 if direction > 0 else 2 * y)
    heading = 0.0 if direction > 0 else np.pi
    return Actor(kind, shoot.seed(), Track(times, np.array([lane_x, lane_x]), ends, heading))
