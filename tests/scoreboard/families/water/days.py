"""A place on other days: what the patrol kept of it, and the camera's own background that the product makes of that.

A camera in service has one for each part of the day: nine looks of the last days (``OF_DAYS``), put together by the
product's own ``backdrop_of``. No two of them are alike: sun or cloud, another exposure and haze, the shadow of a house
on clear days only, rain and a wet road on some, traffic that passes, now and then a vehicle that stands there for days,
the pole at rest elsewhere by a few pixels; a river's level, waves and colour. Only a minority of the scenes, called
``new``, is asked without: a camera of its first two or three days, or one that has just been turned. The view that the
zones were drawn on comes with every question as well, one more look of another day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np

from analytics.against_background import Background
from analytics.view_gate import DrawnView
from cameras.patrol.backdrop import backdrop_of
from tests.scenes import Actor, Camera, Light, Stop, pull_over
from tests.scoreboard.stage import weather
from tests.scoreboard.stage.draft import Draft
from tests.scoreboard.stage.film import Change, Film, Picture
from tests.scoreboard.stage.views import daylight
from tests.waterscenes.flood import WATERS
from tests.waterscenes.noise import Rng

from .river import RiverFilm

OF_DAYS = 9
"""Looks behind a background."""

LONG_AGO_S = 1e4
"""A shadow that has come by then has come to stay."""

Look = Callable[[Rng], Picture]
"""One look of another day."""


@dataclass(frozen=True, slots=True)
class Asked(Mapping[str, Any]):
    """``background`` and ``view`` of a question, rendered when the question is put."""

    look: Look
    seed: int
    _made: dict[str, Any] = field(default_factory=dict)

    def _parts(self) -> dict[str, Any]:
        if not self._made:
            looks = [self.look(np.random.default_rng([self.seed, 31, n])) for n in range(OF_DAYS + 1)]
            made = backdrop_of(looks[1:])
            # Of looks that hardly show one view the patrol makes none either; such a camera is asked without.
            known = made and Background(made.picture, "siang", 3, len(made.used), unrest=made.unrest)
            self._made.update(background=known, view=DrawnView(looks[0]))
        return self._made

    def __getitem__(self, key: str) -> Any:
        return self._parts()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(("background", "view"))

    def __len__(self) -> int:
        return 2


def at_rest(rng: Rng, camera: Camera) -> Change:
    """The pole stands elsewhere by up to four thousandths of the width: heat, wind, somebody who cleaned the lens."""
    return turned(camera, rng.normal(0, 0.002, 2).clip(-0.004, 0.004), float(rng.normal(0, 0.1)))


def turned(camera: Camera, by: Any, degrees: float) -> Change:
    """The picture moved ``by`` so many shares of the width, across and down, and turned about its middle."""
    move = cv2.getRotationMatrix2D((camera.width / 2, camera.rows / 2), degrees, 1.0)
    move[:, 2] += np.asarray(by) * camera.width
    size = (camera.width, camera.rows)
    return lambda picture, t: np.asarray(
        cv2.warpAffine(picture, move, size, borderMode=cv2.BORDER_REFLECT_101), np.uint8
    )


# -- Streets ---------------------------------------------------------------------------


def of_street(draft: Draft, seed: int, traffic: Callable[[Rng], list[Actor]]) -> Asked:
    """``traffic``: what drives there on an ordinary day, around the tenth second."""
    view, rng = draft.view, np.random.default_rng([seed, 30])
    house = weather.shadow_sweeps(rng, view.camera, 1.0) if rng.random() < 0.5 else None
    stands = [_standing(draft, rng)] if rng.random() < 0.2 else []

    def look(of: Rng) -> Picture:
        light = another_day(of, view.light)
        wet = of.random() < 0.2
        ground = [lambda picture, t: house(picture, LONG_AGO_S)] if house is not None and light.sun > 0 else []
        lens = [weather.wet_ground(of, view.camera), weather.rain(of, view.camera)] if wet else []
        film = Film(view.street, view.camera, light, 20.0, [*traffic(of), *stands], ground, lens, seed=seed)
        return at_rest(of, view.camera)(film.picture(float(of.uniform(8, 12))), 0.0)

    return Asked(look, seed)


def another_day(rng: Rng, light: Light) -> Light:
    """The same part of the day: the sun stands about where it stood, behind clouds or not."""
    other = daylight(rng)
    return replace(
        other,
        sun_azimuth_deg=light.sun_azimuth_deg + float(rng.uniform(-25, 25)),
        sun_height_deg=float(np.clip(light.sun_height_deg + rng.uniform(-12, 12), 15, 75)),
    )


def _standing(draft: Draft, rng: Rng) -> Actor:
    """Left at the kerb for days, and not there on the day of the question."""
    lane = draft.view.street.near_lanes[0]
    return pull_over(
        Stop("car", int(rng.integers(1 << 30)), lane.middle, lane.middle, float(rng.uniform(9, 22)), -60.0, 400.0,
             lane.direction)
    )  # fmt: skip


# -- Rivers ----------------------------------------------------------------------------


def of_river(film: RiverFilm) -> Asked:
    """``film``: of the day of the question."""
    rng = np.random.default_rng([film.seed, 30])
    kind = film.kind if rng.random() < 0.5 else str(rng.choice(list(WATERS)))

    def look(of: Rng) -> Picture:
        level = float(of.uniform(-0.06, 0.06))
        other = RiverFilm(film.bed, int(of.integers(1 << 30)), 0.0, lambda t: level, kind)
        other.gain, other.grain = float(of.uniform(0.75, 1.1)), 2.0
        return at_rest(of, film.camera)(other.picture(0.0), 0.0)

    return Asked(look, film.seed)
