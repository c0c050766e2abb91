"""Standard Webhooks signatures, checked and made.

The string that is signed is ``{webhook-id}.{webhook-timestamp}.{body}`` over the raw bytes,
with HMAC-SHA256; a header may carry several signatures and a receiver may hold several
secrets, so that either side can rotate. https://www.standardwebhooks.com

The ``standardwebhooks`` library is the reference our tests compare with, not what runs
here: it raises undocumented errors on malformed headers and on bodies that are not UTF-8,
takes its own clock, and stops at the first match.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets as random_source
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from jsc_project.lib.errors import JscError

PREFIX = "whsec_"
TOLERANCE_S = 300

_ID = re.compile(r"[!-~]{1,128}")
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,11}")
_ONE_SIGNATURE = r"[a-z0-9]{1,8},[A-Za-z0-9+/]{1,120}={0,2}"
_SIGNATURES = re.compile(rf"{_ONE_SIGNATURE}(?: {_ONE_SIGNATURE}){{0,15}}")


class SignatureRefused(JscError):
    """The sender could not prove who it is. ``data["reason"]`` is for the log, never for the answer."""

    code = "unauthenticated"


@dataclass(frozen=True, slots=True)
class Signed:
    """What a right signature vouches for, beside the body."""

    webhook_id: str
    sent_at: datetime
    """``webhook-timestamp``, UTC, whole seconds."""


@dataclass(frozen=True, slots=True)
class _Claim:
    webhook_id: str
    timestamp: str
    signatures: tuple[bytes, ...]


_NO_CLAIM = _Claim("-", "0", (b"",))


def verify(
    body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], now: datetime, tolerance_s: int = TOLERANCE_S
) -> Signed:
    """Who sent ``body`` and when, if one of ``secrets`` signed it within ``tolerance_s`` of ``now``, past or future.

    Args:
        body: the raw bytes as received.
        headers: names in lower case; only the three ``webhook-*`` ones are read.
        secrets: ``whsec_`` and base64; unusable ones match nothing.
        now: aware.
        tolerance_s: inclusive.

    Raises:
        SignatureRefused: for every failure, malformed headers included.
    """
    claim = _claim(headers)
    # Malformed headers and missing secrets go through the same arithmetic as a wrong signature,
    # so that the time an answer takes tells a stranger nothing.
    matched = _matches(body, claim or _NO_CLAIM, _keys(secrets))
    if claim is None:
        raise _refused("malformed webhook headers")
    if not matched:
        raise _refused("no signature matches")
    sent_s = int(claim.timestamp)
    if abs(now.timestamp() - sent_s) > tolerance_s:
        raise _refused(f"timestamp is more than {tolerance_s} s off")
    return Signed(claim.webhook_id, datetime.fromtimestamp(sent_s, tz=UTC))


def sign(body: bytes, *, webhook_id: str, at: datetime, secret: str) -> dict[str, str]:
    """The three headers for ``body``, signed as of ``at``.

    Raises:
        ValueError: the secret is not base64.
    """
    claim = _Claim(webhook_id, str(int(at.timestamp())), ())
    signature = base64.b64encode(_hmac(body, claim, key_of(secret))).decode()
    return {
        "webhook-id": claim.webhook_id,
        "webhook-timestamp": claim.timestamp,
        "webhook-signature": f"v1,{signature}",
    }


def key_of(secret: str) -> bytes:
    """The key bytes of ``whsec_<base64>``, read as the reference library reads them (prefix and padding optional).

    Raises:
        ValueError: not base64, or empty.
    """
    key = base64.b64decode(secret.removeprefix(PREFIX) + "==")
    if not key:
        raise ValueError("a webhook secret must not be empty")
    return key


def _claim(headers: Mapping[str, str]) -> _Claim | None:
    """The three headers when all have the right shape."""
    webhook_id, timestamp, signatures = (
        headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    )
    shaped = _ID.fullmatch(webhook_id) and _TIMESTAMP.fullmatch(timestamp) and _SIGNATURES.fullmatch(signatures)
    return _Claim(webhook_id, timestamp, tuple(_v1(signatures))) if shaped else None


def _v1(header: str) -> Iterator[bytes]:
    """The signature bytes of version ``v1``; other versions are for other receivers."""
    for part in header.split(" "):
        version, _, text = part.partition(",")
        if version == "v1":
            try:
                yield base64.b64decode(text + "==")
            except binascii.Error:
                yield b""


def _keys(secrets: Sequence[str]) -> list[bytes]:
    keys = []
    for secret in secrets:
        try:
            keys.append(key_of(secret))
        except ValueError:
            continue  # the system checks name it; one unusable secret must not lock out the others
    return keys or [random_source.token_bytes(32)]


def _matches(body: bytes, claim: _Claim, keys: Sequence[bytes]) -> bool:
    expected = [_hmac(body, claim, key) for key in keys]
    # A sum, not any(): every pair is compared, whichever matches first.
    return sum(hmac.compare_digest(one, given) for one in expected for given in claim.signatures) > 0


def _hmac(body: bytes, claim: _Claim, key: bytes) -> bytes:
    return hmac.digest(key, f"{claim.webhook_id}.{claim.timestamp}.".encode() + body, hashlib.sha256)


def _refused(reason: str) -> SignatureRefused:
    return SignatureRefused("the webhook signature could not be verified", reason=reason)
