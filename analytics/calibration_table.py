"""Counted by ``python -m tests.scoreboard.calibrate`` on choosing seeds; not written by hand."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.calibration import Calibration

TABLE: Mapping[str, Calibration] = {}
