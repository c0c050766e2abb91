"""What people see of a citizen's photo, and who sees it: beside the camera's answer, weaker, and never in public."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from reports.models import Report, ReportPhoto
from reports.photos.words import WHY, place_words, seen_words, time_words
from tests import factories
from tests.reports import rows
from tests.reports.photos.kept import photographed

pytestmark = pytest.mark.django_db


@pytest.fixture
def hers(menteng: Any) -> Report:
    return rows.placed(menteng)


@pytest.fixture
def his(gondangdia: Any) -> Report:
    return rows.placed(gondangdia)


def page(person: Any, report: Report, language: str = "id") -> str:
    client = rows.browser(person)
    client.cookies["django_language"] = language
    url = reverse("admin:reports_incident_change", args=[report.incident_id])
    answer = client.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


# -- On the page -------------------------------------------------------------------------


def test_the_photo_stands_beside_the_cameras_answer_with_what_is_odd_about_it(bu_sari: Any, hers: Report) -> None:
    photo = photographed(hers, metres_off=3020, minutes_off=-2880, seen={"car": 2, "person": 1})
    shown = page(bu_sari, hers)
    assert shown.count(f'src="/foto/{photo.key}/"') == 1
    words = words_of(shown)
    assert "diambil 3 km dari titik laporan" in words
    assert "diambil 2 hari sebelumnya" in words
    assert "Foto warga: tampak 2 mobil" in words
    assert "orang" not in words.split("Foto warga: tampak")[1][:40], "a person says nothing about parking"
    assert "tidak mengubah putusan kamera" in words


def test_a_photo_from_here_and_now_is_said_to_fit(bu_sari: Any, hers: Report) -> None:
    photographed(hers, metres_off=40, minutes_off=4)
    words = words_of(page(bu_sari, hers))
    assert "tempatnya cocok (40 m dari titik laporan)" in words
    assert "waktunya cocok" in words


def test_a_reused_photo_names_the_earlier_case_and_shows_nothing_about_this_one(
    bu_sari: Any, hers: Report, menteng: Any
) -> None:
    earlier = rows.placed(menteng)
    photographed(hers, same_as=photographed(earlier), seen={"car": 2})
    shown = page(bu_sari, hers)
    assert f"foto sama dengan laporan {earlier.tracking_code}" in words_of(shown)
    assert f'href="/admin/reports/incident/{earlier.incident_id}/change/"' in shown
    assert "tampak 2 mobil" not in words_of(shown)


def test_a_reused_photo_of_another_area_is_flagged_without_naming_that_case(
    bu_sari: Any, rini: Any, hers: Report, his: Report
) -> None:
    photographed(hers, same_as=photographed(his))
    shown = page(bu_sari, hers)
    assert "foto ini sudah dipakai pada laporan lain" in words_of(shown)
    assert his.tracking_code not in shown
    assert f"/{his.incident_id}/change/" not in shown
    assert his.tracking_code in page(rini, hers)


@pytest.mark.parametrize("code", sorted(WHY))
def test_a_photo_that_was_not_taken_says_why(code: str, bu_sari: Any, hers: Report) -> None:
    photographed(hers, state="REFUSED", reason_code=code)
    shown = page(bu_sari, hers)
    assert f"Foto warga tidak ditampilkan: {WHY[code]}." in words_of(shown)
    assert "/foto/" not in shown


def test_a_photo_under_way_and_one_that_was_deleted_say_so(bu_sari: Any, hers: Report, menteng: Any) -> None:
    photographed(hers, state="DUE")
    assert "Foto warga sedang diambil." in page(bu_sari, hers)
    over = rows.placed(menteng)
    photo = photographed(over, metres_off=3020)
    ReportPhoto.objects.filter(pk=photo.pk).update(file="", sha256="")
    words = words_of(page(bu_sari, over))
    assert "masa simpannya habis" in words
    assert "diambil 3 km dari titik laporan" in words


def test_only_the_photo_that_the_report_has_now_is_shown(bu_sari: Any, hers: Report) -> None:
    old = photographed(hers)
    Report.objects.filter(pk=hers.pk).update(image_url="https://foto.contoh.id/lain.jpg")
    shown = page(bu_sari, hers)
    assert str(old.key) not in shown
    assert "Foto warga sedang diambil." in shown


def test_no_page_leads_to_the_photo_as_it_was_sent(bu_sari: Any, rini: Any, hers: Report) -> None:
    """A click on a stranger's address would show the faces that were hidden, and tell the stranger who looked."""
    photo = photographed(hers)
    addresses = [
        reverse("admin:reports_incident_change", args=[hers.incident_id]),
        reverse("admin:reports_incident_changelist"),
        reverse("admin:reports_report_change", args=[hers.pk]),
        reverse("admin:reports_reportphoto_changelist"),
        reverse("admin:reports_reportphoto_change", args=[photo.pk]),
    ]
    for person in (bu_sari, rini):
        client = rows.browser(person)
        for address in addresses:
            body = client.get(address).content.decode()
            assert "rahasia" not in body, address
            assert "https://foto.contoh.id" not in body, address


