"""Photos as strangers send them: honest ones with what telephones write into them, and hostile ones."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import datetime
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
from PIL import Image


def picture(width: int = 400, height: int = 300, seed: int = 1) -> Any:
    """BGR: a street of sorts, with enough in it to be known by, different for each seed."""
    noise = np.random.default_rng(seed).integers(0, 255, (9, 12, 3), dtype=np.uint8)
    shown = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    cv2.rectangle(shown, (width // 8, height // 2), (width // 3, height - 10), (30, 30, 200), -1)
    return shown


def encoded(shown: Any, ending: str = ".jpg", *options: int) -> bytes:
    done, content = cv2.imencode(ending, shown, list(options))
    assert done
    return bytes(content)


def photo(
    *,
    place: tuple[float, float] | None = None,
    taken: datetime | None = None,
    kind: str = "JPEG",
    shown: Any = None,
    **facts: Any,
) -> bytes:
    """A file as Pillow writes it (another hand than the reader under test). ``facts``: ``orientation``, ``offset``
    (e.g. ``+07:00``), ``satellite`` (a datetime in UTC)."""
    exif = Image.Exif()
    exif[0x010F] = "Telepon"
    if facts.get("orientation"):
        exif[0x0112] = facts["orientation"]
    details, gps = exif.get_ifd(0x8769), exif.get_ifd(0x8825)
    if taken is not None:
        details[0x9003] = f"{taken:%Y:%m:%d %H:%M:%S}"
    if facts.get("offset"):
        details[0x9011] = facts["offset"]
    if place is not None:
        gps.update(_place(*place))
    if facts.get("satellite"):
        at = facts["satellite"]
        gps.update({29: f"{at:%Y:%m:%d}", 7: (Fraction(at.hour), Fraction(at.minute), Fraction(at.second))})
    out = io.BytesIO()
    rgb = cv2.cvtColor(picture() if shown is None else shown, cv2.COLOR_BGR2RGB)
    Image.fromarray(rgb).save(out, kind, exif=exif, quality=90)
    return out.getvalue()


def _place(lat: float, lon: float) -> dict[int, Any]:
    return {1: "S" if lat < 0 else "N", 2: _dms(lat), 3: "W" if lon < 0 else "E", 4: _dms(lon)}


def _dms(degrees: float) -> tuple[Fraction, Fraction, Fraction]:
    seconds = round(abs(degrees) * 3600 * 1000)
    return Fraction(seconds // 3_600_000), Fraction(seconds // 60_000 % 60), Fraction(seconds % 60_000, 1000)


# -- Hostile ones -----------------------------------------------------------------------


def png_of_size(width: int, height: int) -> bytes:
    """A small file that says it is huge: one row of zeros, deflated, for each of its rows."""
    row = b"\x00" + b"\x00" * (width // 8 + 1)
    data = zlib.compress(row * min(height, 2_000), 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_chunk(png: bytes, name: bytes, body: bytes) -> bytes:
    """``png`` with one more chunk behind its header."""
    return png[:33] + chunk(name, body) + png[33:]


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """``jpeg`` with one more segment at its start."""
    return jpeg[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def resized_in_header(jpeg: bytes, width: int, height: int) -> bytes:
    """``jpeg`` whose frame header tells another size than its data has."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


def of_many_scans(jpeg: bytes, scans: int) -> bytes:
    """A progressive ``jpeg`` whose last scan is repeated: a pass over the whole picture for each few bytes."""
    at = jpeg.rindex(b"\xff\xda")
    last = jpeg[at:-2]
    return jpeg[:at] + last * scans + jpeg[-2:]


def zip_file() -> bytes:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", "<script>alert(1)</script>")
    return out.getvalue()


def gif() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("P", (64, 64), colour) for colour in range(8)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def animated(kind: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), (colour, 0, 0)) for colour in (0, 100, 200)]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()
