"""From character probabilities to the plates they could be, and how likely each is.

Connectionist temporal classification with a grammar: a prefix beam search that can only spell plates proposes
texts, and the forward algorithm then says how probable each is in *every* reading of the plate, also in those that
did not propose it. (Graves et al. 2006; prefix search after Hannun et al. 2014.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analytics.plates.grammar import (
    DIGIT_FOR_LETTER,
    DIGITS,
    LETTER_FOR_DIGIT,
    LETTERS,
    MOST_NUMBER,
    MOST_REGION,
    MOST_SERIES,
    REGIONS,
    PlateText,
)
from analytics.plates.reading import ALPHABET, Emission, FloatArray

REPAIR = 0.1
"""A character seen as its twin of the other type counts this much as one seen as itself: where the grammar leaves
both open ("B 1231" or "B 123 I"), what was seen wins. Where it leaves one, the tenth is all there is."""

STATIC = 0.05
"""How much the table of twins adds to what the reader itself thought of the twin."""

BEAM = 12
OPEN_FROM = 0.01
"""Characters under this probability do not start a branch."""

PLAIN_WEIGHS, RING_FLOOR = 1.5, 0.004
"""Against a stroke: how much a plain ring's signs weigh, and how much of a stroke is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """``symbols`` ``(T, 37)``: 26 letters as they count in a letter's slot, 10 digits as in a digit's, none."""

    symbols: FloatArray


NONE = len(ALPHABET)
_INDEX = {character: number for number, character in enumerate(ALPHABET)}
_O, _Q, _D, _U = (_INDEX[c] for c in "OQDU")
_ZERO, _EIGHT = _INDEX["0"], _INDEX["8"]
_TWINS = frozenset(
    frozenset((a, b)) for table in (LETTER_FOR_DIGIT, DIGIT_FOR_LETTER) for a, others in table.items() for b in others
)


def slots_of(emission: Emission, repair: float = REPAIR) -> Slots:
    """What each character counts in each type of slot, confusions across the types repaired at ``repair``, 0-1."""
    seen = emission.characters
    letters = seen[:, :26] + repair * _moved(seen[:, 26:], seen[:, :26], _LETTER_SHARES)
    digits = seen[:, 26:] + repair * _moved(seen[:, :26], seen[:, 26:], _DIGIT_SHARES)
    _rings(letters, emission, repair)
    digits[:, 0] += emission.slashed
    none = emission.none[:, None]
    return Slots(np.concatenate([letters, digits, none], axis=1).astype(np.float32))


def _shares(table: dict[str, str], rows: str, columns: str) -> FloatArray:
    out = np.zeros((len(rows), len(columns)), np.float32)
    for row, character in enumerate(rows):
        for twin in table.get(character, ""):
            out[row, columns.index(twin)] = 1.0 / len(table[character])
    return out


_LETTER_SHARES = _shares({**LETTER_FOR_DIGIT, "0": "D"}, DIGITS, LETTERS)
_LETTER_SHARES[0] *= 0.0
_DIGIT_SHARES = _shares(dict(DIGIT_FOR_LETTER), LETTERS, DIGITS)


def _moved(other: FloatArray, own: FloatArray, shares: FloatArray) -> FloatArray:
    """The other type's probability, handed to its twins by what the reader itself thought of them, and the table."""
    out = np.zeros_like(own)
    for row in np.flatnonzero(other.max(axis=0) > OPEN_FROM):
        twins = np.flatnonzero(shares[row])
        if not len(twins):
            continue
        weight = own[:, twins] + STATIC * shares[row, twins] * other[:, row : row + 1]
        total = weight.sum(axis=1, keepdims=True)
        out[:, twins] += other[:, row : row + 1] * weight / np.maximum(total, 1e-9)
    return out


def _rings(letters: FloatArray, emission: Emission, repair: float) -> None:
    """Tell O from Q in a letter's slot, or leave both open.

    On most Indonesian plates the letter O carries a stroke and the digit 0 does not; Q is a plain ring with a tail of
    a pixel or two. A reader calls the one "0", sometimes "8", and the other "0", "O", "Q" or "D". So "8" beside "0"
    speaks for O, "Q" for Q, and a plain ring for neither: newer type has O without the stroke.
    """
    seen = emission.characters
    ring = repair * seen[:, _ZERO] + seen[:, _O] + seen[:, _Q] + emission.slashed
    stroke = np.minimum(seen[:, _EIGHT], 2 * seen[:, _ZERO]) + emission.slashed
    plain = seen[:, _O] + seen[:, _Q] + seen[:, _D] + seen[:, _U]
    for_o = stroke / (stroke + PLAIN_WEIGHS * plain + RING_FLOOR)
    for_q = seen[:, _Q] / np.maximum(seen[:, _ZERO] + seen[:, _O] + seen[:, _Q], 1e-6)
    open_ring = np.clip(1 - for_o - for_q, 0, 1)
    letters[:, _O] += ring * (for_o + open_ring / 2) - seen[:, _O]
    letters[:, _Q] += ring * (for_q + open_ring / 2) - seen[:, _Q]


