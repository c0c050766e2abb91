"""From records to figures. Pure: no file, no clock.

*Right* is SUPPORTED where the condition is there and CONTRADICTED where it is not; INCONCLUSIVE and UNOBSERVABLE are
no answer. Half of the scenes are positive, so precision is that of a camera to which as many false reports come as
true ones.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.scoreboard.record import Record

VERDICTS = ("SUPPORTED", "CONTRADICTED", "INCONCLUSIVE", "UNOBSERVABLE", "ERROR")
Z95 = 1.959964
BINS = 10


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``of`` with Wilson's 95 % bounds (Wilson 1927: honest also at 0 and at all); None of nothing."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        if not self.of:
            return None
        p, n = self.hits / self.of, self.of
        middle = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
        half = Z95 / (1 + Z95**2 / n) * math.sqrt(p * (1 - p) / n + Z95**2 / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def as_json(self) -> dict[str, float | int | list[float] | None]:
        bounds = self.bounds
        return {
            "hits": self.hits,
            "of": self.of,
            "share": None if self.value is None else round(self.value, 4),
            "bounds95": None if bounds is None else [round(bounds[0], 4), round(bounds[1], 4)],
        }


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts of the verdicts over positive and over negative scenes; ``abstaining``: verdicts over positives whose
    footage cannot carry an answer."""

    positive: Counter[str] = field(default_factory=Counter)
    negative: Counter[str] = field(default_factory=Counter)
    abstaining: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> Share:
        """Of the SUPPORTED, those that are true."""
        true = self.positive["SUPPORTED"] + self.abstaining["SUPPORTED"]
        return Share(true, true + self.negative["SUPPORTED"])

    @property
    def recall(self) -> Share:
        """Of the positives that can be told, those that were SUPPORTED."""
        return Share(self.positive["SUPPORTED"], self.positive.total())

    @property
    def false_alarms(self) -> Share:
        """Of the hard negatives, those that were SUPPORTED."""
        return Share(self.negative["SUPPORTED"], self.negative.total())

    @property
    def missed(self) -> Share:
        """Of all positives, those that were CONTRADICTED: the other error that costs trust."""
        wrong = self.positive["CONTRADICTED"] + self.abstaining["CONTRADICTED"]
        return Share(wrong, self.positive.total() + self.abstaining.total())

    @property
    def cleared(self) -> Share:
        """Of the hard negatives, those that were CONTRADICTED."""
        return Share(self.negative["CONTRADICTED"], self.negative.total())


def confusion(records: Iterable[Record]) -> Confusion:
    """Count the verdicts."""
    found = Confusion()
    for record in records:
        if not record.positive:
            found.negative[record.verdict] += 1
        elif record.may_abstain:
            found.abstaining[record.verdict] += 1
        else:
            found.positive[record.verdict] += 1
    return found


SUSPECTS = {
    "smoke_fire": frozenset({"smoke_seen", "fire_seen", "smoke_and_fire_seen"}),
    "street_vendors": frozenset({"needs_person"}),
}
"""Of checks that never say SUPPORTED: the reasons by which they send for a person at once, stills attached."""


@dataclass(frozen=True, slots=True)
class Suspicions:
    """How often such a check raised a suspicion: of the positives (its recall), and of the hard negatives."""

    positive: Share
    negative: Share


def suspicions(check: str, records: Iterable[Record]) -> Suspicions | None:
    """None of a check that answers by its verdict."""
    if (reasons := SUSPECTS.get(check)) is None:
        return None
    sides = {True: [0, 0], False: [0, 0]}
    for record in records:
        sides[record.positive][0] += record.reason in reasons
        sides[record.positive][1] += 1
    return Suspicions(Share(*sides[True]), Share(*sides[False]))


def by_check(records: Iterable[Record]) -> dict[str, list[Record]]:
    """The records of each check, in the order in which the checks come first."""
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record.check, []).append(record)
    return found


def by_condition(records: Iterable[Record]) -> dict[tuple[str, bool], list[Record]]:
    """The records of one check by condition and side, positives first."""
    found: dict[tuple[str, bool], list[Record]] = {}
    for record in sorted(records, key=lambda r: (not r.positive, r.condition)):
        found.setdefault((record.condition, record.positive), []).append(record)
    return found


def is_right(record: Record) -> bool | None:
    """None where there is no answer."""
    if record.verdict == "SUPPORTED":
        return record.positive
    return not record.positive if record.verdict == "CONTRADICTED" else None


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers told with a confidence in [low, high): their mean confidence and how many were right."""

    low: float
    high: float
    told: float
    right: Share


def reliability(records: Iterable[Record], raw: bool = False) -> list[Bin]:
    """Bins of a tenth, those without an answer left out; ``raw``: by the confidence before calibration."""
    answers = list(_answers(records, raw))
    out = []
    for n in range(BINS):
        inside = [(told, right) for told, right in answers if min(BINS - 1, int(told * BINS + 1e-9)) == n]
        if inside:
            told = float(np.mean([told for told, _ in inside]))
            out.append(Bin(n / BINS, (n + 1) / BINS, told, Share(sum(right for _, right in inside), len(inside))))
    return out


def calibration_error(records: Iterable[Record], raw: bool = False) -> float | None:
    """Expected calibration error (Naeini 2015): mean distance of confidence and rate of being right over the
    bins, weighted by their counts; None without an answer."""
    bins = reliability(records, raw)
    total = sum(each.right.of for each in bins)
    if not total:
        return None
    return sum(each.right.of * abs(each.told - (each.right.value or 0.0)) for each in bins) / total


def _answers(records: Iterable[Record], raw: bool) -> Iterable[tuple[float, bool]]:
    for record in records:
        right, told = is_right(record), record.raw if raw else record.confidence
        if right is not None and told is not None:
            yield told, right


def onset_errors(records: Iterable[Record]) -> list[float]:
    """Said less true beginning in seconds, of the positives that were SUPPORTED and whose beginning is known."""
    return [
        record.onset_s - float(record.truth["onset_s"])
        for record in records
        if record.positive
        and record.verdict == "SUPPORTED"
        and record.onset_s is not None
        and "onset_s" in record.truth
    ]


def cost_per_minute(records: Sequence[Record]) -> float | None:
    """Core-seconds of analysis per minute of footage, at the rate and size of the scenes."""
    minutes = sum(record.span_s for record in records) / 60
    return sum(record.cpu_s for record in records) / minutes if minutes > 0 else None


@dataclass(frozen=True, slots=True)
class Targets:
    """The issue's: least precision and recall, most false alarms, most core-seconds per camera-minute at 1080p15."""

    precision: float = 0.97
    recall: float = 0.90
    false_alarms: float = 0.01
    core_s: float = 8.0


NO_TARGET = frozenset({"street_vendors", "smoke_fire"})
"""Their figures are published, whatever they are (the issue)."""


def misses(check: str, found: Confusion, targets: Targets = Targets()) -> list[str]:
    """Which targets a check's counts miss, by name."""
    if check in NO_TARGET:
        return []
    out = []
    if (value := found.precision.value) is not None and value < targets.precision:
        out.append("precision")
    if (value := found.recall.value) is not None and value < targets.recall:
        out.append("recall")
    if (value := found.false_alarms.value) is not None and value > targets.false_alarms:
        out.append("false_alarms")
    return out


def too_dear(cost: Mapping[str, Any] | None, targets: Targets = Targets()) -> list[str]:
    """``["cost"]`` where a minute of 1080p15 takes more core-seconds than the target; nothing where it is unknown."""
    return ["cost"] if cost is not None and cost["core_s_per_minute"] > targets.core_s else []
