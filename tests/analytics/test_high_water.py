"""Water on roads, rivers and gauges: the verdicts' rules on painted ponds, the network on drawn and real floods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from analytics.against_background import Background, clean_picture
from analytics.checks import CHECKS
from analytics.checks.high_water import HighWater
from analytics.runner import AnalysisRequest, analyse_file
from analytics.verdict import CheckResult, Verdict
from analytics.water import See, Waters, waters
from analytics.yolo import YoloDetector
from analytics.zones import Zone, whole_picture
from cameras.footage.frame import Frame, Picture
from tests.analytics.ponds import Pond, painted
from tests.bench.water import CHANGES, flood_photos, share_of
from tests.waterscenes.scene import drawn

LOW = ((0.1, 0.5), (0.9, 0.5), (0.9, 0.99), (0.1, 0.99))
ROAD, RIVER = Zone("road", LOW), Zone("river", LOW)
BOARD = (0.48, 0.2, 0.52, 0.8)
GAUGE = Zone("water_gauge", ((0.48, 0.2), (0.52, 0.2), (0.52, 0.8), (0.48, 0.8)))
WADERS = [(0.3, 0.4, 0.34, 0.7), (0.6, 0.4, 0.64, 0.72)]


def asked(pond: Pond, zone: Zone = ROAD, usual: float | None = None, **rules: Any) -> CheckResult:
    """``usual``: the level of the camera's clean picture."""
    clean = None if usual is None else next(iter(Pond(lambda t: usual).samples())).picture
    check = HighWater(see=painted, reference=lambda clip: clean)
    return check.run(pond, [zone], replace(HighWater.defaults, **rules), pond)


def test_without_a_zone_no_zone_is_spoken_of_and_of_dry_ground_no_water() -> None:
    said = asked(Pond(lambda t: 0.0), whole_picture("road")).reasons[0]
    assert said.code == "dry"
    assert "zona" not in said.id
    unsure = lambda picture: replace(painted(picture), water=0.4 + 0 * painted(picture).water)  # noqa: E731
    dim = Pond(lambda t: 0.0)
    result = HighWater(see=unsure).run(dim, [ROAD], HighWater.defaults, dim)
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "borderline")
    assert "tampak seperti air" not in result.reasons[0].id


class Resized(Pond):
    """A camera that is set to another resolution while the clip runs."""

    def samples(self) -> Iterator[Frame]:
        for frame in super().samples():
            size = (320, 180) if frame.t_s < 12 else (320, 240)
            yield Frame(frame.t_s, np.asarray(cv2.resize(frame.picture, size, interpolation=cv2.INTER_NEAREST)))


@pytest.mark.parametrize("zone", [ROAD, RIVER, GAUGE])
def test_a_camera_that_changes_its_resolution_is_measured_by_the_usual_one(zone: Zone) -> None:
    level = Pond(lambda t: 0.45, board=BOARD), Resized(lambda t: 0.45, board=BOARD)
    plain, resized = (asked(pond, zone).measurements["water_share"] for pond in level)
    assert resized == pytest.approx(plain, abs=0.02)


def test_a_road_under_water_is_flooded() -> None:
    result = asked(Pond(lambda t: 0.45))
    assert result.verdict is Verdict.SUPPORTED
    assert result.measurements["water_share"] == pytest.approx(0.89, abs=0.04)
    assert "89 %" in result.reasons[0].id or "90 %" in result.reasons[0].id
    [moment] = result.moments
    assert moment.kind == "event"
    assert moment.marks[0].box[1] == pytest.approx(0.55, abs=0.03)


def test_a_dry_road_is_not() -> None:
    result = asked(Pond(lambda t: 0.0))
    assert (result.verdict, result.measurements["water_share"]) == (Verdict.CONTRADICTED, 0.0)


