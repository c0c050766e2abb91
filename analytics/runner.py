"""One file, one check, one detector: the analysis that the command line and the pipeline share.

Imports no Django. A worker calls ``analyse_file`` and stores ``report.result``;
``report.stills`` are JPEG bytes with heads and plates already unreadable.
"""

from __future__ import annotations

import math
import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from analytics import checks
from analytics.against_background import Background
from analytics.blur import privacy_of
from analytics.calibration import Spoken, calibrated
from analytics.checks import words
from analytics.checks.base import Check, CheckUnavailable
from analytics.checks.judge import Caution, careful, unmeasured, zones_for
from analytics.detections import Detector, DetectorIdentity
from analytics.evidence import Still, StillContext, still_render
from analytics.frames import FileClip
from analytics.verdict import CheckResult, Moment, Reason, Verdict
from analytics.view_gate import DrawnView, ViewAnswer, is_held_beside, view_answer
from analytics.zones import Zone, whole_picture
from cameras.footage.decode import DecodeLimits
from cameras.footage.frame import Frame
from cameras.footage.sampling import ends_early
from cameras.quality import QualityReport, assess

CHANGES_ITS_ZONES = frozenset({"high_water"})
"""Checks whose own finding changes most of what a picture of the view shows: water over a road, a river over its
banks. Of these the view is asked for beside the zones before it is called another."""


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """What to ask of a file.

    ``thresholds`` override the check's defaults by name. ``zones_required``: a missing zone kind answers
    INCONCLUSIVE ``no_zone`` (the pipeline) instead of using the whole picture (the command line). ``window_s`` and
    ``covered_s`` are (start, end) in seconds from the file's first frame: the time that was asked for, and the
    parts of it the footage has; without them coverage is the share of first..last frame that has pictures.
    ``assumed_coverage``: nobody confirmed that the camera sees the place, so nothing it does not show contradicts
    anything. ``first_frame_at`` dates the stills, and may be wrong by ``clock_doubt_s`` either way. ``background``:
    the camera's own picture of the place at this time of day, for checks that can use it. ``view``: what the zones
    were drawn on; where the footage shows another view, zones count for nothing (INCONCLUSIVE ``view_moved``).
    ``want_stills`` False saves the rendering.
    """

    check: str
    zones: Sequence[Zone] = ()
    thresholds: Mapping[str, Any] = field(default_factory=dict)
    zones_required: bool = False
    window_s: tuple[float, float] | None = None
    covered_s: Sequence[tuple[float, float]] | None = None
    assumed_coverage: bool = False
    first_frame_at: datetime | None = None
    clock_doubt_s: float = 0.0
    background: Background | None = None
    view: DrawnView | None = None
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
    """``check_version`` and ``detector`` belong to the run's identity; ``detector`` is None when none was asked.

    ``picture``: how good the pictures behind the stills are; None where none was rendered. ``raw_confidence``: the
    check's own, before calibration. ``view``: whether zones lie where they were drawn; None where no
    picture of that came with the request. ``background``: the one that the check was given.
    """

    result: CheckResult
    seconds: Seconds
    check_version: str
    detector: DetectorIdentity | None
    stills: Sequence[Still] = ()
    picture: QualityReport | None = None
    raw_confidence: float | None = None
    view: ViewAnswer | None = None
    background: Background | None = None

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
        DecodeFailed, DecodeTimedOut: the file holds no picture that can be decoded.
        ThresholdsInvalid: a threshold is unknown, ill-typed or out of range.
        CheckUnknown: no such check slug.
    """
    clock = _Clock()
    clip = FileClip(path, DecodeLimits(wall_s=request.deadline_s))
    try:
        check = checks.check_for(request.check)
    except CheckUnavailable:
        return _without_check(clip, request, clock)
    if detector is None:
        raise ValueError(f"the check {request.check} needs a detector")
    clip.first_frame_at, clip.clock_doubt_s = request.first_frame_at, request.clock_doubt_s
    clip.background = request.background
    view = _view(clip, request)
    checked = _captioned(_checked(check, clip, request, detector, view))
    seconds = clock.seconds(detector)
    result = _calibrated(check, checked, detector)
    frames = _pictures(clip, result) if request.want_stills else []
    stills = _stills(frames, result, _as_seen(request, view), detector)
    picture = assess(frames) if frames else None
    return AnalysisReport(
        result=result,
        seconds=seconds,
        check_version=check.version,
        detector=detector.identity,
        stills=stills,
        picture=picture,
        raw_confidence=checked.confidence,
        view=None if request.view is None else view,
        background=request.background,
    )


def with_reason(report: AnalysisReport, reason: Reason | None) -> AnalysisReport:
    """The report with one more reason behind its own."""
    if reason is None:
        return report
    return replace(report, result=replace(report.result, reasons=[*report.result.reasons, reason]))


def _calibrated(check: Check, result: CheckResult, detector: Detector) -> CheckResult:
    """The result, told as surely as such answers turned out to be right."""
    spoken = Spoken(check.slug, check.version, detector.identity.sha256, str(result.verdict))
    return replace(result, confidence=calibrated(spoken, result.confidence))


def _view(clip: FileClip, request: AnalysisRequest) -> ViewAnswer:
    """Whether what was drawn in the camera's picture lies where it was drawn, and where the camera was said to look."""
    if request.view is None:
        return ViewAnswer(False)
    at, background = request.first_frame_at, request.background
    found = view_answer(clip, request.view, at, background)
    if not found.moved or found.since is not None or request.check not in CHANGES_ITS_ZONES:
        return found
    zones = [zone for zone in request.zones if zone.kind in checks.check_for(request.check).zone_kinds]
    return replace(found, moved=not is_held_beside(zones, clip, request.view, at, background))


