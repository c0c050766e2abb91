"""What a detector says about pictures, and the shape of a detector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from cameras.footage.frame import Picture

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Objects found in one picture.

    ``xyxy`` is ``(N, 4)`` float32, x1, y1, x2, y2 in 0-1 of the picture, origin top left;
    ``confidence`` is ``(N,)`` float32 in 0-1; ``names`` holds N class names, COCO spelling
    where COCO has the class ("car", "bus", "truck", "motorcycle", "person").

    Raises:
        ValueError: shapes that do not belong together (says expected and got).
    """

    xyxy: FloatArray
    confidence: FloatArray
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        n = len(self.names)
        if self.xyxy.shape != (n, 4):
            raise ValueError(f"xyxy must be ({n}, 4), got {self.xyxy.shape}")
        if self.confidence.shape != (n,):
            raise ValueError(f"confidence must be ({n},), got {self.confidence.shape}")

    def __len__(self) -> int:
        return len(self.names)

    @classmethod
    def none(cls) -> Detections:
        return cls(np.zeros((0, 4), np.float32), np.zeros((0,), np.float32), ())

    def only(self, keep: npt.NDArray[np.bool_]) -> Detections:
        """A copy with the rows where ``keep`` (N,) is true."""
        names = tuple(name for name, k in zip(self.names, keep, strict=True) if k)
        return Detections(self.xyxy[keep], self.confidence[keep], names)

    def of(self, classes: frozenset[str], min_confidence: float = 0.0) -> Detections:
        keep = np.array([name in classes for name in self.names], dtype=bool)
        return self.only(keep & (self.confidence >= min_confidence))


@dataclass(frozen=True, slots=True)
class DetectorIdentity:
    """Which weights spoke: ``name`` for people, ``sha256`` of the weights file (64 hex digits)."""

    name: str
    sha256: str

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "sha256": self.sha256}


class Detector(Protocol):
    """Finds objects in pictures. The model is an argument everywhere, so tests need no weights."""

    @property
    def identity(self) -> DetectorIdentity: ...

    def detect(self, pictures: Sequence[Picture]) -> list[Detections]:
        """One ``Detections`` per picture, in order."""


def iou_matrix(a: FloatArray, b: FloatArray) -> FloatArray:
    """Intersection over union of ``(N, 4)`` with ``(M, 4)`` boxes: ``(N, M)``, 0-1."""
    shared = _intersections(a, b)
    union = _areas(a)[:, None] + _areas(b)[None, :] - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0), np.float32)


def inside_share_matrix(a: FloatArray, b: FloatArray) -> FloatArray:
    """Share of the smaller box of each pair that lies in the other: ``(N, M)``, 0-1."""
    shared = _intersections(a, b)
    smaller = np.minimum(_areas(a)[:, None], _areas(b)[None, :])
    return np.asarray(np.divide(shared, smaller, out=np.zeros_like(shared), where=smaller > 0), np.float32)


def detections_merged(parts: Sequence[Detections], iou: float) -> Detections:
    """Several looks at one picture as one: of boxes of one class that overlap, the surest stays.

    Overlap means IoU above ``iou``, or four fifths of the smaller box inside the larger.
    """
    xyxy = np.concatenate([part.xyxy for part in parts])
    confidence = np.concatenate([part.confidence for part in parts])
    names = tuple(name for part in parts for name in part.names)
    together = Detections(xyxy, confidence, names)
    same = np.array([[a == b for b in names] for a in names], dtype=bool).reshape(len(names), len(names))
    return together.only(_surest(together, same, iou))


def one_per_object(detections: Detections, iou: float = 0.6) -> Detections:
    """Without the second name of one object ("car" and "truck" on the same van): the surest stays."""
    count = len(detections)
    return detections.only(_surest(detections, np.ones((count, count), dtype=bool), iou))


def _surest(detections: Detections, comparable: npt.NDArray[np.bool_], iou: float) -> npt.NDArray[np.bool_]:
    overlap = (iou_matrix(detections.xyxy, detections.xyxy) > iou) | (
        inside_share_matrix(detections.xyxy, detections.xyxy) > 0.8
    )
    rivals = overlap & comparable
    keep = np.zeros(len(detections), dtype=bool)
    beaten = np.zeros(len(detections), dtype=bool)
    for index in np.argsort(-detections.confidence, kind="stable"):
        if not beaten[index]:
            keep[index] = True
            beaten |= rivals[index]
    return keep


def _areas(xyxy: FloatArray) -> FloatArray:
    return np.asarray(np.clip(xyxy[:, 2] - xyxy[:, 0], 0, None) * np.clip(xyxy[:, 3] - xyxy[:, 1], 0, None))


def _intersections(a: FloatArray, b: FloatArray) -> FloatArray:
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.clip(high - low, 0, None)
    return np.asarray(sides[..., 0] * sides[..., 1])
