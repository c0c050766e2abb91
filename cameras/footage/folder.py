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

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from cameras.footage import options
from cameras.footage.assemble import assembled, media_of, placed
from cameras.footage.context import SourceContext
from cameras.footage.decode import MediaInfo
from cameras.footage.folder_settings import OPTIONS
from cameras.footage.limits import DecodeLimits
from cameras.footage.options import Option, Words
from cameras.footage.segments import Folder, Listing, Segment
from cameras.footage.source import (
    FootageError,
    FootageMissing,
    FootageUnreadable,
    Glance,
    PulledFootage,
    SourceMisconfigured,
)
from cameras.footage.timeline import Placed, covered_by, parts_for
from cameras.footage.window import TimeWindow

DEFAULT_ZONE = "Asia/Jakarta"
LONGEST_SEGMENT_S = 3900.0
"""Recorders cut by the hour at most; a little more for those that wait for a keyframe."""

STILL_WRITTEN_S = 20.0
"""A file changed within this is taken to be open: recorders flush every few seconds."""

PULL_LIMITS = DecodeLimits(wall_s=270.0)
PROBE_WALL_S = 60.0
"""Together under the six minutes that the pull step is given."""

NEWEST_WITHIN_S = 24 * 3600.0
"""How far back a glance looks for the newest segment."""


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
    title: ClassVar[Words] = Words("Folder rekaman", "Folder of recordings")
    options: ClassVar[tuple[Option, ...]] = OPTIONS
    has_past = True
    real_time = False
    stills_only = False

    @classmethod
    def bind(cls, context: SourceContext) -> FolderSource:
        return cls(root=context.root, settings=context.settings, clock_offset_s=context.clock_offset_s)

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
        return options.problems(cls.options, settings)

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
        if not parts_for(window, survey.placed):
            raise _nothing(window, survey)
        pulled = assembled(window, survey.placed, destination, self._limits, **survey.notes)
        return replace(pulled, clock_offset_s=self._offset.total_seconds())

    def glance(self, folder: Path) -> Glance:
        """The newest readable segment as it lies there; nothing is copied.

        Raises:
            FootageMissing: nothing was recorded within a day.
            FootageError: the folder cannot be read.
        """
        now = datetime.now(UTC)
        by_recorder = TimeWindow(
            now + self._offset - timedelta(seconds=NEWEST_WITHIN_S), now + self._offset + timedelta(minutes=5)
        )
        newest = sorted(self._listing(by_recorder).segments, key=lambda one: one.start)[-3:]
        facts = media_of([one.path for one in newest], replace(self._limits, wall_s=PROBE_WALL_S))
        for segment in reversed(newest):
            info = facts[segment.path]
            if not isinstance(info, FootageError):
                begins = segment.start - self._offset
                return Glance(segment.path, begins + timedelta(seconds=info.lead_s + info.duration_s))
        raise FootageMissing("nothing readable was recorded within a day")

    def _listing(self, by_recorder: TimeWindow) -> Listing:
        try:
            return self._folder.listing(by_recorder)
        except OSError as error:
            raise FootageError(f"the folder cannot be read: {error.strerror}") from error

    def _survey(self, window: TimeWindow) -> Survey:
        by_recorder = TimeWindow(window.start + self._offset - self._longest, window.end + self._offset)
        listing = self._listing(by_recorder)
        near = [one for one in listing.segments if _may_reach(one, window.start + self._offset)]
        return self._placed(near, listing)

    def _placed(self, near: Sequence[Segment], listing: Listing) -> Survey:
        limits = replace(self._limits, wall_s=min(PROBE_WALL_S, self._limits.wall_s))
        answers = media_of([one.path for one in near], limits)
        notes = {"segments": len(near), "nameless": listing.nameless, "escaping": listing.escaping}
        survey = Survey([], {name: count for name, count in notes.items() if count})
        for segment in near:
            answer = answers[segment.path]
            survey.being_written += self._is_being_written(segment, answer)
            if isinstance(answer, FootageError):
                survey.unreadable += 1
                reasons = survey.notes.setdefault("unreadable", {})
                reasons[segment.path.name] = answer.data.get("reason", answer.code)
            elif not answer.is_still:
                survey.placed.append(placed(segment.path, segment.start - self._offset, answer))
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


def _nothing(window: TimeWindow, survey: Survey) -> FootageError:
    if survey.being_written:
        return FootageError("the recording of this time is still being written", **survey.notes)
    if survey.unreadable and not covered_by(survey.placed, window):
        return FootageUnreadable("what may have been recorded in this window cannot be read", **survey.notes)
    return FootageMissing("nothing was recorded in this window", **survey.notes)
