"""What every source behind a network must keep besides ``footage_contract``: the same suite for all of them.

    class TestHls(NetworkFootageContract):
        def make_networked(self, root, segments, bad): ...

``make_networked`` starts (or reuses) a real server on loopback that has ``segments``, puts the fault in front of it,
and returns the source. Servers are stopped by ``self.on_end(callable)``. The pictures carry their own time, so coverage
is checked against pixels. A case that a protocol cannot show is switched off by name in ``not_here``, with the reason.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from cameras.footage.context import PullLimits, Secrets, SourceContext
from cameras.footage.decode import SamplePlan, read_frames
from cameras.footage.source import (
    FootageError,
    FootageMissing,
    FootageSource,
    FootageTimedOut,
    FootageUnreadable,
    PulledFootage,
    SourceBroken,
    SourceDenied,
    SourceForbidden,
    SourceUnreachable,
)
from cameras.footage.window import TimeWindow
from tests.cameras.clips import shot_at
from tests.cameras.faults import Fault
from tests.cameras.footage_contract import ZERO, FootageContract, Recorded, assert_true, window

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
FAST = PullLimits(connect_s=2.0, silence_s=2.0, slow_s=2.0, min_bytes_per_s=2_000.0, wall_s=20.0)
SOON_S = 40.0
"""No case may hold its worker longer than the limits above and a slow machine's start-up."""
USERNAME, PASSWORD = "operator", "sandi-rahasia-8842"


@dataclass(frozen=True)
class Bad:
    """How the device misbehaves. ``clock_off_s``: its clock minus true time. ``clock_told``: whether the camera's
    settings know of it (sources that can ask the device must not need it). ``limits``: what the pull may spend."""

    fault: Fault = Fault.NONE
    clock_off_s: float = 0.0
    clock_told: bool = True
    limits: PullLimits = FAST


GOOD = Bad()


def context(settings: Mapping[str, Any], bad: Bad = GOOD, **extra: Any) -> SourceContext:
    """Loopback allowed, the fake credentials, the limits of the case."""
    given = {
        "networks": LOOPBACK,
        "secrets": Secrets({"username": USERNAME, "password": PASSWORD}),
        "limits": bad.limits,
        "clock_offset_s": bad.clock_off_s if bad.clock_told else 0.0,
    }
    return SourceContext(settings, **{**given, **extra})


def children() -> set[int]:
    """Process ids of our direct children."""
    mine = set()
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        listed = task / "children"
        mine |= {int(pid) for pid in listed.read_text().split()} if listed.exists() else set()
    return mine


def rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / (1 << 20)


def assert_honest(source: FootageSource, asked: TimeWindow, out: Path) -> FootageError | PulledFootage:
    """In trouble a source either says so, or gives less and says that it is less; what it gives is true."""
    try:
        pulled = source.pull(asked, out)
    except FootageError as error:
        assert not out.exists(), "an error, and a file left behind"
        return error
    assert_true(pulled, asked)
    covered_s = sum(part.seconds for part in pulled.covered)
    assert covered_s > asked.seconds - 0.2 or pulled.shortfall, "less than the window, and nothing says why"
    return pulled


