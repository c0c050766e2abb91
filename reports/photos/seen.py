"""What the detector saw in a citizen's photo, and which of it says something about a report of this kind. Pure.

A photo shows what its sender chose to show, nobody knows where or when: it is told to people beside the cameras'
answer, and no rule of the verdict ever reads it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from analytics.detections import Detections, one_per_object

LEAST_CONFIDENCE = 0.4
"""Ultralytics' own default is 0.25; a hint that is wrong one time in three is none."""

VEHICLES = frozenset({"car", "truck", "bus", "minibus", "angkot", "van", "motorcycle"})
PEOPLE = frozenset({"person"})

RELEVANT: Mapping[str, frozenset[str]] = {
    "stopped_vehicle": VEHICLES,
    "loitering_minibus": VEHICLES,
    "congestion": VEHICLES,
    "lane_intrusion": VEHICLES,
    "crowd": PEOPLE,
    "loitering": PEOPLE,
    "street_vendors": PEOPLE,
}
"""Check -> classes. Of the rest (water, rubbish, trees, smoke, lamps) the detector knows no class."""


def seen_in(detections: Detections) -> dict[str, int]:
    """Class -> how many, of the classes that any check cares about; most first."""
    sure = one_per_object(detections.of(VEHICLES | PEOPLE, LEAST_CONFIDENCE))
    return dict(Counter(sure.names).most_common())


def telling(seen: Mapping[str, int], check_slug: str) -> dict[str, int]:
    """Of ``seen``, what bears on a report that this check would look into."""
    relevant = RELEVANT.get(check_slug, frozenset())
    return {name: count for name, count in seen.items() if name in relevant}
