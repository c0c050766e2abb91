"""One plate through the frames of a clip: sightings that belong together, and their readings as one vote."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from analytics.plates.reader import Sighting
from analytics.plates.vote import Verdict, together, verdict
from cameras.footage.frame import Picture

LOST_S = 2.0
"""A plate unseen for longer is another one."""

NEAR_LENGTHS = 1.5
"""Lengths of the row that a plate may lie from where its last two sightings lead, to be the same one."""

SIZE_RATIO = 1.8
ALIKE = 0.7
"""Share of characters in common from which two doubtful readings are of one plate, wherever they are."""

MOST_VOTING = 7
STILL = 0.5
"""Row heights that a plate must have moved to count as seen anew."""

LEGIBLE = 0.5
"""Frames that vote, the most legible, none under half of the best: a far and smeared view adds nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A sighting at ``t_s`` in a picture of ``width`` x ``height`` pixels."""

    t_s: float
    sighting: Sighting
    width: int
    height: int


@dataclass(slots=True, eq=False)
class Track:
    """Sightings of one plate in the order of time."""

    seen: list[Seen] = field(default_factory=list)

    @property
    def voting(self) -> list[Seen]:
        """The sightings that vote, the most legible first."""
        ranked = sorted(self.seen, key=lambda one: -one.sighting.votes.legibility)[:MOST_VOTING]
        least = LEGIBLE * ranked[0].sighting.votes.legibility
        return [one for one in ranked if one.sighting.votes.legibility >= least]

    @property
    def best(self) -> Seen:
        return self.voting[0]

    @property
    def verdict(self) -> Verdict | None:
        views = self._views()
        return verdict(together([one.sighting.votes for one in self.voting], views))

    def _views(self) -> list[int]:
        """Which of the voting frames show the plate alike: one that stands still is one picture, however long."""
        different: list[Seen] = []
        numbers = []
        for one in self.voting:
            same = next((number for number, other in enumerate(different) if _stands(one, other)), len(different))
            numbers.append(same)
            if same == len(different):
                different.append(one)
        return numbers

    def distance(self, one: Seen) -> float:
        """In lengths of the row, from where the plate should be by now; infinite when it cannot be the same."""
        last = self.seen[-1]
        if one.t_s - last.t_s > LOST_S or one.t_s <= last.t_s:
            return math.inf
        x, y = self._expected(one.t_s)
        row, size = one.sighting.row, one.sighting.row.height / last.sighting.row.height
        if not 1 / SIZE_RATIO < size < SIZE_RATIO:
            return math.inf
        apart = math.hypot(row.x - x, row.y - y) / max(row.length, last.sighting.row.length)
        alike = likeness(_text(last.sighting), _text(one.sighting))
        return apart if apart <= NEAR_LENGTHS else (10 + apart if alike >= ALIKE else math.inf)

    def _expected(self, t_s: float) -> tuple[float, float]:
        last = self.seen[-1]
        row = last.sighting.row
        if len(self.seen) < 2:
            return row.x, row.y
        before = self.seen[-2]
        passed = (t_s - last.t_s) / (last.t_s - before.t_s)
        return (
            row.x + passed * (row.x - before.sighting.row.x),
            row.y + passed * (row.y - before.sighting.row.y),
        )


def tracks_of(frames: Iterable[tuple[float, Picture, Sequence[Sighting]]]) -> list[Track]:
    """Sightings of ``(t_s, picture, sightings)`` joined into plates; each sighting goes to the nearest free track."""
    tracks: list[Track] = []
    for t_s, picture, sightings in frames:
        height, width = picture.shape[:2]
        fresh = [Seen(t_s, sighting, width, height) for sighting in sightings]
        pairs = [(track.distance(one), i, j) for i, track in enumerate(tracks) for j, one in enumerate(fresh)]
        taken: set[int] = set()
        extended: set[int] = set()
        for distance, i, j in sorted(pairs):
            if math.isfinite(distance) and i not in extended and j not in taken:
                tracks[i].seen.append(fresh[j])
                extended.add(i)
                taken.add(j)
        tracks += [Track([one]) for j, one in enumerate(fresh) if j not in taken]
    return tracks


def _stands(one: Seen, other: Seen) -> bool:
    a, b = one.sighting.row, other.sighting.row
    return math.hypot(a.x - b.x, a.y - b.y) < STILL * max(a.height, b.height) and 0.9 < a.height / b.height < 1.1


def likeness(a: str, b: str) -> float:
    """Share of places where two texts of one length hold the same character; 0 for other lengths."""
    if not a or len(a) != len(b):
        return 0.0
    return sum(x == y for x, y in zip(a, b, strict=True)) / len(a)


def _text(sighting: Sighting) -> str:
    found = sighting.verdict
    return str(found.plate) if found else ""
