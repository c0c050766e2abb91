"""Hikvision by ISAPI: the contract in both readings of Z, what dates a file without times, and answers of all kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cameras.footage.hikvision import HikvisionSource
from cameras.footage.source import (
    FootageError,
    FootageMissing,
    FootageSource,
    FootageUndated,
    FootageUnreadable,
    PulledFootage,
    SourceBroken,
    SourceDenied,
    SourceMisconfigured,
)
from cameras.footage.window import TimeWindow
from tests.cameras.clips import wib
from tests.cameras.device_server import Answer
from tests.cameras.faults import Fault, proxied
from tests.cameras.footage_contract import Recorded, assert_true, window
from tests.cameras.hikvision_server import Firmware, HikvisionServer
from tests.cameras.network_contract import GOOD, PASSWORD, USERNAME, Bad, NetworkFootageContract, context
from tests.cameras.recordings import Film, filmed

HOUR = Recorded("07:00:00", 90.0, b_frames=0)
"""Stands for a recorder's hour: much longer than what is asked of it."""


SPARSE = filmed(HOUR, key_every_s=7.0)


def device_with(
    films: Sequence[Recorded | Film], firmware: Firmware | None = None, off_s: float = 0.0
) -> HikvisionServer:
    access = {"auth": "digest", "username": USERNAME, "password": PASSWORD, "clock_off_s": off_s}
    return HikvisionServer([one if isinstance(one, Film) else filmed(one) for one in films], firmware, **access)


def source(port: int, *, bad: Bad = GOOD, scratch: Path | None = None, **settings: Any) -> HikvisionSource:
    given = {"url": f"http://127.0.0.1:{port}", "channel": 1, **settings}
    return HikvisionSource.bind(context(given, bad, scratch=scratch))


class TestHikvision(NetworkFootageContract):
    asks_the_clock = True
    firmware = Firmware()

    def make_networked(self, root: Path, segments: Sequence[Recorded], bad: Bad) -> FootageSource:
        device = device_with(segments, replace(self.firmware), bad.clock_off_s)
        device.start()
        self.on_end(device.stop)
        port = device.port
        if bad.fault is not Fault.NONE:
            stack = ExitStack()
            port = stack.enter_context(proxied(port, bad.fault)).server_port
            self.on_end(stack.close)
        return source(port, bad=bad)


class TestHikvisionInLocalTime(TestHikvision):
    """Its Z means what its clock shows; downloads are MP4, and only GET is known there."""

    firmware = Firmware(z_is_local=True, container="mp4", methods=("GET",), tells_offset=False, dialect=("plain",))


@pytest.fixture
def running(request: pytest.FixtureRequest) -> Iterator[Callable[..., HikvisionServer]]:
    with ExitStack() as stack:

        def start(*films: Recorded | Film, off_s: float = 0.0, **firmware: Any) -> HikvisionServer:
            device = device_with(films or [HOUR], Firmware(**firmware), off_s)
            stack.enter_context(device.running())
            return device

        yield start


Running = Callable[..., HikvisionServer]
ASKED = window("07:00:33", "07:00:41")
"""Far from both ends of the hour, and from any keyframe of the grid that downloads are widened to."""


def pulled_from(device: HikvisionServer, tmp_path: Path, asked: TimeWindow = ASKED, **settings: Any) -> PulledFootage:
    return source(device.port, **settings).pull(asked, tmp_path / "out.mp4")


# --- what dates a file that carries no time ---


@pytest.mark.parametrize(
    ("firmware", "dated_by"),
    [
        ({}, "time_stamps"),
        ({"narrows": False}, "whole_segment"),
        ({"narrows": False, "restamps": True}, "whole_segment"),
        ({"restamps": True}, "length"),
        ({"container": "mp4"}, "length"),
        ({"container": "mp4", "narrows": False}, "whole_segment"),
    ],
    ids=["stamps go on", "sends the whole file", "whole, restamped", "narrowed, restamped", "mp4", "whole mp4"],
)
def test_a_piece_of_an_hour_stands_on_its_true_time(
    running: Running, tmp_path: Path, firmware: dict[str, Any], dated_by: str
) -> None:
    pulled = pulled_from(running(**firmware), tmp_path)
    assert_true(pulled, ASKED)
    assert pulled.covered == [ASKED]
    assert list(pulled.notes["dated_by"].values()) == [dated_by]


