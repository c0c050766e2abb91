"""[core] The tables of words, as people review them: ``reports/reading/tables/*.toml``.

Every rule has a name of its own (overrulings are counted by it) and says ``because``. A
table that is not as it should be is refused when it is read, with the place of the fault.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsc_project.lib.errors import JscError

FOLDER = Path(__file__).parent / "tables"

_PART = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class TableInvalid(JscError, ValueError):
    """A table of words cannot be used as it is; ``detail`` says which, where, and why."""

    code = "table_invalid"


@lru_cache(maxsize=16)
def table(name: str) -> Mapping[str, Any]:
    """The content of ``<name>.toml``.

    Raises:
        TableInvalid: no such table, or it is no TOML.
    """
    path = FOLDER / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise TableInvalid(f"{path.name}: {exc.strerror}", table=name) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise TableInvalid(f"{path.name}: {exc}", table=name) from exc


def words(name: str, key: str) -> tuple[str, ...]:
    """A list of words of a table; written as a list, or as one long text with blanks between the words.

    Raises:
        TableInvalid: the key is missing, or is neither.
    """
    found = table(name).get(key)
    if isinstance(found, str):
        return tuple(found.split())
    return texts(found, f"{name}.toml: {key}")


def texts(value: Any, place: str) -> tuple[str, ...]:
    """``value`` as a list of texts that are not empty."""
    if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
        raise TableInvalid(f"{place} must be a list of texts, got {str(value)[:60]!r}")
    return tuple(value)


def entries(name: str, key: str, fields: Sequence[str]) -> list[Mapping[str, Any]]:
    """The ``[[key]]`` entries of a table. Each has all ``fields`` as texts, and a ``name`` of its own.

    Raises:
        TableInvalid: an entry lacks one, or a name comes twice.
    """
    rows = table(name).get(key, [])
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        place = f"{name}.toml: [[{key}]] number {number}"
        for field in ("name", *fields):
            if not isinstance(row.get(field), str) or not row[field].strip():
                raise TableInvalid(f"{place} needs a text {field!r}")
        if row["name"] in seen:
            raise TableInvalid(f"{place}: the name {row['name']!r} is taken")
        seen.add(row["name"])
    return list(rows)


@lru_cache(maxsize=1)
def vocabulary() -> frozenset[str]:
    """Every word that stands in some pattern or list: what a hashtag may be made of, and what is no person's name."""
    patterns = [
        text
        for name, key in (("categories", "rule"), ("severity", "rule"))
        for row in table(name)[key]
        for text in (*row["words"], *row.get("not", ()))
    ]
    listed = (*words("ordinary", "words"), *words("ordinary", "offices"), *table("slang")["slang"])
    return frozenset(part for text in (*patterns, *listed) for part in _PART.findall(text.casefold()))
