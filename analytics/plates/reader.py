"""Plates in one picture: found, straightened, enlarged, read many ways, and told only when sure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analytics.detections import Detections
from analytics.plates.decode import Slots, likelihoods, positions, proposals, slots_of
from analytics.plates.grammar import PlateText
from analytics.plates.lines import TextRow
from analytics.plates.reading import Emission, TextReader
from analytics.plates.strips import CLOSER, FIRST, Look, strip_cut
from analytics.plates.views import Vehicle, first_views, rows_in, same_row, second_views, vehicles_of
from analytics.plates.vote import Ballot, Verdict, ballot, verdict
from cameras.footage.frame import Picture

PLAUSIBLE = 0.02
"""Probability in the best of the first looks from which a row is read closer."""

LONGER = 0.03
"""A text that goes on where another ends is preferred from this share of its probability: the row was cut short."""

REFITS = 2
"""Times that the row is cut anew around what was read in it."""

END_ROOM = 0.6
"""Pitches that must lie inside the picture beyond the first and last character."""

SECOND_ROW = 0.85
"""A row under another one, at most so much as high, is the date."""


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """One plate in one picture: where, on what, and what its readings think."""

    row: TextRow
    vehicle: Vehicle | None
    votes: Ballot
    is_whole: bool

    @property
    def verdict(self) -> Verdict | None:
        return verdict(self.votes)


class PlateReader:
    """Reads plates with any ``TextReader``."""

    def __init__(self, reader: TextReader) -> None:
        self._reader = reader

    def sightings(self, picture: Picture, found: Detections | None = None) -> list[Sighting]:
        """The plates in a BGR picture, also those that nothing certain can be said of.

        ``found``: the objects in it, for a closer look at vehicles and the kind of each.
        """
        vehicles = vehicles_of(picture, found)
        seen = list(self._read(picture, rows_in(picture, first_views(picture, vehicles), self._reader)))
        if not any(_is_sure(sighting) for sighting in seen):
            again = rows_in(picture, second_views(picture), self._reader)
            fresh = [row for row in again if not any(same_row(row, sighting.row) for sighting in seen)]
            seen += self._read(picture, fresh)
        return [replace(one, vehicle=_carrier(one.row, vehicles)) for one in _first_rows(_each_once(seen))]

    def _read(self, picture: Picture, rows: Sequence[TextRow]) -> Iterator[Sighting]:
        for row, emissions in zip(rows, self._looks(picture, rows, FIRST), strict=True):
            plate = _best(emissions)
            if plate is not None:
                sighting = self._closer(picture, _refitted(row, FIRST, emissions, plate))
                if sighting is not None:
                    yield sighting

    def _looks(self, picture: Picture, rows: Sequence[TextRow], looks: Sequence[Look]) -> list[list[Emission]]:
        """All looks at all rows in one go: the reader is quicker with many strips at once."""
        emissions = self._reader.read([strip_cut(picture, row, look) for row in rows for look in looks])
        return [emissions[start : start + len(looks)] for start in range(0, len(emissions), len(looks))]

    def _closer(self, picture: Picture, row: TextRow) -> Sighting | None:
        emissions: list[Emission] = []
        for _ in range(REFITS):
            [emissions] = self._looks(picture, [row], FIRST)
            plate = _best(emissions)
            if plate is None:
                return None
            refitted = _refitted(row, FIRST, emissions, plate)
            moved = abs(refitted.length - row.length) + math.hypot(refitted.x - row.x, refitted.y - row.y)
            row = refitted
            if moved < row.height:
                break
        [closer] = self._looks(picture, [row], CLOSER)
        return Sighting(row, None, ballot([*emissions, *closer]), _is_inside(picture, row))


def _best(emissions: Sequence[Emission]) -> PlateText | None:
    """The text to cut the row anew for: seen best in any one look, but longer before shorter."""
    readings = [slots_of(emission) for emission in emissions]
    plates = tuple(dict.fromkeys(plate for slots in readings for plate in proposals(slots)[:3]))
    if not plates:
        return None
    lenient = np.stack([likelihoods(slots_of(emission, 1.0), plates) for emission in emissions]).max(axis=0)
    seen = np.where(lenient >= PLAUSIBLE, np.stack([likelihoods(s, plates) for s in readings]).max(axis=0), 0)
    best = int(seen.argmax())
    if seen[best] <= 0:
        return None
    longer = [n for n, p in enumerate(plates) if seen[n] > LONGER * seen[best] and _goes_on(str(p), str(plates[best]))]
    return plates[max([best, *longer], key=lambda n: (len(str(plates[n])), seen[n]))]


def _goes_on(text: str, part: str) -> bool:
    return len(text) > len(part) and (text.startswith(part) or text.endswith(part))


def _refitted(row: TextRow, looks: Sequence[Look], emissions: Sequence[Emission], plate: PlateText) -> TextRow:
    """The row from half a pitch before the text's first character to half a pitch after its last."""
    readings: list[Slots] = [slots_of(emission, 1.0) for emission in emissions]
    best = int(np.argmax([likelihoods(slots, [plate])[0] for slots in readings]))
    places = positions(readings[best], plate)
    pitch = (places[-1] - places[0]) / max(1, len(places) + 1)
    start, end = places[0] - 0.6 * pitch, places[-1] + 0.6 * pitch
    length = row.length + 2 * looks[best].widen * row.height
    along = ((start + end) / 2 - 0.5) * length
    turn = math.radians(row.angle_deg + looks[best].turn_deg)
    return replace(
        row, x=row.x + along * math.cos(turn), y=row.y + along * math.sin(turn), length=(end - start) * length
    )


def _is_inside(picture: Picture, row: TextRow) -> bool:
    height, width = picture.shape[:2]
    room = END_ROOM * row.length / 8
    corners = replace(row, length=row.length + 2 * room).corners()
    return bool(corners.min() >= -1 and (corners[:, 0] <= width).all() and (corners[:, 1] <= height).all())


def _is_sure(sighting: Sighting) -> bool:
    found = sighting.verdict
    return found is not None and bool(found.plate.series) and found.confidence > 0.5


def _each_once(sightings: Sequence[Sighting]) -> list[Sighting]:
    """Of sightings of one place the surest."""
    kept: list[Sighting] = []
    for one in sorted(sightings, key=_confidence, reverse=True):
        if not any(same_row(one.row, other.row) for other in kept):
            kept.append(one)
    return kept


def _confidence(sighting: Sighting) -> float:
    found = sighting.verdict
    return found.confidence * (1.0 if found.plate.series else 0.3) if found else 0.0


def _first_rows(sightings: Sequence[Sighting]) -> list[Sighting]:
    return [one for one in sightings if not any(_is_date_under(one.row, other.row) for other in sightings)]


def _is_date_under(row: TextRow, other: TextRow) -> bool:
    below = row.y - other.y
    return (
        row is not other
        and row.height <= SECOND_ROW * other.height
        and abs(row.x - other.x) < other.length / 2
        and 0.3 * other.height < below < 2.5 * other.height
    )


def _carrier(row: TextRow, vehicles: Sequence[Vehicle]) -> Vehicle | None:
    """The smallest vehicle that the plate hangs on: a motorcycle before the bus behind it."""
    return min((vehicle for vehicle in vehicles if vehicle.holds(row)), key=lambda v: v.area, default=None)
