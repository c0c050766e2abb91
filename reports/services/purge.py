"""Deleting footage whose time is over, and proving that it is gone.

First the row says PURGED, then the bytes go, then the row says that they are gone (``purged_at``) and lets go of
their name. A crash after the first leaves a row that nobody plays or analyses any more and that still names its
bytes; the next purge goes on with it. A crash after the second leaves a row that names bytes that are gone; the next
purge finds that out and says so. The other way round, bytes first, a crash would leave a row that promises footage
which does not exist; and a name let go of before the bytes are gone would be bytes that nobody finds again.

Evidence stills are not touched.
"""

from __future__ import annotations

import logging
import time
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from analytics.trial_models import ZoneTrial
from cameras.footage.states import ClipState, ExcerptState
from cameras.models import BlurredExcerpt, ClipExcerpt, FootageClip, FootageHold
from cameras.services.excerpts import PLAYABLE
from jsc_project.lib.errors import StorageFailed
from jsc_project.storage import erase
from reports import lifecycle
from reports.doors import Note, state_swap
from reports.lifecycle import ACTIVE_VERIFICATION
from reports.models import VerificationMatch
from reports.steps.base import CLIP

log = logging.getLogger(__name__)

PARTS: tuple[Any, ...] = (ClipExcerpt,)
"""What was cut from a clip goes with it. Blurred films stay for as long as evidence (``services.retention``)."""
MADE_FROM: tuple[Any, ...] = (ClipExcerpt, BlurredExcerpt, ZoneTrial)
"""What is made from a clip needs it until it is made."""

GIVE_UP_AFTER = 3
"""Failures of the storage in a row: it is down, and the rest can wait for the next purge."""


@dataclass(slots=True)
class Purged:
    """``clips``: purged and proven gone, of which ``earlier`` were begun by a purge that did not finish. ``remaining``:
    their bytes are still there. ``left``: due, and not got to in this run."""

    clips: int = 0
    excerpts: int = 0
    bytes: int = 0
    earlier: int = 0
    remaining: int = 0
    left: int = 0

    def as_json(self) -> dict[str, int]:
        return asdict(self)


def footage_purge(*, now: datetime, dry_run: bool = False, wall_s: float | None = None) -> Purged:
    """Delete the footage that nothing holds and that is older than ``JSC_FOOTAGE_KEEP_H``; what was deleted.

    ``dry_run`` counts what would be, and changes nothing. ``wall_s`` bounds the run; what is left is counted.
    """
    if dry_run:
        return _counted(now)
    purged, failures, began = Purged(), 0, time.monotonic()
    work = [(pk, True) for pk in _keys(unfinished())] + [(pk, False) for pk in _keys(clips_due(now))]
    for done, (pk, is_earlier) in enumerate(work):
        if failures >= GIVE_UP_AFTER or (wall_s is not None and time.monotonic() - began > wall_s):
            purged.left = len(work) - done
            break
        try:
            _purge_one(pk, now, purged, is_earlier)
        except StorageFailed as exc:
            log.warning("footage of clip %s is still there: %s: %s", pk, exc.code, exc.detail)
            purged.remaining += 1
            failures += 1
        else:
            failures = 0
    return purged


def clips_due(now: datetime) -> QuerySet[FootageClip]:
    """Footage old enough that no hold keeps, no running look needs, and nobody is about to be shown."""
    held = FootageHold.objects.filter(Q(until__isnull=True) | Q(until__gt=now), clip=OuterRef("pk"))
    looked_at = VerificationMatch.objects.filter(
        clip=OuterRef("pk"), verification__state__in=sorted(ACTIVE_VERIFICATION)
    )
    awaited = [Exists(part.objects.filter(clip=OuterRef("pk"), state=ExcerptState.WANTED)) for part in MADE_FROM]
    return FootageClip.objects.annotate(since=Coalesce("settled_at", "created_at")).filter(
        ~Exists(held),
        ~Exists(looked_at),
        *(~part for part in awaited),
        state__in=sorted(PLAYABLE),
        since__lt=now - timedelta(hours=settings.JSC_FOOTAGE_KEEP_H),
    )


def unfinished() -> QuerySet[FootageClip]:
    """The row says purged, and nobody has seen yet that the bytes are gone."""
    return FootageClip.objects.filter(state=ClipState.PURGED, purged_at__isnull=True)


def _counted(now: datetime) -> Purged:
    due, begun = clips_due(now), unfinished()
    both = FootageClip.objects.filter(Q(pk__in=due.values("pk")) | Q(pk__in=begun.values("pk")))
    excerpts = [part.objects.filter(clip__in=both) for part in PARTS]
    size = sum(rows.aggregate(n=Sum("size_bytes"))["n"] or 0 for rows in (both, *excerpts))
    count = sum(rows.count() for rows in excerpts)
    return Purged(clips=both.count(), excerpts=count, bytes=size, earlier=begun.count())


def _keys(rows: QuerySet[FootageClip]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _purge_one(pk: int, now: datetime, purged: Purged, is_earlier: bool) -> None:
    if not is_earlier and not _taken(pk, now):
        return
    clip = unfinished().filter(pk=pk).first()
    if clip is None:
        return  # asked for again meanwhile
    excerpts, size = _excerpts_gone(clip)
    name = str(clip.file.name or "")
    if name:
        erase(name)
    if FootageClip.objects.filter(pk=pk, state=ClipState.PURGED, file=name).update(file="", purged_at=now):
        FootageHold.objects.filter(clip=pk, until__lte=now).delete()
        purged.clips += 1
        purged.earlier += is_earlier
    purged.excerpts += excerpts
    purged.bytes += size + clip.size_bytes


def _taken(pk: int, now: datetime) -> bool:
    """The row says PURGED from here on. Asked again under the row's lock, which whoever holds, needs or shows a clip
    takes as well: of the two that meet here, the second sees what the first has done."""
    with transaction.atomic():
        clip = FootageClip.objects.select_for_update().filter(pk=pk).first()
        if clip is None or not clips_due(now).filter(pk=pk).exists():
            return False
        note = Note(CLIP, pk, f"purge:{uuid.uuid4()}", step="purge", reason_code="time_over")
        rows: QuerySet[Any] = FootageClip.objects.filter(pk=pk)
        free = {"token": None, "lease_until": None, "purged_at": None}
        return state_swap(rows, lifecycle.CLIP_MOVES, ClipState(clip.state), ClipState.PURGED, note, **free)


def _excerpts_gone(clip: FootageClip) -> tuple[int, int]:
    """Parts of the clip are footage as well: how many, and their bytes."""
    count = size = 0
    for excerpt in (one for part in PARTS for one in part.objects.filter(clip=clip)):
        name = str(excerpt.file.name or "")
        if name:
            erase(name)
        deleted, _ = type(excerpt).objects.filter(pk=excerpt.pk, file=name).delete()
        count += deleted
        size += excerpt.size_bytes if deleted else 0
    return count, size
