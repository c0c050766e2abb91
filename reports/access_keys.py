"""The keys of the access log, from the settings."""

from __future__ import annotations

from django.conf import settings

from reports.ledger import KeyRing


def key_ring() -> KeyRing:
    keys = [settings.JSC_HASH_KEY, *settings.JSC_HASH_KEYS_RETIRED]
    return KeyRing([key.encode() for key in keys])
