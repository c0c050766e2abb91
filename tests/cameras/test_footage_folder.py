"""A folder of segments: names, index, clocks, holes, overlaps, broken files, and paths that lead astray."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from cameras.footage import assemble as assemble_module
from cameras.footage.context import SourceContext
from cameras.footage.decode import probe, read_frames
from cameras.footage.folder import FolderSource
from cameras.footage.limits import DecodeLimits
from cameras.footage.names import named_time
from cameras.footage.registry import source_for
from cameras.footage.source import (
    FootageError,
    FootageMissing,
    FootageSource,
    FootageTimedOut,
    FootageUnreadable,
    SourceMisconfigured,
)
from cameras.footage.window import TimeWindow
from tests.cameras.clips import Clip, cut_off, name_of, record, steady, wib, write
from tests.cameras.footage_contract import EVERY, FootageContract, Recorded, assert_true, window

WIB = ZoneInfo("Asia/Jakarta")


def source(root: Path, offset_s: float = 0.0, **settings: Any) -> FolderSource:
    return FolderSource(root=root, settings={"folder": "gate", **settings}, clock_offset_s=offset_s)


def segment(root: Path, start: str, clip: Clip, ending: str = "mp4") -> Path:
    return write(root / "gate" / f"{name_of(wib(start))}.{ending}", clip)


class TestFolderKeepsTheContract(FootageContract):
    def make_source(self, root: Path, segments: Sequence[Recorded]) -> FootageSource:
        (root / "rec" / "gate").mkdir(parents=True)
        for one in segments:
            record(root / "rec" / "gate", [one.start], one.seconds, one.ending)
        return source_for("folder", SourceContext({"folder": "gate"}, root=root / "rec"))


# --- names ----------------------------------------------------------------------------------------------------------

AT = datetime(2026, 11, 2, 7, 0, 0, tzinfo=WIB)


@pytest.mark.parametrize(
    "name",
    [
        "20261102T070000+0700.mp4",
        "20261102T000000Z.mp4",
        "2026-11-02_07-00-00.mp4",
        "20261102070000.mp4",
        "2026-11-02T07:00:00+07:00.mp4",
        "2026-11-02 07-00-00.mkv",
        "cam3@20261102000000+0000.mp4",
        "1793577600.mp4",
        "1793577600000.ts",
        "2026-11-02/07/00.00.mp4",
        "2026-11-02/07/gate/00.00.mp4",
        "2026-11-02/070000.mp4",
        "20261102/07-00-00.mp4",
        "2026/11/02/07.00.00.mp4",
        "2026-11-02/001/dav/07/07.00.00-07.10.00[M][0@0][0].dav",
        "NVR_ch1_main_20261102070000_20261102071000.mp4",
        "192.168.1.64_01_20261102070000000.mp4",
        "2026-11-02_07-00-00-000000.mp4",
        "20261102_070000-071000.mp4",
    ],
)
def test_the_names_of_common_recorders_tell_the_start(name: str) -> None:
    named = named_time(PurePosixPath(name), WIB)
    assert named is not None
    assert named.start == AT


@pytest.mark.parametrize(
    "name",
    [
        "clip.mp4",
        "ch01_00000000000000100.mp4",
        "hiv00000.mp4",
        "20261302070000.mp4",
        "20260230070000.mp4",
        "07-00-00.mp4",
    ],
)
def test_a_name_without_a_real_time_is_not_guessed_at(name: str) -> None:
    assert named_time(PurePosixPath(name), WIB) is None


def test_an_end_in_the_name_is_read_over_midnight_too() -> None:
    named = named_time(PurePosixPath("20261102_235500-000500.mp4"), WIB)
    assert named is not None
    assert named.end == datetime(2026, 11, 3, 0, 5, tzinfo=WIB)


def test_jakarta_has_no_summer_time() -> None:
    for month in (1, 7):
        named = named_time(PurePosixPath(f"2026{month:02d}15120000.mp4"), WIB)
        assert named is not None
        assert named.start.astimezone(UTC).hour == 5


def test_a_recorder_in_another_zone_is_read_in_that_zone(tmp_path: Path) -> None:
    write(tmp_path / "gate" / "2026-11-02" / "00" / "00.00.mp4", Clip(steady(10)))
    asked = window("07:00:02", "07:00:08")
    pulled = source(tmp_path, timezone="UTC").pull(asked, tmp_path / "out.mp4")
    assert_true(pulled, asked)


# --- clocks and index -----------------------------------------------------------------------------------------------


def test_a_clock_seven_minutes_fast_is_taken_off(tmp_path: Path) -> None:
    """The recorder writes 07:07 when it is 07:00; its bars count from its own start."""
    segment(tmp_path, "07:07:00", Clip(steady(20)))
    asked = window("07:00:05", "07:00:15")
    pulled = source(tmp_path, offset_s=420.0).pull(asked, tmp_path / "out.mp4")
    assert_true(pulled, asked)
    assert pulled.covered == [asked]
    with pytest.raises(FootageMissing):
        source(tmp_path).pull(asked, tmp_path / "out2.mp4")


def test_a_slow_clock_is_added(tmp_path: Path) -> None:
    segment(tmp_path, "06:53:00", Clip(steady(20)))
    asked = window("07:00:05", "07:00:15")
    assert source(tmp_path, offset_s=-420.0).coverage(asked) == [asked]


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_an_index_beats_the_names(tmp_path: Path, kind: str) -> None:
    write(tmp_path / "gate" / "a.mp4", Clip(steady(10)))
    segment(tmp_path, "09:00:00", Clip(steady(10, start_s=10.0)))
    rows = [
        {"file": "a.mp4", "start": "2026-11-02T07:00:00"},
        {"file": f"{name_of(wib('09:00:00'))}.mp4", "start": str(int(wib("07:00:10").timestamp()))},
        {"file": "gone.mp4", "start": "2026-11-02T07:00:20+07:00"},
    ]
    text = json.dumps(rows) if kind == "json" else "file,start\n" + "".join(f"{r['file']},{r['start']}\n" for r in rows)
    (tmp_path / "gate" / f"index.{kind}").write_text(text)
    asked = window("07:00:02", "07:00:18")
    pulled = source(tmp_path).pull(asked, tmp_path / "out.mp4")
    assert_true(pulled, asked)
    assert pulled.covered == [asked]


@pytest.mark.parametrize("content", ["{", "[1, 2]", '[{"name": "a"}]', '{"a": 1}'])
def test_an_unreadable_index_is_a_wrong_setting(tmp_path: Path, content: str) -> None:
    record(tmp_path / "gate", ["07:00:00"])
    (tmp_path / "gate" / "index.json").write_text(content)
    with pytest.raises(SourceMisconfigured):
        source(tmp_path).coverage(window("07:00:00", "07:00:10"))


def test_an_index_that_is_named_must_be_there(tmp_path: Path) -> None:
    record(tmp_path / "gate", ["07:00:00"])
    with pytest.raises(SourceMisconfigured):
        source(tmp_path, index="times.csv").coverage(window("07:00:00", "07:00:10"))


# --- segments that do not fit ---------------------------------------------------------------------------------------


def test_overlapping_segments_show_no_moment_twice_and_lose_none(tmp_path: Path) -> None:
    """Segment two begins 5 s before the end of segment one:  |-- one --|
    |-- two --|
    """
    segment(tmp_path, "07:00:00", Clip(steady(20)))
    segment(tmp_path, "07:00:15", Clip(steady(20, start_s=15.0)))
    asked = window("07:00:03", "07:00:33")
    pulled = source(tmp_path).pull(asked, tmp_path / "out.mp4")
    shots = assert_true(pulled, asked)
    assert pulled.covered == [asked]
    assert len([shot for shot in shots if 3.0 <= shot < 33.0]) > 290


def test_a_segment_inside_another_adds_nothing(tmp_path: Path) -> None:
    segment(tmp_path, "07:00:00", Clip(steady(20)))
    segment(tmp_path, "07:00:05", Clip(steady(5, start_s=5.0)))
    asked = window("07:00:00", "07:00:20")
    pulled = source(tmp_path).pull(asked, tmp_path / "out.mp4")
    assert len(assert_true(pulled, asked)) == 200
    assert len(pulled.notes["files"]) == 1


def test_a_hole_inside_one_file_is_told(tmp_path: Path) -> None:
    segment(tmp_path, "07:00:00", Clip([*steady(6), *steady(6, start_s=14.0)]))
    asked = window("07:00:00", "07:00:20")
    pulled = source(tmp_path).pull(asked, tmp_path / "out.mp4")
    assert_true(pulled, asked)
    assert [round(part.seconds, 1) for part in pulled.covered] == [6.0, 6.0]


def test_a_window_in_a_hole_is_missing(tmp_path: Path) -> None:
    segment(tmp_path, "07:00:00", Clip([*steady(4), *steady(4, start_s=14.0)]))
    with pytest.raises(FootageMissing):
        source(tmp_path).pull(window("07:00:06", "07:00:12"), tmp_path / "out.mp4")


@pytest.mark.parametrize("ending", ["ts", "mkv"])
def test_other_containers_are_joined_as_well(tmp_path: Path, ending: str) -> None:
    record(tmp_path / "gate", ["07:00:00", "07:00:10"], ending=ending)
    asked = window("07:00:03", "07:00:18")
    pulled = source(tmp_path).pull(asked, tmp_path / "out.mp4")
    assert_true(pulled, asked)
    assert "transcoded" not in pulled.notes


def test_segments_that_cannot_share_a_track_are_encoded_anew_and_it_is_told(tmp_path: Path) -> None:
    segment(tmp_path, "07:00:00", Clip(steady(10)))
    segment(tmp_path, "07:00:10", Clip(steady(10, start_s=10.0), size=(480, 360)))
    asked = window("07:00:03", "07:00:17")
    pulled = source(tmp_path).pull(asked, tmp_path / "out.mp4")
    assert_true(pulled, asked)
    assert pulled.covered == [asked]
    assert pulled.notes["transcoded"] == "segments_differ"
    info = probe(pulled.path)
    assert (info.width, info.height, info.codec) == (320, 240, "h264")
    assert info.keyframe_gap_max_s < 2.1


def test_a_copied_clip_keeps_its_pictures_bit_for_bit(tmp_path: Path) -> None:
    path = segment(tmp_path, "07:00:00", Clip(steady(10)))
    pulled = source(tmp_path).pull(window("07:00:00", "07:00:10"), tmp_path / "out.mp4")
    assert "transcoded" not in pulled.notes
    with read_frames(path, EVERY) as original, read_frames(pulled.path, EVERY) as copy:
        pairs = list(zip(original, copy, strict=True))
    assert len(pairs) == 100
    assert all(np.array_equal(one.picture, other.picture) for one, other in pairs)


def test_a_pulled_file_can_be_played_from_its_first_bytes(tmp_path: Path) -> None:
    record(tmp_path / "gate", ["07:00:00"])
    pulled = source(tmp_path).pull(window("07:00:00", "07:00:10"), tmp_path / "out.mp4")
    boxes = _first_boxes(pulled.path)
    assert boxes.index(b"moov") < boxes.index(b"mdat")


def _first_boxes(path: Path) -> list[bytes]:
    content, at, names = path.read_bytes(), 0, []
    while at + 8 <= len(content):
        names.append(content[at + 4 : at + 8])
        at += max(8, int.from_bytes(content[at : at + 4], "big"))
    return names


def test_variable_rate_and_wrong_declared_rate_are_joined_on_true_time(tmp_path: Path) -> None:
    times = sorted({round(i / 10 + (0.04 if i % 3 else 0.0), 2) for i in range(100)} - {3.04, 3.14, 5.0})
    segment(tmp_path, "07:00:00", Clip(times, fps=25.0, gop_s=0.4))
    asked = window("07:00:02", "07:00:09")
    assert_true(source(tmp_path).pull(asked, tmp_path / "out.mp4"), asked)


# --- broken files ---------------------------------------------------------------------------------------------------


def test_broken_and_empty_files_are_passed_by_and_counted(tmp_path: Path) -> None:
    _, second, third, _ = record(tmp_path / "gate", ["07:00:00", "07:00:10", "07:00:20", "07:00:30"])
    cut_off(second, 0.5)
    third.write_bytes(b"")
    (tmp_path / "gate" / "holiday.mp4").write_bytes(b"x")
    _age(tmp_path / "gate")
    asked = window("07:00:02", "07:00:38")
    pulled = source(tmp_path).pull(asked, tmp_path / "out.mp4")
    assert_true(pulled, asked)
    assert [round(part.seconds) for part in pulled.covered] == [8, 8]
    assert pulled.notes["unreadable"] == {second.name: "not_media", third.name: "empty"}
    assert pulled.notes["nameless"] == 1


def test_half_a_transport_stream_gives_the_half_it_has(tmp_path: Path) -> None:
    (path,) = record(tmp_path / "gate", ["07:00:00"], seconds=20.0, ending="ts")
    cut_off(path, 0.5)
    asked = window("07:00:00", "07:00:20")
    pulled = source(tmp_path).pull(asked, tmp_path / "out.mp4")
    assert_true(pulled, asked)
    assert 7 < sum(part.seconds for part in pulled.covered) < 13


def test_a_recording_cut_between_keyframes_starts_where_its_first_packet_lies(tmp_path: Path) -> None:
    """Nothing can be shown before the first keyframe, and what follows keeps its true time."""
    headers = {"x264-params": "repeat-headers=1"}
    whole = write(tmp_path / "whole.ts", Clip(steady(12), gop_s=3.0, b_frames=0, options=headers))
    content = whole.read_bytes()
    cut = tmp_path / "gate" / "cut.ts"
    cut.parent.mkdir()
    cut.write_bytes(content[: 188 * 3] + content[len(content) // 3 // 188 * 188 :])
    info = probe(cut)
    assert 0.2 < info.lead_s < 3.0
    first_packet_s = info.first_pts_s - info.lead_s - probe(whole).first_pts_s
    at = wib("07:00:00") + timedelta(seconds=first_packet_s)
    cut.rename(cut.with_name(f"{at:%Y-%m-%d_%H-%M-%S-%f}.ts"))
    asked = window("07:00:00", "07:00:12")
    assert_true(source(tmp_path).pull(asked, tmp_path / "out.mp4"), asked)


def test_nothing_but_broken_files_is_unreadable_and_not_missing(tmp_path: Path) -> None:
    (path,) = record(tmp_path / "gate", ["07:00:00"])
    cut_off(path, 0.5)
    _age(tmp_path / "gate")
    with pytest.raises(FootageUnreadable):
        source(tmp_path).pull(window("07:00:00", "07:00:10"), tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()


def test_a_file_that_is_still_being_written_may_be_asked_for_again(tmp_path: Path) -> None:
    """An MP4 has no index until the recorder closes it."""
    start = datetime.now(WIB).replace(microsecond=0) - timedelta(seconds=30)
    path = cut_off(write(tmp_path / "gate" / f"{name_of(start)}.mp4", Clip(steady(10))), 0.5)
    with pytest.raises(FootageError) as failure:
        source(tmp_path).pull(TimeWindow(start, start + timedelta(seconds=10)), tmp_path / "out.mp4")
    assert failure.value.retryable
    assert failure.value.data["being_written"] == 1
    assert path.exists()


def test_a_file_that_grew_is_read_again(tmp_path: Path) -> None:
    (path,) = record(tmp_path / "gate", ["07:00:00"], seconds=20.0, ending="ts")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    asked = window("07:00:00", "07:00:20")
    before = sum(part.seconds for part in source(tmp_path).coverage(asked))
    path.write_bytes(whole)
    after = sum(part.seconds for part in source(tmp_path).coverage(asked))
    assert before < 14 < 19 < after


def test_known_files_are_not_probed_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(tmp_path / "gate", ["07:00:00"])
    asked = window("07:00:00", "07:00:10")
    assert source(tmp_path).coverage(asked) == [asked]
    monkeypatch.setattr(assemble_module, "probe_many", lambda paths, limits: {} if not paths else pytest.fail("probed"))
    assert source(tmp_path).coverage(asked) == [asked]


def test_too_little_time_is_a_timeout_that_leaves_nothing(tmp_path: Path) -> None:
    record(tmp_path / "gate", ["07:00:00"])
    asked = window("07:00:00", "07:00:10")
    source(tmp_path).coverage(asked)  # lengths are known now, so that the join is what runs out of time
    hurried = FolderSource(root=tmp_path, settings={"folder": "gate"}, limits=DecodeLimits(wall_s=0.01))
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(FootageTimedOut) as failure:
        hurried.pull(asked, out / "clip.mp4")
    assert failure.value.retryable
    assert list(out.iterdir()) == []


def _age(folder: Path) -> None:
    for path in folder.iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))


# --- paths ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "/etc", "..", "../other", "gate/../../other", "a\0b", 7, None])
def test_a_folder_outside_the_root_is_refused(tmp_path: Path, name: Any) -> None:
    assert "folder" in FolderSource.validate({"folder": name})
    with pytest.raises(SourceMisconfigured):
        FolderSource(root=tmp_path, settings={"folder": name})


@pytest.mark.parametrize(
    ("name", "value"),
    [("timezone", "Mars/Olympus"), ("timezone", "../../etc/passwd"), ("index", "../x.csv"), ("index", "x.txt"),
     ("longest_segment_s", 0), ("longest_segment_s", "1h"), ("pattern", 5), ("password", "x")],
)  # fmt: skip
def test_wrong_settings_are_named(name: str, value: Any) -> None:
    assert list(FolderSource.validate({"folder": "gate", name: value})) == [name]


def test_a_link_out_of_the_root_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    record(outside, ["07:00:00"])
    root = tmp_path / "root"
    root.mkdir()
    (root / "gate").symlink_to(outside)
    with pytest.raises(SourceMisconfigured):
        source(root)


def test_a_linked_file_from_outside_is_passed_by_and_counted(tmp_path: Path) -> None:
    (secret,) = record(tmp_path / "outside", ["07:00:00"])
    gate = tmp_path / "root" / "gate"
    gate.mkdir(parents=True)
    (gate / secret.name).symlink_to(secret)
    with pytest.raises(FootageMissing) as failure:
        source(tmp_path / "root").pull(window("07:00:00", "07:00:10"), tmp_path / "out.mp4")
    assert failure.value.data["escaping"] == 1


def test_a_playlist_named_as_a_segment_reaches_nothing(tmp_path: Path) -> None:
    (secret,) = record(tmp_path / "outside", ["07:00:00"])
    gate = tmp_path / "root" / "gate"
    gate.mkdir(parents=True)
    (gate / "20261102T070000+0700.mp4").write_text(f"ffconcat version 1.0\nfile '{secret}'\n")
    _age(gate)
    with pytest.raises(FootageUnreadable):
        source(tmp_path / "root").pull(window("07:00:00", "07:00:10"), tmp_path / "out.mp4")


def test_a_pattern_chooses_one_of_two_streams(tmp_path: Path) -> None:
    record(tmp_path / "gate" / "main", ["07:00:00"])
    record(tmp_path / "gate" / "sub", ["07:00:10"])
    asked = window("07:00:00", "07:00:20")
    assert source(tmp_path, pattern="main/*").coverage(asked) == [window("07:00:00", "07:00:10")]


def test_folders_of_other_days_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in ("2026-10-01", "2026-11-02", "2026-12-24"):
        (tmp_path / "gate" / day).mkdir(parents=True)
    write(tmp_path / "gate" / "2026-11-02" / "070000.mp4", Clip(steady(5)))
    entered: list[str] = []
    walk = os.walk

    def spy(top: Path, **options: Any) -> Any:
        for entry in walk(top, **options):
            entered.append(Path(entry[0]).name)
            yield entry

    monkeypatch.setattr(os, "walk", spy)
    assert source(tmp_path).coverage(window("07:00:00", "07:00:05"))
    assert entered == ["gate", "2026-11-02"]


def test_a_folder_that_is_not_there_may_come_back(tmp_path: Path) -> None:
    with pytest.raises(FootageError) as failure:
        source(tmp_path).pull(window("07:00:00", "07:01:00"), tmp_path / "out.mp4")
    assert failure.value.retryable


def test_an_unknown_kind_of_source_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SourceMisconfigured):
        source_for("carrier_pigeon", SourceContext({}))


def test_real_clips_are_pulled_to_the_second(testdata: Path, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    gate.mkdir()
    (gate / "20261102T070000+0700.mp4").write_bytes((testdata / "video" / "tiodh_vtest.mp4").read_bytes())
    asked = window("07:00:10", "07:01:05")
    pulled = source(tmp_path).pull(asked, tmp_path / "out.mp4")
    assert pulled.covered == [asked]
    assert wib("07:00:02") <= pulled.media_start_at <= asked.start
