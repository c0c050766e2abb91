"""The webhook's contract: what is accepted, what a repeat and an update are, and what is kept of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from jsc_project.lib.crypto import keyed_hash
from reports import tasks
from reports.lifecycle import ReportState
from reports.models import Category, Report, ReportUpdate, WebhookDelivery
from reports.services import intake
from reports.services.deliveries import deliveries_purge, delivery_body
from reports.tracking import is_valid
from tests import factories
from tests.reports.webhook_sender import URL, as_bytes, categories, fixture, headers_for, payload, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch, db: None) -> list[tuple[str, int]]:
    """The doorbell, heard instead of rung."""
    categories()
    intake.ADMITTED.forget()
    heard: list[tuple[str, int]] = []
    monkeypatch.setattr(tasks, "ring", lambda kind, pk: heard.append((kind, pk)))
    return heard


def rows() -> tuple[int, int, int]:
    return Report.objects.count(), WebhookDelivery.objects.count(), ReportUpdate.objects.count()


def test_a_new_report_is_stored_and_answered_with_its_receipt(
    django_capture_on_commit_callbacks: Any, rung: list[Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(fixture("report__illegal_parking"), webhook_id="msg_new")
    assert answer.status_code == 202
    report = Report.objects.get()
    assert answer.json() == {
        "id": report.tracking_code,
        "tracking_code": report.tracking_code,
        "status_url": f"http://testserver/api/v1/reports/{report.tracking_code}/",
        "created": True,
    }
    assert is_valid(report.tracking_code)
    assert (report.source, report.external_id, report.state) == ("qlue", 900101, ReportState.RECEIVED)
    assert (report.category.slug, report.sent_category) == ("parkir_liar", "Parkir Liar")
    assert (report.lat, report.lon) == (-6.195, 106.825)
    assert report.happened_at == datetime(2026, 11, 2, 4, 58, 20, 120_000, tzinfo=UTC)
    assert report.image_url == "https://img.example.org/p/900101.jpg"
    assert rung == [("report", report.pk)]
    assert WebhookDelivery.objects.get().outcome == "created"


def test_the_status_address_is_the_public_one_when_it_is_set(settings: Any) -> None:
    settings.JSC_PUBLIC_BASE_URL = "https://lapor.example.org/"
    code = send(payload()).json()["tracking_code"]
    assert send(payload()).json()["status_url"] == f"https://lapor.example.org/api/v1/reports/{code}/"


def test_the_address_is_routed_and_needs_no_csrf_token() -> None:
    raw = as_bytes(payload())
    answer = Client(enforce_csrf_checks=True).post(
        URL, data=raw, content_type="application/json", headers=headers_for(raw)
    )
    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("name", "slug", "sentence"),
    [
        ("report__flood_2016_shape", "banjir", "9999 | flood |  | #banjir air sudah selutut, tolong pompa | 06:12Z"),
        (
            "report__local_time_without_offset",
            "kemacetan",
            "900103 | kemacetan |  | Macet parah di depan pasar | 02:41Z",
        ),
        ("report__offset_without_colon", "sampah", "900104 | sampah |  | Sampah menumpuk di trotoar | 02:41Z"),
        ("report__everything_empty", "lainnya", "900105 |  |  |  | 04:00Z"),
        ("report__only_what_is_required", "lainnya", "900106 |  |  |  | 04:00Z"),
        (
            "report__broken_emoji",
            "banjir",
            "900107 | banjir | Banjir \U0001f30a lagi | air naik \U0001f62d terus \ufffd tolong pak | 04:00Z",
        ),
        ("report__unknown_topic", "lainnya", "900108 | Bau & kebisingan |  | Bau menyengat dari pabrik | 04:00Z"),
        ("report__outside_jakarta", "jalan_rusak", "900109 | jalan rusak |  | Jalan rusak di Depok | 04:00Z"),
        ("report__unknown_keys", "sampah", "900110 | sampah |  |  | 04:00Z"),
    ],
)
def test_each_recorded_shape_is_accepted(name: str, slug: str, sentence: str) -> None:
    assert send(fixture(name)).status_code == 202
    report = Report.objects.get()
    when = report.happened_at.astimezone(UTC)
    told = f"{report.external_id} | {report.sent_category} | {report.title} | {report.text} | {when:%H:%MZ}"
    assert (report.category.slug, told) == (slug, sentence)


def test_the_same_delivery_again_is_a_repeat_and_leaves_one_of_everything(rung: list[Any]) -> None:
    first, again = send(payload(), webhook_id="msg_1"), send(payload(), webhook_id="msg_1")
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json() == {**first.json(), "created": False}
    assert rows() == (1, 1, 0)
    assert len(rung) <= 1


def test_the_same_report_under_another_webhook_id_is_a_repeat() -> None:
    first, again = send(payload()), send(payload())
    assert (again.status_code, again.json()) == (200, {**first.json(), "created": False})
    assert rows() == (1, 2, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"post_id": "900101"},
        {"post_id": "000900101"},
        {"created_at": "2026-11-02T04:58:20.120Z"},
        {"profile_name": "Nama Baru"},
        {"upvotes": 12},
        {"title": "  Parkir liar "},
        {"disaster_type": ""},
    ],
)
def test_another_spelling_of_the_same_content_is_a_repeat(changes: dict[str, Any]) -> None:
    send(payload())
    assert send(payload(**changes)).json()["created"] is False
    assert rows() == (1, 2, 0)


def test_the_same_webhook_id_with_other_bytes_is_refused_and_the_first_is_kept() -> None:
    send(payload(text="pertama"), webhook_id="msg_1")
    answer = send(payload(text="kedua"), webhook_id="msg_1")
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "id_reused"
    assert Report.objects.get().text == "pertama"
    assert rows() == (1, 1, 0)


def test_webhook_ids_are_remembered_for_more_than_seven_days_and_bodies_no_longer_than_thirty() -> None:
    send(payload(), webhook_id="msg_1")
    later = timezone.now() + timedelta(days=8)
    assert deliveries_purge(later) == 0
    assert send(payload(text="lain"), webhook_id="msg_1").status_code == 409
    assert deliveries_purge(timezone.now() + timedelta(days=31)) == 1
    assert rows() == (1, 0, 0)


# -- Updates -----------------------------------------------------------------------


def at(seconds: int) -> datetime:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).replace(microsecond=0)


def test_other_content_is_an_update_and_before_placing_all_of_it_applies() -> None:
    first = send(fixture("report__illegal_parking"))
    answer = send(fixture("update__moved_and_recategorised"))
    assert (answer.status_code, answer.json()) == (200, {**first.json(), "created": False})
    report = Report.objects.get()
    assert (report.category.slug, report.sent_category) == ("angkot_ngetem", "angkot ngetem")
    assert (report.lat, report.lon, report.text) == (-6.196, 106.826, "Bukan parkir, tapi angkot ngetem")
    update = ReportUpdate.objects.get()
    assert (update.applied, update.proposal) == (True, {})
    assert update.content["text"] == "Bukan parkir, tapi angkot ngetem"
    assert update.delivery is not None
    assert update.delivery.outcome == "updated"


def test_an_update_takes_the_claim_from_a_worker_that_is_placing_the_old_point(
    django_capture_on_commit_callbacks: Any, rung: list[Any]
) -> None:
    send(fixture("report__illegal_parking"))
    Report.objects.update(
        token="0b3d5b5e-53a4-4d5c-9b5b-1f1f1f1f1f1f", lease_until=timezone.now() + timedelta(minutes=1)
    )
    with django_capture_on_commit_callbacks(execute=True):
        send(fixture("update__moved_and_recategorised"))
    report = Report.objects.get()
    assert (report.token, report.lease_until) == (None, None)
    assert rung[-1] == ("report", report.pk)


def test_an_update_of_the_words_alone_leaves_the_worker_alone() -> None:
    send(fixture("report__illegal_parking"))
    Report.objects.update(token="0b3d5b5e-53a4-4d5c-9b5b-1f1f1f1f1f1f")
    send(fixture("update__text_and_photo"))
    assert Report.objects.get().token is not None


@pytest.mark.parametrize("state", [ReportState.PLACED, ReportState.OUT_OF_AREA])
def test_after_placing_words_and_photo_apply_and_the_rest_is_a_proposal(state: ReportState) -> None:
    send(fixture("report__illegal_parking"))
    Report.objects.update(state=state)
    moved = {**fixture("update__moved_and_recategorised"), "image_url": "https://img.example.org/baru.jpg"}
    assert send(moved).status_code == 200
    report = Report.objects.get()
    assert (report.text, report.image_url) == ("Bukan parkir, tapi angkot ngetem", "https://img.example.org/baru.jpg")
    assert (report.category.slug, report.lat, report.lon, report.state) == ("parkir_liar", -6.195, 106.825, state)
    assert ReportUpdate.objects.get().proposal == {
        "category": "angkot_ngetem",
        "sent_category": "angkot ngetem",
        "lat": -6.196,
        "lon": 106.826,
    }


def test_an_update_that_left_earlier_is_kept_and_not_applied() -> None:
    send(payload(text="awal"), at=at(-100))
    send(payload(text="baru"), at=at(-10))
    send(payload(text="lama"), at=at(-50))
    assert Report.objects.get().text == "baru"
    assert [(u.content["text"], u.applied) for u in ReportUpdate.objects.all()] == [("lama", False), ("baru", True)]


def test_an_update_older_than_the_first_content_is_not_applied() -> None:
    send(payload(text="awal"), at=at(-10))
    send(payload(text="lebih lama"), at=at(-20))
    assert Report.objects.get().text == "awal"


def test_of_two_updates_of_one_second_the_later_arrival_wins() -> None:
    second = at(-5)
    for text in ("satu", "dua", "tiga"):
        send(payload(text=text), at=second)
    assert Report.objects.get().text == "tiga"


def test_a_late_retry_of_the_first_delivery_does_not_undo_an_update() -> None:
    send(payload(text="awal"), at=at(-100), webhook_id="msg_1")
    send(payload(text="baru"), at=at(-50))
    assert send(payload(text="awal"), at=at(0), webhook_id="msg_1").status_code == 200
    assert Report.objects.get().text == "baru"


def test_content_said_again_since_is_not_undone_by_an_update_in_between() -> None:
    send(payload(text="awal"), at=at(-100))
    send(payload(text="awal"), at=at(-10))
    send(payload(text="sempat lain"), at=at(-50))
    assert Report.objects.get().text == "awal"


def test_an_update_sent_twice_is_kept_once() -> None:
    send(payload())
    send(payload(text="baru"))
    send(payload(text="baru"))
    assert rows() == (1, 3, 1)


# -- What is kept ---------------------------------------------------------------------


def test_the_reporters_name_is_stored_nowhere_and_only_its_keyed_hash_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    named = {**fixture("report__unknown_keys"), "profile_name": "Warga Contoh"}
    send(named)
    send({**named, "text": "lagi"})
    report, delivery = Report.objects.get(), WebhookDelivery.objects.first()
    assert delivery is not None
    hashed = keyed_hash("Warga Contoh", purpose="qlue")
    assert report.reporter_hash == hashed
    body = delivery_body(delivery)
    assert body is not None
    assert (body["profile_name"], body["device"]) == (hashed, {"os": "android", "profile_name": hashed})
    for model in (Report, WebhookDelivery, ReportUpdate):
        for row in model.objects.values():
            assert "Warga Contoh" not in repr(row)
    assert "Warga Contoh" not in caplog.text


def test_the_body_is_kept_whole_and_encrypted() -> None:
    send(fixture("report__unknown_keys"))
    delivery = WebhookDelivery.objects.get()
    assert b"upvotes" not in bytes(delivery.body_encrypted)
    body = delivery_body(delivery)
    assert body is not None
    assert (body["upvotes"], body["file"]["format"]) == (17, "video")


def test_a_delivery_keeps_the_hash_of_the_raw_bytes_and_a_few_headers(django_assert_max_num_queries: Any) -> None:
    import hashlib

    raw = as_bytes(payload())
    send(raw, headers={"User-Agent": "Qlue/1", "Cookie": "secret=1", "Authorization": "Bearer x"})
    delivery = WebhookDelivery.objects.get()
    assert delivery.body_sha256 == hashlib.sha256(raw).hexdigest()
    assert sorted(delivery.headers) == ["content-type", "user-agent", "webhook-timestamp"]


def test_one_person_typed_twice_has_one_hash_and_two_sources_do_not_share_it() -> None:
    assert keyed_hash("  Budi  SANTOSO ", purpose="qlue") == keyed_hash("budi santoso", purpose="qlue")
    assert keyed_hash("budi", purpose="qlue") != keyed_hash("budi", purpose="waze")
    assert keyed_hash("   ", purpose="qlue") == ""


def test_the_sent_word_is_kept_as_far_as_it_fits() -> None:
    send(payload(category="x" * 5000, qlue_city="y" * 5000, disaster_type="z" * 5000))
    report = Report.objects.get()
    assert (report.category.slug, len(report.sent_category), len(report.qlue_city)) == ("lainnya", 200, 100)


def test_without_any_category_in_the_database_a_report_is_still_not_lost() -> None:
    Category.objects.all().delete()
    Category.history.all().delete()
    assert send(payload()).status_code == 202
    assert Report.objects.get().category.slug == "parkir_liar"


def test_with_every_category_deleted_by_a_person_a_report_ends_in_lainnya() -> None:
    for category in Category.objects.all():
        category.delete()
    assert send(payload()).status_code == 202
    assert Report.objects.get().category.slug == "lainnya"


# -- Limits and failures ---------------------------------------------------------------


def test_above_the_rate_nothing_is_stored_and_the_sender_is_told_when_to_come_again(settings: Any) -> None:
    settings.JSC_WEBHOOK_RATE_PER_S = 3
    answers = [send(payload(post_id=n)) for n in range(1, 6)]
    assert [a.status_code for a in answers] == [202, 202, 202, 429, 429]
    assert answers[-1]["Retry-After"] == "1"
    assert answers[-1].json()["errors"][0]["code"] == "too_many_requests"
    assert rows() == (3, 3, 0)


def test_what_another_process_stored_in_this_second_counts(settings: Any) -> None:
    settings.JSC_WEBHOOK_RATE_PER_S = 2
    for n in range(2):
        WebhookDelivery.objects.create(webhook_id=f"other_{n}", body_sha256="0" * 64, outcome="created")
    assert send(payload()).status_code == 429


def test_repeats_count_too_and_a_second_later_there_is_room_again(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JSC_WEBHOOK_RATE_PER_S = 2
    assert [send(payload(), webhook_id="m").status_code for _ in range(3)] == [202, 200, 429]
    WebhookDelivery.objects.update(received_at=timezone.now() - timedelta(seconds=2))
    intake.ADMITTED.forget()
    assert send(payload(), webhook_id="m").status_code == 200


def test_refused_deliveries_do_not_use_up_the_rate(settings: Any) -> None:
    settings.JSC_WEBHOOK_RATE_PER_S = 1
    for _ in range(5):
        assert send(payload(post_id=0)).status_code == 400
    assert send(payload()).status_code == 202


def test_a_database_that_cannot_store_is_a_503_and_never_a_2xx(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(WebhookDelivery.objects, "create", locked)
    answer = send(payload())
    assert (answer.status_code, answer["Retry-After"], answer["Content-Type"]) == (503, "5", "application/problem+json")
    assert rows() == (0, 0, 0)


def test_a_broken_doorbell_does_not_take_the_receipt_back(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def broken(kind: str, pk: int) -> None:
        raise OSError("no broker")

    monkeypatch.setattr(tasks, "ring", broken)
    with django_capture_on_commit_callbacks(execute=True):
        assert send(payload()).status_code == 202


def test_a_repeat_says_the_same_after_the_report_was_placed(parkir_liar: Any) -> None:
    code = send(payload(), webhook_id="m").json()["tracking_code"]
    Report.objects.update(state=ReportState.PLACED)
    assert send(payload(), webhook_id="m").json()["tracking_code"] == code
    assert send(payload(), webhook_id="n").json()["tracking_code"] == code


def test_a_report_made_elsewhere_under_the_same_number_is_not_doubled() -> None:
    factories.report(Category.objects.get(slug="sampah"), external_id=900101)
    assert send(payload()).status_code == 200
    assert Report.objects.count() == 1


def test_a_receipt_is_json_a_sender_can_read() -> None:
    answer = send(payload())
    assert answer["Content-Type"] == "application/json"
    assert json.loads(answer.content)["created"] is True
