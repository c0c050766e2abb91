"""Dahua by CGI: the contract in .dav and MP4, finders that are given back, and paths that lead nowhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cameras.footage.dahua import DahuaSource
from cameras.footage.dahua_cgi import checked_path
from cameras.footage.decode import probe
from cameras.footage.source import (
    FootageError,
    FootageMissing,
    FootageSource,
    FootageTimedOut,
    FootageUnreadable,
    PulledFootage,
    SourceBroken,
    SourceDenied,
    SourceMisconfigured,
)
from cameras.footage.window import TimeWindow
from tests.cameras.clips import wib
from tests.cameras.dahua_server import DahuaServer, Firmware
from tests.cameras.device_server import Answer
from tests.cameras.faults import Fault, proxied
from tests.cameras.footage_contract import Recorded, assert_true, window
from tests.cameras.network_contract import GOOD, PASSWORD, USERNAME, Bad, NetworkFootageContract, context
from tests.cameras.recordings import Film, as_dav, filmed

HOUR = Recorded("07:00:00", 90.0, b_frames=0)
"""Stands for a recorder's hour: much longer than what is asked of it."""

SPARSE = filmed(HOUR, key_every_s=7.0)
ASKED = window("07:00:33", "07:00:41")
NEXT = "/cgi-bin/mediaFileFind.cgi?findNextFile"


def device_with(films: Sequence[Recorded | Film], firmware: Firmware | None = None, off_s: float = 0.0) -> DahuaServer:
    access = {"auth": "digest", "username": USERNAME, "password": PASSWORD, "clock_off_s": off_s}
    return DahuaServer([one if isinstance(one, Film) else filmed(one) for one in films], firmware, **access)


def source(port: int, *, bad: Bad = GOOD, scratch: Path | None = None, **settings: Any) -> DahuaSource:
    given = {"url": f"http://127.0.0.1:{port}", "channel": 1, **settings}
    return DahuaSource.bind(context(given, bad, scratch=scratch))


class TestDahua(NetworkFootageContract):
    """In .dav, by time. Reordered pictures cannot be told in it (each frame has one time, and the date in it makes
    libav begin anew at every second), so those recordings are MP4, by file."""

    asks_the_clock = True
    container = "dav"

    def make_networked(self, root: Path, segments: Sequence[Recorded], bad: Bad) -> FootageSource:
        reordered = [one for one in segments if one.b_frames > 2]
        if self.container == "dav" and not reordered:
            segments = [replace(one, b_frames=0) for one in segments]
        firmware = Firmware(container="mp4" if reordered else self.container)
        device = device_with(segments, firmware, bad.clock_off_s)
        device.start()
        self.on_end(device.stop)
        self.on_end(lambda: self.none_left(device))
        port = device.port
        if bad.fault is not Fault.NONE:
            stack = ExitStack()
            port = stack.enter_context(proxied(port, bad.fault)).server_port
            self.on_end(stack.close)
        return source(port, bad=bad)

    def none_left(self, device: DahuaServer) -> None:
        assert device.searches == {}, "a finder was not given back"


class TestDahuaInMp4(TestDahua):
    """Whole files, dated by what the list says of them."""

    container = "mp4"


Running = Callable[..., DahuaServer]


@pytest.fixture
def running() -> Iterator[Running]:
    devices: list[DahuaServer] = []
    with ExitStack() as stack:

        def start(*films: Recorded | Film, off_s: float = 0.0, **firmware: Any) -> DahuaServer:
            device = device_with(films or [HOUR], Firmware(**firmware), off_s)
            stack.enter_context(device.running())
            devices.append(device)
            return device

        yield start
    for device in devices:
        assert device.searches == {}, "a finder was not given back"


def pulled_from(device: DahuaServer, tmp_path: Path, asked: TimeWindow = ASKED, **settings: Any) -> PulledFootage:
    return source(device.port, **settings).pull(asked, tmp_path / "out.mp4")


# --- what dates a piece ---


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_dav_tells_its_own_time(tmp_path: Path, codec: str) -> None:
    film = filmed(Recorded("07:00:00", 12.0, codec=codec, b_frames=0)).cut(5.0, 10.0)
    path = tmp_path / "film.dav"
    path.write_bytes(as_dav([(film, datetime(2026, 11, 2, 7, 0, 0))]))
    info = probe(path)
    assert info.first_pts_s == datetime(2026, 11, 2, 7, 0, 4, tzinfo=UTC).timestamp()
    assert info.duration_s == pytest.approx(6.0)
    assert info.keyframe_times_s == (0.0, 2.0, 4.0)


