"""Faces that another network than ours finds, before and after blurring: YuNet, of the shared test data.

What is pasted are faces from the shared photos, cut out while the test runs; nothing of them is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from cameras.footage.frame import Picture

LEAST_PX = 16
SURE = 0.5
"""Of YuNet's score: about thirty of what it finds over it in the 47 photos, a pile of logs and a wall among them."""

NO_FACES = {("96.jpg", 0.61), ("flamanta_testing23.jpg", 0.64)}
"""What YuNet takes for faces and is a wall of blocks and a pile of logs, looked at by eye: file and score."""

AGAIN_OVERLAP = 0.3
PHOTO_FOLDERS = ("photos", "flood/images", "river_trash")
ENDINGS = {".jpg", ".jpeg", ".png"}


@dataclass(frozen=True)
class Face:
    """x, y, width, height in pixels."""

    box: tuple[float, float, float, float]
    score: float

    @property
    def size_px(self) -> float:
        return min(self.box[2:])

    def overlap(self, other: Face) -> float:
        """Share of this box that the other covers; none if the other is another, much larger thing."""
        (x1, y1, w1, h1), (x2, y2, w2, h2) = self.box, other.box
        wide = max(0.0, min(x1 + w1, x2 + w2) - max(x1, x2))
        high = max(0.0, min(y1 + h1, y2 + h2) - max(y1, y2))
        return 0.0 if w2 * h2 > 9 * w1 * h1 else wide * high / (w1 * h1)


class YuNet:
    def __init__(self, testdata: Path, score: float = SURE) -> None:
        model = testdata / "weights" / "face_detection_yunet_2026may.onnx"
        self._net = cv2.FaceDetectorYN.create(str(model), "", (320, 320), score, 0.3, 5000)

    def faces(self, picture: Picture) -> list[Face]:
        height, width = picture.shape[:2]
        self._net.setInputSize((width, height))
        _, found = self._net.detect(picture)
        rows = [] if found is None else found.tolist()
        return [Face(tuple(row[:4]), row[14]) for row in rows]

    def targets(self, picture: Picture) -> list[Face]:
        """Those that must not be found again."""
        return [face for face in self.faces(picture) if face.size_px >= LEAST_PX]

    def again(self, before: Picture, after: Picture) -> tuple[int, int]:
        """Of how many faces how many are still found where they were."""
        targets = self.targets(before)
        left = self.faces(after) if targets else []
        return len(targets), sum(any(face.overlap(one) > AGAIN_OVERLAP for one in left) for face in targets)


def photos(testdata: Path) -> Iterator[tuple[str, Picture]]:
    for folder in PHOTO_FOLDERS:
        for path in sorted((testdata / folder).iterdir()):
            picture = cv2.imread(str(path)) if path.suffix in ENDINGS else None
            if picture is not None:
                yield path.name, np.asarray(picture, np.uint8)


@dataclass(frozen=True)
class Cutout:
    """A face with a quarter of its size around it; ``share``: of its width that is the face."""

    picture: Picture
    share: float

    def sized(self, face_px: float) -> Picture:
        zoom = face_px / (self.share * self.picture.shape[1])
        method = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(self.picture, None, fx=zoom, fy=zoom, interpolation=method), np.uint8)


def cutouts(testdata: Path, score: float = 0.75) -> list[Cutout]:
    """Faces to paste: those that are faces beyond doubt."""
    net, found = YuNet(testdata, score), []
    for _, picture in photos(testdata):
        for face in net.targets(picture):
            x, y, wide, high = face.box
            x1, y1 = max(0, int(x - wide / 4)), max(0, int(y - high / 4))
            part = picture[y1 : int(y + high * 1.25), x1 : int(x + wide * 1.25)]
            found.append(Cutout(part.copy(), wide / part.shape[1]))
    return found


