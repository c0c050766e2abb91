"""Whether the access log is whole: its lines, its head, the looks that lines allowed, and anchors kept elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from reports import guards
from reports.access_keys import key_ring
from reports.ledger import Break, Line, Walk, look_detail, unreadable
from reports.models import AccessEntry, AccessHead, FootageLook

BATCH = 2000
UNREADABLE = (ValueError, TypeError, AttributeError, OverflowError, ValidationError)
ORIGINAL = AccessEntry.Kind.ORIGINAL


@dataclass(slots=True)
class Verified:
    """``first_broken``: None where the log is whole. ``without_triggers``: guards of its tables that are gone."""

    entries: int = 0
    looks: int = 0
    anchors: int = 0
    head: str = ""
    first_broken: Break | None = None
    without_triggers: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.first_broken is None and not self.without_triggers

    def as_json(self) -> dict[str, Any]:
        counts = {"entries": self.entries, "looks": self.looks, "anchors": self.anchors, "head": self.head}
        broken = self.first_broken.as_json() if self.first_broken else None
        return {"ok": self.ok, **counts, "first_broken": broken, "without_triggers": self.without_triggers}


@dataclass(slots=True)
class _Proof:
    """What is compared on the way. ``anchors``: number -> hashes told for it, until its line has come by."""

    walk: Walk
    anchors: dict[int, set[str]]
    head: AccessHead | None
    looks: set[str] = field(default_factory=set)
    matched: int = 0
    head_line: str = ""

    def broken_in(self, batch: list[Line]) -> Break | None:
        found = [self.walk.along(batch), self._anchor_differs(batch), self._look_differs(batch)]
        return min((each for each in found if each is not None), key=lambda each: each.number, default=None)

    def _anchor_differs(self, batch: list[Line]) -> Break | None:
        for line in batch:
            if self.head is not None and line.number == self.head.number:
                self.head_line = line.entry_hash
            told = self.anchors.pop(line.number, set())
            if told - {line.entry_hash}:
                return Break(line.number, "anchor_differs", "an anchor tells another hash for this line")
            self.matched += len(told)
        return None

    def _look_differs(self, batch: list[Line]) -> Break | None:
        lines = {str(line.detail.get("look")): line for line in batch if line.kind == ORIGINAL}
        rows = {str(look.key): look for look in _readable(FootageLook.objects.filter(key__in=_uuids(lines)))}
        self.looks |= lines.keys()
        for key, line in lines.items():
            look = rows.get(key)
            if look is None:
                return Break(line.number, "look_missing", f"the look {key} that this line allowed is gone, or no look")
            if not _same(look, line):
                return Break(line.number, "look_changed", f"the look {key} is not what this line says")
        return None


def access_log_verify(*, anchors: Iterable[Path] = (), start: int = 1) -> Verified:
    """Proves every line from ``start`` on; lines that are written meanwhile are no trouble.

    Raises:
        OSError: a file of anchors cannot be read.
    """
    # Anchors and head first: whatever is appended after that, the walk meets at least what they tell.
    told_elsewhere = {number: hashes for number, hashes in _anchors(anchors).items() if number >= start}
    proof = _Proof(Walk(key_ring(), start), told_elsewhere, AccessHead.objects.filter(pk=1).first())
    broken = next((found for batch in _batches(start) if (found := proof.broken_in(batch)) is not None), None)
    broken = broken or _trouble(start) or _end_broken(proof) or (_look_unwritten(proof) if start == 1 else None)
    return Verified(
        entries=proof.walk.lines,
        looks=len(proof.looks),
        anchors=proof.matched,
        head=proof.walk.last_hash,
        first_broken=broken,
        without_triggers=guards.missing(),
    )


def _batches(start: int) -> Iterator[list[Line]]:
    key_id, entries = key_ring().current_id, AccessEntry.objects.filter(number__gte=start)
    numbers = entries.order_by("number").values_list("number", flat=True).iterator(chunk_size=BATCH)
    while batch := list(islice(numbers, BATCH)):
        lines = {entry.number: entry.line for entry in _readable(AccessEntry.objects.filter(number__in=batch))}
        yield [lines.get(number) or unreadable(number, key_id) for number in batch]


def _readable(rows: QuerySet[Any]) -> list[Any]:
    """The rows, without those that hold what their columns cannot (SQLite keeps whatever is written)."""
    try:
        return list(rows)
    except UNREADABLE:
        return [row for pk in rows.values_list("pk", flat=True) if (row := _read(rows, pk)) is not None]


def _read(rows: QuerySet[Any], pk: Any) -> Any:
    try:
        return rows.get(pk=pk)
    except UNREADABLE:
        return None


def _anchors(files: Iterable[Path]) -> dict[int, set[str]]:
    """A line that cannot be read is left out: the process that wrote it may have been killed in the middle."""
    told: dict[int, set[str]] = {}
    for file in files:
        for text in file.read_text(encoding="utf-8", errors="replace").splitlines():
            # Also out of the service's log, where the anchor stands behind the time and the logger's name.
            try:
                anchor = json.loads(text[text.find("{") :])
                told.setdefault(int(anchor["number"]), set()).add(str(anchor["hash"]))
            except (ValueError, KeyError, TypeError):
                continue
    return told


def _uuids(keys: Iterable[str]) -> list[str]:
    """Those that are keys at all: a line that was tampered with may hold anything."""
    return [key for key in keys if len(key) == 36 and set(key) <= set("0123456789abcdef-")]


def _same(look: FootageLook, line: Line) -> bool:
    if not (look.at and look.start_at and look.end_at and look.until):
        return False
    row = (look.at, look.user_id, look.username, look.why, look.reason, look.camera_code, look.incident_id)
    said = (line.at, line.user_id, line.username, line.why, line.reason, line.camera_code, line.incident_id)
    return row == said and (look.address or "") == line.address and look_detail(look) == line.detail


def _trouble(start: int) -> Break | None:
    """That the head was found forged or gone while lines were appended: what was cut off then is not known."""
    found = AccessEntry.objects.filter(number__gte=start, kind=AccessEntry.Kind.TROUBLE).order_by("number").first()
    if found is None:
        return None
    return Break(found.number, "head_lost", "the log's end was found forged or missing before this line")


def _end_broken(proof: _Proof) -> Break | None:
    """Lines cut off at the end, or added by somebody who cannot sign the end."""
    head, last = proof.head, proof.walk.last_number
    if head is None or not head.mac:
        return Break(last, "head_missing", "nothing tells where the log ends") if last else _cut_off(proof, 0)
    if not key_ring().proves_head(head.number, head.entry_hash, head.mac):
        return Break(head.number, "head_forged", "the row that tells where the log ends was not written by us")
    if head.number > last:
        return Break(last + 1, "cut_off", f"the log ends with line {last}, and had {head.number}")
    if proof.head_line and proof.head_line != head.entry_hash:
        return Break(head.number, "head_differs", "the log's end is another line than the one that was written")
    now = AccessHead.objects.filter(pk=1, number__gte=last).exists()
    return _cut_off(proof, last) if now else Break(head.number + 1, "unaccounted", "lines after the log's end")


def _cut_off(proof: _Proof, last: int) -> Break | None:
    """Anchors tell of lines that are not there: cut off together with the head, or an older database was put back."""
    ahead = min(proof.anchors, default=None)
    return None if ahead is None else Break(ahead, "anchor_ahead", f"an anchor tells of it; the log ends with {last}")


def _look_unwritten(proof: _Proof) -> Break | None:
    for look in FootageLook.objects.order_by("id").iterator(chunk_size=BATCH):
        key = str(look.key)
        later = AccessEntry.objects.filter(number__gt=proof.walk.last_number, kind=ORIGINAL, detail__look=key)
        if key not in proof.looks and not later.exists():
            return Break(0, "look_unwritten", f"the look {key} of {look.username} has no line")
    return None
