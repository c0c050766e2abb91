"""From zones on somebody's screen to what a check says of them on the camera's last footage.

Asked through ``analytics.services`` as reports are: the same thresholds, background and view. Only the zones are those
of the screen, so that the person sees what the pipeline would say once they are stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from analytics.against_background import USES_BACKGROUND
from analytics.checks import check_for
from analytics.detections import Detector
from analytics.errors import ClipWithoutFile
from analytics.evidence import Still
from analytics.runner import AnalysisReport
from analytics.scenery import Scenery, scenery_of
from analytics.services import Question, question_put
from analytics.trial_models import TrialStill, ZoneTrial
from analytics.zones import Zone, zones_parse
from cameras.models import Camera
from cameras.patrol.daypart import day_part
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
        ZonesInvalid, UnreadableInput, ThresholdsInvalid, CheckUnknown: as ``analytics.services.question_put``.
        FootageError: the footage could not be decoded in time (retryable) or at all.
        StorageFailed: the pictures cannot be kept now; none of them was.
    """
    clip = trial.clip
    if not clip_is_playable(clip):
        raise ClipWithoutFile(f"clip {clip.pk} holds no footage ({clip.state})")
    if not default_storage.exists(str(clip.file.name)):
        raise ClipWithoutFile(f"the footage of clip {clip.pk} is not in the storage")
    question = _question(trial)
    report = question_put(question=question, zones=_zones(trial), detector=detector, deadline_s=deadline_s)
    result = {**_told(report), "compared": _compared(question, report)}
    return TrialDraft({"result": result, "reason_code": ""}, _stored(trial, report.stills, token))


def _question(trial: ZoneTrial) -> Question:
    """What a report would ask of this clip (``reports.steps.analyse``)."""
    return Question(
        trial.clip,
        trial.check_slug,
        trial.zone_kinds,
        trial.thresholds,
        trial.camera.coverage_kind == Camera.CoverageKind.ASSUMED,
        scenery_of(trial.clip),
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


def _compared(question: Question, report: AnalysisReport) -> dict[str, Any]:
    """What the answer was measured against, for the person: the background of which part of the day, and which view.

    ``view``: ``unknown`` (no picture of it), ``unchecked`` (none in this light), ``held``, ``moved``.
    """
    clip, known = question.clip, report.background
    return {
        "part": str(day_part(clip.media_start_at or clip.start_at)),
        "uses_background": question.check_slug in USES_BACKGROUND,
        "background": known
        and {
            "version": known.version,
            "looks": known.looks,
            "until": known.until and known.until.isoformat(),
            "enough": known.steady and known.is_made_well,
        },
        "view": _view_told(question.scenery, report),
        "confirmed_after": _confirmed_after(question.scenery, clip.end_at),
    }


def _view_told(scenery: Scenery, report: AnalysisReport) -> str:
    if report.view is not None and report.view.moved:
        return "moved"
    if scenery.view is None:
        return "unknown"
    return "held" if report.view is not None and report.view.checked is not None else "unchecked"


def _confirmed_after(scenery: Scenery, end: datetime) -> bool:
    """The footage is older than the view that the zones stand on, and may show the one before."""
    return scenery.stale_since is None and scenery.view is not None and scenery.view.at > end


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
