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
    "crowd": Calibration(
        version="4",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(raw=(0.8728, 0.9568), right=(0.9571, 0.9988), answers=36),
            "CONTRADICTED": Curve(raw=(0.7143,), right=(0.9944,), answers=7),
        },
    ),
    "dumped_rubbish": Calibration(
        version="4",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={"SUPPORTED": Curve(raw=(0.6985, 0.8278), right=(0.9986, 0.9986), answers=30)},
    ),
    "floating_rubbish": Calibration(
        version="6",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(raw=(0.9268,), right=(0.9991,), answers=28),
            "CONTRADICTED": Curve(raw=(0.8,), right=(0.9965,), answers=15),
        },
    ),
    "high_water": Calibration(
        version="10",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(raw=(0.7738, 0.85, 0.9249), right=(0.9988, 0.9988, 0.9988), answers=58),
            "CONTRADICTED": Curve(raw=(0.8407,), right=(0.9979,), answers=28),
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
    "loitering": Calibration(
        version="3",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(
                raw=(0.7157, 0.8258, 0.8615, 0.8823, 0.9114, 0.9441),
                right=(0.9986, 0.9986, 0.9986, 0.9986, 0.9986, 0.9986),
                answers=97,
            ),
            "CONTRADICTED": Curve(
                raw=(0.5598, 0.6206, 0.7088, 0.8593), right=(0.9771, 0.9771, 0.997, 0.997), answers=74
            ),
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
    "new_object": Calibration(
        version="4",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={"SUPPORTED": Curve(raw=(0.71, 0.8162, 0.9291), right=(0.9986, 0.9986, 0.9986), answers=45)},
    ),
    "obstruction": Calibration(
        version="4",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={"SUPPORTED": Curve(raw=(0.6776, 0.7967, 0.9057), right=(0.9987, 0.9987, 0.9987), answers=49)},
    ),
    "stopped_vehicle": Calibration(
        version="1",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(raw=(0.9092,), right=(0.9956,), answers=23),
            "CONTRADICTED": Curve(raw=(0.7614,), right=(0.9959,), answers=18),
        },
    ),
    "street_light_out": Calibration(
        version="3",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(raw=(0.8958, 0.93), right=(0.9988, 0.9988), answers=56),
            "CONTRADICTED": Curve(raw=(0.9,), right=(0.9971,), answers=39),
        },
    ),
}
