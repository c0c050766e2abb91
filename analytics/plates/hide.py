"""Where plates are in a picture that will be shown: to be covered, so a place too many costs nothing.

No plate is told apart from another here, and none is read to the end: what matters is that nobody else can read it.
On vehicles every row of text that holds a digit is taken for a plate, whatever the grammar says of it; elsewhere what
could be a plate (a vehicle that the detector missed, at night, or of which only the back is in the picture).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from analytics.detections import Detections
from analytics.per_process import PerProcess
from analytics.plates.decode import likelihoods, proposals, slots_of
from analytics.plates.lines import TextRow
from analytics.plates.ocr import OcrReader
from analytics.plates.reading import Emission, FloatArray, TextReader
from analytics.plates.strips import Look, strip_cut
from analytics.plates.views import Vehicle, first_views, rows_in, second_views, vehicles_of
from cameras.footage.frame import Picture

MOST_ROWS = 40
LOOKS = (Look(heighten=0.05), Look(widen=1.6, heighten=0.1, tone="stretched"))

DIGIT_FROM = 0.2
"""Summed probability of digits in a row, over its steps, from which it holds one."""

PLATE_FROM = 0.02
"""Probability that a row off any vehicle is a plate with a number of two digits or more."""

LARGE, LARGE_DIGIT_FROM = 0.2, 1.0
"""A row over so much of its vehicle's height is no plate of a whole vehicle (0.11 m of 1.5 m): a window, a grille, the
vehicle itself. It is covered only where it holds a digit for certain, at every look, since that hides what the picture
is kept for.
"""

ON_VEHICLE = (1.3, 12.0)
"""Length over height of a row on a vehicle that may be a plate, or one group of it."""

AROUND_ENDS, AROUND_SIDES = 2.2, 0.9
"""The plate around its row, in row heights, with room for a group that was not joined and for the date below."""

Boxes = FloatArray
"""``(N, 4)``: x1, y1, x2, y2 in 0-1 of the picture."""


class PlateFinder(Protocol):
    """Finds what may be a plate."""

    def plates(self, picture: Picture, found: Detections) -> Boxes:
        """Of a BGR picture with these objects in it; an error means that nothing is known of it."""


class TextPlateFinder:
    """``PlateFinder`` with a text reader."""

    def __init__(self, reader: TextReader) -> None:
        self._reader = reader

    def plates(self, picture: Picture, found: Detections) -> Boxes:
        vehicles = vehicles_of(picture, found)
        views = [*first_views(picture, vehicles), *second_views(picture)]
        rows = rows_in(picture, views, self._reader, MOST_ROWS)
        read = self._reader.read([strip_cut(picture, row, look) for row in rows for look in LOOKS])
        taken = [
            _box(row, picture)
            for number, row in enumerate(rows)
            if _may_be_plate(row, read[number * len(LOOKS) : (number + 1) * len(LOOKS)], vehicles)
        ]
        return np.asarray(taken, np.float32).reshape(-1, 4)


def _may_be_plate(row: TextRow, emissions: Sequence[Emission], vehicles: Sequence[Vehicle]) -> bool:
    carriers = [vehicle for vehicle in vehicles if vehicle.holds(row)]
    if carriers:
        shape = row.length / max(row.height, 1e-6)
        tallest = max(vehicle.xyxy[3] - vehicle.xyxy[1] for vehicle in carriers)
        digits = [_digits(one) for one in emissions]
        is_large = row.height > LARGE * tallest
        holds_one = min(digits) >= LARGE_DIGIT_FROM if is_large else max(digits) >= DIGIT_FROM
        return ON_VEHICLE[0] <= shape <= ON_VEHICLE[1] and holds_one
    return any(_plate(one) >= PLATE_FROM for one in emissions)


def _digits(emission: Emission) -> float:
    return float(emission.characters[:, 26:].sum() + emission.slashed.sum())


def _plate(emission: Emission) -> float:
    slots = slots_of(emission, 1.0)
    plates = [plate for plate in proposals(slots) if len(plate.number) >= 2]
    return float(likelihoods(slots, plates).max()) if plates else 0.0


def _box(row: TextRow, picture: Picture) -> tuple[float, float, float, float]:
    height, width = picture.shape[:2]
    corners = row.grown(AROUND_ENDS * row.height, AROUND_SIDES * row.height).corners()
    (x1, y1), (x2, y2) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return x1 / width, y1 / height, x2 / width, y2 / height


# -- The finder of this process -------------------------------------------------------

_finder: PerProcess[PlateFinder] = PerProcess()


def plate_finder() -> PlateFinder:
    """The finder of this process, loaded on first use, after the fork: its threads do not survive one.

    Raises:
        TextModelsMissing: there is none.
    """
    return _finder.get(lambda: TextPlateFinder(OcrReader(threads=1)))


def plate_finder_set(finder: PlateFinder | None) -> None:
    """Use this one in this process; None loads the text models at the next need."""
    _finder.put(finder)
