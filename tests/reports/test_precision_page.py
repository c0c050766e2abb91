""" "Ketepatan kamera": the table, its filters, its CSV, confirming anew, and who sees it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from analytics.verdict import Verdict
from cameras.models import Camera
from reports.admin import precision
from reports.models import CameraConfirmation
from reports.selectors.precision import Asked, check_rows, precision_rows
from reports.selectors.trust import demoted_pairs
from tests import factories
from tests.reports import rows
from tests.reports.test_judgements import CHECK, judged

pytestmark = pytest.mark.django_db

PAGE = "/admin/reports/camerajudgement/ketepatan/"


@pytest.fixture
def good(menteng: Any, bu_sari: Any) -> Camera:
    camera = factories.camera("CAM-BAIK", name="Bundaran")
    judged(camera, "++++++", bu_sari)
    judged(camera, "+-", bu_sari, said=Verdict.CONTRADICTED)
    return camera


@pytest.fixture
def bad(menteng: Any, bu_sari: Any) -> Camera:
    camera = factories.camera("CAM-BURUK", name="Simpang")
    judged(camera, "+++--", bu_sari)
    return camera


def shown(person: Any, query: str = "") -> str:
    return rows.browser(person).get(f"{PAGE}{query}").content.decode()


def test_the_worst_stands_first_with_its_figures(rini: Any, good: Camera, bad: Camera) -> None:
    page = shown(rini)
    assert page.index("Simpang") < page.index("Bundaran")
    assert "benar 3 dari 5" in page and "benar 6 dari 6" in page
    assert "“tidak terlihat” benar 1 dari 2" in page
    assert "1 kamera perlu dikonfirmasi ulang" in page
    assert "Simpang" in shown(rini, "?keadaan=perlu-ditinjau")
    assert "Bundaran" not in shown(rini, "?keadaan=perlu-ditinjau")


def test_the_figures_are_those_of_the_last_answers(good: Camera, bad: Camera) -> None:
    by_code = {row.camera.code: row for row in precision_rows(Asked())}
    assert (by_code["CAM-BURUK"].supported.right, by_code["CAM-BURUK"].supported.judged) == (3, 5)
    assert by_code["CAM-BURUK"].demotion is not None and by_code["CAM-BAIK"].demotion is None
    [check] = check_rows(Asked())
    assert (check.supported.right, check.supported.judged, check.cameras, check.demoted) == (9, 11, 2, 1)
    assert [row.supported.judged for row in precision_rows(Asked(last=2))] == [2, 2]


def test_filters_choose_and_nonsense_chooses_nothing(rini: Any, bad: Camera, gondangdia: Any) -> None:
    assert "Simpang" in shown(rini, f"?pemeriksaan={CHECK}&wilayah=31.71.06.1001&terakhir=20")
    assert "Simpang" in shown(rini, "?pemeriksaan=zzz&wilayah='&terakhir=-1")
    assert precision_rows(Asked(area="31.71.06.1005")) == []
    assert precision_rows(Asked(check="congestion")) == []


@pytest.mark.parametrize(("area", "found"), [("31.71", True), ("31.71.06", True), ("31.72", False), ("31", False)])
def test_a_city_and_a_kecamatan_are_areas_too(rini: Any, bad: Camera, area: str, found: bool) -> None:
    assert bool(precision_rows(Asked(area=area))) is found or area == "31"
    page = shown(rini, f"?wilayah={area}")
    assert (f'<option value="{area}" selected>' in page) is found
    assert "Simpang" in page, "an area that nobody judged in is no area to choose"


def test_it_is_paged_worst_first_and_keeps_its_filters(
    rini: Any, good: Camera, bad: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "A_PAGE", 1)
    first = shown(rini, "?wilayah=31.71")
    assert "Simpang" in first and "Bundaran" not in first
    assert "?wilayah=31.71&amp;hal=2" in first
    second = shown(rini, "?wilayah=31.71&hal=2")
    assert "Bundaran" in second and "Simpang" not in second
    for odd in ("0", "-1", "x", "9" * 40, "%00"):
        assert "per" in shown(rini, f"?hal={odd}"), odd


def test_four_thousand_pairs_make_a_page_of_a_browsers_size(
    rini: Any, bad: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    [row] = precision_rows(Asked())
    monkeypatch.setattr(precision, "precision_tables", lambda asked: ([row] * 4000, []))
    page = shown(rini)
    assert "1–50 / 4000" in page
    assert len(page) < 300_000


def test_the_csv_holds_the_same(rini: Any, good: Camera, bad: Camera) -> None:
    answer = rows.browser(rini).get("/admin/reports/camerajudgement/ketepatan.csv")
    assert answer["Content-Type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode().lstrip("\ufeff"))))
    assert [(line["camera_code"], line["supported_right"], line["supported_judged"]) for line in lines] == [
        ("CAM-BURUK", "3", "5"),
        ("CAM-BAIK", "6", "6"),
    ]
    assert lines[0]["precision"] == "0.6" and lines[0]["demoted_since"] and not lines[1]["demoted_since"]


def test_confirming_anew_needs_words_and_lifts(rini: Any, bad: Camera) -> None:
    client = rows.browser(rini)
    sent = {"camera": bad.pk, "check": CHECK, "note": "  "}
    client.post(f"{PAGE}konfirmasi/", sent)
    assert not CameraConfirmation.objects.exists()
    assert "Tuliskan apa yang diperiksa" in client.get(PAGE).content.decode()
    client.post(f"{PAGE}konfirmasi/", {**sent, "note": "Zona digambar ulang\x00 oleh Rini"})
    assert demoted_pairs() == {}
    page = client.get(PAGE).content.decode()
    assert "Zona digambar ulang oleh Rini" in page and "5 penilaian lama tidak dihitung" in page


def test_odd_numbers_are_no_camera(rini: Any, bad: Camera) -> None:
    for camera in ("", "x", "9" * 30, "0"):
        sent = {"camera": camera, "check": CHECK, "note": "Zona diperiksa"}
        assert rows.browser(rini).post(f"{PAGE}konfirmasi/", sent).status_code == 404


def test_it_is_the_operators_page(bu_sari: Any, bad: Camera) -> None:
    client = rows.browser(bu_sari)
    assert client.get(PAGE).status_code == 404
    assert client.get("/admin/reports/camerajudgement/ketepatan.csv").status_code == 404
    sent = {"camera": bad.pk, "check": CHECK, "note": "Zona diperiksa"}
    assert client.post(f"{PAGE}konfirmasi/", sent).status_code == 404
    assert (CHECK, bad.pk) in demoted_pairs()


def test_who_keeps_cameras_is_told_on_the_first_page_and_beside_the_menu(rini: Any, bu_sari: Any, bad: Camera) -> None:
    page = rows.browser(rini).get("/admin/").content.decode()
    assert "kamera perlu dikonfirmasi ulang" in page and "?keadaan=perlu-ditinjau" in page
    assert "kamera perlu dikonfirmasi ulang" not in rows.browser(bu_sari).get("/admin/").content.decode()


def test_the_cameras_own_page_tells_it(rini: Any, bad: Camera) -> None:
    page = rows.browser(rini).get(f"/admin/cameras/camera/{bad.pk}/change/").content.decode()
    assert "“terlihat” benar 3 dari 5" in page and "perlu ditinjau" in page


def test_the_taps_themselves_are_listed(rini: Any, bad: Camera) -> None:
    page = rows.browser(rini).get("/admin/reports/camerajudgement/").content.decode()
    assert "kamera keliru" in page and "CAM-BURUK" in page


def test_in_english_too(rini: Any, bad: Camera) -> None:
    client = rows.browser(rini)
    client.cookies["django_language"] = "en"
    page = client.get(PAGE).content.decode()
    assert "Camera precision" in page and "3 of 5 right" in page
