"""From a written file to a finished segment: what the recording child's files say of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cameras.footage.capture_pieces import Piece
from cameras.ring import spool
from cameras.ring.clock import Anchor, AnchoredClock
from cameras.ring.spool import Segment

HOLE_FRAMES = 2.5
"""A camera that sends a picture every few seconds has no holes between them (the rule of ``sampling.stretches``)."""
SET_BACK_S = 5.0
"""What was recorded before the clock was set back by more than this cannot be believed any more."""
FRAME_MOST_S = 1.0
DEVICE_OFF_MOST_S = 10.0
"""A camera's clock that is farther off than this is not the well-kept one that the setting promises."""


@dataclass(slots=True)
class Dating:
    """What one camera's segments know of the clock. Outlives connections, so that no setting of the clock is missed.

    ``device_offset_s``: the camera's own clock minus true time, where its pictures are dated by that; else None.
    """

    clock: AnchoredClock
    device_offset_s: float | None = None
    _last: Anchor | None = None

    def start_s(self, piece: Piece, anchor: Anchor) -> float:
        """By arrival, or by the camera's clock as long as that is anywhere near."""
        arrived_s = anchor.at(piece.began_mono_s)
        if self.device_offset_s is None or piece.device_began_at is None:
            return arrived_s
        told_s = piece.device_began_at - self.device_offset_s
        return told_s if abs(told_s - arrived_s) <= DEVICE_OFF_MOST_S else arrived_s

    def set_back(self, anchor: Anchor) -> bool:
        """Whether the clock was set back by much since the segment before; told to one segment only."""
        before, self._last = self._last, anchor
        return before is not None and anchor.offset_s - before.offset_s < -SET_BACK_S


def finished(piece: Piece, camera_id: int, anchor: Anchor, dating: Dating) -> Segment | None:
    """The closed ``piece`` under its finished name; None, and no file, where it holds nothing to show.

    ``anchor``: the clock as it was when the piece was opened.

    Raises:
        OSError: no room for the facts; the file stays as it is.
    """
    part = Path(piece.path)
    if piece.frames < 2 or piece.length_s <= 0:
        part.unlink(missing_ok=True)
        return None
    shown_s = piece.length_s - sum(end_s - start_s for start_s, end_s in piece.holes)
    frame_s = min(FRAME_MOST_S, shown_s / (piece.frames - 1))
    start_s = dating.start_s(piece, anchor)
    segment = Segment(
        part,
        camera_id,
        start_s,
        start_s + piece.length_s + frame_s,
        stretches_between(piece.holes, piece.length_s, frame_s),
        clock_set=dating.set_back(anchor),
    )
    return spool.finish(part, segment)


def stretches_between(
    holes: Sequence[Sequence[float]], length_s: float, frame_s: float
) -> tuple[tuple[float, float], ...]:
    """What lies between the holes, each with its last picture's length; empty where there is no real hole."""
    out, start_s = [], 0.0
    for hole_start_s, hole_end_s in holes:
        if hole_end_s - hole_start_s > HOLE_FRAMES * frame_s:
            out.append((start_s, hole_start_s + frame_s))
            start_s = hole_end_s
    return (*out, (start_s, length_s + frame_s)) if out else ()
