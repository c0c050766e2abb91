"""Limits for people who ask by tracking code: requests and misses per address and minute.

A code has 80 random bits, so guessing is hopeless anyway; the limit keeps guessing from
costing us anything. Counters live in the cache: losing one loses nothing but a count.
"""

from __future__ import annotations

import hashlib
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from jsc_project.lib.errors import JscError

WINDOW_S = 60


class TooManyRequests(JscError):
    """``retry_after_s`` says when asking again makes sense."""

    code = "too_many_requests"
    retryable = True

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("too many requests", retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


def client_address(request: HttpRequest) -> str:
    """The sender's address. ``X-Forwarded-For`` counts only behind our own proxy, which appends the last entry."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if forwarded:
            return str(forwarded.rsplit(",", 1)[-1].strip())
    return str(request.META.get("REMOTE_ADDR", ""))


def admit(request: HttpRequest) -> None:
    """Count one request.

    Raises:
        TooManyRequests: the address asked or missed too often in this minute. It is told the same
            for codes that exist and codes that do not, so that the limit is no oracle either.
    """
    asked = _count(request, "asked")
    if asked > settings.JSC_PUBLIC_RATE_PER_MIN or _peek(request, "missed") >= settings.JSC_PUBLIC_MISSES_PER_MIN:
        raise TooManyRequests(WINDOW_S - int(time.time()) % WINDOW_S)


def count_miss(request: HttpRequest) -> None:
    _count(request, "missed")


def _key(request: HttpRequest, what: str) -> str:
    address = hashlib.sha256(client_address(request).encode()).hexdigest()[:32]
    return f"lacak:{what}:{int(time.time()) // WINDOW_S}:{address}"


def _peek(request: HttpRequest, what: str) -> int:
    return int(cache.get(_key(request, what), 0))


def _count(request: HttpRequest, what: str) -> int:
    key = _key(request, what)
    cache.add(key, 0, timeout=2 * WINDOW_S)
    try:
        return int(cache.incr(key))
    except ValueError:
        # The cache dropped the counter between the two calls; this request is then the first one it knows of.
        return 1
