"""Which body is drawn first."""

from __future__ import annotations

import numpy as np

from .camera import Array, Camera


def far_to_near(centres: Array, sizes: Array, camera: Camera) -> list[int]:
    """Drawing order of bodies at centres (n, 2) x, y with sizes (n, 2) length, width, all in metres.

    Distances of centres alone mislead for a long bus beside a car, so footprints are compared pairwise.
    """
    count = len(centres)
    if count < 2:
        return list(range(count))
    (x, y), half = centres.T, sizes / 2
    x0, x1, y0, y1 = x - half[:, 1], x + half[:, 1], y - half[:, 0], y + half[:, 0]
    beyond = y0[:, None] >= y1[None] - 0.05  # row stands wholly behind column
    left_of = x1[:, None] <= x0[None] + 0.05
    aside = (left_of & (camera.x >= x0[None])) | (left_of.T & (camera.x <= x1[None]))
    farther = beyond | (aside & ~beyond.T)
    distance = np.hypot(x - camera.x, y)
    left = set(range(count))
    order: list[int] = []
    while left:
        rest = np.array(sorted(left))
        blocked = (farther[np.ix_(rest, rest)] & ~farther[np.ix_(rest, rest)].T).any(axis=0)
        free = rest[~blocked] if (~blocked).any() else rest
        pick = int(free[np.argmax(distance[free])])
        order.append(pick)
        left.remove(pick)
    return order
