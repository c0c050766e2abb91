"""The intake's core, without a database: numbers, times, words and places as senders write them."""

from __future__ import annotations

import contextlib
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.intake import qlue
from reports.intake.base import PayloadInvalid
from reports.intake.strict_json import HugeNumber, read_object
from reports.intake.text import clean, web_address
from reports.intake.when import TimeInvalid, moment
from reports.rate import SlidingCount
from reports.reading.categories import category_from_text, category_rules
from reports.services.categories import categories_fixture
from reports.tracking import ALPHABET, is_valid, new_code, normalise
from tests.reports.webhook_sender import payload

NOW = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)


def parsed(**changes: Any) -> Any:
    return qlue.parse(payload(**changes), now=NOW)


def test_a_report_leaves_the_parser_without_qlues_spelling() -> None:
    content = parsed(post_id="0012", profile_name=" Warga ")
    assert (content.source, content.external_id, content.reporter) == ("qlue", 12, "Warga")
    assert (content.point.lat, content.point.lon) == (-6.195, 106.825)


def test_the_name_and_unknown_keys_are_no_part_of_the_content() -> None:
    assert parsed(profile_name="A", x=1).sha256() == parsed(profile_name="B").sha256()
    assert "Warga" not in json.dumps(parsed().comparable())


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "lain"},
        {"title": "lain"},
        {"image_url": "https://img.example.org/lain.jpg"},
        {"category": "sampah"},
        {"disaster_type": "flood"},
        {"qlue_city": "bandung"},
        {"location": {"lat": -6.1950001, "lng": 106.825}},
        {"created_at": "2026-11-02T11:58:21+07:00"},
    ],
)
def test_every_other_known_field_is_part_of_the_content(changes: dict[str, Any]) -> None:
    assert parsed(**changes).sha256() != parsed().sha256()


def test_numbers_no_type_holds_are_kept_as_their_digits() -> None:
    found = read_object(b'{"a": 1e999, "b": ' + b"9" * 4001 + b', "c": 12}')
    assert (found["a"], type(found["a"]), found["b"][:2], found["c"]) == ("1e999", HugeNumber, "99", 12)


@given(st.binary(max_size=300))
def test_bytes_are_an_object_or_a_refusal(body: bytes) -> None:
    try:
        assert isinstance(read_object(body), dict)
    except PayloadInvalid as exc:
        assert exc.faults


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.text(), lambda x: st.lists(x, max_size=3)), max_size=5))
def test_any_plain_object_comes_back_as_it_was(document: dict[str, Any]) -> None:
    assert read_object(json.dumps(document).encode()) == document


@pytest.mark.parametrize(
    "body", [b"[" * 99_999, b'{"a":' * 19_999, b'"' + b"\\" * 99_000, b"9" * 99_999, b"{" * 99_999]
)
def test_no_body_of_the_allowed_size_costs_seconds(body: bytes) -> None:
    started = time.process_time()
    with pytest.raises(PayloadInvalid):
        read_object(body)
    assert time.process_time() - started < 1.0


@given(st.text(max_size=40))
def test_a_time_is_utc_or_refused(text: str) -> None:
    with contextlib.suppress(TimeInvalid):
        assert moment(text).tzinfo is UTC


@given(st.datetimes(), st.integers(-24 * 60 + 1, 24 * 60 - 1))
def test_every_written_time_in_every_offset_is_understood(local: datetime, minutes: int) -> None:
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    assert moment(f"{local.isoformat()}{sign}{hours:02d}:{rest:02d}").tzinfo is UTC


@given(st.text(alphabet=st.characters(), max_size=60))
def test_cleaned_words_can_be_stored_and_cleaning_twice_changes_nothing(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("https://lh3.googleusercontent.com/a=s480-c", "https://lh3.googleusercontent.com/a=s480-c"),
        ("http://img.example.org:8080/a?b=c#d", "http://img.example.org:8080/a?b=c#d"),
        ("//img.example.org/a", ""),
        ("ftp://img.example.org/a", ""),
        ("https:///a", ""),
        ("JaVaScRiPt:alert(1)", ""),
        (" java\nscript:alert(1)", ""),
        ("https://a@b/", ""),
    ],
)
def test_only_web_addresses_are_kept(sent: str, kept: str) -> None:
    assert web_address(sent) == kept


