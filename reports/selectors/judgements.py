"""What can be asked about a look, and what was answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db.models import Prefetch

from analytics.verdict import Verdict
from reports.lifecycle import VerificationState
from reports.models import CameraJudgement, Incident, Verification, VerificationMatch

CLAIMS = (Verdict.SUPPORTED, Verdict.CONTRADICTED)


def claim_of(verification: Verification, matches: Iterable[VerificationMatch]) -> Verdict | None:
    """What a person can call right or wrong: the verdict, or where there is none, what a camera showed all the same
    (one that is not believed by itself, two that disagree). None where no camera said anything."""
    if verification.state != VerificationState.DECIDED:
        return None
    said = {match.run.verdict for match in matches if match.run is not None}
    if verification.verdict in CLAIMS:
        return Verdict(verification.verdict) if said & set(CLAIMS) else None
    return next((claim for claim in CLAIMS if claim in said), None)


def newest_judgements(looks: Collection[Verification]) -> Mapping[int, CameraJudgement]:
    """The last tap about each look, by its id; those taken back are left out."""
    rows = CameraJudgement.objects.filter(verification__in=looks).select_related("user").order_by("id")
    newest = {row.verification_id: row for row in rows}
    return {pk: row for pk, row in newest.items() if row.answer != CameraJudgement.Answer.WITHDRAWN}


def newest_answer(verification: Verification) -> str:
    """What counts now; empty where nobody has said anything, or took it back."""
    row = newest_judgements([verification]).get(verification.pk)
    return row.answer if row is not None else ""


def open_question(incident: Incident) -> bool:
    """Whether a decided look at this incident claims something that nobody has judged yet."""
    matches = VerificationMatch.objects.select_related("run")
    looks = list(incident.verifications.prefetch_related(Prefetch("matches", matches)))
    answered = newest_judgements(looks)
    return any(look.pk not in answered and claim_of(look, look.matches.all()) is not None for look in looks)
