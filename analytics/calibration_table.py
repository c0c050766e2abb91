"""Counted by ``python -m tests.scoreboard.calibrate`` on choosing seeds; not written by hand."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.calibration import Calibration, Curve

TABLE: Mapping[str, Calibration] = {
    "congestion": Calibration(
        version="4",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(raw=(0.9487,), right=(0.9957,), answers=24),
            "CONTRADICTED": Curve(raw=(0.6799,), right=(0.9964,), answers=21),
        },
    ),
    "lane_intrusion": Calibration(
        version="2",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(raw=(0.7284, 0.8671), right=(0.9597, 0.9953), answers=43),
            "CONTRADICTED": Curve(raw=(0.7277, 0.7367), right=(0.9593, 0.9964), answers=42),
        },
    ),
    "loitering_minibus": Calibration(
        version="3",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(raw=(0.8937, 0.9429, 0.9566), right=(0.951, 0.9942, 0.9942), answers=49),
            "CONTRADICTED": Curve(raw=(0.5526, 0.7643), right=(0.9961, 0.9961), answers=39),
        },
    ),
    "stopped_vehicle": Calibration(
        version="1",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(raw=(0.9092,), right=(0.9956,), answers=23),
            "CONTRADICTED": Curve(raw=(0.7614,), right=(0.9959,), answers=18),
        },
    ),
}
