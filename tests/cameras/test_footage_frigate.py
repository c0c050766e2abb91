"""Frigate: its list, its clips without holes, its clock, its login, its latest picture."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cameras.footage.decode import SamplePlan, read_frames
from cameras.footage.frigate import FrigateSource
from cameras.footage.frigate_runs import Came, Row, asked, beginnings, rows_of
from cameras.footage.registry import source_for
from cameras.footage.source import (
    FootageError,
    FootageMissing,
    FootageSource,
    FootageUnreadable,
    SourceBroken,
    SourceDenied,
    SourceMisconfigured,
)
from tests.cameras.clips import shot_at
from tests.cameras.faults import Fault, proxied
from tests.cameras.footage_contract import Recorded, assert_true, window
from tests.cameras.frigate_server import FrigateServer
from tests.cameras.network_contract import PASSWORD, USERNAME, Bad, NetworkFootageContract, context


class TestFrigateKeepsTheContract(NetworkFootageContract):
    asks_the_clock = True

    def make_networked(self, root: Path, segments: Sequence[Recorded], bad: Bad) -> FootageSource:
        stack = contextlib.ExitStack()
        self.on_end(stack.close)
        server = FrigateServer(root / "frigate", segments, clock_off_s=bad.clock_off_s)
        stack.enter_context(server.running())
        port = (
            server.port if bad.fault is Fault.NONE else stack.enter_context(proxied(server.port, bad.fault)).server_port
        )
        return source_for("frigate", context({"url": f"http://127.0.0.1:{port}", "camera": "gate"}, bad))


# --- where segments begin -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("came", "begin"),
    [
        ([(0, 10.0), (10, 10.0), (20, 10.0)], [0, 10, 20]),
        # Names are cut to the second: the third began at 20.9 or later, so the first at 0.9.
        ([(0, 10.0), (10, 10.0), (20.9, 10.0)], [0.9, 10.9, 20.9]),
        # Lengths a little over ten seconds: the names fall behind by up to one, and prove nothing.
        ([(0, 10.3), (10, 10.3), (20, 10.3)], [0, 10.3, 20.6]),
        # A hole: time is anchored anew.
        ([(0, 10.0), (25, 10.0)], [0, 25]),
        # A camera whose clock is slow: its ten seconds last twelve.
        ([(0, 10.0), (12, 10.0), (24, 10.0)], [0, 12, 24]),
        ([], []),
    ],
    ids=["exact", "cut names", "long segments", "a hole", "a slow clock", "nothing"],
)
def test_names_and_lengths_together_tell_where_segments_begin(
    came: list[tuple[float, float]], begin: list[float]
) -> None:
    told = beginnings([Came(Row(start, start + seconds), seconds) for start, seconds in came])
    assert told == pytest.approx(begin)


def test_a_segment_that_broke_off_says_nothing_about_the_next() -> None:
    came = [Came(Row(0, 10), 9.5, whole=False), Came(Row(10, 20), 10.0)]
    assert beginnings(came) == [0, 10]


@pytest.mark.parametrize(
    ("before", "row", "following", "expected"),
    [
        (None, (0, 10), None, (0.5, 10.5)),
        ((-10, 0.7), (0, 10), None, (0.701, 10.5)),
        ((-10, 0.9999), (0, 10), None, (0.999, 10.5)),
        (None, (0, 10.2), (10, 20), (0.5, 10.7)),
        (None, (0, 11.5), (10, 20), (0.5, 10.9)),
        (None, (0, 0.4), None, (0.2, 0.9)),
    ],
)
def test_a_segment_is_asked_for_from_inside_its_first_second(
    before: tuple[float, float] | None,
    row: tuple[float, float],
    following: tuple[float, float] | None,
    expected: tuple[float, float],
) -> None:
    assert asked(before and Row(*before), Row(*row), following and Row(*following)) == pytest.approx(expected)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        None,
        "[]",
        [1],
        [{"start_time": 1}],
        [{"start_time": "x", "end_time": 2}],
        [{"start_time": float("nan"), "end_time": 2}],
        [{"start_time": 1, "end_time": float("inf")}],
        [{"start_time": 1e300, "end_time": 1e301}],
    ],
)
def test_a_list_that_is_none_is_the_recorders_fault(answer: Any) -> None:
    with pytest.raises(SourceBroken):
        rows_of(answer)


def test_what_lies_inside_another_segment_is_passed_by() -> None:
    rows = rows_of([{"start_time": a, "end_time": b} for a, b in [(5, 8), (0, 10), (10, 10), (10, 20)]])
    assert rows == [Row(0, 10), Row(10, 20)]


# --- the whole source -----------------------------------------------------------------------------------------------

FILM = Recorded("07:00:00", 30.0)
ASKED = window("07:00:02", "07:00:28")


def source(server: FrigateServer, path: str = "", **settings: Any) -> FrigateSource:
    extra = {name: settings.pop(name) for name in ("secrets", "scratch") if name in settings}
    return FrigateSource.bind(context({"url": server.url + path, "camera": "gate", **settings}, **extra))


def test_a_segment_named_by_a_cut_second_is_not_off_by_more_than_that(tmp_path: Path) -> None:
    """The film begins at 07:00:00.6, and Frigate says 07:00:00."""
    server = FrigateServer(tmp_path / "frigate", [Recorded("07:00:00.6", 30.0)])
    with server.running():
        pulled = source(server).pull(ASKED, tmp_path / "out.mp4")
    with read_frames(pulled.path, SamplePlan("rate", fps=1000.0)) as stream:
        off = [(pulled.media_start_at - ASKED.start).total_seconds() + 2 + f.t_s - shot_at(f.picture) for f in stream]
    assert max(off) - min(off) < 0.05, "the seams are not even"
    assert max(abs(one) for one in off) < 1.0


def test_it_logs_in_where_frigate_wants_it(tmp_path: Path) -> None:
    server = FrigateServer(tmp_path / "frigate", [FILM], login=True, username=USERNAME, password=PASSWORD)
    with server.running():
        assert_true(source(server, login=True).pull(ASKED, tmp_path / "out.mp4"), ASKED)
        assert [asked.path for asked in server.log].count("/api/login") == 1
        with pytest.raises(SourceDenied):
            source(server).pull(ASKED, tmp_path / "other.mp4")


def test_a_wrong_password_is_denied_and_not_told(tmp_path: Path) -> None:
    server = FrigateServer(tmp_path / "frigate", [FILM], login=True, username=USERNAME, password="another")
    with server.running(), pytest.raises(SourceDenied) as failure:
        source(server, login=True).pull(ASKED, tmp_path / "out.mp4")
    assert PASSWORD not in f"{failure.value!r} {failure.value} {failure.value.data}"


@pytest.mark.parametrize("algorithms", [("MD5",), ("SHA-256",)])
def test_a_proxy_before_it_may_ask_for_digest(tmp_path: Path, algorithms: tuple[str, ...]) -> None:
    auth = {"auth": "digest", "username": USERNAME, "password": PASSWORD, "algorithms": algorithms, "nonce_uses": 3}
    server = FrigateServer(tmp_path / "frigate", [FILM], **auth)
    with server.running():
        assert_true(source(server).pull(ASKED, tmp_path / "out.mp4"), ASKED)


def test_what_expired_since_it_was_listed_is_a_hole(tmp_path: Path) -> None:
    server = FrigateServer(tmp_path / "frigate", [FILM])
    server.deleted.add(server.rows[1].path)
    with server.running():
        pulled = source(server).pull(ASKED, tmp_path / "out.mp4")
    assert_true(pulled, ASKED)
    assert sum(part.seconds for part in pulled.covered) == pytest.approx(16.0, abs=0.2)
    assert pulled.shortfall == "source_error"
    assert pulled.notes["expired"] == 1


def test_everything_expired_since_it_was_listed_is_missing(tmp_path: Path) -> None:
    server = FrigateServer(tmp_path / "frigate", [FILM])
    server.deleted |= {row.path for row in server.rows}
    with server.running(), pytest.raises(FootageMissing):
        source(server).pull(ASKED, tmp_path / "out.mp4")


def test_a_clip_that_ends_early_without_a_word_is_told(tmp_path: Path) -> None:
    """Frigate's FFmpeg dies half-way: its answer ends like any other."""
    server = FrigateServer(tmp_path / "frigate", [FILM])
    whole = server.rows[2].path
    short = Recorded("07:00:20", 4.0).write(tmp_path / "short.mp4")
    short.replace(whole)
    with server.running():
        pulled = source(server).pull(ASKED, tmp_path / "out.mp4")
    assert_true(pulled, ASKED)
    assert pulled.shortfall == "source_error"
    assert pulled.notes["lost_s"] == pytest.approx(4.0, abs=0.3)


