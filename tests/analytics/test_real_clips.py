"""Real footage with real weights (``JSC_TESTDATA``): what the issue is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
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


def rewritten(source: Path, path: Path, times_s: Sequence[float], gop: int) -> Path:
    """The pictures of a clip at these times, encoded again with those time stamps."""
    with av.open(str(source)) as reading, av.open(str(path), "w") as writing:
        frames = [frame.to_ndarray(format="bgr24") for frame in reading.decode(video=0)]
        stream = writing.add_stream("libx264", rate=10)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt, stream.options = "yuv420p", {"g": str(gop), "crf": "24", "preset": "veryfast"}
        stream.codec_context.time_base = Fraction(1, 1000)
        for t_s in times_s:
            frame = av.VideoFrame.from_ndarray(frames[min(len(frames) - 1, round(t_s * 10))], format="bgr24")
            frame.pts, frame.time_base = round(t_s * 1000), Fraction(1, 1000)
            writing.mux(stream.encode(frame))
        writing.mux(stream.encode())
    return path


def uneven(end_s: float) -> list[float]:
    steps = np.random.default_rng(4).choice([0.1, 0.2, 0.5, 1.0, 2.5], 400)
    return [float(t) for t in np.cumsum(steps) if t < end_s]


@pytest.mark.parametrize(
    ("times_s", "gop"),
    [
        (np.arange(0, 79, 1.0).tolist(), 1),
        (np.arange(0, 79, 1.0).tolist(), 80),
        (np.arange(0, 79, 4.0).tolist(), 1),
        (uneven(79), 12),
    ],
    ids=["one frame a second", "one keyframe in all", "one frame in four seconds", "variable frame rate"],
)
def test_the_van_stands_at_any_frame_rate(
    times_s: list[float], gop: int, testdata: Path, coco: YoloDetector, tmp_path: Path
) -> None:
    clip = rewritten(testdata / "video" / "tiodh_vtest.mp4", tmp_path / "clip.mp4", times_s, gop)
    result = asked(clip, "stopped_vehicle", coco)
    assert result.verdict is Verdict.SUPPORTED
    assert 65 <= result.measurements["longest_dwell_s"] <= 79


def test_a_long_hole_does_not_count_as_standing(testdata: Path, coco: YoloDetector, tmp_path: Path) -> None:
    times_s = [t for t in np.arange(0, 79, 0.5).tolist() if not 25 < t < 60]
    clip = rewritten(testdata / "video" / "tiodh_vtest.mp4", tmp_path / "clip.mp4", times_s, 8)
    result = asked(clip, "stopped_vehicle", coco)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.measurements["longest_dwell_s"] < 50
    assert result.coverage < 0.6


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
