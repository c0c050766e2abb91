"""Random single pictures with labels: the training set's recipe.

Cameras, streets, light and crowds are drawn far wider than the demo footage needs, so that the small network
learns shapes and not one view.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import cv2
import numpy as np

from .camera import Camera
from .scene import Actor, Picture, Scene, Track, Truth
from .street import Light, Street, lamp_row

MIX: dict[str, float] = {"car": 0.32, "motorcycle": 0.27, "bus": 0.10, "truck": 0.11, "angkot": 0.20}
FAR_Y = 70.0
MIN_SIDE_PX = 8.0  # at 640 wide; smaller objects stay unlabelled
MIN_VISIBLE = 0.3


@dataclass(frozen=True)
class Sample:
    """One labelled picture."""

    image: Picture
    truth: list[Truth]


def _still(kind: str, seed: int, spot: tuple[float, float], heading: float) -> Actor:
    x, y = spot
    return Actor(kind, seed, Track(np.array([-1e6, 1e6]), np.array([x, x]), np.array([y, y]), heading))


def random_street(rng: np.random.Generator) -> Street:
    """Any mix of lanes, strip, busway, median and side."""
    return Street(
        lanes=int(rng.integers(1, 4)), strip=bool(rng.random() < 0.7), busway=bool(rng.random() < 0.35),
        opposite=int(rng.choice([0, 1, 2, 2, 3])), pavement=float(rng.uniform(2, 4.5)),
        side=1 if rng.random() < 0.5 else -1, zebra_y=float(rng.uniform(14, 35)) if rng.random() < 0.25 else None,
        red_busway=bool(rng.random() < 0.7), stopping_signs=bool(rng.random() < 0.7), seed=int(rng.integers(1 << 30)),
    )  # fmt: skip


def random_camera(rng: np.random.Generator, street: Street) -> Camera:
    """A pole at the kerb, on the median or a bridge over the road."""
    across = rng.uniform(-street.pavement * 0.8, street.road_end)
    yaw = rng.uniform(-30, 30) - (across - street.road_end / 2) * 0.9
    return Camera(
        x=float(across * street.side), height=float(rng.uniform(4.5, 11)), yaw_deg=float(yaw * street.side),
        tilt_deg=float(rng.uniform(14, 36)), focal_px=float(rng.uniform(420, 900)),
    )  # fmt: skip


def random_light(rng: np.random.Generator, street: Street) -> Light:
    """Day three times out of four, else a lit night."""
    common = {
        "haze": float(rng.uniform(0.05, 0.5)), "noise": float(rng.uniform(1, 9)), "jpeg": int(rng.integers(28, 95)),
        "blur": float(rng.uniform(0.5, 1.5)) if rng.random() < 0.35 else 0.0,
        "tint": tuple(float(v) for v in rng.uniform(0.92, 1.08, 3)),
    }  # fmt: skip
    if rng.random() < 0.25:
        return Light(
            night=True, ambient=float(rng.uniform(0.08, 0.3)), lamps=lamp_row(street, float(rng.uniform(3, 14))),
            lamp_gain=float(rng.uniform(0.35, 0.9)), exposure=float(rng.uniform(0.8, 1.3)), **common,
        )  # type: ignore[arg-type]  # fmt: skip
    sun = float(rng.choice([0.0, 1.0], p=[0.3, 0.7]) * rng.uniform(0.3, 0.8))
    return Light(
        sun_azimuth_deg=float(rng.uniform(0, 360)), sun_height_deg=float(rng.uniform(18, 75)), sun=sun,
        ambient=float(rng.uniform(0.5, 0.75)), exposure=float(rng.uniform(0.7, 1.3)),
        contrast=float(rng.uniform(0.75, 1.2)), **common,
    )  # type: ignore[arg-type]  # fmt: skip


def _fill_lane(rng: np.random.Generator, middle: float, heading: float, kinds: list[str], gap: float) -> list[Actor]:
    actors: list[Actor] = []
    y = float(rng.uniform(-4, 6) + rng.exponential(gap))
    while y < FAR_Y:
        kind, seed = str(rng.choice(kinds)), int(rng.integers(1 << 30))
        actor = _still(kind, seed, (0, 0), heading)
        half = actor.mesh.size[0] / 2
        sway = 1.1 if kind == "motorcycle" else 0.35
        x = middle + float(rng.uniform(-sway, sway))
        actors.append(_still(kind, seed, (x, y + half), heading + float(rng.normal(0, 0.03))))
        if kind == "motorcycle" and rng.random() < 0.4:
            other = x + 1.3 if x < middle else x - 1.3
            actors.append(_still("motorcycle", int(rng.integers(1 << 30)), (other, y + half + 0.4), heading))
        y += 2 * half + float(rng.uniform(0.6, 1.6) + rng.exponential(gap))
    return actors


def random_actors(rng: np.random.Generator, street: Street) -> list[Actor]:
    """Traffic from empty to jammed, vehicles at the kerb, people on pavement and road."""
    kinds = list(rng.choice(list(MIX), size=60, p=list(MIX.values())))
    gap = float(rng.choice([1.0, 4.0, 10.0, 22.0]))
    actors: list[Actor] = []
    for lane in (*street.near_lanes, *street.far_lanes):
        heading = 0.0 if lane.direction > 0 else np.pi
        choice = ["bus", "bus", "car", "motorcycle"] if lane.busway else kinds
        actors += _fill_lane(rng, lane.middle, heading, choice, gap * float(rng.uniform(0.7, 1.6)))
    if street.strip_x and rng.random() < 0.7:
        middle = sum(street.strip_x) / 2
        parked = ["car", "angkot", "angkot", "motorcycle", "truck", "car"]
        heading = 0.0 if street.side > 0 else np.pi
        actors += _fill_lane(rng, middle, heading, parked, float(rng.choice([3.0, 12.0, 30.0])))
    for _ in range(int(rng.integers(0, 14))):
        x = rng.uniform(*street.pavement_x)
        actors.append(
            _still(
                "person", int(rng.integers(1 << 30)), (float(x), float(rng.uniform(3, 42))), float(rng.uniform(0, 6.3))
            )
        )
    if street.zebra_y is not None:
        for _ in range(int(rng.integers(0, 6))):
            x = rng.uniform(*street.span(0, street.near_end))
            actors.append(
                _still("person", int(rng.integers(1 << 30)), (float(x), street.zebra_y + 1.5), float(np.pi / 2))
            )
    return actors


def _near_things(rng: np.random.Generator, camera: Camera) -> Picture | None:
    """Sometimes a cable, a post or leaves hang close in front of the lens."""
    if rng.random() > 0.25:
        return None
    layer = np.zeros((camera.rows, camera.width, 4), np.uint8)
    tone = int(rng.integers(15, 110))
    choice = rng.integers(3)
    if choice == 0:
        ends = rng.integers(0, camera.rows, 2)
        cv2.line(
            layer,
            (0, int(ends[0])),
            (camera.width, int(ends[1])),
            (tone, tone, tone, 255),
            int(rng.integers(2, 5)),
            cv2.LINE_AA,
        )
    elif choice == 1:
        x = int(rng.integers(0, camera.width))
        cv2.line(
            layer,
            (x, 0),
            (x + int(rng.integers(-20, 20)), camera.rows),
            (tone, tone, tone, 255),
            int(rng.integers(5, 22)),
        )
    else:
        corner = np.array([rng.choice([0, camera.width]), rng.choice([0, camera.rows])])
        for _ in range(60):
            spot = np.round(corner + rng.normal(0, 45, 2)).astype(int)
            cv2.circle(layer, spot.tolist(), int(rng.integers(5, 16)), (tone * 0.6, tone, tone * 0.7, 255), -1)
    return cv2.GaussianBlur(layer, (0, 0), 1.5)


def random_scene(seed: int) -> Scene:
    """One random street with standing actors; seeds of training and held-out sets never meet."""
    rng = np.random.default_rng([seed, 2026])
    street = random_street(rng)
    camera, light = random_camera(rng, street), random_light(rng, street)
    start = datetime(2026, 1, 1) + timedelta(seconds=int(rng.integers(0, 3600 * 24 * 300)))
    return Scene(
        street, camera, light, random_actors(rng, street), seed=seed, overlay=_near_things(rng, camera),
        start=start if rng.random() < 0.8 else None, title=f"CAM {rng.integers(100, 4000)}",
    )  # fmt: skip


def clipped(truth: Truth, width: int, rows: int) -> tuple[float, float, float, float]:
    """The box cut at the picture's border, pixels."""
    x1, y1, x2, y2 = truth.box
    return max(x1, 0.0), max(y1, 0.0), min(x2, float(width)), min(y2, float(rows))


def worth_learning(truth: Truth, width: int, rows: int) -> bool:
    """Whether the object can be told from the pixels: large and visible enough."""
    x1, y1, x2, y2 = clipped(truth, width, rows)
    least = MIN_SIDE_PX * width / 640
    return truth.visible >= MIN_VISIBLE and min(x2 - x1, y2 - y1) >= least and max(x2 - x1, y2 - y1) >= 1.75 * least


def samples(seed: int, count: int = 2) -> list[Sample]:
    """Labelled pictures of one random street; it is empty but for the clock between two crowds."""
    scene = random_scene(seed)
    found: list[Sample] = []
    for turn in range(count):
        if turn:
            scene.actors = random_actors(np.random.default_rng([seed, 2026, turn]), scene.street)
        shot = scene.render(float(turn * 137))
        keep = [t for t in shot.truth if worth_learning(t, scene.camera.width, scene.camera.rows)]
        found.append(Sample(shot.image, keep))
    return found
