"""A whole recorder: the plan in the database, one child for all cameras, segments in the storage, every way to die."""

from __future__ import annotations

import ipaddress
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db.utils import OperationalError
from django.utils import timezone

from cameras.footage.window import TimeWindow
from cameras.models import Camera, RingChannel
from cameras.ring.child import RecordingChild
from cameras.services import recorder as recorder_module
from cameras.services.recorder import Recorder
from cameras.services.ring import recorder_alive, ring_coverage, ring_demand, ring_pull
from tests.cameras.network_contract import rss_mb
from tests.cameras.ring_world import LiveWorld

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SEGMENT_S = 3.0
LOOPBACK = "127.0.0.0/8"


@pytest.fixture
def world(tmp_path: Path, settings: Any) -> Iterator[LiveWorld]:
    settings.JSC_CAMERA_NETWORKS = [ipaddress.ip_network(LOOPBACK)]
    settings.JSC_RING_SPOOL = tmp_path / "spool"
    made = LiveWorld(tmp_path / "world", seconds=100.0, cameras=20)
    for number in range(1, 21):
        made.channel(number)
    made.start()
    yield made
    made.stop()


@contextmanager
def recording(**given: Any) -> Iterator[Recorder]:
    made = Recorder(segment_s=SEGMENT_S, **given)
    try:
        yield made
    finally:
        made.close()


def until(done: Callable[[], bool], *recorders: Recorder, seconds: float = 40.0) -> None:
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends, f"channels: {list(RingChannel.objects.values())}"
        for one in recorders:
            one.step()
        time.sleep(0.1)


def phases() -> dict[int, str]:
    return dict(RingChannel.objects.values_list("pk", "phase"))


def assert_rows_true(world: LiveWorld, camera: Camera) -> None:
    """Rows ascend without overlap, and every picture stands where it was taken."""
    rows = list(camera.ring_segments.order_by("start_at"))
    for row in rows:
        world.assert_true(Path(row.file.path), row.start_at.timestamp())
    for before, after in itertools.pairwise(rows):
        assert before.start_at < before.end_at <= after.start_at


def test_a_camera_with_hours_of_its_own_has_a_past(world: LiveWorld, tmp_path: Path) -> None:
    camera = world.camera(1, ring_hours=1)
    began = timezone.now()
    with recording() as recorder:
        until(lambda: camera.ring_segments.count() >= 3, recorder)
        assert recorder_alive()
        channel = RingChannel.objects.get()
        assert (channel.phase, channel.owner, channel.reason_code) == ("recording", recorder.name, "")
        assert channel.last_segment_at is not None
    assert_rows_true(world, camera)
    first = camera.ring_segments.earliest("start_at")
    asked = TimeWindow(first.start_at + timedelta(seconds=1), first.start_at + timedelta(seconds=8))
    assert ring_coverage(camera, asked) == [asked]
    pulled = ring_pull(camera, asked, tmp_path / "out.mp4")
    assert pulled is not None
    assert pulled.covered == [asked]
    world.assert_true(pulled.path, pulled.media_start_at.timestamp())
    assert first.start_at < began + timedelta(seconds=10)


def test_a_clean_stop_finishes_the_running_segments_and_gives_the_cameras_back(world: LiveWorld) -> None:
    camera = world.camera(1, ring_hours=1)
    with recording() as recorder:
        until(lambda: phases() == {camera.pk: "recording"}, recorder)
        time.sleep(1.5)
        pid = recorder.child.pid
        began = time.monotonic()
    assert time.monotonic() - began < 10.0
    assert camera.ring_segments.count() >= 1
    assert timezone.now() - camera.ring_segments.latest("end_at").end_at < timedelta(seconds=10)
    channel = RingChannel.objects.get()
    assert (channel.phase, channel.token, channel.lease_until) == ("stopped", None, None)
    assert not recorder_alive()
    assert pid is not None
    assert not Path(f"/proc/{pid}").exists()


