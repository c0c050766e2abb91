"""Keeps a claim's lease alive while its step works, until the step's own deadline."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.utils import timezone

log = logging.getLogger(__name__)


@contextlib.contextmanager
def kept(held: QuerySet[Any], deadline_s: float) -> Iterator[None]:
    """Renew the lease of ``held`` while the block runs, at most for ``deadline_s``.

    After the deadline the lease lapses on purpose: a step that hangs is taken over,
    and its late record loses the swap.
    """
    stop = threading.Event()
    thread = threading.Thread(target=_beat, args=(held, deadline_s, stop), name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _beat(held: QuerySet[Any], deadline_s: float, stop: threading.Event) -> None:
    ends = time.monotonic() + deadline_s
    try:
        while not stop.wait(settings.JSC_HEARTBEAT_S) and time.monotonic() < ends:
            if not _renewed(held):
                return
    finally:
        # Connections belong to threads; this one ends here.
        connection.close()


def _renewed(held: QuerySet[Any]) -> bool:
    try:
        return held.update(lease_until=timezone.now() + timedelta(seconds=settings.JSC_LEASE_S)) == 1
    except DatabaseError as exc:
        log.warning("lease not renewed, trying again in %s s: %s", settings.JSC_HEARTBEAT_S, exc)
        return True
