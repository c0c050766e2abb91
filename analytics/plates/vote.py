"""Many readings of one plate, weighed into one text with a confidence for each character, or into doubt.

A reading's opinion of a text is its probability under the grammar; the plate's confidence is the mean over the
readings, so that a text which a few looks are sure of and the others do not see stays doubtful. Two things that the
reader does not know weigh in: the characters of a group stand evenly and the groups apart (which is how people
tell "B 1231" from "B 123 I", and notice a character that was skipped), and a character that was only accepted as
the twin of another is a repair.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from analytics.plates.decode import Slots, likelihoods, positions, proposals, slots_of
from analytics.plates.grammar import MOST_NUMBER, PlateText
from analytics.plates.reading import Emission, FloatArray

PROPOSED = 6
"""Texts that one reading may propose."""

BLIND: Mapping[str, str] = {"H": "W", "U": "Q"}
"""What the reader takes for another in the narrow type of Indonesian plates: sure of H where a W stands, it gives W a
hundredth. So the other is put to the vote too, proposed or not."""

UNEXPLAINED = 0.1
"""Weight of "none of these texts" in a reading: as of one repaired character, see ``decode.REPAIR``."""

GAP_LEAST, GAP_MOST = 1.15, 3.6
"""Middle of the gap between groups over the pitch inside them: 1.5 to 3.0 on real plates, 1 inside a group.
More where the number is short: it stands in the middle of the same room."""

PITCH_MOST = 1.7
"""Largest step inside a group over the usual: from 2 on a character is missing there."""

SOFTNESS = 0.08
"""How sharply those bounds cut: a reader's step is an eighth of a pitch wide or more."""

HOPELESS = 0.005
"""Probability in the best reading under which a text is not looked at further."""

POOL_FLOOR = 0.01
"""The least a picture can believe of a text that others saw: one bad picture is no veto."""

MOST_RIVALS = 8
PLACED_BY = 4
"""Readings, the best for that text, whose positions are averaged."""


@dataclass(frozen=True, slots=True, eq=False)
class Ballot:
    """What V readings of one plate, taken from one picture or several, think of N texts.

    ``seen`` and ``repaired`` are ``(V, N)``: the probability of each text, a repaired character counting a tenth, and
    one. ``spacing`` ``(N,)``: 0-1, how well the characters' places fit the text. ``picture`` ``(V,)``: which picture
    each reading is of.
    """

    plates: tuple[PlateText, ...]
    seen: FloatArray
    repaired: FloatArray
    spacing: FloatArray
    picture: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.plates)

    @property
    def legibility(self) -> float:
        """How well the readings agree with the grammar at all, whatever the text: 0-1."""
        return float(np.mean(self.repaired.max(axis=1))) if len(self) else 0.0


@dataclass(frozen=True, slots=True)
class Rival:
    """Another character in one place of the text: ``ratio`` of its probability to that of the one told."""

    told: str
    other: str
    ratio: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The likeliest text. ``confidence`` 0-1, ``characters`` one figure each, ``agreeing``: share of the readings
    that put it first, ``repairs``: characters taken for their twins, ``spacing`` see ``Ballot``, ``rivals``: the
    readers' second thoughts on single characters, strongest first.
    """

    plate: PlateText
    confidence: float
    characters: tuple[float, ...]
    agreeing: float
    repairs: float
    spacing: float
    rivals: tuple[Rival, ...]


def ballot(emissions: Sequence[Emission]) -> Ballot:
    """The readings' opinions of all the texts that any of them proposes."""
    readings = [slots_of(emission) for emission in emissions]
    proposed = dict.fromkeys(plate for slots in readings for plate in proposals(slots)[:PROPOSED])
    plates = tuple(dict.fromkeys([*proposed, *(other for plate in proposed for other in _feared(plate))]))
    lenient = [slots_of(emission, 1.0) for emission in emissions]
    seen = _table(readings, plates)
    repaired = _table(lenient, plates)
    spacing = np.array([_spaced(lenient, repaired[:, n], plate) for n, plate in enumerate(plates)], np.float32)
    return Ballot(plates, seen, repaired, spacing, np.zeros(len(readings), np.int64))


def _feared(plate: PlateText) -> Iterator[PlateText]:
    """The text with one character of its series as what it may really be."""
    for place, seen in enumerate(plate.series):
        if seen in BLIND:
            yield replace(plate, series=plate.series[:place] + BLIND[seen] + plate.series[place + 1 :])


def _table(readings: Sequence[Slots], plates: Sequence[PlateText]) -> FloatArray:
    return np.asarray([likelihoods(slots, plates) for slots in readings], np.float32).reshape(
        len(readings), len(plates)
    )