def test_a_demand_starts_within_seconds_and_ends_by_itself(world: LiveWorld) -> None:
    camera = world.camera(1)
    with recording() as recorder:
        recorder.step()
        assert recorder.child.pid is None, "an idle recorder has no child"
        asked = time.monotonic()
        ring_demand(camera_id=camera.pk, until=timezone.now() + timedelta(seconds=9), purpose="verification 1")
        until(lambda: phases().get(camera.pk) == "recording", recorder, seconds=20.0)
        assert time.monotonic() - asked < 15.0
        until(lambda: phases() == {camera.pk: "stopped"}, recorder)
        until(lambda: camera.ring_segments.count() >= 2, recorder, seconds=10.0)
        assert recorder.held == {}
    assert_rows_true(world, camera)


def test_what_is_changed_in_the_console_is_picked_up(world: LiveWorld) -> None:
    camera = world.camera(1, ring_hours=1)
    with recording() as recorder:
        until(lambda: phases() == {camera.pk: "recording"}, recorder)
        camera.source_settings = {"url": world.url(1).replace("/live/1", "/live/nothing")}
        camera.save()
        until(lambda: phases() == {camera.pk: "lost"}, recorder)
        assert RingChannel.objects.get().reason_code == "channel_missing"
        camera.active = False
        camera.save()
        until(lambda: phases() == {camera.pk: "stopped"}, recorder)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("rtsp://10.1.2.3/a", "source_forbidden"),
        ("rtsp://no-such-host.invalid/a", "source_unreachable"),
        ("http://127.0.0.1/a", "source_misconfigured"),
    ],
)
def test_a_camera_that_cannot_even_be_asked_is_told(world: LiveWorld, url: str, code: str) -> None:
    camera = world.camera(1, ring_hours=1)
    Camera.objects.filter(pk=camera.pk).update(source_settings={"url": url})
    with recording() as recorder:
        until(lambda: phases() == {camera.pk: "lost"}, recorder)
        assert RingChannel.objects.get().reason_code == code


def test_a_lost_server_is_a_hole_with_a_reason_and_heals(world: LiveWorld) -> None:
    camera = world.camera(1, ring_hours=1)
    with recording() as recorder:
        until(lambda: camera.ring_segments.count() >= 1, recorder)
        world.stop()
        gone = timezone.now()
        until(lambda: phases() == {camera.pk: "lost"}, recorder)
        assert RingChannel.objects.get().reason_code == "source_unreachable"
        time.sleep(4.0)
        world.start()
        back = timezone.now()
        until(lambda: camera.ring_segments.filter(start_at__gt=back - timedelta(seconds=1)).exists(), recorder)
    assert_rows_true(world, camera)
    hole = TimeWindow(gone + timedelta(seconds=1), back - timedelta(seconds=1.5))
    assert ring_coverage(camera, hole) == []


def test_of_two_recorders_one_records_and_the_other_takes_over_when_it_dies(world: LiveWorld) -> None:
    camera = world.camera(1, ring_hours=1)
    with recording() as first, recording() as second:
        until(lambda: camera.ring_segments.count() >= 2, first, second)
        holders = [one for one in (first, second) if one.held]
        assert len(holders) == 1
        [dead], [heir] = holders, [one for one in (first, second) if not one.held]
        # It hangs: it renews nothing any more, and its child goes on for now.
        RingChannel.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        until(lambda: RingChannel.objects.get().token == heir.token, heir)
        before = camera.ring_segments.count()
        until(lambda: camera.ring_segments.count() >= before + 3, heir)
        until(lambda: not dead.held, dead, heir)
    assert_rows_true(world, camera)


def test_a_killed_child_is_started_again_and_what_it_was_writing_is_kept(world: LiveWorld) -> None:
    camera = world.camera(1, ring_hours=1)
    with recording() as recorder:
        until(lambda: phases() == {camera.pk: "recording"}, recorder)
        time.sleep(2.0)
        pid = recorder.child.pid
        assert pid is not None
        killed = timezone.now()
        os.kill(pid, signal.SIGKILL)
        until(lambda: recorder.child.pid not in (None, pid), recorder)
        until(lambda: camera.ring_segments.filter(start_at__gt=killed).exists(), recorder)
        channel = RingChannel.objects.get()
        assert (channel.crashes, channel.phase) == (0, "recording"), "somebody else's kill is not the camera's fault"
    torn = camera.ring_segments.filter(start_at__lt=killed).latest("end_at")
    assert killed - torn.end_at < timedelta(seconds=2.5)
    assert_rows_true(world, camera)


