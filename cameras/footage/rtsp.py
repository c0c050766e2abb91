"""A camera's live RTSP stream, for windows that are not over yet. It has no past: what is not captured is gone.

Settings::

    {"url": "rtsp://10.20.1.5:554/Streaming/Channels/101",   # or rtsps://
     "dated_by": "arrival"}                                   # or "rtcp"

Pictures are dated by when they arrive, on this host's clock (kept by NTP): the earliest that any picture of a piece
allows, so that a slow way or a burst moves nothing. What the camera and the network take to encode and send stays in
it, usually well under a second, always late and never early. ``rtcp`` dates them by the camera's own clock instead, as
sender reports tell it, less the offset that is set for the camera: right to the frame where the camera keeps time.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from cameras.footage import options
from cameras.footage.assemble import assembled
from cameras.footage.context import SourceContext
from cameras.footage.gather import workplace
from cameras.footage.options import PASSWORD, USERNAME, VERIFY_TLS, Choice, Option, Words, url_complaint, value_of
from cameras.footage.rtsp_client import Captured, RtspClient
from cameras.footage.rtsp_pieces import READ_LIMITS, Dated, PieceStore, gaps
from cameras.footage.source import (
    Blame,
    FootageError,
    FootageMissing,
    Glance,
    PulledFootage,
    SourceMisconfigured,
    SourceUnreachable,
)
from cameras.footage.window import TimeWindow

RTSP_URL = Option(
    "url",
    Words("Alamat RTSP", "RTSP address"),
    required=True,
    check=url_complaint("rtsp", "rtsps"),
    help=Words(
        "Misalnya rtsp://10.20.1.5:554/Streaming/Channels/101", "E.g. rtsp://10.20.1.5:554/Streaming/Channels/101"
    ),
)
DATED_BY = Option(
    "dated_by",
    Words("Waktu gambar menurut", "Pictures are dated by"),
    "choice",
    default="arrival",
    choices=(
        Choice("arrival", Words("saat tiba di server ini", "their arrival at this server")),
        Choice("rtcp", Words("jam kamera (RTCP)", "the camera's clock (RTCP)")),
    ),
    help=Words("Jam kamera hanya bila disetel lewat NTP", "The camera's clock only where NTP keeps it"),
)
OPTIONS = (RTSP_URL, DATED_BY, VERIFY_TLS, USERNAME, PASSWORD)

LEAD_S = 10.0
"""Connected so long before the window begins: for the keyframe that its first moment needs."""

EARLIEST_S = 120.0
"""A window that begins later than in this is not waited for by holding a worker."""

AFTER_S = 0.5
"""Pictures from before the window's end that are still on their way."""

BACKOFF_S = (1.0, 2.0, 4.0, 8.0)
"""Between connections to a camera that was there a moment ago."""

GLANCE_KEY_S = 15.0
LATENCY_S = 1.0
"""By which arrival may be late, unless the network is ill: encoding, buffers, the way."""


class NotYet(FootageError):
    """The window is still to come. ``data["begins_in_s"]``."""

    blame = Blame.NOBODY


@dataclass(slots=True)
class Taken:
    """What one pull took. ``offset_s``: the device's clock minus ours, by its latest sender report."""

    store: PieceStore
    error: FootageError | None = None
    connections: int = 0
    lost: int = 0
    skipped: int = 0
    offset_s: float | None = None
    drifts: int = 0
    undated: int = 0
    notes: dict[str, Any] = field(default_factory=dict)


