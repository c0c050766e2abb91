"""One camera's recording thread against a real RTSP server: what it stamps, loses, changes and floods."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cameras.footage.decode import probe
from cameras.footage.rtsp_target import Patience, Target
from cameras.ring import camera as camera_module
from cameras.ring import spool
from cameras.ring.camera import CameraRecorder, Task
from cameras.ring.clock import AnchoredClock
from cameras.ring.spool import Segment
from tests.cameras.ring_world import PASSWORD, USER, LiveWorld

SEGMENT_S = 3.0
PATIENCE = Patience(connect_s=3.0, silence_s=3.0, max_bytes=1 << 62)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[LiveWorld]:
    made = LiveWorld(tmp_path / "world", seconds=60.0)
    yield made
    made.stop()


class Run:
    """One recorder thread; ``said`` is what it told."""

    def __init__(self, world: LiveWorld, folder: Path, clock: AnchoredClock | None = None, **target: Any) -> None:
        given = {"url": world.url(1), "address": "127.0.0.1", "port": world.port}
        where = Target(**{**given, "username": USER, "password": PASSWORD, **target})
        self.folder = folder
        self.said: list[dict[str, Any]] = []
        self.recorder = CameraRecorder(
            Task(1, where, PATIENCE, SEGMENT_S), clock or AnchoredClock(), folder, self._hear
        )
        self.recorder.start()

    def _hear(self, said: str, /, **facts: Any) -> None:
        self.said.append({"said": said, **facts})

    def words(self) -> list[str]:
        return [one["said"] for one in self.said]

    def until(self, done: Callable[[], bool], seconds: float = 30.0) -> None:
        ends = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < ends, f"only this was said: {self.said}"
            time.sleep(0.05)

    def segments_said(self) -> int:
        return self.words().count("segment")

    def stop(self) -> list[Segment]:
        self.recorder.stop()
        self.recorder.join(15.0)
        assert not self.recorder.is_alive()
        return list(spool.finished(self.folder))


def test_segments_are_cut_at_keyframes_and_every_picture_stands_where_it_was_taken(
    world: LiveWorld, tmp_path: Path
) -> None:
    world.channel(1)
    world.start()
    run = Run(world, tmp_path / "spool")
    run.until(lambda: run.segments_said() >= 2)
    segments = run.stop()
    assert run.words()[:2] == ["recording", "segment"]
    assert run.words()[-1] == "stopped"
    shots = [world.assert_true(one.path, one.start_s) for one in segments]
    assert all(abs(found[0] - one.start_s) < 0.5 for one, found in zip(segments, shots, strict=True))
    everything = [shot for found in shots for shot in found]
    assert max(b - a for a, b in pairwise(everything)) < 0.25, "a picture is missing between two segments"
    for one in segments[:-1]:
        assert SEGMENT_S <= one.end_s - one.start_s <= SEGMENT_S + 1.2
        assert probe(one.path).keyframe_times_s[0] == 0.0


@pytest.mark.parametrize(
    ("stamps", "close_s"),
    [("frozen", 0.6), ("fast", 1.2), ("leap", 0.6)],
    ids=["frozen", "a fifth too fast", "leaping"],
)
def test_stamps_that_are_no_clock_date_no_picture_wrong(
    world: LiveWorld, tmp_path: Path, stamps: str, close_s: float
) -> None:
    world.channel(1, stamps=stamps, at=time.time() - world.since + 5.0)
    world.start()
    run = Run(world, tmp_path / "spool")
    run.until(lambda: run.segments_said() >= 3, 40.0)
    segments = run.stop()
    for one in segments:
        world.assert_true(one.path, one.start_s, close_s)
    assert sum(one.end_s - one.start_s for one in segments) > 6.0


def test_a_camera_that_changes_its_picture_begins_a_new_segment(world: LiveWorld, tmp_path: Path) -> None:
    world.film("large.film", 60.0, (320, 240))
    at = round(time.time() - world.since) + 5.0
    world.channel(1, then="large.film", at=at)
    world.start()
    run = Run(world, tmp_path / "spool")
    run.until(lambda: run.segments_said() >= 4, 40.0)
    segments = run.stop()
    widths = [probe(one.path).width for one in segments]
    assert sorted(set(widths)) == [160, 320]
    assert widths == sorted(widths)
    for one in segments:
        world.assert_true(one.path, one.start_s)
    for before, after in pairwise(segments):
        assert before.end_s <= after.start_s + 2.0


def test_a_camera_that_goes_silent_is_told_and_taken_up_again(world: LiveWorld, tmp_path: Path) -> None:
    now_s = time.time() - world.since
    world.channel(1, silence=[now_s + 4.0, now_s + 9.0])
    world.start()
    run = Run(world, tmp_path / "spool")
    run.until(lambda: "lost" in run.words())
    lost = next(one for one in run.said if one["said"] == "lost")
    assert (lost["code"], lost["what"]) == ("footage_timed_out", "silence")
    run.until(lambda: run.words().count("recording") == 2 and run.words()[-1] == "segment")
    segments = run.stop()
    shots = [shot for one in segments for shot in world.assert_true(one.path, one.start_s)]
    hole_s = max(b - a for a, b in pairwise(shots))
    assert 4.5 < hole_s < 9.0
    assert all(one.end_s - one.start_s < 5.0 for one in segments), "a segment reaches over the hole"


def test_a_server_that_is_gone_and_comes_back_leaves_a_hole_and_nothing_else(world: LiveWorld, tmp_path: Path) -> None:
    world.channel(1)
    world.start()
    run = Run(world, tmp_path / "spool")
    run.until(lambda: run.segments_said() >= 1)
    world.stop()
    run.until(lambda: "lost" in run.words())
    world.start()
    run.until(lambda: run.words().count("recording") == 2)
    before = run.segments_said()
    run.until(lambda: run.segments_said() > before)
    for one in run.stop():
        world.assert_true(one.path, one.start_s)


@pytest.mark.parametrize("by_s", [3600.0, -30.0, -2.0])
def test_a_system_clock_that_is_set_cuts_and_never_overlaps_by_itself(
    world: LiveWorld, tmp_path: Path, by_s: float
) -> None:
    world.channel(1)
    world.start()
    set_by = [0.0]
    run = Run(world, tmp_path / "spool", AnchoredClock(wall=lambda: time.time() + set_by[0]))
    run.until(lambda: run.segments_said() >= 1)
    set_by[0] = by_s
    before = run.segments_said()
    run.until(lambda: run.segments_said() >= before + 3)
    segments = sorted(run.stop(), key=lambda one: one.path.stat().st_mtime_ns)
    offs = [round(one.start_s - world.since - _first_shot(world, one)) for one in segments]
    assert sorted(set(offs)) == sorted({0, round(by_s)}), "a segment is dated by neither clock"
    after = [one for one, off in zip(segments, offs, strict=True) if off == round(by_s)]
    assert [one.clock_set for one in after] == [by_s < -5.0] + [False] * (len(after) - 1)
    for group in (after, [one for one in segments if one not in after]):
        for one, following in pairwise(group):
            assert one.start_s < one.end_s <= following.start_s + 0.05


def _first_shot(world: LiveWorld, segment: Segment) -> float:
    from cameras.footage.decode import SamplePlan, read_frames
    from tests.cameras.clips import shot_at

    with read_frames(segment.path, SamplePlan("keyframes")) as stream:
        return shot_at(next(iter(stream)).picture)


def test_a_wrong_password_is_not_tried_again_and_again(world: LiveWorld, tmp_path: Path) -> None:
    world.channel(1)
    world.start()
    run = Run(world, tmp_path / "spool", password="wrong")
    run.until(lambda: "lost" in run.words())
    time.sleep(3.0)
    assert [one["code"] for one in run.said] == ["source_denied"]
    assert run.stop() == []
    assert "wrong" not in repr(run.said)


def test_a_flood_is_no_camera(world: LiveWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "BYTES_PER_S_MAX", 50)
    world.channel(1)
    world.start()
    run = Run(world, tmp_path / "spool")
    run.until(lambda: "lost" in run.words())
    lost = next(one for one in run.said if one["said"] == "lost")
    assert (lost["code"], lost["reason"]) == ("footage_unreadable", "too_large")
    run.stop()


def test_a_folder_that_cannot_be_written_is_told_and_the_thread_lives(world: LiveWorld, tmp_path: Path) -> None:
    world.channel(1)
    world.start()
    (tmp_path / "spool").write_text("a file stands where the folder should be")
    run = Run(world, tmp_path / "spool")
    run.until(lambda: run.words().count("lost") >= 2)
    assert run.recorder.is_alive()
    (tmp_path / "spool").unlink()
    run.until(lambda: "segment" in run.words())
    run.stop()


def test_nothing_is_left_when_it_is_stopped(world: LiveWorld, tmp_path: Path) -> None:
    world.channel(1)
    world.start()
    before = set(threading.enumerate())
    run = Run(world, tmp_path / "spool")
    run.until(lambda: "recording" in run.words())
    run.stop()
    run.until(lambda: set(threading.enumerate()) <= before, 10.0)
    assert not list((tmp_path / "spool").rglob("*.part.mkv"))
