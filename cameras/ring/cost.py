"""What recording costs, measured while it goes on: processor time, memory, bytes, all by camera."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, Protocol


class _Child(Protocol):
    cpu_s: float
    cpu_past_s: float

    @property
    def pid(self) -> int | None: ...


class _Total(Protocol):
    segments: int
    bytes: int


class _Desk(Protocol):
    @property
    def total(self) -> _Total: ...


class _Recorder(Protocol):
    """``services.recorder.Recorder``."""

    held: dict[int, Any]

    @property
    def child(self) -> _Child: ...

    @property
    def desk(self) -> _Desk: ...


class Cost:
    """``look`` now and then; the figures count from the start. ``counted_from``: what the child had used before it."""

    def __init__(self, recorder: _Recorder, counted_from: float = 0.0) -> None:
        self._recorder = recorder
        self._began_s = self._looked_s = time.monotonic()
        self._own_s = time.process_time() + counted_from
        self._camera_s = 0.0
        self._rss_mb = 0.0

    def look(self) -> None:
        now_s = time.monotonic()
        self._camera_s += len(self._recorder.held) * (now_s - self._looked_s)
        self._looked_s = now_s
        pid = self._recorder.child.pid
        self._rss_mb = max(self._rss_mb, rss_mb(os.getpid()) + (rss_mb(pid) if pid else 0.0))

    def figures(self) -> dict[str, Any]:
        """``core_s_per_camera_hour``, ``cameras_per_core`` and so on; None while there was no camera."""
        child, total = self._recorder.child, self._recorder.desk.total
        core_s = time.process_time() - self._own_s + child.cpu_s + child.cpu_past_s
        hours = self._camera_s / 3600
        return {
            "seconds": round(self._looked_s - self._began_s, 1),
            "cameras": round(self._camera_s / max(1e-9, self._looked_s - self._began_s), 1),
            "segments": total.segments,
            "megabytes": round(total.bytes / 1e6, 1),
            "core_s": round(core_s, 2),
            "core_s_per_camera_hour": round(core_s / hours, 1) if hours else None,
            "cameras_per_core": round(self._camera_s / core_s) if self._camera_s and core_s else None,
            "rss_mb_most": round(self._rss_mb),
        }

    def line(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self.figures().items())


def rss_mb(pid: int) -> float:
    """Resident memory of a process, megabytes; 0 when it is gone or the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGESIZE") / (1 << 20)
