"""What the recorder's clock, its spool and its dating promise; no camera, no database."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from cameras.footage.capture_pieces import Piece
from cameras.ring import spool
from cameras.ring.clock import AnchoredClock
from cameras.ring.pieces import Dating, finished, stretches_between
from cameras.ring.spool import Segment, Slot


class Clocks:
    """A system clock that people set, and a monotonic one that nobody can."""

    def __init__(self) -> None:
        self.mono_s, self.wall_s = 100.0, 1_790_000_000.0

    def go(self, seconds: float) -> None:
        self.mono_s += seconds
        self.wall_s += seconds

    def anchored(self) -> AnchoredClock:
        return AnchoredClock(wall=lambda: self.wall_s, mono=lambda: self.mono_s)


def test_time_runs_on_with_the_monotonic_clock() -> None:
    clocks = Clocks()
    clock = clocks.anchored()
    clocks.go(3600.0)
    assert clock.anchor().at(clocks.mono_s) == pytest.approx(clocks.wall_s)
    assert clock.anchor().run == 0


@pytest.mark.parametrize("by_s", [3600.0, -3600.0, 2.0, -2.0])
def test_a_clock_that_is_set_begins_a_new_run_and_leaves_the_old_one_as_it_was(by_s: float) -> None:
    clocks = Clocks()
    clock = clocks.anchored()
    before = clock.anchor()
    clocks.wall_s += by_s
    clocks.go(1.0)
    after = clock.anchor()
    assert (after.run, after.moved_s) == (1, pytest.approx(by_s))
    assert after.at(clocks.mono_s) == pytest.approx(clocks.wall_s)
    assert before.at(clocks.mono_s) == pytest.approx(clocks.wall_s - by_s)


def test_small_steps_add_up_to_a_new_run_and_never_to_a_wrong_date() -> None:
    clocks = Clocks()
    clock = clocks.anchored()
    for _ in range(10):
        clocks.wall_s += 0.2
        clocks.go(1.0)
        assert abs(clock.anchor().at(clocks.mono_s) - clocks.wall_s) <= 0.5
    assert clock.anchor().run >= 2


# -- Pieces ---------------------------------------------------------------------------


def piece(path: Path, clocks: Clocks, seconds: float = 30.0, **changes: object) -> Piece:
    """A closed piece that began now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"film")
    found = Piece(str(path), 0, 0.0, 0.0, clocks.mono_s, length_s=seconds, frames=round(seconds * 10) + 1)
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def test_a_run_of_segments_never_overlaps_whatever_is_done_to_the_clock(tmp_path: Path) -> None:
    clocks = Clocks()
    clock = clocks.anchored()
    dating = Dating(clock)
    made: list[Segment] = []
    for number, by_s in enumerate([0.0, 0.0, 120.0, 0.0, 0.0]):
        clocks.wall_s += by_s
        clocks.go(1.0)
        part = spool.part_path(tmp_path, 1, clocks.wall_s + number)
        segment = finished(piece(part, clocks), 1, clock.anchor(), dating)
        assert segment is not None
        made.append(segment)
        clocks.go(30.2)
    for before, after in pairwise(made):
        assert before.start_s < before.end_s <= after.start_s
    assert not any(segment.clock_set for segment in made)


def test_only_the_first_segment_after_the_clock_was_set_back_says_so(tmp_path: Path) -> None:
    clocks = Clocks()
    clock = clocks.anchored()
    dating = Dating(clock)
    told = []
    for number, by_s in enumerate([0.0, -60.0, 0.0, -1.0]):
        clocks.wall_s += by_s
        clocks.go(40.0)
        segment = finished(piece(tmp_path / "1" / f"{number}.part.mkv", clocks), 1, clock.anchor(), dating)
        assert segment is not None
        told.append(segment.clock_set)
    assert told == [False, True, False, False]


def test_a_piece_of_one_picture_leaves_no_file(tmp_path: Path) -> None:
    clocks = Clocks()
    one = piece(tmp_path / "1" / "5.part.mkv", clocks, 0.0)
    assert finished(one, 1, clocks.anchored().anchor(), Dating(clocks.anchored())) is None
    assert not list(tmp_path.rglob("*.mkv"))


