"""What may stand in the settings of a folder source; complaints are Indonesian, for the admin's form."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def _folder_complaint(value: Any) -> str | None:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        return "wajib diisi: nama folder di bawah folder rekaman"
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts:
        return "harus berada di dalam folder rekaman"
    return None


def _pattern_complaint(value: Any) -> str | None:
    if value in (None, ""):
        return None
    return None if isinstance(value, str) and "\0" not in value else "harus berupa pola nama berkas"


def _zone_complaint(value: Any) -> str | None:
    if value in (None, ""):
        return None
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        return "zona waktu tidak dikenal"
    return None


def _index_complaint(value: Any) -> str | None:
    if value in (None, ""):
        return None
    if not isinstance(value, str) or PurePosixPath(value).name != value:
        return "harus berupa nama berkas di dalam folder itu"
    return None if value.lower().endswith((".csv", ".json")) else "harus berupa berkas .csv atau .json"


def _longest_complaint(value: Any) -> str | None:
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 86_400:
        return "harus berupa detik, 1 sampai 86400"
    return None


CHECKS = {
    "folder": _folder_complaint,
    "pattern": _pattern_complaint,
    "timezone": _zone_complaint,
    "index": _index_complaint,
    "longest_segment_s": _longest_complaint,
}
