"""How full a road is: vehicles, passenger-car units, and the share of it that they cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from analytics.detections import Detections
from analytics.frames import Survey
from analytics.slots import vehicles_of
from analytics.zones import Zone

MASK_WH = (320, 180)
PCU: Mapping[str, float] = {"motorcycle": 0.3, "bus": 1.3, "truck": 1.3}
"""Passenger-car units by MKJI 1997: motorcycles .25-.4, heavy vehicles 1.3, everything else 1."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """One row per sample, all ``(T,)``. ``vehicles``: count in the zones; ``units``: the same in pcu;
    ``occupancy``: share 0-1 of the zones that boxes cover; ``crowding``: share of the carriageway that they
    cover, the carriageway being all places where a vehicle was ever seen (it needs no drawn zone)."""

    vehicles: npt.NDArray[np.float64]
    units: npt.NDArray[np.float64]
    occupancy: npt.NDArray[np.float64]
    crowding: npt.NDArray[np.float64]


def vehicles_in(detections: Detections, zones: Sequence[Zone]) -> Detections:
    """Those that stand in any of the zones."""
    inside = np.zeros(len(detections), dtype=bool)
    for zone in zones:
        inside |= zone.holds(detections.xyxy)
    return detections.only(inside)


def density_of(survey: Survey, zones: Sequence[Zone], classes: frozenset[str], least: float) -> Density:
    """Measure every sample; ``least`` is the confidence a vehicle needs to count."""
    found = [vehicles_in(vehicles_of(sample, classes).of(classes, least), zones) for sample in survey.samples]
    road = np.any([_polygon(zone) for zone in zones], axis=0)
    covered = [_covered(vehicles) & road for vehicles in found]
    ever = np.any(covered, axis=0)
    return Density(
        np.array([len(vehicles) for vehicles in found], np.float64),
        np.array([sum(PCU.get(name, 1.0) for name in vehicles.names) for vehicles in found], np.float64),
        np.array([mask.sum() for mask in covered], np.float64) / max(1, int(road.sum())),
        np.array([mask.sum() for mask in covered], np.float64) / max(1, int(ever.sum())),
    )


def _polygon(zone: Zone) -> Mask:
    mask = np.zeros(MASK_WH[::-1], np.uint8)
    points = np.round(np.asarray(zone.polygon) * np.array(MASK_WH)).astype(np.int32)
    return np.asarray(cv2.fillPoly(mask, [points.reshape(-1, 1, 2)], 1), bool)


def _covered(vehicles: Detections) -> Mask:
    mask = np.zeros(MASK_WH[::-1], dtype=bool)
    for x1, y1, x2, y2 in np.clip(vehicles.xyxy, 0, 1):
        left, right = int(x1 * MASK_WH[0]), int(np.ceil(x2 * MASK_WH[0]))
        top, bottom = int(y1 * MASK_WH[1]), int(np.ceil(y2 * MASK_WH[1]))
        mask[top:bottom, left:right] = True
    return mask
