"""Reading a list of cameras: CSV or GeoJSON in, plain rows of text and numbers out.

Nothing here judges a camera; it only decides whether the file is a list at all.

* The delimiter is ``,``, ``;``, tab or ``|``: the one under which most column names are known.
* Text is UTF-8 (a byte order mark is fine), UTF-16 with its mark, else Windows-1252.
* Rows are numbered as a person finds them: the line of the file, header included, where the row
  starts; in GeoJSON the number of the feature, from 1. Blank rows count as lines and are passed over.
* Where ``;`` or tab separates, a comma inside a number is the decimal mark, as spreadsheets set to
  Indonesian write it. Where a comma separates, a quoted ``-6,17`` is refused: it may be two columns.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cameras.errors import CameraFileUnreadable
from cameras.footage import registry

MAX_BYTES = 50_000_000
DELIMITERS = (",", ";", "\t", "|")
COLUMNS = {
    "code": "code",
    "site_id": "site_id",
    "channel": "channel",
    "name": "name",
    "site_name": "site_name",
    "lat": "lat",
    "latitude": "lat",
    "lon": "lon",
    "lng": "lon",
    "long": "lon",
    "longitude": "lon",
    "site_type": "site_type",
    "bearing_deg": "bearing_deg",
    "fov_deg": "fov_deg",
    "range_m": "range_m",
    "source": "source",
    "url": "url",
}
COLUMNS |= {
    option.name: option.name
    for source in registry.SOURCES.values()
    for option in source.options
    if option.kind != "secret" and option.name not in COLUMNS
}
"""Header, without case, blanks and dashes -> our name for the column. Every option of a source that is no secret has
one; the names of others are told, and nothing is read from them."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """One camera as written: our column name -> the text. ``broken`` says why the row cannot be split into columns."""

    number: int
    values: Mapping[str, str]
    decimal_comma: bool = False
    broken: str = ""


def read_list(path: Path) -> list[ListRow]:
    """All rows of a file.

    Raises:
        CameraFileUnreadable: missing, empty, binary, too large, no header, or no FeatureCollection.
    """
    text = _decode(_bytes_of(path))
    if not text.strip():
        raise CameraFileUnreadable(f"{path.name} is empty")
    if text.lstrip()[0] in "{[":
        return list(_features(text))
    return list(_rows(text))


def ignored_columns(path: Path) -> list[str]:
    """Names of columns (of properties, in GeoJSON) that nothing is read from, as written, each once.

    Raises:
        CameraFileUnreadable: as ``read_list``.
    """
    text = _decode(_bytes_of(path))
    names = _property_names(text) if text.lstrip()[:1] in {"{", "["} else _header(text)
    return list(dict.fromkeys(name.strip() for name in names if name.strip() and _key(name) not in COLUMNS))


def _property_names(text: str) -> list[str]:
    features = (feature.get("properties") for feature in _listed(text) if isinstance(feature, dict))
    return [str(name) for properties in features if isinstance(properties, dict) for name in properties]


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CameraFileUnreadable(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB")
        return path.read_bytes()
    except (OSError, ValueError) as exc:
        if isinstance(exc, CameraFileUnreadable):
            raise
        why = getattr(exc, "strerror", None) or exc
        raise CameraFileUnreadable(f"{path.name} cannot be read: {why}") from exc


def _decode(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", raw):
        raise CameraFileUnreadable("the file is binary (a spreadsheet must be saved as CSV first)")
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CameraFileUnreadable("the file's text encoding cannot be read; save it as UTF-8")


# -- CSV -----------------------------------------------------------------------------


def _rows(text: str) -> Iterator[ListRow]:
    lines, skipped = _from_header(text)
    delimiter = _delimiter(lines[skipped])
    records = _records(lines[skipped:], delimiter, skipped)
    _, header = next(records)
    columns = _columns(header)
    for number, cells in records:
        if any(cell.strip() for cell in cells):
            yield _row(number, cells, columns, decimal_comma=delimiter != ",")


def _from_header(text: str) -> tuple[list[str], int]:
    """All lines, and how many stand before the header."""
    lines = text.splitlines(keepends=True)
    skipped = 0
    while skipped < len(lines) and (not lines[skipped].strip() or re.match(r"(?i)sep=.\s*$", lines[skipped])):
        skipped += 1
    if skipped == len(lines):
        raise CameraFileUnreadable("the file has no header")
    return lines, skipped


def _header(text: str) -> list[str]:
    lines, skipped = _from_header(text)
    return next(_records(lines[skipped:], _delimiter(lines[skipped]), skipped))[1]


def _delimiter(header: str) -> str:
    def fit(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([header], delimiter=delimiter))
        return sum(_key(cell) in COLUMNS for cell in cells), len(cells)

    return max(DELIMITERS, key=fit)


def _records(lines: list[str], delimiter: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """``(line where it starts, cells)``; a quoted cell may run over several lines."""
    reader = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter)
    start = 1
    try:
        for cells in reader:
            yield skipped + start, cells
            start = reader.line_num + 1
    except csv.Error as exc:
        raise CameraFileUnreadable(f"line {skipped + start} is no CSV: {exc}") from exc


def _columns(header: list[str]) -> list[str]:
    """Our name for each column, or empty for one to pass over."""
    if any(_is_number(cell) for cell in header):
        raise CameraFileUnreadable("the first line holds numbers where the column names should be: no header")
    names = [COLUMNS.get(_key(cell), "") for cell in header]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise CameraFileUnreadable(f"the header names a column twice: {', '.join(twice)}")
    return names


def _row(number: int, cells: list[str], columns: list[str], *, decimal_comma: bool) -> ListRow:
    if any(cell.strip() for cell in cells[len(columns) :]):
        why = f"{len(cells)} values under {len(columns)} columns (an unquoted comma, perhaps a decimal one)"
        return ListRow(number, {}, broken=why)
    values = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name and cell.strip()}
    return ListRow(number, values, decimal_comma=decimal_comma)


def _key(header: str) -> str:
    return re.sub(r"[\s_-]+", "_", header.strip().casefold())


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"\s*[-+]?\d+([.,]\d+)?\s*", cell) is not None


# -- GeoJSON -------------------------------------------------------------------------


def _features(text: str) -> Iterator[ListRow]:
    for number, feature in enumerate(_listed(text), start=1):
        yield _feature(number, feature)


def _listed(text: str) -> list[Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise CameraFileUnreadable(f"the file is no JSON: {exc}") from exc
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or content.get("type") != "FeatureCollection":
        raise CameraFileUnreadable("expected a GeoJSON FeatureCollection with its list of features")
    return features


def _feature(number: int, feature: Any) -> ListRow:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return ListRow(number, {}, broken="not a GeoJSON Feature")
    properties = feature.get("properties")
    values = _properties(properties if isinstance(properties, dict) else {})
    geometry = feature.get("geometry")
    if geometry is None:
        return ListRow(number, values)
    point = _point(geometry)
    if point is None:
        return ListRow(number, {}, broken="the geometry must be a Point with coordinates [lon, lat]")
    return ListRow(number, {**values, "lon": point[0], "lat": point[1]})


def _properties(properties: Mapping[str, Any]) -> dict[str, str]:
    named = ((COLUMNS.get(_key(str(key)), ""), value) for key, value in properties.items())
    return {
        name: str(value).strip()
        for name, value in named
        if name and isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip()
    }


def _point(geometry: Any) -> tuple[str, str] | None:
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return None
    pair = geometry.get("coordinates")
    if not isinstance(pair, list) or len(pair) not in (2, 3):
        return None
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in pair[:2]):
        return None
    return repr(pair[0]), repr(pair[1])
