"""Circuit breakers and slots in the database: what one worker learned of a recorder, all workers know."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cameras.footage import registry
from cameras.footage.source import Blame, FootageError, FootageMissing, SourceDenied
from cameras.models import Camera, FootageClip, PullSlot, SourceBreaker
from cameras.pulling import breaker as rules
from cameras.pulling.breaker import Breaker, Phase

KILLED_AFTER_LEASES = 1.5
"""A slot older than so many leases without a living claim is a killed worker's."""


class SourceUnavailable(FootageError):
    """Its breaker is open: nobody asks before ``data["retry_at"]``. ``data["key"]`` says whose."""

    code = "source_unavailable"
    blame = Blame.NOBODY


class SourceBusy(FootageError):
    """As many pulls as it may have are under way; ``data["retry_after_s"]``."""

    code = "source_busy"
    blame = Blame.NOBODY


def recorder_key(camera: Camera) -> str:
    """The breaker's key of the device behind the camera; empty for what is not reached over a network."""
    host = registry.recorder_of(camera.source_settings)
    return f"recorder {host}" if host else ""


def camera_key(camera: Camera) -> str:
    return f"camera {camera.pk}"


def pull_permit(camera: Camera) -> None:
    """Let this pull try, or say until when nobody may. On a breaker whose wait is over, one pull tries for all.

    Raises:
        SourceUnavailable: the recorder's or the camera's breaker is open.
    """
    keys = [key for key in (recorder_key(camera), camera_key(camera)) if key]
    now = timezone.now()
    open_ones = list(SourceBreaker.objects.filter(key__in=keys).exclude(phase=Phase.CLOSED))
    for row in open_ones:
        until = rules.blocked_until(_read(row), now)
        if until is not None:
            raise _unavailable(row, until)
    taken: list[SourceBreaker] = []
    for row in open_ones:
        # Compare-and-swap: of all that wait for this moment, one tries.
        if not _swap(row, row.retry_at, rules.trying(_read(row), now)):
            for mine in taken:
                _swap(mine, rules.trying(_read(mine), now).retry_at, _read(mine), phase=Phase.HALF_OPEN)
            raise _unavailable(row, now + timedelta(seconds=5))
        taken.append(row)


def _swap(row: SourceBreaker, retry_at: datetime | None, after: Breaker, *, phase: str = "") -> bool:
    """Whether it still stood so."""
    same = SourceBreaker.objects.filter(pk=row.pk, phase=phase or row.phase, retry_at=retry_at)
    return bool(same.update(**_columns(after)))


def _unavailable(row: SourceBreaker, until: datetime) -> SourceUnavailable:
    return SourceUnavailable(f"{row.key}: {row.reason_code}", key=row.key, reason=row.reason_code, retry_at=until)


def pull_failed(camera: Camera, error: FootageError) -> None:
    """Count a failure against whoever is to blame for it; whoever answered meanwhile is alive."""
    recorder = recorder_key(camera)
    if isinstance(error, FootageMissing) and error.blame is Blame.NOBODY:
        pull_succeeded(camera)
        return
    if error.blame is Blame.NOBODY:
        pull_untold(camera)
        return
    if error.blame is Blame.CAMERA:
        _close([recorder])
    key = recorder if error.blame is Blame.RECORDER and recorder else camera_key(camera)
    with transaction.atomic():
        row = _locked(key, camera)
        before = _read(row)
        after = rules.failed(before, timezone.now(), denied=isinstance(error, SourceDenied))
        reason = {"reason_code": error.code[:60], "reason_detail": error.detail[:300]}
        SourceBreaker.objects.filter(pk=row.pk).update(**_columns(after), **reason)
    if key == recorder:
        _try_again_soon([camera_key(camera)])  # of the camera nothing was learned
    if after.phase is Phase.OPEN and before.phase is Phase.CLOSED and key == recorder:
        _recorder_note(key, healthy=False, reason=error.code)


def pull_untold(camera: Camera) -> None:
    """It ended in a way that says nothing of the device: a fault of ours, or of our storage."""
    _try_again_soon([recorder_key(camera), camera_key(camera)])


def pull_succeeded(camera: Camera) -> None:
    """Close what was open; almost always there is nothing to write."""
    _close([recorder_key(camera), camera_key(camera)])


def _try_again_soon(keys: Sequence[str]) -> None:
    """The try told nothing of the device (our disk, our settings): the next one tries in its place."""
    half = SourceBreaker.objects.filter(key__in=keys, phase=Phase.HALF_OPEN)
    half.update(phase=Phase.OPEN, retry_at=timezone.now(), updated_at=timezone.now())


