"""Building blocks of the demo's scenes: a view, and the traffic and people that fill it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from .camera import Camera
from .scene import Actor, Scene
from .street import Light, Street
from .traffic import Flow, Stop, drive, pull_over, walk

TRAFFIC: dict[str, float] = {"car": 0.42, "motorcycle": 0.30, "bus": 0.06, "truck": 0.08, "angkot": 0.14}
LIGHT_MIX: dict[str, float] = {"car": 0.55, "motorcycle": 0.30, "angkot": 0.15}
MORNING = Light(
    sun_azimuth_deg=100, sun_height_deg=32, sun=0.62, ambient=0.6, haze=0.22, noise=0.8, tint=(0.97, 1.0, 1.03)
)
CLOUDY = Light(sun=0.0, ambient=0.98, haze=0.3, noise=0.8, tint=(1.02, 1.0, 0.98))


@dataclass
class Plan:
    """What the makers below share."""

    seed: int
    street: Street
    camera: Camera
    light: Light
    actors: list[Actor] = field(default_factory=list)

    def lanes(self, **flow: Any) -> None:
        """The same flow on every ordinary near lane."""
        for n, lane in enumerate(lane for lane in self.street.near_lanes if not lane.busway):
            self.actors += drive(Flow(lane, flow.get("mix", TRAFFIC), **_without(flow, "mix")), self.seed + n)

    def opposite(self, per_minute: float = 6.0, speed: tuple[float, float] = (9.5, 13.0)) -> None:
        """Free traffic beyond the median."""
        for n, lane in enumerate(self.street.far_lanes):
            self.actors += drive(Flow(lane, TRAFFIC, per_minute, speed), self.seed + 50 + n)

    def walkers(self, starts: Sequence[float]) -> None:
        """People who pass along the pavement."""
        rng = np.random.default_rng([self.seed, 8])
        x0, x1 = self.street.pavement_x
        for n, start in enumerate(starts):
            x = float(rng.uniform(x0 + 0.7, x1 - 0.9))
            self.actors.append(
                walk(int(rng.integers(1 << 30)), x, start, 1 if n % 2 else -1, float(rng.uniform(1.1, 1.5)))
            )

    @property
    def kerb(self) -> float:
        """x of a vehicle that stands in the kerb strip."""
        strip = self.street.strip_x
        assert strip is not None
        return (strip[0] + strip[1]) / 2 - 0.25 * self.street.side

    def stop(self, kind: str, y: float, span: tuple[float, float], **more: Any) -> None:
        """A vehicle of the first lane that stands in the strip for a span of seconds."""
        lane = self.street.near_lanes[0]
        self.actors.append(
            pull_over(
                Stop(kind, self.seed + int(span[0]) + 1, lane.middle, self.kerb, y, *span, lane.direction, **more)
            )
        )

    def scene(self, start: datetime, title: str) -> Scene:
        """The finished scene."""
        return Scene(self.street, self.camera, self.light, self.actors, self.seed, start, title)


def _without(values: dict[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in values.items() if k != key}


def kerb_view(seed: int, side: int = 1, light: Light = MORNING, **street: Any) -> Plan:
    """A pole on the near pavement; the kerb strip runs up the middle of the picture."""
    plan = Street(seed=seed, side=side, **{"lanes": 2, "opposite": 2, **street})
    camera = Camera(x=-1.6 * side, height=7.2, yaw_deg=9.0 * side, tilt_deg=21.5, focal_px=600)
    return Plan(seed, plan, camera, light)


def bridge_view(seed: int, side: int = 1, light: Light = MORNING, **street: Any) -> Plan:
    """A pedestrian bridge above the near carriageway."""
    plan = Street(seed=seed, side=side, **{"lanes": 2, "opposite": 2, "strip": False, **street})
    camera = Camera(x=3.4 * side, height=7.6, yaw_deg=1.0 * side, tilt_deg=21.5, focal_px=590)
    return Plan(seed, plan, camera, light)
