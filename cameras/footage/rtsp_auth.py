"""Answers to an RTSP server's challenge: Digest where it offers one it means, Basic only where it offers no better."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence

HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}

_PAIR = re.compile(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


class Authorizer:
    """One connection's answers. Nothing is sent unasked, and nothing here prints a credential."""

    def __init__(self, username: str, password: str) -> None:
        self._username = username
        self._password = password
        self._digest: dict[str, str] | None = None
        self._basic = False
        self._count = 0

    def learn(self, challenges: Sequence[str]) -> bool:
        """Take up what a 401 asks for; False where there is nothing to answer with."""
        if not self._username and not self._password:
            return False
        digests = [_pairs(text) for text in challenges if text[:6].lower() == "digest"]
        usable = [pairs for pairs in digests if "nonce" in pairs and _algorithm(pairs) is not None]
        if usable:
            self._digest, self._count = usable[0], 0
            return True
        self._basic = not digests and any(text[:5].lower() == "basic" for text in challenges)
        return self._basic

    def header(self, method: str, uri: str) -> str | None:
        """The Authorization header of one request; None before a challenge."""
        if self._digest is not None:
            return self._digested(self._digest, method, uri)
        if not self._basic:
            return None
        import base64

        return "Basic " + base64.b64encode(f"{self._username}:{self._password}".encode()).decode()

    def _digested(self, asked: dict[str, str], method: str, uri: str) -> str:
        name = _algorithm(asked) or "MD5"
        realm, nonce = asked.get("realm", ""), asked["nonce"]
        first, second = f"{self._username}:{realm}:{self._password}", f"{method}:{uri}"
        parts = {"username": self._username, "realm": realm, "nonce": nonce, "uri": uri}
        if "auth" in [word.strip() for word in asked.get("qop", "").split(",")]:
            self._count += 1
            count, own = f"{self._count:08x}", os.urandom(8).hex()
            between = f"{nonce}:{count}:{own}:auth"
            parts |= {"cnonce": own}
            plain = f", qop=auth, nc={count}"
        else:
            between, plain = nonce, ""
        parts["response"] = _hashed(name, f"{_hashed(name, first)}:{between}:{_hashed(name, second)}")
        if "opaque" in asked:
            parts["opaque"] = asked["opaque"]
        told = ", ".join(f'{key}="{_quoted(value)}"' for key, value in parts.items())
        return f"Digest {told}" + (f", algorithm={name}" if "algorithm" in asked else "") + plain


def _pairs(challenge: str) -> dict[str, str]:
    return {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else plain
        for name, quoted, plain in _PAIR.findall(challenge[6:])
    }


def _algorithm(pairs: dict[str, str]) -> str | None:
    """None for one that we do not speak (session variants, SHA-512)."""
    told = pairs.get("algorithm", "MD5").upper()
    return told if told in HASHES else None


def _hashed(name: str, text: str) -> str:
    return HASHES[name](text.encode()).hexdigest()


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
