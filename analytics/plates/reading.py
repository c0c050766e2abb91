"""What a text reader says of a strip of picture, and the shape of a text reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from analytics.plates.grammar import DIGITS, LETTERS
from cameras.footage.frame import Picture

ALPHABET = LETTERS + DIGITS
FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Emission:
    """Which character stands at each of T steps from left to right.

    ``characters`` is ``(T, 36)`` float32, the probability of each of A-Z0-9 (small letters and
    look-alikes of other scripts counted in); ``slashed`` ``(T,)``, of a zero or O with a stroke; the rest of each row
    to 1 is "none of these": a gap, a space, a screw, a dot.

    Raises:
        ValueError: shapes that do not belong together (says expected and got).
    """

    characters: FloatArray
    slashed: FloatArray

    def __post_init__(self) -> None:
        steps = len(self.characters)
        if self.characters.shape != (steps, len(ALPHABET)):
            raise ValueError(f"characters must be (T, {len(ALPHABET)}), got {self.characters.shape}")
        if self.slashed.shape != (steps,):
            raise ValueError(f"slashed must be ({steps},), got {self.slashed.shape}")

    @property
    def none(self) -> FloatArray:
        """``(T,)``: probability that no character stands there."""
        rest = 1.0 - self.characters.sum(axis=1) - self.slashed
        return np.asarray(np.clip(rest, 1e-6, 1.0), np.float32)


class TextReader(Protocol):
    """Finds and reads text. The models are an argument everywhere, so tests need none."""

    def text_map(self, picture: Picture) -> FloatArray:
        """Where text is: ``(H, W)`` 0-1 for a BGR picture, of its size but for rounding to multiples of 32."""

    def read(self, strips: Sequence[Picture]) -> list[Emission]:
        """One ``Emission`` per BGR strip that holds one row of text, in order."""