def test_muddy_water_that_passes_for_earth_is_not_called_dry() -> None:
    """Nor a flood: traffic that the detector half misses moves as much."""
    earth = lambda picture: replace(painted(picture), water=np.zeros_like(painted(picture).water))  # noqa: E731
    check = HighWater(see=earth)
    flooded, dry = Pond(lambda t: 0.45), Pond(lambda t: 0.0)
    result = check.run(flooded, [ROAD], check.defaults, flooded)
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "moves_like_water")
    assert check.run(dry, [ROAD], check.defaults, dry).verdict is Verdict.CONTRADICTED


def test_muddy_water_over_a_road_whose_own_ground_is_known_is_a_flood() -> None:
    """The network takes it for earth, but leans towards water; nothing of the dry day's ground shows, and it moves."""

    def doubts(picture: Picture) -> Waters:
        found = painted(picture)
        return replace(found, water=0.1 + 0.3 * found.water)

    dry, wet = Pond(lambda t: 0.0), Pond(lambda t: 0.5)
    check = HighWater(see=doubts, reference=lambda clip: next(iter(dry.samples())).picture)
    result = check.run(wet, [ROAD], check.defaults, wet)
    assert (result.verdict, result.reasons[0].code) == (Verdict.SUPPORTED, "road_flooded")
    calm = Pond(lambda t: 0.5, ripple=0.0)
    assert check.run(calm, [ROAD], check.defaults, calm).verdict is not Verdict.SUPPORTED
    assert check.run(dry, [ROAD], check.defaults, dry).verdict is Verdict.CONTRADICTED


def test_water_that_looks_like_earth_all_over_is_told_by_the_ground_that_is_gone_and_what_rocks() -> None:
    earth = lambda picture: replace(painted(picture), water=np.zeros_like(painted(picture).water))  # noqa: E731
    check = HighWater(see=earth, reference=lambda clip: next(iter(Pond(lambda t: 0.0).samples())).picture)
    driven = Pond(lambda t: 0.5, traffic=9, wake=25.0)
    result = check.run(driven, [ROAD], check.defaults, driven)
    assert (result.verdict, result.reasons[0].code) == (Verdict.SUPPORTED, "road_flooded")
    assert result.measurements["water_share"] > 0.6, "of the ground, not of what looks like water"
    assert "0 %" not in result.reasons[0].id.split()
    for other in (replace(driven, wake=0.0, ripple=0.0), Pond(lambda t: 0.5), Pond(lambda t: 0.0, traffic=9)):
        assert check.run(other, [ROAD], check.defaults, other).verdict is not Verdict.SUPPORTED


def test_a_road_of_which_nothing_is_left_is_not_called_dry_because_the_water_lies_still_and_looks_like_earth() -> None:
    earth = lambda picture: replace(painted(picture), water=np.zeros_like(painted(picture).water))  # noqa: E731
    check = HighWater(see=earth, reference=lambda clip: next(iter(Pond(lambda t: 0.0).samples())).picture)
    for level, light, said in (
        (0.5, 1.0, "ground_changed"),
        (0.5, 0.6, "ground_changed"),
        (0.0, 0.6, "as_on_dry_days"),
    ):
        still = Pond(lambda t, level=level: level, ripple=0.0, light=light)  # type: ignore[misc]
        still.background = Background(next(iter(still.samples())).picture, "siang", 3, 9)  # type: ignore[attr-defined]
        result = check.run(still, [ROAD], check.defaults, still)
        assert result.reasons[0].code == said
        assert (result.verdict is Verdict.CONTRADICTED) == (said == "as_on_dry_days")


