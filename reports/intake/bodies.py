"""Webhook bodies from a file: one a line, or made from the features of a GeoJSON export."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsc_project.lib.errors import UnreadableInput
from reports.intake.categories import OTHER
from reports.reading.categories import category_from_text

LINES = frozenset({".jsonl", ".ndjson"})
FEATURES = frozenset({".geojson", ".json"})


@dataclass(frozen=True, slots=True)
class Body:
    """One delivery to be. ``webhook_id`` depends on nothing but the content: a second run repeats the first."""

    place: str
    webhook_id: str
    raw: bytes


def bodies_in(path: Path, *, first_id: int = 1) -> list[Body]:
    """What ``path`` holds, in its order. Bodies are not judged here: the service says what is wrong with one.

    Raises:
        UnreadableInput: the file cannot be read, or is neither JSONL nor a GeoJSON FeatureCollection.
    """
    raw = _content(path)
    if path.suffix.lower() in LINES:
        return list(_lines(raw))
    if path.suffix.lower() in FEATURES:
        return list(_features(raw, path, first_id))
    known = ", ".join(sorted(LINES | FEATURES))
    raise UnreadableInput(f"{path}: expected one of {known}", file=str(path))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise UnreadableInput(f"{path}: {exc.strerror}", file=str(path)) from exc


def _lines(raw: bytes) -> Iterator[Body]:
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        stripped = line.strip()
        if stripped:
            yield _body(f"line {number}", stripped)


def _features(raw: bytes, path: Path, first_id: int) -> Iterator[Body]:
    try:
        collection = json.loads(raw.removeprefix(b"\xef\xbb\xbf"))
        features = collection["features"]
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise UnreadableInput(f"{path}: not a GeoJSON FeatureCollection", file=str(path)) from exc
    if not isinstance(features, list):
        raise UnreadableInput(f"{path}: features must be a list", file=str(path))
    for number, feature in enumerate(features):
        document = report_from_feature(feature, post_id=first_id + number)
        yield _body(f"feature {number + 1}", json.dumps(document, sort_keys=True).encode())


def report_from_feature(feature: Any, *, post_id: int) -> dict[str, Any]:
    """The webhook body of one exported report.

    Time and texts go as they are; the category comes from the texts. A feature without a
    point or a time gives a body that the service will refuse, with the reason.
    """
    properties = _mapping(feature, "properties")
    title, text = properties.get("title"), properties.get("text")
    return {
        "post_id": post_id,
        "created_at": properties.get("created_at"),
        "location": _location(_mapping(feature, "geometry")),
        "title": title,
        "text": text,
        "image_url": properties.get("image_url"),
        "category": category_from_text([part for part in (title, text) if isinstance(part, str)]) or OTHER,
        "source": properties.get("source"),
    }


def _mapping(of: Any, name: str) -> Mapping[str, Any]:
    found = of.get(name) if isinstance(of, dict) else None
    return found if isinstance(found, dict) else {}


def _location(geometry: Mapping[str, Any]) -> dict[str, Any] | None:
    """GeoJSON says lon first."""
    coordinates = geometry.get("coordinates")
    if geometry.get("type") != "Point" or not isinstance(coordinates, list) or len(coordinates) < 2:
        return None
    return {"lat": coordinates[1], "lng": coordinates[0]}


def _body(place: str, raw: bytes) -> Body:
    return Body(place, f"replay_{hashlib.sha256(raw).hexdigest()[:32]}", raw)
