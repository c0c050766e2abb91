"""From a citizen's words to a category, for feeds that send none.

A list of plain rules, read from the top: what is dangerous or particular comes before
what is general, and a cause before its usual consequence (a flood jams the traffic, not
the other way round). Stems stand for their forms: ``banjir`` also finds *kebanjiran* and
*#banjirkiriman*. No rule fires on a word that only names a place or a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

RULES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("potensi_teroris", (r"\bteroris", r"\bbom\b", r"benda mencurigakan", r"tas mencurigakan")),
    ("kebakaran", (r"kebakaran", r"\bterbakar", r"\bapi\b", r"asap (tebal|hitam|pekat)")),
    ("pohon_tumbang", (r"(pohon|dahan|ranting)\w*( \w+){0,2} (tumbang|roboh|patah|melintang)",)),
    ("pohon_tumbang", (r"jalan\w*( \w+){0,2} (terhalang|tertutup pohon)",)),
    ("tindak_kriminal", (r"\bbegal", r"\bcopet", r"\bjambret", r"\bmaling", r"pencuri", r"tawuran", r"perampok")),
    ("pintu_air", (r"pintu air", r"tinggi muka air", r"rumah pompa", r"\bpompa\w*( \w+){0,2} (mati|rusak)")),
    ("sampah_sungai", (r"sampah\w*( \w+){0,4} (kali|sungai|ciliwung)\b", r"(kali|sungai)\w*( \w+){0,4} sampah")),
    (
        "banjir",
        (
            r"banjir",
            r"genang",
            r"terendam",
            r"\bluap|meluap",
            r"\brob\b",
            r"air laut pasang|laut ?pasang",
            r"drainase ?buruk",
            r"(saluran|selokan|drainase|gorong\S*|\bgot)\w*( \w+){0,3} (mampet|mampat|tersumbat|buntu|meluap|penuh)",
            r"(mampet|tersumbat)\w*( \w+){0,2} (saluran|selokan|\bgot\b|drainase)",
        ),
    ),
    (
        "jalur_busway",
        (r"(masuk|terobos|menerobos|steril\w*|lewat|lawan arah)( \w+){0,3} (jalur )?busway", r"jalur busway"),
    ),
    ("transjakarta", (r"trans ?jakarta", r"\bbusway\b", r"\bhalte\b")),
    ("angkot_ngetem", (r"ngetem", r"(angkot|mikrolet|metro ?mini|kopaja)\w*( \w+){0,3} (berhenti|mangkal)")),
    (
        "parkir_liar",
        (
            r"parkir\w*( \w+){0,2} (liar|sembarang\w*|ilegal|di ?trotoar|di ?bahu|di ?badan)",
            r"(mobil|motor|truk|kendaraan)\w*( \w+){0,3} parkir",
        ),
    ),
    ("pkl_liar", (r"\bpkl\b", r"pedagang kaki ?lima", r"(pedagang|lapak)\w*( \w+){0,3} (liar|trotoar)")),
    ("lampu_jalan", (r"\bpju\b", r"lampu (jalan|penerangan)", r"penerangan jalan")),
    ("masalah_sosial", (r"pengemis", r"gelandangan", r"pengamen", r"anak jalanan", r"manusia gerobak", r"\bpmks\b")),
    ("keamanan", (r"kerumunan", r"unjuk rasa", r"keributan", r"balap liar", r"demonstrasi")),
    ("kawasan_merokok", (r"merokok", r"puntung rokok")),
    ("iklan_liar", (r"(spanduk|reklame|baliho|poster|iklan)\w*( \w+){0,2} (liar|ilegal|tak berizin|tanpa izin)",)),
    ("iklan_liar", (r"(copot|turunkan|tertibkan)\w*( \w+){0,2} (spanduk|reklame|baliho)",)),
    ("izin_bangunan", (r"bangunan liar", r"\bimb\b", r"izin (mendirikan )?bangunan")),
    ("makanan", (r"(makanan|jajanan|minuman)\w*( \w+){0,3} (kadaluarsa|kedaluwarsa|basi|kotor|higienis|berbahaya)",)),
    ("jalan_rusak", (r"jalan\w*( \w+){0,2} (rusak|berlubang|bolong|amblas|hancur|retak)", r"\bjalan ?rusak")),
    (
        "jalan_rusak",
        (r"(rusak|lubang|lobang)\w*( \w+){0,2} jalan", r"aspal\w*( \w+){0,2} (rusak|hancur|mengelupas)"),
    ),
    ("sampah", (r"sampah", r"puing")),
    ("kemacetan", (r"\bmacet", r"kemacetan", r"padat merayap", r"lalu ?lintas\w*( \w+){0,2} (padat|tersendat)")),
    ("parkir_liar", (r"\bparkir liar|\bparkir\b",)),
    (
        "fasilitas_umum",
        (r"(trotoar|jembatan|\bjpo\b|taman|rptra|halte|bangku)\w*( \w+){0,3} (rusak|roboh|hilang|patah)",),
    ),
    ("fasilitas_umum", (r"fasilitas umum", r"\bfasum\b")),
    ("pelanggaran", (r"melanggar", r"pelanggaran", r"lawan arah", r"melawan arus")),
)

_COMPILED = tuple((slug, re.compile("|".join(patterns))) for slug, patterns in RULES)
_HASHTAG_JOINTS = re.compile(r"[#_/.,;:!?()\s]+")


def category_from_text(parts: Iterable[str]) -> str | None:
    """The slug of the first rule that finds something in ``parts`` (title, text); none when no rule does."""
    text = _HASHTAG_JOINTS.sub(" ", " ".join(parts).casefold())
    return next((slug for slug, pattern in _COMPILED if pattern.search(text)), None)
