"""What a stranger, or a broken sender, can post: each case has its answer, stores nothing, and is never a 500."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports import tasks
from reports.models import Report, WebhookDelivery
from reports.services import intake
from tests.reports.webhook_sender import assert_refused, categories, payload, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    categories()
    intake.ADMITTED.forget()
    monkeypatch.setattr(tasks, "ring", lambda kind, pk: None)


def raw(before: str, after: str = "") -> bytes:
    """A right report with one stretch of its text exchanged."""
    text = json.dumps(payload(), ensure_ascii=False)
    assert not before or before in text
    return text.replace(before, after).encode() if before else after.encode()


def place(lat: Any, lng: Any) -> dict[str, Any]:
    return {"location": {"lat": lat, "lng": lng}}


FUTURE = (datetime.now(UTC) + timedelta(hours=6)).isoformat()
"""Counted when the tests are collected; a slow run comes to its test half an hour later."""

# Fields of an otherwise right report: (what is changed, pointer, code).
FIELDS: dict[str, tuple[dict[str, Any], str, str]] = {
    "post_id missing": ({"post_id": ...}, "/post_id", "required"),
    "post_id null": ({"post_id": None}, "/post_id", "required"),
    "post_id empty": ({"post_id": ""}, "/post_id", "wrong_type"),
    "post_id zero": ({"post_id": 0}, "/post_id", "out_of_range"),
    "post_id zero as text": ({"post_id": "000"}, "/post_id", "out_of_range"),
    "post_id negative": ({"post_id": -1}, "/post_id", "out_of_range"),
    "post_id negative as text": ({"post_id": "-1"}, "/post_id", "wrong_type"),
    "post_id 2^63": ({"post_id": 2**63}, "/post_id", "out_of_range"),
    "post_id 2^63 as text": ({"post_id": str(2**63)}, "/post_id", "out_of_range"),
    "post_id of 400 digits": ({"post_id": 10**400}, "/post_id", "out_of_range"),
    "post_id float": ({"post_id": 12.5}, "/post_id", "wrong_type"),
    "post_id whole float": ({"post_id": 12.0}, "/post_id", "wrong_type"),
    "post_id true": ({"post_id": True}, "/post_id", "wrong_type"),
    "post_id false": ({"post_id": False}, "/post_id", "wrong_type"),
    "post_id float as text": ({"post_id": "12.0"}, "/post_id", "wrong_type"),
    "post_id exponent as text": ({"post_id": "1e3"}, "/post_id", "wrong_type"),
    "post_id with a blank": ({"post_id": " 12"}, "/post_id", "wrong_type"),
    "post_id with a line break": ({"post_id": "12\n"}, "/post_id", "wrong_type"),
    "post_id with a plus": ({"post_id": "+12"}, "/post_id", "wrong_type"),
    "post_id with underscores": ({"post_id": "1_000"}, "/post_id", "wrong_type"),
    "post_id hexadecimal": ({"post_id": "0x1F"}, "/post_id", "wrong_type"),
    "post_id in Arabic digits": ({"post_id": "\u0661\u0662"}, "/post_id", "wrong_type"),
    "post_id superscript": ({"post_id": "\u00b2"}, "/post_id", "wrong_type"),
    "post_id a list": ({"post_id": [12]}, "/post_id", "wrong_type"),
    "post_id an object": ({"post_id": {"$gt": 0}}, "/post_id", "wrong_type"),
    "created_at missing": ({"created_at": ...}, "/created_at", "required"),
    "created_at null": ({"created_at": None}, "/created_at", "required"),
    "created_at empty": ({"created_at": ""}, "/created_at", "not_a_time"),
    "created_at a number": ({"created_at": 1487558460}, "/created_at", "wrong_type"),
    "created_at epoch as text": ({"created_at": "1487558460"}, "/created_at", "not_a_time"),
    "created_at a date alone": ({"created_at": "2017-02-20"}, "/created_at", "not_a_time"),
    "created_at a time alone": ({"created_at": "09:41:00"}, "/created_at", "not_a_time"),
    "created_at 30 February": ({"created_at": "2017-02-30T09:41:00Z"}, "/created_at", "not_a_time"),
    "created_at 25 o'clock": ({"created_at": "2017-02-20T25:00:00Z"}, "/created_at", "not_a_time"),
    "created_at month 13": ({"created_at": "2017-13-20T09:00:00Z"}, "/created_at", "not_a_time"),
    "created_at year 0": ({"created_at": "0000-01-01T00:00:00Z"}, "/created_at", "not_a_time"),
    "created_at offset of 99 h": ({"created_at": "2017-02-20T09:41:00+99:00"}, "/created_at", "not_a_time"),
    "created_at offset of 61 min": ({"created_at": "2017-02-20T09:41:00+07:61"}, "/created_at", "not_a_time"),
    "created_at zone by name": ({"created_at": "2017-02-20T09:41:00 WIB"}, "/created_at", "not_a_time"),
    "created_at American": ({"created_at": "02/20/2017 09:41"}, "/created_at", "not_a_time"),
    "created_at with a line break": ({"created_at": "2017-02-20T09:41:00Z\n"}, "/created_at", "not_a_time"),
    "created_at in the future": ({"created_at": FUTURE}, "/created_at", "in_the_future"),
    "created_at year 9999": ({"created_at": "9999-12-31T23:59:59-14:00"}, "/created_at", "in_the_future"),
    "created_at a list": ({"created_at": ["2017-02-20T09:41:00Z"]}, "/created_at", "wrong_type"),
    "location missing": ({"location": ...}, "/location", "required"),
    "location null": ({"location": None}, "/location", "required"),
    "location a list": ({"location": [-6.2, 106.8]}, "/location", "wrong_type"),
    "location text": ({"location": "-6.2,106.8"}, "/location", "wrong_type"),
    "location empty": ({"location": {}}, "/location/lat", "required"),
    "lat missing": ({"location": {"lng": 106.8}}, "/location/lat", "required"),
    "lng missing": ({"location": {"lat": -6.2}}, "/location/lng", "required"),
    "lng under another name": ({"location": {"lat": -6.2, "lon": 106.8}}, "/location/lng", "required"),
    "lat null": (place(None, 106.8), "/location/lat", "required"),
    "lat text": (place("-6.2", 106.8), "/location/lat", "wrong_type"),
    "lng text": (place(-6.2, "106.8"), "/location/lng", "wrong_type"),
    "lat true": (place(True, 106.8), "/location/lat", "wrong_type"),
    "lng a list": (place(-6.2, [106.8]), "/location/lng", "wrong_type"),
    "lat too low": (place(-90.01, 106.8), "/location/lat", "out_of_range"),
    "lat too high": (place(90.5, 10), "/location/lat", "out_of_range"),
    "lng too high": (place(-6.2, 180.1), "/location/lng", "out_of_range"),
    "lng too low": (place(-6.2, -181), "/location/lng", "out_of_range"),
    "lng of 400 digits": (place(-6.2, 10**400), "/location/lng", "out_of_range"),
    "both out of range": (place(-600, 1000), "/location/lng", "out_of_range"),
    "null island": (place(0, 0), "/location", "null_island"),
    "null island in floats": (place(-0.0, 0.00001), "/location", "null_island"),
    "swapped": (place(106.825, -6.195), "/location/lat", "swapped"),
    "swapped whole": (place(107, -6), "/location/lat", "swapped"),
    "title a number": ({"title": 5}, "/title", "wrong_type"),
    "title true": ({"title": True}, "/title", "wrong_type"),
    "text a list": ({"text": ["banjir"]}, "/text", "wrong_type"),
    "text an object": ({"text": {"id": "banjir"}}, "/text", "wrong_type"),
    "category a number": ({"category": 3}, "/category", "wrong_type"),
    "category a list": ({"category": ["sampah"]}, "/category", "wrong_type"),
    "disaster_type an object": ({"disaster_type": {}}, "/disaster_type", "wrong_type"),
    "qlue_city a list": ({"qlue_city": []}, "/qlue_city", "wrong_type"),
    "profile_name a number": ({"profile_name": 7}, "/profile_name", "wrong_type"),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_wrong_field_is_refused_with_its_place(name: str) -> None:
    changes, pointer, code = FIELDS[name]
    assert_refused(send(payload(**changes)), 400, pointer, code)


# Bodies that are no JSON object as we understand it: (bytes, pointer, code).
BODIES: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", "", "not_json"),
    "blank": (b"  \n", "", "not_json"),
    "a word": (b"banjir", "", "not_json"),
    "cut short": (raw("}", "")[:-1], "", "not_json"),
    "two objects": (raw("", "{}{}"), "", "not_json"),
    "single quotes": (b"{'post_id': 1}", "", "not_json"),
    "trailing comma": (b'{"post_id": 1,}', "", "not_json"),
    "a comment": (b'{"post_id": 1 /* one */}', "", "not_json"),
    "form data": (b"post_id=1&text=banjir", "", "not_json"),
    "XML": (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "", "not_json"),
    "byte order mark": (b"\xef\xbb\xbf" + raw("Parkir liar", "x"), "", "not_json"),
    "UTF-16": (raw("Parkir liar", "x").decode().encode("utf-16"), "", "not_utf8"),
    "Latin-1": (raw("sekolah", "s\u00e9kolah").decode().encode("latin-1"), "", "not_utf8"),
    "half a UTF-8 character": (raw("sekolah", "s\u00e9kolah").replace(b"\xa9", b""), "", "not_utf8"),
    "surrogate in UTF-8": (raw("sekolah", "x").replace(b'"text": "', b'"text": "\xed\xa0\xbd'), "", "not_utf8"),
    "NUL byte": (raw("sekolah", "x\x00"), "", "not_json"),
    "zeros": (b"\x00" * 100, "", "not_json"),
    "gzip": (base64.b64decode("H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA=="), "", "not_utf8"),
    "a list": (b"[]", "", "not_an_object"),
    "a list of reports": (b"[" + raw("x", "x") + b"]", "", "not_an_object"),
    "null": (b"null", "", "not_an_object"),
    "a string": (b'"banjir"', "", "not_an_object"),
    "a number": (b"12", "", "not_an_object"),
    "an empty object": (b"{}", "/post_id", "required"),
    "100,000 brackets would be too many bytes, 99,000 are too deep": (b"[" * 99_000, "", "too_deep"),
    "objects 15,000 deep": (b'{"a":' * 15_000, "", "too_deep"),
    "a report with a deep stranger inside": (raw('"title"', f'"x": {"[" * 500}{"]" * 500}, "title"'), "", "too_deep"),
    "65 levels": (raw('"title"', f'"x": {"[" * 65}{"]" * 65}, "title"'), "", "too_deep"),
    "key twice": (raw('"title"', '"text": "dua", "title"'), "/text", "duplicate_key"),
    "post_id twice": (raw('"title"', '"post_id": 7, "title"'), "/post_id", "duplicate_key"),
    "lat twice": (raw('"lng"', '"lat": -6.3, "lng"'), "/location/lat", "duplicate_key"),
    "key twice in a stranger": (raw('"title"', '"x/~y": {"a": 1, "a": 2}, "title"'), "/x~1~0y/a", "duplicate_key"),
    "lat NaN": (raw("-6.195", "NaN"), "/location/lat", "not_finite"),
    "lat Infinity": (raw("-6.195", "Infinity"), "/location/lat", "not_finite"),
    "lng -Infinity": (raw("106.825", "-Infinity"), "/location/lng", "not_finite"),
    "post_id NaN": (raw("900101,", "NaN,"), "/post_id", "not_finite"),
    "NaN in a stranger": (raw('"title"', '"x": [1, NaN], "title"'), "/x/1", "not_finite"),
    "lat 1e999": (raw("-6.195", "1e999"), "/location/lat", "out_of_range"),
    "lng -1e999": (raw("106.825", "-1e999"), "/location/lng", "out_of_range"),
    "lat of 5,000 digits": (raw("-6.195", "9" * 5000), "/location/lat", "out_of_range"),
    "post_id of 5,000 digits": (raw("900101,", "9" * 5000 + ","), "/post_id", "out_of_range"),
    "post_id of 90,000 digits": (raw("900101,", "9" * 90_000 + ","), "/post_id", "out_of_range"),
    "post_id 1e3": (raw("900101,", "1e3,"), "/post_id", "wrong_type"),
    "post_id with leading zeros and no quotes": (raw("900101,", "0012,"), "", "not_json"),
    "title 1e999": (raw('"Parkir liar", "text"', '1e999, "text"'), "/title", "wrong_type"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_signed_body_that_is_no_report_is_refused(name: str) -> None:
    body, pointer, code = BODIES[name]
    assert len(body) <= 100_000
    assert_refused(send(body), 400, pointer, code)


def test_all_faults_come_in_one_answer() -> None:
    answer = send({"post_id": 1.5, "created_at": "kemarin", "location": {"lat": "x", "lng": 999}, "text": 3})
    assert_refused(answer, 400, "/text")
    pointers = [fault["pointer"] for fault in answer.json()["errors"]]
    assert pointers == ["/post_id", "/created_at", "/location/lat", "/text"]


def test_a_refusal_repeats_nothing_of_what_was_sent() -> None:
    answer = send(payload(created_at="RAHASIA", text=["RAHASIA"], post_id="RAHASIA"))
    assert b"RAHASIA" not in answer.content


# What is strange and still a report: nothing of it may cost a citizen the report.
ACCEPTED: dict[str, dict[str, Any]] = {
    "image_url a number": {"image_url": 5},
    "image_url a list": {"image_url": ["https://img.example.org/1.jpg"]},
    "image_url javascript": {"image_url": "javascript:alert(1)"},
    "image_url data": {"image_url": "data:text/html;base64,PHNjcmlwdD4="},
    "image_url file": {"image_url": "file:///etc/passwd"},
    "image_url with a password": {"image_url": "http://user:pw@img.example.org/1.jpg"},
    "image_url broken bracket": {"image_url": "http://[::1/1.jpg"},
    "image_url bad port": {"image_url": "http://img.example.org:99999/1.jpg"},
    "image_url quotes": {"image_url": 'https://img.example.org/"><script>'},
    "image_url too long": {"image_url": "https://img.example.org/" + "a" * 3000},
    "image_url half an emoji": {"image_url": "https://img.example.org/\ud83d.jpg"},
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_bad_photo_address_never_refuses_and_is_never_kept_as_a_link(name: str) -> None:
    assert send(payload(**ACCEPTED[name])).status_code == 202
    stored = Report.objects.get().image_url
    assert stored == "" or (stored.startswith("https://img.example.org/") and "\ud83d" not in stored)


STRANGE_TEXTS: dict[str, tuple[str, str]] = {
    "NUL": ("ban\x00jir", "banjir"),
    "half an emoji": ("banjir \ud83d", "banjir \ufffd"),
    "the other half": ("\ude00 banjir", "\ufffd banjir"),
    "control characters": ("ban\x01\x1b[31mjir\x7f", "ban[31mjir"),
    "line breaks": ("satu\r\ndua\rtiga\n", "satu\ndua\ntiga"),
    "html": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "SQL": ("'; DROP TABLE reports_report; --", "'; DROP TABLE reports_report; --"),
    "template": ("{{ settings.SECRET_KEY }} {% debug %}", "{{ settings.SECRET_KEY }} {% debug %}"),
    "long": ("banjir " * 4_000, ("banjir " * 4_000).strip()),
    "emoji escaped twice": ("air \\ud83d\\ude2d", "air \U0001f62d"),
    "right to left": ("\u202ebanjir", "\u202ebanjir"),
}


@pytest.mark.parametrize("name", STRANGE_TEXTS)
def test_strange_words_are_cleaned_of_what_no_database_keeps_and_else_left_alone(name: str) -> None:
    sent, kept = STRANGE_TEXTS[name]
    assert send(payload(text=sent, title=sent, category=sent[:300], profile_name=sent[:300])).status_code == 202
    report = Report.objects.get()
    assert (report.text, report.title) == (kept, kept)


def test_strangers_keys_may_hold_anything_that_is_json() -> None:
    odd = {"\x00": "\x00", "\ud83d": ["\ud83d"], "n": 10**3000, "deep": json.loads("[" * 50 + "]" * 50)}
    assert send(payload(**odd)).status_code == 202


@pytest.mark.parametrize(
    ("changes", "stored"),
    [
        ({"post_id": "0012"}, 12),
        ({"post_id": 1}, 1),
        ({"post_id": 2**63 - 1}, 2**63 - 1),
        ({"post_id": str(2**63 - 1)}, 2**63 - 1),
    ],
)
def test_ids_at_the_edges_are_kept_exactly(changes: dict[str, Any], stored: int) -> None:
    assert send(payload(**changes)).status_code == 202
    assert Report.objects.get().external_id == stored


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2017-02-20T09:41:00Z", "2017-02-20T09:41:00+00:00"),
        ("2017-02-20t09:41:00z", "2017-02-20T09:41:00+00:00"),
        ("2017-02-20T09:41:00+07:00", "2017-02-20T02:41:00+00:00"),
        ("2017-02-20T09:41:00+0700", "2017-02-20T02:41:00+00:00"),
        ("2017-02-20T09:41:00+07", "2017-02-20T02:41:00+00:00"),
        ("2017-02-20T09:41:00-03:30", "2017-02-20T13:11:00+00:00"),
        ("2017-02-20T07:58:22.262", "2017-02-20T00:58:22.262000+00:00"),
        ("2017-02-22T13:21:33.64", "2017-02-22T06:21:33.640000+00:00"),
        ("2017-02-20T09:41:00.123456789Z", "2017-02-20T09:41:00.123456+00:00"),
        ("2017-02-20 09:41:00", "2017-02-20T02:41:00+00:00"),
        ("2017-02-20T09:41", "2017-02-20T02:41:00+00:00"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00+00:00"),
        ("0001-01-01T00:00:00Z", "0002-01-01T00:00:00+00:00"),
        ("0001-01-01T00:00:00+14:00", "0002-01-01T00:00:00+00:00"),
        ("0001-01-01T00:00:00", "0002-01-01T00:00:00+00:00"),
    ],
)
def test_times_are_kept_as_the_moment_they_name(text: str, stored: str) -> None:
    assert send(payload(created_at=text)).status_code == 202
    assert Report.objects.get().happened_at.astimezone(UTC).isoformat() == stored


def test_nine_minutes_ahead_is_a_clock_and_not_the_future() -> None:
    ahead = (datetime.now(UTC) + timedelta(minutes=9)).isoformat()
    assert send(payload(created_at=ahead)).status_code == 202


@pytest.mark.parametrize(("lat", "lng"), [(-6.4, 106.79), (52.37, 4.9), (-90, 180), (0, 106.8), (-6, 107), (90, 0)])
def test_places_outside_jakarta_are_accepted(lat: float, lng: float) -> None:
    assert send(payload(**place(lat, lng))).status_code == 202
    assert (Report.objects.get().lat, Report.objects.get().lon) == (lat, lng)


# -- Anything at all ------------------------------------------------------------------

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
KEYS = st.sampled_from(
    ["post_id", "created_at", "location", "title", "text", "image_url", "qlue_city", "category", "disaster_type", "x"]
)
relaxed = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@relaxed
@given(st.binary(max_size=200))
def test_no_signed_bytes_are_a_500(body: bytes) -> None:
    assert send(body).status_code == 400


@relaxed
@given(st.dictionaries(KEYS, JSON_VALUES, max_size=3))
def test_no_json_value_in_any_field_is_a_500(changes: dict[str, Any]) -> None:
    intake.ADMITTED.forget()
    WebhookDelivery.objects.all().delete()
    answer = send({**payload(), **changes})
    assert answer.status_code in (200, 202, 400)
    if answer.status_code == 400:
        assert all(fault["pointer"].startswith("/") for fault in answer.json()["errors"])


@relaxed
@given(st.dictionaries(st.sampled_from(["lat", "lng", "alt"]), JSON_VALUES, max_size=3))
def test_no_json_value_in_the_location_is_a_500(location: dict[str, Any]) -> None:
    intake.ADMITTED.forget()
    WebhookDelivery.objects.all().delete()
    assert send(payload(location=location)).status_code in (200, 202, 400)


@relaxed
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=80))
def test_no_header_is_a_500(webhook_id: str, timestamp: str, signature: str) -> None:
    headers = {"webhook-id": webhook_id, "webhook-timestamp": timestamp, "webhook-signature": signature}
    latin = {name: value.encode("latin-1", "replace").decode("latin-1") for name, value in headers.items()}
    assert send(payload(), headers=latin).status_code == 401
