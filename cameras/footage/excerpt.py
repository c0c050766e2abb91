"""Which short part of a clip people look at; pure.

The event with ten seconds before and after, at most a minute: what is shown unblurred is no more than what is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cameras.footage.window import TimeWindow, clipped

AROUND = timedelta(seconds=10)
LONGEST = timedelta(seconds=60)


def around(moments: Sequence[datetime], covered: Sequence[TimeWindow]) -> TimeWindow | None:
    """The part that shows ``moments``, on whole seconds and inside ``covered``; None where nothing of it was recorded.

    What lasts longer than a minute is shown from its first moment on.

    Raises:
        ValueError: no moment is given.
    """
    start, end = min(moments) - AROUND, max(moments) + AROUND
    return _fitted(TimeWindow(start, min(end, start + LONGEST)), covered)


def minutes_of(covered: Sequence[TimeWindow]) -> list[TimeWindow]:
    """All that was recorded, in parts of at most a minute, one after the other."""
    parts: list[TimeWindow] = []
    for window in covered:
        at = window.start.replace(microsecond=0)
        while at < window.end:
            part = _fitted(TimeWindow(at, at + LONGEST), [window])
            parts += [part] if part is not None else []
            at += LONGEST
    return parts


def _fitted(wished: TimeWindow, covered: Sequence[TimeWindow]) -> TimeWindow | None:
    shown = clipped(sorted(covered), wished)
    if not shown:
        return None
    start = shown[0].start.replace(microsecond=0)
    end = shown[-1].end
    if end.microsecond:
        end = end.replace(microsecond=0) + timedelta(seconds=1)
    return TimeWindow(start, min(end, start + LONGEST))
