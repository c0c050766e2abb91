"""Scenes of `high_water`: flooded streets, rivers risen over their banks or up a gauge, and what only looks like it.

Asked as the product asks: by day a camera in service brings the background of its last days (``days``) and the view
that its zones were drawn on. The conditions called ``new`` bring neither, on both sides: a camera of its first two or
three days. At night the product has a background too, which this check does not use, and a gauge needs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analytics.zones import Zone
from tests.scenes import Actor, Flow, Stop, drive, pull_over
from tests.scoreboard.case import Case, Family, Maker, rng_of
from tests.scoreboard.stage.draft import SETTINGS, Draft, Happening, Setting, drafted
from tests.scoreboard.stage.views import road_view
from tests.waterscenes.flood import WATERS
from tests.waterscenes.noise import Rng

from . import upon
from .common import WEATHER, River, Shoot, abstaining
from .days import of_river, of_street, turned
from .roads import film_of_water, flooded, in_shade

MIX = {"car": 0.45, "motorcycle": 0.35, "bus": 0.06, "truck": 0.06, "angkot": 0.08}
THROUGH_WATER, DRY = (2.5, 6.0), (7.0, 12.0)
CHECK = "high_water"

# -- Streets ---------------------------------------------------------------------------


def _driving(draft: Draft, rng: Rng, speed: tuple[float, float]) -> list[Actor]:
    lanes = (*draft.view.street.near_lanes, *draft.view.street.far_lanes)
    flows = [Flow(lane, MIX, float(rng.uniform(8, 16)), speed) for lane in lanes]
    return [actor for flow in flows for actor in drive(flow, int(rng.integers(1 << 30)), draft.seconds)]


def _through_water(draft: Draft) -> None:
    draft.actors += _driving(draft, draft.rng, THROUGH_WATER)


def _perhaps_through_water(draft: Draft) -> None:
    if draft.rng.random() < 0.5:
        _through_water(draft)


def _traffic(draft: Draft) -> None:
    draft.actors += _driving(draft, draft.rng, DRY)


def _shade(draft: Draft) -> None:
    draft.ground.append(in_shade(draft))


def _shines(draft: Draft) -> None:
    draft.ground.append(film_of_water(draft))


def _parked_all_over(draft: Draft) -> None:
    """Bumper to bumper in every lane, where the days before show a free road."""
    for lane in (*draft.view.street.near_lanes, *draft.view.street.far_lanes):
        y = float(draft.rng.uniform(5, 9))
        while y < 40:
            kind = str(draft.rng.choice(["car", "angkot", "truck"], p=[0.7, 0.2, 0.1]))
            seed = int(draft.rng.integers(1 << 30))
            draft.actors.append(
                pull_over(Stop(kind, seed, lane.middle, lane.middle, y, -60.0, 400.0, lane.direction, False))
            )
            y += float(draft.rng.uniform(6.0, 9.5)) + 3.0 * (kind == "truck")


def _turned(draft: Draft) -> None:
    """By less than the view's own comparison notices."""
    rng = draft.rng
    by = rng.choice([-1, 1], 2) * rng.uniform(0.008, 0.022, 2)
    draft.lens.append(turned(draft.view.camera, by, float(rng.normal(0, 0.6))))


def _street(
    condition: str, setting: Setting, *happens: Happening, water: str | None = None, new: bool = False
) -> Maker:
    """A street; ``water``: under this of `WATERS`, "" for a random one, None for dry. ``new``: no background yet."""

    def make(seed: int) -> Case:
        rng = rng_of(seed, CHECK, condition, "no" if water is None else "yes")
        rate = setting.rate or ("fps_2" if rng.random() < 0.3 else "fps_1")
        seconds = float(round(rng.uniform(20.0, 26.0)))
        draft = Draft(rng, road_view(rng, setting.night), seconds, replace(setting, rate=rate))
        draft.zones = (draft.view.road,)
        knows = not new and not setting.night
        draft.labels["reference"] = "days" if knows else "none"
        for happening in happens:
            happening(draft)
        if water is not None:
            draft.ground.append(flooded(draft, water))
        asked = of_street(draft, seed, lambda of: _driving(draft, of, DRY)) if knows else {}
        return replace(drafted(CHECK, condition, water is not None, seed, draft), asked=asked)

    return make


# -- Rivers ----------------------------------------------------------------------------


def _banks_in_zone(shoot: Shoot) -> None:
    """The zone reaches up the banks, so that a rise shows in its share."""
    shoot.zones = (shoot.bed.zone(1.0),)
    shares = [water[0] for water in WATERS.values()]
    shoot.film.kind = str(shoot.rng.choice(list(WATERS), p=[share / sum(shares) for share in shares]))


def _risen(shoot: Shoot) -> None:
    level = float(shoot.rng.uniform(0.6, 1.0))
    shoot.film.level = lambda t: level
    shoot.truth["level"] = round(level, 2)


def _rises(shoot: Shoot) -> None:
    film, top = shoot.film, float(shoot.rng.uniform(0.8, 1.1))
    film.seconds = float(round(shoot.rng.uniform(34.0, 40.0)))
    film.level = lambda t: top * min(1.0, t / (0.9 * film.seconds))


