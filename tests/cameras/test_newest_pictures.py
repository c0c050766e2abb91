"""One picture out of each of many files: the newest one, at one start of the decoder, whatever else lies among them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest

from cameras.footage import pictures
from cameras.footage.child import Child, Message
from cameras.footage.limits import DecodeFailed, DecodeInterrupted
from cameras.footage.pictures import newest_pictures
from tests.cameras.clips import Clip, picture_at, shot_at, steady, write


def still(path: Path, size: tuple[int, int] = (1280, 720), shot_s: float = 7.5) -> Path:
    cv2.imwrite(str(path), picture_at(shot_s, size))
    return path


@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts", "avi", "flv"])
def test_it_takes_the_last_keyframe_of_a_film(tmp_path: Path, ending: str) -> None:
    codec = "mpeg4" if ending == "avi" else "libx264"
    path = write(tmp_path / f"a.{ending}", Clip(steady(15), codec=codec))
    picture = newest_pictures([path])[path]
    assert isinstance(picture, np.ndarray)
    # MPEG-TS tells no keyframe index: its seek lands near the end, on this keyframe or the one before.
    assert shot_at(picture) >= (12.0 if ending == "ts" else 14.0)


def test_a_raw_stream_that_cannot_be_sought_in_shows_its_first_picture(tmp_path: Path) -> None:
    path = write(tmp_path / "a.264", Clip(steady(4), format="h264", b_frames=0))
    picture = newest_pictures([path])[path]
    assert isinstance(picture, np.ndarray)
    assert shot_at(picture) < 4


def test_stills_and_films_come_in_one_go_no_larger_than_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []

    class Counted(Child):
        def __init__(self, job: str, *rest: object) -> None:
            started.append(job)
            super().__init__(job, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(pictures, "Child", Counted)
    paths = [still(tmp_path / f"{n}.jpg") for n in range(5)] + [write(tmp_path / "film.mp4", Clip(steady(3)))]
    found = newest_pictures(paths, long_side=640)
    shapes = [answer.shape for answer in found.values() if isinstance(answer, np.ndarray)]
    assert shapes == [(360, 640, 3)] * 5 + [(240, 320, 3)]
    assert started == ["newest"]


def test_a_turned_phone_video_comes_upright(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", Clip(steady(3), rotation_deg=90))
    picture = newest_pictures([path])[path]
    assert isinstance(picture, np.ndarray)
    assert picture.shape[:2] == (320, 240)


def test_bad_files_are_told_apart_and_cost_the_others_nothing(tmp_path: Path) -> None:
    good = still(tmp_path / "good.png")
    text = tmp_path / "login.jpg"
    text.write_text("<html>please log in</html>")
    empty = tmp_path / "empty.mp4"
    empty.touch()
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff" + bytes(50))
    found = newest_pictures([text, good, empty, tmp_path / "missing.jpg", broken])
    reasons = {path.name: answer.data["reason"] for path, answer in found.items() if isinstance(answer, DecodeFailed)}
    assert reasons == {
        "login.jpg": "not_media",
        "empty.mp4": "empty",
        "missing.jpg": "not_found",
        "broken.jpg": "not_media",
    }
    assert isinstance(found[good], np.ndarray)


def test_a_file_over_which_the_decoder_dies_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [still(tmp_path / f"{n}.jpg") for n in range(4)]

    class Fragile(Child):
        """Dies of a fault of its own when the second file's turn has come."""

        def __init__(self, job: str, request: dict[str, list[str]], limits: object) -> None:
            super().__init__(job, request, limits)  # type: ignore[arg-type]
            self._doomed = len(request["paths"]) - 3 if len(request["paths"]) > 2 else 9

        def message(self) -> Message:
            if self._doomed == 0:
                os.kill(self.pid, signal.SIGSEGV)
                os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
                while True:  # what it had written before is read first
                    super().message()
            self._doomed -= 1
            return super().message()

    monkeypatch.setattr(pictures, "Child", Fragile)
    found = newest_pictures(paths)
    assert sum(isinstance(answer, np.ndarray) for answer in found.values()) >= 2
    dead = [answer for answer in found.values() if not isinstance(answer, np.ndarray)]
    assert len(found) == 4
    assert all(isinstance(answer, DecodeFailed) and answer.data["reason"] == "crashed" for answer in dead)


def test_a_decoder_that_is_killed_from_outside_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = still(tmp_path / "a.jpg")
    kills = [True]

    class Killed(Child):
        def message(self) -> Message:
            if kills:
                kills.pop()
                os.kill(self.pid, signal.SIGKILL)
                raise DecodeInterrupted("killed")
            return super().message()

    monkeypatch.setattr(pictures, "Child", Killed)
    assert isinstance(newest_pictures([path])[path], np.ndarray)
