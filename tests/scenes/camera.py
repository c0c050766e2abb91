"""Pinhole camera over a flat ground.

World axes, in metres: x to the right across the road, y away from the camera along the road, z up. The ground is
z = 0. Picture axes, in pixels: u to the right, v down, origin at the top left corner.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
NEAR_M = 0.6


@dataclass(frozen=True)
class Camera:
    """Where the camera hangs and how it looks: metres, degrees, pixels."""

    x: float = 0.0
    height: float = 8.0
    yaw_deg: float = 0.0  # positive turns to the right
    tilt_deg: float = 22.0  # positive looks down
    focal_px: float = 600.0
    width: int = 640
    rows: int = 360

    @cached_property
    def position(self) -> Array:
        """World position, metres (x, y, z)."""
        return np.array([self.x, 0.0, self.height])

    @cached_property
    def axes(self) -> Array:
        """Rows: right, down and forward, as unit vectors in world axes."""
        yaw, tilt = np.radians(self.yaw_deg), np.radians(self.tilt_deg)
        right = np.array([np.cos(yaw), -np.sin(yaw), 0.0])
        forward = np.array([np.sin(yaw) * np.cos(tilt), np.cos(yaw) * np.cos(tilt), -np.sin(tilt)])
        return np.stack([right, np.cross(forward, right), forward])

    @cached_property
    def intrinsics(self) -> Array:
        """3 x 3 matrix from camera axes (metres) to homogeneous pixels."""
        return np.array([[self.focal_px, 0, self.width / 2], [0, self.focal_px, self.rows / 2], [0, 0, 1.0]])

    def to_camera(self, points: Array) -> Array:
        """World points (n, 3) in camera axes (right, down, forward), metres."""
        return (points - self.position) @ self.axes.T

    def to_picture(self, seen: Array) -> Array:
        """Camera-axes points (n, 3), all in front of the camera, as pixels (n, 2)."""
        return seen[:, :2] * (self.focal_px / seen[:, 2:3]) + np.array([self.width / 2, self.rows / 2])

    def project(self, points: Array) -> Array:
        """World points (n, 3) in front of the camera as pixels (n, 2)."""
        return self.to_picture(self.to_camera(points))

    def ground_matrix(self) -> Array:
        """Homography from ground metres (x, y, 1) to homogeneous pixels."""
        shift = np.array([[1.0, 0, -self.x], [0, 1.0, 0], [0, 0, -self.height]])
        return self.intrinsics @ self.axes @ shift

    def ground_at(self, u: float, v: float) -> tuple[float, float] | None:
        """Ground point (x, y) in metres under a pixel, or None at and above the horizon."""
        ray = np.linalg.inv(self.intrinsics) @ np.array([u, v, 1.0]) @ self.axes
        if ray[2] >= -1e-6:
            return None
        scale = -self.height / ray[2]
        return float(self.x + ray[0] * scale), float(ray[1] * scale)

    def ground_polygon(self, corners: list[tuple[float, float]]) -> list[list[float]]:
        """A convex ground polygon (metres) as a picture polygon in 0-1, cut at the picture's border."""
        points = np.array([[x, y, 0.0] for x, y in corners])
        seen = clip_half_space(self.to_camera(points), np.array([0, 0, 1.0]), NEAR_M)
        if len(seen) < 3:
            return []
        flat = self.to_picture(seen) / np.array([self.width, self.rows])
        for normal, offset in (([1.0, 0], 0.0), ([-1.0, 0], -1.0), ([0, 1.0], 0.0), ([0, -1.0], -1.0)):
            flat = clip_half_space(flat, np.array(normal), offset)
            if len(flat) < 3:
                return []
        return [[round(float(np.clip(x, 0, 1)), 4), round(float(np.clip(y, 0, 1)), 4)] for x, y in flat]


def clip_half_space(points: Array, normal: Array, offset: float) -> Array:
    """The part of a convex polygon (n, d) where normal . p >= offset (Sutherland-Hodgman)."""
    side = points @ normal - offset
    kept: list[Array] = []
    for i in range(len(points)):
        j = (i + 1) % len(points)
        if side[i] >= 0:
            kept.append(points[i])
        if (side[i] >= 0) != (side[j] >= 0):
            kept.append(points[i] + (points[j] - points[i]) * (side[i] / (side[i] - side[j])))
    return np.array(kept).reshape(-1, points.shape[1])
