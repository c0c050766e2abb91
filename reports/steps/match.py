"""Verification PENDING: the cameras that see the point, and the first clip asked for."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from analytics.checks import is_available
from reports.lifecycle import VerificationState
from reports.models import Verification, VerificationMatch
from reports.selectors.sightings import best_views
from reports.services.footage import clip_ask
from reports.steps import overload
from reports.steps.base import Outcome, Step, Subject

NO_CAMERA, NO_CHECK, ANALYSIS_FAILED = "no_camera", "no_check", "analysis_failed"


def work(verification: Verification) -> Outcome:
    if overload.is_overdue(verification):
        return overload.ended()
    if not is_available(verification.check_slug):
        return analysed(NO_CHECK)
    sightings = best_views(verification.point, settings.JSC_MAX_CAMERAS)
    if not sightings:
        return analysed(NO_CAMERA)
    rows = [
        VerificationMatch(
            verification=verification, camera_id=s.camera_id, rank=rank, metres=s.metres, assumed=s.assumed
        )
        for rank, s in enumerate(sightings)
    ]
    return Outcome(VerificationState.MATCHED, record=lambda: _record(rows), next_run=overload.look_again_at())


def give_up(verification: Verification, code: str, detail: str) -> Outcome:
    return analysed(ANALYSIS_FAILED, detail)


def analysed(code: str, detail: str = "") -> Outcome:
    """Straight to the decision, with the reason why no clip can answer."""
    fields = {"outcome_code": code, "last_error": detail[:500]}
    return Outcome(VerificationState.ANALYSED, fields=fields, reason_code=code)


def _record(rows: Sequence[VerificationMatch]) -> Sequence[Subject]:
    made = VerificationMatch.objects.bulk_create(rows)
    return clip_ask(match=made[0])


STEP = Step("match", "intake", deadline_s=30, max_attempts=6, work=work, give_up=give_up, backoff_base_s=2)
