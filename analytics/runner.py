"""One file, one check, one detector: the analysis that the command line and the pipeline share.

Imports no Django. A worker calls ``analyse_file`` and stores ``report.result``;
``report.stills`` are JPEG bytes with heads and plates already unreadable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from analytics.detections import Detector, DetectorIdentity
from analytics.evidence import Still
from analytics.verdict import CheckResult
from analytics.zones import Zone


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """What to ask of a file.

    ``thresholds`` override the check's defaults by name. ``zones_required``: a missing zone kind
    answers INCONCLUSIVE ``no_zone`` (the pipeline) instead of using the whole picture (the command
    line). ``window_s`` and ``covered_s`` are (start, end) in seconds from the file's first frame:
    the time that was asked for, and the parts of it the footage has; without them coverage is the
    share of first..last frame that has pictures. ``assumed_coverage``: nobody confirmed that the
    camera sees the place, so nothing it does not show contradicts anything. ``first_frame_at``
    dates the stills. ``want_stills`` False saves the rendering.
    """

    check: str
    zones: Sequence[Zone] = ()
    thresholds: Mapping[str, Any] = field(default_factory=dict)
    zones_required: bool = False
    window_s: tuple[float, float] | None = None
    covered_s: Sequence[tuple[float, float]] | None = None
    assumed_coverage: bool = False
    first_frame_at: datetime | None = None
    want_stills: bool = True
    deadline_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Seconds:
    """``wall`` and ``cpu`` of the analysis (``cpu`` with children, model load excluded), ``load`` of the model."""

    wall: float
    cpu: float
    load: float

    def as_json(self) -> dict[str, float]:
        return {"wall": round(self.wall, 3), "cpu": round(self.cpu, 3), "load": round(self.load, 3)}


@dataclass(frozen=True, slots=True)
class AnalysisReport:
    """``check_version`` and ``detector`` belong to the run's identity; ``detector`` is None when none was asked."""

    result: CheckResult
    seconds: Seconds
    check_version: str
    detector: DetectorIdentity | None
    stills: Sequence[Still] = ()

    def as_json(self) -> dict[str, Any]:
        """The answer of ``analyse_clip`` (DESIGN section 6)."""
        result = self.result
        return {
            "check": result.check,
            "verdict": str(result.verdict),
            "confidence": None if result.confidence is None else round(result.confidence, 4),
            "measurements": dict(result.measurements),
            "reasons": [reason.as_json() for reason in result.reasons],
            "coverage": round(result.coverage, 4),
            "frames": {"decoded": result.frames_decoded, "analysed": result.frames_analysed},
            "seconds": self.seconds.as_json(),
            "detector": None if self.detector is None else self.detector.as_json(),
        }


def analyse_file(path: Path, request: AnalysisRequest, detector: Detector | None) -> AnalysisReport:
    """Run one check on one video or still.

    ``detector`` may be None only where the check has no implementation (the answer is then
    UNOBSERVABLE ``no_check``, and no model need be loaded; ask ``checks.is_available`` first).

    Raises:
        UnreadableInput: the file holds no picture that can be decoded.
        ThresholdsInvalid: a threshold is unknown, ill-typed or out of range.
        CheckUnknown: no such check slug.
    """
    raise NotImplementedError
