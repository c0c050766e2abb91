"""The scenes, a module per group of checks."""

from __future__ import annotations

from tests.scoreboard.case import Family
from tests.scoreboard.families import fires, lamps, objects, people, traffic, vendors, water

FAMILIES: tuple[Family, ...] = (
    *traffic.FAMILIES,
    *people.FAMILIES,
    *objects.FAMILIES,
    *lamps.FAMILIES,
    *vendors.FAMILIES,
    *fires.FAMILIES,
    *water.FAMILIES,
)