class RtspSource:
    """One live stream.

    Raises:
        SourceMisconfigured: the settings are wrong.
    """

    kind: ClassVar[str] = "rtsp"
    title: ClassVar[Words] = Words("RTSP langsung", "Live RTSP")
    options: ClassVar[tuple[Option, ...]] = OPTIONS
    has_past = False
    real_time = True
    stills_only = False

    @classmethod
    def bind(cls, context: SourceContext) -> RtspSource:
        return cls(context)

    def __init__(self, context: SourceContext) -> None:
        problems = self.validate(context.settings)
        if problems:
            raise SourceMisconfigured("; ".join(f"{name}: {what}" for name, what in problems.items()))
        self.context = context
        self._url = str(context.settings["url"])
        self._by_device = value_of(OPTIONS, context.settings, "dated_by") == "rtcp"
        self._client = RtspClient(context)

    @classmethod
    def validate(cls, settings: Mapping[str, Any]) -> dict[str, str]:
        return options.problems(cls.options, settings)

    def coverage(self, window: TimeWindow) -> list[TimeWindow]:
        """What of the window is not over yet."""
        now = self.context.now()
        return [TimeWindow(max(window.start, now), window.end)] if now < window.end else []

    def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
        """Capture until the window is over, and join it with what earlier tries captured of it.

        Raises:
            FootageMissing: the window is over, and no earlier try captured any of it.
            FootageError: the camera gives nothing; a window that begins in over two minutes (``begins_in_s``).
        """
        with workplace(self.context, destination) as folder:
            taken = Taken(PieceStore(folder, "live"))
            promised = self.coverage(window)
            if promised:
                self._take(window, taken)
            return self._joined(window, promised, taken, destination)

    def _take(self, window: TimeWindow, taken: Taken) -> None:
        self._wait_for(window)
        vain = 0
        while (left_s := (window.end - self.context.now()).total_seconds()) > 0:
            captured = self._captured(window, taken)
            if captured.done:
                return
            taken.error = taken.error or captured.error or SourceUnreachable("it ended the stream")
            vain = 0 if captured.pieces else vain + 1
            if self._gives_up(captured, taken):
                return
            time.sleep(max(0.0, min(left_s, BACKOFF_S[min(vain, len(BACKOFF_S) - 1)])))

    def _gives_up(self, captured: Captured, taken: Taken) -> bool:
        """A camera that never was there is the policy's business; one that was is waited for."""
        error = captured.error
        if error is not None and (not error.retryable or error.code == "storage_full"):
            return True
        return not captured.pieces and not taken.store.pieces()

    def _wait_for(self, window: TimeWindow) -> None:
        early_s = (window.start - self.context.now()).total_seconds() - LEAD_S
        if early_s > EARLIEST_S:
            raise NotYet(f"the window begins in {early_s + LEAD_S:.0f} s", begins_in_s=round(early_s + LEAD_S))
        time.sleep(max(0.0, early_s))

    def _captured(self, window: TimeWindow, taken: Taken) -> Captured:
        left_s = (window.end - self.context.now()).total_seconds() + AFTER_S
        plan = {"until_at": time.time() + left_s, "live": True}
        wall_s = left_s + self.context.limits.wall_s
        target = self._client.target(self._url)
        captured = self._client.capture(
            target, taken.store.next_files(), plan, wall_s=wall_s, came=lambda facts: self._keep(facts, taken)
        )
        ending = captured.ending
        taken.connections += 1
        taken.lost += ending.get("lost", 0)
        taken.skipped += ending.get("skipped", 0)
        taken.drifts += ending.get("drifts", 0)
        taken.offset_s = ending.get("device_offset_s", taken.offset_s)
        return captured

    def _keep(self, facts: Mapping[str, Any], taken: Taken) -> None:
        """The piece's date as it is known by now; it gets better with every picture."""
        by_device = facts["device_began_at"] if self._by_device else None
        if by_device is None:
            taken.undated += self._by_device and facts["event"] == "closed"
            ours = datetime.fromtimestamp(facts["began_at"], UTC) + self._shift()
            taken.store.keep(Dated(Path(facts["path"]), ours, "arrival", LATENCY_S))
            return
        theirs = datetime.fromtimestamp(by_device, UTC) - timedelta(seconds=self.context.clock_offset_s)
        taken.store.keep(Dated(Path(facts["path"]), theirs, "rtcp"))

    def _shift(self) -> timedelta:
        """The context's clock may be another one than this host's."""
        return self.context.now() - datetime.fromtimestamp(time.time(), UTC)

    def _joined(self, window: TimeWindow, promised: list[TimeWindow], taken: Taken, destination: Path) -> PulledFootage:
        pieces = taken.store.placed()
        if not pieces:
            raise taken.error or FootageMissing("this camera keeps no past, and the window is over")
        try:
            pulled = assembled(window, pieces, destination, READ_LIMITS, **self._notes(taken))
        except FootageMissing:
            raise taken.error or FootageMissing("this camera keeps no past, and the window is over") from None
        lacks = [gap for part in promised for gap in gaps(pulled.covered, part, within_s=1.0)]
        shortfall = taken.error.code if taken.error is not None and lacks else ""
        return replace(pulled, clock_offset_s=pulled.notes["clock"]["offset_s"], shortfall=shortfall)

    def _notes(self, taken: Taken) -> dict[str, Any]:
        hows = {piece.how for piece in taken.store.pieces()}
        by_device = hows == {"rtcp"}
        clock: dict[str, Any] = {
            "how": "rtcp" if by_device else "arrival",
            "offset_s": self.context.clock_offset_s if by_device else 0.0,
            "padding_s": 0.0,
            "uncertainty_s": 0.0 if by_device else LATENCY_S,
        }
        if taken.offset_s is not None:
            clock["device_offset_s"] = round(taken.offset_s, 3)
        counts = {name: getattr(taken, name) for name in ("connections", "lost", "skipped", "drifts", "undated")}
        told = {name: count for name, count in counts.items() if count and (name, count) != ("connections", 1)}
        if taken.error is not None:
            told["trouble"] = {"code": taken.error.code, "detail": taken.error.detail}
        return {"clock": clock, **told}

    def glance(self, folder: Path) -> Glance:
        """The first keyframe that comes."""
        target = self._client.target(self._url)
        work = folder / "rtsp-glance"
        shutil.rmtree(work, ignore_errors=True)
        plan = {"max_keys": 1, "key_within_s": GLANCE_KEY_S, "live": True}
        captured = self._client.capture(target, work / "look", plan, wall_s=self.context.limits.wall_s)
        if not captured.pieces:
            raise captured.error or SourceUnreachable("it ended the stream")
        piece = captured.pieces[0]
        taken_at = datetime.fromtimestamp(piece["began_at"], UTC) + self._shift()
        return Glance(Path(piece["path"]), taken_at, captured.ending.get("device_offset_s"))
