"""Rendered smoke and flames for `smoke_fire`, and what looks like them: mist, steam, dust, headlights, a low sun.

Nobody filmed these fires: the figures say how the rules do on drawings like those they were chosen on, no more. The
check never says SUPPORTED, so it counts whether a fire is passed on (share over 0) or wrongly contradicted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from tests.scenes import ClipPlan, Flow, Scene, Shot, drive, write_shots
from tests.scenes.background import draw_background
from tests.scenes.dataset import MIX, random_camera, random_light, random_street
from tests.scoreboard.case import Case, Family, Maker, rng_of
from tests.scoreboard.stage import warm

CHECK = "smoke_fire"
SECONDS = 64.0
WIDE, HIGH = 640, 360
CONTENT_HZ = 5.0

Rng = np.random.Generator
Plane = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]
Change = Callable[[Picture, float], Picture]
Layer = Callable[[Rng], Change]


class Noise:
    """A field of bumps (0-1) of several sizes that repeats far away; ``at`` reads it moved and squeezed."""

    def __init__(self, rng: Rng, side: int = 512) -> None:
        field = np.zeros((side, side), np.float32)
        for cell, weight in ((128, 1.0), (64, 0.6), (32, 0.4), (16, 0.22), (8, 0.12)):
            small = rng.standard_normal((side // cell, side // cell)).astype(np.float32)
            field += weight * cv2.resize(
                np.pad(small, ((0, 1), (0, 1)), "wrap"), (side, side), interpolation=cv2.INTER_CUBIC
            )
        low, high = np.percentile(field, [2, 98])
        self.field = np.clip((field - low) / (high - low), 0, 1)

    def at(self, x: Plane, y: Plane) -> Plane:
        side = float(len(self.field))
        return cv2.remap(self.field, np.mod(x, side), np.mod(y, side), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def _grid() -> tuple[Plane, Plane]:
    """x and y of a quarter of the resolution, in pixels of the picture: smoke has no fine edges."""
    rows, columns = np.mgrid[0:HIGH:4, 0:WIDE:4].astype(np.float32)
    return columns, rows


def _laid(picture: Picture, alpha: Plane, colour: tuple[float, float, float]) -> Picture:
    full = cv2.resize(alpha, (WIDE, HIGH), interpolation=cv2.INTER_LINEAR)[:, :, None]
    return np.clip(picture * (1 - full) + np.array(colour, np.float32) * full, 0, 255).astype(np.uint8)


APART = 35.0
"""Grey levels by which smoke differs from what lies behind it; before a road of its own grey nobody sees it."""


class _Seen:
    """The grey of smoke, moved away from that of its place in the first picture where the two are too alike."""

    def __init__(self, grey: float, place: npt.NDArray[np.bool_]) -> None:
        self._wanted, self._place = grey, place
        self._grey: float | None = None

    def grey(self, picture: Picture) -> float:
        if self._grey is None:
            behind = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[::4, ::4][self._place]
            middle = float(np.median(behind)) if behind.size else 0.0
            lighter = self._wanted >= middle if APART <= middle <= 255 - APART else middle < 128
            least = middle + APART if lighter else middle - APART
            self._grey = max(self._wanted, least) if lighter else min(self._wanted, least)
        return self._grey


@dataclass(frozen=True)
class Plume:
    """Smoke from ``x, y`` (pixels), ``reach`` high. ``lean``: pixels of drift per pixel of height; ``rise``: pixels a
    second; ``thick``: alpha 0-1 of its densest."""

    x: float
    y: float
    reach: float
    width: float
    lean: float
    rise: float
    thick: float
    grey: float
    begins_s: float = 0.0

    def change(self, rng: Rng) -> Change:
        columns, rows = _grid()
        coarse, fine = Noise(rng), Noise(rng)
        height = (self.y - rows) / self.reach
        middle = self.x + self.lean * np.maximum(self.y - rows, 0) + 12 * np.sin(height * 5)
        wide = self.width * (0.35 + 1.5 * np.clip(height, 0, 1.5))
        shape = np.exp(-(((columns - middle) / wide) ** 2)) * (height > 0) * np.clip(1.25 - height, 0, 1)
        tint, seen = rng.uniform(-5, 5, 3), _Seen(self.grey, shape > 0.5)

        def over(picture: Picture, t: float) -> Picture:
            grown = np.clip((t - self.begins_s) / 15, 0, 1) if self.begins_s else 1.0
            up = self.rise * t
            density = 0.6 * coarse.at(columns, rows + up) + 0.5 * fine.at(2 * columns + 9 * t, 2 * rows + 2.6 * up)
            alpha = shape * np.clip((density - 0.15) * 1.5, 0, 1) * self.thick * float(grown)
            blue, green, red = (float(seen.grey(picture) + d) for d in tint)
            return _laid(picture, alpha.astype(np.float32), (blue, green, red))

        return over


def smoke(rng: Rng, grey: tuple[float, float], reach: tuple[float, float] = (120, 260)) -> Change:
    """A plume whose foot is somewhere in the middle of the view."""
    high = float(rng.uniform(*reach))
    x, y = float(rng.uniform(0.15, 0.85) * WIDE), float(rng.uniform(0.35, 0.85) * HIGH)
    plume = Plume(
        x, y, high, high * float(rng.uniform(0.2, 0.4)), float(rng.uniform(-0.7, 0.7)),
        high * float(rng.uniform(0.15, 0.4)), float(rng.uniform(0.65, 0.95)), float(rng.uniform(*grey)),
        float(rng.choice([0.0, 12.0])),
    )  # fmt: skip
    return plume.change(rng)


def fire(rng: Rng, size: tuple[float, float] = (16, 60)) -> Change:
    """Flames, ``size`` pixels high, that lick upwards from one place."""
    columns, rows = np.mgrid[0:HIGH, 0:WIDE].astype(np.float32)[::-1]
    high, noise = float(rng.uniform(*size)), Noise(rng)
    x, y = float(rng.uniform(0.15, 0.85) * WIDE), float(rng.uniform(0.4, 0.85) * HIGH)
    wide = high * float(rng.uniform(0.35, 0.8))
    box = (slice(max(0, int(y - 2 * high)), int(y) + 3), slice(max(0, int(x - 2 * wide)), int(x + 2 * wide)))
    columns, rows = columns[box], rows[box]
    height = (y - rows) / high
    sides = ((columns - x) / wide) ** 2
    scale, puffs, late = 60 / high, float(rng.uniform(1.2, 3.0)), float(rng.uniform(0, 6))
    steps = np.array([-0.05, 0.12, 0.35, 0.65])
    colours = np.array([[20, 50, 170], [20, 95, 235], [60, 175, 255], [170, 240, 255]], np.float32)

    def over(picture: Picture, t: float) -> Picture:
        wind = noise.at(columns * scale + 30 * t, rows * scale + 240 * t) - 0.5
        reach = 1 + 0.25 * np.sin(2 * np.pi * puffs * t + late)
        heat = 0.75 - 0.75 * height / reach - sides + 0.9 * wind * np.clip(0.4 + height, 0, 1) - 2.0 * (height < 0)
        alpha = np.clip((heat + 0.05) * 8, 0, 1)[:, :, None]
        colour = np.stack([np.interp(heat, steps, colours[:, n]) for n in range(3)], axis=2)
        lit = picture.copy()
        lit[box] = np.clip(lit[box] * (1 - alpha) + colour * alpha, 0, 255).astype(np.uint8)
        return lit

    return over


def both(rng: Rng) -> Change:
    flames_, cloud = fire(rng), smoke(rng, (50, 170))
    return lambda picture, t: flames_(cloud(picture, t), t)


# -- What looks like it -------------------------------------------------------------------


def nothing(rng: Rng) -> Change:
    return lambda picture, t: picture


def fog(rng: Rng) -> Change:
    """Mist that drifts over the whole view."""
    columns, rows = _grid()
    noise, grey = Noise(rng), float(rng.uniform(170, 220))
    least, most = float(rng.uniform(0.15, 0.3)), float(rng.uniform(0.45, 0.7))

    def over(picture: Picture, t: float) -> Picture:
        drift = noise.at(columns * 0.35 + 4 * t, rows * 0.35 + t)
        return _laid(picture, least + (most - least) * drift, (grey, grey, grey))

    return over


def steam(rng: Rng) -> Change:
    """A food stall's white steam: as smoke, but small."""
    return smoke(rng, (215, 245), (30, 60))


