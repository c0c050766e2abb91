"""What came of one case: one JSON line each, so that a run that was cut off goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

Key = tuple[str, str, bool, int, str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """``version``: of the check; ``weights``: sha256. ``confidence`` as told, ``raw`` before calibration.
    ``onset_s``: where the check says it began, by the truth's ``onset_s`` judged. Seconds: ``span_s`` of footage,
    ``render_s`` and ``cpu_s`` of processor time. ``error``: what the analysis raised, or None.
    """

    check: str
    condition: str
    positive: bool
    seed: int
    version: str
    weights: str
    verdict: str
    reason: str
    confidence: float | None
    raw: float | None
    measurements: Mapping[str, Any]
    labels: Mapping[str, Any] = field(default_factory=dict)
    truth: Mapping[str, Any] = field(default_factory=dict)
    may_abstain: bool = False
    onset_s: float | None = None
    span_s: float = 0.0
    render_s: float = 0.0
    cpu_s: float = 0.0
    error: str | None = None

    @property
    def key(self) -> Key:
        return (self.check, self.condition, self.positive, self.seed, self.version, self.weights)

    def as_line(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, default=float) + "\n"


def records_read(path: Path) -> list[Record]:
    """The records of a results file, the newest of each key; none where there is no file. A line that was cut off
    when a run was killed is left out."""
    if not path.exists():
        return []
    found: dict[Key, Record] = {}
    names = {each.name for each in fields(Record)}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        one = Record(**{name: value for name, value in row.items() if name in names})
        found[one.key] = one
    return list(found.values())


def record_append(path: Path, record: Record) -> None:
    """Whole lines only, even behind one that was cut off."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if file.tell() and not _ends_line(file):
            file.write(b"\n")
        file.write(record.as_line().encode())


def _ends_line(file: Any) -> bool:
    file.seek(-1, 2)
    return bool(file.read(1) == b"\n")


def onset_of(measurements: Mapping[str, Any]) -> float | None:
    """The earliest beginning that a check's measurements name; seconds from the first frame."""
    starts: Iterable[float] = [
        *(one["start_s"] for name in ("stops", "new_objects") for one in measurements.get(name) or ()),
        *(start for start, _end in measurements.get("visits") or ()),
    ]
    return min(starts, default=None)
