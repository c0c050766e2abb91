"""Which hosts citizens' photos may be fetched from: the setting ``JSC_PHOTO_HOSTS``, read and asked. Pure.

    photos.example.org, *.cdn.example.org, qlue=lh3.googleusercontent.com

A name alone counts for every source of reports, ``source=name`` for that one. ``*.`` in front means every name below,
and not the name itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NAME = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
"""A host name with a dot whose last part is no number: an address in any spelling (dotted, octal, one large number) is
none. Names with other letters are written as the network does, ``xn--...``."""


@dataclass(frozen=True, slots=True)
class PhotoHost:
    """``source``: of which source's reports, empty for all. ``below``: the names below ``name`` and not itself."""

    name: str
    source: str = ""
    below: bool = False

    def admits(self, host: str, source: str) -> bool:
        if self.source and self.source != source:
            return False
        return host.endswith(f".{self.name}") if self.below else host == self.name


def read_hosts(entries: Iterable[str]) -> tuple[PhotoHost, ...]:
    """
    Raises:
        ValueError: an entry is no host name; says which.
    """
    return tuple(_read(entry.strip().lower()) for entry in entries)


def _read(entry: str) -> PhotoHost:
    source, equals, name = entry.rpartition("=")
    below = name.startswith("*.")
    name = name.removeprefix("*.")
    if not is_host_name(name) or (equals and not re.fullmatch(r"[a-z0-9_-]{1,20}", source)):
        raise ValueError(f"{entry!r} is no host name (photos.example.org, *.example.org or qlue=photos.example.org)")
    return PhotoHost(name, source, below)


def is_host_name(host: str) -> bool:
    return NAME.fullmatch(host) is not None


def is_listed(host: str, source: str, hosts: Sequence[PhotoHost]) -> bool:
    """``host`` in lower case, as it stands in the address."""
    return is_host_name(host) and any(known.admits(host, source) for known in hosts)