def dust(rng: Rng) -> Change:
    """Brown clouds that a lorry raises now and then, gone after some seconds."""
    columns, rows = _grid()
    noise, y = Noise(rng), float(rng.uniform(0.5, 0.8) * HIGH)
    puffs = [(float(rng.uniform(0, SECONDS - 8)), float(rng.uniform(0.2, 0.8) * WIDE)) for _ in range(3)]

    def over(picture: Picture, t: float) -> Picture:
        alpha = np.zeros_like(columns)
        for start, x in puffs:
            age = t - start
            if 0 < age < 7:
                spread = 25 + 12 * age
                alpha += np.exp(-(((columns - x - 14 * age) / spread) ** 2) - ((rows - y) / (0.5 * spread)) ** 2) * (
                    1 - age / 7
                )
        alpha *= 0.7 * noise.at(columns + 20 * t, rows)
        return _laid(picture, np.clip(alpha, 0, 0.9), (105, 135, 155))

    return over


def low_sun(rng: Rng) -> Change:
    """A warm glare with a burnt-out middle that stands still, and warm light over all."""
    columns, rows = _grid()
    x, y, size = float(rng.uniform(0, WIDE)), float(rng.uniform(0, 0.3) * HIGH), float(rng.uniform(40, 110))
    far = np.hypot(columns - x, rows - y)

    def over(picture: Picture, t: float) -> Picture:
        breath = 1 + 0.03 * np.sin(t * 0.7)
        warm = _laid(picture, np.exp(-((far / (2.6 * size * breath)) ** 2)) * 0.75, (60, 150, 250))
        return _laid(warm, np.clip(1.4 * np.exp(-((far / (size * breath)) ** 2)), 0, 1), (190, 240, 255))

    return over


