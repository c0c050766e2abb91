"""Many readings of one plate, weighed into one text with a confidence for each character, or into doubt.

A reading's opinion of a text is its probability under the grammar; the plate's confidence is the mean over the
readings, so that a text which a few looks are sure of and the others do not see stays doubtful. Two things that the
reader does not know weigh in: the characters of a group stand evenly and the groups apart (which is how people
tell "B 1231" from "B 123 I", and notice a character that was skipped), and a character that was only accepted as
the twin of another is a repair.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analytics.plates.decode import Slots, likelihoods, positions, proposals, slots_of
from analytics.plates.grammar import MOST_NUMBER, PlateText
from analytics.plates.reading import Emission, FloatArray

PROPOSED = 6
"""Texts that one reading may propose."""

UNEXPLAINED = 0.1
"""Weight of "none of these texts" in a reading: as of one repaired character, see ``decode.REPAIR``."""

GAP_LEAST, GAP_MOST = 1.15, 3.6
"""Middle of the gap between groups over the pitch inside them: 1.5 to 3.0 on real plates, 1 inside a group.
More where the number is short: it stands in the middle of the same room."""

PITCH_MOST = 1.7
"""Largest step inside a group over the usual: from 2 on a character is missing there."""

SOFTNESS = 0.08
"""How sharply those bounds cut: a reader's step is an eighth of a pitch wide or more."""

PLACED_BY = 4
"""Readings, the best for that text, whose positions are averaged."""


@dataclass(frozen=True, slots=True, eq=False)
class Ballot:
    """What V readings think of N texts.

    ``repaired`` and ``seen`` are ``(V, N)``: probability of each text, a repaired character counting one, and a
    tenth. ``spacing`` ``(N,)``: 0-1, how well the characters' places fit the text. ``places``: for each
    text where its characters stand, 0-1 of a strip.
    """

    plates: tuple[PlateText, ...]
    seen: FloatArray
    repaired: FloatArray
    spacing: FloatArray

    def __len__(self) -> int:
        return len(self.plates)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The likeliest text. ``confidence`` 0-1, ``characters`` one figure each, ``agreeing``: share of the readings
    that put it first, ``repairs``: characters taken for their twins, ``spacing`` see ``Ballot``.
    """

    plate: PlateText
    confidence: float
    characters: tuple[float, ...]
    agreeing: float
    repairs: float
    spacing: float


def ballot(emissions: Sequence[Emission]) -> Ballot:
    """The readings' opinions of all the texts that any of them proposes."""
    readings = [slots_of(emission) for emission in emissions]
    plates = tuple(dict.fromkeys(plate for slots in readings for plate in proposals(slots)[:PROPOSED]))
    lenient = [slots_of(emission, 1.0) for emission in emissions]
    seen = _table(readings, plates)
    repaired = _table(lenient, plates)
    spacing = np.array([_spaced(lenient, repaired[:, n], plate) for n, plate in enumerate(plates)], np.float32)
    return Ballot(plates, seen, repaired, spacing)


def _table(readings: Sequence[Slots], plates: Sequence[PlateText]) -> FloatArray:
    return np.asarray([likelihoods(slots, plates) for slots in readings], np.float32).reshape(
        len(readings), len(plates)
    )


def _spaced(readings: Sequence[Slots], opinions: FloatArray, plate: PlateText) -> float:
    best = np.argsort(-opinions)[:PLACED_BY]
    return spacing_fit(plate, np.mean([positions(readings[number], plate) for number in best], axis=0).tolist())


def spacing_fit(plate: PlateText, places: Sequence[float]) -> float:
    """0-1: groups apart, characters of a group evenly spaced; 1 where the text is too short to tell."""
    steps = [b - a for a, b in pairwise(places)]
    ends = [len(plate.region) - 1]
    if plate.series:
        ends.append(len(plate.region) + len(plate.number) - 1)
    inside = [step for number, step in enumerate(steps) if number not in ends]
    if not inside or (pitch := float(np.median(inside))) <= 0:
        return 1.0
    gaps = [steps[number] / pitch for number in ends]
    most = GAP_MOST + (MOST_NUMBER - len(plate.number)) * 0.6
    return _over(min(gaps), GAP_LEAST) * _over(most, max(gaps)) * _over(PITCH_MOST, max(inside) / pitch)


def _over(value: float, bound: float) -> float:
    return 1.0 / (1.0 + math.exp(min(50.0, max(-50.0, (bound - value) / SOFTNESS))))


def together(ballots: Sequence[Ballot]) -> Ballot:
    """Several pictures' ballots on one plate as one; a text that a ballot never heard of has no vote in it."""
    plates = tuple(dict.fromkeys(plate for one in ballots for plate in one.plates))
    place = {plate: number for number, plate in enumerate(plates)}
    spacing = np.zeros(len(plates), np.float32)
    tables: dict[str, list[FloatArray]] = {"seen": [], "repaired": []}
    for one in ballots:
        columns = [place[plate] for plate in one.plates]
        np.maximum.at(spacing, columns, one.spacing)
        for name, rows in tables.items():
            wide = np.zeros((len(one.seen), len(plates)), np.float32)
            wide[:, columns] = getattr(one, name)
            rows.append(wide)
    return Ballot(plates, np.concatenate(tables["seen"]), np.concatenate(tables["repaired"]), spacing)


def verdict(votes: Ballot) -> Verdict | None:
    """The likeliest text of all the readings together; None when no reading proposed one."""
    if not len(votes):
        return None
    opinion = _posterior(votes)
    mean = opinion.mean(axis=0)
    best = int(mean.argmax())
    plate = votes.plates[best]
    return Verdict(
        plate=plate,
        confidence=float(mean[best]),
        characters=_by_character(votes.plates, mean, plate),
        agreeing=float(np.mean(opinion.argmax(axis=1) == best)),
        repairs=_repairs(votes, best),
        spacing=float(votes.spacing[best]),
    )


def _posterior(votes: Ballot) -> FloatArray:
    """``(V, N)``: each reading's belief in each text, rows summing to at most 1."""
    weight = votes.seen * votes.spacing
    nothing = UNEXPLAINED * (1.0 - votes.repaired.max(axis=1, keepdims=True))
    return np.asarray(weight / (weight.sum(axis=1, keepdims=True) + nothing + 1e-6), np.float32)


def _by_character(plates: Sequence[PlateText], mean: FloatArray, best: PlateText) -> tuple[float, ...]:
    """For each character of the best text, the belief in all texts of its shape that hold it there."""
    shape = tuple(map(len, (best.region, best.number, best.series)))
    alike = [
        (str(plate), float(belief))
        for plate, belief in zip(plates, mean, strict=True)
        if tuple(map(len, (plate.region, plate.number, plate.series))) == shape
    ]
    return tuple(
        sum(belief for text, belief in alike if text[place] == character) for place, character in enumerate(str(best))
    )


def _repairs(votes: Ballot, best: int) -> float:
    """Characters repaired in the readings that see the text best."""
    rows = np.argsort(-votes.repaired[:, best])[:PLACED_BY]
    ratio = votes.repaired[rows, best] / np.maximum(votes.seen[rows, best], 1e-9)
    return float(np.log10(np.maximum(np.median(ratio), 1.0)))
