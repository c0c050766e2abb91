"""Scenes of `floating_rubbish`: a river with many pieces afloat, and a clean one with what else is seen on water."""

from __future__ import annotations

from collections.abc import Mapping

from tests.scoreboard.case import Family, Maker

from . import upon
from .common import WEATHER, River, Shoot, abstaining

PIECE_M = (0.12, 0.6)
RIVER = River("floating_rubbish", (20.0, 28.0), lambda shoot: None)


def _strewn(shoot: Shoot, cover: float, sizes_m: tuple[float, float] = PIECE_M) -> None:
    film = shoot.film
    afloat = upon.strewn(shoot.rng, shoot.bed, cover, film.seconds, sizes_m)
    film.upon.append(upon.pieces(shoot.bed, afloat))
    shoot.truth.update(cover_percent=round(100 * cover, 2), pieces=len(afloat))


def _many(shoot: Shoot) -> None:
    _strewn(shoot, float(shoot.rng.uniform(0.06, 0.2)))


def _carpet(shoot: Shoot) -> None:
    """A third of the water and more."""
    _strewn(shoot, float(shoot.rng.uniform(0.25, 0.45)), (0.2, 0.9))


def _small_bits(shoot: Shoot) -> None:
    _strewn(shoot, float(shoot.rng.uniform(0.03, 0.06)), (0.06, 0.2))


def _one_piece(shoot: Shoot) -> None:
    """A bottle or two: no rubbish problem."""
    afloat = upon.strewn(shoot.rng, shoot.bed, 0.01, shoot.film.seconds, (0.15, 0.4))[: int(shoot.rng.integers(1, 3))]
    shoot.film.upon.append(upon.pieces(shoot.bed, afloat))


def _leaves(shoot: Shoot) -> None:
    leaves = upon.leaf_pieces(shoot.rng, shoot.bed, int(shoot.rng.integers(4, 15)), shoot.film.seconds)
    shoot.film.upon.append(upon.pieces(shoot.bed, leaves))


def _clean(name: str, reference: str = "") -> Maker:
    return RIVER.maker(name, False, WEATHER[name], reference=reference)


POSITIVES: Mapping[str, Maker] = {
    **{
        name: RIVER.maker(name, True, _many, WEATHER[name])
        for name in ("plain", "rain_rings", "overcast", "brown_water", "glare", "sway", "low_rate")
    },
    "reference": RIVER.maker("reference", True, _many, reference="vouched"),
    "reference_of_days": RIVER.maker("reference_of_days", True, _many, reference="days"),
    "carpet": RIVER.maker("carpet", True, _carpet),
    "small_bits": RIVER.maker("small_bits", True, _small_bits),
    "night": abstaining(RIVER.maker("night", True, _many, WEATHER["night"])),
}
NEGATIVES: Mapping[str, Maker] = {
    **{name: _clean(name) for name in ("plain", "brown_water", "sway", "foam", "glare", "boat", "night", "lens_drops")},
    "rain_rings": _clean("rain_rings"),
    "reference": RIVER.maker("reference", False, reference="vouched"),
    "reference_foam": RIVER.maker("reference_foam", False, WEATHER["foam"], reference="vouched"),
    "reference_glare": RIVER.maker("reference_glare", False, WEATHER["glare"], reference="vouched"),
    "leaves_few": RIVER.maker("leaves_few", False, _leaves),
    "one_piece": RIVER.maker("one_piece", False, _one_piece),
}
FLOATING_RUBBISH = Family("floating_rubbish", POSITIVES, NEGATIVES)
