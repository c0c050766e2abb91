"""Where plates are covered in pictures that people see: drawn ones, and the shared photos read again afterwards."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from analytics.detections import Detections
from analytics.mosaic import ONE_COLOUR, Mosaic, Region
from analytics.plates.hide import Boxes, TextPlateFinder, plate_finder, plate_finder_set
from analytics.plates.ocr import OcrReader
from analytics.plates.reader import PlateReader
from cameras.footage.frame import Picture
from tests.analytics.plate_drawing import PRIVATE_UNTIL_2022, Place, lettering, photo, street
from tests.analytics.plate_truth import plate_photos

pytestmark = pytest.mark.slow

NOTHING = Detections.none()
FOOTAGE = Path(__file__).resolve().parents[2] / "fixtures" / "footage"


@pytest.fixture(scope="module")
def finder() -> TextPlateFinder:
    return TextPlateFinder(OcrReader())


def car(place: Place) -> Detections:
    """Around where ``plate_drawing.photo`` draws it."""
    unit, x, y = place.width / 416, place.x / 416, place.y / 416
    box = np.array([[x - 1.6 * unit, y - 2.1 * unit, x + 1.6 * unit, y + 0.6 * unit]], np.float32)
    return Detections(box, np.ones(1, np.float32), ("car",))


def covered_share(boxes: Boxes, place: Place) -> float:
    """Of what the picture shows of the plate."""
    high = place.width * 135 / 430
    mask = np.zeros((416, 416), bool)
    for x1, y1, x2, y2 in (boxes * 416).round().astype(int).tolist():
        mask[max(0, y1) : y2, max(0, x1) : x2] = True
    half = 0.45 * place.width
    rows = slice(int(place.y - 0.4 * high), int(place.y + 0.4 * high))
    plate = mask[rows, max(0, int(place.x - half)) : int(place.x + half)]
    return float(plate.mean())


@pytest.mark.parametrize("seen", [True, False], ids=["on a vehicle", "on a vehicle that was missed"])
@pytest.mark.parametrize("place", [Place(), Place(width=60, turn_deg=8)], ids=["near", "far"])
def test_a_plate_is_covered_with_or_without_its_vehicle(place: Place, seen: bool, finder: TextPlateFinder) -> None:
    picture = photo("B 1234 XYZ", PRIVATE_UNTIL_2022, place)
    assert covered_share(finder.plates(picture, car(place) if seen else NOTHING), place) > 0.9


@pytest.mark.parametrize("x", [30, 395])
def test_half_a_plate_at_the_pictures_edge_is_covered_too(x: float, finder: TextPlateFinder) -> None:
    place = Place(x=x)
    assert covered_share(finder.plates(photo("B 1234 XYZ", place=place), car(place)), place) > 0.9


def test_a_plate_that_cannot_be_told_is_covered_all_the_same(finder: TextPlateFinder) -> None:
    place = Place(width=100)
    picture = cv2.GaussianBlur(photo("B 1234 XYZ", place=place), (0, 0), 1.8)
    assert covered_share(finder.plates(picture, car(place)), place) > 0.9


def test_names_without_digits_stay_readable(finder: TextPlateFinder) -> None:
    for text in ("TAXI", "MITSUBISHI", "DISHUB"):
        assert covered_share(finder.plates(lettering(text), car(Place())), Place()) < 0.1
    assert covered_share(finder.plates(lettering("0812 3456 7890"), car(Place())), Place()) > 0.8


def test_a_street_without_writing_is_left_alone(finder: TextPlateFinder) -> None:
    assert finder.plates(street(), NOTHING).shape == (0, 4)
    assert finder.plates(np.zeros((9, 12, 3), np.uint8), NOTHING).shape == (0, 4)


def test_the_process_keeps_one_finder() -> None:
    class Sees:
        def plates(self, picture: Picture, found: Detections) -> Boxes:
            return np.zeros((0, 4), np.float32)

    mine = Sees()
    plate_finder_set(mine)
    try:
        assert plate_finder() is mine
    finally:
        plate_finder_set(None)


def test_after_covering_no_reader_gets_a_plate_right(
    testdata: Path, finder: TextPlateFinder, plate_reader: PlateReader
) -> None:
    photos = list(plate_photos(testdata).items())[2::6]
    readable = 0
    for path, truth in photos:
        picture = cv2.imread(str(path))
        mosaic = Mosaic()
        for box in finder.plates(picture, NOTHING).tolist():
            mosaic.cover(picture, Region(*box, ONE_COLOUR))
        readable += truth in {str(one.verdict.plate) for one in plate_reader.sightings(picture) if one.verdict}
    assert readable <= 0.02 * len(photos)


def test_a_window_that_reads_like_digits_at_one_look_hides_no_car_that_a_picture_is_kept_for(
    finder: TextPlateFinder,
) -> None:
    """The car that the demo verifies: 201 seconds where nobody may stop."""
    clip = cv2.VideoCapture(str(FOOTAGE / "parked_car" / "20261102T070200+0700.mp4"))
    clip.set(cv2.CAP_PROP_POS_MSEC, 20_000)
    shown, picture = clip.read()
    assert shown
    x1, y1, x2, y2 = box = (0.42904, 0.28935, 0.52661, 0.46181)
    found = finder.plates(
        np.asarray(picture, np.uint8), Detections(np.array([box], np.float32), np.ones(1, np.float32), ("car",))
    )
    over = [max(0.0, min(x2, b[2]) - max(x1, b[0])) * max(0.0, min(y2, b[3]) - max(y1, b[1])) for b in found.tolist()]
    assert sum(over) <= 0.3 * (x2 - x1) * (y2 - y1)