@pytest.mark.parametrize("size", [(352, 289), (320, 182), (320, 240), (180, 320), (16, 9)])
@pytest.mark.parametrize("zone", [ROAD, RIVER])
def test_a_background_a_row_larger_or_of_another_shape_breaks_nothing(zone: Zone, size: tuple[int, int]) -> None:
    """A clip of 704 by 576 has a background of 640 by 524: what the network sees of them is one row apart."""
    dry = next(iter(Pond(lambda t: 0.0).samples())).picture
    check = HighWater(see=painted, reference=lambda clip: np.asarray(cv2.resize(dry, size), np.uint8))
    for level in (0.0, 0.5):
        pond = Pond(lambda t, level=level: level)  # type: ignore[misc]
        result = check.run(pond, [zone], check.defaults, pond)
        assert level or result.verdict is not Verdict.SUPPORTED
    if size in {(320, 240), (180, 320)} and zone is RIVER:
        assert check.run(pond, [zone], check.defaults, pond).reasons[0].code == "no_reference", "it is not this view"


def test_a_dark_picture_is_of_the_day_where_the_sun_says_so() -> None:
    """The background comes by the sun's place at the clip's own time; one of another part of the day says nothing."""
    dark = Pond(lambda t: 0.0, light=0.5)
    check = HighWater(see=painted)
    for slot, verdict in (("siang", Verdict.CONTRADICTED), ("malam", Verdict.INCONCLUSIVE), ("", Verdict.INCONCLUSIVE)):
        dark.background = Background(next(iter(dark.samples())).picture, slot, 1, 9)  # type: ignore[attr-defined]
        assert check.run(dark, [ROAD], check.defaults, dark).verdict is verdict, slot


@pytest.mark.parametrize(("step_s", "seconds"), [(60.0, 600.0), (20.0, 60.0), (15.0, 90.0)])
@pytest.mark.parametrize("zone", [ROAD, GAUGE])
def test_a_picture_a_minute_denies_nothing(step_s: float, seconds: float, zone: Zone) -> None:
    sparse = Pond(lambda t: 0.0 if zone is ROAD else 0.3, board=BOARD, step_s=step_s, seconds=seconds)
    assert asked(sparse, zone).verdict is Verdict.INCONCLUSIVE
    assert asked(replace(sparse, step_s=5.0), zone).verdict is Verdict.CONTRADICTED


def test_a_puddle_is_for_a_person_to_judge() -> None:
    assert asked(Pond(lambda t: 0.1)).verdict is Verdict.INCONCLUSIVE


def test_a_lorrys_bow_wave_does_not_decide() -> None:
    assert asked(Pond(lambda t: 0.45 if 20 < t < 30 else 0.02)).verdict is not Verdict.SUPPORTED
    assert asked(Pond(lambda t: 0.02 if 20 < t < 26 else 0.45)).verdict is Verdict.SUPPORTED


def test_water_that_rises_over_the_road_supports() -> None:
    result = asked(Pond(lambda t: 0.05 + 0.4 * t / 120, seconds=120))
    assert (result.verdict, result.reasons[0].code) == (Verdict.SUPPORTED, "rising")


def test_a_still_is_measured_and_decides_nothing() -> None:
    flooded, dry = asked(Pond(lambda t: 0.45, is_still=True)), asked(Pond(lambda t: 0.0, is_still=True))
    assert (flooded.verdict, flooded.reasons[0].code) == (Verdict.INCONCLUSIVE, "still")
    assert flooded.measurements["water_share"] == pytest.approx(0.89, abs=0.04)
    assert (dry.verdict, dry.measurements["water_share"]) == (Verdict.INCONCLUSIVE, 0.0)
    assert asked(Pond(lambda t: 0.0, seconds=6)).verdict is Verdict.INCONCLUSIVE


def test_what_looks_like_water_and_never_moves_may_be_wet_asphalt() -> None:
    result = asked(Pond(lambda t: 0.45, ripple=0.0))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "calm_surface")


