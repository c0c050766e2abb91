"""Real footage with real weights (``JSC_TESTDATA``): what the issue is judged by."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from analytics.runner import AnalysisRequest, analyse_file
from analytics.verdict import CheckResult, Verdict
from analytics.yolo import YoloDetector

pytestmark = pytest.mark.slow


def asked(clip: Path, check: str, detector: YoloDetector) -> CheckResult:
    return analyse_file(clip, AnalysisRequest(check, want_stills=False), detector).result


@pytest.mark.parametrize("name", ["canersu_highway", "intel_car-detection"])
@pytest.mark.parametrize("check", ["stopped_vehicle", "congestion"])
def test_flowing_traffic_supports_nothing(name: str, check: str, testdata: Path, coco: YoloDetector) -> None:
    assert asked(testdata / "video" / f"{name}.mp4", check, coco).verdict is not Verdict.SUPPORTED


def test_the_standing_van_is_found_for_as_long_as_it_stands(testdata: Path, coco: YoloDetector) -> None:
    result = asked(testdata / "video" / "tiodh_vtest.mp4", "stopped_vehicle", coco)
    assert result.verdict is Verdict.SUPPORTED
    assert 70 <= result.measurements["longest_dwell_s"] <= 79.5
    assert all(stop["box"][0] > 0.75 and stop["box"][3] < 0.25 for stop in result.measurements["stops"])


def test_a_campus_with_pedestrians_is_no_jam(testdata: Path, coco: YoloDetector) -> None:
    result = asked(testdata / "video" / "tiodh_vtest.mp4", "congestion", coco)
    assert result.verdict is not Verdict.SUPPORTED
    assert result.measurements["vehicles_mean"] <= 3


def test_an_office_with_one_person_has_no_vehicle(testdata: Path, coco: YoloDetector) -> None:
    result = asked(testdata / "video" / "intel_one-by-one-person-detection.mp4", "stopped_vehicle", coco)
    assert result.verdict is Verdict.CONTRADICTED
    assert result.measurements["vehicles_stopped"] == 0


def test_one_bus_and_its_people_are_seen(testdata: Path, coco: YoloDetector) -> None:
    [found] = coco.detect([cv2.imread(str(testdata / "photos" / "bus.jpg"))])
    sure = [name for name, confidence in zip(found.names, found.confidence, strict=True) if confidence >= 0.25]
    assert sure.count("bus") == 1
    assert sure.count("person") >= 3


def test_the_weights_are_named_by_their_own_hash(coco: YoloDetector) -> None:
    assert coco.identity.sha256 == "378c51e2ea5999e692179a2546c4edad55c37458832f46f1e1ed4215c7fa4613"
    assert coco.input_px == 320
