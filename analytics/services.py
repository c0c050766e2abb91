"""From a stored clip to a stored run: what the pipeline calls of this capability.

``clip_analyse`` computes and writes picture files under the caller's token, outside
any transaction; ``run_record`` adopts them. One question is answered once: a run with
the same identity is found again instead of made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from analytics.checks import check_for
from analytics.detections import Detector
from analytics.errors import ClipWithoutFile
from analytics.evidence import Still
from analytics.models import AnalysisRun, EvidenceStill
from analytics.per_process import PerProcess
from analytics.runner import AnalysisReport, AnalysisRequest, analyse_file
from analytics.scenery import Scenery, pictures_of
from analytics.zones import Zone, zones_parse
from cameras.models import FootageClip
from cameras.services.clips import clip_opened
from jsc_project.lib.errors import StorageFailed

STILLS = "stills"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a clip: the check, the zone kinds that serve it, figures in place of the check's own.

    ``assumed``: nobody confirmed that the camera sees the place. A clip is judged whole, so that
    everybody who asks the same question of it shares the answer. ``scenery``: the view its zones stand on, and the
    background to compare with.
    """

    clip: FootageClip
    check_slug: str
    zone_kinds: Sequence[str] = ()
    thresholds: Mapping[str, Any] = field(default_factory=dict)
    assumed: bool = False
    scenery: Scenery = field(default_factory=Scenery)

    def asked(self) -> dict[str, Any]:
        """All that can change the answer besides zones, check version and model.

        The footage too: a clip that came in part may be pulled again, and is then another file.
        """
        return {
            "thresholds": dict(self.thresholds),
            "zone_kinds": sorted(self.zone_kinds),
            "assumed": self.assumed,
            "footage": self.clip.sha256,
            **self.scenery.asked(),
        }

    def asked_sha256(self) -> str:
        canonical = json.dumps(self.asked(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class StoredStill:
    """A picture in the storage that no row refers to yet."""

    still: Still
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RunDraft:
    """A finished analysis that is not recorded yet. ``files`` are to be adopted or deleted."""

    question: Question
    zones_version: int
    report: AnalysisReport
    stills: Sequence[StoredStill]

    @property
    def files(self) -> list[str]:
        return [still.name for still in self.stills]


# -- The model of this process ------------------------------------------------------

_detector: PerProcess[Detector] = PerProcess()


def detector_get() -> Detector:
    """The detector of this process, loaded on first use, after the fork.

    Raises:
        WeightsError: missing, broken or refused weights.
    """
    return _detector.get(_configured)


def detector_at_hand() -> Detector:
    """As ``detector_get``, but only from what lies on this disk: a page must not wait for a download.

    Raises:
        WeightsError: missing, broken or refused weights.
    """
    return _detector.get(lambda: _configured(allow_download=False))


def detector_set(detector: Detector | None) -> None:
    """Use this one in this process; None loads the configured weights at the next need."""
    _detector.put(detector)


def _configured(*, allow_download: bool = True) -> Detector:
    from analytics.yolo import YoloDetector, YoloOptions

    options = YoloOptions(
        var_dir=settings.VAR_DIR, allow_pickle=settings.JSC_ALLOW_PICKLED_WEIGHTS, allow_download=allow_download
    )
    return YoloDetector(settings.JSC_WEIGHTS, options)


# -- One question -------------------------------------------------------------------


def run_find(*, question: Question, detector: Detector) -> AnalysisRun | None:
    """The recorded answer to this question, if it was asked before."""
    return AnalysisRun.objects.filter(
        clip=question.clip,
        check_slug=question.check_slug,
        check_version=check_for(question.check_slug).version,
        zones_version=question.clip.camera.zones_version,
        weights_sha256=detector.identity.sha256,
        thresholds_sha256=question.asked_sha256(),
    ).first()


def clip_analyse(*, question: Question, detector: Detector, token: UUID, deadline_s: float) -> RunDraft:
    """Run the check on the whole clip; stills are stored under names that carry ``token``.

    Raises:
        ClipWithoutFile: the clip holds nothing.
        UnreadableInput, ThresholdsInvalid, CheckUnknown: as ``analytics.runner.analyse_file``.
        FootageError: the footage could not be decoded in time (retryable) or at all.
        StorageFailed: the pictures cannot be kept now; none of them was.
    """
    clip = question.clip
    version, zones = clip.camera.zones_version, _zones(question)
    report = question_put(question=question, zones=zones, detector=detector, deadline_s=deadline_s)
    return RunDraft(question, version, report, _stored(report.stills, token, clip))


def question_put(*, question: Question, zones: Sequence[Zone], detector: Detector, deadline_s: float) -> AnalysisReport:
    """The check's answer, with these zones. The one door to it: what somebody tries out is asked as reports are.

    Raises:
        ClipWithoutFile, UnreadableInput, ThresholdsInvalid, CheckUnknown, FootageError: as ``clip_analyse``.
    """
    clip = question.clip
    if not clip.file or clip.media_start_at is None:
        raise ClipWithoutFile(f"clip {clip.pk} holds no footage")
    request = _request(question, clip.media_start_at, zones, deadline_s)
    with clip_opened(clip) as path:
        return analyse_file(path, request, detector)


def run_record(draft: RunDraft) -> AnalysisRun:
    """Record the draft with its stills, or answer the run that somebody else recorded first.

    Call inside the transaction that makes use of it. Of a draft that lost, nothing is adopted.
    """
    report, result, question = draft.report, draft.report.result, draft.question
    assert report.detector is not None
    run, created = AnalysisRun.objects.get_or_create(
        clip=question.clip,
        check_slug=question.check_slug,
        check_version=report.check_version,
        zones_version=draft.zones_version,
        weights_sha256=report.detector.sha256,
        thresholds_sha256=question.asked_sha256(),
        defaults={
            "model_name": report.detector.name[:200],
            "thresholds": question.asked(),
            "verdict": result.verdict,
            "confidence": result.confidence,
            "measurements": dict(result.measurements),
            "reasons": [reason.as_json() for reason in result.reasons],
            "offenders": [offender.as_json() for offender in result.offenders],
            "coverage": result.coverage,
            "picture": None if report.picture is None else report.picture.as_json(),
            "frames_decoded": result.frames_decoded,
            "frames_analysed": result.frames_analysed,
            "seconds_wall": report.seconds.wall,
            "seconds_cpu": report.seconds.cpu,
        },
    )
    if created:
        EvidenceStill.objects.bulk_create([_still_row(run, stored) for stored in draft.stills])
    return run


def _zones(question: Question) -> list[Zone]:
    """The camera's zones of the kinds that serve, and those to be hidden whatever is asked."""
    kinds = {*(question.zone_kinds or check_for(question.check_slug).zone_kinds), "privacy"}
    rows = question.clip.camera.zones.filter(kind__in=kinds).order_by("pk")
    return zones_parse(
        [{"kind": z.kind, "name": z.name, "polygon": z.polygon, "ground_points": z.ground_points or ()} for z in rows]
    )


def _request(question: Question, origin: datetime, zones: Sequence[Zone], deadline_s: float) -> AnalysisRequest:
    """Times as seconds from ``origin``, the time of the clip's first frame."""
    clip, (view, background) = question.clip, pictures_of(question.scenery)

    def seconds(at: datetime) -> float:
        return (at - origin).total_seconds()

    return AnalysisRequest(
        check=question.check_slug,
        zones=zones,
        thresholds=question.thresholds,
        zones_required=True,
        window_s=(seconds(clip.start_at), seconds(clip.end_at)),
        covered_s=[(seconds(part.start), seconds(part.end)) for part in clip.covered_windows],
        assumed_coverage=question.assumed,
        first_frame_at=origin,
        clock_doubt_s=clip.clock_doubt_s,
        background=background,
        view=view,
        deadline_s=deadline_s,
    )


def _stored(stills: Sequence[Still], token: UUID, clip: FootageClip) -> list[StoredStill]:
    """All of them or none: a storage that fills up must not keep the half of every try."""
    stored: list[StoredStill] = []
    try:
        for still in stills:
            stored.append(_store(still, token, clip))  # noqa: PERF401 - what came before a failure is needed
    except StorageFailed:
        for one in stored:
            default_storage.delete(one.name)
        raise
    return stored


def _store(still: Still, token: UUID, clip: FootageClip) -> StoredStill:
    at = still.at or clip.start_at
    name = default_storage.save(
        f"{STILLS}/{at:%Y/%m/%d}/{token.hex}_{clip.pk}_{still.file_name}", ContentFile(still.jpeg)
    )
    return StoredStill(still, name, hashlib.sha256(still.jpeg).hexdigest())


def _still_row(run: AnalysisRun, stored: StoredStill) -> EvidenceStill:
    still, moment = stored.still, stored.still.moment
    return EvidenceStill(
        run=run,
        kind=moment.kind,
        at=still.at or timezone.now(),
        caption_id=moment.caption_id[:300],
        caption_en=moment.caption_en[:300],
        file=stored.name,
        sha256=stored.sha256,
        width=still.width,
        height=still.height,
    )
