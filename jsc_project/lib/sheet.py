"""Tables for people with spreadsheets: no cell of them is taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet begins to compute at; the wide ones too, which some take for the narrow ones."""
MARK = "\ufeff"
"""A spreadsheet takes UTF-8 without it for something else."""


class _Echo:
    """csv wants a file; the line it writes is what we want."""

    def write(self, line: str) -> str:
        return line


def harmless(text: str) -> str:
    """Text that begins like a formula, behind blanks or not, is told as text."""
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def csv_lines(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a CSV file, heading first. Texts are made harmless; numbers stay, None is an empty cell."""
    writer = csv.writer(_Echo())
    yield MARK
    yield writer.writerow(heading)  # type: ignore[misc]
    for row in rows:
        yield writer.writerow([_cell(value) for value in row])  # type: ignore[misc]


def _cell(value: object) -> object:
    if value is None:
        return ""
    return value if isinstance(value, int | float) else harmless(str(value))
