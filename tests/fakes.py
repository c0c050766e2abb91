"""Stand-ins for what tests must not need: a model, a recorder, a check that takes seconds."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np

from analytics import faces, services
from analytics.detections import Detections, DetectorIdentity
from analytics.evidence import Still
from analytics.plates import hide
from analytics.runner import AnalysisReport, AnalysisRequest, Seconds
from analytics.verdict import CheckResult, Moment, Reason, Verdict
from cameras.footage.context import SourceContext
from cameras.footage.source import FootageError, FootageMissing, PulledFootage
from cameras.footage.window import TimeWindow

WEIGHTS_SHA256 = "f" * 64


class FakeDetector:
    """Sees nothing; has an identity."""

    identity = DetectorIdentity("fake", WEIGHTS_SHA256)

    def detect(self, pictures: Sequence[Any]) -> list[Detections]:
        return [Detections.none() for _ in pictures]


class NoFaces:
    """Finds none, in no time."""

    def near(self, picture: Any) -> Any:
        return np.zeros((0, 5), np.float32)

    fine = near


@contextmanager
def nobody_found() -> Iterator[None]:
    """This process finds no object, no face and no plate, and needs no model for it."""
    services.detector_set(FakeDetector())
    faces.face_finder_set(NoFaces())
    hide.plate_finder_set(NoPlates())
    try:
        yield
    finally:
        services.detector_set(None)
        faces.face_finder_set(None)
        hide.plate_finder_set(None)


class NoPlates:
    def plates(self, picture: Any, found: Detections) -> Any:
        return np.zeros((0, 4), np.float32)


@dataclass
class Recorder:
    """A footage source that holds what a test says. ``answers``: camera code -> share 0-1, or an error to raise."""

    answers: dict[str, Any] = field(default_factory=dict)
    pulls: list[str] = field(default_factory=list)

    def source_for(self, kind: str, context: SourceContext) -> Any:
        return _RecorderSource(self, str(context.settings["code"]))


@dataclass
class _RecorderSource:
    kind: ClassVar[str] = "fake"
    has_past: ClassVar[bool] = True
    real_time: ClassVar[bool] = False
    stills_only: ClassVar[bool] = False
    recorder: Recorder
    code: str

    def pull(self, window: TimeWindow, destination: Path) -> PulledFootage:
        self.recorder.pulls.append(self.code)
        answer = self.recorder.answers.get(self.code, 1.0)
        if isinstance(answer, FootageError):
            raise answer
        if answer == 0:
            raise FootageMissing("nothing was recorded in this window")
        destination.write_bytes(f"footage of {self.code} {uuid.uuid4()}".encode())
        covered = TimeWindow(window.start, window.start + (window.end - window.start) * answer)
        return PulledFootage(destination, window.start, [covered])


@dataclass
class Analyst:
    """Answers for ``analyse_file``: camera code (from the footage) -> verdict, or an error to raise."""

    verdicts: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, AnalysisRequest]] = field(default_factory=list)
    before_answering: Any = None

    def analyse_file(self, path: Path, request: AnalysisRequest, detector: Any) -> AnalysisReport:
        code = path.read_text().split()[2]
        self.asked.append((code, request))
        if self.before_answering is not None:
            self.before_answering()
        verdict = self.verdicts.get(code, Verdict.SUPPORTED)
        if isinstance(verdict, Exception):
            raise verdict
        return report_of(verdict, request)


def report_of(verdict: Verdict, request: AnalysisRequest) -> AnalysisReport:
    reason = Reason("stopped", "mobil diam 184 dtk", "a car stood still for 184 s")
    result = CheckResult(
        check=request.check,
        verdict=verdict,
        confidence=0.9 if verdict in {Verdict.SUPPORTED, Verdict.CONTRADICTED} else None,
        measurements={"longest_dwell_s": 184.0},
        reasons=(reason,),
        coverage=1.0,
        frames_decoded=10,
        frames_analysed=10,
    )
    moment = Moment(1.0, "event", caption_id="mobil", caption_en="a car")
    still = Still(jpeg=tiny_jpeg(), width=32, height=24, moment=moment, at=datetime.now(UTC))
    return AnalysisReport(result, Seconds(0.1, 0.1, 0.0), "1", FakeDetector.identity, (still,))


def tiny_jpeg() -> bytes:
    return bytes(cv2.imencode(".jpg", np.zeros((24, 32, 3), np.uint8))[1])
