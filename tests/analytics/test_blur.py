"""No still shows a head or a plate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from analytics import faces
from analytics.blur import Finders, blurred, regions
from analytics.detections import Detections
from analytics.evidence import StillContext, still_render
from analytics.mosaic import Mosaic, Region
from analytics.per_process import PerProcess
from analytics.verdict import Mark, Moment
from analytics.zones import Zone
from cameras.footage.frame import Frame, Picture
from jsc_project.lib.errors import JscError
from tests.fakes import NoPlates


class SeesFaces:
    """Faces where a test says; ``error``: what looking raises."""

    def __init__(self, *boxes: tuple[float, float, float, float], error: Exception | None = None) -> None:
        self.boxes, self.error = np.array([(*box, 0.9) for box in boxes], np.float32).reshape(-1, 5), error

    def near(self, picture: Picture) -> faces.Boxes:
        if self.error is not None:
            raise self.error
        return self.boxes[:1]

    def fine(self, picture: Picture) -> faces.Boxes:
        return self.boxes[1:]


def seeing(found: SeesFaces, plates: Any = None) -> Finders:
    return Finders(found, plates or NoPlates())


NOBODY = seeing(SeesFaces())


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
    safe = blurred(picture, found(name, box), finders=NOBODY)
    assert not safe.whole
    assert detail(safe.picture, covered) < 0.15 * detail(picture, covered)


def test_the_rest_of_the_picture_stays_sharp() -> None:
    picture = noise()
    safe = blurred(picture, found("car", (0.6, 0.6, 0.8, 0.8)), finders=NOBODY)
    assert np.array_equal(safe.picture[:180, :320], picture[:180, :320])


def test_the_original_is_not_touched() -> None:
    picture = noise()
    before = picture.copy()
    blurred(picture, found("person", (0.1, 0.1, 0.9, 0.9)), finders=NOBODY)
    assert np.array_equal(picture, before)


def test_faces_without_a_body_are_hidden_whichever_look_finds_them() -> None:
    picture = noise()
    safe = blurred(picture, Detections.none(), finders=seeing(SeesFaces((0.1, 0.1, 0.15, 0.2), (0.8, 0.7, 0.9, 0.9))))
    assert not safe.whole
    for box in ((0.1, 0.1, 0.15, 0.2), (0.8, 0.7, 0.9, 0.9)):
        assert detail(safe.picture, box) < 0.1 * detail(picture, box)
    assert np.array_equal(safe.picture[:, 200:400], picture[:, 200:400])


@pytest.mark.parametrize(
    "error",
    [RuntimeError("the network fell over"), faces.FacesUnknown("no model"), MemoryError(), cv2.error("no memory")],
    ids=lambda error: type(error).__name__,
)
def test_when_faces_cannot_be_looked_for_nothing_is_shown(error: Exception) -> None:
    picture = noise()
    safe = blurred(picture, Detections.none(), finders=seeing(SeesFaces(error=error)))
    assert safe.whole
    assert detail(safe.picture, (0, 0, 1, 1)) < 0.05 * detail(picture, (0, 0, 1, 1))


def test_when_the_parts_cannot_be_blurred_everything_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise cv2.error("no memory")

    monkeypatch.setattr(Mosaic, "cover", broken)
    picture = noise()
    safe = blurred(picture, found("person", (0.4, 0.2, 0.5, 0.8)), finders=NOBODY)
    assert safe.whole
    assert detail(safe.picture, (0, 0, 1, 1)) < 0.05 * detail(picture, (0, 0, 1, 1))


class SeesPlate:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def plates(self, picture: Picture, found: Detections) -> Any:
        if self.error is not None:
            raise self.error
        return np.array([(0.2, 0.5, 0.4, 0.56)], np.float32)


def test_of_a_plate_whose_place_is_known_one_colour_is_left() -> None:
    picture = noise()
    safe = blurred(picture, Detections.none(), finders=seeing(SeesFaces(), SeesPlate()))
    assert len(colours(safe.picture[180:201, 128:256])) == 1
    assert np.array_equal(safe.picture[:170], picture[:170])


def test_when_plates_cannot_be_looked_for_nothing_is_shown() -> None:
    for error in (RuntimeError("the reader fell over"), JscError("no model")):
        assert blurred(noise(), Detections.none(), finders=seeing(SeesFaces(), SeesPlate(error))).whole


def test_without_the_face_model_a_still_is_blurred_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "model_path", lambda: Path("gone.onnx"))
    monkeypatch.setattr(faces, "_finder", PerProcess())
    still = still_render(Moment(1.0, "event", ()), Frame(1.0, noise()), Detections.none(), StillContext())
    assert still.blurred_whole


def test_of_a_privacy_zone_nothing_is_left() -> None:
    picture = noise()
    hidden = Zone("privacy", ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))
    safe = blurred(picture, Detections.none(), [hidden], finders=NOBODY)
    assert len(np.unique(safe.picture[:, :319].reshape(-1, 3), axis=0)) == 1
    assert np.array_equal(safe.picture[:, 330:], picture[:, 330:])


# -- What is left of a region -----------------------------------------------------------


def colours(picture: Picture) -> np.ndarray:
    return np.unique(picture.reshape(-1, 3), axis=0)


def test_of_a_head_a_dozen_colours_are_left_and_no_two_renderings_are_alike() -> None:
    """What is shown is made of 3 x 4 colours by interpolation: as many unknowns as a reader could ever solve for."""
    picture, region = noise(), Region(0.1, 0.1, 0.2, 0.35, 3)
    shown = []
    for _ in range(2):
        copy = picture.copy()
        mosaic = Mosaic()
        mosaic.cover(copy, region, 1)
        assert mosaic.known[1].shape == (4, 3, 3)
        x1, y1, x2, y2 = region.pixels(copy)
        remade = cv2.resize(mosaic.known[1], (x2 - x1, y2 - y1), interpolation=cv2.INTER_LINEAR)
        assert np.array_equal(copy[y1:y2, x1:x2], remade)
        shown.append(mosaic.known[1].astype(int))
    assert np.abs(shown[0] - shown[1]).mean() > 4


def test_a_region_that_is_carried_along_tells_no_more_than_its_first_picture_did() -> None:
    mosaic, first, second = Mosaic(), noise(), noise()[::-1].copy()
    mosaic.cover(first, Region(0.1, 0.1, 0.2, 0.3, 3), 7)
    mosaic.cover(second, Region(0.5, 0.5, 0.6, 0.7, 3), 7)
    assert np.array_equal(colours(first[36:108, 64:128]), colours(second[180:252, 320:384]))


def test_two_pictures_that_differ_only_in_detail_are_one_when_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    """No deconvolution can tell apart what was made the same: checkers and their negative have the same means."""
    monkeypatch.setattr("analytics.mosaic.SHIFT", 0.0)
    monkeypatch.setattr("analytics.mosaic.TINT", 0.0)
    checkers = np.indices((180, 320)).sum(axis=0) % 2 * 255
    pair = [np.repeat(np.uint8(each)[..., None], 3, axis=2) for each in (checkers, 255 - checkers)]
    for picture in pair:
        Mosaic().cover(picture, Region(0, 0, 1, 1, 3))
    assert np.array_equal(*pair)


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
