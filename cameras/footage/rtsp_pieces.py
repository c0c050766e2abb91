"""What was captured for one window, on disk with its dates, so that the next try goes on from it."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cameras.footage.assemble import limited, media_of, placed
from cameras.footage.limits import DecodeLimits
from cameras.footage.source import FootageError
from cameras.footage.timeline import Placed, covered_by
from cameras.footage.window import TimeWindow, merged

READ_LIMITS = DecodeLimits(wall_s=60.0)


@dataclass(frozen=True, slots=True)
class Dated:
    """``began_at``: true time of the piece's first picture. ``good_to_s``: seconds of it that are dated for sure.
    ``how``: the word for the notes; ``uncertainty_s`` of the date."""

    path: Path
    began_at: datetime
    how: str
    uncertainty_s: float = 0.0
    good_to_s: float = math.inf


class PieceStore:
    """Pieces of one window in one folder, each with a note of its date beside it."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self._folder = folder
        self._prefix = prefix
        folder.mkdir(parents=True, exist_ok=True)
        self._take = len(list(folder.glob(f"{prefix}*")))

    def next_files(self) -> Path:
        """Folder and beginning of the names of the next capture's pieces: never one that is there."""
        while True:
            self._take += 1
            files = self._folder / f"{self._prefix}-{self._take:03d}"
            if not list(self._folder.glob(f"{files.name}-*")):
                return files

    def keep(self, piece: Dated) -> None:
        told = {
            "began_at": piece.began_at.timestamp(),
            "how": piece.how,
            "uncertainty_s": piece.uncertainty_s,
            "good_to_s": piece.good_to_s if math.isfinite(piece.good_to_s) else None,
        }
        note = piece.path.with_suffix(".json")
        part = note.with_suffix(".json.part")
        part.write_text(json.dumps(told), encoding="ascii")
        part.replace(note)

    def pieces(self) -> list[Dated]:
        """Those with a readable note: a piece whose date is lost is no evidence of any time."""
        found = []
        for note in sorted(self._folder.glob(f"{self._prefix}-*.json")):
            path = note.with_suffix(".mkv")
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                found.append(_read(path, json.loads(note.read_text(encoding="ascii"))))
        return [piece for piece in found if piece.path.exists()]

    def placed(self) -> list[Placed]:
        """On true time, as far as they can be read and are dated."""
        pieces = self.pieces()
        facts = media_of([piece.path for piece in pieces], READ_LIMITS)
        out = []
        for piece in pieces:
            info = facts[piece.path]
            if isinstance(info, FootageError) or info.is_still:
                continue
            whole = placed(piece.path, piece.began_at, info)
            out.append(whole if piece.good_to_s >= info.duration_s else limited(whole, piece.good_to_s))
        return out

    def missing(self, window: TimeWindow, within_s: float = 0.0) -> list[TimeWindow]:
        """What of the window no piece shows; stretches of at most ``within_s`` are left out."""
        return gaps(covered_by(self.placed(), window), window, within_s)


def _read(path: Path, told: Mapping[str, Any]) -> Dated:
    good_to_s = told["good_to_s"]
    return Dated(
        path,
        datetime.fromtimestamp(told["began_at"], UTC),
        str(told["how"]),
        float(told["uncertainty_s"]),
        math.inf if good_to_s is None else float(good_to_s),
    )


def gaps(covered: Sequence[TimeWindow], window: TimeWindow, within_s: float = 0.0) -> list[TimeWindow]:
    """What of ``window`` is not covered."""
    out, at = [], window.start
    for part in merged(covered, join_s=0.0):
        if (part.start - at).total_seconds() > within_s:
            out.append(TimeWindow(at, part.start))
        at = max(at, part.end)
    if (window.end - at).total_seconds() > within_s:
        out.append(TimeWindow(at, window.end))
    return out
