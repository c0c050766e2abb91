"""From recorded pieces on true time to one MP4 and the truth about it; every source ends here.

A source brings files and says when each begins. ``media_of`` reads their packets, ``placed`` lays them on true time,
``assembled`` joins what shows the window and describes the written file from its own packets.
"""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cameras.footage.child import Child
from cameras.footage.decode import MediaInfo, media_info, probe_many
from cameras.footage.limits import DecodeFailed, DecodeInterrupted, DecodeLimits
from cameras.footage.source import (
    FootageError,
    FootageMissing,
    FootageTimedOut,
    FootageUnreadable,
    PulledFootage,
    StorageFull,
)
from cameras.footage.timeline import Part, Placed, parts_for
from cameras.footage.window import TimeWindow, clipped, merged
from cameras.footage.wire import Kind

CACHE_MAX = 20_000
SAME_TIME = timedelta(seconds=1)
"""So far apart one picture may be dated in two lists that name it."""

PASSING_REASONS = frozenset({"io_error", "out_of_memory"})
"""A disk in trouble or a starved machine says nothing about the footage: the same pull may succeed later."""

_probed: dict[tuple[str, int, int], MediaInfo | FootageError] = {}
_probed_lock = threading.Lock()


def media_of(paths: Sequence[Path], limits: DecodeLimits) -> dict[Path, MediaInfo | FootageError]:
    """Facts of each file; read once per path, size and time of change, also across calls."""
    keys = {path: _version_of(path) for path in paths}
    with _probed_lock:
        known = {path: _probed[key] for path, key in keys.items() if key in _probed}
    fresh = probe_many([path for path in keys if path not in known], limits)
    with _probed_lock:
        if len(_probed) + len(fresh) > CACHE_MAX:
            _probed.clear()
        for path, answer in fresh.items():
            if not isinstance(answer, FootageTimedOut | DecodeInterrupted):
                _probed[keys[path]] = answer
    return known | fresh


def _version_of(path: Path) -> tuple[str, int, int]:
    try:
        stat = path.stat()
    except OSError:
        return str(path), -1, -1
    return str(path), stat.st_size, stat.st_mtime_ns


def limited(piece: Placed, only_s: float) -> Placed:
    """``piece`` without what its file holds from ``only_s`` on."""
    info = piece.info
    kept = replace(
        info,
        duration_s=min(info.duration_s, only_s),
        keyframe_times_s=tuple(key for key in info.keyframe_times_s if key < only_s),
        stretches_s=tuple((start, min(end, only_s)) for start, end in info.stretches_s if start < only_s),
    )
    return replace(piece, info=kept, only_s=only_s)


def placed(path: Path, first_packet_at: datetime, info: MediaInfo) -> Placed:
    """A file whose first packet was recorded at ``first_packet_at``, true time.

    Recorders date the first packet, shown or not; a file cut between two keyframes begins to show a little later.
    """
    return Placed(path, first_packet_at + timedelta(seconds=info.lead_s), info)


def repeated(pieces: Sequence[Placed]) -> set[Path]:
    """Files of the same bytes that are said to show different times: a cache or a loop sends one for the other, and
    nothing tells which of the times is true. A camera never films the same bytes twice.

    Raises:
        FootageError: one of them cannot be read.
    """
    alike: dict[object, list[Placed]] = defaultdict(list)
    for piece in pieces:
        alike[_version_of(piece.path)[1]].append(piece)
    by_bytes: dict[object, list[Placed]] = defaultdict(list)
    for same in alike.values():
        for piece in same if len({one.path for one in same}) > 1 else ():
            by_bytes[_digest(piece.path)].append(piece)
    found: set[Path] = set()
    for same in by_bytes.values():
        starts = [one.start for one in same]
        if max(starts) - min(starts) > SAME_TIME and len({one.path for one in same}) > 1:
            found |= {one.path for one in same}
    return found


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()
    except OSError as error:
        raise FootageError("a piece cannot be read", reason="io_error") from error


def assembled(
    window: TimeWindow, pieces: Sequence[Placed], destination: Path, limits: DecodeLimits, **notes: Any
) -> PulledFootage:
    """Join what of ``pieces`` shows ``window`` into ``destination``, which appears whole or not at all.

    Raises:
        FootageMissing: none of them shows a moment of it.
        FootageUnreadable: reason ``repeated``: the same film came for different times.
        FootageError: they cannot be joined.
    """
    repeats = repeated(pieces)
    if repeats:
        pieces = [piece for piece in pieces if piece.path not in repeats]
        notes["repeated"] = len(repeats)
        if not pieces:
            raise FootageUnreadable("the same film comes for different times", reason="repeated", files=len(repeats))
    parts = parts_for(window, pieces)
    if not parts:
        raise FootageMissing("nothing was recorded in this window", **notes)
    temporary = destination.with_name(f".{destination.name}.{uuid.uuid4().hex}.part")
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        facts = _joined(parts, temporary, limits)
        pulled = _described(window, parts, facts, destination)
        temporary.replace(destination)
    finally:
        temporary.unlink(missing_ok=True)
    return replace(pulled, notes={**notes, **pulled.notes})


def _joined(parts: Sequence[Part], temporary: Path, limits: DecodeLimits) -> dict[str, Any]:
    origin = parts[0].segment.start
    pieces = [
        {
            "path": str(part.segment.path),
            "base_s": (part.segment.start - origin).total_seconds(),
            "from_s": part.from_s,
            "to_s": part.to_s,
            "cut": part.cut,
        }
        for part in parts
    ]
    child = Child("join", {"pieces": pieces, "destination": str(temporary.absolute())}, limits)
    try:
        message = child.message()
    except DecodeFailed as failure:
        if failure.data["reason"] == "no_room":
            raise StorageFull("no room left for the joined file") from failure
        if failure.data["reason"] in PASSING_REASONS:
            raise FootageError(failure.detail, **failure.data) from failure
        raise
    finally:
        child.close(reap_s=1.0)
    assert message.kind is Kind.RESULT
    return message.body


def _described(window: TimeWindow, parts: Sequence[Part], facts: Mapping[str, Any], path: Path) -> PulledFootage:
    """The truth about the written file, from its own packets.

    Raises:
        FootageUnreadable: it does not hold what was written, or nothing of the window.
    """
    info = media_info(facts)
    if info.frames != facts["written"] or abs(info.first_pts_s) > 0.001 or info.truncated is not None:
        raise FootageUnreadable(
            "the joined file does not hold what was written",
            written=facts["written"],
            frames=info.frames,
            first_pts_s=info.first_pts_s,
        )
    start = parts[0].segment.at(facts["first_s"])
    shown = [TimeWindow(_after(start, a), _after(start, b)) for a, b in info.stretches_s]
    covered = clipped(merged(shown), window)
    if not covered:
        raise FootageMissing("nothing was recorded in this window")
    notes: dict[str, Any] = {"files": [part.segment.path.name for part in parts], "frames": info.frames}
    if facts["transcoded"] is not None:
        notes["transcoded"] = facts["transcoded"]
    return PulledFootage(path, start, covered, notes)


def _after(start: datetime, seconds: float) -> datetime:
    return start + timedelta(seconds=seconds)
