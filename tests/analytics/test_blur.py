"""No still shows a head or a plate."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from analytics import blur
from analytics.blur import blurred, regions
from analytics.detections import Detections
from analytics.evidence import StillContext, still_render
from analytics.verdict import Mark, Moment
from analytics.zones import Zone
from cameras.footage.frame import Frame


def noise(width: int = 640, height: int = 360) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 255, (height, width, 3), np.uint8)


def found(name: str, box: tuple[float, float, float, float], confidence: float = 0.8) -> Detections:
    return Detections(np.array([box], np.float32), np.array([confidence], np.float32), (name,))


def detail(picture: np.ndarray, box: tuple[float, float, float, float]) -> float:
    """Mean difference of neighbouring pixels in a part of the picture: what can be read there."""
    height, width = picture.shape[:2]
    part = picture[int(box[1] * height) : int(box[3] * height), int(box[0] * width) : int(box[2] * width)]
    return float(np.abs(np.diff(part.astype(np.float32), axis=1)).mean())


@pytest.mark.parametrize(
    ("name", "box", "covered"),
    [
        ("person", (0.4, 0.2, 0.5, 0.8), (0.41, 0.2, 0.49, 0.36)),
        ("motorcycle", (0.4, 0.5, 0.5, 0.7), (0.41, 0.4, 0.49, 0.6)),
        ("car", (0.3, 0.4, 0.6, 0.7), (0.31, 0.57, 0.59, 0.7)),
        ("bus", (0.1, 0.1, 0.6, 0.9), (0.12, 0.55, 0.58, 0.9)),
        ("angkot", (0.3, 0.4, 0.6, 0.7), (0.31, 0.57, 0.59, 0.7)),
    ],
)
def test_heads_riders_and_plates_cannot_be_made_out(
    name: str, box: tuple[float, float, float, float], covered: tuple[float, float, float, float]
) -> None:
    picture = noise()
    safe = blurred(picture, found(name, box))
    assert not safe.whole
    assert detail(safe.picture, covered) < 0.15 * detail(picture, covered)


def test_the_rest_of_the_picture_stays_sharp() -> None:
    picture = noise()
    safe = blurred(picture, found("car", (0.6, 0.6, 0.8, 0.8)))
    assert np.array_equal(safe.picture[:180, :320], picture[:180, :320])


def test_the_original_is_not_touched() -> None:
    picture = noise()
    before = picture.copy()
    blurred(picture, found("person", (0.1, 0.1, 0.9, 0.9)))
    assert np.array_equal(picture, before)


def test_when_the_parts_cannot_be_blurred_everything_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise cv2.error("no memory")

    monkeypatch.setattr(blur, "_pixelate", broken)
    picture = noise()
    safe = blurred(picture, found("person", (0.4, 0.2, 0.5, 0.8)))
    assert safe.whole
    assert detail(safe.picture, (0, 0, 1, 1)) < 0.05 * detail(picture, (0, 0, 1, 1))


def test_a_weak_person_is_blurred_too() -> None:
    assert list(regions(found("person", (0.4, 0.2, 0.5, 0.8), confidence=0.16)))


def test_a_still_is_blurred_before_it_is_drawn_on_and_fits_a_phone() -> None:
    person = (0.4, 0.2, 0.5, 0.8)
    moment = Moment(12.5, "event", (Mark(person, "orang", "person", 0.81),))
    zone = Zone("no_stopping", ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9)), "kerb")
    still = still_render(
        moment, Frame(12.5, noise(1920, 1080)), found("person", person), StillContext([zone], None, "x")
    )
    picture = cv2.imdecode(np.frombuffer(still.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape[1] == still.width == 1280
    band = (still.height - 720) / still.height / 2
    assert detail(picture, (0.42, 0.24 + band, 0.48, 0.34)) < 12
    assert still.file_name == "event_00012.5s.jpg"
