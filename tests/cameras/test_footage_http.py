"""Plain files on a web server: addresses with times in them, files in parts, what dates them."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cameras.footage import http_file, mp4_boxes
from cameras.footage.http_file import HttpFileSource
from cameras.footage.http_template import filled, floored, step_s, template_complaint
from cameras.footage.registry import recorder_of, source_for
from cameras.footage.source import (
    ChannelMissing,
    FootageError,
    FootageMissing,
    FootageSource,
    FootageUndated,
    FootageUnreadable,
    SourceBroken,
    SourceDenied,
    SourceMisconfigured,
)
from tests.cameras.clips import wib
from tests.cameras.device_server import Answer, Asked
from tests.cameras.faults import Fault, proxied
from tests.cameras.footage_contract import Recorded, assert_true, window
from tests.cameras.network_contract import PASSWORD, USERNAME, Bad, NetworkFootageContract, context
from tests.cameras.web_server import SLOT_S, CuttingServer, WebServer, write_slots, write_whole


class _Http(NetworkFootageContract):
    def served(self, server: WebServer, bad: Bad, path: str, **settings: Any) -> FootageSource:
        stack = contextlib.ExitStack()
        self.on_end(stack.close)
        stack.enter_context(server.running())
        port = (
            server.port if bad.fault is Fault.NONE else stack.enter_context(proxied(server.port, bad.fault)).server_port
        )
        return source_for("http", context({"url": f"http://127.0.0.1:{port}{path}", **settings}, bad))


class TestFilesBySlotKeepTheContract(_Http):
    def make_networked(self, root: Path, segments: Sequence[Recorded], bad: Bad) -> FootageSource:
        server = WebServer(root / "web")
        write_slots(root / "web", segments, bad.clock_off_s)
        return self.served(server, bad, "/{start:%Y-%m-%d}/{start:%H%M%S}.mp4", slot_s=SLOT_S)


class TestOneFileInPartsKeepsTheContract(_Http):
    """A large file, of which only index and window are fetched; the limit for "large" is lowered."""

    @pytest.fixture(autouse=True)
    def _every_file_is_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(http_file, "PARTS_FROM_BYTES", 1)

    def make_networked(self, root: Path, segments: Sequence[Recorded], bad: Bad) -> FootageSource:
        server = WebServer(root / "web")
        if segments:
            write_whole(root / "web" / "film.mp4", segments)
        start = wib(segments[0].start if segments else "07:00:00") + timedelta(seconds=bad.clock_off_s)
        return self.served(server, bad, "/film.mp4", start_at=f"{start:%Y-%m-%dT%H:%M:%S}")


REFUSED = "what comes back shorter than asked is refused, because nothing says which end is missing"


class TestAServerThatCutsKeepsTheContract(_Http):
    not_here = {
        "test_what_it_says_it_covers_is_what_it_gives": "such a server cannot be asked what it has",
        "test_it_tells_when_the_footage_starts_after_the_window_does": REFUSED,
        "test_it_tells_when_the_footage_ends_before_the_window": REFUSED,
    }

    def make_networked(self, root: Path, segments: Sequence[Recorded], bad: Bad) -> FootageSource:
        server = CuttingServer(root / "web", segments, clock_off_s=bad.clock_off_s)
        return self.served(server, bad, "/clip?from={start_unix}&len={duration_s}")


# --- addresses ------------------------------------------------------------------------------------------------------

START, END = wib("07:00:05"), wib("07:10:00")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("http://h/{start:%Y%m%d%H%M%S}.mp4", "http://h/20261102070005.mp4"),
        ("http://h/{start:%Y-%m-%d/%H/%M.%S}.mp4", "http://h/2026-11-02/07/00.05.mp4"),
        (
            "http://h/c?from={start_unix}&to={end_unix}&len={duration_s}",
            "http://h/c?from=1793577605&to=1793578200&len=595",
        ),
        ("http://h/c?a={start:%Y-%m-%d %H:%M:%S}", "http://h/c?a=2026-11-02%2007:00:05"),
        ("http://h/{start:%H}-{end:%H%M}.mp4?y={start:%y}&day={start:%j}", "http://h/07-0710.mp4?y=26&day=306"),
        ("http://h/{start:%H%%}.mp4", "http://h/07%25.mp4"),
    ],
)
def test_times_are_written_into_an_address(template: str, expected: str) -> None:
    assert template_complaint(template) is None
    assert filled(template, START, END) == expected


def test_times_are_written_in_the_devices_zone() -> None:
    at = START.astimezone(UTC)
    assert filled("http://h/{start:%H}", at, at) == "http://h/00"
    assert filled("http://h/{start_unix}", at, at) == filled("http://h/{start_unix}", START, START)


@pytest.mark.parametrize(
    "template",
    [
        "http://h/{start}.mp4",
        "http://h/{start.__class__}.mp4",
        "http://h/{0}.mp4",
        "http://h/{start:%H",
        "http://h/start:%H}",
        "http://h/{{start:%H}}",
        "http://{start:%H}/x.mp4",
        "http://h/{start:%s}.mp4",
        "http://h/{start:%c}.mp4",
        "http://h/{end:%H}.mp4",
        "http://h/{duration_s}.mp4",
        "ftp://h/{start:%H}.mp4",
        "http://user:pw@h/{start:%H}.mp4",
        "http://h/{start:%H}.mp4?token=abc",
        "file:///etc/passwd",
        "",
        None,
    ],
)
def test_an_address_that_cannot_be_used_is_refused(template: Any) -> None:
    assert "url" in HttpFileSource.validate({"url": template})


@pytest.mark.parametrize(
    ("template", "seconds"),
    [
        ("{start:%Y%m%d%H%M%S}", 1),
        ("{start_unix}", 1),
        ("{start:%Y%m%d%H%M}", 60),
        ("{start:%Y/%m/%d}/{start:%H}.mp4", 3600),
        ("{start:%j}", 86_400),
        ("{start:%Y}", 0),
    ],
)
def test_an_address_tells_its_start_to_a_step(template: str, seconds: int) -> None:
    assert step_s(f"http://h/{template}") == seconds


def test_steps_count_from_midnight_of_the_devices_zone() -> None:
    assert floored(wib("07:44:59"), 3600) == wib("07:00:00")
    assert floored(wib("07:44:59"), 86_400) == wib("00:00:00")
    assert floored(wib("00:00:00"), 300) == wib("00:00:00")


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"url": "http://h/a.mp4", "slot_s": 60}, "slot_s"),
        ({"url": "http://h/{start:%H}.mp4", "slot_s": 60}, "slot_s"),
        ({"url": "http://h/{start:%H}.mp4", "dated_by": "start_at"}, "dated_by"),
        ({"url": "http://h/a.mp4", "dated_by": "asked"}, "dated_by"),
        ({"url": "http://h/a.mp4", "dated_by": "start_at"}, "start_at"),
        ({"url": "http://h/a.mp4", "start_at": "kemarin"}, "start_at"),
        ({"url": "http://h/a.mp4", "timezone": "Mars/Olympus"}, "timezone"),
        ({"url": "http://h/a.mp4", "password": "x"}, "password"),
        ({"url": "http://h/a.mp4", "unknown": 1}, "unknown"),
    ],
)
def test_settings_that_do_not_go_together_are_told(given: dict[str, Any], wrong: str) -> None:
    assert wrong in HttpFileSource.validate(given)
    with pytest.raises(SourceMisconfigured):
        HttpFileSource.bind(context(given))


def test_a_template_still_tells_its_recorder() -> None:
    assert recorder_of({"url": "http://10.1.1.5:8080/{start:%H}/{end_unix}.mp4"}) == "10.1.1.5:8080"


# --- one file -------------------------------------------------------------------------------------------------------

ASKED = window("07:00:12", "07:00:20")
FILM = [Recorded("07:00:00", 60.0)]


@pytest.fixture
def web(tmp_path: Path) -> Any:
    server = WebServer(tmp_path / "web")
    with server.running():
        yield server


def source(server: WebServer, path: str = "/film.mp4", **settings: Any) -> HttpFileSource:
    extra = {name: settings.pop(name) for name in ("limits", "scratch", "secrets", "now") if name in settings}
    return HttpFileSource.bind(context({"url": f"{server.url}{path}", **settings}, **extra))


def at_seven(server: WebServer, path: str = "/film.mp4", **settings: Any) -> HttpFileSource:
    return source(server, path, start_at="2026-11-02T07:00:00", **settings)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as a large one, and is fetched in small blocks."""
    monkeypatch.setattr(http_file, "PARTS_FROM_BYTES", 1)
    monkeypatch.setattr("cameras.footage.remote_mp4.BLOCK_BYTES", 8_000)
    monkeypatch.setattr("cameras.footage.remote_mp4.NEAR_BYTES", 2_000)
    monkeypatch.setattr("cameras.footage.remote_mp4.HEAD_BYTES", 4_000)


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("options", [{}, {"movflags": "+faststart"}], ids=["index at the end", "index first"])
@pytest.mark.parametrize("with_sound", [False, True], ids=["silent", "with sound"])
def test_of_a_large_file_only_the_window_is_fetched(
    tmp_path: Path, web: WebServer, options: dict[str, str], with_sound: bool
) -> None:
    size = (640, 480)
    path = write_whole(tmp_path / "film.mp4", FILM, with_sound=with_sound, size=size, options={"crf": "10"})
    film = web.folder / "film.mp4"
    remux(path, film, options)
    pulled = at_seven(web).pull(ASKED, tmp_path / "out.mp4")
    assert_true(pulled, ASKED)
    assert pulled.covered == [ASKED]
    assert pulled.notes["in_parts"] is True
    assert web.bytes_sent < film.stat().st_size / 3
    assert sorted(one.name for one in tmp_path.iterdir()) == ["film.mp4", "out.mp4", "web"]


