"""A live playlist recorded: polled by a thread of the recorder, its segments put together by the recording child."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from cameras.footage.hls.live import LiveSegment
from cameras.footage.limits import DecodeInterrupted
from cameras.footage.source import FootageError, StorageFull
from cameras.ring.child import RecordingChild

BACKOFF_S = (2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
REFUSED_S = 300.0
POLL_WALL_S = 20.0
TRIES_MOST = 3
"""What cannot be written so often may be what brings the recording child down."""
HELD_MOST = 300
ENDED_S = 30.0
"""A playlist that says it has ended may be begun anew by its server."""

Say = Callable[..., None]


class Follower(Protocol):
    """See ``hls.follower.LiveFollower``."""

    ended: bool
    wait_s: float

    def poll(self, wall_s: float | None = None) -> list[LiveSegment]: ...

    def close(self) -> None: ...


class PlaylistRecorder(threading.Thread):
    """``make`` opens a follower whose files are ours. ``say``: as ``CameraRecorder``."""

    def __init__(
        self, camera_id: int, make: Callable[[], Follower], child: RecordingChild, segment_s: float, say: Say
    ) -> None:
        super().__init__(name=f"playlist-{camera_id}", daemon=True)
        self.camera_id = camera_id
        self._make = make
        self._child = child
        self._segment_s = segment_s
        self._say = say
        self._stopping = threading.Event()
        self._held: list[LiveSegment] = []
        self._tries = self._bad = 0
        self._is_recording = False

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        follower: Follower | None = None
        while not self._stopping.is_set():
            try:
                follower = follower or self._make()
                self._took(follower.poll(POLL_WALL_S))
                wait_s = follower.wait_s
                if follower.ended:
                    follower.close()
                    follower, wait_s = None, ENDED_S
            except FootageError as error:
                wait_s = self._lost(error)
            self._stopping.wait(wait_s)
        if follower is not None:
            follower.close()
        self._write()
        self._say("stopped", camera=self.camera_id)

    def _took(self, new: Sequence[LiveSegment]) -> None:
        self._bad = 0
        if new and not self._is_recording:
            self._is_recording = True
            self._say("recording", camera=self.camera_id)
        self._held += new
        if sum(one.info.duration_s for one in self._held) >= self._segment_s:
            self._write()

    def _lost(self, error: FootageError) -> float:
        """Seconds to wait."""
        self._bad += 1
        self._is_recording = False
        self._write()
        self._say("lost", camera=self.camera_id, code=error.code, detail=error.detail)
        steps_s = BACKOFF_S[min(self._bad, len(BACKOFF_S)) - 1]
        return steps_s if error.retryable else REFUSED_S

    def _write(self) -> None:
        """Have what is held written as a segment; kept for another try where the child could not."""
        if not self._held:
            return
        brought = [
            {
                "path": str(one.path.absolute()),
                "start_s": one.start.timestamp() + one.info.lead_s,
                "zero_s": one.info.first_pts_s,
            }
            for one in self._held
        ]
        try:
            self._child.ask("joined", self.camera_id, brought=brought)
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
            Path(one.path).unlink(missing_ok=True)
        self._held, self._tries = [], 0
