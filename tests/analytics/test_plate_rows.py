"""Rows of text out of a map of text, and strips out of rows: places and angles known exactly."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from analytics.detections import Detections
from analytics.plates.lines import TextRow, rows_of
from analytics.plates.reader import Sighting
from analytics.plates.reading import FloatArray
from analytics.plates.strips import CLOSER, FIRST, STRIP_PX, Look, strip_cut
from analytics.plates.tracks import Track, tracks_of
from analytics.plates.views import View, first_views, same_row, vehicles_of
from analytics.plates.vote import ballot
from tests.analytics.test_plate_votes import reading


def text_map(*words: tuple[float, float, float, float, float]) -> FloatArray:
    """Words as turned boxes: x, y, length, height, angle."""
    drawn = np.zeros((320, 416), np.float32)
    for x, y, length, height, angle in words:
        corners = cv2.boxPoints(((x, y), (length, height), angle)).astype(np.int32)
        cv2.fillPoly(drawn, [corners], 1.0)
    return drawn


def test_the_groups_of_a_plate_are_one_row_and_the_date_another() -> None:
    rows = rows_of(
        text_map((120, 150, 30, 12, 0), (190, 150, 60, 12, 0), (265, 150, 40, 12, 0), (190, 170, 40, 6, 0)), 1.0
    )
    plate, date = sorted(rows, key=lambda row: row.y)
    assert plate.x == pytest.approx(195, abs=3)
    assert plate.length == pytest.approx(180 + 15, abs=12)
    assert 12 < plate.height < 35
    assert date.y == pytest.approx(170, abs=2)


@pytest.mark.parametrize("angle", [-25, -10, 0, 10, 25])
def test_a_turned_row_keeps_its_angle(angle: float) -> None:
    [row] = rows_of(text_map((200, 150, 120, 14, angle)), 1.0)
    assert row.angle_deg == pytest.approx(angle, abs=2)
    assert (row.x, row.y) == (pytest.approx(200, abs=2), pytest.approx(150, abs=2))


def test_a_row_is_told_in_the_pictures_pixels() -> None:
    [row] = rows_of(text_map((200, 150, 120, 14, 0)), 2.0)
    assert (row.x, row.y) == (pytest.approx(100, abs=1), pytest.approx(75, abs=1))


def test_upright_and_tiny_writing_is_not_read() -> None:
    assert rows_of(text_map((200, 150, 14, 120, 0), (60, 60, 10, 2, 0)), 1.0) == []


@pytest.mark.parametrize("look", [*FIRST, *CLOSER])
def test_a_strip_is_level_and_of_one_height(look: Look) -> None:
    picture = np.full((300, 400, 3), 90, np.uint8)
    strip = strip_cut(picture, TextRow(200, 150, 120, 20, 17), look)
    assert strip.shape[0] == STRIP_PX
    assert strip.shape[1] > 4 * STRIP_PX
    assert strip.dtype == np.uint8


def test_a_turned_line_becomes_level_in_the_strip() -> None:
    picture = np.zeros((300, 400, 3), np.uint8)
    ends = np.array([200, 150]) + np.array([[-60], [60]]) * [np.cos(np.radians(20)), np.sin(np.radians(20))]
    (x1, y1), (x2, y2) = ends.astype(int).tolist()
    cv2.line(picture, (x1, y1), (x2, y2), (255, 255, 255), 3)
    strip = strip_cut(picture, TextRow(200, 150, 120, 24, 20), Look(widen=0.0))
    rows = strip[:, :, 0].mean(axis=1)
    assert rows[STRIP_PX // 2 - 6 : STRIP_PX // 2 + 6].mean() > 150
    assert rows[: STRIP_PX // 4].mean() < 5


def test_a_row_outside_the_picture_gives_a_strip_all_the_same() -> None:
    assert strip_cut(np.zeros((40, 40, 3), np.uint8), TextRow(-20, 70, 80, 16, 0), Look()).shape[0] == STRIP_PX


def test_small_vehicles_of_a_large_picture_get_a_view_of_their_own() -> None:
    picture = np.zeros((1080, 1920, 3), np.uint8)
    boxes = np.array([[0.1, 0.1, 0.2, 0.3], [0.0, 0.0, 1.0, 1.0], [0.5, 0.5, 0.6, 0.6]], np.float32)
    found = Detections(boxes, np.ones(3, np.float32), ("car", "truck", "person"))
    views = first_views(picture, vehicles_of(picture, found))
    assert len(views) == 2
    assert views[0].zoom > 1.4 * views[1].zoom
    assert views[1] == View(0, 0, 1920, 1080, views[1].zoom)


def test_a_small_picture_is_only_looked_at_whole() -> None:
    picture = np.zeros((416, 416, 3), np.uint8)
    box = Detections(np.array([[0.1, 0.1, 0.9, 0.9]], np.float32), np.ones(1, np.float32), ("car",))
    assert len(first_views(picture, vehicles_of(picture, box))) == 1


def test_a_date_is_not_the_row_above_it() -> None:
    plate = TextRow(200, 150, 120, 18, -4)
    assert same_row(plate, TextRow(204, 149, 110, 16, -3))
    assert not same_row(plate, TextRow(201, 162, 30, 8, -4))
    assert not same_row(plate, TextRow(330, 150, 100, 18, -4))


PICTURE = np.zeros((480, 800, 3), np.uint8)


def sighting(text: str, x: float, y: float = 200, height: float = 18) -> Sighting:
    return Sighting(TextRow(x, y, 6 * height, height, 0), None, ballot([reading(text)]), True)


def read_through(*frames: list[Sighting]) -> list[Track]:
    return tracks_of((number / 4, PICTURE, seen) for number, seen in enumerate(frames))


def test_a_plate_that_moves_steadily_is_one_plate() -> None:
    [track] = read_through(*[[sighting("B 1234 XY", 100 + 90 * step, 200 + 10 * step)] for step in range(6)])
    assert len(track.seen) == 6


def test_a_quick_plate_is_known_by_its_text() -> None:
    [track] = read_through([sighting("B 1234 XY", 100)], [sighting("B 1234 XY", 700)])
    assert len(track.seen) == 2


def test_another_plate_in_another_place_is_another() -> None:
    assert len(read_through([sighting("B 1234 XY", 100)], [sighting("D 5678 KL", 600)])) == 2


def test_plates_side_by_side_keep_apart() -> None:
    tracks = read_through(
        *[[sighting("B 1234 XY", 100 + 20 * s), sighting("D 5678 KL", 280 + 20 * s)] for s in range(4)]
    )
    assert sorted(str(track.verdict.plate) for track in tracks if track.verdict) == ["B1234XY", "D5678KL"]
    assert [len(track.seen) for track in tracks] == [4, 4]


def test_a_plate_gone_for_long_is_another_one() -> None:
    later = [(0.0, PICTURE, [sighting("B 1234 XY", 100)]), (9.0, PICTURE, [sighting("B 1234 XY", 100)])]
    assert len(tracks_of(later)) == 2


def test_a_parked_cars_plate_is_one_picture_however_long_it_stands() -> None:
    [standing] = read_through(*[[sighting("B 1234 XY", 100)]] * 5)
    [moving] = read_through(*[[sighting("B 1234 XY", 100 + 60 * step)] for step in range(5)])
    assert standing.verdict is not None and moving.verdict is not None
    assert standing.verdict.confidence < moving.verdict.confidence
