"""A camera's live RTSP stream, from GStreamer's RTSP server; its pictures tell when they were taken."""

from __future__ import annotations

import contextlib
import os
import signal
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from cameras.footage.context import PullLimits
from cameras.footage.decode import SamplePlan, read_frames
from cameras.footage.rtsp import RtspSource
from cameras.footage.source import FootageError, FootageMissing, FootageTimedOut, PulledFootage, SourceUnreachable
from cameras.footage.window import TimeWindow
from tests.cameras.clips import shot_at
from tests.cameras.faults import Fault, refused_port
from tests.cameras.footage_contract import ZERO, Recorded, window
from tests.cameras.network_contract import FAST, GOOD, PASSWORD, Bad, NetworkFootageContract, children, context
from tests.cameras.rtsp_faults import Only, Proxy, rtsp_proxied
from tests.cameras.rtsp_server import Device, Show, device

LATE_S = 0.35
"""How late a picture may seem on a busy machine: dating by arrival carries the way, and never the other direction."""

PAST = "a live camera has no past"


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    yield from device(tmp_path_factory.mktemp("camera"))


class Scene:
    """A live camera whose seconds count from 07:00:00 of the tests' day, and a clock that shows the same."""

    def __init__(self, camera: Device, on_end: Callable[[Callable[[], None]], None], begins_s: float = 1.0) -> None:
        self._camera = camera
        self._on_end = on_end
        self.since = time.time() - begins_s
        self.proxy: Proxy | None = None

    def now(self) -> datetime:
        return ZERO + timedelta(seconds=time.time() - self.since)

    def source(self, film: Recorded, fault: Any = Fault.NONE, bad: Bad = GOOD, **extra: Any) -> RtspSource:
        channel = self._camera.show(Show([film], live_since=self.since))
        manager = rtsp_proxied(self._camera.port, fault, **extra.pop("proxy", {}))
        self.proxy = manager.__enter__()
        self._on_end(lambda: manager.__exit__(None, None, None))
        url = f"rtsp://127.0.0.1:{self.proxy.port}/Streaming/Channels/{channel}01"
        return RtspSource.bind(context({"url": url, **extra.pop("settings", {})}, bad, now=self.now, **extra))


@pytest.fixture
def scene(camera: Device) -> Iterator[Scene]:
    ends: list[Callable[[], None]] = []
    yield Scene(camera, ends.append)
    for end in reversed(ends):
        end()


def lateness_s(pulled: PulledFootage) -> list[float]:
    """By how much each picture is dated too late."""
    with read_frames(pulled.path, SamplePlan("rate", fps=1000.0)) as stream:
        start_s = (pulled.media_start_at - ZERO).total_seconds()
        return [start_s + frame.t_s - shot_at(frame.picture) for frame in stream]


def covered_s(pulled: PulledFootage) -> float:
    return sum(part.seconds for part in pulled.covered)


FILM = Recorded("07:00:00", 40.0, b_frames=0)


class TestRtsp(NetworkFootageContract):
    """Live: what is asked for happens while it is asked for."""

    asked: ClassVar = window("07:00:02", "07:00:07")
    film: ClassVar = FILM
    not_here: ClassVar = {
        "test_it_pulls_a_window_inside_one_segment": PAST,
        "test_it_joins_segments_on_one_time_line": PAST,
        "test_it_tells_a_hole_and_keeps_later_times_right": PAST,
        "test_it_tells_when_the_footage_ends_before_the_window": PAST,
        "test_it_tells_when_the_footage_starts_after_the_window_does": PAST,
        "test_nothing_recorded_is_missing_and_leaves_no_file": PAST,
        "test_errors_are_footage_errors_with_a_code": PAST,
        "test_what_it_says_it_covers_is_what_it_gives": PAST,
        "test_the_window_is_exact_to_within_one_keyframe_interval": PAST,
        "test_it_stops_at_the_windows_end_although_the_source_goes_on": PAST,
        "test_however_it_is_coded_every_picture_keeps_its_time": PAST,
        "test_a_clock_that_is_off_moves_no_picture": "pictures are dated by arrival: the camera's clock plays no part",
        "test_a_broken_connection_is_taken_up_again": "what a live camera showed meanwhile is gone: see the test below",
    }

    @pytest.fixture(autouse=True)
    def _camera(self, camera: Device, monkeypatch: pytest.MonkeyPatch) -> None:
        self.camera = camera
        # Arrival carries the way of the pictures, which a test machine under load makes longer.
        monkeypatch.setattr("tests.cameras.footage_contract.CLOSE_S", LATE_S)

    def make_networked(self, root: Path, segments: Sequence[Recorded], bad: Bad) -> RtspSource:
        return Scene(self.camera, self.on_end).source(
            segments[0] if segments else FILM, bad.fault, bad, proxy={"half_way": 12_000}
        )


