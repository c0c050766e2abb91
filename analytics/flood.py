"""How much of a place stands under water, and how sure that is: figures of one picture, and of a clip's pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from analytics.detections import Detections
from analytics.water import Mask, Plane, Waters, boxes_mask, zone_mask
from analytics.zones import WHOLE_PICTURE, Zone
from cameras.footage.frame import Picture

WADERS = frozenset(
    {"person", "car", "truck", "bus", "motorcycle", "bicycle", "angkot", "minibus", "van", "bajaj", "dog"}
)
HIDES = WADERS | {"boat", "train", "umbrella"}
IS_WATER, SURELY_WATER = 0.5, 0.6
BURNT = 250
WADER_CONFIDENCE = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class ZoneView:
    """One zone in one picture.

    ``share``: of what is seen of the zone, under water, 0-1; ``sure``: the same, of what is surely water. ``doubt``:
    share of it where the network is undecided.
    ``seen``: share of the zone that nothing stands before. ``luma``: its median grey 0-255; ``burnt``: share of pixels
    at the sensor's limit. ``waders``: people and vehicles that stand in the water.
    """

    share: float
    sure: float
    doubt: float
    seen: float
    luma: float
    burnt: float
    waders: int


def zone_view(picture: Picture, found: Waters, detections: Detections, zone: Zone) -> ZoneView:
    """What one picture says of one zone. In a whole picture what stands before the water counts as no water."""
    area = zone_mask(zone, found.water.shape)
    hidden = boxes_mask(detections.of(HIDES, WADER_CONFIDENCE).xyxy, found.water.shape)
    free = area if zone.name == WHOLE_PICTURE else area & ~hidden
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, found.water.shape[::-1], interpolation=cv2.INTER_AREA)
    if not area.any() or not free.any():
        return ZoneView(0.0, 0.0, 1.0, 0.0, float(np.median(small)), 0.0, 0)
    inside = found.water[free]
    return ZoneView(
        share=float((inside > IS_WATER).mean()),
        sure=float((inside > SURELY_WATER).mean()),
        doubt=float((np.abs(inside - IS_WATER) < 0.15).mean()),
        seen=float((area & ~hidden).sum() / area.sum()),
        luma=float(np.median(small[area])),
        burnt=float((small[area] >= BURNT).mean()),
        waders=_waders(found.water, detections, zone),
    )


LARGE, MOSTLY = 0.25, 0.75
"""Share of the picture from which a box is doubted, and share of it that looks like water if it is no thing at all."""


def not_water_itself(detections: Detections, found: Waters) -> Detections:
    """Without large boxes in which the network sees little but water: a detector takes a whole river for a vehicle, a
    vehicle that stands before one is no water."""
    boxes = detections.xyxy
    large = np.prod(np.clip(boxes[:, 2:] - boxes[:, :2], 0, 1), axis=1) >= LARGE
    wet = [is_large and _wet_share(box, found.water) >= MOSTLY for box, is_large in zip(boxes, large, strict=True)]
    return detections.only(~np.asarray(wet, bool))


def _wet_share(box: npt.NDArray[np.float32], water: Plane) -> float:
    inside = boxes_mask(box[None], water.shape)
    return float((water[inside] > IS_WATER).mean()) if inside.any() else 0.0


def _waders(water: Plane, detections: Detections, zone: Zone) -> int:
    """Objects of the zone with water on both sides of their feet: what stands before a pond has ground on one."""
    standing = detections.of(WADERS, WADER_CONFIDENCE)
    standing = standing.only(zone.holds(standing.xyxy))
    return sum(_wet_footed(water, box) for box in standing.xyxy)


def _wet_footed(water: Plane, box: npt.NDArray[np.float32]) -> bool:
    height, width = water.shape
    x1, _, x2, y2 = box
    if y2 > 0.985:  # cut by the border: its feet are not in the picture
        return False
    reach = max(0.012, 0.3 * (x2 - x1))
    row = min(height - 1, int((y2 + 0.01) * height))
    sides = [water[row, min(width - 1, max(0, int(x * width)))] for x in (x1 - reach, x2 + reach, (x1 + x2) / 2)]
    return bool(min(sides) > IS_WATER)


COLOURLESS = 1.5
"""Grey levels between a pixel's colours, the mean over a picture. A camera that sees by infrared sends exact greys,
at most one level apart after compression; the greyest of our real clips of a day has 2.7, of 165 photos 7.7."""


def is_colourless(pictures: Sequence[Picture]) -> bool:
    """Whether the camera sees by infrared, as at night, however bright its pictures are."""
    apart = [(np.ptp(picture[::4, ::4].astype(np.int16), axis=2)).mean() for picture in pictures]
    return bool(apart) and float(np.median(apart)) < COLOURLESS


def trend_per_minute(times_s: Sequence[float], shares: Sequence[float]) -> float | None:
    """Theil-Sen slope of the share per minute; None with fewer than five pictures or less than half a minute."""
    if len(times_s) < 5 or times_s[-1] - times_s[0] < 30:
        return None
    pairs = combinations(zip(times_s, shares, strict=True), 2)
    return 60 * float(np.median([(b - a) / (t2 - t1) for (t1, a), (t2, b) in pairs if t2 > t1]))


@dataclass(frozen=True, slots=True)
class Rise:
    """Shares 0-1 at the beginning and at the end, and the slope between."""

    first: float
    last: float
    per_minute: float


def risen(times_s: Sequence[float], shares: Sequence[float], least: float) -> Rise | None:
    """By at least so much, and for good: not up and down."""
    slope = trend_per_minute(times_s, shares)
    third = max(1, len(shares) // 3)
    first, last = (float(np.median(part)) for part in (shares[:third], shares[-third:]))
    if slope is None or slope <= 0 or last - first < least:
        return None
    climbs = float(np.corrcoef(times_s, shares)[0, 1])
    return Rise(first, last, slope) if climbs > 0.8 else None


# -- The water line on a gauge ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """``under``: share 0-1 of the gauge's length under water; ``row``: where the line is, 0-1 of the picture.
    ``fits``: share of the gauge's pixels on the right side of it."""

    under: float
    row: float
    fits: float


