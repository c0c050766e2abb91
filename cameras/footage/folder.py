"""A folder of recorded segments per camera: what a recorder, an FTP upload or a disk leaves behind.

Settings::

    {"folder": "gate-03",                    # below the configured root; required
     "pattern": "main/*.mp4",                # optional, glob on the path below the folder
     "timezone": "Asia/Jakarta",             # of times without an offset
     "index": "index.csv",                   # optional, see ``segments``
     "longest_segment_s": 3900}              # how far before a window a segment may begin

Starts come from an index or from names (``names``), lengths from the packets alone: declared
rates and durations lie. Start times are the recorder's clock; ``clock_offset_s`` (its clock
minus true time) is taken off them. Gaps, overlaps, truncated, empty and half-written files
are normal; what was passed by is counted in the notes.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from cameras.footage.child import Child
from cameras.footage.decode import MediaInfo, media_info, probe_many
from cameras.footage.folder_settings import CHECKS
from cameras.footage.limits import DecodeFailed, DecodeInterrupted, DecodeLimits
from cameras.footage.segments import Folder, Listing, Segment
from cameras.footage.source import (
    FootageError,
    FootageMissing,
    FootageTimedOut,
    FootageUnreadable,
    PulledFootage,
    SourceMisconfigured,
)
from cameras.footage.timeline import Part, Placed, covered_by, parts_for
from cameras.footage.window import TimeWindow, clipped, merged
from cameras.footage.wire import Kind

DEFAULT_ZONE = "Asia/Jakarta"
LONGEST_SEGMENT_S = 3900.0
"""Recorders cut by the hour at most; a little more for those that wait for a keyframe."""

STILL_WRITTEN_S = 20.0
"""A file changed within this is taken to be open: recorders flush every few seconds."""

PULL_LIMITS = DecodeLimits(wall_s=270.0)
PROBE_WALL_S = 60.0
"""Together under the six minutes that the pull step is given."""

CACHE_MAX = 20_000

PASSING_REASONS = frozenset({"io_error", "out_of_memory"})
"""A full disk or a starved machine says nothing about the footage: the same pull may succeed later."""

_probed: dict[tuple[str, int, int], MediaInfo | FootageError] = {}
_probed_lock = threading.Lock()


@dataclass(slots=True)
class Survey:
    """What lies around a window: readable segments on true time, and what could not be used."""

    placed: list[Placed]
    notes: dict[str, Any]
    unreadable: int = 0
    being_written: int = 0


class FolderSource:
    """One camera's folder below ``root``.

    Raises:
        SourceMisconfigured: the settings are wrong, or lead out of the root.
    """

    kind: ClassVar[str] = "folder"

    def __init__(
        self,
        *,
        root: Path,
        settings: Mapping[str, Any],
        clock_offset_s: float = 0.0,
        limits: DecodeLimits = PULL_LIMITS,
    ) -> None:
        """``clock_offset_s``: the recorder's clock minus true time, seconds."""
        problems = self.validate(settings)
        if problems:
            raise SourceMisconfigured("; ".join(f"{name}: {what}" for name, what in problems.items()))
        resolved = root.resolve()
        path = (resolved / settings["folder"]).resolve()
        if not path.is_relative_to(resolved):
            raise SourceMisconfigured("the folder leads out of the footage root")
        zone = ZoneInfo(settings.get("timezone") or DEFAULT_ZONE)
        self._folder = Folder(resolved, path, zone, settings.get("pattern") or None, settings.get("index") or None)
        self._offset = timedelta(seconds=clock_offset_s)
        self._longest = timedelta(seconds=float(settings.get("longest_segment_s") or LONGEST_SEGMENT_S))
        self._limits = limits

    @classmethod
    def validate(cls, settings: Mapping[str, Any]) -> dict[str, str]:
        """Setting name -> what is wrong with it, in Indonesian; unknown names are wrong too."""
        problems = dict.fromkeys(settings.keys() - CHECKS.keys(), "tidak dikenal")
        for name, check in CHECKS.items():
            complaint = check(settings.get(name))
            if complaint is not None:
                problems[name] = complaint
        return problems

    def coverage(self, window: TimeWindow) -> list[TimeWindow]:
        """What the readable segments show of ``window``, by their packets.

        Raises:
            FootageError: the folder or its index cannot be read.
        """
        return covered_by(self._survey(window).placed, window)

    def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
        """Join the segments of ``window`` into ``destination``; see the protocol.

        Raises:
            FootageMissing: nothing was recorded then.
            FootageUnreadable: what was recorded then cannot be read.
            FootageTimedOut: the limits were not enough; may be tried again.
        """
        survey = self._survey(window)
        parts = parts_for(window, survey.placed)
        if not parts:
            raise _nothing(window, survey)
        temporary = destination.with_name(f".{destination.name}.{uuid.uuid4().hex}.part")
        try:
            destination.parent.mkdir(parents=True, exist_ok=True)
            facts = _joined(parts, temporary, self._limits)
            pulled = _described(window, parts, facts, destination)
            temporary.replace(destination)
        finally:
            temporary.unlink(missing_ok=True)
        return replace(pulled, notes={**survey.notes, **pulled.notes})

    def _survey(self, window: TimeWindow) -> Survey:
        by_recorder = TimeWindow(window.start + self._offset - self._longest, window.end + self._offset)
        try:
            listing = self._folder.listing(by_recorder)
        except OSError as error:
            raise FootageError(f"the folder cannot be read: {error.strerror}") from error
        near = [one for one in listing.segments if _may_reach(one, window.start + self._offset)]
        return self._placed(near, listing)

    def _placed(self, near: Sequence[Segment], listing: Listing) -> Survey:
        answers = _media(near, replace(self._limits, wall_s=min(PROBE_WALL_S, self._limits.wall_s)))
        notes = {"segments": len(near), "nameless": listing.nameless, "escaping": listing.escaping}
        survey = Survey([], {name: count for name, count in notes.items() if count})
        for segment, answer in zip(near, answers, strict=True):
            survey.being_written += self._is_being_written(segment, answer)
            if isinstance(answer, FootageError):
                survey.unreadable += 1
                reasons = survey.notes.setdefault("unreadable", {})
                reasons[segment.path.name] = answer.data.get("reason", answer.code)
            elif not answer.is_still:
                # The recorder's start is that of the first packet, shown or not.
                start = segment.start - self._offset + timedelta(seconds=answer.lead_s)
                survey.placed.append(Placed(segment.path, start, answer))
                if answer.truncated is not None:
                    survey.notes.setdefault("truncated", {})[segment.path.name] = answer.truncated
        if survey.being_written:
            survey.notes["being_written"] = survey.being_written
        return survey

    def _is_being_written(self, segment: Segment, answer: MediaInfo | FootageError) -> bool:
        """Changed a moment ago, begun not long ago, and not closed yet: no length, or one that reaches now."""
        now = time.time()
        started = (segment.start - self._offset).timestamp()
        if now - segment.mtime_ns / 1e9 > STILL_WRITTEN_S or not 0 <= now - started <= self._longest.total_seconds():
            return False
        return isinstance(answer, FootageError) or now - started - answer.duration_s < 2 * STILL_WRITTEN_S