@pytest.mark.parametrize(
    "film",
    [FILM, Recorded("07:00:00", 40.0, codec="libx265"), Recorded("07:00:00", 40.0, b_frames=2)],
    ids=["h264", "hevc", "b-frames"],
)
def test_it_captures_a_window_that_is_still_to_come(scene: Scene, tmp_path: Path, film: Recorded) -> None:
    asked = window("07:00:04", "07:00:09")
    pulled = scene.source(film).pull(asked, tmp_path / "out.mp4")
    late = lateness_s(pulled)
    assert min(late) > -0.3
    assert max(late) < LATE_S
    assert covered_s(pulled) == pytest.approx(5.0, abs=0.4)
    assert pulled.notes["clock"]["how"] == "arrival"
    assert pulled.clock_offset_s == 0.0
    assert pulled.shortfall == ""


def test_a_window_that_has_begun_is_covered_from_now_on(scene: Scene, tmp_path: Path) -> None:
    asked = window("06:55:00", "07:00:06")
    source = scene.source(FILM)
    pulled = source.pull(asked, tmp_path / "out.mp4")
    assert len(pulled.covered) == 1
    assert pulled.covered[0].end == asked.end
    assert 1.5 < covered_s(pulled) < 5.0
    assert pulled.shortfall == ""


def test_a_window_that_is_over_is_missing_for_good(scene: Scene, tmp_path: Path) -> None:
    source = scene.source(FILM)
    with pytest.raises(FootageMissing) as failure:
        source.pull(window("06:50:00", "06:55:00"), tmp_path / "out.mp4")
    assert not failure.value.retryable
    assert source.coverage(window("06:50:00", "06:55:00")) == []
    assert scene.proxy is not None
    assert scene.proxy.asked == []


def test_a_window_far_ahead_holds_no_worker(scene: Scene, tmp_path: Path) -> None:
    source = scene.source(FILM)
    with pytest.raises(FootageError) as failure:
        source.pull(window("09:00:00", "09:05:00"), tmp_path / "out.mp4")
    assert failure.value.retryable
    assert failure.value.data["begins_in_s"] == pytest.approx(7199, abs=5)


def test_a_connection_that_breaks_leaves_a_hole_and_goes_on(scene: Scene, tmp_path: Path) -> None:
    source = scene.source(FILM, Fault.BREAKS_ONCE)
    scene_window = window("07:00:02", "07:00:24")
    pulled = source.pull(scene_window, tmp_path / "out.mp4")
    assert len(pulled.covered) == 2
    assert covered_s(pulled) > 12.0
    assert pulled.shortfall == SourceUnreachable.code
    assert max(lateness_s(pulled)) < LATE_S
    assert pulled.notes["connections"] == 2


