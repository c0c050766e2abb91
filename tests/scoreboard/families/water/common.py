"""What the scenes of both checks of water share: rivers under their weather, and the camera's clean picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from analytics.against_background import Background
from analytics.zones import Zone
from tests.scoreboard.case import Case, Maker, rng_of
from tests.scoreboard.stage import weather
from tests.scoreboard.stage.film import Picture
from tests.waterscenes.noise import Rng

from . import upon
from .river import Bed, RiverFilm, bed

OF_DAYS = 9
"""Looks behind a camera's own background of the last days."""


@dataclass(eq=False)
class Shoot:
    """A river's scene while it is put together. ``reference``: "" for none, "vouched" or "days"; ``asked``: more that
    comes with the question."""

    rng: Rng
    film: RiverFilm
    zones: tuple[Zone, ...]
    reference: str = ""
    truth: dict[str, Any] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bed(self) -> Bed:
        return self.film.bed


Happening = Callable[[Shoot], None]


def background_asked(picture: Picture, reference: str) -> dict[str, Any]:
    """The clean picture as the pipeline would have given it: a person's, or the median of the last days."""
    made = {"version": 1, "looks": OF_DAYS} if reference == "days" else {}
    return {"background": Background(picture, "siang", **made)}  # type: ignore[arg-type]


def _overcast(shoot: Shoot) -> None:
    shoot.film.gain = float(shoot.rng.uniform(0.75, 0.9))
    shoot.film.kind = "grey"


def _brown(shoot: Shoot) -> None:
    shoot.film.kind = "mud"


def _glare(shoot: Shoot) -> None:
    shoot.film.upon.append(upon.glare(shoot.rng))


def _rain(shoot: Shoot) -> None:
    shoot.film.upon.append(upon.rings(shoot.rng, shoot.bed))
    shoot.film.lens.append(weather.rain(shoot.rng, shoot.film.camera))


def _foam(shoot: Shoot) -> None:
    shoot.film.upon.append(upon.foam(shoot.rng, shoot.bed))


def _boat(shoot: Shoot) -> None:
    shoot.film.upon.append(upon.boat(shoot.rng, shoot.bed, shoot.film.seconds))


def _drops(shoot: Shoot) -> None:
    shoot.film.lens.append(weather.drops_on_lens(shoot.rng, shoot.film.camera, shoot.film.seconds))


def _sway(shoot: Shoot) -> None:
    shoot.film.lens.append(weather.sways(shoot.rng, shoot.film.camera))


def _night(shoot: Shoot) -> None:
    shoot.film.gain, shoot.film.grain = float(shoot.rng.uniform(0.12, 0.25)), float(shoot.rng.uniform(3, 7))


def _low_rate(shoot: Shoot) -> None:
    """A picture every two seconds."""
    shoot.film.fps = 0.5


def _as_it_is(shoot: Shoot) -> None:
    pass


WEATHER: dict[str, Happening] = {
    "plain": _as_it_is, "rain_rings": _rain, "overcast": _overcast, "brown_water": _brown, "glare": _glare,
    "sway": _sway, "low_rate": _low_rate, "night": _night, "foam": _foam, "boat": _boat, "lens_drops": _drops,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class River:
    """``seconds``: least and most; ``prepare``: what is in all scenes, before the weather."""

    check: str
    seconds: tuple[float, float]
    prepare: Happening

    def maker(self, condition: str, positive: bool, *happens: Happening, reference: str = "") -> Maker:
        def make(seed: int) -> Case:
            rng = rng_of(seed, self.check, condition, "yes" if positive else "no")
            film = RiverFilm(bed(rng), int(rng.integers(1 << 30)), float(round(rng.uniform(*self.seconds))))
            film.grain = float(rng.uniform(0.8, 3.0))
            shoot = Shoot(rng, film, (film.bed.zone(0),), reference)
            for happening in (self.prepare, *happens):
                happening(shoot)
            return shot(self.check, condition, positive, seed, shoot)

        return make


def shot(check: str, condition: str, positive: bool, seed: int, shoot: Shoot) -> Case:
    """The case of a scene that is put together."""
    film = shoot.film
    reference = shoot.reference or ("days" if shoot.asked else "none")
    labels = {"fps": film.fps, "reference": reference, "width": film.camera.width}
    return Case(
        check, condition, positive, seed, shoot.zones, lambda folder: film.write(folder / f"{condition}-{seed}.mp4"),
        labels, truth=shoot.truth,
        asked=shoot.asked or (background_asked(film.usual(), shoot.reference) if shoot.reference else {}),
    )  # fmt: skip


def abstaining(maker: Maker) -> Maker:
    """The same scenes, in which INCONCLUSIVE is right too."""
    return lambda seed: replace(maker(seed), may_abstain=True)
