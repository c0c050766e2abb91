"""Frigate as a device simulator: segments of ten seconds named by the second in which they began, a list of them, and
clips joined by FFmpeg with the same playlist and the same arguments, so that holes collapse and beginnings are cut as
they really are.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
import cv2
import pytest

from tests.cameras.clips import picture_at, wib
from tests.cameras.device_server import Answer, Asked, Device
from tests.cameras.footage_contract import Recorded

SEGMENT_S = 10.0


@dataclass(frozen=True)
class Row:
    """True Unix seconds."""

    start: float
    end: float
    path: Path


class FrigateServer(Device):
    """One Frigate with one camera, ``gate``. ``login``: the port that asks for one. ``camera_fps``: what its
    statistics say."""

    def __init__(self, folder: Path, segments: Sequence[Recorded], *, login: bool = False, **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        if shutil.which("ffmpeg") is None:
            pytest.skip("Frigate joins its clips with ffmpeg, which is not installed here")
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.login = login
        self.camera_fps = 5.0
        self.offline = False
        self.cookie = ""
        self.prefix = ""
        self.list_content: bytes | None = None
        self.deleted: set[Path] = set()
        self.rows = [row for number, one in enumerate(segments) for row in self._segmented(number, one)]

    def _segmented(self, number: int, film: Recorded) -> list[Row]:
        """Cut at keyframes as Frigate's FFmpeg cuts a camera's stream."""
        whole = film.write(self.folder / f"whole-{number}.mp4")
        pattern = self.folder / f"{number}-%03d.mp4"
        cut = ["-f", "segment", "-segment_time", str(SEGMENT_S), "-segment_format", "mp4", "-reset_timestamps", "1"]
        run_ffmpeg("-i", str(whole), "-c", "copy", "-an", *cut, str(pattern))
        rows, begins = [], wib(film.start).timestamp()
        for path in sorted(self.folder.glob(f"{number}-*.mp4")):
            began = float(int(begins + 0.001))  # its name: seconds, cut
            rows.append(Row(began, began + duration_of(path), path))
            begins += packets_of(path) / 10.0
        return rows

    def answer(self, asked: Asked) -> Answer:
        if not asked.path.startswith(self.prefix):
            return Answer.missing()
        return self._frigate(replace(asked, path=asked.path.removeprefix(self.prefix)))

    def _frigate(self, asked: Asked) -> Answer:
        if self.login and asked.path == "/api/login":
            return self._logged_in(asked)
        if self.login and f"frigate_token={self.cookie}" not in asked.headers.get("cookie", ""):
            return Answer.of('{"message": "Unauthorized"}', "application/json", 401)
        if asked.path == "/api/stats":
            return as_json({"cameras": {"gate": {"camera_fps": self.camera_fps}}, "service": {"version": "0.16.0"}})
        if asked.path == "/api/gate/recordings":
            listed = as_json(self._listed(asked))
            return listed if self.list_content is None else Answer.of(self.list_content, "application/json")
        if asked.path == "/api/gate/latest.jpg":
            return self._latest()
        found = re.fullmatch(r"/api/(\w+)/start/([\d.]+)/end/([\d.]+)/clip.mp4", asked.path)
        if found is not None and found[1] == "gate":
            return self._clip(float(found[2]) - self.clock_off_s, float(found[3]) - self.clock_off_s)
        return Answer.of('{"success": false, "message": "Camera not found"}', "application/json", 404)

    def _logged_in(self, asked: Asked) -> Answer:
        told = json.loads(asked.body)
        if (told["user"], told["password"]) != (self.username, self.password):
            return Answer.of('{"message": "Login failed"}', "application/json", 401)
        self.cookie = secrets.token_hex(8)
        return Answer(200, b"{}", "application/json", {"Set-Cookie": f"frigate_token={self.cookie}; HttpOnly; Path=/"})

    def _listed(self, asked: Asked) -> list[dict[str, object]]:
        after, before = float(asked.one("after")), float(asked.one("before"))
        return [
            {
                "id": f"{row.start}-{row.path.stem}",
                "start_time": row.start + self.clock_off_s,
                "end_time": row.end + self.clock_off_s,
                "segment_size": 0.4,
                "motion": 3,
                "objects": 0,
                "duration": row.end - row.start,
            }
            for row in self.rows
            if row.end + self.clock_off_s >= after and row.start + self.clock_off_s <= before
        ]

    def _clip(self, start: float, end: float) -> Answer:
        """Every segment that touches the range, whole; only beginning and end are cut, to whole seconds."""
        lines = []
        for row in self.rows:
            touches = start <= row.start <= end or start <= row.end <= end or (start > row.start and end < row.end)
            if row.path in self.deleted or not touches:
                continue
            lines.append(f"file '{row.path.absolute()}'")
            if row.start < start:
                lines.append(f"inpoint {int(start - row.start)}")
            if row.end > end:
                lines.append(f"outpoint {int(end - row.start)}")
        if not lines:
            return Answer.of('{"success": false, "message": "No recordings found"}', "application/json", 400)
        playlist = self.folder / f"playlist-{uuid.uuid4().hex}.txt"
        playlist.write_text("\n".join(lines))
        joined = ["-protocol_whitelist", "pipe,file", "-f", "concat", "-safe", "0", "-i", str(playlist), "-c", "copy"]
        film = run_ffmpeg(*joined, "-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:")
        return Answer(content=film, content_type="video/mp4", chunked=True)

    def _latest(self) -> Answer:
        content = cv2.imencode(".jpg", picture_at(12.0, (320, 240)))[1].tobytes()
        headers = {"Cache-Control": "no-store", **({"X-Frigate-Offline": "true"} if self.offline else {})}
        return Answer(content=content, content_type="image/jpeg", headers=headers)


def as_json(value: object) -> Answer:
    return Answer.of(json.dumps(value), "application/json")


def run_ffmpeg(*arguments: str) -> bytes:
    """Standard output. Raises RuntimeError with FFmpeg's words."""
    done = subprocess.run(
        ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y", *arguments], capture_output=True, timeout=60
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return done.stdout


def duration_of(path: Path) -> float:
    """What Frigate probes: the container's length."""
    with av.open(str(path)) as container:
        assert container.duration is not None
        return float(container.duration / av.time_base)


def packets_of(path: Path) -> int:
    """Pictures in it; the films of these tests have ten a second."""
    with av.open(str(path)) as container:
        return sum(1 for packet in container.demux(video=0) if packet.size)
