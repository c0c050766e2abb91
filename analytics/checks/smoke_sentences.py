"""What the check of smoke and fire says, Indonesian first."""

from __future__ import annotations

from analytics.checks.words import figure_id
from analytics.verdict import Reason


def seen(smoke: float, fire: float) -> Reason:
    """``smoke``, ``fire``: shares 0-1 of the picture."""
    code, what_id, what_en = {
        (True, False): ("smoke_seen", "asap", "smoke"),
        (False, True): ("fire_seen", "api", "fire"),
    }.get((smoke > 0, fire > 0), ("smoke_and_fire_seen", "asap dan api", "smoke and fire"))
    percent = 100 * max(smoke, fire)
    return Reason(
        code,
        f"Tampak seperti {what_id}, {figure_id(percent, 1)} % gambar: perlu dilihat segera",
        f"Looks like {what_en}, {percent:.1f} % of the picture: look at once",
    )


def one_picture(share: float) -> Reason:
    if share > 0:
        return Reason(
            "still",
            "Satu gambar: ada cahaya sewarna api; lampu dapat tampak sama, perlu dilihat segera",
            "One picture: there is light in the colours of fire; a lamp may look alike, look at once",
        )
    return Reason(
        "still",
        "Satu gambar: asap tidak dapat dibedakan dari kabut, cahaya sewarna api tidak tampak",
        "One picture: smoke cannot be told from mist; no light in the colours of fire is seen",
    )


def nothing(minutes: float) -> Reason:
    return Reason(
        "no_smoke",
        f"Tidak tampak asap atau api selama {figure_id(minutes, 1)} menit pandangan siang yang jernih",
        f"No smoke and no fire through {minutes:.1f} minutes of clear view by day",
    )


def by_night() -> Reason:
    return Reason(
        "night",
        "Api tidak tampak; asap tidak dapat dinilai pada malam hari",
        "No fire is seen; smoke cannot be judged by night",
    )


def too_few_to_flicker() -> Reason:
    return Reason(
        "too_sparse",
        "Ada cahaya sewarna api; gambar per detik terlalu sedikit untuk melihat apakah berkobar: perlu dilihat segera",
        "There is light in the colours of fire, and too few pictures a second to see whether it flickers: look at once",
    )


def flickers() -> Reason:
    return Reason(
        "warm_flicker",
        "Ada cahaya sewarna api yang berkedip, terlalu kecil atau terlalu lemah untuk dinilai: perlu dilihat",
        "Light in the colours of fire flickers, too small or too faint to be judged: a person must look",
    )


def fog() -> Reason:
    return Reason(
        "view_veiled",
        "Seluruh pandangan berkabut atau berasap; perlu dilihat petugas",
        "Mist or smoke lies over the whole view; a person must look",
    )


def unclear() -> Reason:
    return Reason(
        "borderline",
        "Beberapa tempat memudar lalu jelas kembali: mungkin asap tipis, hujan atau lalu lintas; perlu dilihat",
        "Some places fade and come back: thin smoke, rain or traffic, perhaps; a person must look",
    )


def too_short() -> Reason:
    return Reason(
        "too_short",
        "Rekaman terlalu pendek atau terlalu jarang untuk menilai asap",
        "The footage is too short or too sparse to judge smoke",
    )


def no_contrast() -> Reason:
    return Reason(
        "no_contrast",
        "Pandangan terlalu polos atau terhalang untuk menilai asap",
        "The view is too plain or too much hidden to judge smoke",
    )
