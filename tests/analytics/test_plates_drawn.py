"""Drawn plates on drawn cars, with the real text models: told when legible, null when not, nothing where none is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import pytest

from analytics.detections import Detections, DetectorIdentity
from analytics.plates import decide
from analytics.plates.files import PlateAnswer, plates_in_frames
from analytics.plates.reader import PlateReader
from cameras.footage.frame import Frame, Picture
from tests.analytics.plate_drawing import (
    GOVERNMENT,
    PRIVATE,
    PRIVATE_UNTIL_2022,
    PUBLIC,
    Paint,
    Place,
    hung,
    lettering,
    photo,
    plate,
    street,
    with_vehicle,
)

pytestmark = pytest.mark.slow


def plates(reader: PlateReader, *pictures: Picture) -> list[PlateAnswer]:
    """Of pictures a quarter of a second apart."""
    return plates_in_frames(iter([Frame(number / 4, one) for number, one in enumerate(pictures)]), reader)


def texts(answers: Sequence[PlateAnswer]) -> list[str | None]:
    return [answer.text for answer in answers]


@pytest.mark.parametrize(
    ("text", "paint", "place"),
    [
        ("B 1234 XYZ", PRIVATE, Place()),
        ("AB 8765 CK", PRIVATE_UNTIL_2022, Place(turn_deg=7)),
        ("D 7012 AZ", PUBLIC, Place(yaw=0.3)),
        ("B 2583 SQ", GOVERNMENT, Place(width=100)),
        ("DK 19 AB", PRIVATE, Place(turn_deg=-10)),
        ("B 1111 TIL", PRIVATE_UNTIL_2022, Place()),
    ],
    ids=["white", "black, turned", "yellow, from the side", "red, small", "two digits", "ones and I"],
)
def test_every_kind_of_plate_is_told(text: str, paint: Paint, place: Place, plate_reader: PlateReader) -> None:
    [answer] = plates(plate_reader, photo(text, paint, place))
    assert answer.text == text.replace(" ", "")
    assert answer.reason is None
    assert len(answer.char_confidences) == len(answer.text)
    x1, y1, x2, y2 = answer.box
    assert x1 < place.x / 416 < x2 and y1 < place.y / 416 < y2
    assert 0.7 * place.width < (x2 - x1) * 416 < 1.4 * place.width


def test_a_motorcycles_small_plate_is_told_with_its_kind(plate_reader: PlateReader) -> None:
    place = Place(x=200, y=220, width=62)
    rider = Found(Detections(np.array([[0.3, 0.2, 0.65, 0.8]], np.float32), np.ones(1, np.float32), ("motorcycle",)))
    frames = iter([Frame(0.0, photo("B 4521 KFA", PRIVATE, place))])
    assert texts(plates_in_frames(frames, plate_reader, rider)) == ["B4521KFA"]


class Found:
    """A detector that says the same of every picture."""

    identity = DetectorIdentity("told", "0" * 64)

    def __init__(self, found: Detections) -> None:
        self._found = found

    def detect(self, pictures: Sequence[Picture]) -> list[Detections]:
        return [self._found for _ in pictures]


def test_a_vehicle_far_away_in_a_large_picture_is_looked_at_closely(plate_reader: PlateReader) -> None:
    place = Place(x=1500, y=800, width=80)
    picture = hung(with_vehicle(street((1920, 1080)), place), plate("B 1357 TKL"), place)
    box = np.array([[1370 / 1920, 630 / 1080, 1630 / 1920, 850 / 1080]], np.float32)
    car = Found(Detections(box, np.ones(1, np.float32), ("car",)))
    assert "B1357TKL" in texts(plates_in_frames(iter([Frame(0.0, picture)]), plate_reader, car))


@pytest.mark.parametrize(
    "picture",
    [
        cv2.GaussianBlur(photo("B 1234 XYZ", place=Place(width=100)), (0, 0), 4.0),
        photo("B 1234 XYZ", place=Place(width=26)),
        photo("AB 1234 XYZ", place=Place(x=30)),
        photo("AB 1234 XYZ", place=Place(x=395)),
    ],
    ids=["blurred", "tiny", "cut off left", "cut off right"],
)
def test_what_cannot_be_read_is_null(picture: Picture, plate_reader: PlateReader) -> None:
    answers = plates(plate_reader, picture)
    assert all(answer.text is None and answer.reason for answer in answers)


def test_a_plate_half_covered_is_null(plate_reader: PlateReader) -> None:
    picture = photo("B 1234 XYZ")
    picture[270:330, 225:300] = (60, 70, 60)
    [answer] = plates(plate_reader, picture)
    assert (answer.text, answer.reason) == (None, decide.NO_SERIES)


@pytest.mark.parametrize(
    "text",
    [
        "TAXI",
        "DISHUB",
        "0812 3456 7890",
        "021 5550123",
        "05.28",
        "12-08-2024",
        "BUS 24",
        "RT 05 RW 02",
        "BAKAR",
        "KM 12",
    ],
)
def test_other_writing_on_vehicles_is_no_plate(text: str, plate_reader: PlateReader) -> None:
    assert texts(plates(plate_reader, lettering(text))) == []


def test_an_empty_street_has_no_plates(plate_reader: PlateReader) -> None:
    assert plates(plate_reader, street()) == []
    assert plates(plate_reader, np.zeros((12, 9, 3), np.uint8)) == []


def passing(text: str, blur: float, second: str | None = None) -> Iterator[Picture]:
    """A car coming nearer from left to right, and perhaps another one away from right to left."""
    rng = np.random.default_rng(2)
    for share in np.linspace(0, 1, 5):
        near = Place(x=150 + 500 * share, y=230 + 130 * share, width=64 + 40 * share, turn_deg=2)
        picture = hung(with_vehicle(street((800, 480), seed=4), near), plate(text), near)
        if second:
            far = Place(x=650 - 400 * share, y=120, width=72)
            picture = hung(with_vehicle(picture, far, (40, 120, 60)), plate(second, PRIVATE_UNTIL_2022), far)
        soft = cv2.GaussianBlur(picture, (0, 0), blur)
        yield np.clip(soft + rng.normal(0, 5, soft.shape), 0, 255).astype(np.uint8)


def test_the_frames_of_a_clip_vote_on_one_plate(plate_reader: PlateReader) -> None:
    pictures = list(passing("B 4738 KZA", 1.2))
    alone = [plates(plate_reader, picture) for picture in pictures]
    [answer] = plates(plate_reader, *pictures)
    assert answer.text == "B4738KZA"
    assert 2 <= answer.frames <= 5
    assert answer.confidence > np.median([one.confidence for told in alone for one in told])


def test_two_vehicles_that_pass_each_other_stay_two(plate_reader: PlateReader) -> None:
    answers = plates(plate_reader, *passing("B 1876 AFR", 0.8, second="F 3456 KL"))
    assert sorted(filter(None, texts(answers))) == ["B1876AFR", "F3456KL"]
    assert len(answers) == 2
