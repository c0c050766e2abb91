"""Rubbish so close together that no water is left around it, and whether pieces drift.

A piece stands out from the water around it (``analytics.floating``) only while there is water around it. Where the
network is sure of pieces over much of a neighbourhood they are the surface, and what it is sure of is counted itself.
What drifts is still near its place in the next look and gone from it some looks later; rings of rain and glints are
elsewhere at once, stones and posts stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from analytics.water import Mask, Plane

NEIGHBOURHOOD = 0.12
"""Of the picture's width."""

LEAVES = 0.35
"""Of what the network is sure of in a neighbourhood, in a plant's colours: from so many on it is leaves."""

LEAST_LOOKS = 6


def dense(sure: Mask) -> Plane:
    """Share of the neighbourhood where pieces are, ``(h, w)``."""
    window = max(5, round(NEIGHBOURHOOD * sure.shape[1])) | 1
    return np.asarray(cv2.blur(sure.astype(np.float32), (window, window)), np.float32)


def crowd(sure: Mask, least: float, leafy: Mask) -> Mask:
    """Pieces in neighbourhoods of which they take ``least``, where leaves are not many of them."""
    near = dense(sure)
    return np.asarray(sure & (near > least) & (dense(leafy & sure) < LEAVES * near), bool)


def carpet(closed: Mask, least_px: float) -> Mask:
    """Connected parts of so many pixels at least."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed.astype(np.uint8))
    large = [n for n in range(1, count) if stats[n, cv2.CC_STAT_AREA] >= least_px]
    return np.asarray(np.isin(labels, large), bool)


@dataclass(frozen=True, slots=True)
class Drift:
    """``soon``, ``late``: correlation -1..1 of where pieces are seen with where they are one look on, and half of all
    looks on; the middle of all pairs."""

    soon: float
    late: float

    @property
    def moved(self) -> float:
        """By how much likeness is lost in between."""
        return self.soon - self.late


def drift(pieces: Sequence[Plane], area: Mask) -> Drift | None:
    """Of evenly spread looks at one place, planes and ``area`` of one shape; None with too few of them."""
    planes = [plane for plane in pieces if plane.shape == area.shape]
    if len(planes) < LEAST_LOOKS or len(planes) < len(pieces) or area.sum() < 2:
        return None
    inside = [plane[area] for plane in planes]
    return Drift(_likeness(inside, 1), _likeness(inside, len(inside) // 2))


def _likeness(inside: Sequence[Plane], lag: int) -> float:
    return float(np.median([_correlation(a, b) for a, b in zip(inside, inside[lag:], strict=False)]))


def _correlation(a: Plane, b: Plane) -> float:
    """0 where one of the two is the same everywhere."""
    spread = float(a.std() * b.std())
    return float(((a - a.mean()) * (b - b.mean())).mean()) / spread if spread > 1e-9 else 0.0
