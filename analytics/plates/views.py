"""Where in a picture rows of text are looked for, and how large.

The whole picture, and each vehicle that is small in it; larger again and in evened light when that finds no plate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from analytics.detections import Detections
from analytics.plates.lines import TextRow, rows_of
from analytics.plates.reading import TextReader
from cameras.footage.frame import Picture

WHOLE_PX, WHOLE_ZOOM = 832, 2.0
"""Long side that the whole picture is brought to, and the most it is enlarged: text under 8 pixels is not found."""

CLOSE_PX, CLOSE_ZOOM = 640, 3.0
"""The same for a vehicle."""

WORTH_CLOSER = 1.4
"""A vehicle is looked at by itself when that shows it so much larger than the whole picture did."""

AGAIN_PX, AGAIN_ZOOM = 1248, 3.0
"""The second look at the whole."""

VEHICLES = frozenset({"car", "truck", "bus", "motorcycle", "van", "minibus", "angkot"})
MOST_VEHICLES = 6
MOST_ROWS = 14
"""A street of shop signs has more; the rows most like a plate's are read."""

LIKELY_SHAPE = 5.0
"""Length over height of a plate's first row (AB 1234 CD on 430 x 135 mm)."""

LEVEL = 0.6
"""Rows are one when their middles are nearer across than this much of the lower one's height."""


@dataclass(frozen=True, slots=True)
class View:
    """A part of the picture in pixels, shown ``zoom`` times as large."""

    x1: int
    y1: int
    x2: int
    y2: int
    zoom: float
    even_light: bool = False


@dataclass(frozen=True, slots=True)
class Vehicle:
    """``xyxy`` in picture pixels; ``name`` as the detector calls it."""

    xyxy: tuple[float, float, float, float]
    name: str

    def holds(self, row: TextRow) -> bool:
        x1, y1, x2, y2 = self.xyxy
        slack = row.height
        return x1 - slack <= row.x <= x2 + slack and y1 - slack <= row.y <= y2 + slack

    @property
    def area(self) -> float:
        return (self.xyxy[2] - self.xyxy[0]) * (self.xyxy[3] - self.xyxy[1])


def vehicles_of(picture: Picture, found: Detections | None) -> list[Vehicle]:
    """The vehicles in pixels, largest first."""
    if found is None:
        return []
    height, width = picture.shape[:2]
    names = found.of(VEHICLES)
    boxes = (np.clip(names.xyxy, 0, 1) * np.array([width, height, width, height], np.float32)).tolist()
    vehicles = [Vehicle((x1, y1, x2, y2), name) for (x1, y1, x2, y2), name in zip(boxes, names.names, strict=True)]
    return sorted(vehicles, key=lambda vehicle: -vehicle.area)


def first_views(picture: Picture, vehicles: Sequence[Vehicle]) -> list[View]:
    height, width = picture.shape[:2]
    whole = View(0, 0, width, height, min(WHOLE_ZOOM, WHOLE_PX / max(width, height)))
    close = [_close(vehicle, width, height) for vehicle in vehicles[:MOST_VEHICLES]]
    return [*(view for view in close if view.zoom >= WORTH_CLOSER * whole.zoom), whole]


def second_views(picture: Picture) -> list[View]:
    height, width = picture.shape[:2]
    return [View(0, 0, width, height, min(AGAIN_ZOOM, AGAIN_PX / max(width, height)), even_light=True)]


def _close(vehicle: Vehicle, width: int, height: int) -> View:
    x1, y1, x2, y2 = vehicle.xyxy
    pad = 0.05 * max(x2 - x1, y2 - y1)
    left, top = max(0, int(x1 - pad)), max(0, int(y1 - pad))
    right, bottom = min(width, int(x2 + pad) + 1), min(height, int(y2 + pad) + 1)
    side = max(right - left, bottom - top, 1)
    return View(left, top, right, bottom, min(CLOSE_ZOOM, CLOSE_PX / side))


def rows_in(picture: Picture, views: Sequence[View], reader: TextReader, most: int = MOST_ROWS) -> list[TextRow]:
    """The rows seen in the views, in picture pixels, those most like a plate's first, each once."""
    rows: list[TextRow] = []
    for row in (row for view in views for row in _rows(picture, view, reader)):
        if not any(same_row(row, other) for other in rows):
            rows.append(row)
    return sorted(rows, key=_unlikeliness)[:most]


def _rows(picture: Picture, view: View, reader: TextReader) -> Iterator[TextRow]:
    part = picture[view.y1 : view.y2, view.x1 : view.x2]
    if min(part.shape[:2]) < 8:
        return
    how = cv2.INTER_CUBIC if view.zoom > 1 else cv2.INTER_AREA
    size = (max(1, round(part.shape[1] * view.zoom)), max(1, round(part.shape[0] * view.zoom)))
    shown = np.asarray(cv2.resize(part, size, interpolation=how), np.uint8)
    text_map = reader.text_map(_even(shown) if view.even_light else shown)
    shown_as = text_map.shape[1] / part.shape[1]
    for row in rows_of(text_map, shown_as):
        yield row.scaled(1.0, view.x1, view.y1)


def _even(picture: Picture) -> Picture:
    """Local contrast evened out: faint type on a burnt-out or shaded plate."""
    lab = cv2.cvtColor(picture, cv2.COLOR_BGR2LAB)
    lab[:, :, 0] = cv2.createCLAHE(4.0, (12, 12)).apply(lab[:, :, 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), np.uint8)


def same_row(a: TextRow, b: TextRow) -> bool:
    """Whether two boxes hold the same text: level with each other, and the shorter mostly within the longer.

    The date under a plate's first row is not level with it by the lower one's height.
    """
    turn = np.radians(a.angle_deg if a.length > b.length else b.angle_deg)
    right, down = b.x - a.x, b.y - a.y
    along = abs(right * np.cos(turn) + down * np.sin(turn))
    across = abs(-right * np.sin(turn) + down * np.cos(turn))
    shared = (a.length + b.length) / 2 - along
    return bool(across < LEVEL * min(a.height, b.height) and shared > 0.5 * min(a.length, b.length))


def _unlikeliness(row: TextRow) -> float:
    """Far from a plate's shape, or small."""
    shape = abs(np.log(row.length / row.height / LIKELY_SHAPE))
    return float(shape - 0.5 * np.log(row.height))
