"""Tracking codes: what a citizen types to follow a report.

Twenty characters of Crockford's base32 in five groups of four, such as
``7K3M-9QAV-0T4X-HE2C-W5PN``: 95 random bits and one check character. Crockford's own
check symbol comes from 37 characters, among them ``*~$=U``, which break in addresses
and over the telephone; ours stays in the 32. It is a Reed-Solomon parity over GF(32):
every single wrong character and every swap of two characters is noticed.
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O (read as 1, 1, 0) and U."""

LENGTH = 20
GROUP = 4
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_FIELD_POLYNOMIAL = 0b100101
"""x^5 + x^2 + 1, primitive over GF(2): the powers of x run through all 31 non-zero elements."""


def new_code() -> str:
    """A code nobody has: 95 random bits, never derived from an id or a time."""
    payload = [secrets.randbelow(32) for _ in range(LENGTH - 1)]
    return _grouped("".join(ALPHABET[value] for value in [*payload, _times_x(_parity(payload))]))


def normalise(text: str) -> str:
    """``text`` as a code is issued: upper case, O as 0, I and L as 1, hyphens where they belong.

    What cannot be a code (another length, other characters) comes back stripped and
    otherwise untouched, so that looking it up finds nothing. The check character is
    not judged here, see ``is_valid``.
    """
    plain = _plain(text)
    return _grouped(plain) if plain else text.strip()


def is_valid(text: str) -> bool:
    """Whether ``text``, however it is typed, is a code that could have been issued."""
    plain = _plain(text)
    return bool(plain) and _parity([_VALUES[character] for character in plain]) == 0


def _plain(text: str) -> str:
    """The 20 characters, or nothing when ``text`` has no such reading."""
    cleaned = "".join(text.split()).replace("-", "").upper().translate(_MISREAD)
    return cleaned if len(cleaned) == LENGTH and all(c in _VALUES for c in cleaned) else ""


def _grouped(plain: str) -> str:
    return "-".join(plain[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def _parity(values: list[int]) -> int:
    """The polynomial with these coefficients at x, by Horner; 0 for a whole valid code."""
    total = 0
    for value in values:
        total = _times_x(total) ^ value
    return total


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ _FIELD_POLYNOMIAL if doubled & 0b100000 else doubled
