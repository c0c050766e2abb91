"""The arithmetic of the access log: what is hashed, how lines hang on each other, what a broken one looks like.

Each line carries an HMAC-SHA256 over its own content and the hash of the line before it. A plain SHA-256 would hang
together as well, but whoever can write the database could change a line and compute all that follow anew; with a key
that the database does not hold they cannot make a single one. Whoever holds the key as well (the service's own
account) still can: against them help anchors, copies of (number, hash) kept elsewhere (``services.access_log``).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

GENESIS = "0" * 64
"""What the first line hangs on."""
VERSION = 1
"""Of what is hashed, and part of it: another way of hashing must not be able to give an equal line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is stored. ``at`` is aware; ``detail`` holds strings, whole numbers, booleans, lists of them."""

    number: int
    at: datetime
    kind: str
    user_id: int | None
    username: str
    why: str
    reason: str
    address: str
    camera_code: str
    incident_id: int | None
    subject: str
    detail: Mapping[str, Any]
    previous_hash: str
    key_id: str = ""
    entry_hash: str = ""


def unreadable(number: int, key_id: str) -> Line:
    """In the place of a line whose columns hold what no line could hold: it proves nothing."""
    never = datetime.min.replace(tzinfo=UTC)
    return Line(number, never, "", None, "", "", "", "", "", None, "", {}, "", key_id)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The key in use, then those that were, newest first.

    A key taken out of use proves the lines it made; a line that comes after one of a newer key it proves no more,
    so that a key that leaked cannot be used for new lines.
    """

    keys: Sequence[bytes]

    def __post_init__(self) -> None:
        if not self.keys or not all(self.keys):
            raise ValueError("a key ring needs a key, and no empty ones")

    @property
    def current_id(self) -> str:
        return _key_id(self.keys[0])

    def place_of(self, key_id: str) -> int | None:
        """0 is the key in use; None: no key of ours."""
        return next((place for place, key in enumerate(self.keys) if _key_id(key) == key_id), None)

    def signed(self, line: Line) -> Line:
        """The line with the current key's name and its hash."""
        named = replace(line, key_id=self.current_id)
        return replace(named, entry_hash=_line_hash(named, self.keys[0]))

    def proves(self, line: Line) -> bool:
        """A line that cannot even be hashed (a time that is none) proves nothing."""
        place = self.place_of(line.key_id)
        try:
            return place is not None and hmac.compare_digest(_line_hash(line, self.keys[place]), line.entry_hash)
        except (AttributeError, TypeError, ValueError):
            return False

    def head_mac(self, number: int, entry_hash: str) -> str:
        """What says that the log ended with this line when it was written."""
        return _mac(self.keys[0], "head", {"number": number, "hash": entry_hash})

    def proves_head(self, number: int, entry_hash: str, mac: str) -> bool:
        """A key that was in use counts: after a change of keys the head is an old one until the next line."""
        content = {"number": number, "hash": entry_hash}
        return any(hmac.compare_digest(_mac(key, "head", content), mac) for key in self.keys)


@dataclass(frozen=True, slots=True)
class Break:
    """The first line that does not hold. ``number``: of the line that is missing, or is not what it was."""

    number: int
    code: str
    detail: str

    def as_json(self) -> dict[str, Any]:
        return {"number": self.number, "code": self.code, "detail": self.detail}


@dataclass(slots=True)
class Walk:
    """Goes along the lines; remembers where it is. ``start`` > 1 takes the lines before it as they are said to be."""

    ring: KeyRing
    start: int = 1
    lines: int = 0
    last_number: int = 0
    last_hash: str = GENESIS
    key_place: int | None = None

    def along(self, lines: Iterable[Line]) -> Break | None:
        """The first break, or None. Lines come in the order of their numbers."""
        for line in lines:
            broken = self._broken(line)
            if broken is not None:
                return broken
            self.lines += 1
            self.last_number, self.last_hash = line.number, line.entry_hash
            self.key_place = self.ring.place_of(line.key_id)
        return None

    def _broken(self, line: Line) -> Break | None:
        expected = self.last_number + 1 if self.lines else self.start
        if line.number != expected:
            return Break(expected, "missing", f"after line {expected - 1} comes line {line.number}")
        place = self.ring.place_of(line.key_id)
        if place is None:
            return Break(line.number, "unknown_key", f"made with a key {line.key_id!r} that is not ours")
        if not self.ring.proves(line):
            return Break(line.number, "changed", "its content is not what was written")
        if (self.lines or self.start == 1) and line.previous_hash != self.last_hash:
            return Break(line.number, "unlinked", f"it does not hang on line {line.number - 1}")
        if self.key_place is not None and place > self.key_place:
            return Break(line.number, "key_out_of_use", f"made with key {line.key_id} after it was replaced")
        return None


def look_detail(look: Any) -> dict[str, Any]:
    """What a look at an original says of itself in its line, so that the look's own row is proven by it."""
    return {
        "look": str(look.key),
        "clip": look.clip_id,
        "start": instant(look.start_at),
        "end": instant(look.end_at),
        "until": instant(look.until),
    }


def instant(at: datetime) -> str:
    """UTC, with microseconds: equal times are equal texts."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _line_hash(line: Line, key: bytes) -> str:
    names = [name for name in Line.__slots__ if name != "entry_hash"]
    content = {name: getattr(line, name) for name in names}
    return _mac(key, "line", {**content, "at": instant(line.at), "detail": dict(line.detail)})


def _mac(key: bytes, what: str, content: Mapping[str, Any]) -> str:
    """HMAC-SHA256, hexadecimal, over JSON with sorted keys. ``what`` keeps a head from passing for a line."""
    plain = json.dumps({"v": VERSION, "what": what, **content}, sort_keys=True, separators=(",", ":"))
    return hmac.digest(_derived(key), plain.encode("ascii"), hashlib.sha256).hex()


@lru_cache(maxsize=16)
def _key_id(key: bytes) -> str:
    return hmac.digest(_derived(key), b"key id", hashlib.sha256).hex()[:16]


@lru_cache(maxsize=16)
def _derived(key: bytes) -> bytes:
    """A key of its own: the reporters' hashes are made with the same secret, and no text may serve for both."""
    return hmac.digest(key, b"jsc access log", hashlib.sha256)
