"""A thread of the recorder that fetches by itself and has the recording child write what it fetched into segments."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from cameras.footage.limits import DecodeInterrupted
from cameras.footage.source import FootageError, StorageFull
from cameras.ring.child import RecordingChild

BACKOFF_S = (2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
REFUSED_S = 300.0
TRIES_MOST = 3
"""What cannot be written so often may be what brings the recording child down."""
HELD_MOST = 300

Say = Callable[..., None]


class Gatherer(threading.Thread):
    """Subclasses say what one ``_turn`` fetches and how long to wait then, and ``_hang_up``. ``say``: as the child."""

    job: ClassVar[str]

    def __init__(self, camera_id: int, child: RecordingChild, segment_s: float, say: Say) -> None:
        super().__init__(name=f"gather-{camera_id}", daemon=True)
        self.camera_id = camera_id
        self._child = child
        self._segment_s = segment_s
        self._say = say
        self._stopping = threading.Event()
        self._held: list[Mapping[str, Any]] = []
        self._held_s = 0.0
        self._tries = self._bad = 0
        self._is_recording = False

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                wait_s = self._turn()
                self._bad = 0
            except FootageError as error:
                wait_s = self._lost(error)
            except Exception as error:  # noqa: BLE001 - whatever it is, this camera is tried again, and it is told
                wait_s = self._lost(FootageError(f"it cannot be recorded ({type(error).__name__})"))
            self._stopping.wait(wait_s)
        self._hang_up()
        self._write()
        self._say("stopped", camera=self.camera_id)

    def _turn(self) -> float:
        """Seconds to wait. Raises FootageError."""
        raise NotImplementedError

    def _hang_up(self) -> None:
        raise NotImplementedError

    def _hold(self, brought: Mapping[str, Any], seconds: float) -> None:
        """A file that is ours now: ``path`` and what the job wants to know of it."""
        if not self._is_recording:
            self._is_recording = True
            self._say("recording", camera=self.camera_id)
        self._held.append(brought)
        self._held_s += seconds
        if self._held_s >= self._segment_s:
            self._write()

    def _lost(self, error: FootageError) -> float:
        """Seconds to wait."""
        self._bad += 1
        self._is_recording = False
        self._hang_up()
        self._write()
        self._say("lost", camera=self.camera_id, code=error.code, detail=error.detail)
        return BACKOFF_S[min(self._bad, len(BACKOFF_S)) - 1] if error.retryable else REFUSED_S

    def _write(self) -> None:
        """Have what is held written as a segment; kept for another try where the child could not."""
        if not self._held:
            return
        try:
            self._child.ask(self.job, self.camera_id, brought=self._held)
        except DecodeInterrupted:
            self._tries += 1
            if self._tries < TRIES_MOST and len(self._held) < HELD_MOST and not self._stopping.is_set():
                return
        except StorageFull:
            self._is_recording = False
            self._say("lost", camera=self.camera_id, code="storage_full", detail="no room left for a segment")
        else:
            self._say("segment", camera=self.camera_id)
        for one in self._held:
            Path(one["path"]).unlink(missing_ok=True)
        self._held, self._held_s, self._tries = [], 0.0, 0
