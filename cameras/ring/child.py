"""The recording child as its parent sees it: started, spoken to, listened to, and started again when it dies."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Protocol

from cameras.footage.child import PACKAGE_ROOT, bare_environment
from cameras.footage.decode import DecodeLimits, MediaInfo, media_info
from cameras.footage.limits import DecodeFailed, DecodeInterrupted
from cameras.footage.rtsp_target import Patience, Target
from cameras.footage.source import FootageError, StorageFull

CHILD_MODULE = "cameras.ring.recording_child"
SILENT_S = 30.0
"""It says that it lives every other second; a starved machine may take longer."""
LEAVE_S = 7.5
BACKOFF_S = (0.0, 2.0, 5.0, 15.0, 30.0)
STEADY_S = 120.0
FRESH_S = 10.0
"""Where nothing tells which camera brought it down, those that were begun a moment before are suspected."""
COMPLAINTS = 8000

_CULPRIT = re.compile(r"^Current thread 0x([0-9a-f]+)", re.MULTILINE)

Event = Mapping[str, Any]
Facts = dict[Path, MediaInfo | FootageError]


class Stream(Protocol):
    """``feeds.RtspTask``."""

    @property
    def target(self) -> Target: ...

    @property
    def patience(self) -> Patience: ...

    @property
    def device_offset_s(self) -> float | None: ...


class RecordingChild:
    """Starts with the first command. Used by one thread, but for ``ask``, which any may call."""

    def __init__(self, folder: Path, cameras_most: int) -> None:
        self._folder = folder
        self._cameras_most = cameras_most
        self._process: subprocess.Popen[bytes] | None = None
        self._complaints: IO[bytes] | None = None
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._write = threading.Lock()
        self._threads: dict[int, int] = {}
        self._begun_s: dict[int, float] = {}
        self._answers: dict[int, queue.SimpleQueue[Event]] = {}
        self._number = 0
        self._started_s = self._heard_s = 0.0
        self._deaths = 0
        self._not_before_s = 0.0
        self.cpu_s = 0.0
        self.cpu_past_s = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    @property
    def may_start(self) -> bool:
        """False while it waits after a death."""
        return self._process is not None or time.monotonic() >= self._not_before_s

    # -- Commands -------------------------------------------------------------------

    def record(self, camera_id: int, stream: Stream, segment_s: float) -> None:
        self._begun_s[camera_id] = time.monotonic()
        self._send(
            {
                "do": "record",
                "camera": camera_id,
                "target": asdict(stream.target),
                "patience": asdict(stream.patience),
                "device_offset_s": stream.device_offset_s,
                "segment_s": segment_s,
            }
        )

    def stop(self, camera_id: int) -> None:
        self._begun_s.pop(camera_id, None)
        if self._process is not None:
            self._send({"do": "stop", "camera": camera_id})

    def ask(self, do: str, camera_id: int, wait_s: float = 60.0, **facts: Any) -> Event:
        """A job's answer.

        Raises:
            DecodeInterrupted: there is no child now, it died, or it does not answer; ask again later.
            StorageFull: it could not write.
        """
        answers: queue.SimpleQueue[Event] = queue.SimpleQueue()
        with self._write:
            if self._process is None:
                raise DecodeInterrupted("the recording process is not there")
            self._number += 1
            number = self._number
            self._answers[number] = answers
        try:
            self._send({"do": do, "id": number, "camera": camera_id, **facts}, start=False)
            answer = answers.get(timeout=wait_s)
        except queue.Empty:
            raise DecodeInterrupted("the recording process does not answer") from None
        finally:
            self._answers.pop(number, None)
        if answer.get("error") == "storage_full":
            raise StorageFull("no room left for a segment")
        if "error" in answer:
            raise DecodeInterrupted(f"the recording process could not ({answer['error']})")
        return answer

    def measure(
        self, camera_id: int, paths: Sequence[Path], limits: DecodeLimits
    ) -> dict[Path, MediaInfo | FootageError]:
        """As ``assemble.media_of``, without a process of its own for every call.

        Raises:
            DecodeInterrupted: see ``ask``.
        """
        answer = self.ask("facts", camera_id, limits.wall_s, paths=[str(path) for path in paths])
        found: Facts = {}
        for path, facts in zip(paths, answer["facts"], strict=True):
            refused = "reason" in facts
            found[path] = DecodeFailed(facts["detail"], reason=facts["reason"]) if refused else media_info(facts)
        return found

    def _send(self, command: Mapping[str, Any], *, start: bool = True) -> None:
        """``start``: only ever by the thread that lives as long as the recorder does, because the child dies with the
        thread that started it."""
        with self._write:
            process = self._started() if start else self._process
            if process is None or process.stdin is None:
                return
            # A broken pipe is a death, and ``died`` tells it.
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(json.dumps(command).encode() + b"\n")
                process.stdin.flush()

    def start(self) -> None:
        with self._write:
            self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None:
            return self._process
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", CHILD_MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            cwd=PACKAGE_ROOT,
            env=bare_environment(),
            start_new_session=True,
        )
        self._process, self._started_s = process, time.monotonic()
        self._heard_s = self._started_s
        assert process.stdin is not None
        first = {"parent": os.getpid(), "folder": str(self._folder), "cameras_most": self._cameras_most}
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(first).encode() + b"\n")
        threading.Thread(target=self._listen, args=(process,), name="recording-child", daemon=True).start()
        return process

    # -- What it says ----------------------------------------------------------------

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._heard_s = time.monotonic()
            try:
                event = json.loads(line)
                said = event["said"]
            except (ValueError, TypeError, KeyError):
                continue
            if said == "answer":
                waiting = self._answers.get(event.get("id", -1))
                if waiting is not None:
                    waiting.put(event)
            elif said == "alive":
                self.cpu_s = float(event.get("cpu_s", 0.0))
            elif said == "thread":
                self._threads[int(event["ident"])] = int(event["camera"])
            else:
                self._events.put(event)

    def events(self) -> list[Event]:
        """What was said since the last call: ``recording``, ``lost``, ``segment``, ``stopped``, with ``camera``."""
        found = []
        while True:
            try:
                found.append(self._events.get_nowait())
            except queue.Empty:
                return found

    def died(self) -> list[int] | None:
        """None while it lives (or was never needed); else the cameras that may have brought it down. Told once.

        One that says nothing any more is killed first.
        """
        process = self._process
        if process is None:
            return None
        if process.poll() is None:
            if time.monotonic() - self._heard_s < SILENT_S:
                return None
            process.kill()
            process.wait()
        return self._buried(process)

    def _buried(self, process: subprocess.Popen[bytes]) -> list[int]:
        now_s = time.monotonic()
        suspects = self._suspects(process, now_s)
        with self._write:
            self._forget(process)
        self._deaths = 1 if now_s - self._started_s > STEADY_S else self._deaths + 1
        self._not_before_s = now_s + BACKOFF_S[min(self._deaths, len(BACKOFF_S)) - 1]
        self.cpu_past_s += self.cpu_s
        self.cpu_s = 0.0
        self._threads.clear()
        self._begun_s.clear()
        for waiting in list(self._answers.values()):
            waiting.put({"error": "died"})
        return suspects

    def _suspects(self, process: subprocess.Popen[bytes], now_s: float) -> list[int]:
        if process.returncode in (-signal.SIGKILL, -signal.SIGTERM):
            return []  # somebody else's doing
        assert self._complaints is not None
        self._complaints.seek(0)
        said = self._complaints.read()[-COMPLAINTS:].decode(errors="replace")
        named = {self._threads.get(int(ident, 16)) for ident in _CULPRIT.findall(said)} - {None}
        fresh = {camera for camera, begun_s in self._begun_s.items() if now_s - begun_s < FRESH_S}
        return sorted(camera for camera in named or fresh if camera is not None)

    def _forget(self, process: subprocess.Popen[bytes]) -> None:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        if self._complaints is not None:
            self._complaints.close()
        self._process = self._complaints = None

    def close(self) -> None:
        """Have all segments finished, within ``LEAVE_S``; then it is killed. Harmless twice."""
        process = self._process
        if process is None:
            return
        with self._write, contextlib.suppress(OSError):
            assert process.stdin is not None
            process.stdin.close()
        try:
            process.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self.cpu_past_s += self.cpu_s
        self.cpu_s = 0.0
        with self._write:
            self._forget(process)
