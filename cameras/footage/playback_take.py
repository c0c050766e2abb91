"""One stretch of a recorder's past: played, captured, dated, kept."""

from __future__ import annotations

import math
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cameras.footage.playback_dating import GROUP_UNKNOWN_S, Answer, AskFailed, Dating, Film, dated
from cameras.footage.rtsp_client import Captured, RtspClient
from cameras.footage.rtsp_pieces import Dated, PieceStore
from cameras.footage.source import FootageError, FootageMissing
from cameras.footage.window import TimeWindow

GROUPS = 3
"""Groups of pictures past the end: one that the film may begin before the start, two for checking its end."""

PAST_END_S = 60.0
"""Asked for past the end, so that a recorder that stops where it is told to does not stop too early."""

KEY_WITHIN_S = 30.0
ASK_KEY_WITHIN_S = 15.0
SAME_CLOCK_S = 0.5
"""Sender reports of one film agree to within this, where the recorder dates it by one clock."""

NOT_NOW_S = 60.0
"""A clock within this of now tells when film is sent, and not when it was recorded."""

TOLD_S = 0.05

_CLOCK = re.compile(r"clock=(\d{8}T\d{6})(\.\d{1,6})?\d*Z")


@dataclass(slots=True)
class Recorder:
    """How a recorder is asked. ``url_of(start, end)``: device's moments in, address out. ``offset``: its clock minus
    true time. ``play``: headers for PLAY. ``ends_s``: monotonic time at which the pull is over."""

    client: RtspClient
    url_of: Callable[[datetime, datetime], str]
    offset: timedelta
    now: Callable[[], datetime]
    play: tuple[tuple[str, str], ...] = ()
    ends_s: float = math.inf
    connections: int = 0
    lost: int = 0
    asks: int = 0

    def shown(self, true: datetime) -> float:
        """Unix time that its clock shows at a moment."""
        return (true + self.offset).timestamp()

    def true(self, shown: float) -> datetime:
        return datetime.fromtimestamp(shown, UTC) - self.offset

    def left_s(self) -> float:
        return self.ends_s - time.monotonic()

    def capture(self, start: float, end: float, files: Path, plan: Mapping[str, Any]) -> Captured:
        url = self.url_of(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
        target = self.client.target(url, self.play)
        self.connections += 1
        captured = self.client.capture(target, files, {"live": False, **plan}, wall_s=self.left_s())
        self.lost += captured.ending.get("lost", 0)
        return captured

    def ask(self, second: float, folder: Path) -> Answer | None:
        """The first keyframe that a second is answered with. Raises AskFailed."""
        if self.left_s() <= 0:
            raise AskFailed
        self.asks += 1
        plan = {"max_keys": 1, "key_within_s": ASK_KEY_WITHIN_S}
        try:
            captured = self.capture(second, second + PAST_END_S, folder / "ask", plan)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if not captured.pieces or not captured.pieces[0]["keys"]:
            if captured.error is None or isinstance(captured.error, FootageMissing):
                return None
            raise AskFailed
        piece = captured.pieces[0]
        return Answer(piece["keys"][0][1], max(0.0, piece["first_s"]))


@dataclass(frozen=True, slots=True)
class Take:
    """``reached``: true time from which to go on. ``error``: why no more came; None where it came as planned, or the
    recorder had no more. ``got``: film came, for sure of this time. ``ended``: the recorder had no more."""

    reached: datetime
    got: bool
    error: FootageError | None = None
    ended: bool = False


@dataclass(slots=True)
class Taking:
    """Takes stretches into a store."""

    recorder: Recorder
    store: PieceStore
    folder: Path
    checked: bool = True
    hows: set[str] = field(default_factory=set)
    uncertainty_s: float = 0.0

    def stretch(self, wanted: TimeWindow) -> Take:
        """Play from the start of ``wanted``. Raises only what ``RtspClient.target`` does."""
        recorder = self.recorder
        asked, until = math.floor(recorder.shown(wanted.start)), recorder.shown(wanted.end)
        plan = {"until_s": until - asked, "groups": GROUPS, "key_within_s": KEY_WITHIN_S}
        captured = recorder.capture(asked, until + PAST_END_S, self.store.next_files(), plan)
        pieces = [piece for piece in captured.pieces if piece["keys"]]
        ended = captured.error is None and not captured.done
        if not pieces:
            return Take(wanted.start, False, captured.error, ended)
        film = _film(asked, until, pieces[0], ended=ended)
        how, dating = self._dated(film, captured, pieces[0])
        path = Path(pieces[0]["path"])
        if dating.good_to_s <= 0.0:
            path.unlink(missing_ok=True)
            return Take(wanted.end, False, captured.error, ended)
        self.checked = self.checked and dating.checked
        self.hows.add(how)
        self.uncertainty_s = max(self.uncertainty_s, dating.uncertainty_s)
        good_to_s = math.inf if dating.good_to_s >= film.length_s else dating.good_to_s
        self.store.keep(Dated(path, recorder.true(dating.began), how, dating.uncertainty_s, good_to_s))
        reached = dating.began + dating.good_to_s if dating.resume_at is None else dating.resume_at
        return Take(recorder.true(reached), True, captured.error, ended)

    def _dated(self, film: Film, captured: Captured, piece: Mapping[str, Any]) -> tuple[str, Dating]:
        reports = captured.ending.get("reports", [])
        by_clock = _by_reports(film, [[t_s - piece["first_s"], at] for t_s, at in reports], self._now())
        if by_clock is not None:
            return "rtcp", Dating(by_clock, TOLD_S, film.length_s, checked=True)
        found = dated(film, lambda second: self.recorder.ask(second, self.folder / "ask"))
        told = _by_range(film, captured.ending.get("played", {}).get("range", ""))
        if told is not None and abs(told - found.began) <= found.uncertainty_s + 1.0:
            return "range", Dating(told, TOLD_S, found.good_to_s, found.checked, found.resume_at)
        return ("asked_again" if found.checked else "asked_start"), found

    def _now(self) -> float:
        return self.recorder.shown(self.recorder.now())


def _film(asked: float, until: float, piece: Mapping[str, Any], *, ended: bool) -> Film:
    keys = [(float(at), str(digest)) for at, digest in piece["keys"]]
    return Film(asked, until, keys, piece["length_s"], max(0.0, piece["first_s"]), ended)


def _by_reports(film: Film, reports: Sequence[Sequence[float]], now: float) -> float | None:
    """Device's time of the film's first keyframe by its sender reports: only if they tell times of the recording, and
    all the same one."""
    begins = [at - t_s for t_s, at in reports]
    if not begins or max(begins) - min(begins) > SAME_CLOCK_S:
        return None
    began = begins[0]
    early_s = max(film.group_end_s(0), GROUP_UNKNOWN_S) + 1.0
    if not film.asked - early_s <= began <= film.until:
        return None
    told_now = max(abs(at - now) for _, at in reports) <= NOT_NOW_S
    near = abs(began - film.asked) <= film.group_end_s(0) + 1.0
    return began if near or not told_now else None


def _by_range(film: Film, told: str) -> float | None:
    """By the answer to PLAY, if it says more than to repeat what was asked for. It dates the first packet."""
    match = _CLOCK.search(told)
    if match is None:
        return None
    try:
        at = datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC).timestamp() + float(match[2] or 0)
    except ValueError:
        return None
    return at + film.lead_s if abs(at - film.asked) > 0.001 else None
