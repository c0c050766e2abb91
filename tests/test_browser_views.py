"""A slipped camera's page, as a browser shows it on a desk and on a phone, and the tap that lets its zones count."""

from __future__ import annotations

import time
from typing import Any

import pytest

from cameras import pictures
from cameras.models import CameraBackground, CameraWatch
from cameras.services.pictures import picture_saved
from tests import factories
from tests.cameras.test_quality import noisy, street
from tests.cameras.test_views import moved, slipped
from tests.test_browser import DESK, Chromium, chromium, look, session_of

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OVERLAY = """
(() => { const i = document.querySelector('.jsc-zones-picture img').getBoundingClientRect();
  const s = document.querySelector('.jsc-zones-picture svg').getBoundingClientRect();
  return [i.width - s.width, i.height - s.height, i.height].map(Math.round); })()
"""
SMALL_BUTTONS = """
[...document.querySelectorAll('.jsc-zones button')].map(e => e.getBoundingClientRect())
  .filter(r => r.height < 44).length
"""


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> CameraWatch:
    monkeypatch.setattr(pictures, "_blurs", [lambda picture: picture])
    made = moved(noisy(slipped(0.06, 0.02)), "JKT-SDR-007")
    for number, part in enumerate(("pagi", "siang", "sore", "malam")):
        name, sha256 = picture_saved("backgrounds", made.pk, street())
        CameraBackground.objects.create(
            camera=made.camera, view=made.view, part=part, version=4 + number, file=name, sha256=sha256, looks=13,
            first_look_at=factories.NOON, last_look_at=factories.NOON, changed_share=0.004 * number,
        )  # fmt: skip
    return made


@pytest.mark.parametrize("size", [(390, 844), DESK], ids=["phone", "desk"])
def test_a_slipped_cameras_page_fits_the_screen_with_zones_lying_over_its_picture(
    size: tuple[int, int], chromium: Chromium, live_server: Any, watch: CameraWatch, rini: Any
) -> None:
    session = session_of(rini)
    for noun in ("camera", "camerawatch"):
        url = f"{live_server.url}/admin/cameras/{noun}/{watch.pk}/change/"
        if noun == "camera":  # the browser has a word of its own about its many fields for credentials
            chromium.visit(url, size, session)
            assert chromium.ask("document.documentElement.scrollWidth") <= size[0]
        else:
            look(chromium, url, size, session)
        assert chromium.ask("document.querySelectorAll('.jsc-zones-stale').length") == 1
        assert chromium.ask("document.querySelectorAll('.jsc-backgrounds img').length") == 4
    assert chromium.ask(SMALL_BUTTONS) == 0
    wider, higher, height = chromium.ask(OVERLAY)
    assert (wider, higher) == (0, 0)
    assert height > 100


def test_the_tap_lets_the_zones_count_again(
    chromium: Chromium, live_server: Any, watch: CameraWatch, rini: Any
) -> None:
    url = f"{live_server.url}/admin/cameras/camerawatch/{watch.pk}/change/"
    chromium.visit(url, DESK, session_of(rini))
    chromium.ask("[...document.querySelectorAll('.jsc-zones button')].at(-1).click()")
    until = time.monotonic() + 20
    while CameraWatch.objects.get(pk=watch.pk).moved_since is not None:
        assert time.monotonic() < until, chromium.said
        time.sleep(0.2)
    chromium.visit(url, DESK, session_of(rini))
    assert chromium.ask("document.querySelectorAll('.jsc-zones-stale').length") == 0
