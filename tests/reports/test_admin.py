"""The console as Bu Sari uses it: her queue, one incident on one page, and the steps she may take."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reports.lifecycle import INCIDENT_MOVES, Purpose, Status, VerificationState
from reports.models import Category, Incident, KelurahanBoundary, Membership, Report, StatusChange, Verification
from reports.selectors.queue import QueueList, list_counts
from tests import factories
from tests.reports import rows

pytestmark = pytest.mark.django_db

QUEUE = "/admin/reports/incident/"


def page(client: Any, incident: Incident) -> str:
    answer = client.get(f"{QUEUE}{incident.pk}/change/")
    assert answer.status_code == 200
    return answer.content.decode()


def step(client: Any, incident: Incident, new: str, **sent: str) -> Any:
    values = {"new": new, "expected_status": incident.status, **sent}
    return client.post(f"{QUEUE}{incident.pk}/status/", values, follow=True)


def said(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


@pytest.fixture
def sari(bu_sari: Any) -> Any:
    return rows.browser(bu_sari)


# -- The queue ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("terverifikasi", {"verdict": "SUPPORTED"}),
        ("menunggu-kamera", {"verdict": ""}),
        ("perlu-ditinjau", {"verdict": "CONTRADICTED"}),
        ("perlu-ditinjau", {"verdict": "INCONCLUSIVE"}),
        ("perlu-ditinjau", {"verdict": "UNOBSERVABLE"}),
        ("terlambat", {"due_at": timezone.now() - timedelta(hours=1)}),
        ("terlambat", {"respond_by": timezone.now() - timedelta(hours=1)}),
        ("selesai", {"status": "selesai", "verdict": "SUPPORTED"}),
        ("selesai", {"status": "ditolak"}),
    ],
)
def test_an_incident_stands_in_the_list_it_belongs_to(name: str, values: Any, menteng: Any, sari: Any) -> None:
    incident = rows.placed(menteng, **values).incident
    link = f"{QUEUE}{incident.pk}/change/"
    assert link in sari.get(f"{QUEUE}?daftar={name}").content.decode()
    assert link in sari.get(f"{QUEUE}?daftar=semua").content.decode()
    in_work = sari.get(QUEUE).content.decode()
    assert (link in in_work) == (name != "selesai")


def test_a_stopped_clock_is_never_late(menteng: Any) -> None:
    past = timezone.now() - timedelta(days=2)
    rows.placed(menteng, status="koordinasi", due_at=past, respond_by=past, clock_paused_at=past)
    assert list_counts(Incident.objects.all())[QueueList.LATE] == 0


def test_the_most_urgent_stands_first(menteng: Any, sari: Any) -> None:
    now = timezone.now()
    calm = rows.placed(menteng, priority=3, due_at=now + timedelta(hours=1)).incident
    urgent_later = rows.placed(menteng, priority=1, due_at=now + timedelta(hours=9)).incident
    urgent_soon = rows.placed(menteng, priority=1, due_at=now + timedelta(hours=2)).incident
    shown = [row.incident for row in sari.get(QUEUE).context["jsc_rows"]]
    assert shown == [urgent_soon, urgent_later, calm]


def test_a_row_says_what_where_why_how_many_and_until_when(menteng: Any, sari: Any) -> None:
    report = rows.placed(menteng, reporters_count=4)
    still = rows.looked_at(report.incident)
    text = sari.get(QUEUE).content.decode()
    for words in ("Parkir liar", "Menteng", "Terlihat kamera", "✓", "mobil diam 184 dtk", "3 pelapor lain", "WIB"):
        assert words in text
    assert f"/bukti/{still.pk}/kecil/" in text


def test_fifty_rows_cost_at_most_fifteen_queries(menteng: Any, sari: Any) -> None:
    for _ in range(50):
        rows.looked_at(rows.placed(menteng).incident)
    sari.get(QUEUE)
    with CaptureQueriesContext(connection) as queries:
        answer = sari.get(QUEUE)
    assert len(answer.context["jsc_rows"]) == 50
    assert len(queries) <= 15


def test_an_empty_list_says_what_to_do_next(sari: Any) -> None:
    assert "Tidak ada kejadian di daftar" in sari.get(QUEUE).content.decode()


def test_a_search_finds_closed_ones_too(menteng: Any, sari: Any) -> None:
    report = rows.placed(menteng, status="selesai", text="kucing oranye di jalan")
    assert f"{QUEUE}{report.incident.pk}/change/" in sari.get(f"{QUEUE}?q=oranye").content.decode()
    assert f"{QUEUE}{report.incident.pk}/change/" in sari.get(f"{QUEUE}?q={report.tracking_code}").content.decode()


def test_the_thumbnail_is_small_enough_for_a_phone(menteng: Any, sari: Any) -> None:
    still = rows.looked_at(rows.placed(menteng).incident)
    answer = sari.get(f"/bukti/{still.pk}/kecil/")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/webp", "private, no-cache")
    assert len(answer.content) <= 30_000


def test_a_picture_comes_with_its_own_locked_policy(menteng: Any, sari: Any) -> None:
    still = rows.looked_at(rows.placed(menteng).incident)
    answer = sari.get(f"/bukti/{still.pk}/")
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert sari.get(f"/bukti/{still.pk}/", headers={"if-none-match": answer["ETag"]}).status_code == 304


# -- One incident -----------------------------------------------------------------------


def test_one_page_shows_texts_evidence_map_cameras_reasons_and_timeline(menteng: Any, sari: Any) -> None:
    report = rows.placed(menteng, text="Mobil menutup trotoar sekolah")
    still = rows.looked_at(report.incident)
    rows.changed(report.incident, "menunggu", "proses", reason_text="PPSU berangkat")
    text = page(sari, report.incident)
    for words in ("Mobil menutup trotoar sekolah", f"/bukti/{still.pk}/", "<svg", "CAM-RAHASIA", "40 m", "100 %"):
        assert words in text
    for words in ("mobil diam 184 dtk", "PPSU berangkat", "Menunggu → Proses", report.tracking_code):
        assert words in text


def test_the_reporter_is_shown_nowhere(menteng: Any, sari: Any, rini: Any) -> None:
    report = rows.placed(menteng)
    for client in (sari, rows.browser(rini)):
        for url in (f"{QUEUE}{report.incident.pk}/change/", f"/admin/reports/report/{report.pk}/change/", QUEUE):
            assert report.reporter_hash not in client.get(url).content.decode()


def test_what_citizens_write_is_shown_as_text_and_never_run(menteng: Any, sari: Any) -> None:
    report = rows.placed(menteng, text="<script>alert(1)</script>")
    Report.objects.filter(pk=report.pk).update(image_url="javascript:alert(2)", title="<img src=x onerror=alert(3)>")
    text = page(sari, report.incident)
    assert "<script>alert(1)" not in text
    assert "javascript:alert" not in text
    assert "<img src=x" not in text


def test_only_steps_that_are_allowed_now_are_offered(menteng: Any, sari: Any) -> None:
    for now in Status:
        incident = rows.placed(menteng, status=now.value).incident
        offered = set(re.findall(r'name="new" value="(\w+)"', page(sari, incident)))
        assert offered == {status.value for status in INCIDENT_MOVES[now]}


def test_a_look_without_footage_says_why(menteng: Any, sari: Any) -> None:
    incident = rows.placed(menteng).incident
    reason = {"code": "no_footage", "id": "Kamera mati 21.10-21.40", "en": "Camera down 21.10-21.40"}
    factories.verification(incident, state=VerificationState.DECIDED, verdict="INCONCLUSIVE", reasons=[reason])
    assert "Kamera mati 21.10-21.40" in page(sari, incident)


def test_an_uncertain_place_and_an_approximate_border_are_said(menteng: Any, sari: Any) -> None:
    KelurahanBoundary.objects.update(approximate=True)
    incident = rows.placed(menteng, place_uncertain=True).incident
    text = page(sari, incident)
    assert "Lokasi belum pasti" in text
    assert "Batas kelurahan masih perkiraan" in text
    assert "masih perkiraan" in sari.get("/admin/").content.decode()


def test_the_page_speaks_english_when_asked(menteng: Any, sari: Any) -> None:
    incident = rows.placed(menteng).incident
    rows.looked_at(incident)
    sari.post("/bahasa/", {"language": "en", "next": "/admin/"})
    text = page(sari, incident)
    for words in ("What the camera says", "a car stood still for 184 s", "Look again", "In progress"):
        assert words in text
    assert "Apa kata kamera" not in text


def test_the_page_costs_the_same_however_many_reports_it_gathers(menteng: Any, sari: Any) -> None:
    report = rows.placed(menteng)
    rows.looked_at(report.incident)
    page(sari, report.incident)
    with CaptureQueriesContext(connection) as few:
        page(sari, report.incident)
    for _ in range(20):
        factories.report(report.category, incident=report.incident, state="PLACED")
    with CaptureQueriesContext(connection) as many:
        page(sari, report.incident)
    assert len(many) == len(few) <= 27


# -- Steps ------------------------------------------------------------------------------


def test_a_step_goes_through_the_one_door_and_is_written_down(menteng: Any, bu_sari: Any, sari: Any) -> None:
    incident = rows.placed(menteng).incident
    answer = step(sari, incident, "proses")
    incident.refresh_from_db()
    assert incident.status == "proses"
    assert "Status diubah menjadi Proses." in said(answer)
    change = StatusChange.objects.get(incident=incident, new="proses")
    assert (change.old, change.actor) == ("menunggu", bu_sari)


def test_done_makes_the_camera_look_again(menteng: Any, sari: Any) -> None:
    incident = rows.placed(menteng, status="proses").incident
    step(sari, incident, "selesai")
    assert Verification.objects.get(incident=incident).purpose == Purpose.CLOSURE


def test_of_two_people_at_once_one_wins_and_the_other_is_told(menteng: Any, sari: Any) -> None:
    incident = rows.placed(menteng).incident
    stale = Incident.objects.get(pk=incident.pk)
    step(sari, incident, "koordinasi")
    answer = step(sari, stale, "proses")
    incident.refresh_from_db()
    assert incident.status == "koordinasi"
    assert "Sudah diubah orang lain menjadi Koordinasi" in said(answer)


@pytest.mark.parametrize(("now", "new"), [("menunggu", "ditolak"), ("selesai", "proses")])
def test_a_reason_is_asked_for_where_it_is_owed(now: str, new: str, menteng: Any, sari: Any) -> None:
    incident = rows.placed(menteng, status=now).incident
    refused = step(sari, incident, new, reason="   ")
    incident.refresh_from_db()
    assert incident.status == now
    assert "alasan" in said(refused)
    step(sari, incident, new, reason="bukan wewenang")
    incident.refresh_from_db()
    assert incident.status == new
    assert StatusChange.objects.get(incident=incident, new=new).reason_text == "bukan wewenang"


@pytest.mark.parametrize(("now", "new"), [("selesai", "ditolak"), ("proses", "menunggu"), ("menunggu", "pusing")])
def test_a_step_the_table_forbids_is_refused_in_words(now: str, new: str, menteng: Any, sari: Any) -> None:
    incident = rows.placed(menteng, status=now).incident
    answer = step(sari, incident, new)
    incident.refresh_from_db()
    assert incident.status == now
    assert said(answer)
    assert "diubah menjadi" not in said(answer)


def test_what_no_browser_would_send_is_cut_to_what_can_be_stored(menteng: Any, sari: Any) -> None:
    incident = rows.placed(menteng).incident
    step(sari, incident, "ditolak", reason="bukan\x00 wewenang " + "a" * 5000)
    kept = StatusChange.objects.get(incident=incident, new="ditolak").reason_text
    assert kept.startswith("bukan wewenang")
    assert len(kept) <= 1000


def test_a_duplicate_names_what_it_repeats(menteng: Any, sari: Any) -> None:
    original, repeat = rows.placed(menteng).incident, rows.placed(menteng).incident
    assert f'<option value="{original.pk}">' in page(sari, repeat)
    step(sari, repeat, "duplikat", duplicate_of=str(original.pk))
    repeat.refresh_from_db()
    assert (repeat.status, repeat.duplicate_of) == ("duplikat", original)
    assert "Diulang oleh" in page(sari, original)


@pytest.mark.parametrize("number", ["", "abc", "-1", "9" * 30])
def test_a_duplicate_of_nothing_is_refused(number: str, menteng: Any, sari: Any) -> None:
    incident = rows.placed(menteng).incident
    answer = step(sari, incident, "duplikat", duplicate_of=number)
    incident.refresh_from_db()
    assert incident.status == "menunggu"
    assert "Pilih kejadian lain" in said(answer)


def test_looking_again_opens_one_look_and_a_second_waits(menteng: Any, sari: Any) -> None:
    incident = rows.placed(menteng).incident
    rows.looked_at(incident)
    for _ in range(2):
        answer = sari.post(f"{QUEUE}{incident.pk}/periksa-lagi/", follow=True)
    assert Verification.objects.filter(incident=incident, state=VerificationState.PENDING).count() == 1
    assert "tunggu putusannya" in said(answer)


def test_a_wrong_category_is_put_right(menteng: Any, sari: Any) -> None:
    incident = rows.placed(menteng).incident
    factories.category("sampah", label_id="Sampah", check_slug="", zone_kinds=[], aliases=[])
    answer = sari.post(f"{QUEUE}{incident.pk}/kategori/", {"category": "sampah"}, follow=True)
    incident.refresh_from_db()
    assert incident.category.slug == "sampah"
    assert "Sampah" in said(answer)


def test_only_those_who_see_both_sides_move_an_incident_over_a_border(
    menteng: Any, gondangdia: Any, sari: Any, rini: Any
) -> None:
    incident = rows.placed(menteng).incident
    sent = {"kelurahan": gondangdia.code}
    assert sari.post(f"{QUEUE}{incident.pk}/kelurahan/", sent).status_code == 404
    rows.browser(rini).post(f"{QUEUE}{incident.pk}/kelurahan/", sent)
    incident.refresh_from_db()
    assert incident.kelurahan == gondangdia


def test_nothing_changes_without_a_post_and_its_token(menteng: Any, bu_sari: Any) -> None:
    from django.test import Client

    incident = rows.placed(menteng).incident
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bu_sari, backend=rows.BACKEND)
    url = f"{QUEUE}{incident.pk}/status/"
    assert strict.post(url, {"new": "proses", "expected_status": "menunggu"}).status_code == 403
    assert strict.get(url).status_code == 405
    assert strict.get(f"{QUEUE}{incident.pk}/periksa-lagi/").status_code == 405
    incident.refresh_from_db()
    assert incident.status == "menunggu"


def test_posting_a_form_to_the_page_changes_nothing(menteng: Any, sari: Any) -> None:
    incident = rows.placed(menteng).incident
    assert sari.post(f"{QUEUE}{incident.pk}/change/", {"status": "selesai"}).status_code == 405
    incident.refresh_from_db()
    assert incident.status == "menunggu"


def test_a_bulk_step_says_how_many_and_why_not(menteng: Any, sari: Any) -> None:
    ready = [rows.placed(menteng).incident for _ in range(2)]
    done = rows.placed(menteng, status="koordinasi").incident
    selected = [incident.pk for incident in [*ready, done]]
    answer = sari.post(
        QUEUE + "?daftar=semua", {"action": "to_disposisi", "_selected_action": selected, "index": "0"}, follow=True
    )
    assert set(Incident.objects.filter(status="disposisi")) == set(ready)
    assert "2 kejadian menjadi Disposisi." in said(answer)
    assert "1 kejadian tidak berubah: dari Koordinasi tidak bisa menjadi Disposisi." in said(answer)


def test_incidents_and_reports_can_be_neither_added_nor_deleted(menteng: Any, rini: Any) -> None:
    report = rows.placed(menteng)
    boss = rows.browser(factories.user("boss", is_staff=True, is_superuser=True))
    for client in (rows.browser(rini), boss):
        for kind, pk in (("incident", report.incident.pk), ("report", report.pk), ("statuschange", 1)):
            assert client.get(f"/admin/reports/{kind}/add/").status_code in {403, 404}
            assert client.post(f"/admin/reports/{kind}/{pk}/delete/", {"post": "yes"}).status_code in {403, 404}
        sent = {"action": "delete_selected", "_selected_action": [report.incident.pk], "index": "0", "post": "yes"}
        client.post(QUEUE, sent)
    assert Report.objects.filter(pk=report.pk).exists()
    assert Incident.objects.filter(pk=report.incident.pk).exists()


# -- Operators --------------------------------------------------------------------------


def test_a_dead_report_is_run_again_by_an_operator_and_by_nobody_else(menteng: Any, sari: Any, rini: Any) -> None:
    dead = factories.report(state="DEAD", attempts=9, last_error="boom")
    outside = factories.report(state="OUT_OF_AREA")
    sent = {"action": "run_again", "_selected_action": [dead.pk, outside.pk], "index": "0"}
    sari.post("/admin/reports/report/", sent)
    dead.refresh_from_db()
    assert dead.state == "DEAD"
    operator = rows.browser(rini)
    assert "boom" in operator.get(f"/admin/reports/report/{dead.pk}/change/").content.decode()
    answer = operator.post("/admin/reports/report/", sent, follow=True)
    assert "2 baris dijalankan lagi." in said(answer)
    for row in (dead, outside):
        row.refresh_from_db()
        assert (row.state, row.attempts) == ("RECEIVED", 0)
    assert StatusChange.objects.filter(subject_kind="report", subject_id=dead.pk, actor=rini).exists()


def test_the_first_page_tells_an_operator_what_only_they_can_mend(sari: Any, rini: Any) -> None:
    factories.report(state="DEAD")
    assert "laporan gagal ditempatkan" in rows.browser(rini).get("/admin/").content.decode()
    assert "laporan gagal ditempatkan" not in sari.get("/admin/").content.decode()


def category_form(category: Category, **changed: str) -> dict[str, Any]:
    fields = [field.name for field in Category._meta.fields if field.name not in {"id", "slug"}]
    values = {name: getattr(category, name) for name in fields}
    plain = {name: value for name, value in values.items() if not isinstance(value, list | dict | bool)}
    ticks = {name: "on" for name, value in values.items() if value is True}
    return {**plain, **ticks, "aliases": "[]", "zone_kinds": '["no_stopping"]', "thresholds": "{}", **changed}


def test_an_operator_edits_a_category_and_the_history_keeps_who(parkir_liar: Category, rini: Any) -> None:
    client = rows.browser(rini)
    url = f"/admin/reports/category/{parkir_liar.pk}/change/"
    answer = client.post(url, category_form(parkir_liar, match_radius_m="222"))
    assert answer.status_code == 302
    parkir_liar.refresh_from_db()
    assert parkir_liar.match_radius_m == 222
    assert parkir_liar.history.first().history_user == rini
    assert client.get(f"/admin/reports/category/{parkir_liar.pk}/history/").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [("zone_kinds", '["bulan"]'), ("thresholds", '{"tidak_ada": 3}'), ("thresholds", "[1]"), ("check_slug", "sihir")],
)
def test_a_category_that_could_not_work_is_refused(field: str, value: str, parkir_liar: Category, rini: Any) -> None:
    url = f"/admin/reports/category/{parkir_liar.pk}/change/"
    answer = rows.browser(rini).post(url, category_form(parkir_liar, **{field: value}))
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors


def test_a_membership_without_its_area_is_refused(bu_sari: Any, rini: Any) -> None:
    sent = {"user": bu_sari.pk, "role": "camat", "valid_from_0": "2026-01-01", "valid_from_1": "00:00"}
    answer = rows.browser(rini).post("/admin/reports/membership/add/", sent)
    assert "kecamatan" in answer.context["adminform"].form.errors
    assert Membership.objects.filter(user=bu_sari).count() == 1


def test_a_membership_for_a_misspelt_area_is_refused(bu_sari: Any, menteng: Any, rini: Any) -> None:
    sent = {"user": bu_sari.pk, "role": "camat", "valid_from_0": "2026-01-01", "valid_from_1": "00:00"}
    client = rows.browser(rini)
    refused = client.post("/admin/reports/membership/add/", {**sent, "kecamatan": "Mentengg"})
    assert "kecamatan" in refused.context["adminform"].form.errors
    assert client.post("/admin/reports/membership/add/", {**sent, "kecamatan": "Menteng"}).status_code == 302


def test_the_kind_of_a_border_is_marked_in_words(menteng: Any, rini: Any) -> None:
    client = rows.browser(rini)
    assert "resmi" in client.get("/admin/reports/kelurahan/").content.decode()
    KelurahanBoundary.objects.update(approximate=True)
    assert "perkiraan" in client.get("/admin/reports/kelurahan/").content.decode()
    assert "perkiraan" in client.get("/admin/reports/kelurahanboundary/").content.decode()


def test_every_page_of_the_console_opens_for_those_it_is_for(menteng: Any, rini: Any) -> None:
    rows.looked_at(rows.placed(menteng).incident)
    boss = factories.user("boss", is_staff=True, is_superuser=True)
    kinds = [
        "reports/report",
        "reports/category",
        "reports/membership",
        "reports/kelurahan",
        "reports/kelurahanboundary",
        "reports/verification",
        "reports/statuschange",
        "reports/announcement",
        "analytics/analysisrun",
        "cameras/camera",
    ]
    for client in (rows.browser(rini), rows.browser(boss)):
        for kind in kinds:
            assert client.get(f"/admin/{kind}/").status_code == 200
        for kind in ("reports/verification", "analytics/analysisrun", "reports/kelurahanboundary"):
            pk = re.search(rf"/admin/{kind}/(\d+)/change/", client.get(f"/admin/{kind}/").content.decode())
            assert pk is not None
            assert client.get(f"/admin/{kind}/{pk[1]}/change/").status_code == 200
    assert rows.browser(boss).get("/admin/auth/user/").status_code == 200


def test_the_console_runs_under_a_policy_that_allows_nothing_from_elsewhere(sari: Any) -> None:
    policy = sari.get("/admin/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "*" not in policy
