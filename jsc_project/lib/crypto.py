"""Secrets at rest, and names that must be comparable without being kept."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet

from jsc_project.lib.errors import JscError


class Undecryptable(JscError, ValueError):
    """None of the keys in use made this."""

    code = "undecryptable"


def encrypt(plain: bytes) -> bytes:
    """With the first of ``JSC_FIELD_KEYS``.

    Raises:
        ImproperlyConfigured: a key is not a Fernet key.
    """
    return _fernet(tuple(settings.JSC_FIELD_KEYS)).encrypt(plain)


def decrypt(sealed: bytes | memoryview) -> bytes:
    """With whichever of ``JSC_FIELD_KEYS`` made it: put a new key first and keep the old ones behind it.

    Raises:
        Undecryptable: no key fits.
    """
    try:
        return _fernet(tuple(settings.JSC_FIELD_KEYS)).decrypt(bytes(sealed))
    except InvalidToken:
        raise Undecryptable("no key in JSC_FIELD_KEYS opens this") from None


def sealed_json(value: Any) -> bytes:
    """``value`` as JSON, encrypted."""
    return encrypt(json.dumps(value, ensure_ascii=False).encode())


def unsealed_json(sealed: bytes | memoryview) -> Any:
    """Raises Undecryptable when no key fits."""
    return json.loads(decrypt(sealed))


def resealed(sealed: bytes | memoryview) -> bytes | None:
    """The same under the first of ``JSC_FIELD_KEYS``; None when it is under that one already.

    Raises:
        Undecryptable: no key fits.
    """
    first = settings.JSC_FIELD_KEYS[:1]
    try:
        _fernet(tuple(first)).decrypt(bytes(sealed))
    except InvalidToken:
        return encrypt(decrypt(sealed))
    return None


@dataclass(slots=True)
class Resealed:
    """Rows that were sealed anew, that needed none, and that no key opens (left as they are)."""

    resealed: int = 0
    unchanged: int = 0
    unopened: int = 0


def column_reseal(rows: QuerySet[Any], column: str) -> Resealed:
    """Put ``column`` of each row under the first key. A row that somebody changes meanwhile keeps their value."""
    told = Resealed()
    # The keys first: a cursor held open while the same table is written is not the same thing on every database.
    for pk in list(rows.exclude(**{column: None}).values_list("pk", flat=True)):
        sealed = rows.filter(pk=pk).values_list(column, flat=True).first()
        if sealed is None:
            continue
        try:
            new = resealed(sealed)
        except Undecryptable:
            told.unopened += 1
            continue
        if new is None:
            told.unchanged += 1
        else:
            told.resealed += rows.filter(pk=pk, **{column: sealed}).update(**{column: new})
    return told


def keyed_hash(text: str, *, purpose: str) -> str:
    """HMAC-SHA256 under ``JSC_HASH_KEY``, hexadecimal; nothing for nothing.

    Case, width and outer blanks do not count, so that one person typed twice is one person.
    ``purpose`` keeps equal names of two sources from giving equal hashes.
    """
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if not folded:
        return ""
    message = f"{purpose}\x00{folded}".encode("utf-8", "surrogatepass")
    return hmac.digest(settings.JSC_HASH_KEY.encode(), message, hashlib.sha256).hex()


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except (ValueError, binascii.Error) as exc:
        raise ImproperlyConfigured(
            "JSC_FIELD_KEYS must be Fernet keys, separated by commas; make one with "
            'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        ) from exc
