"""Citizens' photos on a phone and on a desk: small beside the camera's picture, with flags that fit."""

from __future__ import annotations

from typing import Any

import pytest

from reports.models import Incident
from tests.reports import rows
from tests.reports.photos.kept import photographed
from tests.test_browser import DESK, PHONE, Chromium, chromium, look, session_of

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE = (1720, 1000)

BOXES = """
Object.fromEntries([...document.querySelectorAll('.jsc-photo img, .jsc-still img')].map(e => {
  const box = e.getBoundingClientRect();
  return [e.closest('a').className || 'photo', [box.width, e.naturalWidth, box.left]];
}))
"""


@pytest.fixture
def incident(menteng: Any, gondangdia: Any) -> Incident:
    """Three reports of one incident: an odd photo, one that was used before, and one that could not be had."""
    first = rows.placed(menteng, reporters_count=3)
    rows.looked_at(first.incident)
    earlier = photographed(rows.placed(menteng))
    photographed(first, metres_off=3020, minutes_off=-2880, seen={"car": 2, "motorcycle": 1})
    for fields in (
        {"same_as": earlier, "metres_off": 40, "minutes_off": 5},
        {"state": "FAILED", "reason_code": "photo_gone"},
    ):
        more = rows.placed(menteng)
        more.incident = first.incident
        more.save()
        photographed(more, **fields)
    return Incident.objects.get(pk=first.incident.pk)


@pytest.mark.parametrize("size", [PHONE, DESK, WIDE], ids=["phone", "desk", "wide"])
def test_photos_fit_the_page_and_are_smaller_than_the_cameras_picture(
    size: tuple[int, int], chromium: Chromium, live_server: Any, incident: Incident, bu_sari: Any
) -> None:
    address = f"{live_server.url}/admin/reports/incident/{incident.pk}/change/"
    look(chromium, address, size, session_of(bu_sari))
    chromium.ask("document.querySelector('.jsc-photo img').scrollIntoView()")
    boxes = chromium.ask(BOXES)
    photo, still = boxes["photo"], boxes["jsc-still jsc-still-event"]
    assert photo[1] > 0, "the picture was loaded"
    assert photo[0] < 0.6 * still[0]
    assert (photo[2] > still[2] + still[0]) is (size == WIDE), "beside it where there is room, else below"
    shown = chromium.ask("document.querySelector('.jsc-photos').innerText")
    for words in ("diambil 3 km dari titik laporan", "foto sama dengan laporan", "fotonya sudah tidak ada di hostnya"):
        assert words in shown