@pytest.mark.parametrize(
    ("firmware", "chosen", "dated_by", "downloaded_by"),
    [
        ({}, {}, "frames", "time"),
        ({"by_time": "404"}, {}, "frames", "file"),
        ({"by_time": "400"}, {}, "frames", "file"),
        ({"by_time": "501"}, {}, "frames", "file"),
        ({"by_time": "empty"}, {}, "frames", "file"),
        ({}, {"download": "file"}, "frames", "file"),
        ({"container": "mp4"}, {}, "segment_start", "file"),
    ],
    ids=["by time", "404", "400", "501", "empty answers", "files wanted", "mp4"],
)
def test_a_piece_of_an_hour_stands_on_its_true_time(
    running: Running,
    tmp_path: Path,
    firmware: dict[str, Any],
    chosen: dict[str, Any],
    dated_by: str,
    downloaded_by: str,
) -> None:
    pulled = pulled_from(running(**firmware), tmp_path, **chosen)
    assert_true(pulled, ASKED)
    assert pulled.covered == [ASKED]
    assert list(pulled.notes["dated_by"].values()) == [dated_by]
    assert pulled.notes["downloaded_by"] == [downloaded_by]


def test_a_start_between_two_keyframes_moves_no_picture(running: Running, tmp_path: Path) -> None:
    """A download from 07:00:20 begins at the keyframe of 07:00:14."""
    assert_true(pulled_from(running(SPARSE), tmp_path), ASKED)


def test_frames_that_tell_another_hour_are_not_believed(running: Running, tmp_path: Path) -> None:
    """The list is local, the frames are UTC: then the length of what came dates it."""
    pulled = pulled_from(running(dates_frames_in="UTC"), tmp_path)
    assert_true(pulled, ASKED)
    assert list(pulled.notes["dated_by"].values()) == ["length"]


def test_a_clock_that_shows_utc_is_only_a_clock_that_is_off(running: Running, tmp_path: Path) -> None:
    pulled = pulled_from(running(zone="UTC", dates_frames_in="UTC"), tmp_path)
    assert abs(pulled.clock_offset_s + 7 * 3600) <= 1.5
    assert sum(part.seconds for part in pulled.covered) == pytest.approx(8.0, abs=0.1)


def test_a_device_that_tells_no_time_is_taken_as_it_is_set(running: Running, tmp_path: Path) -> None:
    device = running(tells_time=False, off_s=420.0)
    told = context({"url": device.url, "channel": 1}, Bad(clock_off_s=420.0))
    pulled = DahuaSource.bind(told).pull(ASKED, tmp_path / "out.mp4")
    assert_true(pulled, ASKED)
    assert pulled.notes["clock"]["how"] == "set"
    assert pulled.clock_offset_s == 420.0


# --- only what touches the window, and only once ---


def test_only_the_part_around_the_window_is_fetched(running: Running, tmp_path: Path) -> None:
    device = running()
    pulled_from(device, tmp_path)
    (download,) = device.downloads
    assert "startTime=2026-11-02%2007:00:20&endTime=2026-11-02%2007:00:50" in download


def test_a_file_beside_another_is_not_fetched_too(running: Running, tmp_path: Path) -> None:
    device = running(HOUR, Recorded("07:00:30", 15.0, b_frames=0))
    pulled = pulled_from(device, tmp_path, download="file")
    assert_true(pulled, ASKED)
    assert len(device.downloads) == 1


def test_files_are_joined_and_a_hole_is_told(running: Running, tmp_path: Path) -> None:
    films = [Recorded(start, 10.0, b_frames=0) for start in ("07:00:00", "07:00:10", "07:00:35")]
    asked = window("07:00:02", "07:00:43")
    pulled = pulled_from(running(*films), tmp_path, asked)
    assert_true(pulled, asked)
    assert [round(part.seconds, 1) for part in pulled.covered] == [18.0, 8.0]


def test_whole_pieces_are_not_fetched_again_at_the_next_try(running: Running, tmp_path: Path) -> None:
    device = running(*[Recorded(start, 30.0, b_frames=0) for start in ("07:00:00", "07:00:30")])
    asked, scratch = window("07:00:05", "07:00:55"), tmp_path / "scratch"
    first = source(device.port, scratch=scratch).pull(asked, tmp_path / "one.mp4")
    second = source(device.port, scratch=scratch).pull(asked, tmp_path / "two.mp4")
    assert len(device.downloads) == 2
    assert first.covered == second.covered == [asked]
    assert all(len(path.stem) == 40 for path in scratch.iterdir()), "names are hashes, and never the device's"


