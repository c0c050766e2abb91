"""What a look at a camera found, in words for operators, by code. [core]

A health reason is stored as ``code: sentence``, the sentence in Indonesian; codes of footage errors are those of
``cameras.words``.
"""

from __future__ import annotations

from collections.abc import Mapping

from cameras.footage.options import Words
from cameras.words import WHY, why

VIEW_MOVED = "view_moved"
FROZEN = "frozen"
STALE = "footage_stale"
NIGHT_DARK = "night_dark"
VIEW_BACK = "view_back"
CONFIRMED = "reference_confirmed"

FOUND: Mapping[str, Words] = {
    "footage_missing": Words(
        "tidak ada rekaman dalam 24 jam terakhir", "nothing was recorded during the last 24 hours"
    ),
    STALE: Words("rekaman terbaru sudah lama", "the newest recording is old"),
    "too_dark": Words("gambar terlalu gelap pada siang hari", "the picture is too dark in daylight"),
    "too_bright": Words("gambar terlalu terang (silau)", "the picture is burnt out"),
    "flat": Words("gambar polos: lensa tertutup atau kamera rusak", "a plain picture: the lens is covered, or broken"),
    "blurred": Words(
        "gambar buram: lensa kotor atau tidak fokus", "a blurred picture: the lens is dirty or out of focus"
    ),
    FROZEN: Words(
        "gambar membeku: tidak berubah sejak beberapa waktu", "a frozen picture: it has not changed for a while"
    ),
    VIEW_MOVED: Words(
        "pandangan berubah dari gambar acuan: kamera bergeser atau terhalang",
        "the view is not that of the reference picture: the camera was moved, or something stands before it",
    ),
    VIEW_BACK: Words(
        "pandangan kembali seperti gambar acuan; dipastikan pada pemeriksaan berikutnya",
        "the view is that of the reference picture again; the next look makes sure of it",
    ),
    NIGHT_DARK: Words(
        "gelap pada malam hari; gambarnya dinilai lagi setelah terang", "dark at night; judged again in daylight"
    ),
    CONFIRMED: Words("gambar acuan baru dikonfirmasi", "a new reference picture was confirmed"),
}

RECORDER = "recorder "

PICTURE_FAULTS = frozenset({"too_dark", "too_bright", "flat", "blurred", FROZEN})
"""A picture comes, and is no good. Everything else that is wrong keeps pictures from coming, but for ``view_moved``."""


def words_of(code: str) -> Words:
    """An unknown code is shown as it is, because a code says more than "error"."""
    return FOUND.get(code) or why(code)


def reason_text(code: str, sentence: str = "") -> str:
    """As stored: at most 300 characters."""
    return f"{code}: {sentence or words_of(code).id}"[:300] if code else ""


def reason_code(stored: str) -> str:
    """``""`` when there is no reason. A recorder's fall stands as ``recorder host:port: code`` at all its cameras."""
    if stored.startswith(RECORDER):
        return stored.rpartition(": ")[2]
    return stored.partition(":")[0].strip()


def reason_words(stored: str, *, english: bool = False) -> str:
    """The sentence for people. English has the code's own words, and not what was added to the Indonesian ones."""
    if stored.startswith(RECORDER):
        device, _, code = stored.removeprefix(RECORDER).rpartition(": ")
        return f"{words_of(code).en if english else words_of(code).id} ({device})"
    code, _, sentence = stored.partition(": ")
    known = code in FOUND or code in WHY
    if english and known:
        return words_of(code).en
    return sentence or (words_of(code).id if known else stored)


def reason_family(code: str) -> str:
    """``""`` (nothing wrong), ``picture``, ``view`` or ``source``: two bad looks of one family confirm each other."""
    if code in {"", NIGHT_DARK, CONFIRMED, VIEW_BACK}:
        return ""
    if code == VIEW_MOVED:
        return "view"
    return "picture" if code in PICTURE_FAULTS else "source"
