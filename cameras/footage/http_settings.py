"""What may stand in the settings of a plain HTTP source, and what must stand together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cameras.footage import options
from cameras.footage.http_template import is_template, step_s, template_complaint
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
)

ASKED, START_AT, NAME = "asked", "start_at", "name"
LAST_MODIFIED, CREATED, CREATED_LOCAL = "last_modified", "creation_time", "creation_time_local"


def _moment_complaint(value: Any) -> str | None:
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        return "harus berupa waktu, misalnya 2026-11-02T07:00:00"
    return None


OPTIONS = (
    Option(
        "url",
        Words("Alamat berkas", "Address of the file"),
        required=True,
        check=template_complaint,
        help=Words(
            "Boleh memuat waktu: {start:%Y%m%d%H%M%S}, {end:%H%M%S}, {start_unix}, {end_unix}, {duration_s}",
            "May hold times: {start:%Y%m%d%H%M%S}, {end:%H%M%S}, {start_unix}, {end_unix}, {duration_s}",
        ),
    ),
    TIMEZONE,
    Option(
        "slot_s",
        Words("Panjang tiap berkas (detik)", "Length of each file (s)"),
        "number",
        low=5,
        high=86_400,
        help=Words(
            "Bila berkas mulai pada kelipatan tetap sejak tengah malam, misalnya 3600; kosong: server memotong sendiri",
            "Where files begin at fixed steps since midnight, e.g. 3600; empty: the server cuts what is asked for",
        ),
    ),
    Option(
        "dated_by",
        Words("Jam mulai berkas diambil dari", "What tells when a file begins"),
        "choice",
        choices=(
            Choice(ASKED, Words("waktu di alamatnya", "the time in its address")),
            Choice(START_AT, Words("isian jam mulai", "the start entered here")),
            Choice(NAME, Words("nama berkas", "its name")),
            Choice(
                LAST_MODIFIED, Words("waktu ubah terakhir (akhir rekaman)", "its time of change (end of recording)")
            ),
            Choice(CREATED, Words("waktu pembuatan MP4 (UTC)", "the MP4's creation time (UTC)")),
            Choice(
                CREATED_LOCAL, Words("waktu pembuatan MP4 (jam perangkat)", "the MP4's creation time (device time)")
            ),
        ),
        help=Words("Kosong: dari alamat, jam mulai, atau nama", "Empty: address, entered start or name"),
    ),
    Option(
        "start_at",
        Words("Jam mulai berkas", "When the file begins"),
        check=_moment_complaint,
        help=Words("Misalnya 2026-11-02T07:00:00, jam perangkat", "E.g. 2026-11-02T07:00:00, by the device's clock"),
    ),
    DELAY,
    RETENTION,
    VERIFY_TLS,
    USERNAME,
    PASSWORD,
    TOKEN,
)


def dated_by(settings: Mapping[str, Any]) -> str:
    """The one that is set, or that the other settings suggest."""
    given = settings.get("dated_by")
    if given:
        return str(given)
    if is_template(str(settings.get("url", ""))):
        return ASKED
    return START_AT if settings.get("start_at") else NAME


def problems(settings: Mapping[str, Any]) -> dict[str, str]:
    """Setting name -> what is wrong with it, in Indonesian."""
    found = options.problems(OPTIONS, settings)
    url, by = str(settings.get("url") or ""), dated_by(settings)
    if "url" not in found and is_template(url) and by == START_AT:
        found.setdefault("dated_by", "alamat memuat waktu, jadi jam mulai tetap tidak berlaku")
    if by == ASKED and not is_template(url):
        found.setdefault("dated_by", "alamat tidak memuat waktu")
    if by == START_AT and not settings.get("start_at"):
        found.setdefault("start_at", "wajib diisi bila jam mulai diambil dari sini")
    slot_s = settings.get("slot_s")
    if slot_s and "slot_s" not in found and "url" not in found:
        found |= _slot_problem(url, float(slot_s))
    return found


def _slot_problem(url: str, slot_s: float) -> dict[str, str]:
    if not is_template(url):
        return {"slot_s": "hanya untuk alamat yang memuat waktu"}
    if slot_s % step_s(url):
        return {"slot_s": f"alamat hanya memuat waktu per {step_s(url)} detik"}
    return {}
