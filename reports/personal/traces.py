"""Looking for what was erased: in every text of every table, as a dump of the database would hold it.

Texts are sought whole and in pieces, because a copy of half of it is a trace as well. Short ones (a word or two that
anybody may write) are not sought: their own rows are empty, and elsewhere they are nobody's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

SHORTEST = 16
"""Characters of a piece that is sought."""
PIECES = re.compile(r"[\n.!?;]+")


@dataclass(frozen=True, slots=True)
class Trace:
    """``rows`` of ``table`` that hold something of what is sought."""

    table: str
    rows: int

    def as_json(self) -> dict[str, object]:
        return {"table": self.table, "rows": self.rows}


def needles(texts: Iterable[str]) -> list[str]:
    """What is sought for these texts: each whole, and its sentences and lines."""
    found: dict[str, None] = {}
    for text in texts:
        for piece in (text, *PIECES.split(text)):
            if len(piece.strip()) >= SHORTEST:
                found[piece.strip()] = None
    return list(found)


def traces(sought: Iterable[str]) -> list[Trace]:
    """The tables that hold any of ``sought``; one scan of each table."""
    spelled = sorted({spelling for needle in sought for spelling in _spellings(needle)})
    if not spelled:
        return []
    found = [Trace(table, _rows(table, spelled)) for table in connection.introspection.table_names()]
    return [trace for trace in found if trace.rows]


def _spellings(needle: str) -> set[str]:
    """As text, and as it stands inside JSON (SQLite's escapes what is not ASCII)."""
    return {needle, json.dumps(needle)[1:-1], json.dumps(needle, ensure_ascii=False)[1:-1]}


def _rows(table: str, spelled: list[str]) -> int:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
        # One of both is in each database, and both find a text byte for byte.
        finds = "instr(CAST({0} AS TEXT), %s) > 0" if connection.vendor == "sqlite" else "strpos({0}::text, %s) > 0"
        asked = [finds.format(quote(column)) for column in columns for _ in spelled]
        sql = f"SELECT count(*) FROM {quote(table)} WHERE {' OR '.join(asked)}"  # noqa: S608 - our own columns
        cursor.execute(sql, spelled * len(columns))
        return int(cursor.fetchone()[0])