def test_ground_that_always_looks_like_water_is_dry_by_its_own_clean_picture() -> None:
    """The network is fooled now as it was then; the pattern of the ground shows as on dry days."""
    patched = Pond(lambda t: 0.45, ripple=0.0, joints=True)
    clean = next(iter(patched.samples())).picture
    check = HighWater(see=painted, reference=lambda clip: clean)
    result = check.run(patched, [ROAD], HighWater.defaults, patched)
    assert (result.verdict, result.reasons[0].code) == (Verdict.CONTRADICTED, "as_on_dry_days")
    flooded = Pond(lambda t: 0.45)
    drowned = check.run(flooded, [ROAD], HighWater.defaults, flooded)
    assert drowned.verdict is Verdict.INCONCLUSIVE, "the network cannot tell here, and the pattern is gone"


def test_the_registered_check_asks_the_cameras_own_background() -> None:
    dry = next(iter(Pond(lambda t: 0.0).samples())).picture
    clip = Pond(lambda t: 0.0)
    clip.background = Background(dry)  # type: ignore[attr-defined]
    assert CHECKS["high_water"]._reference(clip) is dry  # type: ignore[attr-defined]
    assert CHECKS["floating_rubbish"]._reference(clip) is dry  # type: ignore[attr-defined]


def lately(level: float, zone: Zone, now: float) -> CheckResult:
    """A clip with the camera's own background of the last days, in which the water stood at ``level``."""
    clip = Pond(lambda t: now)
    clip.background = Background(next(iter(Pond(lambda t: level).samples())).picture, "pagi", 3, 9)  # type: ignore[attr-defined]
    return HighWater(see=painted, reference=clean_picture).run(clip, [zone], HighWater.defaults, clip)


def test_a_flood_that_has_stood_for_days_is_in_the_cameras_own_background_and_is_not_contradicted() -> None:
    assert asked(Pond(lambda t: 0.3), usual=0.3).verdict is Verdict.CONTRADICTED, "a person vouched for that one"
    assert lately(0.3, ROAD, 0.3).verdict is Verdict.INCONCLUSIVE
    assert lately(0.0, ROAD, 0.45).verdict is Verdict.SUPPORTED
    assert lately(0.0, ROAD, 0.0).verdict is Verdict.CONTRADICTED


def test_a_river_that_has_been_high_for_days_is_not_as_usual() -> None:
    same = lately(0.45, RIVER, 0.45)
    assert (same.verdict, same.reasons[0].code) == (Verdict.INCONCLUSIVE, "river_as_lately")
    assert lately(0.2, RIVER, 0.45).verdict is Verdict.SUPPORTED


def test_a_flood_where_the_clean_picture_is_dry_is_supported() -> None:
    assert asked(Pond(lambda t: 0.45), usual=0.0).verdict is Verdict.SUPPORTED
    assert asked(Pond(lambda t: 0.0), usual=0.0).reasons[0].code == "as_on_dry_days"


@pytest.mark.parametrize(("wake", "code"), [(0.0, "driven_over"), (2.5, "calm_surface"), (14.0, "road_flooded")])
def test_what_is_driven_over_without_a_ripple_is_no_flood_and_what_rocks_is(wake: float, code: str) -> None:
    street = Pond(lambda t: 0.45, ripple=0.0, traffic=9, wake=wake, step_s=1.5, seconds=60)
    assert asked(street).reasons[0].code == code
    assert asked(replace(street, ripple=9.0)).verdict is Verdict.SUPPORTED


def earth_alone(picture: Picture) -> Waters:
    found = painted(picture)
    return replace(found, water=np.zeros_like(found.water))


def fooled(level: float) -> See:
    """A network that takes everything up to this level for water, whatever it looks like."""

    def see(picture: Picture) -> Waters:
        found = painted(picture)
        found.water[round(len(found.water) * (1 - level)) :] = 1
        return found

    return see


def test_traffic_on_a_dry_lane_says_nothing_of_the_lane_it_avoids() -> None:
    street = Pond(lambda t: 0.45, ripple=0.0, traffic=3, step_s=1.5, seconds=60)
    assert asked(street).reasons[0].code == "calm_surface"


