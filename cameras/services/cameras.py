"""Taking cameras over from a list."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from cameras.camera_list import ListRow, read_list
from cameras.camera_rows import CameraFacts, RowRefused, facts_of
from cameras.models import Camera
from cameras.querysets import view_of

FACT_FIELDS = ("name", "lat", "lon", "site_type", "bearing_deg", "fov_deg", "range_m", "source_kind", "source_settings")


@dataclass(slots=True)
class ImportAnswer:
    """``refused``: the row's number in the file and every reason. Each row with content counts once."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "refused": [{"row": row, "reason": reason} for row, reason in self.refused],
        }


def cameras_import(*, path: Path, dry_run: bool = False) -> ImportAnswer:
    """Create and update cameras from a file, by code; nothing is ever deleted, and an empty cell clears nothing.

    A code that comes twice: the same again counts as unchanged; with other values the first stands
    and the later is refused. A dry run answers the same and stores nothing.

    Raises:
        CameraFileUnreadable: the file is no list of cameras.
    """
    answer = ImportAnswer()
    facts = list(_accepted(read_list(path), answer))
    with transaction.atomic():
        if not dry_run:
            # Takes the revision's row lock: two imports at once would both miss the other's new codes.
            Camera.bump_revision()
        fresh, changed = _compare(facts, answer)
        if not dry_run:
            _store(fresh, changed)
    answer.refused.sort()
    return answer


def _accepted(rows: Iterable[ListRow], answer: ImportAnswer) -> Iterable[tuple[int, CameraFacts]]:
    first: dict[str, tuple[int, CameraFacts]] = {}
    for row in rows:
        try:
            facts = facts_of(row)
        except RowRefused as refusal:
            answer.refused.append((row.number, str(refusal)))
            continue
        earlier = first.setdefault(facts.code, (row.number, facts))
        if earlier[0] == row.number:
            yield row.number, facts
        elif earlier[1] == facts:
            answer.unchanged += 1
        else:
            reason = f"code {facts.code!r} is already in row {earlier[0]}, with other values"
            answer.refused.append((row.number, reason))


def _compare(rows: list[tuple[int, CameraFacts]], answer: ImportAnswer) -> tuple[list[Camera], list[Camera]]:
    """Cameras to create and cameras to change; the rest is counted in ``answer``."""
    known = Camera.objects.in_bulk([facts.code for _, facts in rows], field_name="code")
    fresh, changed = [], []
    for number, facts in rows:
        stored = known.get(facts.code)
        camera = _with_facts(stored or Camera(code=facts.code), facts)
        problems = view_of(camera).problems()
        if problems:
            answer.refused.append((number, "; ".join(problem.en for problem in problems)))
        elif stored is None:
            fresh.append(camera)
        elif any(getattr(stored, name) != getattr(camera, name) for name in FACT_FIELDS):
            changed.append(camera)
        else:
            answer.unchanged += 1
    answer.created, answer.updated = len(fresh), len(changed)
    return fresh, changed


def _with_facts(stored: Camera, facts: CameraFacts) -> Camera:
    """A copy of the camera with what the row says; the same kind of source keeps its other settings."""
    camera = copy.copy(stored)
    for name in FACT_FIELDS:
        value = getattr(facts, name)
        if value is not None:
            setattr(camera, name, value)
    if facts.source_settings is not None:
        kept = stored.source_settings if stored.source_kind == facts.source_kind else {}
        camera.source_settings = {**kept, **facts.source_settings}
    return camera


def _store(fresh: list[Camera], changed: list[Camera]) -> None:
    if fresh:
        bulk_create_with_history(fresh, Camera, batch_size=500, default_change_reason="import_cameras")
    if changed:
        for camera in changed:
            camera.updated_at = timezone.now()
        fields = [*FACT_FIELDS, "updated_at"]
        bulk_update_with_history(changed, Camera, fields, batch_size=100, default_change_reason="import_cameras")
