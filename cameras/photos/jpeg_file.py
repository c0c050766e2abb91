"""The structure of a JPEG file (ITU-T T.81, annex B), from its markers."""

from __future__ import annotations

from dataclasses import dataclass, field

from cameras.footage.demux import Refused
from cameras.photos.container import Container, broken, piece

START, END = b"\xff\xd8", 0xD9
SOS, APP1, COMMENT = 0xDA, 0xE1, 0xFE
APPLICATION = range(0xE0, 0xF0)
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Start-of-frame markers; the three left out mean other things."""
ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length. The restarts among them stand inside the picture's data."""
EXIF = b"Exif\x00\x00"
MAX_SCANS = 64
"""Encoders write ten for a progressive picture. Each is one pass over all of it: thousands of them keep a decoder busy
for hours, whatever the file's size."""


@dataclass(slots=True)
class _Found:
    sizes: list[tuple[int, int]] = field(default_factory=list)
    exif: bytes = b""
    asides: list[bytes] = field(default_factory=list)
    scans: int = 0


def scan(content: bytes) -> Container:
    """
    Raises:
        Refused: ``truncated``, ``broken``, ``bomb``.
    """
    found, at = _Found(), len(START)
    while (marker := _marker(content, at))[0] != END:
        at = _segment(content, *marker, found)
    if len(found.sizes) != 1 or not all(found.sizes[0]) or not found.scans:
        raise broken("jpeg", f"{len(found.sizes)} frame headers and {found.scans} scans")
    behind = content[marker[1] :]
    width, height = found.sizes[0]
    return Container("jpeg", width, height, found.exif, (*found.asides, *([behind] if behind else [])))


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """The marker at ``at`` and where what follows it begins; any number of fill bytes may precede one."""
    if piece(content, at, 1) != b"\xff":
        raise broken("jpeg", "no marker where one must stand")
    while piece(content, at, 1) == b"\xff":
        at += 1
    return content[at], at + 1


def _segment(content: bytes, marker: int, at: int, found: _Found) -> int:
    """Take what is of use in one segment; where the next marker stands."""
    if marker in ALONE:
        return at
    size = int.from_bytes(piece(content, at, 2), "big")
    if size < 2:
        raise broken("jpeg", "a segment without room for its own length")
    body = piece(content, at + 2, size - 2)
    if marker in FRAMES:
        found.sizes.append((int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big")))
    elif marker in APPLICATION or marker == COMMENT:
        found.asides.append(body)
        if marker == APP1 and body.startswith(EXIF) and not found.exif:
            found.exif = body[len(EXIF) :]
    elif marker == SOS:
        found.scans += 1
        if found.scans > MAX_SCANS:
            raise Refused("bomb", f"over {MAX_SCANS} scans of one picture")
        return _behind_data(content, at + size)
    return at + size


def _behind_data(content: bytes, at: int) -> int:
    """Where the next marker after the entropy-coded data stands: FF before 00 is data, before RST part of it."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise Refused("truncated", "the file ends before its picture does")
        if content[at + 1] != 0x00 and content[at + 1] not in ALONE:
            return at
        at += 2
