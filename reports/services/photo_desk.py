"""What operators do to citizens' photos."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from reports import lifecycle, tasks
from reports.doors import Note, state_swap
from reports.lifecycle import PhotoState
from reports.models import ReportPhoto
from reports.steps.base import PHOTO, Subject

AGAIN = frozenset({PhotoState.REFUSED, PhotoState.FAILED})


def photo_ask_again(*, photo: ReportPhoto, actor: Any) -> bool:
    """Fetch a photo that we did not take, or could not have: its host is listed now, or back. False: nothing to do."""
    old, now = PhotoState(photo.state), timezone.now()
    if old not in AGAIN:
        return False
    note = Note(PHOTO, photo.pk, f"person:{uuid.uuid4()}", reason_code="run_again", actor=actor)
    fresh = {"next_run": now, "due_since": now, "attempts": 0, "crash_attempts": 0, "last_error": "", "trouble": ""}
    with transaction.atomic():
        rows = ReportPhoto.objects.filter(pk=photo.pk)
        done = state_swap(rows, lifecycle.PHOTO_MOVES, old, PhotoState.DUE, note, **fresh)
    if done:
        tasks.ring_after_commit([Subject(PHOTO, photo.pk)])
    return done
