"""Asking for clips, and keeping them for as long as a verification needs them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from cameras.footage import registry
from cameras.footage.states import SETTLED, ClipState
from cameras.footage.window import TimeWindow
from cameras.models import Camera, FootageClip
from cameras.services.pulls import expires_at
from cameras.services.ring import recorder_alive, ring_demand, ring_ready_at
from reports import lifecycle
from reports.doors import Note, state_swap
from reports.models import Verification, VerificationMatch
from reports.services.holds import clip_hold
from reports.steps.base import CLIP, VERIFICATION, Subject

NOT_OVER_S = 60.0
"""Of a window that is not over, the last segment has to be closed by whoever records it."""
RECORD_ON_S = 30.0


def clip_ask(*, match: VerificationMatch) -> list[Subject]:
    """The clip of this match, shared with whoever asked for the same camera and minutes.

    Call inside the record of a step: the clip stays locked until the match points to it, so that
    a pull that settles it meanwhile cannot miss the verification it must ring for.
    """
    verification, window = match.verification, match.verification.window.whole_minutes()
    available_at = _available_at(match.camera, window)
    clip, _ = (
        FootageClip.objects.select_for_update(of=("self",))
        .select_related("camera")
        .get_or_create(
            camera=match.camera,
            start_at=window.start,
            end_at=window.end,
            defaults={
                "state": ClipState.WANTED,
                "next_run": available_at,
                "expires_at": expires_at(match.camera, window.start),
            },
        )
    )
    if clip.state == ClipState.PURGED:
        _want_again(clip, f"asked:{verification.pk}:{clip.pk}", next_run=available_at)
    VerificationMatch.objects.filter(pk=match.pk).update(clip=clip)
    clip_hold(match=match, clip=clip, now=timezone.now())
    _record_from_now(match, window)
    if clip.state in SETTLED:
        Verification.objects.filter(pk=verification.pk).update(next_run=timezone.now())
        return [Subject(VERIFICATION, verification.pk)]
    Verification.objects.filter(pk=verification.pk, next_run__lt=clip.next_run).update(next_run=clip.next_run)
    return [Subject(CLIP, clip.pk)]


def clip_ask_again(*, clip: FootageClip, cause: str, actor: Any = None) -> list[Subject]:
    """A person wants a clip that came broken, not at all, or is purged: the recorder may be back, or still have it."""
    if clip.state == ClipState.PURGED:
        return [Subject(CLIP, clip.pk)] if _want_again(clip, cause, next_run=timezone.now(), actor=actor) else []
    if clip.state not in {ClipState.PARTIAL, ClipState.FAILED}:
        return []
    note = Note(CLIP, clip.pk, cause, reason_code="asked_again", actor=actor)
    now = timezone.now()
    fresh = {"next_run": now, "wanted_at": now, "attempts": 0, "crash_attempts": 0}
    held = FootageClip.objects.filter(pk=clip.pk)
    if not state_swap(held, lifecycle.CLIP_MOVES, ClipState(clip.state), ClipState.WANTED, note, **fresh):
        return []
    return [Subject(CLIP, clip.pk)]


def _want_again(clip: FootageClip, cause: str, *, next_run: datetime, actor: Any = None) -> bool:
    """A purged clip is pulled anew, and starts from nothing: what the row said was about other bytes.

    Bytes that a purge has not got to yet lose their name here; the sweep for files without a row deletes them.
    """
    note = Note(CLIP, clip.pk, cause, reason_code="purged_and_asked_again", actor=actor)
    fresh: dict[str, Any] = {
        "next_run": next_run,
        "wanted_at": timezone.now(),
        "expires_at": expires_at(clip.camera, clip.start_at),
        **dict.fromkeys(("attempts", "crash_attempts", "size_bytes"), 0),
        **dict.fromkeys(("file", "sha256", "reason_code", "reason_detail", "last_error"), ""),
        **dict.fromkeys(("media_start_at", "settled_at", "purged_at")),
        "covered": [],
        "notes": {},
    }
    held = FootageClip.objects.filter(pk=clip.pk)
    if not state_swap(held, lifecycle.CLIP_MOVES, ClipState.PURGED, ClipState.WANTED, note, **fresh):
        return False
    clip.refresh_from_db()
    return True


def _record_from_now(match: VerificationMatch, window: TimeWindow) -> None:
    """A camera that nobody else records must be recorded while it still shows the thing, and what our own recorder has
    of a window that is over must outlive its hours until the clip is pulled."""
    camera = match.camera
    live_only = registry.needs_recording(camera.source_kind, camera.source_settings)
    if live_only and (window.end > timezone.now() or camera.ring_hours):
        until = max(window.end, timezone.now()) + timedelta(seconds=RECORD_ON_S)
        purpose = f"verification {match.verification_id}"
        ring_demand(camera_id=camera.pk, until=until, purpose=purpose, since=window.start)


def _available_at(camera: Camera, window: TimeWindow) -> datetime:
    """When the whole window can be had: recorders write segments, and the last one must be closed."""
    delay_s = float(camera.source_settings.get("delay_s") or 0)
    if window.end < timezone.now():
        return window.end + timedelta(seconds=delay_s)
    if not registry.needs_recording(camera.source_kind, camera.source_settings):
        return window.end + timedelta(seconds=max(delay_s, NOT_OVER_S))
    # Without a recorder of ours nobody else will: the pull itself has to be there while it happens.
    return ring_ready_at(window) if recorder_alive() else timezone.now()
