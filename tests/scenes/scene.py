"""A street with actors, drawn at any time with its exact truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from .background import draw_background
from .camera import Array, Camera
from .depth import far_to_near
from .mesh import Mesh
from .paint import Drawn, MeshPainter, Picture, fixed
from .street import Light, Street
from .vehicles import MAKERS

MARGIN = 2  # pixels around an outline when its own area is counted


@dataclass(frozen=True)
class Track:
    """Where an actor's centre is: times in seconds, ground points in metres, straight in between."""

    times: Array
    x: Array
    y: Array
    heading: float = 0.0  # radians counter-clockwise from +y; pi drives towards the camera

    def at(self, t: float) -> tuple[float, float, float] | None:
        """x, y in metres and speed in m/s, or None while the actor is not in the scene."""
        if not self.times[0] <= t <= self.times[-1]:
            return None
        x, y = float(np.interp(t, self.times, self.x)), float(np.interp(t, self.times, self.y))
        before, after = max(t - 0.1, self.times[0]), min(t + 0.1, self.times[-1])
        dx = np.interp(after, self.times, self.x) - np.interp(before, self.times, self.x)
        dy = np.interp(after, self.times, self.y) - np.interp(before, self.times, self.y)
        return x, y, float(np.hypot(dx, dy) / max(after - before, 1e-6))

    def turn(self, t: float) -> float:
        """Heading at t: a car that pulls over points a little sideways."""
        dx = np.interp(t + 0.4, self.times, self.x) - np.interp(t - 0.4, self.times, self.x)
        dy = np.interp(t + 0.4, self.times, self.y) - np.interp(t - 0.4, self.times, self.y)
        if abs(dy) < 0.15:
            return self.heading
        return self.heading + float(np.clip(-np.arctan(dx / dy), -0.5, 0.5))


@dataclass
class Actor:
    """One road user: its class, its look (by seed) and its track."""

    kind: str
    seed: int
    track: Track
    id: int = 0

    @cached_property
    def mesh(self) -> Mesh:
        """The shape in metres."""
        return MAKERS[self.kind](np.random.default_rng([self.seed, 5]))

    def mesh_at(self, t: float, speed: float) -> Mesh:
        """The shape at t; pedestrians swing their legs."""
        if self.kind != "person":
            return self.mesh
        phase = round(np.sin(t * 7.0 + self.seed) * 3) / 3 if speed > 0.2 else 0.0
        return _stepping(self.seed, phase)


_STEPS: dict[tuple[int, float], Mesh] = {}


def _stepping(seed: int, phase: float) -> Mesh:
    if (seed, phase) not in _STEPS:
        from .vehicles import person

        if len(_STEPS) > 4000:
            _STEPS.clear()
        _STEPS[(seed, phase)] = person(np.random.default_rng([seed, 5]), phase)
    return _STEPS[(seed, phase)]


@dataclass(frozen=True)
class Truth:
    """What one actor is in one picture: box x1, y1, x2, y2 in pixels, not cut at the border; visible share 0-1."""

    id: int
    kind: str
    box: tuple[float, float, float, float]
    visible: float
    speed: float
    ground: tuple[float, float]


@dataclass(frozen=True)
class Shot:
    """One rendered picture (rows, width, 3) BGR with the truth of every actor that touches it."""

    t: float
    image: Picture
    truth: list[Truth]


