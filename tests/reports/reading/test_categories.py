"""Categories from words: slang, hashtags, exceptions, and what is denied."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.reading.categories import categories_in, category_from_text
from reports.reading.patterns import pattern
from reports.reading.tokens import hashtag_words, plain_word, tokens_of


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("banjir", "Banjir!", [(0, 0)]),
        ("banjir*", "banjirnya sudah surut", [(0, 0)]),
        ("*banjir*", "kebanjiran lagi", [(0, 0)]),
        ("pohon tumbang|roboh", "pohon roboh", [(0, 1)]),
        ("pohon tumbang", "pohon besar tumbang", []),
        ("pohon ..1 tumbang", "pohon besar tumbang", [(0, 2)]),
        ("pohon ..1 tumbang", "pohon besar itu tumbang", []),
        ("pohon .. tumbang", "ada pohon. Kemarin tumbang", []),
        ("a b", "a b x a b", [(0, 1), (3, 4)]),
        ("a ..2 b ..2 c", "a b b c", [(0, 3)]),
    ],
)
def test_patterns(source: str, text: str, found: list[tuple[int, int]]) -> None:
    assert [(hit.first, hit.last) for hit in pattern(source).hits(tokens_of(text))] == found


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        ("MACETTT", "macet"),
        ("banjirr", "banjir"),
        ("tdk", "tidak"),
        ("Jln", "jalan"),
        ("paraaaah", "parah"),
        ("mall", "mall"),
    ],
)
def test_a_word_is_compared_without_case_slang_and_stretching(raw: str, word: str) -> None:
    assert plain_word(raw) == word


@pytest.mark.parametrize(
    ("tag", "parts"),
    [
        ("drainaseburuk", ("drainase", "buruk")),
        ("JalanRusak", ("jalan", "rusak")),
        ("banjir", ("banjir",)),
        ("banjir_lagi", ("banjir", "_", "lagi")),
        ("xyzzy", ("xyzzy",)),
    ],
)
def test_hashtags_are_cut_into_words(tag: str, parts: tuple[str, ...]) -> None:
    assert tuple(part for part in hashtag_words(tag) if part != "_") == tuple(part for part in parts if part != "_")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("RT05RW06", ["rt", "05", "rw", "06"]),
        ("air 30cm", ["air", "30", "cm"]),
        ("mobil2 parkir", ["mobil", "parkir"]),
        ("mobil2nya", ["mobil"]),
        ("cek @kebonmelati dan https://x.id/banjir", ["cek", "dan"]),
        ("drainaseburuk", ["drainase", "buruk"]),
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    assert [token.word for token in tokens_of(text)] == words


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_tokens_stand_where_they_say(text: str) -> None:
    for token in tokens_of(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.word


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        # slang, short forms, hashtags, stretched
        ("jln depan rmh mcet totalll", "kemacetan"),
        ("#JalanRusak di depan sekolah", "jalan_rusak"),
        ("drainasenya jelek bgt pak", "banjir"),
        ("angkotnya pd ngetem dpn pasar", "angkot_ngetem"),
        ("byk mobil2 parkir di trotoar", "parkir_liar"),
        ("PJU mati semua, jalan gelap", "lampu_jalan"),
        ("Dahan pohon patah menimpa kabel", "pohon_tumbang"),
        ("ada org gila ngamuk", "masalah_sosial"),
        ("pemotor lawan arus tiap pagi", "pelanggaran"),
        ("Mtr masuk jalur TransJakarta", "jalur_busway"),
        ("bus TransJakarta lama sekali datangnya", "transjakarta"),
        ("spanduk liar di tiang listrik", "iklan_liar"),
        ("anak sekolah merokok di taman", "kawasan_merokok"),
        ("jajanan pake boraks", "makanan"),
        ("bongkar bangunan liar itu", "izin_bangunan"),
        ("tas mencurigakan di halte", "potensi_teroris"),
        ("kobaran api di lantai 2 ruko", "kebakaran"),
        ("hp saya dijambret orang naik motor", "tindak_kriminal"),
        ("rumah pompa mati, air naik", "pintu_air"),
        ("bangku taman dicuri orang", "tindak_kriminal"),
        ("JPO kotor dan rusak", "fasilitas_umum"),
        ("balapan liar tiap malam minggu", "keamanan"),
        # a cause before its consequence
        ("macet karena mobil parkir sembarangan", "parkir_liar"),
        ("macet total akibat banjir", "banjir"),
        ("jalan berlubang akibat banjir kemarin", "jalan_rusak"),
        ("macet gara2 pohon tumbang", "pohon_tumbang"),
        # words that only look like it
        ("stasiun kereta api gelap", None),
        ("lampu merah lama sekali", None),
        ("sudah 3 kali lapor soal itu", None),
        ("mengenang pahlawan", None),
        ("tarif parkir mahal", None),
        # denied
        ("jalan kami bebas banjir", None),
        ("di sini tidak ada banjir", None),
        ("bukan hanya banjir, bau juga", "banjir"),
        ("banjir tidak surut", "banjir"),
    ],
)
def test_a_category_is_found(text: str, slug: str | None) -> None:
    assert category_from_text([text]) == slug


def test_every_finding_says_which_words_and_which_rule() -> None:
    found = {each.value: each for each in categories_in(["Lalin Macet", "macet gara-gara #drainaseburuk"])}
    assert found["banjir"].words == ("#drainaseburuk",)
    assert found["kemacetan"].words == ("Lalin Macet",), "what stands in a longer finding is not told twice"
    assert found["banjir"].rule == "saluran" and found["banjir"].because
