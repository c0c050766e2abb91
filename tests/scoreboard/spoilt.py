"""Real films made worse in ways that cameras have: stuck on one picture, shaken as by a hand, a night's darkness.

What a person saw in the film stays true of a shaken or darkened one; of a stuck one nothing can be said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from cameras.footage.decode import probe

Picture = npt.NDArray[np.uint8]
Spoiler = Callable[[Iterator[Picture]], Iterator[Picture]]

REACH = 0.02
"""A hand holds the picture within this share of its width (hand-held films before stabilisation sway by 1 to 3 %)."""

TURN_DEG = 1.0
DARK, SENSOR_NOISE = 0.12, 4.0
"""Night at a lamp's edge: an eighth of the light, and a sensor's noise (standard deviation, grey levels)."""


def film(path: Path, kind: str, folder: Path) -> Path:
    """The film spoilt in this way, written to the folder once; the film itself where ``kind`` is empty.

    Raises:
        ValueError: nobody knows this way.
    """
    if not kind:
        return path
    if kind not in SPOILERS:
        raise ValueError(f"unknown way to spoil a film {kind!r}, known are {', '.join(SPOILERS)}")
    target = folder / f"{path.stem}-{kind}.mp4"
    if not target.exists():
        _written(path, SPOILERS[kind], target)
    return target


def _written(source: Path, spoil: Spoiler, target: Path) -> None:
    facts = probe(source)
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=round(facts.declared_fps or 10.0))
        stream.width, stream.height, stream.pix_fmt = facts.width, facts.height, "yuv420p"
        stream.options = {"crf": "23", "preset": "superfast", "g": str(2 * round(facts.declared_fps or 10.0))}
        stream.codec_context.thread_count = 1
        for picture in spoil(_pictures(source)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))


def _pictures(source: Path) -> Iterator[Picture]:
    with av.open(str(source)) as container:
        for frame in container.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def _frozen(pictures: Iterator[Picture]) -> Iterator[Picture]:
    first = next(pictures)
    yield first
    for _ in pictures:
        yield first


def _shaken(pictures: Iterator[Picture]) -> Iterator[Picture]:
    """A walk that is drawn back to the middle (Ornstein-Uhlenbeck), so that it never drifts away."""
    rng, place = np.random.default_rng(7), np.zeros(3)
    for picture in pictures:
        height, width = picture.shape[:2]
        place = 0.9 * place + rng.normal(0.0, 0.44, 3)
        dx, dy, turn = np.clip(place, -2, 2) / 2 * (REACH * width, REACH * width, TURN_DEG)
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), float(turn), 1.06)
        matrix[:, 2] += (dx, dy)
        yield np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8)


def _dark(pictures: Iterator[Picture]) -> Iterator[Picture]:
    rng = np.random.default_rng(7)
    for picture in pictures:
        noise = rng.normal(0.0, SENSOR_NOISE, picture.shape[:2])[..., None]
        yield np.asarray(np.clip(picture * DARK + noise, 0, 255), np.uint8)


SPOILERS: Mapping[str, Spoiler] = {"frozen": _frozen, "shaken": _shaken, "dark": _dark}
