"""What a pull from a recorder gathers piece by piece: whole pieces outlive the try, trouble is told, names are ours."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cameras.footage import program_stream
from cameras.footage.assemble import assembled, media_of
from cameras.footage.decode import MediaInfo
from cameras.footage.device_clock import DeviceClock
from cameras.footage.fetch import Download
from cameras.footage.limits import DecodeLimits
from cameras.footage.source import FootageError, FootageMissing, FootageUnreadable, PulledFootage, SourceBroken
from cameras.footage.timeline import Placed, covered_by
from cameras.footage.window import TimeWindow

SHORT_S = 5.0
"""Listed ends are rounded, and the last packets may lie in a buffer; what is missing beyond this was not sent."""

LIMITS = DecodeLimits(wall_s=60.0)
"""For reading and joining, after the minutes that the network may take."""


@dataclass(frozen=True, slots=True)
class Piece:
    """``error``: why it is not whole. ``path`` may be of no use then."""

    path: Path
    error: FootageError | None = None


def fetched(folder: Path, identity: str, download: Callable[[Path], Download]) -> Piece:
    """The piece, from an earlier try if that got it whole. ``identity``: all that tells it from another; its hash is
    the file's name, because names that a device gives are not for our disk.

    Raises:
        FootageError: nothing came.
    """
    name = hashlib.sha256(identity.encode()).hexdigest()[:40]
    whole, part = folder / f"{name}.film", folder / f"{name}.part"
    if whole.exists():
        return Piece(whole)
    got = download(part)
    if got.size == 0:
        part.unlink(missing_ok=True)
        raise FootageUnreadable("it sends nothing where film should be", reason="empty")
    program_stream.cut_torn_end(part)
    if got.error is not None:
        return Piece(part, got.error)
    return Piece(part.replace(whole))


def facts_of(piece: Piece) -> MediaInfo:
    """
    Raises:
        FootageError: the piece cannot be read; why it is not whole goes before.
    """
    info = media_of([piece.path], LIMITS)[piece.path]
    if isinstance(info, FootageError):
        piece.path.unlink(missing_ok=True)  # the next try must not find it again
        raise piece.error or _without_detail(info)
    if info.is_still:
        raise FootageUnreadable("a picture came instead of film", reason="still")
    return info


def as_long_as(seconds: float, fetch: Callable[[str], tuple[Piece, MediaInfo]]) -> tuple[Piece, MediaInfo]:
    """The piece, asked for once more where it is shorter than listed although nothing broke: such pulls differ from
    time to time, and the end of an answer is no proof. ``fetch`` is given a word that tells the attempts apart.

    Raises:
        FootageError: as ``fetch`` does.
    """
    first = fetch("")
    if first[0].error is not None or seconds - _length_s(first[1]) <= SHORT_S:
        return first
    second = fetch("again")
    (worse, _), (piece, info) = sorted((first, second), key=lambda one: _length_s(one[1]))
    short_s = seconds - _length_s(info)
    if piece.error is None and short_s > SHORT_S:
        worse.path.unlink(missing_ok=True)
        # Under a name that the next try does not look for, so that it asks anew.
        short = piece.path.replace(piece.path.with_suffix(".short"))
        piece = Piece(short, SourceBroken("it sends less than it lists", missing_s=round(short_s, 1)))
    return piece, info


def _length_s(info: MediaInfo) -> float:
    return info.lead_s + info.duration_s


def _without_detail(error: FootageError) -> FootageError:
    """libav's words hold paths of ours; the reason is what counts."""
    error.data.pop("said", None)
    return error


@dataclass(slots=True)
class Gathered:
    """``error``: the first thing that kept something away. ``uncertainty_s``: of the worst dated piece."""

    placed: list[Placed] = field(default_factory=list)
    error: FootageError | None = None
    uncertainty_s: float = 0.0
    dated_by: dict[str, str] = field(default_factory=dict)

    def add(self, piece: Placed, how: str, uncertainty_s: float) -> None:
        self.placed.append(piece)
        self.dated_by[piece.path.name] = how
        self.uncertainty_s = max(self.uncertainty_s, uncertainty_s)

    def trouble(self, error: FootageError | None) -> bool:
        """Keep it, unless something was wrong before; whether there is no use in asking for the next piece."""
        self.error = self.error or error
        return error is not None and not isinstance(error, FootageMissing | FootageUnreadable)

    def brought(
        self, window: TimeWindow, destination: Path, clock: DeviceClock, notes: dict[str, Any]
    ) -> PulledFootage:
        """
        Raises:
            FootageError: what was in the way, if nothing of the window came.
        """
        if self.error is not None and not covered_by(self.placed, window):
            raise self.error
        told = {**notes, "clock": clock.note(self.uncertainty_s), "dated_by": self.dated_by}
        pulled = assembled(window, self.placed, destination, LIMITS, **told)
        if self.error is not None:
            pulled.notes["trouble"] = {"code": self.error.code, "detail": self.error.detail}
        shortfall = self.error.code if self.error is not None else ""
        return replace(pulled, clock_offset_s=clock.offset_s, shortfall=shortfall)
