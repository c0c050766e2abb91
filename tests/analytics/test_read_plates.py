"""``read_plates``: the contract, the record of each call, and input that is no picture."""

from __future__ import annotations

import json
import logging
import socket
from io import StringIO
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from django.core.management import call_command

from analytics.management.commands import read_plates
from analytics.models import PlateReading
from analytics.plates.ocr import TextModelsMissing, models_folder
from tests.analytics.plate_drawing import Place, hung, photo, plate, street, with_vehicle

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _no_weights_and_no_network(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No detector is there, and whoever wants to fetch one fails."""
    settings.JSC_WEIGHTS = "yolo26n.pt"
    settings.VAR_DIR = tmp_path / "var"

    def refused(*args: Any) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refused)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "car.png"
    cv2.imwrite(str(path), photo("B 1234 XYZ"))
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """One second at 8 frames: a car passes."""
    path = tmp_path / "passing.mp4"
    with av.open(str(path), "w") as writing:
        stream = writing.add_stream("libx264", rate=8)
        stream.width, stream.height, stream.pix_fmt = 640, 416, "yuv420p"
        stream.options = {"crf": "14", "preset": "ultrafast"}
        for step in range(8):
            place = Place(x=180 + 35 * step, y=260, width=104)
            drawn = hung(with_vehicle(street((640, 416)), place), plate("B 2468 TIM"), place)
            writing.mux(stream.encode(av.VideoFrame.from_ndarray(drawn, format="bgr24")))
        writing.mux(stream.encode())
    return path


def said(*words: str) -> str:
    out = StringIO()
    call_command("read_plates", *words, stdout=out)
    return out.getvalue()


def answer(*words: str) -> list[dict[str, Any]]:
    return json.loads(said(*words, "--json").strip().splitlines()[-1])


def refusal(*words: str) -> dict[str, Any]:
    out = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("read_plates", *words, "--json", stdout=out)
    assert caught.value.code == 2
    return json.loads(out.getvalue().strip().splitlines()[-1])["error"]


def test_a_picture_and_a_clip_are_answered_as_the_contract_says(picture: Path, clip: Path) -> None:
    still, film = answer(str(picture), str(clip))
    assert (still["file"], film["file"]) == (str(picture), str(clip))
    for one, text, frames in ((still, "B1234XYZ", 1), (film, "B2468TIM", 4)):
        [found] = one["plates"]
        assert set(found) == {"text", "confidence", "char_confidences", "box", "frames", "reason"}
        assert (found["text"], found["reason"]) == (text, None)
        assert len(found["char_confidences"]) == len(text)
        assert found["frames"] <= frames
        assert 0 <= found["box"][0] < found["box"][2] <= 1
        assert 0 <= found["box"][1] < found["box"][3] <= 1


def test_each_call_is_on_record_with_who_and_why_and_without_the_plate(
    picture: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer(str(picture), "--purpose", "bukti parkir liar")
    row = PlateReading.objects.get()
    assert (row.files, row.purpose) == (1, "bukti parkir liar")
    assert row.username
    assert "bukti parkir liar" in caplog.text
    assert "1234" not in caplog.text
    assert picture.name not in caplog.text


def test_a_call_that_fails_is_on_record_too(tmp_path: Path) -> None:
    refusal(str(tmp_path / "none.jpg"))
    assert PlateReading.objects.count() == 1


def test_the_record_is_appended_and_never_changed(picture: Path) -> None:
    read_plates.reading_record([picture], "uji")
    row = PlateReading.objects.get()
    row.purpose = "lain"
    for changing in (row.save, row.delete, PlateReading.objects.all().delete):
        with pytest.raises(TypeError, match="appended"):
            changing()
    with pytest.raises(TypeError, match="appended"):
        PlateReading.objects.update(purpose="lain")


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0 cut off", b"RIFF0000WEBP"])
def test_what_is_no_picture_exits_2_and_names_the_file(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(content)
    error = refusal(str(broken))
    assert error["code"] == "decode_failed"
    assert str(broken) in error["detail"]
    assert "other 1 files" in refusal(str(broken), str(tmp_path / "none.jpg"))["detail"]


def test_one_bad_file_loses_no_other(picture: Path, clip: Path, tmp_path: Path) -> None:
    broken, cut = tmp_path / "broken.jpg", tmp_path / "cut.png"
    broken.write_bytes(b"no picture")
    cut.write_bytes(picture.read_bytes()[:2000])
    rows = answer(str(broken), str(picture), str(cut), str(tmp_path / "none.jpg"), str(clip))
    assert [Path(row["file"]).name for row in rows] == ["broken.jpg", "car.png", "cut.png", "none.jpg", "passing.mp4"]
    assert [[plate["text"] for plate in row["plates"]] for row in rows] == [[], ["B1234XYZ"], [], [], ["B2468TIM"]]
    assert [sorted(row) for row in rows][1] == ["file", "plates"], "the contract's row, where nothing is wrong"
    for row in (rows[0], rows[2], rows[3]):
        assert row["error"]["code"] == "decode_failed" and row["error"]["detail"], row
    told = said(str(broken), str(picture)).splitlines()
    assert "tidak terbaca" in told[1] and "B1234XYZ" in told[3]


def test_the_exit_status_tells_of_files_that_were_not_read(
    picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_plates.Command, "_called_from_command_line", True)
    with pytest.raises(SystemExit) as caught:
        said(str(picture), str(tmp_path / "none.jpg"), "--json")
    assert caught.value.code == 1
    said(str(picture), "--json")


def test_a_purpose_too_long_for_the_record_is_refused(picture: Path) -> None:
    assert refusal(str(picture), "--purpose", "x" * 301)["code"] == "unreadable_input"
    assert not PlateReading.objects.exists()


def test_weights_asked_for_and_missing_exit_2(picture: Path, tmp_path: Path) -> None:
    assert refusal(str(picture), "--weights", str(tmp_path / "none.onnx"))["code"] == "weights_missing"


def test_missing_text_models_exit_2_with_what_to_do(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise TextModelsMissing("not installed", hint="make setup")

    monkeypatch.setattr(read_plates, "OcrReader", missing)
    assert refusal(str(picture)) == {"code": "text_models_missing", "detail": "not installed", "hint": "make setup"}


def test_the_text_models_are_in_the_package() -> None:
    assert all(file.stat().st_size > 1_000_000 for file in models_folder().glob("PP-OCRv6_*.onnx"))


def test_people_read_a_line_for_each_plate_and_why_not(picture: Path, tmp_path: Path) -> None:
    blank, half = tmp_path / "blank.png", tmp_path / "half.png"
    cv2.imwrite(str(blank), np.full((120, 160, 3), 80, np.uint8))
    covered = photo("B 1234 XYZ")
    covered[270:330, 225:300] = (60, 70, 60)
    cv2.imwrite(str(half), covered)
    lines = said(str(picture), str(blank), str(half)).splitlines()
    assert "B 1234 XYZ" in lines[1] or "B1234XYZ" in lines[1]
    assert "tidak ada pelat" in lines[3]
    assert "huruf seri tidak terlihat" in lines[5]
