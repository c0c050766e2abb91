"""Verification MATCHED: when every clip asked for is settled, run the check; ask the next camera while undecided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from analytics.detections import Detector
from analytics.models import AnalysisRun
from analytics.scenery import scenery_of
from analytics.services import Question, RunDraft, clip_analyse, detector_get, run_find, run_record
from cameras.footage.states import SETTLED, ClipState
from jsc_project.lib.errors import JscError
from reports.lifecycle import VerificationState
from reports.models import Verification, VerificationMatch
from reports.selectors.answers import Hearing, hearing_of
from reports.services.footage import clip_ask
from reports.steps import overload
from reports.steps.base import Outcome, Step, Subject, Wait
from reports.steps.match import ANALYSIS_FAILED, analysed
from reports.weighing import Answer, is_decided

NO_FOOTAGE = "no_footage"
CLIP_DEADLINE_S = 240.0
PLAYABLE = frozenset({ClipState.HELD, ClipState.PARTIAL})


@dataclass(slots=True)
class Found:
    """What this turn learned: run of a match, draft of a match, or why a match will have none."""

    runs: dict[int, AnalysisRun] = field(default_factory=dict)
    drafts: dict[int, RunDraft] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    @property
    def files(self) -> list[str]:
        return [name for draft in self.drafts.values() for name in draft.files]


def work(verification: Verification) -> Outcome | Wait:
    if overload.is_overdue(verification):
        return overload.ended()
    matches = list(
        VerificationMatch.objects.filter(verification=verification)
        .select_related("clip__camera", "camera", "run")
        .order_by("rank")
    )
    waiting = [m.clip for m in matches if m.clip is not None and m.clip.state not in SETTLED]
    no_more = overload.footage_is_over(verification)
    if waiting and not no_more:
        return Wait(overload.look_again_at(*(clip.next_run for clip in waiting)))
    found = _found(verification, [m for m in matches if m.clip is not None and m.clip.state in SETTLED])
    following = next((m for m in matches if m.clip is None), None)
    if following is not None and not no_more and not is_decided(found.answers):
        return _next_camera(found, following)
    code = "" if found.answers else NO_FOOTAGE
    fields = {"outcome_code": code}
    record = lambda: _record(found)  # noqa: E731 - bound, for the record
    return Outcome(VerificationState.ANALYSED, record=record, fields=fields, files=found.files, reason_code=code)


def give_up(verification: Verification, code: str, detail: str) -> Outcome:
    return analysed(ANALYSIS_FAILED, f"{code}: {detail}")


def _found(verification: Verification, asked: Sequence[VerificationMatch]) -> Found:
    found, hearing = Found(), hearing_of(verification, asked)
    for match in asked:
        if match.run is not None:
            found.answers.append(hearing.of_run(match, match.run))
        elif match.clip is not None and match.clip.state in PLAYABLE and not match.failure:
            _ask(hearing, match, found)
    return found


def _ask(hearing: Hearing, match: VerificationMatch, found: Found) -> None:
    verification = hearing.verification
    assert match.clip is not None
    assert verification.token is not None
    question = Question(
        match.clip,
        verification.check_slug,
        verification.zone_kinds,
        verification.thresholds,
        match.assumed,
        scenery_of(match.clip),
    )
    detector: Detector = detector_get()
    known = run_find(question=question, detector=detector)
    if known is not None:
        found.runs[match.pk] = known
        found.answers.append(hearing.of_run(match, known))
        return
    try:
        draft = clip_analyse(question=question, detector=detector, token=verification.token, deadline_s=CLIP_DEADLINE_S)
    except JscError as exc:
        if exc.retryable or exc.code in SETTINGS_AT_FAULT:
            raise
        # This clip will never answer; another camera's may.
        found.failures[match.pk] = exc.code[:60]
        return
    found.drafts[match.pk] = draft
    found.answers.append(hearing.of_result(match, draft.report.result, draft.report.picture))


SETTINGS_AT_FAULT = frozenset(
    {"thresholds_invalid", "unknown_check", "no_check", "zones_invalid", "water_model_broken"}
)
"""No clip is to blame for these, and no other camera will do better."""


def _next_camera(found: Found, following: VerificationMatch) -> Outcome:
    def record() -> Sequence[Subject]:
        _record(found)
        return clip_ask(match=following)

    return Outcome(
        VerificationState.MATCHED,
        record=record,
        files=found.files,
        reason_code="next_camera",
        next_run=overload.look_again_at(),
    )


def _record(found: Found) -> Sequence[Subject]:
    runs = {**found.runs, **{pk: run_record(draft) for pk, draft in found.drafts.items()}}
    for pk, run in runs.items():
        VerificationMatch.objects.filter(pk=pk).update(run=run)
    for pk, code in found.failures.items():
        VerificationMatch.objects.filter(pk=pk).update(failure=code)
    return ()


STEP = Step("analyse", "vision", deadline_s=300, max_attempts=3, work=work, give_up=give_up, backoff_base_s=10)
