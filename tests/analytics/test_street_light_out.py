"""Lamps at night: lit, dark, flickering, by day, and in a picture that is black all over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import cv2
import numpy as np
import pytest

from analytics.checks.street_light_out import StreetLightOut
from analytics.detections import Detections, DetectorIdentity
from analytics.lamps import aside
from analytics.verdict import CheckResult, Verdict
from analytics.zones import Zone, whole_picture
from cameras.footage.frame import Frame, Picture
from cameras.patrol.daylight import WIB

Light = Callable[[float], float]
PLACES = [(0.2, 0.2), (0.5, 0.18), (0.8, 0.2)]
LAMPS = [
    Zone("lamp", ((x - 0.015, y - 0.02), (x + 0.015, y - 0.02), (x + 0.015, y + 0.02), (x - 0.015, y + 0.02)))
    for x, y in PLACES
]


def on(t_s: float) -> float:
    return 1.0


def off(t_s: float) -> float:
    return 0.0


def glitters(t_s: float) -> float:
    return 0.45 * (int(t_s * 2) % 5 == 0)


def half(t_s: float) -> float:
    return 0.5


def closes(t_s: float) -> float:
    return 0.35 if t_s % 20 > 13 else 1.0


def flickers(t_s: float) -> float:
    return float(int(t_s / 4) % 2)


@dataclass
class Night:
    """A street at night: ``ground`` grey, lamp heads with a halo, a car's headlights that pass."""

    lights: Sequence[Light]
    ground: float = 28.0
    seconds: float = 60.0
    is_still: bool = False
    headlights: bool = True
    window: tuple[float, float] | None = None
    frames_decoded: int = 0
    keyframe_times_s: tuple[float, ...] = ()
    step_s: float = 1.5
    iris: Light = on
    first_frame_at: datetime | None = None
    buses: Sequence[tuple[float, float, float, float]] = ()
    identity: DetectorIdentity = field(default_factory=lambda: DetectorIdentity("none", "0" * 64))

    @property
    def span_s(self) -> float:
        return 0.0 if self.is_still else self.seconds

    def samples(self) -> Iterator[Frame]:
        for t_s in [0.0] if self.is_still else np.arange(0, self.seconds + 1e-9, self.step_s):
            self.frames_decoded += 1
            yield Frame(float(t_s), self._drawn(float(t_s)))

    def bursts(self, spans: Sequence[tuple[float, float]]) -> Iterator[Frame]:
        return iter(())

    def detect(self, pictures: Sequence[Picture]) -> list[Detections]:
        boxes = np.array(self.buses, np.float32).reshape(-1, 4)
        found = Detections(boxes, np.full(len(boxes), 0.8, np.float32), ("bus",) * len(boxes))
        return [found for _ in pictures]

    def _drawn(self, t_s: float) -> Picture:
        rng = np.random.default_rng(int(t_s * 100))
        coarse = np.random.default_rng(3).uniform(0.5, 1.5, (24, 40)).astype(np.float32)
        canvas = self.ground * cv2.resize(coarse, (640, 360), interpolation=cv2.INTER_NEAREST)
        for (x, y), light in zip(PLACES, self.lights, strict=False):
            glow = np.zeros((360, 640), np.float32)
            cv2.circle(glow, (int(x * 640), int(y * 360)), 6, 255.0, -1)
            canvas += light(t_s) * (glow + 40 * cv2.GaussianBlur(glow, (0, 0), 12) / 60)
        if self.window is not None:
            left, top = int(self.window[0] * 640), int(self.window[1] * 360)
            canvas[top : top + 5, left : left + 8] = 165.0
        if self.headlights and 10 < t_s % 20 < 13:
            cv2.circle(canvas, (int((t_s % 3) / 3 * 640), 300), 9, 255.0, -1)
        noisy = np.clip(self.iris(t_s) * np.clip(canvas, 0, 255) + rng.normal(0, 2, canvas.shape), 0, 255).astype(
            np.uint8
        )
        return np.repeat(noisy[:, :, None], 3, axis=2)


def asked(night: Night, zones: Sequence[Zone] = tuple(LAMPS)) -> CheckResult:
    return StreetLightOut().run(night, zones, StreetLightOut.defaults, night)


