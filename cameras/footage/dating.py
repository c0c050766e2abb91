"""When the first packet of a downloaded piece was recorded, if the file itself carries no absolute time; pure.

A recorder that is asked for 10:02:00 begins at a keyframe before it, says nothing of it, and some send the whole hour
instead. What there is to go by, best first: the start of the recorded segment, to which the program stream's own
time stamps count; the length of what came. What fits none of them is not dated by a guess.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from cameras.footage.source import FootageUndated

PTS_RATE = 90_000
PTS_WRAP = 1 << 33
SECOND_S = 1.0
"""Recorders tell starts and ends to the second."""

LONGEST_GAP_S = 30.0
"""Smart codecs stretch the distance of keyframes to some tens of seconds."""

SLACK_S = 2.0
ROUNDING_S = 0.2
"""A picture or two at the end may come or not."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Of the recorded segment and of what was asked of it, on the device's clock. ``sure``: the segment really begins
    at ``segment_start``, and is not just listed from there because the search began there."""

    segment_start: datetime
    segment_end: datetime
    start: datetime
    end: datetime
    sure: bool = True

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True, slots=True)
class Came:
    """``seconds`` of film from the first packet, ``gap_s`` between its keyframes at most; the first time stamp of it
    and of its segment (90 kHz), where they are known; ``whole``: the answer was not cut short."""

    seconds: float
    gap_s: float
    whole: bool = True
    first_pts: int | None = None
    segment_pts: int | None = None


@dataclass(frozen=True, slots=True)
class Dated:
    at: datetime
    how: str
    uncertainty_s: float


def dated(asked: Asked, came: Came) -> Dated:
    """
    Raises:
        FootageUndated: what came fits nothing that was asked for.
    """
    gap_s = min(came.gap_s, LONGEST_GAP_S) if math.isfinite(came.gap_s) else LONGEST_GAP_S
    found = _from_the_start(asked) or _by_time_stamps(asked, came, gap_s) or _by_length(asked, came, gap_s)
    if found is None:
        raise FootageUndated(
            "what came is neither what was asked for nor the whole recording",
            asked_s=round(asked.seconds, 1),
            came_s=round(came.seconds, 1),
        )
    return found


def _from_the_start(asked: Asked) -> Dated | None:
    if not asked.sure or asked.start > asked.segment_start:
        return None
    return Dated(asked.segment_start, "segment_start", SECOND_S)


def _by_time_stamps(asked: Asked, came: Came, gap_s: float) -> Dated | None:
    """The stamps of a recording count on through it, unless the recorder makes new ones for each download: then they do
    not lead to where we asked, and are not believed."""
    if came.first_pts is None or came.segment_pts is None or not asked.sure:
        return None
    since_s = ((came.first_pts - came.segment_pts) % PTS_WRAP) / PTS_RATE
    at = asked.segment_start + timedelta(seconds=since_s)
    late_s = (at - asked.start).total_seconds()
    if since_s > 0.0 and -gap_s - SLACK_S <= late_s <= gap_s + SLACK_S:
        return Dated(at, "time_stamps", SECOND_S)
    return None


def _by_length(asked: Asked, came: Came, gap_s: float) -> Dated | None:
    extra_s = came.seconds - asked.seconds
    if extra_s > gap_s + SLACK_S:
        whole_s = (asked.segment_end - asked.segment_start).total_seconds()
        as_long = abs(came.seconds - whole_s) <= max(3.0, 0.02 * whole_s)
        return Dated(asked.segment_start, "whole_segment", SECOND_S) if as_long and came.whole else None
    if extra_s >= -ROUNDING_S and came.whole:
        # It ends where it was asked to and begins at the keyframe before: the usual way to be too long.
        early_s = max(0.0, extra_s)
        return Dated(asked.start - timedelta(seconds=early_s), "length", SECOND_S + early_s)
    return Dated(asked.start, "asked_start", SECOND_S + gap_s)
