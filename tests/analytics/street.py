"""A street of known boxes: pictures drawn by numpy, and a detector that reads the truth instead of the pixels.

Every actor has a texture of its own, so that looks can be told apart, and a path; the fake
detector knows each actor's box at each time and reports it with the flaws a test asks for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from analytics.detections import Detections, DetectorIdentity
from analytics.frames import GREY_WIDTH
from cameras.footage.frame import Frame, Picture

WIDTH, HEIGHT = 320, 180
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Actor:
    """``place(t_s)``: x, y of the upper left corner and width, height, all 0-1; None while it is not there."""

    place: Callable[[float], Box | None]
    name: str = "car"
    confidence: float = 0.8
    look: int = 1
    names: tuple[str, ...] = ()
    missed: Callable[[int], bool] = lambda number: False

    def called(self, number: int) -> str:
        return self.names[number % len(self.names)] if self.names else self.name


def standing(x: float, y: float, start_s: float = 0.0, end_s: float = 1e9, w: float = 0.14, h: float = 0.25):
    return lambda t: (x, y, w, h) if start_s <= t <= end_s else None


def driving(y: float, speed: float, every_s: float = 4.0, phase_s: float = 0.0, w: float = 0.14, h: float = 0.25):
    """Crosses the picture from left to right at ``speed`` widths a second, again and again."""
    return lambda t: (((t + phase_s) % every_s) * speed - w, y, w, h)


def creeping(x: float, y: float, speed: float, w: float = 0.14, h: float = 0.25):
    return lambda t: (x + speed * t, y, w, h)


@dataclass
class Street:
    """A ``ClipView`` and its ``Detector`` in one."""

    actors: Sequence[Actor]
    seconds: float = 120.0
    step: float = 1.5
    burst_fps: float = 12.0
    jitter: float = 0.0
    noise: float = 2.0
    gain: Callable[[float], float] = lambda t: 1.0
    times: Sequence[float] | None = None
    shuffled: bool = False
    brightness: float = 1.0
    closer: float | None = None
    is_still: bool = False
    class_names: frozenset[str] = frozenset({"car", "truck", "bus", "person", "motorcycle", "angkot"})
    frames_decoded: int = 0
    identity: DetectorIdentity = field(default_factory=lambda: DetectorIdentity("truth", "0" * 64))
    _rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))
    _known: dict[bytes, tuple[float, int]] = field(default_factory=dict)
    _number: int = 0

    @property
    def span_s(self) -> float:
        return 0.0 if self.is_still else self.seconds

    @property
    def step_s(self) -> float:
        return self.step

    @property
    def keyframe_times_s(self) -> Sequence[float]:
        return ()

    def samples(self) -> Iterator[Frame]:
        times = self.times if self.times is not None else np.arange(0, self.seconds + 1e-9, self.step)
        for t in [0.0] if self.is_still else times:
            yield self._frame(float(t))

    def bursts(self, spans: Sequence[tuple[float, float]]) -> Iterator[Frame]:
        for start, end in spans:
            for t in np.arange(start, end - 1e-9, 1 / self.burst_fps):
                yield self._frame(float(t))

    def detect(self, pictures: Sequence[Picture]) -> list[Detections]:
        return [self._truth(picture) for picture in pictures]

    def _frame(self, t_s: float) -> Frame:
        picture = self._drawn(t_s)
        self._known[_key(picture)] = (t_s, self._number)
        self._number += 1
        self.frames_decoded += 1
        return Frame(t_s, picture)

    def _drawn(self, t_s: float) -> Picture:
        canvas = 100 + 50 * _texture(HEIGHT, WIDTH, 0, (18, 32))
        for actor in self.actors:
            box = actor.place(t_s)
            if box is None:
                continue
            x, y, w, h = (round(v * side) for v, side in zip(box, (WIDTH, HEIGHT, WIDTH, HEIGHT), strict=True))
            patch = 120 + 90 * _texture(h, w, actor.look)
            left, top = max(0, x), max(0, y)
            seen = patch[top - y : max(0, HEIGHT - y), left - x : max(0, WIDTH - x)]
            if seen.size:
                canvas[top : top + seen.shape[0], left : left + seen.shape[1]] = seen
        rng = np.random.default_rng(int(t_s * 1000) % 2**32)
        canvas = canvas * self.gain(t_s) * self.brightness + rng.normal(0, self.noise, canvas.shape)
        return np.repeat(np.clip(canvas, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)

    def _truth(self, picture: Picture) -> Detections:
        known = self._known.get(_key(picture))
        if known is None:
            return self._closer_look(picture)
        t_s, number = known
        found = [
            (actor, box)
            for actor in self.actors
            if (box := actor.place(t_s)) is not None and not actor.missed(number) and -box[2] < box[0] < 1
        ]
        if self.shuffled:
            self._rng.shuffle(found)
        boxes = [
            np.array([x, y, x + w, y + h]) + self._rng.normal(0, 1, 4) * self.jitter * np.array([w, h, w, h])
            for _, (x, y, w, h) in found
        ]
        return Detections(
            np.clip(np.array(boxes, np.float32).reshape(-1, 4), 0, 1),
            np.array([actor.confidence for actor, _ in found], np.float32),
            tuple(actor.called(number) for actor, _ in found),
        )

    def _closer_look(self, picture: Picture) -> Detections:
        """A crop around an object: it is in the middle, as far as the picture's border lets it be."""
        sure = self.closer or max((actor.confidence for actor in self.actors if actor.name != "person"), default=0.0)
        boxes = [[0.25, 0.25, 0.75, 0.75], [0.36, 0.36, 0.64, 0.64]]
        corners = (0.0, 0.25, 0.5)
        boxes += [[x, y, x + 0.5, y + 0.5] for x in corners for y in corners]
        return Detections(np.array(boxes, np.float32), np.full(len(boxes), sure, np.float32), ("car",) * len(boxes))


class Tiny(Street):
    """The same in pictures of 16 by 12 pixels."""

    def _drawn(self, t_s: float) -> Picture:
        return np.ascontiguousarray(super()._drawn(t_s)[7::15, 10::20])


@dataclass
class Hanging(Street):
    """A camera that sends one picture again and again from ``hangs_s`` on."""

    hangs_s: float = 0.0

    def _drawn(self, t_s: float) -> Picture:
        return super()._drawn(min(t_s, self.hangs_s))


def _key(picture: Picture) -> bytes:
    assert picture.shape[1] <= GREY_WIDTH
    return hashlib.blake2b(np.ascontiguousarray(picture).tobytes(), digest_size=12).digest()


def _texture(height: int, width: int, look: int, blocks: tuple[int, int] = (6, 8)) -> np.ndarray:
    """``(height, width)`` in -1..1: square blotches with sharp edges, the same for one look at any size."""
    import cv2

    rng = np.random.default_rng(1000 + look)
    coarse = rng.uniform(-1, 1, blocks).astype(np.float32)
    return cv2.resize(coarse, (max(1, width), max(1, height)), interpolation=cv2.INTER_NEAREST)
