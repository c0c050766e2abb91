"""What a citizen's program gets for a tracking code, and what nobody gets."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils.dateparse import parse_datetime

from analytics.verdict import Verdict
from jsc_project.lib.geo import LatLon, metres_between
from reports.models import Incident
from reports.tracking import new_code
from tests import factories
from tests.reports import rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    cache.clear()


KEYS = {
    "tracking_code",
    "category",
    "status",
    "status_label",
    "colour",
    "kelurahan",
    "verification",
    "others",
    "received_at",
    "updated_at",
    "due_at",
    "location",
    "history",
}


def ask(code: str, **headers: str) -> Any:
    return Client().get(f"/api/v1/reports/{code}/", headers=headers)


def test_the_answer_has_exactly_the_agreed_keys(menteng: Any) -> None:
    body = ask(rows.placed(menteng).tracking_code).json()
    assert set(body) == KEYS
    assert body["category"] == {"slug": "parkir_liar", "label": "Parkir liar"}
    assert body["kelurahan"] == "Menteng"
    assert (body["status"], body["status_label"], body["colour"]) == ("menunggu", "Menunggu", "red")
    assert body["history"] == [{"at": body["received_at"], "status": "menunggu", "status_label": "Menunggu"}]


def test_a_report_that_is_not_placed_yet_is_waiting(parkir_liar: Any) -> None:
    body = ask(factories.report(parkir_liar, tracking_code=new_code()).tracking_code).json()
    assert (body["status"], body["kelurahan"], body["due_at"]) == ("menunggu", None, None)
    assert body["verification"]["verdict"] is None


def test_a_report_from_outside_jakarta_says_so(parkir_liar: Any) -> None:
    report = factories.report(parkir_liar, tracking_code=new_code(), state="OUT_OF_AREA", lat=-6.9, lon=107.6)
    body = ask(report.tracking_code).json()
    assert (body["status"], body["colour"], body["kelurahan"]) == ("di_luar_wilayah", "grey", None)
    assert [entry["status"] for entry in body["history"]] == ["menunggu", "di_luar_wilayah"]


def test_the_place_is_coarse_and_says_how_coarse(menteng: Any) -> None:
    report = rows.placed(menteng)
    for lat, lon in ((-6.19449, 106.82451), (-6.1955, 106.8255), (-6.19999, 106.82001)):
        report.lat, report.lon = lat, lon
        report.save()
        shown = ask(report.tracking_code).json()["location"]
        assert shown["precision_m"] == 100
        off = metres_between(LatLon(lat, lon), LatLon(shown["lat"], shown["lng"]))
        assert off <= 100
        assert all(len(str(shown[key]).split(".")[-1]) <= 3 for key in ("lat", "lng"))


def test_nothing_internal_ever_leaves(menteng: Any, bu_sari: Any) -> None:
    report = rows.placed(menteng, text="Rahasia warga di rumah nomor 12")
    report.image_url, report.external_id = "https://qlue.example/foto.jpg", 987654321
    report.save()
    rows.looked_at(report.incident)
    rows.changed(report.incident, "menunggu", "koordinasi", actor=bu_sari, reason_text="catatan dalam untuk Dishub")
    body = ask(report.tracking_code).content.decode()
    secrets = ["Rahasia", "foto.jpg", "987654321", "CAM-RAHASIA", "Simpang", "catatan dalam", "sari", "Dishub"]
    secrets += [report.reporter_hash, "stills", "bukti"]
    for secret in secrets:
        assert secret not in body


def test_the_verdict_is_one_plain_sentence(menteng: Any) -> None:
    report = rows.placed(menteng)
    rows.looked_at(report.incident)
    told = ask(report.tracking_code).json()["verification"]
    assert told["verdict"] == "SUPPORTED"
    assert told["reason"] == "Kamera melihat kejadian ini."
    assert told["checked_at"]


@pytest.mark.parametrize("verdict", [v.value for v in Verdict if v is not Verdict.SUPPORTED])
def test_no_verdict_ever_sounds_like_a_refusal(verdict: str, menteng: Any) -> None:
    report = rows.placed(menteng)
    rows.looked_at(report.incident, verdict=verdict)
    assert "petugas" in ask(report.tracking_code).json()["verification"]["reason"]


def test_others_counts_the_other_people(menteng: Any) -> None:
    report = rows.placed(menteng, reporters_count=4)
    assert ask(report.tracking_code).json()["others"] == 3


def test_the_history_names_every_status_once_in_order(menteng: Any, bu_sari: Any) -> None:
    report = rows.placed(menteng, status="selesai")
    at = report.received_at
    for minutes, old, new in ((5, "menunggu", "proses"), (60, "proses", "selesai")):
        rows.changed(report.incident, old, new, actor=bu_sari, at=at + timedelta(minutes=minutes))
    body = ask(report.tracking_code).json()
    assert [entry["status"] for entry in body["history"]] == ["menunggu", "proses", "selesai"]
    assert parse_datetime(body["updated_at"]) == at + timedelta(minutes=60)
    assert set(body["history"][0]) == {"at", "status", "status_label"}


def test_a_citizen_who_joined_later_is_not_told_what_happened_before(menteng: Any) -> None:
    report = rows.placed(menteng, status="proses")
    rows.changed(report.incident, "menunggu", "proses", at=report.received_at - timedelta(hours=2))
    history = ask(report.tracking_code).json()["history"]
    assert [(parse_datetime(entry["at"]), entry["status"]) for entry in history] == [(report.received_at, "proses")]


def test_a_duplicate_shows_the_status_of_what_it_repeats(menteng: Any) -> None:
    original, middle = rows.placed(menteng, status="proses"), rows.placed(menteng, status="duplikat")
    last = rows.placed(menteng, status="duplikat")
    Incident.objects.filter(pk=middle.incident.pk).update(duplicate_of=original.incident)
    Incident.objects.filter(pk=last.incident.pk).update(duplicate_of=middle.incident)
    assert ask(last.tracking_code).json()["status"] == "proses"


def test_a_circle_of_duplicates_still_answers(menteng: Any) -> None:
    one, two = rows.placed(menteng, status="duplikat"), rows.placed(menteng, status="duplikat")
    Incident.objects.filter(pk=one.incident.pk).update(duplicate_of=two.incident)
    Incident.objects.filter(pk=two.incident.pk).update(duplicate_of=one.incident)
    assert ask(one.tracking_code).json()["status"] == "duplikat"


def test_a_category_that_is_never_listed_shows_the_status_and_little_else(menteng: Any) -> None:
    secret = factories.category("tindak_kriminal", label_id="Tindak kriminal", publicly_listed=False)
    report = rows.placed(menteng, category=secret, status="proses", reporters_count=3)
    rows.looked_at(report.incident)
    body = ask(report.tracking_code).json()
    assert set(body) == KEYS
    assert body["status"] == "proses"
    assert (body["location"], body["others"]) == (None, None)
    assert (body["verification"]["verdict"], body["verification"]["checked_at"]) == (None, None)
    assert "amera" not in body["verification"]["reason"]


@pytest.mark.parametrize("typing", [str.lower, lambda c: c.replace("-", ""), lambda c: f" {c} ".replace("0", "O")])
def test_a_code_may_be_typed_as_people_type(typing: Any, menteng: Any) -> None:
    code = rows.placed(menteng).tracking_code
    assert ask(typing(code)).json()["tracking_code"] == code


@pytest.mark.parametrize("code", ["x", "0000-0000-0000-0000-0000", "é" * 30, "a" * 3000, "%00", "-", "1;drop"])
def test_malformed_and_unknown_codes_get_one_and_the_same_answer(code: str, menteng: Any) -> None:
    unknown = ask(new_code())
    answer = Client().get(f"/api/v1/reports/{code}/")
    assert answer.status_code == unknown.status_code == 404
    assert answer.content == unknown.content
    assert answer["Content-Type"] == unknown["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(answer.json())


def test_an_unchanged_answer_is_304_and_a_changed_one_is_not(menteng: Any) -> None:
    report = rows.placed(menteng)
    first = ask(report.tracking_code)
    assert first["Cache-Control"] == "public, max-age=30"
    same = ask(report.tracking_code, if_none_match=first["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    assert same["ETag"] == first["ETag"]
    assert "Accept-Language" in same["Vary"]
    Incident.objects.filter(pk=report.incident.pk).update(status="proses")
    changed = ask(report.tracking_code, if_none_match=first["ETag"])
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


@pytest.mark.parametrize(
    ("header", "label"), [("", "Menunggu"), ("en", "Waiting"), ("en-GB,id;q=0.3", "Waiting"), ("id,en", "Menunggu")]
)
def test_labels_follow_accept_language_and_machine_words_do_not(header: str, label: str, menteng: Any) -> None:
    report = rows.placed(menteng)
    answer = ask(report.tracking_code, **({"accept_language": header} if header else {}))
    assert answer.json()["status_label"] == label
    assert answer.json()["status"] == "menunggu"
    assert "Accept-Language" in answer["Vary"]
    assert answer["Content-Language"] == ("en" if label == "Waiting" else "id")


def test_a_language_cookie_does_not_change_a_publicly_cached_answer(menteng: Any) -> None:
    client = Client()
    client.cookies["django_language"] = "en"
    answer = client.get(f"/api/v1/reports/{rows.placed(menteng).tracking_code}/")
    assert answer.json()["status_label"] == "Menunggu"
    assert "Set-Cookie" not in answer.headers


def test_any_website_may_read_and_none_may_write(menteng: Any) -> None:
    url = f"/api/v1/reports/{rows.placed(menteng).tracking_code}/"
    answer = Client().get(url, headers={"origin": "https://warga.example"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    for method in ("post", "put", "patch", "delete"):
        refused = getattr(Client(), method)(url)
        assert refused.status_code == 405
        assert refused["Content-Type"] == "application/problem+json"


def test_guessing_is_stopped_after_ten_misses_and_hits_do_not_help_it(menteng: Any) -> None:
    code = rows.placed(menteng).tracking_code
    client = Client(REMOTE_ADDR="203.0.113.7")
    answers = [client.get(f"/api/v1/reports/{new_code()}/").status_code for _ in range(12)]
    assert answers[:10] == [404] * 10
    assert answers[10:] == [429, 429]
    stopped = client.get(f"/api/v1/reports/{code}/")
    assert stopped.status_code == 429
    assert 1 <= int(stopped["Retry-After"]) <= 60
    assert stopped["Content-Type"] == "application/problem+json"
    assert Client(REMOTE_ADDR="203.0.113.8").get(f"/api/v1/reports/{code}/").status_code == 200


def test_an_address_that_asks_all_the_time_is_slowed_down(menteng: Any, settings: Any) -> None:
    settings.JSC_PUBLIC_RATE_PER_MIN = 60
    code = rows.placed(menteng).tracking_code
    client = Client(REMOTE_ADDR="203.0.113.9")
    assert [client.get(f"/api/v1/reports/{code}/").status_code for _ in range(61)].count(429) == 1


def test_a_forged_forwarded_header_is_no_way_around_the_limit(menteng: Any) -> None:
    codes = [
        Client(REMOTE_ADDR="203.0.113.10")
        .get(f"/api/v1/reports/{new_code()}/", headers={"x-forwarded-for": f"198.51.100.{n}"})
        .status_code
        for n in range(12)
    ]
    assert codes[-1] == 429


def test_behind_our_proxy_only_its_own_entry_counts(menteng: Any, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    codes = [
        Client().get(f"/api/v1/reports/{new_code()}/", headers={"x-forwarded-for": f"198.51.100.{n}, 203.0.113.11"})
        for n in range(12)
    ]
    assert codes[-1].status_code == 429


def test_an_address_that_leads_nowhere_is_told_in_json_below_api(client: Client) -> None:
    answer = client.get("/api/v1/nothing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_the_description_of_the_api_is_valid_and_complete(client: Client) -> None:
    from drf_spectacular.validation import validate_schema

    answer = client.get("/api/schema/?format=json")
    schema = json.loads(answer.content)
    validate_schema(schema)
    operation = schema["paths"]["/api/v1/reports/{tracking_code}/"]["get"]
    assert {"200", "304", "404", "429"} <= set(operation["responses"])
    described = schema["components"]["schemas"]["PublicReport"]
    assert set(described["properties"]) == set(described["required"]) == KEYS


def test_the_docs_load_nothing_from_elsewhere(client: Client) -> None:
    answer = client.get("/api/docs/")
    assert answer.status_code == 200
    assert "http" not in answer.content.decode().replace("http-equiv", "").replace('href="http://testserver', "")
    assert "script-src 'self';" in answer["Content-Security-Policy"]
