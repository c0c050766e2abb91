"""Small copies of evidence pictures in the cache: made when first asked for, forgotten with the picture."""

from __future__ import annotations

from django.core.cache import cache

WIDTH = 320
KEPT_S = 24 * 3600


def thumb_key(sha256: str) -> str:
    return f"thumb:{WIDTH}:{sha256}"


def thumb_forget(sha256: str) -> None:
    cache.delete(thumb_key(sha256))
