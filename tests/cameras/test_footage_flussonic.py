"""Flussonic: windows from its archive, its list of ranges, locks, previews; against a simulated server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cameras.footage.context import Secrets
from cameras.footage.flussonic import FlussonicSource, base_of, stream_of
from cameras.footage.flussonic import _ranges as ranges_of
from cameras.footage.source import FootageSource, FootageTimedOut, FootageUnreadable
from tests.cameras.clips import Clip, steady, write
from tests.cameras.faults import Fault, proxied
from tests.cameras.flussonic_server import Flussonic
from tests.cameras.footage_contract import Recorded, assert_true, window
from tests.cameras.hls_files import recorded
from tests.cameras.network_contract import PASSWORD, USERNAME, Bad, NetworkFootageContract, context

FILM = Recorded("07:00:00", 30.0)
ASKED = window("07:00:04", "07:00:20")


class TestFlussonicKeepsTheContract(NetworkFootageContract):
    def make_networked(self, root: Path, segments: Sequence[Recorded], bad: Bad) -> FootageSource:
        cuts = recorded(root / "dvr", segments)
        server = Flussonic(root / "dvr", "gate/03", cuts, auth="basic", username=USERNAME, password=PASSWORD)
        server.off_s = bad.clock_off_s
        server.start()
        self.on_end(server.stop)
        proxy = proxied(server.port, bad.fault)
        port = proxy.__enter__().server_port
        self.on_end(lambda: proxy.__exit__(None, None, None))
        return FlussonicSource.bind(context({"url": f"http://127.0.0.1:{port}/gate/03"}, bad))


@pytest.fixture
def server(tmp_path: Path) -> Any:
    with Flussonic(tmp_path / "dvr", "gate-03", recorded(tmp_path / "dvr", [FILM])).running() as running:
        yield running


def source(server: Flussonic, **settings: Any) -> FlussonicSource:
    return FlussonicSource.bind(context({"url": f"{server.url}/gate-03", **settings}))


@pytest.mark.parametrize("form", ["archive", "index", "mono", "video"])
def test_it_finds_the_form_of_address_that_the_version_knows(server: Flussonic, tmp_path: Path, form: str) -> None:
    server.forms = (form,)
    pulled = source(server).pull(ASKED, tmp_path / "out.mp4")
    assert_true(pulled, ASKED)
    assert pulled.covered == [ASKED]


def test_an_archive_without_dates_begins_about_when_it_was_asked_to(server: Flussonic, tmp_path: Path) -> None:
    """The answer begins with the segment that holds the second asked for; the notes say how far off that may be."""
    server.dated = False
    pulled = source(server).pull(ASKED, tmp_path / "out.mp4")
    assert pulled.notes["clock"]["how"] == "asked"
    assert pulled.notes["clock"]["padding_s"] == 7.0


def test_a_token_is_sent_and_told_nowhere(server: Flussonic, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    server.token = "kunci-9931"
    given = context({"url": f"{server.url}/gate-03"}, secrets=Secrets({"token": "kunci-9931"}))
    pulled = FlussonicSource.bind(given).pull(ASKED, tmp_path / "out.mp4")
    assert pulled.covered == [ASKED]
    assert "kunci-9931" not in repr(pulled) + caplog.text


@pytest.mark.parametrize("api", ["old", "v3"])
def test_the_range_is_locked_while_it_is_pulled_and_let_go_then(server: Flussonic, tmp_path: Path, api: str) -> None:
    server.api = api
    pulled = source(server, lock=True).pull(ASKED, tmp_path / "out.mp4")
    assert pulled.notes["lock"] == "held"
    assert [verb for verb, _ in server.lock_log] == ["lock", "unlock"]
    assert server.locks == []
    asked = server.lock_log[0][1]
    assert asked["from"] == int(ASKED.start.timestamp())
    assert asked["duration"] == 16


def test_a_range_that_was_not_had_stays_locked_for_the_next_try(server: Flussonic, tmp_path: Path) -> None:
    with proxied(server.port, Fault.STALLS) as proxy:
        troubled = FlussonicSource.bind(context({"url": f"http://127.0.0.1:{proxy.server_port}/gate-03", "lock": True}))
        with pytest.raises(FootageTimedOut):
            troubled.pull(ASKED, tmp_path / "out.mp4")
    assert len(server.locks) == 1


def test_a_lock_that_is_refused_is_a_note_and_no_failure(server: Flussonic, tmp_path: Path) -> None:
    server.api = "neither"
    pulled = source(server, lock=True).pull(ASKED, tmp_path / "out.mp4")
    assert pulled.covered == [ASKED]
    assert pulled.notes["lock"] == "channel_missing"


def test_nothing_is_locked_unless_it_is_asked_for(server: Flussonic, tmp_path: Path) -> None:
    source(server).pull(ASKED, tmp_path / "out.mp4")
    assert server.lock_log == []


def test_its_ranges_are_what_it_covers(server: Flussonic) -> None:
    assert source(server).coverage(ASKED) == [ASKED]
    assert any("recording_status.json" in asked.target and "request=ranges" in asked.target for asked in server.log)


def test_without_ranges_the_playlist_tells(server: Flussonic) -> None:
    server.has_ranges = False
    [told] = source(server).coverage(ASKED)
    assert abs((told.start - ASKED.start).total_seconds()) < 0.05
    assert abs((told.end - ASKED.end).total_seconds()) < 0.05


AT = datetime.fromisoformat("2026-11-02T00:00:00+00:00")
UNIX = int(AT.timestamp())


@pytest.mark.parametrize(
    "told",
    [
        [{"stream": "a", "ranges": [{"from": UNIX, "duration": 60}]}],
        {"stream": "a", "ranges": [{"from": UNIX, "duration": 60}]},
        {"ranges": [{"from": UNIX, "to": UNIX + 60}]},
        [{"from": str(UNIX), "duration": "60"}],
        [{"from": UNIX * 1000, "to": (UNIX + 60) * 1000}],
        [
            {
                "stream": "a",
                "ranges": [{"from": UNIX, "duration": 60}, {"from": None}, {"from": UNIX, "duration": -5}, 7],
            }
        ],
        [{"stream": "a", "ranges": [{"from": UNIX, "duration": 60}, {"from": 1e300, "to": 1e301}]}],
    ],
)
def test_ranges_are_read_in_every_shape_that_versions_gave_them(told: Any) -> None:
    [found] = ranges_of(json.loads(json.dumps(told)))
    assert (found.start, found.end) == (AT, AT + timedelta(seconds=60))


@pytest.mark.parametrize("told", [{"error": "x"}, "no", 7, [1, 2], None])
def test_an_answer_without_ranges_is_said_to_be_none(told: Any) -> None:
    with pytest.raises(FootageUnreadable):
        list(ranges_of(told))


def test_a_look_is_the_servers_own_preview(server: Flussonic, tmp_path: Path) -> None:
    server.preview = write(tmp_path / "preview.mp4", Clip(steady(0.1, start_s=29.9)))
    (tmp_path / "look").mkdir()
    seen = source(server).glance(tmp_path / "look")
    assert seen.path.name == "preview.mp4"
    assert not any(asked.path.endswith(".ts") for asked in server.log)
    assert seen.taken_at == FILM_ENDS


FILM_ENDS = window("07:00:00", "07:00:30").end


def test_a_look_without_previews_is_the_newest_segment(server: Flussonic, tmp_path: Path) -> None:
    (tmp_path / "look").mkdir()
    seen = source(server).glance(tmp_path / "look")
    assert sum(asked.path.endswith(".ts") for asked in server.log) == 1
    assert seen.taken_at is not None
    assert abs((seen.taken_at - FILM_ENDS).total_seconds()) < 0.05


@pytest.mark.parametrize(
    ("url", "stream"),
    [
        ("http://s:8080/gate-03", "gate-03"),
        ("http://s:8080/gate-03/", "gate-03"),
        ("http://s/kota/gate-03/index.m3u8", "kota/gate-03"),
        ("https://s/gate-03/embed.html", "gate-03"),
    ],
)
def test_addresses_copied_from_a_browser_are_understood(url: str, stream: str) -> None:
    assert stream_of(url) == stream
    assert base_of(url).endswith(stream)
    assert FlussonicSource.validate({"url": url}) == {}


@pytest.mark.parametrize("url", ["http://s:8080/", "http://u:p@s/gate", "http://s/gate?token=x", "ftp://s/gate"])
def test_an_address_without_a_stream_or_with_a_secret_is_refused(url: str) -> None:
    assert "url" in FlussonicSource.validate({"url": url})
