"""The supervisor: what dies is started again, what is stopped leaves nothing, two never share a folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jsc_project.supervisor import AlreadyRunning, Supervisor, service_commands

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor({"sleeper": SLEEPER}, tmp_path)
    made.start()
    yield made
    made.stop()


def test_a_killed_child_is_started_again(supervisor: Supervisor) -> None:
    first = supervisor.pids()["sleeper"]
    os.kill(first, signal.SIGKILL)
    until(lambda: supervisor.poll() == ["sleeper"])
    assert supervisor.pids()["sleeper"] != first


def test_stopping_ends_every_child(supervisor: Supervisor) -> None:
    pid = supervisor.pids()["sleeper"]
    supervisor.stop()
    assert not alive(pid)


def test_a_second_supervisor_of_the_same_folder_is_refused_with_the_pid_of_the_first(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    with pytest.raises(AlreadyRunning, match=str(os.getpid())):
        Supervisor({"sleeper": SLEEPER}, tmp_path).start()


def test_a_child_that_always_dies_is_started_ever_more_slowly(tmp_path: Path) -> None:
    failing = Supervisor({"failing": [sys.executable, "-c", "raise SystemExit(1)"]}, tmp_path)
    failing.start()
    try:
        starts = 0
        deadline = time.monotonic() + 2.5
        while time.monotonic() < deadline:
            starts += len(failing.poll())
            time.sleep(0.02)
        assert 1 <= starts <= 4
    finally:
        failing.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from jsc_project.supervisor import Supervisor\n"
        "s = Supervisor({'x': [sys.executable, '-c', 'import time; time.sleep(60)']}, Path(sys.argv[1]))\n"
        "s.start(); print(s.pids()['x'], flush=True); time.sleep(60)"
    )
    root = Path(__file__).resolve().parent.parent
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.kill()
    parent.wait()
    until(lambda: not alive(child))


def test_every_queue_of_the_pipeline_has_a_worker() -> None:
    from reports import pipeline

    served = {
        q
        for c in service_commands("127.0.0.1", 1, Path("var")).values()
        if "-Q" in c
        for q in c[c.index("-Q") + 1].split(",")
    }
    assert served == {*pipeline.queues(), "patrol"}


def test_the_worker_of_a_deaf_queue_is_replaced_and_no_other(tmp_path: Path) -> None:
    made = Supervisor({"deaf": [*SLEEPER, "-Q", "intake,footage"], "fine": [*SLEEPER, "-Q", "vision"]}, tmp_path)
    made.start()
    try:
        before = made.pids()
        made.restart_queue("footage")
        until(lambda: made.poll() == ["deaf"])
        assert made.pids()["deaf"] != before["deaf"]
        assert made.pids()["fine"] == before["fine"]
    finally:
        made.stop()
