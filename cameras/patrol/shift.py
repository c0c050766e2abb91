"""By how much a camera's picture has slipped: a proposal for its zones, never a decision. [core]

Enhanced correlation (Evangelidis and Psarakis 2008) between the edges of two pictures, begun where the view check
found the best likeness. A mount that slips moves and turns the picture by a few per cent; what needs more than that
shows other ground, whose zones nobody has drawn. Stretching is not allowed for: on a plain view it fits anything.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from shapely.geometry import Polygon, box

from cameras.footage.frame import Picture
from cameras.patrol.view import view_check
from cameras.planes import Plane
from cameras.quality import WIDTH_PX, edge_plane

Matrix = tuple[tuple[float, float, float], tuple[float, float, float]]

MOST_SHIFT = 0.16
"""Of the width, at the middle of the picture."""
MOST_TURN_DEG = 8.0
ALIKE = 0.6
"""Likeness of edges after the correction. Right ones on five real cameras: 0.77 and more; a wrong one had 0.50."""
BETTER = 0.1
KEPT_SHARE = 0.8
"""Of each zone's area that must still be in the picture."""
TURNS = 80
OVERLAY = 0.12
"""Above and below, where recorders write (``cameras.quality``)."""


@dataclass(frozen=True, slots=True)
class Shift:
    """``matrix`` takes a point of the old picture (x, y in 0-1) to the same thing in the new one. ``before``,
    ``after``: likeness of edges without and with it. ``dx``, ``dy``: of the middle, share of the width; ``turn_deg``:
    of the whole.
    """

    matrix: Matrix
    before: float
    after: float
    dx: float
    dy: float
    turn_deg: float

    def moved(self, points: Sequence[Sequence[float]]) -> list[list[float]]:
        """Each ``[x, y, ...]`` with x and y moved, the rest as it was."""
        (a, b, c), (d, e, f) = self.matrix
        return [[a * x + b * y + c, d * x + e * y + f, *rest] for x, y, *rest in points]

    def as_json(self) -> dict[str, object]:
        figures = {name: round(getattr(self, name), 4) for name in ("before", "after", "dx", "dy", "turn_deg")}
        return {"matrix": [[round(v, 6) for v in row] for row in self.matrix], **figures}


def shift_between(before: Picture, now: Picture) -> Shift | None:
    """None where the two are one view anyway, or no small correction makes them one."""
    check = view_check(before, now)
    first = edge_plane(before)
    size = (WIDTH_PX, max(1, round(before.shape[0] * WIDTH_PX / before.shape[1])))
    second = edge_plane(now, size)
    if first.shape != second.shape:
        return None
    start = np.array([[1, 0, -check.dx * first.shape[1]], [0, 1, -check.dy * first.shape[1]]], np.float32)
    warp = _refined(first, second, start)
    if warp is None:
        return None
    found = _measured(warp, first, second, check.in_place, size)
    return found if _is_small(found) and found.after >= max(ALIKE, found.before + BETTER) else None


def _refined(first: Plane, second: Plane, start: npt.NDArray[np.float32]) -> npt.NDArray[np.float32] | None:
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, TURNS, 1e-5)
    everywhere = np.full(second.shape, 255, np.uint8)
    try:
        _likeness, warp = cv2.findTransformECC(first, second, start, cv2.MOTION_EUCLIDEAN, criteria, everywhere, 5)
    except cv2.error:  # does not converge: these are two views
        return None
    return np.asarray(warp, np.float32)


def _measured(
    warp: npt.NDArray[np.float32], first: Plane, second: Plane, in_place: float, size: tuple[int, int]
) -> Shift:
    height, width = first.shape
    back = cv2.warpAffine(second, warp, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    inside = cv2.warpAffine(np.ones_like(second), warp, (width, height), flags=cv2.WARP_INVERSE_MAP) > 0.99
    alike = float(np.corrcoef(first[inside], back[inside])[0, 1]) if inside.mean() > 0.4 else 0.0
    (a, b, c), (d, e, f) = warp.astype(float).tolist()
    # The planes lack a band above; both have lost the same.
    top = int(OVERLAY * size[1])
    c, f = c - b * top, f - e * top + top
    middle_x, middle_y = size[0] / 2, size[1] / 2
    dx = (a * middle_x + b * middle_y + c - middle_x) / size[0]
    dy = (d * middle_x + e * middle_y + f - middle_y) / size[0]
    wide, high = size
    matrix = ((a, b * high / wide, c / wide), (d * wide / high, e, f / high))
    return Shift(matrix, in_place, alike, dx, dy, math.degrees(math.atan2(d - b, a + e)))


def _is_small(found: Shift) -> bool:
    return max(abs(found.dx), abs(found.dy)) <= MOST_SHIFT and abs(found.turn_deg) <= MOST_TURN_DEG


def polygon_moved(polygon: Sequence[Sequence[float]], shift: Shift) -> list[list[float]] | None:
    """Cut to the picture; None where too much of it has left the picture, or it has come apart."""
    whole = Polygon(shift.moved([point[:2] for point in polygon]))
    seen = whole.intersection(box(0, 0, 1, 1)) if whole.is_valid else None
    if not isinstance(seen, Polygon) or seen.is_empty or seen.area < KEPT_SHARE * whole.area:
        return None
    return [[round(x, 5), round(y, 5)] for x, y in list(seen.exterior.coords)[:-1]]
