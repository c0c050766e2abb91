"""What a person may try by writing addresses by hand: other columns, other numbers, odd characters."""

from __future__ import annotations

from typing import Any

import pytest

from reports.models import Report
from tests.reports import rows

pytestmark = pytest.mark.django_db

REPORTS, QUEUE = "/admin/reports/report/", "/admin/reports/incident/"


@pytest.fixture
def hers(menteng: Any) -> Report:
    report = rows.placed(menteng)
    Report.objects.filter(pk=report.pk).update(reporter_hash="d5d4d1")
    return report


@pytest.mark.parametrize("asked", ["reporter_hash=d5d4d1", "reporter_hash__startswith=d", "text__contains=Mobil"])
def test_nobody_finds_out_a_column_by_trial(bu_sari: Any, hers: Report, asked: str) -> None:
    assert rows.browser(bu_sari).get(f"{REPORTS}?{asked}").status_code == 400


@pytest.mark.parametrize("asked", ["status__regex=[", "status__exact=%00", "daftar=%00", "category__slug__regex=("])
def test_odd_filters_are_refused_and_not_an_error(bu_sari: Any, hers: Report, asked: str) -> None:
    assert rows.browser(bu_sari).get(f"{QUEUE}?{asked}").status_code == 400


@pytest.mark.parametrize("chosen", ["abc", "-1", "1\x00", ""])
def test_rows_chosen_by_something_else_than_a_number_are_refused(bu_sari: Any, hers: Report, chosen: str) -> None:
    sent = {"action": "to_proses", "_selected_action": chosen, "index": "0"}
    assert rows.browser(bu_sari).post(QUEUE, sent).status_code == 400


def test_the_lists_own_filters_work(bu_sari: Any, hers: Report) -> None:
    category = hers.category_id
    for asked in (f"category__id__exact={category}", "status__exact=menunggu", "daftar=semua", "q=Mobil", "p=1"):
        answer = rows.browser(bu_sari).get(f"{QUEUE}?{asked}")
        assert (answer.status_code, len(answer.context["jsc_rows"])) == (200, 1), asked
    answer = rows.browser(bu_sari).get(f"{REPORTS}?state__exact=PLACED&category__id__exact={category}")
    assert hers.tracking_code in answer.content.decode()


@pytest.mark.parametrize(
    ("page", "asked"),
    [
        ("reports/kelurahan", "kota__exact=Jakarta+Pusat"),
        ("reports/kelurahan", "kota=Jakarta+Pusat"),
        ("reports/kelurahanboundary", "approximate__exact=1"),
        ("reports/announcement", "state__exact=DEAD"),
        ("reports/category", "active__exact=1"),
        ("reports/membership", "role__exact=lurah"),
        ("reports/statuschange", "subject_kind=report"),
        ("reports/verification", "verdict=SUPPORTED&state=DECIDED"),
        ("reports/incident", "kelurahan__kota=Jakarta+Pusat&kelurahan__kecamatan=Menteng"),
    ],
)
def test_an_operators_filters_work(rini: Any, hers: Report, page: str, asked: str) -> None:
    assert rows.browser(rini).get(f"/admin/{page}/?{asked}").status_code == 200


def test_a_page_names_no_incident_that_the_reader_may_not_see(bu_sari: Any, hers: Report, gondangdia: Any) -> None:
    his = rows.placed(gondangdia).incident
    incident = hers.incident
    assert incident is not None
    incident.duplicate_of = incident.recurs_after = his
    incident.save()
    page = rows.browser(bu_sari).get(f"{QUEUE}{incident.pk}/change/").content.decode()
    assert f"{QUEUE}{his.pk}/" not in page