def test_holes_are_told_but_not_the_pauses_of_a_slow_camera() -> None:
    assert stretches_between([[4.0, 9.0]], 12.0, 0.1) == ((0.0, 4.1), (9.0, 12.1))
    assert stretches_between([[0.0, 2.0], [2.0, 4.0]], 4.0, 2.0) == ()


@pytest.mark.parametrize(("told_off_s", "by_device"), [(2.0, True), (400.0, False)])
def test_the_cameras_own_clock_is_believed_only_while_it_is_near(
    tmp_path: Path, told_off_s: float, by_device: bool
) -> None:
    clocks = Clocks()
    anchor = clocks.anchored().anchor()
    device_s = clocks.wall_s + 7.0 + told_off_s
    one = piece(tmp_path / "1" / "5.part.mkv", clocks, device_began_at=device_s)
    segment = finished(one, 1, anchor, Dating(clocks.anchored(), device_offset_s=7.0))
    assert segment is not None
    assert segment.start_s == pytest.approx(clocks.wall_s + (told_off_s if by_device else 0.0))


# -- The spool ------------------------------------------------------------------------


def test_a_finished_name_promises_a_whole_file_with_its_facts(tmp_path: Path) -> None:
    part = spool.part_path(tmp_path, 7, 1000.5)
    part.write_bytes(b"film")
    assert list(spool.finished(tmp_path)) == []
    spool.finish(part, Segment(part, 7, 1000.25, 1030.0, ((0.0, 5.0), (9.0, 29.75))))
    [found] = spool.finished(tmp_path)
    assert (found.camera_id, found.start_s, found.end_s, found.known) == (7, 1000.25, 1030.0, True)
    assert found.stretches == ((0.0, 5.0), (9.0, 29.75))
    assert found.path.read_bytes() == b"film"
    assert not part.exists()


def test_two_segments_with_one_start_keep_both_files(tmp_path: Path) -> None:
    for content in (b"one", b"two"):
        part = spool.part_path(tmp_path, 7, 1000.0)
        part.write_bytes(content)
        spool.finish(part, Segment(part, 7, 1000.0, 1030.0))
    assert sorted(found.path.read_bytes() for found in spool.finished(tmp_path)) == [b"one", b"two"]


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"start_s": 1000.0, "end_s": 900.0, "stretches": [], "clock_set": False},
        {"start_s": 1000.0, "end_s": 9e99, "stretches": [], "clock_set": False},
        {"start_s": float("nan"), "end_s": 1030.0, "stretches": [], "clock_set": False},
        {"start_s": 1000.0, "end_s": 1030.0, "stretches": [["x", 1]], "clock_set": False},
    ],
    ids=["empty", "ends before it begins", "endless", "not a number", "text for a number"],
)
def test_facts_that_make_no_sense_are_not_believed(tmp_path: Path, facts: dict[str, object]) -> None:
    home = tmp_path / "7"
    home.mkdir()
    (home / "1000000000.mkv").write_bytes(b"film")
    (home / "1000000000.json").write_text(json.dumps(facts))
    [found] = spool.finished(tmp_path)
    assert (found.known, found.start_s) == (False, 1000.0)


def test_what_a_dead_recorder_was_writing_is_not_lost(tmp_path: Path) -> None:
    spool.part_path(tmp_path, 7, 1000.0).write_bytes(b"film")
    assert spool.salvage(tmp_path) == 1
    [found] = spool.finished(tmp_path)
    assert (found.start_s, found.known) == (1000.0, False)


def test_names_that_are_not_ours_are_left_alone(tmp_path: Path) -> None:
    for name in ("7/readme.mkv", "other/1000.mkv", "7/.hidden.part.mkv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert list(spool.finished(tmp_path)) == []
    assert spool.salvage(tmp_path) == 0


def test_two_recorders_of_one_host_have_spools_of_their_own_and_a_dead_ones_is_inherited(tmp_path: Path) -> None:
    first, second = Slot(tmp_path, "host"), Slot(tmp_path, "host")
    assert first.folder != second.folder
    first.close()
    third = Slot(tmp_path, "host")
    assert third.folder == first.folder
    assert first.name != second.name
    second.close()
    third.close()
