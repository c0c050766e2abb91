"""Rendered smoke and flames for `smoke_fire`, and what looks like them: mist, steam, dust, headlights, a low sun.

Nobody filmed these fires: the figures say how the rules do on drawings like those they were chosen on, no more. The
check never says SUPPORTED, so it counts whether a fire is passed on (share over 0) or wrongly contradicted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from tests.scenes import ClipPlan, Flow, Scene, Shot, drive, write_shots
from tests.scenes.background import draw_background
from tests.scenes.dataset import MIX, random_camera, random_light, random_street
from tests.scoreboard.case import Case, Family, Maker, rng_of
from tests.scoreboard.stage import warm
from tests.scoreboard.stage.burning import (
    HIGH,
    WIDE,
    Change,
    Layer,
    Noise,
    Picture,
    Rng,
    both,
    fire,
    grid,
    laid,
    smoke,
)

CHECK = "smoke_fire"
SECONDS = 64.0
CONTENT_HZ = 5.0


# -- What looks like it -------------------------------------------------------------------


def nothing(rng: Rng) -> Change:
    return lambda picture, t: picture


def fog(rng: Rng) -> Change:
    """Mist that drifts over the whole view."""
    columns, rows = grid()
    noise, grey = Noise(rng), float(rng.uniform(170, 220))
    least, most = float(rng.uniform(0.15, 0.3)), float(rng.uniform(0.45, 0.7))

    def over(picture: Picture, t: float) -> Picture:
        drift = noise.at(columns * 0.35 + 4 * t, rows * 0.35 + t)
        return laid(picture, least + (most - least) * drift, (grey, grey, grey))

    return over


def steam(rng: Rng) -> Change:
    """A food stall's white steam: as smoke, but small."""
    return smoke(rng, (215, 245), (30, 60))


def dust(rng: Rng) -> Change:
    """Brown clouds that a lorry raises now and then, gone after some seconds."""
    columns, rows = grid()
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
        return laid(picture, np.clip(alpha, 0, 0.9), (105, 135, 155))

    return over


def low_sun(rng: Rng) -> Change:
    """A warm glare with a burnt-out middle that stands still, and warm light over all."""
    columns, rows = grid()
    x, y, size = float(rng.uniform(0, WIDE)), float(rng.uniform(0, 0.3) * HIGH), float(rng.uniform(40, 110))
    far = np.hypot(columns - x, rows - y)

    def over(picture: Picture, t: float) -> Picture:
        breath = 1 + 0.03 * np.sin(t * 0.7)
        warm = laid(picture, np.exp(-((far / (2.6 * size * breath)) ** 2)) * 0.75, (60, 150, 250))
        return laid(warm, np.clip(1.4 * np.exp(-((far / (size * breath)) ** 2)), 0, 1), (190, 240, 255))

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
    columns, rows = grid()
    noise, speed = Noise(rng), float(rng.uniform(15, 60))

    def over(picture: Picture, t: float) -> Picture:
        shade = cv2.GaussianBlur(noise.at(columns * 0.5 + speed * t * 0.5, rows * 0.5), (0, 0), 8)
        return laid(picture, np.clip((shade - 0.4) * 1.6, 0, 0.5), (0, 0, 0))

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
