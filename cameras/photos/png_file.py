"""The structure of a PNG file (W3C, PNG third edition), from its chunks."""

from __future__ import annotations

import zlib

from cameras.footage.demux import Refused
from cameras.photos.container import Container, broken, piece

SIGNATURE = b"\x89PNG\r\n\x1a\n"
OF_THE_PICTURE = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
MAX_CHUNKS = 20_000
"""An encoder that cuts 10 MB into pieces of 4 kB writes 2,500."""


def scan(content: bytes) -> Container:
    """
    Raises:
        Refused: ``truncated``, ``broken``, ``animated``, ``bomb``.
    """
    at, name, chunks = len(SIGNATURE), b"", 0
    size, exif, asides, has_data = (0, 0), b"", [], False
    while name != b"IEND":
        name, body, at = _chunk(content, at)
        chunks += 1
        if chunks > MAX_CHUNKS:
            raise Refused("bomb", f"over {MAX_CHUNKS} chunks")
        if (name == b"IHDR") != (chunks == 1):
            raise broken("png", "its header is not the first chunk")
        if name == b"IHDR":
            size = (int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big"))
        elif name == b"acTL":
            raise Refused("animated", "an animation and no photo")
        elif name not in OF_THE_PICTURE:
            asides.append(body)
        exif = body if name == b"eXIf" else exif
        has_data = has_data or name == b"IDAT"
    if not all(size) or not has_data:
        raise broken("png", "no size, or no picture data")
    behind = content[at:]
    return Container("png", *size, exif, (*asides, *([behind] if behind else [])))


def _chunk(content: bytes, at: int) -> tuple[bytes, bytes, int]:
    """Name, data and where the next one begins; the checksum is right."""
    size = int.from_bytes(piece(content, at, 4), "big")
    named = piece(content, at + 4, 4 + size)
    told = int.from_bytes(piece(content, at + 8 + size, 4), "big")
    if zlib.crc32(named) != told:
        raise broken("png", "a checksum is wrong")
    return named[:4], named[4:], at + 12 + size
