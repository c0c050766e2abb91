"""Starts the RTSP recorder of ``rtsp_device`` and tells it what to show."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import av
import av.bitstream
import pytest

from tests.cameras.footage_contract import ZERO, Recorded
from tests.cameras.network_contract import PASSWORD, USERNAME

PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).with_name("rtsp_device.py")
HEAD = struct.Struct(">dBI")
FILTERS = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb"}


@cache
def missing() -> str:
    """Why there is no RTSP server here; empty when there is one."""
    if not Path(PYTHON).exists() or shutil.which(PYTHON) is None:
        return f"no {PYTHON}"
    needs = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer;"
    needs += "Gst.init(None); assert all(map(Gst.ElementFactory.find, ('appsrc', 'h265parse', 'rtph264pay')))"
    tried = subprocess.run([PYTHON, "-c", needs], capture_output=True, check=False, timeout=60)
    return "" if tried.returncode == 0 else "GStreamer's RTSP server (gir1.2-gst-rtsp-server-1.0) is not installed"


@dataclass(frozen=True)
class Show:
    """What a channel shows; see ``rtsp_device``. ``clock_off_s``: the device's clock minus true time."""

    segments: Sequence[Recorded]
    speed: float = 12.0
    live_since: float | None = None
    clock_off_s: float = 0.0
    z_is_utc: bool = True
    starts: str = "keyframe"
    holes: str = "leap"
    stops_at_end: bool = False


def write_film(segment: Recorded, path: Path) -> Path:
    """The segment's pictures in decode order: seconds since 07:00:00, keyframe or not, size, bytes with start codes."""
    source = segment.write(path.with_suffix(".mp4"))
    since_s = (datetime.fromisoformat(_start(segment)) - ZERO.replace(tzinfo=None)).total_seconds()
    with av.open(str(source)) as container, path.open("wb") as out:
        stream = container.streams.video[0]
        adapt = av.bitstream.BitStreamFilterContext(FILTERS[stream.codec_context.name], stream)
        first: int | None = None
        for packet in container.demux(stream):
            for coded in adapt.filter(packet):
                if coded.size and coded.pts is not None and coded.time_base is not None:
                    first = coded.pts if first is None else first
                    at_s = since_s + float((coded.pts - first) * coded.time_base)
                    out.write(HEAD.pack(at_s, coded.is_keyframe, coded.size) + bytes(coded))
    source.unlink()
    return path


def _start(segment: Recorded) -> str:
    return f"2026-11-02T{segment.start}"


class Device:
    """One recorder with many channels; ``port`` on loopback."""

    def __init__(self, folder: Path, method: str = "DIGEST") -> None:
        self._folder = folder
        self._films: dict[Recorded, str] = {}
        self._channels = 0
        self._process = subprocess.Popen(
            [PYTHON, str(SCRIPT), str(folder), USERNAME, PASSWORD, method],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def show(self, show: Show) -> int:
        """The number of a new channel that shows this."""
        self._channels += 1
        zero = ZERO.replace(tzinfo=None) + timedelta(seconds=show.clock_off_s)
        told = {
            **{name: value for name, value in asdict(show).items() if name not in ("segments", "clock_off_s")},
            "codec": "hevc" if show.segments and show.segments[0].codec == "libx265" else "h264",
            "films": [self._film(segment) for segment in show.segments],
            "zero": zero.isoformat(),
            "zero_utc": (zero - timedelta(hours=7)).isoformat(),
        }
        (self._folder / f"{self._channels}.json").write_text(json.dumps(told))
        return self._channels

    def _film(self, segment: Recorded) -> str:
        if segment not in self._films:
            name = f"{len(self._films)}.film"
            write_film(segment, self._folder / name)
            self._films[segment] = name
        return self._films[segment]

    def began_s(self, channel: int) -> float:
        """Second of the first picture that the channel's latest connection was given."""
        return float((self._folder / f"{channel}.began").read_text())

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def device(folder: Path, method: str = "DIGEST") -> Iterator[Device]:
    """For a fixture; skips where there is no server."""
    why = missing()
    if why:
        pytest.skip(why)
    one = Device(folder, method)
    try:
        yield one
    finally:
        one.close()


def unix_of(seconds: float) -> float:
    """Unix time of ``seconds`` after 07:00:00 of the tests' day."""
    return ZERO.timestamp() + seconds
