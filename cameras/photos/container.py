"""What the scanners of the three formats answer, and how they read: never past the end, never more than is there."""

from __future__ import annotations

from dataclasses import dataclass

from cameras.footage.demux import Refused


@dataclass(frozen=True, slots=True)
class Container:
    """A whole picture file, from its own structure; nothing is decoded.

    ``width``, ``height`` in pixels, as stored. ``exif``: the TIFF block, empty without one. ``asides``: every
    stretch of bytes that is no part of the picture (comments, metadata, what stands behind the end).
    """

    kind: str
    width: int
    height: int
    exif: bytes
    asides: tuple[bytes, ...]


def piece(content: bytes, at: int, size: int) -> bytes:
    """``size`` bytes from ``at``.

    Raises:
        Refused: ``truncated``: they are not all there.
    """
    found = content[at : at + size]
    if len(found) < size:
        raise Refused("truncated", "the file ends before its picture does")
    return found


def broken(kind: str, what: str) -> Refused:
    """A file that begins as one of ``kind`` and breaks its rules."""
    return Refused("broken", f"no {kind} that can be read: {what}")
