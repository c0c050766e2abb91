"""What every command for machines answers when the installation itself is not ready."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("command", [["locate", "-6.2", "106.8"], ["nearest_cameras", "-6.2", "106.8"]])
def test_a_database_without_tables_is_told_with_what_to_do(tmp_path: Path, command: list[str]) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("JSC_", "DATABASE_", "CELERY_"))}
    answer = subprocess.run(
        [sys.executable, "manage.py", *command, "--json"],
        cwd=ROOT,
        env={**clean, "JSC_VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2, answer.stderr
    error = json.loads(answer.stdout.splitlines()[-1])["error"]
    assert error["code"] == "database_not_ready"
    assert "migrate" in error["detail"]
