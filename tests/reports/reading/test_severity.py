"""How grave it is: words, and the depth of water."""

from __future__ import annotations

import pytest

from reports.reading.severity import depths_in, severity_in
from reports.reading.tokens import tokens_of


@pytest.mark.parametrize(
    ("text", "cm"),
    [
        ("banjir setinggi lutut", [50]),
        ("air sebetis orang dewasa", [30]),
        ("banjir 30cm", [30]),
        ("banjir 20-30 cm", [30]),
        ("genangan 1,5 meter", [150]),
        ("air sudah 2 m", [200]),
        ("tergenang semata kaki", [10]),
        ("banjir sampai mata kaki", [10]),
        ("tinggi air 80 CM", [80]),
        ("banjir 200 meter dari kantor kelurahan", []),
        ("banjir sepanjang 50 meter", []),
        ("banjir di km 12", []),
        ("banjir sejak jam 3", []),
        ("mobil parkir 2 m dari pagar", []),
        ("banjir 500 m", []),
    ],
)
def test_depths(text: str, cm: list[int]) -> None:
    assert [depth.cm for depth in depths_in(tokens_of(text))] == cm


@pytest.mark.parametrize(
    ("text", "category", "rule", "steps"),
    [
        ("banjir sedada, warga terjebak", "banjir", "nyawa", -9),
        ("air sepinggang", "banjir", "tinggi-air", -9),
        ("air selutut", "banjir", "tinggi-air", -1),
        ("air semata kaki", "banjir", "tinggi-air", 1),
        ("air sebetis", "banjir", None, 0),
        ("pagar setinggi dada roboh", "fasilitas_umum", None, 0),
        ("ada korban luka", "kebakaran", "nyawa", -9),
        ("tidak ada korban luka", "kebakaran", None, 0),
        ("macet total", "kemacetan", "lumpuh", -1),
        ("terjebak macet", "kemacetan", None, 0),
        ("banyak lansia di sini", "banjir", "rentan", -1),
        ("sudah bertahun-tahun begini", "sampah", "berhari-hari", -1),
        ("air mulai surut", "banjir", "ringan", 1),
        ("belum mulai surut", "banjir", None, 0),
        ("sampah biasa", "sampah", None, 0),
    ],
)
def test_the_gravest_word_counts(text: str, category: str, rule: str | None, steps: int) -> None:
    grave = severity_in([text], category=category)
    assert (grave.rule, grave.steps) == (rule, steps) if grave else (rule, steps) == (None, 0)
