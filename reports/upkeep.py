"""What is deleted when its time is over: old deliveries, and files that no row refers to."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from analytics.models import EvidenceStill
from cameras.models import FootageClip
from cameras.services.health import checkups_purge
from cameras.services.references import watch_files_purge
from reports.services.deliveries import deliveries_purge

log = logging.getLogger(__name__)

SAFE_AGE = timedelta(hours=24)
"""Longer than any step may take between writing a file and recording it."""
ADOPTERS = {"clips": FootageClip, "stills": EvidenceStill}


def purge() -> None:
    """Daily."""
    now = timezone.now()
    log.info("purged %s files that no row refers to", files_purge(older_than=now - SAFE_AGE))
    log.info("purged %s deliveries", deliveries_purge(now))
    log.info("purged %s pictures of the patrol, %s lines", watch_files_purge(now), checkups_purge(now))


def files_purge(*, older_than: datetime) -> int:
    """Delete stored clips and stills that were written and never adopted by a record; how many."""
    deleted = 0
    for folder, model in ADOPTERS.items():
        for names in _folders(folder):
            adopted = set(model._default_manager.filter(file__in=names).values_list("file", flat=True))
            for name in names:
                if name not in adopted and default_storage.get_modified_time(name) < older_than:
                    default_storage.delete(name)
                    deleted += 1
    return deleted


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
