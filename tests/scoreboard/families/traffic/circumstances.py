"""Under which circumstances traffic is filmed: light, weather, lens, rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.scenes import Camera, ClipPlan, Light, Scene, Shot, Street, lamp_row, write_shots
from tests.scoreboard.stage import weather
from tests.scoreboard.stage.film import Change

MakeChange = Callable[[np.random.Generator, Camera, float], Change]
"""From random numbers, the camera and the clip's seconds."""


@dataclass(frozen=True, slots=True)
class Circumstance:
    """``fps``: None for the scene's own rate. ``jitter``: share of a frame's interval by which times wander.
    ``holes``: seconds of frames missing in the middle."""

    night: bool = False
    changes: tuple[MakeChange, ...] = ()
    fps: float | None = None
    jitter: float = 0.0
    holes: float = 0.0

    def labels(self) -> dict[str, str | float | bool]:
        """What is kept with the result."""
        return {"light": "night" if self.night else "day", "jitter": self.jitter, "hole_s": self.holes}


def _wet(rng: np.random.Generator, camera: Camera, seconds: float) -> Change:
    return weather.wet_ground(rng, camera)


def _rain(rng: np.random.Generator, camera: Camera, seconds: float) -> Change:
    return weather.rain(rng, camera)


def _sway(rng: np.random.Generator, camera: Camera, seconds: float) -> Change:
    return weather.sways(rng, camera)


def _dirt(rng: np.random.Generator, camera: Camera, seconds: float) -> Change:
    return weather.dirty_lens(rng, camera)


def _jumps(rng: np.random.Generator, camera: Camera, seconds: float) -> Change:
    return weather.exposure_jumps(rng, seconds)


PLAIN = Circumstance()
WEATHER: Mapping[str, Circumstance] = {
    "plain": PLAIN,
    "night": Circumstance(night=True),
    "rain": Circumstance(changes=(_wet, _rain)),
    "wet_night": Circumstance(night=True, changes=(_wet,)),
    "sway": Circumstance(changes=(_sway,)),
    "exposure_jump": Circumstance(changes=(_jumps,)),
    "lens_dirt": Circumstance(changes=(_dirt,)),
    "shadow_sweep": Circumstance(changes=(weather.shadow_sweeps,)),
}
RATES: Mapping[str, Circumstance] = {
    **{f"fps_{rate}": Circumstance(fps=float(rate)) for rate in (1, 2, 5, 10, 15, 25)},
    "variable_rate": Circumstance(jitter=0.8),
    "holes": Circumstance(holes=5.0),
}
CIRCUMSTANCES: Mapping[str, Circumstance] = {**WEATHER, **RATES}


def light_of(rng: np.random.Generator, street: Street, night: bool) -> Light:
    """A lit night, or a day between overcast and full sun."""
    tint = tuple(float(v) for v in rng.uniform(0.96, 1.04, 3))
    noise = float(rng.uniform(0.8, 3.0))
    if night:
        return Light(
            night=True, ambient=float(rng.uniform(0.19, 0.3)), lamps=lamp_row(street, float(rng.uniform(4, 12))),
            lamp_gain=float(rng.uniform(0.6, 0.9)), haze=float(rng.uniform(0.05, 0.2)), noise=noise, tint=tint,
        )  # type: ignore[arg-type]  # fmt: skip
    sun = float(rng.uniform(0.3, 0.75)) if rng.random() < 0.65 else 0.0
    return Light(
        sun_azimuth_deg=float(rng.uniform(0, 360)), sun_height_deg=float(rng.uniform(22, 70)), sun=sun,
        ambient=0.98 - 0.6 * sun, haze=float(rng.uniform(0.1, 0.35)), noise=noise, tint=tint,
    )  # type: ignore[arg-type]  # fmt: skip


def plan_of(
    rng: np.random.Generator,
    circumstance: Circumstance,
    fps: float,
    seconds: float,
    keep: tuple[float, float] | None,
) -> ClipPlan:
    """Sampling and coding of the clip. At most 2 s between keyframes, as cameras of this city are set."""
    rate = circumstance.fps or fps
    dropped: list[tuple[float, float]] = []
    if circumstance.holes:
        begin = float(rng.uniform(0.3, 0.6)) * seconds
        if keep is not None and keep[0] - circumstance.holes < begin < keep[1]:
            begin = keep[1] if keep[1] + circumstance.holes < seconds - 1 else max(0.5, keep[0] - circumstance.holes)
        dropped = [(begin, begin + circumstance.holes)]
    return ClipPlan(
        fps=rate, seconds=seconds, keyframe_s=float(rng.choice([1.0, 2.0])), jitter=circumstance.jitter,
        dropped=dropped, crf=int(rng.integers(26, 34)), with_truth=False, preset="superfast",
        seed=int(rng.integers(1 << 30)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filming:
    """``changes``: to every picture. ``content_hz``: how often a second things move."""

    changes: Sequence[Change]
    content_hz: float = 1000.0


def write_scene(scene: Scene, path: Path, plan: ClipPlan, filming: Filming) -> Path:
    """Render, worsen and encode."""
    write_shots(path, _shots(scene, plan, filming), plan)
    return path


def _shots(scene: Scene, plan: ClipPlan, filming: Filming) -> Iterator[Shot]:
    told, shot = -1, None
    for t in plan.times():
        tick = int(t * filming.content_hz + 1e-6)
        if shot is None or tick != told:
            told, shot = tick, _changed(scene.render(t, with_truth=False), filming.changes)
        yield Shot(t, shot.image, [])


def _changed(shot: Shot, changes: Sequence[Change]) -> Shot:
    picture = shot.image
    for change in changes:
        picture = change(picture, shot.t)
    return Shot(shot.t, picture, [])