def remux(path: Path, to: Path, options: dict[str, str]) -> None:
    import av

    with av.open(str(path)) as given, av.open(str(to), "w", options=options) as made:
        streams = {stream.index: made.add_stream_from_template(stream) for stream in given.streams}
        for packet in given.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream_index]
                made.mux(packet)


@pytest.mark.usefixtures("large")
def test_a_large_file_says_what_it_covers_without_being_fetched(tmp_path: Path, web: WebServer) -> None:
    path = write_whole(
        web.folder / "film.mp4", [Recorded("07:00:00", 20.0), Recorded("07:00:30", 10.0)], size=(640, 480)
    )
    told = at_seven(web).coverage(window("07:00:10", "07:01:00"))
    assert [(part.start, part.end) for part in told] == [
        (wib("07:00:10"), wib("07:00:20")),
        (wib("07:00:30"), wib("07:00:40")),
    ]
    assert web.bytes_sent < path.stat().st_size / 2


class Stubborn(WebServer):
    """Breaks off everything behind ``good_bytes`` of its files."""

    good_bytes = 0

    def answer(self, asked: Asked) -> Answer:
        begins = int(asked.headers.get("range", "bytes=0-").split("=")[1].split("-")[0])
        size = (self.folder / "film.mp4").stat().st_size
        if self.good_bytes <= begins < size - 10_000:
            return Answer.of("no", status=503)
        return super().answer(asked)


