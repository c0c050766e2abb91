"""What a playlist says, read with the m3u8 library and nothing believed; pure.

Every address, number and date here is the server's word. Addresses are made absolute and are checked only where
they are fetched; lengths are for finding one's way, never for dating pictures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urljoin

from m3u8 import parser

from cameras.footage.source import FootageUnreadable

PLAYLIST_BYTES_MAX = 4 << 20
"""A day of two-second segments with a date on each takes some 4 MB."""
ENTRIES_MAX = 50_000
LINE_MAX = 8_192
LONGEST_S = 86_400.0
YEARS = (1990, 2100)
NUMBER_MAX = 1 << 63
TARGET_LOW_S, TARGET_HIGH_S = 0.5, 30.0
"""The target length paces the polling: a server's odd figure must neither flood it nor put us to sleep."""

PLAIN_FORMAT = "identity"
FAULTS = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError)
"""What the library lets through when a line is not what it takes it for."""


@dataclass(frozen=True, slots=True)
class Span:
    """``length`` bytes from ``offset`` of a larger file."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Key:
    """AES-128 in whole segments. ``iv``: 16 bytes, None where the segment's number serves."""

    address: str
    iv: bytes | None


@dataclass(frozen=True, slots=True)
class Init:
    """What stands before every fMP4 segment."""

    address: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One segment. ``said_s``: its length by the playlist. ``told_at``: date of its first picture by the stream's
    clock, where it has one of its own. ``breaks``: its times do not go on from the one before. ``gap``: known to be
    missing. ``locked``: encrypted in a way that is not ours to open, by name.
    """

    sequence: int
    address: str
    said_s: float
    told_at: datetime | None = None
    breaks: bool = False
    gap: bool = False
    key: Key | None = None
    init: Init | None = None
    span: Span | None = None
    locked: str = ""


@dataclass(frozen=True, slots=True)
class MediaPlaylist:
    """``entries`` ascending by ``sequence``, without holes in it. ``ended``: nothing will be added."""

    entries: tuple[Entry, ...]
    target_s: float
    ended: bool

    @property
    def is_dated(self) -> bool:
        return any(entry.told_at is not None for entry in self.entries)

    @property
    def said_s(self) -> float:
        return sum(entry.said_s for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Variant:
    """One quality of a stream; 0 where the playlist does not tell."""

    address: str
    bandwidth: int = 0
    width: int = 0
    height: int = 0
    codecs: str = ""


def parsed(text: str, base: str, zone: tzinfo) -> MediaPlaylist | tuple[Variant, ...]:
    """A media playlist, or the variants of a master playlist.

    ``base``: absolute address of the playlist. ``zone``: of dates without an offset, which the format forbids and some
    servers write.

    Raises:
        FootageUnreadable: ``data["reason"]`` is ``not_a_playlist``, ``too_large`` or ``bad_playlist``.
    """
    _check_size(text)
    try:
        found = parser.parse(text.lstrip("\ufeff"), custom_tags_parser=_Dates(zone))
        if found["playlists"] and not any(segment.get("uri") for segment in found["segments"]):
            return tuple(_variant(one, base) for one in found["playlists"])
        return _media(found, base)
    except FAULTS as error:
        # The library's own words quote the line, which may hold a token.
        why = str(error) if isinstance(error, _Odd) else type(error).__name__
        raise FootageUnreadable(f"a line of the playlist cannot be read: {why}", reason="bad_playlist") from None


class _Odd(ValueError):
    """Our own complaint about a figure in it."""


def _check_size(text: str) -> None:
    if not text.lstrip("\ufeff \r\n\t").startswith("#EXTM3U") or "\0" in text:
        raise FootageUnreadable("the answer is no playlist", reason="not_a_playlist")
    if len(text) > PLAYLIST_BYTES_MAX or text.count("#EXTINF") > ENTRIES_MAX:
        raise FootageUnreadable(
            f"a playlist of over {PLAYLIST_BYTES_MAX >> 20} MiB or {ENTRIES_MAX} entries", reason="too_large"
        )
    # The library takes a line apart with a pattern whose cost grows with its square.
    if any(len(line) > LINE_MAX for line in text.splitlines()):
        raise FootageUnreadable(f"a line of over {LINE_MAX} characters", reason="bad_playlist")


class _Dates:
    """Reads the dates instead of the library, which gives the whole playlist up over one that it cannot read, and
    carries dates on by declared lengths, which lie."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def __call__(self, line: str, lineno: int, data: dict[str, Any], state: dict[str, Any]) -> bool:
        tag, _, value = line.partition(":")
        if tag != "#EXT-X-PROGRAM-DATE-TIME":
            return False
        try:
            at = datetime.fromisoformat(value.strip())
        except ValueError:
            return True
        if not YEARS[0] <= at.year <= YEARS[1]:
            return True  # a clock that was never set, or arithmetic that would leave the calendar
        state["program_date_time"] = at if at.tzinfo is not None else at.replace(tzinfo=self._zone)
        return True


