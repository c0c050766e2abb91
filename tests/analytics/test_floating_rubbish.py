"""Rubbish on rivers: the verdicts' rules on painted ponds, the engine on drawn rivers and shared photographs."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from analytics.adrift import drift
from analytics.against_background import Background, clean_picture
from analytics.checks.floating_rubbish import FloatingRubbish
from analytics.detections import Detections
from analytics.floating import FloatingRules, Scene, afloat
from analytics.verdict import CheckResult, Verdict
from analytics.water import Waters
from analytics.zones import Zone, whole_picture
from cameras.footage.frame import Picture
from tests.analytics.ponds import HEIGHT, WIDTH, Pond, painted
from tests.bench.water import cover_percent

YES = Verdict.SUPPORTED
RIVER = Zone("river", ((0.0, 0.3), (1.0, 0.3), (1.0, 1.0), (0.0, 1.0)))


def asked(pond: Pond, reference: Picture | None = None, **rules: Any) -> CheckResult:
    check = FloatingRubbish(see=painted, reference=lambda clip: reference)
    return check.run(pond, [RIVER], replace(FloatingRubbish.defaults, **rules), pond)


def river(specks: int, **given: Any) -> Pond:
    return Pond(lambda t: 0.7, specks=lambda t: specks, **given)


def test_rubbish_all_over_the_river_is_supported_and_marked() -> None:
    result = asked(river(80))
    assert result.verdict is Verdict.SUPPORTED
    true = 80 * 20 / (WIDTH * HEIGHT * 0.7) * 100
    assert result.measurements["cover_percent"] == pytest.approx(true, rel=0.5)
    assert result.moments[0].marks


def test_clean_water_is_contradicted_by_a_clip_and_never_by_a_still() -> None:
    assert asked(river(0)).verdict is Verdict.CONTRADICTED
    still = asked(river(0, is_still=True))
    assert (still.verdict, still.measurements) == (Verdict.INCONCLUSIVE, {"cover_percent": 0.0})


def test_a_few_things_are_for_a_person_to_judge() -> None:
    assert asked(river(6)).verdict is Verdict.INCONCLUSIVE


def test_more_rubbish_means_more_cover() -> None:
    covers = [asked(river(count)).measurements["cover_percent"] for count in (0, 5, 20, 60, 150)]
    assert covers == sorted(covers)
    assert covers[-1] > 3 * covers[2]


def test_a_raft_that_drifts_through_does_not_decide() -> None:
    passing = Pond(lambda t: 0.7, specks=lambda t: 90 if 20 < t < 32 else 0)
    assert asked(passing).verdict is not Verdict.SUPPORTED


def test_a_dry_bed_cannot_be_judged() -> None:
    result = asked(Pond(lambda t: 0.02))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "no_water")


def test_the_night_and_glare_say_nothing() -> None:
    assert asked(river(80, light=0.36)).reasons[0].code == "night"
    assert asked(river(80, glare=0.6)).reasons[0].code == "glare"


def test_pictures_without_colour_say_nothing() -> None:
    class Infrared(Pond):
        def _drawn(self, t_s: float) -> Picture:
            return np.repeat(super()._drawn(t_s)[:, :, 1:2], 3, axis=2)

    clip = Infrared(lambda t: 0.7)
    assert asked(clip).reasons[0].code == "colourless"


def test_what_always_lies_there_is_cleared_by_the_reference() -> None:
    posts = next(iter(river(80).samples())).picture
    scene = Scene(posts, painted(posts), Detections.none())
    known = replace(scene, reference=posts)
    assert afloat(scene, RIVER, FloatingRules()).cover > 0.01
    assert afloat(known, RIVER, FloatingRules()).cover == 0


class Caught(Pond):
    """What floats is held where it is, while the water goes on."""

    def _drawn(self, t_s: float) -> Picture:
        picture, rng = Pond(self.level)._drawn(t_s), np.random.default_rng(5)
        for _ in range(self.specks(t_s)):
            x, y = int(rng.integers(4, WIDTH - 8)), int(rng.integers(HEIGHT // 2, HEIGHT - 6))
            picture[y : y + 4, x : x + 5] = (40, 60, 210)
        return picture


@pytest.mark.parametrize(("specks", "verdict"), [(80, Verdict.INCONCLUSIVE), (0, Verdict.CONTRADICTED)])
def test_rubbish_that_has_lain_there_for_days_is_in_the_cameras_own_background_and_not_clean(
    specks: int, verdict: Verdict
) -> None:
    clip = Caught(lambda t: 0.7, specks=lambda t: specks)
    clip.background = Background(next(iter(clip.samples())).picture, "pagi", 3, 9)  # type: ignore[attr-defined]
    check = FloatingRubbish(see=painted, reference=clean_picture)
    assert check.run(clip, [RIVER], FloatingRubbish.defaults, clip).verdict is verdict


def test_the_reference_finds_what_came_since() -> None:
    clean, dirty = next(iter(river(0).samples())).picture, next(iter(river(80).samples())).picture
    brighter = np.clip(dirty * 1.15, 0, 255).astype(np.uint8)
    for picture in (dirty, brighter):
        found = afloat(Scene(picture, painted(picture), Detections.none(), clean), RIVER, FloatingRules())
        assert found.cover == pytest.approx(80 * 20 / (WIDTH * HEIGHT * 0.7), rel=0.5)


def test_a_boat_is_no_rubbish() -> None:
    picture = next(iter(river(0).samples())).picture
    picture[100:130, 100:180] = (40, 60, 210)
    boat = Detections(np.array([[0.3, 0.5, 0.58, 0.75]], np.float32), np.array([0.8], np.float32), ("boat",))
    assert afloat(Scene(picture, painted(picture), boat), RIVER, FloatingRules()).cover == 0


def test_plants_are_no_rubbish() -> None:
    picture = next(iter(river(0).samples())).picture
    rng = np.random.default_rng(2)
    for _ in range(60):
        x, y = int(rng.integers(0, WIDTH - 9)), int(rng.integers(70, HEIGHT - 6))
        picture[y : y + 5, x : x + 8] = (40, 130, 70)

    def everything(seen: Picture) -> Any:
        water = np.ones_like(painted(seen).water)
        green = cv2.resize((seen[..., 1] > seen[..., 0]).astype(np.float32), water.shape[::-1])
        return Waters(water, cv2.dilate(green, np.ones((3, 3), np.uint8)))

    found = afloat(Scene(picture, everything(picture), Detections.none()), RIVER, FloatingRules())
    assert found.cover < 0.01
    assert found.apart < 0.002
    assert found.plants > 0.02


class Foaming(Pond):
    """Flecks that stand out as rubbish does, and are only brighter than the water."""

    def _drawn(self, t_s: float) -> Picture:
        picture, rng = Pond(self.level)._drawn(t_s).astype(np.int16), np.random.default_rng(int(t_s * 100))
        for _ in range(self.specks(t_s)):
            x, y = int(rng.integers(4, WIDTH - 8)), int(rng.integers(HEIGHT // 2, HEIGHT - 6))
            picture[y : y + 4, x : x + 5] += 80
        return np.clip(picture, 0, 255).astype(np.uint8)


def test_foam_is_no_rubbish_even_where_the_network_takes_it_for_pieces() -> None:
    def fooled(picture: Picture) -> Waters:
        bright = cv2.resize(picture, painted(picture).water.shape[::-1], interpolation=cv2.INTER_AREA)[..., 0] > 190
        return Waters(np.maximum(painted(picture).water, bright), bright.astype(np.float32))

    clip = Foaming(lambda t: 0.7, specks=lambda t: 80)
    scene = Scene(next(iter(clip.samples())).picture, fooled(clip._drawn(0.0)), Detections.none())
    found = afloat(scene, RIVER, FloatingRules())
    assert found.cover > 0.02
    assert found.places > 0.02
    assert found.varied < 0.2 * found.cover
    result = FloatingRubbish(see=fooled).run(clip, [RIVER], FloatingRubbish.defaults, clip)
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "borderline")


def test_what_stands_out_where_the_network_sees_no_pieces_is_no_rubbish() -> None:
    blind = lambda picture: replace(painted(picture), pieces=0.3 * painted(picture).pieces)  # noqa: E731
    dirty = river(80)
    assert FloatingRubbish(see=blind).run(dirty, [RIVER], FloatingRubbish.defaults, dirty).verdict is not YES


def test_blue_water_of_a_drawn_river_is_seen_from_above_and_a_picture_without_red_from_below() -> None:
    picture = next(iter(river(60).samples())).picture
    blue = picture.copy()
    blue[54:, :, 2] = np.where(painted_pieces(picture)[54:], blue[54:, :, 2], 30)
    scene = Scene(blue, painted(picture), Detections.none())
    assert afloat(scene, RIVER, FloatingRules()).cover > 0.01
    below = afloat(scene, whole_picture("river"), FloatingRules())
    assert (below.cover, below.surface) == (0, 0)


def test_pieces_all_over_the_land_are_roofs_and_trees() -> None:
    """No zone is drawn: a drowned town from the air."""
    town = river(80)

    def seen(share: float) -> CheckResult:
        def see(picture: Picture) -> Waters:
            found = painted(picture)
            found.pieces[: round(0.3 * len(found.pieces) * share)] = 1
            return found

        return FloatingRubbish(see=see).run(town, [whole_picture("river")], FloatingRubbish.defaults, town)

    assert seen(0.0).verdict is YES
    assert seen(0.8).verdict is Verdict.INCONCLUSIVE


def painted_pieces(picture: Picture) -> Any:
    return picture[..., 2].astype(int) - picture[..., 0] > 40


def test_without_a_zone_no_zone_is_spoken_of() -> None:
    bed = Pond(lambda t: 0.02)
    check = FloatingRubbish(see=painted)
    said = check.run(bed, [whole_picture("river")], check.defaults, bed).reasons[0]
    assert said.code == "no_water"
    assert "zona" not in said.id
    assert "zone" not in said.en
    assert "zona" in asked(bed).reasons[0].id


def test_thresholds_are_the_categorys() -> None:
    assert asked(river(30)).verdict is Verdict.INCONCLUSIVE
    assert asked(river(30), dirty_percent=0.5, places_percent=0.5).verdict is Verdict.SUPPORTED
    assert asked(river(80), dirty_percent=20.0).verdict is Verdict.INCONCLUSIVE


# -- Close together, and drifting ---------------------------------------------------------


def strewn_planes(step: int, count: int = 10) -> list[Any]:
    """Places of pieces that move so many pixels from look to look; elsewhere at once with a step of 0."""
    rng = np.random.default_rng(3)
    field = cv2.GaussianBlur((rng.random((60, 400)) > 0.97).astype(np.float32), (0, 0), 1.5)
    elsewhere = [cv2.GaussianBlur((rng.random((60, 80)) > 0.97).astype(np.float32), (0, 0), 1.5) for _ in range(count)]
    return [field[:, n * step : n * step + 80] for n in range(count)] if step else elsewhere


def test_pieces_that_drift_are_told_from_what_flickers_and_from_what_stays() -> None:
    everywhere = np.ones((60, 80), bool)
    drifting, flickering = drift(strewn_planes(2), everywhere), drift(strewn_planes(0), everywhere)
    staying = drift(strewn_planes(2)[:1] * 10, everywhere)
    assert drifting is not None and flickering is not None and staying is not None
    assert drifting.moved > 0.2
    assert abs(flickering.moved) < 0.08
    assert staying.moved == pytest.approx(0)
    assert drift(strewn_planes(2)[:4], everywhere) is None
    assert drift([*strewn_planes(2), np.zeros((50, 80), np.float32)], everywhere) is None


class Stream(Pond):
    """Specks go down the river with it; ``size``: of a speck in pixels."""

    speed, size = 0.4, 3

    def _drawn(self, t_s: float) -> Picture:
        picture, rng = Pond(self.level)._drawn(t_s), np.random.default_rng(5)
        for _ in range(self.specks(t_s)):
            x, y = int(rng.integers(0, WIDTH) + self.speed * t_s) % WIDTH, int(rng.integers(HEIGHT // 2, HEIGHT - 6))
            picture[y : y + self.size, x : x + self.size] = (40, 60, 210)
        return picture


def test_small_pieces_too_few_to_be_sure_of_are_rubbish_where_they_drift_with_the_stream() -> None:
    flowing, resting = Stream(lambda t: 0.7, specks=lambda t: 75), Stream(lambda t: 0.7, specks=lambda t: 75)
    resting.speed = 0.0  # type: ignore[misc]
    results = [asked(clip, places_percent=90.0) for clip in (flowing, resting)]
    assert [result.verdict for result in results] == [YES, Verdict.INCONCLUSIVE]


def test_what_drifts_unrecognised_is_not_called_clean() -> None:
    few, none = Stream(lambda t: 0.7, specks=lambda t: 12), Stream(lambda t: 0.7, specks=lambda t: 0)
    lenient = {"clean_percent": 50.0, "quiet_percent": 50.0}
    assert asked(few, **lenient).verdict is Verdict.INCONCLUSIVE
    assert asked(none, **lenient).verdict is Verdict.CONTRADICTED


def hiding(picture: Picture) -> Waters:
    """Pieces over all of the river; the network sees no water between them."""
    found = painted(picture)
    return Waters(np.zeros_like(found.water), np.maximum(found.pieces, found.water))


def test_a_carpet_that_hides_the_water_is_measured_and_never_called_no_water() -> None:
    pond = river(0)
    check = FloatingRubbish(see=hiding)
    drawn = check.run(pond, [RIVER], check.defaults, pond)
    assert (drawn.verdict, drawn.reasons[0].code) == (Verdict.INCONCLUSIVE, "carpet")
    assert drawn.measurements["cover_percent"] > 50
    whole = check.run(pond, [whole_picture("river")], check.defaults, pond)
    assert (whole.verdict, whole.reasons[0].code) == (Verdict.INCONCLUSIVE, "carpet")
    assert "zona" not in whole.reasons[0].id
    assert asked(river(0)).measurements["cover_percent"] == 0.0


def test_a_carpet_that_drifts_in_a_rivers_own_zone_is_supported() -> None:
    stream = Stream(lambda t: 0.7, specks=lambda t: 450)
    stream.size = 9  # type: ignore[misc]
    dry = lambda picture: replace(painted(picture), water=np.zeros_like(painted(picture).water))  # noqa: E731
    check = FloatingRubbish(see=dry)
    result = check.run(stream, [RIVER], check.defaults, stream)
    assert result.verdict is YES
    assert result.measurements["cover_percent"] > 30


def test_the_more_of_the_water_is_covered_the_more_is_measured_up_to_all_of_it() -> None:
    def covered(share: float) -> float:
        picture = next(iter(river(0).samples())).picture
        grid = np.random.default_rng(2).random((HEIGHT // 6, WIDTH // 6 + 1)) < share
        mask = cv2.resize(grid.astype(np.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST) > 0
        mask[: HEIGHT // 2 - 20] = False
        picture[mask] = (40, 60, 210)
        return afloat(Scene(picture, painted(picture), Detections.none()), RIVER, FloatingRules()).cover

    covers = [covered(share) for share in (0.02, 0.1, 0.3, 0.6, 0.9)]
    assert covers == sorted(covers)
    assert covers[-1] > 0.6


def test_a_blurred_photo_is_judged_by_nobody_and_measured_all_the_same() -> None:
    class Blurred(Pond):
        def _drawn(self, t_s: float) -> Picture:
            return np.asarray(cv2.GaussianBlur(super()._drawn(t_s), (0, 0), 3), np.uint8)

    result = asked(Blurred(lambda t: 0.7, is_still=True))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "blurred")
    assert result.measurements["cover_percent"] is not None
    assert asked(Blurred(lambda t: 0.7)).measurements["cover_percent"] is None


# -- The network ------------------------------------------------------------------------


@pytest.mark.slow
def test_many_pieces_afloat_measure_above_all_else(testdata: Path) -> None:
    folder = testdata / "river_trash"
    with (folder / "labels.csv").open() as file:
        covers = [(row["label"], cover_percent(cv2.imread(str(folder / row["file"])))) for row in csv.DictReader(file)]
    many = [cover for label, cover in covers if label == "floating_many"]
    others = [cover for label, cover in covers if label != "floating_many"]
    assert min(many) > max(others)
    assert np.mean(many) > 3 * np.mean(others)
    assert whole_picture("river").kind == "river"