@pytest.mark.usefixtures("large")
def test_a_large_file_that_breaks_off_in_the_window_gives_what_came(tmp_path: Path) -> None:
    """The index is at the end; of the window the server gives the first half. Nothing that was not fetched is shown."""
    server = Stubborn(tmp_path / "web")
    path = write_whole(server.folder / "film.mp4", FILM, size=(640, 480), options={"crf": "10"})
    server.good_bytes = int(path.stat().st_size * 16 / 60)
    with server.running():
        pulled = at_seven(server).pull(ASKED, tmp_path / "out.mp4")
    assert_true(pulled, ASKED)
    assert pulled.shortfall == "source_error"
    assert 1.0 < sum(part.seconds for part in pulled.covered) < 6.0


class Restless(WebServer):
    """The file is replaced while it is read."""

    def answer(self, asked: Asked) -> Answer:
        os.utime(self.folder / "film.mp4", ns=(0, len(self.log) * 10**9))
        return super().answer(asked)


@pytest.mark.usefixtures("large")
def test_a_file_that_changes_while_it_is_read_is_not_patched_together(tmp_path: Path) -> None:
    server = Restless(tmp_path / "web")
    write_whole(server.folder / "film.mp4", FILM)
    with server.running(), pytest.raises(SourceBroken) as failure:
        at_seven(server).pull(ASKED, tmp_path / "out.mp4")
    assert failure.value.retryable


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("seed", range(12))
def test_an_index_full_of_nonsense_is_refused_like_any_damaged_file(tmp_path: Path, web: WebServer, seed: int) -> None:
    path = write_whole(web.folder / "film.mp4", [Recorded("07:00:00", 30.0)])
    content = bytearray(path.read_bytes())
    dice, at = random.Random(seed), content.rindex(b"moov")
    for _ in range(40):
        content[dice.randrange(at + 4, len(content))] = dice.randrange(256)
    path.write_bytes(content)
    with contextlib.suppress(FootageError):
        at_seven(web).pull(ASKED, tmp_path / "out.mp4")
    assert not list(web.folder.parent.glob("**/*.holes"))


