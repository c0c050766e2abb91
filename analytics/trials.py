"""From zones on somebody's screen to what a check says of them on the camera's last footage."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from analytics.checks import check_for
from analytics.detections import Detector
from analytics.errors import ClipWithoutFile
from analytics.evidence import Still
from analytics.runner import AnalysisReport, AnalysisRequest, analyse_file
from analytics.trial_models import TrialStill, ZoneTrial
from analytics.zones import Zone, zones_parse
from cameras.models import Camera, FootageClip
from cameras.services.clips import clip_opened
from cameras.services.excerpts import clip_is_playable
from jsc_project.lib.errors import StorageFailed
from jsc_project.storage import erase

FOLDER = "trials"


@dataclass(frozen=True, slots=True)
class TrialDraft:
    """A finished trial that is not recorded yet: ``fields`` of its row, stills whose ``files`` nobody refers to."""

    fields: dict[str, Any]
    stills: Sequence[TrialStill]

    @property
    def files(self) -> list[str]:
        return [str(still.file.name) for still in self.stills]


def trial_run(*, trial: ZoneTrial, token: UUID, detector: Detector, deadline_s: float) -> TrialDraft:
    """Run the check of the trial on its clip, with its zones and no others.

    Raises:
        ClipWithoutFile: the clip's footage is not there (any more).
        ZonesInvalid, UnreadableInput, ThresholdsInvalid, CheckUnknown: as ``analytics.runner.analyse_file``.
        FootageError: the footage could not be decoded in time (retryable) or at all.
        StorageFailed: the pictures cannot be kept now; none of them was.
    """
    clip = trial.clip
    if not clip_is_playable(clip):
        raise ClipWithoutFile(f"clip {clip.pk} holds no footage ({clip.state})")
    with clip_opened(clip) as path:
        if not path.is_file():
            raise ClipWithoutFile(f"the footage of clip {clip.pk} is not in the storage")
        report = analyse_file(path, _request(trial, clip, deadline_s), detector)
    return TrialDraft({"result": _told(report), "reason_code": ""}, _stored(trial, report.stills, token))


def _request(trial: ZoneTrial, clip: FootageClip, deadline_s: float) -> AnalysisRequest:
    """As the pipeline asks: no zone, no answer."""
    origin = clip.media_start_at
    assert origin is not None

    def span(start: datetime, end: datetime) -> tuple[float, float]:
        return (start - origin).total_seconds(), (end - origin).total_seconds()

    return AnalysisRequest(
        check=trial.check_slug,
        zones=_zones(trial),
        thresholds=trial.thresholds,
        zones_required=True,
        window_s=span(clip.start_at, clip.end_at),
        covered_s=[span(part.start, part.end) for part in clip.covered_windows],
        assumed_coverage=trial.camera.coverage_kind == Camera.CoverageKind.ASSUMED,
        first_frame_at=origin,
        deadline_s=deadline_s,
    )


def _zones(trial: ZoneTrial) -> list[Zone]:
    """Those that serve the check, the drawn privacy zones, and the stored ones: not storing shows nobody."""
    kinds = {*(trial.zone_kinds or check_for(trial.check_slug).zone_kinds), "privacy"}
    hidden = trial.camera.zones.filter(kind="privacy").order_by("pk").values("kind", "name", "polygon")
    return zones_parse([*(zone for zone in trial.zones if zone.get("kind") in kinds), *hidden])


def _told(report: AnalysisReport) -> dict[str, Any]:
    told = report.as_json()
    names = ("verdict", "confidence", "measurements", "reasons", "coverage", "frames", "seconds")
    return {name: told[name] for name in names}


def _stored(trial: ZoneTrial, stills: Sequence[Still], token: UUID) -> list[TrialStill]:
    """All of them or none, as for evidence."""
    kept: list[TrialStill] = []
    try:
        for place, still in enumerate(stills):
            name = f"{FOLDER}/{trial.created_at:%Y/%m/%d}/{token.hex}_{place}.jpg"
            kept.append(_row(trial, still, place, default_storage.save(name, ContentFile(still.jpeg))))
    except StorageFailed:
        for one in kept:
            default_storage.delete(str(one.file.name))
        raise
    return kept


def _row(trial: ZoneTrial, still: Still, place: int, name: str) -> TrialStill:
    moment = still.moment
    captions = {"caption_id": moment.caption_id[:300], "caption_en": moment.caption_en[:300]}
    sha256 = hashlib.sha256(still.jpeg).hexdigest()
    return TrialStill(trial=trial, file=name, sha256=sha256, place=place, **captions)


def trial_record(draft: TrialDraft) -> None:
    """Call inside the transaction that writes ``draft.fields``."""
    TrialStill.objects.bulk_create(draft.stills)


def trials_purge(now: datetime) -> int:
    """Forget what has expired, pictures included; how many.

    Rows first: pictures that a crash leaves behind are swept with those that no row refers to.
    """
    gone = ZoneTrial.objects.filter(expires_at__lte=now)
    names = list(TrialStill.objects.filter(trial__in=gone).values_list("file", flat=True))
    _rows, by_model = gone.delete()
    for name in names:
        erase(name)
    return by_model.get(ZoneTrial._meta.label, 0)
