"""Zones of many cameras as one file: ``[{"camera": code, "zones": [the contract's zones]}, ...]``."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from cameras.models import Camera, Zone
from cameras.services.zones import draft_of, zones_save
from cameras.zone_drafts import ZoneDraft, ZonesRefused, ZonesUnreadable, drafts_read, json_of

REASON = "import_zones"
MAX_FILE_BYTES = 200_000_000
"""4,000 cameras of ten zones of twenty points are 30 MB."""


@dataclass(slots=True)
class ZonesImported:
    """Counts of zones; ``refused`` are ``(entry of the file from 1, code, reason)``, each a camera left as it was."""

    cameras: int = 0
    created: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        names = ("cameras", "created", "updated", "removed", "unchanged")
        refused = [{"row": row, "camera": code, "reason": reason} for row, code, reason in self.refused]
        return {**{name: getattr(self, name) for name in names}, "refused": refused}


def zones_export(*, codes: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Of the cameras named, in their order; of all that have zones where none is.

    Raises:
        ZonesUnreadable: there is no camera of such a code.
    """
    zones = Zone.objects.select_related("camera").order_by("camera__code", "pk")
    by_code: dict[str, list[dict[str, Any]]] = {code: [] for code in codes}
    unknown = sorted(set(codes) - set(Camera.objects.filter(code__in=codes).values_list("code", flat=True)))
    if unknown:
        raise ZonesUnreadable(f"no such camera: {', '.join(unknown)}")
    for zone in zones.filter(camera__code__in=codes) if codes else zones:
        by_code.setdefault(zone.camera.code, []).append(draft_of(zone).as_json())
    return [{"camera": code, "zones": listed} for code, listed in by_code.items()]


def zones_import(*, path: Path, camera: str = "", replace: bool = False, dry_run: bool = False) -> ZonesImported:
    """Take over the zones of a file; safe to repeat. Each camera is taken over whole or not at all.

    A zone of the file is the camera's zone of the same kind and name (of several such, in their order). Zones that the
    file lacks stay, unless ``replace``.

    Raises:
        ZonesUnreadable: the file is no list of cameras and zones.
    """
    entries = _entries(_content(path), camera)
    answer, seen = ZonesImported(), set[str]()
    with transaction.atomic():
        for row, entry in enumerate(entries, start=1):
            code, reason = _refusal(entry, seen)
            if reason:
                answer.refused.append((row, code, reason))
                continue
            seen.add(code)
            _one(answer, row, code, (entry["zones"], replace))
        if dry_run:
            transaction.set_rollback(True)
    return answer


def _content(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ZonesUnreadable(f"{path.name} is larger than {MAX_FILE_BYTES // 1_000_000} MB")
        return json_of(path.read_bytes())
    except (OSError, ValueError) as exc:
        if isinstance(exc, ZonesUnreadable):
            raise
        raise ZonesUnreadable(f"{path.name} cannot be read: {getattr(exc, 'strerror', None) or exc}") from exc


def _entries(content: Any, camera: str) -> list[Any]:
    if camera:
        return [{"camera": camera, "zones": content}]
    if not isinstance(content, list):
        raise ZonesUnreadable("expected a list of objects with camera and zones; --camera CODE for a zones file")
    if content and all(isinstance(entry, Mapping) and "polygon" in entry for entry in content):
        raise ZonesUnreadable("these are the zones of one camera: say whose with --camera CODE")
    return content


def _refusal(entry: Any, seen: set[str]) -> tuple[str, str]:
    """``(code, why not)``; an empty reason is none."""
    code = entry.get("camera") if isinstance(entry, Mapping) else None
    if not isinstance(code, str) or not code or "\x00" in code:
        return "", "an entry is an object with camera (its code) and zones"
    if code in seen:
        return code, "this camera comes twice in the file; the first entry stands"
    return code, "" if "zones" in entry else "the entry has no zones"


def _one(answer: ZonesImported, row: int, code: str, told: tuple[Any, bool]) -> None:
    camera = Camera.objects.filter(code=code).first()
    if camera is None:
        answer.refused.append((row, code, "no camera has this code"))
        return
    listed, is_all = told
    try:
        drafts = drafts_read(listed)
    except ZonesRefused as exc:
        answer.refused.append((row, code, "; ".join(_reasons(exc))))
        return
    stored = [draft_of(zone) for zone in Zone.objects.filter(camera=camera).order_by("pk")]
    wanted = _matched(drafts, stored)
    ids = {draft.zone_id for draft in wanted}
    kept = [] if is_all else [draft for draft in stored if draft.zone_id not in ids]
    saved = zones_save(camera=camera, drafts=[*wanted, *kept], version=None, reason=REASON)
    answer.cameras += 1
    answer.created += saved.created
    answer.updated += saved.changed
    answer.removed += saved.removed
    answer.unchanged += len(wanted) - saved.created - saved.changed


def _reasons(refused: ZonesRefused) -> Iterator[str]:
    for one in refused.found:
        yield one.problem.en if one.index is None else f"zone {one.index + 1}: {one.problem.en}"


def _matched(drafts: Sequence[ZoneDraft], stored: Sequence[ZoneDraft]) -> list[ZoneDraft]:
    """The drafts with the ids of the stored zones that they replace; ids in a file mean nothing here."""
    waiting: dict[tuple[str, str], list[int | None]] = defaultdict(list)
    for known in stored:
        waiting[(known.kind, known.name)].append(known.zone_id)
    found = []
    for draft in drafts:
        ids = waiting[(draft.kind, draft.name)]
        found.append(dataclasses.replace(draft, zone_id=ids.pop(0) if ids else None))
    return found