def test_the_night_and_glare_say_nothing() -> None:
    for light in (0.36, 0.55):
        assert asked(Pond(lambda t: 0.45, light=light)).reasons[0].code == "night"
        assert asked(Pond(lambda t: 0.0, light=light)).verdict is Verdict.INCONCLUSIVE
    assert asked(Pond(lambda t: 0.45, glare=0.6)).reasons[0].code == "glare"


def test_a_view_without_a_zone_needs_people_in_the_water() -> None:
    view = whole_picture("road")
    river = asked(Pond(lambda t: 0.5), view)
    assert (river.verdict, river.reasons[0].code) == (Verdict.INCONCLUSIVE, "no_dry_ground_known")
    assert river.measurements["water_share"] == pytest.approx(0.5, abs=0.02)
    assert asked(Pond(lambda t: 0.55, standing=WADERS), view).verdict is Verdict.SUPPORTED


def test_people_on_the_bank_stand_in_no_water() -> None:
    bank = [(0.3, 0.1, 0.34, 0.46), (0.6, 0.1, 0.64, 0.44)]
    assert asked(Pond(lambda t: 0.5, standing=bank), whole_picture("road")).verdict is Verdict.INCONCLUSIVE


def test_what_is_called_a_lorry_and_is_all_water_hides_no_river() -> None:
    risen = Pond(lambda t: 0.4, standing=[(0.0, 0.6, 1.0, 1.0)])
    assert asked(risen, RIVER, usual=0.2).reasons[0].code in {"river_high", "bank_under"}
    on_the_bank = replace(risen, standing=[(0.0, 0.2, 1.0, 1.0)])
    assert asked(on_the_bank, RIVER, usual=0.2).reasons[0].code == "zone_hidden"


def test_a_zone_behind_a_lorry_cannot_be_judged() -> None:
    result = asked(Pond(lambda t: 0.45, standing=[(0.0, 0.3, 1.0, 1.0)]))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "zone_hidden")
    assert result.measurements == {"water_share": None}


def test_a_river_is_high_only_against_its_usual_level() -> None:
    """Levels are of the picture's height, the zone is its lower half: 0.4 is 80 % of it."""
    assert asked(Pond(lambda t: 0.4), RIVER).reasons[0].code == "no_reference"
    assert asked(Pond(lambda t: 0.4), RIVER, usual=0.2).verdict is Verdict.SUPPORTED
    assert asked(Pond(lambda t: 0.4), RIVER, usual=0.395).verdict is Verdict.CONTRADICTED
    assert asked(Pond(lambda t: 0.4), RIVER, usual=0.36).verdict is Verdict.INCONCLUSIVE


def test_what_covers_river_and_bank_alike_and_looks_like_no_water_is_no_high_river() -> None:
    """Leaves before the lens, a carpet of plants: the bank's pattern is gone, and it looks as the river does."""
    clean, covered = next(iter(Pond(lambda t: 0.2).samples())).picture, Pond(lambda t: 0.4)
    leaves = lambda picture: painted(picture) if picture is clean else earth_alone(picture)  # noqa: E731
    check = HighWater(see=leaves, reference=lambda clip: clean)
    assert check.run(covered, [RIVER], check.defaults, covered).verdict is Verdict.INCONCLUSIVE
    assert asked(covered, RIVER, usual=0.2).verdict is Verdict.SUPPORTED


def test_a_bank_that_only_looks_wet_is_no_high_river() -> None:
    usual, clean = Pond(lambda t: 0.2), next(iter(Pond(lambda t: 0.2).samples())).picture
    wet = lambda picture: painted(picture) if picture is clean else fooled(0.4)(picture)  # noqa: E731
    check = HighWater(see=wet, reference=lambda clip: clean)
    assert check.run(usual, [RIVER], check.defaults, usual).verdict is not Verdict.SUPPORTED
    assert asked(Pond(lambda t: 0.4, is_still=True), RIVER, usual=0.2).verdict is Verdict.INCONCLUSIVE


