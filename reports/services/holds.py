"""Footage is held while an incident that uses it is open, and for a while after; holds follow what becomes of it.

Closing, opening again, repeating another and legal holds all come here. A round before each purge makes good for
what any of them missed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from cameras.footage.states import ClipState
from cameras.models import FootageClip, FootageHold
from reports.models import Incident, VerificationMatch
from reports.selectors.cases import over_since, with_repeats

BATCH = 500


def hold_purpose(verification_id: int) -> str:
    return f"verification {verification_id}"


def held_until(incident_id: int | None, now: datetime) -> datetime | None:
    """Until when the footage of this incident is held; None: as long as it is not over.

    Without an incident (a patrol's look): as if it had been over now.
    """
    kept_for = timedelta(hours=settings.JSC_FOOTAGE_KEEP_H)
    if incident_id is None:
        return now + kept_for
    over = over_since(incident_id)
    return None if over is None else over + kept_for


def clip_hold(*, match: VerificationMatch, clip: FootageClip, now: datetime) -> None:
    """Hold a clip that was just asked for. Call with the clip locked."""
    until = held_until(match.verification.incident_id, now)
    purpose = hold_purpose(match.verification_id)
    FootageHold.objects.update_or_create(clip=clip, purpose=purpose, defaults={"until": until})


def holds_follow(*, incident: Incident, now: datetime) -> int:
    """What became of the incident, told to the holds of its footage and of what repeats it; how many changed.

    Call in the transaction that changes the incident. The clips are locked: a purge that comes to one of them at the
    same time goes first or sees the hold.
    """
    matches = VerificationMatch.objects.filter(
        verification__incident__in=with_repeats([incident.pk]), clip__isnull=False
    ).exclude(clip__state=ClipState.PURGED)
    clips = sorted({clip for clip in matches.values_list("clip", flat=True) if clip is not None})
    list(FootageClip.objects.select_for_update().filter(pk__in=clips).order_by("pk").values_list("pk"))
    return _set(matches, now)


def holds_reconcile(*, now: datetime) -> int:
    """Every hold as it should be; how many were not."""
    changed = 0
    matches = VerificationMatch.objects.filter(clip__isnull=False).exclude(clip__state=ClipState.PURGED)
    keys = list(matches.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        with transaction.atomic():
            changed += _set(VerificationMatch.objects.filter(pk__in=keys[start : start + BATCH]), now)
    return changed


def _set(matches: Iterable[VerificationMatch], now: datetime) -> int:
    rows = VerificationMatch.objects.filter(pk__in=[m.pk for m in matches]).select_related("verification")
    clips = [match.clip_id for match in rows]
    known = {
        (hold.clip_id, hold.purpose): hold
        for hold in FootageHold.objects.filter(clip__in=clips, purpose__startswith="verification ")
    }
    ends: dict[int | None, datetime | None] = {}
    changed = 0
    for match in rows:
        incident_id = match.verification.incident_id
        hold = known.get((match.clip_id or 0, hold_purpose(match.verification_id)))
        if incident_id is None and hold is not None:
            continue  # a patrol's: it ends as it was set
        if incident_id not in ends:
            ends[incident_id] = held_until(incident_id, now)
        changed += _set_one(match, hold, ends[incident_id])
    return changed


def _set_one(match: VerificationMatch, hold: FootageHold | None, until: datetime | None) -> bool:
    if hold is not None and hold.until == until:
        return False
    purpose = hold_purpose(match.verification_id)
    FootageHold.objects.update_or_create(clip_id=match.clip_id, purpose=purpose, defaults={"until": until})
    return True
