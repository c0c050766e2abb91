"""Settings and looks that recorders with a web interface have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cameras.footage.fetch import Fetcher
from cameras.footage.options import Choice, Option, Words, url_complaint
from cameras.footage.source import FootageUnreadable, Glance

DEVICE_URL = Option(
    "url",
    Words("Alamat perangkat", "Address of the device"),
    required=True,
    check=url_complaint("http", "https"),
    help=Words(
        "Misalnya http://10.20.1.5 atau https://10.20.1.5:8443", "E.g. http://10.20.1.5 or https://10.20.1.5:8443"
    ),
)


def _whole(value: object) -> str | None:
    return None if float(str(value)).is_integer() else "harus bilangan bulat"


CHANNEL = Option(
    "channel",
    Words("Kanal", "Channel"),
    "number",
    required=True,
    low=1,
    high=512,
    check=_whole,
    help=Words("Nomor kamera pada perekam, mulai dari 1", "Number of the camera on the recorder, from 1"),
)
STREAM = Option(
    "stream",
    Words("Aliran", "Stream"),
    "choice",
    default="main",
    choices=(
        Choice("main", Words("utama", "main")),
        Choice("sub", Words("kecil (jarang direkam)", "sub (seldom recorded)")),
    ),
)

JPEG_START = b"\xff\xd8\xff"
PICTURE_BYTES = 16 << 20


def still_glance(
    http: Fetcher, address: str, folder: Path, *, now: Callable[[], datetime], clock_offset_s: float | None
) -> Glance:
    """A JPEG that the device makes when asked.

    Raises:
        FootageError: none came.
    """
    reply = http.get(address, max_bytes=PICTURE_BYTES, accept=("image/", "application/octet-stream"))
    if not reply.content.startswith(JPEG_START):
        raise FootageUnreadable("it sends no JPEG picture", reason="no_picture")
    path = folder / "glance.jpg"
    path.write_bytes(reply.content)
    return Glance(path, now(), clock_offset_s)
