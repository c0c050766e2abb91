"""Asking for clips, and keeping them for as long as a verification needs them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cameras.footage.states import SETTLED, ClipState
from cameras.models import FootageClip, FootageHold
from reports import lifecycle
from reports.doors import Note, state_swap
from reports.models import Verification, VerificationMatch
from reports.steps.base import CLIP, VERIFICATION, Subject

HOLD_DAYS = 90
"""Evidence of an incident; longer only by a hold of its own."""


def clip_ask(*, match: VerificationMatch) -> list[Subject]:
    """The clip of this match, shared with whoever asked for the same camera and minutes.

    Call inside the record of a step: the clip stays locked until the match points to it, so that
    a pull that settles it meanwhile cannot miss the verification it must ring for.
    """
    verification, window = match.verification, match.verification.window.whole_minutes()
    clip, _ = (
        FootageClip.objects.select_for_update(of=("self",))
        .select_related("camera")
        .get_or_create(
            camera=match.camera,
            start_at=window.start,
            end_at=window.end,
            defaults={"state": ClipState.WANTED, "next_run": _available_at(match, window.end)},
        )
    )
    VerificationMatch.objects.filter(pk=match.pk).update(clip=clip)
    FootageHold.objects.get_or_create(
        clip=clip,
        purpose=f"verification {verification.pk}",
        defaults={"until": timezone.now() + timedelta(days=HOLD_DAYS)},
    )
    if clip.state in SETTLED:
        Verification.objects.filter(pk=verification.pk).update(next_run=timezone.now())
        return [Subject(VERIFICATION, verification.pk)]
    Verification.objects.filter(pk=verification.pk, next_run__lt=clip.next_run).update(next_run=clip.next_run)
    return [Subject(CLIP, clip.pk)]


def clip_ask_again(*, clip: FootageClip, cause: str, actor: Any = None) -> list[Subject]:
    """A person wants a clip that came broken or not at all: the recorder may be back."""
    if clip.state not in {ClipState.PARTIAL, ClipState.FAILED}:
        return []
    note = Note(CLIP, clip.pk, cause, reason_code="asked_again", actor=actor)
    fresh = {"next_run": timezone.now(), "attempts": 0, "crash_attempts": 0}
    held = FootageClip.objects.filter(pk=clip.pk)
    if not state_swap(held, lifecycle.CLIP_MOVES, ClipState(clip.state), ClipState.WANTED, note, **fresh):
        return []
    return [Subject(CLIP, clip.pk)]


def _available_at(match: VerificationMatch, window_end: Any) -> Any:
    """When the source should have the whole window: recorders write segments, and the last one must be closed."""
    delay_s = match.camera.source_settings.get("delay_s", 0) if window_end < timezone.now() else 60
    return window_end + timedelta(seconds=float(delay_s or 0))
