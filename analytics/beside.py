"""Is what lies beside the zones where an earlier picture shows it? A flood changes a view and turns no camera.

Asked twice. Of the edges of all that lies outside the zones at once; and neighbourhood by neighbourhood, of the half
that fits best, since water, traffic and people do not end at a zone's border. Either way they must fit there and
nowhere near by, where a turned camera would show them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import cv2
import numpy as np

from analytics.ground import tiles
from analytics.water import Mask, Plane, zone_mask
from analytics.zones import Zone
from cameras.footage.frame import Picture
from cameras.quality import WIDTH_PX, edge_plane

BESIDE = ((0.04, 0.4, 0.12), (0.003, 0.8, 0.25))
"""Either will do: share of the picture that must lie outside the zones, the least likeness of its edges, and by how
much it must lie over that at any other place near by. What is narrow must be plainly the same. Of 34 drawn floods that
change a whole view, 28; of 1031 drawn and 458 real pictures turned by 2 to 10 % of the width, none; of 134 turned by
1.2 %, which is a pole's sway, 7; of 5563 pairs of other views, 2630 of real photos among them, none."""

ROWS, COLUMNS = 9, 16
PARTS, FITS, FITS_BETTER = 6, 0.65, 0.15
"""Neighbourhoods outside the zones that have edges, at least; and as above for the half of them that fits best. Of the
18 such floods on roads, 17 (0.73 to 1.0, elsewhere 0.42 to 0.68); of 230 pictures turned by 2 and 5 %, 1 (by 2 %); of
595 pairs of other views, none."""

MOSTLY, LEAST_EDGES = 0.6, 2.0
"""Share of a neighbourhood that must lie outside the zones; grey levels its edges must vary by."""

SHIFTS = (-0.04, -0.02, 0.0, 0.02, 0.04)
"""Of the width, across and down."""

_Likeness = Callable[[Plane], float]
"""Of the known picture's edges with these, in place."""


def alike_beside(picture: Picture, seen: Picture, zones: Sequence[Zone]) -> bool:
    """``picture``: of the view that the zones were drawn on, ``seen``: of now, both BGR of any size."""
    size = (WIDTH_PX, max(1, round(seen.shape[0] * WIDTH_PX / seen.shape[1])))
    before, after = edge_plane(picture, size), edge_plane(seen, size)
    cut = (size[1] - after.shape[0]) // 2  # where recorders write
    masks = [zone_mask(zone, size[::-1])[cut : cut + after.shape[0]] for zone in zones]
    beside = np.logical_and.reduce([~mask for mask in masks])
    return _fits_at_once(before, after, beside) or _fits_in_parts(before, after, beside)


def _fits_at_once(before: Plane, after: Plane, beside: Mask) -> bool:
    # The border of a zone is where what happens in it begins to show.
    inner = cv2.erode(beside.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=1) > 0
    share = float(inner.mean())
    if share < min(least for least, _held, _by in BESIDE):
        return False
    likeness: _Likeness = lambda edges: _alike(before[inner], edges[inner])  # noqa: E731
    here = likeness(after)
    better = here - _likest_elsewhere(after, likeness)
    return any(share >= least and here >= held and better >= by for least, held, by in BESIDE)


def _fits_in_parts(before: Plane, after: Plane, beside: Mask) -> bool:
    parts = [
        at
        for at in tiles(before.shape, (ROWS, COLUMNS))
        if beside[at].mean() >= MOSTLY and before[at].std() >= LEAST_EDGES
    ]
    if len(parts) < PARTS:
        return False
    likeness: _Likeness = lambda edges: _half([_alike(before[at], edges[at]) for at in parts])  # noqa: E731
    here = max(likeness(_moved(after, across, down)) for across, down in product((-1, 0, 1), repeat=2))
    return here >= FITS and here - _likest_elsewhere(after, likeness) >= FITS_BETTER


def _half(likenesses: Sequence[float]) -> float:
    """The mean of the upper half."""
    return float(np.mean(sorted(likenesses)[len(likenesses) // 2 :]))


def _likest_elsewhere(after: Plane, likeness: _Likeness) -> float:
    """The best likeness with the same picture moved a little."""
    steps = [round(share * WIDTH_PX) for share in SHIFTS]
    return max(likeness(_moved(after, across, down)) for across, down in product(steps, repeat=2) if across or down)


def _moved(edges: Plane, across: int, down: int) -> Plane:
    return np.roll(edges, (down, across), (0, 1))


def _alike(before: Plane, after: Plane) -> float:
    """Correlation of two planes of edges, -1 to 1; 0 where one of them has none."""
    if min(before.std(), after.std()) < 1e-3:
        return 0.0
    return float(np.corrcoef(before.ravel(), after.ravel())[0, 1])