def test_a_killed_capture_loses_no_more_than_the_last_second(scene: Scene, tmp_path: Path) -> None:
    source = scene.source(FILM, scratch=tmp_path / "scratch")
    asked, before = window("07:00:02", "07:00:12"), children()
    killed = threading.Event()

    def kill() -> None:
        time.sleep(6.0)
        for pid in children() - before:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                killed.set()

    killer = threading.Thread(target=kill)
    killer.start()
    pulled = source.pull(asked, tmp_path / "out.mp4")
    killer.join()
    assert killed.is_set()
    assert max(lateness_s(pulled)) < LATE_S
    assert covered_s(pulled) > 3.0
    assert pulled.shortfall == "decode_interrupted"


def test_the_next_try_keeps_what_the_one_before_captured(scene: Scene, tmp_path: Path) -> None:
    scratch, asked = tmp_path / "scratch", window("07:00:02", "07:00:08")
    scene.source(FILM, scratch=scratch).pull(asked, tmp_path / "first.mp4")
    time.sleep(max(0.0, (asked.end - scene.now()).total_seconds()))
    again = scene.source(FILM, scratch=scratch)
    pulled = again.pull(asked, tmp_path / "second.mp4")
    assert covered_s(pulled) == pytest.approx(6.0, abs=1.5)
    assert scene.proxy is not None
    assert scene.proxy.asked == []


def test_the_cameras_own_clock_dates_pictures_where_that_is_set(scene: Scene, tmp_path: Path) -> None:
    off_s = 420.0

    def reports(said: Any) -> Callable[[int], float]:
        rtptime = int(said.get("rtp-info").rpartition("rtptime=")[2])
        began = camera_began_s(scene)
        return lambda rtp: ZERO.timestamp() + began + off_s + (rtp - rtptime) / 90_000

    source = scene.source(FILM, settings={"dated_by": "rtcp"}, bad=Bad(clock_off_s=off_s), proxy={"reports": reports})
    pulled = source.pull(window("07:00:02", "07:00:06"), tmp_path / "out.mp4")
    assert pulled.notes["clock"]["how"] == "rtcp"
    assert pulled.clock_offset_s == off_s
    assert max(map(abs, lateness_s(pulled))) < 0.05


def camera_began_s(scene: Scene) -> float:
    return scene._camera.began_s(scene._camera._channels)


def test_a_look_is_one_keyframe_of_now(scene: Scene, tmp_path: Path) -> None:
    seen = scene.source(FILM).glance(tmp_path)
    assert seen.taken_at is not None
    with read_frames(seen.path, SamplePlan("keyframes")) as stream:
        shots = [shot_at(frame.picture) for frame in stream]
    assert len(shots) == 1
    assert 0.0 <= (scene.now() - ZERO).total_seconds() - shots[0] < 8.0
    assert (seen.taken_at - ZERO).total_seconds() - shots[0] == pytest.approx(0.1, abs=LATE_S)


def test_nobody_at_the_address_is_told_at_once(tmp_path: Path) -> None:
    with refused_port() as port:
        now = datetime.now(UTC)
        source = RtspSource.bind(context({"url": f"rtsp://127.0.0.1:{port}/live"}))
        with pytest.raises(SourceUnreachable):
            source.pull(TimeWindow(now, now + timedelta(seconds=60)), tmp_path / "out.mp4")