def _gauge(shoot: Shoot, under: float) -> None:
    board, (x1, y1, x2, y2) = upon.gauge_board(shoot.rng, shoot.bed, under)
    shoot.film.upon.append(board)
    shoot.zones = (Zone("water_gauge", ((x1, y1), (x2, y1), (x2, y2), (x1, y2)), "papan duga"),)
    shoot.truth["under"] = round(under, 2)


def _gauge_high(shoot: Shoot) -> None:
    _gauge(shoot, float(shoot.rng.uniform(0.82, 0.95)))


def _gauge_low(shoot: Shoot) -> None:
    _gauge(shoot, float(shoot.rng.uniform(0.12, 0.35)))


def _in_service(shoot: Shoot) -> None:
    shoot.asked = of_river(shoot.film)


RIVER = River(CHECK, (20.0, 26.0), _banks_in_zone)


def _river(condition: str, positive: bool, *happens: str) -> Maker:
    """``happens``: of `WEATHER` and `LEVELS`."""
    return RIVER.maker(condition, positive, *(LEVELS.get(name) or WEATHER[name] for name in happens), _in_service)


LEVELS = {"risen": _risen, "rises": _rises}
PLAIN = SETTINGS["plain"]

POSITIVES: Mapping[str, Maker] = {
    "road": _street("road", PLAIN, water=""),
    "road_wakes": _street("road_wakes", PLAIN, _through_water, water=""),
    "road_rain": _street("road_rain", Setting(weather=("rain",)), _through_water, water=""),
    "road_overcast": _street("road_overcast", PLAIN, _through_water, water="grey"),
    "road_brown": _street("road_brown", PLAIN, _through_water, water="mud"),
    "road_sway": _street("road_sway", SETTINGS["sway"], _through_water, water=""),
    "road_dirty_lens": _street("road_dirty_lens", SETTINGS["lens_dirt"], _through_water, water=""),
    "road_exposure": _street("road_exposure", SETTINGS["exposure_jumps"], _through_water, water=""),
    "road_new": _street("road_new", PLAIN, _perhaps_through_water, water="", new=True),
    "road_night": abstaining(_street("road_night", SETTINGS["night"], _through_water, water="")),
    "river_risen": _river("river_risen", True, "risen"),
    "river_risen_brown": _river("river_risen_brown", True, "risen", "brown_water"),
    "river_risen_rain": _river("river_risen_rain", True, "risen", "rain_rings"),
    "river_risen_glare": _river("river_risen_glare", True, "risen", "glare"),
    "river_rises": _river("river_rises", True, "rises"),
    "river_new_rises": RIVER.maker("river_new_rises", True, _rises),
    "river_new": abstaining(RIVER.maker("river_new", True, _risen)),
    "gauge": RIVER.maker("gauge", True, _gauge_high),
    "gauge_rain": RIVER.maker("gauge_rain", True, _gauge_high, WEATHER["rain_rings"]),
    "gauge_low_rate": RIVER.maker("gauge_low_rate", True, _gauge_high, WEATHER["low_rate"]),
}
NEGATIVES: Mapping[str, Maker] = {
    "road": _street("road", PLAIN, _traffic),
    "road_wet": _street("road_wet", Setting(weather=("wet",)), _traffic),
    "road_wet_rain": _street("road_wet_rain", SETTINGS["rain"], _traffic),
    "road_shines": _street("road_shines", PLAIN, _shines),
    "road_shade": _street("road_shade", PLAIN, _shade, _traffic),
    "road_shadow_sweep": _street("road_shadow_sweep", SETTINGS["shadow_sweep"], _traffic),
    "road_parked": _street("road_parked", PLAIN, _parked_all_over),
    "road_turned": _street("road_turned", PLAIN, _turned, _traffic),
    "road_empty": _street("road_empty", PLAIN),
    "road_leaves": _street("road_leaves", SETTINGS["leaves"], _traffic),
    "road_sway": _street("road_sway", SETTINGS["sway"], _traffic),
    "road_exposure": _street("road_exposure", SETTINGS["exposure_jumps"], _traffic),
    "road_night": _street("road_night", SETTINGS["wet_night"], _traffic),
    "road_lens_drops": _street("road_lens_drops", Setting(weather=("drops",)), _traffic),
    "road_dirty_lens": _street("road_dirty_lens", SETTINGS["lens_dirt"], _traffic),
    "road_new": _street("road_new", PLAIN, _traffic, new=True),
    "road_new_wet": _street("road_new_wet", Setting(weather=("wet",)), _traffic, new=True),
    "road_new_shines": _street("road_new_shines", PLAIN, _shines, new=True),
    **{f"river_{name}": _river(f"river_{name}", False, name)
       for name in ("plain", "foam", "glare", "boat", "rain_rings", "brown_water")},
    "river_night": RIVER.maker("river_night", False, WEATHER["night"]),
    "river_new": RIVER.maker("river_new", False),
    "gauge": RIVER.maker("gauge", False, _gauge_low),
    "gauge_rain": RIVER.maker("gauge_rain", False, _gauge_low, WEATHER["rain_rings"]),
}  # fmt: skip
HIGH_WATER = Family(CHECK, POSITIVES, NEGATIVES)
