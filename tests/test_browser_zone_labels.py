"""Names of many zones in one picture: each can be read, at a desk and on a phone, zoomed or not."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from cameras.models import Camera, Zone
from tests import factories
from tests.reports import rows
from tests.test_browser import Chromium, chromium
from tests.test_browser_zones import DESK, PHONE, camera, footage_of, judged, opened

__all__ = ["camera", "chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CROWDED = [
    ("road", "Sudirman arah selatan", [(0.30, 0.95), (0.44, 0.35), (0.50, 0.35), (0.50, 0.95)]),
    ("road", "Sudirman arah utara", [(0.51, 0.95), (0.51, 0.35), (0.57, 0.35), (0.72, 0.95)]),
    ("busway_lane", "Koridor 1", [(0.48, 0.95), (0.49, 0.35), (0.52, 0.35), (0.55, 0.95)]),
    ("no_stopping", "depan pasar", [(0.20, 0.95), (0.40, 0.40), (0.43, 0.40), (0.29, 0.95)]),
    ("pavement", "trotoar timur", [(0.72, 0.95), (0.58, 0.40), (0.62, 0.40), (0.85, 0.95)]),
    ("river", "Kali Cideng", [(0.0, 0.6), (0.35, 0.42), (0.4, 0.42), (0.2, 0.6)]),
    ("lamp", "", [(0.47, 0.05), (0.53, 0.05), (0.53, 0.12), (0.47, 0.12)]),
    ("lamp", "tiang 2", [(0.54, 0.06), (0.6, 0.06), (0.6, 0.12), (0.54, 0.12)]),
    ("privacy", "rumah", [(0.9, 0.0), (1.0, 0.0), (1.0, 0.3), (0.9, 0.3)]),
]
"""Narrow strips side by side, which run together in the distance: a main road as cameras on bridges see it."""

BOXES = """
[...document.querySelectorAll('.jz-stage > svg .jz-label')].map(e => [e.textContent, e.getBoundingClientRect()])
  .map(([text, r]) => [text, r.left, r.top, r.right, r.bottom])
"""
STAGE = "(r => [r.left, r.top, r.right, r.bottom])(document.querySelector('.jz-stage > svg').getBoundingClientRect())"
SLACK_PX = 1.5
"""Fonts leave room above their capitals, and edges are told in fractions."""


def overlaps(boxes: list[list[Any]]) -> list[tuple[str, str]]:
    return [
        (a[0], b[0])
        for a, b in itertools.combinations(boxes, 2)
        if min(a[3], b[3]) - max(a[1], b[1]) > SLACK_PX and min(a[4], b[4]) - max(a[2], b[2]) > SLACK_PX
    ]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_name_of_a_zone_lies_on_another(
    size: tuple[int, int], chromium: Chromium, live_server: Any, camera: Camera, rini: Any
) -> None:
    for kind, name, polygon in CROWDED:
        Zone.objects.create(camera=camera, kind=kind, name=name, polygon=[list(point) for point in polygon])
    opened(chromium, live_server, camera, rini, size)
    for name, act in (
        ("plain", "JZ.page.state.choose(null)"),
        ("chosen", "JZ.page.state.choose(2)"),
        ("zoomed", "JZ.page.stage.zoomAt([0.5, 0.4], 3)"),
    ):
        chromium.ask(f"{act}; 0")
        judged(chromium, f"labels-{name}", size)
        boxes = chromium.ask(BOXES)
        assert overlaps(boxes) == [], name
        left, top, right, bottom = chromium.ask(STAGE)
        if name != "zoomed":
            assert len(boxes) == len(CROWDED), "every zone is named"
            outside = [b for b in boxes if b[1] < left - 1 or b[2] < top - 1 or b[3] > right + 1 or b[4] > bottom + 1]
            assert outside == []


def test_the_check_that_the_camera_waits_for_is_chosen_until_another_zone_is(
    chromium: Chromium, live_server: Any, camera: Camera, rini: Any, menteng: Any
) -> None:
    cache.clear()
    kerb = factories.category(thresholds={})
    factories.category("kemacetan", label_id="Kemacetan", check_slug="congestion", zone_kinds=["road"], thresholds={})
    Zone.objects.create(camera=camera, kind="road", polygon=[list(point) for point in CROWDED[0][2]])
    incident = rows.placed(menteng).incident
    type(incident).objects.update(category=kerb, lat=camera.lat, lon=camera.lon, opened_at=timezone.now())
    footage_of(camera)
    opened(chromium, live_server, camera, rini, DESK)
    chosen = "document.querySelector('[data-jz=trial-choice]').value"
    assert chromium.ask(chosen) == "parkir_liar", "a road is drawn, and the camera waits for a kerb"
    chromium.ask("JZ.page.state.choose(0); 0")
    assert chromium.ask(chosen) == "kemacetan"