@pytest.mark.parametrize("form", ["film.mkv", "film.ts", "fragmented.mp4"])
@pytest.mark.usefixtures("large")
def test_what_has_no_index_is_fetched_whole(tmp_path: Path, web: WebServer, form: str) -> None:
    path = write_whole(tmp_path / "film.mp4", [Recorded("07:00:00", 30.0, b_frames=0)])
    options = {"movflags": "frag_keyframe+empty_moov"} if form.startswith("frag") else {}
    remux(path, web.folder / form, options)
    pulled = at_seven(web, f"/{form}").pull(ASKED, tmp_path / "out.mp4")
    assert_true(pulled, ASKED)
    assert pulled.covered == [ASKED]
    assert "in_parts" not in pulled.notes


@pytest.mark.usefixtures("large")
def test_a_server_that_sends_no_parts_works_too(tmp_path: Path) -> None:
    server = WebServer(tmp_path / "web", ranges=False)
    write_whole(server.folder / "film.mp4", FILM)
    with server.running():
        pulled = at_seven(server).pull(ASKED, tmp_path / "out.mp4")
        assert_true(pulled, ASKED)
        assert at_seven(server).coverage(ASKED) == [ASKED]


@pytest.mark.parametrize("algorithms", [("MD5",), ("SHA-256",)])
def test_it_signs_in_by_digest_for_every_part(tmp_path: Path, large: None, algorithms: tuple[str, ...]) -> None:
    auth = {"auth": "digest", "username": USERNAME, "password": PASSWORD, "algorithms": algorithms, "nonce_uses": 2}
    server = WebServer(tmp_path / "web", **auth)
    write_whole(server.folder / "film.mp4", FILM)
    with server.running():
        assert_true(at_seven(server).pull(ASKED, tmp_path / "out.mp4"), ASKED)
        server.password = "changed"
        with pytest.raises(SourceDenied):
            at_seven(server).pull(ASKED, tmp_path / "other.mp4")