def test_a_dark_lamp_among_lit_ones_is_out() -> None:
    result = asked(Night([on, off, on]))
    assert (result.verdict, result.measurements) == (Verdict.SUPPORTED, {"dark_lamps": 1})
    [moment] = result.moments
    assert moment.marks[0].box[0] == pytest.approx(0.485)


def test_a_street_without_any_light_is_out_too_though_the_picture_is_dark() -> None:
    result = asked(Night([off, off, off], ground=14.0))
    assert (result.verdict, result.measurements) == (Verdict.SUPPORTED, {"dark_lamps": 3})


def test_before_the_lamps_are_switched_on_nothing_is_bright_and_nothing_is_said() -> None:
    dusk = Night([off, off, off], ground=45.0, headlights=False)
    assert asked(dusk).verdict is Verdict.INCONCLUSIVE


@dataclass
class FullHd(Night):
    """The same street at 1920 by 1080; lamps are squares of ``side`` pixels."""

    side: int = 4
    glow: float = 255.0
    seconds: float = 24.0

    def _drawn(self, t_s: float) -> Picture:
        lights, self.lights = self.lights, [off] * len(self.lights)
        picture = cv2.resize(super()._drawn(t_s), (1920, 1080), interpolation=cv2.INTER_NEAREST)
        self.lights = lights
        for (x, y), light in zip(PLACES, lights, strict=False):
            # Off the raster of the narrow picture, where least is left of a lamp.
            left, top = int(x * 1920) - self.side // 2 + 1, int(y * 1080) - self.side // 2 + 1
            spot = picture[top : top + self.side, left : left + self.side]
            spot[:] = np.maximum(spot, light(t_s) * self.glow)
        return np.ascontiguousarray(picture)


def wide_zones(side: int) -> list[Zone]:
    """Drawn four times as wide as the lamps."""
    w, h = 2 * side / 1920, 2 * side / 1080
    return [Zone("lamp", ((x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h))) for x, y in PLACES]


@pytest.mark.parametrize("side", [3, 4, 5, 6])
def test_a_lit_lamp_of_a_few_pixels_is_never_called_dark(side: int) -> None:
    assert asked(FullHd([on, on, on], side=side), wide_zones(side)).verdict is not Verdict.SUPPORTED
    assert asked(FullHd([on, on, on], side=side, is_still=True), wide_zones(side)).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize("side", [3, 5])
def test_a_small_lamp_is_not_dark_beside_large_ones(side: int) -> None:
    near = Night([on, on, off])
    zones = [*LAMPS[:2], wide_zones(side)[2]]

    class Mixed(FullHd):
        def _drawn(self, t_s: float) -> Picture:
            picture = cv2.resize(near._drawn(t_s), (1920, 1080), interpolation=cv2.INTER_LINEAR)
            left, top = int(PLACES[2][0] * 1920), int(PLACES[2][1] * 1080)
            picture[top : top + side, left : left + side] = self.lights[2](t_s) * 250 + 5
            return np.ascontiguousarray(picture)

    assert asked(Mixed([on, on, on]), zones).verdict is not Verdict.SUPPORTED
    dark = asked(Mixed([on, on, off]), zones)
    assert (dark.verdict, dark.measurements["dark_lamps"]) == (Verdict.SUPPORTED, 1)


@pytest.mark.parametrize("side", [4, 6])
def test_a_dark_street_at_full_hd_is_out(side: int) -> None:
    assert asked(FullHd([off, off, off], side=side), wide_zones(side)).measurements["dark_lamps"] == 3


def test_a_lit_window_behind_a_dark_lamp_is_no_lamp() -> None:
    window = Night([on, off, on], window=(0.511, 0.191))
    assert (asked(window).verdict, asked(window).measurements) == (Verdict.SUPPORTED, {"dark_lamps": 1})


def test_rain_that_glitters_before_a_dark_lamp_lights_it_not() -> None:
    assert asked(Night([on, glitters, on])).verdict is Verdict.SUPPORTED


def test_lamps_that_burn_contradict() -> None:
    assert asked(Night([on, on, on])).verdict is Verdict.CONTRADICTED


def test_a_lamp_that_flickers_is_for_a_person_to_judge() -> None:
    assert asked(Night([on, flickers, on])).verdict is Verdict.INCONCLUSIVE


