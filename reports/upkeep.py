"""What is deleted when its time is over: footage that nothing holds, old deliveries, files that no row refers to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.utils import timezone

from analytics.models import EvidenceStill
from cameras.models import ClipExcerpt, FootageClip
from cameras.pulling.scratch import scratch_sweep
from cameras.services.health import checkups_purge
from cameras.services.pulls import scratch_root
from cameras.services.references import watch_files_purge
from cameras.services.ring_retention import ring_retain
from cameras.services.ring_store import ring_sweep
from jsc_project.lib.errors import StorageFailed
from jsc_project.storage import erase
from reports.health import PROBES
from reports.services.deliveries import deliveries_purge
from reports.services.purge import footage_purge

log = logging.getLogger(__name__)

SAFE_AGE = timedelta(hours=24)
"""Longer than any step may take between writing a file and recording it."""
FOOTAGE_WALL_S = 1200.0
"""Of the half hour that the daily purge has."""

ADOPTERS: dict[str, Any] = {"clips": FootageClip, "stills": EvidenceStill, "excerpts": ClipExcerpt, PROBES: None}
"""Folder of the storage -> whose rows adopt its files; None: nobody's ever do."""


def purge() -> dict[str, Any]:
    """Daily; what was deleted, by kind, None where the storage failed. That keeps nothing else from being purged."""
    now = timezone.now()
    kinds: dict[str, Callable[[], Any]] = {
        "footage": lambda: footage_purge(now=now, wall_s=FOOTAGE_WALL_S).as_json(),
        "files": lambda: files_purge(older_than=now - SAFE_AGE),
        "deliveries": lambda: deliveries_purge(now),
        "patrol_pictures": lambda: watch_files_purge(now),
        "patrol_lines": lambda: checkups_purge(now),
        "ring": lambda: ring_retain(now=now),
        "ring_files": lambda: ring_sweep(older_than=now - SAFE_AGE),
        "pieces": lambda: scratch_sweep(scratch_root()),
    }
    done = {kind: _as_far_as_the_storage_goes(kind, delete) for kind, delete in kinds.items()}
    log.info("purged %s", done)
    return done


def _as_far_as_the_storage_goes(kind: str, delete: Callable[[], Any]) -> Any:
    try:
        return delete()
    except StorageFailed as exc:
        log.warning("purging %s goes on tomorrow: %s: %s", kind, exc.code, exc.detail)
        return None


def files_purge(*, older_than: datetime) -> int:
    """Delete stored files that were written and never adopted by a record, or are not finished; how many."""
    deleted = 0
    for folder, model in ADOPTERS.items():
        for names in _folders(folder):
            for name in sorted(set(names) - _adopted(model, names)):
                if _is_older(name, older_than):
                    erase(name)
                    deleted += 1
    return deleted


def _adopted(model: Any, names: list[str]) -> set[str]:
    return set() if model is None else set(model._default_manager.filter(file__in=names).values_list("file", flat=True))


def _is_older(name: str, than: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < than
    except FileNotFoundError:
        return False  # somebody finished with it meanwhile


def _folders(root: str) -> Iterator[list[str]]:
    """Storage names of the files of each folder below ``root``."""
    try:
        folders, files = default_storage.listdir(root)
    except FileNotFoundError:
        return
    if files:
        yield [f"{root}/{name}" for name in files]
    for folder in folders:
        yield from _folders(f"{root}/{folder}")
