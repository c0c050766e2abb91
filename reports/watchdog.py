"""Finds workers that are alive and deaf.

A worker can lose its broker's ear without dying: the process stands, rings pass it by.
Rows tell it: work of a queue is due for minutes, and nobody holds a lease on any of it.
Whoever supervises the processes restarts the queue's worker then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import DatabaseError
from django.utils import timezone

from reports import pipeline

DEAF_AFTER_S = 120.0
"""Twelve sweeps. A row that is due rings every ``JSC_SWEEP_S`` (10 s), so two minutes of silence are no accident."""

LOOK_EVERY_S = 30.0


def deaf_queues(after_s: float = DEAF_AFTER_S) -> list[str]:
    """Queues where work has been due for ``after_s`` seconds and no row is claimed."""
    before = timezone.now() - timedelta(seconds=after_s)
    return [queue for queue in pipeline.queues() if pipeline.is_deaf(queue, before)]


@dataclass
class Watchdog:
    """Call ``look`` often; it asks the database now and then, and names a queue only when it was deaf twice in a row.

    Twice, because between two rows even a busy worker holds no lease for a moment.
    """

    restart: Callable[[str], None]
    _suspects: frozenset[str] = frozenset()
    _next_look: float = field(default_factory=lambda: time.monotonic() + LOOK_EVERY_S)

    def look(self) -> Iterable[str]:
        """Restart the workers of deaf queues; their names."""
        if time.monotonic() < self._next_look:
            return ()
        self._next_look = time.monotonic() + LOOK_EVERY_S
        try:
            found = frozenset(deaf_queues())
        except DatabaseError:
            return ()  # nobody can claim anything while the database is away
        deaf = sorted(found & self._suspects)
        # A worker just restarted gets the time of a new suspicion.
        self._suspects = found - frozenset(deaf)
        for queue in deaf:
            self.restart(queue)
        return deaf
