"""What every source of footage must keep, as a suite to inherit.

    class TestMySource(FootageContract):
        def make_source(self, root, segments): ...

``make_source`` is given the recorder's segments and returns a source that can see them. The
pictures carry their own time, so the suite checks pixels and not promises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from cameras.footage.decode import SamplePlan, probe, read_frames
from cameras.footage.source import FootageError, FootageMissing, FootageSource, PulledFootage
from cameras.footage.window import TimeWindow
from tests.cameras.clips import Clip, shot_at, steady, wib, write

EVERY = SamplePlan("rate", fps=1000.0)
ZERO = wib("07:00:00")
CLOSE_S = 0.05


@dataclass(frozen=True)
class Recorded:
    """One segment to record: its start on the clock of Jakarta, its length, its file's ending, and how it is coded.

    ``declared_fps``: what the file claims while the pictures come at 10 a second.
    """

    start: str
    seconds: float = 10.0
    ending: str = "mp4"
    codec: str = "libx264"
    b_frames: int = 2
    declared_fps: float = 10.0

    def clip(self) -> Clip:
        """Pictures that carry the seconds since 07:00:00."""
        since_s = (wib(self.start) - ZERO).total_seconds()
        options = {"x265-params": "log-level=none"} if self.codec == "libx265" else {}
        times_s = steady(self.seconds, start_s=since_s)
        return Clip(
            times_s, codec=self.codec, b_frames=self.b_frames, fps=self.declared_fps, gop_s=self._gop_s, options=options
        )

    @property
    def _gop_s(self) -> float:
        """The encoder counts pictures: a keyframe every 20 of them, whatever is declared."""
        return 20 / self.declared_fps

    def write(self, path: Path) -> Path:
        return write(path, self.clip())


def window(start: str, end: str) -> TimeWindow:
    return TimeWindow(wib(start), wib(end))


def assert_true(pulled: PulledFootage, asked: TimeWindow, shot_zero: datetime = ZERO) -> list[float]:
    """Everything a pull promises, checked against the pictures; their times of shooting are returned.

    ``shot_zero``: true time at which the bars of the pictures tell zero.
    """
    info = probe(pulled.path)
    assert info.first_pts_s == pytest.approx(0.0, abs=0.001)
    with read_frames(pulled.path, EVERY) as stream:
        frames = [(frame.t_s, shot_at(frame.picture), frame.is_key) for frame in stream]
    assert stream.truncated is None
    assert len(frames) == info.frames
    assert frames[0][2]
    for t_s, shot_s, _ in frames:
        true_s = (pulled.media_start_at - shot_zero).total_seconds() + t_s
        assert abs(true_s - shot_s) < CLOSE_S, f"a picture of {shot_s} s stands at {true_s} s"
    shots = [shot_s for _, shot_s, _ in frames]
    assert shots == sorted(set(shots)), "a moment is shown twice, or out of order"
    _assert_covered(pulled, asked, shots, shot_zero)
    return shots


def _assert_covered(pulled: PulledFootage, asked: TimeWindow, shots: Sequence[float], shot_zero: datetime) -> None:
    """``covered`` lies in the window, ascending and disjoint, and holds exactly the pictures of the window."""
    assert pulled.covered
    for part in pulled.covered:
        assert asked.start <= part.start < part.end <= asked.end
    for before, after in pairwise(pulled.covered):
        assert (after.start - before.end).total_seconds() > 1.0
    slack = timedelta(seconds=CLOSE_S)
    moments = [shot_zero + timedelta(seconds=shot_s) for shot_s in shots]
    for at in (at for at in moments if asked.holds(at)):
        assert any(part.start - slack <= at < part.end + slack for part in pulled.covered)
    for part in pulled.covered:
        inside = [at for at in moments if part.start - slack <= at <= part.end + slack]
        gaps = [(b - a).total_seconds() for a, b in pairwise(inside)]
        assert inside
        assert max(gaps, default=0.0) <= 1.0 + CLOSE_S


class FootageContract:
    """Inherit, and say how the source gets at segments."""

    def make_source(self, root: Path, segments: Sequence[Recorded]) -> FootageSource:
        raise NotImplementedError

    def test_it_is_a_source(self, tmp_path: Path) -> None:
        assert isinstance(self.make_source(tmp_path, [Recorded("07:00:00")]), FootageSource)

    def test_it_pulls_a_window_inside_one_segment(self, tmp_path: Path) -> None:
        source = self.make_source(tmp_path, [Recorded("07:00:00", 20.0)])
        asked = window("07:00:05", "07:00:12")
        pulled = source.pull(asked, tmp_path / "out.mp4")
        assert_true(pulled, asked)
        assert pulled.covered == [asked]
        assert pulled.media_start_at <= asked.start

    def test_it_joins_segments_on_one_time_line(self, tmp_path: Path) -> None:
        source = self.make_source(tmp_path, [Recorded("07:00:00"), Recorded("07:00:10"), Recorded("07:00:20")])
        asked = window("07:00:03", "07:00:26")
        pulled = source.pull(asked, tmp_path / "out.mp4")
        assert_true(pulled, asked)
        assert pulled.covered == [asked]

    def test_it_tells_a_hole_and_keeps_later_times_right(self, tmp_path: Path) -> None:
        source = self.make_source(tmp_path, [Recorded("07:00:00"), Recorded("07:00:25")])
        asked = window("07:00:02", "07:00:32")
        pulled = source.pull(asked, tmp_path / "out.mp4")
        shots = assert_true(pulled, asked)
        bounds = [((part.start - ZERO).total_seconds(), (part.end - ZERO).total_seconds()) for part in pulled.covered]
        assert bounds == [pytest.approx((2.0, 10.0), abs=CLOSE_S), pytest.approx((25.0, 32.0), abs=CLOSE_S)]
        assert not [shot for shot in shots if 10.05 < shot < 24.95]

    def test_it_tells_when_the_footage_ends_before_the_window(self, tmp_path: Path) -> None:
        source = self.make_source(tmp_path, [Recorded("07:00:00")])
        asked = window("07:00:05", "07:01:00")
        pulled = source.pull(asked, tmp_path / "out.mp4")
        assert_true(pulled, asked)
        assert sum(part.seconds for part in pulled.covered) == pytest.approx(5.0, abs=CLOSE_S)

    def test_it_tells_when_the_footage_starts_after_the_window_does(self, tmp_path: Path) -> None:
        source = self.make_source(tmp_path, [Recorded("07:00:30")])
        asked = window("07:00:00", "07:00:35")
        pulled = source.pull(asked, tmp_path / "out.mp4")
        assert_true(pulled, asked)
        assert pulled.media_start_at == wib("07:00:30")

    def test_nothing_recorded_is_missing_and_leaves_no_file(self, tmp_path: Path) -> None:
        source = self.make_source(tmp_path, [Recorded("07:00:00")])
        out = tmp_path / "out"
        out.mkdir()
        with pytest.raises(FootageMissing) as failure:
            source.pull(window("09:00:00", "09:01:00"), out / "clip.mp4")
        assert not failure.value.retryable
        assert list(out.iterdir()) == []
        assert source.coverage(window("09:00:00", "09:01:00")) == []

    def test_what_it_says_it_covers_is_what_it_gives(self, tmp_path: Path) -> None:
        source = self.make_source(tmp_path, [Recorded("07:00:00"), Recorded("07:00:25")])
        asked = window("06:59:00", "07:02:00")
        told = source.coverage(asked)
        pulled = source.pull(asked, tmp_path / "out.mp4")
        assert len(told) == len(pulled.covered) == 2
        for promised, given in zip(told, pulled.covered, strict=True):
            assert abs((promised.start - given.start).total_seconds()) < CLOSE_S
            assert abs((promised.end - given.end).total_seconds()) < CLOSE_S

    def test_errors_are_footage_errors_with_a_code(self, tmp_path: Path) -> None:
        source = self.make_source(tmp_path, [])
        with pytest.raises(FootageError) as failure:
            source.pull(window("07:00:00", "07:01:00"), tmp_path / "out.mp4")
        assert failure.value.code
