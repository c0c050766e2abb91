"""What is deleted when its time is over: footage that nothing holds, old deliveries, files that no row refers to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from analytics.models import EvidenceStill
from analytics.trial_models import TrialStill
from analytics.trials import FOLDER as TRIALS
from analytics.trials import trials_purge
from cameras.models import BlurredExcerpt, ClipExcerpt, FootageClip
from cameras.pulling.scratch import scratch_sweep
from cameras.services.health import checkups_purge
from cameras.services.pulls import scratch_root
from cameras.services.references import watch_files_purge
from cameras.services.ring_retention import ring_retain
from cameras.services.ring_store import ring_sweep
from jsc_project.lib.errors import StorageFailed
from jsc_project.storage import erase
from reports.health import PROBES
from reports.models import ReportPhoto, RetentionRun
from reports.selectors.access_proof import access_log_verify
from reports.services.access_log import access_anchor, anchors_file
from reports.services.deliveries import deliveries_due, deliveries_purge
from reports.services.holds import holds_reconcile
from reports.services.photos import photos_purge
from reports.services.purge import footage_purge
from reports.services.retention import KEEPINGS, Keeping, keeping_purge

log = logging.getLogger(__name__)

SAFE_AGE = timedelta(hours=24)
"""Longer than any step may take between writing a file and recording it."""
FOOTAGE_WALL_S = 1200.0
"""Of the half hour that the daily purge has."""
KEEPING_WALL_S = 120.0
"""Each."""

ADOPTERS: dict[str, Any] = {
    "clips": FootageClip,
    "stills": EvidenceStill,
    "excerpts": ClipExcerpt,
    "blurred": BlurredExcerpt,
    "photos": ReportPhoto,
    TRIALS: TrialStill,
    PROBES: None,
}
"""Folder of the storage -> whose rows adopt its files; None: nobody's ever do."""


def purge(now: datetime | None = None) -> dict[str, Any]:
    """Daily; what was deleted, by kind, None where the storage failed. That keeps nothing else from being purged.

    Told in the log and in a row of its own.
    """
    now = now or timezone.now()
    run = RetentionRun.objects.create(started_at=now)
    done = {kind: _as_far_as_the_storage_goes(kind, delete) for kind, delete in _kinds(now).items()}
    access_anchor()
    run.counts, run.finished_at, run.complete = done, timezone.now(), _is_complete(done)
    run.save(update_fields=["counts", "finished_at", "complete"])
    log.info("purged %s", done)
    return done


def purge_counts(now: datetime) -> dict[str, Any]:
    """What a purge would delete of what a period is set for; changes nothing."""
    with transaction.atomic():
        # Holds as the purge would set them, and then as they were.
        holds = holds_reconcile(now=now)
        footage = footage_purge(now=now, dry_run=True).as_json()
        transaction.set_rollback(True)
    kept = {keeping.kind: {"rows": keeping.due_now(now).count()} for keeping in KEEPINGS}
    return {"holds": holds, "footage": footage, **kept, "deliveries": deliveries_due(now).count()}


def _kinds(now: datetime) -> dict[str, Callable[[], Any]]:
    return {
        "holds": lambda: holds_reconcile(now=now),
        "footage": lambda: footage_purge(now=now, wall_s=FOOTAGE_WALL_S).as_json(),
        **{keeping.kind: partial(_keeping, keeping, now) for keeping in KEEPINGS},
        "photos_replaced": lambda: photos_purge(now),
        "files": lambda: files_purge(older_than=now - SAFE_AGE),
        "deliveries": lambda: deliveries_purge(now),
        "zone_trials": lambda: trials_purge(now),
        "patrol_pictures": lambda: watch_files_purge(now),
        "patrol_lines": lambda: checkups_purge(now),
        "ring": lambda: ring_retain(now=now),
        "ring_files": lambda: ring_sweep(older_than=now - SAFE_AGE),
        "pieces": lambda: scratch_sweep(scratch_root()),
        "access_log": _log_proven,
    }


def _log_proven() -> dict[str, Any]:
    """Nothing is deleted from the access log; it is proven whole once a day."""
    own = anchors_file()
    told = access_log_verify(anchors=[own] if own.exists() else [])
    if not told.ok:
        log.error("the access log is not whole: %s", told.as_json())
    return told.as_json()


def _keeping(keeping: Keeping, now: datetime) -> dict[str, int]:
    return keeping_purge(keeping, now=now, wall_s=KEEPING_WALL_S).as_json()


def _is_complete(done: dict[str, Any]) -> bool:
    told = [counts for counts in done.values() if isinstance(counts, dict)]
    left = any(counts.get("remaining") or counts.get("left") or counts.get("ok") is False for counts in told)
    return None not in done.values() and not left


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