def pasted(picture: Picture, faces: Sequence[Cutout], random: np.random.Generator, count: int = 6) -> Picture:
    """A copy with ``count`` faces of 16 to 120 pixels anywhere in it, as many small as large ones."""
    out = picture.copy()
    for _ in range(count):
        cut = faces[random.integers(len(faces))].sized(float(np.exp(random.uniform(np.log(16.5), np.log(120)))))
        room_y, room_x = (out.shape[side] - cut.shape[side] for side in (0, 1))
        if room_x > 0 and room_y > 0:
            put(out, cut, int(random.integers(room_x)), int(random.integers(room_y)))
    return out


def put(picture: Picture, cut: Picture, x: int, y: int) -> None:
    """Paste in place; what sticks out is left off."""
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = max(0, x), max(0, y), min(width, x + cut.shape[1]), min(height, y + cut.shape[0])
    if x2 > x1 and y2 > y1:
        picture[y1:y2, x1:x2] = cut[y1 - y : y2 - y, x1 - x : x2 - x]


# -- Films --------------------------------------------------------------------------------


def film(path: Path, pictures: Iterable[Picture], fps: float) -> Path:
    """Nearly lossless, so that what is measured is the blurring."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1000))
        stream.options = {"crf": "12", "preset": "ultrafast", "g": str(max(1, round(fps * 2)))}
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            if not stream.codec_context.is_open:
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuv420p"
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def frames_of(path: Path) -> list[Picture]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


@dataclass
class Walker:
    """A face on its way: position in pixels, speed in pixels a second, and a turn of its path."""

    cut: Picture
    x: float
    y: float
    vx: float
    vy: float
    bend: float

    def step(self, dt_s: float) -> None:
        turn = self.bend * dt_s
        self.vx, self.vy = self.vx - turn * self.vy, self.vy + turn * self.vx
        self.x, self.y = self.x + self.vx * dt_s, self.y + self.vy * dt_s


SIZE = (1280, 720)


def moving(testdata: Path, seconds: float, fps: float, seed: int = 5) -> Iterator[Picture]:
    """A street without a face of its own, across which faces of 18 to 110 pixels come, bend their way and go."""
    random, faces = np.random.default_rng(seed), cutouts(testdata)
    ground = cv2.resize(cv2.imread(str(testdata / "photos" / "street.png")), SIZE)
    walkers: list[Walker] = []
    for number in range(round(seconds * fps)):
        if number % max(1, round(fps / 2)) == 0:
            walkers.append(_walker(faces, random))
        picture = np.asarray(ground.copy(), np.uint8)
        for walker in walkers:
            put(picture, walker.cut, round(walker.x), round(walker.y))
            walker.step(1 / fps)
        walkers = [w for w in walkers if -200 < w.x < SIZE[0] + 100 and -200 < w.y < SIZE[1] + 100]
        yield picture


def _walker(faces: Sequence[Cutout], random: np.random.Generator) -> Walker:
    cut = faces[random.integers(len(faces))].sized(float(random.uniform(18, 110)))
    from_left, speed = bool(random.integers(2)), float(random.uniform(60, 500))
    x = -cut.shape[1] * 0.7 if from_left else SIZE[0] - cut.shape[1] * 0.3
    y, vx, bend = random.uniform(0, SIZE[1] - cut.shape[0]), speed if from_left else -speed, random.normal(0, 0.4)
    return Walker(cut, x, float(y), vx, 0.0, float(bend))


def panned(testdata: Path, fps: float, seconds_each: float, only: Sequence[str] = ()) -> Iterator[Picture]:
    """The photos with faces one after the other, each enlarged and wandered across, with a hard cut between."""
    net = YuNet(testdata)
    for name, photo in photos(testdata):
        if (only and name not in only) or not net.targets(photo):
            continue
        zoom = 1.25 * max(SIZE[0] / photo.shape[1], SIZE[1] / photo.shape[0])
        large = np.asarray(cv2.resize(photo, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC), np.uint8)
        room_y, room_x = large.shape[0] - SIZE[1], large.shape[1] - SIZE[0]
        count = round(seconds_each * fps)
        for number in range(count):
            along = number / max(1, count - 1)
            x, y = round(along * room_x), round((0.5 - 0.5 * np.cos(np.pi * along)) * room_y)
            yield np.ascontiguousarray(large[y : y + SIZE[1], x : x + SIZE[0]])
