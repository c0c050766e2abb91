"""Suggestions, masked words and the counts of rulings in a real browser, on a phone and a desk."""

from __future__ import annotations

from typing import Any

import pytest

from reports.lifecycle import ReportState
from reports.models import AccessEntry, Incident, SuggestionRuling
from tests import factories
from tests.reports import rows
from tests.reports.test_masked_words import TEXT, permit, told
from tests.test_browser import DESK, PHONE, Chromium, chromium, look, session_of
from tests.test_browser_playback import pictured, until

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


@pytest.fixture
def incident(menteng: Any) -> Incident:
    factories.category("banjir", label_id="Banjir, genangan", check_slug="high_water", aliases=[], urgency=1)
    factories.kelurahan(code="31.75.08.1003", name="Kebon Pala", west=106.90)
    text = f"{TEXT}, air selutut, ada korban luka di RT 05/06 Jl. Bank raya 2"
    made = rows.placed(menteng, text=text, lat=-6.1951, lon=106.8261).incident
    assert made is not None
    return made


def body(chromium: Chromium) -> str:
    return str(chromium.ask("document.body.innerText"))


@SIZES
def test_suggestions_are_read_and_overruled_with_a_thumb(
    size: tuple[int, int], chromium: Chromium, live_server: Any, incident: Incident, bu_sari: Any
) -> None:
    address, session = f"{live_server.url}/admin/reports/incident/{incident.pk}/change/", session_of(bu_sari)
    look(chromium, address, size, session)
    chromium.ask("document.querySelector('.jsc-hint').scrollIntoView({block: 'start'})")
    pictured(chromium, "saran", size)
    shown = body(chromium)
    assert "Saran lokasi: kelurahan Kebon Pala" in shown and "“kelurahan Kebon Pala”" in shown
    assert "Saran kegentingan: 1 dari 5" in shown and "“korban luka”" in shown
    assert "Jl. Bank raya 2 · RT 05/06" in shown
    assert "Data pribadi disamarkan: " in shown and told(shown) == []
    chromium.ask("document.querySelector('.jsc-hint-acts [value=overrule]').click()")
    until(chromium, "(document.body?.innerText || '').includes('Diabaikan oleh sari')", "the ruling")
    assert not SuggestionRuling.objects.get().taken


@SIZES
def test_words_are_unmasked_after_saying_why(
    size: tuple[int, int], chromium: Chromium, live_server: Any, incident: Incident, bu_sari: Any
) -> None:
    report, session = incident.reports.get(), session_of(permit(bu_sari))
    address = f"{live_server.url}/admin/laporan/{report.pk}/data-pribadi/"
    look(chromium, address, size, session)
    assert told(body(chromium)) == []
    chromium.ask("document.querySelector('[name=keperluan]').value = 'check'")
    chromium.ask("document.querySelector('[name=alasan]').value = 'Menghubungi pelapor'")
    chromium.ask("document.querySelector('.jsc-playback form button').click()")
    until(chromium, "(document.body?.innerText || '').includes('Pak Tigor parkir sembarangan')", "the words")
    pictured(chromium, "data_pribadi", size)
    assert chromium.ask("document.documentElement.scrollWidth") <= size[0]
    assert AccessEntry.objects.get().reason == "Menghubungi pelapor"


@SIZES
def test_a_report_from_outside_and_the_counts_of_rules_fit(
    size: tuple[int, int], chromium: Chromium, live_server: Any, incident: Incident, rini: Any
) -> None:
    outside = factories.report(
        lat=-6.4, lon=106.8, text="Banjir, RT 05 RW 06 Kebon Pala, kata Pak Tigor", state=ReportState.OUT_OF_AREA
    )
    session = session_of(rini)
    look(chromium, f"{live_server.url}/admin/reports/report/{outside.pk}/change/", size, session)
    shown = body(chromium)
    assert "Saran lokasi: kelurahan Kebon Pala" in shown and told(shown) == []
    for number in range(3):
        SuggestionRuling.objects.create(kind="category", rule="banjir", suggested="banjir", taken=number == 1)
    look(chromium, f"{live_server.url}/admin/reports/suggestionruling/", size, session)
    assert "Kategori: banjir" in body(chromium)