@dataclass
class Scene:
    """Everything a picture depends on; `render(t)` is a pure function of it."""

    street: Street
    camera: Camera
    light: Light
    actors: list[Actor] = field(default_factory=list)
    seed: int = 0
    start: datetime | None = None  # WIB wall clock of t = 0; None burns no clock in
    title: str = ""
    overlay: Picture | None = None  # BGRA, drawn over everything: posts and leaves close to the lens

    def __post_init__(self) -> None:
        self._painter = MeshPainter(self.camera, self.light)
        for number, actor in enumerate(self.actors):
            actor.id = actor.id or number + 1

    @cached_property
    def background(self) -> Picture:
        """The empty street."""
        return draw_background(self.street, self.camera, self.light)

    @cached_property
    def _grain(self) -> list[NDArray[np.int16]]:
        rng = np.random.default_rng([self.seed, 9])
        shape = (self.camera.rows + 64, self.camera.width + 64, 3)
        grain = rng.standard_normal(shape, np.float32) * max(self.light.noise, 1e-3)
        return [np.roll(np.round(grain), shift, axis=2).astype(np.int16) for shift in range(3)]

    def render(self, t: float, with_truth: bool = True) -> Shot:
        """The picture at t seconds."""
        image = self.background.copy()
        present = self._present(t)
        self._shadows(image, present)
        drawn: list[tuple[Actor, tuple[float, float, float], Drawn]] = []
        for actor, place, mesh, heading in present:
            drawn.append((actor, place, self._painter.draw(image, mesh, place[:2], heading)))
        if self.light.night:
            self._headlights(image, present, [d for _, _, d in drawn])
        if self.overlay is not None:
            alpha = self.overlay[..., 3:].astype(np.float32) / 255
            image = (image * (1 - alpha) + self.overlay[..., :3] * alpha).astype(np.uint8)
        truth = self._truth(drawn) if with_truth else []
        return Shot(t, self._sensor(image, t), truth)

    def _present(self, t: float) -> list[tuple[Actor, tuple[float, float, float], Mesh, float]]:
        found = []
        for actor in self.actors:
            place = actor.track.at(t)
            if place is not None:
                found.append((actor, place, actor.mesh_at(t, place[2]), actor.track.turn(t)))
        centres = np.array([place[:2] for _, place, _, _ in found])
        sizes = np.array([mesh.size[:2] for _, _, mesh, _ in found])
        return [found[n] for n in far_to_near(centres, sizes, self.camera)]

    def _shadows(self, image: Picture, present: list[tuple[Actor, tuple[float, float, float], Mesh, float]]) -> None:
        """Sun shadows and the dark under each body, soft, on the ground only: drawn before the actors."""
        if not present or not self.light.shadows:
            return
        rows, width = image.shape[0] // 2, image.shape[1] // 2
        mask = np.full((rows, width), 255, np.uint8)
        sun = self.light.sun_vector
        for _, place, mesh, heading in present:
            cos, sin = np.cos(heading), np.sin(heading)
            turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]])
            points = mesh.hull @ turn.T + np.array([place[0], place[1], 0.0])
            if not self.light.night and self.light.sun > 0.12:
                cast = points.copy()
                cast[:, :2] -= points[:, 2:] * sun[:2] / sun[2]
                self._fill_ground(
                    mask, cast, int(255 * (1 - 0.75 * self.light.sun / (self.light.sun + self.light.ambient)))
                )
            under = mesh.hull.copy()
            under[:, :2] *= 1.06
            self._fill_ground(mask, under @ turn.T + np.array([place[0], place[1], 0.0]), 95)
        mask = cv2.GaussianBlur(mask, (0, 0), 1.3)
        full = cv2.resize(mask, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
        cv2.multiply(image, cv2.merge([full, full, full]), image, 1 / 255.0)

    def _fill_ground(self, mask: Picture, points: Array, level: int) -> None:
        flat = points.copy()
        flat[:, 2] = 0
        seen = self.camera.to_camera(flat)
        seen = seen[seen[:, 2] > 1.0]
        if len(seen) < 3:
            return
        hull = cv2.convexHull((self.camera.to_picture(seen) / 2).astype(np.float32))[:, 0]
        x0, y0 = np.maximum(np.floor(hull.min(axis=0)).astype(int), 0)
        x1, y1 = np.minimum(np.ceil(hull.max(axis=0)).astype(int) + 1, (mask.shape[1], mask.shape[0]))
        if x1 <= x0 or y1 <= y0:
            return
        patch = np.full((y1 - y0, x1 - x0), 255, np.uint8)
        cv2.fillConvexPoly(patch, fixed(hull - (x0, y0)), level, cv2.LINE_8, 4)
        np.minimum(mask[y0:y1, x0:x1], patch, out=mask[y0:y1, x0:x1])

    def _headlights(
        self, image: Picture, present: list[tuple[Actor, tuple[float, float, float], Mesh, float]], drawn: list[Drawn]
    ) -> None:
        rows, width = image.shape[0] // 4, image.shape[1] // 4
        glow = np.zeros((rows, width, 3), np.uint8)
        for actor, place, mesh, heading in present:
            if actor.kind == "person" or (place[2] < 0.05 and actor.seed % 2):
                continue
            length, side = mesh.size[0] / 2, mesh.size[1] / 2
            fan = np.array(
                [[-side, length, 0], [side, length, 0], [side + 1.2, length + 9, 0], [-side - 1.2, length + 9, 0]]
            )
            cos, sin = np.cos(heading), np.sin(heading)
            world = fan @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]]).T + np.array([place[0], place[1], 0])
            seen = self.camera.to_camera(world)
            if seen[:, 2].min() > 1:
                patch = np.zeros_like(glow)
                cv2.fillConvexPoly(patch, fixed(self.camera.to_picture(seen) / 4), (42, 52, 56), cv2.LINE_8, 4)
                cv2.add(glow, patch, glow)
        for one in drawn:
            for kind, (u, v, r) in one.lamps:
                colour = (105, 130, 140) if kind == "head" else (16, 14, 105)
                if -40 < u < image.shape[1] + 40 and -40 < v < image.shape[0] + 40:
                    cv2.circle(glow, (int(u / 4), int(v / 4)), min(8, max(1, int(r * 0.45))), colour, -1)
        glow = cv2.GaussianBlur(glow, (0, 0), 2.2)
        cv2.add(image, cv2.resize(glow, (image.shape[1], image.shape[0])), image)

    def _sensor(self, image: Picture, t: float) -> Picture:
        light = self.light
        if light.exposure != 1.0 or light.contrast != 1.0:
            ramp = np.arange(256.0)
            table = np.clip(((ramp - 118) * light.contrast + 118) * light.exposure, 0, 255).astype(np.uint8)
            image = cv2.LUT(image, table)
        if light.blur > 0.05:
            image = cv2.GaussianBlur(image, (0, 0), light.blur)
        if light.noise > 0.05:
            tick = round(t * 1000)
            bank = self._grain[tick % 3]
            dy, dx = (tick * 37) % 64, (tick * 61) % 64
            patch = bank[dy : dy + self.camera.rows, dx : dx + self.camera.width]
            image = cv2.add(image, patch, dtype=cv2.CV_8U)
        image = self._caption(image, t)
        if light.jpeg:
            image = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, light.jpeg])[1], 1)
        return image

    def _caption(self, image: Picture, t: float) -> Picture:
        if self.start is None:
            return image
        clock = (self.start + timedelta(seconds=t)).strftime("%d-%m-%Y %H:%M:%S WIB")
        scale = self.camera.width / 640 * 0.5
        for text, spot in ((clock, (8, 16)), (self.title, (8, self.camera.rows - 8))):
            for colour, weight in (((20, 20, 20), 3), ((240, 240, 240), 1)):
                cv2.putText(image, text, spot, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, weight, cv2.LINE_AA)
        return image

    def _truth(self, drawn: list[tuple[Actor, tuple[float, float, float], Drawn]]) -> list[Truth]:
        """Visible share: an actor's own pixels left in the final picture over the pixels of its whole outline."""
        rows, width = self.camera.rows, self.camera.width
        owner = np.zeros((rows, width), np.uint16)
        boxes: list[tuple[Actor, tuple[float, float, float], Array, int]] = []
        for rank, (actor, place, one) in enumerate(drawn, 1):
            if not one.outlines:
                continue
            points = np.concatenate(one.outlines)
            box = np.concatenate([points.min(axis=0), points.max(axis=0)])
            if box[2] <= 0 or box[3] <= 0 or box[0] >= width or box[1] >= rows or np.ptp(box) > 8000:
                continue
            corner = np.floor(box[:2]).astype(int) - MARGIN
            size = np.ceil(box[2:]).astype(int) - corner + MARGIN
            own = np.zeros((int(size[1]), int(size[0])), np.uint8)
            for outline in one.outlines:
                cv2.fillConvexPoly(own, fixed(outline - corner), 1, cv2.LINE_8, 4)
            x0, y0 = max(corner[0], 0), max(corner[1], 0)
            x1, y1 = min(corner[0] + size[0], width), min(corner[1] + size[1], rows)
            inside = own[y0 - corner[1] : y1 - corner[1], x0 - corner[0] : x1 - corner[0]]
            owner[y0:y1, x0:x1][inside > 0] = rank
            boxes.append((actor, place, box, max(1, int(own.sum()))))
        if self.overlay is not None:
            owner[self.overlay[..., 3] > 128] = 0
        counts = np.bincount(owner.ravel(), minlength=len(drawn) + 1)
        ranks = {id(actor): rank for rank, (actor, _, _) in enumerate(drawn, 1)}
        return [
            Truth(
                actor.id, actor.kind, tuple(float(v) for v in box),  # type: ignore[arg-type]
                float(counts[ranks[id(actor)]] / total), place[2], (place[0], place[1]),
            )
            for actor, place, box, total in boxes
        ]  # fmt: skip