def _spaced(readings: Sequence[Slots], opinions: FloatArray, plate: PlateText) -> float:
    """``spacing_fit`` where the text stands in the readings that see it best; 0 where none sees it."""
    if opinions.max() < HOPELESS:
        return 0.0
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


def together(ballots: Sequence[Ballot], pictures: Sequence[int]) -> Ballot:
    """Several ballots on one plate as one; a text that a ballot never heard of has no vote in it.

    ``pictures``: a number for each ballot, the same for views too alike to be separate evidence.
    """
    plates = tuple(dict.fromkeys(plate for one in ballots for plate in one.plates))
    place = {plate: number for number, plate in enumerate(plates)}
    spacing = np.zeros(len(plates), np.float32)
    seen, repaired = (np.zeros((sum(len(one.seen) for one in ballots), len(plates)), np.float32) for _ in range(2))
    row = 0
    for one in ballots:
        columns = [place[plate] for plate in one.plates]
        np.maximum.at(spacing, columns, one.spacing)
        seen[row : row + len(one.seen), columns] = one.seen
        repaired[row : row + len(one.seen), columns] = one.repaired
        row += len(one.seen)
    picture = np.repeat(np.asarray(pictures, np.int64), [len(one.seen) for one in ballots])
    return Ballot(plates, seen, repaired, spacing, picture)


def verdict(votes: Ballot) -> Verdict | None:
    """The likeliest text of all the readings together; None when no reading proposed one."""
    if not len(votes):
        return None
    opinion = _posterior(votes)
    belief = _pooled(opinion, votes.picture)
    best = int(belief.argmax())
    return Verdict(
        plate=votes.plates[best],
        confidence=float(belief[best]),
        characters=_by_character(votes.plates, belief, votes.plates[best]),
        agreeing=float(np.mean(opinion.argmax(axis=1) == best)),
        repairs=_repairs(votes, best),
        spacing=float(votes.spacing[best]),
        rivals=_rivals(votes, best),
    )


def _posterior(votes: Ballot) -> FloatArray:
    """``(V, N)``: each reading's belief in each text, rows summing to at most 1."""
    weight = votes.seen * votes.spacing
    nothing = UNEXPLAINED * (1.0 - votes.repaired.max(axis=1, keepdims=True))
    return np.asarray(weight / (weight.sum(axis=1, keepdims=True) + nothing + 1e-6), np.float32)


def _pooled(opinion: FloatArray, picture: npt.NDArray[np.int64]) -> FloatArray:
    """``(N,)``: the belief of all pictures together: the mean over the looks at each, and these multiplied.

    Looks at one picture share its blur and its glare, so they are averaged. Pictures are separate evidence, though not
    quite: the power of one over the root of their number stands between averaging and independence.
    """
    names = np.unique(picture)
    means = np.stack([opinion[picture == name].mean(axis=0) for name in names])
    nothing = np.clip(1.0 - means.sum(axis=1, keepdims=True), 0.0, 1.0)
    logs = np.log(np.maximum(np.concatenate([means, nothing], axis=1), POOL_FLOOR)).sum(axis=0) / np.sqrt(len(names))
    pooled = np.exp(logs - logs.max())
    return np.asarray(means[0] if len(names) == 1 else (pooled / pooled.sum())[:-1], np.float32)


def _by_character(plates: Sequence[PlateText], belief: FloatArray, best: PlateText) -> tuple[float, ...]:
    """For each character of the best text, the belief in all texts of its shape that hold it there."""
    alike = [(str(plate), float(one)) for plate, one in zip(plates, belief, strict=True) if plate.shape == best.shape]
    return tuple(sum(one for text, one in alike if text[place] == told) for place, told in enumerate(str(best)))


def _rivals(votes: Ballot, best: int) -> tuple[Rival, ...]:
    """Texts that differ from the best in one character of its type, from the mean probabilities themselves.

    The belief hides them: where a reader is sure of what it cannot tell apart, the other comes in at a hundredth.
    """
    seen, told = votes.seen.mean(axis=0), votes.plates[best]
    found = []
    for plate, probability in zip(votes.plates, seen, strict=True):
        differing = [(a, b) for a, b in zip(str(told), str(plate), strict=False) if a != b]
        if plate.shape == told.shape and len(differing) == 1:
            found.append(Rival(*differing[0], float(probability / max(seen[best], 1e-9))))
    return tuple(sorted(found, key=lambda rival: -rival.ratio)[:MOST_RIVALS])


def _repairs(votes: Ballot, best: int) -> float:
    """Characters repaired in the readings that see the text best."""
    rows = np.argsort(-votes.repaired[:, best])[:PLACED_BY]
    ratio = votes.repaired[rows, best] / np.maximum(votes.seen[rows, best], 1e-9)
    return float(np.log10(np.maximum(np.median(ratio), 1.0)))