def test_a_calm_flood_is_told_by_the_ground_that_is_gone() -> None:
    """No wave, no wheel: but the clean picture's pattern is under water, and around it all is as it was."""
    calm = Pond(lambda t: 0.4, ripple=0.0)
    assert asked(calm, RIVER, usual=0.2).reasons[0].code == "river_high"
    assert asked(calm, ROAD, usual=0.0).reasons[0].code == "road_flooded"
    assert asked(calm, ROAD).reasons[0].code == "calm_surface"


def test_a_river_that_rises_is_seen_without_a_reference() -> None:
    result = asked(Pond(lambda t: 0.2 + 0.15 * t / 120, seconds=120), RIVER)
    assert (result.verdict, result.reasons[0].code) == (Verdict.SUPPORTED, "rising")
    bank, looks = Pond(lambda t: 0.2, seconds=120), count()
    darkening = HighWater(see=lambda picture: fooled(0.2 + 0.02 * next(looks))(picture))
    assert darkening.run(bank, [RIVER], darkening.defaults, bank).verdict is Verdict.INCONCLUSIVE
    calm = asked(Pond(lambda t: 0.2 + 0.15 * t / 120, seconds=120, ripple=0.0), RIVER)
    assert calm.reasons[0].code == "rising"
    waves = asked(Pond(lambda t: 0.3 + 0.1 * np.sin(t), seconds=120), RIVER)
    assert waves.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("level", "under", "verdict"),
    [(0.7, 0.83, Verdict.SUPPORTED), (0.3, 0.17, Verdict.CONTRADICTED), (0.55, 0.58, Verdict.INCONCLUSIVE)],
)
def test_the_water_line_on_a_gauge(level: float, under: float, verdict: Verdict) -> None:
    result = asked(Pond(lambda t: level, board=BOARD), GAUGE)
    assert result.verdict is verdict
    assert result.measurements["water_share"] == pytest.approx(under, abs=0.04)
    box = result.moments[0].marks[0].box
    assert (box[1] + box[3]) / 2 == pytest.approx(1 - level, abs=0.03)


class Infrared(Pond):
    """Bright pictures without colour, as at night."""

    def _drawn(self, t_s: float) -> Any:
        return np.repeat(super()._drawn(t_s)[:, :, 1:2], 3, axis=2)


def test_a_camera_that_sees_by_infrared_tells_no_water_from_ground() -> None:
    result = asked(Infrared(lambda t: 0.45))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "colourless")
    assert result.measurements == {"water_share": None}


def test_a_gauge_without_any_water_around_it_is_not_low_but_unclear() -> None:
    result = asked(Pond(lambda t: 0.0, board=BOARD), GAUGE)
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "no_water_line")


def test_water_where_no_board_is_seen_is_no_reading() -> None:
    """The network alone takes some boards for water, and a drowned gauge looks like a zone drawn beside it."""
    result = asked(Pond(lambda t: 0.7), GAUGE)
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "no_water_line")


def test_the_board_is_read_where_the_network_takes_it_for_water() -> None:
    flood = lambda picture: replace(painted(picture), water=np.ones_like(painted(picture).water))  # noqa: E731
    low = Pond(lambda t: 0.3, board=BOARD)
    result = HighWater(see=flood).run(low, [GAUGE], HighWater.defaults, low)
    assert (result.verdict, result.reasons[0].code) == (Verdict.CONTRADICTED, "gauge_low")
    assert result.measurements["water_share"] == pytest.approx(0.17, abs=0.04)


def test_water_that_climbs_a_gauge_supports_before_it_is_high() -> None:
    result = asked(Pond(lambda t: 0.3 + 0.15 * t / 120, seconds=120, board=BOARD), GAUGE)
    assert (result.verdict, result.reasons[0].code) == (Verdict.SUPPORTED, "rising")
    falling = Pond(lambda t: 0.45 - 0.06 * t / 120, seconds=120, board=BOARD)
    assert asked(falling, GAUGE).reasons[0].code == "gauge_low"


