"""``detect`` and ``analyse_clip``: one JSON object on the last line, exit 2 for what cannot be read."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.management import call_command

from analytics import checks
from analytics.management.commands import analyse_clip, detect
from tests.analytics.street import Actor, Street, standing


@pytest.fixture
def street(monkeypatch: pytest.MonkeyPatch) -> Street:
    """The commands' detector, told that a car stands in whatever it sees."""
    street = Street([Actor(standing(0.4, 0.3), look=2)])
    for module in (analyse_clip, detect):
        monkeypatch.setattr(module, "detector_from_settings", lambda weights=None: street)
    return street


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "still.png"
    rng = np.random.default_rng(1)
    cv2.imwrite(str(path), cv2.resize(rng.integers(0, 255, (18, 32, 3), np.uint8), (320, 180), interpolation=0))
    return path


def answer(*words: str, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return json.loads(out.getvalue().strip().splitlines()[-1])


def refusal(*words: str) -> dict[str, Any]:
    out = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command(*words, stdout=out)
    assert caught.value.code == 2
    error = json.loads(out.getvalue().strip().splitlines()[-1])["error"]
    assert {"code", "detail"} <= set(error)
    return error


def test_analyse_clip_answers_every_key_of_the_contract(street: Street, picture: Path) -> None:
    got = answer("analyse_clip", str(picture), "--check", "stopped_vehicle", "--json")
    assert set(got) == {
        "check", "verdict", "confidence", "measurements", "reasons", "coverage", "frames", "seconds", "detector",
    }  # fmt: skip
    assert set(got["frames"]) == {"decoded", "analysed"}
    assert set(got["seconds"]) == {"wall", "cpu", "load"}
    assert set(got["reasons"][0]) == {"code", "id", "en"}
    assert got["detector"] == {"name": "truth", "sha256": "0" * 64}
    assert got["coverage"] == 1


def test_evidence_holds_the_stills_and_the_answer(street: Street, picture: Path, tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    got = answer(
        "analyse_clip",
        str(picture),
        "--check",
        "stopped_vehicle",
        "--evidence",
        str(folder),
        "--start",
        "2026-02-03T04:05:06",
    )
    assert json.loads((folder / "result.json").read_text()) == got
    stills = list(folder.glob("*.jpg"))
    assert stills
    assert all(cv2.imread(str(still)) is not None for still in stills)


def test_a_check_that_is_not_built_needs_no_weights(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyse_clip, "detector_from_settings", lambda weights=None: pytest.fail("weights were loaded"))
    monkeypatch.setattr(checks, "CHECKS", {})
    got = answer("analyse_clip", str(picture), "--check", "smoke_fire")
    assert (got["verdict"], got["detector"]) == ("UNOBSERVABLE", None)
    assert got["measurements"] == {"share": None}


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0 cut off", b"RIFF0000WEBP"])
def test_what_is_no_picture_exits_2(street: Street, tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(content)
    refusal("analyse_clip", str(broken), "--check", "stopped_vehicle")
    refusal("detect", str(broken))


def test_a_missing_file_exits_2(street: Street, tmp_path: Path) -> None:
    refusal("analyse_clip", str(tmp_path / "none.mp4"), "--check", "congestion")


def test_an_unknown_check_exits_2(street: Street, picture: Path) -> None:
    assert refusal("analyse_clip", str(picture), "--check", "telepathy")["code"] == "unknown_check"


def test_a_wrong_zones_file_exits_2_and_says_where(street: Street, picture: Path, tmp_path: Path) -> None:
    zones = tmp_path / "zones.json"
    zones.write_text('[{"kind": "road", "polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]}]')
    error = refusal("analyse_clip", str(picture), "--check", "congestion", "--zones", str(zones))
    assert error["code"] == "zones_invalid"
    assert "/0" in error["detail"] and "crosses itself" in error["detail"]


@pytest.mark.parametrize("content", ["", "{", "[1, 2", "null"])
def test_an_unreadable_zones_file_exits_2(street: Street, picture: Path, tmp_path: Path, content: str) -> None:
    zones = tmp_path / "zones.json"
    zones.write_text(content)
    assert refusal("analyse_clip", str(picture), "--check", "congestion", "--zones", str(zones))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("kind;polygon\nroad;0 0 1 1", "no JSON"),
        (" \n", "is empty"),
        ('{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[106.8, -6.2]]]}}', "GeoJSON (Feature"),
        ('{"type": "FeatureCollection", "features": []}', "GeoJSON (FeatureCollection"),
        ("[[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]]", "/0: a zone is an object with kind and polygon, this is a list"),
        ('[{"camera": "A", "zones": []}]', "several cameras"),
        ('"road"', "a list of zones"),
    ],
)
def test_a_zones_file_of_another_kind_is_refused_with_its_name_and_what_was_expected(
    street: Street, picture: Path, tmp_path: Path, content: str, words: str
) -> None:
    zones = tmp_path / "zona-kamera.csv"
    zones.write_text(content)
    error = refusal("analyse_clip", str(picture), "--check", "congestion", "--zones", str(zones))
    assert error["code"] == "zones_invalid"
    assert "zona-kamera.csv" in error["detail"] and words in error["detail"], error["detail"]


def test_a_zones_file_that_is_no_text_or_no_file_is_refused(street: Street, picture: Path, tmp_path: Path) -> None:
    for zones in (picture, tmp_path, tmp_path / "none.json"):
        error = refusal("analyse_clip", str(picture), "--check", "congestion", "--zones", str(zones))
        assert error["code"] == "zones_invalid" and zones.name in error["detail"]


@pytest.mark.parametrize(
    ("zones", "said"),
    [
        ([], True),
        (["river"], True),
        (["privacy"], True),
        (["river", "no_stopping"], False),
    ],
)
def test_zones_that_the_check_cannot_use_are_not_passed_over_in_silence(
    street: Street, picture: Path, tmp_path: Path, zones: list[str], said: bool
) -> None:
    path = tmp_path / "zones.json"
    square = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
    path.write_text(json.dumps([{"kind": kind, "polygon": square} for kind in zones]))
    got = answer("analyse_clip", str(picture), "--check", "stopped_vehicle", "--zones", str(path))
    assert any(reason["code"] == "zones_unused" for reason in got["reasons"]) is said
    assert got["reasons"][0]["code"] != "zones_unused", "the check's own reason stays the first"
    plain = answer("analyse_clip", str(picture), "--check", "stopped_vehicle")
    assert not any(reason["code"] == "zones_unused" for reason in plain["reasons"])


def test_a_start_that_is_no_time_exits_2(street: Street, picture: Path) -> None:
    refusal("analyse_clip", str(picture), "--check", "congestion", "--start", "yesterday")


def test_missing_weights_exit_2_with_a_hint(picture: Path, tmp_path: Path) -> None:
    error = refusal("detect", str(picture), "--weights", str(tmp_path / "none.onnx"))
    assert error["code"] == "weights_missing"
    assert error["hint"]


def test_detect_lists_class_confidence_and_box(street: Street, picture: Path) -> None:
    got = answer("detect", str(picture), "--json")
    assert set(got) == {"detections", "detector"}
    assert set(got["detections"][0]) == {"class", "confidence", "box"}
    assert all(0 <= value <= 1 for found in got["detections"] for value in found["box"])
