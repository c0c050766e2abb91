"""Bu Sari sees Menteng, Pak Budi sees Gondangdia, and neither learns that the other's rows exist."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from reports.access import incidents_visible_to, reports_visible_to
from reports.models import Membership
from tests import factories
from tests.reports import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def hers(menteng: Any) -> Any:
    return rows.placed(menteng).incident


@pytest.fixture
def his(gondangdia: Any) -> Any:
    return rows.placed(gondangdia).incident


def member(role: str, **extra: Any) -> Any:
    person = factories.user(f"{role}-{extra.pop('name', 'x')}", is_staff=True)
    Membership.objects.create(user=person, role=role, **extra)
    return person


def test_a_lurah_sees_the_own_kelurahan_and_no_other(bu_sari: Any, pak_budi: Any, hers: Any, his: Any) -> None:
    assert list(incidents_visible_to(bu_sari)) == [hers]
    assert list(incidents_visible_to(pak_budi)) == [his]


def test_staff_of_the_kelurahan_see_what_the_lurah_sees(menteng: Any, hers: Any, his: Any) -> None:
    assert list(incidents_visible_to(member("staf", kelurahan=menteng))) == [hers]


def test_a_camat_sees_the_kecamatan_and_a_wali_kota_the_city(hers: Any, his: Any) -> None:
    tebet = factories.kelurahan(code="31.74.01.1001", name="Tebet Timur", west=106.85)
    tebet.kecamatan, tebet.kota = "Tebet", "Jakarta Selatan"
    tebet.save()
    elsewhere = rows.placed(tebet).incident
    assert set(incidents_visible_to(member("camat", kecamatan="Menteng"))) == {hers, his}
    assert list(incidents_visible_to(member("camat", kecamatan="Tebet", name="t"))) == [elsewhere]
    assert set(incidents_visible_to(member("wali_kota", kota="Jakarta Pusat"))) == {hers, his}


def test_a_camat_of_the_same_name_in_another_city_sees_nothing(hers: Any) -> None:
    assert not incidents_visible_to(member("camat", kecamatan="Menteng", kota="Jakarta Selatan")).exists()


def test_an_agency_sees_what_it_is_responsible_for_in_every_kelurahan(hers: Any, his: Any) -> None:
    his.responsible_body = "Dishub"
    his.save()
    assert list(incidents_visible_to(member("opd", agency="Dishub"))) == [his]


@pytest.mark.parametrize("role", ["lurah", "staf", "camat", "wali_kota", "opd"])
def test_a_role_without_its_area_sees_nothing(role: str, hers: Any) -> None:
    assert not incidents_visible_to(member(role)).exists()


def test_operators_and_superusers_see_everything(rini: Any, hers: Any, his: Any) -> None:
    boss = factories.user("boss", is_staff=True, is_superuser=True)
    assert set(incidents_visible_to(rini)) == set(incidents_visible_to(boss)) == {hers, his}


def test_nobody_without_a_membership_sees_anything(hers: Any) -> None:
    assert not incidents_visible_to(factories.user("baru", is_staff=True)).exists()
    assert not incidents_visible_to(AnonymousUser()).exists()


def test_a_membership_counts_only_while_it_lasts(menteng: Any, hers: Any) -> None:
    now = timezone.now()
    over = member("lurah", kelurahan=menteng, valid_to=now - timedelta(days=1))
    later = member("staf", kelurahan=menteng, valid_from=now + timedelta(days=1))
    assert not incidents_visible_to(over).exists()
    assert not incidents_visible_to(later).exists()


def test_an_acting_lurah_of_two_kelurahan_sees_both(bu_sari: Any, gondangdia: Any, hers: Any, his: Any) -> None:
    Membership.objects.create(user=bu_sari, role="lurah", kelurahan=gondangdia)
    assert set(incidents_visible_to(bu_sari)) == {hers, his}


def test_a_dismissed_person_sees_nothing_at_once(bu_sari: Any, hers: Any) -> None:
    bu_sari.is_active = False
    assert not incidents_visible_to(bu_sari).exists()


def test_reports_without_an_incident_are_the_operators_business(bu_sari: Any, rini: Any, hers: Any) -> None:
    outside = factories.report(state="OUT_OF_AREA")
    assert outside not in reports_visible_to(bu_sari)
    assert outside in reports_visible_to(rini)


def test_a_lurah_may_look_at_the_queue_without_any_django_permission(bu_sari: Any) -> None:
    assert bu_sari.has_perm("reports.view_incident")
    assert not bu_sari.has_perm("reports.change_category")
    assert not bu_sari.has_perm("cameras.view_camera")


def test_an_operator_keeps_cameras_and_rules_but_deletes_nothing(rini: Any) -> None:
    assert rini.has_perm("cameras.change_camera")
    assert rini.has_perm("reports.change_category")
    assert not rini.has_perm("reports.delete_incident")
    assert not rini.has_perm("auth.change_user")
    assert not rini.has_perm("reports.view_original")


def test_an_operator_who_is_no_staff_has_no_permission(rini: Any) -> None:
    rini.is_staff = False
    assert not rini.has_perm("reports.view_incident")


# -- The matrix: every address x everybody -------------------------------------------


ADDRESSES = [
    "/admin/reports/incident/{incident}/change/",
    "/admin/reports/incident/{incident}/history/",
    "/admin/reports/incident/{incident}/",
    "/admin/reports/incident/{incident}/status/",
    "/admin/reports/incident/{incident}/periksa-lagi/",
    "/admin/reports/incident/{incident}/kategori/",
    "/admin/reports/incident/{incident}/kelurahan/",
    "/admin/reports/incident/{incident}/delete/",
    "/admin/reports/report/{report}/change/",
    "/admin/reports/report/{report}/history/",
    "/admin/reports/report/{report}/delete/",
    "/bukti/{still}/",
    "/bukti/{still}/kecil/",
]
POSTS = ["status", "periksa-lagi", "kategori", "kelurahan", "delete", "change"]


@pytest.fixture
def outsiders(pak_budi: Any) -> list[Any]:
    return [pak_budi, factories.user("tanpa", is_staff=True)]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_lies_outside_a_persons_sight_is_404_at_every_address(
    address: str, menteng: Any, outsiders: list[Any]
) -> None:
    report = rows.placed(menteng)
    still = rows.looked_at(report.incident)
    url = address.format(incident=report.incident.pk, report=report.pk, still=still.pk)
    nowhere = address.format(incident=10**6, report=10**6, still="00000000-0000-4000-8000-000000000000")
    for person in outsiders:
        client = rows.browser(person)
        found, missing = client.get(url, follow=True), client.get(nowhere, follow=True)
        assert found.status_code == missing.status_code == 404
        assert report.tracking_code not in found.content.decode()


@pytest.mark.parametrize("action", POSTS)
def test_nothing_can_be_posted_to_a_row_outside_of_sight(action: str, menteng: Any, outsiders: list[Any]) -> None:
    incident = rows.placed(menteng).incident
    sent = {"new": "proses", "expected_status": "menunggu", "category": "parkir_liar", "post": "yes"}
    for person in outsiders:
        answer = rows.browser(person).post(f"/admin/reports/incident/{incident.pk}/{action}/", sent)
        assert answer.status_code == 404
    incident.refresh_from_db()
    assert incident.status == "menunggu"


@pytest.mark.parametrize("address", [a for a in ADDRESSES if "delete" not in a and "/status" not in a])
def test_those_who_may_see_a_row_find_it(address: str, menteng: Any, bu_sari: Any, rini: Any) -> None:
    report = rows.placed(menteng)
    still = rows.looked_at(report.incident)
    url = address.format(incident=report.incident.pk, report=report.pk, still=still.pk)
    boss = factories.user("boss", is_staff=True, is_superuser=True)
    expected = {200, 405}
    for person in (bu_sari, rini, boss):
        if address.endswith("/kelurahan/") and person is bu_sari:
            continue
        assert rows.browser(person).get(url, follow=True).status_code in expected


def test_a_picture_is_404_for_people_who_are_not_logged_in(menteng: Any, client: Any) -> None:
    still = rows.looked_at(rows.placed(menteng).incident)
    assert client.get(f"/bukti/{still.pk}/").status_code == 404


def test_a_picture_stops_with_the_membership(menteng: Any, bu_sari: Any) -> None:
    still = rows.looked_at(rows.placed(menteng).incident)
    client = rows.browser(bu_sari)
    first = client.get(f"/bukti/{still.pk}/")
    assert first.status_code == 200
    Membership.objects.update(valid_to=timezone.now())
    again = client.get(f"/bukti/{still.pk}/", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 404


def test_lists_counts_search_and_filters_tell_nothing_about_other_kelurahan(menteng: Any, pak_budi: Any) -> None:
    report = rows.placed(menteng, text="Kode sandi gajah terbang")
    client = rows.browser(pak_budi)
    for query in ("", "?daftar=semua", "?q=gajah", f"?q={report.incident.pk}", f"?q={report.tracking_code}"):
        for page in ("incident", "report"):
            body = client.get(f"/admin/reports/{page}/{query}").content.decode()
            assert "gajah terbang" not in body
            # The page repeats the question; the answer would name the row.
            assert report.tracking_code not in body or report.tracking_code in query
            assert f"/admin/reports/report/{report.pk}/change/" not in body
            assert f"/admin/reports/incident/{report.incident.pk}/change/" not in body
    queue = client.get("/admin/reports/incident/?daftar=semua")
    assert {tab["count"] for tab in queue.context["jsc_tabs"]} == {0}
    assert {card["count"] for card in client.get("/admin/").context["jsc_cards"]} == {0}


@pytest.mark.parametrize(
    "query",
    [
        "kelurahan__memberships__user__username__startswith=s",
        "reports__reporter_hash__startswith=0",
        "kelurahan__reports__text__contains=gajah",
    ],
)
def test_the_list_answers_no_questions_about_what_it_does_not_show(query: str, menteng: Any, bu_sari: Any) -> None:
    rows.placed(menteng)
    answer = rows.browser(bu_sari).get(f"/admin/reports/incident/?{query}")
    assert answer.status_code in {302, 400}


def test_a_bulk_action_moves_only_what_the_person_sees(menteng: Any, gondangdia: Any, bu_sari: Any) -> None:
    own, other = rows.placed(menteng).incident, rows.placed(gondangdia).incident
    rows.browser(bu_sari).post(
        "/admin/reports/incident/",
        {"action": "to_proses", "_selected_action": [own.pk, other.pk], "index": "0", "select_across": "1"},
    )
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.status, other.status) == ("proses", "menunggu")


def test_a_lurah_cannot_call_another_kelurahans_incident_the_original(
    menteng: Any, gondangdia: Any, bu_sari: Any
) -> None:
    own, other = rows.placed(menteng).incident, rows.placed(gondangdia).incident
    rows.browser(bu_sari).post(
        f"/admin/reports/incident/{own.pk}/status/",
        {"new": "duplikat", "expected_status": "menunggu", "duplicate_of": str(other.pk)},
    )
    own.refresh_from_db()
    assert own.status == "menunggu"
    page = rows.browser(bu_sari).get(f"/admin/reports/incident/{own.pk}/change/").content.decode()
    assert f'value="{other.pk}"' not in page


CLOSED_TO_A_LURAH = [
    "/admin/reports/category/",
    "/admin/reports/membership/",
    "/admin/reports/verification/",
    "/admin/reports/statuschange/",
    "/admin/reports/announcement/",
    "/admin/reports/kelurahanboundary/",
    "/admin/analytics/analysisrun/",
    "/admin/auth/user/",
    "/admin/autocomplete/?app_label=reports&model_name=membership&field_name=kelurahan&term=g",
]


@pytest.mark.parametrize("address", CLOSED_TO_A_LURAH)
def test_what_keeps_the_machine_in_order_is_closed_to_a_lurah(address: str, bu_sari: Any, rini: Any) -> None:
    assert rows.browser(bu_sari).get(address).status_code in {403, 404}
    if "auth" not in address:
        assert rows.browser(rini).get(address).status_code == 200


def test_a_citizen_account_cannot_enter_the_admin(menteng: Any) -> None:
    citizen = factories.user("warga")
    answer = rows.browser(citizen).get("/admin/reports/incident/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


def test_a_membership_is_what_lets_a_person_into_the_console(menteng: Any) -> None:
    person = factories.user("baru")
    assert not person.is_staff
    Membership.objects.create(user=person, role=Membership.Role.LURAH, kelurahan=menteng)
    person.refresh_from_db()
    assert person.is_staff


def test_a_bookmarked_login_leads_into_the_console(menteng: Any, client: Any) -> None:
    """The page's own address carries no ``next``."""
    person = member("lurah", kelurahan=menteng, name="lita")
    answer = client.post("/admin/login/", {"username": person.get_username(), "password": "kata-sandi-panjang"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
