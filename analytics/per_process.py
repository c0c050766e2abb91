"""A model that each process loads for itself, on first use.

After the fork, because the threads of a model do not survive one; the process id tells a copy inherited from a parent
from one's own.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerProcess(Generic[T]):
    """Holds one value for this process."""

    def __init__(self) -> None:
        self._value: T | None = None
        self._pid = 0
        self._lock = threading.Lock()

    def get(self, load: Callable[[], T]) -> T:
        """This process's value; loaded by ``load`` where it has none. One thread loads, the others wait."""
        with self._lock:
            if self._value is None or self._pid != os.getpid():
                self._value, self._pid = load(), os.getpid()
            return self._value

    def put(self, value: T | None) -> None:
        """Use this one in this process; None loads at the next need."""
        with self._lock:
            self._value, self._pid = value, os.getpid()
