"""How much a camera's answer weighs, from how well it could see. Pure.

A weight is 0-1 and a product of factors, each 1 where nothing is known against the view. Weights settle who is heard
when cameras disagree and how much agreement adds; they never make a verdict. The figures are ours: nobody has measured
them, and only their order of size matters (``reports.weighing`` compares sides that differ by a factor of two).
"""

from __future__ import annotations

from dataclasses import dataclass

from analytics.verdict import Verdict

FULL_M = 50.0
"""Up to here distance takes nothing away. Beyond, what is looked for covers fewer pixels, as the distance grows."""
LEAST_BY_DISTANCE = 0.3
"""A long lens may see far: distance alone does not silence a camera whose coverage was drawn over the place."""
ASSUMED = 0.5
"""Nobody confirmed that the camera sees the place at all."""

SHARP, GATE_SHARP = 1.8, 1.4
"""Blur ratio of ``cameras.quality``: median of good pictures, and where the gate calls a picture blurred."""
LIT, GATE_LIT = 40.0, 14.0
"""Mean luma 0-255: above, a night street is well lit; at the lower the gate calls it too dark."""
LEAST_BY_PICTURE = 0.5
"""Of a picture that the gate just lets through."""


@dataclass(frozen=True, slots=True)
class View:
    """What is known of how a camera saw. ``metres`` to the place; ``window_share`` 0-1; ``sharpness`` (blur ratio) and
    ``luma`` (0-255) of its pictures, None where not measured; ``reliability`` 0-1 as judged (``reports.trust``).

    Its place in the order of views is not asked: that order follows from distance and coverage, which would then
    count twice.
    """

    metres: float
    assumed: bool
    window_share: float
    sharpness: float | None = None
    luma: float | None = None
    reliability: float = 1.0


def weight_of(view: View, verdict: Verdict) -> float:
    """0-1. The time without footage counts against a denial only: what was seen is there, however short the footage."""
    factors = [
        _by_distance(view.metres),
        ASSUMED if view.assumed else 1.0,
        min(_between(view.sharpness, GATE_SHARP, SHARP), _between(view.luma, GATE_LIT, LIT)),
        view.reliability,
    ]
    if verdict is Verdict.CONTRADICTED:
        factors.append(min(1.0, max(0.0, view.window_share)))
    weight = 1.0
    for factor in factors:
        weight *= factor
    return weight


def _by_distance(metres: float) -> float:
    return 1.0 if metres <= FULL_M else max(LEAST_BY_DISTANCE, FULL_M / metres)


def _between(figure: float | None, gate: float, good: float) -> float:
    """``LEAST_BY_PICTURE`` at the gate, 1 from ``good`` on, straight between."""
    if figure is None:
        return 1.0
    reached = min(1.0, max(0.0, (figure - gate) / (good - gate)))
    return LEAST_BY_PICTURE + (1 - LEAST_BY_PICTURE) * reached