# -- Tracking codes ----------------------------------------------------------------


def test_codes_are_five_groups_of_four_and_never_the_same() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert all(len(code) == 24 and [len(group) for group in code.split("-")] == [4] * 5 for code in codes)
    assert all(is_valid(code) for code in codes)


def test_a_code_is_understood_however_it_is_typed() -> None:
    code = new_code()
    for typed in (code.lower(), code.replace("-", ""), f"  {code} ", code.replace("-", " ")):
        assert (normalise(typed), is_valid(typed)) == (code, True)
    misread = code.replace("0", "O").replace("1", "l")
    assert normalise(misread) == code


def test_one_wrong_character_and_one_swap_are_always_noticed() -> None:
    plain = new_code().replace("-", "")
    for place in range(20):
        for other in set(ALPHABET) - {plain[place]}:
            assert not is_valid(plain[:place] + other + plain[place + 1 :])
        for second in range(place):
            swapped = list(plain)
            swapped[place], swapped[second] = swapped[second], swapped[place]
            assert is_valid("".join(swapped)) == (plain[place] == plain[second])


@pytest.mark.parametrize(
    "text", ["", "-", "TEST-00000001", "U" * 20, "A" * 19, "A" * 21, "\u0660" * 20, "../../etc/passwd"]
)
def test_what_cannot_be_a_code_is_left_alone_and_invalid(text: str) -> None:
    assert normalise(text) == text.strip()
    assert not is_valid(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_codes(text: str) -> None:
    assert isinstance(normalise(text), str)
    assert is_valid(text) in (True, False)


# -- Categories from words -----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Banjir setinggi lutut, jalan macet total", "banjir"),
        ("rumah kami kebanjiran", "banjir"),
        ("#banjirkiriman#drainaseburuk", "banjir"),
        ("Selokan depan gang mampet", "banjir"),
        ("Macet parah sejak pagi di perempatan", "kemacetan"),
        ("Mobil parkir sembarangan di depan ruko", "parkir_liar"),
        ("banyak motor yang parkir di trotoar", "parkir_liar"),
        ("Angkot pada ngetem bikin macet", "angkot_ngetem"),
        ("Motor menerobos jalur busway", "jalur_busway"),
        ("Sampah menumpuk di kali", "sampah_sungai"),
        ("Tumpukan sampah belum diangkut", "sampah"),
        ("PKL memenuhi trotoar", "pkl_liar"),
        ("Pohon besar tumbang menutup jalan", "pohon_tumbang"),
        ("Lampu jalan mati sudah seminggu", "lampu_jalan"),
        ("Jalan berlubang bahaya", "jalan_rusak"),
        ("Ada kebakaran di belakang pasar", "kebakaran"),
        ("Banyak pengemis di lampu merah", "masalah_sosial"),
        ("Ada begal di flyover", "tindak_kriminal"),
        ("Terima kasih pak lurah", None),
        ("Rapi sekali taman ini", None),
        ("", None),
    ],
)
def test_a_category_is_found_in_the_words(text: str, slug: str | None) -> None:
    assert category_from_text(["", text]) == slug


def test_every_rule_names_a_category_there_is() -> None:
    assert {slug for _, slug in category_rules()} <= {row["slug"] for row in categories_fixture()}


def test_no_text_makes_the_rules_slow() -> None:
    started = time.process_time()
    for text in ("sampah " * 14_000, "jalan " * 16_000, "angkot a b c " * 7000, "x" * 100_000):
        category_from_text([text])
    assert time.process_time() - started < 5.0


# -- The rate ------------------------------------------------------------------------


def test_the_window_slides() -> None:
    count = SlidingCount()
    assert [count.admit("qlue", limit=2, now_s=t) for t in (0.0, 0.5, 0.9, 1.0, 1.4, 1.5)] == [
        True,
        True,
        False,
        True,
        False,
        True,
    ]


def test_sources_do_not_use_up_each_others_rate() -> None:
    count = SlidingCount()
    assert count.admit("qlue", limit=1, now_s=0)
    assert count.admit("waze", limit=1, now_s=0)
