"""A camera that gives single pictures and nothing else: the poorest source, and for many old cameras the only one.

Settings::

    {"url": "http://10.20.3.7/cgi-bin/snapshot.cgi", "every_s": 5}
    {"url": "http://10.20.3.7/onvif/device_service", "onvif": true}      # it names the address itself

It has no past: a pull takes pictures from now to the window's end. Each of them covers its own second and no more, so
that coverage stays far under what would let an absence be concluded from stills.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from cameras.footage import options
from cameras.footage.child import Child
from cameras.footage.context import SourceContext
from cameras.footage.decode import media_info
from cameras.footage.fetch import room
from cameras.footage.gather import JOIN_LEAST_S, workplace
from cameras.footage.limits import DecodeLimits
from cameras.footage.options import PASSWORD, TOKEN, USERNAME, VERIFY_TLS, Option, Words, url_complaint
from cameras.footage.source import (
    FootageError,
    FootageMissing,
    FootageUnreadable,
    Glance,
    PulledFootage,
    SourceMisconfigured,
)
from cameras.footage.still_camera import Shot, StillCamera, take_still
from cameras.footage.window import TimeWindow, clipped
from cameras.footage.wire import Kind

SHOWN_S = 1.0
"""How long a still speaks for."""

EVERY_LEAST_S = 3.0
"""Three seconds apart, stills cover a third of the time at most."""

FAILURES_MAX = 3
"""In a row; then the camera has had its chances, and the next try is the pull step's to decide."""

NAP_S = 0.1

OPTIONS = (
    Option(
        "url",
        Words("Alamat gambar JPEG atau layanan ONVIF", "Address of the JPEG or of the ONVIF service"),
        required=True,
        check=url_complaint("http", "https"),
        help=Words("Misalnya http://10.20.3.7/snapshot.jpg", "E.g. http://10.20.3.7/snapshot.jpg"),
    ),
    Option(
        "onvif",
        Words("Alamat itu layanan ONVIF", "That address is an ONVIF service"),
        "flag",
        default=False,
        help=Words(
            "Kamera memberi tahu sendiri alamat gambarnya dan jamnya",
            "The camera itself tells the address of its picture, and its clock",
        ),
    ),
    Option(
        "profile",
        Words("Profil ONVIF", "ONVIF profile"),
        help=Words("Kosong: yang pertama", "Empty: the first one"),
    ),
    Option(
        "every_s",
        Words("Jarak antargambar (detik)", "Time between stills (s)"),
        "number",
        default=5,
        low=EVERY_LEAST_S,
        high=300,
    ),
    VERIFY_TLS,
    USERNAME,
    PASSWORD,
    TOKEN,
)


class NotYet(FootageMissing):
    """The window has not begun; there will be something to see later."""

    retryable = True


@dataclass(slots=True)
class _Roll:
    """What was taken so far. ``repeated``: pictures byte for byte like the one before, and so no news."""

    shots: list[tuple[Path, datetime]] = field(default_factory=list)
    last_digest: str = ""
    repeated: int = 0
    failed: int = 0
    in_a_row: int = 0
    bytes: int = 0
    ended_by: FootageError | None = None
    last_error: FootageError | None = None

    def keep(self, shot: Shot, folder: Path) -> None:
        self.in_a_row = 0
        if shot.digest == self.last_digest:
            self.repeated += 1
            return
        self.last_digest = shot.digest
        path = folder / f"still-{len(self.shots):05d}.jpg"
        with room():
            path.write_bytes(shot.content)
        self.shots.append((path, shot.at))
        self.bytes += len(shot.content)

    def miss(self, error: FootageError) -> None:
        self.failed += 1
        self.in_a_row += 1
        self.last_error = error
        passing = error.retryable or isinstance(error, FootageUnreadable)
        if not passing or self.in_a_row >= FAILURES_MAX or error.data.get("what") == "wall":
            self.ended_by = error

    @property
    def notes(self) -> dict[str, Any]:
        told = {"stills": len(self.shots), "failed": self.failed, "repeated": self.repeated}
        # One picture again and again: the camera, or something before it, hangs.
        frozen = {"frozen": True} if len(self.shots) == 1 and self.repeated >= 2 else {}
        return {name: count for name, count in told.items() if count} | frozen


