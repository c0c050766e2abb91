"""A folder of personal data for one reader: new or empty, and closed to everybody else."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from jsc_project.lib.errors import JscError
from jsc_project.lib.sheet import csv_lines


class FolderRefused(JscError, OSError):
    """Nothing is written over, and nothing into what others can read."""

    code = "folder_refused"


class PrivateFolder:
    """Files of it are made once, mode 600, in a folder of mode 700.

    Raises:
        FolderRefused: it holds something already, or cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser()
        self.files: list[str] = []
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(self.path.iterdir()):
                raise FolderRefused(f"{self.path} is not empty; give a new folder")
            self.path.chmod(0o700)
        except OSError as exc:
            if isinstance(exc, FolderRefused):
                raise
            raise FolderRefused(f"{self.path}: {exc.strerror}") from exc

    def json(self, name: str, value: Any) -> None:
        self.bytes(name, json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False).encode())

    def csv(self, name: str, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        self.bytes(name, "".join(csv_lines(heading, rows)).encode())

    def table(self, name: str, rows: Sequence[dict[str, Any]], heading: Sequence[str]) -> None:
        """A CSV of flat dictionaries; what is no text or number is told as JSON."""
        self.csv(name, heading, ([_cell(row.get(column)) for column in heading] for row in rows))

    def bytes(self, name: str, content: bytes) -> None:
        target = self.path / name
        try:
            target.parent.mkdir(mode=0o700, exist_ok=True)
            fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "wb") as out:
                out.write(content)
        except OSError as exc:
            raise FolderRefused(f"{target}: {exc.strerror}") from exc
        self.files.append(name)


def _cell(value: Any) -> object:
    if value is None or isinstance(value, str | int | float):
        return value
    return json.dumps(value, ensure_ascii=False)
