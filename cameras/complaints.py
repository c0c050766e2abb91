"""What the options of sources complain about, in English. [core]

The options complain in Indonesian, for the console; lists and commands answer in English, and so does the console to
whoever chose it. What is not known here stays Indonesian: a complaint nobody can read is still better than none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PLAIN: Mapping[str, str] = {
    "wajib diisi": "is required",
    "tidak dikenal": "is not known",
    "harus berupa teks": "must be text",
    "harus berupa angka": "must be a number",
    "harus ya atau tidak (true/false)": "must be yes or no (true/false)",
    "mengandung karakter yang tidak diizinkan": "has characters that are not allowed",
    "rahasia tidak disimpan di pengaturan; isi di kolomnya sendiri": (
        "secrets are not settings; enter them in their own fields"
    ),
    "bukan alamat yang sah": "is no valid address",
    "memuat kata sandi; isi nama pengguna, kata sandi atau token di kolomnya sendiri": (
        "holds a user name or password; enter user name, password or token in their own fields"
    ),
    "zona waktu tidak dikenal": "is no known time zone",
    "bukan nama yang sah": "is no valid name",
    "wajib diisi: nama folder di bawah folder rekaman": "is required: the name of a folder below the footage root",
    "harus berada di dalam folder rekaman": "must lie inside the footage root",
    "harus berupa pola nama berkas": "must be a file name pattern",
    "harus berupa nama berkas di dalam folder itu": "must be the name of a file in that folder",
    "harus berupa berkas .csv atau .json": "must be a .csv or .json file",
    "harus bilangan bulat": "must be a whole number",
    "harus berupa alamat relatif pada server yang sama": "must be a relative address on the same server",
    "harus berupa alamat relatif yang dimulai dengan / tanpa spasi": "must be a relative address: / first, no blanks",
    "harus memuat {start_unix} atau {start_iso}": "must hold {start_unix} or {start_iso}",
    "harus memuat {start:...} atau {start_unix}": "must hold {start:...} or {start_unix}",
    "tidak memuat waktu mulai": "does not hold the time of the start",
    "nama host tidak boleh memuat isian": "the host name must not hold placeholders",
    "tanpa parameter; token diisi di kolomnya sendiri": "must have no parameters; the token has a field of its own",
    "alamat memuat waktu, jadi jam mulai tetap tidak berlaku": "the address holds times, so a fixed start has no use",
    "alamat tidak memuat waktu": "the address holds no times",
    "hanya untuk alamat yang memuat waktu": "is only for addresses that hold times",
    "wajib diisi bila jam mulai diambil dari sini": "is required where the start is taken from here",
    "wajib diisi untuk merek lain": "is required for other brands",
    "kurung kurawal tidak berpasangan": "has braces that do not pair",
}
SHAPES = (
    (re.compile(r"harus antara (\S+) dan (\S+)"), "must be between {} and {}"),
    (re.compile(r"harus salah satu dari: (.+)"), "must be one of: {}"),
    (re.compile(r"harus berupa alamat (.+)"), "must be an address beginning with {}"),
    (re.compile(r"harus berupa waktu(?: ISO)?, misalnya (.+)"), "must be a time in ISO form, e.g. {}"),
    (re.compile(r"harus memuat nama stream, misalnya (.+)"), "must hold the name of the stream, e.g. {}"),
    (re.compile(r"hanya boleh memuat: (.+)"), "may only hold: {}"),
    (re.compile(r"isian tidak dikenal; yang ada: (.+)"), "has an unknown placeholder; there are: {}"),
    (re.compile(r"tanda waktu tidak dikenal; yang ada: (.+)"), "has an unknown sign of time; there are: {}"),
    (re.compile(r"tidak dikenal: (.+); yang ada: (.+)"), "is not known: {}; there are: {}"),
    (re.compile(r"tidak dikenal; yang ada: (.+)"), "is not known; there are: {}"),
    (re.compile(r"(\{\w+\}) tidak memakai format"), "{} takes no format"),
    (re.compile(r"(\{\w+:\.\.\.\}) memerlukan format waktu, misalnya (.+)"), "{} needs a format of time, e.g. {}"),
    (re.compile(r"format waktu tidak dikenal: (.+)"), "has an unknown sign of time: {}"),
    (re.compile(r"alamat hanya memuat waktu per (\d+) detik"), "the address tells times by steps of {} s only"),
)
"""Those with figures in them."""


def in_english(complaint: str) -> str:
    for shape, words in SHAPES:
        match = shape.fullmatch(complaint)
        if match:
            return words.format(*(str(part).replace(" atau ", " or ") for part in match.groups()))
    return PLAIN.get(complaint, complaint)
