"""The patrol's notebook: which camera is due, and who is looking at it."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from cameras.footage import registry
from cameras.models import Camera, CameraWatch
from cameras.patrol import schedule

PER_RECORDER = 2
"""Looks at once at one device, whoever makes them: recorders serve few clients, and pulls come first."""

LEASE = timedelta(seconds=240)
"""Longer than a look, the wait for its batch and the decoding together; a killed patrol's cameras come free then."""

LOOKAHEAD = 300
"""Due rows that are read to find some whose recorder has room."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A look that is ours to make. ``recorder``: ``host:port``, empty for what is not reached over a network."""

    watch: CameraWatch
    token: uuid.UUID
    recorder: str

    @property
    def camera(self) -> Camera:
        return self.watch.camera


def watched() -> QuerySet[CameraWatch]:
    """Rows of cameras that are in use and have a source."""
    return CameraWatch.objects.filter(camera__active=True).exclude(camera__source_kind="")


def every_s() -> float:
    """Between two looks at a good camera. A patrol that is turned off is still asked for single looks."""
    return max(1, settings.JSC_PATROL_EVERY_MIN) * 60.0


def watches_ensure(now: datetime) -> int:
    """A row for each camera that has none yet; how many are new."""
    new = Camera.objects.filter(active=True, watch__isnull=True).exclude(source_kind="")
    pks = list(new.order_by("pk").values_list("pk", flat=True))
    rows = [
        CameraWatch(camera_id=pk, next_look=schedule.first_look(pk, number, len(pks), now, every_s()))
        for number, pk in enumerate(pks)
    ]
    # Another patrol may make them in the same moment, with the same times.
    CameraWatch.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)


def looks_claim(count: int, now: datetime, only: Collection[int] | None = None) -> list[Claimed]:
    """At most ``count`` due cameras, the longest due first. ``only``: these cameras, due or not."""
    due = _due(now, only)
    if count <= 0 or not due.exists():  # no write lock is asked for when there is nothing to do
        return []
    token = uuid.uuid4()
    with transaction.atomic():
        rows = list(
            due.select_related("camera").select_for_update(of=("self",)).order_by("next_look", "pk")[:LOOKAHEAD]
        )
        chosen = _with_room(rows, count, _busy(now))
        pks = [claimed.pk for claimed in chosen]
        CameraWatch.objects.filter(pk__in=pks).update(token=token, lease_until=now + LEASE)
    return [Claimed(row, token, registry.recorder_of(row.camera.source_settings)) for row in chosen]


def _due(now: datetime, only: Collection[int] | None) -> QuerySet[CameraWatch]:
    free = watched().filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now))
    return free.filter(next_look__lte=now) if only is None else free.filter(pk__in=only)


def _busy(now: datetime) -> Counter[str]:
    """Looks under way by recorder."""
    leased = CameraWatch.objects.filter(lease_until__gt=now).values_list("camera__source_settings", flat=True)
    return Counter(registry.recorder_of(found) for found in leased)


def _with_room(rows: Iterable[CameraWatch], count: int, busy: Counter[str]) -> list[CameraWatch]:
    chosen: list[CameraWatch] = []
    for row in rows:
        recorder = registry.recorder_of(row.camera.source_settings)
        if recorder and busy[recorder] >= PER_RECORDER:
            continue
        busy[recorder] += 1
        chosen.append(row)
        if len(chosen) == count:
            break
    return chosen


def look_release(claimed: Claimed, next_look: datetime | None = None) -> None:
    """Hand it back: nothing was learned."""
    again = {} if next_look is None else {"next_look": next_look}
    CameraWatch.objects.filter(pk=claimed.watch.pk, token=claimed.token).update(token=None, lease_until=None, **again)


def look_soon(camera_ids: Collection[int], now: datetime) -> int:
    """These cameras are looked at next; how many of them are watched."""
    return watched().filter(pk__in=camera_ids).update(next_look=now)