class SnapshotSource:
    """One camera's stills."""

    kind: ClassVar[str] = "snapshot"
    title: ClassVar[Words] = Words("Gambar tunggal (JPEG, ONVIF)", "Single pictures (JPEG, ONVIF)")
    options: ClassVar[tuple[Option, ...]] = OPTIONS
    has_past = False
    real_time = True
    stills_only = True

    @classmethod
    def bind(cls, context: SourceContext) -> SnapshotSource:
        return cls(context)

    def __init__(self, context: SourceContext) -> None:
        """Raises SourceMisconfigured."""
        problems = self.validate(context.settings)
        if problems:
            raise SourceMisconfigured("; ".join(f"{name}: {what}" for name, what in problems.items()))
        self.context = context
        self._every_s = float(options.value_of(OPTIONS, context.settings, "every_s"))

    @classmethod
    def validate(cls, settings: Mapping[str, Any]) -> dict[str, str]:
        return options.problems(cls.options, settings)

    def coverage(self, window: TimeWindow) -> list[TimeWindow]:
        """What is still to come of the window; the camera is not asked."""
        now = self.context.now()
        return [TimeWindow(max(now, window.start), window.end)] if now < window.end else []

    def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
        """Pictures from now to the window's end, each on its true time; see the protocol.

        Raises:
            FootageMissing: the window is over.
        """
        if self.context.now() >= window.end:
            raise FootageMissing("this camera has no past: it gives pictures of now only", reason="live_only")
        with workplace(self.context, destination) as folder:
            mine = folder / f"stills-{uuid.uuid4().hex}"
            mine.mkdir()
            try:
                roll, offset_s = self._taken(window, mine)
                if not roll.shots:
                    raise roll.last_error or FootageMissing("the window ended before a picture came")
                return self._film(roll, window, destination, offset_s)
            finally:
                _clear(mine)

    def glance(self, folder: Path) -> Glance:
        still = take_still(self.context, folder / "still.jpg")
        return Glance(still.path, still.at, still.clock_offset_s)

    # -- Taking them -------------------------------------------------------------------------

    def _taken(self, window: TimeWindow, folder: Path) -> tuple[_Roll, float | None]:
        ends = time.monotonic() + self.context.limits.wall_s + window.seconds
        roll = _Roll()
        with StillCamera(self.context, wall_s=self.context.limits.wall_s + window.seconds) as camera:
            due = max(self.context.now(), window.start)
            while roll.ended_by is None and self._wait(due, window, ends):
                due = max(due, self.context.now()) + timedelta(seconds=self._every_s)
                try:
                    shot = camera.shot()
                    if window.holds(shot.at):
                        roll.keep(shot, folder)
                except FootageError as error:
                    roll.miss(error)
                if roll.bytes > self.context.limits.max_bytes:
                    roll.ended_by = FootageUnreadable("over the bytes of a pull", reason="too_large")
        return roll, camera.clock_offset_s

    def _wait(self, due: datetime, window: TimeWindow, ends: float) -> bool:
        """Until ``due``; False when the window or the time for the pull is over first.

        Raises:
            NotYet: the window begins later than a pull may wait.
        """
        while (now := self.context.now()) < min(due, window.end):
            if time.monotonic() >= ends:
                if now < window.start:
                    raise NotYet("the window has not begun")
                return False
            time.sleep(min(NAP_S, max(0.001, (due - now).total_seconds())))
        return due <= now < window.end

    # -- Making a film of them -----------------------------------------------------------------

    def _film(self, roll: _Roll, window: TimeWindow, destination: Path, offset_s: float | None) -> PulledFootage:
        temporary = destination.with_name(f".{destination.name}.{uuid.uuid4().hex}.part")
        destination.parent.mkdir(parents=True, exist_ok=True)
        try:
            body = _written(roll.shots, temporary)
            info = media_info(body)
            if info.frames != len(body["written"]):
                raise FootageUnreadable("the film does not hold what was written", frames=info.frames)
            temporary.replace(destination)
        finally:
            temporary.unlink(missing_ok=True)
        times = [roll.shots[number][1] for number in body["written"]]
        covered = clipped([TimeWindow(at, at + timedelta(seconds=SHOWN_S)) for at in times], window)
        # The pictures carry our own time, so nothing was taken off; the camera's own clock is noted.
        clock = {"how": "our own clock", "offset_s": 0.0, "padding_s": 0.0, "device_s": offset_s}
        damaged = {"damaged": len(roll.shots) - len(times)} if len(times) < len(roll.shots) else {}
        notes = {**roll.notes, **damaged, "clock": clock, "frames": info.frames}
        shortfall = roll.ended_by.code if roll.ended_by is not None else ""
        return PulledFootage(destination, times[0], covered, notes, shortfall=shortfall)


def _written(shots: Sequence[tuple[Path, datetime]], path: Path) -> Mapping[str, Any]:
    origin = shots[0][1]
    stills = [[str(still.absolute()), (at - origin).total_seconds()] for still, at in shots]
    limits = DecodeLimits(wall_s=JOIN_LEAST_S + 2.0 * len(stills))
    child = Child("stills", {"stills": stills, "destination": str(path.absolute())}, limits)
    try:
        message = child.message()
    finally:
        child.close(reap_s=1.0)
    assert message.kind is Kind.RESULT
    return message.body


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink(missing_ok=True)
    folder.rmdir()
