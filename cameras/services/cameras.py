"""Taking cameras over from a list, and the cameras the demo starts with."""

from __future__ import annotations

import copy
import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from cameras.camera_list import ListRow, read_list
from cameras.camera_rows import CameraFacts, RowRefused, facts_of
from cameras.footage import registry
from cameras.models import Camera, Zone
from cameras.querysets import view_of
from cameras.row_sources import source_problems

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
        reasons = [problem.en for problem in view_of(camera).problems()]
        if facts.source_settings is not None:
            reasons += _source_reasons(stored, camera)
        if reasons:
            answer.refused.append((number, "; ".join(reasons)))
        elif stored is None:
            fresh.append(camera)
        elif any(getattr(stored, name) != getattr(camera, name) for name in FACT_FIELDS):
            changed.append(camera)
        else:
            answer.unchanged += 1
    answer.created, answer.updated = len(fresh), len(changed)
    return fresh, changed


def _source_reasons(stored: Camera | None, camera: Camera) -> list[str]:
    """What can be judged only together with the settings that the camera already has. What was wrong before the list
    came is not the list's fault."""
    before = source_problems(stored.source_kind, stored.source_settings) if stored else {}
    now = source_problems(camera.source_kind, camera.source_settings)
    reasons = [f"source {camera.source_kind}: {name} {what}" for name, what in now.items() if before.get(name) != what]
    if stored is not None and stored.source_secrets:
        old, new = (registry.recorder_of(one.source_settings) for one in (stored, camera))
        if old != new:
            # Else a list could have the stored password sent to any host.
            reasons.append("the url leads away from the device of the stored credentials; change it in the console")
    return reasons


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


# -- The demo's cameras -----------------------------------------------------------------


def cameras_seed(*, demo: bool) -> dict[str, int]:
    """Load the cameras of ``fixtures/cameras``; with ``demo`` some show the footage this project renders.

    Safe to repeat. It adds what is missing and changes nothing else: a camera that exists is left as
    it is, except that one without any source, never changed by a person, is given its rendered scene;
    zones are drawn only where there never was one. Without ``demo`` no footage is named, so that
    rendered pictures can never judge a real report.
    """
    answer = {"created": 0, "bound": 0, "unchanged": 0}
    scenes = _scene_zones() if demo else {}
    with transaction.atomic():
        known = Camera.objects.in_bulk(field_name="code")
        for number, row in enumerate(_demo_rows(), start=2):
            camera, done = _seeded(known.get(row["code"]), number, row, demo=demo)
            answer[done] += 1
            if demo and camera.source_settings.get("folder") == row["url"]:
                _draw_zones(camera, scenes.get(row["url"], []))
    return answer


def _demo_rows() -> list[dict[str, str]]:
    path = Path(settings.BASE_DIR) / "fixtures" / "cameras" / "demo_cameras.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _scene_zones() -> dict[str, list[dict[str, Any]]]:
    """Scene -> the zones rendered with it; empty while no footage is installed."""
    path = Path(settings.BASE_DIR) / "fixtures" / "footage" / "scenes.json"
    if not path.exists():
        return {}
    return {scene["name"]: scene["zones"] for scene in json.loads(path.read_text(encoding="utf-8"))}


def _seeded(stored: Camera | None, number: int, row: dict[str, str], *, demo: bool) -> tuple[Camera, str]:
    facts = facts_of(ListRow(number, {name: value for name, value in row.items() if value}))
    if stored is None:
        camera = _with_facts(Camera(code=facts.code, active=row["active"] == "ya"), facts)
        if not demo:
            camera.source_kind, camera.source_settings = "", {}
        camera.save()
        return camera, "created"
    by_hand = stored.history.filter(history_user__isnull=False).exists()
    if not demo or not facts.source_kind or stored.source_kind or by_hand:
        return stored, "unchanged"
    stored.source_kind, stored.source_settings = facts.source_kind, dict(facts.source_settings or {})
    stored.save(update_fields=["source_kind", "source_settings"])
    return stored, "bound"


def _draw_zones(camera: Camera, zones: list[dict[str, Any]]) -> None:
    if camera.zones.exists() or Zone.history.filter(camera_id=camera.pk).exists():
        return
    for zone in zones:
        ground = [[*point["picture"], *point["metres"]] for point in zone.get("ground_points") or []]
        Zone.objects.create(
            camera=camera,
            kind=zone["kind"],
            name=zone.get("name", ""),
            polygon=zone["polygon"],
            ground_points=ground or None,
        )