def orange_bus(rng: Rng) -> Change:
    """A large orange thing with lamps that drives by again and again, and stands for a while."""
    y, size, speed = float(rng.uniform(0.45, 0.7) * HIGH), float(rng.uniform(40, 90)), float(rng.uniform(40, 130))
    stands = float(rng.uniform(10, 50))

    def over(picture: Picture, t: float) -> Picture:
        driven = min(t, stands) + max(0.0, t - stands - 9)
        x = (driven * speed) % (WIDE + 4 * size) - 2 * size
        shown = picture.copy()
        cv2.rectangle(shown, (int(x), int(y - size)), (int(x + 2.2 * size), int(y)), (20, 110, 245), -1)
        cv2.rectangle(
            shown, (int(x + 6), int(y - 0.85 * size)), (int(x + 2.1 * size), int(y - 0.5 * size)), (70, 60, 50), -1
        )
        cv2.circle(shown, (int(x + 2.1 * size), int(y - 0.15 * size)), max(2, int(size / 11)), (200, 245, 255), -1)
        return shown

    return over


def cloud_shadow(rng: Rng) -> Change:
    """Soft-edged shade of clouds that sweeps across the street."""
    columns, rows = _grid()
    noise, speed = Noise(rng), float(rng.uniform(15, 60))

    def over(picture: Picture, t: float) -> Picture:
        shade = cv2.GaussianBlur(noise.at(columns * 0.5 + speed * t * 0.5, rows * 0.5), (0, 0), 8)
        return _laid(picture, np.clip((shade - 0.4) * 1.6, 0, 0.5), (0, 0, 0))

    return over


def exposure(rng: Rng) -> Change:
    gains = rng.uniform(0.7, 1.3, 40)
    return lambda picture, t: np.clip(picture * gains[int(t / 6.0)], 0, 255).astype(np.uint8)


