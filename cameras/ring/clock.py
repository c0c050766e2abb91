"""True time that never steps while a recording runs: the system clock, anchored to the monotonic one.

A recording that asked the system clock for every picture would run backwards when the clock is set. So each run of
segments keeps the anchor it began with, and a clock that was set begins a new run.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

STEP_S = 0.5
"""Less is left as it is: the two clocks are read one after the other, and NTP slews what is small."""
LOOK_EVERY_S = 0.25
READINGS = 3


@dataclass(frozen=True, slots=True)
class Anchor:
    """``offset_s``: system clock minus monotonic clock. ``moved_s``: how far the clock was set when this run began."""

    run: int
    offset_s: float
    moved_s: float = 0.0

    def at(self, mono_s: float) -> float:
        """Epoch seconds of a moment of the monotonic clock."""
        return self.offset_s + mono_s


class AnchoredClock:
    """Shared by all recordings of a process."""

    def __init__(self, wall: Callable[[], float] = time.time, mono: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self.mono = mono
        self._lock = threading.Lock()
        self._looked_s = mono()
        self._anchor = Anchor(0, self._offset_s())

    def anchor(self) -> Anchor:
        """The present run's; a new one once the system clock was set."""
        with self._lock:
            now_s = self.mono()
            if now_s - self._looked_s >= LOOK_EVERY_S:
                self._looked_s = now_s
                offset_s = self._offset_s()
                moved_s = offset_s - self._anchor.offset_s
                if abs(moved_s) > STEP_S:
                    self._anchor = Anchor(self._anchor.run + 1, offset_s, moved_s)
            return self._anchor

    def _offset_s(self) -> float:
        """From the reading that took least: between the two clocks the machine may run somebody else."""
        found = []
        for _ in range(READINGS):
            before_s = self.mono()
            wall_s = self._wall()
            after_s = self.mono()
            found.append((after_s - before_s, wall_s - (before_s + after_s) / 2))
        return min(found)[1]
