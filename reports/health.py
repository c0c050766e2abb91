"""Is it alive, can it work, and how much is waiting: for supervisors, balancers and Prometheus."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from analytics.verdict import Verdict
from cameras.footage.states import ClipState, ExcerptState
from cameras.models import BlurredExcerpt, Camera, ClipExcerpt, FootageClip
from jsc_project.lib.errors import JscError, StorageFailed
from jsc_project.storage import room_require, storage_room
from reports.lifecycle import AnnouncementState, PhotoState, ReportState, Status, VerificationState
from reports.models import Announcement, Incident, Report, ReportPhoto, Verification
from reports.selectors.pipeline import oldest_waiting_s

BROKER_TIMEOUT_S = 2.0
PROBES = ".ready"
"""Folder of the storage; what a killed probe leaves there goes with the daily purge."""


class NotReady(JscError):
    """A part this service needs does not answer."""

    code = "not_ready"
    retryable = True


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. No database: a supervisor must not restart us because the database restarts."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when every part answers and no work waits too long; 503 names what is wrong, without addresses or secrets."""
    parts = {name: _probe(check) for name, check in PARTS.items()}
    waiting = _waiting() if parts["database"]["ok"] else {"ok": False, "oldest_waiting_s": None}
    ok = all(part["ok"] for part in parts.values()) and waiting["ok"]
    body = {"status": "ok" if ok else "failing", **parts, "work": waiting}
    return JsonResponse(body, status=200 if ok else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Gauges read from the database, so that any process of any host answers the same."""
    registry = CollectorRegistry()
    registry.register(DatabaseGauges())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _probe(check: Callable[[], None]) -> dict[str, Any]:
    began = time.monotonic()
    try:
        check()
    except (JscError, DatabaseError, OSError) as exc:
        return {"ok": False, "error": type(exc).__name__, "seconds": round(time.monotonic() - began, 3)}
    return {"ok": True, "seconds": round(time.monotonic() - began, 3)}


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def _broker() -> None:
    url = settings.CELERY_BROKER_URL
    if url.startswith("filesystem://"):
        _folder_writable(Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"]))
    elif url.startswith(("redis://", "rediss://")):
        _redis_answers(url)


def _redis_answers(url: str) -> None:
    import redis

    client = redis.Redis.from_url(url, socket_timeout=BROKER_TIMEOUT_S, socket_connect_timeout=BROKER_TIMEOUT_S)
    try:
        client.ping()
    except redis.RedisError as exc:
        raise NotReady("the broker does not answer") from exc
    finally:
        client.close()


def _storage() -> None:
    """Something small can be written and deleted, and there is room for footage."""
    name = default_storage.save(f"{PROBES}/{uuid.uuid4()}", ContentFile(b"ready"))
    default_storage.delete(name)
    room_require()


def _folder_writable(folder: Path) -> None:
    probe = folder / f".ready-{os.getpid()}-{uuid.uuid4().hex}"
    probe.write_bytes(b"")
    probe.unlink()


PARTS: dict[str, Callable[[], None]] = {"database": _database, "broker": _broker, "storage": _storage}


def _waiting() -> dict[str, Any]:
    """Work that waits longer than ``JSC_OVERLOADED_AFTER_S`` means nobody is working."""
    oldest = oldest_waiting_s()
    return {
        "ok": oldest is None or oldest <= settings.JSC_OVERLOADED_AFTER_S,
        "oldest_waiting_s": None if oldest is None else round(oldest, 1),
    }


class DatabaseGauges(Collector):
    """Rows by state. States nobody is in are given as 0, so that an alert can tell "none" from "no data"."""

    def collect(self) -> Iterable[Metric]:
        states: list[tuple[str, Any, Any]] = [
            ("report", Report, ReportState),
            ("verification", Verification, VerificationState),
            ("clip", FootageClip, ClipState),
            ("excerpt", ClipExcerpt, ExcerptState),
            ("blurred", BlurredExcerpt, ExcerptState),
            ("announcement", Announcement, AnnouncementState),
            ("photo", ReportPhoto, PhotoState),
        ]
        rows = GaugeMetricFamily("jsc_rows", "Rows by state", labels=["subject", "state"])
        for subject, model, known in states:
            for state, count in _counts(model, "state", known).items():
                rows.add_metric([subject, state], count)
        yield rows
        yield _family("jsc_incidents", "Incidents by status", "status", _counts(Incident, "status", Status))
        verdicts = _counts(Verification, "verdict", Verdict)
        yield _family("jsc_verdicts", "Decided verifications by verdict", "verdict", verdicts)
        cameras = _counts(Camera, "health", Camera.Health.values)
        yield _family("jsc_cameras", "Cameras by health", "health", cameras)
        oldest = GaugeMetricFamily("jsc_oldest_waiting_seconds", "Age of the oldest work that is due")
        oldest.add_metric([], oldest_waiting_s() or 0.0)
        yield oldest
        yield from _room()


def _room() -> Iterator[Metric]:
    """Nothing where the storage does not tell (S3), or does not answer: no figure is better than a wrong one."""
    try:
        room = storage_room()
    except StorageFailed:
        return
    if room.free_bytes is None:
        return
    free = GaugeMetricFamily("jsc_storage_free_bytes", "Free where clips and stills are kept")
    free.add_metric([], room.free_bytes)
    yield free
    reserve = GaugeMetricFamily("jsc_storage_reserve_bytes", "No footage is written when less than this is free")
    reserve.add_metric([], room.reserve_bytes)
    yield reserve


def _counts(model: Any, field: str, known: Iterable[Any]) -> dict[str, int]:
    counts = {str(value): 0 for value in known}
    found = model.objects.order_by().values_list(field).annotate(n=Count("pk"))
    return counts | {value: n for value, n in found if value in counts}


def _family(name: str, text: str, label: str, counts: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family
