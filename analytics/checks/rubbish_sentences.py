"""What the check of floating rubbish says where pieces lie close together, Indonesian first."""

from __future__ import annotations

from analytics.checks.words import figure_id
from analytics.verdict import Reason


def carpet(cover: float) -> Reason:
    """``cover``: share 0-1 of the zone."""
    return Reason(
        "rubbish_afloat",
        f"Sampah rapat menutupi {figure_id(cover * 100, 0)} % zona",
        f"Rubbish lies close together over {cover * 100:.0f} % of the zone",
    )


def hidden_by_it(share: float) -> Reason:
    """``share``: 0-1 of the zone where pieces leave no water to be seen."""
    return Reason(
        "carpet",
        f"Tumpukan rapat menutupi {figure_id(share * 100, 0)} % zona: hamparan sampah di air atau timbunan di darat, "
        "perlu dilihat",
        f"Things lie close together over {share * 100:.0f} % of the zone: a carpet of rubbish on water or a heap on "
        "land, a person must look",
    )
