"""The categories: what the design's table says, who may change them, and which words they answer to."""

from __future__ import annotations

import pytest

from reports.intake.categories import CategoryIndex, CategoryWords, clashes, fold
from reports.models import Category
from reports.services.categories import categories_fixture, categories_seed, category_problems, category_words

HOUR = 3600

# DESIGN section 4: slug, check, zone kinds, body, grouping radius m, grouping hours.
TABLE = [
    ("kemacetan", "congestion", ["road"], "Dishub", 250, 1),
    ("parkir_liar", "stopped_vehicle", ["no_stopping"], "Dishub", 60, 2),
    ("angkot_ngetem", "loitering_minibus", ["no_stopping"], "Dishub", 60, 2),
    ("jalur_busway", "lane_intrusion", ["busway_lane"], "Dishub", 100, 2),
    ("sampah_sungai", "floating_rubbish", ["river"], "DLH", 250, 24),
    ("sampah", "dumped_rubbish", ["pavement", "road"], "Lurah (PPSU)", 60, 24),
    ("banjir", "high_water", ["road", "river"], "SDA", 250, 6),
    ("pintu_air", "high_water", ["river", "water_gauge"], "SDA", 250, 6),
    ("pkl_liar", "street_vendors", ["pavement"], "Satpol PP", 100, 12),
    ("masalah_sosial", "loitering", ["pavement"], "Dinsos", 100, 12),
    ("keamanan", "crowd", [], "Satpol PP", 100, 1),
    ("tindak_kriminal", "", [], "Polri", 60, 1),
    ("potensi_teroris", "new_object", [], "Polri", 60, 1),
    ("pohon_tumbang", "obstruction", ["road"], "DTHPG", 100, 12),
    ("lampu_jalan", "street_light_out", ["lamp"], "Bina Marga", 60, 72),
    ("kebakaran", "smoke_fire", [], "Gulkarmat", 150, 2),
]
WITHOUT_CHECK = [
    "jalan_rusak",
    "fasilitas_umum",
    "izin_bangunan",
    "iklan_liar",
    "kawasan_merokok",
    "makanan",
    "transjakarta",
    "pelanggaran",
    "lainnya",
]


@pytest.fixture
def seeded(db: None) -> None:
    categories_seed()


@pytest.fixture
def index(seeded: None) -> CategoryIndex:
    return CategoryIndex(category_words())


@pytest.mark.parametrize(("slug", "check", "zones", "body", "radius_m", "hours"), TABLE)
def test_a_category_is_set_up_as_the_table_says(
    seeded: None, slug: str, check: str, zones: list[str], body: str, radius_m: int, hours: int
) -> None:
    row = Category.objects.get(slug=slug)
    assert (row.check_slug, row.zone_kinds, row.responsible_body) == (check, zones, body)
    assert (row.grouping_radius_m, row.grouping_s) == (radius_m, hours * HOUR)
    assert (row.sla_first_response_h, row.sla_completion_h) == (6, 168)


@pytest.mark.parametrize("slug", WITHOUT_CHECK)
def test_what_no_camera_can_judge_has_no_check(seeded: None, slug: str) -> None:
    row = Category.objects.get(slug=slug)
    assert (row.check_slug, row.zone_kinds, row.grouping_radius_m, row.grouping_s) == ("", [], 100, 24 * HOUR)


def test_only_crime_and_terror_are_kept_from_public_lists(seeded: None) -> None:
    assert {c.slug for c in Category.objects.filter(publicly_listed=False)} == {"tindak_kriminal", "potensi_teroris"}


def test_the_fixture_holds_the_table_and_nothing_else() -> None:
    assert {row["slug"] for row in categories_fixture()} == {line[0] for line in TABLE} | set(WITHOUT_CHECK)


def test_every_row_of_the_fixture_passes_the_form_and_the_model(seeded: None) -> None:
    for row in Category.objects.all():
        row.full_clean()
    for values in categories_fixture():
        assert category_problems(values) == {}


def test_no_word_means_two_categories(seeded: None) -> None:
    assert clashes(category_words()) == {}


