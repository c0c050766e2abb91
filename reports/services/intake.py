"""From a request nobody trusts to a stored report: the order of refusals is the order of these calls."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from jsc_project.lib.crypto import keyed_hash
from reports import signature
from reports.intake import qlue
from reports.intake.base import ReportContent
from reports.intake.categories import CategoryIndex
from reports.intake.errors import IdReused, MediaTypeRefused, StoreUnavailable, TooManyDeliveries
from reports.intake.strict_json import read_object
from reports.lifecycle import ReportState
from reports.models import Category, Report, WebhookDelivery
from reports.rate import SlidingCount
from reports.reading.private import searchable
from reports.services.categories import categories_seed, category_words
from reports.services.deliveries import sealed_body
from reports.services.photos import photo_due
from reports.services.report_updates import Arrival, report_update
from reports.tracking import new_code

log = logging.getLogger(__name__)

KEPT_HEADERS = ("content-type", "user-agent", "webhook-timestamp")
RACE_TRIES = 4
LONGEST_TURN_S = 20.0
ADMITTED = SlidingCount()
_WRITER = threading.Lock()


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came, read and not yet believed. Header names in lower case."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is told. ``to_place``: the pipeline has something to do with the report."""

    report_id: int
    tracking_code: str
    created: bool
    to_place: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """A verified delivery, ready to be stored: its body holds no name and is encrypted."""

    source: str
    webhook_id: str
    sent_at: datetime
    received_at: datetime
    body_sha256: str
    body_encrypted: bytes
    headers: dict[str, str]


def webhook_receive(*, incoming: Incoming, now: datetime) -> Receipt:
    """Verify, read and store one delivery of Qlue's. What it returns is durably stored.

    Raises:
        SignatureRefused, MediaTypeRefused, PayloadInvalid, IdReused, TooManyDeliveries: in this
            order of checking; nothing is stored then.
    """
    signed = signature.verify(
        incoming.body,
        incoming.headers,
        secrets=settings.JSC_WEBHOOK_SECRETS,
        now=now,
        tolerance_s=settings.JSC_WEBHOOK_TOLERANCE_S,
    )
    _check_media_type(incoming.headers)
    document = read_object(incoming.body)
    content = qlue.parse(document, now=now)
    body_sha256 = hashlib.sha256(incoming.body).hexdigest()
    repeat = _known(content.source, signed.webhook_id, body_sha256)
    _admit(content.source, now)
    if repeat is not None:
        return repeat
    delivery = Delivery(
        source=content.source,
        webhook_id=signed.webhook_id,
        sent_at=signed.sent_at,
        received_at=now,
        body_sha256=body_sha256,
        body_encrypted=sealed_body(document, content.source),
        headers={name: incoming.headers[name][:200] for name in KEPT_HEADERS if name in incoming.headers},
    )
    return report_receive(delivery=delivery, content=content)


def report_receive(*, delivery: Delivery, content: ReportContent) -> Receipt:
    """Store a verified delivery and what it means: a new report, an update, or nothing new.

    The unique constraints decide between deliveries that come at the same time: whoever
    loses is rolled back, looks again, and finds the winner's rows.

    Raises:
        IdReused: another body came under this ``webhook-id`` meanwhile.
        StoreUnavailable: no turn to write, or lost every race.
    """
    category = category_for(content)
    for _ in range(RACE_TRIES):
        try:
            with _turn_to_write(), transaction.atomic():
                return _store(delivery, content, category)
        except IntegrityError:
            repeat = _known(delivery.source, delivery.webhook_id, delivery.body_sha256)
            if repeat is not None:
                return repeat
    raise StoreUnavailable(retry_after_s=1)


@contextlib.contextmanager
def _turn_to_write() -> Iterator[None]:
    """SQLite lets one writer in and the others poll, so that an unlucky one waits for many seconds: within
    this process they queue instead. Other databases queue by themselves, row by row."""
    if connection.vendor != "sqlite":
        yield
        return
    if not _WRITER.acquire(timeout=LONGEST_TURN_S):
        raise StoreUnavailable(retry_after_s=5)
    try:
        yield
    finally:
        _WRITER.release()


def _store(delivery: Delivery, content: ReportContent, category: tuple[Category, str]) -> Receipt:
    reports = Report.objects.select_for_update().filter(source=content.source, external_id=content.external_id)
    report = reports.order_by("pk").first()
    if report is None:
        made = _create(delivery, content, category)
        photo_due(report=made)
        _remember(delivery, made, "created")
        return Receipt(made.pk, made.tracking_code, created=True, to_place=True)
    if report.erased_at is not None:
        # Its sender had it erased: what comes again, from them or a queue on the way, is not taken.
        return Receipt(report.pk, report.tracking_code, created=False, to_place=False)
    if report.content_sha256 == content.sha256():
        return _repeated(delivery, report)
    return _updated(delivery, content, category, report)


