"""When a file from a plain web server begins: by its address, its name, its header, or what it says of itself; pure.

An address that tells a time tells what was asked for. A recording that begins later, or has a hole, comes back shorter
under the same address, and nothing in it says which end is missing: such a file is dated only where the time of its
last change confirms that it begins when its address says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from cameras.footage import dating, http_settings
from cameras.footage.decode import MediaInfo
from cameras.footage.http_settings import ASKED, CREATED, CREATED_LOCAL, LAST_MODIFIED, NAME, START_AT
from cameras.footage.names import named_time
from cameras.footage.source import FootageUndated

SHORT_S = 3.0
SHORT_SHARE = 0.01
"""A file may be shorter than its address tells by this: files are cut at keyframes, cameras drop pictures."""

CHANGED_NEAR_S = 15.0
"""Between a recording's end and its file's last change: recorders write their index last."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file. ``start``, ``end``: what its address tells, by the device's clock in its zone."""

    address: str
    start: datetime
    end: datetime

    @property
    def name(self) -> str:
        """For the file here: readable, and different for different addresses."""
        plain = PurePosixPath(unquote(urlsplit(self.address).path)).name[-60:]
        safe = "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in plain)
        return f"{hashlib.sha256(self.address.encode()).hexdigest()[:10]}-{safe or 'file'}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a file besides its pictures. ``whole``: it was not broken off on its way."""

    wanted: Wanted
    last_modified: datetime | None
    created_at: datetime | None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Dating:
    """``how``: one of the choices of the settings; ``start_at``: the start that was entered, if any."""

    how: str
    zone: tzinfo
    start_at: datetime | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any], zone: tzinfo) -> Dating:
        given = settings.get("start_at")
        at = datetime.fromisoformat(str(given)) if given else None
        return cls(http_settings.dated_by(settings), zone, at if at is None or at.tzinfo else at.replace(tzinfo=zone))

    def first_packet_at(self, seen: Seen, info: MediaInfo) -> datetime:
        """By the device's clock.

        Raises:
            FootageUndated: what is to tell it does not, or not for sure.
        """
        found = _by_address(seen, info) if self.how == ASKED else self._told(seen, info)
        if found is None:
            raise FootageUndated(f"nothing tells when it begins ({self.how})", reason=self.how)
        return found

    def without_the_file(self, wanted: Wanted) -> datetime | None:
        """The start, where it can be told before anything is fetched."""
        if self.how == START_AT:
            return self.start_at
        if self.how != NAME:
            return None
        named = named_time(PurePosixPath(unquote(urlsplit(wanted.address).path).lstrip("/")), self.zone)
        return None if named is None else named.start

    def _told(self, seen: Seen, info: MediaInfo) -> datetime | None:
        if self.how == LAST_MODIFIED and seen.last_modified is not None:
            return seen.last_modified - timedelta(seconds=_length_s(info)) if seen.whole else None
        if self.how == CREATED:
            return seen.created_at
        if self.how == CREATED_LOCAL and seen.created_at is not None:
            return seen.created_at.replace(tzinfo=self.zone)
        return self.without_the_file(seen.wanted)


def _by_address(seen: Seen, info: MediaInfo) -> datetime:
    """Raises FootageUndated when the file is shorter than its address tells, and nothing says at which end."""
    start, end = seen.wanted.start, seen.wanted.end
    asked_s, came_s = (end - start).total_seconds(), _length_s(info)
    if came_s >= asked_s - max(SHORT_S, SHORT_SHARE * asked_s):
        asked = dating.Asked(start, end, start, end, sure=False)
        return dating.dated(asked, dating.Came(came_s, info.keyframe_gap_max_s, seen.whole)).at
    if seen.whole and seen.last_modified is not None:
        ends = start + timedelta(seconds=came_s)
        if abs((seen.last_modified - ends).total_seconds()) <= CHANGED_NEAR_S:
            return start
    raise FootageUndated(
        "shorter than its address tells, and nothing says which end is missing",
        reason="shorter_than_asked",
        asked_s=round(asked_s, 1),
        came_s=round(came_s, 1),
    )


def _length_s(info: MediaInfo) -> float:
    return info.lead_s + info.duration_s


def last_modified(headers: Mapping[str, str]) -> datetime | None:
    try:
        told = parsedate_to_datetime(headers["last-modified"])
    except (KeyError, ValueError, TypeError):
        return None
    return told if told.tzinfo is not None else told.replace(tzinfo=UTC)
