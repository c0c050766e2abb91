"""How far a run has come: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from tests.scoreboard.record import Record

EVERY_S = 30.0


class Progress:
    """Counts finished cases."""

    def __init__(self, total: int, done: int) -> None:
        self._total, self._done, self._told_at = total, done, time.monotonic()
        columns = (TextColumn("{task.description:<44}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Bar(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
        self._task = self._bar.add_task("", total=total, completed=done)

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def step(self, record: Record) -> None:
        """One more is finished."""
        self._done += 1
        self._bar.update(self._task, advance=1, description=f"{record.check} {record.condition} {record.verdict[:4]}")
        now = time.monotonic()
        if not sys.stderr.isatty() and (now - self._told_at >= EVERY_S or self._done == self._total):
            self._told_at = now
            print(f"{self._done}/{self._total} {record.check} {record.condition}", file=sys.stderr, flush=True)
