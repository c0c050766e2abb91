"""The process that libav runs in: ``python -m cameras.footage.decode_child``, request on standard input.

Started by ``child.Child`` with a bare environment. It limits itself before it touches
the file, dies with its parent, and says everything over the pipe (see ``wire``).
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import signal
import sys
import time
from typing import Any

from cameras.footage import wire

PR_SET_PDEATHSIG = 1
PROGRESS_EVERY_S = 0.5
WRITING_JOBS = frozenset({"join", "cut", "capture", "extract", "stills"})
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class Reporter:
    """Writes messages to the pipe; speaks up now and then so that the parent can tell work from a hang."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._spoke_at = 0.0

    def _send(self, header: bytes, payload: bytes | memoryview = b"") -> None:
        for part in (header, payload):
            view = memoryview(part)
            while view:
                view = view[os.write(self._fd, view) :]
        self._spoke_at = time.monotonic()

    def message(self, kind: wire.Kind, body: dict[str, Any] | None = None) -> None:
        payload = json.dumps(body).encode() if body is not None else b""
        self._send(wire.HEADER.pack(kind, 0, 0, 0, 0, len(payload), 0.0), payload)

    def progress(self) -> None:
        if time.monotonic() - self._spoke_at >= PROGRESS_EVERY_S:
            self.message(wire.Kind.PROGRESS)

    def picture(self, t_s: float, flags: int, size: tuple[int, int], rows: bytes | memoryview) -> None:
        """``size``: width, height in pixels; ``rows``: packed BGR."""
        self._send(wire.HEADER.pack(wire.Kind.FRAME, flags, 0, *size, len(rows), t_s), rows)


def main() -> int:
    request = json.load(sys.stdin)
    die_with_parent(request["parent"])
    _limit(request["limits"], may_write=request["job"] in WRITING_JOBS)
    pipe = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints must not end up between two pictures
    reporter = Reporter(pipe)
    try:
        return _run(request, reporter)
    except BrokenPipeError:
        return 0


def _run(request: dict[str, Any], reporter: Reporter) -> int:
    import av.error

    from cameras.footage import demux, jobs

    reporter.message(wire.Kind.STARTED)
    try:
        result = jobs.JOBS[request["job"]](request, reporter)
    except demux.Refused as refused:
        reporter.message(wire.Kind.FAILED, {"reason": refused.reason, "detail": refused.detail})
    except MemoryError:
        reporter.message(wire.Kind.FAILED, {"reason": "out_of_memory", "detail": "the memory limit was reached"})
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = "no_room" if error.errno in NO_ROOM else "io_error"
        reporter.message(wire.Kind.FAILED, {"reason": reason, "detail": str(error)})
    except av.error.FFmpegError as error:
        reporter.message(wire.Kind.FAILED, {"reason": "damaged", "detail": str(error)})
    else:
        reporter.message(wire.Kind.RESULT, {**result, "cpu_s": time.process_time()})
    return 0


def die_with_parent(parent: int) -> None:
    """Of the thread that started us, to be exact: the kernel's signal follows it."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before prctl took hold
        os._exit(0)


def _limit(limits: dict[str, Any], may_write: bool) -> None:
    """Address space, processor time, no core dump, few files, and nothing written by a job that only reads."""
    cpu_s = int(2 * limits["wall_s"]) + 10
    wanted = {
        resource.RLIMIT_AS: limits["memory_mb"] << 20,
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
    }
    if not may_write:
        wanted[resource.RLIMIT_FSIZE] = 1 << 20
    for which, asked in wanted.items():
        hard = resource.getrlimit(which)[1]
        value = asked if hard == resource.RLIM_INFINITY else min(asked, hard)
        resource.setrlimit(which, (value, value))


if __name__ == "__main__":
    sys.exit(main())