def test_long_lists_come_page_by_page(running: Running) -> None:
    films = [
        replace(filmed(Recorded("07:00:00", 1.0, b_frames=0)), start=wib(f"07:{n // 60:02d}:{n % 60:02d}"))
        for n in range(230)
    ]
    device = running(*films)
    asked = window("07:00:00", "07:03:50")
    assert source(device.port).coverage(asked) == [asked]
    assert len([one for one in device.log if one.one("action") == "findNextFile"]) == 3


def test_a_pull_that_comes_shorter_than_listed_is_asked_for_again(running: Running, tmp_path: Path) -> None:
    device = running(Recorded("07:00:00", 60.0, b_frames=0), sends_share=[0.4])
    asked = window("07:00:02", "07:00:50")
    pulled = pulled_from(device, tmp_path, asked)
    assert_true(pulled, asked)
    assert pulled.covered == [asked]
    assert pulled.shortfall == ""


def test_what_stays_shorter_than_listed_is_told(running: Running, tmp_path: Path) -> None:
    device = running(Recorded("07:00:00", 60.0, b_frames=0), sends_share=[0.4, 0.5])
    asked = window("07:00:02", "07:00:50")
    pulled = pulled_from(device, tmp_path, asked)
    assert_true(pulled, asked)
    assert pulled.shortfall == "source_error"
    assert 20 < sum(part.seconds for part in pulled.covered) < 35


# --- finders ---


@pytest.mark.parametrize(
    ("key", "answer", "kind"),
    [
        ("?findFile", Answer.of("", status=500), SourceBroken),
        ("?findFile", Answer.of("perhaps"), SourceBroken),
        ("?findFile", Answer.of("<html>log in", "text/html"), FootageUnreadable),
        ("?findNextFile", Answer.of("", status=500), SourceBroken),
        ("?findNextFile", Answer.of("", status=403), SourceDenied),
        ("?findNextFile", Answer.of("nonsense"), SourceBroken),
        ("?findNextFile", Answer.of(b"\xff\xfe" * 3_000_000), FootageUnreadable),
        ("?close", Answer.of("Error", status=500), None),
    ],
)
def test_a_finder_is_given_back_whatever_happens(
    running: Running, tmp_path: Path, key: str, answer: Answer, kind: type[FootageError] | None
) -> None:
    device = running()
    device.instead[f"/cgi-bin/mediaFileFind.cgi{key}"] = answer
    if kind is None:
        assert_true(pulled_from(device, tmp_path), ASKED)
    else:
        with pytest.raises(kind):
            pulled_from(device, tmp_path)
    assert device.searches == {}
    assert [one.one("action") for one in device.log if "mediaFileFind" in one.path][-2:] == ["close", "destroy"]


def test_no_free_finder_may_be_tried_again(running: Running, tmp_path: Path) -> None:
    with pytest.raises(SourceBroken) as failure:
        pulled_from(running(finders=0), tmp_path)
    assert failure.value.retryable


def test_many_pulls_use_up_no_finders(running: Running) -> None:
    device = running(finders=1)
    for _again in range(5):
        assert source(device.port).coverage(ASKED) == [ASKED]


@pytest.mark.parametrize("status", [200, 400])
def test_nothing_found_is_missing(running: Running, tmp_path: Path, status: int) -> None:
    device = running(says_nothing_by=status)
    with pytest.raises(FootageMissing) as failure:
        pulled_from(device, tmp_path, window("09:00:00", "09:01:00"))
    assert not failure.value.retryable
    assert source(device.port).coverage(window("09:00:00", "09:01:00")) == []


def test_a_finder_that_counts_from_0_is_asked_so(running: Running, tmp_path: Path) -> None:
    device = running(finder_from=0)
    assert_true(pulled_from(device, tmp_path, finder_from="0"), ASKED)
    with pytest.raises(FootageMissing):
        pulled_from(device, tmp_path)


# --- lists and paths that lead astray ---


def listed(path: str = "/mnt/a.dav", start: str = "2026-11-02 07:00:00", end: str = "2026-11-02 07:01:00") -> str:
    return f"items[0].StartTime={start}\r\nitems[0].EndTime={end}\r\nitems[0].FilePath={path}\r\n"