def beacon(rng: Rng) -> Change:
    """An amber light that goes on and off, and a lamp that rests."""
    spots = [(int(rng.uniform(0.1, 0.9) * WIDE), int(rng.uniform(0.3, 0.8) * HIGH)) for _ in range(2)]
    hertz, size = float(rng.uniform(0.8, 2.0)), int(rng.integers(5, 12))

    def over(picture: Picture, t: float) -> Picture:
        shown = picture.copy()
        for n, spot in enumerate(spots):
            if n or (t * hertz) % 1 < 0.5:
                cv2.circle(shown, spot, size, (30, 150, 250), -1, cv2.LINE_AA)
                cv2.circle(shown, spot, size // 2, (190, 240, 255), -1, cv2.LINE_AA)
        return shown

    return over


def _warm(maker: Callable[[Rng, warm.Size, float], Change]) -> Layer:
    return lambda rng: maker(rng, (WIDE, HIGH), SECONDS)


# -- Cases ----------------------------------------------------------------------------------


def _case(condition: str, positive: bool, layer: Layer, night: bool = False) -> Maker:
    def make(seed: int) -> Case:
        fps = float(rng_of(seed, CHECK, condition, "rate").choice([6, 10]))
        return Case(
            CHECK, condition, positive, seed, (), lambda folder: _written(folder, condition, seed, (layer, night, fps)),
            labels={"fps": fps, "night": night}, thresholds={"watch_s": 60.0},
            truth={"onset_s": 0.0} if positive else {},
        )  # fmt: skip

    return make


def _written(folder: Path, condition: str, seed: int, plan: tuple[Layer, bool, float]) -> Path:
    layer, night, fps = plan
    path = folder / f"{condition}-{seed}.mp4"
    shots = _shots(rng_of(seed, CHECK, condition, "scene"), layer, night, fps)
    write_shots(path, shots, ClipPlan(fps=fps, seconds=SECONDS, crf=27, preset="veryfast", with_truth=False))
    return path


def _shots(rng: Rng, layer: Layer, night: bool, fps: float) -> Iterator[Shot]:
    scene, change = _street(rng, night), layer(rng)
    base, drawn_at = scene.render(0.0, with_truth=False).image, 0.0
    for n in range(round(SECONDS * fps)):
        t = n / fps
        if t - drawn_at >= 1 / CONTENT_HZ - 1e-6:
            base, drawn_at = scene.render(t, with_truth=False).image, t
        changed = change(base, t)
        grain = rng.integers(-2, 3, changed.shape, np.int8)
        yield Shot(t, np.clip(changed.astype(np.int16) + grain, 0, 255).astype(np.uint8), [])


def _street(rng: Rng, night: bool) -> Scene:
    street = random_street(rng)
    light = random_light(rng, street)
    camera = random_camera(rng, street)
    # The renderer's darkest days are as dark as a lit night: the check must not be asked there what it cannot know.
    while light.night != night or (not night and np.median(draw_background(street, camera, light)) < 78):
        light = random_light(rng, street)
    seed = int(rng.integers(1 << 30))
    flows = [Flow(lane, MIX, float(rng.uniform(3, 10))) for lane in street.near_lanes if not lane.busway]
    actors = [actor for n, flow in enumerate(flows) for actor in drive(flow, seed + n, SECONDS + 5)]
    return Scene(street, camera, light, actors, seed)


FIRES = Family(
    CHECK,
    positives={
        "light_smoke": _case("light_smoke", True, lambda rng: smoke(rng, (165, 225))),
        "dark_smoke": _case("dark_smoke", True, lambda rng: smoke(rng, (35, 80))),
        "far_smoke": _case("far_smoke", True, lambda rng: smoke(rng, (60, 210), (60, 100))),
        "fire": _case("fire", True, fire),
        "fire_and_smoke": _case("fire_and_smoke", True, both),
        "fire_by_night": _case("fire_by_night", True, fire, night=True),
    },
    negatives={
        "traffic": _case("traffic", False, nothing),
        "fog": _case("fog", False, fog),
        "steam": _case("steam", False, steam),
        "dust": _case("dust", False, dust),
        "headlights": _case("headlights", False, nothing, night=True),
        "low_sun": _case("low_sun", False, low_sun),
        "orange_bus": _case("orange_bus", False, orange_bus),
        "cloud_shadow": _case("cloud_shadow", False, cloud_shadow),
        "exposure_jumps": _case("exposure_jumps", False, exposure),
        "beacon": _case("beacon", False, beacon),
        "walkers": _case("walkers", False, _warm(warm.walkers)),
        "sunlit_wall": _case("sunlit_wall", False, _warm(warm.sunlit_wall)),
        "tail_lights": _case("tail_lights", False, _warm(warm.tail_lights), night=True),
        "sunset": _case("sunset", False, _warm(warm.sunset)),
        "warm_screen": _case("warm_screen", False, _warm(warm.warm_screen)),
    },
    dearest="fire_and_smoke",
)
FAMILIES = (FIRES,)
