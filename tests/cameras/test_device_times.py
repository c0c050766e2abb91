"""Clocks, zones and what dates a file: tables, without a device."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cameras.footage import device_clock, isapi
from cameras.footage.dating import PTS_WRAP, Asked, Came, dated
from cameras.footage.isapi import Segment, narrowed
from cameras.footage.isapi_times import IsapiTimes
from cameras.footage.isapi_xml import when, zone_of
from cameras.footage.program_stream import cut_torn_end, first_pts
from cameras.footage.source import FootageUndated
from tests.cameras.clips import WIB, wib
from tests.cameras.footage_contract import Recorded, window
from tests.cameras.recordings import as_mp4, as_program_stream, filmed

NOW = datetime(2026, 11, 2, 3, 0, 0, 400_000, tzinfo=UTC)
FILM = Recorded("07:00:00", 10.0, b_frames=0)


# --- clocks ---


@pytest.mark.parametrize(
    ("told_s", "took_s", "offset_s", "how"),
    [
        (0.0, 0.1, 0.0, "in_step"),
        (-0.9, 0.1, 0.0, "in_step"),
        (0.5, 0.1, 0.95, "measured"),
        (420.0, 0.1, 420.45, "measured"),
        (-420.0, 0.1, -419.55, "measured"),
        (3.0, 8.0, 0.0, "in_step"),
    ],
    ids=["right", "right, a second cut off", "fast", "7 min fast", "7 min slow", "within what a slow answer hides"],
)
def test_a_clock_is_only_called_wrong_when_it_is_proven(
    told_s: float, took_s: float, offset_s: float, how: str
) -> None:
    clock = device_clock.read(NOW + timedelta(seconds=told_s), NOW, NOW + timedelta(seconds=took_s))
    assert (clock.offset_s, clock.how) == (pytest.approx(offset_s, abs=0.01), how)
    assert clock.uncertainty_s <= 1.0 + took_s


def test_a_window_goes_to_the_device_and_back() -> None:
    clock = device_clock.DeviceClock(420.0, "measured", 0.5)
    asked = clock.by_device(window("07:00:00", "07:01:00"))
    assert asked == window("07:06:54.5", "07:08:05.5")
    assert clock.true(clock.shown(wib("07:00:00"))) == wib("07:00:00")
    assert clock.note(8.0) == {"how": "measured", "offset_s": 420.0, "padding_s": 5.5, "uncertainty_s": 8.5}


def test_the_grid_of_downloads_holds_the_window() -> None:
    assert isapi.padded_to(window("07:00:03.2", "07:00:50")) == window("07:00:00", "07:00:50")
    assert isapi.padded_to(window("07:00:10", "07:00:50.1")) == window("07:00:10", "07:01:00")


# --- zones and times of ISAPI ---


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("CST-7:00:00", 7.0), ("CST-8:00:00", 8.0), ("CST+5:00:00", -5.0), ("CST5", -5.0), ("WIB-7", 7.0),
        ("CST-5:30:00", 5.5), ("<GMT+07>-7", 7.0), (" CST-7:00:00\n", 7.0),
        ("CST-1:00:00DST01:00:00,M3.5.0/02:00:00,M10.5.0/03:00:00", None), ("", None), ("7", None), ("CST-99", None),
        ("CST-7:99:00", None), ("x" * 5000, None),
    ],
)  # fmt: skip
def test_zone_texts_are_read_the_posix_way_round(text: str, hours: float | None) -> None:
    zone = zone_of(text)
    offset = zone.utcoffset(None) if zone is not None else None
    assert offset == (None if hours is None else timedelta(hours=hours))


@pytest.mark.parametrize(
    ("text", "utc_hour"),
    [
        ("2026-11-02T07:00:00+07:00", 0), ("2026-11-02T07:00:00+0700", 0), ("2026-11-02T07:00:00Z", 7),
        ("20261102T070000Z", 7), ("2026-11-02 07:00:00", None), ("2026-11-02T07:00:00.123Z", 7),
    ],
)  # fmt: skip
def test_times_are_read_with_or_without_dashes(text: str, utc_hour: int | None) -> None:
    found = when(text)
    assert found is not None
    plain, zone = found
    assert plain == datetime(2026, 11, 2, 7)
    assert (zone is None) == (utc_hour is None)
    if utc_hour is not None:
        assert plain.replace(tzinfo=zone).astimezone(UTC).hour == utc_hour


@pytest.mark.parametrize("text", ["", "today", "2026-13-01T00:00:00Z", "2026-11-02T25:00:00Z", "٢٠٢٦-11-02T07:00:00Z"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert when(text) is None


def test_a_written_offset_is_believed_whatever_z_means() -> None:
    for z_is_local in (False, True):
        assert IsapiTimes(WIB, z_is_local).read("2026-11-02T07:00:00+07:00") == wib("07:00:00")
    assert IsapiTimes(WIB, z_is_local=True).read("2026-11-02T07:00:00Z") == wib("07:00:00")
    assert IsapiTimes(WIB, z_is_local=False).read("2026-11-02T00:00:00Z") == wib("07:00:00")
    assert IsapiTimes(WIB, z_is_local=True).write(wib("07:00:00")) == "2026-11-02T07:00:00Z"
    assert IsapiTimes(WIB, z_is_local=False).read("0001-01-01T00:00:00+14:00") is None


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("rtsp://h/t/101/?starttime=20261102T000000Z&endtime=20261102T010000Z&name=a&size=1",
         "rtsp://h/t/101/?starttime=20261102T001000Z&endtime=20261102T002000Z&name=a&size=1"),
        ("rtsp://h/t/101?starttime=2026-11-02T00:00:00Z&endtime=2026-11-02T01:00:00Z",
         "rtsp://h/t/101?starttime=2026-11-02T00:10:00Z&endtime=2026-11-02T00:20:00Z"),
        ("rtsp://h/t/101?name=a", "rtsp://h/t/101?name=a"),
        ("rtsp://h/t/101?starttime=20261102T000000Z&name=a", "rtsp://h/t/101?starttime=20261102T000000Z&name=a"),
    ],
)  # fmt: skip
def test_an_address_is_narrowed_in_its_own_spelling(uri: str, expected: str) -> None:
    segment = Segment(wib("07:00:00"), wib("08:00:00"), uri)
    assert narrowed(segment, wib("07:10:00"), wib("07:20:00"), IsapiTimes(WIB, z_is_local=False)) == expected


# --- what dates a piece ---

HOUR = (wib("07:00:00"), wib("08:00:00"))
MIDDLE = Asked(*HOUR, wib("07:30:00"), wib("07:31:00"))
TICKS = 90_000


@pytest.mark.parametrize(
    ("asked", "came", "at", "how"),
    [
        (Asked(*HOUR, wib("07:00:00"), wib("07:01:00")), Came(60, 2), "07:00:00", "segment_start"),
        (MIDDLE, Came(62, 4, True, 1798 * TICKS + 5, 5), "07:29:58", "time_stamps"),
        (MIDDLE, Came(62, 4, True, 798 * TICKS, PTS_WRAP - 1000 * TICKS), "07:29:58", "time_stamps"),
        (MIDDLE, Came(20, 4, False, 1798 * TICKS, 0), "07:29:58", "time_stamps"),
        (MIDDLE, Came(62, 4, True, 5, 5), "07:29:58", "length"),
        (MIDDLE, Came(62, 4, True, 500 * TICKS, 0), "07:29:58", "length"),
        (MIDDLE, Came(3600, 4, True, 5, 5), "07:00:00", "whole_segment"),
        (MIDDLE, Came(3590, 4), "07:00:00", "whole_segment"),
        (MIDDLE, Came(60, 4), "07:30:00", "length"),
        (MIDDLE, Came(61, math.inf), "07:29:59", "length"),
        (MIDDLE, Came(30, 4), "07:30:00", "asked_start"),
        (MIDDLE, Came(62, 4, False), "07:30:00", "asked_start"),
        (Asked(*HOUR, wib("07:30:00"), wib("07:31:00"), sure=False), Came(62, 4, True, 1798 * TICKS, 0),
         "07:29:58", "length"),
    ],
    ids=["from the segment's start", "stamps go on", "stamps wrap", "stamps of a torn piece", "stamps made anew",
         "stamps of somewhere else", "whole", "whole, nearly", "exact", "no keyframes", "short", "torn",
         "a listing that was cut"],
)  # fmt: skip
def test_a_piece_is_dated_by_the_best_there_is(asked: Asked, came: Came, at: str, how: str) -> None:
    found = dated(asked, came)
    assert (found.at, found.how) == (wib(at), how)
    assert 1.0 <= found.uncertainty_s <= 40.0


@pytest.mark.parametrize(
    "came", [Came(2000, 4), Came(3600, 4, whole=False), Came(90, 4), Came(7200, 4)],
    ids=["half of it", "whole by length but torn", "half a minute too much", "two hours"],
)  # fmt: skip
def test_what_fits_nothing_is_not_dated(came: Came) -> None:
    with pytest.raises(FootageUndated):
        dated(MIDDLE, came)


# --- program streams ---


def test_the_first_time_stamp_is_read() -> None:
    assert first_pts(as_program_stream(filmed(FILM), 40_000.0)) == 40_001 * TICKS
    assert first_pts(as_program_stream(filmed(FILM), 95_440.0)) == (95_441 * TICKS) % PTS_WRAP


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x00\x01", b"\x00\x00\x01\xba", b"\x00\x00\x01\xba\x00\x00\x01\xe0\x00\x00\x80"]
)
def test_a_torn_beginning_has_none(content: bytes) -> None:
    assert first_pts(content) is None


def test_other_containers_have_none() -> None:
    assert first_pts(as_mp4(filmed(FILM)) + as_program_stream(filmed(FILM))) is None


@pytest.mark.parametrize("lost", [1, 3, 5, 40, 400, 2000])
def test_a_picture_that_broke_off_is_cut_away(tmp_path: Path, lost: int) -> None:
    whole = as_program_stream(filmed(FILM))
    path = tmp_path / "film.ps"
    path.write_bytes(whole[:-lost])
    cut_torn_end(path)
    kept = path.read_bytes()
    assert whole.startswith(kept)
    assert whole[len(kept) :].startswith(b"\x00\x00\x01\xba") or lost > 2000
    assert 0 < len(whole) - len(kept) < lost + 3000


def test_what_is_whole_or_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "film"
    for content in (as_program_stream(filmed(FILM)), as_mp4(filmed(FILM))[:5000], b"", b"\x00\x00\x01\xba"):
        path.write_bytes(content)
        cut_torn_end(path)
        assert path.read_bytes() == content
