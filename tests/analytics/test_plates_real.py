"""The shared plate photos (``JSC_TESTDATA``): what the issue is judged by, on a quarter; the bench reads them all."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import pytest

from analytics.plates.files import PlateAnswer, plates_in_frames
from analytics.plates.reader import PlateReader
from cameras.footage.frame import Frame
from tests.analytics.plate_truth import CORRECTIONS, plate_box, plate_photos

pytestmark = pytest.mark.slow

EVERY = 4


def test_few_plates_are_told_wrong_and_most_right_in_time(testdata: Path, plate_reader: PlateReader) -> None:
    outcomes, misplaced = [], 0
    began = time.process_time()
    for photo, truth in list(plate_photos(testdata).items())[1::EVERY]:
        answers = plates_in_frames(iter([Frame(0.0, cv2.imread(str(photo)))]), plate_reader)
        outcomes.append(outcome(answers, truth))
        misplaced += outcomes[-1] == "right" and overlap(answers[0].box, plate_box(photo)) < 0.3
    seconds = (time.process_time() - began) / len(outcomes)
    assert outcomes.count("wrong") <= 0.05 * len(outcomes)
    assert outcomes.count("right") >= 0.75 * len(outcomes)
    assert misplaced == 0
    assert seconds < 3.0, "core-seconds a picture; the issue allows 1.5 s on two cores"


def test_the_corrections_are_of_these_photos_and_few(testdata: Path) -> None:
    photos = plate_photos(testdata)
    changed = [photo for photo, text in photos.items() if text != photo.name.partition("__")[0]]
    assert len(changed) == len(CORRECTIONS) <= 0.08 * len(photos)


def outcome(answers: list[PlateAnswer], truth: str) -> str:
    told = [answer.text for answer in answers if answer.text is not None]
    if any(text != truth for text in told):
        return "wrong"
    return "right" if told else "null"


def overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """Intersection over union."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, wide) * max(0.0, high)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)
