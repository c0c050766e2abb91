"""The demo's rendered scenes, its shipped weights, the truth each scene was rendered from.

Footage is pulled through the folder source, as in the pipeline: five minutes, a segment a minute.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.detections import Detections, DetectorIdentity
from analytics.runner import AnalysisRequest, analyse_file
from analytics.verdict import CheckResult, Verdict
from analytics.yolo import YoloDetector
from analytics.zones import zones_parse
from cameras.footage.decode import probe
from cameras.footage.folder import FolderSource
from cameras.footage.window import TimeWindow
from tests.analytics.conftest import RENDERED_WEIGHTS, REPOSITORY

pytestmark = pytest.mark.slow
FOOTAGE = REPOSITORY / "fixtures" / "footage"
LIMITS = {"stopped_vehicle": {"min_dwell_s": 120}, "loitering_minibus": {"min_dwell_s": 120}, "congestion": {}}

S, C, I = Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.INCONCLUSIVE  # noqa: E741


@dataclass
class Pulled:
    """A scene as the pipeline hands it to the analysis."""

    path: Path
    scene: dict[str, Any]
    window_s: tuple[float, float]
    covered_s: list[tuple[float, float]]

    def ask(self, check: str, detector: Any) -> CheckResult:
        request = AnalysisRequest(
            check,
            zones_parse(self.scene["zones"]),
            LIMITS[check],
            zones_required=True,
            window_s=self.window_s,
            covered_s=self.covered_s,
            want_stills=False,
        )
        return analyse_file(self.path, request, detector).result


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Pulled]:
    scenes = {scene["name"]: scene for scene in json.loads((FOOTAGE / "scenes.json").read_text())}
    folder = tmp_path_factory.mktemp("clips")

    def pull(name: str) -> Pulled:
        scene = scenes[name]
        window = TimeWindow(datetime.fromisoformat(scene["start"]), datetime.fromisoformat(scene["end"]))
        path = folder / f"{name}.mp4"
        path.unlink(missing_ok=True)
        footage = FolderSource(root=FOOTAGE, settings={"folder": name}).pull(window, path)
        zero = footage.media_start_at.timestamp() + probe(path).first_pts_s
        covered = [(part.start.timestamp() - zero, part.end.timestamp() - zero) for part in footage.covered]
        return Pulled(path, scene, (window.start.timestamp() - zero, window.end.timestamp() - zero), covered)

    return pull


@pytest.fixture(scope="module")
def rendered(detector_of: Callable[[Path], YoloDetector]) -> YoloDetector:
    return detector_of(RENDERED_WEIGHTS)


@pytest.mark.parametrize(
    ("name", "check", "allowed"),
    [
        ("jam", "congestion", {S}),
        ("free_flow", "congestion", {C}),
        ("red_light_queue", "congestion", {C, I}),
        ("parked_car", "stopped_vehicle", {S}),
        ("night", "stopped_vehicle", {S}),
        ("angkot_ngetem", "stopped_vehicle", {S}),
        ("angkot_ngetem", "loitering_minibus", {S}),
        ("clear_kerb", "stopped_vehicle", {C}),
        ("too_dark", "stopped_vehicle", {I}),
        ("gap", "congestion", {S, I}),
    ],
)
def test_the_verdict_agrees_with_what_was_rendered(
    name: str, check: str, allowed: set[Verdict], pulled: Callable[[str], Pulled], rendered: YoloDetector
) -> None:
    scene = pulled(name)
    result = scene.ask(check, rendered)
    assert result.verdict in allowed, [reason.en for reason in result.reasons]
    truth = scene.scene["truth"]
    if check != "congestion" and result.verdict is Verdict.SUPPORTED:
        assert result.measurements["longest_dwell_s"] <= truth["longest_dwell_s"] + 5


@pytest.mark.parametrize(("name", "check"), [("jam", "congestion"), ("parked_car", "stopped_vehicle")])
def test_a_blind_model_supports_nothing(name: str, check: str, pulled: Callable[[str], Pulled]) -> None:
    class Blind:
        identity = DetectorIdentity("blind", "0" * 64)

        def detect(self, pictures: Any) -> list[Detections]:
            return [Detections.none() for _ in pictures]

    assert pulled(name).ask(check, Blind()).verdict is not Verdict.SUPPORTED
