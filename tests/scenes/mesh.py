"""Solid shapes built from tapered boxes, flat decals and balls.

Local axes of a mesh, in metres: x to its right, y forward, z up, origin on the ground under its centre. Colours are
blue, green, red, 0-255.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Colour = tuple[float, float, float]
SIDES = ("left", "right", "front", "rear", "top")


@dataclass(frozen=True)
class Face:
    """One flat polygon; `glow` is "head" or "tail" for lamps that shine at night, "window" for lit windows."""

    first: int
    count: int
    part: int
    colour: Colour
    gloss: float = 0.0
    glow: str = ""


@dataclass(frozen=True)
class Ball:
    """A head or helmet: always drawn as a disc."""

    vertex: int
    radius: float
    part: int
    colour: Colour


@dataclass(frozen=True)
class Mesh:
    """Vertices (n, 3) with the faces over them; parts are drawn by level, then far to near."""

    vertices: Array
    faces: list[Face]
    balls: list[Ball]
    normals: Array  # (faces, 3), outward
    centres: Array  # (faces, 3)
    part_level: NDArray[np.int64]
    part_centre: Array  # (parts, 3)
    size: tuple[float, float, float]  # length, width, height
    hull: Array  # (m, 3) corner points that carry the shadow

    @cached_property
    def part_faces(self) -> list[list[int]]:
        """Numbers of each part's faces, in drawing order."""
        return [[n for n, f in enumerate(self.faces) if f.part == part] for part in range(len(self.part_level))]

    @cached_property
    def paints(self) -> tuple[Array, Array]:
        """Colours (faces, 3) and gloss (faces, 1)."""
        return np.array([f.colour for f in self.faces]), np.array([f.gloss for f in self.faces])[:, None]


@dataclass
class MeshBuilder:
    """Collects boxes, decals and balls, then freezes them with `build`."""

    vertices: list[Sequence[float]] = field(default_factory=list)
    faces: list[Face] = field(default_factory=list)
    balls: list[Ball] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    hull: list[Sequence[float]] = field(default_factory=list)

    def polygon(self, points: Sequence[Sequence[float]], colour: Colour, gloss: float = 0.0, glow: str = "") -> None:
        """Add one polygon to the newest part; corners run counter-clockwise seen from outside."""
        first = len(self.vertices)
        self.vertices.extend(points)
        self.faces.append(Face(first, len(points), len(self.levels) - 1, colour, gloss, glow))

    def box(
        self,
        span: tuple[float, float, float, float],  # rear y, front y, bottom z, top z
        widths: tuple[float, float],  # bottom, top
        colour: Colour,
        *,
        taper: tuple[float, float] = (0.0, 0.0),  # how much shorter the top is at the rear and the front
        x: float = 0.0,
        level: int = 0,
        gloss: float = 0.0,
        tints: dict[str, Colour] | None = None,
    ) -> dict[str, list[Sequence[float]]]:
        """A tapered box as a new part; returns each side's corners (bottom left first) for decals."""
        y0, y1, z0, z1 = span
        low, high = widths[0] / 2, widths[1] / 2
        base = {k: (x + sx * low, y, z0) for k, sx, y in _corners(y0, y1)}
        lid = {k: (x + sx * high, y, z1) for k, sx, y in _corners(y0 + taper[0], y1 - taper[1])}
        sides: dict[str, list[Sequence[float]]] = {
            "left": [base["fl"], base["rl"], lid["rl"], lid["fl"]],
            "right": [base["rr"], base["fr"], lid["fr"], lid["rr"]],
            "front": [base["fr"], base["fl"], lid["fl"], lid["fr"]],
            "rear": [base["rl"], base["rr"], lid["rr"], lid["rl"]],
            "top": [lid["rl"], lid["rr"], lid["fr"], lid["fl"]],
        }
        self.levels.append(level)
        for name in SIDES:
            self.polygon(sides[name], (tints or {}).get(name, colour), gloss)
        self.hull.extend([*base.values(), *lid.values()])
        return sides

    def decal(
        self,
        side: list[Sequence[float]],
        area: tuple[float, float, float, float],  # u0, u1, v0, v1: fractions of the side, from its bottom left
        colour: Colour,
        gloss: float = 0.0,
        glow: str = "",
    ) -> None:
        """Paint a rectangle on a side of the newest box."""
        bl, br, tr, tl = side
        u0, u1, v0, v1 = area
        corners = [
            tuple((bl[k] * (1 - u) + br[k] * u) * (1 - v) + (tl[k] * (1 - u) + tr[k] * u) * v for k in range(3))
            for u, v in ((u0, v0), (u1, v0), (u1, v1), (u0, v1))
        ]
        self.polygon(corners, colour, gloss, glow)

    def disc(self, x: float, centre: tuple[float, float], radius: float, colour: Colour) -> None:
        """A wheel's face: a disc in the plane of this x, at (y, z), that faces away from x = 0."""
        angles = np.linspace(0, 2 * np.pi, 14, endpoint=False) * (1 if x >= 0 else -1)
        y, z = centre
        self.polygon([(x, y + radius * np.cos(a), z + radius * np.sin(a)) for a in angles], colour)

    def ball(self, centre: tuple[float, float, float], radius: float, colour: Colour, level: int = 5) -> None:
        """A ball as a new part."""
        self.levels.append(level)
        self.balls.append(Ball(len(self.vertices), radius, len(self.levels) - 1, colour))
        x, y, z = centre
        around = [(dx, dy, dz) for dx in (-1, 1) for dy in (-1, 1) for dz in (-1, 1)]
        self.vertices.append(centre)
        self.hull.extend((x + radius * a * 0.6, y + radius * b * 0.6, z + radius * c * 0.6) for a, b, c in around)

    def build(self) -> Mesh:
        """Freeze into arrays."""
        vertices = np.array(self.vertices, dtype=float)
        first = np.array([f.first for f in self.faces])
        count = np.array([f.count for f in self.faces])
        start = vertices[first]
        normals = np.cross(vertices[first + 1] - start, vertices[first + count - 1] - start)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12
        corners = np.concatenate([np.arange(f.first, f.first + f.count) for f in self.faces])
        centres = np.add.reduceat(vertices[corners], np.cumsum(count) - count, axis=0) / count[:, None]
        owner = np.array([f.part for f in self.faces] + [b.part for b in self.balls])
        points = np.concatenate([centres, vertices[[b.vertex for b in self.balls]].reshape(-1, 3)])
        part_centre = np.zeros((len(self.levels), 3))
        np.add.at(part_centre, owner, points)
        part_centre /= np.bincount(owner, minlength=len(self.levels))[:, None]
        hull = np.array(self.hull, dtype=float)
        extent = hull.max(axis=0) - hull.min(axis=0)
        size = (float(extent[1]), float(extent[0]), float(hull[:, 2].max()))
        return Mesh(vertices, self.faces, self.balls, normals, centres, np.array(self.levels), part_centre, size, hull)


def _corners(y0: float, y1: float) -> list[tuple[str, float, float]]:
    """Rear and front, left and right: name, sign of x, y."""
    return [("rl", -1.0, y0), ("rr", 1.0, y0), ("fl", -1.0, y1), ("fr", 1.0, y1)]