def test_the_page_is_english_when_asked(bu_sari: Any, hers: Report) -> None:
    photographed(hers, metres_off=3020, minutes_off=-2880, seen={"car": 2})
    words = words_of(page(bu_sari, hers, "en"))
    for told in ("taken 3 km from the reported point", "taken 2 days before", "Citizen's photo: shows 2 cars"):
        assert told in words.replace("&#x27;", "'")


# -- Who sees the picture -------------------------------------------------------------------


def test_the_picture_is_shown_to_those_who_see_the_report_and_to_nobody_else(
    bu_sari: Any, pak_budi: Any, rini: Any, hers: Report
) -> None:
    address = f"/foto/{photographed(hers).key}/"
    for person in (bu_sari, rini):
        answer = rows.browser(person).get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert answer["Cache-Control"] == "private, no-cache"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
    assert rows.browser(pak_budi).get(address).status_code == 404
    assert rows.browser(factories.user("baru", is_staff=True)).get(address).status_code == 404
    assert rows.browser(factories.user("warga")).get(address).status_code == 404
    assert Client().get(address).status_code == 404


def test_an_unchanged_picture_is_not_sent_again_and_still_asks_who_looks(bu_sari: Any, hers: Report) -> None:
    address = f"/foto/{photographed(hers).key}/"
    client = rows.browser(bu_sari)
    etag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    assert Client().get(address, headers={"If-None-Match": etag}).status_code == 404


def test_a_photo_of_a_report_without_a_case_is_the_operators(bu_sari: Any, rini: Any, menteng: Any) -> None:
    address = f"/foto/{photographed(factories.report(state='OUT_OF_AREA')).key}/"
    assert rows.browser(bu_sari).get(address).status_code == 404
    assert rows.browser(rini).get(address).status_code == 200


@pytest.mark.parametrize("state", ["DUE", "REFUSED", "FAILED"])
def test_where_nothing_is_kept_there_is_nothing_to_see(state: str, rini: Any, hers: Report) -> None:
    assert rows.browser(rini).get(f"/foto/{photographed(hers, state=state).key}/").status_code == 404


def test_the_operators_list_is_the_operators(bu_sari: Any, rini: Any, hers: Report) -> None:
    photo = photographed(hers, state="FAILED", reason_code="photo_unavailable")
    address = reverse("admin:reports_reportphoto_changelist")
    shown = rows.browser(rini).get(address)
    assert "host fotonya tidak menjawab" in shown.content.decode()
    assert rows.browser(rini).get(f"{address}?state__exact=FAILED&whole_blurred__exact=0").status_code == 200
    assert rows.browser(bu_sari).get(address).status_code in {403, 404}
    again = {"action": "run_again", "_selected_action": str(photo.pk), "index": "0"}
    rows.browser(rini).post(address, again)
    photo.refresh_from_db()
    assert photo.state == "DUE"


def test_no_public_page_or_answer_tells_of_a_photo(hers: Report) -> None:
    photo = photographed(hers, metres_off=3020, minutes_off=-2880, seen={"car": 2})
    for address in (f"/lacak/{hers.tracking_code}/", f"/api/v1/reports/{hers.tracking_code}/"):
        answer = Client().get(address)
        assert answer.status_code == 200
        body = answer.content.decode().lower()
        for told in ("/foto/", str(photo.key), "rahasia", "diambil", "3 km", "mobil"):
            assert told not in body, (address, told)


# -- Words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metres", "words", "odd"),
    [
        (0, "tempatnya cocok (0 m dari titik laporan)", False),
        (299, "tempatnya cocok (299 m dari titik laporan)", False),
        (300, "diambil 300 m dari titik laporan", True),
        (1240, "diambil 1,2 km dari titik laporan", True),
        (3000, "diambil 3 km dari titik laporan", True),
        (9960, "diambil 10 km dari titik laporan", True),
        (12_040_000, "diambil 12.040 km dari titik laporan", True),
    ],
)
def test_distances_in_words(metres: int, words: str, odd: bool) -> None:
    assert place_words(metres) == (words, odd)


@pytest.mark.parametrize(
    ("minutes", "words", "odd"),
    [
        (0, "waktunya cocok", False),
        (-59, "waktunya cocok", False),
        (-60, "diambil 1 jam sebelumnya", True),
        (150, "diambil 2 jam sesudahnya", True),
        (-2880, "diambil 2 hari sebelumnya", True),
        (-525_600, "diambil 365 hari sebelumnya", True),
    ],
)
def test_times_in_words(minutes: int, words: str, odd: bool) -> None:
    assert time_words(minutes) == (words, odd)


def test_counts_in_words() -> None:
    assert seen_words({"car": 2, "motorcycle": 1, "person": 3}) == "2 mobil, 1 sepeda motor, 3 orang"
    assert seen_words({}) == ""
    with translation.override("en"):
        assert seen_words({"car": 1, "person": 2}) == "1 car, 2 persons"
