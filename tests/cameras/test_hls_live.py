"""Live playlists: followed by polls with a clock in the test's hand, and pulled in real time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cameras.footage.assemble import media_of
from cameras.footage.decode import DecodeInterrupted, DecodeLimits, MediaInfo
from cameras.footage.hls.follower import LiveFollower
from cameras.footage.hls.live import LiveSegment
from cameras.footage.hls.source import HlsSource
from cameras.footage.source import ChannelMissing, FootageError, FootageMissing, FootageUndated, PulledFootage
from cameras.footage.window import TimeWindow
from tests.cameras.clips import wib
from tests.cameras.footage_contract import ZERO, Recorded, assert_true, window
from tests.cameras.hls_files import Cut, cut_up
from tests.cameras.live_hls import TWO_SECONDS, Broadcast, LivePlaylist
from tests.cameras.network_contract import FAST, context
from tests.cameras.nginx_server import Nginx, nginx

FILM = Recorded("07:00:00", 24.0)
UNDATED = replace(TWO_SECONDS, dates="none")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Cut]]:
    """Twelve segments of two seconds."""
    folder = tmp_path_factory.mktemp("film")
    return folder, cut_up(folder, FILM, "s", seconds=2.0)


@dataclass(frozen=True)
class Stage:
    """A folder of segments, of which a test publishes what it wants, and nginx in front of it."""

    server: Nginx
    www: Path
    cuts: list[Cut]


@pytest.fixture
def stage(tmp_path: Path, film: tuple[Path, list[Cut]]) -> Iterator[Stage]:
    www = tmp_path / "www"
    www.mkdir()
    for cut in film[1]:
        (www / cut.uri).write_bytes((film[0] / cut.uri).read_bytes())
    with nginx(www) as server:
        yield Stage(server, www, list(film[1]))


class Clock:
    """What the follower takes for the time."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def follower(server: Nginx, folder: Path, clock: Callable[[], datetime], **extra: Any) -> LiveFollower:
    given = {name: extra.pop(name) for name in ("clock_offset_s",) if name in extra}
    return LiveFollower(server.url("index.m3u8"), context({"url": "-"}, now=clock, **given), folder, **extra)


def starts(news: list[LiveSegment], zero: datetime = ZERO) -> list[float]:
    return [round((one.start - zero).total_seconds(), 2) for one in news]


# -- Polls -------------------------------------------------------------------------------------------------------------


def test_a_poll_brings_what_was_finished_since_the_last(stage: Stage, tmp_path: Path) -> None:
    live = LivePlaylist(stage.www, stage.cuts)
    with follower(stage.server, tmp_path / "ring", Clock(wib("07:00:08"))) as following:
        live.publish(4)
        assert starts(following.poll()) == [0.0, 2.0, 4.0, 6.0]
        assert following.poll() == []
        live.publish(6)
        news = following.poll()
        assert starts(news) == [8.0, 10.0]
        assert {one.run for one in news} == {0}
        assert all(one.how == "playlist" and one.path.is_file() for one in news)
        assert [round(one.info.duration_s, 2) for one in news] == [2.0, 2.0]
        assert not following.ended
        live.publish(7, ended=True)
        assert starts(following.poll()) == [12.0]
        assert following.ended


def test_the_cameras_clock_is_put_right(stage: Stage, tmp_path: Path) -> None:
    LivePlaylist(stage.www, stage.cuts, replace(TWO_SECONDS, off_s=420.0)).publish(3)
    with follower(stage.server, tmp_path / "ring", Clock(wib("07:00:06")), clock_offset_s=420.0) as following:
        assert starts(following.poll()) == [0.0, 2.0, 4.0]


def test_what_slid_out_unseen_is_counted(stage: Stage, tmp_path: Path) -> None:
    live = LivePlaylist(stage.www, stage.cuts)
    with follower(stage.server, tmp_path / "ring", Clock(wib("07:00:08"))) as following:
        live.publish(2)
        following.poll()
        live.publish(9)
        news = following.poll()
        assert starts(news) == [10.0, 12.0, 14.0, 16.0]
        assert following.counts["missed"] == 3
        assert news[0].lost_s == 6.0
        assert news[0].run == 0, "the packets still count on"


