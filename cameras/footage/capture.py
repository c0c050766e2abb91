"""From a camera's RTSP stream to pieces of film on disk, as they come; runs in the child process or in a recorder's.

The core, for one connection (no reconnecting: that is the caller's policy)::

    ending = record(target, patience, plan, tell, stop)

``tell(event, piece)`` is called with ``opened`` (a piece begins), ``progress`` (about once a second) and ``closed``;
the piece's facts grow until ``closed``. ``stop()`` is asked at every picture. Several may run as threads of one
process: libav lets go of the interpreter while it waits, and needs no time limits of its own, because the relay holds
the clock and hangs up. Pictures are copied as they are, video only.

The job of the child is the same, with messages instead of calls; see ``capture_job``.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cameras.footage import wire
from cameras.footage.capture_pieces import Piece, PieceWriter, Shot
from cameras.footage.capture_stream import PARAMETERS_WITHIN, Stream, parameters_of
from cameras.footage.capture_times import JUMP_S, Jumped
from cameras.footage.rtsp_target import Patience, RelayFailed, Target, Trouble

if TYPE_CHECKING:
    from cameras.footage.decode_child import Reporter

TAIL_S = 1.0
"""Past the end, packets may still bring pictures from before it (reordering)."""

GROUP_MAX_S = 30.0
"""Smart codecs stretch a group of pictures to some tens of seconds."""

TELL_EVERY_S = 1.0
DRIFTS_MAX = 2
"""A stream's clock that had to be set anew so often within one connection is not believed any more."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to record, and until when.

    ``path_of(number, unix_time)``: where the next piece goes (``.mkv``; its folder is made). ``until_at``: Unix time of
    this host's clock at which the last picture wanted arrives. ``until_s``: for recordings, so many seconds on the
    stream's clock; the length of its first group of pictures comes on top, because a recording begins at a keyframe
    somewhere before the time asked for. ``piece_s``: cut at the first keyframe after so long; 0: never. ``max_keys``:
    enough after so many keyframes; 0: no end. ``key_within_s``: a stream without a keyframe for so long shows nothing.
    ``live``: arrivals tell the time. ``cut``: asked at every keyframe, whether a new piece has to begin there whatever
    its length. ``groups``: how many groups of pictures come on top of ``until_s``.
    """

    path_of: Callable[[int, float], str]
    until_at: float | None = None
    until_s: float | None = None
    piece_s: float = 0.0
    max_keys: int = 0
    key_within_s: float = 30.0
    live: bool = True
    cut: Callable[[], bool] = lambda: False
    groups: int = 1


@dataclass(slots=True)
class Ending:
    """How a connection went. ``trouble``: None when it ended as planned or as the device announced.

    ``done``: the plan's end was reached. ``device_offset_s``: device's clock minus ours by its latest sender report,
    None where it sent none. ``first_key_s``: of the first keyframe on the stream's clock; ``lost``: RTP packets missing
    by their numbers. ``skipped``: pictures left out because one they build on was torn. ``played``: headers of the
    answer to PLAY. ``drifts``: how often the stream's clock left ours. ``reports``: [seconds on the stream's clock,
    Unix time on the device's clock], by its sender reports.
    """

    trouble: Trouble | None = None
    done: bool = False
    codec: str = ""
    width: int = 0
    height: int = 0
    bytes: int = 0
    lost: int = 0
    skipped: int = 0
    drifts: int = 0
    first_key_s: float | None = None
    device_offset_s: float | None = None
    played: dict[str, str] = field(default_factory=dict)
    reports: list[list[float]] = field(default_factory=list)


Tell = Callable[[str, Piece], None]


def record(
    target: Target, patience: Patience, plan: Plan, tell: Tell, stop: Callable[[], bool] = lambda: False
) -> Ending:
    """One connection's worth of pieces. Never raises for what the camera does: that is ``Ending.trouble``.

    Raises:
        OSError: a piece cannot be written, for other reasons than a full disk (which is trouble ``storage_full``).
    """
    try:
        stream = Stream(target, patience)
    except RelayFailed as failure:
        return Ending(failure.trouble)
    recording = Recording(stream, plan, tell)
    try:
        recording.run(stop)
    finally:
        stream.close()
    return recording.ending


class Recording:
    """The state of one ``record``."""

    def __init__(self, stream: Stream, plan: Plan, tell: Tell) -> None:
        context = stream.video.codec_context
        self.ending = Ending(codec=context.name, width=context.width, height=context.height)
        self._stream = stream
        self._plan = plan
        self._tell = tell
        self._writer: PieceWriter | None = None
        self._number = 0
        self._keys = 0
        self._told_s = 0.0
        self._parameters = b""
        self._opened_s = time.monotonic()
        self._by_arrival = False
        self._broken = True
        self._group_s: float | None = None
        self._latest: Shot | None = None

    def run(self, stop: Callable[[], bool]) -> None:
        reason = "ended"
        try:
            for shot in self._stream.shots():
                if stop():
                    reason = "stopped"
                    break
                if self._is_enough(shot):
                    reason, self.ending.done = "done", True
                    break
                self._take(shot)
        except Jumped as jump:
            reason = "jumped"
            self.ending.trouble = Trouble("footage_failed", str(jump), reason="times_jump")
        except RelayFailed as failure:
            reason, self.ending.trouble = failure.trouble.code, failure.trouble
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            reason, self.ending.trouble = "storage_full", Trouble("storage_full", "no room left")
        finally:
            self._close_piece(reason)
            self._sum_up(reason)

    def _sum_up(self, reason: str) -> None:
        relay, ending = self._stream.relay, self.ending
        if reason == "ended" and ending.trouble is None:
            ending.trouble = relay.trouble
        ending.bytes, ending.lost, ending.played = relay.bytes, relay.track.lost, relay.played
        reports = relay.track.reports
        if reports and reports[-1].ntp_s > 0:
            arrived_at = reports[-1].arrived_s + time.time() - time.monotonic()
            ending.device_offset_s = reports[-1].ntp_s - arrived_at
        if self._latest is not None:
            ending.reports = self._stream.reports_from(self._latest)

    def _is_enough(self, shot: Shot) -> bool:
        plan = self._plan
        if plan.until_at is not None and shot.arrived_s + time.time() - time.monotonic() >= plan.until_at:
            return True
        if plan.until_s is not None:
            group_s = GROUP_MAX_S if self._group_s is None else self._group_s * plan.groups
            past_s = shot.t_s - (self.ending.first_key_s or 0.0) - plan.until_s - group_s
            if past_s >= TAIL_S or (shot.is_key and past_s >= 0):
                return True
        return bool(plan.max_keys) and self._keys >= plan.max_keys

    def _take(self, shot: Shot) -> None:
        """Write it, unless what it builds on is missing."""
        if not shot.whole:
            self._broken = True
        elif shot.is_key:
            self._broken = False
        if self._broken:
            self._skip(shot)
            return
        self._check_pace(shot)
        if shot.is_key:
            self._at_key(shot)
        assert self._writer is not None
        if (
            self._writer.t_of(shot) < 0
        ):  # shown before the keyframe that the piece begins with, built on what is not in it
            return
        self._latest = shot
        self._writer.write(shot)
        now_s = time.monotonic()
        if now_s - self._told_s >= TELL_EVERY_S:
            self._told_s = now_s
            self._date(self._writer)
            self._tell("progress", self._writer.piece)

    def _check_pace(self, shot: Shot) -> None:
        """Live pictures cannot be dated further ahead than time went on: that is a leap of the camera's clock, not a
        hole, and what comes after it would date what came before it. Raises Jumped."""
        latest = self._latest
        if latest is None or not self._plan.live:
            return
        ahead_s = shot.t_s - latest.t_s - (shot.arrived_s - latest.arrived_s)
        if ahead_s > JUMP_S:
            raise Jumped(f"the stream's times leap by {ahead_s:.0f} s")

    def _skip(self, shot: Shot) -> None:
        waited_s = time.monotonic() - self._opened_s
        if self._writer is not None:
            self.ending.skipped += 1
        elif waited_s > self._plan.key_within_s:
            raise RelayFailed(Trouble("footage_timed_out", f"no keyframe within {waited_s:.0f} s", what="silence"))

    def _at_key(self, shot: Shot) -> None:
        self._keys += 1
        self._check_picture(shot)
        if self.ending.first_key_s is None:
            self.ending.first_key_s = shot.t_s
        elif self._group_s is None:
            self._group_s = shot.t_s - self.ending.first_key_s
        writer = self._writer
        if writer is not None and self._plan.live and writer.drifted:
            self.ending.drifts += 1
            self._by_arrival = self._by_arrival or self.ending.drifts >= DRIFTS_MAX
            self._close_piece("drifted")
        elif writer is not None and (self._plan.cut() or 0 < self._plan.piece_s <= writer.t_of(shot)):
            self._close_piece("full")
        if self._writer is None:
            self._open_piece(shot)

    def _check_picture(self, shot: Shot) -> None:
        """A camera that changes its picture within a stream: one file cannot hold both."""
        found = parameters_of(bytes(shot.packet)[:PARAMETERS_WITHIN], self.ending.codec)
        if found and self._parameters and found != self._parameters:
            raise RelayFailed(Trouble("footage_failed", "the camera changed its picture", reason="picture_changed"))
        self._parameters = found or self._parameters

    def _open_piece(self, shot: Shot) -> None:
        arrived_at = shot.arrived_s + time.time() - time.monotonic()
        path = self._plan.path_of(self._number, arrived_at)
        piece = Piece(path, self._number, shot.t_s, arrived_at, shot.arrived_s, by_arrival=self._by_arrival)
        self._writer = PieceWriter(path, self._stream.video, shot, piece)
        self._first = shot
        self._number += 1
        self._date(self._writer)
        self._tell("opened", piece)

    def _date(self, writer: PieceWriter) -> None:
        writer.piece.device_began_at = self._stream.device_time(self._first.rtp)

    def _close_piece(self, reason: str) -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        self._date(writer)
        try:
            writer.close(reason)
        finally:
            self._tell("closed", writer.piece)


def capture_job(request: Mapping[str, Any], reporter: Reporter) -> dict[str, Any]:
    """``record`` in the child. INFO messages ``{"event", ...facts of the piece}``; the result is the ending.

    Request: ``target``, ``patience`` (fields of those classes), ``folder``, ``stem`` (pieces are
    ``<folder>/<stem>-0000.mkv``), ``plan`` (its other fields).
    """
    folder, stem = Path(request["folder"]), request["stem"]
    plan = Plan(path_of=lambda number, _: str(folder / f"{stem}-{number:04d}.mkv"), **request["plan"])
    target = Target(**{**request["target"], "play": tuple(map(tuple, request["target"].get("play", ())))})

    def tell(event: str, piece: Piece) -> None:
        reporter.message(wire.Kind.INFO, {"event": event, **asdict(piece)})

    def stop() -> bool:
        reporter.progress()
        return False

    return asdict(record(target, Patience(**request["patience"]), plan, tell, stop))
