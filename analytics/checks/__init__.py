"""The register of checks: what can be asked of a clip, and what each answer holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.against_background import clean_picture
from analytics.checks.base import (
    Check,
    CheckUnavailable,
    CheckUnknown,
    ThresholdsInvalid,
    thresholds_replaced,
)
from analytics.checks.congestion import Congestion
from analytics.checks.crowd import Crowd
from analytics.checks.floating_rubbish import FloatingRubbish
from analytics.checks.high_water import HighWater
from analytics.checks.lane_intrusion import LaneIntrusion
from analytics.checks.loitering import Loitering
from analytics.checks.loitering_minibus import LoiteringMinibus
from analytics.checks.new_object import DumpedRubbish, NewObject, Obstruction
from analytics.checks.smoke_fire import SmokeFire
from analytics.checks.stopped_vehicle import StoppedVehicle
from analytics.checks.street_light_out import StreetLightOut
from analytics.checks.street_vendors import StreetVendors

__all__ = [
    "CHECKS",
    "MEASUREMENT_KEYS",
    "Check",
    "CheckUnavailable",
    "CheckUnknown",
    "ThresholdsInvalid",
    "check_for",
    "is_available",
    "thresholds_from",
]

MEASUREMENT_KEYS: Mapping[str, tuple[str, ...]] = {
    "stopped_vehicle": ("longest_dwell_s", "vehicles_stopped", "stops"),
    "loitering_minibus": ("longest_dwell_s", "vehicles_stopped", "stops"),
    "congestion": (
        "level_of_service",
        "occupancy",
        "flow_speed_kmh",
        "flow_speed_lengths_per_s",
        "vehicles_mean",
    ),
    "lane_intrusion": ("intrusions",),
    "floating_rubbish": ("cover_percent",),
    "high_water": ("water_share",),
    "crowd": ("people_mean", "people_max"),
    "loitering": ("visits",),
    "street_vendors": ("stalls", "longest_dwell_s"),
    "dumped_rubbish": ("new_objects",),
    "obstruction": ("new_objects",),
    "new_object": ("new_objects",),
    "street_light_out": ("dark_lamps",),
    "smoke_fire": ("share",),
}
"""Every check the design names, and what it measures (DESIGN section 6)."""

BUILT: tuple[Check, ...] = (
    StoppedVehicle(),
    LoiteringMinibus(),
    Congestion(),
    LaneIntrusion(),
    Crowd(),
    Loitering(),
    DumpedRubbish(),
    Obstruction(),
    NewObject(),
    StreetLightOut(),
    StreetVendors(),
    FloatingRubbish(reference=clean_picture),
    HighWater(reference=clean_picture),
    SmokeFire(),
)
CHECKS: Mapping[str, Check] = {check.slug: check for check in BUILT}
"""The checks this version can run, by slug."""


def is_available(slug: str) -> bool:
    """Whether ``slug`` can be run here."""
    return slug in CHECKS


def check_for(slug: str) -> Check:
    """The check of this slug.

    Raises:
        CheckUnavailable: the design names it, this version cannot run it.
        CheckUnknown: nobody knows it.
    """
    if slug in CHECKS:
        return CHECKS[slug]
    if slug in MEASUREMENT_KEYS:
        raise CheckUnavailable(f"the check {slug} is not implemented", check=slug)
    raise CheckUnknown(f"unknown check {slug!r}, known are {', '.join(MEASUREMENT_KEYS)}", check=slug)


def thresholds_from(slug: str, given: Mapping[str, Any]) -> Any:
    """The check's thresholds with ``given`` in place of its defaults.

    Raises:
        ThresholdsInvalid: a name or value that cannot be used (says which and why).
        CheckUnavailable, CheckUnknown: as ``check_for``.
    """
    return thresholds_replaced(check_for(slug).defaults, given)
