"""A window that is not over yet: the live playlist is followed to its end."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cameras.footage.assemble import media_of, placed
from cameras.footage.context import SourceContext
from cameras.footage.decode import MediaInfo
from cameras.footage.fetch import room
from cameras.footage.hls.around import Found
from cameras.footage.hls.follower import PROBE_LIMITS, LiveFollower
from cameras.footage.hls.live import ARRIVAL, LiveSegment
from cameras.footage.source import FootageError, FootageTimedOut, FootageUndated, SourceForbidden, StorageFull
from cameras.footage.timeline import Placed
from cameras.footage.window import TimeWindow

GRACE_TARGETS = 3.0
GRACE_LOW_S = 10.0
"""After its end a window's last segment must still be finished, listed and fetched."""

KEPT = "followed.json"
"""What was had of a live stream is nowhere else any more: the next try starts from this list."""

IMPATIENT_S = 0.2


class Pursuit:
    """One window, followed. ``clock``: what to add to the notes on the clock. ``spent_s``: seconds by kind of work."""

    def __init__(self, address: str, context: SourceContext, folder: Path) -> None:
        self._address = address
        self._context = context
        self._folder = folder
        self._pieces: list[dict[str, Any]] = []
        self._trouble: FootageError | None = None
        self._began = context.now()
        self.clock: dict[str, Any] = {}
        self.spent_s = {"fetch": 0.0, "wait": 0.0}

    def collect(self, window: TimeWindow) -> Found:
        """Everything that was finished until the window's end, or until the limits: the wall time of a pull, with what
        is left of the window on top.

        Raises:
            FootageError: the stream could not be had at all.
        """
        folder = self._folder
        folder.mkdir(parents=True, exist_ok=True)
        self._pieces = _kept(folder)
        left_s = max(0.0, (window.end - self._context.now()).total_seconds())
        ends = time.monotonic() + self._context.limits.wall_s + left_s
        with LiveFollower(
            self._address, self._context, folder, since=window.start, until=window.end, measure=media_of
        ) as follower:
            while True:
                self._polled(follower, ends)
                if self._is_done(follower, window) or time.monotonic() >= ends:
                    return self._found(follower, window)
                self._wait(min(follower.wait_s, ends - time.monotonic()))

    def _is_done(self, follower: LiveFollower, window: TimeWindow) -> bool:
        # Without dates, even what is long over is dated by the next arrival.
        last_call = window.end if follower.edge_at is not None else max(window.end, self._began)
        return follower.ended or self._reached(window) or self._context.now() > last_call + _grace(follower)

    def _reached(self, window: TimeWindow) -> bool:
        return any(datetime.fromisoformat(one["ends"]) >= window.end for one in self._pieces)

    def _polled(self, follower: LiveFollower, ends: float) -> None:
        began = time.monotonic()
        try:
            news = follower.poll(max(1.0, min(self._context.limits.wall_s, ends - began)))
        except (SourceForbidden, StorageFull, FootageUndated):
            raise
        except FootageError as error:
            self._trouble = error
            if not error.retryable and not self._pieces:
                raise
        else:
            self._trouble = follower.trouble
            self._keep(news)
        self.spent_s["fetch"] += time.monotonic() - began

    def _wait(self, seconds: float) -> None:
        seconds = max(IMPATIENT_S, seconds)
        time.sleep(seconds)
        self.spent_s["wait"] += seconds

    def _keep(self, news: Sequence[LiveSegment]) -> None:
        for one in news:
            ends = one.start + timedelta(seconds=one.info.lead_s + one.info.duration_s)
            self._pieces.append(
                {
                    "name": one.path.name,
                    "start": one.start.isoformat(),
                    "ends": ends.isoformat(),
                    "how": one.how,
                    "padding_s": one.padding_s,
                }
            )
        if news:
            part = self._folder / f"{KEPT}.part"
            with room():
                part.write_text(json.dumps(self._pieces), encoding="utf-8")
                part.replace(self._folder / KEPT)

    def _found(self, follower: LiveFollower, window: TimeWindow) -> Found:
        if self._trouble is not None and not self._pieces:
            raise self._trouble
        pieces = _placed(self._folder, self._pieces)
        self.clock = self._clock(follower)
        return Found(pieces, dict(follower.counts), self._trouble or self._stopped(follower, window))

    def _stopped(self, follower: LiveFollower, window: TimeWindow) -> FootageError | None:
        """The stream went quiet while it was waited for; whoever asks again may find it back. Where the window was long
        over when we came, nobody promised anything."""
        was_over = follower.edge_at is not None and self._began > window.end + _grace(follower)
        if follower.ended or self._reached(window) or was_over:
            return None
        return FootageTimedOut("the live playlist stood still before the window was over", what="silence")

    def _clock(self, follower: LiveFollower) -> dict[str, Any]:
        by_arrival = [one for one in self._pieces if one["how"] == ARRIVAL]
        told: dict[str, Any] = {}
        if by_arrival:
            told = {"how": ARRIVAL, "offset_s": 0.0, "padding_s": max(one["padding_s"] for one in by_arrival)}
        if follower.server_offset_s is not None:
            told["server_offset_s"] = round(follower.server_offset_s, 1)
        return told


def followed_before(folder: Path) -> list[Placed]:
    """What an earlier try had of the live stream; it may have slid out of the playlist since."""
    return _placed(folder, _kept(folder))


def _placed(folder: Path, listed: Sequence[Mapping[str, Any]]) -> list[Placed]:
    starts = {folder / one["name"]: datetime.fromisoformat(one["start"]) for one in listed}
    facts = media_of(list(starts), PROBE_LIMITS)
    return [placed(path, at, info) for path, at in starts.items() if isinstance(info := facts[path], MediaInfo)]


def _grace(follower: LiveFollower) -> timedelta:
    return timedelta(seconds=max(GRACE_LOW_S, GRACE_TARGETS * follower.target_s))


def _kept(folder: Path) -> list[dict[str, Any]]:
    """From an earlier try, as far as the files are still there."""
    try:
        listed = json.loads((folder / KEPT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [one for one in listed if (folder / str(one["name"])).is_file()]
