"""[core] What counts as personal data in a text, and the word that stands in its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    IDENTITY = "identity"
    ACCOUNT = "account"
    PLATE = "plate"
    HANDLE = "handle"
    NAME = "name"


STANDS_FOR: Mapping[Kind, str] = {
    Kind.PHONE: "[telepon]",
    Kind.EMAIL: "[surel]",
    Kind.IDENTITY: "[nomor identitas]",
    Kind.ACCOUNT: "[rekening]",
    Kind.PLATE: "[pelat]",
    Kind.HANDLE: "[akun]",
    Kind.NAME: "[nama]",
}
"""Indonesian in every language of the console: it stands in the middle of a citizen's Indonesian sentence."""

MASK = re.compile("|".join(re.escape(word) for word in STANDS_FOR.values()))


BLANK = "\x00"
"""In the place of what is not to be read again; no pattern takes it for a part of anything."""


def blanked(found: re.Match[str]) -> str:
    """As many blanks as there were characters, so that places stay."""
    return BLANK * len(found.group())


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """``start`` to ``end`` (excluded) of a text."""

    start: int
    end: int
    kind: Kind

    def meets(self, start: int, end: int) -> bool:
        return self.start < end and start < self.end


SHOUTING = 0.7
"""Share of capitals among the letters from which on capitals say nothing."""


def shouts(plain: str) -> bool:
    letters = [c for c in plain if c.isalpha()]
    return len(letters) >= 12 and sum(c.isupper() for c in letters) >= SHOUTING * len(letters)
