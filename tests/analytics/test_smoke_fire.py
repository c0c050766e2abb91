"""Smoke and fire: the rules on painted streets, the whole check on rendered plumes. It never says yes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from analytics import checks
from analytics.checks.base import ThresholdsInvalid
from analytics.checks.smoke_fire import SmokeFire
from analytics.detections import Detections, DetectorIdentity
from analytics.flames import FlameRules, flames
from analytics.runner import AnalysisRequest, analyse_file
from analytics.verdict import CheckResult, Verdict
from analytics.yolo import YoloDetector
from analytics.zones import whole_picture
from cameras.footage.frame import Frame, Picture
from tests.analytics.conftest import RENDERED_WEIGHTS
from tests.scoreboard.families.fires import (
    FIRES,
    HIGH,
    WIDE,
    Change,
    Rng,
    beacon,
    cloud_shadow,
    dust,
    exposure,
    fire,
    fog,
    low_sun,
    nothing,
    orange_bus,
    smoke,
)
from tests.scoreboard.stage import warm

SEED = 40
DAY, NIGHT = 118, 30
NOISE = np.random.default_rng(8).normal(0, 1.5, (HIGH, WIDE, 1)).astype(np.float32)


def tiles(level: int, contrast: int = 40) -> Picture:
    """A plain view full of edges, grey."""
    rng = np.random.default_rng(4)
    small = rng.integers(level - contrast // 2, level + contrast // 2 + 1, (HIGH // 8, WIDE // 8), np.uint8)
    return np.asarray(
        cv2.cvtColor(cv2.resize(small, (WIDE, HIGH), interpolation=cv2.INTER_NEAREST), cv2.COLOR_GRAY2BGR)
    )


@dataclass
class Yard:
    """A ``ClipView`` and its ``Detector``: tiles, and what ``change`` lays over them."""

    change: Change
    seconds: float = 124.0
    step_s: float = 4.0
    fps: float = 10.0
    level: int = DAY
    is_still: bool = False
    frames_decoded: int = 0
    keyframe_times_s: tuple[float, ...] = ()
    boxes: Sequence[tuple[float, float, float, float]] = ()
    kind: str = "car"
    identity: DetectorIdentity = field(default_factory=lambda: DetectorIdentity("none", "0" * 64))

    @property
    def span_s(self) -> float:
        return 0.0 if self.is_still else self.seconds

    def samples(self) -> Iterator[Frame]:
        return self._frames([0.0] if self.is_still else list(np.arange(0, self.seconds + 1e-9, self.step_s)))

    def bursts(self, spans: Sequence[tuple[float, float]]) -> Iterator[Frame]:
        return self._frames([t for start, end in spans for t in np.arange(start, end, 1 / self.fps)])

    def detect(self, pictures: Sequence[Picture]) -> list[Detections]:
        boxes = np.array(self.boxes, np.float32).reshape(-1, 4)
        found = Detections(boxes, np.full(len(boxes), 0.8, np.float32), (self.kind,) * len(boxes))
        return [found for _ in pictures]

    def _frames(self, times_s: Sequence[float]) -> Iterator[Frame]:
        background = tiles(self.level)
        for t_s in times_s:
            noise = np.roll(NOISE, (round(t_s * 370), round(t_s * 910)), (0, 1))
            shown = self.change(background, float(t_s)).astype(np.float32) + noise
            self.frames_decoded += 1
            yield Frame(float(t_s), np.clip(shown, 0, 255).astype(np.uint8))


def asked(yard: Yard, **rules: Any) -> CheckResult:
    return SmokeFire().run(yard, [whole_picture("road")], replace(SmokeFire.defaults, **rules), yard)


def of(layer: Callable[[Rng], Change], seed: int = SEED) -> Change:
    return layer(np.random.default_rng(seed))


def test_smoke_calls_for_a_person_and_is_never_supported() -> None:
    result = asked(Yard(of(lambda rng: smoke(rng, (165, 225)))))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "smoke_seen")
    assert "segera" in result.reasons[0].id
    assert 0.005 < result.measurements["share"] < 0.5
    assert [moment.kind for moment in result.moments] == ["before", "event", "after"]
    assert result.moments[0].marks


def test_a_thin_dark_veil_that_is_not_told_apart_contradicts_nothing() -> None:
    assert asked(Yard(of(lambda rng: smoke(rng, (35, 80))))).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("level", [DAY, NIGHT])
def test_fire_is_seen_by_day_and_by_night(level: int) -> None:
    result = asked(Yard(of(lambda rng: fire(rng, (40, 60))), level=level))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "fire_seen")
    assert result.measurements["share"] > 0


@pytest.mark.parametrize("layer", [cloud_shadow, exposure, orange_bus])
def test_what_stirs_like_smoke_is_not_passed_on_as_smoke(layer: Callable[[Rng], Change]) -> None:
    result = asked(Yard(of(layer)))
    assert result.reasons[0].code not in {"smoke_seen", "fire_seen", "smoke_and_fire_seen"}
    assert result.measurements == {"share": 0.0}


@pytest.mark.parametrize("layer", [nothing, low_sun, beacon])
def test_a_long_clear_day_in_which_nothing_stirs_contradicts(layer: Callable[[Rng], Change]) -> None:
    result = asked(Yard(of(layer)))
    assert (result.verdict, result.reasons[0].code) == (Verdict.CONTRADICTED, "no_smoke")
    assert result.measurements == {"share": 0.0}


def test_mist_over_everything_is_no_fire_and_no_clear_view() -> None:
    result = asked(Yard(of(fog)))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.reasons[0].code in {"view_veiled", "no_contrast"}


def test_dust_that_settles_is_no_smoke() -> None:
    assert asked(Yard(of(dust))).reasons[0].code != "fire_seen"


def test_short_footage_contradicts_nothing() -> None:
    assert asked(Yard(nothing(np.random.default_rng(1)), seconds=60)).reasons[0].code == "too_short"


def test_the_night_contradicts_nothing() -> None:
    result = asked(Yard(nothing(np.random.default_rng(1)), level=NIGHT))
    assert (result.verdict, result.reasons[0].code, result.measurements["share"]) == (
        Verdict.INCONCLUSIVE, "night", None,
    )  # fmt: skip


def test_a_place_where_cars_always_drive_is_not_judged() -> None:
    whole = [(0.0, 0.0, 1.0, 1.0)]
    assert asked(Yard(of(lambda rng: smoke(rng, (165, 225))), boxes=whole)).reasons[0].code == "no_contrast"


def test_a_still_tells_the_colours_of_fire_and_decides_nothing() -> None:
    burning = asked(Yard(of(lambda rng: fire(rng, (40, 60))), is_still=True))
    assert (burning.verdict, burning.reasons[0].code) == (Verdict.INCONCLUSIVE, "still")
    assert burning.measurements["share"] > 0
    assert burning.moments[0].marks
    quiet = asked(Yard(nothing(np.random.default_rng(1)), is_still=True))
    assert (quiet.verdict, quiet.measurements["share"]) == (Verdict.INCONCLUSIVE, 0.0)


def test_a_camera_that_changes_its_resolution_is_looked_at_in_its_last_one() -> None:
    @dataclass
    class Rescaled(Yard):
        def _frames(self, times_s: Sequence[float]) -> Iterator[Frame]:
            for frame in super()._frames(times_s):
                cut = frame.picture[:, 80:560] if frame.t_s < 30 else frame.picture
                yield Frame(frame.t_s, np.ascontiguousarray(cut))

    assert asked(Rescaled(of(lambda rng: fire(rng, (40, 60))))).reasons[0].code == "fire_seen"


def test_a_few_pictures_are_no_burst() -> None:
    change, background = of(fire), tiles(DAY)
    assert flames([Frame(t / 10, change(background, t / 10)) for t in range(4)]) is None


@pytest.mark.parametrize("fps", [1.0, 2.0, 4.0])
@pytest.mark.parametrize("seed", [0, 2])
def test_a_small_flame_in_too_few_pictures_a_second_is_left_to_a_person(fps: float, seed: int) -> None:
    result = asked(Yard(of(lambda rng: fire(rng, (16, 26)), seed), fps=fps))
    assert result.verdict is Verdict.INCONCLUSIVE
    if result.reasons[0].code == "too_sparse":
        assert result.measurements == {"share": None}
        assert result.moments[0].marks


@pytest.mark.parametrize("seed", [0, 1, 4, 5])
def test_a_flame_at_the_limit_of_sight_contradicts_nothing(seed: int) -> None:
    assert asked(Yard(of(lambda rng: fire(rng, (8, 14)), seed), fps=6)).verdict is Verdict.INCONCLUSIVE


def test_a_flame_that_is_gone_for_a_while_is_found_out_in_pictures_of_odd_sizes() -> None:
    """Full pictures and those of bursts are made smaller by other factors, to heights a row apart."""
    burning = of(lambda rng: fire(rng, (40, 60)))

    @dataclass
    class Odd(Yard):
        def samples(self) -> Iterator[Frame]:
            for frame in super().samples():
                yield Frame(frame.t_s, cv2.resize(frame.picture, (1366, 771)))

    def change(picture: Picture, t: float) -> Picture:
        return burning(picture, t) if any(abs(t - at) < 4 for at in (18.6, 62.0)) else picture

    assert asked(Odd(burning)).reasons[0].code == "fire_seen"
    assert asked(Odd(change)).measurements["share"] in {0.0, None}


def test_a_category_sets_figures_of_flames_by_name() -> None:
    wanted = checks.thresholds_from("smoke_fire", {"flames": {"smallest": 0.01}}).flames
    assert (wanted.smallest, wanted.red) == (0.01, FlameRules().red)
    for wrong in ({"flames": {"smalest": 1}}, {"flames": {"red": "much"}}, {"flames": {"red": -1}}, {"flames": 3}):
        with pytest.raises(ThresholdsInvalid, match="flames"):
            checks.thresholds_from("smoke_fire", wrong)


# -- Flames among what is warm --------------------------------------------------------------


def burst(change: Change, level: int = DAY, start: float = 8.0) -> list[Frame]:
    return [Frame(t, change(tiles(level), t)) for t in (start + n / 10 for n in range(20))]


def of_warm(maker: Callable[..., Change], seed: int) -> Change:
    return maker(np.random.default_rng(seed), (WIDE, HIGH), 64.0)


@pytest.mark.parametrize("maker", [warm.walkers, warm.sunlit_wall, warm.tail_lights, warm.sunset, warm.warm_screen])
def test_what_has_the_colours_of_fire_seldom_burns(maker: Callable[..., Change]) -> None:
    looks = [flames(burst(of_warm(maker, seed), NIGHT if maker is warm.tail_lights else DAY)) for seed in range(8)]
    assert sum(look is not None and look.any() for look in looks) <= 2, "of single looks; two of three must agree"


def test_fires_of_many_sizes_burn_by_day_and_by_night() -> None:
    looks = [flames(burst(of(fire, seed), level)) for seed in range(8) for level in (DAY, NIGHT)]
    assert sum(look is not None and look.any() for look in looks) >= 14


def test_a_flame_upside_down_is_none() -> None:
    """Flames rise: what flickers lies above what rests."""
    upright = burst(of(lambda rng: fire(rng, (40, 60))))
    turned = [Frame(frame.t_s, np.ascontiguousarray(frame.picture[::-1])) for frame in upright]
    found, over = flames(upright), flames(turned)
    assert found is not None and found.any()
    assert over is not None and not over.any()


def test_a_flame_seen_inside_a_persons_box_is_the_persons_jacket() -> None:
    everywhere = [(0.0, 0.0, 1.0, 1.0)]
    burning = of(lambda rng: fire(rng, (40, 60)))
    assert asked(Yard(burning, boxes=everywhere)).reasons[0].code == "fire_seen"
    assert asked(Yard(burning, boxes=everywhere, kind="person")).measurements["share"] == 0.0


def test_a_flame_that_is_gone_between_two_looks_went_on_burning_nowhere() -> None:
    burning = of(lambda rng: fire(rng, (40, 60)))
    only_at = [18.6, 62.0]

    def change(picture: Picture, t: float) -> Picture:
        return burning(picture, t) if any(abs(t - at) < 4 for at in only_at) else picture

    assert asked(Yard(change)).measurements["share"] == 0.0


# -- Rendered streets -----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("condition", "seed"), [("light_smoke", SEED + 2), ("fire_and_smoke", SEED)])
def test_a_rendered_fire_in_traffic_is_passed_on_with_stills(
    condition: str, seed: int, tmp_path: Path, detector_of: Callable[[Path], YoloDetector]
) -> None:
    path = FIRES.make(condition, True, seed).write(tmp_path)
    report = analyse_file(path, AnalysisRequest("smoke_fire"), detector_of(RENDERED_WEIGHTS))
    assert report.result.verdict is Verdict.INCONCLUSIVE
    assert report.result.measurements["share"] > 0
    assert len(report.stills) == 3


@pytest.mark.slow
def test_smoke_in_a_picture_too_dark_for_it_is_left_open(
    tmp_path: Path, detector_of: Callable[[Path], YoloDetector]
) -> None:
    path = FIRES.make("light_smoke", True, SEED).write(tmp_path)
    result = analyse_file(path, AnalysisRequest("smoke_fire", want_stills=False), detector_of(RENDERED_WEIGHTS)).result
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "night")
    assert result.measurements["share"] is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["canersu_highway", "intel_one-by-one-person-detection", "tiodh_vtest"])
def test_real_streets_do_not_burn(name: str, testdata: Path, coco: YoloDetector) -> None:
    request = AnalysisRequest("smoke_fire", want_stills=False)
    result = analyse_file(testdata / "video" / f"{name}.mp4", request, coco).result
    assert result.measurements["share"] in {0.0, None}
