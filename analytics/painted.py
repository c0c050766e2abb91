"""What belongs to the scene: a place that looks the same all through a clip, whatever a detector calls it.

A board with people on it, a dummy, a cart that a detector takes for somebody. Whoever is alive moves, comes or goes.
"""

from __future__ import annotations

import numpy as np

from analytics.frames import Survey
from analytics.people import Box, crop_of, likeness

POSTER = 0.98
"""How alike a place is that nobody alive stands in. Measured on rendered pavements (choosing seeds), exposure jumps and
people who pass before it included: boards .992 to .998, people who stand all through a clip .95 at most."""

SHARE = 0.8
"""Of the clip's pictures that must agree: people who pass hide a board now and then."""

VIEWS = 40


def sameness_of(survey: Survey, box: Box, numbers: list[int] | None = None, share: float = SHARE) -> float:
    """Likeness -1..1 that the place (x1, y1, x2, y2 in 0-1) has in at least ``share`` of the clip's pictures.

    ``numbers``: the pictures that show what is asked about; all of them when None.
    """
    shown = numbers or list(range(len(survey.samples)))
    usual = np.median(np.stack([crop_of(survey.samples[n].grey, box) for n in _thinned(shown)]), axis=0)
    looked = _thinned(list(range(len(survey.samples))))
    alike = [likeness(usual.astype(np.uint8), crop_of(survey.samples[n].grey, box)) for n in looked]
    return float(np.percentile(alike, 100 * (1 - share)))


def _thinned(numbers: list[int]) -> list[int]:
    if len(numbers) <= VIEWS:
        return numbers
    return [numbers[round(at)] for at in np.linspace(0, len(numbers) - 1, VIEWS)]