@pytest.mark.parametrize("restamps", [False, True], ids=["stamps go on", "restamped"])
def test_a_start_between_two_keyframes_moves_no_picture(running: Running, tmp_path: Path, restamps: bool) -> None:
    """Keyframes every 7 s: a download from 07:00:20 begins at 07:00:14, and does not say so."""
    pulled = pulled_from(running(SPARSE, restamps=restamps), tmp_path)
    assert_true(pulled, ASKED)
    assert list(pulled.notes["dated_by"].values()) == ["length" if restamps else "time_stamps"]
    # The clock's second, the start's second, and where it is told by the length the six seconds that came too many.
    assert 1.4 < pulled.notes["clock"]["uncertainty_s"] - (6.0 if restamps else 0.0) < 3.0


def test_a_length_that_fits_nothing_is_not_dated(running: Running, tmp_path: Path) -> None:
    """It sends the whole file with new stamps, and the connection ends early without a word."""
    device = running(narrows=False, restamps=True, sends_share=[0.6, 0.6])
    with pytest.raises(FootageUndated) as failure:
        pulled_from(device, tmp_path)
    assert not failure.value.retryable


def test_the_notes_tell_what_the_times_rest_on(running: Running, tmp_path: Path) -> None:
    pulled = pulled_from(running(), tmp_path)
    assert pulled.notes["clock"]["how"] == "in_step"
    assert pulled.notes["clock"]["offset_s"] == pulled.clock_offset_s == 0.0
    assert 1.0 <= pulled.notes["clock"]["uncertainty_s"] <= 3.0
    assert pulled.notes["z_means"] == "utc"
    assert pulled.notes["z_known_by"] == "latest_recording"


# --- what Z means ---


@pytest.mark.parametrize("z_is_local", [False, True])
@pytest.mark.parametrize("off_s", [0.0, 420.0, -7 * 3600.0])
def test_it_finds_out_what_z_means(running: Running, tmp_path: Path, z_is_local: bool, off_s: float) -> None:
    pulled = pulled_from(running(z_is_local=z_is_local, off_s=off_s), tmp_path)
    assert pulled.notes["z_means"] == ("local" if z_is_local else "utc")
    assert sum(part.seconds for part in pulled.covered) == pytest.approx(8.0, abs=0.1)
    assert abs(pulled.clock_offset_s - off_s) <= 1.5


def test_a_recorder_that_does_not_record_now_is_not_guessed_at(running: Running, tmp_path: Path) -> None:
    device = running(records_now=False)
    with pytest.raises(FootageUndated) as failure:
        pulled_from(device, tmp_path)
    assert failure.value.data["setting"] == "z_means"
    pulled = pulled_from(device, tmp_path, z_means="utc")
    assert_true(pulled, ASKED)
    assert pulled.notes["z_known_by"] == "setting"


def test_the_wrong_meaning_finds_nothing_instead_of_the_wrong_hours(running: Running, tmp_path: Path) -> None:
    with pytest.raises(FootageMissing):
        pulled_from(running(), tmp_path, z_means="local")


@pytest.mark.parametrize(
    "zone_text",
    ["CST-7:00:00", "CST-1:00:00DST01:00:00,M3.5.0/02:00:00,M10.5.0/03:00:00", "", "Mars", "CST-99:00:00"],
)
def test_odd_zone_texts_do_no_harm(running: Running, tmp_path: Path, zone_text: str) -> None:
    pulled = pulled_from(running(zone_text=zone_text, z_is_local=True), tmp_path)
    assert_true(pulled, ASKED)
    assert pulled.notes["device_zone"] == "Asia/Jakarta"


def test_a_clock_set_right_in_the_wrong_zone_is_seen_through(running: Running, tmp_path: Path) -> None:
    """The wall clock is Jakarta's and the zone is Beijing's, as delivered: an hour off, as an instant."""
    device = running(zone="Asia/Shanghai", zone_text="CST-8:00:00", off_s=-3600.0, z_is_local=True)
    pulled = pulled_from(device, tmp_path)
    assert sum(part.seconds for part in pulled.covered) == pytest.approx(8.0, abs=0.1)
    assert abs(pulled.clock_offset_s + 3600.0) <= 1.5


