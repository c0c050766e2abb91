"""FootageClip WANTED: pull it into the storage before it expires."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from cameras.footage.states import ClipState
from cameras.footage.window import share_covered
from cameras.models import FootageClip
from cameras.services.clips import camera_health_note, clip_pull
from reports.lifecycle import VerificationState
from reports.models import Verification
from reports.steps.base import VERIFICATION, Outcome, Step, Subject


def work(clip: FootageClip) -> Outcome:
    assert clip.token is not None
    pulled = clip_pull(clip=clip, token=clip.token)
    record = lambda: _settled(clip, unwell="")  # noqa: E731 - bound, for the record
    if clip.file and pulled.share <= share_covered(clip.covered_windows, clip.window):
        default_storage.delete(pulled.name)
        return _as_it_was(clip, record)
    reason = "partial" if pulled.state is ClipState.PARTIAL else ""
    return Outcome(pulled.state, record=record, fields=pulled.fields, files=[pulled.name], reason_code=reason)


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
    {"footage_failed", "footage_missing", "footage_timed_out", "footage_unreadable", "source_misconfigured"}
)
"""The rest is our own doing, or a camera that never had a source: nothing was learned about it."""


def _settled(clip: FootageClip, *, unwell: str | None) -> Sequence[Subject]:
    """Rings for every verification that waits for this clip. ``unwell``: empty is well, None is not known."""
    if unwell is not None:
        # After the commit: the camera's row belongs to another app's index, and its news can wait.
        note = functools.partial(camera_health_note, camera_id=clip.camera_id, healthy=not unwell, reason=unwell)
        transaction.on_commit(note, robust=True)
    waiting = Verification.objects.filter(matches__clip=clip, state=VerificationState.MATCHED)
    pks = sorted(set(waiting.values_list("pk", flat=True)))
    Verification.objects.filter(pk__in=pks).update(next_run=timezone.now())
    return [Subject(VERIFICATION, pk) for pk in pks]


STEP = Step(
    "pull",
    "footage",
    deadline_s=360,
    max_attempts=5,
    work=work,
    give_up=give_up,
    backoff_base_s=5,
)
"""Five tries within about 75 s: a recorder has closed its file or reconnected by then, and the next camera is not
kept waiting. One that restarts takes longer; "periksa lagi" asks it again."""