def _variant(one: Mapping[str, Any], base: str) -> Variant:
    info = one["stream_info"]
    width, _, height = str(info.get("resolution", "")).lower().partition("x")
    size = (int(width), int(height)) if width.isdecimal() and height.isdecimal() else (0, 0)
    return Variant(urljoin(base, one["uri"]), int(info.get("bandwidth") or 0), *size, str(info.get("codecs") or ""))


def _media(found: Mapping[str, Any], base: str) -> MediaPlaylist:
    # Parts of a segment that is not finished yet stand at the end without an address.
    segments = [segment for segment in found["segments"] if segment.get("uri")]
    first = int(found["media_sequence"] or 0) + int(found["skip"].get("skipped_segments") or 0)
    if not 0 <= first < NUMBER_MAX:
        raise _Odd("the number of the first segment")
    entries: list[Entry] = []
    for number, segment in enumerate(segments, first):
        entries.append(_entry(number, segment, base, entries[-1] if entries else None))
    target_s = float(found.get("targetduration") or max((entry.said_s for entry in entries), default=0.0) or 6.0)
    return MediaPlaylist(
        tuple(entries), min(max(target_s, TARGET_LOW_S), TARGET_HIGH_S), ended=bool(found["is_endlist"])
    )


def _entry(number: int, segment: Mapping[str, Any], base: str, before: Entry | None) -> Entry:
    said_s = float(segment.get("duration", 0.0))
    if not math.isfinite(said_s) or not 0 <= said_s <= LONGEST_S:
        raise _Odd(f"a segment of {said_s:g} s")
    address = urljoin(base, segment["uri"])
    key, locked = _key(segment.get("key"), base)
    return Entry(
        number,
        address,
        said_s,
        segment.get("program_date_time"),
        breaks=bool(segment.get("discontinuity")),
        gap=bool(segment.get("gap_tag")),
        key=key,
        init=_init(segment.get("init_section"), base),
        span=_span(segment.get("byterange"), address, before),
        locked=locked,
    )


def _key(told: Mapping[str, Any] | None, base: str) -> tuple[Key | None, str]:
    """The key, or the name of what is not ours to open."""
    method = str((told or {}).get("method") or "NONE").upper()
    if told is None or method == "NONE":
        return None, ""
    if method != "AES-128" or told.get("keyformat", PLAIN_FORMAT) != PLAIN_FORMAT or not told.get("uri"):
        return None, method[:40]
    iv = str(told.get("iv") or "")
    return Key(urljoin(base, told["uri"]), int(iv, 16).to_bytes(16, "big") if iv else None), ""


def _init(told: Mapping[str, Any] | None, base: str) -> Init | None:
    if not told:
        return None
    return Init(urljoin(base, told["uri"]), _span(told.get("byterange"), "", None, first=0))


def _span(told: str | None, address: str, before: Entry | None, first: int | None = None) -> Span | None:
    """``length[@offset]``; without an offset it goes on where the entry before ended in the same file."""
    if not told:
        return None
    length, _, start = str(told).partition("@")
    if start:
        offset = int(start)
    elif before is not None and before.span is not None and before.address == address:
        offset = before.span.offset + before.span.length
    elif first is not None:
        offset = first
    else:
        raise _Odd("a byte range that goes on from nothing")
    if offset < 0 or int(length) <= 0:
        raise _Odd("a byte range of no bytes")
    return Span(offset, int(length))


def chosen(variants: Sequence[Variant], quality: str) -> list[Variant]:
    """Variants with pictures, the one to try first in front.

    ``quality``: ``best``, ``smallest``, or ``auto``: the best that is no larger than 1080p.
    """
    filmed = [one for one in variants if not _only_sound(one)] or list(variants)
    ascending = sorted(filmed, key=lambda one: (one.width * one.height, one.bandwidth))
    if quality == "smallest":
        return ascending
    descending = ascending[::-1]
    if quality == "best":
        return descending
    return [one for one in descending if _fits(one)] + [one for one in ascending if not _fits(one)]


SOUND_CODECS = ("mp4a", "ac-3", "ec-3", "opus")
FULL_HD_PIXELS = 1920 * 1088
FULL_HD_BITS_S = 12_000_000


def _fits(one: Variant) -> bool:
    """1080p-class: by its size where one is told, else by its rate."""
    return one.width * one.height <= FULL_HD_PIXELS if one.height else one.bandwidth <= FULL_HD_BITS_S


def _only_sound(one: Variant) -> bool:
    codecs = [codec.strip() for codec in one.codecs.split(",") if codec.strip()]
    return (
        bool(codecs) and not one.height and all(codec.startswith(("mp4a", "ac-3", "ec-3", "opus")) for codec in codecs)
    )