def _create(delivery: Delivery, content: ReportContent, category: tuple[Category, str]) -> Report:
    return Report.objects.create(
        source=content.source,
        external_id=content.external_id,
        tracking_code=new_code(),
        category=category[0],
        sent_category=category[1][:200],
        title=content.title,
        text=content.text,
        searchable=searchable(content.title, content.text),
        lat=content.point.lat,
        lon=content.point.lon,
        happened_at=content.happened_at,
        received_at=delivery.received_at,
        image_url=content.image_url,
        qlue_city=content.qlue_city[:100],
        disaster_type=content.disaster_type[:100],
        reporter_hash=keyed_hash(content.reporter, purpose=content.source),
        content_sha256=content.sha256(),
        applied_at=delivery.sent_at,
        state=ReportState.RECEIVED,
        next_run=delivery.received_at,
    )


def _repeated(delivery: Delivery, report: Report) -> Receipt:
    # The sender says again, as of now, what we show: an update that left before this one must not undo it.
    if delivery.sent_at > report.applied_at:
        Report.objects.filter(pk=report.pk).update(applied_at=delivery.sent_at)
    _remember(delivery, report, "repeated")
    return Receipt(report.pk, report.tracking_code, created=False, to_place=False)


def _updated(delivery: Delivery, content: ReportContent, category: tuple[Category, str], report: Report) -> Receipt:
    newest = delivery.sent_at >= report.applied_at
    arrival = Arrival(content, *category, delivery.sent_at, delivery.received_at, newest)
    row = _remember(delivery, report, "updated" if newest else "outdated")
    moved = report_update(report=report, arrival=arrival, delivery=row)
    return Receipt(report.pk, report.tracking_code, created=False, to_place=moved)


def _remember(delivery: Delivery, report: Report, outcome: str) -> WebhookDelivery:
    return WebhookDelivery.objects.create(
        source=delivery.source,
        webhook_id=delivery.webhook_id,
        body_sha256=delivery.body_sha256,
        headers=delivery.headers,
        body_encrypted=delivery.body_encrypted,
        received_at=delivery.received_at,
        report=report,
        outcome=outcome,
    )


def category_for(content: ReportContent) -> tuple[Category, str]:
    """The category a report belongs to, and the word that was sent for it."""
    slug, sent = _chosen(content)
    found = Category.objects.filter(slug=slug).first()
    if found is None:
        # Only where the fixtures were never loaded: a report must not be lost for that.
        categories_seed()
        found = Category.objects.get(slug=_chosen(content)[0])
    return found, sent


def _chosen(content: ReportContent) -> tuple[str, str]:
    return CategoryIndex(category_words()).choose(category=content.category, disaster_type=content.disaster_type)


def _known(source: str, webhook_id: str, body_sha256: str) -> Receipt | None:
    """The receipt this ``webhook-id`` got before.

    Raises:
        IdReused: it stood for other bytes.
    """
    row = (
        WebhookDelivery.objects.filter(source=source, webhook_id=webhook_id)
        .values_list("body_sha256", "report_id", "report__tracking_code")
        .first()
    )
    if row is None:
        return None
    if row[0] != body_sha256:
        log.warning("webhook-id %s came again with other bytes; the first is kept", webhook_id)
        raise IdReused("this webhook-id was already used for another body, which is kept")
    return Receipt(row[1], row[2], created=False, to_place=False)


def _admit(source: str, now: datetime) -> None:
    """Both counts guard: the rows of the last second are what all processes stored; this process's own count
    is exact and knows repeats, which leave no row."""
    limit = settings.JSC_WEBHOOK_RATE_PER_S
    recent = WebhookDelivery.objects.filter(source=source, received_at__gt=now - timedelta(seconds=1))
    full = recent.order_by()[:limit].count() >= limit
    if full or not ADMITTED.admit(source, limit=limit, now_s=time.monotonic()):
        raise TooManyDeliveries(retry_after_s=1)


def _check_media_type(headers: Mapping[str, str]) -> None:
    kind, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.replace('"', "").replace(" ", "").lower()
    if kind.strip().lower() != "application/json" or charset not in ("", "charset=utf-8", "charset=utf8"):
        raise MediaTypeRefused("the body must be application/json in UTF-8")
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise MediaTypeRefused("the body must not be compressed")
