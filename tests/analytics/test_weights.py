"""Weights are named, checked and refused before anything of them runs."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

import numpy as np
import pytest

from analytics.weights import WeightsError, WeightsMissing, WeightsRefused, metadata_yaml, weights_identify
from analytics.yolo import YoloDetector, YoloOptions
from tests.analytics.conftest import RENDERED_WEIGHTS


def test_missing_weights_say_where_they_were_looked_for_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing) as caught:
        YoloDetector(tmp_path / "nothing.onnx", YoloOptions(var_dir=tmp_path))
    assert "nothing.onnx" in caught.value.detail
    assert "JSC_WEIGHTS" in caught.value.data["hint"]


@pytest.mark.parametrize("content", [b"", b"not a model at all", os.urandom(4096)])
def test_a_broken_onnx_file_is_a_clear_error(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(content)
    with pytest.raises(WeightsError) as caught:
        YoloDetector(broken, YoloOptions(var_dir=tmp_path))
    assert caught.value.data["hint"]


def test_a_cut_off_onnx_file_is_a_clear_error(tmp_path: Path) -> None:
    broken = tmp_path / "cut.onnx"
    broken.write_bytes(RENDERED_WEIGHTS.read_bytes()[:100_000])
    with pytest.raises(WeightsError):
        YoloDetector(broken, YoloOptions(var_dir=tmp_path))


def test_a_pickle_is_refused_without_being_opened(tmp_path: Path) -> None:
    pickled = tmp_path / "anything.pt"
    pickled.write_bytes(b"cos\nsystem\n(S'touch owned'\ntR.")
    with pytest.raises(WeightsRefused) as caught:
        YoloDetector(pickled, YoloOptions(var_dir=tmp_path))
    assert "JSC_ALLOW_PICKLED_WEIGHTS" in caught.value.data["hint"]


def test_an_official_name_is_not_downloaded_unless_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*args: object, **options: object) -> None:
        raise AssertionError("something asked the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    with pytest.raises(WeightsMissing) as caught:
        YoloDetector("yolo26n.pt", YoloOptions(var_dir=tmp_path))
    assert "downloads are off" in caught.value.detail


def test_other_weights_than_the_trusted_ones_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsRefused) as caught:
        YoloDetector(RENDERED_WEIGHTS, YoloOptions(var_dir=tmp_path, sha256="0" * 64))
    assert "expected " + "0" * 64 in caught.value.detail


def test_a_folder_without_a_model_is_no_openvino_model(tmp_path: Path) -> None:
    with pytest.raises(WeightsError):
        weights_identify(tmp_path)


def test_metadata_keeps_its_types() -> None:
    import yaml

    text = metadata_yaml({"imgsz": "[320, 320]", "names": "{0: 'person', 1: 'car'}", "task": "detect"})
    read = yaml.safe_load(text)
    assert read["imgsz"] == [320, 320]
    assert read["task"] == "detect"
    assert {int(key): value for key, value in read["names"].items()} == {0: "person", 1: "car"}


@pytest.mark.slow
def test_loading_and_looking_never_touch_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*args: object, **options: object) -> None:
        raise AssertionError("something asked the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    detector = YoloDetector(RENDERED_WEIGHTS, YoloOptions(var_dir=tmp_path))
    [found] = detector.detect([np.full((360, 640, 3), 90, np.uint8)])
    assert len(found) == 0
    assert detector.identity.sha256 == hashlib.sha256(RENDERED_WEIGHTS.read_bytes()).hexdigest()
    assert "angkot" in detector.class_names


@pytest.mark.slow
def test_a_translation_is_made_once_and_reused(tmp_path: Path) -> None:
    YoloDetector(RENDERED_WEIGHTS, YoloOptions(var_dir=tmp_path))
    [folder] = (tmp_path / "models").glob("*_openvino_model")
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    YoloDetector(RENDERED_WEIGHTS, YoloOptions(var_dir=tmp_path))
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert [path.name for path in (tmp_path / "models").iterdir()] == [folder.name]
