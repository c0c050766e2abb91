"""What lies in one camera's folder: recorded files and the times they claim to begin.

A start from the index beats a start from the name. The index is the file named by the
``index`` setting, or else ``index.csv`` or ``index.json`` in the folder where one exists:
rows ``file,start[,end]`` (CSV with that header; JSON as a list of objects with those keys),
``file`` relative to the folder, times in ISO 8601 or Unix seconds. Files that the index
does not name go by their own names.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

from cameras.footage.names import NamedTime, day_of_folder, named_time
from cameras.footage.source import SourceMisconfigured
from cameras.footage.window import TimeWindow

VIDEO_SUFFIXES = frozenset(
    [
        ".mp4",
        ".m4v",
        ".mov",
        ".mkv",
        ".webm",
        ".ts",
        ".mts",
        ".m2ts",
        ".mpg",
        ".mpeg",
        ".avi",
        ".flv",
        ".asf",
        ".wmv",
        ".dav",
        ".h264",
        ".264",
        ".hevc",
        ".h265",
        ".265",
        ".mjpeg",
        ".mjpg",
        ".nut",
        ".ivf",
        ".ogv",
    ]
)
INDEX_NAMES = ("index.csv", "index.json")
INDEX_BYTES_MAX = 64 << 20
FILES_MAX = 500_000


@dataclass(frozen=True, slots=True)
class Segment:
    """One file. ``start`` and ``end`` by the recorder's clock, ``end`` only where something tells one."""

    path: Path
    start: datetime
    end: datetime | None
    size: int
    mtime_ns: int


@dataclass(slots=True)
class Listing:
    """``escaping``, ``nameless``: files passed by because they lie outside, or tell no time."""

    segments: list[Segment] = field(default_factory=list)
    nameless: int = 0
    escaping: int = 0


@dataclass(frozen=True, slots=True)
class Folder:
    """``path`` and ``root`` resolved; links are not followed into other folders."""

    root: Path
    path: Path
    zone: tzinfo
    pattern: str | None = None
    index: str | None = None

    def listing(self, near: TimeWindow) -> Listing:
        """Segments that begin in ``near`` (the recorder's clock), in order of start, then name.

        Raises:
            SourceMisconfigured: the index that the settings name is missing or unreadable.
            OSError: the folder cannot be read.
        """
        indexed = self._indexed()
        found = Listing()
        for entry, relative in self._files(near):
            self._take(entry, relative, indexed.get(relative.as_posix()), near, found)
        found.segments.sort(key=lambda segment: (segment.start, segment.path.as_posix()))
        return found

    def _take(
        self, entry: Path, relative: PurePosixPath, told: NamedTime | None, near: TimeWindow, found: Listing
    ) -> None:
        # Linked folders are not entered, so only a linked file can lead out; resolving every file would be slow.
        if entry.is_symlink() and not entry.resolve().is_relative_to(self.root):
            found.escaping += 1
            return
        named = told or named_time(relative, self.zone)
        if named is None:
            found.nameless += 1
            return
        if not near.holds(named.start):
            return
        try:
            stat = entry.stat()
        except FileNotFoundError:
            return  # expired while we looked
        start = named.start.astimezone(UTC)
        end = named.end.astimezone(UTC) if named.end is not None else None
        found.segments.append(Segment(entry, start, end, stat.st_size, stat.st_mtime_ns))

    def _files(self, near: TimeWindow) -> Iterator[tuple[Path, PurePosixPath]]:
        """Video files below the folder; linked folders are not entered, so a loop cannot trap the walk."""
        seen = 0
        for folder, folders, names in os.walk(self.path, onerror=_refuse):
            below = PurePosixPath(Path(folder).relative_to(self.path).as_posix())
            folders[:] = sorted(f for f in folders if not f.startswith(".") and _is_near(below / f, near))
            for name in names:
                relative = below / name
                if self._wanted(relative):
                    seen += 1
                    if seen > FILES_MAX:
                        raise SourceMisconfigured(f"over {FILES_MAX} files in one camera's folder")
                    yield Path(folder, name), relative

    def _wanted(self, relative: PurePosixPath) -> bool:
        if relative.name.startswith(".") or relative.suffix.lower() not in VIDEO_SUFFIXES:
            return False
        if self.pattern is None:
            return True
        return fnmatch(relative.as_posix(), self.pattern) or fnmatch(relative.name, self.pattern)

    def _indexed(self) -> dict[str, NamedTime]:
        for name in [self.index] if self.index is not None else INDEX_NAMES:
            path = self.path / name
            if path.is_file():
                if not path.resolve().is_relative_to(self.root):
                    raise SourceMisconfigured("the index lies outside the footage root", index=name)
                return read_index(path, self.zone)
        if self.index is not None:
            raise SourceMisconfigured("the index is not there", index=self.index)
        return {}


def _refuse(error: OSError) -> None:
    raise error


def _is_near(folder: PurePosixPath, near: TimeWindow) -> bool:
    """Two days of slack cover every time zone, a wrong clock of hours, and a segment over midnight."""
    day = day_of_folder(folder)
    if day is None:
        return True
    return near.start - timedelta(days=3) <= day <= near.end + timedelta(days=2)


def read_index(path: Path, zone: tzinfo) -> dict[str, NamedTime]:
    """File name -> times; rows without a readable start are left out, so their names decide.

    Raises:
        SourceMisconfigured: not CSV with ``file,start`` or a JSON list of such objects.
    """
    if path.stat().st_size > INDEX_BYTES_MAX:
        raise SourceMisconfigured(f"the index is over {INDEX_BYTES_MAX >> 20} MiB", index=path.name)
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = json.loads(text) if path.suffix.lower() == ".json" else list(csv.DictReader(io.StringIO(text)))
    except (ValueError, csv.Error) as error:
        raise SourceMisconfigured(f"the index cannot be read: {error}", index=path.name) from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceMisconfigured("the index must be a list of rows", index=path.name)
    if rows and not {"file", "start"} <= rows[0].keys():
        raise SourceMisconfigured("the index needs the columns file and start", index=path.name)
    return {str(row.get("file")).lstrip("./"): told for row in rows if (told := _told(row, zone)) is not None}


def _told(row: Mapping[str, Any], zone: tzinfo) -> NamedTime | None:
    start, end = _moment(row.get("start"), zone), _moment(row.get("end"), zone)
    if start is None:
        return None
    return NamedTime(start, end if end is not None and end > start else None)


def _moment(value: Any, zone: tzinfo) -> datetime | None:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        text = str(value or "").strip()
        if text.replace(".", "", 1).isdecimal() and len(text.split(".")[0]) == 10:
            return datetime.fromtimestamp(float(text), UTC)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)
