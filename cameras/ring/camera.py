"""One camera's thread in the recording child: connects, writes segments, connects again, until it is told to stop."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cameras.footage.capture import Plan, record
from cameras.footage.capture_pieces import Piece
from cameras.footage.rtsp_target import Patience, Target, Trouble
from cameras.ring import spool
from cameras.ring.clock import Anchor, AnchoredClock
from cameras.ring.pieces import Dating, finished

Say = Callable[..., None]

BACKOFF_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
REFUSED_S = (60.0, 120.0, 300.0)
"""Asking again and again with a wrong password makes devices lock the account."""
REFUSALS = frozenset({"source_denied", "source_forbidden", "channel_missing"})
AT_ONCE = frozenset({"picture_changed", "times_jump", "no_keyframes"})
"""Nothing is wrong with the camera: the stream has to be opened anew, and that is all."""
GOOD_S = 20.0
"""A connection that lasted so long makes up for the bad ones before."""
BYTES_PER_S_MAX = 8 << 20
"""64 Mbit/s; no camera is so sharp."""
DATED_WITHIN_S = 0.05
LONGEST_S = spool.LONGEST_S - 120.0
"""A stream that stops sending keyframes is opened anew, which makes a camera send one."""


@dataclass(frozen=True, slots=True)
class Task:
    """``device_offset_s``: see ``pieces.Dating``."""

    camera_id: int
    target: Target
    patience: Patience
    segment_s: float
    device_offset_s: float | None = None


class CameraRecorder(threading.Thread):
    """``say(what, **facts)`` tells the parent: ``recording``, ``lost``, ``segment``, ``stopped``."""

    def __init__(self, task: Task, clock: AnchoredClock, folder: Path, say: Say) -> None:
        super().__init__(name=f"camera-{task.camera_id}", daemon=True)
        self.task = task
        self._clock = clock
        self._folder = folder
        self._say = say
        self._stopping = threading.Event()
        self._dating = Dating(clock, task.device_offset_s)
        self._anchor: Anchor | None = None
        self._good_since_s: float | None = None
        self._hang_up: Trouble | None = None
        self._opened_s = 0.0
        self._bad = 0

    def stop(self) -> None:
        """The running segment is finished at the next picture."""
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            self._hang_up, self._good_since_s = None, None
            trouble = self._connection()
            if self._stopping.is_set():
                break
            self._pause(trouble)
        self._say("stopped", camera=self.task.camera_id)

    def _connection(self) -> Trouble:
        plan = Plan(
            path_of=self._path_of, piece_s=self.task.segment_s, cut=self._clock_was_set, until_at=None, until_s=None
        )
        try:
            ending = record(self.task.target, self.task.patience, plan, self._came, self._should_end)
        except MemoryError:
            return Trouble("footage_failed", "the recorder is out of memory", reason="out_of_memory")
        except Exception as error:  # noqa: BLE001 - whatever it is, this camera is tried again, and it is told
            self._discard_parts()
            return Trouble("footage_failed", f"it cannot be recorded ({type(error).__name__})", reason="error")
        return self._hang_up or ending.trouble or Trouble("source_unreachable", "the stream ended")

    def _pause(self, trouble: Trouble) -> None:
        good_s = self._clock.mono() - self._good_since_s if self._good_since_s is not None else 0.0
        self._bad = 0 if good_s >= GOOD_S else self._bad + 1
        if trouble.reason in AT_ONCE and self._bad <= 1:
            return
        self._say("lost", camera=self.task.camera_id, **trouble.as_json())
        steps = REFUSED_S if trouble.code in REFUSALS else BACKOFF_S
        wait_s = steps[min(self._bad, len(steps)) - 1 if self._bad else 0]
        self._stopping.wait(wait_s * random.uniform(0.8, 1.2))  # noqa: S311 - so that not all come back at once

    # -- What ``record`` asks and tells -------------------------------------------------

    def _path_of(self, _number: int, unix_time: float) -> str:
        return str(spool.part_path(self._folder, self.task.camera_id, unix_time))

    def _should_end(self) -> bool:
        return self._stopping.is_set() or self._hang_up is not None

    def _clock_was_set(self) -> bool:
        return self._anchor is not None and self._clock.anchor().run != self._anchor.run

    def _came(self, event: str, piece: Piece) -> None:
        if event == "opened":
            self._opened_s = self._clock.mono()
            self._anchor = self._clock.anchor()
            if self._good_since_s is None:
                self._good_since_s = self._opened_s
                self._say("recording", camera=self.task.camera_id)
        elif event == "progress":
            self._keep_dated(piece)
            self._judge(piece)
        else:
            self._close(piece)

    def _keep_dated(self, piece: Piece) -> None:
        """The unfinished file's name tells its start: if we die, that is all that is known of it."""
        assert self._anchor is not None
        part, start_s = Path(piece.path), self._dating.start_s(piece, self._anchor)
        if abs(start_s - spool.start_of(part)) > DATED_WITHIN_S:
            better = spool.part_path(self._folder, self.task.camera_id, start_s)
            if not better.exists():
                piece.path = str(part.rename(better))

    def _judge(self, piece: Piece) -> None:
        spent_s = self._clock.mono() - self._opened_s
        if piece.bytes > BYTES_PER_S_MAX * max(spent_s, 10.0):
            self._hang_up = Trouble("footage_unreadable", "more bytes come than any camera sends", reason="too_large")
        elif spent_s > LONGEST_S:
            self._hang_up = Trouble("footage_failed", "no more keyframes come", reason="no_keyframes")

    def _close(self, piece: Piece) -> None:
        assert self._anchor is not None
        if piece.reason == "storage_full":
            Path(piece.path).unlink(missing_ok=True)
            return
        segment = finished(piece, self.task.camera_id, self._anchor, self._dating)
        if segment is not None:
            self._say("segment", camera=self.task.camera_id)

    def _discard_parts(self) -> None:
        for part in (self._folder / str(self.task.camera_id)).glob(f"*{spool.PART}"):
            part.unlink(missing_ok=True)
