"""What the check of street lamps says, Indonesian first."""

from __future__ import annotations

from analytics.checks.words import figure_id
from analytics.verdict import Reason


def by_day() -> Reason:
    return Reason(
        "daylight",
        "Rekaman siang hari: lampu jalan tidak dapat dinilai",
        "Footage of the day: street lamps cannot be judged",
    )


def dark(dark: int, of: int) -> Reason:
    return Reason(
        "lamp_out",
        f"{figure_id(dark)} dari {figure_id(of)} lampu jalan padam sepanjang rekaman malam",
        f"{dark} of {of} street lamps dark through footage of the night",
    )


def all_lit(count: int) -> Reason:
    return Reason(
        "lamps_lit",
        f"Semua {figure_id(count)} lampu jalan menyala",
        f"All {count} street lamps are lit",
    )


def unsure() -> Reason:
    return Reason(
        "unsure",
        "Nyala lampu tidak tetap atau tidak jelas; perlu dilihat petugas",
        "The lamps' light is unsteady or unclear; a person must look",
    )


def not_on_yet() -> Reason:
    return Reason(
        "dusk",
        "Belum ada lampu yang menyala, langit masih terang: lampu mungkin belum dinyalakan",
        "No lamp is on and the sky is still light: they may not have been switched on",
    )


def beside() -> Reason:
    return Reason(
        "lamps_beside_zones",
        "Lampu tampak di luar zona yang digambar: kamera mungkin bergeser; gambar ulang zona lampu",
        "Lamps are seen beside the zones drawn for them: the camera may have been turned; draw the lamp zones again",
    )