def _may_reach(segment: Segment, wanted_from: datetime) -> bool:
    """Whether it can hold a moment of the window. An end by name may be a little early, so a minute is given."""
    return segment.end is None or segment.end + timedelta(minutes=1) > wanted_from


def _media(segments: Sequence[Segment], limits: DecodeLimits) -> list[MediaInfo | FootageError]:
    """Facts of each file; read once per path, size and time of change, also across calls."""
    keys = {one.path: (str(one.path), one.size, one.mtime_ns) for one in segments}
    with _probed_lock:
        known = {path: _probed[key] for path, key in keys.items() if key in _probed}
    fresh = probe_many([one.path for one in segments if one.path not in known], limits)
    with _probed_lock:
        if len(_probed) + len(fresh) > CACHE_MAX:
            _probed.clear()
        for path, answer in fresh.items():
            if not isinstance(answer, FootageTimedOut | DecodeInterrupted):
                _probed[keys[path]] = answer
    return [(known | fresh)[one.path] for one in segments]


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


def _nothing(window: TimeWindow, survey: Survey) -> FootageError:
    if survey.being_written:
        return FootageError("the recording of this time is still being written", **survey.notes)
    if survey.unreadable and not covered_by(survey.placed, window):
        return FootageUnreadable("what may have been recorded in this window cannot be read", **survey.notes)
    return FootageMissing("nothing was recorded in this window", **survey.notes)