@pytest.mark.parametrize(
    "item",
    [
        listed(start="yesterday"),
        listed(start="2026-13-45 99:00:00"),
        listed(end="2026-11-02 06:00:00"),
        listed(start="1970-01-01 00:00:00", end="2037-01-01 00:00:00"),
        listed(path="http://203.0.113.7/a.dav"),
        listed(path="//203.0.113.7/a.dav"),
        listed(path="/mnt/../../etc/passwd.dav"),
        listed(path="/mnt/sd/picture.jpg"),
        listed() + "items[0].VideoStream=Extra1\r\n",
        "items[0].FilePath=/mnt/a.dav\r\n",
        "items[999999].StartTime=2026-11-02 07:00:00\r\n",
    ],
)
def test_a_file_that_cannot_be_is_passed_by(running: Running, tmp_path: Path, item: str) -> None:
    device = running()
    device.instead[NEXT] = Answer.of(f"found=1\r\n{item}")
    with pytest.raises(FootageMissing):
        pulled_from(device, tmp_path)
    assert device.downloads == []


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/mnt/sd/2026-11-02/001/dav/07/07.00.00-08.00.00[R][0@0][0].dav",
         "mnt/sd/2026-11-02/001/dav/07/07.00.00-08.00.00[R][0@0][0].dav"),
        ("/mnt/a b.dav", "mnt/a%20b.dav"),
        ("/mnt/a?x=1#y.dav", "mnt/a%3Fx%3D1%23y.dav".replace("%3D", "=")),
        ("/mnt/%2e%2e/a.dav", "mnt/%252e%252e/a.dav"),
        ("mnt/a.dav", None),
        ("/mnt/./a.dav", None),
        ("/mnt/ .. /a.dav", None),
        ("/mnt//a.dav", None),
        ("/mnt\\a.dav", None),
        ("/mnt/a\n.dav", None),
        ("/" + "a" * 600 + ".dav", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_path_becomes_part_of_an_address_or_nothing(path: str, address: str | None) -> None:
    assert checked_path(path) == address


def test_a_page_that_comes_again_and_again_ends(running: Running) -> None:
    device = running()
    page = "".join(listed(f"/mnt/{n}.dav").replace("items[0]", f"items[{n}]") for n in range(100))
    device.instead[NEXT] = Answer.of(f"found=100\r\n{page}")
    assert source(device.port).coverage(window("07:00:00", "07:01:00")) == [window("07:00:00", "07:01:00")]
    assert len([one for one in device.log if one.one("action") == "findNextFile"]) == 2


def test_a_stream_of_unusable_pages_ends(running: Running) -> None:
    device = running()
    page = "".join(listed("/no.jpg").replace("items[0]", f"items[{n}]") for n in range(100))
    device.instead[NEXT] = Answer.of(f"found=100\r\n{page}")
    assert source(device.port).coverage(window("07:00:00", "07:01:00")) == []
    assert len([one for one in device.log if one.one("action") == "findNextFile"]) <= 30


def test_film_that_may_not_be_fetched_is_denied(running: Running, tmp_path: Path) -> None:
    with pytest.raises(SourceDenied):
        pulled_from(running(by_time="403", by_file="403"), tmp_path)


def test_a_finder_is_given_back_although_the_pull_has_no_time_left(tmp_path: Path) -> None:
    """The list hangs until the pull's own time is over."""
    device = device_with([HOUR])
    find, limits = device._find, replace(GOOD.limits, wall_s=1.5, silence_s=5.0)

    def slow(action: str, asked: Any) -> Answer:
        if action == "findNextFile":
            time.sleep(2.5)
        return find(action, asked)

    device._find = slow  # type: ignore[method-assign]
    with device.running(), pytest.raises(FootageTimedOut) as failure:
        source(device.port, bad=Bad(limits=limits)).pull(ASKED, tmp_path / "out.mp4")
    assert failure.value.data["what"] == "wall"
    assert device.searches == {}


# --- looks and settings ---


def test_a_look_tells_how_far_the_clock_is_off(running: Running, tmp_path: Path) -> None:
    seen = source(running(off_s=-420.0).port).glance(tmp_path)
    assert seen.clock_offset_s == pytest.approx(-420.0, abs=1.5)


def test_a_look_at_a_device_without_a_clock_tells_no_offset(running: Running, tmp_path: Path) -> None:
    assert source(running(tells_time=False).port).glance(tmp_path).clock_offset_s is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", None), ("url", "ftp://10.0.0.1"), ("channel", 0), ("channel", True), ("stream", "3"),
        ("download", "torrent"), ("finder_from", 0), ("timezone", "../etc"), ("username", "x"),
    ],
)  # fmt: skip
def test_wrong_settings_are_named(name: str, value: Any) -> None:
    settings = {"url": "http://10.0.0.1", "channel": 1, name: value}
    assert list(DahuaSource.validate(settings)) == [name]
    with pytest.raises(SourceMisconfigured):
        DahuaSource.bind(context(settings))