def _as_seen(request: AnalysisRequest, view: ViewAnswer) -> AnalysisRequest:
    """Of a turned camera no zone is drawn on stills, and nothing is shown where some part was to be hidden: nobody
    knows where that part is now."""
    if not view.moved:
        return request
    hidden = [whole_picture("privacy")] if privacy_of(request.zones) else []
    return replace(request, zones=hidden)


def _checked(
    check: Check, clip: FileClip, request: AnalysisRequest, detector: Detector, view: ViewAnswer
) -> CheckResult:
    thresholds = checks.thresholds_from(request.check, request.thresholds)
    zones = zones_for(check, request.zones, request.zones_required)
    if zones is None:
        result = unmeasured(check.slug, check.measurement_keys, Verdict.INCONCLUSIVE, [words.no_zone(check.zone_kinds)])
        return _careful(_decodable(result, clip), clip, request)
    if view.moved and any(zone in request.zones for zone in zones):
        reasons = [words.view_moved(view.since)]
        result = unmeasured(check.slug, check.measurement_keys, Verdict.INCONCLUSIVE, reasons)
        return _careful(_decodable(result, clip), clip, request)
    result = check.run(clip, zones, thresholds, detector)
    # Of a turned camera nobody knows what it sees: not to see it there is no denial of what was reported here.
    return _careful(result, clip, replace(request, assumed_coverage=request.assumed_coverage or view.moved))


def _careful(result: CheckResult, clip: FileClip, request: AnalysisRequest) -> CheckResult:
    """As ``careful``, with what the file promises and does not give: that is no time the camera has watched, whatever
    its packets covered when it was pulled."""
    told, given, assumed = max(clip.told_s, _told_by_pull_s(clip, request)), clip.given_s, request.assumed_coverage
    if clip.is_still or given >= told:
        return careful(result, Caution(_coverage(request), assumed, clip.truncated))
    why = clip.truncated or "pictures_end_early"
    short = Caution(_coverage(request, given), assumed, why, (told, given))
    return careful(replace(result, coverage=result.coverage * given / told), short)


def _told_by_pull_s(clip: FileClip, request: AnalysisRequest) -> float:
    """Seconds from the first frame that the footage reached when it was pulled: of a format that tells no length the
    only word on what a file cut since then has lost. 0 where it gives them all, but for what may be rounding."""
    ends = max((end for _start, end in request.covered_s or ()), default=0.0)
    held, frame_s = clip.info.duration_s, clip.info.duration_s - clip.span_s
    return ends if ends_early(ends - held, frame_s) else 0.0


def _captioned(result: CheckResult) -> CheckResult:
    """The result, each moment without a caption of its own saying what the verdict is about."""
    headline = result.reasons[0]
    moments = [
        moment if moment.caption_id else replace(moment, caption_id=headline.id, caption_en=headline.en)
        for moment in result.moments
    ]
    return replace(result, moments=tuple(moments))


def _decodable(result: CheckResult, clip: FileClip) -> CheckResult:
    """The result, with the moment in the middle of the clip as its overview."""
    middle = 0.0 if clip.is_still else clip.span_s / 2
    return replace(result, moments=(Moment(middle, "overview"),))


def _without_check(clip: FileClip, request: AnalysisRequest, clock: _Clock) -> AnalysisReport:
    reasons = [words.no_check(request.check)]
    result = unmeasured(request.check, checks.MEASUREMENT_KEYS[request.check], Verdict.UNOBSERVABLE, reasons)
    return AnalysisReport(_careful(result, clip, request), clock.seconds(None), "0", None)


def _coverage(request: AnalysisRequest, given_s: float = math.inf) -> float | None:
    """Share of the asked window that the footage has; None when no window was asked. ``given_s``: seconds from the
    first frame after which no picture came."""
    if request.window_s is None or request.covered_s is None:
        return None
    start, end = request.window_s
    inside = sorted((max(start, a), min(end, b, given_s)) for a, b in request.covered_s)
    covered, reached = 0.0, start
    for a, b in inside:
        covered += max(0.0, b - max(a, reached))
        reached = max(reached, b)
    return min(1.0, covered / (end - start)) if end > start else None


def _pictures(clip: FileClip, result: CheckResult) -> list[Frame]:
    """The frames of the result's moments."""
    return list(clip.pictures_at(sorted({moment.at_s for moment in result.moments})))


def _stills(
    frames: Sequence[Frame], result: CheckResult, request: AnalysisRequest, detector: Detector
) -> tuple[Still, ...]:
    """A still per moment. Each is looked at by the detector again: what is to be blurred is on *this* picture."""
    if not frames:
        return ()
    check_kinds = checks.check_for(request.check).zone_kinds
    zones = [zone for zone in request.zones if zone.kind in check_kinds]
    context = StillContext(zones, request.first_frame_at, result.reasons[0].id, privacy_of(request.zones))
    stills = []
    for moment in result.moments:
        frame = min(frames, key=lambda f: abs(f.t_s - moment.at_s))
        [detections] = detector.detect([frame.picture])
        stills.append(still_render(moment, frame, detections, context))
    return tuple(stills)


class _Clock:
    """Wall time and processor time since it was made, ended children included."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), _cpu_s()

    def seconds(self, detector: Detector | None) -> Seconds:
        load = float(getattr(detector, "load_s", 0.0))
        return Seconds(time.perf_counter() - self._wall, _cpu_s() - self._cpu, load)


def _cpu_s() -> float:
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
