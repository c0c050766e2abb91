"""A folder per clip that outlives a try, so that the next one goes on from the pieces that are whole.

One worker at a time: a late one, whose lease has lapsed, must not write among the pieces of the one that took over. The
lock is the kernel's, so a killed worker holds nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

KEPT_S = 6 * 3600.0
"""Longer than any clip is retried; what is older was left by a machine that died."""


@contextlib.contextmanager
def scratch_folder(root: Path, name: str) -> Iterator[tuple[Path, bool]]:
    """The folder, and whether it is the kept one; another holder's is left alone, and a fresh one is given instead."""
    root.mkdir(parents=True, exist_ok=True, mode=0o750)
    with (root / f"{name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=root) as fresh:
                yield Path(fresh), False
            return
        folder = root / name
        folder.mkdir(exist_ok=True, mode=0o700)  # footage of citizens, whatever the umask
        yield folder, True


def scratch_drop(root: Path, name: str) -> None:
    """Its clip is settled; harmless when there is none."""
    shutil.rmtree(root / name, ignore_errors=True)
    (root / f"{name}.lock").unlink(missing_ok=True)


def scratch_sweep(root: Path, kept_s: float = KEPT_S) -> int:
    """Delete what nobody has touched for ``kept_s``; how many folders and files went."""
    if not root.is_dir():
        return 0
    gone, before = 0, time.time() - kept_s
    for entry in list(root.iterdir()):
        if _touched_at(entry) < before:
            gone += 1
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
    return gone


def _touched_at(entry: Path) -> float:
    inside = [one.stat().st_mtime for one in entry.rglob("*")] if entry.is_dir() else []
    return max([entry.stat().st_mtime, *inside])