def test_only_one_date_far_back_is_carried_on_by_packets(stage: Stage, tmp_path: Path) -> None:
    """The segment with the date lies before what is wanted: it is fetched for its date and not handed over."""
    LivePlaylist(stage.www, stage.cuts, replace(TWO_SECONDS, dates="first"), shown=10).publish(8)
    with follower(stage.server, tmp_path / "ring", Clock(wib("07:00:16")), since=wib("07:00:12")) as following:
        assert starts(following.poll())[-2:] == [12.0, 14.0]
        assert not any("s-1.ts" in hit for hit in stage.server.hits())


def test_a_discontinuity_begins_a_new_run(stage: Stage, tmp_path: Path) -> None:
    later = [
        cut.but(breaks=number == 3, start=cut.start + timedelta(seconds=100 * (number >= 3)))
        for number, cut in enumerate(stage.cuts)
    ]
    LivePlaylist(stage.www, later, replace(TWO_SECONDS, dates="first"), shown=9).publish(5)
    with follower(stage.server, tmp_path / "ring", Clock(wib("07:02:00"))) as following:
        news = following.poll()
    assert starts(news) == [0.0, 2.0, 4.0, 106.0, 108.0]
    assert [one.run for one in news] == [0, 0, 0, 1, 1]


def test_a_restarted_server_is_followed_anew(stage: Stage, tmp_path: Path) -> None:
    live = LivePlaylist(stage.www, stage.cuts, replace(TWO_SECONDS, sequence=500))
    with follower(stage.server, tmp_path / "ring", Clock(wib("07:00:08"))) as following:
        live.publish(3)
        first = following.poll()
        live.first, live.cuts = 0, [cut.but(start=cut.start + timedelta(minutes=5)) for cut in stage.cuts]
        live.publish(2)
        second = following.poll()
    assert starts(second) == [300.0, 302.0]
    assert following.counts["restarts"] == 1
    assert second[0].run > first[-1].run


def test_a_server_in_trouble_is_told_and_gone_on_with(stage: Stage, tmp_path: Path) -> None:
    live = LivePlaylist(stage.www, stage.cuts)
    with follower(stage.server, tmp_path / "ring", Clock(wib("07:00:08"))) as following:
        live.publish(2)
        following.poll()
        (stage.www / "index.m3u8").unlink()
        with pytest.raises(ChannelMissing):
            following.poll()
        assert following.wait_s > 0
        live.publish(4)
        assert starts(following.poll()) == [4.0, 6.0]


def test_a_segment_that_is_gone_or_marked_as_missing_is_a_hole(stage: Stage, tmp_path: Path) -> None:
    stage.cuts[1] = stage.cuts[1].but(lines=("#EXT-X-GAP",))
    (stage.www / stage.cuts[2].uri).unlink()
    LivePlaylist(stage.www, stage.cuts).publish(4)
    with follower(stage.server, tmp_path / "ring", Clock(wib("07:00:08"))) as following:
        news = following.poll()
    assert starts(news) == [0.0, 6.0]
    assert news[1].lost_s == pytest.approx(4.0)
    assert following.counts == {"gap": 1, "gone": 1}
    assert not any(stage.cuts[1].uri in hit for hit in stage.server.hits()), (
        "what is known to be missing is not asked for"
    )


def test_a_segment_that_is_no_film_is_passed_by(stage: Stage, tmp_path: Path) -> None:
    (stage.www / stage.cuts[1].uri).write_bytes(b"not film at all" * 500)
    LivePlaylist(stage.www, stage.cuts).publish(3)
    with follower(stage.server, tmp_path / "ring", Clock(wib("07:00:08"))) as following:
        assert starts(following.poll()) == [0.0, 4.0]
        assert following.counts == {"unreadable": 1}


def test_a_machine_too_busy_to_read_loses_nothing(stage: Stage, tmp_path: Path) -> None:
    LivePlaylist(stage.www, stage.cuts).publish(2)
    kills = [1]

    def busy(paths: Sequence[Path], limits: DecodeLimits) -> Mapping[Path, MediaInfo | FootageError]:
        return (
            {path: DecodeInterrupted("killed") for path in paths} if kills and kills.pop() else media_of(paths, limits)
        )

    with follower(stage.server, tmp_path / "ring", Clock(wib("07:00:04")), measure=busy) as following:
        with pytest.raises(DecodeInterrupted):
            following.poll()
        assert starts(following.poll()) == [0.0, 2.0]
    assert len([hit for hit in stage.server.hits() if ".ts" in hit]) == 2


