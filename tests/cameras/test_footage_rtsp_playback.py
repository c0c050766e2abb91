"""A recorder's past over RTSP, from GStreamer's RTSP server behind a proxy that misbehaves."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from cameras.footage.decode import SamplePlan, read_frames
from cameras.footage.rtsp_playback import RtspPlaybackSource
from cameras.footage.rtsp_wire import Said
from cameras.footage.source import (
    ChannelMissing,
    FootageError,
    FootageMissing,
    FootageTimedOut,
    FootageUnreadable,
    PulledFootage,
    SourceBroken,
    SourceForbidden,
)
from tests.cameras.clips import shot_at
from tests.cameras.footage_contract import ZERO, Recorded, assert_true, window
from tests.cameras.network_contract import GOOD, PASSWORD, Bad, NetworkFootageContract, children, context
from tests.cameras.rtsp_faults import Only, Proxy, rtsp_proxied
from tests.cameras.rtsp_server import Device, Show, device, unix_of

FILM = Recorded("07:00:00", 30.0)
SETTINGS = {"brand": "hikvision", "timezone": "Asia/Jakarta"}


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    yield from device(tmp_path_factory.mktemp("recorder"))


def reports_of(recorder: Device, channel: int, off_s: float) -> Callable[[Said], Callable[[int], float]]:
    """Sender reports that carry the time of recording, as some recorders send them."""

    def begin(said: Said) -> Callable[[int], float]:
        rtptime = int(said.get("rtp-info").rpartition("rtptime=")[2])
        began = unix_of(recorder.began_s(channel)) + off_s
        return lambda rtp: began + (rtp - rtptime) / 90_000

    return begin


class Desk:
    """Sets up channels and proxies for one test, and takes them down."""

    def __init__(self, recorder: Device, on_end: Callable[[Callable[[], None]], None]) -> None:
        self.recorder = recorder
        self._on_end = on_end
        self.proxy: Proxy | None = None

    def source(self, show: Show, fault: Any = GOOD.fault, *, tells: bool = True, **extra: Any) -> RtspPlaybackSource:
        channel = self.recorder.show(show)
        reports = reports_of(self.recorder, channel, show.clock_off_s) if tells else None
        manager = rtsp_proxied(self.recorder.port, fault, reports=reports, told=extra.pop("told", lambda _: None))
        self.proxy = manager.__enter__()
        self._on_end(lambda: manager.__exit__(None, None, None))
        bad = extra.pop("bad", GOOD)
        settings = {**SETTINGS, "url": f"rtsp://127.0.0.1:{self.proxy.port}", "channel": channel}
        return RtspPlaybackSource.bind(context({**settings, **extra.pop("settings", {})}, bad, **extra))


@pytest.fixture
def desk(recorder: Device) -> Iterator[Desk]:
    ends: list[Callable[[], None]] = []
    yield Desk(recorder, ends.append)
    for end in reversed(ends):
        end()


class TestRtspPlayback(NetworkFootageContract):
    """Against a recorder that tells in its sender reports when it recorded."""

    not_here: ClassVar = {
        "test_what_it_says_it_covers_is_what_it_gives": "RTSP has no way to list what was recorded",
    }

    @pytest.fixture(autouse=True)
    def _recorder(self, recorder: Device) -> None:
        self.recorder = recorder

    def make_networked(self, root: Path, segments: Sequence[Recorded], bad: Bad) -> RtspPlaybackSource:
        show = Show(segments, clock_off_s=bad.clock_off_s)
        return Desk(self.recorder, self.on_end).source(show, bad.fault, bad=bad)


# -- Dating, where the recorder says nothing ------------------------------------------------


def worst_s(pulled: PulledFootage) -> float:
    """How far any picture stands from its true time."""
    with read_frames(pulled.path, SamplePlan("rate", fps=1000.0)) as stream:
        start_s = (pulled.media_start_at - ZERO).total_seconds()
        return max(abs(start_s + frame.t_s - shot_at(frame.picture)) for frame in stream)


def covered_s(pulled: PulledFootage) -> float:
    return sum(part.seconds for part in pulled.covered)


def test_a_recorder_that_tells_nothing_is_asked_again_and_dated_to_a_second(desk: Desk, tmp_path: Path) -> None:
    source = desk.source(Show([Recorded("07:00:00.300", 60.0)]), tells=False)
    asked = window("07:00:07", "07:00:31")
    pulled = source.pull(asked, tmp_path / "out.mp4")
    clock = pulled.notes["clock"]
    assert clock["dated_by"] == ["asked_again"]
    assert worst_s(pulled) <= clock["uncertainty_s"] + 0.25 <= 1.0
    assert covered_s(pulled) >= asked.seconds - 1.0
    assert pulled.shortfall == ""


def test_a_hole_that_the_recorder_closes_up_moves_no_picture(desk: Desk, tmp_path: Path) -> None:
    segments = [Recorded("07:00:00", 30.0), Recorded("07:01:10", 60.0)]
    source = desk.source(Show(segments, holes="close"), tells=False)
    asked = window("07:00:10", "07:01:30")
    pulled = source.pull(asked, tmp_path / "out.mp4")
    assert worst_s(pulled) <= 1.5
    assert len(pulled.covered) == 2
    bounds = [(part.start - ZERO).total_seconds() for part in pulled.covered]
    assert bounds == [pytest.approx(10.0, abs=0.1), pytest.approx(70.0, abs=1.5)]
    assert covered_s(pulled) == pytest.approx(40.0, abs=5.0)


def test_a_window_that_begins_in_a_hole_is_dated_after_it(desk: Desk, tmp_path: Path) -> None:
    source = desk.source(Show([Recorded("07:00:30", 60.0)]), tells=False)
    pulled = source.pull(window("07:00:00", "07:00:50"), tmp_path / "out.mp4")
    assert worst_s(pulled) <= 1.0
    assert covered_s(pulled) == pytest.approx(20.0, abs=1.5)


def test_a_recorder_that_begins_in_the_middle_of_a_group_is_dated_by_that(desk: Desk, tmp_path: Path) -> None:
    source = desk.source(Show([Recorded("07:00:00.300", 60.0)], starts="exact"), tells=False)
    pulled = source.pull(window("07:00:07", "07:00:31"), tmp_path / "out.mp4")
    assert worst_s(pulled) <= 0.5


def test_the_range_that_play_is_answered_with_dates_the_film(desk: Desk, tmp_path: Path) -> None:
    def told(said: Said) -> None:
        if said.get("range"):
            began = datetime.fromtimestamp(unix_of(desk.recorder.began_s(channel)), UTC)
            said.put("Range", f"clock={began:%Y%m%dT%H%M%S.%f}Z-")

    source = desk.source(Show([Recorded("07:00:00.300", 60.0)]), tells=False, told=told)
    channel = source.context.settings["channel"]
    pulled = source.pull(window("07:00:07", "07:00:31"), tmp_path / "out.mp4")
    assert pulled.notes["clock"]["dated_by"] == ["range"]
    assert worst_s(pulled) <= 0.05


def test_sender_reports_that_tell_the_time_of_sending_date_nothing(desk: Desk, tmp_path: Path) -> None:
    source = desk.source(Show([Recorded("07:00:00.300", 60.0)]), tells=False)
    pulled = source.pull(window("07:00:07", "07:00:20"), tmp_path / "out.mp4")
    assert "rtcp" not in pulled.notes["clock"]["dated_by"]
    assert worst_s(pulled) <= 1.0


# -- How it is asked --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "z_is_utc", "first_line"),
    [
        ({}, True, "/Streaming/tracks/{channel}01?starttime=20261102T000005Z&endtime=2026"),
        ({"z_means": "local"}, False, "/Streaming/tracks/{channel}01?starttime=20261102T070005Z&endtime=2026"),
        ({"brand": "dahua"}, True, "/cam/playback?channel={channel}&subtype=0&starttime=2026_11_02_07_00_05&endtime="),
        (
            {"brand": "other", "template": "/vod?id={channel}&from={start_unix}&to={end_unix}"},
            True,
            f"/vod?id={{channel}}&from={int(unix_of(5))}&to=",
        ),
    ],
    ids=["hikvision", "hikvision whose Z is local", "dahua", "a template"],
)
def test_each_brand_is_asked_in_its_own_way(
    desk: Desk, tmp_path: Path, given: dict[str, str], z_is_utc: bool, first_line: str
) -> None:
    source = desk.source(Show([FILM], z_is_utc=z_is_utc), settings=given)
    asked = window("07:00:05", "07:00:12")
    pulled = source.pull(asked, tmp_path / "out.mp4")
    assert_true(pulled, asked)
    assert pulled.covered == [asked]
    assert desk.proxy is not None
    expected = first_line.format(channel=source.context.settings["channel"])
    assert [line for line in desk.proxy.asked if line.startswith("DESCRIBE") and expected in line], desk.proxy.asked


def test_faster_delivery_is_asked_for_only_where_that_is_set(desk: Desk, tmp_path: Path) -> None:
    for faster in (False, True):
        source = desk.source(Show([FILM]), settings={"faster": faster})
        source.pull(window("07:00:05", "07:00:09"), tmp_path / f"{faster}.mp4")
        assert desk.proxy is not None
        plays = [request for request in desk.proxy.requests if request.method == "PLAY"]
        assert plays
        assert all((play.get("rate-control") == "no") is faster for play in plays)


def test_it_signs_in_with_basic_where_the_device_knows_no_better(tmp_path: Path) -> None:
    ends: list[Callable[[], None]] = []
    (tmp_path / "device").mkdir()
    for basic in device(tmp_path / "device", "BASIC"):
        desk = Desk(basic, ends.append)
        asked = window("07:00:05", "07:00:09")
        assert desk.source(Show([FILM])).pull(asked, tmp_path / "out.mp4").covered == [asked]
        assert desk.proxy is not None
        assert {request.get("authorization").partition(" ")[0] for request in desk.proxy.requests} == {"", "Basic"}
        for end in ends:
            end()


def test_it_delivers_a_second_a_second_and_stops_by_the_films_own_time(desk: Desk, tmp_path: Path) -> None:
    source = desk.source(Show([FILM], speed=1.0))
    began = time.monotonic()
    asked = window("07:00:05", "07:00:09")
    pulled = source.pull(asked, tmp_path / "out.mp4")
    assert_true(pulled, asked)
    assert time.monotonic() - began >= 4.0
    assert pulled.covered == [asked]


def test_a_device_that_stops_at_the_end_it_was_asked_for_is_asked_for_more(desk: Desk, tmp_path: Path) -> None:
    source = desk.source(Show([FILM], stops_at_end=True))
    asked = window("07:00:05", "07:00:12")
    assert source.pull(asked, tmp_path / "out.mp4").covered == [asked]


# -- Trouble that only RTSP knows -------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "kind", "detail"),
    [
        (Only.DEAD_AIR, FootageTimedOut, "no video"),
        (Only.ONLY_REPORTS, FootageTimedOut, "no video"),
        (Only.NO_VIDEO, FootageUnreadable, "no video track"),
        (Only.NO_SESSION, SourceBroken, "454"),
        (Only.UDP_ONLY, FootageUnreadable, "461"),
        (Only.UDP_ANYWAY, FootageUnreadable, "same connection"),
    ],
)
def test_trouble_is_called_by_its_name(
    desk: Desk, tmp_path: Path, fault: Only, kind: type[FootageError], detail: str
) -> None:
    source = desk.source(Show([FILM]), fault)
    with pytest.raises(kind, match=detail):
        source.pull(window("07:00:05", "07:00:20"), tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()


def test_a_description_that_names_another_host_leads_nowhere_else(desk: Desk, tmp_path: Path) -> None:
    source = desk.source(Show([FILM]), Only.OTHER_HOST)
    asked = window("07:00:05", "07:00:12")
    assert source.pull(asked, tmp_path / "out.mp4").covered == [asked]


def test_a_server_that_wants_us_elsewhere_half_way_is_left(desk: Desk, tmp_path: Path) -> None:
    source = desk.source(Show([FILM]), Only.REDIRECT_LATER)
    asked = window("07:00:02", "07:00:28")
    pulled = source.pull(asked, tmp_path / "out.mp4")
    assert_true(pulled, asked)
    assert pulled.shortfall == SourceForbidden.code
    assert covered_s(pulled) < 26.0


def test_pictures_that_miss_packets_are_left_out_and_told(desk: Desk, tmp_path: Path) -> None:
    source = desk.source(Show([FILM]), Only.GAPS)
    asked = window("07:00:02", "07:00:28")
    pulled = source.pull(asked, tmp_path / "out.mp4")
    assert_true(pulled, asked)
    assert pulled.notes["lost"] > 0
    assert 5.0 < covered_s(pulled) < 26.0


def test_single_pictures_dated_hours_away_are_put_back_in_their_row(desk: Desk, tmp_path: Path) -> None:
    source = desk.source(Show([FILM]), Only.STRAYS)
    asked = window("07:00:04", "07:00:20")
    pulled = source.pull(asked, tmp_path / "out.mp4")
    assert worst_s(pulled) <= 0.5
    assert covered_s(pulled) == pytest.approx(16.0, abs=0.5)


def test_a_channel_that_is_not_there_is_told_from_a_time_that_was_not_recorded(desk: Desk, tmp_path: Path) -> None:
    source = desk.source(Show([FILM]))
    with pytest.raises(FootageMissing) as nothing:
        source.pull(window("09:00:00", "09:01:00"), tmp_path / "out.mp4")
    assert nothing.type is FootageMissing
    elsewhere = RtspPlaybackSource.bind(context({**source.context.settings, "channel": 119}))
    with pytest.raises(ChannelMissing):
        elsewhere.pull(window("07:00:05", "07:00:10"), tmp_path / "out.mp4")


def test_a_recorder_that_never_tells_the_end_of_its_film_is_told_apart_from_one_that_stalls(
    desk: Desk, tmp_path: Path
) -> None:
    source = desk.source(Show([Recorded("07:00:00", 10.0)]))
    pulled = source.pull(window("07:00:02", "07:00:40"), tmp_path / "out.mp4")
    assert covered_s(pulled) == pytest.approx(8.0, abs=0.1)
    assert pulled.shortfall == ""


# -- Going on -----------------------------------------------------------------------------------


def test_the_next_try_goes_on_from_what_came(desk: Desk, tmp_path: Path) -> None:
    scratch, asked = tmp_path / "scratch", window("07:00:02", "07:00:28")
    stalled = desk.source(Show([FILM]), GOOD.fault.STALLS, scratch=scratch)
    first = stalled.pull(asked, tmp_path / "first.mp4")
    assert first.shortfall == "footage_timed_out"
    assert 3.0 < covered_s(first) < 25.0
    second = desk.source(Show([FILM]), scratch=scratch)
    pulled = second.pull(asked, tmp_path / "second.mp4")
    assert_true(pulled, asked)
    assert pulled.covered == [asked]
    assert pulled.shortfall == ""
    assert desk.proxy is not None
    starts = [line for line in desk.proxy.asked if line.startswith("DESCRIBE")]
    assert "starttime=20261102T000002Z" not in "".join(starts)


def test_a_third_try_asks_for_nothing(desk: Desk, tmp_path: Path) -> None:
    scratch, asked = tmp_path / "scratch", window("07:00:05", "07:00:09")
    source = desk.source(Show([FILM]), scratch=scratch)
    source.pull(asked, tmp_path / "first.mp4")
    assert desk.proxy is not None
    before = desk.proxy.connections
    assert source.pull(asked, tmp_path / "second.mp4").covered == [asked]
    assert desk.proxy.connections == before


# -- Secrets ------------------------------------------------------------------------------------


def test_no_process_shows_the_password_while_it_captures(desk: Desk, tmp_path: Path) -> None:
    source = desk.source(Show([FILM], speed=4.0))
    theirs, seen, done = children(), [], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            for pid in children() - theirs:
                for name in ("cmdline", "environ"):
                    with contextlib.suppress(OSError):
                        seen.append(Path(f"/proc/{pid}/{name}").read_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        source.pull(window("07:00:05", "07:00:15"), tmp_path / "out.mp4")
    finally:
        done.set()
        watcher.join()
    assert any(b"decode_child" in text for text in seen)
    assert not [text for text in seen if PASSWORD.encode() in text]


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_pulls_leave_no_file_open_and_nothing_running(desk: Desk, tmp_path: Path) -> None:
    source = desk.source(Show([FILM]))
    source.pull(window("07:00:05", "07:00:07"), tmp_path / "warm.mp4")
    files, threads, running = open_files(), threading.active_count(), children()
    for number in range(3):
        source.pull(window("07:00:05", "07:00:07"), tmp_path / f"{number}.mp4")
        with contextlib.suppress(FootageError):
            source.pull(window("09:00:05", "09:00:07"), tmp_path / "none.mp4")
    time.sleep(0.5)  # the proxy's own threads end a moment after their connections
    assert open_files() <= files
    assert threading.active_count() <= threads
    assert children() == running
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.mp4", "1.mp4", "2.mp4", "warm.mp4"]


# -- Settings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"url": "http://10.0.0.1"}, "url"),
        ({"url": "rtsp://admin:secret@10.0.0.1"}, "url"),
        ({"channel": 0}, "channel"),
        ({"brand": "other"}, "template"),
        ({"brand": "other", "template": "/play?from={begin}"}, "template"),
        ({"brand": "other", "template": "/play?from={start}"}, "template"),
        ({"brand": "other", "template": "/play?from={start:%Q}"}, "template"),
        ({"brand": "other", "template": "rtsp://elsewhere/{start_unix}"}, "template"),
        ({"brand": "other", "template": "//elsewhere/{start_unix}"}, "template"),
        ({"brand": "other", "template": "/play?to={end_unix}"}, "template"),
        ({"timezone": "Mars"}, "timezone"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_the_reason(given: dict[str, Any], wrong: str) -> None:
    good = {"url": "rtsp://10.0.0.1:554", "channel": 1}
    assert RtspPlaybackSource.validate(good) == {}
    assert wrong in RtspPlaybackSource.validate({**good, **given})


def test_a_template_of_each_kind_is_taken() -> None:
    for template in (
        "/rtsp/playback?channel={channel}&subtype={stream0}&starttime={start:%Y-%m-%dT%H:%M:%SZ}&localtime=true",
        "/mod.sdp?stime={start:%Y%m%d_%H%M%S}&etime={end:%Y%m%d_%H%M%S}",
        "/archive/{channel}/{start_unix}",
    ):
        settings = {"url": "rtsp://10.0.0.1", "channel": 1, "brand": "other", "template": template}
        assert RtspPlaybackSource.validate(settings) == {}
