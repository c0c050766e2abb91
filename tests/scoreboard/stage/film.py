"""A scene of `tests.scenes` with changing ground and lens, written as a clip at any rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from tests.scenes import Actor, Camera, ClipPlan, Light, Scene, Shot, Street, write_shots
from tests.scenes.background import draw_background

Picture = npt.NDArray[np.uint8]
Change = Callable[[Picture, float], Picture]
"""A picture (rows, width, 3) BGR and the seconds since the first frame; gives the changed picture, never in place."""

CONTENT_HZ = 6.0
"""Bodies move so often a second; frames between differ by their grain alone. Nothing here is measured by speed."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How a clip is sampled. ``gaps``: shares of its length without frames; ``jitter``: see `ClipPlan`."""

    fps: float = 4.0
    keyframe_s: float = 1.0
    jitter: float = 0.0
    gaps: tuple[tuple[float, float], ...] = ()

    def plan(self, seconds: float, seed: int) -> ClipPlan:
        return ClipPlan(
            fps=self.fps, seconds=seconds, keyframe_s=self.keyframe_s, jitter=self.jitter, crf=27, preset="ultrafast",
            dropped=[(a * seconds, b * seconds) for a, b in self.gaps], with_truth=False, seed=seed,
        )  # fmt: skip


RATES: dict[str, Rate] = {
    "fps_1": Rate(1.0, 1.0),
    "fps_2": Rate(2.0, 1.0),
    "fps_5": Rate(5.0, 1.0),
    "fps_15": Rate(15.0, 1.0),
    "fps_25": Rate(25.0, 2.0),
    "variable_rate": Rate(5.0, 1.0, jitter=0.9),
    "holes": Rate(5.0, 1.0, gaps=((0.2, 0.24), (0.52, 0.6), (0.8, 0.83))),
}


@dataclass(eq=False)
class Film:
    """``ground`` changes what stands still, before anybody is drawn over it; ``lens`` changes the whole picture.

    ``light``'s own exposure, blur and noise come last, after the lens, as a sensor's do. ``frozen``: the first picture
    again and again, its grain too.
    """

    street: Street
    camera: Camera
    light: Light
    seconds: float
    actors: Sequence[Actor] = ()
    ground: Sequence[Change] = ()
    lens: Sequence[Change] = ()
    rate: Rate = field(default_factory=Rate)
    seed: int = 0
    frozen: bool = False

    @cached_property
    def _scene(self) -> Scene:
        plain = replace(self.light, exposure=1.0, contrast=1.0, blur=0.0, noise=0.0)
        return Scene(self.street, self.camera, plain, list(self.actors), self.seed)

    @cached_property
    def bare(self) -> Picture:
        """The empty street, as `ground` gets it."""
        return draw_background(self.street, self.camera, self._scene.light)

    @cached_property
    def _grain(self) -> npt.NDArray[np.int16]:
        rng = np.random.default_rng([self.seed, 9])
        shape = (self.camera.rows + 64, self.camera.width + 64, 3)
        return np.round(rng.standard_normal(shape, np.float32) * max(self.light.noise, 0.6)).astype(np.int16)

    def content(self, t: float) -> Picture:
        """What reaches the sensor at t."""
        ground = self.bare
        for change in self.ground:
            ground = change(ground, t)
        self._scene.__dict__["background"] = ground
        picture = self._scene.render(t, with_truth=False).image
        for change in self.lens:
            picture = change(picture, t)
        return picture

    def picture(self, t: float) -> Picture:
        """The finished picture at t."""
        return self._sensed(self.content(t), t)

    def _sensed(self, picture: Picture, t: float) -> Picture:
        light, tick = self.light, round(t * 1000)
        ramp = (np.arange(256.0) - 118) * light.contrast + 118
        picture = cv2.LUT(picture, np.clip(ramp * light.exposure, 0, 255).astype(np.uint8))
        if light.blur > 0.05:
            picture = cv2.GaussianBlur(picture, (0, 0), light.blur)
        dy, dx = (tick * 37) % 64, (tick * 61) % 64
        grain = self._grain[dy : dy + self.camera.rows, dx : dx + self.camera.width]
        return np.asarray(cv2.add(picture, grain, dtype=cv2.CV_8U), np.uint8)

    def shots(self) -> Iterator[Shot]:
        plan = self.rate.plan(self.seconds, self.seed)
        told, content = -1, self.bare
        for t in plan.times():
            t_seen = plan.times()[0] if self.frozen else t
            tick = int(t_seen * CONTENT_HZ)
            if tick != told:
                told, content = tick, self.content(t_seen)
            yield Shot(t, self._sensed(content, t_seen), [])

    def write(self, path: Path) -> Path:
        write_shots(path, self.shots(), self.rate.plan(self.seconds, self.seed))
        return path
