"""The pages of a look and an analysis in a real browser: nothing runs over the edge, and the pictures are there."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.models import AnalysisRun
from reports.models import Verification
from tests.reports import rows
from tests.reports.test_look_pages import MEASURED, PICTURE
from tests.test_browser import DESK, PHONE, Chromium, chromium, look, session_of
from tests.test_browser_playback import pictured

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("kind", ["analytics/analysisrun", "reports/verification"])
def test_a_look_and_an_analysis_fit_the_screen_with_their_pictures(
    kind: str, size: tuple[int, int], chromium: Chromium, live_server: Any, menteng: Any, rini: Any
) -> None:
    rows.looked_at(rows.placed(menteng).incident)
    AnalysisRun.objects.update(measurements=MEASURED, picture=PICTURE, thresholds={"stop_s": 180, "still_share": 0.3})
    Verification.objects.update(check_slug="stopped_vehicle", zone_kinds=["no_stopping"], thresholds={"stop_s": 60})
    pk = (AnalysisRun if kind.startswith("analytics") else Verification).objects.get().pk
    look(chromium, f"{live_server.url}/admin/{kind}/{pk}/change/", size, session_of(rini))
    pictured(chromium, kind.rsplit("/", 1)[-1], size)
    shown = str(chromium.ask("document.body.innerText"))
    assert "mobil diam" in shown and "Terlihat kamera" in shown
    assert "SUPPORTED" not in shown and "stopped_vehicle" not in shown
    chromium.ask("document.querySelector('.jsc-run-stills img').scrollIntoView()")
    assert chromium.ask("document.querySelector('.jsc-run-stills img').width") > 200
    chromium.ask("window.scrollTo(0, document.body.scrollHeight); document.getElementById('main')?.scrollTo(0, 99999)")
    pictured(chromium, f"{kind.rsplit('/', 1)[-1]}_foot", size)
