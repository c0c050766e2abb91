"""[core] How grave it is, from words: ``tables/severity.toml``, and the depth of water in centimetres or body parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from reports.reading.categories import Rule, rules_of, said_by
from reports.reading.tables import TableInvalid, entries, table
from reports.reading.tokens import Token, plain_word, tokens_of

WATER = frozenset({"banjir", "pintu_air"})
"""Categories whose water has a depth."""

ANKLE_CM = 10

_TALL = frozenset(
    {
        "setinggi",
        "tinggi",
        "tingginya",
        "ketinggian",
        "kedalaman",
        "sedalam",
        "dalam",
        "dalamnya",
        "capai",
        "mencapai",
        "sekitar",
    }
)
_WET = re.compile(r"banjir|genang|rendam|rendem|air|luap|surut")
_METRE = frozenset({"m", "meter", "mtr", "metre"})
_CM = frozenset({"cm", "senti", "sentimeter", "centi", "centimeter"})
_AWAY = frozenset(
    {"dari", "panjang", "panjangnya", "sepanjang", "jarak", "jaraknya", "lebar", "radius", "setelah", "sebelum"}
)
_NUMBER = re.compile(r"\d{1,3}")


@dataclass(frozen=True, slots=True)
class Grave:
    """``steps``: by how much the urgency of the category moves (negative is more urgent), and by which words."""

    rule: str
    steps: int
    words: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Depth:
    cm: int
    words: str


@lru_cache(maxsize=1)
def _rules() -> tuple[tuple[Rule, int], ...]:
    steps = [row.get("steps") for row in entries("severity", "rule", ("because",))]
    if not all(isinstance(step, int) and -9 <= step <= 9 and step for step in steps):
        raise TableInvalid("severity.toml: every rule needs steps from -9 to 9, without 0")
    return tuple(zip(rules_of("severity"), [int(step) for step in steps if step], strict=True))


def severity_in(parts: Iterable[str], *, category: str = "") -> Grave | None:
    """The gravest that ``parts`` say; what is said to be slight counts only where nothing says otherwise.

    ``category``: of what; the depth of water counts for floods alone.
    """
    rows = [tokens_of(part) for part in parts]
    found = [
        Grave(rule.name, steps, tuple(dict.fromkeys(words)), rule.because)
        for rule, steps in _rules()
        if (words := [word for tokens in rows for word in said_by(rule, tokens)])
    ]
    if category in WATER:
        found += _by_depth(rows)
    return min(found, key=lambda grave: grave.steps, default=None)


def _by_depth(rows: Sequence[Sequence[Token]]) -> list[Grave]:
    depths = [depth for tokens in rows for depth in depths_in(tokens)]
    if not depths:
        return []
    deepest = max(depths, key=lambda depth: depth.cm)
    limits = table("severity")["depth"]
    steps = (
        -9
        if deepest.cm >= limits["deep_cm"]
        else -1
        if deepest.cm >= limits["high_cm"]
        else 1
        if deepest.cm <= limits["low_cm"]
        else 0
    )
    return [Grave("tinggi-air", steps, (deepest.words,), limits["because"])] if steps else []


def depths_in(tokens: Sequence[Token]) -> Iterator[Depth]:
    """Depths of water: ``setinggi lutut``, ``30 cm``, ``1,5 meter``. A length on the ground is none."""
    wet = any(_WET.search(token.word) for token in tokens)
    body = _body()
    for place, token in enumerate(tokens):
        if token.word == "kaki" and place and tokens[place - 1].word == "mata":
            yield Depth(ANKLE_CM, f"{tokens[place - 1].raw} {token.raw}")
        elif token.word in body and (wet or _tall_before(tokens, place)):
            yield Depth(body[token.word], token.raw)
        elif _NUMBER.fullmatch(token.raw) and (wet or _tall_before(tokens, place)):
            yield from _measured(tokens, place)


def _tall_before(tokens: Sequence[Token], place: int) -> bool:
    return any(token.word in _TALL for token in tokens[max(0, place - 2) : place])


def _measured(tokens: Sequence[Token], place: int) -> Iterator[Depth]:
    """A number with its unit behind it; ``1,5`` and ``20-30`` come as two numbers."""
    behind = tokens[place + 1 : place + 4]
    if place and _NUMBER.fullmatch(tokens[place - 1].raw) and tokens[place].start - tokens[place - 1].end == 1:
        return
    values = [tokens[place], *(t for t in behind[:1] if _NUMBER.fullmatch(t.raw) and t.start - tokens[place].end <= 3)]
    unit = tokens[place + len(values)] if place + len(values) < len(tokens) else None
    if (
        unit is None
        or unit.word not in _METRE | _CM
        or unit.start - values[-1].end > 1
        or _is_distance(tokens, place, len(values))
    ):
        return
    cm = _centimetres([int(value.raw) for value in values], unit.word, tight=values[-1].start - values[0].end == 1)
    if 3 <= cm <= table("severity")["depth"]["highest_cm"]:
        yield Depth(cm, " ".join([*(v.raw for v in values), unit.raw]))


def _is_distance(tokens: Sequence[Token], place: int, values: int) -> bool:
    near = [*tokens[max(0, place - 2) : place], *tokens[place + values + 1 : place + values + 2]]
    return any(token.word in _AWAY for token in near)


def _centimetres(values: Sequence[int], unit: str, *, tight: bool) -> int:
    """Of ``20-30 cm`` the greater; of ``1,5 m`` the fraction."""
    if unit in _CM:
        return max(values)
    fraction = values[1] / 10 ** len(str(values[1])) if len(values) == 2 and tight and values[1] < 100 else 0
    return round((values[0] + fraction) * 100) if len(values) == 1 or tight else max(values) * 100


@lru_cache(maxsize=1)
def _body() -> Mapping[str, int]:
    rows: Mapping[str, Any] = table("severity")["depth"]["body"]
    return {plain_word(name): int(cm) for name, cm in rows.items()}
