"""From Frigate's list of recordings to clips of one segment each, and the time at which each of them begins.

Frigate joins the segments of a clip without their holes, cuts its beginning to a whole second and to a keyframe before
that, and lays the next segment where the length in the last one's header ends, which is too late for streams with
reordered pictures: asked for a window, it answers with times that are wrong by tenths of seconds at every seam and by
whatever is missing at every hole. So segments are asked for one by one: from inside the first second, which Frigate
cuts to 0, to just past the end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cameras.footage.source import SourceBroken

HOLE_S = 1.0
"""A longer silence is a hole; Frigate's own constant."""

INSIDE_S = 0.5
"""Into a segment, and past its end."""

NOTHING_S = 0.9
ROWS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """One segment by Frigate's clock, Unix seconds. ``start_s`` is its file's name: the second in which it began."""

    start_s: float
    end_s: float

    @property
    def seconds(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Came:
    """A segment that was brought here. ``seconds``: its length by its packets, pictures that cannot be shown included;
    ``whole``: all of it is here."""

    row: Row
    seconds: float
    whole: bool = True


def asked(before: Row | None, row: Row, following: Row | None) -> tuple[float, float]:
    """``start`` and ``end`` to ask Frigate for, so that ``row`` comes whole and alone. Its neighbours in the list,
    where it has any: names are cut to the second, so the one before may seem to end in this one's first second."""
    start, end = row.start_s + min(INSIDE_S, row.seconds / 2), row.end_s + INSIDE_S
    if before is not None:
        start = min(max(start, before.end_s + 0.001), row.start_s + 0.999)
    if following is not None:
        # What of the next one lies within its first second is cut down to nothing.
        end = min(end, following.start_s + NOTHING_S)
    return round(start, 3), round(max(end, start + 0.001), 3)


def beginnings(came: Sequence[Came]) -> list[float]:
    """When the first picture of each was taken, by Frigate's clock, as exactly as list and packets tell together.

    Names are cut to the second, lengths are not. So while one segment follows the other without a hole, each begins
    where the one before ended; and as none began before its name says, the latest beginning that any of them demands
    is the best for all. Where names and lengths are a second apart, time is anchored anew.
    """
    out: list[float] = []
    for run in _runs(came):
        predicted, late_s, own = run[0].row.start_s, 0.0, []
        for one in run:
            own.append(predicted)
            late_s = max(late_s, one.row.start_s - predicted)
            predicted += one.seconds
        out += [at + late_s for at in own]
    return out


def _runs(came: Sequence[Came]) -> list[list[Came]]:
    runs: list[list[Came]] = []
    predicted = -math.inf
    for one in came:
        if runs and runs[-1][-1].whole and abs(one.row.start_s - predicted) <= HOLE_S:
            runs[-1].append(one)
            predicted += one.seconds
        else:
            runs.append([one])
            predicted = one.row.start_s + one.seconds
    return runs


def rows_of(answer: Any) -> list[Row]:
    """The list of recordings, ascending, without what lies wholly inside another one.

    Raises:
        SourceBroken: it is none.
    """
    if not isinstance(answer, list) or len(answer) > ROWS_MAX:
        raise SourceBroken("its list of recordings is no list")
    rows: list[Row] = []
    for row in sorted((_row(entry) for entry in answer), key=lambda row: (row.start_s, -row.end_s)):
        if row.seconds > 0 and (not rows or row.end_s > rows[-1].end_s):
            rows.append(row)
    return rows


def _row(entry: Any) -> Row:
    try:
        row = Row(float(entry["start_time"]), float(entry["end_time"]))
    except (KeyError, TypeError, ValueError) as error:
        raise SourceBroken("its list of recordings names no times") from error
    if not (math.isfinite(row.start_s) and math.isfinite(row.end_s) and 0 <= row.start_s < 1e11):
        raise SourceBroken("its list of recordings names impossible times")
    return row


def near(rows: Sequence[Row], start_s: float, end_s: float) -> list[Row]:
    """Those that show a moment of a stretch of time, by Frigate's clock."""
    return [row for row in rows if row.start_s < end_s and row.end_s > start_s]


def true_at(at_s: float, offset_s: float) -> datetime:
    """A Unix second of Frigate's clock as true time; ``offset_s``: its clock minus true time."""
    return datetime.fromtimestamp(at_s - offset_s, UTC)
