"""A place against its own picture of ordinary days: what is wet now and was not, and whether its ground still shows.

The network takes some dry ground for water (even, grey, far away), and always the same ground: so what it says of a
camera's clean picture is taken off what it says now. And where the ground's own pattern (markings, joints, patches) is
seen as on dry days, no water stands on it, whatever it looks like.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from analytics.detections import Detections
from analytics.flood import HIDES, IS_WATER, WADER_CONFIDENCE
from analytics.ripples import fine_pattern, pattern_alike
from analytics.sample import Grey
from analytics.water import Mask, Waters, boxes_mask, zone_mask
from analytics.zones import Zone
from cameras.footage.frame import Picture


@dataclass(frozen=True, slots=True, eq=False)
class DryDay:
    """A camera's clean picture (BGR, the same view in like light) and what the network sees in it. ``is_of_last_days``:
    nobody vouched for it; water that has stood for days stands in it as well."""

    picture: Picture
    found: Waters
    is_of_last_days: bool = False


@dataclass(frozen=True, slots=True)
class Against:
    """``usual``: share 0-1 of the zone that looks like water on ordinary days. ``fresh``: share that does now and did
    not, a figure a picture. ``ground``: correlation of the ground's fine pattern then and now, the median of the
    pictures; None where the clean picture has no pattern there."""

    usual: float
    fresh: tuple[float, ...]
    ground: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One picture of now: BGR, what the network sees in it, what stands before the ground."""

    picture: Picture
    found: Waters
    detections: Detections


def against(looks: Sequence[Look], dry: DryDay, zone: Zone) -> Against:
    """``looks``: at least one, of the same view as ``dry``."""
    area = zone_mask(zone, looks[0].found.water.shape)
    usual = usually_wet(dry, area.shape)
    grounds = [ground for look in looks if (ground := ground_alike(look, dry.picture, zone)) is not None]
    return Against(
        usual=float(usual[area].mean()) if area.any() else 0.0,
        fresh=tuple(_fresh(look, usual, area) for look in looks),
        ground=float(np.median(grounds)) if grounds else None,
    )


def usually_wet(dry: DryDay, shape: tuple[int, ...]) -> Mask:
    """What looks like water in the clean picture, ``(h, w)`` of this shape."""
    return np.asarray(cv2.resize(dry.found.water, shape[1::-1], interpolation=cv2.INTER_LINEAR) > IS_WATER)


def _fresh(look: Look, usual: Mask, area: Mask) -> float:
    free = area & ~_hidden(look.detections, area.shape)
    return float(((look.found.water > IS_WATER) & ~usual)[free].mean()) if free.any() else 0.0


MOSTLY_HIDDEN = 0.4
"""Share of the pictures; a median over them shows the ground where less stands before it."""


def hidden_mostly(looks: Sequence[Look], shape: tuple[int, ...]) -> Mask:
    """``(h, w)`` of this shape: where something stands before the ground too often for a median to see past it."""
    return np.asarray(np.mean([_hidden(look.detections, shape) for look in looks], axis=0) > MOSTLY_HIDDEN)


def tinge(looks: Sequence[Look], dry: DryDay, place: Mask) -> float:
    """By how much more the network leans towards water in the place than it did on dry days, -1 to 1: of muddy water it
    is rarely sure, and never as sure as before that it is ground. ``place``: ``(h, w)`` of any size over the whole
    picture. A clip of 704 by 576 and its background, kept 640 wide, give planes one row apart."""
    if not place.any():
        return 0.0
    planes = np.median(np.stack([look.found.water for look in looks]), axis=0), dry.found.water
    now, then = (cv2.resize(plane, place.shape[::-1], interpolation=cv2.INTER_LINEAR) for plane in planes)
    return float((now - then)[place].mean())


def ground_alike(look: Look, clean: Picture, zone: Zone) -> float | None:
    """Correlation (-1 to 1) of the zone's fine pattern with that of the clean picture, what stands there left out."""
    now = fine_pattern(_grey(look.picture))
    then = fine_pattern(_grey(np.asarray(cv2.resize(clean, look.picture.shape[1::-1]), np.uint8)))
    free = zone_mask(zone, now.shape) & ~_hidden(look.detections, now.shape)
    return pattern_alike(then, now, free)


def _hidden(detections: Detections, shape: tuple[int, ...]) -> Mask:
    return boxes_mask(detections.of(HIDES, WADER_CONFIDENCE).xyxy, shape)


def _grey(picture: Picture) -> Grey:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
