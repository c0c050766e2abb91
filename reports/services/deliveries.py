"""Deliveries at rest: what is kept of a request, for how long, and how it is read again."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from jsc_project.lib.crypto import decrypt, encrypt, keyed_hash
from reports.models import WebhookDelivery
from reports.selectors.cases import legally_held


def deliveries_due(now: datetime) -> QuerySet[WebhookDelivery]:
    """Older than the 7 days a sender may come back with an id, and of no incident that is under legal hold."""
    old = WebhookDelivery.objects.filter(received_at__lt=now - timedelta(days=settings.JSC_DELIVERIES_KEEP_DAYS))
    return old.filter(Q(report__incident__isnull=True) | ~Q(report__incident__in=legally_held()))


def deliveries_purge(now: datetime) -> int:
    """Delete deliveries, body and id, whose time is over; reports and updates stay. Returns how many went."""
    return deliveries_due(now).delete()[1].get("reports.WebhookDelivery", 0)


def delivery_body(delivery: WebhookDelivery) -> dict[str, Any] | None:
    """The body as received, without the reporter's name; nothing when it was purged.

    Raises:
        Undecryptable: its key was taken out of use.
    """
    if delivery.body_encrypted is None:
        return None
    document: dict[str, Any] = json.loads(decrypt(delivery.body_encrypted))
    return document


def sealed_body(document: dict[str, Any], source: str) -> bytes:
    """The body as it came, encrypted, with the reporter's name replaced by its keyed hash wherever it stands."""
    return encrypt(json.dumps(_nameless(document, source), separators=(",", ":")).encode())


def _nameless(value: Any, source: str) -> Any:
    if isinstance(value, dict):
        return {k: _hashed(child, source) if _is_name(k) else _nameless(child, source) for k, child in value.items()}
    if isinstance(value, list):
        return [_nameless(child, source) for child in value]
    return value


def _is_name(key: str) -> bool:
    return key.strip().casefold() == "profile_name"


def _hashed(value: Any, source: str) -> str | None:
    if value is None:
        return None
    return keyed_hash(value if isinstance(value, str) else json.dumps(value), purpose=source)
