"""Small people are found in squares of the picture, each once, and nobody is invented."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from analytics.closer import PICTURES, looked_closer, seen_closer, squares_of
from analytics.detections import Detections, DetectorIdentity
from cameras.footage.frame import Frame, Picture


class Shortsighted:
    """Finds white figures that are at least a twentieth of what it is shown in height, as a small model does."""

    identity = DetectorIdentity("short-sighted", "0" * 64)

    def detect(self, pictures: Sequence[Picture]) -> list[Detections]:
        return [self._one(picture) for picture in pictures]

    def _one(self, picture: Picture) -> Detections:
        height, width = picture.shape[:2]
        count, _, stats, _ = cv2.connectedComponentsWithStats((picture[:, :, 0] > 200).astype(np.uint8))
        boxes = [
            (x / width, y / height, (x + w) / width, (y + h) / height)
            for x, y, w, h, _ in stats[1:count]
            if h >= max(width, height) / 20
        ]
        return Detections(
            np.array(boxes, np.float32).reshape(-1, 4), np.full(len(boxes), 0.6, np.float32), ("person",) * len(boxes)
        )


def figures(places: Sequence[tuple[int, int]], size: tuple[int, int] = (1280, 720)) -> Picture:
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    for x, y in places:
        cv2.rectangle(picture, (x, y), (x + 11, y + 31), (255, 255, 255), -1)
    return picture


@pytest.mark.parametrize(
    ("width", "height"), [(1920, 1080), (480, 360), (360, 640), (352, 288), (400, 400), (1000, 90)]
)
def test_the_squares_cover_the_picture_and_stay_inside(width: int, height: int) -> None:
    covered = np.zeros((height, width), bool)
    for tile in squares_of(width, height):
        assert 0 <= tile.x <= width - tile.width and 0 <= tile.y <= height - tile.height
        covered[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width] = True
    assert covered.all()


def test_small_people_are_found_each_once_wherever_they_stand() -> None:
    places = [(40 + 61 * n, 30 + (97 * n) % 640) for n in range(20)]
    picture = figures(places)
    assert len(Shortsighted().detect([picture])[0]) == 0
    found = seen_closer(picture, Shortsighted())
    assert len(found) == len(places)
    corners = sorted((round(x * 1280), round(y * 720)) for x, y in found.xyxy[:, :2])
    assert corners == sorted(places)


def test_an_empty_place_stays_empty() -> None:
    assert len(seen_closer(figures([]), Shortsighted())) == 0


def test_a_few_pictures_spread_over_the_clip_are_looked_at() -> None:
    frames = [Frame(float(n), figures([(100, 100)]), False) for n in range(16)]
    looks = looked_closer(frames, Shortsighted())
    assert len(looks) == PICTURES and looks[0][0] == 0.0 and looks[-1][0] == 15.0
    assert all(len(found) == 1 for _, found in looks)
    assert looked_closer([], Shortsighted()) == []
