"""Starts the decoding child, listens to it with a clock in hand, and kills it.

A plain subprocess and not ``multiprocessing``: Celery's prefork workers are daemonic
and may not have children of that kind, and a fork of a worker would carry its
database connections and secrets into the process that reads hostile files.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from cameras.footage import wire
from cameras.footage.frame import Picture
from cameras.footage.limits import DecodeFailed, DecodeInterrupted, DecodeLimits, DecodeTimedOut
from cameras.footage.source import FootageError

CHILD_MODULE = "cameras.footage.decode_child"
PACKAGE_ROOT = Path(__file__).resolve().parents[2]
KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV")
"""Everything else stays behind: the environment holds this service's secrets."""

PIPE_BYTES = 1 << 20
F_SETPIPE_SZ = 1031
JSON_MAX = 256 << 20


@dataclass(frozen=True, slots=True)
class Message:
    """``body`` for JSON kinds, ``picture`` for frames."""

    kind: wire.Kind
    t_s: float
    flags: int
    body: dict[str, Any]
    picture: Picture | None


class Child:
    """One job in one process. Always ``close`` it; a forgotten one is killed when collected."""

    def __init__(self, job: str, request: Mapping[str, Any], limits: DecodeLimits) -> None:
        self._limits = limits
        self._waited_s = 0.0
        self._phase = 0
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        self._process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", CHILD_MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            cwd=PACKAGE_ROOT,
            env=bare_environment(),
            start_new_session=True,
        )
        self._finalizer = weakref.finalize(self, _kill, self._process)
        self.cpu_s = 0.0
        assert self._process.stdout is not None
        self._fd = self._process.stdout.fileno()
        _widen(self._fd)
        self._ask({**request, "job": job, "limits": asdict(limits), "parent": os.getpid()})

    @property
    def pid(self) -> int:
        return self._process.pid

    def _ask(self, request: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            with self._process.stdin as pipe:
                pipe.write(json.dumps(request).encode())
        except BrokenPipeError:
            pass  # it died at once; the first read tells why

    def message(self) -> Message:
        """The next message other than signs of life.

        Raises:
            DecodeTimedOut: a limit passed; the child is dead.
            DecodeFailed: the child reported a failure, crashed, or spoke nonsense.
            DecodeInterrupted: somebody else killed the child.
        """
        while True:
            message = self._next()
            if message.kind is wire.Kind.FAILED:
                self.close()
                raise DecodeFailed(message.body["detail"], reason=message.body["reason"])
            self._phase = min(self._phase + 1, len(PHASES) - 1)
            if message.kind not in (wire.Kind.STARTED, wire.Kind.PROGRESS):
                return message

    def _next(self) -> Message:
        header = self._read(bytearray(wire.HEADER.size))
        kind, flags, _, width, height, size, t_s = wire.HEADER.unpack(header)
        if kind == wire.Kind.FRAME:
            if size != width * height * 3 or not 0 < width * height <= self._limits.max_pixels:
                raise self._crashed("nonsense")
            picture: Picture = np.empty((height, width, 3), np.uint8)
            self._read(picture.data.cast("B"))
            return Message(wire.Kind.FRAME, t_s, flags, {}, picture)
        if kind not in wire.Kind._value2member_map_ or size > JSON_MAX:
            raise self._crashed("nonsense")
        body = json.loads(bytes(self._read(bytearray(size)))) if size else {}
        return Message(wire.Kind(kind), t_s, flags, body, None)

    def _read(self, into: bytearray | memoryview) -> bytearray | memoryview:
        view = memoryview(into)
        silence_s = 0.0
        while view:
            silence_s = self._wait_readable(silence_s)
            count = os.readv(self._fd, [view])
            if count == 0:
                raise self._crashed("crashed")
            view, silence_s = view[count:], 0.0
        return into

    def _wait_readable(self, silence_s: float) -> float:
        """Wait for bytes; only time spent waiting here counts against the limits."""
        limits = self._limits
        phase = PHASES[self._phase]
        quiet_s = getattr(limits, phase, START_UP_S)
        left_s = min(limits.wall_s - self._waited_s, quiet_s - silence_s)
        began = time.monotonic()
        ready = left_s > 0 and select.select([self._fd], [], [], left_s)[0]
        spent_s = time.monotonic() - began
        self._waited_s += spent_s
        if not ready:
            name = "wall_s" if self._waited_s >= limits.wall_s else phase
            self.close()
            raise DecodeTimedOut(f"no answer within {name}; killed", limit=name)
        return silence_s + spent_s

    def _crashed(self, reason: str) -> FootageError:
        if reason == "crashed":
            self._reap(kill_after_s=1.0)
        self.close()
        code = self._process.returncode
        if reason == "crashed" and code in ENDED_BY_OTHERS:
            return DecodeInterrupted(f"the decoder was killed from outside (status {code})", status=code)
        if code == -signal.SIGXCPU:
            return DecodeTimedOut("used up its processor time; killed", limit="cpu")
        self._complaints.seek(0)
        said = self._complaints.read()[-2000:].decode(errors="replace").strip()
        lost = "out_of_memory" if "MemoryError" in said or "Cannot allocate memory" in said else reason
        return DecodeFailed(f"the decoder ended with status {code}", reason=lost, status=code, said=said)

    def close(self, reap_s: float = 0.0) -> None:
        """Kill it unless it ends by itself within ``reap_s``, and reap it; harmless twice."""
        self._finalizer.detach()
        self._reap(kill_after_s=reap_s)

    def _reap(self, kill_after_s: float) -> None:
        if self._process.returncode is not None:
            return
        deadline = time.monotonic() + kill_after_s
        while (status := _reaped(self._process.pid, os.WNOHANG)) is None and time.monotonic() < deadline:
            time.sleep(0.01)
        if status is None:
            _signal(self._process)
            status = _reaped(self._process.pid, 0)
        code, self.cpu_s = status or (-signal.SIGKILL, self.cpu_s)
        self._process.returncode = code
        if self._process.stdout is not None:
            self._process.stdout.close()


START_UP_S = 20.0
"""Interpreter start on a starved machine; the file is not touched yet, so ``open_s`` does not run."""

ENDED_BY_OTHERS = frozenset({-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP})
"""A decoder that trips over a file dies of its own faults (SEGV, ABRT, FPE); these come from outside."""

PHASES = ("start_up_s", "open_s", "read_s")
"""Which limit on silence holds: until the first message, until the second, and from then on."""


def bare_environment() -> dict[str, str]:
    """Bare, and with the package findable wherever the parent's own import path came from."""
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    paths = [str(PACKAGE_ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    # BLAS threads and malloc arenas reserve address space for every core and are of no use here.
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


def _widen(fd: int) -> None:
    """A pipe that holds a good part of a picture costs fewer switches between the two processes."""
    if sys.platform != "linux":
        return
    import fcntl

    try:
        fcntl.fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES)
    except PermissionError:
        return  # over the user's pipe quota: slower, not wrong


def _signal(process: subprocess.Popen[bytes]) -> None:
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _reaped(pid: int, options: int) -> tuple[int, float] | None:
    """Exit code and processor seconds, or None while it runs. wait4, because only it tells the seconds."""
    try:
        found, status, usage = os.wait4(pid, options)
    except ChildProcessError:
        return (-signal.SIGKILL, 0.0)
    if found == 0:
        return None
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        _signal(process)
