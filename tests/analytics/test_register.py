"""The register of checks, thresholds by name, and what no footage may contradict."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from analytics import checks
from analytics.checks import judge
from analytics.checks.stopped_vehicle import StoppedVehicle
from analytics.runner import AnalysisRequest, analyse_file
from analytics.verdict import CheckResult, Reason, Verdict
from analytics.zones import whole_picture
from tests.analytics.street import Actor, Street, standing


def contradicted(coverage: float = 1.0) -> CheckResult:
    return CheckResult(
        "stopped_vehicle", Verdict.CONTRADICTED, 0.9, {}, [Reason("nothing_stopped", "x", "x")], coverage, 1, 1
    )


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "still.png"
    rng = np.random.default_rng(1)
    cv2.imwrite(str(path), cv2.resize(rng.integers(0, 255, (18, 32, 3), np.uint8), (320, 180), interpolation=0))
    return path


def test_every_check_measures_what_the_design_lists() -> None:
    for slug, check in checks.CHECKS.items():
        assert check.slug == slug
        assert check.measurement_keys == checks.MEASUREMENT_KEYS[slug]


def test_every_check_that_the_design_names_is_built() -> None:
    assert set(checks.CHECKS) == set(checks.MEASUREMENT_KEYS)


@pytest.mark.parametrize("slug", sorted(checks.MEASUREMENT_KEYS))
def test_a_check_that_is_not_built_answers_unobservable_with_all_its_keys(
    slug: str, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "CHECKS", {other: check for other, check in checks.CHECKS.items() if other != slug})
    answer = analyse_file(picture, AnalysisRequest(slug), None).as_json()
    assert (answer["verdict"], answer["reasons"][0]["code"]) == ("UNOBSERVABLE", "no_check")
    assert answer["measurements"] == dict.fromkeys(checks.MEASUREMENT_KEYS[slug])


def test_an_unknown_check_is_refused() -> None:
    with pytest.raises(checks.CheckUnknown):
        checks.check_for("telepathy")


def test_thresholds_replace_defaults_by_name() -> None:
    thresholds = checks.thresholds_from("stopped_vehicle", {"min_dwell_s": 180, "classes": ["car"]})
    assert thresholds.min_dwell_s == 180.0
    assert thresholds.classes == frozenset({"car"})
    assert thresholds.min_hits == StoppedVehicle.defaults.min_hits


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"min_dwel_s": 60}, "unknown threshold 'min_dwel_s'"),
        ({"min_dwell_s": "60"}, "must be a number"),
        ({"min_dwell_s": True}, "must be a number"),
        ({"min_dwell_s": float("nan")}, "must be a number"),
        ({"min_dwell_s": 1}, "within 5..7200"),
        ({"min_hits": 3.5}, "whole number"),
        ({"classes": "car"}, "list of words"),
        ({"classes": [1]}, "list of words"),
    ],
)
def test_a_threshold_that_cannot_be_meant_is_refused(given: dict[str, object], words: str) -> None:
    with pytest.raises(checks.ThresholdsInvalid) as caught:
        checks.thresholds_from("stopped_vehicle", given)
    assert words in caught.value.detail
    assert caught.value.data["name"] in given


def test_too_little_coverage_never_contradicts() -> None:
    result = judge.careful(contradicted(), judge.Caution(coverage=0.55))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "low_coverage")
    assert result.coverage == 0.55
    assert judge.careful(contradicted(), judge.Caution(coverage=0.6)).verdict is Verdict.CONTRADICTED


def test_an_assumed_view_never_contradicts() -> None:
    result = judge.careful(contradicted(), judge.Caution(assumed=True))
    assert (result.verdict, result.reasons[0].code) == (Verdict.INCONCLUSIVE, "assumed_coverage")


def test_a_zone_of_another_kind_is_no_zone_in_the_pipeline(picture: Path) -> None:
    street = Street([Actor(standing(0.4, 0.3), look=2)])
    request = AnalysisRequest("stopped_vehicle", [whole_picture("river")], zones_required=True)
    report = analyse_file(picture, request, street)
    assert (report.result.verdict, report.result.reasons[0].code) == (Verdict.INCONCLUSIVE, "no_zone")
    assert [still.moment.kind for still in report.stills] == ["overview"]
    assert report.as_json()["measurements"] == dict.fromkeys(checks.MEASUREMENT_KEYS["stopped_vehicle"])


def test_coverage_is_of_the_window_that_was_asked_for(picture: Path) -> None:
    street = Street([])
    request = AnalysisRequest(
        "stopped_vehicle", window_s=(-30, 90), covered_s=[(0, 30), (20, 60), (200, 300)], want_stills=False
    )
    assert analyse_file(picture, request, street).result.coverage == pytest.approx(0.5)
