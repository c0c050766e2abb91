"""Asking for a blurred part of a clip: made on the first request, there for everybody from then on.

Nothing is written down of who plays it: there is nobody in it.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from analytics.blurred_excerpts import footage_key, hidden_zones
from cameras.errors import ClipGone
from cameras.footage.excerpt import LONGEST
from cameras.footage.states import ExcerptState
from cameras.footage.window import TimeWindow
from cameras.models import BlurredExcerpt, FootageClip
from cameras.services.excerpts import clip_is_playable
from jsc_project.lib.claims import new_token
from reports import lifecycle, tasks
from reports.doors import Note, state_swap
from reports.steps.base import BLURRED, Subject

EMPTIED = ("file", "sha256", "reason_code", "last_error")
"""Of a part that is made anew; the old file is swept with those that no row refers to."""


def blurred_ask(*, clip: FootageClip, part: TimeWindow) -> BlurredExcerpt:
    """The part as it is, or made anew where that failed, or where footage or privacy zones are others by now. Who may
    ask is the caller's to know.

    Raises:
        ClipGone: the footage is not there (any more).
    """
    assert part.end - part.start <= LONGEST
    with transaction.atomic():
        # The lock that a purge takes as well: what is asked for here is not deleted under it.
        held = FootageClip.objects.select_for_update(of=("self",)).select_related("camera").get(pk=clip.pk)
        if not clip_is_playable(held):
            raise ClipGone(f"clip {held.pk} holds no footage ({held.state})")
        row, created = BlurredExcerpt.objects.get_or_create(
            clip=held, start_at=part.start, end_at=part.end, defaults={"state": ExcerptState.WANTED}
        )
        if created or (not blurred_is_current(row, held) and _again(row)):
            tasks.ring_after_commit([Subject(BLURRED, row.pk)])
            row.refresh_from_db()
    return row


def blurred_is_current(row: BlurredExcerpt, clip: FootageClip) -> bool:
    """Made, or being made, of the footage that the clip has and with the privacy zones that its camera has."""
    if row.state == ExcerptState.WANTED:
        return True
    same = row.notes.get("footage_key") == footage_key(clip, hidden_zones(clip.camera))
    return bool(row.state == ExcerptState.READY and same and row.file)


def blurred_films(clip: FootageClip) -> QuerySet[BlurredExcerpt]:
    """What was made of the clip and can be played: also when the clip itself is gone."""
    return BlurredExcerpt.objects.filter(clip=clip, state=ExcerptState.READY).exclude(file="")


def clip_is_shown(clip: FootageClip) -> bool:
    """Whether there is something of it to play, or to make."""
    return clip_is_playable(clip) or blurred_films(clip).exists()


def _again(row: BlurredExcerpt) -> bool:
    note = Note(BLURRED, row.pk, f"play:{new_token()}", reason_code="asked_again")
    fresh: dict[str, Any] = {"next_run": timezone.now(), "attempts": 0, "crash_attempts": 0, "progress": 0}
    rows: Any = BlurredExcerpt.objects.filter(pk=row.pk)
    fields = {**fresh, **dict.fromkeys(EMPTIED, "")}
    return state_swap(rows, lifecycle.EXCERPT_MOVES, ExcerptState(row.state), ExcerptState.WANTED, note, **fields)