def test_a_clip_longer_than_its_segment_is_no_evidence_of_any_time(tmp_path: Path) -> None:
    server = FrigateServer(tmp_path / "frigate", [Recorded("07:00:00", 10.0)])
    Recorded("07:00:00", 19.0).write(tmp_path / "long.mp4").replace(server.rows[0].path)
    with server.running(), pytest.raises(FootageUnreadable) as failure:
        source(server).pull(window("07:00:02", "07:00:08"), tmp_path / "out.mp4")
    assert failure.value.code == "footage_undated"


def test_the_next_try_goes_on_from_what_came(tmp_path: Path) -> None:
    server = FrigateServer(tmp_path / "frigate", [FILM])
    scratch = tmp_path / "scratch"
    with server.running():
        source(server, scratch=scratch).pull(ASKED, tmp_path / "1.mp4")
        before = sum("clip.mp4" in asked.path for asked in server.log)
        assert_true(source(server, scratch=scratch).pull(ASKED, tmp_path / "2.mp4"), ASKED)
        assert sum("clip.mp4" in asked.path for asked in server.log) == before


def test_a_frigate_that_sees_nothing_has_no_latest_picture(tmp_path: Path) -> None:
    """It answers with an old picture, or with one that says so; neither is a look at the camera."""
    server = FrigateServer(tmp_path / "frigate", [FILM])
    with server.running():
        server.camera_fps = 0
        with pytest.raises(FootageError) as failure:
            source(server).glance(tmp_path)
        assert failure.value.data["reason"] == "offline"
        server.camera_fps, server.offline = 5.0, True
        with pytest.raises(FootageError):
            source(server).glance(tmp_path)


