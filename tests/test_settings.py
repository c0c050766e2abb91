"""Settings as a deployer gives them: in the environment, in files, and under folders with odd names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASK = (
    "import json, sys; sys.path.insert(0, sys.argv[1]); from jsc_project import settings as s; "
    "print(json.dumps([s.DATABASES['default']['ENGINE'].rsplit('.', 1)[-1], str(s.DATABASES['default']['NAME']), "
    "s.CELERY_BROKER_URL, s.MEDIA_ROOT]))"
)


def read(cwd: Path, **env: str) -> list[str]:
    ours = ("JSC_", "DATABASE_", "CELERY_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    command = [sys.executable, "-c", ASK, str(ROOT)]
    ran = subprocess.run(command, cwd=cwd, env={**clean, **env}, capture_output=True, text=True, check=True)
    return list(json.loads(ran.stdout))


def test_addresses_that_hold_passwords_may_come_from_files(tmp_path: Path) -> None:
    database, broker = tmp_path / "database", tmp_path / "broker"
    database.write_text("postgres://jsc:secret@db/city\n", encoding="utf-8")
    broker.write_text("redis://:secret@redis:6379/0\n", encoding="utf-8")
    files = {"DATABASE_URL_FILE": str(database), "CELERY_BROKER_URL_FILE": str(broker)}
    assert read(tmp_path, JSC_VAR_DIR="v", **files)[:3] == ["postgresql", "city", "redis://:secret@redis:6379/0"]


def test_the_var_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "a b#c%20d?e"
    assert read(tmp_path, JSC_VAR_DIR=str(folder))[1] == str(folder / "jsc.sqlite3")


def test_a_relative_media_folder_is_the_one_the_person_meant(tmp_path: Path) -> None:
    assert read(tmp_path, JSC_VAR_DIR="v", JSC_MEDIA_URL="pictures")[3] == str(tmp_path / "pictures")
