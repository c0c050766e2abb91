"""Recorded segments laid out on true time, and which part of each makes up a window; pure.

Where two segments overlap the earlier one wins, up to the last keyframe of the later one
that lies before the earlier one's end: from there the later one can be decoded, so nothing
is lost at the seam and no moment is shown twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cameras.footage.decode import MediaInfo
from cameras.footage.window import TimeWindow, clipped, merged

AFTER_S = 1.0
"""Past the end, packets may still bring pictures from before it (reordering)."""

SEAM_S = 0.02
"""Ends and starts closer than this are the same moment: rounding of time bases."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A segment and the true time of its first showable frame. ``only_s``: what the file holds from there on (seconds
    from its first frame) belongs to another segment, and ``info`` does not speak of it."""

    path: Path
    start: datetime
    info: MediaInfo
    only_s: float | None = None

    @property
    def end(self) -> datetime:
        return self.start + timedelta(seconds=self.info.duration_s)

    def at(self, t_s: float) -> datetime:
        return self.start + timedelta(seconds=t_s)


@dataclass(frozen=True, slots=True)
class Part:
    """Frames of one segment, ``from_s <= t < to_s`` from its first frame.

    ``from_s`` is a keyframe, or 0 where the file marks none. ``cut``: stop exactly at
    ``to_s``, because another segment goes on from there; otherwise a little more may follow.
    """

    segment: Placed
    from_s: float
    to_s: float
    cut: bool


def parts_for(window: TimeWindow, segments: Sequence[Placed]) -> list[Part]:
    """The parts that cover ``window`` as far as the segments do, ascending and disjoint in time.

    The first begins at the keyframe at or before the window's start.
    """
    parts = [part for part in _joined(segments) if _shows(part, window)]
    return _trimmed(parts, window) if parts else []


def _joined(segments: Sequence[Placed]) -> list[Part]:
    parts: list[Part] = []
    for segment in sorted(segments, key=lambda one: (one.start, one.path.as_posix())):
        whole = Part(segment, 0.0, segment.info.duration_s, cut=segment.only_s is not None)
        if not parts:
            parts.append(whole)
            continue
        before = parts[-1]
        covered_to = before.segment.at(before.to_s)
        overlap_s = (covered_to - segment.start).total_seconds()
        if segment.end <= covered_to + timedelta(seconds=SEAM_S):
            continue
        if overlap_s <= SEAM_S:
            parts.append(whole)
            continue
        seam_s = _last_key(segment.info, overlap_s)
        meets_s = (segment.at(seam_s) - before.segment.start).total_seconds()
        if meets_s <= before.from_s:
            # The later one's only keyframe lies before all that is left of the earlier one.
            following = _next_key(segment.info, overlap_s)
            if following is None:
                continue
            seam_s, meets_s = following, before.to_s
        parts[-1] = replace(before, to_s=min(before.to_s, meets_s), cut=True)
        parts.append(replace(whole, from_s=seam_s))
    return parts


def _last_key(info: MediaInfo, t_s: float) -> float:
    """The last keyframe at or before ``t_s``; 0 where there is none."""
    return max((key for key in info.keyframe_times_s if key <= t_s + SEAM_S), default=0.0)


def _next_key(info: MediaInfo, t_s: float) -> float | None:
    return next((key for key in info.keyframe_times_s if key >= t_s - SEAM_S), None)


def _shows(part: Part, window: TimeWindow) -> bool:
    """Whether a frame of it falls in the window; a hole of the file may take up its whole share."""
    return any(stretch.overlap(window) is not None for stretch in _stretches(part))


def _trimmed(parts: list[Part], window: TimeWindow) -> list[Part]:
    first, last = parts[0], parts[-1]
    into_s = (window.start - first.segment.start).total_seconds()
    if into_s > first.from_s:
        parts[0] = replace(first, from_s=max(first.from_s, _last_key(first.segment.info, into_s)))
    last = parts[-1]
    ends_s = (window.end - last.segment.start).total_seconds()
    if ends_s < last.to_s:
        parts[-1] = _ended(last, ends_s)
    return parts


def _ended(part: Part, ends_s: float) -> Part:
    """A little more may follow, unless it is another segment's."""
    if part.segment.only_s is None:
        return replace(part, to_s=ends_s, cut=False)
    return replace(part, to_s=min(part.to_s, ends_s + AFTER_S), cut=True)


def _stretches(part: Part) -> list[TimeWindow]:
    out = []
    for start_s, end_s in part.segment.info.stretches_s:
        start, end = part.segment.at(max(start_s, part.from_s)), part.segment.at(min(end_s, part.to_s))
        if start < end:
            out.append(TimeWindow(start, end))
    return out


def covered_by(segments: Sequence[Placed], window: TimeWindow) -> list[TimeWindow]:
    """What the segments show of ``window``; holes of over a second stay visible."""
    shown = [stretch for part in _joined(segments) for stretch in _stretches(part)]
    return clipped(merged(shown), window)
