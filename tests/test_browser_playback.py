"""That a browser really plays what was cut, waits for it without help, and fits a phone while it does."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from analytics import blurred_excerpts
from cameras.models import ClipExcerpt
from reports import pipeline
from reports.models import FootageLook, Incident
from tests import factories
from tests.cameras.clips import Clip
from tests.fakes import nobody_found
from tests.reports import rows
from tests.reports.test_playback import address, clip_of, give_footage, permit
from tests.test_browser import DESK, SMALL_TARGETS, Chromium, chromium, session_of

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = (390, 780)
LONG_S = 60.0


@pytest.fixture
def incident(menteng: Any, tmp_path: Path, request: Any) -> Incident:
    found = rows.placed(menteng).incident
    still = rows.looked_at(found)
    still.at = factories.NOON + timedelta(seconds=30)
    still.save()
    give_footage(still.run.clip, tmp_path, **getattr(request, "param", {}))
    return found


def until(chromium: Chromium, expression: str, what: str) -> Any:
    deadline = time.monotonic() + LONG_S
    while not (found := chromium.ask(expression)):
        assert time.monotonic() < deadline, f"{what}: {chromium.said} {chromium.ask('document.body.innerText')}"
        time.sleep(0.1)
    return found


def pictured(chromium: Chromium, name: str, size: tuple[int, int]) -> None:
    folder = os.environ.get("JSC_SCREENSHOTS")
    if folder:
        chromium.picture(Path(folder) / f"playback_{name}_{size[0]}.png")
    assert chromium.ask("document.documentElement.scrollWidth") <= size[0], name
    assert chromium.ask(SMALL_TARGETS) == [], name


def worker() -> threading.Thread:
    """Cuts what waits, as the vision worker does."""

    def work() -> None:
        time.sleep(1.5)
        pipeline.run_until_quiet()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


ORIGINAL = ".jsc-cam-play:not(.jsc-cam-blurred)"
FILL = """
document.querySelector('[name=keperluan]').value = 'check';
document.querySelector('[name=alasan]').value = 'Memastikan mobil yang sama dengan laporan';
"""
PLAY = """
(() => { const v = document.querySelector('video'); v.muted = true; v.play(); return true; })()
"""
COLOURS = """
(() => {
  const video = document.querySelector('video'), canvas = document.createElement('canvas');
  canvas.width = 32; canvas.height = 24;
  const pen = canvas.getContext('2d');
  pen.drawImage(video, 0, 0, 32, 24);
  return new Set(pen.getImageData(0, 0, 32, 24).data).size;
})()
"""


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(
    "incident", [{}, {"clip": Clip([n / 10 for n in range(600)], codec="libx265")}], ids=["h264", "hevc"], indirect=True
)
def test_a_browser_plays_the_original_and_jumps_in_it(
    size: tuple[int, int], chromium: Chromium, live_server: Any, incident: Incident, bu_sari: Any
) -> None:
    session = session_of(permit(bu_sari))
    chromium.visit(f"{live_server.url}/admin/reports/incident/{incident.pk}/change/", size, session)
    chromium.ask("document.querySelector('.jsc-cam-play').scrollIntoView({block: 'center'})")
    pictured(chromium, "incident", size)
    assert chromium.ask(f"document.querySelector('{ORIGINAL}').getAttribute('href')") == address(incident)

    chromium.visit(live_server.url + address(incident), size, session)
    chromium.ask(FILL)
    pictured(chromium, "form", size)
    chromium.ask("document.querySelector('.jsc-playback form button').click()")
    until(chromium, "document.querySelector('[data-look-words]') && location.href.includes('/lihat/')", "the wait")
    pictured(chromium, "waiting", size)
    cutting = worker()
    until(chromium, "!document.querySelector('video').hidden && document.querySelector('video').readyState >= 2", "cut")
    cutting.join()

    chromium.ask(PLAY)
    until(chromium, "document.querySelector('video').currentTime > 0.5", "it does not play")
    assert chromium.ask("document.querySelector('video').error") is None
    assert chromium.ask("document.querySelector('video').videoWidth") == 320
    assert 19 < chromium.ask("document.querySelector('video').duration") < 23
    assert chromium.ask(COLOURS) > 20, "a picture, and not black"
    chromium.ask("document.querySelector('video').currentTime = 15")
    until(
        chromium,
        "!document.querySelector('video').seeking && document.querySelector('video').currentTime >= 15",
        "jump",
    )
    chromium.ask("document.querySelector('video').pause()")
    pictured(chromium, "playing", size)
    assert chromium.said == []
    assert FootageLook.objects.count() == 1, "waiting, playing and jumping are one look"
    transcoded = ClipExcerpt.objects.get().notes["transcoded"]
    assert transcoded in {None, "codec_not_for_browsers: hevc"}


def test_a_page_that_waits_says_when_it_cannot_be_cut(
    chromium: Chromium, live_server: Any, incident: Incident, bu_sari: Any
) -> None:
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    name = str(clip_of(incident).file.name)
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"no film"))
    chromium.visit(live_server.url + address(incident), PHONE, session_of(permit(bu_sari)))
    chromium.ask(FILL)
    chromium.ask("document.querySelector('.jsc-playback form button').click()")
    until(chromium, "document.querySelector('[data-look-words]')", "the wait")
    worker().join()
    until(chromium, "document.body.innerText.includes('tidak dapat dibuat')", "the words")
    assert chromium.ask("document.querySelector('progress')") is None
    pictured(chromium, "failed", PHONE)
    assert chromium.said == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_operators_pages_about_storage_and_clips_fit_the_screen(
    size: tuple[int, int], chromium: Chromium, live_server: Any, incident: Incident, rini: Any, settings: Any
) -> None:
    clip = clip_of(incident)
    settings.JSC_STORAGE_RESERVE_MB = 1 << 30
    session = session_of(permit(rini))
    for name, path in (
        ("alarm", "/admin/"),
        ("clip", f"/admin/cameras/footageclip/{clip.pk}/change/"),
    ):
        chromium.visit(live_server.url + path, size, session)
        if name == "clip":
            chromium.ask("document.querySelector('.jsc-cam-play').scrollIntoView({block: 'center'})")
        folder = os.environ.get("JSC_SCREENSHOTS")
        if folder:
            chromium.picture(Path(folder) / f"playback_{name}_{size[0]}.png")
        assert chromium.said == []
    chromium.visit(f"{live_server.url}/admin/", size, session)
    pictured(chromium, "dashboard", size)


# -- Blurred: what everybody who may see the case plays -------------------------------------


@pytest.fixture
def nobody() -> Iterator[None]:
    with nobody_found():
        yield


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_browser_shows_how_far_the_blurred_film_is_and_plays_it(
    size: tuple[int, int],
    chromium: Chromium,
    live_server: Any,
    incident: Incident,
    bu_sari: Any,
    nobody: None,
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr(blurred_excerpts, "TELL_EVERY_S", 0.0)
    gate, real = threading.Event(), blurred_excerpts._Progress.__call__

    def and_waited_for(progress: Any, share: float) -> None:
        real(progress, share)
        if share > 0.4:
            gate.wait(LONG_S)

    monkeypatch.setattr(blurred_excerpts._Progress, "__call__", and_waited_for)
    session = session_of(bu_sari)
    chromium.visit(f"{live_server.url}/admin/reports/incident/{incident.pk}/change/", size, session)
    chromium.ask("document.querySelector('.jsc-cam-play').scrollIntoView({block: 'center'})")
    pictured(chromium, "blurred_incident", size)
    chromium.ask("document.querySelector('.jsc-cam-play').click()")
    until(chromium, "location.pathname.startsWith('/admin/putar/') && document.querySelector('form button')", "the way")
    pictured(chromium, "blurred_ask", size)
    chromium.ask("document.querySelector('.jsc-playback form[method=post] button').click()")
    until(chromium, "document.querySelector('[data-look-words]')", "the wait")
    blurring = worker()
    until(chromium, "document.querySelector('progress') && document.querySelector('progress').value >= 40", "progress")
    assert "%" in chromium.ask("document.querySelector('[data-look-percent]').textContent")
    pictured(chromium, "blurred_waiting", size)
    gate.set()
    until(
        chromium, "!document.querySelector('video').hidden && document.querySelector('video').readyState >= 2", "film"
    )
    blurring.join()
    chromium.ask(PLAY)
    until(chromium, "document.querySelector('video').currentTime > 0.5", "it does not play")
    assert chromium.ask("document.querySelector('video').error") is None
    assert 19 < chromium.ask("document.querySelector('video').duration") < 23
    assert chromium.ask(COLOURS) > 20, "a picture, and not black"
    chromium.ask("document.querySelector('video').currentTime = 15")
    arrived = "!document.querySelector('video').seeking && document.querySelector('video').currentTime >= 15"
    until(chromium, arrived, "jump")
    chromium.ask("document.querySelector('video').pause()")
    pictured(chromium, "blurred_playing", size)
    assert chromium.said == []
    assert not FootageLook.objects.exists()