def test_a_lamp_that_burns_by_half_is_for_a_person_to_judge() -> None:
    result = asked(Night([on, half, on]))
    assert (result.verdict, result.measurements) == (Verdict.INCONCLUSIVE, {"dark_lamps": 0})


def test_an_iris_that_closes_before_headlights_darkens_no_lamp() -> None:
    assert asked(Night([on, on, on], iris=closes)).verdict is Verdict.CONTRADICTED
    assert asked(Night([on, off, on], iris=closes)).measurements == {"dark_lamps": 1}


def test_a_bus_that_hides_a_lamp_through_the_whole_clip_breaks_none() -> None:
    parked = Night([on, off, on], buses=[(0.4, 0.0, 0.6, 1.0)])
    assert asked(parked).verdict is Verdict.INCONCLUSIVE
    assert asked(Night([off, on, on], buses=[(0.4, 0.0, 0.6, 1.0)])).measurements == {"dark_lamps": 1}


def test_zones_that_lie_beside_their_lamps_are_to_be_drawn_again() -> None:
    beside = [Zone("lamp", tuple((x + 0.05, y + 0.04) for x, y in zone.polygon)) for zone in LAMPS]
    result = asked(Night([on, on, on]), beside)
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "lamps_beside_zones")
    assert asked(Night([off, off, on]), beside[2:]).reasons[0].code == "lamps_beside_zones"


def test_a_sensitive_camera_makes_no_day_of_the_night() -> None:
    light = Night([on, off, on], ground=85.0)
    assert asked(light).measurements == {"dark_lamps": 1}
    noon = replace(light, first_frame_at=datetime(2025, 8, 14, 12, 0, tzinfo=WIB))
    assert asked(noon).reasons[0].code == "daylight"


@pytest.mark.parametrize(("hour", "code"), [(17.9, "dusk"), (18.2, "dusk"), (21.0, "lamp_out"), (5.7, "dusk")])
def test_lamps_that_may_not_have_been_switched_on_are_not_out(hour: float, code: str) -> None:
    at = datetime(2025, 8, 14, tzinfo=WIB) + timedelta(hours=hour)
    assert asked(Night([off, off, off], first_frame_at=at)).reasons[0].code == code
    assert asked(Night([on, off, on], first_frame_at=at)).reasons[0].code == "lamp_out"


def test_by_day_nothing_is_said() -> None:
    result = asked(Night([off, off, off], ground=110.0))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "daylight")
    assert result.measurements == {"dark_lamps": None}


def test_a_picture_that_is_black_all_over_is_no_dark_lamp() -> None:
    result = asked(Night([off, off, off], ground=3.0, headlights=False))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.measurements == {"dark_lamps": None}


def test_without_a_lamp_zone_nothing_is_said() -> None:
    result = asked(Night([off, off, off]), [whole_picture("lamp")])
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "no_zone")


def test_one_still_supports_less_surely_and_contradicts_nothing() -> None:
    out, lit = asked(Night([on, off, on], is_still=True)), asked(Night([on, on, on], is_still=True))
    assert out.verdict is Verdict.SUPPORTED
    assert out.confidence is not None
    assert out.confidence < 0.8
    assert lit.verdict is Verdict.INCONCLUSIVE


def test_a_glimpse_is_too_short_to_call_a_lamp_out() -> None:
    assert asked(Night([on, off, on], seconds=9.0)).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("step", [0.5, 1.0, 3.0])
def test_the_rate_of_the_pictures_changes_no_verdict(step: float) -> None:
    assert asked(Night([on, off, on], step_s=step)).verdict is Verdict.SUPPORTED
    assert asked(Night([on, on, on], step_s=step)).verdict is Verdict.CONTRADICTED


def test_zones_beside_their_lamps_are_known_though_the_camera_changed_its_resolution() -> None:
    small, large = np.full((180, 320), 20, np.uint8), np.full((240, 320), 20, np.uint8)
    for x, y in PLACES:
        cv2.circle(large, (round((x + 0.06) * 320), round(y * 240)), 4, 255, -1)
    assert aside([small] * 3 + [large] * 3, LAMPS, burning=0)