def test_a_file_over_the_limit_is_not_fetched_whole(tmp_path: Path, web: WebServer) -> None:
    write_whole(web.folder / "film.mp4", FILM)
    limits = dataclasses.replace(context({}).limits, max_bytes=50_000)
    with pytest.raises(FootageUnreadable) as failure:
        at_seven(web, limits=limits).pull(ASKED, tmp_path / "out.mp4")
    assert failure.value.data["reason"] == "too_large"
    assert [one.name for one in tmp_path.iterdir()] == ["web"]


def test_an_empty_file_is_no_film(tmp_path: Path, web: WebServer) -> None:
    (web.folder / "film.mp4").write_bytes(b"")
    with pytest.raises(FootageUnreadable):
        at_seven(web).pull(ASKED, tmp_path / "out.mp4")


def test_one_file_that_is_not_there_is_a_missing_channel(tmp_path: Path, web: WebServer) -> None:
    with pytest.raises(ChannelMissing):
        at_seven(web).pull(ASKED, tmp_path / "out.mp4")


# --- what dates it --------------------------------------------------------------------------------------------------


def test_a_name_dates_a_file(tmp_path: Path, web: WebServer) -> None:
    write_whole(web.folder / "cam" / "20261102T070000.mp4", FILM)
    assert_true(source(web, "/cam/20261102T070000.mp4").pull(ASKED, tmp_path / "out.mp4"), ASKED)
    write_whole(web.folder / "nameless.mp4", FILM)
    with pytest.raises(FootageUndated):
        source(web, "/nameless.mp4").pull(ASKED, tmp_path / "other.mp4")


def test_the_time_of_its_last_change_dates_its_end(tmp_path: Path, web: WebServer) -> None:
    path = write_whole(web.folder / "film.mp4", FILM)
    ends = wib("07:01:00").timestamp()
    os.utime(path, (ends, ends))
    assert_true(source(web, dated_by="last_modified").pull(ASKED, tmp_path / "out.mp4"), ASKED)


