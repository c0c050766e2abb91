"""Uses of what can identify somebody, told to the log that the apps above keep: this one knows no log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlatesUse:
    """Somebody has plates read by a command: ``files`` of them, ``purpose`` in their words or empty."""

    username: str
    files: int
    purpose: str


UseLog = Callable[[PlatesUse], None]

_logs: list[UseLog] = []


def plates_use_register(log: UseLog) -> UseLog:
    """``log`` is called before the first file is opened, in the transaction of the use's own row. The last one
    registered counts."""
    _logs[:] = [log]
    return log


def plates_use_told(use: PlatesUse) -> None:
    for log in _logs:
        log(use)
