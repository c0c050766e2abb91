"""What one look at a camera says: the picture that came, or the error that came instead. [core]"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from cameras.footage.frame import Frame, Picture
from cameras.patrol.daylight import is_daylight
from cameras.patrol.view import Change, ViewCheck, view_check
from cameras.patrol.words import FROZEN, NIGHT_DARK, STALE, VIEW_MOVED, words_of
from cameras.quality import TOO_DARK, assess
from cameras.words import why_of
from jsc_project.lib.errors import JscError
from jsc_project.lib.when import wib_text

SmallPlane = npt.NDArray[np.uint8]

SMALL_PX = 160
SAME_MEAN = 0.8
SAME_MAX = 8.0
"""Grey levels between two small planes. A repeated picture, encoded again: at most 0.7 and 6 (measured; JPEG at the
same quality: 0). A clock that went on, letters of 2 % of the height: over 40 somewhere. A street that stands still
under a steady lamp differs as little, so time and daylight have to help."""

FROZEN_IDENTICAL = timedelta(minutes=20)
"""No sensor gives the same picture twice, to the last bit."""

FROZEN_ALIKE = timedelta(minutes=60)
"""In daylight: the sun has moved, clouds have passed, somebody has walked by."""

STALE_AFTER = timedelta(hours=3)
"""Recorders cut by the hour; what is older than three was not recorded by one that works."""

OURS = frozenset({"storage_full", "decode_interrupted"})
OURS_READING = frozenset({"out_of_memory", "io_error", "not_found"})
"""Our own trouble: nothing was learned about the camera."""


class Outcome(StrEnum):
    GOOD = "good"
    BAD = "bad"
    NIGHT = "night"
    """It answers with a picture that cannot be judged before morning."""
    REPEAT = "repeat"
    """It answers, with the recording that was looked at last time: nothing newer is closed yet."""
    NOTHING = "nothing"
    """Nothing was learned about it."""


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """What earlier looks left behind. ``plane_at``: when the picture of ``plane`` was taken."""

    plane: SmallPlane | None = None
    plane_at: datetime | None = None
    unchanged_since: datetime | None = None
    reference: Picture | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """``sentence``: Indonesian, for people. ``fit``: a picture that shows something, whatever it shows.

    ``memory``: to be kept for the next look (its reference is never set here).
    """

    outcome: Outcome
    code: str = ""
    sentence: str = ""
    quality: dict[str, Any] = field(default_factory=dict)
    memory: Memory | None = None
    view: ViewCheck | None = None
    fit: bool = False


def failed(error: JscError) -> Finding:
    """No picture came."""
    reading = error.data.get("reason") in OURS_READING
    outcome = Outcome.NOTHING if error.code in OURS or reading else Outcome.BAD
    if error.code == "footage_missing":
        return Finding(outcome, error.code, words_of(error.code).id)
    return Finding(outcome, error.code, why_of(error).id)


def known_without_picture(taken_at: datetime | None, memory: Memory, now: datetime) -> Finding | None:
    """What the time of the newest picture says alone; None when the picture has to be looked at."""
    if taken_at is None:
        return None
    if now - taken_at > STALE_AFTER:
        return Finding(Outcome.BAD, STALE, f"rekaman terbaru berasal dari {wib_text(taken_at)}")
    if memory.plane_at is not None and abs(taken_at - memory.plane_at) < timedelta(seconds=1):
        return Finding(Outcome.REPEAT)
    return None


def judged(picture: Picture, taken_at: datetime | None, memory: Memory, now: datetime) -> Finding:
    """``taken_at``: true time of ``picture`` where something tells it; ask ``known_without_picture`` first."""
    at = taken_at or now
    report = assess([Frame(0.0, picture)])
    quality = report.as_json()
    kept = _remembered(picture, at, memory)
    dark_at_night = report.reasons == (TOO_DARK,) and not is_daylight(at)
    if report.reasons and not dark_at_night:
        return Finding(Outcome.BAD, report.reasons[0], quality=quality, memory=kept)
    if dark_at_night:  # before anything is called frozen: black is the same black for hours
        return Finding(Outcome.NIGHT, NIGHT_DARK, quality=quality, memory=kept)
    if kept.unchanged_since is not None and _frozen(kept, memory, at):
        sentence = f"gambar membeku: tidak berubah sejak {wib_text(kept.unchanged_since)}"
        return Finding(Outcome.BAD, FROZEN, sentence, quality, kept)
    return _viewed(picture, at, Finding(Outcome.GOOD, quality=quality, memory=kept, fit=True), memory)


def _viewed(picture: Picture, at: datetime, good: Finding, memory: Memory) -> Finding:
    """Lamps and headlights draw other edges than the sun, so views are compared by day alone."""
    if memory.reference is None or not is_daylight(at):
        return good
    view = view_check(memory.reference, picture)
    quality = {**good.quality, "view": view.as_json()}
    moved = view.change in {Change.SHIFTED, Change.DIFFERENT}
    outcome, code = (Outcome.BAD, VIEW_MOVED) if moved else (Outcome.GOOD, "")
    return Finding(outcome, code, quality=quality, memory=good.memory, view=view, fit=True)


def _remembered(picture: Picture, at: datetime, memory: Memory) -> Memory:
    plane = small_plane(picture)
    if memory.plane is None or memory.plane_at is None:
        return Memory(plane, at)
    mean, largest = _difference(memory.plane, plane)
    same = mean <= SAME_MEAN and largest <= SAME_MAX
    return Memory(plane, at, (memory.unchanged_since or memory.plane_at) if same else None)


def _frozen(kept: Memory, before: Memory, at: datetime) -> bool:
    assert kept.plane is not None
    assert kept.unchanged_since is not None
    assert before.plane is not None
    span = at - kept.unchanged_since
    if _difference(before.plane, kept.plane) == (0.0, 0.0):
        return span >= FROZEN_IDENTICAL
    return span >= FROZEN_ALIKE and is_daylight(at) and is_daylight(kept.unchanged_since)


def _difference(before: SmallPlane, now: SmallPlane) -> tuple[float, float]:
    """Mean and largest, in grey levels."""
    if before.shape != now.shape:
        return 255.0, 255.0
    difference = cv2.absdiff(before, now)
    return float(difference.mean()), float(difference.max())


def small_plane(picture: Picture) -> SmallPlane:
    """Grey, ``(height, 160)``."""
    height, width = picture.shape[:2]
    size = (SMALL_PX, max(1, round(height * SMALL_PX / width)))
    return np.asarray(
        cv2.cvtColor(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY), np.uint8
    )


def plane_packed(plane: SmallPlane) -> bytes:
    """As PNG."""
    return bytes(cv2.imencode(".png", plane)[1])


def plane_unpacked(packed: bytes | memoryview | None) -> SmallPlane | None:
    """None when there is none, or it cannot be read."""
    if not packed:
        return None
    plane = cv2.imdecode(np.frombuffer(packed, np.uint8), cv2.IMREAD_GRAYSCALE)
    return None if plane is None else np.asarray(plane, np.uint8)
