"""Scenes of `high_water`: flooded streets, rivers risen over their banks or up a gauge, and what only looks like it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analytics.zones import Zone
from tests.scenes import Flow, drive
from tests.scoreboard.case import Case, Family, Maker, rng_of
from tests.scoreboard.stage.draft import SETTINGS, Draft, Setting, drafted
from tests.scoreboard.stage.views import road_view

from . import upon
from .common import WEATHER, River, Shoot, abstaining, background_asked
from .roads import flooded

MIX = {"car": 0.45, "motorcycle": 0.35, "bus": 0.06, "truck": 0.06, "angkot": 0.08}
THROUGH_WATER, DRY = (2.5, 6.0), (7.0, 12.0)
CHECK = "high_water"

# -- Streets ---------------------------------------------------------------------------


def _traffic(draft: Draft, speed: tuple[float, float]) -> None:
    for lane in (*draft.view.street.near_lanes, *draft.view.street.far_lanes):
        flow = Flow(lane, MIX, float(draft.rng.uniform(8, 16)), speed)
        draft.actors += drive(flow, int(draft.rng.integers(1 << 30)), draft.seconds)


def _street(
    condition: str, positive: bool, setting: Setting, traffic: bool = True, kind: str = "", reference: str = ""
) -> Maker:
    """A street, under water where ``positive``."""

    def make(seed: int) -> Case:
        rng = rng_of(seed, CHECK, condition, "yes" if positive else "no")
        rate = setting.rate or ("fps_2" if rng.random() < 0.3 else "fps_1")
        seconds = float(round(rng.uniform(20.0, 26.0)))
        draft = Draft(rng, road_view(rng, setting.night), seconds, replace(setting, rate=rate))
        draft.zones = (draft.view.road,)
        draft.labels["reference"] = reference or "none"
        asked = background_asked(draft.film(seed).bare, reference) if reference else {}
        if traffic:
            _traffic(draft, THROUGH_WATER if positive else DRY)
        if positive:
            draft.ground.append(flooded(draft, kind))
        return replace(drafted(CHECK, condition, positive, seed, draft), asked=asked)

    return make


# -- Rivers ----------------------------------------------------------------------------


def _banks_in_zone(shoot: Shoot) -> None:
    """The zone reaches up the banks, so that a rise shows in its share."""
    shoot.zones = (shoot.bed.zone(1.0),)


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


RIVER = River(CHECK, (20.0, 26.0), _banks_in_zone)
NORMAL = {name: RIVER.maker(f"river_{name}", False, WEATHER[name], reference="vouched")
          for name in ("plain", "foam", "glare", "boat", "rain_rings", "night")}  # fmt: skip

POSITIVES: Mapping[str, Maker] = {
    "road": _street("road", True, SETTINGS["plain"], traffic=False),
    "road_wakes": _street("road_wakes", True, SETTINGS["plain"]),
    "road_rain": _street("road_rain", True, Setting(weather=("rain",))),
    "road_overcast": _street("road_overcast", True, SETTINGS["plain"], kind="grey"),
    "road_brown": _street("road_brown", True, SETTINGS["plain"], kind="mud"),
    "road_sway": _street("road_sway", True, SETTINGS["sway"]),
    "road_reference": _street("road_reference", True, SETTINGS["plain"], reference="vouched"),
    "road_night": abstaining(_street("road_night", True, SETTINGS["night"])),
    "river_risen": RIVER.maker("river_risen", True, _risen, reference="vouched"),
    "river_risen_brown": RIVER.maker("river_risen_brown", True, _risen, WEATHER["brown_water"], reference="vouched"),
    "river_risen_rain": RIVER.maker("river_risen_rain", True, _risen, WEATHER["rain_rings"], reference="vouched"),
    "river_risen_glare": RIVER.maker("river_risen_glare", True, _risen, WEATHER["glare"], reference="vouched"),
    "river_risen_unknown": abstaining(RIVER.maker("river_risen_unknown", True, _risen)),
    "river_rises": RIVER.maker("river_rises", True, _rises),
    "gauge": RIVER.maker("gauge", True, _gauge_high),
    "gauge_rain": RIVER.maker("gauge_rain", True, _gauge_high, WEATHER["rain_rings"]),
    "gauge_low_rate": RIVER.maker("gauge_low_rate", True, _gauge_high, WEATHER["low_rate"]),
}
NEGATIVES: Mapping[str, Maker] = {
    "road": _street("road", False, SETTINGS["plain"]),
    "road_reference": _street("road_reference", False, SETTINGS["plain"], reference="vouched"),
    "road_wet": _street("road_wet", False, Setting(weather=("wet",))),
    "road_wet_rain": _street("road_wet_rain", False, SETTINGS["rain"]),
    "road_shadow_sweep": _street("road_shadow_sweep", False, SETTINGS["shadow_sweep"]),
    "road_empty": _street("road_empty", False, SETTINGS["plain"], traffic=False),
    "road_leaves": _street("road_leaves", False, SETTINGS["leaves"]),
    "road_sway": _street("road_sway", False, SETTINGS["sway"]),
    "road_night": _street("road_night", False, SETTINGS["wet_night"]),
    "road_lens_drops": _street("road_lens_drops", False, Setting(weather=("drops",))),
    "road_dirty_lens": _street("road_dirty_lens", False, SETTINGS["lens_dirt"]),
    **{f"river_{name}": maker for name, maker in NORMAL.items()},
    "river_unknown": RIVER.maker("river_unknown", False),
    "gauge": RIVER.maker("gauge", False, _gauge_low),
    "gauge_rain": RIVER.maker("gauge_rain", False, _gauge_low, WEATHER["rain_rings"]),
}
HIGH_WATER = Family(CHECK, POSITIVES, NEGATIVES)