def water_line(water: Plane, top_left: tuple[float, float], size: tuple[float, float], zone: Zone) -> Line:
    """The row that best parts dry gauge above from water below.

    ``water``: the plane of a part of the picture whose corner and size, in 0-1 of the picture, are given.
    """
    height, width = water.shape
    corners = [((x - top_left[0]) / size[0], (y - top_left[1]) / size[1]) for x, y in zone.polygon]
    points = np.clip(np.asarray(corners) * np.array([width, height]), 0, [width, height])
    area = cv2.fillPoly(np.zeros((height, width), np.uint8), [np.round(points).astype(np.int32)], 1) > 0
    rows = np.flatnonzero(area.any(axis=1))
    wet = np.array([(water[row][area[row]] > IS_WATER).sum() for row in rows], np.float64)
    whole = np.array([area[row].sum() for row in rows], np.float64)
    dry_above = np.concatenate([[0.0], np.cumsum(whole - wet)])
    wet_below = np.concatenate([np.cumsum(wet[::-1])[::-1], [0.0]])
    right = dry_above + wet_below
    # Of equal splits the middle one: a band the network leaves open is halved.
    best = round(float(np.mean(np.flatnonzero(right >= right.max() - 1e-9))))
    at = rows[0] + best * (rows[-1] + 1 - rows[0]) / len(rows)
    return Line(1 - best / len(rows), top_left[1] + float(at) / height * size[1], float(right.max() / whole.sum()))


def around(zone: Zone, margin: float = 1.0) -> tuple[tuple[float, float], tuple[float, float]]:
    """Corner and size (0-1) of a part of the picture around the zone, wide enough to show what it stands in."""
    x, y = np.asarray(zone.polygon).T
    half = max(np.ptp(x), np.ptp(y)) * (0.5 + margin)
    left, right = max(0.0, x.mean() - half), min(1.0, x.mean() + half)
    top, bottom = max(0.0, (y.min() + y.max()) / 2 - half), min(1.0, (y.min() + y.max()) / 2 + half)
    return (float(left), float(top)), (float(right - left), float(bottom - top))


def cut(picture: Picture, top_left: tuple[float, float], size: tuple[float, float]) -> Picture:
    height, width = picture.shape[:2]
    rows = slice(int(top_left[1] * height), max(int(top_left[1] * height) + 1, int((top_left[1] + size[1]) * height)))
    columns = slice(int(top_left[0] * width), max(int(top_left[0] * width) + 1, int((top_left[0] + size[0]) * width)))
    return np.ascontiguousarray(picture[rows, columns])


# -- Boxes for the stills -------------------------------------------------------------


def largest_parts(mask: Mask, most: int = 3, least: float = 0.004) -> list[tuple[float, float, float, float]]:
    """Boxes (0-1) around the largest connected parts of a mask, largest first."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    height, width = mask.shape
    order = sorted(range(1, count), key=lambda n: -int(stats[n, cv2.CC_STAT_AREA]))
    kept = [n for n in order if stats[n, cv2.CC_STAT_AREA] >= least * mask.size][:most]
    boxes = [(x / width, y / height, (x + w) / width, (y + h) / height) for x, y, w, h in (stats[n, :4] for n in kept)]
    return [cast("tuple[float, float, float, float]", tuple(float(value) for value in box)) for box in boxes]
