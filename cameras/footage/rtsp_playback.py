"""A recorder that plays its past over RTSP, second by second: Hikvision, Dahua, and others by a template.

Settings::

    {"url": "rtsp://10.20.1.5:554", "brand": "hikvision", "channel": 3,   # or dahua, or other with a "template"
     "timezone": "Asia/Jakarta", "z_means": "auto"}

It delivers about as fast as it was recorded, plays on past the end that it is asked for, and says in no standard way
when what it plays was recorded. So film is dated by what the recorder tells on the side where it does (the clock in its
sender reports, ``Range: clock=``), and else by asking again (``playback_dating``). Stretches that came stay in the
scratch folder; a pull that broke goes on from the last of them.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from cameras.footage import options
from cameras.footage.assemble import assembled
from cameras.footage.context import SourceContext
from cameras.footage.gather import workplace
from cameras.footage.options import Option, Words, value_of
from cameras.footage.playback_dating import AskFailed
from cameras.footage.playback_options import OPTIONS, settings_problems
from cameras.footage.playback_take import PAST_END_S, Recorder, Taking
from cameras.footage.playback_urls import LIVE, TEMPLATES, Place, address, zone_of
from cameras.footage.rtsp_client import Captured, RtspClient
from cameras.footage.rtsp_pieces import READ_LIMITS, PieceStore
from cameras.footage.source import (
    ChannelMissing,
    FootageError,
    FootageMissing,
    FootageTimedOut,
    Glance,
    PulledFootage,
    SourceMisconfigured,
    SourceUnreachable,
)
from cameras.footage.window import TimeWindow

CLOSE_S = 0.5
"""Less than this at an edge is not asked for again."""

TRIES_IN_VAIN = 2
"""Connections in a row that bring nothing new, before what there is has to do."""

WALL_SHARE = 1.2
"""Of the window's length: recorders play a little slower than they recorded."""

LOOK_KEY_S = 15.0
NEWEST_BEFORE_S = 20.0
"""How old a look at a recorder without a known live address is, on top of its delay."""

FORWARD_S = (10.0, 30.0, 70.0, 150.0, 310.0, 630.0)
"""Where a recorder that refuses a second within a hole is asked next."""

REFINED_S = 3.0


