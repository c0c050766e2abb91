"""What the ring lets go of: first by hours, then by bytes, then because the disk has to have room for everything else.

A segment is needed while somebody demanded its time, and until a day after the demand's end: whoever demanded it may
have to pull again. Needed segments go last, and only when nothing else is left.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from cameras.models import Camera, RingDemand, RingSegment
from cameras.services.ring_store import segment_delete
from jsc_project.lib.errors import StorageFailed
from jsc_project.storage import storage_room

log = logging.getLogger(__name__)

DEMAND_GRACE = timedelta(hours=24)
FUTURE_SLACK = timedelta(seconds=60)
BATCH = 200
SMALL_BATCH = 20
RESERVE_FACTOR = 2
"""The ring stops at twice the storage's reserve, so that it never is what keeps a clip from being stored."""


def ring_retain(*, now: datetime | None = None, max_bytes: int | None = None) -> dict[str, int]:
    """Delete what is over its time, and the oldest of what is over the byte limit; how many of each.

    Demands that need nothing any more go too.
    """
    now = now or timezone.now()
    limit = settings.JSC_RING_MAX_GB << 30 if max_bytes is None else max_bytes
    RingDemand.objects.filter(until__lt=now - DEMAND_GRACE).delete()
    return {"hours": _over_hours(now), "bytes": _over_bytes(now, limit)}


def ring_make_room(size_bytes: int, *, now: datetime | None = None) -> bool:
    """Delete the oldest until the storage has room for ``size_bytes`` and the reserve; False where that is not enough.

    Raises:
        StorageFailed: the storage cannot be asked.
    """
    now = now or timezone.now()

    def enough() -> bool:
        room = storage_room()
        return room.free_bytes is None or room.free_bytes - size_bytes >= RESERVE_FACTOR * room.reserve_bytes

    _delete_oldest(now, enough, SMALL_BATCH)
    return enough()


def ring_forget_future(*, now: datetime | None = None) -> int:
    """Delete what claims to be from after now: it was recorded under a clock that was set back since; how many."""
    late = RingSegment.objects.filter(end_at__gt=(now or timezone.now()) + FUTURE_SLACK)
    return _deleted(late)


def _over_hours(now: datetime) -> int:
    """Per camera, through its channel: every camera that was ever recorded has one."""
    gone = 0
    cameras = Camera.objects.filter(ring_channel__isnull=False).values_list("pk", "ring_hours")
    for camera_id, hours in cameras:
        over = RingSegment.objects.filter(
            camera_id=camera_id, start_at__lt=now, end_at__lt=now - timedelta(hours=hours)
        )
        needed = needed_q(now, camera_id)
        gone += _deleted(over.exclude(needed) if needed else over)
    return gone


def needed_q(now: datetime, camera_id: int | None = None) -> Q | None:
    """The segments that a demand still needs; None where there is no demand."""
    demands = RingDemand.objects.filter(until__gte=now - DEMAND_GRACE)
    if camera_id is not None:
        demands = demands.filter(camera_id=camera_id)
    found: Q | None = None
    for demand in demands:
        span = Q(camera_id=demand.camera_id, end_at__gt=demand.since or demand.created_at, start_at__lt=demand.until)
        found = span if found is None else found | span
    return found


def _over_bytes(now: datetime, limit: int) -> int:
    def enough() -> bool:
        return (RingSegment.objects.aggregate(total=Sum("size_bytes"))["total"] or 0) <= limit

    return _delete_oldest(now, enough, SMALL_BATCH)


def _delete_oldest(now: datetime, enough: Callable[[], bool], batch: int) -> int:
    """Those that no demand needs first; stops as soon as it is enough, or nothing more can be deleted."""
    gone = 0
    needed = needed_q(now)
    everything = RingSegment.objects.order_by("start_at")
    for candidates in [everything.exclude(needed), everything] if needed else [everything]:
        while not enough():
            count = _deleted(candidates, batch)
            gone += count
            if not count:
                break
    return gone


def _deleted(candidates: QuerySet[RingSegment], most: int = BATCH) -> int:
    """Up to ``most`` of them. One that cannot be deleted is passed by, and tried again the next time."""
    gone = 0
    for segment in list(candidates.only("pk", "file")[:most]):
        try:
            gone += segment_delete(segment)
        except StorageFailed as error:
            log.warning("ring segment %s cannot be deleted (%s)", segment.pk, error.code)
    return gone
