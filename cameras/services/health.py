"""The one door through which a camera's health is written, whoever learned it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from cameras.models import Camera, CameraCheckup, CameraWatch
from cameras.patrol.words import reason_code, reason_family, reason_text, words_of

CLOCK_NEWS_S = 2.0
"""A clock drifts by seconds a day; what matters is that it jumped, or was set."""

CHECKUP_EVERY = timedelta(hours=24)
HISTORY_KEPT = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class HealthNews:
    """``reason``: as stored at the camera. ``look_code``, ``look_sentence``: what was seen just now, which a camera
    that is only suspected does not carry yet.
    """

    health: str
    reason: str
    look_code: str = ""
    look_sentence: str = ""
    took_ms: int = 0
    clock_offset_s: float | None = None
    quality: dict[str, Any] = field(default_factory=dict)


def camera_health_record(*, camera: Camera, last: CameraCheckup | None, news: HealthNews, now: datetime) -> bool:
    """Write what is news: the camera's health and reason, a line of history; whether the health changed.

    ``camera`` as read a moment ago, ``last`` its newest line. Only a changed health tells the other processes, which
    then build their index anew; a changed reason tells nobody.
    """
    changed = camera.health != news.health
    same_reason = reason_code(camera.health_reason) == reason_code(news.reason)
    with transaction.atomic():
        if changed:
            Camera.objects.filter(pk=camera.pk).update(health=news.health, health_reason=news.reason, health_at=now)
        elif not same_reason:
            models.QuerySet(Camera).filter(pk=camera.pk).update(health_reason=news.reason)
        if _is_worth_a_line(last, news, now):
            _line(camera.pk, news, now)
    return changed


def _is_worth_a_line(last: CameraCheckup | None, news: HealthNews, now: datetime) -> bool:
    if last is None or now - last.at >= CHECKUP_EVERY:
        return True
    if (last.health, last.reason_code) != (news.health, news.look_code):
        return True
    if news.clock_offset_s is None:
        return False
    return last.clock_offset_s is None or abs(last.clock_offset_s - news.clock_offset_s) > CLOCK_NEWS_S


def _line(camera_id: int, news: HealthNews, now: datetime) -> None:
    CameraCheckup.objects.create(
        camera_id=camera_id,
        at=now,
        health=news.health,
        reason_code=news.look_code[:60],
        reason_detail=news.look_sentence[:300],
        took_ms=news.took_ms,
        clock_offset_s=news.clock_offset_s,
        quality=news.quality,
    )


def camera_health_note(*, camera_id: int, healthy: bool, reason: str = "") -> bool:
    """What a pull says about its camera; whether that changed its health.

    ``reason``: ``code: detail``. A pull says whether pictures come, and nothing of what they show: a camera that is
    unhealthy for its picture or its view stays so until the patrol has seen otherwise.
    """
    camera = Camera.objects.only("health", "health_reason").get(pk=camera_id)
    wanted = Camera.Health.HEALTHY if healthy else Camera.Health.UNHEALTHY
    if camera.health == wanted or (healthy and reason_family(reason_code(camera.health_reason)) in {"picture", "view"}):
        return False
    code = reason_code(reason)
    sentence = words_of(code).id if code else ""
    news = HealthNews(wanted, reason_text(code), look_code=code, look_sentence=sentence)
    now = timezone.now()
    last = CameraCheckup.objects.filter(camera_id=camera_id).first()
    changed = camera_health_record(camera=camera, last=last, news=news, now=now)
    if not healthy:
        # The patrol confirms it, and sees the camera come back long before its turn.
        CameraWatch.objects.filter(camera_id=camera_id, next_look__gt=now).update(next_look=now + timedelta(minutes=1))
    return changed


def checkups_purge(now: datetime) -> int:
    """Delete lines that are older than anybody asks for; how many."""
    return CameraCheckup.objects.filter(at__lt=now - HISTORY_KEPT).delete()[0]
