"""A street of `tests.scenes` under water: the flood is drawn over its ground, vehicles drive through and make wakes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tests.scenes import Actor, Camera
from tests.scoreboard.stage.draft import Draft
from tests.scoreboard.stage.film import Change, Picture
from tests.waterscenes.flood import look
from tests.waterscenes.ground import Ground
from tests.waterscenes.noise import COLUMNS, HEIGHT, ROWS, WIDTH, Mask, Plane, Rng

WAKE_S = (0.3, 1.0, 1.7, 2.6)
"""How long ago a vehicle was where its waves still are."""

WAKES_SEEN_M = 35.0


def ground_of(camera: Camera) -> Ground:
    """The street's ground at the size of the drawn water; ``u``, ``v`` are the street's own metres."""
    scale = np.array([camera.width / WIDTH, camera.rows / HEIGHT])
    pixels = (
        np.stack([COLUMNS * scale[0], ROWS * scale[1], np.ones_like(ROWS)], -1)
        @ np.linalg.inv(camera.ground_matrix()).T
    )
    below = pixels[..., 2] * pixels[-1, WIDTH // 2, 2] > 0
    u, v = (pixels[..., n] / np.where(below, pixels[..., 2], 1.0) for n in range(2))
    yaw = np.radians(camera.yaw_deg)
    z = np.where(below, np.clip((u - camera.x) * np.sin(yaw) + v * np.cos(yaw), 0.5, 400), 400.0)
    x = np.where(below, (u - camera.x) * np.cos(yaw) - v * np.sin(yaw), 0.0)
    focal = camera.focal_px * HEIGHT / camera.rows
    horizon = HEIGHT / 2 - focal * float(np.tan(np.radians(camera.tilt_deg)))
    planes = [part.astype(np.float32) for part in (x, z, u, v, z / focal, z * z / (camera.height * focal))]
    return Ground(horizon, np.full_like(ROWS, horizon), camera.height, focal, below & (z < 120), *planes)


@dataclass(eq=False)
class Flood:
    """Water where ``mask`` is, with the wakes of ``actors``. ``gain``: by the street's light."""

    camera: Camera
    ground: Ground
    mask: Mask
    seed: int
    kind: str
    actors: list[Actor]
    gain: float

    def __call__(self, picture: Picture, t: float) -> Picture:
        small = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        wet = look(np.random.default_rng([self.seed, 5]), self.ground, small, self.mask, t, self.kind) * self.gain
        wet = np.clip(wet * (1 + self._wakes(t))[..., None], 0, 1)
        size = (self.camera.width, self.camera.rows)
        wet = cv2.resize(255 * wet, size, interpolation=cv2.INTER_CUBIC)
        edge = cv2.resize(cv2.GaussianBlur(self.mask.astype(np.float32), (0, 0), 0.8), size)[..., None]
        return np.clip(picture * (1 - edge) + wet * edge, 0, 255).astype(np.uint8)

    def _wakes(self, t: float) -> Plane:
        u, v = self.ground.u[::2, ::2], self.ground.v[::2, ::2]
        waves = np.zeros(u.shape, np.float32)
        for actor in self.actors:
            for ago in WAKE_S:
                spot = actor.track.at(t - ago)
                if spot is not None and 0 < spot[1] < WAKES_SEEN_M:
                    rows = (v[:, v.shape[1] // 2] > spot[1] - 8) & (v[:, v.shape[1] // 2] < spot[1] + 8)
                    away = np.hypot(u[rows] - spot[0], v[rows] - spot[1])
                    front = np.exp(-(((away - 1.2 * ago) / 0.8) ** 2)) * np.float32(np.exp(-ago / 2))
                    waves[rows] += 0.35 * front * np.sin(9 * away - 11 * ago)
        return np.asarray(np.clip(cv2.resize(waves, (WIDTH, HEIGHT)), -0.5, 0.5), np.float32)


def flooded(draft: Draft, kind: str = "", reach: tuple[float, float] = (0.0, 90.0)) -> Change:
    """From kerb to kerb and over the pavements' edge; ``reach``: metres along the road."""
    rng: Rng = draft.rng
    camera, street = draft.view.camera, draft.view.street
    ground = ground_of(camera)
    x0, x1 = sorted(street.span(-0.8, street.road_end + float(rng.uniform(0.0, 1.5))))
    edge = 0.5 * ground.noise(rng, 4.0, 3, 0.5)
    mask = (ground.u + edge > x0) & (ground.u - edge < x1) & ground.below
    mask &= (ground.v + 2 * edge > reach[0]) & (ground.v + 2 * edge < reach[1])
    gain = float(np.clip(draft.view.light.ambient, 0.15, 0.9)) / 0.75
    return Flood(camera, ground, mask, int(rng.integers(1 << 30)), kind, draft.actors, gain)


SHOWS = (0.3, 0.55)
"""How much of the light that reaches the camera a film of water mirrors; the ground shows through the rest."""


def film_of_water(draft: Draft) -> Change:
    """After rain: a road all wet that mirrors houses and sky and is no deeper than its grain, so that the ground shows
    through, darker. What is hardest to tell from a flood."""
    rng: Rng = draft.rng
    camera = draft.view.camera
    flood = flooded(draft, "grey")
    assert isinstance(flood, Flood)
    mirrors, darker = float(rng.uniform(*SHOWS)), float(rng.uniform(0.65, 0.85))
    soft = cv2.resize(cv2.GaussianBlur(flood.mask.astype(np.float32), (0, 0), 1.5), (camera.width, camera.rows))

    def change(picture: Picture, t: float) -> Picture:
        share = soft[..., None]
        # It lies still: the mirror of one moment.
        seen = mirrors * flood(picture, 0.0) + (1 - mirrors) * darker * picture.astype(np.float32)
        return np.clip(picture * (1 - share) + seen * share, 0, 255).astype(np.uint8)

    return change


def in_shade(draft: Draft) -> Change:
    """A cloud or a tall house takes the sun from all of the road, with a soft edge on one side."""
    rng: Rng = draft.rng
    camera = draft.view.camera
    ground = ground_of(camera)
    edge = ground.noise(rng, float(rng.uniform(4, 12)), 3)
    reach = float(rng.uniform(-12, -4) if rng.random() < 0.6 else rng.uniform(-3, 3))
    shade = ((ground.u + edge > reach) & ground.below).astype(np.float32)
    soft = cv2.resize(cv2.GaussianBlur(shade, (0, 0), 2.0), (camera.width, camera.rows))[..., None]
    deep = float(rng.uniform(0.35, 0.6))
    return lambda picture, t: np.clip(picture * (1 - deep * soft), 0, 255).astype(np.uint8)
