"""What stands there and is not in the camera's own background: drawn streets, drawn light, real clips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from analytics.against_background import Arrival, Background, arrivals
from analytics.checks.new_object import DumpedRubbish, NewObject
from analytics.detections import Detections
from analytics.frames import grey_of, narrowed
from analytics.sample import Sample
from analytics.verdict import CheckResult, Verdict
from analytics.zones import Zone, whole_picture
from cameras.footage.decode import SamplePlan, read_frames
from cameras.footage.frame import Picture
from cameras.patrol.backdrop import backdrop_of
from tests.analytics.street import Actor, Street, driving, standing

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
ALL = [whole_picture("pavement")]


def car(every_s: float = 7.0, phase_s: float = 0.0) -> Actor:
    return Actor(driving(0.3, 0.4, every_s=every_s, phase_s=phase_s), "car", 0.8, 3)


def heap(x: float = 0.4, w: float = 0.08, name: str = "thing") -> Actor:
    return Actor(standing(x, 0.6, w=w, h=0.12), name, 0.9, 5)


def background(*actors: Actor, **extra: Any) -> Background:
    """Of looks at a street with other traffic, in a light of their own each."""
    street = Street([car(5.0, 1.0), *actors], seconds=60, gain=lambda t: 0.8 + 0.4 * (t / 60))
    made = backdrop_of([frame.picture for frame in street.samples()][::4][:9])
    assert made is not None
    known = {"slot": "pagi", "version": 3, "looks": len(made.used), "until": NOW, "unrest": made.unrest}
    return Background(made.picture, **{**known, **extra})


def asked(street: Street, known: Background | None, check: Any = None, zones: list[Zone] = ALL) -> CheckResult:
    street.background = known  # type: ignore[attr-defined]
    chosen = check or DumpedRubbish()
    return chosen.run(street, zones, chosen.defaults, street)  # type: ignore[no-any-return]


def test_a_heap_that_lay_there_before_the_clip_is_told_by_the_cameras_own_background() -> None:
    result = asked(Street([heap(), car()], seconds=90), background())
    assert (result.verdict, result.reasons[0].code) == (Verdict.SUPPORTED, "new_since_background")
    [found] = result.measurements["new_objects"]
    assert found["start_s"] == 0.0
    assert np.abs(np.array(found["box"]) - np.array([0.4, 0.6, 0.48, 0.72])).max() <= 0.03
    assert "2 Nov 2026 10.00 WIB" in result.reasons[0].id
    assert [moment.kind for moment in result.moments] == ["event"]


def test_what_two_pictures_half_show_has_not_stayed() -> None:
    def at_first(t_s: float) -> Any:
        return (0.4, 0.6, 0.08, 0.12) if t_s < 20 else None

    result = asked(Street([Actor(at_first, "thing", 0.9, 5)], seconds=45, step=45), background())
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "differs_from_background")


def test_without_a_background_it_stays_open() -> None:
    result = asked(Street([heap(), car()], seconds=90), None)
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "nothing_new")


def test_what_the_background_knows_is_not_new_and_contradicts_nothing() -> None:
    result = asked(Street([heap(), car()], seconds=90), background(heap()))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert [reason.code for reason in result.reasons] == ["nothing_new", "as_background"]
    assert result.measurements == {"new_objects": []}


def dusk(t_s: float) -> float:
    return 0.7


def brighter(t_s: float) -> float:
    return 1.3


@pytest.mark.parametrize("gain", [dusk, brighter])
def test_another_light_than_the_backgrounds_is_no_thing(gain: Callable[[float], float]) -> None:
    assert asked(Street([car()], seconds=90, gain=gain), background()).verdict is Verdict.INCONCLUSIVE
    assert asked(Street([heap(), car()], seconds=90, gain=gain), background()).verdict is Verdict.SUPPORTED


def test_what_was_taken_away_since_is_not_new() -> None:
    result = asked(Street([car()], seconds=90), background(heap(w=0.14)))
    assert result.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("name", ["car", "motorcycle", "person"])
def test_a_car_that_parks_where_none_stood_before_is_no_rubbish(name: str) -> None:
    result = asked(Street([heap(name=name), car()], seconds=90), background())
    assert result.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("confidence", "code"), [(0.3, "differs_from_background"), (0.9, "nothing_new")])
def test_a_weak_name_leaves_it_to_a_person_and_a_sure_one_explains_it(confidence: float, code: str) -> None:
    named = replace(heap(name="motorcycle"), confidence=confidence)
    result = asked(Street([named, car()], seconds=90), background())
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, code)


@pytest.mark.parametrize(
    "doubt",
    [
        pytest.param({"steady": False}, id="twilight and night"),
        pytest.param({"looks": 4}, id="too few looks"),
    ],
)
def test_a_background_that_is_not_trusted_supports_nothing(doubt: dict[str, Any]) -> None:
    result = asked(Street([heap(), car()], seconds=90), replace(background(), **doubt))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "differs_from_background")


def test_a_single_picture_that_a_person_gave_is_enough() -> None:
    given = replace(background(), version=0, looks=1, until=None)
    result = asked(Street([heap(), car()], seconds=90), given)
    assert result.verdict is Verdict.SUPPORTED
    assert "gambar acuan yang diberikan" in result.reasons[0].id


def test_a_glimpse_proves_no_staying() -> None:
    assert asked(Street([heap()], seconds=20), background()).verdict is Verdict.INCONCLUSIVE
    assert asked(Street([heap()], is_still=True), background()).verdict is Verdict.INCONCLUSIVE


def test_outside_the_zone_it_is_somebody_elses() -> None:
    left = [Zone("pavement", ((0.0, 0.0), (0.3, 0.0), (0.3, 1.0), (0.0, 1.0)))]
    assert asked(Street([heap(0.6), car()], seconds=90), background(), zones=left).verdict is Verdict.INCONCLUSIVE


def test_the_background_of_another_view_is_not_compared_with() -> None:
    known = background()
    turned = replace(known, picture=np.roll(known.picture, 32, axis=1))
    result = asked(Street([heap(), car()], seconds=90), turned)
    assert [reason.code for reason in result.reasons] == ["nothing_new", "background_of_another_view"]
    narrow = replace(known, picture=np.ascontiguousarray(known.picture[:, :200]))
    assert asked(Street([heap(), car()], seconds=90), narrow).verdict is Verdict.INCONCLUSIVE


def test_when_much_differs_nothing_is_said_of_one_thing() -> None:
    everywhere = [Actor(standing(0.03 + 0.12 * n, 0.1, w=0.1, h=0.8), "thing", 0.9, n) for n in range(7)]
    result = asked(Street(everywhere, seconds=90), background(), NewObject())
    assert result.verdict is Verdict.INCONCLUSIVE


# --- light on a street ------------------------------------------------------------------------------------------------


def textured() -> Picture:
    rng = np.random.default_rng(4)
    fine = cv2.resize(rng.uniform(70, 170, (90, 160)).astype(np.float32), (640, 360), interpolation=cv2.INTER_LINEAR)
    grain = fine + rng.normal(0, 3, fine.shape)
    return np.repeat(np.clip(grain, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def clip_of(picture: Picture, count: int = 10) -> list[Sample]:
    rng = np.random.default_rng(8)
    pictures = [np.clip(picture + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8) for _ in range(count)]
    return [Sample(float(n), Detections.none(), grey_of(one)) for n, one in enumerate(pictures)]


def surely(found: list[Arrival] | None) -> list[Arrival]:
    assert found is not None
    return [one for one in found if not one.doubt]


def test_a_shadow_that_falls_on_the_ground_is_known_by_the_ground_in_it() -> None:
    shaded = textured().astype(np.float32)
    mask = np.zeros(shaded.shape[:2], np.float32)
    cv2.fillPoly(mask, [np.array([[250, 180], [420, 190], [400, 330], [230, 320]])], 1.0)
    mask = cv2.GaussianBlur(mask, (0, 0), 1.0)[:, :, None]
    shadow = (shaded * (1 - 0.5 * mask)).astype(np.uint8)
    assert surely(arrivals(clip_of(shadow), Background(textured()))) == []
    assert surely(arrivals(clip_of(textured()), Background(shadow))) == []


def test_sway_and_a_smaller_picture_are_no_change() -> None:
    assert surely(arrivals(clip_of(np.roll(textured(), (2, 5), (0, 1))), Background(textured()))) == []
    half = np.asarray(cv2.resize(textured(), (320, 180), interpolation=cv2.INTER_AREA), np.uint8)
    assert arrivals(clip_of(textured()), Background(half)) is not None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda p: p, id="as it is"),
        pytest.param(lambda p: (p * 0.4).astype(np.uint8), id="evening"),
        pytest.param(lambda p: (p * 0.3 + 140).astype(np.uint8), id="fog"),
        pytest.param(lambda p: (255 * (p / 255.0) ** 2).astype(np.uint8), id="harder contrast"),
        pytest.param(
            lambda p: np.asarray(cv2.imdecode(cv2.imencode(".jpg", p, [cv2.IMWRITE_JPEG_QUALITY, 15])[1], 1)),
            id="strongly compressed",
        ),
    ],
)
@pytest.mark.parametrize("name", ["tiodh_vtest", "intel_one-by-one-person-detection"])
def test_of_real_cameras_the_second_half_has_nothing_that_the_first_had_not(
    name: str, change: Callable[[Picture], Picture], testdata: Path
) -> None:
    with read_frames(testdata / "video" / f"{name}.mp4", SamplePlan("rate", fps=0.5)) as stream:
        pictures = [narrowed(frame.picture) for frame in stream]
    half = len(pictures) // 2
    known = backdrop_of(pictures[:half][:: max(1, half // 12)][:12])
    assert known is not None
    later = [Sample(float(n), Detections.none(), grey_of(change(one))) for n, one in enumerate(pictures[half:])]
    assert surely(arrivals(later, Background(known.picture, until=NOW - timedelta(hours=1), unrest=known.unrest))) == []
