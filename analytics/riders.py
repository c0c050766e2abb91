"""Who sits on a motorcycle or a bicycle: on the road, not on foot.

At a red light twenty riders stand as close as people in a crowd do. A rider is a person whose box rises out of the
machine's: over its middle, above its top, and with the feet no lower than its wheels. Whoever stands before a parked
motorcycle has the feet lower, whoever stands beside it is off its middle. Who stands right behind one looks like its
rider; but each machine explains one person only, or two who cover each other (a pillion), so that a crowd beside a few
parked machines stays one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analytics.detections import Detections, FloatArray, iou_matrix

TWO_WHEELS = frozenset({"motorcycle", "bicycle"})

SEEN = 0.25
"""Confidence from which a box is a machine; those in a dense queue are half hidden."""

MIDDLE = 0.35
"""Of the machine's width: how far from its middle a rider's is at most. The saddle is at the middle, seen from the
side; a machine seen from the front is as wide as its rider."""

WITHIN = 0.6
"""Share of the rider's width that is over the machine."""

FEET = (0.35, 1.12)
"""Of the machine's height, from its top: where a rider's feet are, on the pegs or on the ground at a halt."""

HEAD = 0.1
"""Of the machine's height, from its top: the head is no lower (a box often holds a part of the rider too)."""

TALL = (0.6, 2.2)
"""Height of a rider in heights of the machine."""

FEW = 0.25
"""Share of the people: where fewer ride, one of them passed by, and nobody is taken from a crowd for that."""

PILLION = 0.3
"""IoU from which two on one machine are rider and pillion."""


def riding(people: Detections, found: Detections) -> npt.NDArray[np.bool_]:
    """``(N,)``: which of the people sit on a machine among what was ``found`` in the same picture; nobody where these
    are ``FEW``."""
    riders = np.zeros(len(people), bool)
    machines = found.of(TWO_WHEELS, SEEN)
    if not len(people) or not len(machines):
        return riders
    together = iou_matrix(people.xyxy, people.xyxy)
    for number in np.argsort(-machines.confidence, kind="stable"):
        off = _off_middle(people.xyxy, machines.xyxy[number])
        off[riders] = np.inf
        first = int(np.argmin(off))
        if np.isfinite(off[first]):
            riders[first] = True
            riders |= _pillion(off, together[first], first)
    return riders if riders.mean() >= FEW else np.zeros(len(people), bool)


def _pillion(off: FloatArray, covers: FloatArray, first: int) -> npt.NDArray[np.bool_]:
    """The nearest other who sits there too and covers the first one."""
    others = np.where(covers >= PILLION, off, np.inf)
    others[first] = np.inf
    return np.asarray((others == others.min()) & np.isfinite(others))


def _off_middle(people: FloatArray, machine: FloatArray) -> FloatArray:
    """``(N,)``: how far off the machine's middle each person's is, in its widths; infinite for who does not sit."""
    x1, y1, x2, y2 = (float(value) for value in machine)
    wide, high = max(x2 - x1, 1e-6), max(y2 - y1, 1e-6)
    width, height = np.maximum(people[:, 2] - people[:, 0], 1e-6), people[:, 3] - people[:, 1]
    off = np.abs((people[:, 0] + people[:, 2]) / 2 - (x1 + x2) / 2) / wide
    inside = (np.minimum(people[:, 2], x2) - np.maximum(people[:, 0], x1)) / width
    feet, head, tall = (people[:, 3] - y1) / high, (people[:, 1] - y1) / high, height / high
    sits = (off <= MIDDLE) & (inside >= WITHIN) & (head <= HEAD)
    sits &= (feet >= FEET[0]) & (feet <= FEET[1]) & (tall >= TALL[0]) & (tall <= TALL[1])
    return np.asarray(np.where(sits, off, np.inf), np.float32)