# -- Without dates -----------------------------------------------------------------------------------------------------


def test_without_dates_the_first_arrival_dates_everything(stage: Stage, tmp_path: Path) -> None:
    clock = Clock(wib("07:00:09.3"))
    live = LivePlaylist(stage.www, stage.cuts, UNDATED)
    with follower(stage.server, tmp_path / "ring", clock) as following:
        live.publish(4)
        assert following.poll() == [], "nothing has arrived yet"
        assert following.wait_s <= 1.0
        live.publish(5)
        clock.at = wib("07:00:10.2")
        news = following.poll()
        # The newest ends when it is seen: 0.2 s late, and so are those before it.
        assert starts(news) == [2.2, 4.2, 6.2, 8.2]
        assert {one.how for one in news} == {"arrival"}
        assert all(one.padding_s >= 2.0 for one in news)


def test_no_segment_is_dated_as_if_it_had_arrived_before_it_ended(stage: Stage, tmp_path: Path) -> None:
    """A late first look is put right by an earlier arrival: the dates come nearer to the truth, never farther."""
    clock = Clock(wib("07:00:08"))
    live = LivePlaylist(stage.www, stage.cuts, UNDATED)
    with follower(stage.server, tmp_path / "ring", clock) as following:
        live.publish(4)
        following.poll()
        live.publish(5)
        clock.at = wib("07:00:11.5")  # 1.5 s late
        assert starts(following.poll())[-1] == 9.5
        live.publish(6)
        clock.at = wib("07:00:12.1")
        following.poll()
        live.publish(7)
        clock.at = wib("07:00:14.2")
        assert starts(following.poll()) == [12.1]


def test_a_break_without_dates_is_dated_by_its_own_arrival(stage: Stage, tmp_path: Path) -> None:
    clock = Clock(wib("07:00:08"))
    stage.cuts[5] = stage.cuts[5].but(breaks=True)
    live = LivePlaylist(stage.www, stage.cuts, UNDATED)
    with follower(stage.server, tmp_path / "ring", clock) as following:
        live.publish(4)
        following.poll()
        live.publish(5)
        clock.at = wib("07:00:10")
        before = following.poll()
        live.publish(7)
        clock.at = wib("07:01:00")
        after = following.poll()
    assert starts(before)[-1] == 8.0
    assert starts(after) == [56.0, 58.0], "the camera was away in between, and the packets do not tell how long"
    assert after[0].run > before[-1].run


def test_a_recording_without_dates_is_no_live_stream(stage: Stage, tmp_path: Path) -> None:
    LivePlaylist(stage.www, stage.cuts, UNDATED).publish(4, ended=True)
    with follower(stage.server, tmp_path / "ring", Clock(wib("07:00:08"))) as following, pytest.raises(FootageUndated):
        following.poll()


# -- Pulls -------------------------------------------------------------------------------------------------------------


def pulled_live(server: Nginx, tmp_path: Path, asked: TimeWindow, **extra: Any) -> PulledFootage:
    return HlsSource.bind(context({"url": server.url("index.m3u8")}, **extra)).pull(asked, tmp_path / "out.mp4")


def test_a_window_that_is_not_over_is_followed_to_its_end(stage: Stage, tmp_path: Path) -> None:
    """It begins two seconds ago and ends four from now; the segments that slide out meanwhile are deleted."""
    live = LivePlaylist(stage.www, stage.cuts, shown=3)
    live.keeps = False
    broadcast = Broadcast(live, ahead=3).begin()
    now = datetime.now(UTC)
    asked = TimeWindow(now - timedelta(seconds=2), now + timedelta(seconds=4))
    try:
        pulled = pulled_live(stage.server, tmp_path, asked)
    finally:
        broadcast.stop()
    assert_true(pulled, asked, broadcast.zero)
    assert sum(part.seconds for part in pulled.covered) == pytest.approx(6.0, abs=0.1)
    assert pulled.notes["clock"]["how"] == "playlist"
    assert pulled.shortfall == ""