class RtspPlaybackSource:
    """One channel of a recorder.

    Raises:
        SourceMisconfigured: the settings are wrong.
    """

    kind: ClassVar[str] = "rtsp_playback"
    title: ClassVar[Words] = Words("RTSP putar ulang perekam", "RTSP playback of a recorder")
    options: ClassVar[tuple[Option, ...]] = OPTIONS
    has_past = True
    real_time = True
    stills_only = False

    @classmethod
    def bind(cls, context: SourceContext) -> RtspPlaybackSource:
        return cls(context)

    def __init__(self, context: SourceContext) -> None:
        problems = self.validate(context.settings)
        if problems:
            raise SourceMisconfigured("; ".join(f"{name}: {what}" for name, what in problems.items()))
        self.context = context
        self._base = str(context.settings["url"]).rstrip("/")
        self._brand = str(self._setting("brand"))
        self._template = TEMPLATES.get(self._brand) or str(self._setting("template"))
        zone = zone_of(self._brand, str(self._setting("z_means")), ZoneInfo(str(self._setting("timezone"))))
        self._place = Place(int(self._setting("channel")), str(self._setting("stream")), zone)

    def _setting(self, name: str) -> Any:
        return value_of(OPTIONS, self.context.settings, name)

    @classmethod
    def validate(cls, settings: Mapping[str, Any]) -> dict[str, str]:
        return options.problems(cls.options, settings) or settings_problems(settings)

    def coverage(self, window: TimeWindow) -> list[TimeWindow]:
        """All of it, if the recorder plays anything for it: RTSP has no way to list what was recorded."""
        recorder = self._recorder(self.context.limits.wall_s)
        with self._aside() as folder:
            start = recorder.shown(window.start)
            plan = {"max_keys": 1, "key_within_s": LOOK_KEY_S}
            captured = recorder.capture(float(int(start)), recorder.shown(window.end), Path(folder) / "look", plan)
        if captured.pieces:
            return [window]
        if captured.error is not None and not isinstance(captured.error, FootageMissing):
            raise captured.error
        return []

    def _recorder(self, wall_s: float) -> Recorder:
        return Recorder(
            RtspClient(self.context),
            lambda start, end: self._base + address(self._template, self._place, start, end),
            timedelta(seconds=self.context.clock_offset_s),
            self.context.now,
            (("Rate-Control", "no"),) if self._setting("faster") else (),
            time.monotonic() + wall_s,
        )

    def _aside(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="rtsp-look-")

    def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
        """Play what earlier tries have not brought yet, and join it.

        Raises:
            FootageMissing: nothing was recorded then. ChannelMissing: the recorder knows no such channel.
            FootageError: nothing of the window came.
        """
        recorder = self._recorder(window.seconds * WALL_SHARE + self.context.limits.wall_s)
        with workplace(self.context, destination) as folder:
            taking = Taking(recorder, PieceStore(folder, "played"), folder)
            error: FootageError | None = None
            for gap in taking.store.missing(window, CLOSE_S):
                error = self._fill(taking, gap) or error
                if error is not None and not isinstance(error, FootageMissing):
                    break
            return self._joined(window, taking, error, destination)

    def _fill(self, taking: Taking, gap: TimeWindow) -> FootageError | None:
        """Why less came than the recorder has; None when it has no more."""
        cursor, vain, error = gap.start, 0, None
        while (gap.end - cursor).total_seconds() > CLOSE_S and vain < TRIES_IN_VAIN:
            if taking.recorder.left_s() <= 0:
                return FootageTimedOut("the time for this pull is used up", what="wall")
            take = taking.stretch(TimeWindow(cursor, gap.end))
            if isinstance(take.error, FootageMissing):
                following = self._after_hole(taking, cursor, gap.end)
                if following is None:
                    return None if cursor > gap.start else take.error
                cursor = following
                continue
            if take.error is not None and not take.error.retryable:
                return take.error
            moved = (take.reached - cursor).total_seconds() > CLOSE_S
            vain = 0 if moved else vain + 1
            cursor = max(cursor, take.reached)
            error = take.error
            if not moved and (take.ended or take.got):
                return None  # twice up to the same picture: it has no more, whether it says so or goes silent
        return error if (gap.end - cursor).total_seconds() > CLOSE_S else None

    def _after_hole(self, taking: Taking, cursor: datetime, end: datetime) -> datetime | None:
        """Where a recorder that refuses this second has something again, to within some seconds; None: nowhere."""
        low, high = 0.0, None
        for ahead_s in FORWARD_S:
            if ahead_s >= (end - cursor).total_seconds():
                break
            if self._answers(taking, cursor + timedelta(seconds=ahead_s)):
                high = ahead_s
                break
            low = ahead_s
        if high is None:
            return None
        while high - low > REFINED_S:
            middle = (low + high) / 2
            if self._answers(taking, cursor + timedelta(seconds=middle)):
                high = middle
            else:
                low = middle
        return cursor + timedelta(seconds=high)

    def _answers(self, taking: Taking, at: datetime) -> bool:
        recorder = taking.recorder
        try:
            return recorder.ask(float(int(recorder.shown(at))), taking.folder / "ask") is not None
        except AskFailed:
            return False

    def _joined(
        self, window: TimeWindow, taking: Taking, error: FootageError | None, destination: Path
    ) -> PulledFootage:
        notes = self._notes(taking, error)
        try:
            pulled = assembled(window, taking.store.placed(), destination, READ_LIMITS, **notes)
        except FootageMissing as nothing:
            raise self._why_nothing(error or nothing) from None
        offset_s = self.context.clock_offset_s
        shortfall = error.code if error is not None and not isinstance(error, FootageMissing) else ""
        return replace(pulled, clock_offset_s=offset_s, shortfall=shortfall)

    def _notes(self, taking: Taking, error: FootageError | None) -> dict[str, Any]:
        pieces = taking.store.pieces()
        recorder = taking.recorder
        clock = {
            "how": "set",
            "offset_s": self.context.clock_offset_s,
            "padding_s": 0.0,
            "uncertainty_s": round(max((piece.uncertainty_s for piece in pieces), default=0.0), 2),
            "dated_by": sorted({piece.how for piece in pieces}),
        }
        counts = {"connections": recorder.connections, "asked_again": recorder.asks, "lost": recorder.lost}
        told: dict[str, Any] = {"clock": clock, **{name: count for name, count in counts.items() if count}}
        if error is not None:
            told["trouble"] = {"code": error.code, "detail": error.detail}
        return told

    def _why_nothing(self, error: FootageError) -> FootageError:
        """Recorders answer 404 to a channel that they do not have, and to a time that they did not record."""
        if not isinstance(error, ChannelMissing):
            return error
        if self._brand not in LIVE:
            return FootageMissing("nothing was recorded in this window", **error.data)
        with self._aside() as folder:
            captured = self._live(Path(folder))
        if isinstance(captured.error, ChannelMissing):
            return captured.error
        return FootageMissing("nothing was recorded in this window", **error.data)

    def _live(self, folder: Path) -> Captured:
        client = RtspClient(self.context)
        target = client.target(self._base + address(LIVE[self._brand], self._place))
        plan = {"max_keys": 1, "key_within_s": LOOK_KEY_S}
        return client.capture(target, folder / "look", plan, wall_s=self.context.limits.wall_s)

    def glance(self, folder: Path) -> Glance:
        """What the channel shows now; by a template of which the live address is not known, what it just recorded."""
        work = folder / "rtsp-glance"
        shutil.rmtree(work, ignore_errors=True)
        before_s = 0.0
        if self._brand in LIVE:
            captured = self._live(work)
        else:
            before_s = NEWEST_BEFORE_S + float(self._setting("delay_s"))
            recorder = self._recorder(self.context.limits.wall_s)
            start = recorder.shown(self.context.now() - timedelta(seconds=before_s))
            plan = {"max_keys": 1, "key_within_s": LOOK_KEY_S}
            captured = recorder.capture(float(int(start)), start + PAST_END_S, work / "look", plan)
        if not captured.pieces:
            raise captured.error or SourceUnreachable("it ended the stream")
        taken_at = self.context.now().astimezone(UTC) - timedelta(seconds=before_s)
        offset_s = captured.ending.get("device_offset_s") if not before_s else None
        return Glance(Path(captured.pieces[0]["path"]), taken_at, offset_s)
