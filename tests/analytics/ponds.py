"""Clips of water whose truth is painted: a fake network reads it back, so the verdicts' rules are tested alone.

Ground is grey noise, water is blue with a ripple, a piece of rubbish is a red speck on it; ``painted`` tells them
apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from analytics.detections import Detections, DetectorIdentity
from analytics.water import OUT_PX, Waters
from cameras.footage.frame import Frame, Picture

WIDTH, HEIGHT = 320, 180
Level = Callable[[float], float]


def painted(picture: Picture) -> Waters:
    """The truth, read from the colours."""
    height, width = picture.shape[:2]
    size = (OUT_PX, max(8, round(OUT_PX * height / width)))
    blue, _, red = (
        cv2.resize(part.astype(np.float32), size, interpolation=cv2.INTER_AREA) for part in cv2.split(picture)
    )
    pieces = red - blue > 40
    return Waters(((blue - red > 25) | pieces).astype(np.float32), pieces.astype(np.float32))


@dataclass
class Pond:
    """A ``ClipView`` and its ``Detector``. ``level(t_s)``: share of the height under water, from below.

    ``specks``: pieces afloat; ``standing``: boxes of people in every picture; ``light``: gain; ``ripple``: grey levels.
    ``joints``: the "water" shows a fixed pattern. ``traffic``: a car in each picture, at so many places in turn (nine
    cover the water), which rocks by ``wake`` grey levels where one was in the last two pictures. ``board``: x1,
    y1, x2, y2 of a white gauge board, seen above the water.
    """

    level: Level = lambda t_s: 0.5
    seconds: float = 42.0
    step_s: float = 2.0
    is_still: bool = False
    specks: Callable[[float], int] = lambda t_s: 0
    standing: Sequence[tuple[float, float, float, float]] = ()
    light: float = 1.0
    glare: float = 0.0
    ripple: float = 9.0
    joints: bool = False
    traffic: int = 0
    wake: float = 0.0
    board: tuple[float, float, float, float] | None = None
    frames_decoded: int = 0
    keyframe_times_s: tuple[float, ...] = ()
    identity: DetectorIdentity = field(default_factory=lambda: DetectorIdentity("none", "0" * 64))

    @property
    def span_s(self) -> float:
        return 0.0 if self.is_still else self.seconds

    def samples(self) -> Iterator[Frame]:
        for t_s in [0.0] if self.is_still else np.arange(0, self.seconds + 1e-9, self.step_s):
            self.frames_decoded += 1
            yield Frame(float(t_s), self._drawn(float(t_s)))

    def bursts(self, spans: Sequence[tuple[float, float]]) -> Iterator[Frame]:
        return iter(())

    def detect(self, pictures: Sequence[Picture]) -> list[Detections]:
        people = [(box, "person") for box in self.standing]
        seen = [[*people, *((box, "car") for box in _cars(picture))] for picture in pictures]
        return [
            Detections(
                np.array([box for box, _ in found], np.float32).reshape(-1, 4),
                np.full(len(found), 0.8, np.float32),
                tuple(name for _, name in found),
            )
            for found in seen
        ]

    def _drawn(self, t_s: float) -> Picture:
        ground = np.random.default_rng(3).uniform(70, 150, (18, 32)).astype(np.float32)
        canvas = np.repeat(cv2.resize(ground, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)[:, :, None], 3, 2)
        rng = np.random.default_rng(int(t_s * 100) + 1)
        shore = round(HEIGHT * (1 - self.level(t_s)))
        water = canvas[shore:]
        water[:] = np.array([150, 110, 80]) + self.ripple * np.sin(np.arange(shore, HEIGHT)[:, None, None] / 2 + t_s)
        if self.joints:
            water[::9] -= 18
            water[:, ::23] -= 18
        if self.board is not None:
            x1, y1, x2, _ = self.board
            canvas[round(y1 * HEIGHT) : shore, round(x1 * WIDTH) : round(x2 * WIDTH)] = 225
        self._drive(canvas, t_s, rng)
        for _ in range(self.specks(t_s)):
            x, y = int(rng.integers(4, WIDTH - 8)), int(rng.integers(0, max(1, len(water) - 5)))
            water[y + 1 : y + 5, x : x + 5] = (40, 60, 210)
        canvas[:, : round(self.glare * WIDTH)] = 300
        noisy = canvas * self.light + rng.normal(0, 2, canvas.shape)
        return np.clip(noisy, 0, 255).astype(np.uint8)

    def _drive(self, canvas: npt.NDArray[np.float32], t_s: float, rng: np.random.Generator) -> None:
        turn = round(t_s / self.step_s)
        if not self.traffic:
            return
        for before in (1, 2):
            rows, columns = _place((turn - before) % self.traffic)
            shape = canvas[rows, columns].shape[:2]
            canvas[rows, columns] += self.wake * rng.normal(0, 1, shape)[:, :, None].astype(np.float32)
        canvas[_place(turn % self.traffic)] = CAR


def _place(turn: int) -> tuple[slice, slice]:
    """Three columns, and three rows whose lower thirds lie under each other."""
    left, bottom = (0.1, 0.37, 0.64)[turn % 3], (0.66, 0.83, 0.995)[turn // 3 % 3]
    rows = slice(round((bottom - 0.5) * HEIGHT), round(bottom * HEIGHT))
    return rows, slice(round(left * WIDTH), round((left + 0.26) * WIDTH))


CAR = (200.0, 0.0, 200.0)


def _cars(picture: Picture) -> list[tuple[float, float, float, float]]:
    """Its box, read from its colour."""
    rows, columns = np.nonzero((picture[..., 1] < 20) & (picture[..., 0] > 150) & (picture[..., 2] > 150))
    if len(rows) < 200:
        return []
    box = (columns.min() / WIDTH, rows.min() / HEIGHT, (columns.max() + 1) / WIDTH, (rows.max() + 1) / HEIGHT)
    return [box]
