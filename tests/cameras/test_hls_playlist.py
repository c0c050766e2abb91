"""Playlists as servers write them and as nobody should, and how segments are dated by them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cameras.footage.hls.dating import WRAP_S, Chain, Timed, dated, estimated
from cameras.footage.hls.playlist import Entry, Init, MediaPlaylist, Span, Variant, chosen, parsed
from cameras.footage.source import FootageUnreadable

BASE = "http://cam.example/live/index.m3u8"
WIB = ZoneInfo("Asia/Jakarta")
AT = datetime(2026, 11, 2, 7, 0, tzinfo=WIB)


def media(*lines: str) -> MediaPlaylist:
    found = parsed("\n".join(["#EXTM3U", "#EXT-X-TARGETDURATION:6", *lines]), BASE, WIB)
    assert isinstance(found, MediaPlaylist)
    return found


def segment(name: str, *tags: str, seconds: float = 6.0) -> list[str]:
    return [*tags, f"#EXTINF:{seconds},", name]


# -- What is read ------------------------------------------------------------------------------------------------------


def test_segments_are_numbered_and_their_addresses_made_whole() -> None:
    playlist = media("#EXT-X-MEDIA-SEQUENCE:41", *segment("a.ts"), *segment("../b.ts?x=1"), *segment("/c.ts"))
    assert [(one.sequence, one.address) for one in playlist.entries] == [
        (41, "http://cam.example/live/a.ts"),
        (42, "http://cam.example/b.ts?x=1"),
        (43, "http://cam.example/c.ts"),
    ]
    assert not playlist.ended
    assert media(*segment("a.ts"), "#EXT-X-ENDLIST").ended


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("2026-11-02T00:00:00.000Z", AT),
        ("2026-11-02T07:00:00+07:00", AT),
        ("2026-11-02T07:00:00.000+0700", AT),
        ("2026-11-02T07:00:00", AT),
        ("20261102T070000+0700", AT),
        ("yesterday", None),
        ("9999-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:03Z", None),
        ("", None),
    ],
)
def test_dates_are_read_in_every_spelling_and_nonsense_is_no_date(told: str, at: datetime | None) -> None:
    playlist = media(*segment("a.ts", f"#EXT-X-PROGRAM-DATE-TIME:{told}"), *segment("b.ts"))
    assert playlist.entries[0].told_at == at
    assert playlist.entries[1].told_at is None, "the library carries dates on by declared lengths, and must not"


def test_breaks_gaps_ranges_and_initialisation_are_read() -> None:
    playlist = media(
        '#EXT-X-MAP:URI="init.mp4",BYTERANGE="700@0"',
        *segment("all.mp4", "#EXT-X-BYTERANGE:1000@700"),
        *segment("all.mp4", "#EXT-X-BYTERANGE:500"),
        *segment("c.mp4", "#EXT-X-DISCONTINUITY", "#EXT-X-GAP"),
    )
    first, second, third = playlist.entries
    assert first.init == Init("http://cam.example/live/init.mp4", Span(0, 700))
    assert (first.span, second.span) == (Span(700, 1000), Span(1700, 500))
    assert (third.breaks, third.gap) == (True, True)
    assert not first.breaks


def test_keys_are_read_and_what_is_not_ours_to_open_is_named() -> None:
    key = '#EXT-X-KEY:METHOD=AES-128,URI="k.bin",IV=0x000000000000000000000000000000FF'
    playlist = media(
        *segment("a.ts", key),
        *segment("b.ts", "#EXT-X-KEY:METHOD=NONE"),
        *segment("c.ts", '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k.bin"'),
        *segment("d.ts", '#EXT-X-KEY:METHOD=AES-128,URI="k.bin",KEYFORMAT="com.apple.streamingkeydelivery"'),
    )
    opened, plain, sample, foreign = playlist.entries
    assert opened.key is not None
    assert opened.key.address == "http://cam.example/live/k.bin"
    assert opened.key.iv == bytes(15) + b"\xff"
    assert (plain.key, plain.locked) == (None, "")
    assert (sample.key, sample.locked) == (None, "SAMPLE-AES")
    assert (foreign.key, foreign.locked) == (None, "AES-128")


def test_parts_of_an_unfinished_segment_are_no_segment() -> None:
    playlist = media(
        "#EXT-X-PART-INF:PART-TARGET=0.5",
        *segment("a.ts"),
        '#EXT-X-PART:DURATION=0.5,URI="b.1.ts",INDEPENDENT=YES',
        '#EXT-X-PART:DURATION=0.5,URI="b.2.ts"',
        '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="b.3.ts"',
    )
    assert [one.address for one in playlist.entries] == ["http://cam.example/live/a.ts"]


def test_odd_target_lengths_neither_flood_nor_sleep() -> None:
    assert media("#EXT-X-TARGETDURATION:0", *segment("a.ts", seconds=0.01)).target_s >= 0.5
    assert media("#EXT-X-TARGETDURATION:999999", *segment("a.ts")).target_s <= 30.0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not_a_playlist"),
        ("<html>please log in</html>", "not_a_playlist"),
        ("#EXTM3U\n#EXTINF:6,\na\0b.ts\n", "not_a_playlist"),
        ("#EXTM3U\n" + "# " * (3 << 20), "too_large"),
        ("#EXTM3U\n" + "#EXTINF:1,\ns\n" * 100_000, "too_large"),
        ("#EXTM3U\n#" + "x" * 10_000, "bad_playlist"),
        ("#EXTM3U\n#EXTINF:-4,\na.ts\n", "bad_playlist"),
        ("#EXTM3U\n#EXTINF:nan,\na.ts\n", "bad_playlist"),
        ("#EXTM3U\n#EXTINF:1e300,\na.ts\n", "bad_playlist"),
        ("#EXTM3U\n#EXTINF:long,\na.ts\n", "bad_playlist"),
        ("#EXTM3U\n#EXT-X-TARGETDURATION:six\n#EXTINF:6,\na.ts\n", "bad_playlist"),
        ("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:-1\n#EXTINF:6,\na.ts\n", "bad_playlist"),
        (f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:{10**30}\n#EXTINF:6,\na.ts\n", "bad_playlist"),
        ("#EXTM3U\n#EXT-X-BYTERANGE:100\n#EXTINF:6,\na.ts\n", "bad_playlist"),
        ("#EXTM3U\n#EXT-X-BYTERANGE:100@-5\n#EXTINF:6,\na.ts\n", "bad_playlist"),
        ("#EXTM3U\n#EXT-X-BYTERANGE:0@5\n#EXTINF:6,\na.ts\n", "bad_playlist"),
        ("#EXTM3U\n#EXT-X-KEY\n#EXTINF:6,\na.ts\n", "bad_playlist"),
        ('#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k",IV=xyz\n#EXTINF:6,\na.ts\n', "bad_playlist"),
        (f'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x{"f" * 40}\n#EXTINF:6,\na.ts\n', "bad_playlist"),
        ("#EXTM3U\n#EXT-X-MAP:BYTERANGE=5\n#EXTINF:6,\na.ts\n", "bad_playlist"),
        ("#EXTM3U\n#EXTINF:6,\nhttp://[bad/a.ts\n", "bad_playlist"),
        ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=lots\na.m3u8\n", "bad_playlist"),
    ],
)
def test_an_absurd_playlist_is_refused_with_a_reason(text: str, reason: str) -> None:
    began = time.monotonic()
    with pytest.raises(FootageUnreadable) as failure:
        parsed(text, BASE, WIB)
    assert failure.value.data["reason"] == reason
    assert not failure.value.retryable
    assert time.monotonic() - began < 10


def test_what_a_line_says_is_not_repeated() -> None:
    """A server may have put our own token into its addresses."""
    with pytest.raises(FootageUnreadable) as failure:
        parsed("#EXTM3U\n#EXTINF:token=rahasia-77,\na.ts\n", BASE, WIB)
    assert "rahasia-77" not in str(failure.value)


def test_the_longest_playlist_allowed_is_read_soon() -> None:
    lines = [f"#EXT-X-PROGRAM-DATE-TIME:2026-11-02T00:00:00Z\n#EXTINF:2,\n{n}.ts" for n in range(50_000)]
    began = time.monotonic()
    playlist = media(*lines)
    assert len(playlist.entries) == 50_000
    assert time.monotonic() - began < 30


def test_quotes_without_an_end_cost_no_time() -> None:
    began = time.monotonic()
    media("#EXT-X-DATERANGE:" + "\"'" * 3_900, *segment("a.ts"))
    assert time.monotonic() - began < 10


# -- Which quality -----------------------------------------------------------------------------------------------------

HD = Variant("hd", 5_000_000, 1920, 1080)
UHD = Variant("uhd", 16_000_000, 3840, 2160)
SD = Variant("sd", 900_000, 640, 360)
SOUND = Variant("sound", 64_000, codecs="mp4a.40.2")
FAST_ONLY = Variant("fast", 40_000_000)


@pytest.mark.parametrize(
    ("quality", "offered", "first"),
    [
        ("auto", [SD, UHD, HD], HD),
        ("auto", [UHD], UHD),
        ("auto", [SOUND, SD], SD),
        ("auto", [FAST_ONLY, SD], SD),
        ("best", [SD, UHD, HD], UHD),
        ("smallest", [HD, SOUND, SD, UHD], SD),
        ("auto", [SOUND], SOUND),
    ],
)
def test_the_quality_asked_for_is_tried_first(quality: str, offered: list[Variant], first: Variant) -> None:
    assert chosen(offered, quality)[0] == first


def test_a_master_names_its_qualities() -> None:
    text = (
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360\nlow/index.m3u8\n"
        '#EXT-X-STREAM-INF:BANDWIDTH=5e6,RESOLUTION=1920x1080,CODECS="avc1.640028,mp4a.40.2"\nhigh/index.m3u8\n'
        '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="keys.m3u8"\n'
    )
    assert parsed(text, BASE, WIB) == (
        Variant("http://cam.example/live/low/index.m3u8", 900_000, 640, 360),
        Variant("http://cam.example/live/high/index.m3u8", 5_000_000, 1920, 1080, "avc1.640028,mp4a.40.2"),
    )


# -- Dates -------------------------------------------------------------------------------------------------------------


def entries(*told_s: float | None, said_s: float = 6.0, breaks: tuple[int, ...] = ()) -> list[Entry]:
    """A segment for each date, in seconds after AT; None: without one."""
    return [
        Entry(n, str(n), said_s, None if at is None else AT + timedelta(seconds=at), breaks=n in breaks)
        for n, at in enumerate(told_s)
    ]


def by_packets(*first_s: float, span_s: float = 6.0) -> dict[int, Timed]:
    return {n: Timed(at, span_s) for n, at in enumerate(first_s)}


def after_at(starts: dict[int, datetime]) -> dict[int, float]:
    return {n: round((at - AT).total_seconds(), 3) for n, at in starts.items()}


@pytest.mark.parametrize(
    ("listed", "packets", "starts"),
    [
        pytest.param(entries(0, 6.2, 12), by_packets(50, 56, 62), [0, 6, 12], id="jitter of dates moves nothing"),
        pytest.param(entries(0, None, None), by_packets(50, 57.2, 64.4), [0, 7.2, 14.4], id="lengths lie"),
        pytest.param(entries(None, None, 12), by_packets(50, 56, 62), [0, 6, 12], id="counted backwards from a date"),
        pytest.param(entries(0, 6, 72), by_packets(50, 56, 62), [0, 6, 72], id="a hole that nobody marked"),
        pytest.param(entries(0, 6, 12), by_packets(0, 0, 0), [0, 6, 12], id="times that begin anew in each segment"),
        pytest.param(
            entries(0, None, None), by_packets(WRAP_S - 4, 2, 8), [0, 6, 12], id="the count of 33 bits begins anew"
        ),
        pytest.param(entries(None, None, 12), by_packets(WRAP_S - 4, 2, 8), [0, 6, 12], id="and backwards over it"),
        pytest.param(
            entries(0, None, 100, None, breaks=(2,)),
            by_packets(50, 56, 9, 15),
            [0, 6, 100, 106],
            id="a dated break",
        ),
    ],
)
def test_segments_are_dated_by_dates_and_packets(
    listed: list[Entry], packets: dict[int, Timed], starts: list[float]
) -> None:
    assert after_at(dated(listed, packets)) == dict(enumerate(starts))


def test_a_stretch_that_nothing_dates_is_left_out() -> None:
    """After a break the packets count anew: how long the camera was away is written nowhere."""
    listed = entries(0, None, None, None, breaks=(2,))
    assert after_at(dated(listed, by_packets(50, 56, 9, 15))) == {0: 0.0, 1: 6.0}


def test_times_that_begin_anew_without_a_word_are_not_carried_on() -> None:
    assert after_at(dated(entries(0, None, None), by_packets(50, 56, 3))) == {0: 0.0, 1: 6.0}


def test_dates_in_whole_seconds_are_smoothed() -> None:
    """A server that cuts its dates to the second: segments of 6.4 s at 0, 6.4, 12.8, 19.2 told as 0, 6, 12, 19."""
    starts = after_at(dated(entries(0, 6, 12, 19), by_packets(50, 56.4, 62.8, 69.2, span_s=6.4)))
    assert [round(starts[n + 1] - starts[n], 3) for n in range(3)] == [6.4, 6.4, 6.4]
    assert -0.9 < starts[0] <= 0.0


def test_segments_passed_by_keep_the_count() -> None:
    chain = Chain()
    listed = entries(0, None, None, None)
    assert chain.place(listed[0], Timed(WRAP_S - 3, 6.0)) == AT
    chain.passed(listed[1])
    chain.passed(listed[2])
    assert chain.place(listed[3], Timed(15.0, 6.0)) == AT + timedelta(seconds=18)
    assert chain.run == 0


def test_before_it_is_fetched_a_segment_stands_where_the_lengths_say() -> None:
    told = estimated(entries(None, 10, None, None, 100, breaks=(3,)), {})
    assert [None if at is None else (at - AT).total_seconds() for at in told] == [4, 10, 16, 94, 100]


def test_what_is_known_beats_what_is_said() -> None:
    told = estimated(entries(0, None, None), {1: AT + timedelta(seconds=7.2)})
    assert (told[2] or datetime.now(UTC)) == AT + timedelta(seconds=13.2)
