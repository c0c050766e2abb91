"""The one process that libav records in: ``python -m cameras.ring.recording_child``.

Started by ``child.RecordingChild`` with a bare environment. It limits itself before it touches a stream, dies with its
parent, takes commands as JSON lines on standard input and answers in JSON lines on standard output:

    {"parent", "folder", "cameras_most"}                             first line
    {"do": "record", "camera", "target", "patience", ...}    -> recording, lost, segment, stopped
    {"do": "stop", "camera"}                                         -> stopped
    {"do": "facts" | "joined" | "stills", "id", "camera", ...}       -> answer
    end of input: finish all segments and leave
"""

from __future__ import annotations

import json
import os
import queue
import resource
import select
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cameras.footage.decode_child import die_with_parent

TICK_S = 0.5
ALIVE_EVERY_S = 2.0
LEAVE_S = 6.0
"""For a clean end; a camera that is silent just then leaves a file that the parent takes as it is."""

MEMORY_MB, MEMORY_PER_CAMERA_MB = 1024, 24
STACK_BYTES = 1 << 20
FILE_BYTES_MOST = 8 << 30
READ_BYTES = 1 << 16


class Desk:
    """Takes commands, keeps one thread a camera and one for jobs."""

    def __init__(self, folder: Path, out: int) -> None:
        from cameras.ring.clock import AnchoredClock

        self._folder = folder
        self._out = out
        self._lock = threading.Lock()
        self._clock = AnchoredClock()
        self._cameras: dict[int, Any] = {}
        self._jobs: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
        self._worker = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._alive_s = 0.0

    def say(self, said: str, /, **facts: Any) -> None:
        line = json.dumps({**facts, "said": said}).encode() + b"\n"
        with self._lock:
            view = memoryview(line)
            while view:
                view = view[os.write(self._out, view) :]

    def run(self) -> None:
        """Until the input ends."""
        self._worker.start()
        held = bytearray()
        while True:
            if select.select([0], [], [], TICK_S)[0]:
                data = os.read(0, READ_BYTES)
                if not data:
                    break
                held += data
                *lines, rest = bytes(held).split(b"\n")
                held = bytearray(rest)
                for line in lines:
                    self._obey(json.loads(line))
            self._clock.anchor()
            self._tell_alive()
        self._leave()

    def _tell_alive(self) -> None:
        now_s = time.monotonic()
        if now_s - self._alive_s >= ALIVE_EVERY_S:
            self._alive_s = now_s
            self.say("alive", cpu_s=time.process_time(), cameras=len(self._cameras))

    def _obey(self, told: Mapping[str, Any]) -> None:
        if told["do"] == "record":
            self._record(told)
        elif told["do"] == "stop":
            one = self._cameras.pop(told["camera"], None)
            if one is not None:
                one.stop()
        else:
            self._jobs.put(told)

    def _record(self, told: Mapping[str, Any]) -> None:
        from cameras.footage.rtsp_target import Patience, Target
        from cameras.ring.camera import CameraRecorder, Task

        former = self._cameras.pop(told["camera"], None)
        if former is not None:
            former.stop()
        target = Target(**{**told["target"], "play": tuple(map(tuple, told["target"]["play"]))})
        task = Task(
            told["camera"], target, Patience(**told["patience"]), told["segment_s"], told.get("device_offset_s")
        )
        recorder = CameraRecorder(task, self._clock, self._folder, self.say)
        self._cameras[told["camera"]] = recorder
        recorder.start()
        # A crash names the thread; this says whose it was.
        self.say("thread", camera=told["camera"], ident=recorder.ident)

    def _work(self) -> None:
        from cameras.ring import remux

        while True:
            told = self._jobs.get()
            camera = told["camera"]
            self.say("thread", camera=camera, ident=threading.get_ident())
            answer: dict[str, Any] = {}
            try:
                if told["do"] == "facts":
                    answer = {"facts": remux.facts_of(told["paths"], lambda: None)}
                else:
                    does = remux.joined if told["do"] == "joined" else remux.stills
                    answer = {"segments": len(does(self._folder, camera, told["brought"]))}
            except MemoryError:
                answer = {"error": "out_of_memory"}
            except Exception as error:  # noqa: BLE001 - one bad file must not end the work for all cameras
                answer = {"error": _word(error)}
            self.say("answer", id=told["id"], camera=camera, **answer)

    def _leave(self) -> None:
        for one in self._cameras.values():
            one.stop()
        ends_s = time.monotonic() + LEAVE_S
        for one in self._cameras.values():
            one.join(max(0.0, ends_s - time.monotonic()))


def _word(error: Exception) -> str:
    import errno

    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return "storage_full" if full else type(error).__name__


def limit(cameras_most: int) -> None:
    """Address space, files, no core dump; no limit on processor time, because this goes on for months."""
    wanted = {
        resource.RLIMIT_AS: (MEMORY_MB + MEMORY_PER_CAMERA_MB * cameras_most) << 20,
        resource.RLIMIT_NOFILE: 64 + 8 * cameras_most,
        resource.RLIMIT_FSIZE: FILE_BYTES_MOST,
        resource.RLIMIT_CORE: 0,
    }
    for which, asked in wanted.items():
        hard = resource.getrlimit(which)[1]
        value = asked if hard == resource.RLIM_INFINITY else min(asked, hard)
        resource.setrlimit(which, (value, value))


def main() -> int:
    held = bytearray()
    while not held.endswith(b"\n"):  # byte by byte, so that what follows stays in the pipe
        byte = os.read(0, 1)
        if not byte:
            return 0
        held += byte
    first = json.loads(held)
    die_with_parent(first["parent"])
    limit(first["cameras_most"])
    threading.stack_size(STACK_BYTES)
    pipe = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints must not end up between two messages
    desk = Desk(Path(first["folder"]), pipe)
    try:
        desk.run()
    except BrokenPipeError:
        return 0
    os._exit(0)  # threads that wait for a silent camera are not waited for


if __name__ == "__main__":
    sys.exit(main())
