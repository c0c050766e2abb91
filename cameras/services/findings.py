"""What a look found, written down in one transaction: the notebook, the camera where it is news, a line of history."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from cameras.footage.frame import Picture
from cameras.models import Camera, CameraCheckup, CameraWatch
from cameras.patrol import schedule
from cameras.patrol.daylight import is_daylight
from cameras.patrol.judge import Finding, Outcome, plane_packed
from cameras.patrol.verdicts import Health, Standing, Verdict, weighed
from cameras.patrol.words import VIEW_BACK, VIEW_MOVED, reason_code, reason_family, reason_text
from cameras.services.health import HealthNews, camera_health_record
from cameras.services.looking import Landed
from cameras.services.pictures import LOOKS, REFERENCES, STILL_EVERY, picture_save
from cameras.services.watches import every_s
from jsc_project.lib.errors import StorageFailed
from jsc_project.storage import erase

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One look as told to people: what it saw, and what the camera's health is now."""

    camera: str
    outcome: str
    saw: str
    sentence: str
    health: str
    changed: bool
    took_ms: int
    clock_offset_s: float | None
    next_look: datetime

    def as_json(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__slots__}
        return {**values, "next_look": self.next_look.isoformat(timespec="seconds")}


def finding_record(landed: Landed, finding: Finding, picture: Picture | None, now: datetime) -> Recorded | None:
    """None when the look is not ours any more (the lease ran out, the camera is gone): nothing is written then."""
    watch = landed.claimed.watch
    files = _files_or_none(watch, finding, picture, now)
    recorded: Recorded | None = None
    try:
        with transaction.atomic():
            recorded = _written(landed, finding, files, now)
    finally:
        kept = recorded is not None
        names = [str(getattr(watch, column)) for column in files] if kept else [files[column] for column in files]
        for name in filter(None, names):
            _forget(name)
    return recorded


def _forget(name: str) -> None:
    try:
        erase(name)
    except StorageFailed as error:
        log.warning("%s stays until the daily purge: %s", name, error)


def _files_or_none(watch: CameraWatch, finding: Finding, picture: Picture | None, now: datetime) -> dict[str, str]:
    """Our storage's trouble is not the camera's: its health is told without a new still."""
    try:
        return _files(watch, finding, picture, now)
    except StorageFailed as error:
        log.warning("no still of camera %s is kept: %s", watch.pk, error)
        return {}


def _files(watch: CameraWatch, finding: Finding, picture: Picture | None, now: datetime) -> dict[str, str]:
    """Column -> name of a new file: the last still now and then, the reference where there is none."""
    if picture is None or not finding.fit:
        return {}
    files = {}
    moved = finding.code == VIEW_MOVED or watch.moved_since is not None
    if moved or watch.still_at is None or now - watch.still_at >= STILL_EVERY:
        files["still"] = picture_save(LOOKS, watch.pk, picture)
    if not watch.reference and finding.outcome is Outcome.GOOD and is_daylight(_taken_at(finding, now)):
        files["reference"] = picture_save(REFERENCES, watch.pk, picture)
    return files


def _taken_at(finding: Finding, now: datetime) -> datetime:
    return finding.memory.plane_at or now if finding.memory is not None else now


def _written(landed: Landed, finding: Finding, files: dict[str, str], now: datetime) -> Recorded | None:
    claimed = landed.claimed
    watch = CameraWatch.objects.select_for_update().filter(pk=claimed.watch.pk, token=claimed.token).first()
    camera = Camera.objects.filter(pk=claimed.watch.pk).first() if watch is not None else None
    if watch is None or camera is None:
        return None
    last = CameraCheckup.objects.filter(camera=camera).first()
    verdict = weighed(_standing(camera, watch, last), finding, now)
    offset_s = landed.glance.clock_offset_s if landed.glance is not None else None
    news = HealthNews(
        health=verdict.health.value,
        reason=_reason(camera, verdict),
        look_code=verdict.look_code,
        look_sentence=verdict.look_sentence,
        took_ms=round(landed.took_s * 1000),
        clock_offset_s=offset_s,
        quality=finding.quality,
    )
    changed = camera_health_record(camera=camera, last=last, news=news, now=now)
    next_look = _next_look(watch.pk, finding, verdict, now)
    columns = {**_columns(finding, verdict, files, now), "next_look": next_look}
    if offset_s is not None:
        columns |= {"clock_offset_s": offset_s, "clock_at": now}
    CameraWatch.objects.filter(pk=watch.pk).update(**columns)
    return Recorded(
        camera.code,
        finding.outcome.value,
        verdict.look_code,
        verdict.look_sentence,
        verdict.health.value,
        changed,
        news.took_ms,
        offset_s,
        next_look,
    )


def _reason(camera: Camera, verdict: Verdict) -> str:
    same = reason_code(camera.health_reason) == verdict.code
    return camera.health_reason if same else reason_text(verdict.code, verdict.sentence)


def _standing(camera: Camera, watch: CameraWatch, last: CameraCheckup | None) -> Standing:
    code = last.reason_code if last is not None else ""
    return Standing(
        health=Health(camera.health),
        code=reason_code(camera.health_reason),
        last_code=code,
        last_since=_seen_since(camera, code) if code in {VIEW_MOVED, VIEW_BACK} else None,
        bad_looks=watch.bad_looks,
        moved_since=watch.moved_since,
    )


def _seen_since(camera: Camera, code: str) -> datetime | None:
    """Since when looks have said this without a break; daily lines and news of the clock are no break."""
    lines = CameraCheckup.objects.filter(camera=camera)
    other = lines.exclude(reason_code=code).values_list("at", flat=True).first()
    run = lines.filter(reason_code=code, **({"at__gt": other} if other is not None else {}))
    return run.order_by("at").values_list("at", flat=True).first()


def _columns(finding: Finding, verdict: Verdict, files: dict[str, str], now: datetime) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "token": None,
        "lease_until": None,
        "looked_at": now,
        "bad_looks": verdict.bad_looks,
        "moved_since": verdict.moved_since,
        **files,
    }
    if "still" in files:
        columns["still_at"] = now
    if "reference" in files:
        columns["reference_at"] = now
    memory = finding.memory
    if memory is not None and memory.plane is not None:
        columns["last_plane"] = plane_packed(memory.plane)
        columns |= {"last_plane_at": memory.plane_at, "unchanged_since": memory.unchanged_since}
    return columns


def _next_look(camera_id: int, finding: Finding, verdict: Verdict, now: datetime) -> datetime:
    waits_for_person = verdict.moved_since is not None and verdict.look_code == VIEW_MOVED
    if waits_for_person or finding.outcome is not Outcome.BAD or not reason_family(verdict.look_code):
        return schedule.next_regular(camera_id, now, every_s())
    denied = verdict.look_code == "source_denied"
    return schedule.next_after_bad(camera_id, now, every_s(), verdict.bad_looks, denied=denied)
