"""What a browser really shows at 360 pixels: nothing sticks out, every target is large enough, no policy is broken.

Chromium is driven over a pipe, so that nothing but the browser is needed. With
``JSC_SCREENSHOTS`` set to a folder, a picture of every page is left there.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reports.models import Incident
from tests import factories
from tests.reports import rows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BINARY = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
PHONE, DESK = (360, 780), (1280, 900)

SMALL_TARGETS = """
[...document.querySelectorAll('.jsc-btn, .jsc-tabs a, .jsc-pick, .jsc-row-in, .find button, .lang button, .button')]
  .filter(e => e.offsetParent !== null || getComputedStyle(e).position === 'fixed')
  .map(e => [e.className || e.name, e.getBoundingClientRect()])
  .filter(([, r]) => r.width > 0 && (r.height < 44 || r.width < 44))
  .map(([name, r]) => `${name} ${Math.round(r.width)}x${Math.round(r.height)}`)
"""


class Chromium:
    """One tab of a headless Chromium, spoken to over ``--remote-debugging-pipe``."""

    def __init__(self, profile: Path) -> None:
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        self._process = subprocess.Popen(
            [
                str(BINARY),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--no-first-run",
                "--hide-scrollbars",
                f"--user-data-dir={profile}",
                "--remote-debugging-pipe",
                "about:blank",
            ],
            pass_fds=(3, 4),
            # The browser speaks on these two numbers; below them only the standard streams are sure to be taken.
            preexec_fn=lambda: [os.dup2(to_browser, 3), os.dup2(from_browser, 4)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._buffer, self._number, self._session = b"", 0, ""
        self.said: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> Any:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self._listen(answer)
        assert "error" not in answer, answer
        return answer["result"]

    def _next(self) -> Any:
        while b"\0" not in self._buffer:
            more = os.read(self._read, 1 << 20)
            assert more, "the browser is gone"
            self._buffer += more
        one, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(one)

    def _listen(self, event: Any) -> None:
        if event.get("method") == "Log.entryAdded":
            entry = event["params"]["entry"]
            self.said.append(f"{entry['text']} {entry.get('url', '')}")
        if event.get("method") == "Runtime.exceptionThrown":
            self.said.append(event["params"]["exceptionDetails"]["text"])

    def ask(self, expression: str) -> Any:
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def visit(self, url: str, size: tuple[int, int], session: str = "") -> None:
        self.call("Page.navigate", url="about:blank")
        self.call("Network.clearBrowserCookies")
        # What the page before still had to say is not this one's.
        self.said.clear()
        if session:
            self.call("Network.setCookie", name="sessionid", value=session, url=url)
        width, height = size
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 800
        )
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + 30
        while self.ask("document.readyState + ' ' + location.href.split('#')[0]") != f"complete {url}":
            assert time.monotonic() < deadline, f"{url} did not load: {self.said}"
            time.sleep(0.1)
        time.sleep(0.4)

    def picture(self, file: Path) -> None:
        taken = self.call("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(taken["data"]))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
        os.close(self._write)
        os.close(self._read)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: Any) -> Iterator[Chromium]:
    if BINARY is None:
        pytest.skip("no Chromium on this machine")
    browser = Chromium(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture
def incident(menteng: Any) -> Incident:
    """Something of everything: a verdict with pictures, other reporters, a long text."""
    report = rows.placed(menteng, reporters_count=7, text="Mobil parkir di trotoar sejak pagi " * 8)
    rows.looked_at(report.incident)
    rows.placed(menteng)
    rows.placed(menteng, status="koordinasi", verdict="CONTRADICTED")
    return Incident.objects.get(pk=report.incident.pk)


def session_of(person: Any) -> str:
    return rows.browser(person).cookies["sessionid"].value


def look(chromium: Chromium, url: str, size: tuple[int, int], session: str = "") -> None:
    """Open a page, and hold it to what every page must keep."""
    chromium.visit(url, size, session)
    folder = os.environ.get("JSC_SCREENSHOTS")
    if folder:
        name = url.split("/", 3)[3].strip("/").replace("/", "_") or "root"
        chromium.picture(Path(folder) / f"{name}_{size[0]}.png")
    assert chromium.said == []
    assert chromium.ask("document.documentElement.scrollWidth") <= size[0]
    assert chromium.ask(SMALL_TARGETS) == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_queue_and_an_incident_fit_the_screen(
    size: tuple[int, int], chromium: Chromium, live_server: Any, incident: Incident, bu_sari: Any
) -> None:
    session = session_of(bu_sari)
    for address in ("/admin/", "/admin/reports/incident/", f"/admin/reports/incident/{incident.pk}/change/"):
        look(chromium, live_server.url + address, size, session)
    assert chromium.ask("document.querySelectorAll('.jsc-still img').length") == 1
    assert chromium.ask("document.querySelector('.jsc-still img').naturalWidth") == 640


def test_on_a_phone_the_steps_stay_in_reach_of_the_thumb(
    chromium: Chromium, live_server: Any, incident: Incident, bu_sari: Any
) -> None:
    url = f"{live_server.url}/admin/reports/incident/{incident.pk}/change/"
    chromium.visit(url, PHONE, session_of(bu_sari))
    bar = "document.querySelector('.jsc-bar').getBoundingClientRect()"
    assert chromium.ask(f"Math.round({bar}.bottom)") == PHONE[1]
    chromium.ask("document.querySelector('.jsc-bar button[value=proses]').click()")
    deadline = time.monotonic() + 20
    while Incident.objects.get(pk=incident.pk).status != "proses":
        assert time.monotonic() < deadline, chromium.said
        time.sleep(0.1)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_citizens_pages_fit_the_screen_under_the_strict_policy(
    size: tuple[int, int], chromium: Chromium, live_server: Any, incident: Incident
) -> None:
    code = incident.reports.get().tracking_code
    for address in ("/lacak/", f"/lacak/{code}/"):
        look(chromium, live_server.url + address, size)
    assert chromium.ask("getComputedStyle(document.querySelector('.top')).backgroundColor") == "rgb(11, 93, 110)"


def test_the_login_page_fits_a_phone(chromium: Chromium, live_server: Any) -> None:
    look(chromium, f"{live_server.url}/admin/login/", PHONE)


def test_the_operators_pages_open_without_a_broken_script(
    chromium: Chromium, live_server: Any, incident: Incident, rini: Any
) -> None:
    factories.report(state="DEAD")
    session = session_of(rini)
    for address in ("/admin/reports/report/", f"/admin/reports/category/{incident.category_id}/change/"):
        look(chromium, live_server.url + address, DESK, session)
