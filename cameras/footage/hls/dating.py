"""When segments were recorded: dates of the playlist, carried on by the packets' own times; pure.

A playlist may date every segment, one in an hour, or none. Between dates the packets' times are the truth, as long as
nothing breaks them: declared lengths are what a server believes about a camera that ships 21 pictures a second and
declares 25. So lengths only tell where to look (``estimated``), and packets tell what was found (``Chain``).
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cameras.footage.decode import MediaInfo
from cameras.footage.hls.playlist import Entry

WRAP_S = 2**33 / 90_000
"""MPEG-TS counts 33 bits of 90 kHz and begins anew, every 26.5 hours."""

AGREE_S = 0.5
AGREE_WHOLE_S = 1.05
"""A date this near to what the packets say is the same moment: servers date by their own clock when a segment
arrives, some of them in whole seconds. Farther off, something was lost between, and the date is right."""

LEAP_S = 30.0
"""Packets that leap so much farther than the playlist says were counted anew, whatever the playlist keeps silent."""


@dataclass(frozen=True, slots=True)
class Timed:
    """``first_s``: time of the first packet on the segment's own line. ``span_s``: from it to the end of the last
    picture."""

    first_s: float
    span_s: float


def timed(info: MediaInfo) -> Timed:
    return Timed(info.first_pts_s - info.lead_s, info.lead_s + info.duration_s)


def agreement_s(entries: Sequence[Entry]) -> float:
    """How far a date may be from the packets and mean the same."""
    told = [entry.told_at for entry in entries if entry.told_at is not None]
    whole = len(told) > 1 and all(at.microsecond == 0 for at in told)
    return AGREE_WHOLE_S if whole else AGREE_S


class Chain:
    """Dates segments in the order of the playlist; each one is either placed or passed by.

    ``run`` counts the stretches whose times go on from each other.
    """

    def __init__(self, agree_s: float = AGREE_S) -> None:
        self._agree_s = agree_s
        self._start: datetime | None = None
        self._timed = Timed(0.0, 0.0)
        self._passed_s = 0.0
        self.run = 0

    def passed(self, entry: Entry) -> None:
        """Not had: its length by the playlist is all that is known of it."""
        if entry.breaks:
            self.cut()
        self._passed_s += entry.said_s

    def cut(self) -> None:
        """What follows does not go on from what was placed."""
        if self._start is not None:
            self.run += 1
        self._start, self._passed_s = None, 0.0

    def shift(self, seconds: float) -> None:
        """What was placed was really ``seconds`` later."""
        if self._start is not None:
            self._start += timedelta(seconds=seconds)

    def place(self, entry: Entry, found: Timed) -> datetime | None:
        """True to the stream's clock: when its first packet was recorded; None where nothing tells."""
        if entry.breaks:
            self.cut()
        carried = self._carried(found)
        start = carried
        if entry.told_at is not None and (carried is None or abs(carried - entry.told_at) > self._slack):
            start = entry.told_at
        if self._start is not None and (start is None or start is not carried):
            self.run += 1
        self._start, self._timed, self._passed_s = start, found, entry.said_s
        return start

    @property
    def _slack(self) -> timedelta:
        return timedelta(seconds=self._agree_s)

    def _carried(self, found: Timed) -> datetime | None:
        if self._start is None:
            return None
        later_s = _unwrapped(found.first_s - self._timed.first_s, self._passed_s)
        return None if later_s is None else self._start + timedelta(seconds=later_s)


def dated(entries: Sequence[Entry], found: Mapping[int, Timed]) -> dict[int, datetime]:
    """Sequence -> when the first packet of each segment in ``found`` was recorded, by the stream's clock.

    Dates within one unbroken stretch are taken together (their median), so that the jitter of one moves nothing.
    Segments of a stretch without any date are left out.
    """
    chain = Chain(agreement_s(entries))
    starts: dict[int, datetime] = {}
    runs: dict[int, list[Entry]] = {}
    for entry in _with_dates(entries, found):
        if entry.sequence not in found:
            chain.passed(entry)
            continue
        start = chain.place(entry, found[entry.sequence])
        if start is not None:
            starts[entry.sequence] = start
            runs.setdefault(chain.run, []).append(entry)
    for run in runs.values():
        late_s = [(one.told_at - starts[one.sequence]).total_seconds() for one in run if one.told_at is not None]
        shift = timedelta(seconds=statistics.median(late_s) if late_s else 0.0)
        starts |= {one.sequence: starts[one.sequence] + shift for one in run}
    return starts


def _with_dates(entries: Sequence[Entry], found: Mapping[int, Timed]) -> list[Entry]:
    """Before the first date of a stretch the packets are counted backwards from it."""
    out = list(entries)
    carried_on = _dated_before(entries, found)
    after: tuple[datetime, Timed] | None = None
    between_s = 0.0
    for at in range(len(out) - 1, -1, -1):
        entry = out[at]
        seen = found.get(entry.sequence)
        between_s += entry.said_s
        if seen is not None and entry.told_at is not None:
            after, between_s = (entry.told_at, seen), 0.0
        elif seen is not None and after is not None and entry.sequence not in carried_on:
            out[at] = replace(entry, told_at=_before(after, seen, between_s))
        if entry.breaks:
            after = None
    return out


def _before(after: tuple[datetime, Timed], seen: Timed, between_s: float) -> datetime | None:
    earlier_s = _unwrapped(after[1].first_s - seen.first_s, between_s)
    return None if earlier_s is None else after[0] - timedelta(seconds=earlier_s)


def _dated_before(entries: Sequence[Entry], found: Mapping[int, Timed]) -> set[int]:
    """Segments that a date stands before in their own stretch: from that one they will be carried on."""
    out: set[int] = set()
    is_dated = False
    for entry in entries:
        is_dated = is_dated and not entry.breaks
        if is_dated:
            out.add(entry.sequence)
        is_dated = is_dated or (entry.told_at is not None and entry.sequence in found)
    return out


def _unwrapped(later_s: float, said_s: float) -> float | None:
    """How much later by the packets, where the playlist says ``said_s``; None where the count began anew between."""
    later_s += WRAP_S * round((said_s - later_s) / WRAP_S)
    if later_s <= 0 or abs(later_s - said_s) > max(LEAP_S, said_s / 2):
        return None
    return later_s


def estimated(entries: Sequence[Entry], known: Mapping[int, datetime]) -> list[datetime | None]:
    """Where each segment begins as far as can be said before it is fetched: from the nearest date by the
    playlist's lengths. None in a stretch without any date."""
    out: list[datetime | None] = []
    for number, entry in enumerate(entries):
        at = known.get(entry.sequence, entry.told_at)
        if at is None and number and not entry.breaks and (before := out[-1]) is not None:
            at = before + timedelta(seconds=entries[number - 1].said_s)
        out.append(at)
    for number in range(len(entries) - 2, -1, -1):
        after = out[number + 1]
        if out[number] is None and after is not None and not entries[number + 1].breaks:
            out[number] = after - timedelta(seconds=entries[number].said_s)
    return out
