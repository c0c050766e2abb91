"""Counted by ``python -m tests.scoreboard.calibrate`` on choosing seeds; not written by hand."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.calibration import Calibration, Curve

TABLE: Mapping[str, Calibration] = {
    "congestion": Calibration(
        version="6",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(raw=(0.9155, 0.97), right=(0.9991, 0.9991), answers=34),
            "CONTRADICTED": Curve(raw=(0.6183, 0.7821), right=(0.998, 0.998), answers=33),
        },
    ),
    "crowd": Calibration(
        version="5",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(raw=(0.864, 0.9507), right=(0.9992, 0.9992), answers=38),
            "CONTRADICTED": Curve(raw=(0.6778,), right=(0.9969,), answers=9),
        },
    ),
    "dumped_rubbish": Calibration(
        version="5",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={"SUPPORTED": Curve(raw=(0.6943, 0.8021), right=(0.999, 0.999), answers=30)},
    ),
    "floating_rubbish": Calibration(
        version="7",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(raw=(0.9283,), right=(0.9993,), answers=23),
            "CONTRADICTED": Curve(raw=(0.8,), right=(0.9962,), answers=6),
        },
    ),
    "high_water": Calibration(
        version="13",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(raw=(0.783, 0.8984), right=(0.9992, 0.9992), answers=39),
            "CONTRADICTED": Curve(raw=(0.8689,), right=(0.9982,), answers=19),
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
        version="4",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(raw=(0.9148, 0.953), right=(0.9992, 0.9992), answers=40),
            "CONTRADICTED": Curve(raw=(0.575, 0.8507), right=(0.998, 0.998), answers=34),
        },
    ),
    "new_object": Calibration(
        version="5",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={"SUPPORTED": Curve(raw=(0.8258,), right=(0.9994,), answers=28)},
    ),
    "obstruction": Calibration(
        version="6",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={"SUPPORTED": Curve(raw=(0.7939,), right=(0.9994,), answers=28)},
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
        version="4",
        weights="45cd9ab4d118a9d780d9befb26d558ab4fd1f667cf3e5e3158fc00f96c557644",
        curves={
            "SUPPORTED": Curve(raw=(0.9163, 0.93), right=(0.9992, 0.9992), answers=38),
            "CONTRADICTED": Curve(raw=(0.9,), right=(0.9987,), answers=28),
        },
    ),
}
