"""What a check answers: one of four verdicts, figures, and reasons a lurah can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """Never fewer than four. A verdict speaks of the condition: SUPPORTED means it is there."""

    SUPPORTED = "SUPPORTED"
    CONTRADICTED = "CONTRADICTED"
    INCONCLUSIVE = "INCONCLUSIVE"
    UNOBSERVABLE = "UNOBSERVABLE"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, for machines (``code``) and for people in Indonesian (``id``) and English (``en``)."""

    code: str
    id: str
    en: str

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "id": self.id, "en": self.en}


@dataclass(frozen=True, slots=True)
class Mark:
    """One box worth showing. ``box`` is x1, y1, x2, y2 in 0-1 of the picture, origin top left."""

    box: tuple[float, float, float, float]
    label_id: str
    label_en: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame worth keeping as a still: seconds from the first frame, its role, what to draw.

    ``kind`` is "before", "event", "after" or "overview".
    """

    at_s: float
    kind: str
    marks: tuple[Mark, ...] = ()
    caption_id: str = ""
    caption_en: str = ""


@dataclass(frozen=True, slots=True)
class Offender:
    """A vehicle that is the violation itself, and where it was: ``track`` holds (seconds from the first frame, box),
    ascending, one entry for what stood. A vehicle that only waits in a queue is none.
    """

    start_s: float
    end_s: float
    track: tuple[tuple[float, tuple[float, float, float, float]], ...]

    def __post_init__(self) -> None:
        if not self.track or self.end_s < self.start_s:
            raise ValueError(f"an offender was somewhere for some time, got {self.start_s}..{self.end_s}, {self.track}")

    def as_json(self) -> dict[str, Any]:
        """``{"start_s", "end_s", "track": [[t_s, x1, y1, x2, y2], ...]}``."""
        track = [[round(t_s, 2), *(round(value, 4) for value in box)] for t_s, box in self.track]
        return {"start_s": round(self.start_s, 2), "end_s": round(self.end_s, 2), "track": track}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Offender:
        track = tuple((float(t), (float(a), float(b), float(c), float(d))) for t, a, b, c, d in value["track"])
        return cls(float(value["start_s"]), float(value["end_s"]), track)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The answer of one check on one clip.

    ``confidence`` is 0-1 or None where nothing was measured; ``coverage`` 0-1 is the
    share of the judged window that has pictures (1 for a still). A figure that could
    not be measured is None in ``measurements``, never missing. ``offenders``: of a SUPPORTED traffic violation, the
    vehicles that it speaks of.
    """

    check: str
    verdict: Verdict
    confidence: float | None
    measurements: Mapping[str, Any]
    reasons: Sequence[Reason]
    coverage: float
    frames_decoded: int
    frames_analysed: int
    moments: Sequence[Moment] = field(default_factory=tuple)
    offenders: Sequence[Offender] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.coverage <= 1:
            raise ValueError(f"coverage must be within 0..1, got {self.coverage}")
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise ValueError(f"confidence must be within 0..1 or None, got {self.confidence}")
        if not self.reasons:
            raise ValueError(f"a {self.verdict} without a reason cannot be explained to anybody")
