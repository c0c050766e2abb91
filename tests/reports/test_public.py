"""The citizen's page: plain words, no script, no personal data, and the same limits as the API."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from reports.tracking import new_code
from tests import factories
from tests.reports import rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    cache.clear()


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def page(code: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(f"/lacak/{code}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_citizen_reads_where_the_report_stands(menteng: Any) -> None:
    report = rows.placed(menteng, status="proses", reporters_count=3)
    rows.changed(report.incident, "menunggu", "proses")
    rows.looked_at(report.incident)
    text = page(report.tracking_code)
    for words in ("Parkir liar", "Kelurahan Menteng", "Proses", "Kamera melihat kejadian ini.", "Target selesai"):
        assert words in text
    assert "2 orang lain melaporkan hal yang sama" in text
    assert report.tracking_code in text


def test_nothing_personal_and_no_picture_is_on_the_page(menteng: Any, bu_sari: Any) -> None:
    report = rows.placed(menteng, text="Rahasia warga", lat=-6.19512)
    still = rows.looked_at(report.incident)
    rows.changed(report.incident, "menunggu", "proses", actor=bu_sari, reason_text="catatan dalam")
    text = page(report.tracking_code)
    for secret in ("Rahasia", "CAM-RAHASIA", "Simpang", "catatan dalam", "sari", str(still.pk), "/bukti/", "Dishub"):
        assert secret not in text
    assert f"{report.lat}" not in text


def test_the_page_needs_no_script_and_nothing_from_elsewhere(menteng: Any) -> None:
    tags = Tags(page(rows.placed(menteng).tracking_code)).found
    assert not [tag for tag, _attributes in tags if tag in {"script", "style", "iframe", "object"}]
    for _tag, attributes in tags:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        for link in (attributes.get("href"), attributes.get("src"), attributes.get("action")):
            assert not link or link.startswith(("/", "#"))


def test_the_page_is_kept_out_of_indexes_caches_and_referrers(menteng: Any) -> None:
    answer = Client().get(f"/lacak/{rows.placed(menteng).tracking_code}/")
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Cache-Control"].startswith("private")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_indonesian_comes_first_whatever_the_browser_prefers(menteng: Any) -> None:
    client = Client(headers={"accept-language": "en-US,en"})
    text = page(rows.placed(menteng).tracking_code, client)
    assert '<html lang="id">' in text
    assert "Apa kata kamera?" in text


def test_the_switch_turns_the_page_english_and_back(menteng: Any) -> None:
    code, client = rows.placed(menteng).tracking_code, Client()
    client.post("/bahasa/", {"language": "en", "next": f"/lacak/{code}/"})
    english = page(code, client)
    assert '<html lang="en">' in english
    for words in ("Waiting", "Illegal parking", "What does the camera say?"):
        assert words in english
    assert "Apa kata" not in english
    client.post("/bahasa/", {"language": "id", "next": f"/lacak/{code}/"})
    assert "Apa kata kamera?" in page(code, client)


def test_the_form_leads_to_the_page_however_the_code_is_typed(menteng: Any) -> None:
    code = rows.placed(menteng).tracking_code
    answer = Client().get("/lacak/", {"kode": f" {code.lower()} "}, follow=True)
    assert answer.status_code == 200
    assert code in answer.content.decode()


@pytest.mark.parametrize("code", ["ABC", "../admin", "a/b", "..", "<script>alert(1)</script>", "well formed"])
def test_an_unknown_code_is_404_with_the_form_to_try_again(code: str) -> None:
    code = new_code() if code == "well formed" else code
    answer = Client().get("/lacak/", {"kode": code}, follow=True)
    text = answer.content.decode()
    assert answer.status_code == 404
    assert "Tidak ada laporan dengan kode lacak ini" in text
    assert 'name="kode"' in text
    assert "<script>" not in text


def test_the_page_shares_the_limit_of_the_api() -> None:
    client = Client(REMOTE_ADDR="203.0.113.20")
    for _ in range(5):
        client.get(f"/lacak/{new_code()}/")
        client.get(f"/api/v1/reports/{new_code()}/")
    stopped = client.get(f"/lacak/{new_code()}/")
    assert stopped.status_code == 429
    assert stopped["Retry-After"]


def test_a_report_from_outside_jakarta_is_told_kindly(parkir_liar: Any) -> None:
    report = factories.report(parkir_liar, tracking_code=new_code(), state="OUT_OF_AREA")
    assert "Di luar wilayah DKI Jakarta" in page(report.tracking_code)


@pytest.mark.parametrize("status", ["menunggu", "koordinasi", "disposisi", "proses", "selesai", "ditolak", "duplikat"])
def test_every_status_has_its_word_on_the_page(status: str, menteng: Any) -> None:
    text = page(rows.placed(menteng, status=status).tracking_code)
    assert status.capitalize() in text


def test_a_fault_of_ours_is_told_without_details(menteng: Any, monkeypatch: Any) -> None:
    def broken(report: Any) -> Any:
        raise RuntimeError("geheim")

    code = rows.placed(menteng).tracking_code
    monkeypatch.setattr("reports.public.public_status", broken)
    monkeypatch.setattr("reports.api.views.public_status", broken)
    client = Client(raise_request_exception=False)
    for url, kind in ((f"/lacak/{code}/", "text/html"), (f"/api/v1/reports/{code}/", "application/problem+json")):
        answer = client.get(url)
        assert answer.status_code == 500
        assert answer["Content-Type"].startswith(kind)
        assert "geheim" not in answer.content.decode()


def test_the_root_leads_citizens_to_the_form(client: Client) -> None:
    assert client.get("/")["Location"] == "/lacak/"
