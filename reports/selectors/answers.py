"""What each camera of a verification said, in the words of ``reports.weighing``."""

from __future__ import annotations

from datetime import timedelta

from analytics.models import AnalysisRun
from analytics.verdict import CheckResult, Reason, Verdict
from cameras.footage.states import ClipState
from cameras.footage.window import TimeWindow, share_covered
from reports.models import Verification, VerificationMatch
from reports.weighing import Answer, Silence


def answers_of(verification: Verification) -> tuple[list[Answer], list[Silence]]:
    """Recorded answers and silences of the cameras that were asked, best view first."""
    matches = list(
        VerificationMatch.objects.filter(verification=verification, clip__isnull=False)
        .select_related("clip", "camera", "run")
        .order_by("rank")
    )
    answers = [answer_of_run(verification, m, m.run) for m in matches if m.run is not None]
    return answers, [_silence(m) for m in matches if m.run is None]


def answer_of_run(verification: Verification, match: VerificationMatch, run: AnalysisRun) -> Answer:
    return Answer(
        camera=match.camera.name,
        verdict=Verdict(run.verdict),
        confidence=run.confidence,
        reasons=tuple(Reason(r["code"], r["id"], r["en"]) for r in run.reasons),
        window_share=_share(verification, match),
        assumed=match.assumed,
    )


def answer_of_result(verification: Verification, match: VerificationMatch, result: CheckResult) -> Answer:
    return Answer(
        camera=match.camera.name,
        verdict=result.verdict,
        confidence=result.confidence,
        reasons=tuple(result.reasons),
        window_share=_share(verification, match),
        assumed=match.assumed,
    )


def _share(verification: Verification, match: VerificationMatch) -> float:
    """Of the window, what is covered for certain: footage whose date is off by a little may lack that at either end."""
    assert match.clip is not None
    clock = match.clip.notes.get("clock") or {}
    doubt = timedelta(seconds=float(clock.get("uncertainty_s") or clock.get("padding_s") or 0.0))
    certain = [
        TimeWindow(w.start + doubt, w.end - doubt) for w in match.clip.covered_windows if w.end - w.start > 2 * doubt
    ]
    return share_covered(certain, verification.window)


def _silence(match: VerificationMatch) -> Silence:
    assert match.clip is not None
    if match.failure:
        return Silence(match.camera.name, match.failure)
    code = match.clip.reason_code if match.clip.state == ClipState.FAILED else str(match.clip.state).lower()
    return Silence(match.camera.name, code)
