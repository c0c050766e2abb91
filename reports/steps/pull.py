"""FootageClip WANTED: pull it into the storage before it expires."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from cameras.footage.source import FootageError
from cameras.footage.states import ClipState
from cameras.footage.window import share_covered
from cameras.models import FootageClip
from cameras.services.breakers import SourceBusy, SourceUnavailable
from cameras.services.clips import camera_health_note
from cameras.services.pulls import PullResult, clip_pull, clip_scratch_drop
from reports.lifecycle import VerificationState
from reports.models import Verification, VerificationMatch
from reports.steps.base import VERIFICATION, Outcome, Step, Subject, Wait

LAST_CALL = timedelta(seconds=10)
"""So near to the end of patience no other try follows: a busy recorder is waited for up to five seconds."""


def work(clip: FootageClip) -> Outcome | Wait:
    assert clip.token is not None
    last_try = clip.attempts >= STEP.max_attempts or timezone.now() + LAST_CALL >= patience_ends(clip)
    try:
        pulled = clip_pull(clip=clip, token=clip.token, accept_less=last_try)
    except SourceBusy as busy:
        return _wait(clip, timezone.now() + timedelta(seconds=busy.data["retry_after_s"]), busy)
    except SourceUnavailable as closed:
        if others_can_answer(clip):
            return give_up(clip, closed.code, closed.detail)
        return _wait(clip, closed.data["retry_at"], closed)
    return _recorded(clip, pulled)


def _recorded(clip: FootageClip, pulled: PullResult) -> Outcome:
    record = lambda: _settled(clip, unwell="")  # noqa: E731 - bound, for the record
    if clip.file and pulled.share <= share_covered(clip.covered_windows, clip.window):
        default_storage.delete(pulled.name)
        return _as_it_was(clip, record)
    reason = (pulled.fields["reason_code"] or "partial") if pulled.state is ClipState.PARTIAL else ""
    return Outcome(pulled.state, record=record, fields=pulled.fields, files=[pulled.name], reason_code=reason)


def _wait(clip: FootageClip, until: datetime, why: FootageError) -> Outcome | Wait:
    """Waiting is free of tries and bounded by the clip's patience."""
    if until > patience_ends(clip):
        return give_up(clip, why.code, why.detail)
    return Wait(until)


def patience_ends(clip: FootageClip) -> datetime:
    """Counted from when the clip could first be had: asked for, and its window over."""
    return max(clip.wanted_at, clip.end_at) + timedelta(seconds=settings.JSC_PULL_PATIENCE_S)


def others_can_answer(clip: FootageClip) -> bool:
    """Whether each verification that waits for this clip has another camera that was not asked yet."""
    looks = Verification.objects.filter(matches__clip=clip, state=VerificationState.MATCHED)
    waiting = set(looks.values_list("pk", flat=True))
    unasked = VerificationMatch.objects.filter(verification__in=waiting, clip__isnull=True)
    return bool(waiting) and waiting == set(unasked.values_list("verification_id", flat=True))


def give_up(clip: FootageClip, code: str, detail: str) -> Outcome:
    reason = f"{code}: {detail}" if code in CAMERA_AT_FAULT else None
    record = lambda: _settled(clip, unwell=reason)  # noqa: E731 - bound, for the record
    if clip.file:
        return _as_it_was(clip, record)
    fields = {"reason_code": code[:60], "reason_detail": detail[:500], "settled_at": timezone.now()}
    return Outcome(ClipState.FAILED, record=record, fields=fields, reason_code=code[:60])


def _as_it_was(clip: FootageClip, record: Callable[[], Sequence[Subject]]) -> Outcome:
    """Pulled again, and got no more: the first pull's evidence stays."""
    return Outcome(ClipState.PARTIAL, record=record, fields={"settled_at": timezone.now()}, reason_code="no_better")


CAMERA_AT_FAULT = frozenset(
    {
        "channel_missing",
        "decode_failed",
        "footage_failed",
        "footage_missing",
        "footage_timed_out",
        "footage_undated",
        "footage_unreadable",
        "pull_cut_short",
        "source_broken",
        "source_denied",
        "source_error",
        "source_misconfigured",
        "source_unreachable",
    }
)
"""The rest is our own doing, or a camera that never had a source: nothing was learned about it."""


def _settled(clip: FootageClip, *, unwell: str | None) -> Sequence[Subject]:
    """Rings for every verification that waits for this clip. ``unwell``: empty is well, None is not known."""
    if unwell is not None:
        # After the commit: the camera's row belongs to another app's index, and its news can wait.
        note = functools.partial(camera_health_note, camera_id=clip.camera_id, healthy=not unwell, reason=unwell)
        transaction.on_commit(note, robust=True)
    transaction.on_commit(functools.partial(clip_scratch_drop, clip.pk), robust=True)
    waiting = Verification.objects.filter(matches__clip=clip, state=VerificationState.MATCHED)
    pks = sorted(set(waiting.values_list("pk", flat=True)))
    Verification.objects.filter(pk__in=pks).update(next_run=timezone.now())
    return [Subject(VERIFICATION, pk) for pk in pks]


STEP = Step(
    "pull",
    "footage",
    # A source that delivers a second a second needs the window's length; the longest windows are ten minutes.
    deadline_s=1200,
    max_attempts=5,
    work=work,
    give_up=give_up,
    backoff_base_s=5,
)
"""Five tries within about 75 s: a recorder has closed its file or reconnected by then, and the next camera is not
kept waiting. One that restarts takes longer: its breaker opens, and the clip waits for it only where no other
camera can answer, at most JSC_PULL_PATIENCE_S. After that "periksa lagi" asks it again."""
