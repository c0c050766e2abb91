"""The scenes of water are what their labels say: water moves, ground does not, and levels are where they should be."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from analytics import checks
from analytics.zones import Zone
from tests.scoreboard.case import Family, rng_of
from tests.scoreboard.families.water import FAMILIES
from tests.scoreboard.families.water.rising import HIGH_WATER
from tests.scoreboard.families.water.river import RiverFilm, bed
from tests.scoreboard.families.water.upon import pieces, strewn
from tests.waterscenes.noise import HEIGHT, WIDTH
from tests.waterscenes.train import DRY, HELD_OUT, SEEDS


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.check)
def test_every_condition_can_be_made_and_its_zones_fit(family: Family) -> None:
    kinds = checks.check_for(family.check).zone_kinds
    for positive, side in ((True, family.positives), (False, family.negatives)):
        for condition in side:
            case = family.make(condition, positive, 77)
            assert {zone.kind for zone in case.zones} <= set(kinds), (condition, positive)
            assert all(isinstance(zone, Zone) and len(zone.polygon) >= 3 for zone in case.zones)


def test_only_water_and_what_it_carries_moves() -> None:
    river = bed(rng_of(4, "water"))
    film = RiverFilm(river, 9, 20.0, kind="tan", grain=0.0)
    change = np.abs(film.picture(0.0).astype(int) - film.picture(3.0)).max(axis=-1)
    far_from_water = river.aside > 1.2
    assert change[far_from_water].max() <= 1  # rounding
    assert (change[river.water(0)] > 0).mean() > 0.5


def test_a_risen_river_is_wider() -> None:
    river = bed(rng_of(5, "water"))
    shares = [river.water(level).mean() for level in (0.0, 0.5, 1.0)]
    assert shares == sorted(shares)
    assert shares[2] > shares[0] + 0.1


def test_rubbish_covers_about_what_the_truth_says_and_drifts() -> None:
    river = bed(rng_of(6, "water"))
    draw = pieces(river, strewn(rng_of(6, "pieces"), river, 0.1, 20.0, (0.12, 0.6)))
    water = river.water(0)
    planes = []
    for t in (2.0, 12.0):
        plane = np.full((HEIGHT, WIDTH, 3), 0.5, np.float32)
        draw(plane, water, t)
        planes.append((np.abs(plane - 0.5) > 0.1).any(axis=-1))
    assert 0.03 < planes[0][water].mean() < 0.3
    assert not planes[0][~water].any()
    assert (planes[0] & planes[1]).sum() < 0.6 * planes[0].sum()


def test_a_film_has_a_keyframe_a_second_and_its_rate(tmp_path: Path) -> None:
    film = RiverFilm(bed(rng_of(7, "water")), 3, 4.0)
    with av.open(str(film.write(tmp_path / "a.mp4"))) as container:
        frames = list(container.decode(video=0))
    assert [float(frame.time or 0.0) for frame in frames] == pytest.approx([0.0, 1.0, 2.0, 3.0])
    assert all(frame.key_frame for frame in frames)


def test_no_scene_is_one_that_taught_the_network() -> None:
    assert SEEDS and DRY and HELD_OUT
    taught = {np.random.default_rng([seed, 2027]).integers(1 << 60) for seed in SEEDS}
    ours = {rng_of(seed, "high_water", "road", "yes").integers(1 << 60) for seed in SEEDS}
    assert not taught & ours


def test_a_camera_in_service_brings_the_background_of_other_days_and_new_ones_are_a_like_minority_of_both_sides() -> (
    None
):
    shares = {}
    for positive, side in ((True, HIGH_WATER.positives), (False, HIGH_WATER.negatives)):
        made = {name: HIGH_WATER.make(name, positive, 41) for name in side}
        new = {name for name in made if "_new" in name}
        shares[positive] = len(new) / len(side)
        without = {name for name, case in made.items() if not case.asked}
        assert without - new == {name for name in made if "gauge" in name or "night" in name}
        assert all(case.labels["reference"] == ("days" if case.asked else "none") for case in made.values())
    assert all(0.1 <= share <= 0.2 for share in shares.values())
    assert abs(shares[True] - shares[False]) < 0.03


def test_a_background_is_made_of_looks_of_other_days_as_the_patrol_makes_it() -> None:
    case = HIGH_WATER.make("road_wet", False, 43)
    known, drawn = case.asked["background"], case.asked["view"].picture
    assert (known.version, known.steady, known.is_made_well) == (3, True, True)
    assert known.looks >= 5
    # Its noise is averaged out, its light is another than that of the single look that the zones were drawn on.
    assert known.picture.shape == drawn.shape
    assert np.abs(known.picture.astype(int) - drawn).mean() > 2
    assert case.asked["background"] is known, "rendered once"