def proposals(slots: Slots, keep: int = BEAM) -> list[PlateText]:
    """The likeliest plates of one reading, at most ``keep``."""
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    for row in slots.symbols:
        beams = _step(beams, row, keep)
    found = [(sum(p), plate) for text, p in beams.items() if (plate := _finished(text)) is not None]
    found.sort(key=lambda item: -item[0])
    return [plate for _, plate in found]


def _step(beams: dict[str, tuple[float, float]], row: FloatArray, keep: int) -> dict[str, tuple[float, float]]:
    """One step to the right. A beam is ``text -> (probability ending in a gap, ending in its last character)``."""
    gap = float(row[NONE])
    after: dict[str, tuple[float, float]] = {}
    live = np.flatnonzero(row[:NONE] > OPEN_FROM).tolist() if gap < 1 - OPEN_FROM else []
    for text, (in_gap, in_last) in beams.items():
        stay = in_last * float(row[_INDEX[text[-1]]]) if text else 0.0
        _add(after, text, (in_gap + in_last) * gap, stay)
        for number in live:
            character = ALPHABET[number]
            if _may_follow(text, character):
                apart = bool(text) and _same_glyph(text[-1], character)
                _add(after, text + character, 0.0, (in_gap if apart else in_gap + in_last) * float(row[number]))
    best = sorted(after.items(), key=lambda item: -sum(item[1]))[:keep]
    return dict(best)


def _add(beams: dict[str, tuple[float, float]], text: str, in_gap: float, in_last: float) -> None:
    a, b = beams.get(text, (0.0, 0.0))
    beams[text] = (a + in_gap, b + in_last)


def _same_glyph(a: str, b: str) -> bool:
    """One drawn character may not be spelled twice, as itself and as its twin of the other type."""
    return a == b or frozenset((a, b)) in _TWINS


def _groups(text: str) -> tuple[str, str, str]:
    number = next((i for i, c in enumerate(text) if c in DIGITS), len(text))
    series = next((i for i in range(number, len(text)) if text[i] in LETTERS), len(text))
    return text[:number], text[number:series], text[series:]


def _may_follow(text: str, character: str) -> bool:
    region, number, series = _groups(text)
    if character in DIGITS:
        if series or len(number) == MOST_NUMBER:
            return False
        return bool(number) or (character != "0" and region in REGIONS)
    if number:
        return len(series) < MOST_SERIES
    return len(region) < MOST_REGION and any(code.startswith(region + character) for code in REGIONS)


def _finished(text: str) -> PlateText | None:
    region, number, series = _groups(text)
    return PlateText(region, number, series) if region and number else None


def likelihoods(slots: Slots, plates: Sequence[PlateText]) -> FloatArray:
    """``(N,)``: the probability of each text in this reading, 0-1."""
    if not plates:
        return np.zeros(0, np.float32)
    labels, skips, ends = _lattice([str(plate) for plate in plates])
    alpha = np.zeros(labels.shape, np.float64)
    alpha[:, 0] = slots.symbols[0, NONE]
    alpha[:, 1] = slots.symbols[0, labels[:, 1]]
    for row in slots.symbols[1:]:
        come = alpha.copy()
        come[:, 1:] += alpha[:, :-1]
        come[:, 2:] += alpha[:, :-2] * skips[:, 2:]
        alpha = come * row[labels]
    rows = np.arange(len(plates))
    return np.asarray(alpha[rows, ends] + alpha[rows, ends - 1], np.float32)


def _lattice(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels with gaps between ``(N, 2L+1)``, where a gap may be left out, and the last gap of each text."""
    longest = max(map(len, texts))
    labels = np.full((len(texts), 2 * longest + 1), NONE)
    skips = np.zeros(labels.shape)
    for row, text in enumerate(texts):
        labels[row, 1 : 2 * len(text) : 2] = [_INDEX[c] for c in text]
        for place, (a, b) in enumerate(pairwise(text)):
            skips[row, 2 * place + 3] = not _same_glyph(a, b)
    return labels, skips, np.array([2 * len(text) for text in texts])


def positions(slots: Slots, plate: PlateText) -> list[float]:
    """Where each character of the text stands in the reading, 0-1 from left: the likeliest path's middle."""
    path = list(_best_path(slots, str(plate)))
    steps = len(slots.symbols)
    return [float(np.mean(at) + 0.5) / steps for at in path]


def _best_path(slots: Slots, text: str) -> Iterator[list[int]]:
    """For each character the steps at which the likeliest path stands on it (Viterbi)."""
    labels, skips, _ = _lattice([text])
    log = np.log(np.maximum(slots.symbols[:, labels[0]], 1e-9))
    jump = np.where(skips[0] > 0, 0.0, -np.inf)
    came = np.full((3, labels.shape[1]), -np.inf)
    score = np.full(labels.shape[1], -np.inf)
    score[:2] = log[0, :2]
    back = np.zeros(log.shape, np.int64)
    for step in range(1, len(log)):
        came[0], came[1, 1:], came[2, 2:] = score, score[:-1], score[:-2] + jump[2:]
        back[step] = came.argmax(axis=0)
        score = came.max(axis=0) + log[step]
    state = int(np.argmax(score[-2:]) + len(score) - 2)
    held: dict[int, list[int]] = {}
    for step in range(len(log) - 1, -1, -1):
        held.setdefault(state, []).append(step)
        state -= int(back[step, state])
    yield from (held.get(2 * number + 1, [0]) for number in range(len(text)))
