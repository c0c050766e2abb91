"""An offender's plate on a phone and on a desk: masked, with how often it was seen, and nothing that sticks out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from analytics.plates import decide
from reports.models import Incident
from tests.reports import rows
from tests.reports.plate_rows import MASKED, SPACED, permit, reading, search_of
from tests.test_browser import DESK, PHONE, Chromium, chromium, look, session_of

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def incident(menteng: Any, gondangdia: Any) -> Incident:
    """Two vehicles, one of them told and seen before in the other kelurahan."""
    earlier, case = rows.placed(gondangdia).incident, rows.placed(menteng).incident
    for one in (earlier, case):
        assert one is not None
        rows.looked_at(one)
        search_of(one, reading(), reading(None, decide.TOO_SMALL))
    return Incident.objects.get(pk=case.pk)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_masked_plate_fits_the_page(
    size: tuple[int, int], chromium: Chromium, live_server: Any, incident: Incident, bu_sari: Any
) -> None:
    address = f"{live_server.url}/admin/reports/incident/{incident.pk}/change/"
    look(chromium, address, size, session_of(permit(bu_sari)))
    chromium.ask("document.querySelector('#pelat').scrollIntoView()")
    if os.environ.get("JSC_SCREENSHOTS"):
        chromium.picture(Path(os.environ["JSC_SCREENSHOTS"]) / f"plates_{size[0]}.png")
    shown = chromium.ask("document.querySelector('#pelat').innerText")
    assert MASKED in shown and SPACED not in shown
    assert "terlihat di 2 kejadian dalam 90 hari, kategori ini" in shown
    assert "hurufnya terlalu kecil" in shown
    assert chromium.ask("document.documentElement.scrollWidth") <= size[0]
    inside = "[...document.querySelectorAll('#pelat *')].every(e => e.getBoundingClientRect().right <= innerWidth)"
    assert chromium.ask(inside)
    assert chromium.ask("document.querySelector('#pelat .jsc-cam-play').getBoundingClientRect().height") >= 32
