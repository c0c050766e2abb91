"""Playlists and stills recorded: fetched by the recorder's own threads, written by its child."""

from __future__ import annotations

import http.server
import ipaddress
import itertools
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import cv2
import pytest

from cameras.footage.decode import SamplePlan, probe, read_frames
from cameras.footage.window import TimeWindow, share_covered
from cameras.models import Camera, RingChannel
from cameras.services.ring import ring_coverage, ring_pull
from tests import factories
from tests.cameras.clips import Clip, picture_at, shot_at, steady, write
from tests.cameras.test_ring_recorder import phases, recording, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class LiveServer(http.server.ThreadingHTTPServer):
    """A live playlist whose segments appear as time passes, and a picture of now. ``since``: Unix time of second 0."""

    daemon_threads = True

    def __init__(self, folder: Path, cuts: list[tuple[str, float]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.cuts = folder, cuts
        self.since = time.time()
        self.down = False

    def playlist(self) -> str:
        """Of what has ended, the last four."""
        at, shown = 0.0, []
        for number, (name, seconds) in enumerate(self.cuts):
            if self.since + at + seconds <= time.time():
                shown.append((number, name, at, seconds))
            at += seconds
        shown = shown[-4:]
        lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:3"]
        lines.append(f"#EXT-X-MEDIA-SEQUENCE:{shown[0][0] if shown else 0}")
        for _, name, begins_s, seconds in shown:
            when = datetime.fromtimestamp(self.since + begins_s, UTC).isoformat(timespec="milliseconds")
            lines += [f"#EXT-X-PROGRAM-DATE-TIME:{when}", f"#EXTINF:{seconds:.3f},", name]
        return "\n".join(lines) + "\n"

    def still(self) -> bytes:
        picture = picture_at(round(time.time() - self.since, 2), (320, 240))
        return bytes(cv2.imencode(".jpg", picture)[1])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: LiveServer

    def do_GET(self) -> None:
        server = self.server
        if server.down:
            self.send_error(503)
            return
        name = self.path.rsplit("/", 1)[-1]
        if name == "live.m3u8":
            self._send(server.playlist().encode(), "application/vnd.apple.mpegurl")
        elif name == "now.jpg":
            self._send(server.still(), "image/jpeg")
        elif (server.folder / name).is_file():
            self._send((server.folder / name).read_bytes(), "video/mp2t")
        else:
            self.send_error(404)

    def _send(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        return


def cut_up(folder: Path, clip: Clip, seconds: float) -> list[tuple[str, float]]:
    """MPEG-TS segments by ffmpeg, as a playlist's server has them: name and length."""
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip("ffmpeg is not installed")
    whole = write(folder / "whole.mp4", clip)
    out = ["-f", "hls", "-hls_time", str(seconds), "-hls_list_size", "0"]
    out += ["-hls_segment_filename", f"{folder}/a-%d.ts", f"{folder}/all.m3u8"]
    subprocess.run([program, "-v", "error", "-i", str(whole), "-c", "copy", *out], check=True)
    found = re.findall(r"#EXTINF:([\d.]+),\n(\S+)", (folder / "all.m3u8").read_text())
    return [(Path(uri).name, float(length)) for length, uri in found]


@pytest.fixture
def server(tmp_path: Path, settings: Any) -> Iterator[LiveServer]:
    settings.JSC_CAMERA_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]
    settings.JSC_RING_SPOOL = tmp_path / "spool"
    film = Clip(steady(80.0), size=(160, 120), gop_s=1.0, b_frames=2, with_sound=True)
    cuts = cut_up(tmp_path / "hls", film, 2.0)
    made = LiveServer(tmp_path / "hls", cuts)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join(5.0)


def camera_of(server: LiveServer, kind: str, name: str, **more: Any) -> Camera:
    url = f"http://127.0.0.1:{server.server_port}/{name}"
    return factories.camera(f"CAM-{kind}", source_kind=kind, source_settings={"url": url, **more}, ring_hours=1)


def test_a_live_playlist_has_a_past_on_true_time_and_without_sound(server: LiveServer, tmp_path: Path) -> None:
    camera = camera_of(server, "hls", "live.m3u8")
    with recording() as recorder:
        until(lambda: camera.ring_segments.count() >= 4, recorder, seconds=60.0)
    rows = list(camera.ring_segments.order_by("start_at"))
    for row in rows:
        with av.open(row.file.path) as container:
            assert [stream.type for stream in container.streams] == ["video"]
        assert_true(Path(row.file.path), row.start_at, server.since)
    for before, after in itertools.pairwise(rows):
        assert abs((after.start_at - before.end_at).total_seconds()) < 0.2
    asked = TimeWindow(rows[0].start_at + timedelta(seconds=1), rows[-1].end_at - timedelta(seconds=1))
    pulled = ring_pull(camera, asked, tmp_path / "out.mp4")
    assert pulled is not None
    assert pulled.covered == [asked]
    assert_true(pulled.path, pulled.media_start_at, server.since)


def assert_true(path: Path, start: datetime, since_s: float) -> None:
    with read_frames(path, SamplePlan("rate", fps=1000.0)) as stream:
        for frame in stream:
            off_s = start.timestamp() + frame.t_s - (since_s + shot_at(frame.picture))
            assert abs(off_s) < 0.1, f"{off_s:.2f} s off"


def test_a_playlist_server_in_trouble_is_told_and_taken_up_again(server: LiveServer) -> None:
    camera = camera_of(server, "hls", "live.m3u8")
    with recording() as recorder:
        until(lambda: phases() == {camera.pk: "recording"}, recorder)
        server.down = True
        until(lambda: phases() == {camera.pk: "lost"}, recorder)
        assert RingChannel.objects.get().reason_code == "source_error"
        server.down = False
        until(lambda: phases() == {camera.pk: "recording"}, recorder, seconds=60.0)


def test_a_child_that_dies_costs_a_playlist_nothing(server: LiveServer) -> None:
    camera = camera_of(server, "hls", "live.m3u8")
    with recording() as recorder:
        until(lambda: camera.ring_segments.exists(), recorder)
        pid = recorder.child.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        killed = datetime.now(UTC)
        until(lambda: camera.ring_segments.filter(end_at__gt=killed).exists(), recorder, seconds=60.0)
    first, last = camera.ring_segments.earliest("start_at"), camera.ring_segments.latest("end_at")
    whole = TimeWindow(first.start_at, last.end_at)
    assert share_covered(ring_coverage(camera, whole), whole) > 0.98


def test_stills_are_kept_and_each_speaks_for_its_own_second_only(server: LiveServer, tmp_path: Path) -> None:
    camera = camera_of(server, "snapshot", "now.jpg", every_s=3)
    with recording() as recorder:
        until(lambda: camera.ring_segments.count() >= 3, recorder, seconds=60.0)
    first, last = camera.ring_segments.earliest("start_at"), camera.ring_segments.latest("end_at")
    for row in camera.ring_segments.all():
        assert probe(Path(row.file.path)).codec == "mjpeg"
    asked = TimeWindow(first.start_at, last.end_at)
    pulled = ring_pull(camera, asked, tmp_path / "out.mp4")
    assert pulled is not None
    with read_frames(pulled.path, SamplePlan("rate", fps=1000.0)) as stream:
        offs = [
            pulled.media_start_at.timestamp() + frame.t_s - server.since - shot_at(frame.picture) for frame in stream
        ]
    assert len(offs) >= 3
    assert max(map(abs, offs)) < 0.5
    assert share_covered(pulled.covered, asked) < 0.6, "stills seem to have watched all the time"
    assert share_covered(ring_coverage(camera, asked), asked) == pytest.approx(
        share_covered(pulled.covered, asked), abs=0.02
    )
    assert all(part.seconds <= 1.1 for part in pulled.covered)


def test_a_picture_that_never_changes_is_no_news(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = camera_of(server, "snapshot", "now.jpg", every_s=3)
    same = server.still()
    monkeypatch.setattr(server, "still", lambda: same)
    with recording() as recorder:
        until(lambda: phases() == {camera.pk: "recording"}, recorder)
        time.sleep(4.0)
    [row] = camera.ring_segments.all()
    assert (row.end_at - row.start_at).total_seconds() == pytest.approx(1.0, abs=0.01)
