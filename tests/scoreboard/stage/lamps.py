"""A street at night seen along its row of lamps: which of them burn is the scene's to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from analytics.zones import Zone
from tests.scenes import Camera, Light, Street
from tests.scenes.background import draw_background

from .film import Picture
from .views import View

Rng = np.random.Generator
HEAD_M = 8.5
"""Height of a lamp's head; `tests.scenes` draws lit ones there."""

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Lamp:
    """Ground point in metres; the head's centre and radius in pixels."""

    place: Place
    head: tuple[float, float]
    radius: float

    def zone(self, camera: Camera, name: str) -> Zone:
        """Tightly around the head, with the slack of somebody who draws by hand."""
        half = max(3.5, 1.6 * self.radius)
        x0, x1 = ((self.head[0] + side * half) / camera.width for side in (-1, 1))
        y0, y1 = ((self.head[1] + side * half) / camera.rows for side in (-1, 1))
        return Zone("lamp", ((x0, y0), (x1, y0), (x1, y1), (x0, y1)), name)


@dataclass(frozen=True, slots=True)
class LampView:
    """A view with the lamps that can be judged in it, near ones first; `sides`: which kerb each stands at."""

    view: View
    lamps: tuple[Lamp, ...]
    sides: tuple[int, ...]

    def bare(self, lit: frozenset[int], power: Mapping[int, float] | None = None) -> Picture:
        """The empty street with these lamps (by number) burning, the others dark on their posts. ``power``: how
        brightly, where a lamp does not burn as usual (1)."""
        places = tuple(lamp.place for n, lamp in enumerate(self.lamps) if n in lit)
        light = replace(self.view.light, lamps=places, exposure=1.0, contrast=1.0, blur=0.0, noise=0.0)
        picture = draw_background(self.view.street, self.view.camera, light).copy()
        for n, lamp in reversed(list(enumerate(self.lamps))):
            _post(picture, self.view.camera, lamp, light, (power or {}).get(n, 1.0) if n in lit else 0.0)
        return picture


def _post(picture: Picture, camera: Camera, lamp: Lamp, light: Light, power: float) -> None:
    foot = camera.project(np.array([[*lamp.place, 0.0]]))[0]
    tone = (30, 30, 32) if light.night else (95, 98, 102)
    thick = max(1, round(0.14 * camera.focal_px / np.hypot(*lamp.place)))
    head = (round(lamp.head[0]), round(lamp.head[1]))
    cv2.line(picture, head, (round(foot[0]), round(foot[1])), tone, thick, cv2.LINE_AA)
    if not power:
        shade = (52, 54, 56) if light.night else (150, 155, 158)
        cv2.ellipse(picture, head, (max(2, round(lamp.radius)), max(1, round(lamp.radius * 0.5))), 0, 0, 360, shade, -1)
        return
    glow = np.zeros(picture.shape[:2], np.float32)
    cv2.circle(glow, head, max(2, round(lamp.radius)), 1.0, -1, cv2.LINE_AA)
    halo = cv2.GaussianBlur(glow, (0, 0), 2.2 * lamp.radius + 1) * 260
    lit = picture + power * (halo[..., None] * (0.75, 0.93, 1.0) + glow[..., None] * 255)
    picture[:] = np.clip(lit, 0, 255).astype(np.uint8)


def lamp_view(rng: Rng, heights: tuple[float, float] = (2.4, 6.5)) -> LampView:
    """Three to six lamps in sight, heads of 2 pixels radius and more in a picture 384 wide and more."""
    for _ in range(200):
        found = _tried(rng, heights)
        if len(found.lamps) >= 3:
            return found
    raise RuntimeError("no view with three lamps in two hundred tries")


def _tried(rng: Rng, heights: tuple[float, float]) -> LampView:
    side = 1 if rng.random() < 0.5 else -1
    street = Street(lanes=2, opposite=int(rng.choice([0, 2])), side=side, seed=int(rng.integers(1 << 30)))
    width, rows = ((384, 216), (480, 270), (640, 360))[int(rng.integers(3))]
    camera = Camera(
        x=float(rng.uniform(-2.5, 4.0) * side), height=float(rng.uniform(*heights)),
        yaw_deg=float(rng.uniform(-3, 8) * side), tilt_deg=float(rng.uniform(-4, 6)),
        focal_px=float(rng.uniform(0.75, 1.0) * width), width=width, rows=rows,
    )  # fmt: skip
    light = Light(
        night=True, ambient=float(rng.uniform(0.10, 0.22)), lamp_gain=float(rng.uniform(0.45, 0.8)), haze=0.05,
        noise=float(rng.uniform(1.2, 4.0)), exposure=float(rng.uniform(0.9, 1.25)),
        tint=(float(rng.uniform(0.85, 1.0)), 1.0, float(rng.uniform(1.0, 1.1))),
    )  # fmt: skip
    view = View(street, camera, light, (0.0, 0.0, 0.0, 0.0), ())
    lamps, sides = _in_sight(rng, street, camera)
    return LampView(view, lamps, sides)


def _in_sight(rng: Rng, street: Street, camera: Camera) -> tuple[tuple[Lamp, ...], tuple[int, ...]]:
    first, step = rng.uniform(9, 20), rng.uniform(11, 17)
    found: list[tuple[Lamp, int]] = []
    edges = (sum(street.span(0.8, 1.8)) / 2, sum(street.span(street.road_end - 1.8, street.road_end - 0.8)) / 2)
    for kerb, x in enumerate(edges):
        for y in np.arange(first + kerb * step / 2, 58, step):
            seen = camera.to_camera(np.array([[x, float(y), HEAD_M]]))
            u, v = camera.to_picture(seen)[0]
            radius = max(2.0, 0.28 * camera.focal_px / seen[0, 2])
            reach = 3.2 * radius
            if reach < u < camera.width - reach and max(reach, 22) < v < camera.rows - reach:
                lamp = Lamp((float(x), float(y)), (float(u), float(v)), float(radius))
                if all(
                    np.hypot(u - other.head[0], v - other.head[1]) > 4 * (radius + other.radius) for other, _ in found
                ):
                    found.append((lamp, kerb))
    found = sorted(found, key=lambda item: item[0].place[1])[:6]
    found = [(lamp, kerb) for n, (lamp, kerb) in enumerate(found) if not _behind_a_post(lamp, camera, found[:n])]
    return tuple(lamp for lamp, _ in found), tuple(kerb for _, kerb in found)


def _behind_a_post(lamp: Lamp, camera: Camera, nearer: Sequence[tuple[Lamp, int]]) -> bool:
    """Whether a nearer lamp's post hides the middle of this head: nobody could tell whether it burns."""
    for other, _ in nearer:
        foot = camera.project(np.array([[*other.place, 0.0]]))[0]
        share = (lamp.head[1] - other.head[1]) / max(1e-6, foot[1] - other.head[1])
        post = other.head[0] + share * (foot[0] - other.head[0])
        thick = 0.14 * camera.focal_px / np.hypot(*other.place)
        if 0 <= share <= 1 and abs(lamp.head[0] - post) < lamp.radius + 0.5 * thick:
            return True
    return False