def test_a_camera_whose_clock_lies_is_dated_by_arrival_alone(scene: Scene, tmp_path: Path) -> None:
    source = scene.source(FILM, Only.SLOW_CLOCK)
    pulled = source.pull(window("07:00:02", "07:00:20"), tmp_path / "out.mp4")
    late = lateness_s(pulled)
    assert max(map(abs, late)) < 1.6
    assert max(map(abs, late[-len(late) // 4 :])) < LATE_S
    assert pulled.notes["drifts"] >= 2
    assert covered_s(pulled) == pytest.approx(18.0, abs=2.5)


def test_dead_air_after_play_is_silence(scene: Scene, tmp_path: Path) -> None:
    for fault in (Only.DEAD_AIR, Only.ONLY_REPORTS):
        with pytest.raises(FootageTimedOut) as failure:
            scene.source(FILM, fault).pull(window("07:00:02", "07:00:30"), tmp_path / "out.mp4")
        assert failure.value.data["what"] == "silence"


def test_it_speaks_tls_and_checks_the_certificate_unless_told_not_to(
    scene: Scene, tmp_path: Path, testing_certificate: Path
) -> None:
    source = scene.source(FILM)
    assert scene.proxy is not None
    path = source.context.settings["url"].partition("/Streaming")[2]
    with tls_in_front_of(scene.proxy.port, testing_certificate) as port:
        settings = {"url": f"rtsps://127.0.0.1:{port}/Streaming{path}"}
        with pytest.raises(SourceUnreachable, match="certificate"):
            RtspSource.bind(context(settings, now=scene.now)).glance(tmp_path)
        trusting = RtspSource.bind(context({**settings, "verify_tls": False}, now=scene.now))
        assert trusting.glance(tmp_path).path.stat().st_size > 1000


@pytest.fixture(scope="module")
def testing_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate that nobody has signed, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")]), datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    )
    path = tmp_path_factory.mktemp("tls") / "camera.pem"
    unlocked = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, unlocked)
        + builder.sign(key, hashes.SHA256()).public_bytes(pem)
    )
    return path


@contextlib.contextmanager
def tls_in_front_of(upstream: int, certificate: Path) -> Iterator[int]:
    """A port that speaks TLS and passes on to ``upstream``."""
    import socket

    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate)
    stopping = threading.Event()

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def serve(listener: socket.socket) -> None:
        while not stopping.is_set():
            with contextlib.suppress(OSError):
                client, _ = listener.accept()
                secured = server_side.wrap_socket(client, server_side=True)
                behind = socket.create_connection(("127.0.0.1", upstream))
                threading.Thread(target=pump, args=(behind, secured), daemon=True).start()
                pump(secured, behind)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        stopping.set()
        thread.join(5)


def test_no_process_shows_the_password_while_it_captures(scene: Scene, tmp_path: Path) -> None:
    source = scene.source(FILM)
    theirs, seen, done = children(), [], threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            for pid in children() - theirs:
                for name in ("cmdline", "environ"):
                    with contextlib.suppress(OSError):
                        seen.append(Path(f"/proc/{pid}/{name}").read_bytes())
        listed = subprocess.run(["ps", "-axww", "-o", "args"], capture_output=True, check=False)
        seen.extend(line for line in listed.stdout.splitlines() if b"rtsp_device" not in line)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        source.pull(window("07:00:02", "07:00:05"), tmp_path / "out.mp4")
    finally:
        done.set()
        watcher.join()
    assert any(b"decode_child" in text for text in seen)
    assert not [text for text in seen if PASSWORD.encode() in text]


def test_settings_that_cannot_work_are_refused_with_the_reason() -> None:
    assert RtspSource.validate({"url": "rtsp://10.0.0.1/live"}) == {}
    assert RtspSource.validate({"url": "rtsps://10.0.0.1/live", "dated_by": "rtcp"}) == {}
    for wrong in ("http://10.0.0.1/live", "rtsp:///live", "rtsp://a:b@10.0.0.1/live", "rtsp://10.0.0.1/?password=x"):
        assert "url" in RtspSource.validate({"url": wrong}), wrong
    assert "dated_by" in RtspSource.validate({"url": "rtsp://10.0.0.1/live", "dated_by": "guess"})
    assert "url" in RtspSource.validate({})


def test_a_city_that_limits_a_pull_by_bytes_is_heeded(scene: Scene, tmp_path: Path) -> None:
    limits = PullLimits(**{**{name: getattr(FAST, name) for name in FAST.__dataclass_fields__}, "max_bytes": 30_000})
    source = scene.source(FILM, bad=Bad(limits=limits))
    with contextlib.suppress(FootageError):
        pulled = source.pull(window("07:00:02", "07:00:12"), tmp_path / "out.mp4")
        assert pulled.shortfall == "footage_unreadable"
