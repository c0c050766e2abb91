"""What may stand in the settings of an HLS source; complaints are Indonesian, for the admin's form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cameras.footage.hls.playlist import YEARS
from cameras.footage.options import (
    DELAY,
    PASSWORD,
    RETENTION,
    TIMEZONE,
    TOKEN,
    USERNAME,
    VERIFY_TLS,
    Choice,
    Option,
    Words,
    url_complaint,
)
from cameras.footage.window import TimeWindow

PLACEHOLDERS = ("start_unix", "end_unix", "duration_s", "start_iso", "end_iso")


def _archive_complaint(value: Any) -> str | None:
    names = re.findall(r"\{([^{}]*)\}", str(value))
    unknown = sorted(set(names) - set(PLACEHOLDERS))
    if unknown or "{" in re.sub(r"\{[^{}]*\}", "", str(value)):
        return f"hanya boleh memuat: {', '.join('{' + name + '}' for name in PLACEHOLDERS)}"
    if not {"start_unix", "start_iso"} & set(names):
        return "harus memuat {start_unix} atau {start_iso}"
    parts = urlsplit(re.sub(r"[{}]", "", str(value)))
    if parts.scheme or parts.netloc:
        return "harus berupa alamat relatif pada server yang sama"
    return url_complaint("http")("http://host/" + re.sub(r"[{}]", "", str(value)).lstrip("/"))


def _start_complaint(value: Any) -> str | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return "harus berupa waktu ISO, misalnya 2026-11-02T07:00:00+07:00"
    return None if YEARS[0] <= at.year <= YEARS[1] else f"tahunnya harus antara {YEARS[0]} dan {YEARS[1]}"


QUALITY = Option(
    "quality",
    Words("Kualitas", "Quality"),
    "choice",
    default="auto",
    choices=(
        Choice("auto", Words("Terbaik sampai 1080p", "Best up to 1080p")),
        Choice("best", Words("Terbaik", "Best")),
        Choice("smallest", Words("Terkecil", "Smallest")),
    ),
)
OPTIONS = (
    Option(
        "url",
        Words("Alamat playlist (.m3u8)", "Address of the playlist (.m3u8)"),
        required=True,
        check=url_complaint("http", "https"),
    ),
    Option(
        "archive",
        Words("Alamat arsip", "Archive address"),
        check=_archive_complaint,
        help=Words(
            "Relatif terhadap playlist, misalnya archive-{start_unix}-{duration_s}.m3u8; kosong: tidak ada arsip",
            "Relative to the playlist, e.g. archive-{start_unix}-{duration_s}.m3u8; empty: no archive",
        ),
    ),
    Option(
        "start_at",
        Words("Awal rekaman", "Start of the recording"),
        check=_start_complaint,
        help=Words(
            "Hanya untuk rekaman tanpa tanggal di playlist; waktu ISO", "Only where the playlist has no dates; ISO time"
        ),
    ),
    Option(
        "undated",
        Words("Arsip tanpa tanggal", "Archive without dates"),
        "choice",
        default="refuse",
        choices=(
            Choice("refuse", Words("Tolak: bukan bukti waktu", "Refuse: no evidence of time")),
            Choice("asked", Words("Mulai pada waktu yang diminta", "It begins at the time asked for")),
        ),
    ),
    QUALITY,
    TIMEZONE,
    VERIFY_TLS,
    DELAY,
    RETENTION,
    USERNAME,
    PASSWORD,
    TOKEN,
)


def archive_address(template: str, window: TimeWindow) -> str:
    """The archive's address of a window by the device's clock, cut outwards to whole seconds."""
    first, last = int(window.start.timestamp()), -int(-window.end.timestamp() // 1)
    values = {
        "start_unix": str(first),
        "end_unix": str(last),
        "duration_s": str(last - first),
        "start_iso": _iso(first),
        "end_iso": _iso(last),
    }
    for name, value in values.items():
        template = template.replace("{" + name + "}", value)
    return template


def _iso(unix: int) -> str:
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def start_of(settings: Mapping[str, Any]) -> datetime | None:
    """The ``start_at`` setting with a zone."""
    told = settings.get("start_at")
    if not told:
        return None
    at = datetime.fromisoformat(str(told))
    return at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(settings.get("timezone") or TIMEZONE.default))
