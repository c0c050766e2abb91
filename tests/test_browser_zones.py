"""Zones drawn in a real browser: by mouse on a desk, by finger on a phone, and in how many taps."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission
from django.utils import timezone

from analytics.trial_models import ZoneTrial
from cameras import pictures
from cameras.models import Camera, CameraWatch, Zone
from cameras.rules import zone_problems
from cameras.services.references import REFERENCES, picture_save
from reports import pipeline
from tests import factories
from tests.cameras.test_quality import lettered, street
from tests.fakes import nobody_found
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


@pytest.fixture(autouse=True)
def _leaves_without_a_question(chromium: Chromium) -> Iterator[None]:
    """A page with unsaved work asks whether it may be left, and nobody is there to answer."""
    yield
    chromium.ask("for (const each of [window.JZ?.page?.net, window.JZ?.coverage]) if (each) each.leaving = true; 0")


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


SEEN = "JSON.stringify([JZ.page.state.open, JZ.page.state.zones.length, scrollY, visualViewport.scale, innerWidth])"


def until(true: Callable[[], Any], seconds: float = 15, told: Callable[[], Any] = str) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, f"it did not come {told()}"
        time.sleep(0.1)
    return found


def judged(chromium: Chromium, name: str, size: tuple[int, int]) -> None:
    folder = os.environ.get("JSC_SCREENSHOTS")
    if folder:
        chromium.picture(Path(folder) / f"zones_{name}_{size[0]}.png")
    # Of password fields in one form: advice to the camera's own form, and no fault.
    assert [line for line in chromium.said if not line.startswith("[DOM]")] == [], name
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
    until(lambda: chromium.ask("JZ.page.state.open.length") == 4)
    judged(chromium, "drawing", size)
    hand.press("save")
    until(lambda: Zone.objects.filter(camera=camera).exists())
    zone = Zone.objects.get(camera=camera)
    assert zone.kind == "road"
    assert zone.polygon == [pytest.approx(corner, abs=0.012) for corner in ROAD]
    assert {line.history_user for line in zone.history.all()} == {rini}
    assert hand.taps == 5, "four corners and one for storing"
    until(lambda: chromium.ask("document.querySelector('[data-jz=status]').textContent") == "Tersimpan.")
    assert chromium.ask("[...document.querySelectorAll('[data-need]')].map(line => line.hidden)") == [True]
    judged(chromium, "saved", size)


def test_a_mouse_pulls_points_puts_new_ones_on_a_line_and_takes_every_step_back(
    chromium: Chromium, live_server: Any, camera: Camera, rini: Any
) -> None:
    Zone.objects.create(camera=camera, kind="road", polygon=[list(corner) for corner in ROAD])
    hand = opened(chromium, live_server, camera, rini, DESK)
    polygon = "JSON.stringify(JZ.page.state.zones[0].polygon)"
    before = chromium.ask(polygon)
    hand.tap(*hand.on_picture(0.5, 0.6))
    assert chromium.ask("JZ.page.state.chosen.zone") == 0
    hand.drag([hand.on_picture(*ROAD[1]), hand.on_picture(0.38, 0.28), hand.on_picture(0.35, 0.25)])
    assert chromium.ask("JZ.page.state.zones[0].polygon[1]") == pytest.approx([0.35, 0.25], abs=0.01)
    middle = ((ROAD[2][0] + ROAD[3][0]) / 2, (ROAD[2][1] + ROAD[3][1]) / 2)
    hand.tap(*hand.on_picture(*middle))
    assert chromium.ask("JZ.page.state.zones[0].polygon.length") == 5
    judged(chromium, "edited", DESK)
    key(chromium, "Delete")
    assert chromium.ask("JZ.page.state.zones[0].polygon.length") == 4, "the chosen point"
    hand.drag([hand.on_picture(0.5, 0.7), hand.on_picture(0.52, 0.68), hand.on_picture(0.55, 0.65)])
    assert chromium.ask(polygon) != before
    for _ in range(4):
        hand.press("undo")
    assert chromium.ask(polygon) == before
    hand.press("redo")
    assert chromium.ask("JZ.page.state.zones[0].polygon[1]") == pytest.approx([0.35, 0.25], abs=0.01)
    hand.press("save")
    until(lambda: Zone.objects.get(camera=camera).polygon[1] == pytest.approx([0.35, 0.25], abs=0.01))
    assert Zone.objects.get(camera=camera).history.count() >= 2


def key(chromium: Chromium, name: str, **more: Any) -> None:
    codes = {"Delete": 46, "Enter": 13, "Escape": 27, "ArrowRight": 39, "ArrowDown": 40, " ": 32, "z": 90}
    pressed = {"key": name, "windowsVirtualKeyCode": codes[name], **more}
    chromium.call("Input.dispatchKeyEvent", type="rawKeyDown", **pressed)
    chromium.call("Input.dispatchKeyEvent", type="keyUp", **pressed)


def test_a_zone_is_drawn_with_keys_alone(chromium: Chromium, live_server: Any, camera: Camera, rini: Any) -> None:
    opened(chromium, live_server, camera, rini, DESK)
    chromium.ask("document.querySelector('.jz-stage svg').focus()")
    for way, times in (("ArrowRight", 3), ("ArrowDown", 6), ("ArrowRight", 0)):
        key(chromium, way)
        for _ in range(times):
            key(chromium, way, modifiers=8)
        key(chromium, " ")
    chromium.ask("JZ.page.stage.cursor = [0.95, 0.8]")
    key(chromium, " ")
    key(chromium, "Enter")
    assert chromium.ask("JZ.page.state.zones.length") == 1
    assert chromium.ask("JZ.page.state.problems(0).length") == 0, chromium.ask("JSON.stringify(JZ.page.state.zones)")
    key(chromium, "ArrowRight")
    key(chromium, "z", modifiers=2)
    key(chromium, "z", modifiers=2)
    assert chromium.ask("JZ.page.state.zones.length") == 0
    key(chromium, "Escape")
    assert chromium.ask("JZ.page.state.open") is None


def test_what_crosses_itself_is_told_at_once_and_not_stored(
    chromium: Chromium, live_server: Any, camera: Camera, rini: Any
) -> None:
    hand = opened(chromium, live_server, camera, rini, DESK)
    for corner in ((0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8)):
        hand.tap(*hand.on_picture(*corner))
    hand.press("finish")
    assert chromium.ask("document.querySelector('.jz-bad').textContent") == "garisnya saling memotong"
    hand.press("save")
    assert "bertanda merah" in chromium.ask("document.querySelector('[data-jz=status]').textContent")
    judged(chromium, "crossing", DESK)
    time.sleep(0.5)
    assert not Zone.objects.exists()


SAME_RULES: list[list[list[float]]] = [
    [[0, 0], [1, 0], [1, 1], [0, 1]],
    [[0, 0], [1, 1], [1, 0], [0, 1]],
    [[0, 0], [1, 0]],
    [[0, 0], [1, 0], [0, 0]],
    [[0, 0], [0.001, 0], [0, 0.001]],
    [[0, 0], [1.2, 0], [1, 1]],
    [[0, 0], [0.5, 0], [1, 0], [0.5, 0], [0.5, 1]],
    [[0, 0], [1, 0], [1, 1], [0.5, 0], [0, 1]],
    [[0, 0], [0.5, 0], [1, 0], [1, 1]],
    [[0.1, 0.1], [0.1, 0.1], [0.9, 0.1], [0.5, 0.9]],
    [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]],
    [[0.1, 0.1], [0.4, 0.4], [0.7, 0.7]],
    [[0, 0], [0.5, 0.5], [1, 0], [1, 1], [0.5, 0.5], [0, 1]],
]


def test_the_page_and_the_server_judge_alike(chromium: Chromium, live_server: Any, camera: Camera, rini: Any) -> None:
    opened(chromium, live_server, camera, rini, DESK)
    for polygon in SAME_RULES:
        here = chromium.ask(f"JZ.geo.polygonProblem({json.dumps(polygon)}, JZ.page.state.data.rules)")
        there = [problem.code for problem in zone_problems("road", polygon)]
        assert ([here] if here else []) == there, polygon


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["finger", "mouse"])
def test_ground_points_are_set_and_the_grid_shows_whether_they_are_right(
    size: tuple[int, int], chromium: Chromium, live_server: Any, camera: Camera, rini: Any
) -> None:
    Zone.objects.create(camera=camera, kind="road", polygon=[list(corner) for corner in ROAD])
    hand = opened(chromium, live_server, camera, rini, size)
    hand.tap(*hand.on_picture(0.5, 0.6))
    until(lambda: chromium.ask("JZ.page.state.chosen.zone") == 0)
    hand.press("ground")
    until(lambda: chromium.ask("JZ.page.state.grounding"))
    chromium.ask("document.querySelector('.jz-stage').scrollIntoView({block: 'center'})")
    for corner in ((0.32, 0.9), (0.72, 0.9), (0.6, 0.35), (0.4, 0.35)):
        hand.tap(*hand.on_picture(*corner))
    until(lambda: chromium.ask("(JZ.page.state.zone.ground_points || []).length") == 4)
    type_into(chromium, "ground-width", "7.5")
    type_into(chromium, "ground-length", "40")
    hand.press("ground-fill")
    lines = chromium.ask("document.querySelectorAll('.jz-grid').length")
    assert lines > 8
    assert chromium.ask("document.querySelector('.jz-bar').tagName") == "path"
    assert "±" in chromium.ask("document.querySelector('[data-jz=ground-says]').textContent")
    chromium.ask("document.querySelector('.jz-stage').scrollIntoView({block: 'center'})")
    judged(chromium, "ground", size)
    hand.press("save")
    until(lambda: Zone.objects.get(camera=camera).ground_points)
    metres = [point[2:] for point in Zone.objects.get(camera=camera).ground_points]
    assert metres == [[0, 0], [7.5, 0], [7.5, 40], [0, 40]]


def type_into(chromium: Chromium, name: str, text: str) -> None:
    node = f"document.querySelector('[data-jz={name}]')"
    chromium.ask(f"{node}.value = '{text}'; {node}.dispatchEvent(new Event('change'))")


def test_a_colleagues_zones_are_never_stored_over_and_the_own_are_not_lost(
    chromium: Chromium, live_server: Any, camera: Camera, rini: Any
) -> None:
    hand = opened(chromium, live_server, camera, rini, DESK)
    for corner in ROAD:
        hand.tap(*hand.on_picture(*corner))
    Zone.objects.create(camera=camera, kind="river", name="Dewi", polygon=[[0, 0], [0.2, 0], [0.2, 0.2]])
    hand.press("save")
    until(lambda: not chromium.ask("document.querySelector('[data-jz=conflict]').hidden"))
    assert "tidak hilang" in chromium.ask("document.querySelector('[data-jz=conflict-says]').textContent")
    assert all("409" in line for line in chromium.said), chromium.said
    chromium.said.clear()
    judged(chromium, "conflict", DESK)
    hand.press("keep-both")
    assert chromium.ask("JZ.page.state.zones.map(zone => zone.kind)") == ["river", "road"]
    hand.press("save")
    until(lambda: Zone.objects.count() == 2)
    assert set(Zone.objects.values_list("kind", flat=True)) == {"river", "road"}


def test_a_drawing_outlives_a_reload(chromium: Chromium, live_server: Any, camera: Camera, rini: Any) -> None:
    hand = opened(chromium, live_server, camera, rini, DESK)
    for corner in ROAD:
        hand.tap(*hand.on_picture(*corner))
    chromium.ask("JZ.page.net.leaving = true; window.isOld = true")
    chromium.call("Page.reload")
    until(lambda: chromium.ask("Boolean(!window.isOld && window.JZ && JZ.page)"))
    assert chromium.ask("JZ.page.state.open.length") == 4
    assert "dipulihkan" in chromium.ask("document.querySelector('[data-jz=note]').textContent")
    hand.press("save")
    until(lambda: Zone.objects.exists())


def test_who_may_only_look_cannot_draw(chromium: Chromium, live_server: Any, camera: Camera) -> None:
    person = factories.user("tamu", is_staff=True)
    person.user_permissions.add(*Permission.objects.filter(codename__in=["view_camera", "view_zone"]))
    Zone.objects.create(camera=camera, kind="road", polygon=[list(corner) for corner in ROAD])
    hand = opened(chromium, live_server, camera, person, DESK)
    hand.drag([hand.on_picture(*ROAD[1]), hand.on_picture(0.1, 0.1)])
    assert chromium.ask("document.querySelector('[data-jz=save]')") is None
    assert chromium.ask("JZ.page.state.dirty") is False
    assert chromium.said == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["finger", "mouse"])
def test_save_and_go_on_takes_six_taps_a_camera(
    size: tuple[int, int], chromium: Chromium, live_server: Any, camera: Camera, rini: Any, menteng: Any
) -> None:
    second = factories.camera("JKT-SDR-002", source_kind="folder", site_type="sungai")
    hand = opened(chromium, live_server, camera, rini, size)
    chromium.visit(f"{live_server.url}/admin/zona-menunggu/", size, session_of(rini))
    judged(chromium, "waiting", size)
    chromium.ask("document.querySelector('.jsc-zw-acts a').click()")
    until(lambda: chromium.ask("Boolean(window.JZ && JZ.page)"))
    until(lambda: chromium.ask("document.querySelector('[data-jz=pictures] [aria-pressed=true]') !== null"))
    judged(chromium, "queue", size)
    hand = Hand(chromium, touch=size == PHONE)
    for corner in ROAD:
        hand.tap(*hand.on_picture(*corner))
    until(lambda: chromium.ask("JZ.page.state.open.length") == 4, 5, lambda: chromium.ask(SEEN))
    hand.press("save-next")
    until(lambda: chromium.ask(f"location.pathname.includes('/{second.pk}/zona/')"))
    assert Zone.objects.get().camera == camera
    assert hand.taps == 5
    until(lambda: chromium.ask("Boolean(window.JZ && JZ.page)"))
    assert chromium.ask("JZ.page.state.kind") == "river", "what the next camera is wanted for"
    assert chromium.ask("document.querySelector('[data-jz=empty]').hidden") is False, "it has no picture yet"
    judged(chromium, "nopicture", size)


# -- Coverage ----------------------------------------------------------------------------------


def coverage_of(chromium: Chromium, live_server: Any, camera: Camera, person: Any, size: tuple[int, int]) -> Hand:
    chromium.visit(f"{live_server.url}/admin/cameras/camera/{camera.pk}/cakupan/", size, session_of(person))
    until(lambda: chromium.ask("Boolean(window.JZ && JZ.coverage)"))
    return Hand(chromium, touch=size == PHONE)


def grip(chromium: Chromium, name: str) -> tuple[float, float]:
    x, y = chromium.ask(
        f"(c => {{ const p = c.map.xy(c.grips()['{name}']); const r = c.map.svg.getBoundingClientRect();"
        " return [r.x + p[0], r.y + p[1]]; })(JZ.coverage)"
    )
    return x, y


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["finger", "mouse"])
def test_bearing_range_and_field_of_view_are_pulled_and_stored(
    size: tuple[int, int], chromium: Chromium, live_server: Any, camera: Camera, rini: Any, menteng: Any
) -> None:
    Camera.objects.filter(pk=camera.pk).update(drawn_coverage=None)
    factories.camera("LAIN", lat=camera.lat + 0.0008, lon=camera.lon + 0.001)
    hand = coverage_of(chromium, live_server, camera, rini, size)
    judged(chromium, "assumed", size)
    hand.press("aim")
    chromium.ask("document.querySelector('.jc-map').scrollIntoView({block: 'center'})")
    start = grip(chromium, "bearing")
    centre = chromium.ask(
        "(c => { const p = c.map.xy(c.here); const r = c.map.svg.getBoundingClientRect();"
        " return [r.x + p[0], r.y + p[1]]; })(JZ.coverage)"
    )
    far = abs(start[1] - centre[1])
    hand.drag([start, (centre[0] + far * 0.7, centre[1] - far * 0.7), (centre[0] + far, centre[1])])
    assert chromium.ask("JZ.coverage.view.bearing_deg") == pytest.approx(90, abs=2)
    at = grip(chromium, "range")
    hand.drag([at, (at[0] - 10, at[1]), (at[0] - 20, at[1])])
    assert chromium.ask("JZ.coverage.view.range_m") < 60
    judged(chromium, "aimed", size)
    hand.press("save")
    until(lambda: Camera.objects.get(pk=camera.pk).coverage_kind == "derived")
    stored = Camera.objects.get(pk=camera.pk)
    assert stored.bearing_deg == pytest.approx(90, abs=2)
    assert stored.history.first().history_user == rini


def test_a_coverage_polygon_is_drawn_corner_by_corner(
    chromium: Chromium, live_server: Any, camera: Camera, rini: Any
) -> None:
    Camera.objects.filter(pk=camera.pk).update(drawn_coverage=None)
    hand = coverage_of(chromium, live_server, camera, rini, DESK)
    hand.press("draw")
    box = chromium.ask("(r => [r.x, r.y, r.width, r.height])(JZ.coverage.map.svg.getBoundingClientRect())")
    for x, y in ((0.4, 0.3), (0.7, 0.35), (0.6, 0.7), (0.4, 0.3)):
        hand.tap(box[0] + x * box[2], box[1] + y * box[3])
    assert chromium.ask("JZ.coverage.ring.length") == 3
    judged(chromium, "polygon", DESK)
    hand.press("save")
    until(lambda: Camera.objects.get(pk=camera.pk).coverage_kind == "drawn")
    assert len(Camera.objects.get(pk=camera.pk).drawn_coverage["coordinates"][0]) == 4


# -- Trials --------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["finger", "mouse"])
def test_a_check_is_tried_on_the_last_footage_and_its_answer_stands_beside_the_drawing(
    size: tuple[int, int], chromium: Chromium, live_server: Any, camera: Camera, rini: Any
) -> None:
    factories.category(thresholds={})
    footage_of(camera)
    hand = opened(chromium, live_server, camera, rini, size)
    chromium.ask("JZ.page.state.begin('no_stopping')")
    for corner in ROAD:
        hand.tap(*hand.on_picture(*corner))
    until(lambda: chromium.ask("JZ.page.state.open.length") == 4)
    hand.press("trial-go")
    until(lambda: ZoneTrial.objects.exists())
    with nobody_found():
        pipeline.run_until_quiet()
    until(lambda: chromium.ask("document.querySelector('.jz-verdict') !== null"))
    until(lambda: chromium.ask("document.querySelector('.jz-result img').naturalWidth > 0"))
    chromium.ask("document.querySelector('.jz-verdict').scrollIntoView({block: 'center'})")
    judged(chromium, "trial", size)
    assert not Zone.objects.exists()
    assert ZoneTrial.objects.get().check_slug == "stopped_vehicle"


def footage_of(camera: Camera) -> None:
    path = Path(django_settings.MEDIA_ROOT) / "clips" / "a.mp4"
    path.parent.mkdir(parents=True)
    shutil.copy(Path(django_settings.BASE_DIR) / "fixtures/footage/parked_car/20261102T070000+0700.mp4", path)
    start = factories.NOON
    covered = [[start.isoformat(), (start + timedelta(minutes=1)).isoformat()]]
    held = {"state": "HELD", "file": "clips/a.mp4", "media_start_at": start, "covered": covered}
    factories.clip(camera, minutes=1, **held)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_cameras_pages_lead_to_the_drawing(
    size: tuple[int, int], chromium: Chromium, live_server: Any, camera: Camera, rini: Any
) -> None:
    session = session_of(rini)
    Camera.objects.filter(pk=camera.pk).update(health="unhealthy", health_at=timezone.now())
    for name, address in (
        ("list", "camera/"),
        ("page", f"camera/{camera.pk}/change/"),
        ("troubled", "camerawatch/"),
        ("watch", f"camerawatch/{camera.pk}/change/"),
    ):
        chromium.visit(f"{live_server.url}/admin/cameras/{address}", size, session)
        links = f"[...document.querySelectorAll('a.jsc-zone-link[href*=\"{page_of(camera)}\"]')]"
        assert chromium.ask(f"{links}.length") == 1, name
        assert chromium.ask(f"{links}[0].getBoundingClientRect().height") >= 44, name
        chromium.ask(f"{links}[0].scrollIntoView({{block: 'center'}})")
        judged(chromium, name, size)
    chromium.visit(f"{live_server.url}/admin/cameras/camerawatch/", size, session)
    assert "kamera bermasalah" in chromium.ask("document.body.innerText").lower()


# Last: after touches by two fingers this browser takes the first taps of the next page for nothing.


def test_two_fingers_zoom_and_draw_nothing(chromium: Chromium, live_server: Any, camera: Camera, rini: Any) -> None:
    hand = opened(chromium, live_server, camera, rini, PHONE)
    x, y = hand.on_picture(0.5, 0.5)

    def touch(what: str, *points: tuple[float, float]) -> None:
        sent = [{"x": px, "y": py, "id": number} for number, (px, py) in enumerate(points)]
        chromium.call("Input.dispatchTouchEvent", type=what, touchPoints=sent)

    touch("touchStart", (x - 20, y))
    touch("touchStart", (x - 20, y), (x + 20, y))
    for apart in (30, 50, 80):
        touch("touchMove", (x - apart, y), (x + apart, y))
    touch("touchEnd")
    zoom = chromium.ask("JZ.page.stage.view.zoom")
    assert 2.5 < zoom < 5.5
    assert chromium.ask("JZ.page.state.open.length") == 0
    touch("touchStart", (x, y))
    assert chromium.ask("document.querySelector('.jz-loupe').hidden") is False, "what is under the finger is shown"
    judged(chromium, "loupe", PHONE)
    touch("touchEnd")
    assert chromium.ask("document.querySelector('.jz-loupe').hidden") is True
    assert chromium.ask("JZ.page.state.open[0]") == pytest.approx([0.5, 0.5], abs=0.08)