def test_a_camera_that_crashes_the_child_is_set_aside_and_the_others_go_on(
    world: LiveWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = world.camera(1, ring_hours=1), world.camera(2, ring_hours=1)
    monkeypatch.setattr(recorder_module, "STARTS_A_STEP", 1)
    culprit = RecordingChild._suspects

    def suspects(self: RecordingChild, process: Any, now_s: float) -> list[int]:
        """libav cannot be made to crash to order: the signal comes from us, the name of the thread as well."""
        assert culprit(self, process, now_s) is not None
        return [bad.pk] if process.returncode == -signal.SIGSEGV else []

    monkeypatch.setattr(RecordingChild, "_suspects", suspects)
    with recording() as recorder:
        for _ in range(3):
            until(lambda: recorder.child.pid is not None and recorder.held[bad.pk].is_running, recorder)
            pid = recorder.child.pid
            assert pid is not None
            os.kill(pid, signal.SIGSEGV)
            until(lambda pid=pid: recorder.child.pid != pid, recorder)  # type: ignore[misc]
        until(lambda: bad.pk not in recorder.held, recorder)
        channel = RingChannel.objects.get(pk=bad.pk)
        assert (channel.phase, channel.reason_code, channel.crashes) == ("lost", "crashed", 3)
        assert channel.set_aside_until > timezone.now()
        until(lambda: phases()[good.pk] == "recording", recorder)
        began = timezone.now()
        until(lambda: good.ring_segments.filter(start_at__gt=began).exists(), recorder)
        assert phases()[bad.pk] == "lost"


def test_a_crash_names_its_camera_by_the_thread_that_crashed(tmp_path: Path) -> None:
    child = RecordingChild(tmp_path, 4)
    child._threads = {0x7F01: 11, 0x7F02: 12}
    child._begun_s = {13: time.monotonic(), 14: time.monotonic() - 60.0}

    class Dead:
        returncode = -signal.SIGSEGV

    def said(text: str) -> list[int]:
        child._complaints = tempfile.TemporaryFile()  # noqa: SIM115
        child._complaints.write(text.encode())
        return child._suspects(Dead(), time.monotonic())  # type: ignore[arg-type]

    assert said("Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f02 (most recent call first):\n") == [
        12
    ]
    assert said("Fatal Python error: Aborted\n\nCurrent thread 0x00007f99 (most recent call first):\n") == [13]
    Dead.returncode = -signal.SIGKILL
    assert said("Current thread 0x00007f02 (most recent call first):\n") == []


def test_twenty_cameras_are_recorded_by_one_process(world: LiveWorld) -> None:
    cameras = [world.camera(number, ring_hours=1) for number in range(1, 21)]
    before_mb = rss_mb()
    with recording() as recorder:
        until(lambda: list(phases().values()).count("recording") == 20, recorder, seconds=90.0)
        until(lambda: all(camera.ring_segments.count() >= 2 for camera in cameras), recorder, seconds=90.0)
        pid = recorder.child.pid
        assert pid is not None
        children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, check=False).stdout.split()
        assert children == [], "the child has no children of its own"
        statm = Path(f"/proc/{pid}/statm").read_text().split()
        child_mb = int(statm[1]) * os.sysconf("SC_PAGESIZE") / (1 << 20)
        assert child_mb < 400
        assert rss_mb() - before_mb < 100
    for camera in cameras:
        assert_rows_true(world, camera)


def test_the_child_holds_no_secret_of_ours_and_no_camera_s_in_its_arguments(world: LiveWorld) -> None:
    camera = world.camera(1, ring_hours=1)
    os.environ["JSC_TEST_SECRET_MARK"] = "must-stay-here"
    try:
        with recording() as recorder:
            until(lambda: phases() == {camera.pk: "recording"}, recorder)
            pid = recorder.child.pid
            environment = Path(f"/proc/{pid}/environ").read_bytes()
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
    finally:
        del os.environ["JSC_TEST_SECRET_MARK"]
    assert b"must-stay-here" not in environment
    assert b"DATABASE" not in environment
    assert world.url(1).encode() not in arguments
    assert b"kata-sandi" not in arguments + environment


# -- The command, as it runs in production ----------------------------------------------


