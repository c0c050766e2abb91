"""Starting the service: whose folder, which port, and what a relative path means."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from jsc_project.supervisor import AlreadyRunning, Supervisor
from reports.demo import run as demo
from reports.management.commands import up

ROOT = Path(__file__).resolve().parent.parent


def test_children_read_a_relative_var_folder_where_the_person_meant_it(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from jsc_project import settings\n"
        "from jsc_project.supervisor import Supervisor, service_environment\n"
        "child = [sys.executable, '-c', 'from jsc_project import settings; print(settings.VAR_DIR)']\n"
        "s = Supervisor({'child': child}, settings.VAR_DIR, service_environment(settings.BASE_DIR))\n"
        "s.start(); [c.process.wait() for c in s._children]\n"
        "print((settings.VAR_DIR / 'logs' / 'child.log').read_text())"
    )
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run(
        [sys.executable, "-c", code, str(ROOT)],
        cwd=tmp_path,
        env={**clean, "JSC_VAR_DIR": "here"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout.strip() == str(tmp_path / "here")


def test_a_port_in_use_is_told_instead_of_dying_of_it_for_ever(monkeypatch: Any, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(up, "PORT_FREE_WITHIN_S", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CommandError, match="--port"):
        call_command("up", port=taken.getsockname()[1])


def test_a_port_that_cannot_be_is_told_as_well(monkeypatch: Any, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(up, "PORT_FREE_WITHIN_S", 0.0)
    with pytest.raises(CommandError, match="99999"):
        call_command("up", port=99999)


def test_a_demo_that_is_running_is_not_forgotten_by_a_second_one(
    monkeypatch: Any, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    forgotten: list[str] = []
    monkeypatch.setattr(demo, "demo_reset", lambda: forgotten.append("all"))
    monkeypatch.setattr(demo, "call_command", lambda *args, **kwargs: forgotten.append("migrated"))
    monkeypatch.setattr(demo.signal, "signal", lambda *args: None)
    first = Supervisor({}, tmp_path)
    first.hold()
    try:
        with pytest.raises(AlreadyRunning):
            demo.demo_run(demo.DemoOptions(once=True, reset=True, port=0, timeout_s=1), None)  # type: ignore[arg-type]
    finally:
        first.stop()
    assert forgotten == []