@pytest.mark.parametrize(
    ("word", "slug"),
    [
        ("parkir_liar", "parkir_liar"),
        ("Parkir Liar", "parkir_liar"),
        ("PARKIR-LIAR", "parkir_liar"),
        ("parkirliar", "parkir_liar"),
        ("Illegal parking", "parkir_liar"),
        ("flood", "banjir"),
        ("genangan", "banjir"),
        ("ic_2flod", "banjir"),
        ("Bencana Banjir", "banjir"),
        ("Banjir, genangan", "banjir"),
        ("Traffic jam", "kemacetan"),
        ("kemacetan\n", "kemacetan"),
        ("PKL\tliar", "pkl_liar"),
        ("Joki 3-in-1", "pelanggaran"),
        ("\uff30arkir Liar", "parkir_liar"),
    ],
)
def test_a_word_is_matched_whatever_its_case_blanks_and_hyphens(index: CategoryIndex, word: str, slug: str) -> None:
    assert index.match(word) == slug


@pytest.mark.parametrize(
    ("category", "disaster_type", "expected"),
    [
        ("Parkir Liar", "flood", ("parkir_liar", "Parkir Liar")),
        ("", "flood", ("banjir", "flood")),
        ("naga terbang", "flood", ("lainnya", "naga terbang")),
        ("", "earthquake", ("lainnya", "earthquake")),
        ("", "", ("lainnya", "")),
    ],
)
def test_the_category_wins_over_the_disaster_type_and_the_sent_word_is_kept(
    index: CategoryIndex, category: str, disaster_type: str, expected: tuple[str, str]
) -> None:
    assert index.choose(category=category, disaster_type=disaster_type) == expected


def test_a_slug_beats_an_alias_of_another_category() -> None:
    index = CategoryIndex([CategoryWords("a", aliases=("b",)), CategoryWords("b")])
    assert index.match("B") == "b"


def test_folding_nothing_leaves_nothing_and_nothing_matches_nothing() -> None:
    assert fold(" -_ ") == ""
    assert CategoryIndex([CategoryWords("a", labels=("",), aliases=("-",))]).match(" ") is None


def test_an_inactive_category_answers_to_no_word(seeded: None) -> None:
    Category.objects.filter(slug="sampah").update(active=False)
    assert CategoryIndex(category_words()).match("sampah") is None


@pytest.mark.parametrize("aliases", ["banjir", {"banjir": 1}, [None, 3, "air bah"]])
def test_aliases_written_past_the_form_fail_no_report(seeded: None, aliases: object) -> None:
    Category.objects.filter(slug="banjir").update(aliases=aliases)
    assert CategoryIndex(category_words()).match("banjir") == "banjir"


def test_seeding_twice_changes_nothing(seeded: None) -> None:
    entries = Category.history.count()
    assert categories_seed() == {"created": 0, "updated": 0, "unchanged": 25, "kept": 0}
    assert Category.history.count() == entries


def test_seeding_never_overwrites_what_a_person_edited(seeded: None) -> None:
    row = Category.objects.get(slug="sampah")
    row.grouping_radius_m = 77
    row.save()
    assert categories_seed()["kept"] == 1
    assert Category.objects.get(slug="sampah").grouping_radius_m == 77


def test_an_edit_that_left_no_history_is_kept_too(seeded: None) -> None:
    Category.objects.filter(slug="sampah").update(label_id="Sampah kita")
    assert categories_seed()["kept"] == 1
    assert Category.objects.get(slug="sampah").label_id == "Sampah kita"


def test_a_deleted_category_is_not_brought_back(seeded: None) -> None:
    Category.objects.get(slug="makanan").delete()
    assert categories_seed()["kept"] == 1
    assert not Category.objects.filter(slug="makanan").exists()


def test_a_newer_fixture_reaches_rows_nobody_touched(seeded: None, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = [{**row, "urgency": 2} if row["slug"] == "sampah" else row for row in categories_fixture()]
    monkeypatch.setattr("reports.services.categories.categories_fixture", lambda: newer)
    assert categories_seed()["updated"] == 1
    assert Category.objects.get(slug="sampah").urgency == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"aliases": "genangan"}, "aliases"),
        ({"aliases": [1]}, "aliases"),
        ({"aliases": ["  "]}, "aliases"),
        ({"aliases": ["Flood"]}, "aliases"),
        ({"aliases": ["parkir-liar"]}, "aliases"),
        ({"check_slug": "mind_reading"}, "check_slug"),
        ({"zone_kinds": ["moon"]}, "zone_kinds"),
        ({"zone_kinds": "road"}, "zone_kinds"),
        ({"thresholds": [1]}, "thresholds"),
        ({"check_slug": "", "thresholds": {"min_dwell_s": 1}}, "thresholds"),
    ],
)
def test_a_form_is_told_what_is_wrong_and_where(seeded: None, change: dict[str, object], field: str) -> None:
    values = next(row for row in categories_fixture() if row["slug"] == "sampah")
    assert list(category_problems({**values, **change})) == [field]
