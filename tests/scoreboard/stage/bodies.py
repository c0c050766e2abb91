"""People who come, stand about, sit, pass and carry things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tests.scenes import Actor, Track
from tests.scenes.camera import Array
from tests.scenes.mesh import Mesh
from tests.scenes.scene import _stepping

if TYPE_CHECKING:
    from .views import View

Spot = tuple[float, float]
WALK_MPS = (1.0, 1.5)


@dataclass(frozen=True)
class Path(Track):
    """A track that looks where it goes, and shifts its weight where it stands: nobody alive stands like a post."""

    seed: int = 0
    fidget_m: float = 0.05

    def at(self, t: float) -> tuple[float, float, float] | None:
        place = super().at(t)
        if place is None or place[2] > 0.2:
            return place
        dx, dy = self._mood(t, 2)[:2] * self.fidget_m
        return place[0] + float(dx), place[1] + float(dy), place[2]

    def turn(self, t: float) -> float:
        dx = float(np.interp(t + 0.3, self.times, self.x) - np.interp(t - 0.3, self.times, self.x))
        dy = float(np.interp(t + 0.3, self.times, self.y) - np.interp(t - 0.3, self.times, self.y))
        if np.hypot(dx, dy) > 0.15:
            return float(np.arctan2(-dx, dy))
        return self.heading + float(self._mood(t, 3)[2]) * 0.7

    def pose(self, t: float) -> float:
        """Stride of one who stands, in steps of a third."""
        return float(np.round(self._mood(t, 1)[0] * 1.4)) / 3

    def _mood(self, t: float, what: int) -> Array:
        """Normal numbers that change every few seconds."""
        return np.clip(np.random.default_rng([self.seed, what, int(t / (2.3 + self.seed % 3))]).normal(0, 1, 3), -2, 2)


@dataclass
class Person(Actor):
    """Somebody whose limbs move a little even when he stands."""

    def mesh_at(self, t: float, speed: float) -> Mesh:
        if speed <= 0.2 and isinstance(self.track, Path):
            return _stepping(self.seed, self.track.pose(t))
        return super().mesh_at(t, speed)


@dataclass
class Thing(Actor):
    """Any shape that is no road user."""

    shape: Mesh | None = None

    @property
    def mesh(self) -> Mesh:  # type: ignore[override]
        assert self.shape is not None
        return self.shape

    def mesh_at(self, t: float, speed: float) -> Mesh:
        return self.mesh


def lying(shape: Mesh, spot: Spot, start: float = -1e6, end: float = 1e6, heading: float = 0.0) -> Thing:
    """A thing at a place from `start` to `end`. Called a person because persons carry no headlights at night."""
    times = np.array([start, end])
    return Thing("person", 1, Track(times, np.full(2, spot[0]), np.full(2, spot[1]), heading), shape=shape)


def carried(shape: Mesh, walker: Person, offset: float = 0.32) -> Thing:
    """A thing that goes where somebody goes, beside him."""
    track = walker.track
    return Thing("person", 1, Track(track.times, track.x + offset, track.y, 0.0), shape=shape)


def person(
    rng: np.random.Generator, points: Sequence[tuple[float, float, float]], heading: float | None = None
) -> Person:
    """Somebody along (t, x, y) points, who is gone before the first and after the last."""
    t, x, y = (np.array(column, float) for column in zip(*points, strict=True))
    seed = int(rng.integers(1 << 30))
    facing = float(rng.uniform(0, 2 * np.pi)) if heading is None else heading
    return Person("person", seed, Path(t, x, y, facing, seed=seed))


def standing(rng: np.random.Generator, spot: Spot, start: float = -1e3, end: float = 1e3) -> Person:
    """Somebody who is there from `start` to `end`, and neither comes nor goes in sight."""
    return person(rng, [(start, *spot), (end, *spot)])


def visit(rng: np.random.Generator, spot: Spot, span: tuple[float, float], gate: Sequence[Spot]) -> Person:
    """Somebody who walks in from one of the gates, stands at the spot for the span, and walks out by another."""
    speed = float(rng.uniform(*WALK_MPS))
    come, go = (gate[int(n)] for n in rng.integers(0, len(gate), 2))
    first = span[0] - float(np.hypot(come[0] - spot[0], come[1] - spot[1])) / speed
    last = span[1] + float(np.hypot(go[0] - spot[0], go[1] - spot[1])) / speed
    return person(rng, [(first, *come), (span[0], *spot), (span[1], *spot), (last, *go)])


def passing(rng: np.random.Generator, x: float, start: float, reach: tuple[float, float] = (0.5, 34.0)) -> Person:
    """Somebody who walks along the pavement, either way."""
    near, far = reach if rng.random() < 0.5 else reach[::-1]
    drift = x + float(rng.uniform(-0.4, 0.4))
    return person(rng, [(start, x, near), (start + abs(far - near) / float(rng.uniform(*WALK_MPS)), drift, far)])


def apart(rng: np.random.Generator, count: int, view: View, gap: float, room: float = 0.0) -> list[Spot]:
    """Spots on the view's floor (`room` metres longer) in the picture, `gap` metres apart where there is room."""
    x0, x1, y0, y1 = view.floor
    spots: list[Spot] = []
    while len(spots) < count:
        tries = [(float(rng.uniform(x0, x1)), float(rng.uniform(y0, y1 + room))) for _ in range(40)]
        tries = [spot for spot in tries if view.shows(spot)] or tries
        free = [min((np.hypot(x - a, y - b) for a, b in spots), default=1e9) for x, y in tries]
        good = [spot for spot, r in zip(tries, free, strict=True) if r >= gap]
        spots.append(good[0] if good else tries[int(np.argmax(free))])
    return spots
