"""The scenes, a module per group of checks."""

from __future__ import annotations

from tests.scoreboard.case import Family

FAMILIES: tuple[Family, ...] = ()
