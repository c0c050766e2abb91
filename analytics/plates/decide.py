"""When a plate may be told, and when the honest answer is "not sure"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.plates.grammar import fits_vehicle
from analytics.plates.lines import TextRow
from analytics.plates.vote import Rival, Verdict

TOO_SMALL = "too_small"
CUT_OFF = "cut_off"
NO_SERIES = "no_series"
REPAIRED = "repaired"
UNEVEN = "uneven_spacing"
DISAGREE = "readings_disagree"
DOUBTFUL = "doubtful_character"
BAND = "unusual_for_vehicle"

BLIND: Mapping[tuple[str, str], float] = {("H", "W"): 0.01, ("U", "Q"): 0.005}
"""What the reader tells for another in the narrow type of Indonesian plates, and from which share of its probability
the other must be feared: it is sure of H where a W stands and gives W a hundredth. Of a true H or U the other has less
(98 and 63 readings of plates made worse: at most 0.004 and 0.007, and the median 0).
"""

LEAST_CHARACTERS = 4
LEAST_TELLING = 0.03
"""Of a text that cannot be told: from here on it is said that something is there."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Outside these a plate is null. A wrong plate accuses somebody; a null one costs a look.

    Chosen on half of the shared photos made worse (blurred, shrunk, noisy, dark, compressed, turned, smeared) and on
    600 drawn plates, read on the other half: see ``tests/bench/plates.py``, which prints the whole curve.
    """

    least_height_px: float = 8.0
    """Of the row: below, its strokes are a pixel wide and less."""
    least_confidence: float = 0.5
    least_agreeing: float = 0.5
    least_spacing: float = 0.3
    most_rival: float = 0.5
    """Another character half as likely as the one told, in any place."""
    most_repairs: float = 1.6
    """Characters taken for their twins: one, with room for a reading that is not sure of it."""
    most_repairs_short: float = 0.3
    """The same where the number has one or two digits: they must have been seen as digits. BAKAR is no B 4 KAR."""
    unusual_confidence: float = 0.8
    """Needed when the number lies outside the band of the vehicle's kind."""


DEFAULT_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of the plate besides its text: its row, whether its ends were seen, the vehicle's kind."""

    row: TextRow
    is_whole: bool = True
    vehicle: str | None = None


def doubt(found: Verdict, setting: Setting, rules: Rules = DEFAULT_RULES) -> str | None:
    """Why the text may not be told; None when it may."""
    checks = (
        (not found.plate.series, NO_SERIES),
        (not setting.is_whole, CUT_OFF),
        (setting.row.height < rules.least_height_px, TOO_SMALL),
        (found.repairs > _repairs_allowed(found, rules), REPAIRED),
        (found.spacing < rules.least_spacing, UNEVEN),
        (found.agreeing < rules.least_agreeing, DISAGREE),
        (found.confidence < rules.least_confidence, DOUBTFUL),
        (any(_is_feared(rival, rules) for rival in found.rivals), DOUBTFUL),
        (_is_unusual(found, setting) and found.confidence < rules.unusual_confidence, BAND),
    )
    return next((reason for applies, reason in checks if applies), None)


def is_plate_like(found: Verdict, rules: Rules = DEFAULT_RULES) -> bool:
    """Whether it is worth telling that a plate is there: signs, phone numbers and dates read by force are not."""
    long_enough = len(str(found.plate)) >= LEAST_CHARACTERS and len(found.plate.number) >= 2
    return long_enough and found.confidence >= LEAST_TELLING and found.repairs <= _repairs_allowed(found, rules)


def _repairs_allowed(found: Verdict, rules: Rules) -> float:
    return rules.most_repairs if len(found.plate.number) > 2 else rules.most_repairs_short


def _is_feared(rival: Rival, rules: Rules) -> bool:
    return rival.ratio >= BLIND.get((rival.told, rival.other), rules.most_rival)


def _is_unusual(found: Verdict, setting: Setting) -> bool:
    return not fits_vehicle(found.plate, setting.vehicle)
