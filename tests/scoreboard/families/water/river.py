"""A river between banks: its bed at any level, and a clip of it in which only water and what it carries moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from analytics.zones import Zone
from tests.scenes import Camera, ClipPlan, Shot, write_shots
from tests.scoreboard.stage.film import Change, Picture
from tests.waterscenes.flood import look
from tests.waterscenes.ground import Ground, random_ground, surface
from tests.waterscenes.land import backdrop, built
from tests.waterscenes.noise import HEIGHT, WIDTH, Mask, Plane, Rng

RISE = 0.7
"""Of the bed's half width, by which a river is wider at level 1."""

Upon = Callable[[Plane, Mask, float], None]
"""Draws into a picture (BGR 0-1, in place), given the water and the seconds since the first frame."""


@dataclass(frozen=True, slots=True, eq=False)
class Bed:
    """``aside``: distance from the middle in half widths at level 0; ``land``: what stands there; ``flow``: metres a
    second across and away."""

    ground: Ground
    bare: Plane
    aside: Plane
    land: Mask
    flow: tuple[float, float]

    def water(self, level: float) -> Mask:
        """Where water stands; level 0 is the usual one, 1 over the banks."""
        return (self.aside < 1 + RISE * level) & self.ground.below & ~self.land

    def zone(self, level: float, kind: str = "river") -> Zone:
        """The river up to this level, as somebody would have drawn it in the picture."""
        points = np.argwhere((self.aside < 1 + RISE * level) & self.ground.below)[:, ::-1].astype(np.int32)
        corners = cv2.approxPolyDP(cv2.convexHull(points), 3.0, True)[:, 0] / (WIDTH - 1, HEIGHT - 1)
        return Zone(kind, tuple((float(x), float(y)) for x, y in corners), "sungai")


def bed(rng: Rng) -> Bed:
    """A river of which enough is in sight."""
    while True:
        ground = random_ground(rng)
        if not (-0.35 * HEIGHT < ground.horizon < 0.3 * HEIGHT and ground.height_m > 2.5):
            continue
        found = _bed(rng, ground)
        seen = [found.water(level).mean() for level in (0, 1)]
        if seen[0] > 0.2 and seen[1] - seen[0] > 0.12:
            return found


def _bed(rng: Rng, ground: Ground) -> Bed:
    bare = backdrop(rng, ground)
    bank, floor = surface(rng, ground), surface(rng, ground)
    near, far = np.quantile(ground.z[ground.below], [0.1, 0.9])
    turn, middle = rng.uniform(-1.2, 1.2), rng.uniform(near, 0.5 * (near + far))
    half = rng.uniform(0.25, 0.6) * float(np.clip((near + far) / 2, 3, 30))
    edge = ground.noise(rng, rng.uniform(4, 12), 3, 0.5)
    aside = np.abs(ground.x * np.cos(turn) + (ground.z - middle) * np.sin(turn) + 0.06 * half * edge) / half
    bare[ground.below] = np.where(aside[..., None] < 1 + RISE, bank, floor)[ground.below]
    land = built(rng, bare, ground) & (aside > 1 + RISE)
    # Houses that would stand in the river are drawn over by its banks.
    inside = (aside < 1 + RISE) & ground.below
    bare[inside] = bank[inside]
    speed = rng.uniform(0.1, 0.5) * rng.choice([-1, 1])
    return Bed(
        ground, bare, aside.astype(np.float32), land, (-speed * float(np.sin(turn)), speed * float(np.cos(turn)))
    )


@dataclass(eq=False)
class RiverFilm:
    """``level``: by the seconds. ``upon``: what floats or shines on it; ``lens``: changes of the finished picture."""

    bed: Bed
    seed: int
    seconds: float
    level: Callable[[float], float] = lambda t: 0.0
    kind: str = ""
    fps: float = 1.0
    upon: list[Upon] = field(default_factory=list)
    lens: list[Change] = field(default_factory=list)
    gain: float = 1.0
    grain: float = 2.0

    @cached_property
    def camera(self) -> Camera:
        """For weather that wants one; as high and as steep as the drawing's."""
        ground = self.bed.ground
        tilt = float(np.degrees(np.arctan((HEIGHT / 2 - ground.horizon) / ground.focal_px)))
        return Camera(0.0, ground.height_m, 0.0, tilt, float(ground.focal_px), WIDTH, HEIGHT)

    def _content(self, t: float) -> Plane:
        bed, water = self.bed, self.bed.water(self.level(t))
        wet = look(np.random.default_rng([self.seed, 5]), bed.ground, bed.bare, water, t, self.kind)
        edge = cv2.GaussianBlur(water.astype(np.float32), (0, 0), 0.8)[..., None]
        picture = (bed.bare * (1 - edge) + wet * edge).astype(np.float32)
        for draw in self.upon:
            draw(picture, water, t)
        return picture

    def picture(self, t: float) -> Picture:
        """The finished picture at t."""
        shown = np.clip(255 * self.gain * self._content(t), 0, 255).astype(np.uint8)
        for change in self.lens:
            shown = change(shown, t)
        noise = np.random.default_rng([self.seed, 6, round(1000 * t)]).normal(0, self.grain, shown.shape)
        return np.clip(shown + noise, 0, 255).astype(np.uint8)

    def usual(self) -> Picture:
        """The camera's own clean picture: the mean of a few, of other days, without what floats now."""
        other = RiverFilm(self.bed, self.seed, 0.0, kind=self.kind, gain=self.gain, grain=0.0)
        looks = [other.picture(1000.0 + 7.3 * n).astype(np.float32) for n in range(4)]
        return np.mean(looks, axis=0).astype(np.uint8)

    def write(self, path: Path) -> Path:
        plan = ClipPlan(
            fps=self.fps, seconds=self.seconds, keyframe_s=1.0, crf=25, with_truth=False, preset="ultrafast"
        )
        write_shots(path, self._shots(plan), plan)
        return path

    def _shots(self, plan: ClipPlan) -> Iterator[Shot]:
        return (Shot(t, self.picture(t), []) for t in plan.times())
