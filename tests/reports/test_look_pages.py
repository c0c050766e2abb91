"""The pages of one look and one analysis: words, figures with units and pictures, where columns stood."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from analytics.checks import MEASUREMENT_KEYS
from analytics.figures import FIGURES, figures_said, threshold_said
from analytics.models import AnalysisRun
from reports.models import Incident, Verification
from tests import factories
from tests.reports import rows

pytestmark = pytest.mark.django_db

MEASURED: dict[str, Any] = {
    "longest_dwell_s": 78.64,
    "vehicles_stopped": 2,
    "stops": [{"start_s": 3.0, "end_s": 81.64, "box": [0.1, 0.2, 0.3, 0.4]}],
}
PICTURE = {"ok": False, "reasons": ["too_dark"], "mean_luma": 12.0, "contrast": 3.25, "sharpness": None, "frozen_s": 0}


@pytest.fixture
def looked(menteng: Any) -> Incident:
    incident = rows.placed(menteng).incident
    assert incident is not None
    rows.looked_at(incident)
    AnalysisRun.objects.update(
        measurements=MEASURED,
        picture=PICTURE,
        coverage=0.875,
        frames_analysed=40,
        frames_decoded=96,
        seconds_cpu=2.44,
        thresholds={"stop_s": 180, "still_share": 0.3, "min_vehicles": 1},
    )
    Verification.objects.update(
        check_slug="stopped_vehicle", zone_kinds=["no_stopping"], thresholds={"stop_s": 60}, confidence=0.91, priority=2
    )
    return incident


def page(person: Any, name: str, pk: int, english: bool = False) -> str:
    browser = rows.browser(person)
    if english:
        browser.cookies["django_language"] = "en"
    answer = browser.get(reverse(f"admin:{name}_change", args=[pk]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def analysis(person: Any, english: bool = False) -> str:
    return page(person, "analytics_analysisrun", AnalysisRun.objects.get().pk, english)


def look(person: Any) -> str:
    return page(person, "reports_verification", Verification.objects.get().pk)


def test_an_analysis_is_told_in_words_with_figures_and_units(looked: Incident, rini: Any) -> None:
    shown = analysis(rini)
    for told in (
        "Kendaraan berhenti: Terlihat kamera",
        "91 %",
        "87,5 %",
        "78,6 dtk",
        "1: 3–81,6 dtk",
        "40 dari 96 yang dibuka",
        "2,4 dtk",
        "Gambar terlalu gelap",
        "3 mnt 0 dtk",
        "30 %",
    ):
        assert told in shown, told


@pytest.mark.parametrize("code", ["stopped_vehicle", "SUPPORTED", "longest_dwell_s", "too_dark", "{&#x27;", "&quot;id"])
def test_no_code_and_no_json_is_left_on_it(code: str, looked: Incident, rini: Any) -> None:
    assert code not in analysis(rini)


def test_in_english_the_figures_are_english(looked: Incident, rini: Any) -> None:
    shown = analysis(rini, english=True)
    assert "78.6 s" in shown and "87.5 %" in shown and "Longest stop" in shown


def test_the_pictures_stand_on_both_pages(looked: Incident, rini: Any) -> None:
    still = AnalysisRun.objects.get().stills.get()
    for shown in (analysis(rini), look(rini)):
        assert reverse("bukti", args=[still.pk]) in shown
        assert "mobil diam" in shown and "Kejadian" in shown
    assert rows.browser(rini).get(reverse("bukti", args=[still.pk])).status_code == 200


def test_who_may_not_see_a_picture_is_not_shown_its_address(looked: Incident, gondangdia: Any) -> None:
    from django.contrib.auth.models import Permission

    outsider = factories.lurah("luar", gondangdia)
    outsider.user_permissions.add(*Permission.objects.filter(codename__in=["view_analysisrun", "view_verification"]))
    outsider = type(outsider).objects.get(pk=outsider.pk)
    assert "/bukti/" not in analysis(outsider)


def test_a_look_is_told_in_words(looked: Incident, rini: Any) -> None:
    shown = look(rini)
    for told in (
        "Saat dilaporkan",
        "Kendaraan berhenti",
        "diputuskan",
        "Terlihat kamera",
        "dilarang berhenti",
        "rekaman lengkap",
        "40 m",
        "2 dari 5",
        "60 dtk",
    ):
        assert told in shown, told
    for raw in ("stopped_vehicle", "SUPPORTED", "DECIDED", "no_stopping", "{&#x27;"):
        assert raw not in shown, raw


def test_a_look_without_camera_or_clip_says_so(looked: Incident, rini: Any) -> None:
    Verification.objects.get().matches.update(run=None, clip=None)
    Verification.objects.update(verdict="UNOBSERVABLE", outcome_code="no_camera", confidence=None)
    shown = look(rini)
    assert "belum diminta" in shown and "tidak ada kamera yang melihat titik ini" in shown
    assert "Tak bisa diperiksa" in shown


def test_every_measurement_of_the_design_has_a_name_and_survives_null() -> None:
    names = {name for keys in MEASUREMENT_KEYS.values() for name in keys}
    assert names <= set(FIGURES)
    assert {value for _name, value in figures_said(dict.fromkeys(names))} == {"tidak terukur"}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("longest_dwell_s", 200.4, "3 mnt 20 dtk"),
        ("level_of_service", "F", "F (A lancar, F macet)"),
        ("occupancy", 0.123, "12,3 %"),
        ("flow_speed_kmh", 14.0, "14 km/jam"),
        ("flow_speed_lengths_per_s", 0.256, "0,26 panjang kendaraan per detik"),
        ("cover_percent", 3.25, "3,2 %"),
        ("water_share", 1.0, "100 %"),
        ("people_mean", 4.5, "4,5"),
        ("intrusions", 3, "3"),
        ("visits", [[0.0, 12.5], [20, 41.0]], "2: 0–12,5 dtk; 20–41 dtk"),
        ("visits", [], "0"),
        ("new_objects", [{"start_s": 12.0, "box": [0, 0, 1, 1]}], "1: sejak 12 dtk"),
        ("dark_lamps", [1, 2], "2"),
        ("dark_lamps", 1, "1"),
        ("stops", "odd", "odd"),
        ("something_new", {"a": 1}, "{'a': 1}"),
    ],
)
def test_a_figure_is_told_with_its_unit(name: str, value: Any, said: str) -> None:
    assert figures_said({name: value})[0][1] == said


def test_thresholds_keep_the_name_under_which_they_are_set() -> None:
    assert threshold_said("stop_s", 90) == ("stop_s", "90 dtk")
    assert threshold_said("still_share", 0.25) == ("still_share", "25 %")
    assert threshold_said("far", 0.125) == ("far", "0,125")
    assert threshold_said("believed", True) == ("believed", "ya")
    assert threshold_said("classes", ["car", "bus"]) == ("classes", "car, bus")
