"""How much light stands in a zone drawn around a lamp's head, and where the lamps are when none stands there.

A lamp that burns is a spot at the sensor's limit that is enclosed by its zone; a lit window behind a dark lamp lies in
a corner and goes on outside. So each zone is asked for its brightest spot half as wide as the zone, for its very
brightest pixels, for its rim, and for what lies around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from analytics.sample import Grey
from analytics.zones import Zone

Plane = npt.NDArray[np.float32]
Light = tuple[float, float, float]
"""x, y and diameter in pixels."""

SPOT = 0.42
"""Side of the spot as a share of the zone's: a head fills a third to two thirds of a zone drawn around it."""

GAP, REACH = 0.15, 0.6
"""The ring around a zone begins and ends so many zone sizes outside of it: behind the halo, before the next lamp."""

BURNT = 235
"""Grey level from which a steady light is a lamp's own and no lit wall's."""

LOOKS = 24
"""Pictures whose median is steady: what drives by is gone."""

FAR = 0.15
"""Of the picture's width: as far as a camera may have been pushed aside without showing another street."""


@dataclass(frozen=True, slots=True)
class Level:
    """Grey levels 0-255 of a zone in one picture. ``spot``: mean of its brightest part (``SPOT``). ``middle``: mean of
    an equal part in its middle. ``peak``, ``high``:
    its brightest hundredth and twentieth. ``rim``: brightest tenth of its border; ``around``: median of the ring."""

    spot: float
    middle: float
    peak: float
    high: float
    rim: float
    around: float

    @property
    def rise(self) -> float:
        return self.spot - self.around

    @property
    def enclosed(self) -> bool:
        """Whether what is bright in it ends in it."""
        return self.rim - self.around < 0.9 * (self.high - self.around)

    @property
    def goes_on(self) -> bool:
        """Whether much of what is bright in it lies at its rim."""
        return self.rim - self.around >= 0.75 * (self.high - self.around)


@dataclass(frozen=True, slots=True)
class Box:
    """A zone's bounding box in pixels, not cut at the picture's border."""

    x0: float
    y0: float
    x1: float
    y1: float

    @classmethod
    def of(cls, zone: Zone, shape: tuple[int, ...]) -> Box:
        points = np.asarray(zone.polygon, np.float64) * (shape[1], shape[0])
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        return cls(float(x0), float(y0), float(x1), float(y1))

    @property
    def size(self) -> tuple[float, float]:
        return self.x1 - self.x0, self.y1 - self.y0

    @property
    def middle(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def wider(self, share: float) -> Box:
        dx, dy = (max(1.0, share * side) for side in self.size)
        return Box(self.x0 - dx, self.y0 - dy, self.x1 + dx, self.y1 + dy)

    def cut(self, shape: tuple[int, ...]) -> tuple[slice, slice]:
        """Rows and columns of the picture; at least one of each."""
        height, width = shape[:2]
        x0, y0 = min(max(0, int(self.x0)), width - 1), min(max(0, int(self.y0)), height - 1)
        x1, y1 = min(max(x0 + 1, int(np.ceil(self.x1))), width), min(max(y0 + 1, int(np.ceil(self.y1))), height)
        return slice(y0, y1), slice(x0, x1)


def level_of(grey: Grey, zone: Zone) -> Level:
    """The light in one zone of one picture."""
    box = Box.of(zone, grey.shape)
    inside = grey[box.cut(grey.shape)].astype(np.float32)
    peak, high = (float(value) for value in np.percentile(inside, (99, 95)))
    rim = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]])
    spot, middle = _spots(inside)
    return Level(spot, middle, peak, high, float(np.percentile(rim, 90)), around(grey, box))


def _spots(inside: Plane) -> tuple[float, float]:
    """Mean of the brightest part, and of the middle."""
    high, wide = (max(1, round(SPOT * side)) for side in inside.shape)
    means = cv2.boxFilter(inside, -1, (wide, high), anchor=(0, 0), borderType=cv2.BORDER_REFLECT)
    means = means[: inside.shape[0] - high + 1, : inside.shape[1] - wide + 1]
    return float(means.max()), float(means[means.shape[0] // 2, means.shape[1] // 2])


def around(grey: Grey, box: Box) -> float:
    """Median of the ring around a box."""
    rows, columns = box.wider(REACH).cut(grey.shape)
    near_rows, near_columns = box.wider(GAP).cut(grey.shape)
    kept = np.ones((rows.stop - rows.start, columns.stop - columns.start), bool)
    kept[
        near_rows.start - rows.start : near_rows.stop - rows.start,
        near_columns.start - columns.start : near_columns.stop - columns.start,
    ] = False
    ring = grey[rows, columns][kept]
    return float(np.median(ring)) if ring.size else 0.0


def aside(greys: Sequence[Grey], zones: Sequence[Zone], burning: int) -> bool:
    """Whether the zones lie beside the lamps: moved by one step, more of them than now (``burning``), and most of those
    that would still be in the picture, would each stand around a steady light of its size. One zone alone is beside its
    lamp where such a light stands within reach and is all but of that size."""
    # A camera may change its resolution in between: pictures of its last one.
    alike = [grey for grey in greys if grey.shape == greys[-1].shape]
    steady = np.median(np.stack(alike[:: max(1, len(alike) // LOOKS)]), axis=0).astype(np.uint8)
    lights = _lights(steady)
    boxes = [Box.of(zone, steady.shape) for zone in zones]
    slack = 1.15 if len(boxes) == 1 else 2.0
    found = 0
    for box in boxes:
        for x, y, size in lights:
            step = (x - box.middle[0], y - box.middle[1])
            if np.hypot(*step) <= FAR * steady.shape[1] and _fits(box, size, slack):
                found = max(found, _explained(boxes, lights, step, steady.shape))
    return found > burning and (len(boxes) == 1 or found >= 2)


def _lights(steady: Grey) -> list[Light]:
    """Burnt-out spots of the steady picture, round as a lamp is."""
    bright = (steady >= BURNT).astype(np.uint8)
    count, _, stats, middles = cv2.connectedComponentsWithStats(bright)
    found = []
    for n in range(1, count):
        wide, high, area = (int(stats[n, key]) for key in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
        if area >= 4 and 0.5 <= wide / high <= 2 and area >= 0.55 * wide * high:
            found.append((float(middles[n][0]), float(middles[n][1]), float(np.sqrt(wide * high))))
    return found


def _fits(box: Box, size: float, slack: float) -> bool:
    usual = 0.62 * float(np.sqrt(box.size[0] * box.size[1]))
    return usual / slack - 1.5 <= size <= usual * slack + 1.5


def _explained(
    boxes: Sequence[Box],
    lights: Sequence[Light],
    step: tuple[float, float],
    shape: tuple[int, ...],
) -> int:
    """How many zones stand around a light after this step; 0 where that is less than most of those in the picture."""
    hits = inside = 0
    for box in boxes:
        x, y = box.middle[0] + step[0], box.middle[1] + step[1]
        if not (0 <= x < shape[1] and 0 <= y < shape[0]):
            continue
        inside += 1
        reach = 0.35 * max(box.size) + 1
        hits += any(abs(x - u) <= reach and abs(y - v) <= reach and _fits(box, size, 2.0) for u, v, size in lights)
    return hits if hits >= 0.6 * inside else 0
