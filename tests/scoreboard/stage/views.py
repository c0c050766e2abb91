"""Where the camera hangs: over a pavement, over a road, before a row of lamps; and the light there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.zones import Zone
from tests.scenes import Camera, Light, Street
from tests.scenes.street import lamp_row

from .bodies import Spot

Rng = np.random.Generator
SIZES = ((384, 216), (480, 270))


@dataclass(frozen=True, slots=True)
class View:
    """``floor``: x0, x1, y0, y1 in metres where bodies are well in sight; ``gates``: where people come from and go."""

    street: Street
    camera: Camera
    light: Light
    floor: tuple[float, float, float, float]
    gates: tuple[Spot, ...]

    def zone(self, kind: str, span: tuple[float, float], reach: tuple[float, float], name: str = "") -> Zone:
        """The ground between two x and two y, as somebody would have drawn it in the picture."""
        (x0, x1), (y0, y1) = span, reach
        points = self.camera.ground_polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
        return Zone(kind, tuple((float(x), float(y)) for x, y in points), name)

    def shows(self, spot: Spot, tall: float = 1.0) -> bool:
        """Whether what stands there is inside the picture, its upper part too up to `tall` metres."""
        points = np.array([[*spot, 0.0], [*spot, tall]])
        if self.camera.to_camera(points)[:, 2].min() < 1.0:
            return False
        share = self.camera.project(points) / (self.camera.width, self.camera.rows)
        return bool((share > 0.05).all() and (share < (0.95, 0.94)).all())

    @property
    def pavement(self) -> Zone:
        x0, x1 = self.street.pavement_x
        return self.zone("pavement", (x0 - 0.1, x1 + 0.1), (2.0, 26.0), "trotoar")

    @property
    def road(self) -> Zone:
        x0, x1 = self.street.span(0.0, self.street.road_end)
        return self.zone("road", (x0, x1), (3.0, 45.0), "jalan")


def daylight(rng: Rng) -> Light:
    """Sun or cloud, morning to evening."""
    sun = float(rng.choice([0.0, 1.0], p=[0.4, 0.6]) * rng.uniform(0.35, 0.75))
    return Light(
        sun_azimuth_deg=float(rng.uniform(0, 360)), sun_height_deg=float(rng.uniform(22, 70)), sun=sun,
        ambient=float(rng.uniform(0.55, 0.75)), haze=float(rng.uniform(0.05, 0.3)), noise=float(rng.uniform(0.8, 3.0)),
        exposure=float(rng.uniform(0.85, 1.15)), tint=_tint(rng),
    )  # fmt: skip


def lamplight(rng: Rng, street: Street) -> Light:
    """A street that its lamps light well enough to see people by."""
    return Light(
        night=True, ambient=float(rng.uniform(0.16, 0.3)), lamps=lamp_row(street, float(rng.uniform(3, 9)), 14.0),
        lamp_gain=float(rng.uniform(0.5, 0.8)), haze=0.1, noise=float(rng.uniform(1.5, 4.0)),
        exposure=float(rng.uniform(1.0, 1.3)), tint=_tint(rng),
    )  # fmt: skip


def _tint(rng: Rng) -> tuple[float, float, float]:
    return (float(rng.uniform(0.94, 1.06)), 1.0, float(rng.uniform(0.94, 1.06)))


def pavement_view(rng: Rng, night: bool = False) -> View:
    """A pole or a bus stop's roof over a wide pavement: people of 30 to 90 pixels in a picture 384 wide."""
    side = 1 if rng.random() < 0.5 else -1
    wide = float(rng.uniform(4.0, 7.0))
    street = Street(
        lanes=2, opposite=int(rng.choice([0, 2])), strip=bool(rng.random() < 0.5), pavement=wide, side=side,
        stopping_signs=bool(rng.random() < 0.4), seed=int(rng.integers(1 << 30)),
    )  # fmt: skip
    width, rows = SIZES[int(rng.random() < 0.35)]
    camera = Camera(
        x=float(rng.uniform(-0.75, -0.25) * wide * side), height=float(rng.uniform(3.2, 5.0)),
        yaw_deg=float(rng.uniform(-7, 7)), tilt_deg=float(rng.uniform(13, 20)),
        focal_px=float(rng.uniform(0.8, 1.0) * width), width=width, rows=rows,
    )  # fmt: skip
    x0, x1 = street.pavement_x
    floor = (x0 + 0.5, x1 - 0.5, 6.0, 14.0)
    middle = (x0 + x1) / 2
    gates = ((middle + float(rng.uniform(-1, 1)), 0.3), (middle + float(rng.uniform(-1, 1)), 34.0))
    light = lamplight(rng, street) if night else daylight(rng)
    return View(street, camera, light, _near_edge(camera, floor), gates)


def _near_edge(camera: Camera, floor: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The floor from where feet are inside the picture."""
    x0, x1, y0, y1 = floor
    lowest = camera.ground_at(camera.width / 2, 0.92 * camera.rows)
    return x0, x1, max(y0, lowest[1] if lowest else y0), y1


def road_view(rng: Rng, night: bool = False) -> View:
    """A pole at the kerb or a footbridge: two lanes of one way or a road with both, near enough for rubble to show."""
    side = 1 if rng.random() < 0.5 else -1
    street = Street(
        lanes=2, opposite=int(rng.choice([0, 0, 2])), strip=bool(rng.random() < 0.3), side=side,
        pavement=float(rng.uniform(2.5, 4.5)), stopping_signs=False, seed=int(rng.integers(1 << 30)),
    )  # fmt: skip
    width, rows = SIZES[int(rng.random() < 0.35)]
    across = float(rng.uniform(-1.0, 0.5 * street.road_end))
    camera = Camera(
        x=across * side, height=float(rng.uniform(5.0, 7.5)),
        yaw_deg=float((rng.uniform(-4, 8) - (across - street.road_end / 2) * 0.8) * side),
        tilt_deg=float(rng.uniform(16, 24)), focal_px=float(rng.uniform(0.8, 1.0) * width), width=width, rows=rows,
    )  # fmt: skip
    x0, x1 = street.span(0.5, street.edge + 2 * 3.3)
    light = lamplight(rng, street) if night else daylight(rng)
    return View(street, camera, light, (x0, x1, 9.0, 22.0), ((x0, 0.0), (x1, 40.0)))