def test_a_glance_tells_how_far_the_servers_clock_is_off(tmp_path: Path) -> None:
    server = FrigateServer(tmp_path / "frigate", [FILM], clock_off_s=420.0)
    with server.running():
        seen = source(server).glance(tmp_path)
    assert seen.clock_offset_s == pytest.approx(420.0, abs=3.0)


def test_the_answer_to_a_list_may_be_anything(tmp_path: Path) -> None:
    server = FrigateServer(tmp_path / "frigate", [FILM])
    for content in (b"", b"<html>", b"[" * 100_000, b"\xff\xfe"):
        server.list_content = content
        with server.running(), pytest.raises(SourceBroken):
            source(server).pull(ASKED, tmp_path / "out.mp4")


@pytest.mark.parametrize("camera", ["../gate", "a b", "", None, "a/../../b", "gate?x=1"])
def test_a_name_that_leads_elsewhere_is_refused(camera: Any) -> None:
    assert "camera" in FrigateSource.validate({"url": "http://10.0.0.1:5000", "camera": camera})
    with pytest.raises(SourceMisconfigured):
        FrigateSource.bind(context({"url": "http://10.0.0.1:5000", "camera": camera}))


def test_a_source_that_needs_no_login_sends_none(tmp_path: Path) -> None:
    server = FrigateServer(tmp_path / "frigate", [FILM])
    with server.running():
        source(server).coverage(ASKED)
    assert all("authorization" not in asked.headers for asked in server.log)


def test_it_may_live_below_a_path(tmp_path: Path) -> None:
    server = FrigateServer(tmp_path / "frigate", [FILM])
    server.prefix = "/frigate"
    with server.running():
        for path in ("/frigate", "/frigate/"):
            assert source(server, path).coverage(ASKED) == [ASKED]
