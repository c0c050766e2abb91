"""Weights for the tests of the real detector: loaded once, translated into a folder of this run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from analytics.plates.ocr import OcrReader
from analytics.plates.reader import PlateReader
from analytics.yolo import YoloDetector, YoloOptions

REPOSITORY = Path(__file__).resolve().parents[2]
RENDERED_WEIGHTS = REPOSITORY / "fixtures" / "weights" / "jsc-demo-rendered-scenes-only.onnx"


@pytest.fixture(scope="session")
def testdata() -> Path:
    folder = os.environ.get("JSC_TESTDATA")
    if not folder:
        pytest.skip("JSC_TESTDATA is not set: the real clips and weights are not here")
    return Path(folder)


@pytest.fixture(scope="session")
def detector_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], YoloDetector]:
    var_dir = tmp_path_factory.mktemp("var")
    loaded: dict[Path, YoloDetector] = {}

    def load(weights: Path) -> YoloDetector:
        if weights not in loaded:
            loaded[weights] = YoloDetector(weights, YoloOptions(var_dir=var_dir))
        return loaded[weights]

    return load


@pytest.fixture(scope="session")
def coco(testdata: Path, detector_of: Callable[[Path], YoloDetector]) -> YoloDetector:
    return detector_of(testdata / "weights" / "yolov8n_int8.onnx")


@pytest.fixture(scope="session")
def plate_reader() -> PlateReader:
    """With the text models that come inside a package: nothing is fetched."""
    return PlateReader(OcrReader())
