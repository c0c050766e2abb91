"""Letting a person see footage that is not blurred: written down first, shown afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.db import transaction
from django.utils import timezone

from cameras.errors import ClipGone
from cameras.footage.excerpt import LONGEST
from cameras.footage.states import ExcerptState
from cameras.footage.window import TimeWindow
from cameras.models import ClipExcerpt, FootageClip
from cameras.services.excerpts import clip_is_playable
from jsc_project.lib.claims import new_token
from jsc_project.lib.errors import JscError
from reports import lifecycle, tasks
from reports.doors import Note, state_swap
from reports.ledger import look_detail
from reports.models import AccessEntry, FootageLook, Incident
from reports.services.access_log import SHORTEST_REASON, Access, access_append
from reports.steps.base import EXCERPT, Subject

GRANTED_FOR = timedelta(minutes=30)
"""Long enough to look several times; then whoever wants to look again says why again."""

EMPTIED = ("file", "sha256", "reason_code", "last_error")
"""Of an excerpt that is cut anew; the old file is swept with those that no row refers to."""


class LookReasonOwed(JscError, ValueError):
    """Why somebody wants to see it is not said, or not in words."""

    code = "look_reason_owed"


@dataclass(frozen=True, slots=True)
class LookAsk:
    """What a person asks to see, and why. ``why`` is a word of ``FootageLook.Why``; ``reason`` their own words."""

    clip: FootageClip
    part: TimeWindow
    why: str
    reason: str
    incident: Incident | None = None
    address: str = ""


def look_grant(*, ask: LookAsk, actor: Any) -> FootageLook:
    """Write the look down, and have the part cut if it is not there yet. Who may ask is the caller's to know.

    Raises:
        LookReasonOwed: no reason, or no words.
        ClipGone: the footage is not there (any more).
    """
    if ask.why not in FootageLook.Why.values or len(ask.reason.strip()) < SHORTEST_REASON:
        raise LookReasonOwed("a look at an original needs a reason in words")
    assert ask.part.end - ask.part.start <= LONGEST
    with transaction.atomic():
        # The lock that a purge takes as well: what is granted here is not deleted under it.
        clip = FootageClip.objects.select_for_update(of=("self",)).select_related("camera").get(pk=ask.clip.pk)
        if not clip_is_playable(clip):
            raise ClipGone(f"clip {clip.pk} holds no footage ({clip.state})")
        tasks.ring_after_commit(_excerpt_ask(clip, ask.part))
        now = timezone.now()
        look = FootageLook.objects.create(
            at=now,
            until=now + GRANTED_FOR,
            user=actor,
            username=actor.get_username(),
            clip=clip,
            camera_code=clip.camera.code,
            start_at=ask.part.start,
            end_at=ask.part.end,
            incident=ask.incident,
            why=ask.why,
            reason=ask.reason.strip()[:300],
            address=_address(ask.address),
        )
        access_append(access=_access(look), actor=actor, at=now)
        return look


def _access(look: FootageLook) -> Access:
    return Access(
        kind=AccessEntry.Kind.ORIGINAL,
        why=look.why,
        reason=look.reason,
        subject=f"clip {look.clip_id}",
        camera_code=look.camera_code,
        incident=look.incident,
        detail=look_detail(look),
        address=look.address or "",
    )


def _excerpt_ask(clip: FootageClip, part: TimeWindow) -> list[Subject]:
    """The part as it is, or cut anew where cutting failed, or where the clip is other footage by now."""
    row, created = ClipExcerpt.objects.get_or_create(
        clip=clip, start_at=part.start, end_at=part.end, defaults={"state": ExcerptState.WANTED}
    )
    if created:
        return [Subject(EXCERPT, row.pk)]
    same = row.notes.get("clip_sha256") == clip.sha256 and bool(row.file)
    if row.state == ExcerptState.WANTED or (row.state == ExcerptState.READY and same):
        return []
    note = Note(EXCERPT, row.pk, f"look:{new_token()}", reason_code="asked_again")
    fresh = {"next_run": timezone.now(), "attempts": 0, "crash_attempts": 0, **dict.fromkeys(EMPTIED, "")}
    rows: Any = ClipExcerpt.objects.filter(pk=row.pk)
    state_swap(rows, lifecycle.EXCERPT_MOVES, ExcerptState(row.state), ExcerptState.WANTED, note, **fresh)
    return [Subject(EXCERPT, row.pk)]


def _address(given: str) -> str | None:
    """None for what is no address (a socket, a proxy's word): the look is kept all the same."""
    try:
        validate_ipv46_address(given)
    except ValidationError:
        return None
    return given
