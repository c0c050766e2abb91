"""How many of something were let through in the last second, in this process."""

from __future__ import annotations

import threading
from collections import defaultdict, deque


class SlidingCount:
    """Admissions per key within a sliding window. Thread-safe; exact for one process."""

    def __init__(self, window_s: float = 1.0) -> None:
        self._window_s = window_s
        self._admitted: defaultdict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def admit(self, key: str, *, limit: int, now_s: float) -> bool:
        """Whether one more fits under ``limit``; counted only if it does. ``now_s`` is a monotonic clock's."""
        with self._lock:
            admitted = self._admitted[key]
            while admitted and admitted[0] <= now_s - self._window_s:
                admitted.popleft()
            if len(admitted) >= limit:
                return False
            admitted.append(now_s)
            return True

    def forget(self) -> None:
        with self._lock:
            self._admitted.clear()
