"""How full a road is and how its traffic moves: the figures of one clip that ``congestion`` judges by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from analytics.checks.base import Range
from analytics.checks.congestion_sentences import CongestionSentences
from analytics.checks.density import density_of, vehicles_in
from analytics.creep import stays_of
from analytics.detections import iou_matrix
from analytics.flow import Burst, Motion, metres_per_s
from analytics.frames import Survey
from analytics.slots import Slot, SlotRules, in_zones
from analytics.zones import WHOLE_PICTURE, Zone

LENGTH_M = 4.5
"""A passenger car; turns lengths/s into the km/h that the level of service is defined in."""

LEVELS_KMH = (("A", 80.0), ("B", 40.0), ("C", 30.0), ("D", 25.0), ("E", 15.0))
"""KM 14/2006, urban roads: the lowest speed of each level; below the last it is F."""


@dataclass(frozen=True, slots=True)
class CongestionThresholds:
    """Figures of the check.

    ``min_vehicles``: fewer at once are no jam; ``min_in_zone`` the same in a drawn road, which may be one lane
    that a pole camera sees 40 m of. ``min_occupancy``: of a drawn road zone; ``min_crowding``: of the
    carriageway where no zone is drawn (free flow covers a sixth of it at any time, measured on a motorway).
    ``jam_lps``: lengths/s up to which traffic is slow: .6 is 10 km/h, well inside F (< 15 km/h, KM 14/2006).
    ``flow_lps``: from here it flows: 1.0 is 16 km/h. ``dense_share``, ``slow_share``: of the clip for which it
    must hold. ``creep_lps``: slower is standing. ``creep_share``: of the followed vehicles that must have
    crept; ``stood_share``: of those in sight that may have kept their place all along. ``two_cycles_s``: two
    signal cycles (research: 120-180 s). ``least_s``: shorter clips are judged only where traffic clearly flows
    (design, issue 2), ones under ``flow_s`` not even then: a jam lurches. ``least_looks``: fewer pictures deny
    nothing. ``min_confidence`` of a box.
    """

    min_vehicles: int = field(default=6, metadata={"range": Range(2, 200)})
    min_in_zone: int = field(default=3, metadata={"range": Range(2, 200)})
    min_occupancy: float = field(default=0.3, metadata={"range": Range(0.01, 1)})
    min_crowding: float = field(default=0.3, metadata={"range": Range(0.05, 1)})
    jam_lps: float = field(default=0.6, metadata={"range": Range(0.05, 3)})
    flow_lps: float = field(default=1.0, metadata={"range": Range(0.1, 10)})
    creep_lps: float = field(default=0.04, metadata={"range": Range(0.005, 0.5)})
    creep_share: float = field(default=0.2, metadata={"range": Range(0, 1)})
    stood_share: float = field(default=0.5, metadata={"range": Range(0, 1)})
    dense_share: float = field(default=0.7, metadata={"range": Range(0.3, 1)})
    slow_share: float = field(default=0.75, metadata={"range": Range(0.3, 1)})
    two_cycles_s: float = field(default=120.0, metadata={"range": Range(30, 900)})
    least_s: float = field(default=20.0, metadata={"range": Range(5, 600)})
    flow_s: float = field(default=10.0, metadata={"range": Range(0, 600)})
    least_looks: int = field(default=6, metadata={"range": Range(2, 1000)})
    min_confidence: float = field(default=0.25, metadata={"range": Range(0.05, 0.95)})
    classes: frozenset[str] = frozenset({"car", "truck", "bus", "motorcycle", "angkot", "minibus", "van"})


class Traffic(CongestionSentences):
    """The figures of one clip: who is traffic, how full it is, how fast."""

    def __init__(
        self, survey: Survey, bursts: Sequence[Burst], zones: Sequence[Zone], rules: CongestionThresholds
    ) -> None:
        self.survey, self.zones, self.rules = survey, zones, rules
        self.density = density_of(survey, zones, rules.classes, rules.min_confidence)
        self.slots = [] if survey.is_still else in_zones(stays_of(survey, rules.classes, SlotRules()), zones)
        self.bursts = [self._in_zone(burst) for burst in bursts]

    def _in_zone(self, burst: Burst) -> Burst:
        motions = tuple(m for m in burst.motions if any(zone.holds(m.box[None, :])[0] for zone in self.zones))
        away = np.any([zone.holds(burst.gone) for zone in self.zones], axis=0)
        return Burst(burst.t_s, vehicles_in(burst.vehicles, self.zones), motions, burst.step_s, burst.gone[away])

    @property
    def enough(self) -> int:
        return self.rules.min_vehicles if self.whole_picture else self.rules.min_in_zone

    @property
    def whole_picture(self) -> bool:
        return self.zones[0].name == WHOLE_PICTURE

    @cached_property
    def all_along(self) -> list[Slot]:
        """Those that stood (nearly) the whole clip."""
        return [slot for slot in self.slots if slot.dwell_s >= 0.8 * self.survey.span_s > 0]

    @cached_property
    def parked(self) -> list[Slot]:
        """Those that never move while others do, and the few that stand where nobody else is: no traffic."""
        if len(self.all_along) < self.enough:
            return self.all_along
        movers = [m for burst in self.bursts for m in burst.motions if m.lengths_per_s >= self.rules.flow_lps / 2]
        crept = [m for m in movers if m.lengths_per_s < self.rules.flow_lps]
        # In a jam nothing flows: what stands there all along is its densest part.
        return self.all_along if len(movers) >= 2 and len(movers) > 2 * len(crept) else []

    @cached_property
    def traffic(self) -> list[list[Motion]]:
        """Per burst, the followed vehicles that are not parked."""
        return [[m for m in burst.motions if not self._is_parked(m)] for burst in self.bursts]

    def _is_parked(self, motion: Motion) -> bool:
        if not self.parked or motion.lengths_per_s > self.rules.creep_lps:
            return False
        places = np.stack([slot.box for slot in self.parked])
        return bool(iou_matrix(motion.box[None, :], places).max() >= 0.4)

    @cached_property
    def speeds(self) -> list[float]:
        return [m.lengths_per_s for motions in self.traffic for m in motions]

    @property
    def flow_lps(self) -> float | None:
        return float(np.median(self.speeds)) if self.speeds else None

    @property
    def flow_kmh(self) -> float | None:
        calibrated = [zone for zone in self.zones if zone.ground]
        found = [
            metres_per_s(motion, zone)
            for motions in self.traffic
            for motion in motions
            for zone in calibrated
            if zone.holds(motion.box[None, :])[0]
        ]
        known = [value for value in found if value is not None]
        return float(np.median(known)) * 3.6 if known else None

    @cached_property
    def states(self) -> list[str]:
        """Of each burst with at least two vehicles to follow: "flow", "slow" or "between"; "lost" where they were too
        fast for the rate."""
        found = [self._state(burst, motions) for burst, motions in zip(self.bursts, self.traffic, strict=True)]
        return [state for state in found if state is not None]

    def _state(self, burst: Burst, motions: Sequence[Motion]) -> str | None:
        if burst.is_lost:
            return "lost"
        if len(motions) < 2:
            return None
        median = np.median([motion.lengths_per_s for motion in motions])
        return "flow" if median >= self.rules.flow_lps else "slow" if median <= self.rules.jam_lps else "between"

    @property
    def too_sparse(self) -> bool:
        """Whether the footage has too few pictures a second to measure speed."""
        return not self.bursts or self.state_share("lost") >= 0.5

    def state_share(self, state: str) -> float:
        return self.states.count(state) / len(self.states) if self.states else 0.0

    @cached_property
    def dense(self) -> Any:
        """``(T,)``: samples in which the road is full: enough vehicles, or two that leave no room for a third."""
        if self.whole_picture:
            return (self.moving >= self.enough) & (self.density.crowding >= self.rules.min_crowding)
        packed = (self.moving >= 2) & (self.density.occupancy >= 2 * self.rules.min_occupancy)
        return packed | ((self.moving >= self.enough) & (self.density.occupancy >= self.rules.min_occupancy))

    @property
    def moving(self) -> Any:
        """``(T,)``: vehicles that are part of the traffic."""
        parked = np.sum([slot.present for slot in self.parked], axis=0) if self.parked else 0
        return np.maximum(self.density.vehicles - parked, 0)

    @property
    def stood(self) -> float:
        """Vehicles that never left their place, as a share of those in sight. A swaying camera makes them creep."""
        return len(self.all_along) / max(1.0, float(self.density.vehicles.mean()))

    @property
    def crept(self) -> float:
        """Share of the followed vehicles that moved, but slowly."""
        slow = [self.rules.creep_lps <= speed < self.rules.flow_lps for speed in self.speeds]
        return float(np.mean(slow)) if slow else 0.0

    def level_of_service(self) -> str | None:
        """KM 14/2006 by speed; a road that is not full is at worst D, whatever its few drivers do."""
        if self.survey.is_still:
            return None
        if self.moving.mean() < 0.5:
            return "A"
        kmh = self.flow_kmh
        if kmh is None and self.flow_lps is not None:
            kmh = self.flow_lps * LENGTH_M * 3.6
        if kmh is None:
            return None
        level = next((name for name, slowest in LEVELS_KMH if kmh >= slowest), "F")
        return min(level, "D") if self.dense.mean() < 0.3 else level

    def measurements(self) -> dict[str, Any]:
        lps, kmh = self.flow_lps, self.flow_kmh
        return {
            "level_of_service": self.level_of_service(),
            "occupancy": round(float(self.density.occupancy.mean()), 4),
            "flow_speed_kmh": None if kmh is None else round(kmh, 1),
            "flow_speed_lengths_per_s": None if lps is None else round(lps, 2),
            "vehicles_mean": round(float(self.density.vehicles.mean()), 2),
        }