@pytest.mark.parametrize("parts", [True, False])
@pytest.mark.parametrize("how", ["creation_time", "creation_time_local"])
def test_an_mp4_may_say_itself_when_it_was_made(
    tmp_path: Path, web: WebServer, how: str, parts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the standard in UTC; many cameras write their local time."""
    monkeypatch.setattr(http_file, "PARTS_FROM_BYTES", 1 if parts else 1 << 30)
    path = write_whole(web.folder / "film.mp4", FILM)
    content = bytearray(path.read_bytes())
    told = wib("07:00:00") if how == "creation_time" else wib("07:00:00").replace(tzinfo=UTC)
    at = content.index(b"mvhd") + 8
    content[at : at + 4] = int((told - mp4_boxes.EPOCH).total_seconds()).to_bytes(4, "big")
    path.write_bytes(content)
    assert_true(source(web, dated_by=how).pull(ASKED, tmp_path / "out.mp4"), ASKED)


def test_an_mp4_of_a_recorder_without_a_clock_is_not_dated(tmp_path: Path, web: WebServer) -> None:
    path = write_whole(web.folder / "film.mp4", FILM)
    assert mp4_boxes.created_at(b"") is None
    with pytest.raises(FootageUndated):
        source(web, dated_by="creation_time").pull(ASKED, tmp_path / "out.mp4")
    assert path.exists()


def test_a_file_that_begins_late_in_its_hour_is_not_dated_by_the_hour(tmp_path: Path, web: WebServer) -> None:
    """The recorder lost its power and came back at 07:00:20; its file carries the name of the minute all the same."""
    path = write_whole(web.folder / "0700.mp4", [Recorded("07:00:20", 40.0)])
    asked = window("07:00:22", "07:00:30")
    with pytest.raises(FootageUndated) as failure:
        source(web, "/{start:%H%M}.mp4", slot_s=60).pull(asked, tmp_path / "out.mp4")
    assert failure.value.data["reason"] == "shorter_than_asked"
    ends = wib("07:01:00").timestamp()
    os.utime(path, (ends, ends))
    with pytest.raises(FootageUndated):
        source(web, "/{start:%H%M}.mp4", slot_s=60).pull(asked, tmp_path / "out.mp4")


def test_a_file_that_ended_early_in_its_hour_is_dated_when_its_last_change_agrees(
    tmp_path: Path, web: WebServer
) -> None:
    path = write_whole(web.folder / "0700.mp4", [Recorded("07:00:00", 30.0)])
    ends = wib("07:00:32").timestamp()
    os.utime(path, (ends, ends))
    pulled = source(web, "/{start:%H%M}.mp4", slot_s=60).pull(ASKED, tmp_path / "out.mp4")
    assert_true(pulled, ASKED)


def test_a_server_that_cuts_less_than_asked_is_not_believed(tmp_path: Path) -> None:
    """The recording begins in the middle of what was asked for: the file would be dated seconds too early."""
    server = CuttingServer(tmp_path / "web", [Recorded("07:00:10", 30.0)])
    with server.running(), pytest.raises(FootageUndated):
        source(server, "/clip?from={start_unix}&len={duration_s}").pull(
            window("07:00:02", "07:00:30"), tmp_path / "out.mp4"
        )


def test_one_damaged_file_of_several_is_one_hole(tmp_path: Path, web: WebServer) -> None:
    write_slots(web.folder, [Recorded("07:00:00", 30.0)])
    (web.folder / "2026-11-02" / "070010.mp4").write_bytes(b"nonsense" * 1000)
    asked = window("07:00:02", "07:00:28")
    pulled = source(web, "/{start:%Y-%m-%d}/{start:%H%M%S}.mp4", slot_s=SLOT_S).pull(asked, tmp_path / "out.mp4")
    assert_true(pulled, asked)
    assert sum(part.seconds for part in pulled.covered) == pytest.approx(21.0, abs=0.2)
    assert pulled.shortfall == "decode_failed"
    assert "not_media" in pulled.notes["trouble"].values()


def test_the_next_try_goes_on_from_the_files_that_came(
    tmp_path: Path, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cameras.footage.remote_mp4.HEAD_BYTES", 1000)
    write_slots(web.folder, [Recorded("07:00:00", 30.0)])
    asked, scratch = window("07:00:02", "07:00:28"), tmp_path / "scratch"
    later, address = datetime(2026, 11, 3, tzinfo=UTC), "/{start:%Y-%m-%d}/{start:%H%M%S}.mp4"
    one = source(web, address, slot_s=SLOT_S, scratch=scratch, now=lambda: later)
    one.pull(asked, tmp_path / "1.mp4")
    first = web.bytes_sent
    assert_true(one.pull(asked, tmp_path / "2.mp4"), asked)
    assert web.bytes_sent - first < first / 10


def test_a_glance_is_the_newest_moment_of_the_newest_file(tmp_path: Path, web: WebServer) -> None:
    write_slots(web.folder, [Recorded("07:00:00", 30.0)])
    address = "/{start:%Y-%m-%d}/{start:%H%M%S}.mp4"
    seen = source(web, address, slot_s=SLOT_S, delay_s=0, now=lambda: wib("07:00:31")).glance(tmp_path)
    assert seen.taken_at == wib("07:00:30")
    with pytest.raises(FootageMissing):
        source(web, address, slot_s=SLOT_S, now=lambda: wib("09:00:00")).glance(tmp_path)


def test_a_device_in_another_zone_names_its_files_in_that_zone(tmp_path: Path, web: WebServer) -> None:
    write_whole(web.folder / "20261102000000.mp4", FILM)
    one = source(web, "/{start:%Y%m%d%H%M%S}.mp4", slot_s=60, timezone="UTC")
    assert_true(one.pull(ASKED, tmp_path / "out.mp4"), ASKED)
