"""Which cameras have to be recorded now, and which recorder records which: claims that whoever lives renews."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from cameras.models import Camera, RecorderBeat, RingChannel, RingDemand

LEASE = timedelta(seconds=20)
"""A dead recorder's cameras are free after this; claims are renewed every few seconds."""
BEATS_KEPT = timedelta(days=1)
CRASHES_MOST = 3
ASIDE = timedelta(minutes=10)
ASIDE_MOST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Wanted:
    """``stamp`` changes with everything that the recording depends on. ``code`` for names and logs."""

    camera_id: int
    code: str
    kind: str
    stamp: int


def ring_wanted(kinds: Collection[str], now: datetime | None = None) -> dict[int, Wanted]:
    """Active cameras of these kinds that keep hours of their own or that somebody demands now."""
    now = now or timezone.now()
    demanded = RingDemand.objects.filter(camera=OuterRef("pk"), until__gt=now)
    rows = (
        Camera.objects.filter(Q(ring_hours__gt=0) | Exists(demanded), active=True, source_kind__in=list(kinds))
        .order_by("pk")
        .values_list("pk", "code", "source_kind", "source_settings", "source_secrets", "clock_offset_s")
    )
    return {pk: Wanted(pk, code, kind, _stamp(kind, *rest)) for pk, code, kind, *rest in rows}


def _stamp(*parts: Any) -> int:
    return hash(tuple(bytes(part) if isinstance(part, memoryview) else repr(part) for part in parts))


# -- Claims ------------------------------------------------------------------------------


def channels_claim(*, owner: str, token: UUID, camera_ids: Collection[int], most: int) -> set[int]:
    """Take up to ``most`` of the cameras that nobody records and that are not set aside; those that are ours now."""
    now = timezone.now()
    known = set(RingChannel.objects.filter(pk__in=camera_ids).values_list("pk", flat=True))
    fresh = [RingChannel(camera_id=pk) for pk in camera_ids if pk not in known]
    RingChannel.objects.bulk_create(fresh, ignore_conflicts=True)
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    allowed = Q(set_aside_until__isnull=True) | Q(set_aside_until__lte=now)
    open_ones = RingChannel.objects.filter(free, allowed, pk__in=camera_ids)
    chosen = list(open_ones.order_by("pk").values_list("pk", flat=True)[: max(0, most)])
    # The condition again: between the two, another recorder may have been faster.
    open_ones.filter(pk__in=chosen).update(token=token, owner=owner[:120], lease_until=now + LEASE)
    return set(RingChannel.objects.filter(pk__in=chosen, token=token).values_list("pk", flat=True))


def channels_renew(*, token: UUID, camera_ids: Collection[int]) -> set[int]:
    """Those that are still ours, for another lease."""
    mine = RingChannel.objects.filter(token=token, pk__in=camera_ids)
    mine.update(lease_until=timezone.now() + LEASE)
    return set(mine.values_list("pk", flat=True))


def channels_release(*, token: UUID, camera_ids: Iterable[int]) -> None:
    """Give them back. What was set aside stays lost, with its reason."""
    mine = RingChannel.objects.filter(token=token, pk__in=list(camera_ids))
    stopped = RingChannel.Phase.STOPPED
    mine.filter(set_aside_until__isnull=True).exclude(phase=stopped).update(
        phase=stopped, since=timezone.now(), reason_code="", reason_detail=""
    )
    mine.update(token=None, owner="", lease_until=None)


# -- How it goes -------------------------------------------------------------------------


def channel_note(*, token: UUID, camera_id: int, phase: str, code: str = "", detail: str = "") -> bool:
    """Write down how the recording goes; whether that is news. Of a camera that is not ours nothing is written."""
    same = Q(phase=phase, reason_code=code[:60])
    mine = RingChannel.objects.filter(pk=camera_id, token=token)
    return bool(
        mine.exclude(same).update(phase=phase, since=timezone.now(), reason_code=code[:60], reason_detail=detail[:300])
    )


def channel_recovered(*, token: UUID, camera_id: int, code: str) -> None:
    """What ``code`` said is over; any other trouble stays."""
    RingChannel.objects.filter(pk=camera_id, token=token, reason_code=code).update(
        phase=RingChannel.Phase.RECORDING, since=timezone.now(), reason_code="", reason_detail=""
    )


def channels_crashed(*, token: UUID, camera_ids: Collection[int]) -> list[int]:
    """They brought the recorder down; those that did so too often are set aside, longer each time, and told here."""
    now = timezone.now()
    RingChannel.objects.filter(pk__in=camera_ids, token=token).update(crashes=F("crashes") + 1)
    aside = []
    for channel in RingChannel.objects.filter(pk__in=camera_ids, token=token, crashes__gte=CRASHES_MOST):
        for_s = min(ASIDE_MOST, ASIDE * 2 ** min(channel.crashes - CRASHES_MOST, 10))
        RingChannel.objects.filter(pk=channel.pk, token=token).update(
            phase=RingChannel.Phase.LOST,
            since=now,
            reason_code="crashed",
            reason_detail=f"{channel.crashes}x",
            set_aside_until=now + for_s,
        )
        aside.append(channel.pk)
    return aside


def channels_steady(*, token: UUID, camera_ids: Collection[int]) -> None:
    """They have been recorded for a good while: what they once did is forgotten."""
    RingChannel.objects.filter(pk__in=camera_ids, token=token).exclude(crashes=0, set_aside_until=None).update(
        crashes=0, set_aside_until=None
    )


def channels_forgiven(*, camera_ids: Collection[int]) -> int:
    """By hand: cameras that were set aside are tried at once; how many there were."""
    aside = RingChannel.objects.filter(pk__in=camera_ids, set_aside_until__isnull=False)
    return aside.update(set_aside_until=None, crashes=0)


def recorder_beat(*, name: str, cameras: int) -> None:
    now = timezone.now()
    RecorderBeat.objects.update_or_create(name=name[:120], defaults={"at": now, "cameras": cameras})
    RecorderBeat.objects.filter(at__lt=now - BEATS_KEPT).delete()


def recorder_gone(*, name: str) -> None:
    """A clean stop: from now on cameras without a past have to be captured by whoever needs them."""
    RecorderBeat.objects.filter(name=name[:120]).delete()
