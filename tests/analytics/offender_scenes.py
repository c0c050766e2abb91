"""Short rendered clips of one vehicle that is the violation, its plate drawn, with who drives by: true to the pixel.

Vehicles have bodies of one loud colour each, by which ``ColourDetector`` finds them in the decoded pictures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import av
import cv2
import numpy as np

from analytics.detections import Detections, DetectorIdentity
from analytics.plates.grammar import REGIONS
from analytics.verdict import Offender
from cameras.footage.frame import Picture
from tests.analytics.plate_drawing import PRIVATE, PRIVATE_UNTIL_2022, PUBLIC, Paint, Place, hung, plate, street

SIZE = (960, 540)
FPS = 4.0
RED, GREEN, BLUE = (40, 30, 200), (50, 160, 40), (190, 60, 30)
BODIES = {"car": RED, "truck": GREEN, "van": BLUE}


@dataclass(frozen=True)
class Vehicle:
    """``kind`` gives the body's colour; its plate hangs at ``place``."""

    kind: str
    text: str
    place: Place
    paint: Paint = PRIVATE

    @property
    def box(self) -> tuple[float, float, float, float]:
        """In 0-1 of the picture."""
        unit, place = self.place.width, self.place
        x1, y1, x2, y2 = place.x - 1.6 * unit, place.y - 1.3 * unit, place.x + 1.6 * unit, place.y + 0.6 * unit
        return x1 / SIZE[0], y1 / SIZE[1], x2 / SIZE[0], y2 / SIZE[1]


@dataclass(frozen=True)
class Scene:
    """``seconds`` of a street. ``passer`` drives from the left to the right, nearer to the camera; ``moves``: the
    offender comes nearer instead of standing. ``blur`` in pixels, ``noise`` and ``gain`` of the light, ``crf`` of the
    encoder."""

    offender: Vehicle
    passer: Vehicle | None = None
    moves: bool = False
    seconds: float = 6.0
    blur: float = 0.5
    noise: float = 4.0
    gain: float = 1.0
    crf: int = 26
    seed: int = 1

    def offender_at(self, share: float) -> Vehicle:
        if not self.moves:
            return self.offender
        one = self.offender
        place = replace(one.place, x=one.place.x + 160 * (share - 0.5), y=one.place.y + 120 * (share - 0.5),
                        width=one.place.width * (0.75 + 0.5 * share))  # fmt: skip
        return replace(one, place=place)

    def passer_at(self, share: float) -> Vehicle | None:
        one = self.passer
        return None if one is None else replace(one, place=replace(one.place, x=-200 + share * (SIZE[0] + 400)))


def pictures(scene: Scene) -> Iterator[Picture]:
    rng = np.random.default_rng(scene.seed)
    ground, count = street(SIZE, scene.seed), round(scene.seconds * FPS)
    standing = None if scene.moves else _with(ground, scene.offender)
    for number in range(count):
        share = number / max(1, count - 1)
        shown = _with(ground, scene.offender_at(share)) if standing is None else standing
        passer = scene.passer_at(share)
        shown = shown if passer is None else _with(shown, passer)
        soft = cv2.GaussianBlur(shown, (0, 0), scene.blur) * scene.gain
        yield np.clip(soft + rng.normal(0, scene.noise, soft.shape), 0, 255).astype(np.uint8)


def _with(picture: Picture, vehicle: Vehicle) -> Picture:
    out, unit, place = picture.copy(), vehicle.place.width, vehicle.place
    x1, y1, x2, y2 = (round(v) for v in np.multiply(vehicle.box, (*SIZE, *SIZE)))
    cv2.rectangle(out, (x1, y1), (x2, y2), BODIES[vehicle.kind], -1)
    cv2.rectangle(out, (round(place.x - 0.8 * unit), round(y1)), (round(place.x + 0.8 * unit), round(y1 + 0.5 * unit)),
                  (90, 80, 70), -1)  # fmt: skip
    return hung(out, plate(vehicle.text, vehicle.paint), vehicle.place)


def film(scene: Scene, path: Path) -> Offender:
    """Write the clip; who the offender is, as a check would say it."""
    count = round(scene.seconds * FPS)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(FPS), options={"crf": str(scene.crf), "preset": "fast"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.codec_context.thread_count, stream.codec_context.gop_size = 1, 8
        for shown in pictures(scene):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="bgr24")))
        container.mux(stream.encode(None))
    ends = (count - 1) / FPS
    if not scene.moves:
        return Offender(0.0, ends, ((0.0, scene.offender.box),))
    boxes = tuple((n / FPS, scene.offender_at(n / (count - 1)).box) for n in range(count))
    return Offender(0.0, ends, boxes)


@dataclass
class ColourDetector:
    """Finds the bodies by their colour in any light; ``asked`` counts pictures."""

    identity: ClassVar[DetectorIdentity] = DetectorIdentity("colours", "c" * 64)
    class_names: ClassVar[frozenset[str]] = frozenset(BODIES)
    asked: int = 0

    def detect(self, pictures: Sequence[Any]) -> list[Detections]:
        self.asked += len(pictures)
        return [_bodies(picture) for picture in pictures]


def _bodies(picture: Picture) -> Detections:
    height, width = picture.shape[:2]
    soft = cv2.GaussianBlur(picture, (0, 0), 1.5).astype(np.float32)
    share = soft / np.maximum(soft.sum(axis=2, keepdims=True), 1)
    boxes, names = [], []
    for name, colour in BODIES.items():
        wanted = np.array(colour, np.float32) / sum(colour)
        mask = ((np.abs(share - wanted).max(axis=2) < 0.13) & (soft.max(axis=2) > 30)).astype(np.uint8)
        count, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        for x, y, w, h, area in stats[1:count]:
            if area > 900:
                boxes.append((x / width, y / height, (x + w) / width, (y + h) / height))
                names.append(name)
    return Detections(np.asarray(boxes, np.float32).reshape(-1, 4), np.full(len(boxes), 0.9, np.float32), tuple(names))


def any_plate(rng: np.random.Generator) -> str:
    """Any text that a plate may hold, half of them of Jakarta."""
    region = "B" if rng.random() < 0.5 else str(rng.choice(sorted(REGIONS)))
    series = "".join(rng.choice(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), rng.integers(2, 4)))
    return f"{region} {rng.integers(1000, 9999)} {series}"


def any_scene(seed: int) -> Scene:
    """One of a kind of scene that a street camera sees: near or far, sharp or soft, bright or dark, alone or not."""
    rng = np.random.default_rng([seed, 1125])
    paint = [PRIVATE, PRIVATE_UNTIL_2022, PUBLIC][rng.integers(3)]
    place = Place(x=float(rng.uniform(380, 580)), y=float(rng.uniform(230, 300)), width=float(rng.uniform(40, 105)),
                  turn_deg=float(rng.uniform(-6, 6)), yaw=float(rng.uniform(0, 0.35)))  # fmt: skip
    passer = Vehicle(
        "truck", any_plate(rng), Place(x=0, y=float(rng.uniform(300, 430)), width=float(rng.uniform(60, 100)))
    )
    return Scene(
        Vehicle("car", any_plate(rng), place, paint),
        passer if rng.random() < 0.6 else None,
        moves=bool(rng.random() < 0.35),
        blur=float(rng.uniform(0.4, 1.3)),
        noise=float(rng.uniform(2, 8)),
        gain=float(rng.uniform(0.45, 1.1)),
        crf=int(rng.integers(22, 33)),
        seed=seed,
    )