class NetworkFootageContract(FootageContract):
    """Inherit, and say how the source is reached."""

    keyframe_s: ClassVar[float] = 2.0
    asks_the_clock: ClassVar[bool] = False
    """The device tells its time, so that the offset needs no setting."""
    not_here: ClassVar[Mapping[str, str]] = {}
    """Test name -> why this protocol cannot show the case."""
    film: ClassVar[Recorded] = Recorded("07:00:00", 30.0)
    asked: ClassVar[TimeWindow] = window("07:00:02", "07:00:28")
    """What is asked for while something is wrong."""

    _ends: list[Callable[[], None]]

    def make_networked(self, root: Path, segments: Sequence[Recorded], bad: Bad) -> FootageSource:
        raise NotImplementedError

    def make_source(self, root: Path, segments: Sequence[Recorded]) -> FootageSource:
        return self.make_networked(root, segments, GOOD)

    def on_end(self, stop: Callable[[], None]) -> None:
        self._ends.append(stop)

    @pytest.fixture(autouse=True)
    def _nothing_left_behind(self, request: pytest.FixtureRequest) -> Iterator[None]:
        reason = self.not_here.get(request.node.originalname)
        if reason is not None:
            pytest.skip(reason)
        self._ends = []
        before_threads = set(threading.enumerate())
        before_children = children()
        yield
        for stop in reversed(self._ends):
            stop()
        ends = time.monotonic() + 5.0
        while time.monotonic() < ends:
            left = {t for t in threading.enumerate() if t.is_alive()} - before_threads
            if not left and not children() - before_children:
                return
            time.sleep(0.05)
        assert not left, f"threads left behind: {left}"
        assert not children() - before_children, "processes left behind"

    def troubled(self, tmp_path: Path, bad: Bad, asked: TimeWindow | None = None) -> FootageError | PulledFootage:
        source = self.make_networked(tmp_path, [self.film], bad)
        began = time.monotonic()
        answer = assert_honest(source, asked or self.asked, tmp_path / "out" / "clip.mp4")
        assert time.monotonic() - began < SOON_S, "the worker was held too long"
        return answer

    # -- Exactness --------------------------------------------------------------------

    def test_the_window_is_exact_to_within_one_keyframe_interval(self, tmp_path: Path) -> None:
        source = self.make_networked(tmp_path, [self.film], GOOD)
        asked = window("07:00:07", "07:00:19")
        pulled = source.pull(asked, tmp_path / "out.mp4")
        shots = assert_true(pulled, asked)
        start_s, end_s = (asked.start - ZERO).total_seconds(), (asked.end - ZERO).total_seconds()
        assert start_s - self.keyframe_s - 0.1 <= shots[0] <= start_s + 0.1
        assert end_s - 0.2 <= shots[-1] <= end_s + self.keyframe_s + 0.1

    def test_it_stops_at_the_windows_end_although_the_source_goes_on(self, tmp_path: Path) -> None:
        source = self.make_networked(tmp_path, [Recorded("07:00:00", 40.0)], GOOD)
        asked = window("07:00:04", "07:00:12")
        pulled = source.pull(asked, tmp_path / "out.mp4")
        assert assert_true(pulled, asked)[-1] <= 12.0 + self.keyframe_s + 0.1

    @pytest.mark.parametrize("off_s", [420.0, -420.0, 7 * 3600.0])
    def test_a_clock_that_is_off_moves_no_picture(self, tmp_path: Path, off_s: float) -> None:
        bad = Bad(clock_off_s=off_s, clock_told=not self.asks_the_clock)
        source = self.make_networked(tmp_path, [self.film], bad)
        asked = window("07:00:05", "07:00:20")
        pulled = source.pull(asked, tmp_path / "out.mp4")
        slack_s = 1.5 if self.asks_the_clock else 0.05
        assert abs((pulled.clock_offset_s) - off_s) <= slack_s
        # What is left is the error of reading the clock: no picture may be farther from its true time.
        with read_frames(pulled.path, SamplePlan("rate", fps=1000.0)) as stream:
            for frame in stream:
                true_s = (pulled.media_start_at - ZERO).total_seconds() + frame.t_s
                assert abs(true_s - shot_at(frame.picture)) <= slack_s
        assert sum(part.seconds for part in pulled.covered) >= 15.0 - 2 * slack_s - 0.2

    @pytest.mark.parametrize(
        "film",
        [
            Recorded("07:00:00", 24.0, codec="libx265"),
            Recorded("07:00:00", 24.0, b_frames=4),
            Recorded("07:00:00", 24.0, b_frames=0),
            Recorded("07:00:00", 24.0, declared_fps=25.0),
        ],
        ids=["hevc", "many b-frames", "no b-frames", "declares 25 fps and ships 10"],
    )
    def test_however_it_is_coded_every_picture_keeps_its_time(self, tmp_path: Path, film: Recorded) -> None:
        source = self.make_networked(tmp_path, [film], GOOD)
        asked = window("07:00:05", "07:00:17")
        pulled = source.pull(asked, tmp_path / "out.mp4")
        assert_true(pulled, asked)
        assert sum(part.seconds for part in pulled.covered) == pytest.approx(12.0, abs=0.2)

    def test_a_glance_is_one_true_picture(self, tmp_path: Path) -> None:
        source = self.make_networked(tmp_path, [self.film], GOOD)
        folder = tmp_path / "glance"
        folder.mkdir()
        try:
            seen = source.glance(folder)
        except FootageMissing:
            return  # a recorder whose newest footage is older than a glance reaches
        with read_frames(seen.path, SamplePlan("keyframes")) as stream:
            shots = [shot_at(frame.picture) for frame in stream]
        assert shots
        assert 0.0 <= shots[0] <= self.film.seconds

    # -- Trouble ----------------------------------------------------------------------

    def test_a_server_that_accepts_and_says_nothing_is_left(self, tmp_path: Path) -> None:
        answer = self.troubled(tmp_path, Bad(Fault.SILENT))
        assert isinstance(answer, FootageTimedOut)
        assert answer.retryable

    def test_a_body_that_stalls_half_way_is_no_end_of_film(self, tmp_path: Path) -> None:
        answer = self.troubled(tmp_path, Bad(Fault.STALLS))
        if isinstance(answer, PulledFootage):
            assert answer.shortfall == "footage_timed_out"
        else:
            assert isinstance(answer, FootageTimedOut)
            assert answer.retryable

    def test_one_byte_a_second_is_a_stall(self, tmp_path: Path) -> None:
        answer = self.troubled(tmp_path, Bad(Fault.TRICKLES))
        if isinstance(answer, PulledFootage):
            assert answer.shortfall == "footage_timed_out"
        else:
            assert isinstance(answer, FootageTimedOut)

    def test_a_broken_connection_is_taken_up_again(self, tmp_path: Path) -> None:
        answer = self.troubled(tmp_path, Bad(Fault.BREAKS_ONCE))
        assert isinstance(answer, PulledFootage)
        assert sum(part.seconds for part in answer.covered) == pytest.approx(self.asked.seconds, abs=0.2)
        assert answer.shortfall == ""

    def test_connections_that_always_break_are_told(self, tmp_path: Path) -> None:
        answer = self.troubled(tmp_path, Bad(Fault.BREAKS))
        if isinstance(answer, PulledFootage):
            assert answer.shortfall or sum(part.seconds for part in answer.covered) > self.asked.seconds - 0.2
        else:
            assert isinstance(answer, SourceUnreachable | FootageTimedOut | FootageUnreadable)

    def test_a_login_page_is_no_film(self, tmp_path: Path) -> None:
        answer = self.troubled(tmp_path, Bad(Fault.WRONG_TYPE))
        assert isinstance(answer, FootageUnreadable)
        assert not answer.retryable

    @pytest.mark.parametrize(
        ("fault", "kind", "retryable"),
        [
            (Fault.UNAUTHORISED, SourceDenied, False),
            (Fault.FORBIDDEN, SourceDenied, False),
            (Fault.NOT_FOUND, FootageMissing, False),
            (Fault.BROKEN, SourceBroken, True),
            (Fault.BUSY, SourceBroken, True),
            (Fault.REDIRECTS, SourceForbidden, False),
            (Fault.NONSENSE, FootageError, True),
        ],
        ids=lambda value: str(getattr(value, "value", value)),
    )
    def test_a_refusal_is_called_by_its_name(
        self, tmp_path: Path, fault: Fault, kind: type[FootageError], retryable: bool
    ) -> None:
        answer = self.troubled(tmp_path, Bad(fault))
        assert isinstance(answer, kind), answer
        assert answer.retryable is retryable

    def test_no_error_and_no_note_holds_a_credential(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("DEBUG")
        told: list[Any] = []
        for number, fault in enumerate([Fault.UNAUTHORISED, Fault.BROKEN, Fault.NONE]):
            answer = self.troubled(tmp_path / str(number), Bad(fault))
            told.append(answer.notes if isinstance(answer, PulledFootage) else (str(answer), repr(answer), answer.data))
        source = self.make_networked(tmp_path / "repr", [self.film], GOOD)
        told.append(repr(source))
        assert PASSWORD not in repr(told)
        assert PASSWORD not in caplog.text

    def test_it_goes_nowhere_outside_the_allowed_networks(self, tmp_path: Path) -> None:
        source = self.make_networked(tmp_path, [self.film], GOOD)
        elsewhere = (ipaddress.ip_network("10.0.0.0/8"),)
        outside = type(source).bind(dataclasses.replace(_context_of(source), networks=elsewhere))
        with pytest.raises(SourceForbidden) as failure:
            outside.pull(self.asked, tmp_path / "out.mp4")
        assert not failure.value.retryable
        with pytest.raises(SourceForbidden):
            outside.glance(tmp_path)

    def test_an_endless_body_costs_no_memory(self, tmp_path: Path) -> None:
        limits = dataclasses.replace(FAST, wall_s=6.0, max_bytes=64 << 20)
        before_mb = rss_mb()
        self.troubled(tmp_path, Bad(Fault.ENDLESS, limits=limits))
        assert rss_mb() - before_mb < 100


def _context_of(source: Any) -> SourceContext:
    """Every networked source keeps the context it was bound with as ``context``."""
    found: SourceContext = source.context
    return found
