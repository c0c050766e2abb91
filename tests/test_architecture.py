"""The layout, checked: imports run downhill, one place writes states, one place enqueues."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("jsc_project", "cameras", "analytics", "reports")


def sources() -> Iterator[Path]:
    for app in APPS:
        yield from (path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def writes_of_state(tree: ast.Module) -> Iterator[int]:
    """Lines that assign ``x.state``/``x.status``, or pass them to an ``update``."""
    for node in ast.walk(tree):
        for target in node.targets if isinstance(node, ast.Assign) else []:
            if isinstance(target, ast.Attribute) and target.attr in {"state", "status"} and not is_self(target.value):
                yield node.lineno
        is_update = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update"
        if is_update and {keyword.arg for keyword in node.keywords} & {"state", "status"}:
            yield node.lineno


def is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def test_one_place_writes_states() -> None:
    found = {f"{name_of(p)}:{line}" for p in sources() for line in writes_of_state(tree_of(p))}
    assert {where.split(":")[0] for where in found} == {"reports/doors.py"}, sorted(found)


def test_every_state_that_is_written_went_through_the_table() -> None:
    doors = tree_of(ROOT / "reports" / "doors.py")
    writers = [f for f in doors.body if isinstance(f, ast.FunctionDef) and any(writes_of_state(ast.Module([f], [])))]
    assert len(writers) == 2
    for function in writers:
        calls = {ast.unparse(n.func) for n in ast.walk(function) if isinstance(n, ast.Call)}
        assert "lifecycle.change" in calls, function.name
        assert "change_append" in calls, function.name


def test_only_tasks_enqueues() -> None:
    enqueuing = {"delay", "apply_async", "delay_on_commit", "apply_async_on_commit", "send_task"}
    found = {
        name_of(path)
        for path in sources()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in enqueuing
    }
    assert found == {"reports/tasks.py"}


def test_steps_know_nothing_of_the_pipeline_that_runs_them() -> None:
    for path in (ROOT / "reports" / "steps").glob("*.py"):
        imported = {
            f"{node.module}.{alias.name}"
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        assert not imported & {"reports.pipeline", "reports.tasks"}, name_of(path)


def test_nothing_swallows_an_error_in_silence() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and all(isinstance(statement, ast.Pass | ast.Continue) for statement in node.body)
    ]
    assert found == []


def test_imports_run_downhill_and_the_core_knows_no_framework() -> None:
    pytest.importorskip("importlinter")
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
