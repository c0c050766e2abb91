""" "Was the camera right?": what a person who decides an incident says of it, and who confirms a camera anew."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction

from analytics.checks import MEASUREMENT_KEYS
from analytics.verdict import Verdict
from cameras.models import Camera
from jsc_project.lib.errors import JscError
from reports.doors import Note, change_append
from reports.models import CameraConfirmation, CameraJudgement, Incident, Verification, VerificationMatch
from reports.selectors.judgements import CLAIMS, claim_of, newest_answer
from reports.selectors.trust import Standing, standings
from reports.services.incidents import incident_locked, personal_note

Answer = CameraJudgement.Answer
LONGEST_NOTE = 300


class JudgementRefused(JscError, ValueError):
    """There is nothing to judge: no such answer, or no camera of this look has said that it is there or not."""

    code = "judgement_refused"


class ConfirmationRefused(JscError, ValueError):
    """A confirmation names a check, and says in words what was looked at."""

    code = "confirmation_refused"


def look_judge(*, incident: Incident, verification: Verification, answer: str, actor: Any) -> list[CameraJudgement]:
    """Record what ``actor`` says of this look: a row for each of its cameras that said something. Saying again what
    counts already adds nothing.

    Raises:
        JudgementRefused: no such answer, another incident's look, or a look that claims nothing.
    """
    if answer not in Answer.values:
        raise JudgementRefused(f"no such answer: {answer[:20]!r}")
    with transaction.atomic():
        current = incident_locked(incident)
        claim, matches = _claimed(current, verification)
        if newest_answer(verification) == (answer if answer != Answer.WITHDRAWN else ""):
            return []
        cameras = {match.camera_id for match in matches}
        before = standings(verification.check_slug, cameras)
        rows = [_row(current, match, claim, answer, actor) for match in matches]
        note = personal_note(current, actor, "")
        change_append(note, "judgement", claim, answer)
        _demotions_log(verification.check_slug, cameras, before, note)
    return rows


def _claimed(incident: Incident, verification: Verification) -> tuple[Verdict, list[VerificationMatch]]:
    matches = list(
        VerificationMatch.objects.filter(verification=verification, run__isnull=False).select_related("run", "camera")
    )
    claim = claim_of(verification, matches)
    if verification.incident_id != incident.pk or claim is None:
        raise JudgementRefused("no camera of this look has said whether it is there")
    return claim, [match for match in matches if match.run is not None and match.run.verdict in CLAIMS]


def _row(incident: Incident, match: VerificationMatch, claim: Verdict, answer: str, actor: Any) -> CameraJudgement:
    run = match.run
    assert run is not None
    settled = answer in {Answer.RIGHT, Answer.WRONG}
    return CameraJudgement.objects.create(
        user=actor,
        incident=incident,
        verification_id=match.verification_id,
        run=run,
        camera_id=match.camera_id,
        check_slug=run.check_slug,
        check_version=run.check_version,
        zones_version=run.zones_version,
        said=run.verdict,
        said_at=run.created_at,
        answer=answer,
        # A camera that said the opposite of what the look claims is right when the look is wrong.
        right=(run.verdict == claim) == (answer == Answer.RIGHT) if settled else None,
    )


def camera_confirm(*, camera: Camera, check: str, note: str, actor: Any) -> CameraConfirmation:
    """Somebody has looked at the camera's zones and the check's thresholds: what was judged before counts no more.

    Raises:
        ConfirmationRefused: no such check, or no word about what was looked at.
    """
    if check not in MEASUREMENT_KEYS:
        raise ConfirmationRefused(f"no such check: {check[:40]!r}", field="check")
    if len(note.strip()) < 5:
        raise ConfirmationRefused("say in a few words what was looked at or changed", field="note")
    with transaction.atomic():
        current = Camera.objects.select_for_update().get(pk=camera.pk)
        before = standings(check, [current.pk])
        made = CameraConfirmation.objects.create(
            user=actor,
            camera=current,
            check_slug=check,
            zones_version=current.zones_version,
            note=note.strip()[:LONGEST_NOTE],
        )
        told = Note("camera", current.pk, f"person:{uuid.uuid4()}", reason_text=made.note, actor=actor)
        change_append(told, "confirmed", "", check[:32])
        _demotions_log(check, [current.pk], before, told)
    return made


def _demotions_log(check: str, cameras: Collection[int], before: dict[int, Standing], note: Note) -> None:
    """A line for every camera that this demoted, or lifted again. The line tells; what holds is worked out anew."""
    after = standings(check, cameras)
    for camera in sorted(cameras):
        was, now = (each[camera].demotion if camera in each else None for each in (before, after))
        if (was is None) == (now is None):
            continue
        words = "" if now is None else f"{check}: {now.right}/{now.judged}, target {now.target:g}"
        line = Note("camera", camera, f"{note.cause}:{camera}", reason_code=check, reason_text=words, actor=note.actor)
        change_append(line, "trust", "trusted" if was is None else "demoted", "demoted" if was is None else "trusted")
