"""From what a check is sure of to how often it is right: the confidence that people are told.

A check's own confidence is made of figures (how long, how many pictures, how sure the detector was). How often an
answer of that confidence is right can only be counted, on scenes whose truth is known. The map is counted once per
check and verdict, on seeds that chose it and that no published figure uses (``python -m tests.scoreboard.calibrate``),
and shipped in ``analytics.calibration_table``. It never falls where the check's own confidence rises.

It holds for the check version and the weights it was counted with. Other weights see other pictures: what is told
then is the check's own confidence, as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LEAST_IN_BIN = 15
"""Answers that one point of the map rests on, at least; fewer in all make a single point."""

STRENGTH = 6.0
"""How many answers of the prior rate are added to each point (a Beta prior): five right ones of five are no
certainty."""


@dataclass(frozen=True, slots=True)
class Curve:
    """``raw``: a check's own confidence, 0-1, ascending; ``right``: rate of being right there, 0-1, never falling;
    straight in between, level beyond both ends. ``answers``: how many it was counted on.

    Raises:
        ValueError: lengths that differ, none at all, or an order that is not kept.
    """

    raw: tuple[float, ...]
    right: tuple[float, ...]
    answers: int

    def __post_init__(self) -> None:
        if not self.raw or len(self.raw) != len(self.right):
            raise ValueError(f"as many raw as right values are needed, got {len(self.raw)} and {len(self.right)}")
        if list(self.raw) != sorted(set(self.raw)) or list(self.right) != sorted(self.right):
            raise ValueError(f"both must ascend, got {self.raw} and {self.right}")
        if not 0 <= self.right[0] <= self.right[-1] <= 1:
            raise ValueError(f"rates lie within 0..1, got {self.right}")

    def told(self, raw: float) -> float:
        """The rate of being right of answers with this confidence, 0-1."""
        return float(np.interp(raw, self.raw, self.right))


@dataclass(frozen=True, slots=True)
class Calibration:
    """One check's maps by verdict. ``weights``: sha256 of the weights it was counted with."""

    version: str
    weights: str
    curves: Mapping[str, Curve]


@dataclass(frozen=True, slots=True)
class Spoken:
    """Who answered, and what: ``weights`` is the detector's sha256, ``verdict`` the answer."""

    check: str
    version: str
    weights: str
    verdict: str


def calibrated(spoken: Spoken, raw: float | None, table: Mapping[str, Calibration] | None = None) -> float | None:
    """The confidence to tell, 0-1; ``raw`` itself where the map was counted on something else or no answer was
    given, None where nothing was measured."""
    known = (_shipped() if table is None else table).get(spoken.check)
    if raw is None or known is None or (known.version, known.weights) != (spoken.version, spoken.weights):
        return raw
    curve = known.curves.get(spoken.verdict)
    return raw if curve is None else curve.told(raw)


def _shipped() -> Mapping[str, Calibration]:
    from analytics.calibration_table import TABLE

    return TABLE


def fitted(raw: Sequence[float], right: Sequence[bool], prior: float) -> Curve:
    """The map counted on answers: bins of ``LEAST_IN_BIN``, each drawn towards ``prior``, then made monotone by
    pooling neighbours that fall (isotonic regression, Ayer et al. 1955).

    Raises:
        ValueError: no answer, or as many confidences as answers are missing.
    """
    if not raw or len(raw) != len(right):
        raise ValueError(f"one confidence an answer is needed, got {len(raw)} and {len(right)}")
    order = np.argsort(raw, kind="stable")
    bins = np.array_split(order, max(1, len(raw) // LEAST_IN_BIN))
    told, hits = np.asarray(raw, np.float64), np.asarray(right, np.float64)
    places = np.array([told[each].mean() for each in bins])
    weights = np.array([len(each) + STRENGTH for each in bins])
    rates = np.array([(hits[each].sum() + STRENGTH * prior) / (len(each) + STRENGTH) for each in bins])
    return _curve(places, pooled(rates, weights), len(raw))


def _curve(places: npt.NDArray[np.float64], rates: npt.NDArray[np.float64], answers: int) -> Curve:
    """Points at the same place become one: the later, which is not the lower."""
    points = {round(float(place), 4): round(float(rate), 4) for place, rate in zip(places, rates, strict=True)}
    return Curve(tuple(points), tuple(points.values()), answers)


def pooled(rates: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The nearest values that never fall, by weighted squares: ``(N,)`` for ``(N,)`` rates and weights."""
    blocks: list[tuple[float, float, int]] = []
    for rate, weight in zip(rates.tolist(), weights.tolist(), strict=True):
        block = (rate, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            value, mass, count = blocks.pop()
            total = mass + block[1]
            block = ((value * mass + block[0] * block[1]) / total, total, count + block[2])
        blocks.append(block)
    return np.array([value for value, _, count in blocks for _ in range(count)], np.float64)
