"""Runs web, workers and beat as children, restarts what dies, and leaves nothing behind.

For one machine. A larger installation runs the same command lines under systemd or
a container platform; ``manage.py up --print`` shows them.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from jsc_project.lib.errors import JscError

PR_SET_PDEATHSIG = 1
STOP_GRACE_S = 20.0
RESTART_BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
STEADY_S = 30.0
"""A child that ran this long died of something new: its back-off starts again."""


WEB_FLAGS = (
    *("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--timeout", "60"),
    # Longer than a sender's pause: with gunicorn's 2 s a delivery now and then meets a connection just being closed.
    *("--keep-alive", "75"),
    # Its default place is the home folder, which two services would share and a service account may not have.
    "--no-control-socket",
)


BASE_DIR = Path(__file__).resolve().parent.parent


class AlreadyRunning(JscError, RuntimeError):
    code = "already_running"


def die_with_parent() -> None:
    """Linux: the kernel kills the child when we are killed; elsewhere an orphan's leases lapse and it is harmless."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def service_environment(base_dir: Path) -> dict[str, str]:
    """Lets the children import the project from any working folder, so that relative paths in the
    environment mean for them what they mean for us."""
    given = os.environ.get("PYTHONPATH", "")
    return {"PYTHONPATH": os.pathsep.join([str(base_dir), *([given] if given else [])])}


def service_commands(host: str, port: int, var_dir: Path) -> dict[str, list[str]]:
    """Name -> command line of every process of the service."""
    python = sys.executable

    def worker(name: str, queues: str, concurrency: int) -> list[str]:
        flags = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
        celery = [python, "-m", "celery", "-A", "jsc_project.celery", "worker"]
        return [*celery, "-n", f"{name}@%h", "-Q", queues, "-c", str(concurrency), *flags]

    beat = [python, "-m", "celery", "-A", "jsc_project.celery", "beat"]
    web = [python, "-m", "gunicorn", "jsc_project.wsgi:application", "--bind", f"{host}:{port}"]
    return {
        "web": [*web, *WEB_FLAGS],
        "worker": worker("worker", "intake,outbound", 2),
        # Apart from the fast queues: a recorder that plays in real time keeps a slot for as long as its window.
        "footage": worker("footage", "footage", 3),
        # Alone, because a model and its threads fill the cores, and a report must be placed meanwhile.
        "vision": worker("vision", "vision", 1),
        # Alone, because a photo host that hangs would keep all waiting who share the worker; nothing waits for photos.
        "photos": worker("photos", "photos", 1),
        "patrol": worker("patrol", "patrol", 1),
        "recorder": [python, str(BASE_DIR / "manage.py"), "record"],
        "beat": [*beat, "--schedule", str(var_dir / "beat-schedule"), "--pidfile=", "--loglevel", "WARNING"],
    }


@dataclass
class _Child:
    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    not_before: float = 0.0
    deaths: int = 0


@dataclass
class Supervisor:
    """Children by name. Call ``poll`` often and from the thread that called ``start``.

    The kernel's parent-death signal follows the thread that forked, so a helper
    thread must never start children here.
    """

    commands: Mapping[str, Sequence[str]]
    var_dir: Path
    env: Mapping[str, str] = field(default_factory=dict)
    _children: list[_Child] = field(default_factory=list)
    _lock: IO[str] | None = None

    def start(self) -> None:
        """Raises:
        AlreadyRunning: another supervisor holds this var folder.
        """
        self.hold()
        logs = self.var_dir / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        self._children = [_Child(name, command, logs / f"{name}.log") for name, command in self.commands.items()]
        for child in self._children:
            self._spawn(child)

    def hold(self) -> None:
        """Take the var folder, before anything in it is touched; ``stop`` lets go of it.

        Raises:
            AlreadyRunning: another supervisor holds it.
        """
        if self._lock is None:
            self._take_lock()

    def poll(self) -> list[str]:
        """Restart what has died; names of the children that were started again."""
        again = []
        now = time.monotonic()
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                child.deaths = 1 if now - child.started_at > STEADY_S else child.deaths + 1
                wait = RESTART_BACKOFF_S[min(child.deaths, len(RESTART_BACKOFF_S)) - 1]
                child.process, child.not_before = None, now + wait
            if child.process is None and now >= child.not_before:
                self._spawn(child)
                again.append(child.name)
        return again

    def restart_queue(self, queue: str) -> None:
        """Kill the worker that serves ``queue``; ``poll`` starts it again. What it held comes free with its leases."""
        for child in self._children:
            command = list(child.command)
            served = command[command.index("-Q") + 1].split(",") if "-Q" in command else []
            if queue in served and child.process is not None:
                child.process.kill()

    def stop(self) -> None:
        """Ask all, wait for the grace, then kill. Safe to call twice."""
        alive = [c.process for c in self._children if c.process is not None and c.process.poll() is None]
        for process in alive:
            process.terminate()
        deadline = time.monotonic() + STOP_GRACE_S
        for process in alive:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._children = []
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def pids(self) -> dict[str, int]:
        return {c.name: c.process.pid for c in self._children if c.process is not None}

    def _take_lock(self) -> None:
        self.var_dir.mkdir(parents=True, exist_ok=True)
        lock = (self.var_dir / "supervisor.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise AlreadyRunning(f"{self.var_dir} is in use by process {holder}; stop it, or set JSC_VAR_DIR") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _spawn(self, child: _Child) -> None:
        with child.log.open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.env},
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - no threads exist here when children start
            )
        child.started_at = time.monotonic()
