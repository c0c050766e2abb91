"""Scenes of `high_water` and `floating_rubbish`: streets and rivers of `tests.waterscenes` whose water moves."""

from __future__ import annotations

from tests.scoreboard.case import Family

from .rising import HIGH_WATER
from .rubbish import FLOATING_RUBBISH

FAMILIES: tuple[Family, ...] = (HIGH_WATER, FLOATING_RUBBISH)
