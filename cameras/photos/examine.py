"""What these bytes are, by their content: names and content types are a stranger's words.

Nothing is decoded here. A file that is a photo and something else as well (a page, a script, an archive) is refused,
although only its pixels would be kept: nobody makes such a file by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cameras.footage.demux import Refused
from cameras.photos import jpeg_file, png_file, webp_file
from cameras.photos.container import Container

OTHERS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("gif", re.compile(rb"GIF8[79]a")),
    ("bmp", re.compile(rb"BM.{4}\x00\x00\x00\x00", re.DOTALL)),
    ("tiff", re.compile(rb"II\*\x00|MM\x00\*")),
    ("heic", re.compile(rb".{4}ftyp(?:hei[cxms]|hev[cx]|mif1|msf1)", re.DOTALL)),
    ("avif", re.compile(rb".{4}ftypavi[fs]", re.DOTALL)),
    ("video", re.compile(rb".{4}ftyp|\x1a\x45\xdf\xa3|RIFF.{4}AVI ", re.DOTALL)),
    ("pdf", re.compile(rb"%PDF-")),
    ("zip", re.compile(rb"PK[\x03\x05]")),
    ("gzip", re.compile(rb"\x1f\x8b")),
    ("svg", re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:.{0,2000}?<)?svg[\s>]", re.IGNORECASE | re.DOTALL)),
    ("html", re.compile(rb"(?:\xef\xbb\xbf)?\s*<")),
)
"""What comes instead of a photo, to be told by name."""

SECOND_NATURE = re.compile(
    rb"<script|<svg[\s>]|<html|<!doctype|<\?php|<iframe|javascript:|%PDF-1|GIF8[79]a"
    rb"|This program cannot be run in DOS mode|\x7fELF[\x01\x02][\x01\x02]"
    rb"|PK\x03\x04[\x0a-\x3f]\x00|PK\x05\x06\x00\x00|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c",
    re.IGNORECASE,
)
"""How other kinds of file begin, looked for where a photo keeps its comments and behind its end. Long enough each that
chance does not write it: phones put megabytes there (a depth map, a second exposure, three seconds of film)."""


def examine(content: bytes, max_pixels: int) -> Container:
    """The photo these bytes are: JPEG, PNG or WebP, whole, and at most ``max_pixels`` large.

    Raises:
        Refused: ``empty``, ``not_a_photo``, ``truncated``, ``broken``, ``animated``, ``bomb``, ``polyglot``,
            ``too_many_pixels``.
    """
    found = _scanner(content)(content)
    if found.width * found.height > max_pixels:
        raise Refused("too_many_pixels", f"{found.width}x{found.height} is over {max_pixels} pixels")
    if any(SECOND_NATURE.search(aside) for aside in found.asides):
        raise Refused("polyglot", f"a {found.kind} that is another kind of file as well")
    return found


def _scanner(content: bytes) -> Callable[[bytes], Container]:
    if not content:
        raise Refused("empty", "no bytes came")
    if content.startswith(b"\xff\xd8\xff"):
        return jpeg_file.scan
    if content.startswith(png_file.SIGNATURE):
        return png_file.scan
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return webp_file.scan
    kind = next((name for name, pattern in OTHERS if pattern.match(content[:4096])), "something unknown")
    raise Refused("not_a_photo", f"neither JPEG, PNG nor WebP, but {kind}")
