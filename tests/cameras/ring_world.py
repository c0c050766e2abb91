"""Live cameras on loopback for the recorder's tests, whose pictures tell when they were taken.

world = LiveWorld(tmp_path)
world.channel(1)                         # its pictures carry the seconds since world.since
world.start(); world.url(1)
"""

from __future__ import annotations

import contextlib
import json
import struct
import subprocess
import time
from functools import cache
from pathlib import Path

import av
import pytest
from av.bitstream import BitStreamFilterContext

from cameras.footage.decode import SamplePlan, read_frames
from cameras.models import Camera
from tests import factories
from tests.cameras.clips import Clip, shot_at, steady, write

PYTHON = "/usr/bin/python3"
SERVER = Path(__file__).with_name("live_cameras.py")
USER, PASSWORD = "ring", "r1ng-kata-sandi"
EVERY = SamplePlan("rate", fps=1000.0)
HEAD = struct.Struct(">dBI")


def write_film(path: Path, clip: Clip) -> Path:
    """The clip's pictures as the server reads them: seconds, keyframe or not, and the coded picture."""
    return film_of(write(path.with_suffix(".mp4"), clip), path, clip.times_s[0])


def film_of(whole: Path, path: Path, first_s: float = 0.0) -> Path:
    """The same of an H.264 MP4."""
    with av.open(str(whole)) as container, path.open("wb") as film:
        stream = container.streams.video[0]
        filtered = BitStreamFilterContext("h264_mp4toannexb", stream)
        for packet in container.demux(stream):
            for one in filtered.filter(packet if packet.size else None):
                data = bytes(one)
                film.write(HEAD.pack(first_s + float(one.pts * one.time_base), one.is_keyframe, len(data)) + data)
    return path


@cache
def server_is_here() -> bool:
    asked = [PYTHON, "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"]
    return Path(PYTHON).exists() and subprocess.run(asked, capture_output=True, check=False).returncode == 0


class LiveWorld:
    """``since``: Unix time at which the pictures' bars tell zero. ``seconds``: of ``a.film``; 0: there is none."""

    def __init__(self, folder: Path, seconds: float = 90.0, cameras: int = 4) -> None:
        if not server_is_here():
            pytest.skip("gir1.2-gst-rtsp-server-1.0 and python3-gi are not installed")
        self.folder, self._cameras = folder, cameras
        folder.mkdir(parents=True, exist_ok=True)
        if seconds:
            self.film("a.film", seconds)
        self.since = time.time() - 1.0
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    def film(self, name: str, seconds: float, size: tuple[int, int] = (160, 120)) -> None:
        """A keyframe a second, no B-frames: what cameras send."""
        write_film(self.folder / name, Clip(steady(seconds), size=size, gop_s=1.0, b_frames=0))

    def channel(self, number: int, **changes: object) -> None:
        """A camera; what is changed shows when it is connected to again."""
        told = {"film": "a.film", "since": self.since, "loops": False, "stamps": "true", "at": 0}
        told |= {"silence": [0, 0], "then": "", **changes}
        (self.folder / f"{number}.json").write_text(json.dumps(told))

    def start(self) -> None:
        """The same port again after a ``stop``."""
        self._process = subprocess.Popen(
            [PYTHON, str(SERVER), str(self.folder), USER, PASSWORD, str(self.port), str(self._cameras)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            with contextlib.suppress(BrokenPipeError):
                self._process.communicate()
            self._process = None

    def url(self, number: int) -> str:
        return f"rtsp://127.0.0.1:{self.port}/live/{number}"

    def camera(self, number: int, **extra: object) -> Camera:
        """Its row, with credentials."""
        made = factories.camera(f"CAM-{number}", source_kind="rtsp", source_settings={"url": self.url(number)}, **extra)
        made.secrets_set({"username": USER, "password": PASSWORD})
        made.save()
        return made

    def assert_true(self, path: Path, start_s: float, close_s: float = 0.5) -> list[float]:
        """Every picture of the file stands where it was taken; when they were, in Unix time."""
        with read_frames(path, EVERY) as stream:
            frames = [(frame.t_s, shot_at(frame.picture)) for frame in stream]
        for t_s, shot_s in frames:
            off_s = start_s + t_s - (self.since + shot_s)
            assert abs(off_s) < close_s, f"a picture of {shot_s} s is {off_s:.2f} s off"
        return [self.since + shot_s for _, shot_s in frames]
