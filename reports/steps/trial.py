"""ZoneTrial WANTED: what a check says of zones that somebody is drawing. No incident is near it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from analytics.services import detector_get
from analytics.trial_models import ZoneTrial
from analytics.trials import TrialDraft, trial_record, trial_run
from cameras.footage.states import ExcerptState
from reports.steps.base import Outcome, Step, Subject

CLIP_DEADLINE_S = 240.0


def work(trial: ZoneTrial) -> Outcome:
    assert trial.token is not None
    draft = trial_run(trial=trial, token=trial.token, detector=detector_get(), deadline_s=CLIP_DEADLINE_S)
    fields = {**draft.fields, "settled_at": timezone.now()}
    return Outcome(ExcerptState.READY, record=lambda: _record(draft), fields=fields, files=draft.files)


def give_up(trial: ZoneTrial, code: str, detail: str) -> Outcome:
    fields = {"reason_code": code[:60], "settled_at": timezone.now()}
    return Outcome(ExcerptState.FAILED, fields=fields, reason_code=code[:60])


def _record(draft: TrialDraft) -> Sequence[Subject]:
    trial_record(draft)
    return ()


STEP = Step("trial", "vision", deadline_s=300, max_attempts=2, work=work, give_up=give_up, backoff_base_s=2)
"""With the analyses, whose model it uses. It takes its turn among them: somebody waits, and is told so."""