def test_a_window_of_a_stream_without_dates_is_dated_by_arrival(stage: Stage, tmp_path: Path) -> None:
    broadcast = Broadcast(LivePlaylist(stage.www, stage.cuts, UNDATED), ahead=4).begin()
    now = datetime.now(UTC)
    asked = TimeWindow(now - timedelta(seconds=2), now + timedelta(seconds=3))
    try:
        pulled = pulled_live(stage.server, tmp_path, asked, clock_offset_s=420.0)
    finally:
        broadcast.stop()
    clock = pulled.notes["clock"]
    assert clock["how"] == "arrival"
    assert pulled.clock_offset_s == 0.0, "it is our clock that dates it, whatever the camera's shows"
    # Bars tell the truth; it may differ by the padding that is told, and a loaded machine's lateness.
    assert (
        abs((pulled.media_start_at - broadcast.zero).total_seconds() - first_shot_s(pulled)) < clock["padding_s"] + 1.0
    )
    assert sum(part.seconds for part in pulled.covered) > 3.0


def first_shot_s(pulled: PulledFootage) -> float:
    from cameras.footage.decode import SamplePlan, read_frames
    from tests.cameras.clips import shot_at

    with read_frames(pulled.path, SamplePlan("keyframes")) as stream:
        return float(shot_at(next(iter(stream)).picture))


def test_a_stream_that_stops_gives_what_there_is_and_says_so(stage: Stage, tmp_path: Path) -> None:
    """Its last segment ends four seconds before the window does; the pull waits a grace and no longer."""
    broadcast = Broadcast(LivePlaylist(stage.www, stage.cuts[:4]), ahead=3).begin()
    now = datetime.now(UTC)
    asked = TimeWindow(now - timedelta(seconds=4), now + timedelta(seconds=3))
    try:
        pulled = pulled_live(stage.server, tmp_path, asked)
    finally:
        broadcast.stop()
    assert_true(pulled, asked, broadcast.zero)
    assert pulled.shortfall == "footage_timed_out"


def test_a_window_that_slid_out_is_missing(stage: Stage, tmp_path: Path) -> None:
    LivePlaylist(stage.www, stage.cuts).publish(12)
    with pytest.raises(FootageMissing) as failure:
        pulled_live(stage.server, tmp_path, window("07:00:02", "07:00:08"), now=Clock(wib("07:00:30")))
    assert not failure.value.retryable


def test_what_was_followed_is_there_for_the_next_try(stage: Stage, tmp_path: Path) -> None:
    """The worker dies after six seconds; when the next one comes, the playlist has slid on and the server forgot."""
    live, scratch = LivePlaylist(stage.www, stage.cuts, shown=3), tmp_path / "scratch"
    live.keeps = False
    asked = window("07:00:00", "07:00:12")
    clock = Clock(wib("07:00:06"))

    def killed() -> datetime:
        if clock.at == wib("07:00:06") and (scratch / "hls" / "followed.json").exists():
            raise KeyboardInterrupt
        return clock.at

    live.publish(3)
    with pytest.raises(KeyboardInterrupt):
        pulled_live(stage.server, tmp_path, asked, now=killed, scratch=scratch)
    live.publish(6)
    clock.at = wib("07:00:12.5")
    pulled = pulled_live(stage.server, tmp_path, asked, now=clock, scratch=scratch)
    assert_true(pulled, asked)
    assert pulled.covered == [asked]


def test_a_glance_is_the_newest_segment_alone(stage: Stage, tmp_path: Path) -> None:
    LivePlaylist(stage.www, stage.cuts).publish(5)
    (tmp_path / "look").mkdir()
    seen = HlsSource.bind(context({"url": stage.server.url("index.m3u8")})).glance(tmp_path / "look")
    assert [hit for hit in stage.server.hits() if ".ts" in hit] == [f"GET /{stage.cuts[4].uri} 200"]
    assert seen.taken_at is not None
    assert abs((seen.taken_at - wib("07:00:10")).total_seconds()) < 0.05


def test_a_glance_at_a_stream_without_dates_tells_no_time(stage: Stage, tmp_path: Path) -> None:
    LivePlaylist(stage.www, stage.cuts, UNDATED).publish(5)
    (tmp_path / "look").mkdir()
    assert HlsSource.bind(context({"url": stage.server.url("index.m3u8")})).glance(tmp_path / "look").taken_at is None


def test_a_stream_that_never_answers_ends_with_the_reason(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    asked = TimeWindow(now - timedelta(seconds=1), now + timedelta(seconds=1))
    source = HlsSource.bind(context({"url": "http://127.0.0.1:9/x.m3u8"}, limits=FAST))
    with pytest.raises(FootageError) as failure:
        source.pull(asked, tmp_path / "out.mp4")
    assert failure.value.code == "source_unreachable"
