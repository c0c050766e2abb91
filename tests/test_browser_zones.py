"""Zones drawn in a real browser: by mouse on a desk, by finger on a phone, and in how many taps."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from cameras import pictures
from cameras.models import Camera, CameraWatch, Zone
from cameras.services.references import REFERENCES, picture_save
from tests import factories
from tests.cameras.test_quality import lettered, street
from tests.test_browser import Chromium, chromium, session_of

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE, DESK = (390, 844), (1280, 900)
ROAD = [(0.30, 0.95), (0.42, 0.30), (0.58, 0.30), (0.75, 0.95)]
SMALL = """
[...document.querySelectorAll('.jz button, .jz a.jz-btn, .jz select, .jz input')]
  .filter(e => e.offsetParent !== null).map(e => [e.dataset.jz || e.className, e.getBoundingClientRect()])
  .filter(([, r]) => r.width > 0 && (r.height < 44 || r.width < 44)).map(([n, r]) => `${n} ${r.width}x${r.height}`)
"""


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch) -> Camera:
    monkeypatch.setattr(pictures, "_blurs", [lambda picture: picture])
    made = factories.camera("JKT-SDR-001", name="Simpang Jalan Sudirman arah Bundaran HI", source_kind="folder")
    name = picture_save(REFERENCES, made.pk, lettered(street(960)))
    CameraWatch.objects.create(camera=made, reference=name, reference_at=timezone.now())
    return made


class Hand:
    """Counts what a person does: clicks of a mouse, or taps of a finger."""

    def __init__(self, chromium: Chromium, *, touch: bool) -> None:
        self.chromium, self.touch, self.taps = chromium, touch, 0
        chromium.call("Emulation.setTouchEmulationEnabled", enabled=touch, maxTouchPoints=2)

    def tap(self, x: float, y: float) -> None:
        self.taps += 1
        self.drag([(x, y)])

    def drag(self, way: Sequence[tuple[float, float]]) -> None:
        self._down(*way[0])
        for x, y in way[1:]:
            self._move(x, y)
        self._up(*way[-1])

    def press(self, name: str) -> None:
        """The button of this name, where it stands on the screen."""
        node = f"document.querySelector('[data-jz={name}]')"
        self.chromium.ask(f"{node}.scrollIntoView({{block: 'nearest'}})")
        at = self.chromium.ask(f"(r => [r.x + r.width / 2, r.y + r.height / 2])({node}.getBoundingClientRect())")
        self.tap(*at)

    def on_picture(self, x: float, y: float) -> tuple[float, float]:
        left, top, width, height = self.chromium.ask(
            "(r => [r.x, r.y, r.width, r.height])(document.querySelector('.jz-stage svg').getBoundingClientRect())"
        )
        return left + x * width, top + y * height

    def _down(self, x: float, y: float) -> None:
        if self.touch:
            self.chromium.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        else:
            self._mouse("mousePressed", x, y)

    def _move(self, x: float, y: float) -> None:
        if self.touch:
            self.chromium.call("Input.dispatchTouchEvent", type="touchMove", touchPoints=[{"x": x, "y": y}])
        else:
            self._mouse("mouseMoved", x, y)

    def _up(self, x: float, y: float) -> None:
        if self.touch:
            self.chromium.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        else:
            self._mouse("mouseReleased", x, y)

    def _mouse(self, what: str, x: float, y: float) -> None:
        held = {"button": "left", "clickCount": 1, "buttons": 0 if what == "mouseReleased" else 1}
        self.chromium.call("Input.dispatchMouseEvent", type=what, x=x, y=y, **held)


def page_of(camera: Camera) -> str:
    return f"/admin/cameras/camera/{camera.pk}/zona/"


def opened(chromium: Chromium, live_server: Any, camera: Camera, person: Any, size: tuple[int, int]) -> Hand:
    chromium.ask("sessionStorage.clear()")
    chromium.visit(live_server.url + page_of(camera), size, session_of(person))
    until(lambda: chromium.ask("document.querySelector('[data-jz=pictures] [aria-pressed=true]') !== null"))
    return Hand(chromium, touch=size == PHONE)


def until(true: Callable[[], Any], seconds: float = 15) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)
    return found


def judged(chromium: Chromium, name: str, size: tuple[int, int]) -> None:
    folder = os.environ.get("JSC_SCREENSHOTS")
    if folder:
        chromium.picture(Path(folder) / f"zones_{name}_{size[0]}.png")
    assert chromium.said == [], name
    assert chromium.ask("document.documentElement.scrollWidth") <= size[0], name
    assert chromium.ask(SMALL) == [], name


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["finger", "mouse"])
def test_a_road_is_drawn_and_stored_in_five_taps(
    size: tuple[int, int], chromium: Chromium, live_server: Any, camera: Camera, rini: Any
) -> None:
    hand = opened(chromium, live_server, camera, rini, size)
    judged(chromium, "empty", size)
    for corner in ROAD:
        hand.tap(*hand.on_picture(*corner))
    judged(chromium, "drawing", size)
    hand.press("save")
    until(lambda: Zone.objects.filter(camera=camera).exists())
    zone = Zone.objects.get(camera=camera)
    assert zone.kind == "road"
    assert zone.polygon == [pytest.approx(corner, abs=0.012) for corner in ROAD]
    assert zone.history.get().history_user == rini
    assert hand.taps == 5, "four corners and one for storing"
    until(lambda: chromium.ask("document.querySelector('[data-jz=status]').textContent") == "Tersimpan.")
    judged(chromium, "saved", size)