@pytest.mark.parametrize("step_s", [0.5, 1.0, 3.0])
def test_the_rate_of_the_pictures_changes_no_verdict(step_s: float) -> None:
    assert asked(Pond(lambda t: 0.45, step_s=step_s)).verdict is Verdict.SUPPORTED
    assert asked(Pond(lambda t: 0.0, step_s=step_s)).verdict is Verdict.CONTRADICTED


def test_thresholds_are_the_categorys() -> None:
    pond = Pond(lambda t: 0.2)
    assert asked(pond, flooded_share=0.3).verdict is Verdict.SUPPORTED
    assert asked(pond, flooded_share=0.6).verdict is Verdict.INCONCLUSIVE


# -- The network ------------------------------------------------------------------------

FRESH = range(800_000, 800_014)


def test_the_water_of_drawn_scenes_is_measured() -> None:
    scenes = [drawn(seed) for seed in FRESH]
    off = [share_of(scene.picture) - float(scene.water.mean()) for scene in scenes]
    assert np.mean(np.abs(off)) <= 0.17
    assert np.corrcoef([share_of(s.picture) for s in scenes], [s.water.mean() for s in scenes])[0, 1] >= 0.6


@pytest.mark.parametrize("change", ["mirrored", "dimmed", "brightened", "half size", "JPEG 30"])
def test_light_size_and_compression_change_the_share_little(change: str) -> None:
    pictures = [drawn(seed).picture for seed in list(FRESH)[:4]]
    off = [abs(share_of(CHANGES[change](picture)) - share_of(picture)) for picture in pictures]
    assert np.mean(off) <= 0.08


def test_planes_fit_any_picture() -> None:
    for height, width in ((1080, 1920), (240, 320), (300, 40)):
        found = waters(np.full((height, width, 3), 90, np.uint8))
        assert found.water.shape == found.pieces.shape
        assert found.water.shape[1] / found.water.shape[0] == pytest.approx(width / height, rel=0.25)
        assert 0 <= found.water.min() <= found.water.max() <= 1


@pytest.mark.slow
def test_the_shared_flood_photographs(testdata: Path) -> None:
    photos = list(flood_photos(testdata / "flood"))
    found = np.array([share_of(picture) for _, picture, _ in photos])
    true = np.array([mask.mean() for _, _, mask in photos])
    for part in (slice(None), slice(0, None, 2), slice(1, None, 2)):
        assert np.abs(found - true)[part].mean() <= 0.11
        assert np.corrcoef(found[part], true[part])[0, 1] >= 0.55


@pytest.mark.slow
@pytest.mark.parametrize(
    "zones",
    [
        [Zone("road", ((0.0, 0.45), (1.0, 0.45), (1.0, 1.0), (0.0, 1.0)))],
        [Zone("road", ((0.44, 0.36), (0.56, 0.36), (0.72, 0.98), (0.2, 0.98)))],
        [],
    ],
)
@pytest.mark.parametrize("name", ["tiodh_vtest", "canersu_highway", "intel_car-detection", "intel_bottle-detection"])
def test_real_dry_ground_supports_nothing(name: str, zones: list[Zone], testdata: Path, coco: YoloDetector) -> None:
    """The network takes some even ground for water (a car park from above: all of it); that it rests saves the day."""
    request = AnalysisRequest("high_water", zones=zones, want_stills=False)
    assert analyse_file(testdata / "video" / f"{name}.mp4", request, coco).result.verdict is Verdict.INCONCLUSIVE


@pytest.mark.slow
def test_a_still_is_answered_on_the_command_line(testdata: Path, coco: YoloDetector, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    cv2.imwrite(str(photo), drawn(FRESH[0]).picture)
    result = analyse_file(photo, AnalysisRequest("high_water"), coco).result
    assert 0 <= result.measurements["water_share"] <= 1
