"""Advertising boards that show a vehicle as large as life: a picture of one, not one."""

from __future__ import annotations

import numpy as np

from tests.scenes import MAKERS
from tests.scenes.mesh import Array, Colour, Mesh, MeshBuilder
from tests.scoreboard.stage.bodies import Thing, lying

PAPERS: tuple[Colour, ...] = ((225, 225, 228), (190, 170, 150), (110, 160, 200), (90, 90, 95))


def vehicle_board(rng: np.random.Generator, kind: str, spot: tuple[float, float]) -> Thing:
    """A board on posts at a ground point (metres), turned to the camera, with a vehicle's photograph."""
    shape = MAKERS[kind](np.random.default_rng([int(rng.integers(1 << 30)), 5]))
    return lying(_board(rng, shape), spot)


def _board(rng: np.random.Generator, shape: Mesh) -> Mesh:
    turn, scale = float(rng.uniform(-0.6, 0.6)), float(rng.uniform(0.8, 1.1))
    polygons = _photograph(shape, turn, scale)
    points = np.concatenate([flat for flat, _ in polygons])
    low, high = points.min(axis=0), points.max(axis=0)
    wide, foot = float(high[0] - low[0]) + 0.5, float(rng.uniform(0.2, 1.4))
    b = MeshBuilder()
    b.box((0.0, 0.12, 0.0, foot), (0.12, 0.12), (95, 95, 98))
    b.box((0.0, 0.12, foot, foot + float(high[1] - low[1]) + 0.5), (wide, wide), PAPERS[rng.integers(4)], level=1)
    for flat, colour in polygons:
        middle = flat - np.array([(low[0] + high[0]) / 2, low[1] - 0.25])
        b.polygon([(x, -0.01, foot + z) for x, z in middle], colour)
    return b.build()


def _photograph(shape: Mesh, turn: float, scale: float) -> list[tuple[Array, Colour]]:
    """What is seen of a shape from behind and a little above: flat polygons in metres, far to near, shaded."""
    cos, sin, dip = np.cos(turn), np.sin(turn), 0.2
    right, back = np.array([cos, sin, 0.0]), np.array([-sin, cos, 0.0])
    up = np.array([0, 0, 1.0]) * np.cos(dip) + back * np.sin(dip)
    towards = np.array([0, 0, 1.0]) * np.sin(dip) - back * np.cos(dip)
    order = np.lexsort((shape.part_centre @ towards, shape.part_level))
    out: list[tuple[Array, Colour]] = []
    for part in order:
        for n in shape.part_faces[int(part)]:
            if shape.normals[n] @ towards <= 0.02:
                continue
            face = shape.faces[n]
            corners = shape.vertices[face.first : face.first + face.count]
            shade = 0.72 + 0.28 * float(shape.normals[n][2]) + 0.1 * float(shape.normals[n] @ towards)
            colour = tuple(min(250.0, value * shade) for value in face.colour)
            out.append((np.stack([corners @ right, corners @ up], 1) * scale, colour))  # type: ignore[arg-type]
    return out
