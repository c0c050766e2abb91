"""The length that a fragmented MP4 tells of itself. [core]

Its movie box speaks of no pictures, or of the first fragment's only, and libav counts the fragments that are there.
What is promised stands elsewhere (ISO/IEC 14496-12): the movie extends header (``mehd``) tells the whole length, a
segment index (``sidx``) the length of what follows it, each fragment (``moof``) that of its own pictures, whose bytes
come after it. The random access index at the end (``mfra``) is the first to go when a copy breaks off.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

READ = frozenset({b"moov", b"sidx", b"moof"})
BOX_BYTES_MAX = 64 << 20
BOXES_MAX = 1_000_000
BEGINS_S = 1.0
"""A file whose first fragment begins later in the movie is a piece of it, and the movie's length is not its own."""

HAS_DURATION, HAS_SIZE, HAS_FLAGS, HAS_OFFSET = 0x100, 0x200, 0x400, 0x800
"""What ``trun`` tells of each picture."""

Span = tuple[float, float]


@dataclass(slots=True)
class Told:
    """``whole_s``: length of the movie by its headers; ``indexed``, ``in_fragments``: from the first picture to the
    end of the last that segment indexes and fragments speak of, seconds of the track. ``is_cut``: the last box is
    not whole."""

    is_fragmented: bool = False
    is_cut: bool = False
    whole_s: float = 0.0
    indexed: Span | None = None
    in_fragments: Span | None = None

    @property
    def promised_s(self) -> float | None:
        """Seconds from the first picture to the end of the last; None where nothing is told."""
        spans = [span for span in (self.indexed, self.in_fragments) if span is not None]
        lengths = [end - start for start, end in spans]
        if all(start <= BEGINS_S for start, _end in spans):
            lengths.append(self.whole_s)
        return max(lengths, default=0.0) or None


def told(path: Path, track: int) -> Told | None:
    """What the file tells of the track with this number; None where it is not fragmented, or not to be made out."""
    reading = _Reading(track)
    try:
        with path.open("rb") as file:
            for kind, body in _top_boxes(file, reading.told):
                reading.take(kind, body)
    except (OSError, struct.error):
        return None
    return reading.told if reading.told.is_fragmented else None


def _top_boxes(file: BinaryIO, found: Told) -> Iterator[tuple[bytes, bytes]]:
    """The boxes that tell lengths; the others are passed over."""
    size, at = file.seek(0, os.SEEK_END), 0
    for _number in range(BOXES_MAX):
        if at >= size:
            return
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            break
        length, kind, skip = _head(head, size - at)
        if length < skip or at + length > size:
            break
        if kind in READ and length <= BOX_BYTES_MAX:
            file.seek(at + skip)
            yield kind, file.read(length - skip)
        at += length
    found.is_cut = True


def _head(head: bytes, left: int) -> tuple[int, bytes, int]:
    """Bytes of the whole box, its four letters, bytes of its head. A length of 0 reaches to the end."""
    length, kind = struct.unpack_from(">I4s", head)
    if length == 1:
        return (struct.unpack_from(">Q", head, 8)[0] if len(head) == 16 else 0), kind, 16
    return length or left, kind, 8


