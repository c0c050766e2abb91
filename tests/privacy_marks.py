"""A picture that is recognised wherever it turns up: whole, cut, smaller or larger, in any format, in a page's text."""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import av
import av.error
import cv2
import numpy as np

from cameras.footage.frame import Picture

SIZE = (640, 360)
CELLS, CELL_PX = 10, 8
AT = (200, 50)
"""Top left of the mark, in pixels; in terms of the picture it is where ``HEAD`` is."""

HEAD = (0.30, 0.10, 0.46, 1.0)
"""A person's box (0-1) whose upper part holds the mark."""

SEEN = 0.55
"""Correlation over which the mark is taken to be there; nothing made coarse comes near it."""

PIECE = 48
ZOOMS = np.geomspace(0.2, 3.2, 22)
DATA_URL = re.compile(rb"data:[\w/+.-]+;base64,([A-Za-z0-9+/=]+)")


def mark() -> Picture:
    cells = np.random.default_rng(20261102).integers(0, 2, (CELLS, CELLS), np.uint8) * 255
    return np.asarray(np.kron(cells, np.ones((CELL_PX, CELL_PX), np.uint8)), np.uint8)


def picture(number: int = 0) -> Picture:
    """A dull street with the mark where a head is; ``number`` moves a bar, so that a film of them moves."""
    shown = np.full((SIZE[1], SIZE[0], 3), 120, np.uint8)
    shown[:, :, 1] += np.linspace(0, 60, SIZE[0], dtype=np.uint8)
    shown += np.random.default_rng(number + 99).integers(0, 9, shown.shape, np.uint8)
    cv2.rectangle(shown, (20 + number % 60, 300), (80 + number % 60, 330), (60, 60, 90), -1)
    x, y = AT
    shown[y : y + CELLS * CELL_PX, x : x + CELLS * CELL_PX] = mark()[..., None]
    return shown


@dataclass
class Marks:
    """What must not be found: the mark in any picture, pieces of the files given, and words."""

    words: list[str] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)

    def file(self, content: bytes) -> None:
        """Remember pieces of an original file, from all over it; none that any other file may have as well."""
        step = max(1, len(content) // 24)
        cut = (content[at : at + PIECE] for at in range(1024, len(content) - PIECE, step))
        self.pieces += [piece for piece in cut if len(set(piece)) > PIECE // 2]

    def found_in(self, content: bytes) -> list[str]:
        """What of it is in this answer, mail, log or file."""
        found = [word for word in self.words if word.encode() in content]
        found += ["bytes of an original" for piece in self.pieces if _holds(content, piece)][:1]
        return found + ["pixels of an original"] * _shows_mark(content)


@lru_cache
def _shows_mark(content: bytes) -> bool:
    """Asked often of the same picture: several people are shown it."""
    return any(shows_mark(shown) for shown in pictures_in(content))


def _holds(content: bytes, piece: bytes) -> bool:
    coded = base64.b64encode(piece[: len(piece) // 3 * 3])
    return piece in content or coded in content or piece.hex().encode() in content


def shows_mark(shown: Picture) -> bool:
    grey = cv2.cvtColor(shown, cv2.COLOR_BGR2GRAY)
    if max(grey.shape) > SIZE[0]:
        zoom = SIZE[0] / max(grey.shape)
        grey = cv2.resize(grey, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    for zoom in ZOOMS:
        sought = cv2.resize(mark(), None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
        fits = 14 <= sought.shape[0] <= min(grey.shape)
        if fits and cv2.matchTemplate(grey, sought, cv2.TM_CCOEFF_NORMED).max() > SEEN:
            return True
    return False


def pictures_in(content: bytes) -> Iterator[Picture]:
    """Every picture that this content is or holds: a still, frames of a film, stills written into text."""
    yield from _decoded(content)
    for coded in DATA_URL.findall(content):
        yield from _decoded(base64.b64decode(coded))


def _decoded(content: bytes) -> Iterator[Picture]:
    if content[:3] == b"\xff\xd8\xff" or content[:4] in {b"\x89PNG", b"RIFF", b"GIF8"}:
        shown = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        if shown is not None:
            yield np.asarray(shown, np.uint8)
    elif content[4:8] == b"ftyp":
        yield from _frames(content)


def _frames(content: bytes) -> Iterator[Picture]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        path.write_bytes(content)
        with av.open(str(path)) as container:
            for number, frame in enumerate(container.decode(video=0)):
                if number % 10 == 0:
                    yield frame.to_ndarray(format="bgr24")
