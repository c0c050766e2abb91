"""A scene while it is put together: a view, a setting of light, weather and rate, and then what happens in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from analytics.zones import Zone
from tests.scenes import Actor
from tests.scoreboard.case import Case, Maker, rng_of

from . import weather
from .film import RATES, Change, Film, Rate
from .views import View

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Setting:
    """``weather``: names of `GROUND` and `LENS`; ``rate``: of `RATES`, empty for a usual one chosen by the seed."""

    night: bool = False
    weather: tuple[str, ...] = ()
    rate: str = ""


GROUND: Mapping[str, Callable[[Draft], Change]] = {
    "shadow": lambda d: weather.shadow_sweeps(d.rng, d.view.camera, d.seconds),
    "leaves_far": lambda d: weather.leaves_move(d.rng, d.view.camera),
}
LENS: Mapping[str, Callable[[Draft], Change]] = {
    "cloud": lambda d: weather.cloud_passes(d.rng, d.seconds),
    "wet": lambda d: weather.wet_ground(d.rng, d.view.camera),
    "rain": lambda d: weather.rain(d.rng, d.view.camera),
    "headlights": lambda d: weather.headlights_sweep(d.rng, d.view.camera, d.seconds),
    "leaves": lambda d: weather.leaves_move(d.rng, d.view.camera),
    "dirt": lambda d: weather.dirty_lens(d.rng, d.view.camera),
    "drops": lambda d: weather.drops_on_lens(d.rng, d.view.camera, d.seconds),
    "insect": lambda d: weather.insect(d.rng, d.view.camera, d.seconds),
    "sway": lambda d: weather.sways(d.rng, d.view.camera),
    "exposure": lambda d: weather.exposure_jumps(d.rng, d.seconds),
}

SETTINGS: Mapping[str, Setting] = {
    "plain": Setting(),
    "night": Setting(night=True, weather=("headlights",)),
    "rain": Setting(weather=("wet", "rain")),
    "wet_night": Setting(night=True, weather=("headlights", "wet")),
    "shadow_sweep": Setting(weather=("shadow",)),
    "leaves": Setting(weather=("leaves",)),
    "lens_dirt": Setting(weather=("dirt", "insect")),
    "sway": Setting(weather=("sway",)),
    "exposure_jumps": Setting(weather=("exposure",)),
} | {name: Setting(rate=name) for name in RATES}


@dataclass(eq=False)
class Draft:
    """Collects what a condition puts into the scene. Times in seconds from the first frame."""

    rng: Rng
    view: View
    seconds: float
    setting: Setting
    actors: list[Actor] = field(default_factory=list)
    ground: list[Change] = field(default_factory=list)
    lens: list[Change] = field(default_factory=list)
    zones: tuple[Zone, ...] = ()
    thresholds: dict[str, Any] = field(default_factory=dict)
    truth: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, str | float | bool] = field(default_factory=dict)
    frozen: bool = False
    """The camera sends its first picture again and again."""
    bare: Any = None
    """A bare street of the scene's own, where `draw_background` does not do."""

    def rate(self) -> Rate:
        usual = (Rate(2.0, 1.0), Rate(4.0, 1.0), Rate(5.0, 1.0))
        return RATES.get(self.setting.rate) or usual[len(self.actors) % 3]

    def film(self, seed: int) -> Film:
        view = self.view
        film = Film(
            view.street, view.camera, view.light, self.seconds, self.actors, self.ground, self.lens, self.rate(), seed
        )
        film.frozen = self.frozen
        if self.bare is not None:
            film.__dict__["bare"] = self.bare()
        return film


Happening = Callable[[Draft], None]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the scenes of one check share: the view, how long a clip is, and what is in all of them."""

    check: str
    view: Callable[[Rng, bool], View]
    seconds: tuple[float, float]
    prepare: Happening

    def maker(self, condition: str, positive: bool, setting: Setting, happens: Sequence[Happening]) -> Maker:
        def make(seed: int) -> Case:
            rng = rng_of(seed, self.check, condition, "yes" if positive else "no")
            draft = Draft(rng, self.view(rng, setting.night), float(round(rng.uniform(*self.seconds))), setting)
            self.prepare(draft)
            for happening in happens:
                happening(draft)
            return drafted(self.check, condition, positive, seed, draft)

        return make

    def makers(self, positive: bool, settings: Sequence[str], happens: Sequence[Happening]) -> dict[str, Maker]:
        """One condition per setting, the same happening in all."""
        return {name: self.maker(name, positive, SETTINGS[name], happens) for name in settings}


def _weathered(draft: Draft) -> None:
    for name in draft.setting.weather:
        if name in GROUND:
            draft.ground.append(GROUND[name](draft))
        else:
            draft.lens.append(LENS[name](draft))


def drafted(check: str, condition: str, positive: bool, seed: int, draft: Draft) -> Case:
    """The case of a draft into which all has been put but the setting's weather."""
    _weathered(draft)

    def write(folder: Path) -> Path:
        return draft.film(seed).write(folder / f"{check}-{condition}-{seed}.mp4")

    labels = {
        "fps": draft.rate().fps, "night": draft.setting.night, "width": draft.view.camera.width, **draft.labels,
    }  # fmt: skip
    return Case(check, condition, positive, seed, draft.zones, write, labels, draft.thresholds, draft.truth)
