"""The structure of a WebP file (RFC 9649), from its chunks."""

from __future__ import annotations

from cameras.footage.demux import Refused
from cameras.photos.container import Container, broken, piece

OF_THE_PICTURE = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH"})
ANIMATED = frozenset({b"ANIM", b"ANMF"})
EXIF = b"Exif\x00\x00"
MAX_CHUNKS = 1_000


def scan(content: bytes) -> Container:
    """
    Raises:
        Refused: ``truncated``, ``broken``, ``animated``, ``bomb``.
    """
    end = 8 + int.from_bytes(piece(content, 4, 4), "little")
    piece(content, 0, end)
    sizes: list[tuple[int, int]] = []
    exif, asides, at = b"", [], 12
    for _ in range(MAX_CHUNKS):
        if at >= end:
            break
        name, body, at = _chunk(content, at, end)
        if name in ANIMATED:
            raise Refused("animated", "an animation and no photo")
        if name in OF_THE_PICTURE:
            sizes += [size] if (size := _size(name, body)) else []
        else:
            asides.append(body)
        exif = body.removeprefix(EXIF) if name == b"EXIF" else exif
    else:
        raise Refused("bomb", f"over {MAX_CHUNKS} chunks")
    if not sizes or len(set(sizes)) > 1 or not all(sizes[0]):
        raise broken("webp", "it tells no size, or several")
    behind = content[end:]
    return Container("webp", *sizes[0], exif, (*asides, *([behind] if behind else [])))


def _chunk(content: bytes, at: int, end: int) -> tuple[bytes, bytes, int]:
    """Name, data and where the next one begins; chunks are padded to an even length."""
    size = int.from_bytes(piece(content, at + 4, 4), "little")
    if at + 8 + size > end:
        raise broken("webp", "a chunk is longer than the file says it is")
    return content[at : at + 4], content[at + 8 : at + 8 + size], at + 8 + size + size % 2


def _size(name: bytes, body: bytes) -> tuple[int, int] | None:
    """Of the canvas or of the picture itself; None of the chunks that tell none."""
    if name == b"VP8X":
        return int.from_bytes(piece(body, 4, 3), "little") + 1, int.from_bytes(piece(body, 7, 3), "little") + 1
    if name == b"VP8 ":
        if piece(body, 3, 3) != b"\x9d\x01\x2a":
            raise broken("webp", "its picture does not begin as one")
        return int.from_bytes(piece(body, 6, 2), "little") & 0x3FFF, int.from_bytes(
            piece(body, 8, 2), "little"
        ) & 0x3FFF
    if name == b"VP8L":
        if piece(body, 0, 1) != b"\x2f":
            raise broken("webp", "its picture does not begin as one")
        bits = int.from_bytes(piece(body, 1, 4), "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None
