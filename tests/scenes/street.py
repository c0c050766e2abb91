"""The street's plan on the ground, its light, and the zones a camera would have drawn on it.

Traffic keeps left, as in Indonesia. With `side` = 1 the near kerb is on the left of the picture and its traffic
drives away from the camera; with -1 the plan is mirrored and that traffic comes towards it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .camera import Array, Camera

STRIP_M = 2.7
LANE_M = 3.3
BUSWAY_M = 3.7
MEDIAN_M = 1.6
FAR_M = 85.0
Rectangle = tuple[float, float, float, float]  # x0, x1, y0, y1 in metres


@dataclass(frozen=True)
class Lane:
    """A strip of carriageway: x range in metres, +1 drives away from the camera and -1 towards it."""

    x0: float
    x1: float
    direction: int
    busway: bool = False

    @property
    def middle(self) -> float:
        """x of the centre line."""
        return (self.x0 + self.x1) / 2


@dataclass(frozen=True)
class Street:
    """Which parts the street has. All widths in metres."""

    lanes: int = 2
    strip: bool = True  # the kerb-side strip where stopping is forbidden
    busway: bool = False
    opposite: int = 2
    pavement: float = 3.2
    side: int = 1
    zebra_y: float | None = None
    red_busway: bool = True
    stopping_signs: bool = True
    seed: int = 0

    def span(self, x0: float, x1: float) -> tuple[float, float]:
        """x range of the plan on this side of the picture."""
        return (x0, x1) if self.side > 0 else (-x1, -x0)

    @property
    def strip_x(self) -> tuple[float, float] | None:
        """Kerb-side strip."""
        return self.span(0.0, STRIP_M) if self.strip else None

    @property
    def pavement_x(self) -> tuple[float, float]:
        """The pavement beside the near kerb."""
        return self.span(-self.pavement, 0.0)

    @property
    def edge(self) -> float:
        """Width from the kerb to the first lane."""
        return STRIP_M if self.strip else 0.3

    @property
    def near_lanes(self) -> list[Lane]:
        """Lanes of the near carriageway from the kerb outwards, the busway last."""
        plan = [(self.edge + k * LANE_M, self.edge + (k + 1) * LANE_M, False) for k in range(self.lanes)]
        if self.busway:
            start = plan[-1][1] + 0.5
            plan.append((start, start + BUSWAY_M, True))
        return [Lane(*self.span(a, b), self.side, bus) for a, b, bus in plan]

    @property
    def median_x(self) -> tuple[float, float]:
        """The strip between the carriageways."""
        end = self.near_end
        return self.span(end, end + MEDIAN_M)

    @property
    def near_end(self) -> float:
        """Width from the kerb to the median."""
        return self.edge + self.lanes * LANE_M + (0.5 + BUSWAY_M if self.busway else 0.0) + 0.3

    @property
    def far_lanes(self) -> list[Lane]:
        """Lanes beyond the median; their traffic runs the other way."""
        start = self.near_end + MEDIAN_M + 0.3
        plan = [(start + k * LANE_M, start + (k + 1) * LANE_M) for k in range(self.opposite)]
        return [Lane(*self.span(a, b), -self.side) for a, b in plan]

    @property
    def road_end(self) -> float:
        """Width from the near kerb to the far one."""
        return self.near_end + (MEDIAN_M + 0.6 + self.opposite * LANE_M if self.opposite else 0.0)

    def zones(self, camera: Camera, reach: tuple[float, float] = (4.0, 48.0)) -> list[dict[str, object]]:
        """Picture polygons in 0-1 of the near lanes, kerb strip, busway lane and pavement, y range in metres."""
        road = self.span(self.edge, self.edge + self.lanes * LANE_M)
        found: list[tuple[str, str, tuple[float, float]]] = [("road", "sisi dekat", road)]
        if self.strip_x:
            found.append(("no_stopping", "tepi jalan", self.strip_x))
        if self.busway:
            bus = next(lane for lane in self.near_lanes if lane.busway)
            found.append(("busway_lane", "sisi dekat", (bus.x0, bus.x1)))
        found.append(("pavement", "sisi dekat", self.pavement_x))
        out: list[dict[str, object]] = []
        for kind, name, (x0, x1) in found:
            polygon = camera.ground_polygon([(x0, reach[0]), (x1, reach[0]), (x1, reach[1]), (x0, reach[1])])
            if len(polygon) >= 3:
                out.append({"kind": kind, "name": name, "polygon": polygon})
        return out


@dataclass(frozen=True)
class Light:
    """Sun, air, lens and sensor. Angles in degrees, noise and blur in pixels and grey levels."""

    sun_azimuth_deg: float = 120.0  # where the sun stands, clockwise from +y
    sun_height_deg: float = 35.0
    sun: float = 0.75  # strength of direct sun; 0 is overcast
    ambient: float = 0.55
    haze: float = 0.25  # share of haze at 100 m
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    exposure: float = 1.0
    contrast: float = 1.0
    noise: float = 3.0
    blur: float = 0.0
    shadows: bool = True  # off leaves an actor's own pixels as the only change
    jpeg: int = 0  # 0 leaves the picture uncompressed
    night: bool = False
    lamps: tuple[tuple[float, float], ...] = field(default_factory=tuple)  # street lamps' ground points
    lamp_gain: float = 1.0

    @property
    def sun_vector(self) -> Array:
        """Unit vector towards the sun in world axes."""
        azimuth, height = np.radians(self.sun_azimuth_deg), np.radians(self.sun_height_deg)
        return np.array([np.sin(azimuth) * np.cos(height), np.cos(azimuth) * np.cos(height), np.sin(height)])

    def lamp_light(self, x: Array, y: Array) -> Array:
        """Light of the street lamps on the ground at x, y in metres: about 1 right under one."""
        total = np.zeros(np.broadcast(x, y).shape)
        for lx, ly in self.lamps:
            total = total + np.exp(-(((x - lx) / 8.0) ** 2 + ((y - ly) / 9.5) ** 2))
        return total * self.lamp_gain


def lamp_row(street: Street, first: float = 6.0, step: float = 18.0) -> tuple[tuple[float, float], ...]:
    """Lamp heads that hang over both edges of the road: ground points in metres."""
    near = sum(street.span(1.0, 2.0)) / 2
    far = sum(street.span(street.road_end - 2.0, street.road_end - 1.0)) / 2
    ys = np.arange(first, FAR_M, step)
    return tuple((near, float(y)) for y in ys) + tuple((far, float(y + step / 2)) for y in ys)
