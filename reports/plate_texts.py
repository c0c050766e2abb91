"""An offender's plate as text: sealed, opened, masked, and as a hash that tells nothing but "the same again"."""

from __future__ import annotations

import re

from jsc_project.lib.crypto import decrypt, keyed_hash
from reports.models import Category, OffenderPlate

GROUPS = re.compile(r"([A-Z]{1,2})([0-9]{1,4})([A-Z]{0,3})")
HIDDEN_DIGITS = 2


def plate_hash(text: str, category: Category) -> str:
    """Comparable within the category alone. ``text`` in any spelling: blanks do not count."""
    return keyed_hash("".join(text.split()), purpose=f"plate:{category.slug}")


def plate_text(plate: OffenderPlate) -> str | None:
    """As it was read, without spaces; None in doubt.

    Raises:
        Undecryptable: no key opens it.
    """
    return None if plate.sealed is None else decrypt(plate.sealed).decode()


def spaced(text: str) -> str:
    """``B1234XY`` as ``B 1234 XY``."""
    found = GROUPS.fullmatch(text)
    return " ".join(part for part in found.groups() if part) if found else text


def masked(text: str) -> str:
    """``B 12** XY``: the last two digits hidden, of one or two all, so that at least as many plates fit as it hides."""
    found = GROUPS.fullmatch(text)
    if found is None:
        return "*" * len(text)
    region, number, series = found.groups()
    shown = number[: max(0, len(number) - HIDDEN_DIGITS)]
    return " ".join(part for part in (region, shown.ljust(len(number), "*"), series) if part)
