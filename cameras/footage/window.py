"""Stretches of absolute time, and arithmetic on them.

Half-open ``[start, end)``, timezone-aware. Coverage is always told as a list of
disjoint, ascending windows, so that a hole in the footage stays visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class TimeWindow:
    """``[start, end)`` in absolute time.

    Raises:
        ValueError: a bound without a time zone, or an end that is not after the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for name, at in (("start", self.start), ("end", self.end)):
            if at.tzinfo is None:
                raise ValueError(f"window {name} must carry a time zone, got {at.isoformat()}")
        if self.end <= self.start:
            raise ValueError(f"window end must be after its start, got {self.start} .. {self.end}")

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()

    def overlap(self, other: TimeWindow) -> TimeWindow | None:
        start, end = max(self.start, other.start), min(self.end, other.end)
        return TimeWindow(start, end) if start < end else None

    def holds(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def whole_minutes(self) -> TimeWindow:
        """The smallest range of whole minutes that holds this window."""
        start = self.start.replace(second=0, microsecond=0)
        end = self.end.replace(second=0, microsecond=0)
        if end < self.end:
            end += timedelta(minutes=1)
        return TimeWindow(start, end)

    def as_json(self) -> list[str]:
        return [self.start.isoformat(), self.end.isoformat()]

    @classmethod
    def from_json(cls, pair: Sequence[str]) -> TimeWindow:
        return cls(datetime.fromisoformat(pair[0]), datetime.fromisoformat(pair[1]))


def merged(windows: Iterable[TimeWindow], join_s: float = 1.0) -> list[TimeWindow]:
    """Ascending and disjoint; holes of at most ``join_s`` seconds are no holes.

    One second, because cameras drop frames and cut segments a frame apart
    (the constant of Frigate's motion search).
    """
    out: list[TimeWindow] = []
    for window in sorted(windows):
        if out and (window.start - out[-1].end).total_seconds() <= join_s:
            out[-1] = TimeWindow(out[-1].start, max(out[-1].end, window.end))
        else:
            out.append(window)
    return out


def clipped(windows: Iterable[TimeWindow], to: TimeWindow) -> list[TimeWindow]:
    """The parts of ``windows`` that lie in ``to``."""
    return [part for window in windows if (part := window.overlap(to)) is not None]


def share_covered(windows: Iterable[TimeWindow], of: TimeWindow) -> float:
    """Share (0-1) of ``of`` that the windows cover."""
    return min(1.0, sum(part.seconds for part in merged(clipped(windows, of), join_s=0.0)) / of.seconds)
