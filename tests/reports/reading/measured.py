"""The measurements of reading and masking: on the real reports, labelled by eye, and on made-up ones.

``labels.json`` holds what a person says of each real report, by file and feature number (from 0), never a word of it:
the category its words speak of ("" where they speak of none), the kelurahan or kecamatan they place it in, and the
kinds of personal data in it. The tables of rules were written with the even features in sight; the odd ones were read
and labelled afterwards, and no rule was changed for them.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from reports.reading.categories import category_from_text
from reports.reading.places import NamedKelurahan, PlaceNames, places_in
from reports.reading.private import Kind, mask, mask_all
from reports.reading.suggesting import the_one_named
from tests.reports.reading.planted import can_be_read, ordinary, planted

LABELS = Path(__file__).parent / "labels.json"
KELURAHAN = Path(__file__).parents[3] / "fixtures" / "kelurahan" / "jakarta_kelurahan.csv"
NOTHING = "-"


@dataclass(frozen=True)
class Labelled:
    """A real report: its texts, where it stands, and what a person says of it."""

    file: str
    feature: int
    texts: tuple[str, str]
    category: str
    area: str
    private: frozenset[str]

    @property
    def half(self) -> str:
        return "odd" if self.feature % 2 else "even"


@dataclass
class Score:
    """What was found of what is there. ``wrong``: found, and not there."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)


@dataclass
class Reading:
    """Of one half of the real reports."""

    categories: Counter[tuple[str, str]] = field(default_factory=Counter)
    areas: Score = field(default_factory=Score)
    private: Score = field(default_factory=Score)

    @property
    def accuracy(self) -> float:
        return sum(n for (label, said), n in self.categories.items() if label == said) / max(1, self.categories.total())

    @property
    def commonest(self) -> float:
        """The accuracy of saying the commonest label of all: a flood's days have little else."""
        return max(self._labels().values(), default=0) / max(1, self.categories.total())

    @property
    def rarer(self) -> str:
        """Right of all whose label is not the commonest."""
        usual = self._labels().most_common(1)[0][0]
        rest = {pair: n for pair, n in self.categories.items() if pair[0] != usual}
        return f"{sum(n for (label, said), n in rest.items() if label == said)}/{sum(rest.values())}"

    def _labels(self) -> Counter[str]:
        labels: Counter[str] = Counter()
        for (label, _), count in self.categories.items():
            labels[label] += count
        return labels


def labelled(folder: Path) -> Iterator[Labelled]:
    """The real reports of ``folder`` (testdata/reports) that are labelled."""
    for name, rows in json.loads(LABELS.read_text(encoding="utf-8")).items():
        features = json.loads((folder / name).read_text(encoding="utf-8"))["features"]
        assert [row["feature"] for row in rows] == list(range(len(features))), f"{name}: every feature has its label"
        for row in rows:
            yield _labelled(name, row, features[row["feature"]]["properties"])


def _labelled(name: str, row: dict[str, Any], said: dict[str, Any]) -> Labelled:
    texts = (said.get("title") or "", said.get("text") or "")
    private = frozenset(row.get("private", ()))
    return Labelled(name, row["feature"], texts, row["category"] or NOTHING, row.get("area", ""), private)


def read(folder: Path) -> dict[str, Reading]:
    """Both halves, each on its own."""
    halves = {"even": Reading(), "odd": Reading()}
    for report in labelled(folder):
        half = halves[report.half]
        half.categories[report.category, category_from_text(report.texts) or NOTHING] += 1
        named = the_one_named(places_in(report.texts, place_names()).mentions)
        _score(half.areas, {report.area} - {""}, {named.area.name} if named else set())
        found = {str(kind) for masked in mask_all(report.texts) for kind in masked.found}
        _score(half.private, set(report.private), found)
    return halves


def _score(score: Score, there: set[str], found: set[str]) -> None:
    score.right += len(there & found)
    score.wrong += len(found - there)
    score.missed += len(there - found)


@lru_cache(maxsize=1)
def place_names() -> PlaceNames:
    rows = csv.DictReader(KELURAHAN.read_text(encoding="utf-8").splitlines())
    return PlaceNames(NamedKelurahan(row["code"], row["name"].strip(), row["kecamatan"].strip()) for row in rows)


# -- Masking ---------------------------------------------------------------------------


def hidden(count: int, seed: int) -> dict[Kind, Score]:
    """Of the personal data planted in ``count`` made-up texts, what cannot be read any more."""
    scores = {kind: Score() for kind in Kind}
    for made in planted(count, seed):
        masked = mask(made.text).text
        for kind, secret in made.secrets:
            seen = can_be_read(kind, secret, masked)
            scores[kind].missed += seen
            scores[kind].right += not seen
    return scores


def mutilated(count: int, seed: int) -> list[str]:
    """Ordinary texts that masking changes."""
    return [text for text in ordinary(count, seed) if mask(text).changed]
