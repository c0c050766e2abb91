"""Where finished segments wait: one folder a recorder on its own disk, one folder a camera in it.

    <camera id>/<start>.part.mkv      being written; start as microseconds since 1970
    <camera id>/<start>.json          facts of a finished one, written before ...
    <camera id>/<start>.mkv           ... it takes this name

A finished name is the promise that the file is whole; a process that dies leaves nothing that looks so.
"""

from __future__ import annotations

import fcntl
import json
import math
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

ENDING = ".mkv"
PART = ".part" + ENDING
LONGEST_S = 900.0
"""A cut waits for a keyframe; who sends none for so long is cut all the same."""
SLOTS = 64


@dataclass(frozen=True, slots=True)
class Segment:
    """A file and what its recorder says of it. ``start_s``, ``end_s``: epoch seconds, true time.

    ``stretches``: see RingSegment. ``clock_set``: the first one after the system clock was set back by much: what
    was recorded before and claims to lie after its start is dated wrong. ``known``: the facts came with the file.
    """

    path: Path
    camera_id: int
    start_s: float
    end_s: float = 0.0
    stretches: tuple[tuple[float, float], ...] = ()
    clock_set: bool = False
    known: bool = True

    @property
    def start(self) -> datetime:
        return moment(self.start_s)

    @property
    def end(self) -> datetime:
        return moment(self.end_s)


def moment(epoch_s: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=epoch_s)


def part_path(folder: Path, camera_id: int, start_s: float) -> Path:
    """Where a segment is written. Its camera's folder is made."""
    home = folder / str(camera_id)
    home.mkdir(parents=True, exist_ok=True)
    return home / f"{round(start_s * 1e6)}{PART}"


def finish(part: Path, segment: Segment) -> Segment:
    """Give the file its finished name, which may tell a better start than the one it was begun with."""
    stem = str(round(segment.start_s * 1e6))
    final = part.with_name(stem + ENDING)
    while final.exists():
        stem = str(int(stem) + 1)
        final = part.with_name(stem + ENDING)
    facts = asdict(replace(segment, path=final))
    for name in ("path", "camera_id", "known"):
        del facts[name]
    final.with_suffix(".json").write_text(json.dumps(facts), encoding="ascii")
    part.rename(final)
    return replace(segment, path=final)


def finished(folder: Path) -> Iterator[Segment]:
    """Finished segments of every camera, oldest first a camera; those without readable facts with ``known`` off."""
    for home in sorted(folder.iterdir()) if folder.is_dir() else ():
        if home.is_dir() and home.name.isdecimal():
            names = [path for path in home.glob(f"*{ENDING}") if not path.name.endswith(PART)]
            for path in sorted(names, key=_micros):
                if _micros(path) >= 0:
                    yield _read(path, int(home.name))


def parts(folder: Path) -> Iterator[Segment]:
    """What was being written when a recorder died."""
    for path in sorted(folder.glob(f"*/*{PART}")):
        if path.parent.name.isdecimal() and _micros(path) >= 0:
            yield Segment(path, int(path.parent.name), _micros(path) / 1e6, known=False)


def salvage(folder: Path) -> int:
    """Give finished names to what a recorder that died was writing: it can be read up to where it ends. How many."""
    found = 0
    for part in parts(folder):
        final = part.path.with_name(part.path.name.removesuffix(PART) + ENDING)
        if not final.exists():
            part.path.rename(final)
            found += 1
    return found


def discard(segment: Segment) -> None:
    segment.path.unlink(missing_ok=True)
    segment.path.with_suffix(".json").unlink(missing_ok=True)


def start_of(path: Path) -> float:
    """Epoch seconds that a name tells."""
    return _micros(path) / 1e6


def _micros(path: Path) -> int:
    stem = path.name.partition(".")[0]
    return int(stem) if stem.isdecimal() else -1


def _read(path: Path, camera_id: int) -> Segment:
    by_name = Segment(path, camera_id, _micros(path) / 1e6, known=False)
    try:
        told = json.loads(path.with_suffix(".json").read_text(encoding="ascii"))
        segment = Segment(
            path,
            camera_id,
            float(told["start_s"]),
            float(told["end_s"]),
            tuple((float(a), float(b)) for a, b in told["stretches"]),
            bool(told["clock_set"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return by_name
    return segment if _is_sane(segment) else by_name


def _is_sane(segment: Segment) -> bool:
    """The facts come from the process that libav runs in, so they are checked like any input."""
    numbers = [segment.start_s, segment.end_s, *(edge for stretch in segment.stretches for edge in stretch)]
    length_s = segment.end_s - segment.start_s
    return all(map(math.isfinite, numbers)) and segment.start_s > 0 and 0 < length_s <= LONGEST_S


class Slot:
    """A spool folder of one's own below ``root``; what a dead recorder left in it comes with it. Its name is the slot's
    and not the host's, because a container's host name changes with every start."""

    def __init__(self, root: Path, owner: str) -> None:
        """Raises OSError when the folder cannot be made, or all slots are taken."""
        for number in range(SLOTS):
            folder = root / f"slot-{number}"
            folder.mkdir(parents=True, exist_ok=True, mode=0o750)
            lock = _locked(folder / "lock")
            if lock is not None:
                self.name, self.folder, self._lock = f"{owner}-{number}", folder, lock
                return
        raise OSError(f"{SLOTS} recorders run here already")

    def close(self) -> None:
        self._lock.close()

    def clear(self) -> None:
        """Remove empty camera folders."""
        for home in self.folder.iterdir():
            if home.is_dir() and not any(home.iterdir()):
                shutil.rmtree(home, ignore_errors=True)


def _locked(path: Path) -> IO[Any] | None:
    lock = path.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    os.set_inheritable(lock.fileno(), False)
    return lock