def _children(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(body):
        length, kind, skip = _head(body[at : at + 16], len(body) - at)
        if length < skip or at + length > len(body):
            return
        yield kind, body[at + skip : at + length]
        at += length


@dataclass(slots=True)
class _Reading:
    """What has been read so far. ``scale``: ticks a second of the track; ``own_ticks``: what the movie box itself holds
    of it; ``usual``: ticks of a picture that tells none."""

    track: int
    told: Told = field(default_factory=Told)
    scale: int = 0
    own_ticks: int = 0
    usual: int = 0

    def take(self, kind: bytes, body: bytes) -> None:
        if kind == b"moov":
            self._movie(body)
        elif kind == b"sidx":
            self._index(body)
        elif kind == b"moof":
            for part, inner in _children(body):
                if part == b"traf":
                    self._fragment(_parts(inner), inner)

    def _movie(self, body: bytes) -> None:
        parts = _parts(body)
        extends = parts.get(b"mvex")
        if extends is None or b"mvhd" not in parts:
            return
        self.told.is_fragmented = True
        movie_scale, movie_ticks = _scale_and_ticks(parts[b"mvhd"])
        whole = _parts(extends).get(b"mehd")
        ticks = max(movie_ticks, _whole_ticks(whole) if whole is not None else 0)
        self.told.whole_s = ticks / movie_scale if movie_scale else 0.0
        for kind, inner in _children(body):
            if kind == b"trak":
                self._track(_parts(inner))
        for kind, inner in _children(extends):
            if kind == b"trex" and struct.unpack_from(">I", inner, 4)[0] == self.track:
                (self.usual,) = struct.unpack_from(">I", inner, 12)

    def _track(self, parts: dict[bytes, bytes]) -> None:
        head = parts.get(b"tkhd", b"")
        number_at = 20 if head[:1] == b"\1" else 12
        if len(head) < number_at + 4 or struct.unpack_from(">I", head, number_at)[0] != self.track:
            return
        media = _parts(parts.get(b"mdia", b"")).get(b"mdhd")
        if media is not None:
            self.scale, self.own_ticks = _scale_and_ticks(media)

    def _index(self, body: bytes) -> None:
        """Of our track alone; the numbers in it are of the index's own clock."""
        wide = body[:1] != b"\0"
        track, scale = struct.unpack_from(">2I", body, 4)
        first, at = struct.unpack_from(">Q" if wide else ">I", body, 12)[0], 28 if wide else 20
        (count,) = struct.unpack_from(">H", body, at + 2)
        if track != self.track or not scale:
            return
        ticks = sum(struct.unpack_from(">I", body, at + 4 + 12 * one + 4)[0] for one in range(count))
        self.told.indexed = _joined(self.told.indexed, (first / scale, (first + ticks) / scale))

    def _fragment(self, parts: dict[bytes, bytes], body: bytes) -> None:
        header, clock = parts.get(b"tfhd", b""), parts.get(b"tfdt")
        if len(header) < 8 or struct.unpack_from(">I", header, 4)[0] != self.track or clock is None or not self.scale:
            return
        (start,) = struct.unpack_from(">Q" if clock[:1] == b"\1" else ">I", clock, 4)
        usual = _usual_ticks(header) or self.usual
        ticks = sum(_run_ticks(inner, usual) for kind, inner in _children(body) if kind == b"trun")
        first = 0.0 if self.own_ticks else start / self.scale
        self.told.in_fragments = _joined(self.told.in_fragments, (first, (start + ticks) / self.scale))


def _parts(body: bytes) -> dict[bytes, bytes]:
    """The boxes inside, one of a kind."""
    return dict(_children(body))


def _joined(known: Span | None, new: Span) -> Span:
    return new if known is None else (min(known[0], new[0]), max(known[1], new[1]))


def _scale_and_ticks(body: bytes) -> tuple[int, int]:
    """Of a movie's or a track's header: ticks a second, and how many; 0 where nobody filled them in."""
    if body[:1] == b"\1":
        scale, ticks, untold = *struct.unpack_from(">IQ", body, 20), 2**64 - 1
    else:
        scale, ticks, untold = *struct.unpack_from(">2I", body, 12), 2**32 - 1
    return scale, 0 if ticks == untold else ticks


def _whole_ticks(body: bytes) -> int:
    return int(struct.unpack_from(">Q" if body[:1] == b"\1" else ">I", body, 4)[0])


def _usual_ticks(header: bytes) -> int:
    """A fragment's own default; 0 where it has none."""
    flags = int.from_bytes(header[1:4], "big")
    at = 8 + (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
    return int(struct.unpack_from(">I", header, at)[0]) if flags & 0x8 else 0


def _run_ticks(body: bytes, usual: int) -> int:
    flags, (count,) = int.from_bytes(body[1:4], "big"), struct.unpack_from(">I", body, 4)
    if not flags & HAS_DURATION:
        return int(count) * usual
    at = 8 + (4 if flags & 0x1 else 0) + (4 if flags & 0x4 else 0)
    entry = sum(4 for one in (HAS_DURATION, HAS_SIZE, HAS_FLAGS, HAS_OFFSET) if flags & one)
    return sum(int.from_bytes(body[start : start + 4], "big") for start in range(at, at + entry * count, entry))
