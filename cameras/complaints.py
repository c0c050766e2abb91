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
}
SHAPES = (
    (re.compile(r"harus antara (\S+) dan (\S+)"), "must be between {} and {}"),
    (re.compile(r"harus salah satu dari: (.+)"), "must be one of: {}"),
    (re.compile(r"harus berupa alamat (.+)"), "must be an address beginning with {}"),
    (re.compile(r"tidak dikenal; yang ada: (.+)"), "is not known; there are: {}"),
)
"""Those with figures in them."""


def in_english(complaint: str) -> str:
    for shape, words in SHAPES:
        match = shape.fullmatch(complaint)
        if match:
            return words.format(*(part.replace(" atau ", " or ") for part in match.groups()))
    return PLAIN.get(complaint, complaint)
