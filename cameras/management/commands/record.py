"""``record``: keep the last hours of cameras that nobody else records, until told to stop."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any

from django.core.management.base import CommandParser

from cameras.ring.cost import Cost
from cameras.services.recorder import MOST, Recorder
from jsc_project.lib.command import JscCommand
from jsc_project.lib.errors import UnreadableInput

PRINT_EVERY_S = 60.0


class Command(JscCommand):
    help = "Records the cameras that are to be recorded by us. Stops cleanly on SIGTERM and SIGINT."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--print-cost", action="store_true", help="what a camera costs, every minute")
        parser.add_argument("--once", type=float, metavar="SECONDS", help="stop after so long")
        parser.add_argument("--most", type=int, default=MOST, help="cameras that this process takes at most")

    def run(self, **options: Any) -> dict[str, Any]:
        if options["most"] < 1 or (options["once"] is not None and options["once"] <= 0):
            raise UnreadableInput("--most and --once must be over 0")
        stop = _stopped_by_signals()
        recorder = Recorder(most=options["most"])
        cost = Cost(recorder)
        watch = _Watch(stop, options["once"])
        try:
            recorder.run(stop, lambda: self._tick(watch, cost, options["print_cost"]))
        finally:
            recorder.close()
        return cost.figures()

    def _tick(self, watch: _Watch, cost: Cost, prints: bool) -> None:
        cost.look()
        watch.look()
        if prints and watch.minute_passed():
            self.stdout.write(cost.line())
            self.stdout.flush()

    def tell(self, answer: dict[str, Any]) -> None:
        self.stdout.write(", ".join(f"{name} {value}" for name, value in answer.items()))


class _Watch:
    def __init__(self, stop: threading.Event, once_s: float | None) -> None:
        self._stop = stop
        self._ends_s = time.monotonic() + once_s if once_s is not None else None
        self._printed_s = time.monotonic()

    def look(self) -> None:
        if self._ends_s is not None and time.monotonic() >= self._ends_s:
            self._stop.set()

    def minute_passed(self) -> bool:
        passed = time.monotonic() - self._printed_s >= PRINT_EVERY_S
        if passed:
            self._printed_s = time.monotonic()
        return passed


def _stopped_by_signals() -> threading.Event:
    stop = threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    return stop
