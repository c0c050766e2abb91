"""What may stand in the settings of a folder source; complaints are Indonesian, for the admin's form."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from cameras.footage.options import DELAY, RETENTION, TIMEZONE, Option, Words


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


def _index_complaint(value: Any) -> str | None:
    if value in (None, ""):
        return None
    if not isinstance(value, str) or PurePosixPath(value).name != value:
        return "harus berupa nama berkas di dalam folder itu"
    return None if value.lower().endswith((".csv", ".json")) else "harus berupa berkas .csv atau .json"


OPTIONS = (
    Option(
        "folder",
        Words("Folder", "Folder"),
        required=True,
        check=_folder_complaint,
        help=Words("Di bawah JSC_FOOTAGE_ROOT, misalnya gerbang-03", "Below JSC_FOOTAGE_ROOT, e.g. gate-03"),
    ),
    Option(
        "pattern",
        Words("Pola nama berkas", "File name pattern"),
        check=_pattern_complaint,
        help=Words("Misalnya main/*.mp4; kosong: semua", "E.g. main/*.mp4; empty: all"),
    ),
    TIMEZONE,
    Option(
        "index",
        Words("Berkas indeks", "Index file"),
        check=_index_complaint,
        help=Words("CSV atau JSON dengan jam mulai tiap berkas", "CSV or JSON with each file's start"),
    ),
    Option(
        "longest_segment_s",
        Words("Potongan terpanjang (detik)", "Longest segment (s)"),
        "number",
        default=3900,
        low=1,
        high=86_400,
    ),
    DELAY,
    RETENTION,
)