@pytest.mark.parametrize("answer", [Answer.missing(), Answer.of("<html>", "text/html"), Answer.of("", status=403)])
def test_a_device_that_tells_no_time_is_taken_as_it_is_set(running: Running, tmp_path: Path, answer: Answer) -> None:
    device = running(off_s=420.0)
    device.instead["/ISAPI/System/time"] = answer
    told = context({"url": device.url, "channel": 1, "z_means": "utc"}, Bad(clock_off_s=420.0))
    pulled = HikvisionSource.bind(told).pull(ASKED, tmp_path / "out.mp4")
    assert_true(pulled, ASKED)
    assert pulled.notes["clock"]["how"] == "set"
    assert pulled.clock_offset_s == 420.0


# --- only what touches the window, and only once ---


def test_only_the_part_around_the_window_is_fetched(running: Running, tmp_path: Path) -> None:
    device = running()
    pulled_from(device, tmp_path)
    assert len(device.downloads) == 2, "the piece, and the beginning of its recording for the time stamps"
    assert "starttime=20261102T000020Z&endtime=20261102T000050Z" in device.downloads[0]
    assert device.bytes_sent < 0.7 * len(filmed(HOUR).shots) * 400


def test_an_event_clip_beside_the_recording_is_not_fetched_too(running: Running, tmp_path: Path) -> None:
    device = running(HOUR, Recorded("07:00:30", 15.0))
    pulled = pulled_from(device, tmp_path)
    assert_true(pulled, ASKED)
    assert len(pulled.notes["files"]) == 1
    assert not [uri for uri in device.downloads if "name=ch01_00000000000000001" in uri]


def test_overlapping_recordings_show_no_moment_twice(running: Running, tmp_path: Path) -> None:
    device = running(Recorded("07:00:00", 30.0), Recorded("07:00:25", 30.0))
    asked = window("07:00:10", "07:00:50")
    pulled = pulled_from(device, tmp_path, asked)
    assert_true(pulled, asked)
    assert pulled.covered == [asked]


def test_whole_pieces_are_not_fetched_again_at_the_next_try(running: Running, tmp_path: Path) -> None:
    device = running(Recorded("07:00:00", 30.0), Recorded("07:00:30", 30.0), refuses_method_with=403)
    asked, scratch = window("07:00:05", "07:00:55"), tmp_path / "scratch"
    first = source(device.port, scratch=scratch).pull(asked, tmp_path / "one.mp4")
    came = len(device.downloads)
    second = source(device.port, scratch=scratch).pull(asked, tmp_path / "two.mp4")
    assert len(device.downloads) == came == 2
    assert first.covered == second.covered == [asked]
    assert all(len(path.stem) == 40 for path in scratch.iterdir()), "names are hashes, and never the device's"


def test_a_pull_that_comes_shorter_than_listed_is_asked_for_again(running: Running, tmp_path: Path) -> None:
    device = running(Recorded("07:00:00", 60.0, b_frames=0), sends_share=[0.4])
    asked = window("07:00:02", "07:00:50")
    pulled = pulled_from(device, tmp_path, asked)
    assert_true(pulled, asked)
    assert pulled.covered == [asked]
    assert pulled.shortfall == ""


def test_what_stays_shorter_than_listed_is_told_and_not_kept_for_the_next_try(running: Running, tmp_path: Path) -> None:
    device = running(Recorded("07:00:00", 60.0, b_frames=0), sends_share=[0.4, 0.5])
    asked, scratch = window("07:00:02", "07:00:50"), tmp_path / "scratch"
    pulled = source(device.port, scratch=scratch).pull(asked, tmp_path / "out.mp4")
    assert_true(pulled, asked)
    assert pulled.shortfall == "source_error"
    assert 20 < sum(part.seconds for part in pulled.covered) < 35
    again = source(device.port, scratch=scratch).pull(asked, tmp_path / "again.mp4")
    assert again.covered == [asked]


# --- firmwares ---


@pytest.mark.parametrize("methods", [("POST",), ("GET",), ("POST", "GET")])
@pytest.mark.parametrize("refusal", [403, 405, 400, 501])
def test_downloads_go_by_the_method_that_the_device_takes(
    running: Running, tmp_path: Path, methods: tuple[str, ...], refusal: int
) -> None:
    pulled = pulled_from(running(methods=methods, refuses_method_with=refusal), tmp_path)
    assert_true(pulled, ASKED)


def test_a_user_who_may_not_download_is_denied(running: Running, tmp_path: Path) -> None:
    with pytest.raises(SourceDenied):
        pulled_from(running(methods=()), tmp_path)


