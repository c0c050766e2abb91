"""Rows of text in a picture: words of the text map, joined to what could be one plate's first row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import cv2
import numpy as np

from analytics.plates.reading import FloatArray

TEXT_FROM = 0.3
WORD_FROM = 0.45
"""Text-map value of a pixel, and its mean over a word: rapidocr's own figures, the second a little lower."""

UNCLIP = 1.5
"""The map is trained on shrunken words; a word is larger by this much of area over perimeter (DBNet)."""

JOIN_GAP = 2.2
"""Words of one row stand at most this many row heights apart: the plate's groups do by 0.5 to 1.5."""

JOIN_HEIGHT = 0.55
"""... and the lower is at least this much as high as the higher: the row of the date is about half."""

JOIN_OFFSET, JOIN_TILT = 0.5, 0.08
STEEPEST_DEG = 40.0
SHAPES = (1.2, 14.0)
"""Length over height of a row worth reading; a plate's first row has 4 to 6, its middle group alone 2."""

LEAST_HEIGHT_PX = 5.0


@dataclass(frozen=True, slots=True)
class TextRow:
    """A turned box in picture pixels: middle, length along the text, height across, angle (clockwise positive)."""

    x: float
    y: float
    length: float
    height: float
    angle_deg: float

    def corners(self) -> FloatArray:
        """``(4, 2)``."""
        box = ((self.x, self.y), (self.length, self.height), self.angle_deg)
        return np.asarray(cv2.boxPoints(box), np.float32)

    def moved(self, along: float, across: float) -> TextRow:
        """Shifted by pixels along and across the text."""
        turn = math.radians(self.angle_deg)
        right, down = math.cos(turn), math.sin(turn)
        return replace(self, x=self.x + along * right - across * down, y=self.y + along * down + across * right)

    def grown(self, ends: float, sides: float) -> TextRow:
        """Larger by pixels at each end, and above and below."""
        return replace(self, length=self.length + 2 * ends, height=self.height + 2 * sides)

    def scaled(self, by: float, x0: float = 0.0, y0: float = 0.0) -> TextRow:
        return TextRow(self.x * by + x0, self.y * by + y0, self.length * by, self.height * by, self.angle_deg)


@dataclass(frozen=True, slots=True, eq=False)
class _Word:
    points: FloatArray
    angle_deg: float
    height: float
    length: float

    @property
    def middle(self) -> FloatArray:
        return np.asarray(self.points.mean(axis=0), np.float32)


def rows_of(text_map: FloatArray, scale: float) -> list[TextRow]:
    """Rows in a ``(H, W)`` text map, in pixels of the picture that is ``1/scale`` of the map's size."""
    words = list(_words(text_map, scale))
    rows = [_row(group) for group in _joined(words)]
    return [row for row in rows if _worth_reading(row)]


def _worth_reading(row: TextRow) -> bool:
    shape = row.length / max(row.height, 1e-6)
    return SHAPES[0] <= shape <= SHAPES[1] and abs(row.angle_deg) <= STEEPEST_DEG and row.height >= LEAST_HEIGHT_PX


def _words(text_map: FloatArray, scale: float) -> Iterator[_Word]:
    mask = (text_map > TEXT_FROM).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        x, y, width, height = cv2.boundingRect(contour)
        if width * height < 9:
            continue
        inside = np.zeros((height, width), np.uint8)
        cv2.drawContours(inside, [contour - np.array([x, y])], -1, 1, -1)
        if cv2.mean(text_map[y : y + height, x : x + width], inside)[0] >= WORD_FROM:
            yield _word(contour[:, 0].astype(np.float32) / np.float32(scale))


def _word(points: FloatArray) -> _Word:
    length, height, angle = _box(points)
    if length < 1.3 * height:
        # One or two characters: the box's own angle is chance.
        length, height = (float(side) for side in np.ptp(points, axis=0))
        angle = 0.0
    grown = _grown(length, height)
    return _Word(points, angle, height + grown, length + grown)


def _box(points: FloatArray) -> tuple[float, float, float]:
    """Long side, short side, angle of the long side in (-90, 90] degrees."""
    _, (length, height), angle = cv2.minAreaRect(points)
    if length < height:
        length, height, angle = height, length, angle + 90
    return float(length), float(height), (float(angle) + 90) % 180 - 90


def _grown(length: float, height: float) -> float:
    return UNCLIP * length * height / max(length + height, 1e-6)


def _joined(words: Sequence[_Word]) -> list[list[_Word]]:
    group = list(range(len(words)))
    for a, b in combinations(range(len(words)), 2):
        if group[a] != group[b] and _one_row(words[a], words[b]):
            old, new = group[b], group[a]
            group = [new if number == old else number for number in group]
    return [
        [word for word, number in zip(words, group, strict=True) if number == name] for name in dict.fromkeys(group)
    ]


def _one_row(a: _Word, b: _Word) -> bool:
    height = max(a.height, b.height)
    if min(a.height, b.height) < JOIN_HEIGHT * height:
        return False
    angle = math.radians((a if a.length > b.length else b).angle_deg)
    along = np.array([math.cos(angle), math.sin(angle)])
    across = np.array([-along[1], along[0]])
    spans = sorted((float((w.points @ along).min()), float((w.points @ along).max())) for w in (a, b))
    gap, between = spans[1][0] - spans[0][1], b.middle - a.middle
    allowed = JOIN_OFFSET * height + JOIN_TILT * abs(float(between @ along))
    return gap < JOIN_GAP * height and abs(float(between @ across)) < allowed


def _row(words: Sequence[_Word]) -> TextRow:
    points = np.concatenate([word.points for word in words])
    (x, y), _, _ = cv2.minAreaRect(points)
    length, height, angle = _box(points)
    grown = _grown(length, height)
    return TextRow(float(x), float(y), length + grown, height + grown, angle)
