"""One scene of the scoreboard: what is true of it, what the check is asked, and how its file is made."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from analytics.zones import Zone

Label = str | float | bool
Write = Callable[[Path], Path]


@dataclass(frozen=True, slots=True)
class Case:
    """A clip or still with its truth.

    ``condition``: a short word ("plain", "night", "rain", "red_light_queue"). ``positive``: the condition that the
    check looks for is there. ``labels``: properties of the scene (fps, light, ...), kept with the result. ``zones``,
    ``thresholds``: as an operator and a category would have set them; ``asked``: more of ``AnalysisRequest``, by name
    (window_s, covered_s, ...). ``truth``: ``onset_s`` (seconds from the first frame at which the condition begins),
    visits, and the like, where known. ``write(folder)`` renders and returns the file.

    ``may_abstain``: the footage cannot carry an answer (a motion check at one frame a second), so INCONCLUSIVE is
    right. Such a positive is counted apart from recall, never apart from precision.
    """

    check: str
    condition: str
    positive: bool
    seed: int
    zones: tuple[Zone, ...]
    write: Write
    labels: Mapping[str, Label] = field(default_factory=dict)
    thresholds: Mapping[str, Any] = field(default_factory=dict)
    truth: Mapping[str, Any] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)
    may_abstain: bool = False


Maker = Callable[[int], Case]
"""A case from its seed; cheap, because every worker makes its own. Rendering belongs into ``Case.write``."""


@dataclass(frozen=True, slots=True)
class Family:
    """The scenes of one check by condition. A condition may stand on both sides (a night with and without).

    ``dearest``: the positive on which the check works hardest, whose cost is told; the first where left out.
    """

    check: str
    positives: Mapping[str, Maker]
    negatives: Mapping[str, Maker]
    dearest: str = ""

    def make(self, condition: str, positive: bool, seed: int) -> Case:
        """The case of this seed.

        Raises:
            KeyError: the family has no such condition on that side.
        """
        case = (self.positives if positive else self.negatives)[condition](seed)
        told = (case.check, case.condition, case.positive, case.seed)
        if told != (self.check, condition, positive, seed):
            raise ValueError(f"asked for {(self.check, condition, positive, seed)}, made {told}")
        return case


def rng_of(seed: int, *words: str) -> np.random.Generator:
    """Random numbers of one case: ``words`` (check, condition, what for) keep scenes of one seed apart."""
    return np.random.default_rng([seed, *(zlib.crc32(word.encode()) for word in words)])
