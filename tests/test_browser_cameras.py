"""The camera's form in a real browser: one kind's fields at a time, and the button that tries them."""

from __future__ import annotations

import ipaddress
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cameras import pictures
from cameras.footage import registry
from cameras.models import Camera
from tests import factories
from tests.cameras.small_frigate import SmallFrigate, settings_of
from tests.test_browser import Chromium, chromium, session_of  # noqa: F401  (the browser is a fixture)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE, DESK = (390, 844), (1280, 1000)
SHOWN = (
    "[...document.querySelectorAll('fieldset.jsc-source')].filter(f => f.offsetParent !== null).map(f => f.className)"
)
STEPS = "[...document.querySelectorAll('.jsc-trial-steps li')].map(li => li.className)"


@pytest.fixture
def camera(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Camera]:
    settings.JSC_CAMERA_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]
    monkeypatch.setattr(pictures, "_blurs", [_coarse])
    device = SmallFrigate(auth="digest", username="jsc", password="rahasia-sekali")
    with device.running():
        made = factories.camera(source_kind="frigate", source_settings=settings_of(device))
        made.secrets_set({"username": "jsc", "password": "rahasia-sekali"})
        made.save()
        yield made


def _coarse(still: bytes) -> bytes:
    picture = cv2.imdecode(np.frombuffer(still, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return cv2.imencode(".jpg", cv2.blur(picture, (31, 31)))[1].tobytes()


def wait_for(chromium: Chromium, expression: str) -> None:  # noqa: F811
    deadline = time.monotonic() + 40
    while not chromium.ask(expression):
        assert time.monotonic() < deadline, (expression, chromium.said)
        time.sleep(0.1)


def keep_picture(chromium: Chromium, name: str) -> None:  # noqa: F811
    folder = os.environ.get("JSC_SCREENSHOTS")
    if folder:
        chromium.picture(Path(folder) / f"{name}.png")


def choose(chromium: Chromium, kind: str) -> None:  # noqa: F811
    chromium.ask(
        f"(s => {{ s.value = '{kind}'; s.dispatchEvent(new Event('change', {{bubbles: true}})) }})"
        "(document.getElementById('id_source_kind'))"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_form_shows_one_kind_and_its_test_answers_step_by_step(
    size: tuple[int, int],
    theme: str,
    chromium: Chromium,  # noqa: F811
    live_server: Any,
    camera: Camera,
    rini: Any,
) -> None:
    chromium.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
    chromium.visit(f"{live_server.url}/admin/cameras/camera/{camera.pk}/change/", size, session_of(rini))
    (shown,) = chromium.ask(SHOWN)
    assert "jsc-source-frigate" in shown
    chromium.ask("document.getElementById('id_source_kind').scrollIntoView({block: 'start'})")
    keep_picture(chromium, f"camera_source_{theme}_{size[0]}")
    assert chromium.ask("document.querySelector('.jsc-trial-go').getBoundingClientRect().height") >= 44
    chromium.ask("document.querySelector('.jsc-trial-go').click()")
    wait_for(chromium, "!document.querySelector('.jsc-trial-busy') && !!document.querySelector('.jsc-trial-steps li')")
    assert chromium.ask(STEPS) == ["jsc-trial-ok"] * 6
    wait_for(chromium, "document.querySelector('.jsc-trial-picture').naturalWidth === 640")
    assert chromium.ask("document.querySelector('.jsc-trial-state').textContent") == "Semua langkah berhasil."
    chromium.ask("document.querySelector('.jsc-trial-go').scrollIntoView({block: 'start'})")
    keep_picture(chromium, f"camera_test_{theme}_{size[0]}")
    assert chromium.ask("document.documentElement.scrollWidth") <= size[0]
    # The browser's advice to give each of several passwords a form of its own is of no use here.
    assert [line for line in chromium.said if "Multiple forms" not in line] == []


def test_choosing_another_kind_shows_its_fields_and_sends_only_those(
    chromium: Chromium,  # noqa: F811
    live_server: Any,
    camera: Camera,
    rini: Any,
) -> None:
    chromium.visit(f"{live_server.url}/admin/cameras/camera/{camera.pk}/change/", DESK, session_of(rini))
    for kind in registry.SOURCES:
        choose(chromium, kind)
        (shown,) = chromium.ask(SHOWN)
        assert shown.split()[-1] == f"jsc-source-{kind}"
    choose(chromium, "folder")
    sent = chromium.ask(
        "[...new FormData(document.getElementById('camera_form')).keys()].filter(k => /^(source|secret)__/.test(k))"
    )
    assert sent
    assert all(name.startswith("source__folder__") for name in sent)
    choose(chromium, "")
    assert chromium.ask(SHOWN) == []


def test_a_failed_step_is_told_with_its_reason(
    chromium: Chromium,  # noqa: F811
    live_server: Any,
    camera: Camera,
    rini: Any,
) -> None:
    chromium.visit(f"{live_server.url}/admin/cameras/camera/{camera.pk}/change/", PHONE, session_of(rini))
    chromium.ask("document.getElementById('id_secret__frigate__password').value = 'bukan-ini'")
    chromium.ask("document.querySelector('.jsc-trial-go').click()")
    wait_for(chromium, "!document.querySelector('.jsc-trial-busy') && !!document.querySelector('.jsc-trial-steps li')")
    assert chromium.ask(STEPS) == ["jsc-trial-ok", "jsc-trial-ok", "jsc-trial-failed"]
    chromium.ask("document.querySelector('.jsc-trial-go').scrollIntoView({block: 'start'})")
    keep_picture(chromium, "camera_test_failed_390")
    assert "tidak diterima (401)" in chromium.ask("document.querySelector('.jsc-trial-failed').textContent")
    assert chromium.ask("document.documentElement.scrollWidth") <= PHONE[0]