def environment(tmp_path: Path, world: LiveWorld) -> dict[str, str]:
    """The test's own database and storage for another process."""
    name = django_settings.DATABASES["default"]["NAME"]
    if not str(name).endswith(".sqlite3"):
        pytest.skip("the command's tests share a SQLite file with their child")
    return {
        **os.environ,
        "JSC_VAR_DIR": str(tmp_path / "var"),
        "DATABASE_URL": f"sqlite:///{name}",
        "JSC_CAMERA_NETWORKS": LOOPBACK,
        "JSC_MEDIA_URL": str(tmp_path / "media"),
        "JSC_RING_SPOOL": str(tmp_path / "spool"),
        "JSC_RING_SEGMENT_S": "10",
        "JSC_FIELD_KEYS": ",".join(django_settings.JSC_FIELD_KEYS),
        "JSC_STORAGE_RESERVE_MB": "16",
    }


def command(env: Mapping[str, str], *flags: str) -> subprocess.Popen[str]:
    line = [sys.executable, "manage.py", "record", *flags]
    return subprocess.Popen(line, env=dict(env), cwd=django_settings.BASE_DIR, stdout=subprocess.PIPE, text=True)


def children_of(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(one) for one in told]


def until_true(done: Callable[[], bool], seconds: float = 60.0) -> None:
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends, f"channels: {list(RingChannel.objects.values())}"
        time.sleep(0.2)


def test_a_killed_recorder_leaves_no_process_and_its_heir_takes_over_what_it_left(
    world: LiveWorld, tmp_path: Path
) -> None:
    camera = world.camera(1, ring_hours=1)
    env = environment(tmp_path, world)
    process = command(env)
    until_true(lambda: phases() == {camera.pk: "recording"})
    time.sleep(3.0)
    orphans = children_of(process.pid)
    assert orphans
    process.kill()
    process.communicate()
    until_true(lambda: not any(Path(f"/proc/{pid}").exists() for pid in orphans), 10.0)
    assert camera.ring_segments.count() == 0
    RingChannel.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    heir = command(env)
    until_true(lambda: camera.ring_segments.exists())
    until_true(lambda: phases() == {camera.pk: "recording"})
    time.sleep(1.0)
    began = time.monotonic()
    heir.send_signal(signal.SIGTERM)
    heir.communicate(timeout=30.0)
    assert heir.returncode == 0
    assert time.monotonic() - began < 15.0
    assert camera.ring_segments.count() >= 2
    assert phases() == {camera.pk: "stopped"}
    assert_rows_true(world, camera)


def test_a_recorder_without_cameras_costs_next_to_nothing(world: LiveWorld, tmp_path: Path) -> None:
    process = command(environment(tmp_path, world), "--once", "6", "--json")
    out, _ = process.communicate(timeout=60.0)
    told = json.loads(out.splitlines()[-1])
    assert told["cameras"] == 0
    assert told["core_s_per_camera_hour"] is None
    assert told["rss_mb_most"] < 120
    assert told["core_s"] < 1.0


def test_flags_that_make_no_sense_are_refused(world: LiveWorld, tmp_path: Path) -> None:
    process = command(environment(tmp_path, world), "--most", "0")
    out, _ = process.communicate(timeout=60.0)
    assert process.returncode == 2
    assert json.loads(out)["error"]["code"] == "unreadable_input"


def test_a_database_that_is_away_stops_no_recording(world: LiveWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = world.camera(1, ring_hours=1)
    with recording() as recorder:
        until(lambda: phases() == {camera.pk: "recording"}, recorder)
        with monkeypatch.context() as patch:

            def away(*_: Any, **__: Any) -> None:
                raise OperationalError("the server closed the connection")

            for name in ("ring_wanted", "channels_renew", "recorder_beat"):
                patch.setattr(recorder_module, name, away)
            gone = timezone.now()
            ends = time.monotonic() + 4.0
            while time.monotonic() < ends:
                recorder.guarded_step()
                time.sleep(0.1)
        back = timezone.now()
        until(lambda: camera.ring_segments.filter(end_at__gt=back).exists(), recorder)
    [covered] = ring_coverage(camera, TimeWindow(gone, back))
    assert covered == TimeWindow(gone, back)