@pytest.mark.parametrize("dialect", [("full",), ("plain",)])
@pytest.mark.parametrize("namespace", ["http://www.isapi.org/ver20/XMLSchema", ""])
def test_both_dialects_and_any_namespace_are_spoken(
    running: Running, tmp_path: Path, dialect: tuple[str, ...], namespace: str
) -> None:
    assert_true(pulled_from(running(dialect=dialect, namespace=namespace), tmp_path), ASKED)


def test_long_lists_come_page_by_page(running: Running, tmp_path: Path) -> None:
    clips = [Recorded(f"07:00:{10 * number:02d}", 10.0) for number in range(6)]
    device = running(*clips, page=2)
    asked = window("07:00:03", "07:00:57")
    pulled = pulled_from(device, tmp_path, asked)
    assert_true(pulled, asked)
    assert pulled.covered == [asked]


def test_a_list_that_is_cut_to_the_search_is_not_taken_for_the_recordings_start(
    running: Running, tmp_path: Path
) -> None:
    pulled = pulled_from(running(SPARSE, cuts_list=True), tmp_path)
    assert_true(pulled, ASKED)
    assert pulled.notes["clock"]["uncertainty_s"] > 5.0


# --- answers that are none ---


def listing(items: str, status: str = "OK") -> Answer:
    return Answer.of(
        f"<CMSearchResult><responseStatusStrg>{status}</responseStatusStrg><matchList>{items}</matchList></CMSearchResult>",
        "application/xml",
    )


def match(
    start: str, end: str, uri: str = "rtsp://192.0.2.9/t?starttime=20261102T000000Z&amp;endtime=20261102T000100Z"
) -> str:
    span = f"<timeSpan><startTime>{start}</startTime><endTime>{end}</endTime></timeSpan>"
    return f"<searchMatchItem>{span}<playbackURI>{uri}</playbackURI></searchMatchItem>"


BOMB = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><CMSearchResult>&c;</CMSearchResult>'
FINE = match("2026-11-02T00:00:00Z", "2026-11-02T00:01:00Z")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer.of(BOMB, "application/xml"), FootageUnreadable),
        (Answer.of('<!DOCTYPE a SYSTEM "file:///etc/passwd"><CMSearchResult/>', "application/xml"), FootageUnreadable),
        (Answer.of("<CMSearchResult><matchList><searchMatch", "application/xml"), SourceBroken),
        (Answer.of("", "application/xml"), SourceBroken),
        (Answer.of(b"\xff\xfe\x00\x00", "application/xml"), SourceBroken),
        (Answer.of("<!DOCTYPE html><html>please log in", "text/html"), FootageUnreadable),
        (Answer.of("<DeviceInfo/>", "application/xml"), FootageUnreadable),
        (Answer.of("<ResponseStatus><subStatusCode>deviceBusy</subStatusCode></ResponseStatus>"), SourceBroken),
        (Answer.of(b"<CMSearchResult>" + b" " * (3 << 20), "application/xml"), FootageUnreadable),
        (listing("", "FAILED"), SourceBroken),
        (listing(""), FootageMissing),
        (listing("", "NO MATCHES"), FootageMissing),
        (listing(match("yesterday", "today")), FootageMissing),
        (listing(match("0000-00-00T00:00:00Z", "9999-99-99T99:99:99Z")), FootageMissing),
        (listing(match("2026-11-02T00:01:00Z", "2026-11-02T00:00:00Z")), FootageMissing),
        (listing(match("1970-01-01T00:00:00Z", "2037-01-01T00:00:00Z")), FootageMissing),
        (listing(match("2026-11-02T00:00:00Z", "2026-11-02T00:01:00Z", "file:///etc/passwd")), FootageMissing),
        (listing(FINE.replace("<timeSpan>", "<trackID>201</trackID><timeSpan>")), FootageMissing),
    ],
)
def test_a_strange_listing_is_called_by_its_name(
    running: Running, tmp_path: Path, answer: Answer, kind: type[FootageError]
) -> None:
    device = running()
    device.instead["/ISAPI/ContentMgmt/search"] = answer
    with pytest.raises(kind):
        pulled_from(device, tmp_path, z_means="utc")
    assert not (tmp_path / "out.mp4").exists()


