"""What each camera of a verification said, in the words of ``reports.weighing``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from analytics.models import AnalysisRun
from analytics.verdict import CheckResult, Reason, Verdict
from cameras.footage.states import ClipState
from cameras.footage.window import TimeWindow, share_covered
from cameras.models import Camera
from cameras.quality import QualityReport
from reports.models import Verification, VerificationMatch
from reports.selectors.trust import UNJUDGED, Standing, standings
from reports.view_weight import View, weight_of
from reports.weighing import Answer, Silence

POLE_DIGITS = 5
"""Of a camera's position, about a metre: channels of one pole are often placed by hand, each for itself."""


def answers_of(verification: Verification) -> tuple[list[Answer], list[Silence]]:
    """Recorded answers and silences of the cameras that were asked, best view first."""
    matches = list(
        VerificationMatch.objects.filter(verification=verification, clip__isnull=False)
        .select_related("clip", "camera", "run")
        .order_by("rank")
    )
    hearing = hearing_of(verification, matches)
    answers = [hearing.of_run(m, m.run) for m in matches if m.run is not None]
    return answers, [_silence(m) for m in matches if m.run is None]


@dataclass(frozen=True, slots=True)
class Hearing:
    """One verification's ear: what each camera says, weighed by how it saw and how it has been judged."""

    verification: Verification
    standings: Mapping[int, Standing]

    def of_run(self, match: VerificationMatch, run: AnalysisRun) -> Answer:
        reasons = tuple(Reason(r["code"], r["id"], r["en"]) for r in run.reasons)
        said = _Said(Verdict(run.verdict), run.confidence, reasons, run.picture or {})
        return self._answer(match, said)

    def of_result(self, match: VerificationMatch, result: CheckResult, picture: QualityReport | None) -> Answer:
        measured = {} if picture is None else picture.as_json()
        return self._answer(match, _Said(result.verdict, result.confidence, tuple(result.reasons), measured))

    def _answer(self, match: VerificationMatch, said: _Said) -> Answer:
        standing = self.standings.get(match.camera_id, UNJUDGED)
        view = View(
            metres=match.metres,
            assumed=match.assumed,
            window_share=_share(self.verification, match),
            sharpness=said.picture.get("sharpness"),
            luma=said.picture.get("mean_luma"),
            reliability=standing.reliability(said.verdict),
        )
        return Answer(
            camera=match.camera.name,
            verdict=said.verdict,
            confidence=said.confidence,
            reasons=said.reasons,
            window_share=view.window_share,
            assumed=match.assumed,
            weight=weight_of(view, said.verdict),
            pole=_pole(match.camera),
            demotion=standing.demotion,
        )


@dataclass(frozen=True, slots=True)
class _Said:
    verdict: Verdict
    confidence: float | None
    reasons: tuple[Reason, ...]
    picture: Mapping[str, Any]


def hearing_of(verification: Verification, matches: Sequence[VerificationMatch]) -> Hearing:
    return Hearing(verification, standings(verification.check_slug, {match.camera_id for match in matches}))


def _pole(camera: Camera) -> str:
    return f"{camera.lat:.{POLE_DIGITS}f},{camera.lon:.{POLE_DIGITS}f}"


def _share(verification: Verification, match: VerificationMatch) -> float:
    """Of the window, what is covered for certain: footage whose date is off by a little may lack that at either end."""
    assert match.clip is not None
    doubt = timedelta(seconds=match.clip.clock_doubt_s)
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