def _close(keys: Sequence[str]) -> None:
    troubled = SourceBreaker.objects.filter(key__in=keys).exclude(phase=Phase.CLOSED, failures=0)
    for row in list(troubled):
        after = rules.succeeded(_read(row), timezone.now())
        SourceBreaker.objects.filter(pk=row.pk).update(**_columns(after), reason_code="", reason_detail="")
        if row.phase != Phase.CLOSED and row.camera_id is None:
            _recorder_note(row.key, healthy=True, reason="")


def breaker_close(row: SourceBreaker) -> None:
    """A person says that it is mended: the next pull may try at once."""
    SourceBreaker.objects.filter(pk=row.pk).update(**_columns(Breaker(Phase.CLOSED, timezone.now())))
    if row.camera_id is None:
        _recorder_note(row.key, healthy=True, reason="")


def breaker_forget(camera: Camera) -> None:
    """The camera's source was set anew: a refused password, say, is not held against the new one."""
    for row in SourceBreaker.objects.filter(key=camera_key(camera)).exclude(phase=Phase.CLOSED, failures=0):
        breaker_close(row)


def _locked(key: str, camera: Camera) -> SourceBreaker:
    own = {"camera": camera} if key == camera_key(camera) else {}
    try:
        with transaction.atomic():
            SourceBreaker.objects.get_or_create(key=key, defaults=own)
    except IntegrityError:
        pass  # somebody else made it in the same moment
    return SourceBreaker.objects.select_for_update().get(key=key)


def _read(row: SourceBreaker) -> Breaker:
    return Breaker(Phase(row.phase), row.since, row.failures, row.opened, row.retry_at)


def _columns(breaker: Breaker) -> dict[str, object]:
    return {
        "phase": breaker.phase.value,
        "since": breaker.since,
        "failures": breaker.failures,
        "opened": breaker.opened,
        "retry_at": breaker.retry_at,
        "updated_at": timezone.now(),
    }


def _recorder_note(key: str, *, healthy: bool, reason: str) -> None:
    """Every camera behind a recorder shares its fate, so that matching prefers others; one write for all of them."""
    mark = f"{key}: "
    if healthy:
        behind = Camera.objects.filter(health=Camera.Health.UNHEALTHY, health_reason__startswith=mark)
        behind.update(health=Camera.Health.UNKNOWN, health_reason="", health_at=timezone.now())
        return
    candidates = Camera.objects.filter(active=True).exclude(source_kind="").exclude(health=Camera.Health.UNHEALTHY)
    pks = [camera.pk for camera in candidates.only("pk", "source_settings") if recorder_key(camera) == key]
    Camera.objects.filter(pk__in=pks).update(
        health=Camera.Health.UNHEALTHY, health_reason=f"{mark}{reason}"[:300], health_at=timezone.now()
    )


# -- How many at once ----------------------------------------------------------------


@contextlib.contextmanager
def pull_slot(camera: Camera, token: UUID, seconds: float) -> Iterator[None]:
    """One of the recorder's and the camera's slots, for the block, at most ``seconds``.

    ``token``: the claim's. A killed worker's slot lapses soon after its claim did.

    Raises:
        SourceBusy: none is free.
    """
    _slot_take(camera, token, seconds)
    try:
        yield
    finally:
        PullSlot.objects.filter(token=token).delete()


def _slot_take(camera: Camera, token: UUID, seconds: float) -> None:
    recorder = recorder_key(camera)
    with transaction.atomic():
        # The breaker's row is the lock: without one, two workers would each count the other out.
        _locked(recorder or camera_key(camera), camera)
        now = timezone.now()
        _void(now, seconds).delete()
        of_camera = PullSlot.objects.filter(camera=camera).count()
        of_recorder = PullSlot.objects.filter(recorder_key=recorder).count() if recorder else 0
        if of_camera >= settings.JSC_PULLS_PER_CAMERA or of_recorder >= settings.JSC_PULLS_PER_RECORDER:
            wait_s = random.uniform(2.0, 5.0)  # noqa: S311 - spreading load is no secret
            raise SourceBusy("other pulls of it are under way", retry_after_s=wait_s)
        until = now + timedelta(seconds=seconds)
        PullSlot.objects.create(token=token, recorder_key=recorder, camera=camera, until=until)


def _void(now: datetime, seconds: float) -> QuerySet[PullSlot]:
    """Slots whose time is over, and those whose holder was killed: taken a while ago, and no claim that lives has
    their token. Not at once: who pulls without a claim (a test, a person) has none to show."""
    claims = FootageClip.objects.filter(token=OuterRef("token"), lease_until__gte=now)
    taken_before = now + timedelta(seconds=seconds - KILLED_AFTER_LEASES * settings.JSC_LEASE_S)
    return PullSlot.objects.filter(Q(until__lt=now) | Q(until__lt=taken_before) & ~Exists(claims))