def test_a_page_that_comes_again_and_again_ends(running: Running) -> None:
    device = running()
    device.instead["/ISAPI/ContentMgmt/search"] = listing(FINE, "MORE")
    told = source(device.port, z_means="utc").coverage(window("07:00:00", "07:01:00"))
    assert told == [window("07:00:00", "07:01:00")]
    assert len([asked for asked in device.log if asked.path.endswith("search")]) == 2


def test_thousands_of_matches_are_bounded(running: Running) -> None:
    device = running()
    base = datetime(2026, 11, 2, tzinfo=UTC)
    spans = [(base + timedelta(milliseconds=n), base + timedelta(seconds=1 + n // 100)) for n in range(5000)]
    items = [
        match(f"{a:%Y-%m-%dT%H:%M:%SZ}", f"{b:%Y-%m-%dT%H:%M:%SZ}", f"rtsp://x/t?n={n}")
        for n, (a, b) in enumerate(spans)
    ]
    device.instead["/ISAPI/ContentMgmt/search"] = listing("".join(items), "MORE")
    assert source(device.port, z_means="utc").coverage(window("07:00:00", "07:01:00"))
    assert len([asked for asked in device.log if asked.path.endswith("search")]) <= 2


def test_an_expired_file_costs_only_itself(running: Running, tmp_path: Path) -> None:
    device = running(Recorded("07:00:00", 30.0), Recorded("07:00:30", 30.0))
    gone = device._film
    device._film = lambda query: gone(query) if query["name"].endswith("1") else b""  # type: ignore[method-assign]
    asked = window("07:00:05", "07:00:55")
    pulled = pulled_from(device, tmp_path, asked)
    assert_true(pulled, asked)
    assert pulled.covered == [window("07:00:30", "07:00:55")]
    assert pulled.shortfall == "footage_unreadable"


def test_bytes_that_are_no_film_are_unreadable(running: Running, tmp_path: Path) -> None:
    device = running()
    device._film = lambda query: b"\x00\x01\x02\x03" * 9000  # type: ignore[method-assign]
    with pytest.raises(FootageUnreadable):
        pulled_from(device, tmp_path)


# --- looks and settings ---


def test_a_look_tells_how_far_the_clock_is_off(running: Running, tmp_path: Path) -> None:
    device = running(off_s=420.0)
    seen = source(device.port).glance(tmp_path)
    assert seen.clock_offset_s == pytest.approx(420.0, abs=1.5)
    assert seen.taken_at is not None
    assert abs((datetime.now(UTC) - seen.taken_at).total_seconds()) < 60


@pytest.mark.parametrize("answer", [Answer.of("<html>", "text/html"), Answer.of(b"GIF89a", "image/gif")])
def test_a_look_that_is_no_picture_is_unreadable(running: Running, tmp_path: Path, answer: Answer) -> None:
    device = running()
    device.instead["/ISAPI/Streaming/channels/101/picture"] = answer
    with pytest.raises(FootageUnreadable):
        source(device.port).glance(tmp_path)


def test_another_channel_has_its_own_track(running: Running, tmp_path: Path) -> None:
    with pytest.raises(FootageMissing):
        pulled_from(running(), tmp_path, channel=2, z_means="utc")
    with pytest.raises(FootageMissing):
        pulled_from(running(), tmp_path, stream="sub", z_means="utc")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", ""), ("url", "rtsp://10.0.0.1"), ("url", "http://admin:secret@10.0.0.1"), ("channel", 0),
        ("channel", 1.5), ("channel", "1"), ("stream", "third"), ("z_means", "gmt"), ("timezone", "Mars"),
        ("password", "x"), ("verify_tls", "no"),
    ],
)  # fmt: skip
def test_wrong_settings_are_named(name: str, value: Any) -> None:
    settings = {"url": "http://10.0.0.1", "channel": 1, name: value}
    assert list(HikvisionSource.validate(settings)) == [name]
    with pytest.raises(SourceMisconfigured):
        HikvisionSource.bind(context(settings))


def test_the_films_start_is_where_the_bars_say() -> None:
    """The simulator itself."""
    assert [round(shot.t_s) for shot in SPARSE.shots if shot.is_key][:3] == [0, 7, 14]
    assert filmed(HOUR).start == wib("07:00:00")
    assert filmed(HOUR).cut(33.0, 41.0).shots[0].t_s == pytest.approx(32.0)
