"""The pages about cameras in trouble, as a browser shows them on a desk and on a phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from cameras import pictures
from cameras.models import Camera, CameraCheckup, CameraWatch, SourceBreaker
from cameras.patrol.words import reason_text
from tests import factories
from tests.cameras.test_quality import lettered, street
from tests.test_browser import DESK, Chromium, chromium, look, session_of

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL_BUTTONS = """
[...document.querySelectorAll('.jsc-health-acts button')].map(e => e.getBoundingClientRect())
  .filter(r => r.height < 44).length
"""


@pytest.fixture
def troubled(monkeypatch: pytest.MonkeyPatch) -> list[Camera]:
    monkeypatch.setattr(pictures, "_blurs", [lambda picture: picture])
    reasons = ("view_moved", "source_unreachable", "flat", "source_denied", "frozen", "footage_missing")
    made = []
    for number, code in enumerate(reasons):
        name = f"Simpang Jalan Jenderal Sudirman arah Bundaran HI {number}"
        camera = factories.camera(f"JKT-SDR-{number:03d}", name=name, source_kind="folder", site_type="jalan_utama")
        since = timezone.now() - timedelta(hours=3 * number + 1)
        Camera.objects.filter(pk=camera.pk).update(health="unhealthy", health_reason=reason_text(code), health_at=since)
        watch = CameraWatch(camera=camera, looked_at=timezone.now(), clock_offset_s=-3.2 * number, bad_looks=number)
        if number % 2 == 0:
            watch.still, watch.still_at = _kept(camera, street(960)), since
            watch.reference, watch.reference_at = _kept(camera, np.roll(street(960), 90, axis=1)), since
        watch.save()
        for line in range(6):
            told = {"health": "unhealthy" if line < 3 else "healthy", "reason_code": code if line < 3 else ""}
            CameraCheckup.objects.create(camera=camera, at=since - timedelta(hours=line), took_ms=240, **told)
        made.append(camera)
    SourceBreaker.objects.create(key="recorder 10.20.30.40:554", phase="open", reason_code="source_unreachable")
    return made


def _kept(camera: Camera, picture: Any) -> str:
    jpeg = bytes(cv2.imencode(".jpg", lettered(picture))[1])
    return default_storage.save(f"looks/{camera.pk}/a.jpg", ContentFile(jpeg))


@pytest.mark.parametrize("size", [(390, 844), DESK], ids=["phone", "desk"])
def test_the_list_of_cameras_in_trouble_and_one_of_them_fit_the_screen(
    size: tuple[int, int], chromium: Chromium, live_server: Any, troubled: list[Camera], rini: Any
) -> None:
    session = session_of(rini)
    base = live_server.url + "/admin/cameras"
    look(chromium, f"{base}/camerawatch/", size, session)
    assert chromium.ask("document.querySelectorAll('#result_list .jsc-health-why').length") == len(troubled)
    for address in (f"/camerawatch/{troubled[0].pk}/change/", "/cameracheckup/", "/sourcebreaker/"):
        look(chromium, base + address, size, session)
        assert chromium.ask(SMALL_BUTTONS) == 0


def test_the_pictures_of_a_camera_load_and_a_look_is_asked_for_by_its_button(
    chromium: Chromium, live_server: Any, troubled: list[Camera], rini: Any
) -> None:
    CameraWatch.objects.update(next_look=timezone.now() + timedelta(hours=1))
    url = f"{live_server.url}/admin/cameras/camerawatch/{troubled[0].pk}/change/"
    chromium.visit(url, DESK, session_of(rini))
    widths = chromium.ask("[...document.querySelectorAll('.jsc-health-pictures img')].map(e => e.naturalWidth)")
    assert widths == [960, 960]
    chromium.ask("document.querySelector('.jsc-health-acts button[value=look_now]').click()")
    chromium.ask("0")
    deadline = timezone.now() + timedelta(seconds=20)
    while CameraWatch.objects.get(pk=troubled[0].pk).next_look > timezone.now():
        assert timezone.now() < deadline, chromium.said
