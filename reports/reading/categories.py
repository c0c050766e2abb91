"""[core] What kind of trouble a text speaks of: the rules of ``tables/categories.toml``, read from the top."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reports.reading.patterns import Hit, Pattern, pattern
from reports.reading.tables import TableInvalid, entries, table, texts
from reports.reading.tokens import Token, tokens_of

NO_REACH = 2
"""How many words back a word that says no is looked for: ``tidak ada banjir``."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Patterns, those that take their hits back, and why the rule is there."""

    name: str
    patterns: tuple[Pattern, ...]
    exceptions: tuple[Pattern, ...]
    because: str

    def hits(self, tokens: Sequence[Token]) -> list[Hit]:
        """Where it finds something, in the order of the text."""
        excepted = [hit for each in self.exceptions for hit in each.hits(tokens)]
        found = (hit for each in self.patterns for hit in each.hits(tokens))
        return sorted((h for h in found if not any(h.meets(e) for e in excepted)), key=lambda h: (h.first, h.last))


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that found something, with the words it found, as they were written."""

    rule: str
    value: str
    words: tuple[str, ...]
    because: str


def rules_of(name: str, fields: Sequence[str] = ()) -> list[Rule]:
    """The ``[[rule]]`` entries of a table.

    Raises:
        TableInvalid: an entry is not complete, or a pattern cannot be read.
    """
    return [_rule(row, f"{name}.toml: {row['name']}") for row in entries(name, "rule", ("because", *fields))]


def _rule(row: object, place: str) -> Rule:
    assert isinstance(row, dict)
    sources = texts(row.get("words"), f"{place}: words")
    exceptions = texts(row["not"], f"{place}: not") if "not" in row else ()
    return Rule(row["name"], tuple(map(pattern, sources)), tuple(map(pattern, exceptions)), row["because"])


@lru_cache(maxsize=1)
def category_rules() -> tuple[tuple[Rule, str], ...]:
    """Every rule with its category, in the table's order."""
    slugs = [str(row["category"]) for row in entries("categories", "rule", ("category",))]
    return tuple(zip(rules_of("categories", ("category",)), slugs, strict=True))


def categories_in(parts: Iterable[str]) -> list[Found]:
    """The rules that find something in ``parts`` (title, text), one for each category, the strongest first."""
    rows = [tokens_of(part) for part in parts]
    found: dict[str, Found] = {}
    for rule, slug in category_rules():
        words = _apart([w for tokens in rows for w in said_by(rule, tokens)])
        if words and slug not in found:
            found[slug] = Found(rule.name, slug, words, rule.because)
    return list(found.values())


def category_from_text(parts: Iterable[str]) -> str | None:
    """The category of the first rule that finds something in ``parts``; none when no rule does."""
    found = categories_in(parts)
    return found[0].value if found else None


def _apart(words: Sequence[str]) -> tuple[str, ...]:
    """Each once, whatever its case, and none that stands in another: "Lalin macet" has said "macet"."""
    once = list({word.casefold(): word for word in reversed(words)}.values())[::-1]
    lower = [word.casefold() for word in once]
    return tuple(
        w for w, low in zip(once, lower, strict=True) if not any(low in other and low != other for other in lower)
    )


def said_by(rule: Rule, tokens: Sequence[Token]) -> list[str]:
    """What a rule finds, as it was written, without what is denied."""
    return [said(tokens, hit) for hit in rule.hits(tokens) if not is_denied(tokens, hit)]


def said(tokens: Sequence[Token], hit: Hit) -> str:
    """The words of a hit as they were written; a hashtag with its sign."""
    row = tokens[hit.first : hit.last + 1]
    shown = dict.fromkeys((token.start, "#" * token.tag, "" if token.tag else token.raw) for token in row)
    if any(token.tag for token in row):
        return " ".join(
            "#" + "".join(t.raw for t in row if t.start == start) if tag else raw for start, tag, raw in shown
        )
    return " ".join(raw for _, _, raw in shown)


def is_denied(tokens: Sequence[Token], hit: Hit) -> bool:
    """Whether a word right before says that it is not so; ``bukan hanya banjir`` says that it is, and more."""
    no, yet = _denials()
    for place in range(hit.first - 1, max(-1, hit.first - 1 - NO_REACH), -1):
        token = tokens[place]
        if token.sentence != tokens[hit.first].sentence or token.word in yet:
            return False
        if token.word in no:
            return not any(t.word in yet for t in tokens[place + 1 : hit.first])
    return False


@lru_cache(maxsize=1)
def _denials() -> tuple[frozenset[str], frozenset[str]]:
    row = table("categories").get("no", {})
    try:
        return frozenset(row["words"]), frozenset(row["yet"])
    except KeyError as exc:
        raise TableInvalid(f"categories.toml: [no] needs {exc}") from exc
