"""The supervisor's page on a phone and on a desk, filters and all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from reports.models import AccessEntry, RetentionRun
from reports.services.access_log import Access, access_append
from reports.services.legal_holds import HoldAsk, legal_hold_set
from tests import factories
from tests.reports import rows
from tests.reports.test_access_log import original_seen, permitted
from tests.test_browser import DESK, PHONE, SMALL_TARGETS, Chromium, chromium, session_of

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OPEN_FILTERS = """
[...document.querySelectorAll('a')].find(a => a.getAttribute('x-on:click') === 'filterOpen = true').click()
"""
PAGE = "/admin/reports/accessentry/"


def judged(chromium: Chromium, name: str, size: tuple[int, int]) -> None:
    folder = os.environ.get("JSC_SCREENSHOTS")
    if folder:
        chromium.picture(Path(folder) / f"access_{name}_{size[0]}.png")
    assert chromium.said == []
    assert chromium.ask("document.documentElement.scrollWidth") <= size[0], name
    assert chromium.ask(SMALL_TARGETS.replace(".jsc-btn", ".jsc-btn, .jsc-log a, .jsc-persons a")) == [], name


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_log_and_a_line_of_it_fit_the_screen_and_are_filtered(
    size: tuple[int, int], chromium: Chromium, live_server: Any, menteng: Any, bu_sari: Any
) -> None:
    incident = rows.placed(menteng).incident
    original_seen(bu_sari, incident)
    for n, person in enumerate((bu_sari, factories.user("petugas.dengan.nama.panjang.sekali@jakarta.go.id"))):
        words = "Memastikan nomor telepon pelapor untuk dihubungi petugas PPSU di lapangan, " * (n + 1)
        access = Access(
            AccessEntry.Kind.WORDS, "act", words, "laporan ABCD-EFGH-JKMN", incident=incident, detail={"nomor": [1, 2]}
        )
        with transaction.atomic():
            access_append(access=access, actor=person)
    session = session_of(permitted(factories.user("dewi", is_staff=True), "view_whole_access_log"))
    chromium.visit(live_server.url + PAGE, size, session)
    assert chromium.ask("document.querySelectorAll('.jsc-persons li').length") == 2
    judged(chromium, "list", size)
    chromium.visit(f"{live_server.url}{PAGE}?orang=sari&sejak=2026-01-01", size, session)
    assert chromium.ask("document.querySelectorAll('.jsc-log li').length") == 2
    chromium.ask(
        "[...document.querySelectorAll('a')].find(a => a.getAttribute('x-on:click') === 'filterOpen = true').click()"
    )
    assert chromium.ask("document.querySelector('[name=orang]').value") == "sari"
    assert chromium.ask("document.querySelectorAll('[name=sejak][type=date]').length") == 1
    judged(chromium, "filters", size)
    chromium.visit(f"{live_server.url}{PAGE}1/change/", size, session)
    judged(chromium, "line", size)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_legal_holds_and_rounds_of_deleting_fit_the_screen(
    size: tuple[int, int], chromium: Chromium, live_server: Any, menteng: Any
) -> None:
    incident = rows.placed(menteng).incident
    person = factories.operator("dewi")
    for codename in ("set_legal_hold", "view_access_log"):
        person = permitted(person, codename)
    legal_hold_set(incident=incident, asked=HoldAsk(person, "Surat Polres Metro Jakarta Pusat B/117/XI/2026/Reskrim"))
    RetentionRun.objects.create(counts={"footage": {"clips": 12, "bytes": 1234567890}, "stills": {"rows": 3}})
    session = session_of(person)
    chromium.visit(f"{live_server.url}/admin/reports/incident/{incident.pk}/change/", size, session)
    chromium.ask("document.querySelector('#penahanan details').open = true")
    chromium.ask("document.querySelector('#penahanan').scrollIntoView({block: 'center'})")
    assert "B/117/XI/2026" in chromium.ask("document.querySelector('#penahanan').innerText")
    judged(chromium, "hold", size)
    for name, path in (("holds", "legalhold"), ("rounds", "retentionrun")):
        chromium.visit(f"{live_server.url}/admin/reports/{path}/", size, session)
        judged(chromium, name, size)
