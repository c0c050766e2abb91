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
