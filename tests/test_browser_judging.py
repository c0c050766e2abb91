"""The tap in a real browser: on a phone, without JavaScript, and the page of precision at both sizes."""

from __future__ import annotations

from typing import Any

import pytest

from reports.models import CameraJudgement, Incident
from tests import factories
from tests.reports import rows
from tests.reports.test_judgements import judged
from tests.test_browser import DESK, PHONE, Chromium, chromium, look, session_of
from tests.test_browser_playback import pictured, until

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


@pytest.fixture
def incident(menteng: Any) -> Incident:
    made = rows.placed(menteng).incident
    assert made is not None
    rows.looked_at(made)
    views = {"code": "views", "id": "2 kamera sependapat bahwa kejadian terlihat: A dan B", "en": "2 cameras agree"}
    Incident.objects.filter(pk=made.pk).update(reasons=[rows.REASON, views])
    return made


@pytest.fixture
def unscripted(chromium: Chromium) -> Any:
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    yield chromium
    chromium.call("Emulation.setScriptExecutionDisabled", value=False)


def pressed(chromium: Chromium, selector: str) -> None:
    """A real click in the middle of what ``selector`` finds, as a finger does it; pages run no script for it."""
    place = (
        f"(() => {{ const e = document.querySelector({selector!r}); e.scrollIntoView({{block: 'center'}});"
        " const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2, r.width, r.height]; })()"
    )
    x, y, width, height = chromium.ask(place)
    assert width >= 100 and height >= 44, "large enough for a thumb"
    for kind in ("mousePressed", "mouseReleased"):
        chromium.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)


def test_without_a_script_a_step_asks_and_one_tap_answers_and_another_takes_it_back(
    unscripted: Chromium, live_server: Any, incident: Incident, bu_sari: Any
) -> None:
    chromium = unscripted
    chromium.visit(f"{live_server.url}/admin/reports/incident/{incident.pk}/change/", PHONE, session_of(bu_sari))
    pictured(chromium, "nilai_tanpa_skrip", PHONE)
    pressed(chromium, ".jsc-bar button[value=proses]")
    until(chromium, "location.search === '?tanya=1' && !!document.querySelector('#nilai')", "the question")
    pictured(chromium, "nilai_tanya", PHONE)
    assert chromium.ask("document.querySelector('#nilai').getBoundingClientRect().bottom") < PHONE[1]
    pressed(chromium, "#nilai button[value=right]")
    until(chromium, "(document.body?.innerText || '').includes('Batalkan penilaian')", "the answer")
    pictured(chromium, "nilai_dijawab", PHONE)
    assert CameraJudgement.objects.get().right is True
    pressed(chromium, ".jsc-judge button[value=withdrawn]")
    until(chromium, "!!document.querySelector('.jsc-judge button[value=wrong]')", "the question again")
    assert CameraJudgement.objects.first().answer == "withdrawn"


@SIZES
def test_the_question_stands_beside_the_pictures_and_the_cameras_agreement_is_read(
    size: tuple[int, int], chromium: Chromium, live_server: Any, incident: Incident, bu_sari: Any
) -> None:
    look(chromium, f"{live_server.url}/admin/reports/incident/{incident.pk}/change/", size, session_of(bu_sari))
    assert "2 kamera sependapat" in chromium.ask("document.querySelector('.jsc-views').innerText")
    chromium.ask("document.querySelector('.jsc-judge').scrollIntoView({block: 'center'})")
    pictured(chromium, "nilai", size)
    chromium.ask("document.querySelector('.jsc-judge button[value=wrong]').click()")
    until(chromium, "(document.body?.innerText || '').includes('Batalkan penilaian')", "the answer")
    assert CameraJudgement.objects.get().right is False


@SIZES
def test_the_page_of_precision_fits_and_confirms(
    size: tuple[int, int], chromium: Chromium, live_server: Any, menteng: Any, bu_sari: Any, rini: Any
) -> None:
    judged(factories.camera("CAM-BURUK", name="Simpang Tugu Tani arah selatan"), "+++--", bu_sari)
    judged(factories.camera("CAM-BAIK", name="Bundaran HI"), "+" * 9 + "-", bu_sari)
    session = session_of(rini)
    look(chromium, f"{live_server.url}/admin/reports/camerajudgement/ketepatan/", size, session)
    chromium.ask("document.querySelector('.jsc-prec details').open = true")
    pictured(chromium, "ketepatan", size)
    chromium.ask("document.querySelector('[name=note]').value = 'Zona digambar ulang'")
    chromium.ask("document.querySelector('.jsc-prec details button').click()")
    until(chromium, "(document.body?.innerText || '').includes('penilaian lama tidak dihitung')", "the confirmation")
    look(chromium, f"{live_server.url}/admin/", size, session)
